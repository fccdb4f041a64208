// One request over HTTP and its answer, through libcurl, with every bound that
// an unattended device needs: nothing waits for ever, nothing grows without
// limit, nothing is sent to another address than the one asked.
//
// A transport belongs to one thread; transport_abort() may come from any.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transport;

struct transport_params {
    const char *ca;    // a file of certificates; NULL or "": the system's
    const char *pin;   // "sha256//BASE64[;sha256//BASE64]"; NULL or "": none.
                       // Without `ca` it also vouches for a certificate whose
                       // issuer the system does not know
    const char *proxy; // "http://host:port"; NULL or "": none, whatever the
                       // environment says
    bool plain_http;   // allow http:// beyond this machine
    int connect_s;     // 0: 10
    int total_s;       // 0: 60
};

// The texts are copied. NULL when memory ran out.
struct transport *transport_open(const struct transport_params *params);
void transport_close(struct transport *transport);

// Makes the request in progress, and every later one, end at once with
// TRANSPORT_ABORTED.
void transport_abort(struct transport *transport);

// By which time the dates of certificates are judged, in wall seconds; 0, as at
// first: by this machine's clock. Everything else about them is always checked.
// Holds for connections made from now on.
void transport_set_time(struct transport *transport, int64_t wall_s);

// Whether the address may be asked at all: https://, or http:// to this machine
// (127.x.y.z, [::1], localhost), or any http:// with `plain_http`. Never one
// with a user's name in it.
bool transport_allows(const char *url, bool plain_http);

enum transport_result {
    TRANSPORT_ANSWERED, // a whole answer, whatever its status
    TRANSPORT_FAILED,   // no connection, a timeout, a cut
    TRANSPORT_TLS,      // the certificate, its dates or the pin do not fit
    TRANSPORT_REFUSED,  // the address is not allowed, or the answer too large
    TRANSPORT_ABORTED
};

struct transport_request {
    const char *method; // "GET", "POST", "DELETE"
    const char *url;
    const char *token;        // for "Authorization: Bearer"; NULL: none
    const char *content_type; // of the body; NULL: none
    bool gzip;                // the body is gzip
    const char *etag;         // for If-None-Match; NULL: none
    const void *body;         // NULL: none
    size_t size;
    size_t answer_max; // bytes of the answer's body; 0: 1 MiB
    int total_s;       // 0: the transport's
    bool patient;      // the server may be silent all that time
    bool any_date;     // on a connection of its own, where certificates may be
                       // out of date: to ask what time it is, or where the pin
                       // says whose the key is
};

// What was wrong, as far as a person can do something about it.
enum transport_fault {
    TRANSPORT_FAULT_OTHER,  // `message` says it
    TRANSPORT_FAULT_NAME,   // no name server knows the host, or none answers
    TRANSPORT_FAULT_ROUTE,  // this machine has no network
    TRANSPORT_FAULT_NO_TLS, // something answers there, but does not speak TLS
    // of TRANSPORT_TLS:
    TRANSPORT_FAULT_DATES,  // nothing but the certificate's dates
    TRANSPORT_FAULT_ISSUER, // nobody who is known vouches for it
    TRANSPORT_FAULT_HOST,   // it is another host's
    TRANSPORT_FAULT_PIN     // its key is not the pinned one
};

enum { TRANSPORT_HEADER_SIZE = 256, TRANSPORT_MESSAGE_SIZE = 256 };

struct transport_answer {
    int status;
    struct buf body;
    int retry_after_s; // -1: no Retry-After, or not a number of seconds
    char etag[TRANSPORT_HEADER_SIZE];
    char signature[TRANSPORT_HEADER_SIZE]; // Hailong-Signature
    char content_type[TRANSPORT_HEADER_SIZE];
    int64_t round_trip_ms;
    int64_t up_ms;  // since boot, when the answer had come
    bool timed_out; // the time ran out, or the line was too slow
    enum transport_fault fault;
    char message[TRANSPORT_MESSAGE_SIZE]; // why there is no answer
};

// `out` is written in every case; free it with transport_answer_free().
enum transport_result transport_ask(struct transport *transport,
                                    const struct transport_request *request,
                                    struct transport_answer *out);
void transport_answer_free(struct transport_answer *answer);

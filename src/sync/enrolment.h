// Making a device of a directory: its key is made there, the server is told
// with the one-time code, and what it answers is kept in device.json. Used by
// `hailong enrol` and, for the form on the counter's screen, by the courier.
#pragma once
#include "store/device.h"
#include <stdbool.h>

enum enrolment_result {
    ENROLMENT_DONE,
    ENROLMENT_ALREADY,    // the directory is a device: nothing was changed
    ENROLMENT_NO_DEVICE,  // it is none, and was to be one: likewise
    ENROLMENT_DISK,       // a file cannot be written; `detail` says which
    ENROLMENT_ADDRESS,    // not https://host[:port]
    ENROLMENT_PLAIN_HTTP, // http:// beyond this machine was not allowed
    ENROLMENT_NO_NETWORK, // this machine is in none
    ENROLMENT_NO_NAME,    // no name server knows the host, or none answers
    ENROLMENT_NO_ANSWER,  // no connection
    ENROLMENT_TLS,        // nobody who is known vouches for the certificate
    ENROLMENT_CLOCK,      // the certificate does not hold at this clock's time
    ENROLMENT_HOST,       // the certificate is another host's
    ENROLMENT_PIN,        // the server's key is not the pinned one
    ENROLMENT_NOT_OURS,   // something answered that is no hailong-server
    ENROLMENT_CODE_UNKNOWN, // until here nothing was used up: try again
    ENROLMENT_CODE_USED,
    ENROLMENT_CODE_EXPIRED,
    ENROLMENT_NO_VOUCHER, // of a file: no line of it is a voucher
    ENROLMENT_NO_CODE,    // of a file: each code was tried, none works
    ENROLMENT_REFUSED,    // for another reason; `detail` has the server's words
    ENROLMENT_MEMORY,
    ENROLMENT_RESULT_COUNT
};
// "done", "code-used" …: for logs and for the answer to the form.
const char *enrolment_name(enum enrolment_result result);
// False for a name that is none.
bool enrolment_by_name(const char *name, enum enrolment_result *out);

enum { ENROLMENT_DETAIL_SIZE = 256 };

struct enrolment {
    const char *directory;
    const char *server; // as enrolment_read_server() gives it
    const char *code;
    const char *ca;        // a file of certificates, absolute; NULL: system's
    const char *pin;       // "sha256//…[;…]"; NULL: none
    const char *staff_pin; // hash of the staff's PIN; NULL: none is set
    const char *proxy;     // as in transport.h; NULL: none
    bool plain_http;
    // The directory is a device already and stays the one that it is, with its
    // key and its ledger: it is told a new token and the server's keys of now,
    // because a person brought the code.
    bool is_again;
};

// Enrols; may wait for the network as long as a request may take. On
// ENROLMENT_DONE `out` is the device and the caller's (device_release()). The
// key is on the disk before the server hears of it, so that a full disk does
// not cost the code. `detail` is "" when the result says all. With a pin a
// wrong clock is no hindrance: the pin says whose the key is.
enum enrolment_result enrolment_run(const struct enrolment *enrolment,
                                    struct device *out,
                                    char detail[ENROLMENT_DETAIL_SIZE]);

// One sentence in English: what happened, and what to do.
void enrolment_explain(const struct enrolment *what,
                       enum enrolment_result result, const char *detail,
                       struct buf *out);
// True when the code itself cannot be used, by anybody: with another one the
// same machine may enrol at once.
static inline bool enrolment_is_of_code(enum enrolment_result result)
{
    return result >= ENROLMENT_CODE_UNKNOWN && result <= ENROLMENT_CODE_EXPIRED;
}

// Checks and copies a server's address as people type it: "https://" may be
// missing, spaces and slashes at its ends go.
enum enrolment_result enrolment_read_server(const char *text, bool plain_http,
                                            char out[DEVICE_TEXT_SIZE]);

// One HTTP request on its way: what was asked, the body as far as it came, the
// answer as far as it is made. It lives from its first line until its answer
// is delivered or its connection is gone, and one thread at a time works on it.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/devices.h"
#include "office/people.h"
#include "server/hub.h"
#include "server/inflate.h"
#include "server/reply.h"
#include "server/routes.h"
#include "server/writer.h"
#include <stdbool.h>
#include <stddef.h>

struct MHD_Connection;
struct connection;
struct http;
struct server;
struct ward;
struct wards;

enum { REQUEST_PATH_SIZE = 1024, REQUEST_QUERY_SIZE = 256 };

enum request_stage {
    REQUEST_NEW,       // its first line was read
    REQUEST_RECEIVING, // its headers were judged, the body comes
    REQUEST_WAITING,   // the writer has its job
    REQUEST_LISTENING, // the hub has it
    REQUEST_ANSWERED
};

// As they came; NULL when missing. The HTTP library owns them.
struct request_headers {
    const char *host;
    const char *content_length;
    const char *transfer_encoding;
    const char *content_type;
    const char *content_encoding;
    const char *authorization;
    const char *if_none_match;
    const char *cookie;
    const char *csrf; // X-CSRF-Token
    const char *origin;
    const char *fetch_site;      // Sec-Fetch-Site
    const char *forwarded_for;   // X-Forwarded-For
    const char *forwarded_proto; // X-Forwarded-Proto
};

struct request {
    struct server *server;
    struct http *http;
    struct MHD_Connection *connection;
    struct connection *peer; // NULL before the headers came
    enum request_stage stage;
    char path[REQUEST_PATH_SIZE];   // as it came, without the query; "" when
                                    // longer
    char query[REQUEST_QUERY_SIZE]; // behind the "?", as it came; "" when
                                    // longer
    const struct route *route;      // NULL: none
    char part[ROUTE_PART_SIZE];
    struct request_headers headers;

    bool is_ndjson;            // of BODY_OBJECTS: lines, not one object
    struct buf body;           // inflated
    struct inflater *inflater; // of a gzip body
    size_t received;           // bytes as they came
    size_t lent;               // of the server's budget
    struct reply reply;

    // What `permit` found out.
    struct office_device device;
    unsigned caller;             // one of enum caller; 0: none of them
    char who[PERSON_WHO_SIZE];   // "key 3", "user binh"; "" without a caller
    struct office_person person; // of a session
    unsigned char session[DIGEST_BYTES]; // the hash of its token
    char csrf[DIGEST_HEX_SIZE];          // what its pages have to send

    // What `handle` leaves for `finish`.
    void *work;
    void (*free_work)(void *work);
    struct writer_job job;
    // Of a request that waits for somebody other than the writer: starts that
    // work when the request is asleep. request_wake() ends the sleep.
    void (*begin)(struct request *request);
    // What is to be known outside as soon as the job is done, even when the
    // peer is gone by then. On the writer's thread; NULL: nothing.
    void (*committed)(struct request *request);
    struct hub_wait listening;
    int64_t listens_until_us; // monotonic; 0: it has not begun
    int64_t whole_us;         // monotonic: when the body was whole; 0: not yet
    bool is_counted;          // among those that are being answered

    // Of the ward that it holds (wards.h); NULL: it is the city's, or there is
    // none.
    struct ward *ward;
    struct request *next_of_ward, *previous_of_ward;
};

// `target` is the request line's, query and all. NULL on no memory.
struct request *request_open(struct server *server, struct http *http,
                             struct MHD_Connection *connection,
                             const char *target);
void request_close(struct request *request); // accepts NULL

// Judges the first line and the headers: framing, path and method, type,
// length, permission, in this order. When something is wrong the reply is set;
// reply.close then says that the body cannot be read past.
// In a city the request goes to the ward that its path or its host names first.
void request_begin(struct request *request, const struct route *routes,
                   struct wards *wards, const char *method,
                   const char *version);
// The next bytes of the body. With a reply already set they are passed over.
// False when there are too many even for that: drop the connection.
bool request_take(struct request *request, const char *bytes, size_t size);
// The body is whole: checks its end and calls the handler.
enum handling request_handle(struct request *request);

// The reply is made: frees all that it was made of, before a slow peer takes
// its time to hear it.
void request_forget(struct request *request);

// Any thread; the request may be gone when it returns.
void request_wake(const struct request *request);

// For handlers.

// Borrows memory from the server's budget until the request is over. False:
// the reply is set (503).
bool request_borrow(struct request *request, size_t size);
// The body as a JSON object. NULL: the reply is set (422). The caller gives it
// back with json_decref().
json_t *request_object(struct request *request);
// The body says what cannot be: 422, with why.
enum handling request_refuse(struct request *request, const char *why);
// Who asks, for the audit trail; on the admin listener "admin", for the
// commands are run by who may read admin.json.
const char *request_who(const struct request *request);
// The value of an argument of the query, NULL when it is missing. False, and
// the reply is set (400), when it is there twice or holds a NUL.
bool request_argument(struct request *request, const char *name,
                      const char **out_value);
// Asks for a place in the writer's queue for request->job, whose batch or work
// is set. When there is none the reply is set (503).
enum handling request_wait(struct request *request);
// The same for work of the writer's that takes request->work.
enum handling request_write(struct request *request,
                            enum office_result (*work)(struct office *office,
                                                       void *ctx));

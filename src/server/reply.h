// The answer to a request, built by a handler and sent by http.c. Errors have
// one shape, application/problem+json (RFC 9457): type, title, status, detail,
// and where they apply line, reason, expected, next_gen, counter.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

enum { REPLY_HEADERS_MAX = 6, REPLY_VALUE_SIZE = 256 };

// A body that is made piece by piece while it is taken, so that it may be of
// any length. `more` appends the next piece, nothing at the end; false: it
// failed, and the connection ends in the middle.
struct reply_stream {
    bool (*more)(void *ctx, struct buf *out); // NULL: no stream
    void (*free)(void *ctx);
    void *ctx;
};

struct reply {
    int status;       // 0: none yet
    const char *type; // a literal; NULL: no body
    struct buf body;
    const char *lasting; // a body that outlives the server's requests, or NULL
    size_t lasting_size;
    struct reply_stream stream; // instead
    struct {
        const char *name; // a literal
        char value[REPLY_VALUE_SIZE];
    } headers[REPLY_HEADERS_MAX];
    size_t header_count;
    const char *cache;     // Cache-Control, a literal; NULL: no-store
    bool is_page;          // browsers show it: told what it may load
    const char *ancestors; // sites that may frame it; lasting; NULL: none
    bool is_problem;       // its body is application/problem+json
    bool close;            // the connection cannot be used again
};
void reply_free(struct reply *reply);

enum problem {
    PROBLEM_BAD_REQUEST,
    PROBLEM_UNAUTHORIZED,
    PROBLEM_FORBIDDEN,
    PROBLEM_REVOKED,
    PROBLEM_FOREIGN_PAGE,
    PROBLEM_PASSWORD_DUE,
    PROBLEM_WRONG_PASSWORD,
    PROBLEM_OWN_ACCOUNT,
    PROBLEM_SIGN_IN,
    PROBLEM_SIGN_IN_LOCKED,
    PROBLEM_NOT_FOUND,
    PROBLEM_METHOD,
    PROBLEM_GAP,
    PROBLEM_FORK,
    PROBLEM_THERE,
    PROBLEM_CHANGED,
    PROBLEM_LAST_ADMIN,
    PROBLEM_ALREADY_RATED,
    PROBLEM_OPEN_ELSEWHERE,
    PROBLEM_QUEUE_FULL,
    PROBLEM_ENDED,
    PROBLEM_NOT_NOW,
    PROBLEM_CODE_UNKNOWN,
    PROBLEM_CODE_USED,
    PROBLEM_CODE_EXPIRED,
    PROBLEM_LENGTH_REQUIRED,
    PROBLEM_TOO_LARGE,
    PROBLEM_MEDIA_TYPE,
    PROBLEM_UNREADABLE,
    PROBLEM_PROTOCOL,
    PROBLEM_BAD_SIGNATURE,
    PROBLEM_UNKNOWN_COUNTER,
    PROBLEM_TOO_MANY,
    PROBLEM_FAILED,
    PROBLEM_BUSY,
    PROBLEM_COUNT
};

// What some problems tell besides. 0 and NULL: not told.
struct problem_members {
    int64_t line; // of the body, from 1
    const char *reason;
    int64_t expected;
    int64_t next_gen;
    const char *counter;
    json_t *faults; // an array, given up
    const struct protocol_range *protocols; // that are spoken here
};

// Each replaces an answer that was there. Out of memory becomes an answer of
// its own: 500 without a body.

// `object` is given up to the reply, NULL included (no memory).
void reply_json(struct request *request, int status, json_t *object);
// `body` is emptied into the reply; `type` is a literal.
void reply_bytes(struct request *request, int status, const char *type,
                 struct buf *body);
void reply_status(struct request *request, int status);
// `bytes` are lent until the server ends.
void reply_lasting(struct request *request, int status, const char *type,
                   const char *bytes, size_t size);
// The stream's context is given up to the reply.
void reply_stream(struct request *request, int status, const char *type,
                  const struct reply_stream *stream);
// The answer that is set is for a browser to show, or a part of such: nothing
// from elsewhere is loaded into it, and no other site frames it. `cache` is a
// literal, or NULL.
void reply_as_page(struct request *request, const char *cache);
void reply_problem(struct request *request, enum problem problem,
                   const struct problem_members *members, const char *format,
                   ...) __attribute__((format(printf, 4, 5)));
// The database did not do it: 503, and when to come again.
void reply_office_failure(struct request *request, enum office_result result);
// What came is JSON but not what it has to be: 422 with the whole message,
// which is emptied.
void reply_unreadable(struct request *request, struct buf *message);
// The job put a new version of a document that is kept in versions, `kind`
// ("name", "period") and `name` of it: tells the version, or that another one
// is the newest (409), or why not.
void reply_version(struct request *request, const char *kind, const char *name,
                   int64_t version);
// A time as answers tell it; null: never. A new reference.
json_t *reply_time(int64_t wall_ms);
// Adds a header to the answer that is set. A value that does not fit is cut.
void reply_header(struct request *request, const char *name, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

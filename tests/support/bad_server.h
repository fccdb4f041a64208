// A server of a test that follows a script: one step for each batch it is
// sent, on 127.0.0.1 and a port that the system picked, in a thread of its own.
// It speaks HTTP just well enough for libcurl and knows nothing of src/server.
// Each function fails the running test when it cannot do its work, or when
// what it waits for does not come.
#pragma once
#include "support/heard_batch.h"
#include <stddef.h>
#include <stdint.h>

enum bad_kind {
    BAD_ANSWER,    // what a good server says, after `spoil`
    BAD_TRUNCATED, // the same, its last half missing, the length fitting
    BAD_TEXT,      // `body` with `status`, `type` and `headers`
    BAD_RAW,       // the bytes of `body` and nothing else, then it hangs up
    BAD_CUT,       // hangs up in the middle of a good answer's body
    BAD_HANG_UP,   // hangs up without a word
    BAD_MUTE,      // takes all and says nothing, until the other side goes
    BAD_DRIP,      // a byte of the body now and then, until the other side goes
    BAD_FLOOD      // a body without an end, until the other side goes
};

struct bad_step {
    enum bad_kind kind;
    int status;          // 0: 200
    const char *type;    // NULL: application/json
    const char *headers; // more of them, each with its \r\n; NULL: none
    const char *body;
    // Changes the good answer before it is said; NULL: nothing to change.
    void (*spoil)(json_t *answer, const struct heard_batch *heard, void *ctx);
    void *ctx;
};

struct bad_server;

// `key` signs its receipts and is borrowed. Without a script it is a good one.
struct bad_server *bad_server_start(const struct key *key);
void bad_server_stop(struct bad_server *server);
// "http://127.0.0.1:PORT"
const char *bad_server_url(const struct bad_server *server);

// From the next batch on: these steps, then the last one again and again. They
// are borrowed.
void bad_server_follow(struct bad_server *server, const struct bad_step *steps,
                       size_t count);
// What GET devices/me/config gives, with a signature of `signer`. Borrowed.
// Without it there is none: 404.
void bad_server_configure(struct bad_server *server, const char *body,
                          const struct key *signer);

// Requests that came whole so far.
size_t bad_server_count(struct bad_server *server);
// Returns when `count` of them have come.
void bad_server_wait(struct bad_server *server, size_t count);
// One of them, from 0; valid until the server stops.
struct bad_request {
    char *head; // request line and headers
    char *body;
    size_t size;
};
const struct bad_request *bad_server_request(struct bad_server *server,
                                             size_t index);

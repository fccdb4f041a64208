// An HTTP client of a few lines that says exactly what a test gives it, the
// malformed too, and reads what comes back. Each function fails the running
// test when the socket does not do its part within 20 s.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct talk {
    int fd;
    struct buf heard; // not taken by an answer yet
};
struct answer {
    int status;
    struct buf head; // status line and headers
    struct buf body;
};

// On the loopback.
void talk_open(struct talk *talk, uint16_t port);
void talk_close(struct talk *talk);
void talk_send(struct talk *talk, const void *bytes, size_t size);
void talk_say(struct talk *talk, const char *text);
// The next answer, by its Content-Length or in chunks. `has_body` false: an answer to HEAD.
// False when the peer closes before the answer is whole.
bool talk_hear(struct talk *talk, bool has_body, struct answer *out);
// True when the peer closes without saying more.
bool talk_is_closed(struct talk *talk);
// Whatever it says yet, it closes.
void talk_hear_end(struct talk *talk);

// Empties an answer, so that it can take the next one. Start with {0}.
void answer_free(struct answer *answer);
// The value of a header, in a place of its own until the next call; NULL.
const char *answer_header(const struct answer *answer, const char *name);
// The body's object; give it back with json_decref().
json_t *answer_object(const struct answer *answer);
// The answer is application/problem+json of this status and type (its last
// part), and its body says the same.
void answer_is_problem(const struct answer *answer, int status,
                       const char *type);

struct ask {
    const char *method; // NULL: GET, or POST with a body
    const char *path;
    const char *token;   // NULL: none
    const char *headers; // more of them, each with its \r\n; NULL: none
    const char *type;    // of the body
    const void *body;
    size_t size;
};
// One request on a connection of its own.
void ask(uint16_t port, const struct ask *ask, struct answer *out);

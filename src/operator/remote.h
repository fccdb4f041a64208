// Requests of the commands to a server, each one connection: what is asked,
// what came back, and in plain words why nothing came back.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "operator/command.h"
#include "store/device.h"
#include <stdbool.h>

struct remote {
    const char *server; // "https://host:port", no slash at the end
    const char *token;  // for the header Authorization; NULL: none
    const char *ca;     // a file of certificates; NULL: the system's
    const char *pin;    // "sha256//BASE64"; NULL: none
    bool plain_http;    // http:// is allowed beyond this machine
    const char *type;   // of what is posted; NULL: application/json
};

struct remote_answer {
    int status; // of HTTP
    struct buf body;
};

// GET when `body` is NULL, else POST with that text. True when a whole
// answer came, whatever its status; false when none came, which is said.
bool remote_ask(const struct remote *remote, const char *path, const char *body,
                struct remote_answer *out, struct console *console);
void remote_answer_free(struct remote_answer *answer);

// Says what a server's refusal means: the problem's own words, each fault that
// it tells of, and for a reader's key that is not taken, what to do.
void remote_complain(const struct remote *remote,
                     const struct remote_answer *answer,
                     struct console *console);
// The object in the answer's body; NULL, and said, when there is none.
json_t *remote_object(const struct remote *remote,
                      const struct remote_answer *answer,
                      struct console *console);

// Checks and copies a server's address, as enrolment_read_server() does. False,
// and said.
enum { REMOTE_SERVER_SIZE = DEVICE_TEXT_SIZE, REMOTE_PIN_SIZE = 192 };
bool remote_read_server(const char *text, bool plain_http,
                        char out[REMOTE_SERVER_SIZE], struct console *console);
// Pins as people have them (sha256//BASE64, BASE64 or 64 hexadecimal digits, a
// semicolon between two) as "sha256//BASE64[;…]". False, and said.
bool remote_read_pin(const char *text, char out[REMOTE_PIN_SIZE],
                     struct console *console);

// Appends the API key that stands alone in a file. False, and said.
bool remote_read_key(const char *path, struct buf *out,
                     struct console *console);

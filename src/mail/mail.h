// E-mail through the ward's relay: one message with its attachments, handed
// over by SMTP, over TLS unless the relay is this machine. The room knows
// nothing of figures, and keeps nothing: whoever sends says what came of it.
//
//   struct mail_relay relay = {.host = "mail.example", .port = 587, …};
//   enum mail_outcome outcome = mail_send(&relay, &message, &aborted, &said);
#pragma once
#include "common/buf.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mail_tls {
    MAIL_STARTTLS, // the connection turns to TLS, or nothing is said on it
    MAIL_TLS,      // from its first byte
    MAIL_PLAIN     // this machine only
};

// Texts are borrowed; NULL for what is not given.
struct mail_relay {
    const char *host;
    int port;
    enum mail_tls tls;
    const char *ca;            // a file; the system's own
    const char *user;          // no sign-in
    const char *password_file; // read for each message, and wiped
    const char *from;
    const char *recipients; // with commas between them
    int total_s;            // of one message; 0: 120
};
// False with a `message` that names what is wrong and what to do.
bool mail_relay_check(const struct mail_relay *relay, struct buf *message);

struct mail_part {
    const char *name; // of the file
    const char *type; // of the media
    const void *bytes;
    size_t size;
};
struct mail_message {
    const char *id; // unique for ever, "ngay-2026-11-28"; letters and digits
    const char *subject, *text; // UTF-8
    int64_t at;
    const struct mail_part *parts;
    size_t part_count;
};

enum mail_outcome {
    MAIL_SENT,    // the relay has taken it for every recipient
    MAIL_LATER,   // not now: it is away, busy, or does not let us in
    MAIL_REJECTED // it never will take this message
};
// Takes its time, at most `total_s`; ends early when `aborted` becomes true. A
// line about what went wrong is appended to `said`; it holds no password.
enum mail_outcome mail_send(const struct mail_relay *relay,
                            const struct mail_message *message,
                            const atomic_bool *aborted, struct buf *said);

// A header's text as RFC 2047 wants it: plain when it is ASCII, else in encoded
// words that are folded. Control characters become blanks.
void mail_encode_header(const char *text, struct buf *out);

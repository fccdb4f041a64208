// The carry file: what the courier would send, for a device whose counter has
// no network, on a stick. A text: one line that says what it is, then batches
// exactly as they go over the wire, signed, one after the other; and one line
// that says that this was all.
//
//   {"carry":1,"device":…,"made_at":…}
//   {"batch":1,…} lines… comments…
//   {"batch":1,…} …
//   {"carry_end":1,"batches":2,"lines":800}
//
// The server's answers come back in a file of their own, one a line:
//
//   {"carry_answers":1,"device":…,"made_at":…}
//   {"sent":{header as it was sent},"answer":{answer as to a request}}
//
// Both may be carried as often as one likes: the server knows its lines, the
// device its receipts.
#pragma once
#include "common/buf.h"
#include "store/device.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum carry_result {
    CARRY_DONE,
    CARRY_NOTHING,      // there is nothing to carry
    CARRY_NOT_ENROLLED, // no device.json
    CARRY_BUSY,         // hailong-sync runs on the directory
    CARRY_BROKEN,       // a file or database of the directory; logged
    CARRY_UNREADABLE,   // the carried file is none, or damaged
    CARRY_CUT,          // it ends before its end: copied in part
    CARRY_OTHER,        // it is of another device, or of another server
    CARRY_MEMORY
};

enum { CARRY_MESSAGE_SIZE = 256 };

// Writes one batch after the other while `write` returns true.
typedef bool carry_writer(void *ctx, const void *bytes, size_t size);

// All lines that no receipt covers; with `all` every line that the device
// holds. Nothing of the device changes: until the answers come back the next
// export has the same lines again. The kiosk and the courier may run.
struct carry_count {
    size_t batches, lines;
};
enum carry_result carry_export(const char *directory, bool all,
                               carry_writer *write, void *ctx,
                               struct carry_count *out);

// Takes answers back: each must verify like one that came over the network.
// `out` counts the answers that moved the device on. `message` says what is
// wrong with which line.
enum carry_result carry_take_answers(const char *directory, const char *text,
                                     size_t size, struct carry_count *out,
                                     char message[CARRY_MESSAGE_SIZE]);

// --- Reading a carry file ---------------------------------------------------

// One batch of the file at a time: its bytes, from its header's line to before
// the next one's. Start with `*at` = 0. CARRY_NOTHING: no more.
enum carry_result carry_next(const char *text, size_t size, size_t *at,
                             const char **out_batch, size_t *out_size,
                             char out_device[ID_SIZE]);

// The lines before the first of a file.
bool carry_begin(const char *kind, const char *device, int64_t wall_ms,
                 struct buf *out);

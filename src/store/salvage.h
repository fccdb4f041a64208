// What can be saved of a store that was set aside: the lines of its ledger, row
// by row, from the database as far as it can be read and from the ring file.
// A line is believed only when its bytes have the hash that stands beside them
// (in the ring: when the slot's checksum holds) and are a line of this device
// at this place. Unfinished visits are believed from the ring alone, whose
// slots have a checksum.
#pragma once
#include "common/buf.h"
#include "ledger/chain.h"
#include "store/mark.h"
#include "store/ring.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct salvage;

// Reads the whole once, to know what is there. NULL when memory ran out.
struct salvage *salvage_open(const char *directory, const char *stamp,
                             const char *device);
void salvage_close(struct salvage *salvage);

// The last line that is known of the newest generation; gen 0: nothing.
struct chain salvage_end(const struct salvage *salvage);
// Adds [generation, first, last] for each run of lines that is missing up to
// `upto`, the last that is known to have been, as JSON, without the outer
// brackets. At most `most` runs: the last then covers all that follow.
void salvage_append_missing(const struct salvage *salvage,
                            const struct chain *upto, size_t most,
                            struct buf *out);

struct salvage_line {
    int64_t gen, seq;
    const char *id, *line; // borrowed for the call
    size_t size;
    const char *comment; // sealed, with its hash in the line; NULL: none
};
typedef bool salvage_visitor(void *ctx, const struct salvage_line *line);
// Every believed line, by generation and line. False when a visitor returned
// false.
bool salvage_walk(struct salvage *salvage, salvage_visitor *visit, void *ctx);

// How far lines had left, by generation, where the mark is proved by the
// server's receipt: lines below it are not looked for. What had left is counted
// in the old database, not in the mark that is given here.
typedef bool salvage_mark_visitor(void *ctx, const struct ledger_mark *mark);
bool salvage_marks(const struct salvage *salvage, salvage_mark_visitor *visit,
                   void *ctx);

// The visit that was on the screen: the ring's last change, when it is a draft.
// NULL: none.
const struct ring_change *salvage_draft(const struct salvage *salvage);

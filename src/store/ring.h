// The second copy: a preallocated file of fixed slots, written with O_DSYNC
// before the database is asked. It serves a full disk (its room is taken
// already) and a database that refuses.
//
// A slot holds one change to the database: a draft (D: a draft object, by id;
// with no bytes: the draft of that id is dropped), a sealed comment (C, by id)
// or a line (L: the exact bytes, with gen and seq). Each carries its order, a
// number that rises with every change. The database keeps the order up to which
// it holds everything, so after a crash the slots beyond it, in their order,
// are what it has missed.
//
// A slot that the database does not hold yet waits, and is never overwritten.
// A checksum makes a write that a power cut tore read as an empty slot.
#pragma once
#include "common/ids.h"
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

enum ring_type { RING_DRAFT = 'D', RING_COMMENT = 'C', RING_LINE = 'L' };
enum ring_result { RING_OK, RING_FULL, RING_ERROR };

// Whole pages of 4 KiB: a torn write of one slot cannot reach into another.
enum { RING_SLOT_SIZE = 12288, RING_SLOTS = 1024 };

struct ring_change {
    enum ring_type type;
    int64_t order;
    const char *id;
    int64_t gen, seq; // of a line
    const char *bytes;
    size_t size; // at most RECORD_LINE_MAX
};

// Opens the file, or makes it with room for `slots`; a file with more keeps
// them. Every slot that can be read waits at first. NULL with errno.
struct ring *ring_open(const char *path, int slots);
void ring_close(struct ring *ring);

// Writes a change into a free slot, where it waits. Durable on RING_OK; the
// bytes on the disk are anyone's guess after RING_ERROR (errno), and that slot
// is not used again until the file is opened anew.
enum ring_result ring_put(struct ring *ring, const struct ring_change *change);
// The database holds everything up to `order`: those slots are free.
void ring_settle(struct ring *ring, int64_t order);

// What waits, in its order; the change is borrowed for the call. False when a
// visitor returned false, the disk does not give a slot back, or memory ran
// out.
typedef bool ring_visitor(void *ctx, const struct ring_change *change);
bool ring_walk(struct ring *ring, ring_visitor *visit, void *ctx);

// The highest order in the file; 0 when it is empty.
int64_t ring_last_order(const struct ring *ring);
int ring_waiting(const struct ring *ring);
int ring_free(const struct ring *ring);
// True when a line of this id waits; its place comes with it.
bool ring_find_line(const struct ring *ring, const char *id, int64_t *out_gen,
                    int64_t *out_seq);

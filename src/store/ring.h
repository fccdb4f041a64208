// The second copy: a preallocated file of fixed slots, written with O_DSYNC
// before the database is asked. It serves a full disk (its room is taken
// already) and a damaged database.
//
// A slot holds a draft (D: a draft object, by id) or a line (L: the exact
// bytes, with gen and seq). A slot whose record is not yet in the database is
// never overwritten. Each slot carries a checksum, so that a write torn by a
// power cut reads as an empty slot.
#pragma once
#include "common/ids.h"
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring;

enum ring_type { RING_DRAFT = 'D', RING_LINE = 'L' };
enum ring_result { RING_OK, RING_FULL, RING_ERROR };

enum { RING_SLOT_SIZE = 8704, RING_SLOTS = 1024 }; // 17 sectors a slot

// Opens or makes the file with room for `slots`. NULL with errno.
struct ring *ring_open(const char *path, int slots);
void ring_close(struct ring *ring);

// Writes a record into a slot that is free. Durable on RING_OK; `out_slot`
// then waits until ring_release().
enum ring_result ring_put(struct ring *ring, enum ring_type type,
                          const char *id, int64_t gen, int64_t seq,
                          const char *bytes, size_t size, int *out_slot);
// The record is in the database: the slot may be written over.
void ring_release(struct ring *ring, int slot);
// The record is not wanted any more: forgotten on the disk as well.
bool ring_forget(struct ring *ring, const char *id);
// Releases every draft slot of the id.
void ring_release_drafts(struct ring *ring, const char *id);

// The slots that wait, in the order in which they were written.
typedef bool ring_visitor(void *ctx, int slot, enum ring_type type,
                          const char *id, int64_t gen, int64_t seq,
                          const char *bytes, size_t size);
bool ring_walk(struct ring *ring, ring_visitor *visit, void *ctx);
int ring_waiting(const struct ring *ring);

// The ring file after anything happened to it: what it gives is whole and in
// order, what is put into it afterwards comes back, and so does what it gave.
#include "fuzz/fuzz.h"
#include "ledger/digest.h"
#include "store/ring.h"
#include <string.h>
#include <unistd.h>

enum {
    SLOTS = 2,
    PIECE = 600,  // of the input, in each slot
    HEAD = 112,   // bytes before a record; see store/ring.c
    SIZE_AT = 32, // four bytes
    DIGEST_AT = 80
};

// The highest that is read; then none can follow.
#define ORDER_MAX (INT64_MAX / 2)

static char path[PATH_MAX];

struct seen {
    int64_t order;
    int count;
};

static bool look(void *ctx, const struct ring_change *change)
{
    struct seen *seen = ctx;
    unsigned char digest[DIGEST_BYTES];
    HOLDS(change->order >= seen->order && change->order >= 1);
    HOLDS(change->type == RING_DRAFT || change->type == RING_COMMENT ||
          change->type == RING_LINE);
    HOLDS(id_is_valid(change->id, strlen(change->id)));
    HOLDS(change->size <= RECORD_LINE_MAX);
    digest_of(change->bytes, change->size, digest); // reads them all
    seen->order = change->order;
    seen->count++;
    return true;
}

static void walk(struct ring *ring, int expected)
{
    struct seen seen = {0};
    HOLDS(ring_walk(ring, look, &seen));
    HOLDS(seen.count == expected);
    HOLDS(ring_last_order(ring) >= seen.order);
}

static void check_file(const unsigned char *bytes, size_t size)
{
    static const char line[] = "{\"v\":1}";
    int64_t gen, seq;
    fuzz_write("kiosk.ring", bytes, size, path);
    struct ring *ring = ring_open(path, SLOTS);
    HOLDS(ring);
    int waiting = ring_waiting(ring);
    int64_t last = ring_last_order(ring);
    HOLDS(waiting + ring_free(ring) >= SLOTS);
    walk(ring, waiting);
    HOLDS(last <= ORDER_MAX);
    if (last == ORDER_MAX) {
        ring_close(ring);
        return;
    }
    struct ring_change change = {.type = RING_LINE,
                                 .order = last + 1,
                                 .id = "019aadf2-5c58-7a31-8f2e-6d0b4a1c9e77",
                                 .gen = 7,
                                 .seq = 9,
                                 .bytes = line,
                                 .size = sizeof line - 1};
    bool full = ring_free(ring) == 0;
    HOLDS(ring_put(ring, &change) == (full ? RING_FULL : RING_OK));
    ring_close(ring);
    ring = ring_open(path, SLOTS);
    HOLDS(ring_waiting(ring) == waiting + !full);
    HOLDS(full || ring_find_line(ring, change.id, &gen, &seq));
    HOLDS(ring_last_order(ring) == (full ? last : last + 1));
    ring_settle(ring, last + 1);
    HOLDS(ring_waiting(ring) == 0);
    walk(ring, 0);
    ring_close(ring);
    unlink(path);
}

// No chance finds a checksum: each slot gets that of its own bytes.
static void seal(unsigned char *slot)
{
    uint32_t size;
    memcpy(&size, slot + SIZE_AT, sizeof size);
    if (size > RING_SLOT_SIZE - HEAD)
        return;
    memset(slot + DIGEST_AT, 0, DIGEST_BYTES);
    digest_of(slot, HEAD + size, slot + DIGEST_AT);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    static unsigned char file[SLOTS * RING_SLOT_SIZE];
    fuzz_start();
    check_file(data, size);
    memset(file, 0, sizeof file);
    for (size_t i = 0; i < SLOTS && i * PIECE < size; i++) {
        size_t left = size - i * PIECE;
        memcpy(file + i * RING_SLOT_SIZE, data + i * PIECE,
               left < PIECE ? left : PIECE);
        seal(file + i * RING_SLOT_SIZE);
    }
    check_file(file, sizeof file);
    return 0;
}

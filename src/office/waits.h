// How long citizens waited, as a histogram: each wait counts in whole tenths of
// a minute (rounded half up), so that means, shares and medians of any period
// come out of its parts. The mean and the share within fifteen minutes are
// exact to the millisecond; the median is that of the tenths, and between the
// two in the middle when their number is even. Pure.
//
//   struct waits waits = {0};
//   waits_add(&waits, 11 * 60000, 1); … waits_free(&waits);
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WAITS_MOST_MS INT64_C(86400000) // a day: nobody waits longer
#define WAITS_WITHIN_MS INT64_C(900000) // fifteen minutes
enum { WAITS_TENTH_MS = 6000 };

struct wait_cell {
    int32_t tenths;
    int64_t count;
};

struct waits {
    int64_t known;           // how many there are
    int64_t ms;              // all together
    int64_t within;          // of them, up to WAITS_WITHIN_MS
    struct wait_cell *cells; // by tenths, none with a count of 0
    size_t count, capacity;
    bool failed; // memory ran out: nothing in it can be used
};

// `ms` is 0 to WAITS_MOST_MS; `sign` −1 takes one away. What is taken away
// before it was added leaves a count below 0: merge first, ask then.
void waits_add(struct waits *waits, int64_t ms, int sign);
void waits_merge(struct waits *into, const struct waits *add);
bool waits_equal(const struct waits *a, const struct waits *b);
// In hundredths of a minute: the median of an even number may lie between two
// tenths. −1 when there is none.
int64_t waits_median(const struct waits *waits);
// Empties without giving memory back.
void waits_clear(struct waits *waits);
void waits_free(struct waits *waits);

// The cells as bytes, for a database: pairs of the distance to the cell before
// and the count, seven bits a byte, the lowest first, all but the last of a
// number with the high bit set. False, and `out` has failed, when a count is
// below 0 or memory ran out.
bool waits_write(const struct waits *waits, struct buf *out);
// Takes back what waits_write() gave, into an empty one whose `known`, `ms` and
// `within` are set. False for other bytes, for cells that do not add up to
// `known`, or when memory ran out.
bool waits_read(const void *bytes, size_t size, struct waits *waits);

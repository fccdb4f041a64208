// The transactions that a counter was told to have completed lately, with their
// dossiers' codes as they came, so that the officer who sits there picks one
// instead of typing it. In mode anonymous this is the only place where a code
// outlives its request, so it is kept small and short: in this process's memory
// and never in a file or a log, at most RECENT_OF_COUNTER of one counter, none
// for longer than RECENT_MS after its end, and it is wiped where it is dropped.
// Any thread.
#pragma once
#include "office/transaction.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    RECENT_OF_COUNTER = 20,
    RECENT_MOST = 640, // of all counters together
    RECENT_MS = 2 * 3600 * 1000
};

struct recent;

// NULL on no memory.
struct recent *recent_open(void);
void recent_close(struct recent *recent); // accepts NULL

// One that names no counter, or ended too long ago, is passed over; the same
// dossier and step again takes the place of the earlier one; where there are
// too many, the one that ended first goes.
void recent_add(struct recent *recent, const struct transaction *transaction,
                int64_t now);
// Those of a counter, the last one first. `row` must not come back here. False
// ends it.
typedef bool recent_row(void *ctx, const struct transaction *transaction);
void recent_list(struct recent *recent, const char *counter, int64_t now,
                 recent_row *row, void *ctx);

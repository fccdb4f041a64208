// Any call to the disk or to memory that fails, in turn: the kinds of calls,
// and how a test walks over the n-th call of each.
#pragma once
#include <stdbool.h>

enum failing_kind {
    FAILING_MEMORY,
    FAILING_READ,
    FAILING_WRITE,
    FAILING_FULL, // a write, for want of room
    FAILING_SYNC,
    FAILING_OPEN,
    FAILING_NAME,
    FAILING_KIND_COUNT
};

struct failing {
    enum failing_kind kind;
    long n;        // this call fails, counted from failing_begin()
    bool for_ever; // and all after it
};
const char *failing_name(enum failing_kind kind);

// From here on the calls are counted; those on the disk in this directory only.
void failing_begin(const struct failing *failing, const char *directory);
// Nothing fails any more. True when something did.
bool failing_end(void);

// Runs `run` with n = 1, 2, 3 … until nothing failed, for every kind, alone and
// for ever. With `stride` above 1, only about every stride-th n, from a random
// one on. Gives the number of runs.
typedef bool failing_run(void *ctx, const struct failing *failing);
long failing_walk(failing_run *run, void *ctx, long stride);

// 1 when the program was called with "all", else `daily`.
long failing_stride(int argc, char **argv, long daily);

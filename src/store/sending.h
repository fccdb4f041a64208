// How a device's sending goes, read from both of its databases while kiosk and
// courier run: for `hailong status` and the staff's page. Reads only.
#pragma once
#include "store/courier.h"
#include "store/ledger_reader.h"
#include <stdbool.h>
#include <stdint.h>

struct sending {
    struct ledger_end head; // newest generation; gen 0: no line yet
    struct ledger_counts counts;
    int64_t drafts;
    int64_t pending;        // lines without a receipt, all generations
    int64_t oldest_pending; // wall milliseconds; 0: nothing waits
    int64_t left;           // acknowledged long ago, and no longer here
    int64_t gone;           // of these, what the server asks for again
    int64_t quarantined;
    struct courier_attempts attempts;
    struct courier_anchor anchor; // boot "": never had one
    bool ledger_read, courier_read;
};

// A database that does not exist yet is read as empty. What could not be read
// is 0 and its flag false; the cause is logged.
void sending_read(const char *directory, struct sending *out);

// By how much a clock that shows `wall_ms` is ahead of the server's, at `up_ms`
// of this boot. False: it has not been compared since the boot.
bool sending_clock_offset(const struct sending *sending, const char *boot,
                          int64_t wall_ms, int64_t up_ms, int64_t *out_ms);

// Lines that have done their service leave the ledger, from its beginning, in
// small steps. A line leaves when all of this is so:
//
// - the server says today that it holds it: the courier's position is behind
//   it, with a receipt whose head is our own line's;
// - a receipt that covers it is older than `keep_days`: the server signed the
//   time, so no clock of ours makes a young line old; and the line itself says
//   that it is;
// - the time is sure: the server told it since this machine was started, and
//   our own clock agrees with it to a day;
// - it and the lines around it are what was written, each continuing the one
//   before: nothing leaves that somebody should look at first;
// - it is not the last of its generation.
//
// The mark that says how far lines have left (store/mark.h), and the lines, go
// in one transaction. The database itself refuses to lose a line above it.
#pragma once
#include "common/clock.h"
#include "sql/sql.h"
#include "store/courier.h"
#include <stdbool.h>
#include <stdint.h>

enum { PRUNE_KEEP_LEAST = 30, PRUNE_KEEP_DAYS = 90, PRUNE_KEEP_MOST = 3650 };
enum { PRUNE_STEP = 64 }; // lines

struct prune_now {
    char boot[CLOCK_BOOT_ID_SIZE];
    int64_t up_ms; // since that boot
    int64_t wall_ms;
};
// The time before which something must have been to be `keep_days` old. False:
// the time is not sure, and nothing is old. Pure.
bool prune_before(const struct courier_anchor *anchor,
                  const struct prune_now *now, int keep_days, int64_t *out_ms);

// One step of the oldest generation that has lines to give. SQL_OK: some left,
// and more may follow; SQL_NONE: none may leave now. Anything else is
// kiosk.db's failure, and proves nothing.
enum sql_result prune_step(struct sql *kiosk, const char *directory,
                           const char *device, int keep_days);

// A device's directory of a test whose ledger is old: a keeper with lines of
// months ago, and receipts of a server that has held them since. Each function
// fails the running test when it cannot do its work.
#pragma once
#include "store/device.h"
#include "store/keeper.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <stdint.h>

struct old_ledger {
    char folder[SCRATCH_SIZE];
    struct device device; // as device.json has it
    struct key server_key;
    struct ledger_maker maker; // its clock is the device's
    struct keeper *keeper;     // NULL: no kiosk runs
};

enum { OLD_DAYS = 120 }; // before today, where the maker's clock begins

// An empty ledger in a scratch folder, and a server that told the time just now.
void old_open(struct old_ledger *old);
void old_close(struct old_ledger *old);
// The kiosk ends, and starts again.
void old_restart(struct old_ledger *old);

// So many visits at the maker's time, half a minute apart, rated 1…5 in turn
// and then declined. Gives the last line's place.
int64_t old_visit(struct old_ledger *old, int count);
// The receipt of a server that said `days` ago that it holds generation 1 up to
// `to`; `sign`: with this key.
void old_receipt(const struct old_ledger *old, int64_t to, int days,
                 const struct key *sign);
// The same with the server's own key.
void old_acknowledge(const struct old_ledger *old, int64_t to, int days);
// The server told its time, `off_ms` from ours, `ago_ms` ago; `boot` NULL: of
// this boot.
void old_anchor(const struct old_ledger *old, const char *boot, int64_t ago_ms,
                int64_t off_ms);
// Steps of 90 days until none follows; gives how far lines have left.
int64_t old_prune(struct old_ledger *old);
// How far that is; 0: all are here.
int64_t old_mark(const struct old_ledger *old);

// The keys that make tokens of dossiers' codes (ledger/pseudonym.h): one for
// each unit and official month, made here, told to devices in their
// configuration, and destroyed when its month is over.
//
// A key is destroyed by the row that alone holds it, on pages that SQLite
// overwrites (secure_delete), and by emptying the log behind it. Copies that
// others hold are beyond reach: a backup, and a device that has not been in
// contact since.
#pragma once
#include "ledger/pseudonym.h"
#include "office/configuration.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

// The unit's keys that are not destroyed, the oldest first; `out->linked` is
// left as it is. The caller wipes it.
enum office_result office_transaction_keys(struct office *office,
                                           const char *unit,
                                           struct pseudonym_keys *out);

// Makes those of this and the next month where they are missing: for what comes
// before the unit's first device. Writer only.
enum office_result office_make_transaction_keys(struct office *office,
                                                const char *unit, int64_t now);

// Destroys the keys of months that are over, makes those of this and the next
// month for the units of all devices, and new configurations where that
// changes them. Call at the server's start and once each local day. By a clock
// that cannot be believed nothing is destroyed. Writer only.
//
// On OFFICE_OK all is done but, when `out_is_emptied` is false, the emptying of
// the log, which a reader holds: call again soon. That keeps nobody from
// writing.
enum office_result office_turn_keys(struct office *office,
                                    const struct office_defaults *defaults,
                                    int64_t now, bool *out_is_emptied);

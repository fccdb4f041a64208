// What is kept for a time only, by the settings document "retention":
//
//   comments_months  the sealed text of comments, from when it came. Its line
//                    keeps the hash, so chains, receipts and checkpoints hold.
//   codes_months     the codes of dossiers, or their tokens, in invitations and
//                    completed transactions, from when they were told. What a
//                    line of the ledger says stays: its hash covers it.
//
// A month is a whole calendar month: what came in it leaves together, on the
// first day of the month after its time. 0 keeps for ever. On SQLite deleting
// overwrites (secure_delete), in the journal too once it is checkpointed; on
// PostgreSQL the bytes go with VACUUM and with the last WAL file that has them.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

struct retention_rules {
    int comments_months, codes_months;
};
// False with the key and what is wrong with it; `out` is then untouched.
bool retention_rules_read(const json_t *body, struct retention_rules *out,
                          struct buf *message);

// The local day before which things have had their time. False: none has.
bool retention_before(int64_t now, int months, int32_t *out_day);

struct retention_done {
    int64_t comments, codes;
    bool more; // there may be more: call again
};
// Writer only. A step that is quick; what it took away stands in the audit
// trail with its number. After the last one the journal is emptied.
enum office_result office_forget(struct office *office,
                                 const struct retention_rules *rules,
                                 int64_t now, struct retention_done *out);

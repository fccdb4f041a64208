// Completed transactions: what coverage, waiting times and timeliness are
// counted from. A transaction is one step of one dossier, told by the one-stop
// system; what it tells again with the same content changes nothing, with other
// content it is a correction, and the totals follow.
//
// In mode anonymous a dossier's code becomes a token before it is kept
// (ledger/pseudonym.h), by the key of the official month in which the step was
// done. What comes when that key is destroyed gets its token by the key of the
// month in which it comes, so that it is known again as long as that one lives.
// A transaction whose token no key can make any more is known again by all else
// that was told of it: it is then the same, and gets a token anew. A correction
// that comes so late cannot be told from another transaction, and counts as one
// more. Without any key no code is kept at all; what agrees in everything else
// is then the same, as often as it stands in one call.
#pragma once
#include "ledger/pseudonym.h"
#include "office/filter.h"
#include "office/office.h"
#include "office/totals.h"
#include "office/transaction.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transaction_status {
    TRANSACTION_STORED,
    TRANSACTION_ALREADY,
    TRANSACTION_REPLACED, // an earlier telling, by other content
    TRANSACTION_INVALID,  // never given to the office
    TRANSACTION_STATUS_COUNT
};
// "stored", …
const char *transaction_status_name(enum transaction_status status);

struct transaction_entry {
    struct transaction transaction; // checked
    enum transaction_status status; // TRANSACTION_INVALID is passed over
};

// Writer only. All in one commit, in order: each entry gets its status. Of a
// dossier that is in it twice the later one stays. `now` says whose key is for
// what comes late.
enum office_result office_take_transactions(struct office *office,
                                            const char *unit,
                                            const struct pseudonym_keys *keys,
                                            struct transaction_entry *entries,
                                            size_t count, int64_t now);

struct office_transaction_total {
    const char *key; // as office_totals() gives them
    const struct transaction_sum *sum;
};
// The row lives during the call; false ends the reading.
typedef bool
office_transaction_row(void *ctx, const struct office_transaction_total *total);

// By the local day of their end, as office_totals(). OFFICE_NONE for a
// breakdown that no transaction tells: device and channel.
enum office_result office_transaction_totals(struct office *office,
                                             int32_t from_day, int32_t to_day,
                                             enum office_breakdown by,
                                             office_transaction_row *row,
                                             void *ctx);
// The same of a part of them, as office_part_totals(). OFFICE_NONE also for a
// filter by channel.
enum office_result office_transaction_part(struct office *office,
                                           const struct office_filter *filter,
                                           int32_t from_day, int32_t to_day,
                                           enum office_breakdown by,
                                           office_transaction_row *row,
                                           void *ctx);
// The same, counted again from every transaction: slow, and always equal.
enum office_result office_transaction_recount(struct office *office,
                                              int32_t from_day, int32_t to_day,
                                              enum office_breakdown by,
                                              office_transaction_row *row,
                                              void *ctx);

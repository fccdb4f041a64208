// What the files of the transactions share.
#pragma once
#include "office/breakdown.h"
#include "office/office_sql.h"
#include "office/transactions.h"

// The sums of a row of transaction_totals, whose first column is `column`, into
// an empty sum or in place of what it held. Give it back with
// transaction_sum_free() after the last. SQL_CORRUPT, logged and given back,
// when the row is damaged.
enum sql_result transaction_sum_get(struct sql_statement *s, int column,
                                    struct transaction_sum *out);
// The facts in the columns of TRANSACTION_COLUMNS.
void transaction_facts_get(struct sql_statement *s, int column,
                           struct transaction_facts *out);
// Adds every transaction that ended on these days to the tally's day cells.
enum sql_result transactions_count(struct sql *sql, struct day_range days,
                                   struct transaction_tally *tally);
// Adds every transaction to the totals of pairs, which hold none yet: waits are
// no numbers that a script could add up. In the migration's transaction.
enum sql_result transactions_fill_pairs(struct sql *sql);
// Likewise to those of quarters.
enum sql_result transactions_fill_quarters(struct sql *sql);

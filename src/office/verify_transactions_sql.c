#include "common/log.h"
#include "office/transactions_sql.h"
#include "office/verify_sql.h"

static void find_cell(struct verifying *v, const struct transaction_cell *cell)
{
    verify_find_total(v, cell->dimension, cell->grain, cell->period, cell->key,
                      "transactions");
}

static void check_row(struct verifying *v, struct sql_statement *s,
                      const struct transaction_tally *tally)
{
    static const struct transaction_sum nothing;
    struct transaction_cell kept = {.dimension = (int)sql_int(s, 0),
                                    .grain = (enum tally_grain)sql_int(s, 1),
                                    .period = (int32_t)sql_int(s, 2),
                                    .key = sql_int(s, 3)};
    struct transaction_cell *cell = transaction_tally_find(
        tally, kept.dimension, kept.grain, kept.period, kept.key);
    bool is_sound = transaction_sum_get(s, 4, &kept.sum) == SQL_OK;
    v->sum->totals++;
    if (!is_sound ||
        !transaction_sum_equal(&kept.sum, cell ? &cell->sum : &nothing)) {
        find_cell(v, &kept);
    }
    transaction_sum_free(&kept.sum);
    if (cell) {
        transaction_sum_free(&cell->sum);
    }
}

// Takes each kept total off the recount: what is left on either side is wrong.
static enum sql_result compare(struct verifying *v,
                               struct transaction_tally *tally)
{
    struct sql_statement *s = sql_use_long(v->sql, TRANSACTION_ALL_TOTALS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        check_row(v, s, tally);
    }
    sql_done(s);
    for (size_t i = 0; i < tally->count && !v->is_stopped; i++) {
        if (tally->cells[i].sum.count != 0) {
            find_cell(v, &tally->cells[i]);
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static void count_transactions(struct verifying *v,
                               const struct transaction_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++) {
        const struct transaction_cell *cell = &tally->cells[i];
        if (cell->dimension == TALLY_ALL && cell->grain == TALLY_DAY) {
            v->sum->transactions += cell->sum.count;
        }
    }
}

enum sql_result verify_transactions(struct verifying *v)
{
    struct transaction_tally tally = {.failed = false};
    enum sql_result result = transactions_count(
        v->sql, breakdown_clamp(INT32_MIN, INT32_MAX), &tally);
    if (result == SQL_OK) {
        count_transactions(v, &tally);
        transaction_tally_fold(&tally);
        if (tally.failed) {
            log_error("office", "out of memory");
            result = SQL_ERROR;
        }
    }
    if (result == SQL_OK) {
        result = compare(v, &tally);
    }
    transaction_tally_free(&tally);
    return result;
}

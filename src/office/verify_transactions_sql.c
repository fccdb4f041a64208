// The totals made of the transactions.
#include "common/date.h"
#include "office/transactions_sql.h"
#include "office/verify_sql.h"

// What a random number of the balance is of.
enum { OF_CALLED, OF_DONE, OF_DAMAGE };

static uint64_t waits_worth(const struct balance *balance, int what,
                            const struct waits *waits)
{
    uint64_t worth = 0;
    for (size_t i = 0; i < waits->count; i++) {
        uint64_t one = balance_weigh(balance, &waits->cells[i].count, 1);
        worth = balance_plus(
            worth, balance_times(one, balance_random(balance, what,
                                                     waits->cells[i].tenths)));
    }
    return worth;
}

static uint64_t worth_of(const struct balance *balance,
                         const struct transaction_sum *sum)
{
    const int64_t numbers[] = {sum->count,
                               sum->timely[TIMELINESS_UNTOLD],
                               sum->timely[TIMELINESS_BEFORE],
                               sum->timely[TIMELINESS_ON],
                               sum->timely[TIMELINESS_LATE],
                               sum->called.known,
                               sum->called.ms,
                               sum->called.within,
                               sum->done.known,
                               sum->done.ms,
                               sum->done.within};
    uint64_t waits = balance_plus(waits_worth(balance, OF_CALLED, &sum->called),
                                  waits_worth(balance, OF_DONE, &sum->done));
    return balance_plus(
        waits,
        balance_weigh(balance, numbers, sizeof numbers / sizeof numbers[0]));
}

static struct sql_statement *use_rows(struct sql *sql)
{
    struct day_range days = breakdown_clamp(INT32_MIN, INT32_MAX);
    struct sql_statement *s = sql_use_long(sql, TRANSACTION_ROWS);
    sql_bind_int(s, 1, date_wall_ms_of_day(days.from));
    sql_bind_int(s, 2, date_wall_ms_of_day(days.to) + INT64_C(86400000));
    return s;
}

static enum sql_result add_rows(struct verifying *v, struct balance *balance)
{
    struct sql_statement *s = use_rows(v->sql);
    struct transaction_sum one = {.count = 0};
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct transaction_facts facts;
        transaction_facts_get(s, 0, &facts);
        const struct tally_place place = transaction_place_of(&facts);
        transaction_sum_clear(&one);
        transaction_sum_add(&one, &facts, 1);
        balance_add(balance, &place, worth_of(balance, &one));
        v->sum->transactions++;
    }
    balance->failed |= one.called.failed || one.done.failed;
    transaction_sum_free(&one);
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static void add(struct verifying *v, struct sql_statement *row, void *tally)
{
    struct transaction_facts facts;
    (void)v;
    transaction_facts_get(row, 0, &facts);
    transaction_tally_add(tally, &facts, 1);
}

static bool fold(void *ctx)
{
    struct transaction_tally *tally = ctx;
    transaction_tally_fold(tally);
    return !tally->failed;
}

static void clear(void *tally)
{
    transaction_tally_clear(tally);
}

// --- Kept totals ------------------------------------------------------------

// A damaged one is left to be named.
static uint64_t worth(const struct balance *balance,
                      const struct verify_total *total,
                      struct sql_statement *kept)
{
    struct transaction_sum sum = {.count = 0};
    uint64_t found = transaction_sum_get(kept, 4, &sum) == SQL_OK
                         ? worth_of(balance, &sum)
                         : balance_random(balance, OF_DAMAGE, total->key);
    transaction_sum_free(&sum);
    return found;
}

static bool settle(void *tally, const struct verify_total *total,
                   struct sql_statement *kept)
{
    static const struct transaction_sum nothing;
    struct transaction_sum sum = {.count = 0};
    struct transaction_cell *cell = transaction_tally_find(
        tally, total->dimension, total->grain, total->period, total->key);
    bool is_same = transaction_sum_get(kept, 4, &sum) == SQL_OK &&
                   transaction_sum_equal(&sum, cell ? &cell->sum : &nothing);
    transaction_sum_free(&sum);
    if (cell) {
        transaction_sum_free(&cell->sum);
    }
    return is_same;
}

static bool left(const void *ctx, size_t i, struct verify_total *out)
{
    const struct transaction_tally *tally = ctx;
    const struct transaction_cell *cell = &tally->cells[i];
    *out = (struct verify_total){(int)cell->dimension, cell->grain,
                                 cell->period, cell->key};
    return cell->sum.count != 0;
}

enum sql_result verify_transactions(struct verifying *v)
{
    static const struct balance_kind told = {transaction_tells, true};
    static const struct verify_kind kind = {.what = "transactions",
                                            .rows = use_rows,
                                            .add = add,
                                            .fold = fold,
                                            .clear = clear,
                                            .kept = TRANSACTION_ALL_TOTALS,
                                            .worth = worth,
                                            .settle = settle,
                                            .left = left};
    struct balance balance;
    struct transaction_tally tally = {.choice = {balance_wants, &balance}};
    const struct verify_weighed weighed = {&kind, &balance, &tally,
                                           &tally.count};
    balance_begin(&balance, &told);
    enum sql_result result = add_rows(v, &balance);
    if (result == SQL_OK) {
        result = verify_weigh(v, &weighed);
    }
    transaction_tally_free(&tally);
    balance_free(&balance);
    return result;
}

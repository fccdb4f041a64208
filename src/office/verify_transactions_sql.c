#include "common/date.h"
#include "common/log.h"
#include "office/transactions_sql.h"
#include "office/verify_sql.h"

static const char WHAT[] = "transactions";

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

static void take_row(struct verifying *v, struct balance *balance,
                     struct sql_statement *s, struct transaction_sum *kept)
{
    struct verify_total total;
    verify_total_read(s, &total);
    v->sum->totals++;
    // A damaged one is left to be named.
    uint64_t worth = transaction_sum_get(s, 4, kept) == SQL_OK
                         ? worth_of(balance, kept)
                         : balance_random(balance, OF_DAMAGE, total.key);
    if (!balance_take(balance, total.dimension, total.grain, total.period,
                      total.key, worth) &&
        worth != 0) {
        verify_find_total(v, balance, &total, WHAT);
    }
}

static enum sql_result take_kept(struct verifying *v, struct balance *balance)
{
    struct sql_statement *s = sql_use_long(v->sql, TRANSACTION_ALL_TOTALS);
    struct transaction_sum kept = {.count = 0};
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        take_row(v, balance, s, &kept);
    }
    transaction_sum_free(&kept);
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// --- Naming what is wrong ---------------------------------------------------

static enum sql_result recount(struct verifying *v,
                               const struct verify_naming *naming)
{
    struct transaction_tally *tally = naming->tally;
    struct sql_statement *s = use_rows(v->sql);
    enum sql_result result = SQL_OK;
    while (!verify_is_full(naming) && (result = sql_step(s)) == SQL_OK) {
        struct transaction_facts facts;
        transaction_facts_get(s, 0, &facts);
        transaction_tally_add(tally, &facts, 1);
    }
    sql_done(s);
    transaction_tally_fold(tally);
    if (tally->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static void compare_row(struct verifying *v, const struct verify_naming *naming,
                        struct sql_statement *s)
{
    static const struct transaction_sum nothing;
    struct transaction_sum kept = {.count = 0};
    struct verify_total total;
    verify_total_read(s, &total);
    if (!balance_wants(naming->balance, total.dimension, total.grain,
                       total.period)) {
        return;
    }
    struct transaction_cell *cell = transaction_tally_find(
        naming->tally, total.dimension, total.grain, total.period, total.key);
    bool is_sound = transaction_sum_get(s, 4, &kept) == SQL_OK;
    if (!is_sound ||
        !transaction_sum_equal(&kept, cell ? &cell->sum : &nothing)) {
        verify_find_total(v, naming->balance, &total, naming->what);
    }
    transaction_sum_free(&kept);
    if (cell) {
        transaction_sum_free(&cell->sum);
    }
}

// Takes each kept total off the recount: what is left on either side is wrong.
static enum sql_result compare(struct verifying *v,
                               const struct verify_naming *naming)
{
    const struct transaction_tally *tally = naming->tally;
    struct sql_statement *s = sql_use_long(v->sql, TRANSACTION_ALL_TOTALS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        compare_row(v, naming, s);
    }
    sql_done(s);
    for (size_t i = 0; i < tally->count && !v->is_stopped; i++) {
        const struct transaction_cell *cell = &tally->cells[i];
        const struct verify_total total = {cell->dimension, cell->grain,
                                           cell->period, cell->key};
        if (cell->sum.count != 0) {
            verify_find_total(v, naming->balance, &total, naming->what);
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static void clear(void *tally)
{
    transaction_tally_clear(tally);
}

enum sql_result verify_transactions(struct verifying *v)
{
    static const struct balance_kind kind = {transaction_tells, true};
    struct balance balance;
    struct transaction_tally tally = {.choice = {balance_wants, &balance}};
    const struct verify_naming naming = {.balance = &balance,
                                         .what = WHAT,
                                         .tally = &tally,
                                         .cells = &tally.count,
                                         .recount = recount,
                                         .compare = compare,
                                         .clear = clear};
    balance_begin(&balance, &kind);
    enum sql_result result = add_rows(v, &balance);
    if (result == SQL_OK) {
        result = take_kept(v, &balance);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_name_wrong(v, &naming);
    }
    transaction_tally_free(&tally);
    balance_free(&balance);
    return result;
}

// What every kind of totals has in common: what is kept is taken off the
// balance, and where something is left it is counted again and named.
#include "common/date.h"
#include "common/log.h"
#include "office/verify_sql.h"
#include <stdio.h>

// Cells of days that are counted at once to name what is wrong; less than 200
// MB with all that belongs to them. More only when a single slice has more.
enum { CELLS_MOST = 100000 };

static int bounded(int64_t number)
{
    return number < INT32_MIN || number > INT32_MAX ? INT32_MAX : (int)number;
}

static void read_total(struct sql_statement *s, struct verify_total *out)
{
    *out =
        (struct verify_total){.dimension = bounded(sql_int(s, 0)),
                              .grain = (enum tally_grain)bounded(sql_int(s, 1)),
                              .period = bounded(sql_int(s, 2)),
                              .key = sql_int(s, 3)};
}

static int32_t first_day_of(enum tally_grain grain, int32_t period)
{
    switch (grain) {
    case TALLY_HALF_MONTH:
        return tally_first_day(period);
    case TALLY_QUARTER:
        return tally_first_day(tally_first_half(period));
    default:
        return period;
    }
}

static const char *const grain_names[TALLY_GRAIN_COUNT] = {
    "day", "half-month from", "quarter from"};

static bool has_name(const struct balance *balance,
                     const struct verify_total *total)
{
    return total->period >= 0 && balance_knows(balance, total->dimension,
                                               total->grain, total->period);
}

static void find_total(struct verifying *v,
                       const struct verify_weighed *weighed,
                       const struct verify_total *total)
{
    char day[DATE_ISO_SIZE], name[TALLY_NAME_SIZE], numbers[48];
    const char *what = weighed->kind->what;
    if (!has_name(weighed->balance, total)) {
        verify_find(v, "", 0, 0,
                    "there is a total of %s of no breakdown or period", what);
        return;
    }
    tally_dimension_name(total->dimension, name);
    date_format_iso(first_day_of(total->grain, total->period), day);
    if (total->dimension < TALLY_DIMENSION_COUNT) {
        snprintf(numbers, sizeof numbers, "key %lld", (long long)total->key);
    } else {
        snprintf(numbers, sizeof numbers, "keys %lld and %lld",
                 (long long)tally_pair_first(total->key),
                 (long long)tally_pair_second(total->key));
    }
    balance_name(weighed->balance, total->dimension, total->grain,
                 total->period);
    verify_find(v, "", 0, 0,
                "the total of the %s %s by %s, %s, is not what its %s give",
                grain_names[total->grain], day, name, numbers, what);
}

// --- Weighing ---------------------------------------------------------------

static enum sql_result take_kept(struct verifying *v,
                                 const struct verify_weighed *weighed)
{
    struct balance *balance = weighed->balance;
    struct sql_statement *s = sql_use_long(v->sql, weighed->kind->kept);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        struct verify_total total;
        read_total(s, &total);
        v->sum->totals++;
        uint64_t worth = weighed->kind->worth(balance, &total, s);
        if (!balance_take(balance, total.dimension, total.grain, total.period,
                          total.key, worth) &&
            worth != 0) {
            find_total(v, weighed, &total);
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// --- Naming what is wrong ---------------------------------------------------

// Too much is wanted at once.
static bool is_full(const struct verify_weighed *weighed)
{
    return *weighed->cells >= CELLS_MOST &&
           weighed->balance->to > weighed->balance->from;
}

static enum sql_result count(struct verifying *v,
                             const struct verify_weighed *weighed)
{
    const struct verify_kind *kind = weighed->kind;
    struct sql_statement *s = kind->rows(v->sql);
    enum sql_result result = SQL_OK;
    while (!is_full(weighed) && (result = sql_step(s)) == SQL_OK) {
        kind->add(v, s, weighed->tally);
    }
    sql_done(s);
    if (!kind->fold(weighed->tally)) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

// Counts what is wanted; less of it while there is too much.
static enum sql_result recount(struct verifying *v,
                               const struct verify_weighed *weighed)
{
    enum sql_result result = count(v, weighed);
    while (result == SQL_OK && is_full(weighed)) {
        balance_narrow(weighed->balance);
        weighed->kind->clear(weighed->tally);
        result = count(v, weighed);
    }
    return result;
}

static void compare_kept(struct verifying *v,
                         const struct verify_weighed *weighed,
                         struct sql_statement *s)
{
    struct verify_total total;
    read_total(s, &total);
    if (balance_wants(weighed->balance, total.dimension, total.grain,
                      total.period) &&
        !weighed->kind->settle(weighed->tally, &total, s)) {
        find_total(v, weighed, &total);
    }
}

// Takes each kept total off the recount: what is left on either side is wrong.
static enum sql_result compare(struct verifying *v,
                               const struct verify_weighed *weighed)
{
    struct sql_statement *s = sql_use_long(v->sql, weighed->kind->kept);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        compare_kept(v, weighed, s);
    }
    sql_done(s);
    for (size_t i = 0; i < *weighed->cells && !v->is_stopped; i++) {
        struct verify_total total;
        if (weighed->kind->left(weighed->tally, i, &total)) {
            find_total(v, weighed, &total);
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

// What is kept is what the rows give; so these are not what proves them gives,
// and what is wrong with them was told of each.
static void find_slice(struct verifying *v,
                       const struct verify_weighed *weighed,
                       const struct balance_slice *slice)
{
    char day[DATE_ISO_SIZE], name[TALLY_NAME_SIZE];
    enum tally_grain grain =
        tally_has_quarters(slice->dimension) ? TALLY_QUARTER : TALLY_HALF_MONTH;
    date_format_iso(first_day_of(grain, slice->period), day);
    tally_dimension_name(slice->dimension, name);
    verify_find(
        v, "", 0, 0,
        "the totals of the %s %s by %s hold %s that no sound line gives",
        grain_names[grain], day, name, weighed->kind->what);
}

static void find_unnamed(struct verifying *v,
                         const struct verify_weighed *weighed)
{
    const struct balance *balance = weighed->balance;
    for (size_t i = 0; i < balance->count && !v->is_stopped; i++) {
        const struct balance_slice *slice = &balance->slices[i];
        if (slice->rank >= balance->from && slice->rank <= balance->to &&
            !slice->is_named) {
            find_slice(v, weighed, slice);
        }
    }
}

static enum sql_result name_wrong(struct verifying *v,
                                  const struct verify_weighed *weighed)
{
    struct balance *balance = weighed->balance;
    if (balance->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    bool is_left = balance_end(balance) > 0;
    enum sql_result result = SQL_OK;
    while (is_left && result == SQL_OK && !v->is_stopped) {
        result = recount(v, weighed);
        if (result == SQL_OK) {
            result = compare(v, weighed);
        }
        if (result == SQL_OK) {
            find_unnamed(v, weighed);
        }
        weighed->kind->clear(weighed->tally);
        is_left = balance_next(balance);
    }
    return result;
}

enum sql_result verify_weigh(struct verifying *v,
                             const struct verify_weighed *weighed)
{
    enum sql_result result = take_kept(v, weighed);
    if (result == SQL_OK && !v->is_stopped) {
        result = name_wrong(v, weighed);
    }
    return result;
}

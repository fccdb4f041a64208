// The totals of visits; and how the wrong ones of all kinds are named.
#include "common/date.h"
#include "common/log.h"
#include "office/verify_sql.h"
#include <stdio.h>
#include <string.h>

// Cells of days that are counted at once to name what is wrong; less than 200
// MB with all that belongs to them. More only when a single slice has more.
enum { CELLS_MOST = 100000 };

// --- Any kind ---------------------------------------------------------------

static int bounded(int64_t number)
{
    return number < INT32_MIN || number > INT32_MAX ? INT32_MAX : (int)number;
}

void verify_total_read(struct sql_statement *s, struct verify_total *out)
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

void verify_find_total(struct verifying *v, struct balance *balance,
                       const struct verify_total *total, const char *what)
{
    char day[DATE_ISO_SIZE], name[TALLY_NAME_SIZE], numbers[48];
    if (!tally_dimension_name(total->dimension, name) ||
        (unsigned)total->grain >= TALLY_GRAIN_COUNT || total->period < 0 ||
        total->period > TALLY_PERIOD_MOST) {
        verify_find(v, "", 0, 0, "there is a total of no breakdown or period");
        return;
    }
    date_format_iso(first_day_of(total->grain, total->period), day);
    if (total->dimension < TALLY_DIMENSION_COUNT) {
        snprintf(numbers, sizeof numbers, "key %lld", (long long)total->key);
    } else {
        snprintf(numbers, sizeof numbers, "keys %lld and %lld",
                 (long long)tally_pair_first(total->key),
                 (long long)tally_pair_second(total->key));
    }
    balance_name(balance, total->dimension, total->grain, total->period);
    verify_find(v, "", 0, 0,
                "the total of the %s %s by %s, %s, is not what its %s give",
                grain_names[total->grain], day, name, numbers, what);
}

bool verify_is_full(const struct verify_naming *naming)
{
    return *naming->cells >= CELLS_MOST &&
           naming->balance->to > naming->balance->from;
}

// What is kept is what the rows give; so these are not what proves them gives,
// and what is wrong with them was told of each.
static void find_slice(struct verifying *v, const struct verify_naming *naming,
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
        grain_names[grain], day, name, naming->what);
}

static void find_unnamed(struct verifying *v,
                         const struct verify_naming *naming)
{
    const struct balance *balance = naming->balance;
    for (size_t i = 0; i < balance->count && !v->is_stopped; i++) {
        const struct balance_slice *slice = &balance->slices[i];
        if (slice->rank >= balance->from && slice->rank <= balance->to &&
            !slice->is_named) {
            find_slice(v, naming, slice);
        }
    }
}

// Counts what is wanted; less of it while there is too much.
static enum sql_result recount(struct verifying *v,
                               const struct verify_naming *naming)
{
    enum sql_result result = naming->recount(v, naming);
    while (result == SQL_OK && verify_is_full(naming)) {
        balance_narrow(naming->balance);
        naming->clear(naming->tally);
        result = naming->recount(v, naming);
    }
    return result;
}

enum sql_result verify_name_wrong(struct verifying *v,
                                  const struct verify_naming *naming)
{
    struct balance *balance = naming->balance;
    if (balance->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    bool is_left = balance_end(balance) > 0;
    enum sql_result result = SQL_OK;
    while (is_left && result == SQL_OK && !v->is_stopped) {
        result = recount(v, naming);
        if (result == SQL_OK) {
            result = naming->compare(v, naming);
        }
        if (result == SQL_OK) {
            find_unnamed(v, naming);
        }
        naming->clear(naming->tally);
        is_left = balance_next(balance);
    }
    return result;
}

// --- Visits -----------------------------------------------------------------

void verify_totals_begin(struct verifying *v)
{
    static const struct balance_kind reasons = {reason_tally_has, false};
    balance_begin(&v->visits, &balance_visits);
    balance_begin(&v->reasons, &reasons);
}

void verify_add_visit(struct verifying *v, const struct tally_facts *facts,
                      const struct reason_list *reasons)
{
    const struct tally_place place = tally_place_of(facts);
    const struct office_tally sum = tally_sum_of(facts, 1);
    balance_add(&v->visits, &place, balance_weigh_visits(&v->visits, &sum));
    if (facts->outcome == RECORD_RATED && reasons->count > 0) {
        balance_add(&v->reasons, &place,
                    verify_reasons_worth(&v->reasons, reasons, sum.levels));
    }
}

static void clear(void *tally)
{
    tally_clear(tally);
}

static enum sql_result recount_visits(struct verifying *v,
                                      const struct verify_naming *naming)
{
    struct tally *tally = naming->tally;
    struct sql_statement *s = sql_use_long(v->sql, RETOTAL_VISITS);
    enum sql_result result = SQL_OK;
    sql_bind_int(s, 1, INT64_MIN);
    sql_bind_int(s, 2, INT64_MAX);
    while (!verify_is_full(naming) && (result = sql_step(s)) == SQL_OK) {
        struct tally_facts facts;
        visit_read_facts(s, &facts);
        facts.device = sql_int(s, VISIT_FACTS);
        // A level that cannot be was told of its line.
        if (tally_is_countable(&facts)) {
            tally_add(tally, &facts, 1);
        }
    }
    sql_done(s);
    tally_fold(tally);
    if (tally->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static void compare_row(struct verifying *v, const struct verify_naming *naming,
                        struct sql_statement *s)
{
    static const struct office_tally zero;
    struct verify_total total;
    struct office_tally kept;
    verify_total_read(s, &total);
    if (!balance_wants(naming->balance, total.dimension, total.grain,
                       total.period)) {
        return;
    }
    totals_read(s, 4, &kept);
    struct tally_cell *cell = tally_find(naming->tally, total.dimension,
                                         total.grain, total.period, total.key);
    if (memcmp(&kept, cell ? &cell->sum : &zero, sizeof kept) != 0) {
        verify_find_total(v, naming->balance, &total, naming->what);
    }
    if (cell) {
        cell->sum = zero;
    }
}

// Takes each kept total off the recount: what is left on either side is wrong.
static enum sql_result compare_visits(struct verifying *v,
                                      const struct verify_naming *naming)
{
    const struct tally *tally = naming->tally;
    struct sql_statement *s = sql_use_long(v->sql, VERIFY_TOTALS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        compare_row(v, naming, s);
    }
    sql_done(s);
    for (size_t i = 0; i < tally->count && !v->is_stopped; i++) {
        const struct tally_cell *cell = &tally->cells[i];
        const struct verify_total total = {cell->dimension, cell->grain,
                                           cell->period, cell->key};
        if (!tally_is_zero(&cell->sum)) {
            verify_find_total(v, naming->balance, &total, naming->what);
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result take_kept(struct verifying *v, const char *what)
{
    struct sql_statement *s = sql_use_long(v->sql, VERIFY_TOTALS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        struct verify_total total;
        struct office_tally kept;
        verify_total_read(s, &total);
        totals_read(s, 4, &kept);
        v->sum->totals++;
        uint64_t worth = balance_weigh_visits(&v->visits, &kept);
        if (!balance_take(&v->visits, total.dimension, total.grain,
                          total.period, total.key, worth) &&
            worth != 0) {
            verify_find_total(v, &v->visits, &total, what);
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result verify_totals(struct verifying *v)
{
    struct tally tally = {.choice = {balance_wants, &v->visits}};
    const struct verify_naming naming = {.balance = &v->visits,
                                         .what = "visits",
                                         .tally = &tally,
                                         .cells = &tally.count,
                                         .recount = recount_visits,
                                         .compare = compare_visits,
                                         .clear = clear};
    enum sql_result result = take_kept(v, naming.what);
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_name_wrong(v, &naming);
    }
    tally_free(&tally);
    return result;
}

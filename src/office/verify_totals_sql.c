// The totals of visits.
#include "office/verify_sql.h"
#include <string.h>

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

static struct sql_statement *use_visits(struct sql *sql)
{
    struct sql_statement *s = sql_use_long(sql, RETOTAL_VISITS);
    sql_bind_int(s, 1, INT64_MIN);
    sql_bind_int(s, 2, INT64_MAX);
    return s;
}

static void add(struct verifying *v, struct sql_statement *row, void *tally)
{
    struct tally_facts facts;
    (void)v;
    visit_read_facts(row, &facts);
    facts.device = sql_int(row, VISIT_FACTS);
    // A level that cannot be was told of its line.
    if (tally_is_countable(&facts)) {
        tally_add(tally, &facts, 1);
    }
}

static bool fold(void *ctx)
{
    struct tally *tally = ctx;
    tally_fold(tally);
    return !tally->failed;
}

static void clear(void *tally)
{
    tally_clear(tally);
}

static uint64_t worth(const struct balance *balance,
                      const struct verify_total *total,
                      struct sql_statement *kept)
{
    struct office_tally sum;
    (void)total;
    totals_read(kept, 4, &sum);
    return balance_weigh_visits(balance, &sum);
}

static bool settle(void *tally, const struct verify_total *total,
                   struct sql_statement *kept)
{
    static const struct office_tally zero;
    struct office_tally sum;
    struct tally_cell *cell = tally_find(tally, total->dimension, total->grain,
                                         total->period, total->key);
    totals_read(kept, 4, &sum);
    bool is_same = memcmp(&sum, cell ? &cell->sum : &zero, sizeof sum) == 0;
    if (cell) {
        cell->sum = zero;
    }
    return is_same;
}

static bool left(const void *ctx, size_t i, struct verify_total *out)
{
    const struct tally *tally = ctx;
    const struct tally_cell *cell = &tally->cells[i];
    *out = (struct verify_total){cell->dimension, cell->grain, cell->period,
                                 cell->key};
    return !tally_is_zero(&cell->sum);
}

enum sql_result verify_totals(struct verifying *v)
{
    static const struct verify_kind kind = {.what = "visits",
                                            .rows = use_visits,
                                            .add = add,
                                            .fold = fold,
                                            .clear = clear,
                                            .kept = VERIFY_TOTALS,
                                            .worth = worth,
                                            .settle = settle,
                                            .left = left};
    struct tally tally = {.choice = {balance_wants, &v->visits}};
    const struct verify_weighed weighed = {&kind, &v->visits, &tally,
                                           &tally.count};
    enum sql_result result = verify_weigh(v, &weighed);
    tally_free(&tally);
    return result;
}

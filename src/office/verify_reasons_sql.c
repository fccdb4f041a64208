// The totals of the reasons that ratings carry.
#include "office/verify_sql.h"
#include <string.h>

uint64_t verify_reasons_worth(const struct balance *balance,
                              const struct reason_list *reasons,
                              const int64_t levels[5])
{
    uint64_t all = balance_random(balance, 0, REASON_ANY);
    for (size_t i = 0; i < reasons->count; i++) {
        all = balance_plus(all, balance_random(balance, 0, reasons->all[i]));
    }
    return balance_times(all, balance_weigh(balance, levels, 5));
}

// The reasons of a visit's line, whose bytes are the column after its facts.
static bool read_reasons(struct verifying *v, struct sql_statement *s,
                         struct reason_list *out)
{
    struct record record;
    struct office_visit visit = {.counts = true};
    char why[JSON_MESSAGE_SIZE];
    size_t size = 0;
    const char *bytes = sql_bytes(s, VISIT_FACTS, &size);
    if (!bytes || !record_read(bytes, size, &record, why)) {
        return false;
    }
    office_visit_take_reasons(&record, &visit);
    return verify_number_reasons(&v->codes, &visit, out);
}

static struct sql_statement *use_ratings(struct sql *sql)
{
    return sql_use_long(sql, VERIFY_RATINGS);
}

static void add(struct verifying *v, struct sql_statement *row, void *tally)
{
    struct tally_facts facts;
    struct reason_list reasons;
    visit_read_facts(row, &facts);
    if (facts.level >= 1 && facts.level <= 5 &&
        read_reasons(v, row, &reasons)) {
        reason_tally_add(tally, &facts, &reasons, 1);
    }
}

static bool fold(void *ctx)
{
    struct reason_tally *tally = ctx;
    reason_tally_fold(tally);
    return !tally->failed;
}

static void clear(void *tally)
{
    reason_tally_clear(tally);
}

// --- Kept totals ------------------------------------------------------------

static void read_cell(const struct verify_total *total,
                      struct sql_statement *kept, struct reason_cell *out)
{
    *out = (struct reason_cell){.dimension =
                                    (enum tally_dimension)total->dimension,
                                .grain = total->grain,
                                .period = total->period,
                                .key = total->key,
                                .reason = sql_int(kept, 4)};
    for (int level = 0; level < 5; level++) {
        out->levels[level] = sql_int(kept, 5 + level);
    }
}

static uint64_t worth(const struct balance *balance,
                      const struct verify_total *total,
                      struct sql_statement *kept)
{
    struct reason_cell cell;
    read_cell(total, kept, &cell);
    return balance_times(balance_random(balance, 0, cell.reason),
                         balance_weigh(balance, cell.levels, 5));
}

static bool settle(void *tally, const struct verify_total *total,
                   struct sql_statement *kept)
{
    static const struct reason_cell nothing;
    struct reason_cell cell;
    read_cell(total, kept, &cell);
    struct reason_cell *counted = reason_tally_find(tally, &cell);
    bool is_same = memcmp(cell.levels, (counted ? counted : &nothing)->levels,
                          sizeof cell.levels) == 0;
    if (counted) {
        memset(counted->levels, 0, sizeof counted->levels);
    }
    return is_same;
}

static bool left(const void *ctx, size_t i, struct verify_total *out)
{
    const struct reason_tally *tally = ctx;
    const struct reason_cell *cell = &tally->cells[i];
    *out = (struct verify_total){(int)cell->dimension, cell->grain,
                                 cell->period, cell->key};
    return !reason_cell_is_zero(cell);
}

enum sql_result verify_reasons(struct verifying *v)
{
    static const struct verify_kind kind = {.what = "visits' reasons",
                                            .rows = use_ratings,
                                            .add = add,
                                            .fold = fold,
                                            .clear = clear,
                                            .kept = VERIFY_REASONS,
                                            .worth = worth,
                                            .settle = settle,
                                            .left = left};
    struct reason_tally tally = {.choice = {balance_wants, &v->reasons}};
    const struct verify_weighed weighed = {&kind, &v->reasons, &tally,
                                           &tally.count};
    enum sql_result result = verify_weigh(v, &weighed);
    reason_tally_free(&tally);
    return result;
}

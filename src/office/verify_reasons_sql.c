#include "common/log.h"
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

static void find_total(struct verifying *v, const struct verify_total *total)
{
    if (reason_tally_has((enum tally_dimension)total->dimension)) {
        verify_find_total(v, &v->reasons, total, "visits' reasons");
    } else {
        verify_find(v, "", 0, 0, "there is a total of reasons of no breakdown");
    }
}

static void read_cell(struct sql_statement *s, struct verify_total *out_total,
                      struct reason_cell *out)
{
    verify_total_read(s, out_total);
    *out = (struct reason_cell){.dimension =
                                    (enum tally_dimension)out_total->dimension,
                                .grain = out_total->grain,
                                .period = out_total->period,
                                .key = out_total->key,
                                .reason = sql_int(s, 4)};
    for (int level = 0; level < 5; level++) {
        out->levels[level] = sql_int(s, 5 + level);
    }
}

static enum sql_result take_kept(struct verifying *v)
{
    struct sql_statement *s = sql_use_long(v->sql, VERIFY_REASONS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        struct verify_total total;
        struct reason_cell kept;
        read_cell(s, &total, &kept);
        v->sum->totals++;
        uint64_t worth =
            balance_times(balance_random(&v->reasons, 0, kept.reason),
                          balance_weigh(&v->reasons, kept.levels, 5));
        if (!balance_take(&v->reasons, total.dimension, total.grain,
                          total.period, total.key, worth) &&
            worth != 0) {
            find_total(v, &total);
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// --- Naming what is wrong ---------------------------------------------------

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

static enum sql_result recount(struct verifying *v,
                               const struct verify_naming *naming)
{
    struct reason_tally *tally = naming->tally;
    struct sql_statement *s = sql_use_long(v->sql, VERIFY_RATINGS);
    enum sql_result result = SQL_OK;
    while (!verify_is_full(naming) && (result = sql_step(s)) == SQL_OK) {
        struct tally_facts facts;
        struct reason_list reasons;
        visit_read_facts(s, &facts);
        if (facts.level >= 1 && facts.level <= 5 &&
            read_reasons(v, s, &reasons)) {
            reason_tally_add(tally, &facts, &reasons, 1);
        }
    }
    sql_done(s);
    reason_tally_fold(tally);
    if (tally->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static void compare_row(struct verifying *v, const struct verify_naming *naming,
                        struct sql_statement *s)
{
    static const struct reason_cell nothing;
    struct verify_total total;
    struct reason_cell kept;
    read_cell(s, &total, &kept);
    if (!balance_wants(naming->balance, total.dimension, total.grain,
                       total.period)) {
        return;
    }
    struct reason_cell *cell = reason_tally_find(naming->tally, &kept);
    const struct reason_cell *counted = cell ? cell : &nothing;
    if (memcmp(kept.levels, counted->levels, sizeof kept.levels) != 0) {
        find_total(v, &total);
    }
    if (cell) {
        memset(cell->levels, 0, sizeof cell->levels);
    }
}

// Takes each kept total off the recount: what is left on either side is wrong.
static enum sql_result compare(struct verifying *v,
                               const struct verify_naming *naming)
{
    const struct reason_tally *tally = naming->tally;
    struct sql_statement *s = sql_use_long(v->sql, VERIFY_REASONS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        compare_row(v, naming, s);
    }
    sql_done(s);
    for (size_t i = 0; i < tally->count && !v->is_stopped; i++) {
        const struct reason_cell *cell = &tally->cells[i];
        const struct verify_total total = {(int)cell->dimension, cell->grain,
                                           cell->period, cell->key};
        if (!reason_cell_is_zero(cell)) {
            find_total(v, &total);
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static void clear(void *tally)
{
    reason_tally_clear(tally);
}

enum sql_result verify_reasons(struct verifying *v)
{
    struct reason_tally tally = {.choice = {balance_wants, &v->reasons}};
    const struct verify_naming naming = {.balance = &v->reasons,
                                         .what = "visits' reasons",
                                         .tally = &tally,
                                         .cells = &tally.count,
                                         .recount = recount,
                                         .compare = compare,
                                         .clear = clear};
    enum sql_result result = take_kept(v);
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_name_wrong(v, &naming);
    }
    reason_tally_free(&tally);
    return result;
}

#include "common/log.h"
#include "office/verify_sql.h"
#include <string.h>

static void find_cell(struct verifying *v, const struct reason_cell *cell)
{
    if (reason_tally_has(cell->dimension)) {
        verify_find_total(v, cell->dimension, cell->grain, cell->period,
                          cell->key, "visits' reasons");
    } else {
        verify_find(v, "", 0, 0, "there is a total of reasons of no breakdown");
    }
}

// Takes a kept total off the recount.
static void check_row(struct verifying *v, struct sql_statement *s)
{
    static const struct reason_cell nothing;
    struct reason_cell kept = {.dimension = (enum tally_dimension)sql_int(s, 0),
                               .grain = (enum tally_grain)sql_int(s, 1),
                               .period = (int32_t)sql_int(s, 2),
                               .key = sql_int(s, 3),
                               .reason = sql_int(s, 4)};
    for (int level = 0; level < 5; level++) {
        kept.levels[level] = sql_int(s, 5 + level);
    }
    struct reason_cell *cell = reason_tally_find(&v->reason_tally, &kept);
    const struct reason_cell *counted = cell ? cell : &nothing;
    v->sum->totals++;
    if (memcmp(kept.levels, counted->levels, sizeof kept.levels) != 0) {
        find_cell(v, &kept);
    }
    if (cell) {
        memset(cell->levels, 0, sizeof cell->levels);
    }
}

enum sql_result verify_reasons(struct verifying *v)
{
    reason_tally_fold(&v->reason_tally);
    if (v->reason_tally.failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use_long(v->sql, VERIFY_REASONS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        check_row(v, s);
    }
    sql_done(s);
    for (size_t i = 0; i < v->reason_tally.count && !v->is_stopped; i++) {
        if (!reason_cell_is_zero(&v->reason_tally.cells[i])) {
            find_cell(v, &v->reason_tally.cells[i]);
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

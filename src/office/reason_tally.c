#include "office/reason_tally.h"
#include "common/date.h"
#include <stdlib.h>

static const enum tally_dimension dimensions[] = {
    TALLY_ALL,       TALLY_COUNTER, TALLY_FIELD,
    TALLY_PROCEDURE, TALLY_OFFICER, TALLY_CHANNEL};
enum { DIMENSION_COUNT = sizeof dimensions / sizeof dimensions[0] };

bool reason_tally_has(enum tally_dimension dimension)
{
    for (size_t i = 0; i < DIMENSION_COUNT; i++) {
        if (dimensions[i] == dimension) {
            return true;
        }
    }
    return false;
}

static int64_t key_of(const struct tally_facts *facts,
                      enum tally_dimension dimension)
{
    switch (dimension) {
    case TALLY_COUNTER:
        return facts->counter;
    case TALLY_FIELD:
        return facts->field;
    case TALLY_PROCEDURE:
        return facts->procedure;
    case TALLY_OFFICER:
        return facts->officer;
    case TALLY_CHANNEL:
        return facts->mode;
    default:
        return 0;
    }
}

struct cell_name {
    int64_t key, reason;
    int32_t period;
    int16_t dimension, grain;
};

static struct cell_name name_of(const struct reason_cell *cell)
{
    return (struct cell_name){cell->key, cell->reason, cell->period,
                              (int16_t)cell->dimension, (int16_t)cell->grain};
}

struct reason_cell *reason_tally_find(const struct reason_tally *tally,
                                      const struct reason_cell *named)
{
    struct cell_name name = name_of(named);
    int64_t at;
    return map_get(&tally->index, &name, sizeof name, &at) ? &tally->cells[at]
                                                           : NULL;
}

static bool make_room(struct reason_tally *tally)
{
    if (tally->count < tally->capacity) {
        return true;
    }
    size_t capacity = tally->capacity ? tally->capacity * 2 : 256;
    struct reason_cell *cells = realloc(tally->cells, capacity * sizeof *cells);
    if (!cells) {
        return false;
    }
    tally->cells = cells;
    tally->capacity = capacity;
    return true;
}

static void merge(struct reason_tally *tally, const struct reason_cell *add)
{
    if (!tally_chooses(&tally->choice, (int)add->dimension, add->grain,
                       add->period)) {
        return;
    }
    struct reason_cell *cell = reason_tally_find(tally, add);
    if (cell) {
        for (size_t i = 0; i < 5; i++) {
            cell->levels[i] += add->levels[i];
        }
        return;
    }
    struct cell_name name = name_of(add);
    if (!make_room(tally) ||
        !map_put(&tally->index, &name, sizeof name, (int64_t)tally->count)) {
        tally->failed = true;
        return;
    }
    tally->cells[tally->count++] = *add;
}

void reason_tally_add(struct reason_tally *tally,
                      const struct tally_facts *facts,
                      const struct reason_list *reasons, int sign)
{
    if (facts->outcome != RECORD_RATED || reasons->count == 0) {
        return;
    }
    struct reason_cell one = {.grain = TALLY_DAY,
                              .period = date_day_of_wall_ms(facts->at)};
    one.levels[facts->level - 1] = sign;
    for (size_t d = 0; d < DIMENSION_COUNT; d++) {
        one.dimension = dimensions[d];
        one.key = key_of(facts, dimensions[d]);
        one.reason = REASON_ANY;
        merge(tally, &one);
        for (size_t i = 0; i < reasons->count; i++) {
            one.reason = reasons->all[i];
            merge(tally, &one);
        }
    }
}

void reason_tally_fold(struct reason_tally *tally)
{
    size_t days = tally->count;
    for (size_t i = 0; i < days; i++) {
        // A copy: adding may move the cells.
        struct reason_cell cell = tally->cells[i];
        cell.grain = TALLY_HALF_MONTH;
        cell.period = tally_half_month(cell.period);
        merge(tally, &cell);
        if (tally_has_quarters(cell.dimension)) {
            cell.grain = TALLY_QUARTER;
            cell.period = tally_quarter(cell.period);
            merge(tally, &cell);
        }
    }
}

bool reason_cell_is_zero(const struct reason_cell *cell)
{
    for (size_t i = 0; i < 5; i++) {
        if (cell->levels[i] != 0) {
            return false;
        }
    }
    return true;
}

void reason_tally_clear(struct reason_tally *tally)
{
    map_clear(&tally->index);
    tally->count = 0;
    tally->failed = false;
}

void reason_tally_free(struct reason_tally *tally)
{
    map_free(&tally->index);
    free(tally->cells);
    *tally = (struct reason_tally){0};
}

#include "office/tally.h"
#include "common/date.h"
#include <stdlib.h>
#include <string.h>

int32_t tally_half_month(int32_t day)
{
    struct date date = date_from_day(day);
    return (date.year * 12 + date.month - 1) * 2 + (date.day >= 15);
}

static struct date half_month_date(int32_t half_month)
{
    int32_t month = half_month / 2;
    return (struct date){month / 12, month % 12 + 1, half_month % 2 ? 15 : 1};
}

int32_t tally_first_day(int32_t half_month)
{
    return date_to_day(half_month_date(half_month));
}

int32_t tally_last_day(int32_t half_month)
{
    struct date date = half_month_date(half_month);
    date.day = date.day == 1 ? 14 : date_days_in_month(date.year, date.month);
    return date_to_day(date);
}

bool tally_is_zero(const struct office_tally *sum)
{
    static const struct office_tally zero;
    return memcmp(sum, &zero, sizeof zero) == 0;
}

bool tally_is_undoubted(const struct office_tally *sum)
{
    for (size_t i = 0; i < 5; i++) {
        if (sum->flagged[i] != 0 || sum->marked[i] != 0 || sum->aside[i] != 0) {
            return false;
        }
    }
    return true;
}

void tally_merge(struct office_tally *into, const struct office_tally *add)
{
    for (size_t i = 0; i < 5; i++) {
        into->levels[i] += add->levels[i];
        into->flagged[i] += add->flagged[i];
        into->marked[i] += add->marked[i];
        into->aside[i] += add->aside[i];
    }
    into->declined += add->declined;
    into->timeout += add->timeout;
    into->withdrawn += add->withdrawn;
    into->offered += add->offered;
    into->offered_rated += add->offered_rated;
}

struct cell_key {
    int64_t key;
    int32_t period;
    int16_t dimension;
    int16_t grain;
};

struct tally_cell *tally_find(const struct tally *tally,
                              enum tally_dimension dimension,
                              enum tally_grain grain, int32_t period,
                              int64_t key)
{
    struct cell_key name = {key, period, (int16_t)dimension, (int16_t)grain};
    int64_t at;
    return map_get(&tally->index, &name, sizeof name, &at) ? &tally->cells[at]
                                                           : NULL;
}

static bool make_room(struct tally *tally)
{
    if (tally->count < tally->capacity) {
        return true;
    }
    size_t capacity = tally->capacity ? tally->capacity * 2 : 256;
    struct tally_cell *cells = realloc(tally->cells, capacity * sizeof *cells);
    if (!cells) {
        return false;
    }
    tally->cells = cells;
    tally->capacity = capacity;
    return true;
}

static void add_to_cell(struct tally *tally, enum tally_dimension dimension,
                        enum tally_grain grain, int32_t period, int64_t key,
                        const struct office_tally *add)
{
    struct tally_cell *cell = tally_find(tally, dimension, grain, period, key);
    if (!cell) {
        struct cell_key name = {key, period, (int16_t)dimension,
                                (int16_t)grain};
        if (!make_room(tally) || !map_put(&tally->index, &name, sizeof name,
                                          (int64_t)tally->count)) {
            tally->failed = true;
            return;
        }
        cell = &tally->cells[tally->count++];
        *cell = (struct tally_cell){.dimension = dimension,
                                    .grain = grain,
                                    .period = period,
                                    .key = key};
    }
    tally_merge(&cell->sum, add);
}

static void add_rating(struct office_tally *one,
                       const struct tally_facts *facts, int sign)
{
    size_t level = (size_t)facts->level - 1;
    one->levels[level] = sign;
    one->flagged[level] = facts->doubts & DOUBT_FLAGGED ? sign : 0;
    one->marked[level] = facts->doubts & DOUBT_MARKED ? sign : 0;
    one->aside[level] = facts->doubts ? sign : 0;
}

static struct office_tally tally_of(const struct tally_facts *facts, int sign)
{
    struct office_tally one = {.declined = 0};
    switch (facts->outcome) {
    case RECORD_RATED:
        add_rating(&one, facts, sign);
        break;
    case RECORD_DECLINED:
        one.declined = sign;
        break;
    case RECORD_TIMEOUT:
        one.timeout = sign;
        break;
    case RECORD_WITHDRAWN:
        one.withdrawn = sign;
        break;
    case RECORD_OUTCOME_COUNT:
        break;
    }
    if (facts->mode == RECORD_TRANSACTION) {
        one.offered = sign;
        one.offered_rated = facts->outcome == RECORD_RATED ? sign : 0;
    }
    return one;
}

void tally_add(struct tally *tally, const struct tally_facts *facts, int sign)
{
    struct office_tally one = tally_of(facts, sign);
    int32_t day = date_day_of_wall_ms(facts->at);
    int64_t hour = (facts->at - date_wall_ms_of_day(day)) / (3600 * 1000);
    const int64_t keys[TALLY_DIMENSION_COUNT] = {
        [TALLY_ALL] = 0,
        [TALLY_COUNTER] = facts->counter,
        [TALLY_FIELD] = facts->field,
        [TALLY_PROCEDURE] = facts->procedure,
        [TALLY_OFFICER] = facts->officer,
        [TALLY_DEVICE] = facts->device,
        [TALLY_STEP] = facts->step,
        [TALLY_CHANNEL] = facts->mode,
        [TALLY_HOUR_OF_WEEK] = date_weekday(day) * 24 + hour,
    };
    for (int d = 0; d < TALLY_DIMENSION_COUNT; d++) {
        add_to_cell(tally, (enum tally_dimension)d, TALLY_DAY, day, keys[d],
                    &one);
    }
}

void tally_fold(struct tally *tally)
{
    size_t days = tally->count;
    for (size_t i = 0; i < days; i++) {
        // A copy: adding may move the cells.
        struct tally_cell cell = tally->cells[i];
        add_to_cell(tally, cell.dimension, TALLY_HALF_MONTH,
                    tally_half_month(cell.period), cell.key, &cell.sum);
    }
}

void tally_clear(struct tally *tally)
{
    map_clear(&tally->index);
    tally->count = 0;
    tally->failed = false;
}

void tally_free(struct tally *tally)
{
    map_free(&tally->index);
    free(tally->cells);
    *tally = (struct tally){0};
}

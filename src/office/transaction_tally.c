#include "office/transaction_tally.h"
#include "common/date.h"
#include <stdlib.h>
#include <string.h>

void transaction_sum_merge(struct transaction_sum *into,
                           const struct transaction_sum *add)
{
    into->count += add->count;
    for (size_t i = 0; i < TIMELINESS_COUNT; i++) {
        into->timely[i] += add->timely[i];
    }
    waits_merge(&into->called, &add->called);
    waits_merge(&into->done, &add->done);
}

bool transaction_sum_equal(const struct transaction_sum *a,
                           const struct transaction_sum *b)
{
    return a->count == b->count &&
           memcmp(a->timely, b->timely, sizeof a->timely) == 0 &&
           waits_equal(&a->called, &b->called) &&
           waits_equal(&a->done, &b->done);
}

void transaction_sum_free(struct transaction_sum *sum)
{
    waits_free(&sum->called);
    waits_free(&sum->done);
    *sum = (struct transaction_sum){0};
}

void transaction_sum_clear(struct transaction_sum *sum)
{
    sum->count = 0;
    memset(sum->timely, 0, sizeof sum->timely);
    waits_clear(&sum->called);
    waits_clear(&sum->done);
}

struct cell_key {
    int64_t key;
    int32_t period;
    int16_t dimension;
    int16_t grain;
};

struct transaction_cell *
transaction_tally_find(const struct transaction_tally *tally, int dimension,
                       enum tally_grain grain, int32_t period, int64_t key)
{
    struct cell_key name = {key, period, (int16_t)dimension, (int16_t)grain};
    int64_t at;
    return map_get(&tally->index, &name, sizeof name, &at) ? &tally->cells[at]
                                                           : NULL;
}

static bool make_room(struct transaction_tally *tally)
{
    if (tally->count < tally->capacity) {
        return true;
    }
    size_t capacity = tally->capacity ? tally->capacity * 2 : 64;
    struct transaction_cell *cells =
        realloc(tally->cells, capacity * sizeof *cells);
    if (!cells) {
        return false;
    }
    tally->cells = cells;
    tally->capacity = capacity;
    return true;
}

// The cell, made now when there is none; NULL on no memory, and when it is not
// of the choice.
static struct transaction_cell *take_cell(struct transaction_tally *tally,
                                          int dimension, enum tally_grain grain,
                                          int32_t period, int64_t key)
{
    struct transaction_cell *cell =
        transaction_tally_find(tally, dimension, grain, period, key);
    if (cell) {
        return cell;
    }
    if (!tally_chooses(&tally->choice, dimension, grain, period)) {
        return NULL;
    }
    struct cell_key name = {key, period, (int16_t)dimension, (int16_t)grain};
    if (!make_room(tally) ||
        !map_put(&tally->index, &name, sizeof name, (int64_t)tally->count)) {
        tally->failed = true;
        return NULL;
    }
    cell = &tally->cells[tally->count++];
    *cell = (struct transaction_cell){
        .dimension = dimension, .grain = grain, .period = period, .key = key};
    return cell;
}

void transaction_sum_add(struct transaction_sum *sum,
                         const struct transaction_facts *facts, int sign)
{
    sum->count += sign;
    sum->timely[facts->timeliness] += sign;
    if (facts->queued_at && facts->called_at) {
        waits_add(&sum->called, facts->called_at - facts->queued_at, sign);
    }
    if (facts->queued_at) {
        waits_add(&sum->done, facts->done_at - facts->queued_at, sign);
    }
}

bool transaction_tells(enum tally_dimension dimension)
{
    return dimension != TALLY_DEVICE && dimension != TALLY_CHANNEL;
}

static void add_to_day(struct transaction_tally *tally, int dimension,
                       int32_t day, int64_t key,
                       const struct transaction_facts *facts, int sign)
{
    struct transaction_cell *cell =
        take_cell(tally, dimension, TALLY_DAY, day, key);
    if (cell) {
        transaction_sum_add(&cell->sum, facts, sign);
        tally->failed |= cell->sum.called.failed || cell->sum.done.failed;
    }
}

struct tally_place transaction_place_of(const struct transaction_facts *facts)
{
    int32_t day = date_day_of_wall_ms(facts->done_at);
    int64_t hour = (facts->done_at - date_wall_ms_of_day(day)) / (3600 * 1000);
    return (struct tally_place){
        .day = day,
        .keys = {
            [TALLY_COUNTER] = facts->counter,
            [TALLY_FIELD] = facts->field,
            [TALLY_PROCEDURE] = facts->procedure,
            [TALLY_OFFICER] = facts->officer,
            [TALLY_STEP] = facts->step,
            [TALLY_HOUR_OF_WEEK] = date_weekday(day) * 24 + hour,
        }};
}

void transaction_tally_add(struct transaction_tally *tally,
                           const struct transaction_facts *facts, int sign)
{
    const struct tally_place place = transaction_place_of(facts);
    const int64_t *keys = place.keys;
    int32_t day = (int32_t)place.day;
    for (int d = 0; d < TALLY_DIMENSION_COUNT; d++) {
        if (transaction_tells((enum tally_dimension)d)) {
            add_to_day(tally, d, day, keys[d], facts, sign);
        }
    }
    for (size_t i = 0; i < TALLY_PAIR_COUNT; i++) {
        enum tally_dimension first = tally_pairs[i].first;
        enum tally_dimension second = tally_pairs[i].second;
        if (transaction_tells(first) && transaction_tells(second)) {
            add_to_day(tally, tally_pair_dimension(first, second), day,
                       tally_pair_key(keys[first], keys[second]), facts, sign);
        }
    }
}

// Making the cell may move those of the days.
static void add_day_to(struct transaction_tally *tally, size_t day,
                       enum tally_grain grain, int32_t period)
{
    struct transaction_cell *cell =
        take_cell(tally, tally->cells[day].dimension, grain, period,
                  tally->cells[day].key);
    if (cell) {
        transaction_sum_merge(&cell->sum, &tally->cells[day].sum);
        tally->failed |= cell->sum.called.failed || cell->sum.done.failed;
    }
}

void transaction_tally_fold(struct transaction_tally *tally)
{
    size_t days = tally->count;
    for (size_t i = 0; i < days; i++) {
        int32_t half = tally_half_month(tally->cells[i].period);
        add_day_to(tally, i, TALLY_HALF_MONTH, half);
        if (tally_has_quarters(tally->cells[i].dimension)) {
            add_day_to(tally, i, TALLY_QUARTER, tally_quarter(half));
        }
    }
}

void transaction_tally_clear(struct transaction_tally *tally)
{
    for (size_t i = 0; i < tally->count; i++) {
        transaction_sum_free(&tally->cells[i].sum);
    }
    map_clear(&tally->index);
    tally->count = 0;
    tally->failed = false;
}

void transaction_tally_free(struct transaction_tally *tally)
{
    transaction_tally_clear(tally);
    map_free(&tally->index);
    free(tally->cells);
    *tally = (struct transaction_tally){0};
}

#include "office/tally.h"
#include "common/date.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HALVES_OF_QUARTER = 6 };

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

int32_t tally_quarter(int32_t half_month)
{
    return half_month / HALVES_OF_QUARTER;
}

int32_t tally_first_half(int32_t quarter)
{
    return quarter * HALVES_OF_QUARTER;
}

bool tally_has_quarters(int dimension)
{
    return dimension == TALLY_PROCEDURE;
}

// Procedures are many: with them stand only the two that people begin with.
const struct tally_pair tally_pairs[TALLY_PAIR_COUNT] = {
    {TALLY_COUNTER, TALLY_FIELD},        {TALLY_COUNTER, TALLY_PROCEDURE},
    {TALLY_COUNTER, TALLY_OFFICER},      {TALLY_COUNTER, TALLY_DEVICE},
    {TALLY_COUNTER, TALLY_STEP},         {TALLY_CHANNEL, TALLY_COUNTER},
    {TALLY_COUNTER, TALLY_HOUR_OF_WEEK}, {TALLY_FIELD, TALLY_PROCEDURE},
    {TALLY_FIELD, TALLY_OFFICER},        {TALLY_STEP, TALLY_FIELD},
    {TALLY_CHANNEL, TALLY_FIELD},        {TALLY_FIELD, TALLY_HOUR_OF_WEEK},
    {TALLY_STEP, TALLY_OFFICER},         {TALLY_CHANNEL, TALLY_OFFICER},
    {TALLY_CHANNEL, TALLY_STEP},         {TALLY_STEP, TALLY_HOUR_OF_WEEK},
    {TALLY_CHANNEL, TALLY_HOUR_OF_WEEK}};

enum { PAIR_BASE = 16 };
#define PAIR_UNIT (INT64_C(1) << 32)

static int stored_pair(const struct tally_pair *pair)
{
    return PAIR_BASE * (int)pair->first + (int)pair->second;
}

int tally_pair_dimension(enum tally_dimension a, enum tally_dimension b)
{
    for (size_t i = 0; i < TALLY_PAIR_COUNT; i++) {
        const struct tally_pair *pair = &tally_pairs[i];
        if ((pair->first == a && pair->second == b) ||
            (pair->first == b && pair->second == a)) {
            return stored_pair(pair);
        }
    }
    return -1;
}

bool tally_dimension_name(int dimension, char out[TALLY_NAME_SIZE])
{
    static const char *const names[TALLY_DIMENSION_COUNT] = {
        "all",    "counter", "field",   "procedure",   "officer",
        "device", "step",    "channel", "hour of week"};
    int first = dimension / PAIR_BASE, second = dimension % PAIR_BASE;
    if (dimension >= 0 && dimension < TALLY_DIMENSION_COUNT) {
        snprintf(out, TALLY_NAME_SIZE, "%s", names[dimension]);
        return true;
    }
    if (first <= 0 || first >= TALLY_DIMENSION_COUNT ||
        second >= TALLY_DIMENSION_COUNT ||
        tally_pair_dimension((enum tally_dimension)first,
                             (enum tally_dimension)second) != dimension) {
        return false;
    }
    snprintf(out, TALLY_NAME_SIZE, "%s and %s", names[first], names[second]);
    return true;
}

int64_t tally_pair_key(int64_t first, int64_t second)
{
    return first * PAIR_UNIT + second;
}

int64_t tally_pair_first(int64_t key)
{
    return key / PAIR_UNIT;
}

int64_t tally_pair_second(int64_t key)
{
    return key % PAIR_UNIT;
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

static void tally_subtract(struct office_tally *from,
                           const struct office_tally *take)
{
    for (size_t i = 0; i < 5; i++) {
        from->levels[i] -= take->levels[i];
        from->flagged[i] -= take->flagged[i];
        from->marked[i] -= take->marked[i];
        from->aside[i] -= take->aside[i];
    }
    from->declined -= take->declined;
    from->timeout -= take->timeout;
    from->withdrawn -= take->withdrawn;
    from->offered -= take->offered;
    from->offered_rated -= take->offered_rated;
}

bool tally_chooses(const struct tally_choice *choice, int dimension,
                   enum tally_grain grain, int32_t period)
{
    return !choice->wants ||
           choice->wants(choice->ctx, dimension, grain, period);
}

struct cell_key {
    int64_t key;
    int32_t period;
    int16_t dimension;
    int16_t grain;
};

struct tally_cell *tally_find(const struct tally *tally, int dimension,
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

static void add_to_cell(struct tally *tally, int dimension,
                        enum tally_grain grain, int32_t period, int64_t key,
                        const struct office_tally *add)
{
    if (!tally_chooses(&tally->choice, dimension, grain, period)) {
        return;
    }
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

void tally_take(struct tally *tally, const struct tally_cell *cell)
{
    static const struct office_tally zero;
    struct office_tally sum = cell->sum;
    add_to_cell(tally, cell->dimension, cell->grain, cell->period, cell->key,
                &zero);
    struct tally_cell *mine = tally_find(tally, cell->dimension, cell->grain,
                                         cell->period, cell->key);
    if (mine) {
        tally_subtract(&mine->sum, &sum);
    }
}

bool tally_is_countable(const struct tally_facts *facts)
{
    return facts->outcome != RECORD_RATED ||
           (facts->level >= 1 && facts->level <= 5);
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

struct office_tally tally_sum_of(const struct tally_facts *facts, int sign)
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

struct tally_group {
    struct tally_place place;
    struct office_tally sum;
};

// Enough for the commit of many batches; a recount of years goes on with the
// next ones, so that only cells stay.
enum { GROUPS_MAX = 4096 };

struct tally_place tally_place_of(const struct tally_facts *facts)
{
    int32_t day = date_day_of_wall_ms(facts->at);
    int64_t hour = (facts->at - date_wall_ms_of_day(day)) / (3600 * 1000);
    return (struct tally_place){
        .day = day,
        .keys = {
            [TALLY_ALL] = 0,
            [TALLY_COUNTER] = facts->counter,
            [TALLY_FIELD] = facts->field,
            [TALLY_PROCEDURE] = facts->procedure,
            [TALLY_OFFICER] = facts->officer,
            [TALLY_DEVICE] = facts->device,
            [TALLY_STEP] = facts->step,
            [TALLY_CHANNEL] = facts->mode,
            [TALLY_HOUR_OF_WEEK] = date_weekday(day) * 24 + hour,
        }};
}

static void add_group(struct tally *tally, const struct tally_group *group)
{
    const struct tally_place *place = &group->place;
    int32_t day = (int32_t)place->day;
    for (int d = 0; d < TALLY_DIMENSION_COUNT; d++) {
        add_to_cell(tally, d, TALLY_DAY, day, place->keys[d], &group->sum);
    }
    for (size_t i = 0; i < TALLY_PAIR_COUNT; i++) {
        const struct tally_pair *pair = &tally_pairs[i];
        add_to_cell(
            tally, stored_pair(pair), TALLY_DAY, day,
            tally_pair_key(place->keys[pair->first], place->keys[pair->second]),
            &group->sum);
    }
}

static void add_groups(struct tally *tally)
{
    for (size_t i = 0; i < tally->group_count; i++) {
        add_group(tally, &tally->groups[i]);
    }
    map_clear(&tally->alike);
    tally->group_count = 0;
}

// The group of this place, made when there is none; NULL on no memory.
static struct tally_group *take_group(struct tally *tally,
                                      const struct tally_place *place)
{
    int64_t at;
    if (map_get(&tally->alike, place, sizeof *place, &at)) {
        return &tally->groups[at];
    }
    if (!tally->groups) {
        tally->groups = malloc(GROUPS_MAX * sizeof *tally->groups);
    }
    if (tally->group_count == GROUPS_MAX) {
        add_groups(tally);
    }
    if (!tally->groups || !map_put(&tally->alike, place, sizeof *place,
                                   (int64_t)tally->group_count)) {
        return NULL;
    }
    struct tally_group *group = &tally->groups[tally->group_count++];
    *group = (struct tally_group){.place = *place};
    return group;
}

void tally_add(struct tally *tally, const struct tally_facts *facts, int sign)
{
    struct office_tally one = tally_sum_of(facts, sign);
    struct tally_place place = tally_place_of(facts);
    struct tally_group *group = take_group(tally, &place);
    if (group) {
        tally_merge(&group->sum, &one);
    } else {
        tally->failed = true;
    }
}

void tally_fold(struct tally *tally)
{
    add_groups(tally);
    size_t days = tally->count;
    for (size_t i = 0; i < days; i++) {
        // A copy: adding may move the cells.
        struct tally_cell cell = tally->cells[i];
        int32_t half = tally_half_month(cell.period);
        add_to_cell(tally, cell.dimension, TALLY_HALF_MONTH, half, cell.key,
                    &cell.sum);
        if (tally_has_quarters(cell.dimension)) {
            add_to_cell(tally, cell.dimension, TALLY_QUARTER,
                        tally_quarter(half), cell.key, &cell.sum);
        }
    }
}

void tally_clear(struct tally *tally)
{
    map_clear(&tally->alike);
    tally->group_count = 0;
    map_clear(&tally->index);
    tally->count = 0;
    tally->failed = false;
}

void tally_free(struct tally *tally)
{
    map_free(&tally->alike);
    free(tally->groups);
    map_free(&tally->index);
    free(tally->cells);
    *tally = (struct tally){0};
}

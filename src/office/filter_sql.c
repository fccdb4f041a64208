#include "common/log.h"
#include "office/breakdown_sql.h"
#include "office/filter_place.h"
#include <string.h>

bool office_filters_by(enum office_breakdown by)
{
    switch (by) {
    case OFFICE_BY_COUNTER:
    case OFFICE_BY_FIELD:
    case OFFICE_BY_PROCEDURE:
    case OFFICE_BY_OFFICER:
    case OFFICE_BY_STEP:
    case OFFICE_BY_CHANNEL:
        return true;
    default:
        return false;
    }
}

static bool place_pair(enum tally_dimension given, int64_t key,
                       enum tally_dimension wanted, struct place *out)
{
    out->dimension = tally_pair_dimension(given, wanted);
    out->key = key;
    out->shape = PLACE_FIRSTS;
    out->firsts = wanted;
    for (size_t i = 0; i < TALLY_PAIR_COUNT; i++) {
        if (tally_pairs[i].first == given && tally_pairs[i].second == wanted) {
            out->shape = PLACE_SECONDS;
        }
    }
    return out->dimension >= 0;
}

static bool place_both(const enum tally_dimension given[2],
                       const int64_t numbers[2], struct place *out)
{
    int64_t key = 0;
    if (!place_pair(given[0], numbers[0], given[1], out)) {
        return false;
    }
    key = out->shape == PLACE_SECONDS ? tally_pair_key(numbers[0], numbers[1])
                                      : tally_pair_key(numbers[1], numbers[0]);
    out->shape = PLACE_KEY;
    out->key = key;
    return true;
}

bool place_find(const struct office_filter *filter,
                const int64_t numbers[OFFICE_FILTER_PARTS],
                enum office_breakdown by, struct place *out)
{
    enum tally_dimension given[OFFICE_FILTER_PARTS];
    enum tally_dimension wanted = breakdown_dimension(by);
    bool is_own = wanted == TALLY_ALL;
    struct place place = {.by = by};
    for (size_t i = 0; i < filter->count; i++) {
        given[i] = breakdown_dimension(filter->parts[i].by);
        if (given[i] == wanted) {
            is_own = true;
            place.row = numbers[i];
        }
    }
    bool is_kept = false;
    if (filter->count == 1 && is_own) {
        place.dimension = (int)given[0];
        place.key = numbers[0];
        is_kept = true;
    } else if (filter->count == 1) {
        is_kept = place_pair(given[0], numbers[0], wanted, &place);
    } else if (filter->count == 2 && is_own) {
        is_kept = place_both(given, numbers, &place);
    }
    *out = place;
    return is_kept;
}

bool office_filter_is_kept(const struct office_filter *filter,
                           enum office_breakdown by)
{
    static const int64_t none[OFFICE_FILTER_PARTS];
    struct place place;
    return filter->count == 0 || place_find(filter, none, by, &place);
}

static enum sql_result find_number(struct sql *sql,
                                   const struct office_filter_part *part,
                                   int64_t *out)
{
    if (part->by == OFFICE_BY_CHANNEL) {
        for (int mode = 0; mode < RECORD_MODE_COUNT; mode++) {
            if (strcmp(record_mode_name((enum record_mode)mode), part->key) ==
                0) {
                *out = mode;
                return SQL_OK;
            }
        }
        return SQL_NONE;
    }
    if (part->key[0] == '\0') {
        *out = 0;
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(sql, CODE_NO);
    sql_bind_text(s, 1, part->key);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

enum sql_result filter_numbers(struct sql *sql,
                               const struct office_filter *filter,
                               int64_t out[OFFICE_FILTER_PARTS])
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < filter->count && result == SQL_OK; i++) {
        result = find_number(sql, &filter->parts[i], &out[i]);
    }
    return result;
}

enum sql_result filter_bind(struct sql *sql, struct sql_statement *s,
                            const struct office_filter *filter)
{
    static const int places[OFFICE_BREAKDOWN_COUNT] = {
        [OFFICE_BY_COUNTER] = 4,   [OFFICE_BY_FIELD] = 5,
        [OFFICE_BY_PROCEDURE] = 6, [OFFICE_BY_OFFICER] = 7,
        [OFFICE_BY_STEP] = 8,      [OFFICE_BY_CHANNEL] = 9};
    int64_t numbers[OFFICE_FILTER_PARTS] = {0};
    enum sql_result result = filter_numbers(sql, filter, numbers);
    for (size_t i = 0; i < filter->count && result == SQL_OK; i++) {
        sql_bind_int(s, places[filter->parts[i].by], numbers[i]);
    }
    return result;
}

static enum sql_result is_counted(struct sql *sql, enum tally_dimension by,
                                  int64_t number, bool *out)
{
    struct sql_statement *s = sql_use(sql, FILTER_COUNTED);
    sql_bind_int(s, 1, by);
    sql_bind_int(s, 2, number);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK && sql_int(s, 0) != 0;
    sql_done(s);
    return result;
}

static enum sql_result
has_device(struct sql *sql, const struct office_filter_part *part, bool *out)
{
    struct sql_statement *s = sql_use(sql, FILTER_DEVICE);
    sql_bind_text(s, 1, part->by == OFFICE_BY_COUNTER ? part->key : NULL);
    sql_bind_text(s, 2, part->by == OFFICE_BY_FIELD ? part->key : NULL);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK && sql_int(s, 0) != 0;
    sql_done(s);
    return result;
}

enum office_result office_filter_knows(struct office *office,
                                       const struct office_filter_part *part,
                                       bool *out_known)
{
    int64_t number = 0;
    bool is_known = false;
    enum sql_result result = find_number(office->sql, part, &number);
    if (result == SQL_OK) {
        result = is_counted(office->sql, breakdown_dimension(part->by), number,
                            &is_known);
    }
    if (result == SQL_NONE || (result == SQL_OK && !is_known)) {
        result = has_device(office->sql, part, &is_known);
    }
    if (result == SQL_OK) {
        // Every server has the three channels.
        *out_known =
            is_known || (part->by == OFFICE_BY_CHANNEL &&
                         find_number(office->sql, part, &number) == SQL_OK);
    }
    return office_result_of(result);
}

static enum sql_result find_reach(struct sql *sql, size_t statement,
                                  struct day_range *days)
{
    struct sql_statement *s = sql_use(sql, statement);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_is_null(s, 0)) {
        days->to = days->from - 1;
    } else if (result == SQL_OK) {
        int32_t first = (int32_t)sql_int(s, 0), last = (int32_t)sql_int(s, 1);
        days->from = days->from < first ? first : days->from;
        days->to = days->to > last ? last : days->to;
    }
    sql_done(s);
    return result;
}

enum sql_result place_use(struct sql *sql, const struct place *place,
                          const struct place_statements *statements,
                          struct day_range days, struct sql_statement **out)
{
    enum sql_result result = find_reach(sql, statements->reach, &days);
    *out = NULL;
    if (result != SQL_OK || days.from > days.to) {
        return result;
    }
    bool is_firsts = place->shape == PLACE_FIRSTS;
    struct sql_statement *s =
        sql_use(sql, is_firsts ? statements->firsts : statements->keys);
    sql_bind_int(s, 1, place->dimension);
    bind_split(s, breakdown_split(place->by, days));
    if (is_firsts) {
        sql_bind_int(s, 8, place->firsts);
        sql_bind_int(s, 9, place->key);
    } else if (place->shape == PLACE_SECONDS) {
        sql_bind_int(s, 8, tally_pair_key(place->key, 0));
        sql_bind_int(s, 9, tally_pair_key(place->key + 1, 0) - 1);
    } else {
        sql_bind_int(s, 8, place->key);
        sql_bind_int(s, 9, place->key);
    }
    *out = s;
    return SQL_OK;
}

int64_t place_row(const struct place *place, enum tally_grain grain,
                  int32_t period, int64_t key)
{
    if (breakdown_dimension(place->by) == TALLY_ALL) {
        return breakdown_of_period(place->by, grain, period);
    }
    switch (place->shape) {
    case PLACE_SECONDS:
        return breakdown_of_key(place->by, tally_pair_second(key));
    case PLACE_FIRSTS:
        return breakdown_of_key(place->by, tally_pair_first(key));
    case PLACE_KEY:
        break;
    }
    return place->row;
}

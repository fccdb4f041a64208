#include "common/date.h"
#include "office/filter_place.h"
#include "office/office_sql.h"
#include "office/trust.h"

// The counter that the filter names; NULL: none.
static const char *counter_of(const struct office_filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->parts[i].by == OFFICE_BY_COUNTER) {
            return filter->parts[i].key;
        }
    }
    return NULL;
}

static enum sql_result read_number(struct sql *sql, size_t statement,
                                   const char *counter, int64_t *out)
{
    struct sql_statement *s = sql_use(sql, statement);
    sql_bind_text(s, 1, counter);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

enum office_result office_part_trust(struct office *office,
                                     const struct office_filter *filter,
                                     int64_t now, int64_t heartbeat_ms,
                                     struct office_trust *out_trust)
{
    struct office_trust trust = {0};
    const char *counter = counter_of(filter);
    struct sql_statement *s = sql_use(office->sql, TRUST_DEVICES);
    sql_bind_text(s, 1, counter);
    sql_bind_int(s, 2, now);
    sql_bind_int(s, 3, heartbeat_ms);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        trust.devices = sql_int(s, 0);
        trust.silent = sql_int(s, 1);
        trust.never_seen = sql_int(s, 2);
        trust.data_as_of = sql_int(s, 3);
        trust.oldest_contact = sql_int(s, 4);
    }
    sql_done(s);
    if (result == SQL_OK) {
        result = read_number(office->sql, TRUST_MISSING, counter,
                             &trust.missing_lines);
    }
    if (result == SQL_OK) {
        result =
            read_number(office->sql, TRUST_FLAGGED, counter, &trust.flagged);
    }
    if (result == SQL_OK) {
        *out_trust = trust;
    }
    return office_result_of(result);
}

enum office_result office_read_trust(struct office *office, int64_t now,
                                     int64_t heartbeat_ms,
                                     struct office_trust *out_trust)
{
    static const struct office_filter everything;
    return office_part_trust(office, &everything, now, heartbeat_ms, out_trust);
}

enum office_result office_silent_devices(struct office *office,
                                         const struct office_filter *filter,
                                         int64_t now, int64_t heartbeat_ms,
                                         office_silent_row *row, void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, TRUST_SILENT);
    sql_bind_text(s, 1, counter_of(filter));
    sql_bind_int(s, 2, now);
    sql_bind_int(s, 3, heartbeat_ms);
    sql_bind_int(s, 4, OFFICE_SILENT_DAYS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        const struct office_silent silent = {.name = sql_text(s, 0),
                                             .counter = sql_text(s, 1),
                                             .seen_at = sql_int(s, 2),
                                             .configuration = sql_text(s, 3),
                                             .visits = sql_int(s, 4)};
        if (!row(ctx, &silent)) {
            result = SQL_NONE;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

static enum office_result count_visits(struct office *office, size_t statement,
                                       const struct office_filter *filter,
                                       int32_t first_day, int32_t last_day,
                                       int64_t *out_count)
{
    struct sql_statement *s = sql_use(office->sql, statement);
    sql_bind_int(s, 1, date_wall_ms_of_day(first_day));
    sql_bind_int(s, 2, date_wall_ms_of_day(last_day + 1));
    enum sql_result result = filter_bind(office->sql, s, filter);
    bool is_empty = result == SQL_NONE;
    if (result == SQL_OK) {
        result = sql_step(s);
    }
    if (result == SQL_OK || is_empty) {
        *out_count = is_empty ? 0 : sql_int(s, 0);
    }
    sql_done(s);
    return is_empty ? OFFICE_OK : office_result_of(result);
}

enum office_result office_count_duplicates(struct office *office,
                                           const struct office_filter *filter,
                                           int32_t first_day, int32_t last_day,
                                           int64_t *out_count)
{
    return count_visits(office, TRUST_DUPLICATES, filter, first_day, last_day,
                        out_count);
}

enum office_result office_count_unanchored(struct office *office,
                                           const struct office_filter *filter,
                                           int32_t first_day, int32_t last_day,
                                           int64_t *out_count)
{
    return count_visits(office, TRUST_UNANCHORED, filter, first_day, last_day,
                        out_count);
}

#include "common/date.h"
#include "office/filter_place.h"
#include "office/office_sqlite.h"
#include "office/trust.h"

static enum sql_result read_number(struct sql *sql, size_t statement,
                                   int64_t *out)
{
    struct sql_statement *s = sql_use(sql, statement);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

enum office_result office_read_trust(struct office *office, int64_t now,
                                     int64_t heartbeat_ms,
                                     struct office_trust *out_trust)
{
    struct office_trust trust = {0};
    struct sql_statement *s = sql_use(office->sql, TRUST_DEVICES);
    sql_bind_int(s, 1, now - 2 * heartbeat_ms);
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
        result = read_number(office->sql, TRUST_MISSING, &trust.missing_lines);
    }
    if (result == SQL_OK) {
        result = read_number(office->sql, TRUST_FLAGGED, &trust.flagged);
    }
    if (result == SQL_OK) {
        *out_trust = trust;
    }
    return office_result_of(result);
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

#include "office/reasons_sql.h"
#include "common/log.h"
#include "office/breakdown_sql.h"
#include "office/heads.h"
#include "office/reasons.h"
#include <assert.h>
#include <string.h>

enum sql_result reasons_number(struct office *office,
                               const struct office_visit *visit,
                               struct reason_list *out)
{
    out->count = 0;
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < visit->reason_count && result == SQL_OK; i++) {
        result = known_code(office, visit->reasons[i], &out->all[out->count++]);
    }
    return result;
}

enum sql_result reasons_of_line(struct office *office, int64_t device_no,
                                int64_t gen, int64_t seq,
                                struct reason_list *out)
{
    struct sql_statement *s = sql_use(office->sql, LINE_BYTES);
    struct office_visit visit = {.reason_count = 0};
    struct record record;
    char why[JSON_MESSAGE_SIZE];
    size_t size = 0;
    sql_bind_int(s, 1, device_no);
    sql_bind_int(s, 2, gen);
    sql_bind_int(s, 3, seq);
    enum sql_result result = sql_step(s);
    const void *bytes = result == SQL_OK ? sql_bytes(s, 0, &size) : NULL;
    if (bytes && record_read(bytes, size, &record, why)) {
        office_visit_take_reasons(&record, &visit);
    } else if (result == SQL_OK || result == SQL_NONE) {
        log_error("office",
                  "device number %lld gen %lld seq %lld: its line is gone or "
                  "cannot be read; run hailong verify",
                  (long long)device_no, (long long)gen, (long long)seq);
        result = SQL_OK;
    }
    sql_done(s);
    return result == SQL_OK ? reasons_number(office, &visit, out) : result;
}

enum sql_result reasons_put(struct office *office)
{
    struct reason_tally *tally = &office->reason_tally;
    reason_tally_fold(tally);
    if (tally->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < tally->count && result == SQL_OK; i++) {
        const struct reason_cell *cell = &tally->cells[i];
        if (reason_cell_is_zero(cell)) {
            continue;
        }
        struct sql_statement *s = sql_use(office->sql, REASON_ADD);
        sql_bind_int(s, 1, cell->dimension);
        sql_bind_int(s, 2, cell->grain);
        sql_bind_int(s, 3, cell->period);
        sql_bind_int(s, 4, cell->key);
        sql_bind_int(s, 5, cell->reason);
        for (int level = 0; level < 5; level++) {
            sql_bind_int(s, 6 + level, cell->levels[level]);
        }
        result = sql_put(s);
    }
    return result;
}

struct reading {
    enum tally_dimension dimension;
    office_reason_row *row;
    void *ctx;
};

// Steps through rows that REASON_GROUPS made.
static enum office_result give_rows(struct sql_statement *s,
                                    const struct reading *reading)
{
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct office_reason_total total = {.key = sql_text(s, 1),
                                            .reason = sql_text(s, 2)};
        bool is_empty = true;
        if (reading->dimension == TALLY_CHANNEL) {
            total.key = record_mode_name((enum record_mode)sql_int(s, 0));
        } else if (reading->dimension == TALLY_ALL) {
            total.key = "";
        }
        for (int level = 0; level < 5; level++) {
            total.levels[level] = sql_int(s, 3 + level);
            is_empty &= total.levels[level] == 0;
        }
        if (!is_empty && !reading->row(reading->ctx, &total)) {
            result = SQL_NONE;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

// The number of a row's key. False: no total can have it.
static bool find_key(struct office *office, enum tally_dimension dimension,
                     const char *key, int64_t *out_no)
{
    if (dimension == TALLY_CHANNEL) {
        for (int mode = 0; mode < RECORD_MODE_COUNT; mode++) {
            if (strcmp(record_mode_name((enum record_mode)mode), key) == 0) {
                *out_no = mode;
                return true;
            }
        }
        return false;
    }
    if (key[0] == '\0') {
        *out_no = 0;
        return true;
    }
    struct sql_statement *s = sql_use(office->sql, CODE_NO);
    sql_bind_text(s, 1, key);
    bool is_known = sql_step(s) == SQL_OK;
    if (is_known) {
        *out_no = sql_int(s, 0);
    }
    sql_done(s);
    return is_known;
}

enum office_result office_reasons(struct office *office, int32_t from_day,
                                  int32_t to_day, enum office_breakdown by,
                                  const char *key, office_reason_row *row,
                                  void *ctx)
{
    struct reading reading = {breakdown_dimension(by), row, ctx};
    struct day_range days = breakdown_clamp(from_day, to_day);
    int64_t key_no = 0;
    assert(reason_tally_has(reading.dimension));
    if (!key) {
        return reasons_give_all(office->sql, by, days, row, ctx);
    }
    if (!find_key(office, reading.dimension, key, &key_no)) {
        return OFFICE_OK;
    }
    struct sql_statement *s = sql_use(office->sql, REASON_TOTALS_OF);
    sql_bind_int(s, 1, reading.dimension);
    bind_split(s, breakdown_split(by, days));
    sql_bind_int(s, 8, key_no);
    return give_rows(s, &reading);
}

// A recount, or one up to the heads of ?3, whose statements come behind it.
static struct sql_statement *use_recount(struct office *office,
                                         const struct reading *reading,
                                         size_t behind, struct day_range days)
{
    static const size_t statements[TALLY_DIMENSION_COUNT] = {
        [TALLY_ALL] = REASON_RECOUNT_ALL,
        [TALLY_COUNTER] = REASON_RECOUNT_COUNTERS,
        [TALLY_FIELD] = REASON_RECOUNT_FIELDS,
        [TALLY_PROCEDURE] = REASON_RECOUNT_PROCEDURES,
        [TALLY_OFFICER] = REASON_RECOUNT_OFFICERS,
        [TALLY_CHANNEL] = REASON_RECOUNT_CHANNELS};
    assert(reason_tally_has(reading->dimension));
    struct sql_statement *s =
        sql_use(office->sql, statements[reading->dimension] + behind);
    bind_days(s, 1, days);
    sql_bind_int(s, 10, reading->dimension);
    return s;
}

enum office_result office_recount_reasons(struct office *office,
                                          int32_t from_day, int32_t to_day,
                                          enum office_breakdown by,
                                          office_reason_row *row, void *ctx)
{
    struct reading reading = {breakdown_dimension(by), row, ctx};
    return give_rows(
        use_recount(office, &reading, 0, breakdown_clamp(from_day, to_day)),
        &reading);
}

enum office_result office_recount_reasons_to(struct office *office,
                                             const struct office_head *heads,
                                             size_t count, int32_t from_day,
                                             int32_t to_day,
                                             enum office_breakdown by,
                                             office_reason_row *row, void *ctx)
{
    struct reading reading = {breakdown_dimension(by), row, ctx};
    struct buf list = {0};
    enum office_result result = OFFICE_ERROR;
    heads_list(heads, count, &list);
    if (buf_ok(&list)) {
        struct sql_statement *s = use_recount(
            office, &reading, REASON_RECOUNT_TO_ALL - REASON_RECOUNT_ALL,
            breakdown_clamp(from_day, to_day));
        sql_bind_text(s, 3, buf_text(&list));
        result = give_rows(s, &reading);
    } else {
        log_error("office", "out of memory");
    }
    buf_free(&list);
    return result;
}

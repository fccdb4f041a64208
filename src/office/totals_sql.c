#include "common/buf.h"
#include "common/log.h"
#include "office/breakdown_sql.h"
#include "office/filter_place.h"
#include "office/heads.h"
#include "office/office_sql.h"
#include "office/totals.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Rows with a number as key, gathered by what the breakdown makes of it.
struct bin {
    int64_t number;
    struct office_tally sum;
};
struct bins {
    struct bin *all;
    size_t count, capacity;
    int64_t highest; // number among them
};

static struct office_tally *find_bin(struct bins *bins, int64_t number)
{
    // Rows come nearly in order: a number is mostly the last one or new.
    bool may_exist = bins->count > 0 && number <= bins->highest;
    for (size_t i = bins->count; may_exist && i-- > 0;) {
        if (bins->all[i].number == number) {
            return &bins->all[i].sum;
        }
    }
    if (bins->count == bins->capacity) {
        size_t capacity = bins->capacity ? bins->capacity * 2 : 64;
        struct bin *all = realloc(bins->all, capacity * sizeof *all);
        if (!all) {
            return NULL;
        }
        bins->all = all;
        bins->capacity = capacity;
    }
    struct bin *bin = &bins->all[bins->count++];
    *bin = (struct bin){.number = number};
    if (bins->count == 1 || number > bins->highest) {
        bins->highest = number;
    }
    return &bin->sum;
}

static int compare_bins(const void *a, const void *b)
{
    int64_t x = ((const struct bin *)a)->number;
    int64_t y = ((const struct bin *)b)->number;
    return x < y ? -1 : x > y;
}

void totals_read(struct sql_statement *s, int column, struct office_tally *out)
{
    for (int level = 0; level < 5; level++) {
        out->levels[level] = sql_int(s, column + level);
        out->flagged[level] = sql_int(s, column + 10 + level);
        out->marked[level] = sql_int(s, column + 15 + level);
        out->aside[level] = sql_int(s, column + 20 + level);
    }
    out->declined = sql_int(s, column + 5);
    out->timeout = sql_int(s, column + 6);
    out->withdrawn = sql_int(s, column + 7);
    out->offered = sql_int(s, column + 8);
    out->offered_rated = sql_int(s, column + 9);
}

static void bind_cell(struct sql_statement *s, const struct tally_cell *cell)
{
    sql_bind_int(s, 1, cell->dimension);
    sql_bind_int(s, 2, cell->grain);
    sql_bind_int(s, 3, cell->period);
    sql_bind_int(s, 4, cell->key);
}

static enum sql_result add_counts(struct sql *sql,
                                  const struct tally_cell *cell)
{
    const struct office_tally *sum = &cell->sum;
    struct sql_statement *s = sql_use(sql, TOTAL_ADD);
    bind_cell(s, cell);
    for (int level = 0; level < 5; level++) {
        sql_bind_int(s, 5 + level, sum->levels[level]);
    }
    sql_bind_int(s, 10, sum->declined);
    sql_bind_int(s, 11, sum->timeout);
    sql_bind_int(s, 12, sum->withdrawn);
    sql_bind_int(s, 13, sum->offered);
    sql_bind_int(s, 14, sum->offered_rated);
    return sql_put(s);
}

static enum sql_result add_doubts(struct sql *sql,
                                  const struct tally_cell *cell)
{
    const struct office_tally *sum = &cell->sum;
    struct sql_statement *s = sql_use(sql, TOTAL_DOUBT);
    bind_cell(s, cell);
    for (int level = 0; level < 5; level++) {
        sql_bind_int(s, 5 + level, sum->flagged[level]);
        sql_bind_int(s, 10 + level, sum->marked[level]);
        sql_bind_int(s, 15 + level, sum->aside[level]);
    }
    return sql_put(s);
}

enum sql_result totals_put(struct office *office)
{
    tally_fold(&office->tally);
    if (office->tally.failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return totals_put_cells(office->sql, &office->tally);
}

enum sql_result totals_put_cells(struct sql *sql, const struct tally *tally)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < tally->count && result == SQL_OK; i++) {
        const struct tally_cell *cell = &tally->cells[i];
        if (tally_is_zero(&cell->sum)) {
            continue;
        }
        result = add_counts(sql, cell);
        // Few cells have any: the others are spared the second statement.
        if (result == SQL_OK && !tally_is_undoubted(&cell->sum)) {
            result = add_doubts(sql, cell);
        }
    }
    return result;
}

struct reading {
    enum office_breakdown by;
    office_total_row *row;
    void *ctx;
};

// Rows whose first two columns are key and label.
static enum office_result give_texts(struct sql_statement *s,
                                     const struct reading *reading)
{
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct office_total total = {.key = sql_text(s, 0),
                                     .label = sql_text(s, 1)};
        totals_read(s, 2, &total.tally);
        if (!tally_is_zero(&total.tally) &&
            !reading->row(reading->ctx, &total)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

static void give_bins(struct bins *bins, const struct reading *reading)
{
    if (bins->count > 1) {
        qsort(bins->all, bins->count, sizeof *bins->all, compare_bins);
    }
    for (size_t i = 0; i < bins->count; i++) {
        char key[BREAKDOWN_KEY_SIZE];
        const struct bin *bin = &bins->all[i];
        breakdown_key(reading->by, bin->number, key);
        struct office_total total = {key, key, bin->sum};
        if (!tally_is_zero(&bin->sum) && !reading->row(reading->ctx, &total)) {
            break;
        }
    }
}

// What the first columns of a row of numbers are.
enum shape {
    SHAPE_KEY,   // the dimension's key, then sums
    SHAPE_DAY,   // a local day, then sums
    SHAPE_PERIOD // grain and period, then sums
};

static enum office_result give_numbers(struct sql_statement *s,
                                       enum shape shape,
                                       const struct reading *reading)
{
    struct bins bins = {0};
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        int64_t number;
        if (shape == SHAPE_KEY) {
            number = breakdown_of_key(reading->by, sql_int(s, 0));
        } else if (shape == SHAPE_DAY) {
            number = breakdown_of_period(reading->by, TALLY_DAY,
                                         (int32_t)sql_int(s, 0));
        } else {
            number = breakdown_of_period(reading->by,
                                         (enum tally_grain)sql_int(s, 0),
                                         (int32_t)sql_int(s, 1));
        }
        struct office_tally sum;
        totals_read(s, shape == SHAPE_PERIOD ? 2 : 1, &sum);
        struct office_tally *bin = find_bin(&bins, number);
        if (!bin) {
            log_error("office", "out of memory");
            result = SQL_ERROR;
            break;
        }
        tally_merge(bin, &sum);
    }
    sql_done(s);
    if (result == SQL_NONE) {
        result = SQL_OK;
        give_bins(&bins, reading);
    }
    free(bins.all);
    return office_result_of(result);
}

static const struct {
    size_t totals;
    size_t recount;
} sources[OFFICE_BREAKDOWN_COUNT] = {
    [OFFICE_BY_NONE] = {TOTALS_PERIODS, RECOUNT_DAYS},
    [OFFICE_BY_DAY] = {TOTALS_PERIODS, RECOUNT_DAYS},
    [OFFICE_BY_CALENDAR_MONTH] = {TOTALS_PERIODS, RECOUNT_DAYS},
    [OFFICE_BY_OFFICIAL_MONTH] = {TOTALS_PERIODS, RECOUNT_DAYS},
    [OFFICE_BY_COUNTER] = {TOTALS_CODES, RECOUNT_COUNTERS},
    [OFFICE_BY_FIELD] = {TOTALS_CODES, RECOUNT_FIELDS},
    [OFFICE_BY_PROCEDURE] = {TOTALS_CODES, RECOUNT_PROCEDURES},
    [OFFICE_BY_OFFICER] = {TOTALS_CODES, RECOUNT_OFFICERS},
    [OFFICE_BY_DEVICE] = {TOTALS_DEVICES, RECOUNT_DEVICES},
    [OFFICE_BY_STEP] = {TOTALS_CODES, RECOUNT_STEPS},
    [OFFICE_BY_CHANNEL] = {TOTALS_NUMBERS, RECOUNT_CHANNELS},
    [OFFICE_BY_HOUR] = {TOTALS_NUMBERS, RECOUNT_HOURS},
    [OFFICE_BY_WEEKDAY] = {TOTALS_NUMBERS, RECOUNT_HOURS},
    [OFFICE_BY_HOUR_OF_WEEK] = {TOTALS_NUMBERS, RECOUNT_HOURS},
};

enum office_result office_totals(struct office *office, int32_t from_day,
                                 int32_t to_day, enum office_breakdown by,
                                 office_total_row *row, void *ctx)
{
    struct reading reading = {by, row, ctx};
    struct day_range days = breakdown_clamp(from_day, to_day);
    if (sources[by].totals == TOTALS_CODES) {
        return totals_give_codes(office->sql, days, by, row, ctx);
    }
    struct sql_statement *s = sql_use(office->sql, sources[by].totals);
    sql_bind_int(s, 1, breakdown_dimension(by));
    bind_split(s, breakdown_split(by, days));
    switch (sources[by].totals) {
    case TOTALS_PERIODS:
        return give_numbers(s, SHAPE_PERIOD, &reading);
    case TOTALS_NUMBERS:
        return give_numbers(s, SHAPE_KEY, &reading);
    default:
        return give_texts(s, &reading);
    }
}

// Steps through a recount that is bound.
static enum office_result give_recount(struct sql_statement *s, size_t source,
                                       const struct reading *reading)
{
    switch (source) {
    case RECOUNT_DAYS:
        return give_numbers(s, SHAPE_DAY, reading);
    case RECOUNT_CHANNELS:
    case RECOUNT_HOURS:
        return give_numbers(s, SHAPE_KEY, reading);
    default:
        return give_texts(s, reading);
    }
}

static enum office_result recount(struct office *office, size_t statement,
                                  const struct office_filter *filter,
                                  struct day_range days, const char *heads,
                                  const struct reading *reading)
{
    struct sql_statement *s = sql_use(office->sql, statement);
    bind_days(s, 1, days);
    if (heads) {
        sql_bind_text(s, 3, heads);
    }
    enum sql_result result = filter_bind(office->sql, s, filter);
    if (result != SQL_OK) {
        sql_done(s);
        return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
    }
    return give_recount(s, sources[reading->by].recount, reading);
}

enum office_result office_part_recount(struct office *office,
                                       const struct office_filter *filter,
                                       int32_t from_day, int32_t to_day,
                                       enum office_breakdown by,
                                       office_total_row *row, void *ctx)
{
    struct reading reading = {by, row, ctx};
    return recount(office, sources[by].recount, filter,
                   breakdown_clamp(from_day, to_day), NULL, &reading);
}

enum office_result office_recount(struct office *office, int32_t from_day,
                                  int32_t to_day, enum office_breakdown by,
                                  office_total_row *row, void *ctx)
{
    static const struct office_filter everything;
    return office_part_recount(office, &everything, from_day, to_day, by, row,
                               ctx);
}

void heads_list(const struct office_head *heads, size_t count, struct buf *out)
{
    buf_append_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s[\"%s\",%lld,%lld]", i > 0 ? "," : "",
                   heads[i].device, (long long)heads[i].gen,
                   (long long)heads[i].to);
    }
    buf_append_char(out, ']');
}

enum office_result
office_recount_to(struct office *office, const struct office_head *heads,
                  size_t count, const struct office_filter *filter,
                  int32_t from_day, int32_t to_day, enum office_breakdown by,
                  office_total_row *row, void *ctx)
{
    struct reading reading = {by, row, ctx};
    size_t statement =
        sources[by].recount - (size_t)RECOUNT_DAYS + RECOUNT_TO_DAYS;
    struct buf list = {0};
    heads_list(heads, count, &list);
    enum office_result result = OFFICE_ERROR;
    if (buf_ok(&list)) {
        result = recount(office, statement, filter,
                         breakdown_clamp(from_day, to_day), buf_text(&list),
                         &reading);
    } else {
        log_error("office", "out of memory");
    }
    buf_free(&list);
    return result;
}

enum office_result office_heads(struct office *office, office_head_row *row,
                                void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, HEADS_LIST);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct office_head head = {.gen = sql_int(s, 1), .to = sql_int(s, 2)};
        unsigned char hash[DIGEST_BYTES];
        column_text(s, 0, head.device, sizeof head.device);
        column_bytes(s, 3, hash, sizeof hash);
        hex_encode(hash, sizeof hash, head.head);
        if (!row(ctx, &head)) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

enum office_result office_span(struct office *office, int32_t *out_first,
                               int32_t *out_last)
{
    struct sql_statement *s = sql_use(office->sql, TOTALS_SPAN);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_is_null(s, 0)) {
        result = SQL_NONE;
    }
    if (result == SQL_OK) {
        *out_first = (int32_t)sql_int(s, 0);
        *out_last = (int32_t)sql_int(s, 1);
    }
    sql_done(s);
    return office_result_of(result);
}

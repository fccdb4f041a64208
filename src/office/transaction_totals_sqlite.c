#include "common/date.h"
#include "common/log.h"
#include "office/breakdown.h"
#include "office/filter_place.h"
#include "office/transactions_sqlite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = RECORD_CODE_SIZE }; // a code, or what breakdown.h names

// Rows of the breakdown, in the order of their keys.
struct bin {
    char key[KEY_SIZE];
    struct transaction_sum sum;
};
struct bins {
    struct sql *sql;
    enum office_breakdown by;
    const struct place *place; // of a part; NULL: everything
    struct bin *all;
    size_t count, capacity;
    // The code that was looked up last: cells of one code come in a row.
    int64_t code_no;
    char code[RECORD_CODE_SIZE];
};

static void free_bins(struct bins *bins)
{
    for (size_t i = 0; i < bins->count; i++) {
        transaction_sum_free(&bins->all[i].sum);
    }
    free(bins->all);
}

static size_t place_of(const struct bins *bins, const char *key)
{
    size_t low = 0, high = bins->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(bins->all[middle].key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static struct transaction_sum *take_bin(struct bins *bins, const char *key)
{
    size_t at = place_of(bins, key);
    if (at < bins->count && strcmp(bins->all[at].key, key) == 0) {
        return &bins->all[at].sum;
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
    struct bin *bin = &bins->all[at];
    memmove(bin + 1, bin, (bins->count - at) * sizeof *bin);
    *bin = (struct bin){.key = ""};
    snprintf(bin->key, sizeof bin->key, "%s", key);
    bins->count++;
    return &bin->sum;
}

static enum sql_result find_code(struct bins *bins, int64_t no)
{
    if (no == bins->code_no) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(bins->sql, CODE_TEXT);
    sql_bind_int(s, 1, no);
    enum sql_result result = sql_step(s);
    bins->code[0] = '\0';
    if (result == SQL_OK) {
        column_text(s, 0, bins->code, sizeof bins->code);
    }
    sql_done(s);
    bins->code_no = no;
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result name_row(struct bins *bins, enum tally_grain grain,
                                int32_t period, int64_t key, char out[KEY_SIZE])
{
    enum tally_dimension dimension = breakdown_dimension(bins->by);
    enum sql_result result = SQL_OK;
    int64_t number = bins->place ? place_row(bins->place, grain, period, key)
                     : dimension == TALLY_ALL
                         ? breakdown_of_period(bins->by, grain, period)
                         : breakdown_of_key(bins->by, key);
    out[0] = '\0';
    if (dimension == TALLY_ALL || dimension == TALLY_HOUR_OF_WEEK) {
        breakdown_key(bins->by, number, out);
    } else {
        result = find_code(bins, number);
        snprintf(out, KEY_SIZE, "%s", bins->code);
    }
    return result;
}

static enum sql_result add_to_bin(struct bins *bins, enum tally_grain grain,
                                  int32_t period, int64_t key,
                                  const struct transaction_sum *add)
{
    char name[KEY_SIZE];
    enum sql_result result = name_row(bins, grain, period, key, name);
    struct transaction_sum *sum =
        result == SQL_OK ? take_bin(bins, name) : NULL;
    if (sum) {
        transaction_sum_merge(sum, add);
    }
    if (result == SQL_OK && (!sum || sum->called.failed || sum->done.failed)) {
        log_error("office", "out of memory");
        result = SQL_ERROR;
    }
    return result;
}

static void give_bins(const struct bins *bins, office_transaction_row *row,
                      void *ctx)
{
    for (size_t i = 0; i < bins->count; i++) {
        const struct office_transaction_total total = {bins->all[i].key,
                                                       &bins->all[i].sum};
        if (total.sum->count != 0 && !row(ctx, &total)) {
            break;
        }
    }
}

static bool is_told(enum office_breakdown by)
{
    return by != OFFICE_BY_DEVICE && by != OFFICE_BY_CHANNEL;
}

static void bind_range(struct sql_statement *s, int index,
                       struct day_range range)
{
    sql_bind_int(s, index, range.from);
    sql_bind_int(s, index + 1, range.to);
}

static enum sql_result read_rows(struct bins *bins, struct sql_statement *s)
{
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct transaction_sum sum;
        result = transaction_sum_get(s, 3, &sum);
        if (result == SQL_OK) {
            result = add_to_bin(bins, (enum tally_grain)sql_int(s, 0),
                                (int32_t)sql_int(s, 1), sql_int(s, 2), &sum);
            transaction_sum_free(&sum);
        }
        if (result != SQL_OK) {
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result read_totals(struct bins *bins, struct day_range days)
{
    struct day_ranges ranges = breakdown_split(bins->by, days);
    struct sql_statement *s = sql_use(bins->sql, TRANSACTION_TOTALS);
    sql_bind_int(s, 1, breakdown_dimension(bins->by));
    bind_range(s, 2, ranges.half_months);
    bind_range(s, 4, ranges.before);
    bind_range(s, 6, ranges.after);
    return read_rows(bins, s);
}

static enum sql_result read_part(struct bins *bins, struct day_range days)
{
    static const struct place_statements statements = {
        TRANSACTION_PART, TRANSACTION_PART_OF_FIRSTS, TRANSACTION_REACH};
    struct sql_statement *s;
    enum sql_result result =
        place_use(bins->sql, bins->place, &statements, days, &s);
    return result == SQL_OK && s ? read_rows(bins, s) : result;
}

static bool filter_is_told(const struct office_filter *filter)
{
    for (size_t i = 0; i < filter->count; i++) {
        if (!is_told(filter->parts[i].by)) {
            return false;
        }
    }
    return true;
}

enum office_result office_transaction_totals(struct office *office,
                                             int32_t from_day, int32_t to_day,
                                             enum office_breakdown by,
                                             office_transaction_row *row,
                                             void *ctx)
{
    struct bins bins = {.sql = office->sql, .by = by};
    if (!is_told(by)) {
        return OFFICE_NONE;
    }
    enum sql_result result =
        read_totals(&bins, breakdown_clamp(from_day, to_day));
    if (result == SQL_OK) {
        give_bins(&bins, row, ctx);
    }
    free_bins(&bins);
    return office_result_of(result);
}

enum office_result office_transaction_part(struct office *office,
                                           const struct office_filter *filter,
                                           int32_t from_day, int32_t to_day,
                                           enum office_breakdown by,
                                           office_transaction_row *row,
                                           void *ctx)
{
    int64_t numbers[OFFICE_FILTER_PARTS] = {0};
    struct place place;
    struct bins bins = {.sql = office->sql, .by = by, .place = &place};
    if (filter->count == 0) {
        return office_transaction_totals(office, from_day, to_day, by, row,
                                         ctx);
    }
    if (!is_told(by) || !filter_is_told(filter)) {
        return OFFICE_NONE;
    }
    enum sql_result result = filter_numbers(office->sql, filter, numbers);
    if (result == SQL_NONE) {
        return OFFICE_OK;
    }
    if (result == SQL_OK && !place_find(filter, numbers, by, &place)) {
        log_error("office", "no totals are kept of such a part");
        return OFFICE_ERROR;
    }
    if (result == SQL_OK) {
        result = read_part(&bins, breakdown_clamp(from_day, to_day));
    }
    if (result == SQL_OK) {
        give_bins(&bins, row, ctx);
    }
    free_bins(&bins);
    return office_result_of(result);
}

// --- Again, from every transaction ------------------------------------------

enum sql_result transactions_count(struct sql *sql, struct day_range days,
                                   struct transaction_tally *tally)
{
    struct sql_statement *s = sql_use(sql, TRANSACTION_ROWS);
    enum sql_result result;
    sql_bind_int(s, 1, date_wall_ms_of_day(days.from));
    sql_bind_int(s, 2, date_wall_ms_of_day(days.to) + INT64_C(86400000));
    while ((result = sql_step(s)) == SQL_OK) {
        struct transaction_facts facts;
        transaction_facts_get(s, 0, &facts);
        transaction_tally_add(tally, &facts, 1);
    }
    sql_done(s);
    if (tally->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

enum office_result office_transaction_recount(struct office *office,
                                              int32_t from_day, int32_t to_day,
                                              enum office_breakdown by,
                                              office_transaction_row *row,
                                              void *ctx)
{
    struct bins bins = {.sql = office->sql, .by = by};
    struct transaction_tally tally = {.failed = false};
    if (!is_told(by)) {
        return OFFICE_NONE;
    }
    enum sql_result result = transactions_count(
        office->sql, breakdown_clamp(from_day, to_day), &tally);
    for (size_t i = 0; i < tally.count && result == SQL_OK; i++) {
        const struct transaction_cell *cell = &tally.cells[i];
        if (cell->dimension == (int)breakdown_dimension(by)) {
            result = add_to_bin(&bins, cell->grain, cell->period, cell->key,
                                &cell->sum);
        }
    }
    if (result == SQL_OK) {
        give_bins(&bins, row, ctx);
    }
    transaction_tally_free(&tally);
    free_bins(&bins);
    return office_result_of(result);
}

#include "common/date.h"
#include "common/log.h"
#include "office/breakdown_sql.h"
#include "office/code_texts.h"
#include "office/filter_place.h"
#include "office/transactions_sql.h"
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = RECORD_CODE_SIZE }; // a code, or what breakdown.h names

// Rows of the breakdown, by their numbers.
struct bin {
    int64_t number;
    char key[KEY_SIZE]; // "" until the row is named
    struct transaction_sum sum;
};
struct bins {
    struct sql *sql;
    enum office_breakdown by;
    const struct place *place; // of a part; NULL: everything
    struct map index;          // number -> place
    struct bin *all;
    size_t count, capacity;
};

static void free_bins(struct bins *bins)
{
    for (size_t i = 0; i < bins->count; i++) {
        transaction_sum_free(&bins->all[i].sum);
    }
    free(bins->all);
    map_free(&bins->index);
}

// The row of the number, made when there is none; NULL on no memory.
static struct transaction_sum *take_bin(struct bins *bins, int64_t number)
{
    int64_t at;
    if (map_get(&bins->index, &number, sizeof number, &at)) {
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
    if (!map_put(&bins->index, &number, sizeof number, (int64_t)bins->count)) {
        return NULL;
    }
    struct bin *bin = &bins->all[bins->count++];
    *bin = (struct bin){.number = number};
    return &bin->sum;
}

static int64_t number_of(const struct bins *bins, enum tally_grain grain,
                         int32_t period, int64_t key)
{
    return bins->place ? place_row(bins->place, grain, period, key)
           : breakdown_dimension(bins->by) == TALLY_ALL
               ? breakdown_of_period(bins->by, grain, period)
               : breakdown_of_key(bins->by, key);
}

static enum sql_result add_to_bin(struct bins *bins, enum tally_grain grain,
                                  int32_t period, int64_t key,
                                  const struct transaction_sum *add)
{
    struct transaction_sum *sum =
        take_bin(bins, number_of(bins, grain, period, key));
    if (sum) {
        transaction_sum_merge(sum, add);
    }
    if (!sum || sum->called.failed || sum->done.failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return SQL_OK;
}

static bool take_code(void *ctx, size_t n, const char *text)
{
    const struct bins *bins = ctx;
    snprintf(bins->all[n].key, sizeof bins->all[n].key, "%s", text);
    return true;
}

static int compare_bins(const void *a, const void *b)
{
    return strcmp(((const struct bin *)a)->key, ((const struct bin *)b)->key);
}

// Once all are there: in the order of their keys.
static enum sql_result name_bins(struct bins *bins)
{
    enum tally_dimension dimension = breakdown_dimension(bins->by);
    bool is_number = dimension == TALLY_ALL || dimension == TALLY_HOUR_OF_WEEK;
    struct buf numbers = {0};
    for (size_t i = 0; i < bins->count; i++) {
        struct bin *bin = &bins->all[i];
        if (is_number) {
            breakdown_key(bins->by, bin->number, bin->key);
        } else {
            code_texts_add(&numbers, bin->number);
        }
    }
    enum sql_result result =
        code_texts_find(bins->sql, &numbers, take_code, bins);
    if (bins->count > 1) {
        qsort(bins->all, bins->count, sizeof *bins->all, compare_bins);
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

static enum sql_result read_rows(struct bins *bins, struct sql_statement *s)
{
    struct transaction_sum sum = {.count = 0};
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        result = transaction_sum_get(s, 3, &sum);
        if (result == SQL_OK) {
            result = add_to_bin(bins, (enum tally_grain)sql_int(s, 0),
                                (int32_t)sql_int(s, 1), sql_int(s, 2), &sum);
        }
        if (result != SQL_OK) {
            break;
        }
    }
    transaction_sum_free(&sum);
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result read_totals(struct bins *bins, struct day_range days)
{
    struct sql_statement *s = sql_use(bins->sql, TRANSACTION_TOTALS);
    sql_bind_int(s, 1, breakdown_dimension(bins->by));
    bind_split_long(s, breakdown_split_long(bins->by, days));
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
        result = name_bins(&bins);
    }
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
        result = name_bins(&bins);
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
    struct sql_statement *s = sql_use_long(sql, TRANSACTION_ROWS);
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
        result = name_bins(&bins);
    }
    if (result == SQL_OK) {
        give_bins(&bins, row, ctx);
    }
    transaction_tally_free(&tally);
    free_bins(&bins);
    return office_result_of(result);
}

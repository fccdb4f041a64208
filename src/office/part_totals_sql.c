// The totals of a part of the visits, and of all by code: their rows are put
// together here.
#include "common/log.h"
#include "office/breakdown_sql.h"
#include "office/code_texts.h"
#include "office/filter_place.h"
#include "office/totals.h"
#include <stdlib.h>
#include <string.h>

struct part_row {
    int64_t number;
    char *key, *label; // texts of the row; NULL until it is named
    struct office_tally sum;
};
struct part_rows {
    struct map index; // number -> place
    struct part_row *all;
    size_t count, capacity;
};

static void free_rows(struct part_rows *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        free(rows->all[i].key);
        free(rows->all[i].label);
    }
    free(rows->all);
    map_free(&rows->index);
}

// The row of the number, made when there is none; NULL on no memory.
static struct part_row *take_row(struct part_rows *rows, int64_t number)
{
    int64_t at;
    if (map_get(&rows->index, &number, sizeof number, &at)) {
        return &rows->all[at];
    }
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity ? rows->capacity * 2 : 64;
        struct part_row *all = realloc(rows->all, capacity * sizeof *all);
        if (!all) {
            return NULL;
        }
        rows->all = all;
        rows->capacity = capacity;
    }
    if (!map_put(&rows->index, &number, sizeof number, (int64_t)rows->count)) {
        return NULL;
    }
    struct part_row *row = &rows->all[rows->count++];
    *row = (struct part_row){.number = number};
    return row;
}

static enum sql_result out_of_memory(void)
{
    log_error("office", "out of memory");
    return SQL_ERROR;
}

// Without a place the key is the number of the row.
static enum sql_result read_rows(struct sql_statement *s,
                                 const struct place *place,
                                 struct part_rows *rows)
{
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct office_tally sum;
        int64_t key = sql_int(s, 2);
        struct part_row *row = take_row(
            rows, place ? place_row(place, (enum tally_grain)sql_int(s, 0),
                                    (int32_t)sql_int(s, 1), key)
                        : key);
        if (!row) {
            result = out_of_memory();
            break;
        }
        totals_read(s, 3, &sum);
        tally_merge(&row->sum, &sum);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static bool set_name(struct part_row *row, const char *key, const char *label)
{
    free(row->key);
    free(row->label);
    row->key = strdup(key);
    row->label = strdup(label);
    return row->key && row->label;
}

static enum sql_result name_device(struct sql *sql, struct part_row *row)
{
    struct sql_statement *s = sql_use(sql, DEVICE_NAME);
    sql_bind_int(s, 1, row->number);
    enum sql_result result = sql_step(s);
    const char *key = result == SQL_OK ? sql_text(s, 0) : NULL;
    const char *label = result == SQL_OK ? sql_text(s, 1) : NULL;
    bool is_set = set_name(row, key ? key : "", label ? label : "");
    sql_done(s);
    if (!is_set) {
        return out_of_memory();
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static bool name_code(void *ctx, size_t n, const char *text)
{
    const struct part_rows *rows = ctx;
    return set_name(&rows->all[n], text, text);
}

// Nothing for the code 0, which stands for none.
static enum sql_result name_codes(struct sql *sql, struct part_rows *rows)
{
    struct buf numbers = {0};
    bool is_named = true;
    for (size_t i = 0; i < rows->count; i++) {
        code_texts_add(&numbers, rows->all[i].number);
        is_named &= set_name(&rows->all[i], "", "");
    }
    enum sql_result result = code_texts_find(sql, &numbers, name_code, rows);
    return is_named ? result : out_of_memory();
}

static enum sql_result name_numbers(enum office_breakdown by,
                                    struct part_rows *rows)
{
    char key[BREAKDOWN_KEY_SIZE];
    for (size_t i = 0; i < rows->count; i++) {
        breakdown_key(by, rows->all[i].number, key);
        if (!set_name(&rows->all[i], key, key)) {
            return out_of_memory();
        }
    }
    return SQL_OK;
}

static enum sql_result name_rows(struct sql *sql, enum office_breakdown by,
                                 struct part_rows *rows)
{
    enum sql_result result = SQL_OK;
    switch (breakdown_dimension(by)) {
    case TALLY_ALL:
    case TALLY_CHANNEL:
    case TALLY_HOUR_OF_WEEK:
        return name_numbers(by, rows);
    case TALLY_DEVICE:
        for (size_t i = 0; i < rows->count && result == SQL_OK; i++) {
            result = name_device(sql, &rows->all[i]);
        }
        return result;
    default:
        return name_codes(sql, rows);
    }
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp(((const struct part_row *)a)->key,
                  ((const struct part_row *)b)->key);
}

static void give_rows(const struct part_rows *rows, office_total_row *row,
                      void *ctx)
{
    if (rows->count > 1) {
        qsort(rows->all, rows->count, sizeof *rows->all, compare_rows);
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct part_row *own = &rows->all[i];
        struct office_total total = {own->key, own->label, own->sum};
        if (!tally_is_zero(&own->sum) && !row(ctx, &total)) {
            break;
        }
    }
}

static enum sql_result read_part(struct sql *sql, const struct place *place,
                                 struct day_range days, struct part_rows *rows)
{
    static const struct place_statements statements = {
        PART_TOTALS, PART_TOTALS_OF_FIRSTS, TOTALS_REACH};
    struct sql_statement *s;
    enum sql_result result = place_use(sql, place, &statements, days, &s);
    if (result == SQL_OK && s) {
        result = read_rows(s, place, rows);
    }
    return result;
}

static enum sql_result name_and_give(struct sql *sql, enum office_breakdown by,
                                     struct part_rows *rows,
                                     office_total_row *row, void *ctx)
{
    enum sql_result result = name_rows(sql, by, rows);
    if (result == SQL_OK) {
        give_rows(rows, row, ctx);
    }
    return result;
}

enum office_result totals_give_codes(struct sql *sql, struct day_range days,
                                     enum office_breakdown by,
                                     office_total_row *row, void *ctx)
{
    struct part_rows rows = {.count = 0};
    struct sql_statement *s = sql_use(sql, TOTALS_CODES);
    sql_bind_int(s, 1, breakdown_dimension(by));
    bind_split_long(s, breakdown_split_long(by, days));
    enum sql_result result = read_rows(s, NULL, &rows);
    if (result == SQL_OK) {
        result = name_and_give(sql, by, &rows, row, ctx);
    }
    free_rows(&rows);
    return office_result_of(result);
}

enum office_result office_part_totals(struct office *office,
                                      const struct office_filter *filter,
                                      int32_t from_day, int32_t to_day,
                                      enum office_breakdown by,
                                      office_total_row *row, void *ctx)
{
    int64_t numbers[OFFICE_FILTER_PARTS] = {0};
    struct place place;
    struct part_rows rows = {.count = 0};
    if (filter->count == 0) {
        return office_totals(office, from_day, to_day, by, row, ctx);
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
        result = read_part(office->sql, &place,
                           breakdown_clamp(from_day, to_day), &rows);
    }
    if (result == SQL_OK) {
        result = name_and_give(office->sql, by, &rows, row, ctx);
    }
    free_rows(&rows);
    return office_result_of(result);
}

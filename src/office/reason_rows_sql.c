// The totals of reasons: their rows are put together here, since a year by
// procedure has tens of thousands.
#include "common/log.h"
#include "office/breakdown_sql.h"
#include "office/code_texts.h"
#include "office/reasons_sql.h"
#include <stdlib.h>
#include <string.h>

// The text of each code.
struct code_texts {
    struct map index; // number -> place
    char **all;
    size_t count, capacity;
};

struct reason_row {
    int64_t key, reason;
    const char *key_text, *reason_text; // of code_texts
    int64_t levels[5];
};

struct reason_rows {
    struct map index; // key and reason -> place
    struct reason_row *all;
    size_t count, capacity;
    struct code_texts texts;
};

static void free_rows(struct reason_rows *rows)
{
    for (size_t i = 0; i < rows->texts.count; i++) {
        free(rows->texts.all[i]);
    }
    free(rows->texts.all);
    map_free(&rows->texts.index);
    free(rows->all);
    map_free(&rows->index);
}

// Room for one more of `size` bytes each; false on no memory.
static bool make_room(void **all, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    size_t more = *capacity ? *capacity * 2 : 64;
    void *grown = realloc(*all, more * size);
    if (grown) {
        *all = grown;
        *capacity = more;
    }
    return grown != NULL;
}

// NULL on no memory.
static struct reason_row *take_row(struct reason_rows *rows, int64_t key,
                                   int64_t reason)
{
    const int64_t name[2] = {key, reason};
    void *all = rows->all;
    int64_t at;
    if (map_get(&rows->index, name, sizeof name, &at)) {
        return &rows->all[at];
    }
    bool has_room =
        make_room(&all, rows->count, &rows->capacity, sizeof *rows->all);
    rows->all = all;
    if (!has_room ||
        !map_put(&rows->index, name, sizeof name, (int64_t)rows->count)) {
        return NULL;
    }
    struct reason_row *row = &rows->all[rows->count++];
    *row = (struct reason_row){.key = key, .reason = reason};
    return row;
}

static enum sql_result out_of_memory(void)
{
    log_error("office", "out of memory");
    return SQL_ERROR;
}

static enum sql_result read_rows(struct sql_statement *s,
                                 struct reason_rows *rows)
{
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        struct reason_row *row = take_row(rows, sql_int(s, 0), sql_int(s, 1));
        if (!row) {
            result = out_of_memory();
            break;
        }
        for (int level = 0; level < 5; level++) {
            row->levels[level] += sql_int(s, 2 + level);
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// "" for the number 0, which stands for none.
static const char *text_of(const struct code_texts *texts, int64_t code_no)
{
    int64_t at;
    return map_get(&texts->index, &code_no, sizeof code_no, &at)
               ? texts->all[at]
               : "";
}

static bool want_text(struct code_texts *texts, int64_t code_no,
                      struct buf *numbers)
{
    int64_t at;
    if (map_get(&texts->index, &code_no, sizeof code_no, &at)) {
        return true;
    }
    void *all = texts->all;
    bool has_room =
        make_room(&all, texts->count, &texts->capacity, sizeof *texts->all);
    texts->all = all;
    if (!has_room || !map_put(&texts->index, &code_no, sizeof code_no,
                              (int64_t)texts->count)) {
        return false;
    }
    code_texts_add(numbers, code_no);
    texts->all[texts->count] = strdup("");
    return texts->all[texts->count++] != NULL;
}

static bool take_text(void *ctx, size_t n, const char *text)
{
    const struct code_texts *texts = ctx;
    free(texts->all[n]);
    texts->all[n] = strdup(text);
    return texts->all[n] != NULL;
}

static bool has_codes(enum tally_dimension dimension)
{
    return dimension != TALLY_ALL && dimension != TALLY_CHANNEL;
}

static enum sql_result find_texts(struct sql *sql,
                                  enum tally_dimension dimension,
                                  struct reason_rows *rows)
{
    struct buf numbers = {0};
    bool is_wanted = true;
    for (size_t i = 0; i < rows->count && is_wanted; i++) {
        const struct reason_row *row = &rows->all[i];
        is_wanted = (!has_codes(dimension) ||
                     want_text(&rows->texts, row->key, &numbers)) &&
                    want_text(&rows->texts, row->reason, &numbers);
    }
    if (!is_wanted) {
        buf_free(&numbers);
        return out_of_memory();
    }
    return code_texts_find(sql, &numbers, take_text, &rows->texts);
}

static enum sql_result name_rows(struct sql *sql,
                                 enum tally_dimension dimension,
                                 struct reason_rows *rows)
{
    enum sql_result result = find_texts(sql, dimension, rows);
    for (size_t i = 0; i < rows->count && result == SQL_OK; i++) {
        struct reason_row *row = &rows->all[i];
        row->key_text = dimension == TALLY_ALL ? ""
                        : dimension == TALLY_CHANNEL
                            ? record_mode_name((enum record_mode)row->key)
                            : text_of(&rows->texts, row->key);
        row->reason_text = text_of(&rows->texts, row->reason);
    }
    return result;
}

static int compare_texts(const void *a, const void *b)
{
    const struct reason_row *x = a, *y = b;
    int order = strcmp(x->key_text, y->key_text);
    return order ? order : strcmp(x->reason_text, y->reason_text);
}

// Channels come in the order of their numbers.
static int compare_channels(const void *a, const void *b)
{
    const struct reason_row *x = a, *y = b;
    return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                            : strcmp(x->reason_text, y->reason_text);
}

static bool is_empty(const struct reason_row *row)
{
    for (size_t i = 0; i < 5; i++) {
        if (row->levels[i] != 0) {
            return false;
        }
    }
    return true;
}

static void give_rows(const struct reason_rows *rows,
                      enum tally_dimension dimension, office_reason_row *row,
                      void *ctx)
{
    if (rows->count > 1) {
        qsort(rows->all, rows->count, sizeof *rows->all,
              dimension == TALLY_CHANNEL ? compare_channels : compare_texts);
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct reason_row *own = &rows->all[i];
        struct office_reason_total total = {
            own->key_text, own->reason_text, {0}};
        memcpy(total.levels, own->levels, sizeof total.levels);
        if (!is_empty(own) && !row(ctx, &total)) {
            break;
        }
    }
}

enum office_result reasons_give_all(struct sql *sql, enum office_breakdown by,
                                    struct day_range days,
                                    office_reason_row *row, void *ctx)
{
    enum tally_dimension dimension = breakdown_dimension(by);
    struct reason_rows rows = {.count = 0};
    struct sql_statement *s = sql_use(sql, REASON_TOTALS);
    sql_bind_int(s, 1, dimension);
    bind_split_long(s, breakdown_split_long(by, days));
    enum sql_result result = read_rows(s, &rows);
    if (result == SQL_OK) {
        result = name_rows(sql, dimension, &rows);
    }
    if (result == SQL_OK) {
        give_rows(&rows, dimension, row, ctx);
    }
    free_rows(&rows);
    return office_result_of(result);
}

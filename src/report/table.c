#include "report/table.h"
#include "report/words.h"
#include "vietnamese/text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void table_init(struct table *table, size_t columns)
{
    assert(columns > 0 && columns <= TABLE_COLUMNS_MAX);
    *table = (struct table){.columns = columns};
    for (size_t i = 1; i < columns; i++)
        table->right[i] = true;
}

static bool grow(struct table *table)
{
    if (table->count < table->capacity)
        return true;
    size_t capacity = table->capacity ? table->capacity * 2 : 64;
    char **cells = realloc(table->cells, capacity * sizeof *cells);
    if (!cells)
        return false;
    table->cells = cells;
    table->capacity = capacity;
    return true;
}

void table_add(struct table *table, const char *text)
{
    struct buf cell = {0};
    words_append_plain(text, &cell);
    char *copy = buf_ok(&cell) ? strdup(buf_text(&cell)) : NULL;
    buf_free(&cell);
    if (!copy || !grow(table)) {
        free(copy);
        table->failed = true;
        return;
    }
    table->cells[table->count++] = copy;
}

void table_take(struct table *table, struct buf *text)
{
    if (!buf_ok(text))
        table->failed = true;
    table_add(table, buf_text(text));
    buf_clear(text);
}

static void append_blanks(size_t count, struct buf *out)
{
    while (count-- > 0)
        buf_append_char(out, ' ');
}

static size_t width_of(const char *cell)
{
    return text_letters(cell, strlen(cell));
}

// Blanks at the end of a line are left out.
static void write_row(const struct table *table, char *const *cells,
                      const size_t *widths, size_t indent, struct buf *out)
{
    size_t pending = indent;
    for (size_t i = 0; i < table->columns; i++) {
        size_t rest = widths[i] - width_of(cells[i]);
        if (table->right[i])
            pending += rest;
        if (cells[i][0] != '\0') {
            append_blanks(pending, out);
            pending = 0;
            buf_append_text(out, cells[i]);
        }
        if (!table->right[i])
            pending += rest;
        pending += 2;
    }
    buf_append_char(out, '\n');
}

bool table_write(const struct table *table, size_t indent, struct buf *out)
{
    if (table->failed)
        return false;
    assert(table->count % table->columns == 0);
    size_t widths[TABLE_COLUMNS_MAX] = {0};
    for (size_t i = 0; i < table->count; i++) {
        size_t width = width_of(table->cells[i]);
        if (width > widths[i % table->columns])
            widths[i % table->columns] = width;
    }
    for (size_t i = 0; i < table->count; i += table->columns)
        write_row(table, table->cells + i, widths, indent, out);
    return buf_ok(out);
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (struct table){0};
}

#include "common/csv.h"
#include <stdlib.h>
#include <string.h>

void csv_open(struct csv *csv, const char *bytes, size_t size)
{
    static const char candidates[] = {',', ';', '\t'};
    size_t counts[sizeof candidates] = {0}, best = 0;
    bool is_quoted = false;
    *csv = (struct csv){.at = bytes, .end = bytes + size, .line = 1};
    if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        csv->at += 3;
    for (const char *c = csv->at; c < csv->end; c++) {
        is_quoted ^= *c == '"';
        if ((*c == '\n' || *c == '\r') && !is_quoted)
            break;
        for (size_t i = 0; i < sizeof candidates; i++)
            counts[i] += *c == candidates[i] && !is_quoted;
    }
    for (size_t i = 1; i < sizeof candidates; i++)
        best = counts[i] > counts[best] ? i : best;
    csv->separator = candidates[best];
}

void csv_row_free(struct csv_row *row)
{
    buf_free(&row->text);
    free(row->starts);
    *row = (struct csv_row){0};
}

const char *csv_cell(const struct csv_row *row, size_t index)
{
    return buf_text(&row->text) + row->starts[index];
}

static bool begin_cell(struct csv_row *row)
{
    if (row->count == row->capacity) {
        size_t capacity = row->capacity ? row->capacity * 2 : 16;
        size_t *starts = realloc(row->starts, capacity * sizeof *starts);
        if (!starts)
            return false;
        row->starts = starts;
        row->capacity = capacity;
    }
    row->starts[row->count++] = row->text.size;
    return true;
}

static bool ends_line(char c)
{
    return c == '\n' || c == '\r';
}

// Behind the opening quote: up to the one that closes it. NULL: none does, or
// it is so far away that it belongs to another cell.
static const char *read_quoted(const char *at, const char *end, struct buf *out)
{
    if (end - at > CSV_CELL_MOST)
        end = at + CSV_CELL_MOST;
    while (at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        if (!quote)
            return NULL;
        buf_append(out, at, (size_t)(quote - at));
        if (quote + 1 == end || quote[1] != '"')
            return quote + 1;
        buf_append_char(out, '"');
        at = quote + 2;
    }
    return NULL;
}

static const char *read_plain(const char *at, const char *end, char separator,
                              struct buf *out)
{
    const char *from = at;
    while (at < end && *at != separator && !ends_line(*at))
        at++;
    buf_append(out, from, (size_t)(at - from));
    return at;
}

// One cell, up to what ends it; NULL when it is broken.
static const char *read_cell(const struct csv *csv, const char *at,
                             struct csv_row *row)
{
    if (at < csv->end && *at == '"') {
        at = read_quoted(at + 1, csv->end, &row->text);
        if (!at)
            row->fault = "a quote is opened and not closed";
        else if (at < csv->end && *at != csv->separator && !ends_line(*at))
            row->fault = "something stands behind a closing quote";
    } else {
        at = read_plain(at, csv->end, csv->separator, &row->text);
    }
    buf_append_char(&row->text, '\0');
    return row->fault ? NULL : at;
}

// Ends the row at `at`, goes behind its line end and counts its lines.
static void end_row(struct csv *csv, struct csv_row *row, const char *at)
{
    row->size = (size_t)(at - row->bytes);
    if (at < csv->end && *at == '\r')
        at++;
    if (at < csv->end && *at == '\n')
        at++;
    for (const char *c = row->bytes; c < at; c++)
        csv->line +=
            *c == '\n' || (*c == '\r' && (c + 1 == at || c[1] != '\n'));
    csv->at = at;
}

static enum csv_result read_row(struct csv *csv, struct csv_row *row)
{
    const char *at = csv->at;
    row->line = csv->line;
    row->bytes = at;
    row->fault = NULL;
    row->count = 0;
    buf_clear(&row->text);
    for (;;) {
        if (!begin_cell(row))
            return CSV_NO_MEMORY;
        const char *stop = read_cell(csv, at, row);
        if (!stop) {
            // Only the line that it stands on.
            const char *end = row->bytes;
            while (end < csv->end && !ends_line(*end))
                end++;
            end_row(csv, row, end);
            return CSV_BROKEN;
        }
        if (stop == csv->end || ends_line(*stop)) {
            end_row(csv, row, stop);
            return buf_ok(&row->text) ? CSV_ROW : CSV_NO_MEMORY;
        }
        at = stop + 1;
    }
}

enum csv_result csv_next(struct csv *csv, struct csv_row *row)
{
    while (csv->at < csv->end) {
        enum csv_result result = read_row(csv, row);
        bool is_empty = result == CSV_ROW && row->count == 1 && row->size == 0;
        if (!is_empty)
            return result;
    }
    return CSV_END;
}

#include "common/clock.h"
#include "common/date.h"
#include "report/csv.h"
#include "report/document.h"
#include "report/state.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// All tables in one: a line a row, a column for each key that any table has, so
// that the lines of several files can be put together.
enum { KEYS_MAX = 64 };

struct sheet {
    const struct report_document *document;
    struct buf *out;
    const char *keys[KEYS_MAX];
    size_t key_count;
    bool line_has_cells;
};

static void begin_cell(struct sheet *sheet)
{
    if (sheet->line_has_cells)
        buf_append_char(sheet->out, ',');
    sheet->line_has_cells = true;
}

static void end_line(struct sheet *sheet)
{
    buf_append_text(sheet->out, CSV_END);
    sheet->line_has_cells = false;
}

static void add_text(struct sheet *sheet, const char *text)
{
    begin_cell(sheet);
    csv_add(text, sheet->out);
}

static void add_day(struct sheet *sheet, int32_t day)
{
    char text[DATE_ISO_SIZE];
    date_format_iso(day, text);
    add_text(sheet, text);
}

// value / 10^decimals with a point; empty when it cannot be given.
static void add_fixed(struct sheet *sheet, int64_t value, int decimals)
{
    int64_t unit = 1;
    begin_cell(sheet);
    if (value < 0)
        return;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    buf_printf(sheet->out, "%" PRId64, value / unit);
    if (decimals > 0)
        buf_printf(sheet->out, ".%0*" PRId64, decimals, value % unit);
}

static void collect_keys(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->document->section_count; i++) {
        const struct document_section *section = &sheet->document->sections[i];
        for (size_t k = 0; k < section->column_count; k++) {
            size_t at = 0;
            while (at < sheet->key_count &&
                   strcmp(sheet->keys[at], section->columns[k].key) != 0)
                at++;
            if (at == sheet->key_count && at < KEYS_MAX)
                sheet->keys[sheet->key_count++] = section->columns[k].key;
        }
    }
}

static void write_names(struct sheet *sheet)
{
    static const char *const BEFORE[] = {
        "report", "method",     "method_version", "period_kind", "from",
        "to",     "data_as_of", "complete",       "section"};
    for (size_t i = 0; i < sizeof BEFORE / sizeof BEFORE[0]; i++)
        add_text(sheet, BEFORE[i]);
    for (size_t i = 0; i < sheet->key_count; i++)
        add_text(sheet, sheet->keys[i]);
    end_line(sheet);
}

static void add_frame(struct sheet *sheet,
                      const struct document_section *section)
{
    const struct report_document *document = sheet->document;
    const struct report_complete *complete = &document->complete;
    char moment[CLOCK_ISO_SIZE];
    add_text(sheet, report_kind_name(document->kind));
    add_text(sheet, document->method_id);
    add_fixed(sheet, document->method_version, 0);
    add_text(sheet, period_kind_name(document->period.kind));
    add_day(sheet, document->period.first);
    add_day(sheet, document->period.last);
    clock_format(complete->data_as_of, moment);
    add_text(sheet, complete->data_as_of > 0 ? moment : "");
    add_text(sheet, state_is_complete(complete, document->period.last)
                        ? "true"
                        : "false");
    add_text(sheet, section->key);
}

static void add_cell(struct sheet *sheet, const struct document_column *column,
                     const struct document_cell *cell)
{
    if (cell->text)
        add_text(sheet, cell->text);
    else if (column->type == DOCUMENT_DAY && cell->value >= 0)
        add_day(sheet, (int32_t)cell->value);
    else
        add_fixed(sheet, cell->value,
                  column->type == DOCUMENT_MINUTES ? 1 : column->decimals);
}

static size_t column_of(const struct document_section *section, const char *key)
{
    size_t column = 0;
    while (column < section->column_count &&
           strcmp(section->columns[column].key, key) != 0)
        column++;
    return column;
}

static void write_row(struct sheet *sheet,
                      const struct document_section *section, size_t row)
{
    add_frame(sheet, section);
    for (size_t i = 0; i < sheet->key_count; i++) {
        size_t column = column_of(section, sheet->keys[i]);
        if (column < section->column_count)
            add_cell(sheet, &section->columns[column],
                     report_document_cell(section, row, column));
        else
            add_text(sheet, "");
    }
    end_line(sheet);
}

bool report_document_write_csv(const struct report_document *document,
                               const struct i18n *texts, struct buf *out)
{
    struct sheet sheet = {.document = document, .out = out};
    (void)texts; // the cells hold their words already
    buf_append_text(out, CSV_BEGIN);
    collect_keys(&sheet);
    write_names(&sheet);
    for (size_t i = 0; i < document->section_count; i++) {
        const struct document_section *section = &document->sections[i];
        for (size_t row = 0; row < report_document_rows(section); row++)
            write_row(&sheet, section, row);
    }
    return buf_ok(out);
}

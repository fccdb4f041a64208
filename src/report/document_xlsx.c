#include "common/date.h"
#include "report/book.h"
#include "report/document.h"
#include "report/document_words.h"
#include "report/method_sheet.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>

enum {
    NAME_SIZE = 64, // of a sheet
    SUMMARY_LAST = 1,
    SUMMARY_LETTERS = 110,
    CHART_GAP = 1
};

struct writing {
    const struct report_document *document;
    const struct i18n *texts;
    struct book book;
};

static const char *say(const struct writing *w, const char *id)
{
    return words(w->texts, id);
}

static void put_head(struct writing *w)
{
    method_sheet_head(&w->book, w->texts,
                      report_document_subject(w->document, w->texts),
                      &w->document->period);
}

static void name_sheet(const struct writing *w, size_t index,
                       char out[NAME_SIZE])
{
    snprintf(out, NAME_SIZE, "%s %zu", say(w, "report.sheet.table"), index + 1);
}

// --- Tổng hợp ---------------------------------------------------------------

// Which table stands on which sheet, and what they show.
static void write_summary(struct writing *w)
{
    const struct report_document *document = w->document;
    book_sheet(&w->book, say(w, "report.sheet.summary"), true);
    book_width(&w->book, 0, 14);
    book_width(&w->book, 1, 100);
    put_head(w);
    book_freeze(&w->book, 0);
    book_section(&w->book, say(w, "report.part.result"));
    for (size_t i = 0; i < document->section_count; i++) {
        char name[NAME_SIZE];
        name_sheet(w, i, name);
        book_text(&w->book, 0, BOOK_STRONG, name);
        book_text(&w->book, 1, BOOK_TEXT, document->sections[i].heading);
        book_next_row(&w->book);
    }
    if (document->remarks.size == 0)
        return;
    book_section(&w->book, say(w, "report.part.remarks"));
    book_prose(&w->book, SUMMARY_LAST, SUMMARY_LETTERS, &document->remarks);
}

// --- A table ----------------------------------------------------------------

static double width_of(const struct document_column *column)
{
    return column->type == DOCUMENT_TEXT ? 44 : 16;
}

static void put_words(struct writing *w, int at,
                      const struct document_column *column, int64_t value)
{
    struct buf text = {0};
    report_document_say_number(w->texts, column, value, &text);
    book_text(&w->book, at, BOOK_FAINT, buf_text(&text));
    w->book.failed |= !buf_ok(&text);
    buf_free(&text);
}

static void put_number(struct writing *w, int at,
                       const struct document_column *column, int64_t value)
{
    switch (column->type) {
    case DOCUMENT_PERCENT:
        book_percent(&w->book, at, value, column->decimals);
        break;
    case DOCUMENT_POINTS:
        book_points(&w->book, at, value, column->decimals);
        break;
    case DOCUMENT_MINUTES:
        book_minutes(&w->book, at, value);
        break;
    case DOCUMENT_DAY:
        book_day(&w->book, at, (int32_t)value);
        break;
    default:
        book_count(&w->book, at, value);
        break;
    }
}

static void put_cell(struct writing *w, int at,
                     const struct document_column *column,
                     const struct document_cell *cell, bool strong)
{
    if (cell->text)
        book_text(&w->book, at, strong ? BOOK_STRONG : BOOK_TEXT, cell->text);
    else if (cell->value < 0)
        put_words(w, at, column, cell->value);
    else
        put_number(w, at, column, cell->value);
}

// What only the chart reads: a label, and a number or nothing (a cell of text
// would be drawn as 0).
static void put_chart_cells(struct writing *w,
                            const struct document_section *section, size_t row)
{
    int at = (int)section->column_count + CHART_GAP;
    const struct document_column *columns = section->columns;
    const struct document_cell *label =
        report_document_cell(section, row, section->chart_label);
    const struct document_cell *value =
        report_document_cell(section, row, section->chart_value);
    struct buf text = {0};
    if (label->text)
        buf_append_text(&text, label->text);
    else
        report_document_say_number(w->texts, &columns[section->chart_label],
                                   label->value, &text);
    book_text(&w->book, at, BOOK_TEXT, buf_text(&text));
    if (!value->text && value->value >= 0)
        put_number(w, at + 1, &columns[section->chart_value], value->value);
    w->book.failed |= !buf_ok(&text);
    buf_free(&text);
}

static void put_rows(struct writing *w, const struct document_section *section)
{
    size_t rows = report_document_rows(section);
    for (size_t row = 0; row < rows; row++) {
        bool is_total = section->has_total && row + 1 == rows;
        for (size_t i = 0; i < section->column_count; i++)
            put_cell(w, (int)i, &section->columns[i],
                     report_document_cell(section, row, i), is_total);
        if (section->chart != DOCUMENT_NO_CHART && !is_total)
            put_chart_cells(w, section, row);
        book_next_row(&w->book);
    }
}

static void write_section(struct writing *w,
                          const struct document_section *section,
                          const char *name)
{
    size_t rows = report_document_rows(section) - (section->has_total ? 1 : 0);
    int last = (int)section->column_count - 1;
    book_sheet(&w->book, name, true);
    for (int i = 0; i <= last; i++)
        book_width(&w->book, i, width_of(&section->columns[i]));
    put_head(w);
    book_text(&w->book, 0, BOOK_SECTION, section->heading);
    book_next_row(&w->book);
    book_height(&w->book, 2 * BOOK_LINE_HEIGHT);
    for (int i = 0; i <= last; i++)
        book_text(&w->book, i, BOOK_HEAD, section->columns[i].heading);
    book_end_head(&w->book, last, rows);
    int first = (int)w->book.row;
    put_rows(w, section);
    if (section->note)
        book_text(&w->book, 0, BOOK_SUBTITLE, section->note);
    if (section->chart == DOCUMENT_NO_CHART || rows == 0)
        return;
    book_chart(&w->book,
               &(struct book_chart){
                   .is_line = section->chart == DOCUMENT_LINE,
                   .title = section->heading,
                   .series = section->columns[section->chart_value].heading,
                   .first = first,
                   .last = first + (int)rows - 1,
                   .label = last + 1 + CHART_GAP,
                   .value = last + 2 + CHART_GAP,
                   .at_column = last + 4 + CHART_GAP,
               });
}

// --- The whole --------------------------------------------------------------

static void write_method(struct writing *w)
{
    const struct report_document *document = w->document;
    struct buf method = {0}, trust = {0};
    report_document_say_method(document, w->texts, &method);
    report_document_say_trust(document, w->texts, &trust);
    const struct method_sheet sheet = {
        .subject = report_document_subject(document, w->texts),
        .period = &document->period,
        .method = &method,
        .trust = &trust,
        .complete = &document->complete,
        .flagged = document->flagged,
        .marked = FIGURES_UNKNOWN,
        .heads = document->heads,
        .head_count = document->head_count,
    };
    method_sheet_write(&w->book, w->texts, &sheet);
    buf_free(&method);
    buf_free(&trust);
}

bool report_document_write_xlsx(const struct report_document *document,
                                const struct i18n *texts, struct buf *out)
{
    struct writing w = {.document = document, .texts = texts};
    if (!book_start(&w.book, report_document_subject(document, texts),
                    document->made_ms))
        return false;
    write_summary(&w);
    for (size_t i = 0; i < document->section_count; i++) {
        char name[NAME_SIZE];
        name_sheet(&w, i, name);
        write_section(&w, &document->sections[i], name);
    }
    write_method(&w);
    return book_finish(&w.book, out);
}

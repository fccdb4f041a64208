#include "report/document.h"
#include "report/document_words.h"
#include "report/table.h"
#include "report/words.h"
#include <string.h>

// One document on its way into text.
struct page {
    const struct report_document *document;
    const struct i18n *texts;
    struct buf *out;
    bool failed;
};

static void write_line(struct page *page, const char *indent, const char *text)
{
    buf_append_text(page->out, indent);
    words_append_plain(text, page->out);
    buf_append_char(page->out, '\n');
}

static void write_title(struct page *page, const char *text)
{
    buf_append_char(page->out, '\n');
    write_line(page, "", text);
}

static void write_lines(struct page *page, const struct buf *lines)
{
    const char *line = buf_text(lines);
    page->failed |= !buf_ok(lines);
    for (const char *end; *line != '\0'; line = end + (*end == '\n')) {
        end = strchrnul(line, '\n');
        buf_append_text(page->out, "  ");
        buf_append(page->out, line, (size_t)(end - line));
        buf_append_char(page->out, '\n');
    }
}

static void write_head(struct page *page)
{
    const struct report_document *document = page->document;
    struct buf period = {0}, lines = {0};
    words_period(page->texts, &document->period, &period);
    write_line(page, "", words(page->texts, "report.title"));
    write_line(page, "", report_document_subject(document, page->texts));
    write_line(page, "", buf_text(&period));
    write_title(page, words(page->texts, "report.part.method"));
    report_document_say_method(document, page->texts, &lines);
    write_lines(page, &lines);
    buf_clear(&lines);
    write_title(page, words(page->texts, "report.part.trust"));
    report_document_say_trust(document, page->texts, &lines);
    write_lines(page, &lines);
    page->failed |= !buf_ok(&period);
    buf_free(&period);
    buf_free(&lines);
}

static void add_cell(struct page *page, struct table *table,
                     const struct document_column *column,
                     const struct document_cell *cell)
{
    struct buf text = {0};
    if (cell->text)
        buf_append_text(&text, cell->text);
    else
        report_document_say_number(page->texts, column, cell->value, &text);
    table_take(table, &text);
    buf_free(&text);
}

static void write_section(struct page *page,
                          const struct document_section *section)
{
    struct table table;
    write_title(page, section->heading);
    table_init(&table, section->column_count);
    for (size_t i = 0; i < section->column_count; i++) {
        table.right[i] = section->columns[i].type != DOCUMENT_TEXT;
        table_add(&table, section->columns[i].heading);
    }
    for (size_t row = 0; row < report_document_rows(section); row++) {
        for (size_t i = 0; i < section->column_count; i++)
            add_cell(page, &table, &section->columns[i],
                     report_document_cell(section, row, i));
    }
    page->failed |= !table_write(&table, 2, page->out);
    table_free(&table);
    if (report_document_rows(section) == 0)
        write_line(page, "  ", words(page->texts, "report.no_data"));
    if (section->note)
        write_line(page, "  ", section->note);
}

bool report_document_write_text(const struct report_document *document,
                                const struct i18n *texts, struct buf *out)
{
    struct page page = {.document = document, .texts = texts, .out = out};
    write_head(&page);
    for (size_t i = 0; i < document->section_count; i++)
        write_section(&page, &document->sections[i]);
    if (document->remarks.size > 0) {
        write_title(&page, words(texts, "report.part.remarks"));
        write_lines(&page, &document->remarks);
    }
    return !page.failed && buf_ok(out);
}

#include "report/document.h"
#include "report/document_words.h"
#include "report/official.h"
#include "report/words.h"

enum { NARROW_FROM = 5 }; // columns: smaller letters

// How much of the width a column needs, by what stands in it.
static struct paper_column paper_column(const struct document_column *column)
{
    static const struct paper_column NEEDS[DOCUMENT_TYPE_COUNT] = {
        [DOCUMENT_TEXT] = {48, PAPER_LEFT},
        [DOCUMENT_COUNT] = {16, PAPER_RIGHT},
        [DOCUMENT_PERCENT] = {18, PAPER_RIGHT},
        [DOCUMENT_POINTS] = {16, PAPER_RIGHT},
        [DOCUMENT_MINUTES] = {20, PAPER_RIGHT},
        [DOCUMENT_DAY] = {22, PAPER_CENTRE}};
    struct paper_column out = NEEDS[column->type];
    if (column->share > 0)
        out.share = column->share;
    return out;
}

static void write_cell(struct official *page,
                       const struct document_column *column,
                       const struct document_cell *cell)
{
    if (cell->text)
        official_text(page, cell->text);
    else if (cell->value == DOCUMENT_UNKNOWN)
        official_text(page, "–"); // in a narrow column
    else
        report_document_say_number(page->texts, column, cell->value,
                                   official_cell(page));
}

static void write_section(struct official *page,
                          const struct document_section *section)
{
    struct paper_column columns[DOCUMENT_COLUMNS_MAX];
    size_t rows = report_document_rows(section);
    for (size_t i = 0; i < section->column_count; i++) {
        columns[i] = paper_column(&section->columns[i]);
        official_text(page, section->columns[i].heading);
    }
    official_begin_table(page, section->heading, columns,
                         section->column_count >= NARROW_FROM
                             ? OFFICIAL_ROWS_SIZE
                             : OFFICIAL_TABLE_SIZE);
    for (size_t row = 0; row < rows; row++) {
        for (size_t i = 0; i < section->column_count; i++)
            write_cell(page, &section->columns[i],
                       report_document_cell(section, row, i));
        official_row(page, section->has_total && row + 1 == rows);
    }
    official_end_table(page);
    if (rows == 0)
        official_note(page, words(page->texts, "report.no_data"));
    if (section->note)
        official_note(page, section->note);
}

static void write_part(struct official *page, const char *id,
                       const struct buf *lines, const char *mark,
                       const char *between, const char *last)
{
    official_part(page, words(page->texts, id));
    official_lines(page, lines, mark, between, last);
}

bool report_document_write_pdf(const struct report_document *document,
                               const struct i18n *texts,
                               const struct report_letter *letter,
                               struct buf *out)
{
    const struct official_about about = {
        .subject = report_document_subject(document, texts),
        .period = &document->period,
        .made_ms = document->made_ms};
    struct official page;
    struct buf method = {0}, trust = {0};
    if (!official_open(&page, texts, letter, &about))
        return false;
    report_document_say_method(document, texts, &method);
    report_document_say_trust(document, texts, &trust);
    official_head(&page);
    write_part(&page, "report.part.method", &method, "", "", "");
    official_part(&page, words(texts, "report.part.result"));
    for (size_t i = 0; i < document->section_count; i++)
        write_section(&page, &document->sections[i]);
    // The sign that ends a document stands behind its last sentence: "./."
    bool has_remarks = document->remarks.size > 0;
    write_part(&page, "report.part.trust", &trust, "- ", ";",
               has_remarks ? "." : "./.");
    if (has_remarks)
        write_part(&page, "report.part.remarks", &document->remarks, "- ", "",
                   "/.");
    official_foot(&page);
    official_annex(&page, document->heads, document->head_count);
    buf_free(&method);
    buf_free(&trust);
    return official_close(&page, out);
}

// An official document on its way onto paper, laid out after Nghị định
// 30/2020/NĐ-CP: the head with nation, motto, number and day, the parts with
// their numbered tables, the signature, the annex of the ledger's heads. What
// the document is about is its writer's. Internal to the room.
//
//   official_open(&page, texts, letter, &about)
//   official_head(&page); official_part(&page, "…"); …
//   official_cell(), official_begin_table(), official_cell() … official_row(),
//   official_end_table()
//   official_foot(&page); official_annex(&page, heads, count);
//   official_close(&page, &bytes)
//
// A failure is kept and told by official_close().
#pragma once
#include "i18n/i18n.h"
#include "report/paper.h"
#include "report/report.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OFFICIAL_TABLE_SIZE = 12, OFFICIAL_ROWS_SIZE = 11 };

// What a document says of itself.
struct official_about {
    const char *subject;
    const struct period *period;
    int64_t made_ms;
};

struct official {
    const struct i18n *texts;
    const struct report_letter *letter;
    struct official_about about;
    struct paper *paper;
    int tables, parts;                   // so far
    struct buf cells[PAPER_COLUMNS_MAX]; // of the row that is being made
    size_t count;
    bool failed;
};

// False, and logged, when the fonts are missing. All that is handed over is
// borrowed until official_close().
bool official_open(struct official *page, const struct i18n *texts,
                   const struct report_letter *letter,
                   const struct official_about *about);
// Appends the bytes. False, and logged, when anything failed on the way.
bool official_close(struct official *page, struct buf *out);

// Who issues, the nation and its motto, place and day; what the document is
// about, and its period.
void official_head(struct official *page);
// "II. Kết quả"
void official_part(struct official *page, const char *title);
// A paragraph a line: `mark`, the line, and `between` or, behind the last one,
// `last`.
void official_lines(struct official *page, const struct buf *lines,
                    const char *mark, const char *between, const char *last);
void official_note(struct official *page, const char *text);

// The next cell of the row; `official_text` fills it with plain text.
struct buf *official_cell(struct official *page);
void official_text(struct official *page, const char *text);
// Begins a table under its caption; its head is what the cells hold.
void official_begin_table(struct official *page, const char *title,
                          const struct paper_column *columns, double size);
void official_row(struct official *page, bool bold);
void official_end_table(struct official *page);
// Empties the cells without a row.
void official_drop_cells(struct official *page);

// Who receives it and who signs.
void official_foot(struct official *page);
// The chains that the document rests on, on a page of their own; nothing for
// none.
void official_annex(struct official *page, const struct report_head *heads,
                    size_t count);

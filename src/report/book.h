// A workbook on its way into bytes: sheets filled from the top, in one look.
// The library's files stay inside book.c and write_xlsx.c. Internal to the
// room. A failure is kept and told by book_finish(), so that a writer may go on
// as if all went well.
//
// Text is always written as text: whatever it begins with, no spreadsheet runs
// it, and a person who edits such a cell does not make it run either.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xlsxwriter.h>

enum book_look {
    BOOK_TITLE,
    BOOK_SUBTITLE,
    BOOK_SECTION, // over a table
    BOOK_HEAD,    // of a column
    BOOK_TEXT,
    BOOK_STRONG,
    BOOK_PROSE, // wraps over a merged row
    BOOK_COUNT_CELL,
    BOOK_PERCENT, // no decimal; then one to four
    BOOK_PERCENT_1,
    BOOK_PERCENT_2,
    BOOK_PERCENT_3,
    BOOK_PERCENT_4,
    BOOK_POINTS, // no decimal; then one to four
    BOOK_POINTS_1,
    BOOK_POINTS_2,
    BOOK_POINTS_3,
    BOOK_POINTS_4,
    BOOK_DAY,
    BOOK_CENTRED,
    BOOK_FAINT, // a value that may not be shown
    BOOK_LOOKS
};

struct book {
    int fd; // of the file in memory
    lxw_workbook *workbook;
    lxw_format *looks[BOOK_LOOKS];
    lxw_worksheet *sheet;
    lxw_row_t row; // the next to write
    bool failed;
};

// False, and logged, when there is no memory for it. `title` is kept in the
// file's properties, with the time of making.
bool book_start(struct book *book, const char *title, int64_t made_ms);
// Ends the book and appends its bytes; false, and logged, when anything failed.
bool book_finish(struct book *book, struct buf *out);

// A new sheet, A4 in the way of `landscape`, fitted to one page in width.
void book_sheet(struct book *book, const char *name, bool landscape);
void book_width(struct book *book, int column, double characters);
// What stands above the next row stays in sight, and so do `columns` columns.
void book_freeze(struct book *book, int columns);
// Cells of the row that is being written. Text becomes one line with plain
// blanks.
void book_text(struct book *book, int column, enum book_look look,
               const char *text);
void book_count(struct book *book, int column, int64_t value);
// A rate in per cent × 10^decimals, 0 to 4 decimals.
void book_percent(struct book *book, int column, int64_t value, int decimals);
// A number × 10^decimals, 0 to 4 decimals.
void book_points(struct book *book, int column, int64_t value, int decimals);
// Tenths of a minute.
void book_minutes(struct book *book, int column, int64_t tenths);
// A local day (common/date.h).
void book_day(struct book *book, int column, int32_t day);
// Text over the columns 0 … last; `height` in points, 0: the usual.
void book_wide(struct book *book, int last, enum book_look look, double height,
               const char *text);
// Ends a row of heads over the columns 0 … last: it stays in sight with the
// first column, stands again on each printed page, and filters the `rows`
// below.
void book_end_head(struct book *book, int last, size_t rows);

// A chart that the spreadsheet draws out of two columns of this sheet, which
// are hidden.
struct book_chart {
    bool is_line; // a course of time; else a bar a row
    const char *title, *series;
    int first, last;  // rows
    int label, value; // columns
    int at_column;    // where it stands
};
void book_chart(struct book *book, const struct book_chart *chart);
// A blank row, and the title of what follows.
void book_section(struct book *book, const char *title);
// Sentences, a line each, over the columns 0 … last, each as high as it needs
// when a line holds about so many `letters`.
void book_prose(struct book *book, int last, int letters,
                const struct buf *lines);
enum { BOOK_LINE_HEIGHT = 17 }; // points
// Of the row that is being written, in points.
void book_height(struct book *book, double height);
void book_next_row(struct book *book);

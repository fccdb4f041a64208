// Paper: A4 pages of a PDF, filled from the top, in the serif face that
// documents of the administration are written in. Text stays text (it can be
// searched and copied) and lines stay lines. Lengths are in points (1/72 inch).
// Internal to the room.
//
//   struct paper *paper = paper_open(&message);
//   paper_text(paper, &style, "…"); … paper_table_begin(), rows, _end()
//   paper_close(paper, &bytes);
//
// Margins and page numbers are those of Nghị định 30/2020/NĐ-CP, annex I: top
// and bottom 20 mm, left 30 mm, right 15 mm to 20 mm; pages after the first are
// numbered in the middle of the top margin. Failures are kept and told by
// paper_close().
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAPER_MM (72 / 25.4)

enum paper_align { PAPER_LEFT, PAPER_CENTRE, PAPER_RIGHT, PAPER_BOTH };

struct paper_style {
    double size; // of the letters
    bool bold, italic;
    enum paper_align align;
    double indent; // of the first line
    double before, after;
    double leading; // factor between lines; 0: 1
};

struct paper;

// One paper at a time is open in the program: another thread waits here.
// NULL with a `message` when the fonts are not among the program's files.
// `title` and `author` go into the file's properties with the time of making.
struct paper *paper_open(const char *title, const char *author, int64_t made_ms,
                         struct buf *message);
// Ends the pages, appends the bytes and frees. False, and logged, when anything
// failed on the way.
bool paper_close(struct paper *paper, struct buf *out);

double paper_width(const struct paper *paper); // between the margins
double paper_y(const struct paper *paper);     // where the next thing goes
void paper_move(struct paper *paper, double y);
void paper_new_page(struct paper *paper);
// Begins a new page when fewer than `height` points are left.
void paper_need(struct paper *paper, double height);

// A paragraph over the whole width, going on over the next pages.
void paper_text(struct paper *paper, const struct paper_style *style,
                const char *text);
// Text in the box of `width` at `x` from the left margin, from `y` down, on
// this page; returns its height and leaves the place where it was.
double paper_box(struct paper *paper, double x, double y, double width,
                 const struct paper_style *style, const char *text);
double paper_height(struct paper *paper, double width,
                    const struct paper_style *style, const char *text);
// How wide a line of text is.
double paper_measure(struct paper *paper, const struct paper_style *style,
                     const char *text);
void paper_rule(struct paper *paper, double x, double y, double width);
// A black rectangle, as a part of a picture.
void paper_fill(struct paper *paper, double x, double y, double width,
                double height);

enum { PAPER_COLUMNS_MAX = 16 };
struct paper_column {
    double share; // of the width, in parts of all shares
    enum paper_align align;
};
// A table with lines around its cells. Its head stands again on top of every
// page that it goes on over; a row never breaks.
void paper_table_begin(struct paper *paper, const struct paper_column *columns,
                       size_t count, double size, const char *const *head);
void paper_table_row(struct paper *paper, const char *const *cells, bool bold);
void paper_table_end(struct paper *paper);

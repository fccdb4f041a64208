// Lines of text. A line is rendered once into a coverage picture, kept in a
// bounded cache, and stamped in any colour. It is placed by its baseline:
// Vietnamese capitals with two marks (Ẳ) rise above the font's ascent, so the
// height of a rendered line says nothing about where its letters stand.
//
// Fonts are opened when first used. A missing or damaged one, or one without
// the Vietnamese letters, is named in the log once, and the next of the list
// stands in: Be Vietnam Pro (ours), then Inter and Noto Sans in the folders
// "fonts" of $XDG_DATA_DIRS, then another weight. One thread.
#pragma once
#include "ui/canvas.h"
#include <stdbool.h>
#include <stddef.h>

enum text_weight { TEXT_MEDIUM, TEXT_SEMIBOLD, TEXT_BOLD, TEXT_WEIGHT_COUNT };
enum text_align { TEXT_LEFT, TEXT_CENTRE, TEXT_RIGHT };

// Sizes are the em in pixels.
struct text_style {
    enum text_weight weight;
    int px;
};

struct text;

// NULL with a log line when no font at all can be had.
struct text *text_open(void);
void text_close(struct text *text);
// Empties the cache (a change of language or size).
void text_forget(struct text *text);
// Lines now in the cache, never more than TEXT_CACHE_MAX.
enum { TEXT_CACHE_MAX = 160 };
size_t text_cached(const struct text *text);

// What came out too large or too small since the last call, for the tests of
// the layout.
struct text_tally {
    size_t misfits;  // labels that did not fit even at their least size
    int smallest_px; // em of the smallest line drawn; 0: none was
};
struct text_tally text_take_tally(struct text *text);

// The pen's way in pixels; 0 for "". One line: no breaks are looked at.
int text_width(struct text *text, struct text_style style, const char *line);
// Pixels from the baseline up to the top of a capital (0.74 em), and from one
// line's baseline to the next (1.42 em, or 1.29 em when `tight`).
double text_capital(struct text_style style);
double text_leading(struct text_style style, bool tight);

// `x` is the left end, the middle or the right end, by `align`.
void text_draw(struct text *text, struct canvas *canvas,
               struct text_style style, color c, const char *line, double x,
               double baseline, enum text_align align);
// The same with `y` the middle of the capitals: what looks centred in a button.
void text_draw_middle(struct text *text, struct canvas *canvas,
                      struct text_style style, color c, const char *line,
                      double x, double y, enum text_align align);

enum { TEXT_LINES_MAX = 8, TEXT_LINE_SIZE = 256 };
struct text_lines {
    size_t count;
    char line[TEXT_LINES_MAX][TEXT_LINE_SIZE];
    int width; // of the widest
    bool fits; // within the width and the number of lines asked for
};

// Breaks at plain spaces (never at no-break spaces) and newlines into the
// fewest lines that fit, and of those ways the one whose widest line is
// narrowest: no lone word at the end.
void text_break(struct text *text, struct text_style style, const char *words,
                int width, size_t most_lines, struct text_lines *out);
// Lines one under the other around `y`, the middle of the block.
void text_draw_lines(struct text *text, struct canvas *canvas,
                     struct text_style style, color c,
                     const struct text_lines *lines, double x, double y,
                     double leading, enum text_align align);

// The largest size from style.px down to `least_px`, in steps of `step_px`, at
// which every one of the labels fits: a set shrinks together. The least when
// none does.
int text_fit(struct text *text, struct text_style style, int least_px,
             int step_px, const char *const *labels, size_t count, int width,
             size_t most_lines);

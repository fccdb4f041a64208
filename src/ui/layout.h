// From the size of the window to places on it, pure. Lengths of the design are
// units (u): 1 u is 1 px on a screen of 1280 × 800 or 800 × 1280. Everything
// scales with the window; which of the two shapes is used follows from the
// window alone. Width left over widens the columns, height left over goes under
// the header. What is drawn and what is hit comes from the same boxes.
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct layout {
    int width, height; // of the window, px
    bool portrait;
    double scale; // px in one u
    double w, h;  // of the window in u: at least 1280 × 800, or 800 × 1280
    double drop;  // u by which everything under the header is lowered
};

struct box {
    double x, y, w, h; // u
};

enum { LAYOUT_MARGIN = 40 };

// Any size from 1 × 1.
struct layout layout_make(int width, int height);
// Rounded to whole pixels.
int layout_px(const struct layout *layout, double u);

// The cards (landscape) or rows (portrait) of 2 to 5 levels.
void layout_levels(const struct layout *layout, size_t count, struct box *out);
// The same in large text: rows as wide as the screen in both shapes, lower when
// a `notice` stands under the question.
void layout_rows(const struct layout *layout, size_t count, bool notice,
                 struct box *out);
// The tools under the levels, and "no rating" when `out_decline` is not NULL.
// Room for four tools side by side is the measure; more share the same room,
// fewer are not stretched.
void layout_tools(const struct layout *layout, size_t count, struct box *out,
                  struct box *out_decline);
// The chips of up to nine reasons.
void layout_chips(const struct layout *layout, size_t count, struct box *out);
// The buttons under the chips: back, one beside it, and the main one.
struct layout_buttons {
    struct box back, beside, main;
};
struct layout_buttons layout_reason_buttons(const struct layout *layout);

// Boxes that stand side by side, when one is narrower than what it is to hold:
// their widths then follow `needs` (u), what is left over in equal parts, what
// is missing in proportion. The room and the gaps of the row stay. False when
// something is missing.
bool layout_share(const double *needs, size_t count, struct box *boxes);

// The smallest height or width of a finger's target and the least gap between
// two, on glass.
#define LAYOUT_TARGET_MM 12.7
#define LAYOUT_GAP_MM 2.54
// The smallest side of a target of the design (a tool: 80 u) in mm.
double layout_smallest_mm(const struct layout *layout, double px_per_mm);

// What several screens are made of. Places and sizes are in u; what lies
// outside the canvas's clip is skipped.
#pragma once
#include "ui/icon.h"
#include "ui/screen.h"

enum {
    // u beside, above and below a target that its shadow may touch: of the
    // widest one, 16 u blurred and 8 u down.
    PART_SHADOW_BESIDE = 19,
    PART_SHADOW_ABOVE = 11,
    PART_SHADOW_BELOW = 27,
    PART_RING_MS = 40, // between two steps of a ring
    PART_SLOW_RING_MS = 80,
    PART_RING_REACH = 104 // u from the middle of the large ring
};

void part_page(const struct view *view, struct canvas *canvas);
// The emblem, the names and the counter's pill, with the rule below.
void part_header(const struct view *view, struct canvas *canvas);
// The drum with its middle at (x, y). Nothing until it is baked.
void part_ornament(const struct view *view, struct canvas *canvas, double x,
                   double y);
SDL_Rect part_ornament_rect(const struct view *view, double x, double y);

struct part_line {
    enum text_weight weight;
    double size; // em
    color ink;
    enum text_align align;
};
// One line with its capitals' middle at y, made smaller until it is no wider
// than `width`.
void part_line(const struct view *view, struct canvas *canvas,
               struct part_line how, const char *words, double x, double y,
               double width);
// Up to `most` lines around y, made smaller until they fit. `leading` is from
// baseline to baseline.
void part_lines(const struct view *view, struct canvas *canvas,
                struct part_line how, const char *words, double x, double y,
                double width, size_t most, double leading);
// Lines from the first one at y down, at most `most`. Returns how many.
size_t part_paragraph(const struct view *view, struct canvas *canvas,
                      struct part_line how, const char *words, double x,
                      double y, double width, size_t most, double leading);
// Into how many lines the words fall, at most `most`.
size_t part_line_count(const struct view *view, struct part_line how,
                       const char *words, double width, size_t most);
// A surface with its shadow that nobody touches.
void part_panel(const struct view *view, struct canvas *canvas, struct box box,
                double radius, color line);

// PART_SNUG is a PART_SECOND that leaves little beside its words.
enum part_kind { PART_MAIN, PART_SECOND, PART_SNUG, PART_QUIET, PART_TOOL };

// The words of a button or tool. Those that stand together are of one size.
struct part_caption {
    enum part_kind kind;
    enum icon icon;
    const char *words;
};
// Gives captions that stand side by side the room that they need at `size`, as
// layout_share().
bool part_share(const struct view *view, const struct part_caption *captions,
                size_t count, double size, struct box *boxes);
// The largest size up to `size` at which each caption fits on its target.
double part_common_size(const struct view *view,
                        const struct part_caption *captions,
                        const struct target *targets, size_t count,
                        double size);

// A button with an icon and a label in its middle. PART_SECOND has a border of
// the main colour, PART_QUIET one like a tool and no surface.
void part_button(const struct view *view, struct canvas *canvas,
                 const struct target *target, enum part_kind kind,
                 enum icon icon, const char *label, double size);
// A tool of the bar: icon and label. It looks on when it is chosen; a number in
// its look is shown as so many of three bars.
void part_tool(const struct view *view, struct canvas *canvas,
               const struct target *target, enum icon icon, const char *label,
               double size);
// The body of a card or chip with its shadow: chosen, pressed or plain.
// Returns the rectangle inside which the content is drawn (smaller while
// pressed).
SDL_FRect part_card(const struct view *view, struct canvas *canvas,
                    const struct target *target, double radius, color line);
// The large button that is seen from afar.
SDL_FRect part_call(const struct view *view, struct canvas *canvas,
                    const struct target *target);
SDL_FRect part_chip(const struct view *view, struct canvas *canvas,
                    const struct target *target);
// The row of faces on the quiet screens; x is the middle of the first.
void part_faces(const struct view *view, struct canvas *canvas, double x,
                double y, double pitch, double radius);
// Wider room around the dots of "a · b", as the quiet screens have it.
void part_spread_dots(const char *words, struct buf *out);
// "Thứ Hai, 23/11/2026 · 09:41" at the foot of a quiet screen; nothing when the
// clock cannot be believed.
void part_clock(const struct view *view, struct canvas *canvas, double y);
// What is said to staff of a battery that is to be plugged in, beside the foot
// of a screen at y; nothing while all is fine.
void part_battery(const struct view *view, struct canvas *canvas, double y);
// Ticks: the clock at y changes with the minute; the drum at (x, y) turns for
// a while.
// When the shown minute changes; INT64_MAX while no time is shown.
int64_t part_next_minute(const struct view *view);
int64_t part_clock_tick(const struct view *view, struct damage *out, double y);
int64_t part_turn_tick(const struct view *view, struct damage *out, double x,
                       double y);

// The ring of a countdown with `part` 0..1 still to go.
void part_ring(const struct view *view, struct canvas *canvas, double x,
               double y, double radius, double width, double part);
// The same around the emblem.
void part_ring_emblem(const struct view *view, struct canvas *canvas, double x,
                      double y, double part);
// The one button of a closing screen, and the hotline at its foot.
struct box part_single_button(const struct view *view);
void part_hotline_text(const struct view *view, struct buf *out);
void part_hotline(const struct view *view, struct canvas *canvas);

// True when nothing of the rectangle can be seen.
bool part_hidden(const struct canvas *canvas, SDL_Rect rect);
// The rectangle with the shadow of what is drawn in it.
SDL_Rect part_with_shadow(const struct view *view, SDL_Rect rect);

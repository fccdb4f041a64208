// A picture in memory and the shapes on it. Pixels are 0xffRRGGBB, `width` a
// row; coordinates are pixels, y down, and may have fractions; edges are
// anti-aliased, one pixel wide. Nothing here knows SDL's window or where the
// picture is shown. A part drawn anew looks as it did: the clip decides what is
// drawn, never how.
//
// What is drawn outside the clip is not drawn. The canvas remembers which
// rectangles changed, for the window to show no more than those.
#pragma once
#include <SDL.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// 0xAARRGGBB. COLOR(0x0B4A63) is opaque.
typedef uint32_t color;
#define COLOR(rgb) (0xff000000u | (color)(rgb))
// The colour with an opacity of 0..255.
static inline color color_fade(color c, unsigned alpha)
{
    return (c & 0xffffffu) | (color)alpha << 24;
}

enum { CANVAS_DAMAGE_MAX = 16 };

struct canvas {
    int width, height;
    uint32_t *pixels; // owned
    float *row;       // owned; scratch for one row of a shape
    SDL_Rect clip;
    SDL_Rect damage[CANVAS_DAMAGE_MAX];
    size_t damage_count;
};

struct point {
    double x, y;
};

// Makes the picture, all black. False when memory ran out. Call again to
// change the size; what was drawn is lost. Start with a canvas of zeros.
bool canvas_resize(struct canvas *canvas, int width, int height);
void canvas_free(struct canvas *canvas);
// NULL: the whole picture.
void canvas_clip(struct canvas *canvas, const SDL_Rect *clip);
// Says that a rectangle is to be shown anew. Neighbours are merged.
void canvas_touch(struct canvas *canvas, SDL_Rect rect);
void canvas_forget_damage(struct canvas *canvas);

void canvas_fill(struct canvas *canvas, color c); // the whole clip
void canvas_rect(struct canvas *canvas, double x, double y, double w, double h,
                 color c);
void canvas_round_rect(struct canvas *canvas, double x, double y, double w,
                       double h, double radius, color c);
// The border lies inside the rectangle.
void canvas_round_border(struct canvas *canvas, double x, double y, double w,
                         double h, double radius, double width, color c);
void canvas_disc(struct canvas *canvas, double x, double y, double radius,
                 color c);
// `radius` is the middle of the line.
void canvas_ring(struct canvas *canvas, double x, double y, double radius,
                 double width, color c);
// A part of a ring with round ends, from `start` on clockwise, in turns (0 is
// at the top, 1 the whole).
void canvas_arc(struct canvas *canvas, double x, double y, double radius,
                double width, double start, double turns, color c);
void canvas_ellipse(struct canvas *canvas, double x, double y, double rx,
                    double ry, color c);
// A stroke with round ends.
void canvas_line(struct canvas *canvas, struct point a, struct point b,
                 double width, color c);
// A quadratic curve with round ends.
void canvas_curve(struct canvas *canvas, struct point a, struct point b,
                  struct point c, double width, color ink);
// A stroke along points, round ends and joints; `closed` joins the ends.
void canvas_path(struct canvas *canvas, const struct point *points,
                 size_t count, bool closed, double width, color c);
// Filled; the outline may not cross itself.
void canvas_polygon(struct canvas *canvas, const struct point *points,
                    size_t count, color c);
// The soft shadow of a rounded rectangle, lying so far below it. It fades out
// on both sides of its edge within 7/6 of `blur`. Draw the rectangle over it,
// opaque: what that is sure to cover has no shadow.
void canvas_shadow(struct canvas *canvas, double x, double y, double w,
                   double h, double radius, double down, double blur, color c);

// Lays an ARGB picture over, its colour as it is, times `alpha` / 255.
void canvas_blend(struct canvas *canvas, const uint32_t *pixels, int width,
                  int height, int x, int y, unsigned alpha);
// Lays a coverage picture (one byte a pixel) in one colour.
void canvas_stamp(struct canvas *canvas, const uint8_t *coverage, int width,
                  int height, int x, int y, color c);
// `out` = from + (to - from) * t, t 0..1; all of one size. Touches the whole.
void canvas_mix(struct canvas *out, const struct canvas *from,
                const struct canvas *to, double t);
// False when memory ran out.
bool canvas_copy(struct canvas *out, const struct canvas *from);

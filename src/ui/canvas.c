#include "ui/canvas.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool canvas_resize(struct canvas *canvas, int width, int height)
{
    uint32_t *pixels = calloc((size_t)width * (size_t)height, sizeof *pixels);
    if (!pixels)
        return false;
    free(canvas->pixels);
    *canvas = (struct canvas){.width = width,
                              .height = height,
                              .pixels = pixels,
                              .clip = {0, 0, width, height}};
    return true;
}

void canvas_free(struct canvas *canvas)
{
    free(canvas->pixels);
    *canvas = (struct canvas){0};
}

void canvas_clip(struct canvas *canvas, const SDL_Rect *clip)
{
    SDL_Rect whole = {0, 0, canvas->width, canvas->height};
    if (!clip)
        canvas->clip = whole;
    else if (!SDL_IntersectRect(clip, &whole, &canvas->clip))
        canvas->clip = (SDL_Rect){0, 0, 0, 0};
}

void canvas_touch(struct canvas *canvas, SDL_Rect rect)
{
    SDL_Rect whole = {0, 0, canvas->width, canvas->height};
    if (!SDL_IntersectRect(&rect, &whole, &rect))
        return;
    for (size_t i = 0; i < canvas->damage_count; i++) {
        if (SDL_HasIntersection(&canvas->damage[i], &rect)) {
            SDL_UnionRect(&canvas->damage[i], &rect, &canvas->damage[i]);
            return;
        }
    }
    if (canvas->damage_count < CANVAS_DAMAGE_MAX) {
        canvas->damage[canvas->damage_count++] = rect;
        return;
    }
    for (size_t i = 0; i < canvas->damage_count; i++)
        SDL_UnionRect(&rect, &canvas->damage[i], &rect);
    canvas->damage[0] = rect;
    canvas->damage_count = 1;
}

void canvas_forget_damage(struct canvas *canvas)
{
    canvas->damage_count = 0;
}

// --- Pixels ------------------------------------------------------------------

// Two channels at once; `a` 0..255 stands for a / 255.
static inline uint32_t mix_pixel(uint32_t under, uint32_t over, unsigned a)
{
    if (a == 255)
        return over | 0xff000000u;
    unsigned w = a + (a >> 7); // 0..256
    uint32_t rb = under & 0xff00ffu, g = under & 0x00ff00u;
    uint32_t orb = over & 0xff00ffu, og = over & 0x00ff00u;
    rb = (rb * (256 - w) + orb * w) >> 8 & 0xff00ffu;
    g = (g * (256 - w) + og * w) >> 8 & 0x00ff00u;
    return 0xff000000u | rb | g;
}

static inline void put(struct canvas *canvas, int x, int y, color c,
                       double coverage)
{
    if (coverage <= 0)
        return;
    unsigned a = c >> 24;
    if (coverage < 1)
        a = (unsigned)(a * coverage + 0.5);
    uint32_t *at = canvas->pixels + (size_t)y * (size_t)canvas->width + x;
    *at = mix_pixel(*at, c, a);
}

static void fill_span(struct canvas *canvas, int y, int from, int to, color c)
{
    SDL_Rect clip = canvas->clip;
    if (y < clip.y || y >= clip.y + clip.h)
        return;
    if (from < clip.x)
        from = clip.x;
    if (to > clip.x + clip.w)
        to = clip.x + clip.w;
    uint32_t *at = canvas->pixels + (size_t)y * (size_t)canvas->width;
    unsigned a = c >> 24;
    for (int x = from; x < to; x++)
        at[x] = mix_pixel(at[x], c, a);
}

void canvas_fill(struct canvas *canvas, color c)
{
    SDL_Rect clip = canvas->clip;
    for (int y = clip.y; y < clip.y + clip.h; y++)
        fill_span(canvas, y, clip.x, clip.x + clip.w, c);
    canvas_touch(canvas, clip);
}

// --- Shapes by distance --------------------------------------------------

// The distance from a pixel's middle to the shape's edge, negative inside.
typedef double distance(const void *shape, double x, double y);

// The part of the clip that a shape can reach; false when none.
static bool reach(const struct canvas *canvas, double left, double top,
                  double right, double bottom, SDL_Rect *out)
{
    double far_x = canvas->width + 1, far_y = canvas->height + 1;
    int x0 = (int)floor(fmax(fmin(left - 1, far_x), -1));
    int y0 = (int)floor(fmax(fmin(top - 1, far_y), -1));
    int x1 = (int)ceil(fmax(fmin(right + 1, far_x), -1));
    int y1 = (int)ceil(fmax(fmin(bottom + 1, far_y), -1));
    SDL_Rect box = {x0, y0, x1 - x0, y1 - y0};
    return SDL_IntersectRect(&box, &canvas->clip, out);
}

static void paint(struct canvas *canvas, SDL_Rect box, distance *of,
                  const void *shape, color c)
{
    for (int y = box.y; y < box.y + box.h; y++) {
        for (int x = box.x; x < box.x + box.w;) {
            double d = of(shape, x + 0.5, y + 0.5);
            if (d > 1.5) {
                // No point nearer than d: skip what cannot be reached.
                x += (int)(d - 0.5);
                continue;
            }
            put(canvas, x, y, c, 0.5 - d);
            x++;
        }
    }
    canvas_touch(canvas, box);
}

struct rounded {
    double x, y, hw, hh, radius; // the middle, half sizes
    double width;                // of the border; 0: filled
};

static double to_rounded(const void *shape, double x, double y)
{
    const struct rounded *r = shape;
    double qx = fabs(x - r->x) - r->hw + r->radius;
    double qy = fabs(y - r->y) - r->hh + r->radius;
    double outside = hypot(fmax(qx, 0), fmax(qy, 0));
    double d = outside + fmin(fmax(qx, qy), 0) - r->radius;
    return r->width > 0 ? fabs(d + r->width / 2) - r->width / 2 : d;
}

static struct rounded make_rounded(double x, double y, double w, double h,
                                   double radius, double width)
{
    double most = fmin(w, h) / 2;
    return (struct rounded){
        x + w / 2, y + h / 2, w / 2, h / 2, radius < most ? radius : most,
        width};
}

// The inside of a large rectangle is filled by rows; distances are asked for
// near its edge only.
static void paint_rounded(struct canvas *canvas, const struct rounded *r,
                          color c)
{
    SDL_Rect box;
    double left = r->x - r->hw, top = r->y - r->hh;
    double right = r->x + r->hw, bottom = r->y + r->hh;
    if (!reach(canvas, left, top, right, bottom, &box))
        return;
    double inset = fmax(r->radius, r->width) + 1;
    int in_left = (int)ceil(left + inset), in_right = (int)floor(right - inset);
    int in_top = (int)ceil(top + r->width + 1);
    int in_bottom = (int)floor(bottom - r->width - 1);
    for (int y = box.y; y < box.y + box.h; y++) {
        bool middle = y >= in_top && y < in_bottom && in_right > in_left;
        for (int x = box.x; x < box.x + box.w; x++) {
            if (middle && x == (in_left > box.x ? in_left : box.x) &&
                x < in_right) {
                if (r->width == 0)
                    fill_span(canvas, y, x, in_right, c);
                x = in_right - 1;
                continue;
            }
            put(canvas, x, y, c, 0.5 - to_rounded(r, x + 0.5, y + 0.5));
        }
    }
    canvas_touch(canvas, box);
}

void canvas_rect(struct canvas *canvas, double x, double y, double w, double h,
                 color c)
{
    canvas_round_rect(canvas, x, y, w, h, 0, c);
}

void canvas_round_rect(struct canvas *canvas, double x, double y, double w,
                       double h, double radius, color c)
{
    struct rounded r = make_rounded(x, y, w, h, radius, 0);
    paint_rounded(canvas, &r, c);
}

void canvas_round_border(struct canvas *canvas, double x, double y, double w,
                         double h, double radius, double width, color c)
{
    struct rounded r = make_rounded(x, y, w, h, radius, width);
    paint_rounded(canvas, &r, c);
}

void canvas_disc(struct canvas *canvas, double x, double y, double radius,
                 color c)
{
    SDL_Rect box;
    if (!reach(canvas, x - radius, y - radius, x + radius, y + radius, &box))
        return;
    for (int row = box.y; row < box.y + box.h; row++) {
        // Between the two edges of the row everything is inside.
        double dy = row + 0.5 - y, inner = radius - 1;
        double half = inner * inner - dy * dy;
        half = half > 0 ? sqrt(half) : -1;
        int from = half > 0 ? (int)ceil(x - half) : 0;
        int to = half > 0 ? (int)floor(x + half) : 0;
        for (int col = box.x; col < box.x + box.w; col++) {
            if (to > from && col == (from > box.x ? from : box.x) && col < to) {
                fill_span(canvas, row, col, to, c);
                col = to - 1;
                continue;
            }
            put(canvas, col, row, c, 0.5 - (hypot(col + 0.5 - x, dy) - radius));
        }
    }
    canvas_touch(canvas, box);
}

struct arc {
    double x, y, radius, half_width;
    double start, turns; // turns ≥ 1: the whole ring
    struct point from, to;
};

static double to_arc(const void *shape, double x, double y)
{
    const struct arc *a = shape;
    double dx = x - a->x, dy = y - a->y;
    double ring = fabs(hypot(dx, dy) - a->radius) - a->half_width;
    if (a->turns >= 1)
        return ring;
    double angle = atan2(dx, -dy) / (2 * M_PI) - a->start;
    angle -= floor(angle);
    if (angle <= a->turns)
        return ring;
    double one = hypot(x - a->from.x, y - a->from.y);
    double other = hypot(x - a->to.x, y - a->to.y);
    return fmin(one, other) - a->half_width;
}

static struct point on_circle(double x, double y, double radius, double turn)
{
    return (struct point){x + radius * sin(2 * M_PI * turn),
                          y - radius * cos(2 * M_PI * turn)};
}

void canvas_arc(struct canvas *canvas, double x, double y, double radius,
                double width, double start, double turns, color c)
{
    SDL_Rect box;
    double out = radius + width / 2;
    if (turns <= 0 || !reach(canvas, x - out, y - out, x + out, y + out, &box))
        return;
    struct arc a = {x,
                    y,
                    radius,
                    width / 2,
                    start,
                    turns,
                    on_circle(x, y, radius, start),
                    on_circle(x, y, radius, start + turns)};
    paint(canvas, box, to_arc, &a, c);
}

void canvas_ring(struct canvas *canvas, double x, double y, double radius,
                 double width, color c)
{
    canvas_arc(canvas, x, y, radius, width, 0, 1, c);
}

struct ellipse {
    double x, y, rx, ry;
};

static double to_ellipse(const void *shape, double x, double y)
{
    const struct ellipse *e = shape;
    double dx = (x - e->x) / e->rx, dy = (y - e->y) / e->ry;
    double k = hypot(dx, dy);
    // First-order distance: the value over the length of its gradient.
    double slope = hypot(dx / e->rx, dy / e->ry);
    return slope > 0 ? k * (k - 1) / slope : -fmin(e->rx, e->ry);
}

void canvas_ellipse(struct canvas *canvas, double x, double y, double rx,
                    double ry, color c)
{
    SDL_Rect box;
    struct ellipse e = {x, y, rx, ry};
    if (!reach(canvas, x - rx, y - ry, x + rx, y + ry, &box))
        return;
    for (int row = box.y; row < box.y + box.h; row++)
        for (int col = box.x; col < box.x + box.w; col++)
            put(canvas, col, row, c,
                0.5 - to_ellipse(&e, col + 0.5, row + 0.5));
    canvas_touch(canvas, box);
}

struct stroke {
    const struct point *points;
    size_t count;
    bool closed;
    double half_width;
};

static double to_segment(struct point a, struct point b, double x, double y)
{
    double dx = b.x - a.x, dy = b.y - a.y;
    double length = dx * dx + dy * dy;
    double t = length > 0 ? ((x - a.x) * dx + (y - a.y) * dy) / length : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    return hypot(x - a.x - t * dx, y - a.y - t * dy);
}

static double to_stroke(const void *shape, double x, double y)
{
    const struct stroke *s = shape;
    double least = INFINITY;
    for (size_t i = 0; i + 1 < s->count; i++)
        least = fmin(least, to_segment(s->points[i], s->points[i + 1], x, y));
    if (s->closed)
        least = fmin(least,
                     to_segment(s->points[s->count - 1], s->points[0], x, y));
    return least - s->half_width;
}

static bool reach_points(const struct canvas *canvas,
                         const struct point *points, size_t count,
                         double margin, SDL_Rect *out)
{
    double left = INFINITY, top = INFINITY, right = -INFINITY,
           bottom = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        left = fmin(left, points[i].x);
        right = fmax(right, points[i].x);
        top = fmin(top, points[i].y);
        bottom = fmax(bottom, points[i].y);
    }
    return count > 0 && reach(canvas, left - margin, top - margin,
                              right + margin, bottom + margin, out);
}

void canvas_path(struct canvas *canvas, const struct point *points,
                 size_t count, bool closed, double width, color c)
{
    SDL_Rect box;
    struct stroke s = {points, count, closed, width / 2};
    if (count >= 2 && reach_points(canvas, points, count, width / 2, &box))
        paint(canvas, box, to_stroke, &s, c);
}

void canvas_line(struct canvas *canvas, struct point a, struct point b,
                 double width, color c)
{
    struct point points[2] = {a, b};
    canvas_path(canvas, points, 2, false, width, c);
}

void canvas_curve(struct canvas *canvas, struct point a, struct point b,
                  struct point c, double width, color ink)
{
    // The deviation of a chord of a quadratic curve falls with the square of
    // their number; 20 keep it under a tenth of a pixel on any face.
    enum { CHORDS = 20 };
    struct point points[CHORDS + 1];
    for (int i = 0; i <= CHORDS; i++) {
        double t = (double)i / CHORDS, u = 1 - t;
        points[i].x = u * u * a.x + 2 * u * t * b.x + t * t * c.x;
        points[i].y = u * u * a.y + 2 * u * t * b.y + t * t * c.y;
    }
    canvas_path(canvas, points, CHORDS + 1, false, width, ink);
}

static double to_polygon(const void *shape, double x, double y)
{
    const struct stroke *s = shape;
    double least = INFINITY;
    bool inside = false;
    for (size_t i = 0, j = s->count - 1; i < s->count; j = i++) {
        struct point a = s->points[i], b = s->points[j];
        least = fmin(least, to_segment(a, b, x, y));
        if ((a.y > y) != (b.y > y) &&
            x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x)
            inside = !inside;
    }
    return inside ? -least : least;
}

void canvas_polygon(struct canvas *canvas, const struct point *points,
                    size_t count, color c)
{
    SDL_Rect box;
    struct stroke s = {points, count, true, 0};
    if (count >= 3 && reach_points(canvas, points, count, 0, &box))
        paint(canvas, box, to_polygon, &s, c);
}

// A soft edge: the coverage falls over `blur` on both sides along a smooth
// step, which the eye takes for the blur of a real shadow.
void canvas_shadow(struct canvas *canvas, double x, double y, double w,
                   double h, double radius, double blur, color c)
{
    SDL_Rect box;
    struct rounded r = make_rounded(x, y, w, h, radius, 0);
    if (!reach(canvas, x - blur, y - blur, x + w + blur, y + h + blur, &box))
        return;
    for (int row = box.y; row < box.y + box.h; row++) {
        for (int col = box.x; col < box.x + box.w; col++) {
            double d = to_rounded(&r, col + 0.5, row + 0.5);
            double t = 0.5 - d / (2 * blur);
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            put(canvas, col, row, c, t * t * (3 - 2 * t));
        }
    }
    canvas_touch(canvas, box);
}

// --- Pictures ----------------------------------------------------------------

void canvas_blend(struct canvas *canvas, const uint32_t *pixels, int width,
                  int height, int x, int y, unsigned alpha)
{
    SDL_Rect from = {x, y, width, height}, box;
    if (!SDL_IntersectRect(&from, &canvas->clip, &box))
        return;
    for (int row = box.y; row < box.y + box.h; row++) {
        const uint32_t *over = pixels + (size_t)(row - y) * (size_t)width - x;
        uint32_t *at = canvas->pixels + (size_t)row * (size_t)canvas->width;
        for (int col = box.x; col < box.x + box.w; col++) {
            unsigned a = (over[col] >> 24) * alpha / 255;
            if (a)
                at[col] = mix_pixel(at[col], over[col], a);
        }
    }
    canvas_touch(canvas, box);
}

void canvas_stamp(struct canvas *canvas, const uint8_t *coverage, int width,
                  int height, int x, int y, color c)
{
    SDL_Rect from = {x, y, width, height}, box;
    if (!SDL_IntersectRect(&from, &canvas->clip, &box))
        return;
    unsigned alpha = c >> 24;
    for (int row = box.y; row < box.y + box.h; row++) {
        const uint8_t *over = coverage + (size_t)(row - y) * (size_t)width - x;
        uint32_t *at = canvas->pixels + (size_t)row * (size_t)canvas->width;
        for (int col = box.x; col < box.x + box.w; col++)
            if (over[col])
                at[col] = mix_pixel(at[col], c, over[col] * alpha / 255);
    }
    canvas_touch(canvas, box);
}

void canvas_mix(struct canvas *out, const struct canvas *from,
                const struct canvas *to, double t)
{
    size_t count = (size_t)out->width * (size_t)out->height;
    unsigned a = (unsigned)(t * 255 + 0.5);
    for (size_t i = 0; i < count; i++)
        out->pixels[i] = from->pixels[i] == to->pixels[i]
                             ? to->pixels[i]
                             : mix_pixel(from->pixels[i], to->pixels[i], a);
    canvas_touch(out, (SDL_Rect){0, 0, out->width, out->height});
}

bool canvas_copy(struct canvas *out, const struct canvas *from)
{
    if ((out->width != from->width || out->height != from->height) &&
        !canvas_resize(out, from->width, from->height))
        return false;
    memcpy(out->pixels, from->pixels,
           (size_t)from->width * (size_t)from->height * sizeof *from->pixels);
    return true;
}

// The canvas's shapes. Every one is laid row by row: a row is cut into the
// spans where something has to be computed and those that are plain. Coverage
// is the share of a pixel's width that lies inside, measured along the line to
// the nearest edge; polygons, which have no cheap distance, get the exact area.
#include "ui/canvas.h"
#include "ui/pixels.h"
#include <math.h>

// Unlike fmin() and fmax() these are no calls: no argument is a NaN.
static inline double lesser(double a, double b)
{
    return a < b ? a : b;
}

static inline double greater(double a, double b)
{
    return a > b ? a : b;
}

static inline double clamp01(double v)
{
    return v < 0 ? 0 : v > 1 ? 1 : v;
}

static double length(double x, double y)
{
    return sqrt(x * x + y * y);
}

// Of a shape's edge at the signed distance d (negative inside).
static double edge(double d)
{
    return clamp01(0.5 - d);
}

// Of a line of `half` its width whose middle is `d` ≥ 0 away; right also for
// lines thinner than a pixel.
static double stroke(double d, double half)
{
    return greater(0, lesser(d + 0.5, half) - greater(d - 0.5, -half));
}

// The part of the clip that a shape can reach; false when none.
static bool reach(const struct canvas *canvas, double left, double top,
                  double right, double bottom, SDL_Rect *out)
{
    double far_x = canvas->width + 1, far_y = canvas->height + 1;
    int x0 = (int)floor(greater(lesser(left - 1, far_x), -1));
    int y0 = (int)floor(greater(lesser(top - 1, far_y), -1));
    int x1 = (int)ceil(greater(lesser(right + 1, far_x), -1));
    int y1 = (int)ceil(greater(lesser(bottom + 1, far_y), -1));
    SDL_Rect box = {x0, y0, x1 - x0, y1 - y0};
    return SDL_IntersectRect(&box, &canvas->clip, out);
}

static int limit(double v, int least, int most)
{
    return v < least ? least : v > most ? most : (int)v;
}

// --- Rounded rectangles ------------------------------------------------------

enum { PROFILE_STEPS = 128 };

struct rounded {
    double x, y, hw, hh, radius; // the middle, half sizes
    double width;                // of the border; 0: filled
    // A shadow's coverage from −reach to reach; reach 0: no shadow.
    double reach, steps; // how far, and places in the profile a pixel
    float profile[PROFILE_STEPS + 1];
    SDL_Rect hole; // left out: something will cover it
};

static void place_rounded(struct rounded *r, double x, double y, double w,
                          double h, double radius, double width)
{
    *r = (struct rounded){.x = x + w / 2,
                          .y = y + h / 2,
                          .hw = w / 2,
                          .hh = h / 2,
                          .radius = lesser(radius, lesser(w, h) / 2),
                          .width = width};
}

// At the signed distance d from the outer edge.
static float shadow_coverage(const struct rounded *r, double d)
{
    double at = 0.5 * PROFILE_STEPS + d * r->steps + 0.5;
    return r->profile[limit(at, 0, PROFILE_STEPS)];
}

static double rounded_coverage(const struct rounded *r, double d)
{
    if (r->reach > 0)
        return shadow_coverage(r, d);
    return r->width > 0 ? edge(d) - edge(d + r->width) : edge(d);
}

// The coverage of columns from..to of a row at `qy` from the corner's middle:
// all distances first, then what they mean.
static void cover_columns(float *row, const struct rounded *r, int from, int to,
                          double qy)
{
    double down = greater(qy, 0);
    for (int x = from; x < to; x++) {
        double qx = fabs(x + 0.5 - r->x) - r->hw + r->radius;
        double aside = greater(qx, 0);
        row[x] = (float)(length(aside, down) + lesser(greater(qx, qy), 0) -
                         r->radius);
    }
    if (r->reach > 0)
        for (int x = from; x < to; x++)
            row[x] = shadow_coverage(r, row[x]);
    else if (r->width > 0)
        for (int x = from; x < to; x++)
            row[x] = (float)(edge(row[x]) - edge(row[x] + r->width));
    else
        for (int x = from; x < to; x++)
            row[x] = (float)edge(row[x]);
}

// One row: a left end, a middle of one colour, a right end, and of all that the
// part from..to.
struct ends {
    int left, right; // where the middle begins and ends
    color middle;
};

static void put_row(struct canvas *canvas, int y, int from, int to,
                    const struct ends *ends, color c)
{
    pixels_row(canvas, y, from, SDL_min(ends->left, to), c);
    int first = SDL_max(ends->left, from), last = SDL_min(ends->right, to);
    if (ends->middle >> 24 && first < last)
        pixels_span(canvas, y, first, last, ends->middle);
    pixels_row(canvas, y, SDL_max(ends->right, from), to, c);
}

// Each row is a left end, a middle of one coverage, and a right end. The ends
// of the rows between the corners are all alike: they are computed once.
static void paint_rounded(struct canvas *canvas, const struct rounded *r,
                          color c)
{
    SDL_Rect box;
    double left = r->x - r->hw, right = r->x + r->hw, out = r->reach;
    if (!reach(canvas, left - out, r->y - r->hh - out, right + out,
               r->y + r->hh + out, &box))
        return;
    int end = box.x + box.w;
    // How far in from the upper or lower edge the left and right ends are wide.
    double inset = greater(greater(r->width, r->reach), 1);
    bool covered = false; // the canvas's row holds the ends between the corners
    for (int y = box.y; y < box.y + box.h; y++) {
        double qy = fabs(y + 0.5 - r->y) - r->hh + r->radius;
        double deep = qy > 0 || qy - r->radius > -inset
                          ? greater(r->radius, inset)
                          : inset;
        int in_left = limit(ceil(left + deep), box.x, end);
        int in_right = limit(floor(right - deep), in_left, end);
        bool between = qy <= 0 && qy - r->radius < -inset - 1;
        if (!between || !covered) {
            cover_columns(canvas->row, r, box.x, in_left, qy);
            cover_columns(canvas->row, r, in_right, end, qy);
        }
        covered = between;
        double middle = rounded_coverage(r, qy - r->radius);
        struct ends ends = {
            in_left, in_right,
            color_fade(c, (unsigned)((c >> 24) * middle + 0.5))};
        const SDL_Rect *hole = &r->hole;
        if (y < hole->y || y >= hole->y + hole->h) {
            put_row(canvas, y, box.x, end, &ends, c);
        } else {
            put_row(canvas, y, box.x, SDL_min(hole->x, end), &ends, c);
            put_row(canvas, y, SDL_max(hole->x + hole->w, box.x), end, &ends,
                    c);
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
    struct rounded r;
    place_rounded(&r, x, y, w, h, radius, 0);
    paint_rounded(canvas, &r, c);
}

void canvas_round_border(struct canvas *canvas, double x, double y, double w,
                         double h, double radius, double width, color c)
{
    struct rounded r;
    place_rounded(&r, x, y, w, h, radius, width);
    paint_rounded(canvas, &r, c);
}

// The edge of a shape blurred by a Gaussian is the integral of one. It is cut
// off where it is too faint to be seen, so that a shadow has an end.
void canvas_shadow(struct canvas *canvas, double x, double y, double w,
                   double h, double radius, double down, double blur, color c)
{
    struct rounded r;
    double sigma = 0.6 * blur;
    place_rounded(&r, x, y + down, w, h, radius, 0);
    // Between its round corners the shape covers all of its width.
    int left = (int)ceil(x + 1), top = (int)ceil(y + radius + 1);
    r.hole = (SDL_Rect){left, top, (int)floor(x + w - 1) - left,
                        (int)floor(y + h - radius - 1) - top};
    if (r.hole.w < 0 || r.hole.h < 0)
        r.hole = (SDL_Rect){0, 0, 0, 0};
    r.reach = blur * 7 / 6;
    r.steps = PROFILE_STEPS / (2 * r.reach);
    double lost = erfc(r.reach / (sigma * M_SQRT2)) / 2;
    for (int i = 0; i <= PROFILE_STEPS; i++) {
        double d = (2.0 * i / PROFILE_STEPS - 1) * r.reach;
        double light = erfc(d / (sigma * M_SQRT2)) / 2;
        r.profile[i] = (float)clamp01((light - lost) / (1 - 2 * lost));
    }
    paint_rounded(canvas, &r, c);
}

// --- Circles -----------------------------------------------------------------

// Half of the chord that a circle cuts out of a row `dy` from its middle; 0
// outside.
static double chord(double radius, double dy)
{
    double square = radius * radius - dy * dy;
    return radius > 0 && square > 0 ? sqrt(square) : 0;
}

void canvas_disc(struct canvas *canvas, double x, double y, double radius,
                 color c)
{
    SDL_Rect box;
    if (!reach(canvas, x - radius, y - radius, x + radius, y + radius, &box))
        return;
    int end = box.x + box.w;
    for (int row = box.y; row < box.y + box.h; row++) {
        double dy = row + 0.5 - y;
        double outer = chord(radius + 1, dy), inner = chord(radius - 1, dy);
        int from = limit(floor(x - outer), box.x, end);
        int to = limit(ceil(x + outer), from, end);
        int in_from = limit(ceil(x - inner), from, to);
        int in_to = limit(floor(x + inner), in_from, to);
        for (int col = from; col < in_from; col++)
            pixels_put(canvas, col, row, c,
                       edge(length(col + 0.5 - x, dy) - radius));
        pixels_span(canvas, row, in_from, in_to, c);
        for (int col = in_to; col < to; col++)
            pixels_put(canvas, col, row, c,
                       edge(length(col + 0.5 - x, dy) - radius));
    }
    canvas_touch(canvas, box);
}

struct arc {
    double x, y, radius, half;
    double turns;          // ≥ 1: the whole ring
    struct point from, to; // middles of the round ends
};

static double cross(double ax, double ay, double bx, double by)
{
    return ax * by - ay * bx;
}

// `dx`, `dy` from the middle, as a direction.
static bool in_arc(const struct arc *a, double dx, double dy)
{
    if (a->turns >= 1)
        return true;
    // y points down, so clockwise is the positive sense.
    bool after = cross(a->from.x - a->x, a->from.y - a->y, dx, dy) >= 0;
    bool before = cross(dx, dy, a->to.x - a->x, a->to.y - a->y) >= 0;
    return a->turns <= 0.5 ? after && before : after || before;
}

static void arc_columns(struct canvas *canvas, const struct arc *a, int row,
                        int from, int to, color c)
{
    double y = row + 0.5, dy = y - a->y;
    for (int col = from; col < to; col++) {
        double x = col + 0.5, dx = x - a->x, d;
        if (in_arc(a, dx, dy))
            d = fabs(length(dx, dy) - a->radius);
        else
            d = lesser(length(x - a->from.x, y - a->from.y),
                       length(x - a->to.x, y - a->to.y));
        pixels_put(canvas, col, row, c, stroke(d, a->half));
    }
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
    double outer = radius + width / 2, inner = radius - width / 2 - 1;
    if (turns <= 0 ||
        !reach(canvas, x - outer, y - outer, x + outer, y + outer, &box))
        return;
    struct arc a = {x,
                    y,
                    radius,
                    width / 2,
                    turns,
                    on_circle(x, y, radius, start),
                    on_circle(x, y, radius, start + turns)};
    int end = box.x + box.w;
    for (int row = box.y; row < box.y + box.h; row++) {
        double dy = row + 0.5 - y;
        double far = chord(outer + 1, dy), hole = chord(inner, dy);
        int from = limit(floor(x - far), box.x, end);
        int to = limit(ceil(x + far), from, end);
        int hole_from = limit(ceil(x - hole), from, to);
        int hole_to = limit(floor(x + hole), hole_from, to);
        arc_columns(canvas, &a, row, from, hole_from, c);
        arc_columns(canvas, &a, row, hole_to, to, c);
    }
    canvas_touch(canvas, box);
}

void canvas_ring(struct canvas *canvas, double x, double y, double radius,
                 double width, color c)
{
    canvas_arc(canvas, x, y, radius, width, 0, 1, c);
}

void canvas_ellipse(struct canvas *canvas, double x, double y, double rx,
                    double ry, color c)
{
    SDL_Rect box;
    if (!reach(canvas, x - rx, y - ry, x + rx, y + ry, &box))
        return;
    for (int row = box.y; row < box.y + box.h; row++) {
        double v = (row + 0.5 - y) / ry;
        for (int col = box.x; col < box.x + box.w; col++) {
            double u = (col + 0.5 - x) / rx;
            // First-order distance: the value over the length of its slope.
            double k = length(u, v), slope = length(u / rx, v / ry);
            pixels_put(canvas, col, row, c,
                       slope > 0 ? edge(k * (k - 1) / slope) : 1);
        }
    }
    canvas_touch(canvas, box);
}

// --- Strokes -----------------------------------------------------------------

struct span {
    int from, to;
};

// The first column of its four, x ≥ 0.
static int whole_fours(int x)
{
    return x - x % PIXELS_AT_ONCE;
}

// C has no ?: for four at once.
static pixels_shares pick(pixels_numbers which, pixels_shares a,
                          pixels_shares b)
{
    return (pixels_shares)(((pixels_numbers)a & which) |
                           ((pixels_numbers)b & ~which));
}

// Makes the squared distances of a row's pixels no larger than those to a
// segment are. Four at once, always the same four, so that no clip changes a
// picture: a few more columns on both sides than are asked for.
static void bring_near(float *nearest, struct span s, double y, struct point a,
                       struct point b)
{
    const pixels_shares none = {0, 0, 0, 0}, all = {1, 1, 1, 1};
    float dx = (float)(b.x - a.x), dy = (float)(b.y - a.y);
    float square = dx * dx + dy * dy, part = square > 0 ? 1 / square : 0;
    float py = (float)(y - a.y), along = py * dy * part, step = dx * part;
    for (int x = whole_fours(s.from); x < s.to; x += PIXELS_AT_ONCE) {
        pixels_shares px = (float)(x + 0.5 - a.x) + (pixels_shares){0, 1, 2, 3};
        pixels_shares t = px * step + along;
        t = pick(t < none, none, t);
        t = pick(t > all, all, t);
        pixels_shares ex = px - t * dx, ey = py - t * dy, near;
        pixels_shares here = ex * ex + ey * ey;
        memcpy(&near, nearest + x, sizeof near);
        near = pick(here < near, here, near);
        memcpy(nearest + x, &near, sizeof near);
    }
}

// The columns of a row, within `whole`, that lie within `margin` of a segment.
static struct span near_segment(struct point a, struct point b, double y,
                                double margin, struct span whole)
{
    struct span none = {whole.to, whole.to};
    double dy = b.y - a.y, t0 = 0, t1 = 1;
    if (lesser(a.y, b.y) > y + margin || greater(a.y, b.y) < y - margin)
        return none;
    if (fabs(dy) > 1e-9) {
        double s = (y - margin - a.y) / dy, t = (y + margin - a.y) / dy;
        t0 = clamp01(lesser(s, t));
        t1 = clamp01(greater(s, t));
    }
    double x0 = a.x + t0 * (b.x - a.x), x1 = a.x + t1 * (b.x - a.x);
    int from = limit(floor(lesser(x0, x1) - margin), whole.from, whole.to);
    return (struct span){from,
                         limit(ceil(greater(x0, x1) + margin), from, whole.to)};
}

static bool reach_points(const struct canvas *canvas,
                         const struct point *points, size_t count,
                         double margin, SDL_Rect *out)
{
    double left = INFINITY, top = INFINITY, right = -INFINITY,
           bottom = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        left = lesser(left, points[i].x);
        right = greater(right, points[i].x);
        top = lesser(top, points[i].y);
        bottom = greater(bottom, points[i].y);
    }
    return count > 0 && reach(canvas, left - margin, top - margin,
                              right + margin, bottom + margin, out);
}

void canvas_path(struct canvas *canvas, const struct point *points,
                 size_t count, bool closed, double width, color c)
{
    SDL_Rect box;
    double half = width / 2;
    if (count < 2 || !reach_points(canvas, points, count, half, &box))
        return;
    struct span whole = {box.x, box.x + box.w};
    size_t segments = closed ? count : count - 1;
    // The row holds the squared distance to the nearest segment so far.
    float *nearest = canvas->row;
    for (int row = box.y; row < box.y + box.h; row++) {
        struct span used = {whole.to, whole.from};
        for (int x = whole_fours(whole.from); x < whole.to + PIXELS_AT_ONCE - 1;
             x++)
            nearest[x] = INFINITY;
        for (size_t i = 0; i < segments; i++) {
            struct point a = points[i], b = points[(i + 1) % count];
            struct span s = near_segment(a, b, row + 0.5, half + 1, whole);
            if (s.from == s.to)
                continue;
            bring_near(nearest, s, row + 0.5, a, b);
            used.from = s.from < used.from ? s.from : used.from;
            used.to = s.to > used.to ? s.to : used.to;
        }
        for (int x = used.from; x < used.to; x++)
            nearest[x] = (float)stroke(sqrtf(nearest[x]), half);
        pixels_row(canvas, row, used.from, used.to, c);
    }
    canvas_touch(canvas, box);
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

// --- Polygons ----------------------------------------------------------------

// A piece of an edge that lies in one row, from x0 to x1 (0 ≤ x0 ≤ x1), and
// covers `high` of its height, positive when the edge runs down. To every
// column goes the change of area against the column on its left; the running
// sum is the coverage. This is how font rasterisers do it.
static void add_edge(float *row, double x0, double x1, double high)
{
    int first = (int)x0, last = (int)ceil(x1);
    if (last <= first + 1) {
        double middle = (x0 + x1) / 2 - first;
        row[first] += (float)(high * (1 - middle));
        row[first + 1] += (float)(high * middle);
        return;
    }
    // Area to the right of the edge in each column it crosses.
    double slope = high / (x1 - x0), before = 0;
    for (int x = first; x < last; x++) {
        double in = greater(x0, x), out = lesser(x1, x + 1);
        double done = slope * (in - x0), here = slope * (out - in);
        double area = done + here * (x + 1 - (in + out) / 2);
        row[x] += (float)(area - before);
        before = area;
    }
    row[last] += (float)(high - before);
}

// Adds what the edge a–b does to the row y, columns counted from `base`.
static void add_row_edge(float *row, struct point a, struct point b, int y,
                         int base, double most)
{
    double sign = 1;
    if (a.y > b.y) {
        struct point swap = a;
        a = b;
        b = swap;
        sign = -1;
    }
    double top = greater(a.y, y), bottom = lesser(b.y, y + 1);
    if (top >= bottom)
        return;
    double slope = (b.x - a.x) / (b.y - a.y);
    double x0 = a.x + (top - a.y) * slope - base;
    double x1 = a.x + (bottom - a.y) * slope - base;
    x0 = lesser(greater(x0, 0), most);
    x1 = lesser(greater(x1, 0), most);
    add_edge(row, lesser(x0, x1), greater(x0, x1), sign * (bottom - top));
}

void canvas_polygon(struct canvas *canvas, const struct point *points,
                    size_t count, color c)
{
    SDL_Rect box, clip = canvas->clip, all;
    if (count < 3 || !reach_points(canvas, points, count, 0, &box))
        return;
    // A row is summed up from the polygon's left, wherever the clip begins.
    canvas->clip = (SDL_Rect){0, 0, canvas->width, canvas->height};
    reach_points(canvas, points, count, 0, &all);
    canvas->clip = clip;
    for (int y = box.y; y < box.y + box.h; y++) {
        float *row = canvas->row, sum = 0;
        for (int x = 0; x <= all.w + 1; x++)
            row[x] = 0;
        for (size_t i = 0; i < count; i++)
            add_row_edge(row, points[i], points[(i + 1) % count], y, all.x,
                         all.w);
        for (int x = all.x; x < box.x + box.w; x++) {
            sum += row[x - all.x];
            if (x >= box.x)
                pixels_put(canvas, x, y, c, fabsf(sum));
        }
    }
    canvas_touch(canvas, box);
}

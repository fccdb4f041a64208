#include "ui/ornament.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The drum is drawn white on black with the canvas's own shapes; the grey of
// the result is the coverage. Lengths are in radii of the drum.
struct drum {
    struct canvas canvas;
    double middle, radius, angle;
};

static const color white = COLOR(0xffffff);

static struct point polar(const struct drum *d, double radius, double turn)
{
    double a = 2 * M_PI * (turn + d->angle);
    return (struct point){d->middle + radius * d->radius * sin(a),
                          d->middle - radius * d->radius * cos(a)};
}

enum { RAYS = 14, BIRDS = 18 };
// Of thin lines.
#define LINE 0.0037

static void circle(struct drum *d, double radius, double width)
{
    canvas_ring(&d->canvas, d->middle, d->middle, radius * d->radius,
                fmax(1, width * d->radius), white);
}

static void star(struct drum *d)
{
    struct point points[2 * RAYS];
    for (int i = 0; i < RAYS; i++) {
        points[2 * i] = polar(d, 0.233, (double)i / RAYS);
        points[2 * i + 1] = polar(d, 0.085, (i + 0.5) / RAYS);
    }
    canvas_polygon(&d->canvas, points, 2 * RAYS, white);
}

static void teeth(struct drum *d, double inner, double outer, int count)
{
    for (int i = 0; i < count; i++) {
        struct point tooth[3] = {polar(d, inner, (i + 0.02) / count),
                                 polar(d, outer, (i + 0.5) / count),
                                 polar(d, inner, (i + 0.98) / count)};
        canvas_polygon(&d->canvas, tooth, 3, white);
    }
}

static void dots(struct drum *d, double radius, double size, double eye,
                 int count)
{
    for (int i = 0; i < count; i++) {
        struct point p = polar(d, radius, (double)i / count);
        canvas_ring(&d->canvas, p.x, p.y, size * d->radius,
                    fmax(1, 0.0035 * d->radius), white);
        canvas_disc(&d->canvas, p.x, p.y, eye * d->radius, white);
    }
}

static void ticks(struct drum *d, double inner, double outer, int count)
{
    for (int i = 0; i < count; i++)
        canvas_line(&d->canvas, polar(d, inner, (double)i / count),
                    polar(d, outer, (double)i / count),
                    fmax(1, LINE * d->radius), white);
}

// A bird in flight along its ring, beak first: two wings, parted at the tail.
static void birds(struct drum *d, double radius)
{
    for (int i = 0; i < BIRDS; i++) {
        double t = (i + 0.5) / BIRDS;
        for (int side = -1; side <= 1; side += 2) {
            struct point wing[3] = {
                polar(d, radius, t + 0.0175),
                polar(d, radius + side * 0.0505, t - 0.0175),
                polar(d, radius + side * 0.0050, t - 0.0050)};
            canvas_polygon(&d->canvas, wing, 3, white);
        }
    }
}

static void draw(struct drum *d)
{
    static const double rings[] = {0.260, 0.280, 0.350, 0.370, 0.455, 0.655,
                                   0.675, 0.750, 0.830, 0.850, 0.9355};
    star(d);
    dots(d, 0.315, 0.0225, 0.0103, 36);
    teeth(d, 0.384, 0.434, 60);
    birds(d, 0.5526);
    ticks(d, 0.689, 0.736, 84);
    dots(d, 0.790, 0.0255, 0.0092, 64);
    teeth(d, 0.8645, 0.9145, 108);
    for (size_t i = 0; i < sizeof rings / sizeof *rings; i++)
        circle(d, rings[i], LINE);
    circle(d, 0.9705, 0.0066);
}

bool ornament_bake(struct ornament *ornament, double radius, double angle)
{
    int size = 2 * (int)ceil(radius + 1);
    if (ornament->size == size && ornament->angle == angle)
        return true;
    struct drum d = {.middle = size / 2.0, .radius = radius, .angle = angle};
    size_t count = (size_t)size * (size_t)size;
    uint8_t *coverage = malloc(count);
    if (!coverage || !canvas_resize(&d.canvas, size, size)) {
        free(coverage);
        return false;
    }
    draw(&d);
    for (size_t i = 0; i < count; i++)
        coverage[i] = (uint8_t)(d.canvas.pixels[i] & 0xff);
    canvas_free(&d.canvas);
    free(ornament->coverage);
    *ornament = (struct ornament){size, angle, coverage};
    return true;
}

void ornament_draw(const struct ornament *ornament, struct canvas *canvas,
                   double x, double y, color c)
{
    if (ornament->size == 0 || c >> 24 == 0)
        return;
    canvas_stamp(canvas, ornament->coverage, ornament->size, ornament->size,
                 (int)lround(x) - ornament->size / 2,
                 (int)lround(y) - ornament->size / 2, c);
}

void ornament_free(struct ornament *ornament)
{
    free(ornament->coverage);
    *ornament = (struct ornament){0};
}

// The weighted mean of the four pixels around a place, in 1/65536 of a pixel.
static unsigned sample(const uint8_t *from, int size, int x, int y)
{
    int left = x >> 16, top = y >> 16;
    if (left < 0 || top < 0 || left >= size - 1 || top >= size - 1)
        return 0;
    const uint8_t *at = from + (size_t)top * (size_t)size + left;
    unsigned u = x >> 8 & 255, v = y >> 8 & 255;
    unsigned upper = at[0] * (256 - u) + at[1] * u;
    unsigned lower = at[size] * (256 - u) + at[size + 1] * u;
    return (upper * (256 - v) + lower * v) >> 16;
}

static int fixed(double value)
{
    return (int)lround(value * 65536);
}

bool ornament_turn(const struct ornament *from, double angle,
                   struct ornament *out)
{
    int size = from->size;
    if (out->size != size) {
        uint8_t *coverage = malloc((size_t)size * (size_t)size);
        if (!coverage)
            return false;
        free(out->coverage);
        out->size = size;
        out->coverage = coverage;
    }
    out->angle = from->angle + angle;
    double cosine = cos(2 * M_PI * angle), sine = sin(2 * M_PI * angle);
    double middle = (size - 1) / 2.0;
    int step_x = fixed(cosine), step_y = fixed(sine);
    for (int row = 0; row < size; row++) {
        double dy = row - middle;
        int x = fixed(middle - cosine * middle + sine * dy);
        int y = fixed(middle + sine * middle + cosine * dy);
        uint8_t *to = out->coverage + (size_t)row * (size_t)size;
        for (int col = 0; col < size; col++) {
            to[col] = (uint8_t)sample(from->coverage, size, x, y);
            x += step_x;
            y -= step_y;
        }
    }
    return true;
}

#include "ui/emblem.h"
#include <math.h>

enum { STEPS = 12 };

// A petal between two curves from its foot to its tip, in radii of the disc.
struct petal {
    struct point foot, outer, tip, inner;
};

static struct point curve_at(struct point a, struct point b, struct point c,
                             double t)
{
    double u = 1 - t;
    return (struct point){u * u * a.x + 2 * u * t * b.x + t * t * c.x,
                          u * u * a.y + 2 * u * t * b.y + t * t * c.y};
}

static void draw_petal(struct canvas *canvas, const struct petal *petal,
                       double mirror, double x, double y, double radius,
                       double gap, color fill, color ground)
{
    struct point points[2 * STEPS];
    for (int i = 0; i < STEPS; i++) {
        double t = (double)i / STEPS;
        points[i] = curve_at(petal->foot, petal->outer, petal->tip, t);
        points[STEPS + i] = curve_at(petal->tip, petal->inner, petal->foot, t);
    }
    for (int i = 0; i < 2 * STEPS; i++)
        points[i] = (struct point){x + mirror * points[i].x * radius,
                                   y + points[i].y * radius};
    // A thin line of the ground sets the petals apart.
    canvas_path(canvas, points, 2 * STEPS, true, gap, ground);
    canvas_polygon(canvas, points, 2 * STEPS, fill);
}

void emblem_draw(struct canvas *canvas, const struct theme *theme, double x,
                 double y, double radius)
{
    // The upper edges run on behind the middle petal.
    static const struct petal low = {
        {0, 0.464}, {-0.41, 0.708}, {-0.621, 0.16}, {0.20, 0.04}};
    static const struct petal side = {
        {0, 0.464}, {-0.53, 0.39}, {-0.464, -0.239}, {0.30, 0.10}};
    static const struct petal middle = {
        {0, 0.464}, {-0.43, 0.10}, {0, -0.493}, {0.43, 0.10}};
    color fill = theme->lotus, ground = theme->emblem;
    double gap = fmax(1, radius * 0.057);
    canvas_disc(canvas, x, y, radius, ground);
    for (int mirror = -1; mirror <= 1; mirror += 2)
        draw_petal(canvas, &low, mirror, x, y, radius, gap, fill, ground);
    for (int mirror = -1; mirror <= 1; mirror += 2)
        draw_petal(canvas, &side, mirror, x, y, radius, gap, fill, ground);
    draw_petal(canvas, &middle, 1, x, y, radius, gap, fill, ground);
}

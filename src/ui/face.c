#include "ui/face.h"
#include <assert.h>
#include <math.h>

// Places on a face are in radii from its middle.
struct face {
    struct canvas *canvas;
    double x, y, radius;
    color ink;
};

static struct point at(const struct face *f, double x, double y)
{
    return (struct point){f->x + x * f->radius, f->y + y * f->radius};
}

static void curve(const struct face *f, double x0, double y0, double x1,
                  double y1, double x2, double y2, double width)
{
    canvas_curve(f->canvas, at(f, x0, y0), at(f, x1, y1), at(f, x2, y2),
                 width * f->radius, f->ink);
}

static void eyes(const struct face *f)
{
    for (int side = -1; side <= 1; side += 2) {
        struct point p = at(f, side * 0.35, -0.20);
        canvas_ellipse(f->canvas, p.x, p.y, 0.105 * f->radius, 0.13 * f->radius,
                       f->ink);
    }
}

// The open laugh: a half-moon whose upper edge sags a little.
static void laugh(const struct face *f)
{
    enum { STEPS = 24 };
    struct point points[2 * STEPS];
    for (int i = 0; i < STEPS; i++) {
        double t = (double)i / STEPS, u = 1 - t;
        double sag = 2 * u * t * 2 * 0.05; // the curve's middle sags by 0.05
        points[i] = at(f, -0.50 + t, 0.13 + sag);
        double angle = M_PI * t;
        points[STEPS + i] = at(f, 0.50 * cos(angle), 0.13 + 0.46 * sin(angle));
    }
    canvas_polygon(f->canvas, points, 2 * STEPS, f->ink);
    canvas_path(f->canvas, points, 2 * STEPS, true, 0.07 * f->radius, f->ink);
    for (int side = -1; side <= 1; side += 2)
        curve(f, side * 0.35 - 0.15, -0.14, side * 0.35, -0.40,
              side * 0.35 + 0.15, -0.14, 0.115);
}

void face_draw(struct canvas *canvas, const struct theme *theme, int level,
               double x, double y, double radius)
{
    assert(level >= 1 && level <= 5);
    struct face f = {canvas, x, y, radius, theme->on_face};
    canvas_disc(canvas, x, y, radius, theme->face[level]);
    if (level == 5) {
        laugh(&f);
        return;
    }
    eyes(&f);
    if (level == 4)
        curve(&f, -0.46, 0.20, 0, 0.66, 0.46, 0.20, 0.124);
    else if (level == 3)
        curve(&f, -0.38, 0.33, 0, 0.37, 0.38, 0.33, 0.124);
    else if (level == 2)
        curve(&f, -0.40, 0.46, 0, 0.16, 0.40, 0.46, 0.124);
    else
        curve(&f, -0.46, 0.58, 0, -0.04, 0.46, 0.58, 0.124);
    if (level != 1)
        return;
    for (int side = -1; side <= 1; side += 2)
        canvas_line(canvas, at(&f, side * 0.52, -0.40),
                    at(&f, side * 0.20, -0.53), 0.098 * radius, f.ink);
}

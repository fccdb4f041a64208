#include "ui/icon.h"
#include <math.h>
#include <string.h>

// Places are in sizes from the middle: -0.5 is the left or upper edge.
struct pen {
    struct canvas *canvas;
    double x, y, size;
    color ink, paper;
};

#define COUNT(a) (sizeof(a) / sizeof *(a))
enum { POINTS_MAX = 16 };

static struct point at(const struct pen *p, double x, double y)
{
    return (struct point){p->x + x * p->size, p->y + y * p->size};
}

static void line(const struct pen *p, double x0, double y0, double x1,
                 double y1, double width)
{
    canvas_line(p->canvas, at(p, x0, y0), at(p, x1, y1), width * p->size,
                p->ink);
}

static size_t place(const struct pen *p, const struct point *points,
                    size_t count, struct point *out)
{
    for (size_t i = 0; i < count; i++)
        out[i] = at(p, points[i].x, points[i].y);
    return count;
}

static void path(const struct pen *p, const struct point *points, size_t count,
                 bool closed, double width)
{
    struct point placed[POINTS_MAX];
    canvas_path(p->canvas, placed, place(p, points, count, placed), closed,
                width * p->size, p->ink);
}

static void fill(const struct pen *p, const struct point *points, size_t count)
{
    struct point placed[POINTS_MAX];
    canvas_polygon(p->canvas, placed, place(p, points, count, placed), p->ink);
}

static void disc(const struct pen *p, double x, double y, double radius)
{
    struct point c = at(p, x, y);
    canvas_disc(p->canvas, c.x, c.y, radius * p->size, p->ink);
}

static void ring(const struct pen *p, double x, double y, double radius,
                 double width)
{
    struct point c = at(p, x, y);
    canvas_ring(p->canvas, c.x, c.y, radius * p->size, width * p->size, p->ink);
}

static void arc(const struct pen *p, double x, double y, double radius,
                double width, double start, double turns)
{
    struct point c = at(p, x, y);
    canvas_arc(p->canvas, c.x, c.y, radius * p->size, width * p->size, start,
               turns, p->ink);
}

static void box(const struct pen *p, double x, double y, double w, double h,
                double radius, double width)
{
    struct point c = at(p, x, y);
    if (width > 0)
        canvas_round_border(p->canvas, c.x, c.y, w * p->size, h * p->size,
                            radius * p->size, width * p->size, p->ink);
    else
        canvas_round_rect(p->canvas, c.x, c.y, w * p->size, h * p->size,
                          radius * p->size, p->ink);
}

static void draw_speaker(const struct pen *p)
{
    static const struct point body[] = {{-0.48, -0.17}, {-0.28, -0.17},
                                        {-0.04, -0.38}, {-0.04, 0.38},
                                        {-0.28, 0.17},  {-0.48, 0.17}};
    fill(p, body, COUNT(body));
    path(p, body, COUNT(body), true, 0.05);
    arc(p, 0.01, 0, 0.23, 0.085, 0.12, 0.26);
    arc(p, 0.01, 0, 0.43, 0.085, 0.12, 0.26);
}

// A bold capital with its left foot at (x, y), as high as wide and a tenth.
static void letter_a(const struct pen *p, double x, double y, double h)
{
    double w = 0.92 * h, foot = 0.27 * w, top = (w - foot) / 2;
    struct point left[] = {
        {x, y}, {x + foot, y}, {x + top + foot, y - h}, {x + top, y - h}};
    struct point right[] = {{x + w, y},
                            {x + w - foot, y},
                            {x + top, y - h},
                            {x + top + foot, y - h}};
    double low = y - 0.18 * h, high = y - 0.37 * h;
    struct point bar[] = {{x + 0.25 * w, low},
                          {x + 0.75 * w, low},
                          {x + 0.68 * w, high},
                          {x + 0.32 * w, high}};
    fill(p, left, COUNT(left));
    fill(p, right, COUNT(right));
    fill(p, bar, COUNT(bar));
}

static void draw_large_text(const struct pen *p)
{
    letter_a(p, -0.52, 0.33, 0.41);
    letter_a(p, -0.15, 0.33, 0.71);
}

static void draw_contrast(const struct pen *p)
{
    struct point c = at(p, 0, 0);
    SDL_Rect clip = p->canvas->clip, half = clip;
    ring(p, 0, 0, 0.43, 0.085);
    half.w -= (int)lround(c.x) - half.x;
    half.x = (int)lround(c.x);
    canvas_clip(p->canvas, &half);
    canvas_disc(p->canvas, c.x, c.y, 0.40 * p->size, p->ink);
    canvas_clip(p->canvas, &clip);
}

static void draw_globe(const struct pen *p)
{
    enum { STEPS = 14 };
    struct point oval[STEPS];
    ring(p, 0, 0, 0.43, 0.08);
    for (int i = 0; i < STEPS; i++) {
        double angle = 2 * M_PI * i / STEPS;
        oval[i] = (struct point){0.21 * cos(angle), 0.43 * sin(angle)};
    }
    path(p, oval, STEPS, true, 0.07);
    line(p, 0, -0.42, 0, 0.42, 0.07);
    line(p, -0.42, 0, 0.42, 0, 0.07);
}

static void draw_hand(const struct pen *p)
{
    // A forefinger that touches, two folded fingers, the thumb, two waves.
    box(p, -0.122, 0.10, 0.434, 0.36, 0.13, 0);
    line(p, -0.049, -0.125, -0.049, 0.30, 0.146);
    line(p, 0.104, 0.070, 0.104, 0.30, 0.140);
    line(p, 0.245, 0.115, 0.245, 0.30, 0.134);
    line(p, -0.195, 0.195, -0.035, 0.375, 0.13);
    struct pen between = *p, far = *p;
    between.ink = p->paper;
    line(&between, 0.029, 0.02, 0.029, 0.23, 0.020);
    line(&between, 0.176, 0.08, 0.176, 0.24, 0.020);
    arc(p, -0.049, -0.12, 0.175, 0.055, 0.76, 0.48);
    far.ink = color_fade(p->ink, (p->ink >> 24) * 7 / 10);
    arc(&far, -0.049, -0.12, 0.285, 0.055, 0.78, 0.44);
}

static void check(const struct pen *p, double width)
{
    static const struct point points[] = {
        {-0.40, 0.06}, {-0.13, 0.34}, {0.40, -0.32}};
    path(p, points, COUNT(points), false, width);
}

static void draw_check(const struct pen *p)
{
    check(p, 0.135);
}

static void draw_check_disc(const struct pen *p)
{
    struct pen inner = *p;
    disc(p, 0, 0, 0.5);
    inner.size = p->size * 0.6;
    inner.ink = p->paper;
    check(&inner, 0.16);
}

static void draw_back(const struct pen *p)
{
    static const struct point tip[] = {
        {-0.46, -0.28}, {-0.26, -0.10}, {-0.20, -0.38}};
    arc(p, 0.07, 0.06, 0.35, 0.105, 0.80, 0.74);
    path(p, tip, COUNT(tip), false, 0.10);
}

static void draw_pen(const struct pen *p)
{
    static const struct point body[] = {{-0.38, 0.38},
                                        {-0.33, 0.14},
                                        {0.20, -0.39},
                                        {0.39, -0.20},
                                        {-0.14, 0.33}};
    path(p, body, COUNT(body), true, 0.085);
    line(p, 0.06, -0.25, 0.25, -0.06, 0.085);
}

static void draw_clock(const struct pen *p)
{
    static const struct point hands[] = {{0, -0.24}, {0, 0.02}, {0.17, 0.13}};
    ring(p, 0, 0, 0.42, 0.085);
    path(p, hands, COUNT(hands), false, 0.085);
}

static void draw_calendar(const struct pen *p)
{
    box(p, -0.38, -0.34, 0.76, 0.74, 0.09, 0.085);
    line(p, -0.34, -0.13, 0.34, -0.13, 0.085);
    line(p, -0.20, -0.43, -0.20, -0.27, 0.08);
    line(p, 0.20, -0.43, 0.20, -0.27, 0.08);
}

static void draw_calendar_check(const struct pen *p)
{
    static const struct point check[] = {
        {-0.16, 0.12}, {-0.04, 0.24}, {0.18, 0.00}};
    draw_calendar(p);
    path(p, check, COUNT(check), false, 0.08);
}

static void draw_calendar_late(const struct pen *p)
{
    draw_calendar(p);
    line(p, 0, -0.01, 0, 0.12, 0.085);
    disc(p, 0, 0.26, 0.05);
}

static void draw_person(const struct pen *p)
{
    enum { STEPS = 12 };
    struct point body[STEPS + 1];
    disc(p, 0, -0.21, 0.185);
    for (int i = 0; i <= STEPS; i++) {
        double angle = M_PI * i / STEPS;
        body[i] = (struct point){-0.38 * cos(angle), 0.38 - 0.32 * sin(angle)};
    }
    fill(p, body, STEPS + 1);
}

static void question_mark(const struct pen *p, double x, double y, double h)
{
    double r = 0.24 * h, w = 0.17 * h;
    arc(p, x, y - 0.22 * h, r, w, 0.75, 0.60);
    line(p, x + r * sin(2 * M_PI * 0.35),
         y - 0.22 * h - r * cos(2 * M_PI * 0.35), x, y + 0.16 * h, w);
    disc(p, x, y + 0.43 * h, 0.105 * h);
}

static void draw_guidance(const struct pen *p)
{
    static const struct point bubble[] = {
        {-0.42, -0.36}, {0.42, -0.36}, {0.42, 0.20}, {-0.06, 0.20},
        {-0.24, 0.42},  {-0.24, 0.20}, {-0.42, 0.20}};
    path(p, bubble, COUNT(bubble), true, 0.08);
    question_mark(p, 0, -0.10, 0.40);
}

static void draw_turns(const struct pen *p)
{
    static const struct point one[] = {
        {-0.34, -0.36}, {-0.14, -0.30}, {-0.20, -0.10}};
    static const struct point other[] = {
        {0.34, 0.36}, {0.14, 0.30}, {0.20, 0.10}};
    arc(p, 0, 0, 0.34, 0.09, 0.55, 0.37);
    arc(p, 0, 0, 0.34, 0.09, 0.05, 0.37);
    path(p, one, COUNT(one), false, 0.085);
    path(p, other, COUNT(other), false, 0.085);
}

static void draw_document(const struct pen *p)
{
    box(p, -0.31, -0.41, 0.62, 0.82, 0.07, 0.085);
    for (int i = -1; i <= 1; i++)
        line(p, -0.14, 0.20 * i, 0.14, 0.20 * i, 0.075);
}

static void draw_chair(const struct pen *p)
{
    line(p, -0.30, -0.39, -0.30, 0.39, 0.09);
    line(p, -0.30, 0.04, 0.30, 0.04, 0.09);
    line(p, 0.30, 0.04, 0.30, 0.39, 0.09);
}

static void draw_screen(const struct pen *p)
{
    static const struct point beat[] = {{-0.26, -0.06}, {-0.10, -0.06},
                                        {-0.03, -0.20}, {0.07, 0.08},
                                        {0.13, -0.06},  {0.26, -0.06}};
    box(p, -0.44, -0.36, 0.88, 0.58, 0.05, 0.085);
    path(p, beat, COUNT(beat), false, 0.065);
    line(p, 0, 0.22, 0, 0.40, 0.085);
    line(p, -0.17, 0.40, 0.17, 0.40, 0.085);
}

static void draw_more(const struct pen *p)
{
    for (int i = -1; i <= 1; i++)
        disc(p, 0.27 * i, 0, 0.085);
}

static void draw_phone(const struct pen *p)
{
    static const struct point from = {-0.30, -0.26}, over = {-0.22, 0.24},
                              to = {0.28, 0.30};
    canvas_curve(p->canvas, at(p, from.x, from.y), at(p, over.x, over.y),
                 at(p, to.x, to.y), 0.17 * p->size, p->ink);
    line(p, -0.32, -0.30, -0.20, -0.14, 0.22);
    line(p, 0.14, 0.22, 0.32, 0.32, 0.22);
}

static void draw_warning(const struct pen *p)
{
    static const struct point triangle[] = {
        {0, -0.38}, {0.45, 0.37}, {-0.45, 0.37}};
    struct pen mark = *p;
    fill(p, triangle, COUNT(triangle));
    path(p, triangle, COUNT(triangle), true, 0.09);
    mark.ink = p->paper;
    line(&mark, 0, -0.10, 0, 0.13, 0.085);
    disc(&mark, 0, 0.265, 0.052);
}

static void draw_lock(const struct pen *p)
{
    box(p, -0.34, -0.06, 0.68, 0.50, 0.07, 0);
    arc(p, 0, -0.10, 0.22, 0.10, 0.75, 0.5);
    line(p, -0.22, -0.10, -0.22, 0, 0.10);
    line(p, 0.22, -0.10, 0.22, 0, 0.10);
}

static void draw_arrow_left(const struct pen *p)
{
    static const struct point head[] = {
        {-0.10, -0.30}, {-0.40, 0}, {-0.10, 0.30}};
    path(p, head, COUNT(head), false, 0.11);
    line(p, -0.38, 0, 0.40, 0, 0.11);
}

static const struct point SHIFT[] = {{0, -0.40},   {0.40, 0.02},  {0.18, 0.02},
                                     {0.18, 0.38}, {-0.18, 0.38}, {-0.18, 0.02},
                                     {-0.40, 0.02}};

static void draw_shift(const struct pen *p)
{
    path(p, SHIFT, COUNT(SHIFT), true, 0.085);
}

static void draw_shift_on(const struct pen *p)
{
    fill(p, SHIFT, COUNT(SHIFT));
    path(p, SHIFT, COUNT(SHIFT), true, 0.085);
}

static void draw_backspace(const struct pen *p)
{
    static const struct point key[] = {
        {-0.46, 0}, {-0.20, -0.30}, {0.46, -0.30}, {0.46, 0.30}, {-0.20, 0.30}};
    path(p, key, COUNT(key), true, 0.08);
    line(p, 0.00, -0.12, 0.24, 0.12, 0.08);
    line(p, 0.24, -0.12, 0.00, 0.12, 0.08);
}

static void draw_enter(const struct pen *p)
{
    static const struct point way[] = {
        {0.40, -0.30}, {0.40, 0.10}, {-0.36, 0.10}};
    static const struct point head[] = {
        {-0.18, -0.08}, {-0.38, 0.10}, {-0.18, 0.28}};
    path(p, way, COUNT(way), false, 0.085);
    path(p, head, COUNT(head), false, 0.085);
}

static void draw_tools(const struct pen *p)
{
    line(p, -0.36, 0.36, 0.12, -0.12, 0.13);
    arc(p, 0.22, -0.22, 0.18, 0.12, 0.30, 0.70);
    line(p, -0.34, -0.34, -0.12, -0.12, 0.09);
    line(p, 0.12, 0.12, 0.36, 0.36, 0.13);
}

typedef void drawing(const struct pen *pen);

static const struct {
    const char *name;
    drawing *draw;
} icons[ICON_COUNT] = {
    [ICON_SPEAKER] = {"speaker", draw_speaker},
    [ICON_LARGE_TEXT] = {"large-text", draw_large_text},
    [ICON_CONTRAST] = {"contrast", draw_contrast},
    [ICON_GLOBE] = {"globe", draw_globe},
    [ICON_HAND] = {"hand", draw_hand},
    [ICON_CHECK] = {"check", draw_check},
    [ICON_CHECK_DISC] = {"check-disc", draw_check_disc},
    [ICON_BACK] = {"back", draw_back},
    [ICON_PEN] = {"pen", draw_pen},
    [ICON_CLOCK] = {"clock", draw_clock},
    [ICON_CALENDAR_CHECK] = {"calendar-check", draw_calendar_check},
    [ICON_CALENDAR_LATE] = {"calendar-late", draw_calendar_late},
    [ICON_PERSON] = {"person", draw_person},
    [ICON_GUIDANCE] = {"guidance", draw_guidance},
    [ICON_TURNS] = {"turns", draw_turns},
    [ICON_DOCUMENT] = {"document", draw_document},
    [ICON_CHAIR] = {"chair", draw_chair},
    [ICON_SCREEN] = {"screen", draw_screen},
    [ICON_MORE] = {"more", draw_more},
    [ICON_PHONE] = {"phone", draw_phone},
    [ICON_WARNING] = {"warning", draw_warning},
    [ICON_LOCK] = {"lock", draw_lock},
    [ICON_ARROW_LEFT] = {"arrow-left", draw_arrow_left},
    [ICON_SHIFT] = {"shift", draw_shift},
    [ICON_SHIFT_ON] = {"shift-on", draw_shift_on},
    [ICON_BACKSPACE] = {"backspace", draw_backspace},
    [ICON_ENTER] = {"enter", draw_enter},
    [ICON_TOOLS] = {"tools", draw_tools},
};

void icon_draw(struct canvas *canvas, enum icon icon, double x, double y,
               double size, color ink, color paper)
{
    struct pen pen = {canvas, x, y, size, ink, paper};
    if (icon != ICON_NONE)
        icons[icon].draw(&pen);
}

bool icon_by_name(const char *name, enum icon *out)
{
    for (int i = ICON_NONE + 1; i < ICON_COUNT; i++) {
        if (strcmp(icons[i].name, name) != 0)
            continue;
        *out = (enum icon)i;
        return true;
    }
    return false;
}

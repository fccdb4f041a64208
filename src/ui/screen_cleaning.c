// The glass is being wiped: no touch means anything until the ring has run out.
#include "ui/parts.h"
#include <math.h>

static struct point ring_place(const struct view *view)
{
    const struct layout *l = &view->layout;
    return (struct point){l->w / 2, (l->portrait ? 430 : 246) + l->drop};
}

static double body_y(const struct view *view)
{
    return (view->layout.portrait ? 760 : 520) + view->layout.drop;
}

static int64_t left_ms(const struct view *view)
{
    int64_t left =
        view->flow->since + view->flow->setting.times.cleaning - view->now;
    return left > 0 ? left : 0;
}

static void layout(const struct view *view, struct targets *out)
{
    (void)view;
    (void)out;
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    (void)targets;
    const struct layout *l = &view->layout;
    struct point ring = ring_place(view);
    struct buf seconds = {0}, line = {0};
    part_page(view, canvas);
    part_ring_emblem(view, canvas, ring.x, ring.y,
                     (double)left_ms(view) /
                         (double)view->flow->setting.times.cleaning);
    struct part_line title = {TEXT_BOLD, 56, view->theme->ink, TEXT_CENTRE};
    part_line(view, canvas, title, view_text(view, "clean.title"), l->w / 2,
              (l->portrait ? 660 : 430) + l->drop, l->w - 80);
    buf_printf(&seconds, "%d", (int)ceil((double)left_ms(view) / 1000));
    const char *values[] = {buf_text(&seconds)};
    i18n_format(view->i18n, view->language, "clean.body", values, 1, &line);
    struct part_line body = {TEXT_MEDIUM, 34, view->theme->ink, TEXT_CENTRE};
    part_lines(view, canvas, body, buf_text(&line), l->w / 2, body_y(view),
               l->w - 80, 2, 48);
    buf_free(&seconds);
    buf_free(&line);
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct point ring = ring_place(view);
    damage_add(out, view_rect(view, (struct box){ring.x - PART_RING_REACH,
                                                 ring.y - PART_RING_REACH,
                                                 2 * PART_RING_REACH,
                                                 2 * PART_RING_REACH}));
    damage_add(out, view_rect(view, (struct box){0, body_y(view) - 60,
                                                 view->layout.w, 120}));
    return view->now + PART_SLOW_RING_MS;
}

const struct screen SCREEN_CLEANING = {"cleaning", layout, draw, NULL, tick};

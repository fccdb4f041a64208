// Thanks, the same after every answer. The ring runs out, then the first screen
// comes back by itself.
#include "ui/parts.h"
#include <math.h>

static struct point ring_place(const struct view *view)
{
    const struct layout *l = &view->layout;
    return (struct point){l->w / 2, (l->portrait ? 430 : 246) + l->drop};
}

static double count_y(const struct view *view)
{
    return (view->layout.portrait ? 856 : 546) + view->layout.drop;
}

static int64_t left_ms(const struct view *view)
{
    int64_t left = view->flow->since + flow_thanks_ms(view->flow) - view->now;
    return left > 0 ? left : 0;
}

static void layout(const struct view *view, struct targets *out)
{
    targets_add(out, view, "thanks.done", part_single_button(view), 20,
                FLOW_DONE, 0);
}

static void draw_count(const struct view *view, struct canvas *canvas)
{
    struct buf seconds = {0}, line = {0};
    buf_printf(&seconds, "%d", (int)ceil((double)left_ms(view) / 1000));
    const char *values[] = {buf_text(&seconds)};
    i18n_format(view->i18n, view->language, "thanks.count", values, 1, &line);
    struct part_line how = {TEXT_MEDIUM, 30, view->theme->ink2, TEXT_CENTRE};
    part_line(view, canvas, how, buf_text(&line), view->layout.w / 2,
              count_y(view), view->layout.w - 2 * LAYOUT_MARGIN);
    buf_free(&seconds);
    buf_free(&line);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    const struct theme *theme = view->theme;
    struct point ring = ring_place(view);
    double width = l->w - 2 * LAYOUT_MARGIN;
    part_page(view, canvas);
    part_ornament(view, canvas, ring.x, ring.y);
    part_header(view, canvas);
    part_ring_emblem(view, canvas, ring.x, ring.y,
                     (double)left_ms(view) /
                         (double)flow_thanks_ms(view->flow));
    struct part_line title = {TEXT_BOLD, 60, theme->ink, TEXT_CENTRE};
    struct part_line body = {TEXT_MEDIUM, 34, theme->ink, TEXT_CENTRE};
    part_line(view, canvas, title, view_text(view, "thanks.title"), l->w / 2,
              (l->portrait ? 650 : 420) + l->drop, width);
    part_lines(view, canvas, body, view_text(view, "thanks.body"), l->w / 2,
               (l->portrait ? 752 : 490) + l->drop, width, l->portrait ? 2 : 1,
               50);
    draw_count(view, canvas);
    part_button(view, canvas, &targets->list[0], PART_MAIN, ICON_CHECK,
                view_text(view, "thanks.done"), 34);
    part_hotline(view, canvas);
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct point ring = ring_place(view);
    damage_add(out, view_rect(view, (struct box){ring.x - PART_RING_REACH,
                                                 ring.y - PART_RING_REACH,
                                                 2 * PART_RING_REACH,
                                                 2 * PART_RING_REACH}));
    damage_add(out, view_rect(view, (struct box){0, count_y(view) - 24,
                                                 view->layout.w, 48}));
    return view->now + PART_RING_MS;
}

const struct screen SCREEN_THANKS = {"thanks", layout, draw, NULL, tick};

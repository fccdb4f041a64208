// Thanks, the same after every answer. The ring runs out, then the first screen
// comes back by itself.
#include "ui/parts.h"
#include <math.h>

static struct point ring_place(const struct view *view)
{
    const struct layout *l = &view->layout;
    double y = l->portrait ? 430 : view_size(view, 246, 208);
    return (struct point){l->w / 2, y + l->drop};
}

static double count_y(const struct view *view)
{
    double y = view->layout.portrait ? view_size(view, 856, 924)
                                     : view_size(view, 546, 556);
    return y + view->layout.drop;
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
    struct part_line how = {TEXT_MEDIUM, view_size(view, 30, 38),
                            view->theme->ink2, TEXT_CENTRE};
    part_line(view, canvas, how, buf_text(&line), view->layout.w / 2,
              count_y(view), view->layout.w - 2 * LAYOUT_MARGIN);
    buf_free(&seconds);
    buf_free(&line);
}

static void draw_body(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    bool large = view->flow->aids.large;
    struct part_line body = {TEXT_MEDIUM, view_size(view, 34, 42),
                             view->theme->ink, TEXT_CENTRE};
    double y =
        l->portrait ? view_size(view, 752, 782) : view_size(view, 490, 470);
    size_t lines = (l->portrait ? 2 : 1) + large;
    part_lines(view, canvas, body, view_text(view, "thanks.body"), l->w / 2,
               y + l->drop, l->w - 2 * LAYOUT_MARGIN, lines, large ? 58 : 50);
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
    double title_y = l->portrait ? 650 : view_size(view, 420, 368);
    part_line(view, canvas, title, view_text(view, "thanks.title"), l->w / 2,
              title_y + l->drop, width);
    draw_body(view, canvas);
    draw_count(view, canvas);
    part_button(view, canvas, &targets->list[0], PART_MAIN, ICON_CHECK,
                view_text(view, "thanks.done"), view_size(view, 34, 42));
    part_hotline(view, canvas);
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct point ring = ring_place(view);
    damage_add(out, view_rect(view, (struct box){ring.x - PART_RING_REACH,
                                                 ring.y - PART_RING_REACH,
                                                 2 * PART_RING_REACH,
                                                 2 * PART_RING_REACH}));
    damage_add(out, view_rect(view, (struct box){0, count_y(view) - 30,
                                                 view->layout.w, 60}));
    return view->now + PART_RING_MS;
}

const struct screen SCREEN_THANKS = {"thanks", layout, draw, NULL, tick};

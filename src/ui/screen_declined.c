// "You chose not to rate": a way back, once, and the first screen by itself.
#include "ui/parts.h"

static struct point ring_place(const struct view *view)
{
    const struct layout *l = &view->layout;
    return (struct point){l->w / 2, (l->portrait ? 430 : 246) + l->drop};
}

static void layout(const struct view *view, struct targets *out)
{
    if (!view->flow->reopened)
        targets_add(out, view, "declined.again", part_single_button(view), 20,
                    FLOW_AGAIN, 0);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    struct point ring = ring_place(view);
    int64_t total = view->flow->setting.times.declined;
    int64_t left = view->flow->since + total - view->now;
    part_page(view, canvas);
    part_ornament(view, canvas, ring.x, ring.y);
    part_header(view, canvas);
    part_ring_emblem(view, canvas, ring.x, ring.y,
                     (double)left / (double)total);
    struct part_line body = {TEXT_BOLD, view_size(view, 48, 54),
                             view->theme->ink, TEXT_CENTRE};
    part_lines(view, canvas, body, view_text(view, "declined.body"), l->w / 2,
               (l->portrait ? 680 : 450) + l->drop, l->w - 2 * LAYOUT_MARGIN,
               l->portrait ? 2 : 1, view_size(view, 64, 72));
    if (targets->count > 0)
        part_button(view, canvas, &targets->list[0], PART_SECOND, ICON_BACK,
                    view_text(view, "declined.again"), view_size(view, 34, 42));
    part_hotline(view, canvas);
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct point ring = ring_place(view);
    damage_add(out, view_rect(view, (struct box){ring.x - PART_RING_REACH,
                                                 ring.y - PART_RING_REACH,
                                                 2 * PART_RING_REACH,
                                                 2 * PART_RING_REACH}));
    return view->now + PART_RING_MS;
}

const struct screen SCREEN_DECLINED = {"declined", layout, draw, NULL, tick};

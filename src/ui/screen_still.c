// "Do you need more time?" over the reasons or the comment, which is drawn
// dimmed below. Any touch is an answer: somebody is there.
#include "ui/parts.h"
#include <math.h>

static struct box panel(const struct view *view)
{
    const struct layout *l = &view->layout;
    double w = l->portrait ? 736 : view_size(view, 940, 1160);
    double h =
        l->portrait ? view_size(view, 560, 680) : view_size(view, 450, 540);
    return (struct box){(l->w - w) / 2, (l->h - h) / 2, w, h};
}

static void layout(const struct view *view, struct targets *out)
{
    struct box p = panel(view);
    double y = p.y + p.h - 140, half = (p.w - 104) / 2;
    struct box left = {p.x + 40, y, half, 104};
    struct box right = {p.x + 64 + half, y, half, 104};
    if (view->layout.portrait) {
        left = (struct box){p.x + 32, y, 270, 104};
        right = (struct box){p.x + 344, y, 360, 104};
    }
    struct target *send =
        targets_add(out, view, "still.send", left, 8, FLOW_SEND, 0);
    if (view->flow->saving)
        send->look |= LOOK_PRESSED;
    targets_add(out, view, "still.more", right, 8, FLOW_MORE, 0);
}

static double left_s(const struct view *view)
{
    int64_t left =
        view->flow->touched + view->flow->setting.times.still - view->now;
    return left > 0 ? (double)left / 1000 : 0;
}

static void draw_words(const struct view *view, struct canvas *canvas)
{
    const struct theme *theme = view->theme;
    struct box p = panel(view);
    bool portrait = view->layout.portrait, large = view->flow->aids.large;
    bool writing = view->flow->behind == FLOW_COMMENT;
    double x = p.x + p.w / 2, width = p.w - 64;
    struct part_line title = {TEXT_BOLD, view_size(view, 44, 54), theme->ink,
                              TEXT_CENTRE};
    struct part_line body = {TEXT_MEDIUM, view_size(view, 30, 38), theme->ink2,
                             TEXT_CENTRE};
    double title_y =
        portrait ? view_size(view, 222, 236) : view_size(view, 194, 204);
    double body_y = portrait ? view_size(view, 346, 402)
                             : view_size(view, writing ? 262 : 256, 290);
    size_t lines = portrait ? 2 + large : 1 + (writing || large);
    part_lines(view, canvas, title, view_text(view, "still.title"), x,
               p.y + title_y, portrait ? view_size(view, 560, 640) : width,
               portrait ? 2 : 1, view_size(view, 60, 70));
    part_lines(view, canvas, body,
               view_text(view, writing ? "still.body_comment" : "still.body"),
               x, p.y + body_y, width, lines, view_size(view, 42, 50));
}

static void draw_panel(const struct view *view, struct canvas *canvas)
{
    const struct theme *theme = view->theme;
    struct box p = panel(view);
    SDL_Rect r = view_rect(view, p);
    double round = view_px(view, 28), x = p.x + p.w / 2;
    canvas_round_rect(canvas, r.x, r.y, r.w, r.h, round, theme->surface);
    // Nothing but a line sets a black panel apart from a black screen.
    if (!theme->shadow)
        canvas_round_border(canvas, r.x, r.y, r.w, r.h, round,
                            view_px(view, theme->border), theme->card_line);
    draw_words(view, canvas);
    double total = (double)view->flow->setting.times.still / 1000;
    double left = left_s(view);
    part_ring(view, canvas, x, p.y + 92, 48, 10, left / total);
    struct buf number = {0};
    buf_printf(&number, "%d", (int)ceil(left));
    struct part_line digits = {TEXT_BOLD, 40, theme->ink, TEXT_CENTRE};
    part_line(view, canvas, digits, buf_text(&number), x, p.y + 92, 90);
    buf_free(&number);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct screen *screen = screen_of(view->flow->behind);
    struct targets behind = {0};
    screen->layout(view, &behind);
    screen->draw(view, &behind, canvas);
    canvas_rect(canvas, 0, 0, canvas->width, canvas->height, view->theme->dim);
    draw_panel(view, canvas);
    double size = view_size(view, 34, 42);
    for (size_t i = 0; i < targets->count; i++) {
        const struct target *target = &targets->list[i];
        part_button(view, canvas, target,
                    target->act == FLOW_MORE ? PART_MAIN : PART_SECOND,
                    ICON_NONE, view_text(view, target->id), size);
    }
}

static bool tap_beside(const struct view *view, enum flow_act *out_act)
{
    (void)view;
    *out_act = FLOW_MORE;
    return true;
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct box p = panel(view);
    damage_add(out, view_rect(view, (struct box){p.x + p.w / 2 - 60, p.y + 32,
                                                 120, 120}));
    return view->now + PART_SLOW_RING_MS;
}

const struct screen SCREEN_STILL = {"still", layout, draw, tap_beside, tick};

// At rest where visits come by invitation: the rating opens by itself when the
// business at the counter is done. There is nothing to touch, but where people
// may begin by themselves: then one calm button.
#include "ui/parts.h"

static struct box button_box(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct box){60, 700 + l->drop, l->w - 120, 112};
    return (struct box){l->w - 440, 522 + l->drop, 400, 96};
}

static double clock_y(const struct view *view)
{
    return (view->layout.portrait ? 1225 : 731) + view->layout.drop;
}

static struct point drum(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct point){l->w / 2, 1070 + l->drop};
    return (struct point){l->w - 130, 470 + l->drop};
}

static void layout(const struct view *view, struct targets *out)
{
    if (flow_walk_up(view->flow) != FLOW_WALK_UP_OFF)
        targets_add(out, view, "wait.start", button_box(view), 12, FLOW_WAKE,
                    0);
}

// How a visit opens here, and what is kept of it.
static const char *body_text(const struct view *view)
{
    static const char *const ids[2][2] = {
        {"wait.body_code", "wait.body_code_linked"},
        {"wait.body", "wait.body_linked"}};
    return view_text(
        view,
        ids[view->flow->setting.transaction][view->setting->privacy.linked]);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    const struct theme *theme = view->theme;
    struct point centre = drum(view);
    enum text_align align = l->portrait ? TEXT_CENTRE : TEXT_LEFT;
    double x = l->portrait ? l->w / 2 : 40;
    part_page(view, canvas);
    part_ornament(view, canvas, centre.x, centre.y);
    part_header(view, canvas);
    struct part_line title = {TEXT_BOLD, l->portrait ? 56 : 60, theme->ink,
                              align};
    part_lines(view, canvas, title, view_text(view, "wait.title"), x,
               (l->portrait ? 200 : 201) + l->drop,
               l->portrait ? l->w - 80 : 860, 2, l->portrait ? 74 : 78);
    struct part_line body = {TEXT_MEDIUM, 34, theme->ink, align};
    part_lines(view, canvas, body, body_text(view), x,
               (l->portrait ? 376 : 377) + l->drop, l->portrait ? 640 : 680, 3,
               l->portrait ? 47 : 49);
    part_faces(view, canvas, l->portrait ? l->w / 2 - 284 : 98,
               (l->portrait ? 560 : 570) + l->drop, l->portrait ? 142 : 144,
               58);
    if (targets->count > 0)
        part_button(view, canvas, &targets->list[0], PART_SECOND, ICON_HAND,
                    view_text(view, "wait.start"), 34);
    struct part_line other = {TEXT_MEDIUM, 30, theme->ink, align};
    part_line(view, canvas, other, view_text(view, "wait.other"), x,
              (l->portrait ? 1069 : 731) + l->drop, 700);
    part_clock(view, canvas, clock_y(view));
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct point centre = drum(view);
    int64_t minute = part_clock_tick(view, out, clock_y(view));
    int64_t turn = part_turn_tick(view, out, centre.x, centre.y);
    return turn < minute ? turn : minute;
}

const struct screen SCREEN_WAITING = {"waiting", layout, draw, NULL, tick};

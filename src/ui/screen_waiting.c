// Transaction mode at rest: the rating opens by itself when the business at the
// counter is done. There is nothing to touch.
#include "ui/parts.h"

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
    (void)view;
    (void)out;
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    (void)targets;
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
    part_lines(view, canvas, body, view_text(view, "wait.body"), x,
               (l->portrait ? 376 : 377) + l->drop, l->portrait ? 640 : 680, 3,
               l->portrait ? 47 : 49);
    part_faces(view, canvas, l->portrait ? l->w / 2 - 284 : 98,
               (l->portrait ? 560 : 570) + l->drop, l->portrait ? 142 : 144,
               58);
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

// Walk-up mode at rest: an invitation. A touch anywhere opens the rating and is
// never an answer.
#include "ui/parts.h"
#include <string.h>

static struct box button_box(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct box){40, 700 + l->drop, l->w - 80, 132};
    return (struct box){40, 564 + l->drop, 736, 120};
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
    targets_add(out, view, "attract.button", button_box(view), 20, FLOW_WAKE,
                0);
}

static void draw_button(const struct view *view, struct canvas *canvas,
                        const struct target *target)
{
    const struct theme *theme = view->theme;
    if (part_hidden(canvas, part_with_shadow(view, target->area)))
        return;
    SDL_FRect r = part_call(view, canvas, target);
    bool portrait = view->layout.portrait;
    icon_draw(canvas, ICON_HAND, r.x + view_px(view, portrait ? 76 : 79),
              r.y + r.h / 2, view_px(view, 86), theme->on_primary,
              theme->primary);
    struct box box = button_box(view);
    struct part_line how = {TEXT_BOLD, 44, theme->on_primary, TEXT_CENTRE};
    part_line(view, canvas, how, view_text(view, "attract.button"),
              box.x + (portrait ? 122 : 130) + (box.w - 160) / 2,
              box.y + box.h / 2, box.w - 190);
}

// Portrait: the three short sentences stand in two lines, and the dot between
// them falls away where the line ends.
static void draw_sentences(const struct view *view, struct canvas *canvas)
{
    static const char dot[] = " · ";
    const struct layout *l = &view->layout;
    const char *words = view_text(view, "attract.sub"), *last = NULL;
    struct buf line = {0};
    if (!l->portrait) {
        struct part_line how = {TEXT_MEDIUM, 34, view->theme->ink, TEXT_LEFT};
        part_spread_dots(words, &line);
        part_line(view, canvas, how, buf_text(&line), LAYOUT_MARGIN,
                  340 + l->drop, l->w - 2 * LAYOUT_MARGIN);
        buf_free(&line);
        return;
    }
    for (const char *p = strstr(words, dot); p; p = strstr(p + 1, dot))
        last = p;
    struct part_line how = {TEXT_MEDIUM, 33, view->theme->ink2, TEXT_CENTRE};
    if (last)
        buf_append(&line, words, (size_t)(last - words));
    part_line(view, canvas, how, buf_text(&line), l->w / 2, 362 + l->drop,
              l->w - 2 * LAYOUT_MARGIN);
    part_line(view, canvas, how, last ? last + strlen(dot) : words, l->w / 2,
              411 + l->drop, l->w - 2 * LAYOUT_MARGIN);
    buf_free(&line);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    const struct theme *theme = view->theme;
    struct point centre = drum(view);
    part_page(view, canvas);
    part_ornament(view, canvas, centre.x, centre.y);
    part_header(view, canvas);
    enum text_align align = l->portrait ? TEXT_CENTRE : TEXT_LEFT;
    double x = l->portrait ? l->w / 2 : 40;
    struct part_line title = {TEXT_BOLD, l->portrait ? 64 : 66, theme->ink,
                              align};
    part_lines(view, canvas, title, view_text(view, "attract.title"), x,
               (l->portrait ? 216 : 206) + l->drop,
               l->portrait ? l->w - 80 : 860, 2, l->portrait ? 84 : 86.5);
    draw_sentences(view, canvas);
    part_faces(view, canvas, l->portrait ? l->w / 2 - 284 : 98,
               (l->portrait ? 552 : 452) + l->drop, l->portrait ? 142 : 144,
               58);
    draw_button(view, canvas, &targets->list[0]);
    struct part_line other = {TEXT_MEDIUM, 30,
                              l->portrait ? theme->ink : theme->ink2, align};
    part_line(view, canvas, other, view_text(view, "attract.other"),
              l->portrait ? x : 50, (l->portrait ? 889 : 731) + l->drop, 700);
    part_clock(view, canvas, clock_y(view));
    part_battery(view, canvas, clock_y(view));
}

static bool tap_beside(const struct view *view, enum flow_act *out_act)
{
    (void)view;
    *out_act = FLOW_WAKE;
    return true;
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct point centre = drum(view);
    int64_t minute = part_clock_tick(view, out, clock_y(view));
    int64_t turn = part_turn_tick(view, out, centre.x, centre.y);
    return turn < minute ? turn : minute;
}

const struct screen SCREEN_ATTRACT = {"attract", layout, draw, tap_beside,
                                      tick};

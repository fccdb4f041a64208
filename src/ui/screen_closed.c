// Outside the opening hours: a dark screen with the clock and the hours.
#include "survey/hours.h"
#include "ui/parts.h"
#include "vietnamese/number.h"

enum { CLOCK_SIZE = 154 };

static double clock_y(const struct view *view)
{
    return view->layout.h / 2 - 76;
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
    struct buf time = {0}, hours = {0};
    part_page(view, canvas);
    part_ornament(view, canvas, l->w / 2, l->h / 2);
    if (view->wall_ms) {
        struct part_line clock = {TEXT_BOLD, CLOCK_SIZE, view->theme->ink,
                                  TEXT_CENTRE};
        number_append_time(view->wall_ms, &time);
        part_line(view, canvas, clock, buf_text(&time), l->w / 2, clock_y(view),
                  l->w - 80);
    }
    struct part_line title = {TEXT_SEMIBOLD, 40, view->theme->ink, TEXT_CENTRE};
    part_line(view, canvas, title, view_text(view, "closed.title"), l->w / 2,
              l->h / 2 + 72, l->w - 80);
    size_t lines = hours_append_lines(&view->setting->hours, view->i18n,
                                      view->language, &hours);
    // Narrow screens break each line after its days.
    size_t most = l->portrait ? 2 * lines : lines;
    most = most > TEXT_LINES_MAX ? TEXT_LINES_MAX : most;
    struct part_line when = {TEXT_MEDIUM, 32, view->theme->ink2, TEXT_CENTRE};
    if (lines > 0)
        part_lines(view, canvas, when, buf_text(&hours), l->w / 2,
                   l->h / 2 + 106 + 23 * (double)most, l->w - 80, most, 46);
    buf_free(&time);
    buf_free(&hours);
}

static int64_t tick(const struct view *view, struct damage *out)
{
    double y = clock_y(view);
    damage_add(out, view_rect(view, (struct box){0, y - CLOCK_SIZE / 2.0,
                                                 view->layout.w, CLOCK_SIZE}));
    return part_next_minute(view);
}

const struct screen SCREEN_CLOSED = {"closed", layout, draw, NULL, tick};

// Out of service, and the apology when an opinion could not be stored. Calm
// words, the paper form and the hotline; the code stands small at the foot.
#include "common/date.h"
#include "ui/parts.h"
#include "vietnamese/number.h"

static bool can_enrol(const struct view *view)
{
    return flow_fault(view->flow) == FLOW_NOT_ENROLLED;
}

// Only a device that is not enrolled has something to touch here.
static void layout(const struct view *view, struct targets *out)
{
    const struct layout *l = &view->layout;
    struct box box = l->portrait ? (struct box){40, 1080, l->w - 80, 104}
                                 : (struct box){40, 600, 480, 100};
    box.y += l->drop;
    if (can_enrol(view))
        targets_add(out, view, "oos.enrol", box, 12, FLOW_ENROL, 0);
}

static void no_layout(const struct view *view, struct targets *out)
{
    (void)view;
    (void)out;
}

static void draw_sign(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    double x = l->portrait ? l->w / 2 : 110;
    double y = (l->portrait ? 330 : 218) + l->drop;
    canvas_disc(canvas, view_px(view, x), view_px(view, y), view_px(view, 70),
                view->theme->sand);
    for (int side = -1; side <= 1; side += 2)
        canvas_round_rect(canvas, view_px(view, x + side * 16 - 8),
                          view_px(view, y - 25), view_px(view, 16),
                          view_px(view, 50), view_px(view, 4),
                          view->theme->primary);
}

static void draw_page(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    part_page(view, canvas);
    part_ornament(view, canvas, l->portrait ? l->w / 2 : l->w - 150,
                  (l->portrait ? 1070 : 460) + l->drop);
    part_header(view, canvas);
    draw_sign(view, canvas);
}

static void draw_number(const struct view *view, struct canvas *canvas,
                        double x, double y, enum text_align align)
{
    struct part_line how = {TEXT_BOLD, 64, view->theme->primary, align};
    part_line(view, canvas, how, view->setting->hotline, x, y,
              view->layout.w - 2 * LAYOUT_MARGIN);
}

static void draw_foot(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    struct buf code = {0}, time = {0}, line = {0}, spread = {0};
    buf_printf(&code, "E-%02d", (int)flow_fault(view->flow));
    if (view->wall_ms) {
        number_append_date(date_day_of_wall_ms(view->wall_ms), &time);
        buf_append_char(&time, ' ');
        number_append_time(view->wall_ms, &time);
    } else {
        buf_append_text(&time, "–");
    }
    const char *values[] = {buf_text(&code), buf_text(&time),
                            view->enrolled ? view->setting->counter : "–"};
    i18n_format(view->i18n, view->language, "oos.foot", values, 3, &line);
    part_spread_dots(buf_text(&line), &spread);
    struct part_line how = {TEXT_MEDIUM, 24, view->theme->ink,
                            l->portrait ? TEXT_CENTRE : TEXT_LEFT};
    part_line(view, canvas, how, buf_text(&spread),
              l->portrait ? l->w / 2 : LAYOUT_MARGIN,
              (l->portrait ? 1231 : 751) + l->drop, l->w - 2 * LAYOUT_MARGIN);
    buf_free(&code);
    buf_free(&time);
    buf_free(&line);
    buf_free(&spread);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    bool hotline = view->setting->hotline[0] != '\0';
    enum text_align align = l->portrait ? TEXT_CENTRE : TEXT_LEFT;
    double x = l->portrait ? l->w / 2 : LAYOUT_MARGIN;
    draw_page(view, canvas);
    struct part_line title = {TEXT_BOLD, l->portrait ? 52 : 56,
                              view->theme->ink, align};
    struct part_line body = {TEXT_MEDIUM, 37, view->theme->ink, align};
    part_line(view, canvas, title, view_text(view, "oos.title"), x,
              (l->portrait ? 460 : 343) + l->drop, l->w - 2 * LAYOUT_MARGIN);
    part_lines(view, canvas, body,
               view_text(view, hotline ? "oos.body" : "oos.body_short"), x,
               (l->portrait ? 605 : 450) + l->drop, l->portrait ? 720 : 960,
               l->portrait ? 3 : 2, 52);
    if (hotline)
        draw_number(view, canvas, x, (l->portrait ? 777 : 574) + l->drop,
                    align);
    if (targets->count > 0)
        part_button(view, canvas, &targets->list[0], PART_SECOND, ICON_TOOLS,
                    view_text(view, "oos.enrol"), 34);
    draw_foot(view, canvas);
    part_battery(view, canvas, (l->portrait ? 1231 : 735) + l->drop);
}

static int64_t tick(const struct view *view, struct damage *out)
{
    const struct layout *l = &view->layout;
    return part_clock_tick(view, out, (l->portrait ? 1231 : 751) + l->drop);
}

static void draw_apology(const struct view *view, const struct targets *targets,
                         struct canvas *canvas)
{
    (void)targets;
    const struct layout *l = &view->layout;
    enum text_align align = l->portrait ? TEXT_CENTRE : TEXT_LEFT;
    double x = l->portrait ? l->w / 2 : LAYOUT_MARGIN;
    draw_page(view, canvas);
    struct part_line words = {TEXT_BOLD, view_size(view, 46, 54),
                              view->theme->ink, align};
    part_lines(view, canvas, words, view_text(view, "err.store"), x,
               (l->portrait ? 560 : 424) + l->drop, l->portrait ? 720 : 1000, 4,
               view_size(view, 62, 74));
    if (!view->setting->hotline[0])
        return;
    struct buf line = {0};
    part_hotline_text(view, &line);
    struct part_line hotline = {TEXT_MEDIUM, view_size(view, 34, 42),
                                view->theme->ink, align};
    part_lines(view, canvas, hotline, buf_text(&line), x,
               (l->portrait ? 800 : 590) + l->drop, l->w - 2 * LAYOUT_MARGIN,
               l->portrait ? 2 : 1, view_size(view, 48, 58));
    buf_free(&line);
}

const struct screen SCREEN_OUT_OF_SERVICE = {"out-of-service", layout, draw,
                                             NULL, tick};
const struct screen SCREEN_APOLOGY = {"out-of-service", no_layout, draw_apology,
                                      NULL, NULL};

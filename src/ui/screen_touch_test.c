// The touch test: the screen is covered with cells that change when a finger is
// on them, so that a dead strip of the panel shows. The middle is the way out.
#include "ui/parts.h"
#include "ui/staff.h"

static struct box cell_box(const struct view *view, size_t cell)
{
    const struct layout *l = &view->layout;
    const size_t columns = l->portrait ? STAFF_CELLS_SHORT : STAFF_CELLS_LONG;
    const size_t rows = STAFF_CELLS / columns;
    size_t row = cell / columns, column = cell % columns;
    double w = l->w / (double)columns, h = l->h / (double)rows;
    return (struct box){(double)column * w, (double)row * h, w, h};
}

static void layout(const struct view *view, struct targets *out)
{
    bool portrait = view->layout.portrait;
    struct box all = {0};
    for (size_t i = 0; i < STAFF_CELLS; i++) {
        if (!staff_cell_is_exit(i, portrait))
            continue;
        struct box box = cell_box(view, i);
        if (all.w == 0)
            all = box;
        all.w = box.x + box.w - all.x;
        all.h = box.y + box.h - all.y;
    }
    const double edge = 12;
    targets_add(out, view, "pin.exit",
                (struct box){all.x + edge, all.y + edge, all.w - 2 * edge,
                             all.h - 2 * edge},
                edge, FLOW_LEAVE, 0);
}

static void draw_words(const struct view *view, struct canvas *canvas,
                       size_t left)
{
    const struct layout *l = &view->layout;
    struct buf number = {0}, line = {0};
    struct part_line title = {TEXT_BOLD, 40, view->theme->ink, TEXT_CENTRE};
    struct part_line count = {TEXT_MEDIUM, 30, view->theme->ink, TEXT_CENTRE};
    double y = l->portrait ? l->h * 3 / 16 : l->h * 3 / 10;
    SDL_Rect r =
        view_rect(view, (struct box){l->w / 2 - 340, y - 62, 680, 124});
    canvas_round_rect(canvas, r.x, r.y, r.w, r.h, view_px(view, 22),
                      view->theme->bg);
    buf_printf(&number, "%zu", left);
    const char *values[] = {buf_text(&number)};
    i18n_format(view->i18n, view->language, "touch.left", values, 1, &line);
    part_lines(view, canvas, title,
               view_text(view, left ? "touch.title" : "touch.done"), l->w / 2,
               y - (left ? 24 : 0), 640, 1, 54);
    if (left)
        part_line(view, canvas, count, buf_text(&line), l->w / 2, y + 30, 640);
    buf_free(&number);
    buf_free(&line);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct theme *theme = view->theme;
    size_t left = 0;
    part_page(view, canvas);
    for (size_t i = 0; i < STAFF_CELLS; i++) {
        if (staff_cell_is_exit(i, view->layout.portrait))
            continue;
        SDL_Rect r = view_rect(view, cell_box(view, i));
        left += !view->staff->cells[i];
        canvas_rect(canvas, r.x, r.y, r.w, r.h,
                    view->staff->cells[i] ? theme->tint : theme->surface);
        canvas_round_border(canvas, r.x, r.y, r.w, r.h, 0, 1.5, theme->control);
    }
    draw_words(view, canvas, left);
    part_button(view, canvas, &targets->list[0], PART_SNUG, ICON_NONE,
                view_text(view, "pin.exit"), 34);
}

const struct screen SCREEN_TOUCH_TEST = {"touch-test", layout, draw, NULL,
                                         NULL};

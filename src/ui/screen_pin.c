// The way to the staff's page: six digits, shown as dots. The keys never change
// place; what is typed is known only to the kiosk.
#include "ui/parts.h"
#include "ui/staff.h"
#include <stdio.h>

enum { KEY_COUNT = 12, DOT_RADIUS = 20, DOT_PITCH = 64 };

// From above, row by row.
static const int KEYS[KEY_COUNT] = {
    1, 2, 3, 4, 5, 6, 7, 8, 9, STAFF_KEY_CLEAR, 0, STAFF_KEY_OK};

static struct box key_box(const struct view *view, int index)
{
    const struct layout *l = &view->layout;
    const double gap = 18;
    double w = l->portrait ? 216 : 196, h = l->portrait ? 124 : 140;
    double x = l->portrait ? (l->w - 3 * w - 2 * gap) / 2
                           : l->w - 108 - 3 * w - 2 * gap;
    double y = (l->portrait ? 480 : (l->h - 4 * h - 3 * gap) / 2 + 3);
    if (l->portrait)
        y += l->drop;
    int row = index / 3, column = index % 3;
    return (struct box){x + column * (w + gap), y + row * (h + gap), w, h};
}

static struct box exit_box(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct box){40, 1136 + l->drop, l->w - 80, 104};
    return (struct box){80, 600 + l->drop / 2, 360, 104};
}

static void layout(const struct view *view, struct targets *out)
{
    for (int i = 0; i < KEY_COUNT; i++) {
        char id[TARGET_ID_SIZE];
        snprintf(id, sizeof id, "key.%d", KEYS[i]);
        if (KEYS[i] == STAFF_KEY_CLEAR)
            snprintf(id, sizeof id, "pin.clear");
        else if (KEYS[i] == STAFF_KEY_OK)
            snprintf(id, sizeof id, "pin.ok");
        targets_add(out, view, id, key_box(view, i), 9, FLOW_KEY, KEYS[i])
            ->key = true;
    }
    targets_add(out, view, "pin.exit", exit_box(view), 12, FLOW_LEAVE, 0);
}

static void draw_key(const struct view *view, struct canvas *canvas,
                     const struct target *target)
{
    if (part_hidden(canvas, part_with_shadow(view, target->area)))
        return;
    if (target->value == STAFF_KEY_OK) {
        part_button(view, canvas, target, PART_MAIN, ICON_NONE,
                    view_text(view, "pin.ok"), 56);
        return;
    }
    char digit[2] = {(char)('0' + target->value), '\0'};
    bool clear = target->value == STAFF_KEY_CLEAR;
    SDL_FRect r = part_card(view, canvas, target, 22, view->theme->control);
    if (clear) {
        double border = view_px(view, view->theme->border);
        canvas_round_rect(canvas, r.x + border, r.y + border, r.w - 2 * border,
                          r.h - 2 * border, view_px(view, 20),
                          view->theme->sand);
    }
    struct part_line how = {TEXT_BOLD, clear ? 40 : 56, view->theme->ink,
                            TEXT_CENTRE};
    double scale = view->layout.scale;
    part_line(view, canvas, how, clear ? view_text(view, "pin.clear") : digit,
              (r.x + r.w / 2) / scale, (r.y + r.h / 2) / scale,
              r.w / scale - 16);
}

static void draw_dots(const struct view *view, struct canvas *canvas, double x,
                      double y)
{
    for (size_t i = 0; i < PIN_DIGITS; i++) {
        double at = view_px(view, x + (double)i * DOT_PITCH);
        if (i < view->staff->pin_typed)
            canvas_disc(canvas, at, view_px(view, y), view_px(view, DOT_RADIUS),
                        view->theme->primary);
        else
            canvas_ring(canvas, at, view_px(view, y),
                        view_px(view, DOT_RADIUS - 2), view_px(view, 4),
                        view->theme->control);
    }
}

// How many tries are left, or for how long none is taken.
static void draw_state(const struct view *view, struct canvas *canvas,
                       struct part_line how, double x, double y, double width)
{
    const struct staff_page *page = view->staff;
    struct buf number = {0}, line = {0};
    bool locked = page->pin_lock_minutes > 0;
    const char *id = locked            ? "pin.locked"
                     : page->pin_wrong ? "pin.wrong"
                                       : "pin.left";
    buf_printf(&number, "%d", locked ? page->pin_lock_minutes : page->pin_left);
    const char *values[] = {buf_text(&number)};
    i18n_format(view->i18n, view->language, page->pin_set ? id : "pin.none",
                values, 1, &line);
    if (locked || page->pin_wrong || !page->pin_set)
        how.ink = view->theme->red;
    part_lines(view, canvas, how, buf_text(&line), x, y, width, 3, 42);
    buf_free(&number);
    buf_free(&line);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    bool tall = l->portrait;
    enum text_align align = tall ? TEXT_CENTRE : TEXT_LEFT;
    double x = tall ? l->w / 2 : 80, drop = tall ? l->drop : l->drop / 2;
    double width = tall ? l->w - 80 : l->w - 108 - 3 * 196 - 36 - 80 - 40;
    part_page(view, canvas);
    struct part_line title = {TEXT_BOLD, 52, view->theme->ink, align};
    part_line(view, canvas, title, view_text(view, "pin.title"), x,
              (tall ? 130 : 184) + drop, width);
    struct part_line body = {TEXT_MEDIUM, 34, view->theme->ink2, align};
    part_lines(view, canvas, body, view_text(view, "pin.body"), x,
               (tall ? 228 : 280) + drop, width, 2, 46);
    draw_dots(view, canvas, tall ? l->w / 2 - 2.5 * DOT_PITCH : 106,
              (tall ? 330 : 420) + drop);
    struct part_line state = {TEXT_MEDIUM, 30, view->theme->ink2, align};
    draw_state(view, canvas, state, x, (tall ? 412 : 496) + drop, width);
    for (size_t i = 0; i < KEY_COUNT; i++)
        draw_key(view, canvas, &targets->list[i]);
    part_button(view, canvas, &targets->list[KEY_COUNT], PART_SECOND,
                ICON_ARROW_LEFT, view_text(view, "pin.exit"), 36);
}

const struct screen SCREEN_PIN = {"pin", layout, draw, NULL, NULL};

// The form of a device that is not enrolled yet: the server's address, the
// one-time code, and the PIN that staff choose. It needs no PIN itself: there
// is nothing on the device that it could guard.
#include "common/date.h"
#include "ui/parts.h"
#include "ui/staff.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 10, ROWS = 4, KEY_COUNT = COLUMNS * ROWS };
static const char KEYS[] = "1234567890"
                           "qwertyuiop"
                           "asdfghjkl:"
                           "zxcvbnm.-/";
_Static_assert(sizeof KEYS == KEY_COUNT + 1, "four rows of ten keys");

static const char *const FIELD_IDS[STAFF_FIELD_COUNT] = {
    "enrol.server", "enrol.code", "enrol.pin"};

struct form_layout {
    struct box fields[STAFF_FIELD_COUNT]; // their labels stand above them
    struct box keys, actions;             // the whole blocks
    double gap;
    double message_y;
};

static struct form_layout form_layout(const struct view *view)
{
    const struct layout *l = &view->layout;
    struct form_layout f = {.gap = l->portrait ? 6 : 10};
    double w = l->w - 80;
    if (l->portrait) {
        f.fields[STAFF_FIELD_SERVER] = (struct box){40, 158, w, 84};
        f.fields[STAFF_FIELD_CODE] = (struct box){40, 300, w / 2 - 10, 84};
        f.fields[STAFF_FIELD_PIN] =
            (struct box){40 + w / 2 + 10, 300, w / 2 - 10, 84};
        f.message_y = 446;
        f.keys = (struct box){24, l->h - 772, l->w - 48, 520};
        f.actions = (struct box){24, l->h - 232, l->w - 48, 212};
    } else {
        double third = (w - 40) / 4;
        f.fields[STAFF_FIELD_SERVER] = (struct box){40, 140, 2 * third, 76};
        f.fields[STAFF_FIELD_CODE] =
            (struct box){60 + 2 * third, 140, third, 76};
        f.fields[STAFF_FIELD_PIN] =
            (struct box){80 + 3 * third, 140, third, 76};
        f.message_y = 262;
        f.keys = (struct box){40, l->h - 486, w, 366};
        f.actions = (struct box){40, l->h - 104, w, 84};
    }
    return f;
}

static struct box key_box(const struct form_layout *f, size_t index)
{
    double w = (f->keys.w - f->gap * (COLUMNS - 1)) / COLUMNS;
    double h = (f->keys.h - f->gap * (ROWS - 1)) / ROWS;
    size_t row = index / COLUMNS, column = index % COLUMNS;
    return (struct box){f->keys.x + (double)column * (w + f->gap),
                        f->keys.y + (double)row * (h + f->gap), w, h};
}

// Exit, delete, next, submit; narrow screens have two rows of them.
static struct box action_box(const struct view *view,
                             const struct form_layout *f, size_t index)
{
    const double gap = 16;
    if (view->layout.portrait) {
        double w = (f->actions.w - 2 * gap) / 3, h = (f->actions.h - gap) / 2;
        if (index == 3)
            return (struct box){f->actions.x, f->actions.y + h + gap,
                                f->actions.w, h};
        return (struct box){f->actions.x + (double)index * (w + gap),
                            f->actions.y, w, h};
    }
    double w = (f->actions.w - 3 * gap) / 5;
    double x = f->actions.x + (double)index * (w + gap);
    return (struct box){x, f->actions.y, index == 3 ? 2 * w : w, f->actions.h};
}

static void layout(const struct view *view, struct targets *out)
{
    struct form_layout f = form_layout(view);
    for (size_t i = 0; i < KEY_COUNT; i++) {
        char id[TARGET_ID_SIZE];
        snprintf(id, sizeof id, "key.%c", KEYS[i]);
        targets_add(out, view, id, key_box(&f, i), f.gap / 2, FLOW_KEY, KEYS[i])
            ->key = true;
    }
    for (int i = 0; i < STAFF_FIELD_COUNT; i++)
        targets_add(out, view, FIELD_IDS[i], f.fields[i], 8, FLOW_KEY,
                    STAFF_FORM_FIELD + i);
    targets_add(out, view, "pin.exit", action_box(view, &f, 0), 8, FLOW_LEAVE,
                0);
    targets_add(out, view, "key.delete", action_box(view, &f, 1), 8, FLOW_KEY,
                STAFF_FORM_DELETE)
        ->key = true;
    targets_add(out, view, "enrol.next", action_box(view, &f, 2), 8, FLOW_KEY,
                STAFF_FORM_NEXT);
    targets_add(out, view, "enrol.submit", action_box(view, &f, 3), 8, FLOW_KEY,
                STAFF_FORM_SUBMIT);
}

static void draw_field(const struct view *view, struct canvas *canvas,
                       const struct box *box, int field)
{
    const struct theme *theme = view->theme;
    const struct staff_page *page = view->staff;
    bool here = (int)page->field == field;
    SDL_Rect r = view_rect(view, *box);
    canvas_round_rect(canvas, r.x, r.y, r.w, r.h, view_px(view, 18),
                      theme->surface);
    canvas_round_border(canvas, r.x, r.y, r.w, r.h, view_px(view, 18),
                        view_px(view, here ? 4 : 2.5),
                        here ? theme->primary : theme->control);
    struct part_line name = {TEXT_MEDIUM, 28, theme->ink2, TEXT_LEFT};
    part_line(view, canvas, name, view_text(view, FIELD_IDS[field]), box->x + 4,
              box->y - 26, box->w);
    struct part_line text = {TEXT_SEMIBOLD, 34, theme->ink, TEXT_LEFT};
    double y = box->y + box->h / 2;
    part_line(view, canvas, text, page->fields[field], box->x + 20, y,
              box->w - 44);
    if (!here)
        return;
    struct text_style style = {TEXT_SEMIBOLD, layout_px(&view->layout, 34)};
    const char *words = page->fields[field];
    style.px = text_fit(view->text, style, style.px / 2, 1, &words, 1,
                        (int)view_px(view, box->w - 44), 1);
    double x = view_px(view, box->x + 20) +
               text_width(view->text, style, words) + view_px(view, 4);
    canvas_rect(canvas, x, view_px(view, y - 22), view_px(view, 4),
                view_px(view, 44), theme->red);
}

// What went well, or goes on.
static bool is_good_news(const char *result)
{
    static const char *const GOOD[] = {"done", "scanned", "stick"};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
        if (strcmp(result, GOOD[i]) == 0)
            return true;
    return false;
}

static void append_message(const struct view *view, const char *id,
                           struct buf *out)
{
    int64_t at = view->staff->answered_ms;
    struct buf moment = {0};
    number_append_time(at, &moment);
    buf_append_char(&moment, ' ');
    number_append_date(date_day_of_wall_ms(at), &moment);
    const char *values[] = {buf_text(&moment)};
    i18n_format(view->i18n, view->language, id, values, 1, out);
    buf_free(&moment);
}

static void draw_message(const struct view *view, struct canvas *canvas,
                         double y)
{
    const struct staff_page *page = view->staff;
    char id[TARGET_ID_SIZE + sizeof page->result];
    struct buf words = {0};
    struct part_line how = {TEXT_MEDIUM, 28, view->theme->ink2, TEXT_LEFT};
    snprintf(id, sizeof id, "enrol.hint");
    if (page->form == STAFF_FORM_WAITING) {
        snprintf(id, sizeof id, "enrol.waiting");
    } else if (page->form == STAFF_FORM_ANSWERED) {
        snprintf(id, sizeof id, "enrol.%s", page->result);
        how.weight = TEXT_SEMIBOLD;
        how.ink =
            is_good_news(page->result) ? view->theme->ok : view->theme->red;
    }
    append_message(view, id, &words);
    part_lines(view, canvas, how, buf_text(&words), 44, y, view->layout.w - 88,
               view->layout.portrait ? 3 : 2, 38);
    buf_free(&words);
}

static void draw_key(const struct view *view, struct canvas *canvas,
                     const struct target *target)
{
    if (part_hidden(canvas, part_with_shadow(view, target->area)))
        return;
    char words[2] = {(char)target->value, '\0'};
    double scale = view->layout.scale;
    // Codes are written in capitals.
    if (view->staff->field == STAFF_FIELD_CODE && words[0] >= 'a' &&
        words[0] <= 'z')
        words[0] = (char)(words[0] - 'a' + 'A');
    SDL_FRect r = part_card(view, canvas, target, 14, view->theme->control);
    struct part_line how = {TEXT_SEMIBOLD, 40, view->theme->ink, TEXT_CENTRE};
    part_line(view, canvas, how, words, (r.x + r.w / 2) / scale,
              (r.y + r.h / 2) / scale, r.w / scale);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    struct form_layout f = form_layout(view);
    const struct target *actions =
        &targets->list[KEY_COUNT + STAFF_FIELD_COUNT];
    struct part_line title = {TEXT_BOLD, 44, view->theme->ink, TEXT_LEFT};
    part_page(view, canvas);
    part_line(view, canvas, title, view_text(view, "enrol.title"), 40, 56,
              view->layout.w - 80);
    for (int i = 0; i < STAFF_FIELD_COUNT; i++)
        draw_field(view, canvas, &f.fields[i], i);
    draw_message(view, canvas, f.message_y);
    for (size_t i = 0; i < KEY_COUNT; i++)
        draw_key(view, canvas, &targets->list[i]);
    part_button(view, canvas, &actions[0], PART_SECOND, ICON_ARROW_LEFT,
                view_text(view, "pin.exit"), 32);
    part_button(view, canvas, &actions[1], PART_SECOND, ICON_BACKSPACE, "", 32);
    part_button(view, canvas, &actions[2], PART_SECOND, ICON_NONE,
                view_text(view, "enrol.next"), 32);
    part_button(view, canvas, &actions[3], PART_MAIN, ICON_CHECK,
                view_text(view, "enrol.submit"), 36);
}

const struct screen SCREEN_ENROLMENT = {"enrolment", layout, draw, NULL, NULL};

// The device's own page for staff: what works and what does not, and a few
// things to do about it. It shows no rating.
#include "ui/parts.h"
#include "ui/staff.h"
#include <stdio.h>

static const struct {
    const char *id;
    enum flow_act act;
} ACTIONS[] = {
    {"diag.actions.1", FLOW_SEND_NOW},   {"diag.actions.2", FLOW_TEST_TOUCH},
    {"diag.actions.3", FLOW_TEST_SOUND}, {"diag.actions.4", FLOW_CLEAN},
    {"diag.actions.5", FLOW_PAUSE},      {"diag.actions.6", FLOW_LEAVE}};
enum { ACTION_COUNT = sizeof ACTIONS / sizeof ACTIONS[0], GAP = 16 };

static double top(const struct view *view)
{
    return view->layout.portrait ? 146 : 104;
}

// Height left over widens the rows.
static double row_height(const struct view *view)
{
    double plain = view->layout.portrait ? 82 : 62;
    return plain + view->layout.drop / DIAGNOSIS_ROW_COUNT;
}

static double bottom(const struct view *view)
{
    return top(view) + row_height(view) * DIAGNOSIS_ROW_COUNT + 16;
}

static const char *label(const struct view *view, size_t action)
{
    if (ACTIONS[action].act == FLOW_PAUSE && view->flow->paused)
        return view_text(view, "diag.resume");
    return view_text(view, ACTIONS[action].id);
}

static void caption(const struct view *view,
                    struct part_caption out[ACTION_COUNT])
{
    enum part_kind kind = view->layout.portrait ? PART_SECOND : PART_SNUG;
    for (size_t i = 0; i < ACTION_COUNT; i++)
        out[i] = (struct part_caption){i + 1 == ACTION_COUNT ? PART_MAIN : kind,
                                       ICON_NONE, label(view, i)};
}

static double label_size(const struct view *view)
{
    return view->layout.portrait ? 34 : 26;
}

// Beside the title: all that is below leaves no room.
static struct box examine_box(const struct view *view)
{
    const struct layout *l = &view->layout;
    return (struct box){l->w - 40 - 300, l->portrait ? 22 : 12, 300, 80};
}

static void layout(const struct view *view, struct targets *out)
{
    const struct layout *l = &view->layout;
    struct part_caption captions[ACTION_COUNT];
    struct box boxes[ACTION_COUNT];
    size_t columns = l->portrait ? 2 : ACTION_COUNT;
    double h = l->portrait ? 100 : 92;
    double w = (l->w - 80 - GAP * (double)(columns - 1)) / (double)columns;
    double y = bottom(view) + (l->portrait ? 28 : 20);
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        size_t row = i / columns, column = i % columns;
        boxes[i] = (struct box){40 + (double)column * (w + GAP),
                                y + (double)row * (h + GAP), w, h};
    }
    caption(view, captions);
    if (!l->portrait)
        part_share(view, captions, ACTION_COUNT, label_size(view), boxes);
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        struct target *target = targets_add(out, view, ACTIONS[i].id, boxes[i],
                                            8, ACTIONS[i].act, 0);
        if (ACTIONS[i].act == FLOW_PAUSE && view->flow->paused)
            target->look |= LOOK_CHOSEN;
    }
    targets_add(out, view, "diag.examine", examine_box(view), 8, FLOW_EXAMINE,
                0);
}

static void draw_title(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    struct part_line title = {TEXT_BOLD, 44, view->theme->ink, TEXT_LEFT};
    part_line(view, canvas, title, view_text(view, "diag.title"), 40,
              l->portrait ? 56 : 38, 380);
    struct buf line = {0};
    const char *unit = view->setting->unit_name[0] ? view->setting->unit_name
                                                   : view->setting->unit_code;
    const char *values[] = {view->setting->counter, unit, HAILONG_VERSION};
    i18n_format(view->i18n, view->language, "diag.device", values, 3, &line);
    struct part_line device = {TEXT_MEDIUM, 26, view->theme->ink2, TEXT_LEFT};
    part_line(view, canvas, device, buf_text(&line), 40, l->portrait ? 122 : 80,
              l->w - (l->portrait ? 80 : 420));
    buf_free(&line);
}

static void draw_row(const struct view *view, struct canvas *canvas, size_t row)
{
    const struct theme *theme = view->theme;
    const struct diagnosis_line *line = &view->staff->diagnosis.rows[row];
    double high = row_height(view), right = view->layout.w - 40;
    double y = top(view) + 8 + (double)row * high + high / 2;
    char id[TARGET_ID_SIZE];
    snprintf(id, sizeof id, "diag.rows.%zu", row + 1);
    icon_draw(canvas, line->well ? ICON_CHECK_DISC : ICON_WARNING,
              view_px(view, 86), view_px(view, y),
              view_px(view, line->well ? 40 : 46),
              line->well ? theme->ok : theme->warn, theme->surface);
    struct part_line name = {TEXT_MEDIUM, 30, theme->ink, TEXT_LEFT};
    struct part_line value = {TEXT_BOLD, 30, theme->ink, TEXT_RIGHT};
    double names = 240;
    part_line(view, canvas, name, view_text(view, id), 126, y, names);
    part_lines(view, canvas, value, line->text, right - 28, y,
               right - 28 - 126 - names, view->layout.portrait ? 2 : 1, 36);
    if (row + 1 < DIAGNOSIS_ROW_COUNT)
        canvas_rect(canvas, view_px(view, 64), view_px(view, y + high / 2),
                    view_px(view, right - 24 - 64), view_px(view, 1.5),
                    theme->rule);
}

// A battery to be plugged in comes before all else.
static void draw_note(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    struct part_line note = {TEXT_MEDIUM, 26, view->theme->ink2,
                             l->portrait ? TEXT_CENTRE : TEXT_LEFT};
    if (view->battery_low >= 0)
        part_battery(view, canvas, l->h - (l->portrait ? 0 : 70));
    else
        part_line(view, canvas, note,
                  view_text(view, view->staff->send_asked ? "diag.sending"
                                                          : "diag.note"),
                  l->portrait ? l->w / 2 : 40, l->h - (l->portrait ? 38 : 30),
                  l->w - 80);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    const struct target card = {
        .area = view_rect(view, (struct box){40, top(view), l->w - 80,
                                             bottom(view) - top(view)})};
    part_page(view, canvas);
    draw_title(view, canvas);
    part_card(view, canvas, &card, 28, view->theme->surface);
    for (size_t i = 0; i < DIAGNOSIS_ROW_COUNT; i++)
        draw_row(view, canvas, i);
    struct part_caption captions[ACTION_COUNT];
    caption(view, captions);
    double size = part_common_size(view, captions, targets->list, ACTION_COUNT,
                                   label_size(view));
    for (size_t i = 0; i < ACTION_COUNT; i++)
        part_button(view, canvas, &targets->list[i], captions[i].kind,
                    ICON_NONE, captions[i].words, size);
    part_button(view, canvas, &targets->list[ACTION_COUNT], PART_SECOND,
                ICON_NONE, view_text(view, "diag.examine"), 28);
    draw_note(view, canvas);
}

const struct screen SCREEN_DIAGNOSTICS = {"diagnostics", layout, draw, NULL,
                                          NULL};

// Why: up to nine chips, any number of them. The same heading, places and times
// after every level, so that nobody can tell from afar what was answered.
#include "ui/parts.h"

static void layout(const struct view *view, struct targets *out)
{
    const struct flow *flow = view->flow;
    enum survey_list list = flow_list(flow);
    size_t count = view->survey->reason_count[list];
    struct box boxes[SURVEY_REASONS_MAX];
    layout_chips(&view->layout, count, boxes);
    for (size_t i = 0; i < count; i++) {
        struct target *target =
            targets_add(out, view, view->survey->reasons[list][i].text,
                        boxes[i], 8, FLOW_REASON, (int)i);
        if (flow->chosen[i])
            target->look = LOOK_CHOSEN;
    }
    struct layout_buttons buttons = layout_reason_buttons(&view->layout);
    targets_add(out, view, "reason.change", buttons.back, 8, FLOW_CHANGE, 0);
    targets_add(out, view, "tool.lang", buttons.beside, 8, FLOW_LANGUAGE, 0);
    size_t chosen = flow_chosen_count(flow);
    struct target *main =
        targets_add(out, view, chosen ? "reason.send" : "reason.skip",
                    buttons.main, 8, FLOW_SEND, 0);
    main->look = LOOK_NUMBER * (unsigned)chosen;
    if (flow->saving)
        main->look |= LOOK_PRESSED;
}

enum { CHIP_SIZE = 36, CHIP_WORDS_X = 106, CHIP_ICON_X = 54, CHIP_ICON = 56 };

static int room_for_words(const struct view *view, const struct target *chip)
{
    return (int)(chip->area.w - view_px(view, CHIP_WORDS_X + 18));
}

// One size for all the chips.
static struct text_style chip_style(const struct view *view,
                                    const struct targets *targets, size_t count)
{
    const char *labels[SURVEY_REASONS_MAX];
    for (size_t i = 0; i < count; i++)
        labels[i] = view_text(view, targets->list[i].id);
    struct text_style style = {TEXT_SEMIBOLD,
                               layout_px(&view->layout, CHIP_SIZE)};
    style.px = text_fit(view->text, style, style.px / 2, 1, labels, count,
                        room_for_words(view, &targets->list[0]), 2);
    return style;
}

static void draw_chip(const struct view *view, struct canvas *canvas,
                      const struct target *target, struct text_style style)
{
    const struct theme *theme = view->theme;
    enum survey_list list = flow_list(view->flow);
    bool chosen = target->look & LOOK_CHOSEN;
    color ink = chosen ? theme->on_primary : theme->ink;
    SDL_FRect r = part_chip(view, canvas, target);
    double middle = r.y + r.h / 2, icon_x = r.x + view_px(view, CHIP_ICON_X);
    enum icon icon = ICON_MORE;
    icon_by_name(view->survey->reasons[list][target->value].icon, &icon);
    icon_draw(canvas, chosen ? ICON_CHECK_DISC : icon, icon_x, middle,
              view_px(view, CHIP_ICON),
              chosen ? theme->on_primary : theme->primary,
              chosen ? theme->primary : theme->surface);
    struct text_lines lines;
    text_break(view->text, style, view_text(view, target->id),
               room_for_words(view, target), 2, &lines);
    text_draw_lines(view->text, canvas, style, ink, &lines,
                    r.x + view_px(view, CHIP_WORDS_X), middle,
                    style.px * 44.0 / CHIP_SIZE, TEXT_LEFT);
}

static void draw_heading(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    struct part_line title = {TEXT_BOLD, l->portrait ? 44 : 46,
                              view->theme->ink, TEXT_CENTRE};
    struct part_line hint = {TEXT_MEDIUM, 30, view->theme->ink2, TEXT_CENTRE};
    double x = l->w / 2, width = l->w - 2 * LAYOUT_MARGIN;
    if (l->portrait)
        part_lines(view, canvas, title, view_text(view, "reason.title"), x,
                   176 + l->drop, width - 40, 2, 60);
    else
        part_line(view, canvas, title, view_text(view, "reason.title"), x,
                  148 + l->drop, width);
    part_line(view, canvas, hint, view_text(view, "reason.hint"), x,
              (l->portrait ? 262 : 206) + l->drop, width);
}

static void draw_main(const struct view *view, struct canvas *canvas,
                      const struct target *target)
{
    unsigned chosen = target->look / LOOK_NUMBER;
    struct buf label = {0}, number = {0};
    if (chosen) {
        buf_printf(&number, "%u", chosen);
        const char *values[] = {buf_text(&number)};
        i18n_format(view->i18n, view->language, target->id, values, 1, &label);
    } else {
        buf_append_text(&label, view_text(view, target->id));
    }
    part_button(view, canvas, target, PART_MAIN,
                chosen ? ICON_CHECK : ICON_NONE, buf_text(&label), 34);
    buf_free(&label);
    buf_free(&number);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    size_t count = 0;
    while (count < targets->count && targets->list[count].act == FLOW_REASON)
        count++;
    part_page(view, canvas);
    part_header(view, canvas);
    draw_heading(view, canvas);
    struct text_style style = chip_style(view, targets, count);
    for (size_t i = 0; i < count; i++) {
        const struct target *target = &targets->list[i];
        if (!part_hidden(canvas, part_with_shadow(view, target->area)))
            draw_chip(view, canvas, target, style);
    }
    for (size_t i = count; i < targets->count; i++) {
        const struct target *target = &targets->list[i];
        if (target->act == FLOW_SEND)
            draw_main(view, canvas, target);
        else if (target->act == FLOW_CHANGE)
            part_button(view, canvas, target, PART_SECOND, ICON_BACK,
                        view_text(view, target->id), 34);
        else
            part_tool(view, canvas, target, ICON_GLOBE,
                      view_text(view, target->id));
    }
}

const struct screen SCREEN_REASONS = {"reasons", layout, draw, NULL, NULL};

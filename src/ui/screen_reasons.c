// Why: up to nine chips, any number of them. The same heading, places and times
// after every level, so that nobody can tell from afar what was answered.
#include "ui/parts.h"

// Back, one beside it, and the main one. Beside it is the way to a comment;
// where none could be sealed, the other language.
enum { BUTTON_COUNT = 3 };

static double button_size(const struct view *view)
{
    return view_size(view, 34, 42);
}

static void send_label(const struct view *view, size_t chosen, struct buf *out)
{
    struct buf number = {0};
    buf_printf(&number, "%zu", chosen);
    const char *values[] = {buf_text(&number)};
    i18n_format(view->i18n, view->language,
                chosen ? "reason.send" : "reason.skip", values, 1, out);
    buf_free(&number);
}

// In large text the buttons share their room by their words: that of the main
// one while it is longest, so that nothing moves as chips are chosen. Where
// that is not enough the icons go, as on the chips.
static void place_buttons(const struct view *view,
                          struct part_caption captions[BUTTON_COUNT],
                          struct box boxes[BUTTON_COUNT])
{
    struct layout_buttons places = layout_reason_buttons(&view->layout);
    struct buf longest = {0};
    send_label(view, SURVEY_REASONS_MAX, &longest);
    captions[0] = (struct part_caption){PART_SECOND, ICON_BACK,
                                        view_text(view, "reason.change")};
    captions[1] = view->can_comment
                      ? (struct part_caption){PART_SECOND, ICON_PEN,
                                              view_text(view, "reason.comment")}
                      : (struct part_caption){PART_TOOL, ICON_GLOBE,
                                              view_text(view, "tool.lang")};
    captions[2] =
        (struct part_caption){PART_MAIN, ICON_CHECK, buf_text(&longest)};
    // Upright, the main one has a row of its own.
    size_t side_by_side = view->layout.portrait ? 2 : 3;
    for (int attempt = 0; attempt < 2; attempt++) {
        boxes[0] = places.back;
        boxes[1] = places.beside;
        boxes[2] = places.main;
        if (!view->flow->aids.large ||
            part_share(view, captions, side_by_side, button_size(view), boxes))
            break;
        for (size_t i = 0; i < side_by_side; i++)
            captions[i].icon = ICON_NONE;
    }
    captions[2].words = "";
    buf_free(&longest);
}

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
    struct part_caption captions[BUTTON_COUNT];
    struct box buttons[BUTTON_COUNT];
    place_buttons(view, captions, buttons);
    targets_add(out, view, "reason.change", buttons[0], 8, FLOW_CHANGE, 0);
    if (view->can_comment)
        targets_add(out, view, "reason.comment", buttons[1], 8, FLOW_WRITE, 0);
    else
        targets_add(out, view, "tool.lang", buttons[1], 8, FLOW_LANGUAGE, 0);
    size_t chosen = flow_chosen_count(flow);
    struct target *main =
        targets_add(out, view, chosen ? "reason.send" : "reason.skip",
                    buttons[2], 8, FLOW_SEND, 0);
    main->look = LOOK_NUMBER * (unsigned)chosen;
    if (flow->saving)
        main->look |= LOOK_PRESSED;
}

enum {
    CHIP_WORDS_X = 106,
    CHIP_ICON_X = 54,
    CHIP_ICON = 56,
    // Large text stands in the middle, without an icon; the check of a chosen
    // chip is in its corner.
    CORNER = 28,
    CORNER_CHECK = 40,
    CORNER_ROOM = 46
};

static double chip_size(const struct view *view)
{
    return view_size(view, 36, 46);
}

static int room_for_words(const struct view *view, const struct target *chip)
{
    double around = view_size(view, CHIP_WORDS_X + 18, 2 * CORNER_ROOM);
    return (int)(chip->area.w - view_px(view, around));
}

// One size for all the chips.
static struct text_style chip_style(const struct view *view,
                                    const struct targets *targets, size_t count)
{
    const char *labels[SURVEY_REASONS_MAX];
    for (size_t i = 0; i < count; i++)
        labels[i] = view_text(view, targets->list[i].id);
    struct text_style style = {TEXT_SEMIBOLD,
                               layout_px(&view->layout, chip_size(view))};
    style.px = text_fit(view->text, style, style.px / 2, 1, labels, count,
                        room_for_words(view, &targets->list[0]), 2);
    return style;
}

static void draw_chip_icon(const struct view *view, struct canvas *canvas,
                           const struct target *target, SDL_FRect r)
{
    const struct theme *theme = view->theme;
    bool chosen = target->look & LOOK_CHOSEN;
    double x = r.x + view_px(view, CHIP_ICON_X), y = r.y + r.h / 2;
    double size = view_px(view, CHIP_ICON);
    enum icon icon = ICON_MORE;
    if (view->flow->aids.large) {
        if (!chosen)
            return;
        x = r.x + r.w - view_px(view, CORNER);
        y = r.y + view_px(view, CORNER);
        size = view_px(view, CORNER_CHECK);
    }
    icon_by_name(
        view->survey->reasons[flow_list(view->flow)][target->value].icon,
        &icon);
    icon_draw(canvas, chosen ? ICON_CHECK_DISC : icon, x, y, size,
              chosen ? theme->on_primary : theme->accent,
              chosen ? theme->primary : theme->surface);
}

static void draw_chip(const struct view *view, struct canvas *canvas,
                      const struct target *target, struct text_style style)
{
    const struct theme *theme = view->theme;
    bool large = view->flow->aids.large;
    color ink = target->look & LOOK_CHOSEN ? theme->on_primary : theme->ink;
    SDL_FRect r = part_chip(view, canvas, target);
    struct text_lines lines;
    draw_chip_icon(view, canvas, target, r);
    text_break(view->text, style, view_text(view, target->id),
               room_for_words(view, target), 2, &lines);
    text_draw_lines(view->text, canvas, style, ink, &lines,
                    r.x + (large ? r.w / 2 : view_px(view, CHIP_WORDS_X)),
                    r.y + r.h / 2, style.px * (large ? 1.2 : 1.22),
                    large ? TEXT_CENTRE : TEXT_LEFT);
}

static void draw_heading(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    bool large = view->flow->aids.large;
    struct part_line title = {TEXT_BOLD,
                              view_size(view, l->portrait ? 44 : 46, 54),
                              view->theme->ink, TEXT_CENTRE};
    struct part_line hint = {TEXT_MEDIUM, view_size(view, 30, 38),
                             view->theme->ink2, TEXT_CENTRE};
    double x = l->w / 2, width = l->w - 2 * LAYOUT_MARGIN;
    double title_y = view_size(view, 148, 143);
    double hint_y = view_size(view, 206, 210);
    if (l->portrait) {
        title_y = view_size(view, 176, 178);
        hint_y = view_size(view, 262, 274);
        part_lines(view, canvas, title, view_text(view, "reason.title"), x,
                   title_y + l->drop, width - 40, 2, large ? 66 : 60);
    } else {
        part_line(view, canvas, title, view_text(view, "reason.title"), x,
                  title_y + l->drop, width);
    }
    part_line(view, canvas, hint, view_text(view, "reason.hint"), x,
              hint_y + l->drop, width);
}

static void draw_buttons(const struct view *view, struct canvas *canvas,
                         const struct target *targets)
{
    struct part_caption captions[BUTTON_COUNT];
    struct box boxes[BUTTON_COUNT];
    struct buf send = {0};
    place_buttons(view, captions, boxes);
    unsigned chosen = targets[2].look / LOOK_NUMBER;
    send_label(view, chosen, &send);
    captions[2].words = buf_text(&send);
    if (!chosen)
        captions[2].icon = ICON_NONE;
    // The two beside it are of one size.
    double beside =
        part_common_size(view, captions, targets, 2, button_size(view));
    double main = button_size(view);
    for (size_t i = 0; i < BUTTON_COUNT; i++) {
        const struct part_caption *caption = &captions[i];
        double size = caption->kind == PART_MAIN ? main : beside;
        if (caption->kind == PART_TOOL)
            part_tool(view, canvas, &targets[i], caption->icon, caption->words,
                      size);
        else
            part_button(view, canvas, &targets[i], caption->kind, caption->icon,
                        caption->words, size);
    }
    buf_free(&send);
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
    draw_buttons(view, canvas, targets->list + count);
}

const struct screen SCREEN_REASONS = {"reasons", layout, draw, NULL, NULL};

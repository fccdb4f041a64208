// A visit without an invitation, where the counter serves several fields: first
// what it was about. Chips as for the reasons, without icons; nothing is kept
// before one is chosen.
#include "ui/parts.h"
#include "ui/toolbar.h"
#include <ctype.h>
#include <stdio.h>

// "field.ho-tich"; a code may hold more than an id does.
static void write_id(const char *code, char out[TARGET_ID_SIZE])
{
    snprintf(out, TARGET_ID_SIZE, "field.%s", code);
    for (char *c = out; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '.' && *c != '_')
            *c = '-';
}

static void layout(const struct view *view, struct targets *out)
{
    static const struct toolbar_button back = {"fields.back", FLOW_BACK};
    const struct setting *setting = view->setting;
    struct box boxes[SETTING_FIELDS_MAX];
    layout_chips(&view->layout, setting->field_count, boxes);
    for (size_t i = 0; i < setting->field_count; i++) {
        char id[TARGET_ID_SIZE];
        write_id(setting->fields[i].code, id);
        targets_add(out, view, id, boxes[i], 8, FLOW_FIELD, (int)i);
    }
    toolbar_layout(view, &back, out);
}

static const char *name_of(const struct view *view, const struct target *chip)
{
    return view->setting->fields[chip->value].name[view->language];
}

static int room_for_words(const struct view *view, const struct target *chip)
{
    return (int)(chip->area.w - view_px(view, 48));
}

// One size for all the chips.
static struct text_style chip_style(const struct view *view,
                                    const struct targets *targets, size_t count)
{
    const char *names[SETTING_FIELDS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = name_of(view, &targets->list[i]);
    struct text_style style = {
        TEXT_SEMIBOLD, layout_px(&view->layout, view_size(view, 36, 46))};
    style.px = text_fit(view->text, style, style.px / 2, 1, names, count,
                        room_for_words(view, &targets->list[0]), 2);
    return style;
}

static void draw_chip(const struct view *view, struct canvas *canvas,
                      const struct target *target, struct text_style style)
{
    SDL_FRect r = part_chip(view, canvas, target);
    struct text_lines lines;
    text_break(view->text, style, name_of(view, target),
               room_for_words(view, target), 2, &lines);
    text_draw_lines(view->text, canvas, style, view->theme->ink, &lines,
                    r.x + r.w / 2, r.y + r.h / 2, style.px * 1.2, TEXT_CENTRE);
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
    part_lines(view, canvas, title, view_text(view, "fields.title"), x,
               (l->portrait ? 177 : view_size(view, 148, 143)) + l->drop, width,
               l->portrait ? 2 : 1, large ? 66 : 60);
    part_line(
        view, canvas, hint, view_text(view, "fields.hint"), x,
        (l->portrait ? view_size(view, 262, 274) : view_size(view, 206, 210)) +
            l->drop,
        width);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    size_t count = 0;
    while (count < targets->count && targets->list[count].act == FLOW_FIELD)
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
    toolbar_draw(view, canvas, targets->list + count, targets->count - count);
}

const struct screen SCREEN_FIELDS = {"fields", layout, draw, NULL, NULL};

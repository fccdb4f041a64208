// The one question: five faces with words (or three), the tools below. Every
// level is drawn alike; none is larger, chosen or moved before it is touched.
#include "ui/face.h"
#include "ui/parts.h"
#include <math.h>

static void layout(const struct view *view, struct targets *out)
{
    const struct survey_level *levels[SURVEY_LEVELS_MAX];
    struct box boxes[SURVEY_LEVELS_MAX], tool, decline;
    const struct flow *flow = view->flow;
    size_t count =
        survey_shown(view->survey, view->setting->levels,
                     view->setting->order == RECORD_WORST_FIRST, levels);
    layout_levels(&view->layout, count, boxes);
    for (size_t i = 0; i < count; i++) {
        struct target *target = targets_add(
            out, view, levels[i]->text, boxes[i],
            view->layout.portrait ? 8 : 10, FLOW_LEVEL, levels[i]->level);
        if (flow->level)
            target->look =
                flow->level == levels[i]->level ? LOOK_CHOSEN : LOOK_FADED;
    }
    bool may_decline = flow->setting.transaction;
    layout_tools(&view->layout, 1, &tool, may_decline ? &decline : NULL);
    targets_add(out, view, "tool.lang", tool, 8, FLOW_LANGUAGE, 0);
    if (may_decline)
        targets_add(out, view, "rate.decline", decline, 8, FLOW_DECLINE, 0);
}

// From baseline to baseline of a label of two lines, in em.
#define WORDS_LEADING 1.31
// A wider card does not change where its words break, u.
#define WORDS_BREAK 204

// Places inside a card (landscape) or a row (portrait), in u from its corner.
struct inside {
    double face_x, face_y, radius;
    double words_x, words_y, words_width, break_width, size;
    double check_x, check_y, check;
};

static struct inside places(const struct view *view, struct box box,
                            size_t count)
{
    bool few = count <= 3;
    if (view->layout.portrait) {
        struct inside p = {.face_x = 96,
                           .radius = 54,
                           .words_x = 184,
                           .size = 44,
                           .check = 30};
        if (few)
            p = (struct inside){.face_x = 126,
                                .radius = 84,
                                .words_x = 250,
                                .size = 50,
                                .check = 30};
        p.face_y = p.words_y = p.check_y = box.h / 2;
        p.check_x = box.w - 64;
        p.words_width = p.break_width = box.w - p.words_x - 104;
        return p;
    }
    struct inside p = {.face_y = 142, .radius = 88, .words_y = 318, .size = 38};
    if (few)
        p = (struct inside){
            .face_y = 158, .radius = 104, .words_y = 334, .size = 44};
    p.face_x = p.words_x = box.w / 2;
    p.words_width = p.break_width = box.w - 24;
    if (!few)
        p.break_width = fmin(p.break_width, WORDS_BREAK);
    p.check_x = box.w - 34;
    p.check_y = 34;
    p.check = 28;
    return p;
}

// One size for all the words.
static struct text_style words_style(const struct view *view,
                                     const struct targets *targets,
                                     size_t count, const struct inside *p,
                                     size_t most)
{
    const char *labels[SURVEY_LEVELS_MAX];
    for (size_t i = 0; i < count; i++)
        labels[i] = view_text(view, targets->list[i].id);
    struct text_style style = {TEXT_BOLD, layout_px(&view->layout, p->size)};
    style.px = text_fit(view->text, style, style.px / 2, 1, labels, count,
                        (int)view_px(view, p->words_width), most);
    return style;
}

static void draw_level(const struct view *view, struct canvas *canvas,
                       const struct target *target, const struct inside *p,
                       struct text_style style, size_t most)
{
    const struct theme *theme = view->theme;
    SDL_FRect r = part_card(view, canvas, target, 28, theme->card_line);
    // While pressed the card is smaller, and what is in it moves along.
    double k = r.w / target->area.w;
    face_draw(canvas, theme, target->value, r.x + k * view_px(view, p->face_x),
              r.y + k * view_px(view, p->face_y), k * view_px(view, p->radius));
    struct text_lines lines;
    text_break(view->text, style, view_text(view, target->id),
               (int)view_px(view, p->break_width), most, &lines);
    text_draw_lines(view->text, canvas, style, theme->ink, &lines,
                    r.x + k * view_px(view, p->words_x),
                    r.y + k * view_px(view, p->words_y),
                    style.px * WORDS_LEADING,
                    view->layout.portrait ? TEXT_LEFT : TEXT_CENTRE);
    if (target->look & LOOK_CHOSEN)
        icon_draw(canvas, ICON_CHECK_DISC, r.x + view_px(view, p->check_x),
                  r.y + view_px(view, p->check_y), 2 * view_px(view, p->check),
                  theme->primary, theme->on_primary);
    if (target->look & LOOK_FADED)
        canvas_round_rect(canvas, r.x, r.y, r.w, r.h, view_px(view, 28),
                          color_fade(theme->bg, 140));
}

static void draw_question(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    struct part_line question = {TEXT_BOLD, l->portrait ? 46 : 48,
                                 view->theme->ink, TEXT_CENTRE};
    struct part_line hint = {TEXT_MEDIUM, 30, view->theme->ink2, TEXT_CENTRE};
    double x = l->w / 2, width = l->w - 80;
    if (l->portrait)
        part_lines(view, canvas, question, view_text(view, "rate.question"), x,
                   176 + l->drop, width, 2, 63);
    else
        part_line(view, canvas, question, view_text(view, "rate.question"), x,
                  148 + l->drop, width);
    part_line(view, canvas, hint,
              view_text(view, l->portrait ? "rate.hint_short" : "rate.hint"), x,
              (l->portrait ? 268 : 212) + l->drop, width);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    size_t count = 0;
    while (count < targets->count && targets->list[count].act == FLOW_LEVEL)
        count++;
    part_page(view, canvas);
    part_header(view, canvas);
    draw_question(view, canvas);
    struct box boxes[SURVEY_LEVELS_MAX];
    layout_levels(&view->layout, count, boxes);
    struct inside p = places(view, boxes[0], count);
    size_t most = view->layout.portrait || count <= 3 ? 1 : 2;
    struct text_style style = words_style(view, targets, count, &p, most);
    for (size_t i = 0; i < count; i++) {
        const struct target *target = &targets->list[i];
        if (!part_hidden(canvas, part_with_shadow(view, target->area)))
            draw_level(view, canvas, target, &p, style, most);
    }
    for (size_t i = count; i < targets->count; i++) {
        const struct target *target = &targets->list[i];
        if (target->act == FLOW_DECLINE)
            part_button(view, canvas, target, PART_QUIET, ICON_NONE,
                        view_text(view, target->id), 28);
        else
            part_tool(view, canvas, target, ICON_GLOBE,
                      view_text(view, target->id));
    }
}

const struct screen SCREEN_RATING = {"rating", layout, draw, NULL, NULL};

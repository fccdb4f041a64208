// The one question: five faces with words (or three), the tools below. Every
// level is drawn alike; none is larger, chosen or moved before it is touched.
#include "ui/face.h"
#include "ui/parts.h"
#include "ui/toolbar.h"
#include <math.h>

// Rows from edge to edge, instead of cards.
static bool in_rows(const struct view *view)
{
    return view->layout.portrait || view->flow->aids.large;
}

static void place_levels(const struct view *view, size_t count, struct box *out)
{
    if (view->flow->aids.large)
        layout_rows(&view->layout, count, view->linked, out);
    else
        layout_levels(&view->layout, count, out);
}

static void layout(const struct view *view, struct targets *out)
{
    const struct survey_level *levels[SURVEY_LEVELS_MAX];
    struct box boxes[SURVEY_LEVELS_MAX];
    const struct flow *flow = view->flow;
    size_t count =
        survey_shown(view->survey, view->setting->levels,
                     view->setting->order == RECORD_WORST_FIRST, levels);
    place_levels(view, count, boxes);
    for (size_t i = 0; i < count; i++) {
        struct target *target =
            targets_add(out, view, levels[i]->text, boxes[i],
                        in_rows(view) ? 8 : 10, FLOW_LEVEL, levels[i]->level);
        if (flow->level)
            target->look =
                flow->level == levels[i]->level ? LOOK_CHOSEN : LOOK_FADED;
    }
    static const struct toolbar_button decline = {"rate.decline", FLOW_DECLINE};
    toolbar_layout(view, flow->invited ? &decline : NULL, out);
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

// In a row: face, words, and the check at the end.
static struct inside row_places(const struct view *view, struct box box,
                                bool few)
{
    bool large = view->flow->aids.large, portrait = view->layout.portrait;
    struct inside p = {
        .face_x = 96, .radius = 54, .words_x = 184, .size = 44, .check = 30};
    if (few && portrait)
        p = (struct inside){.face_x = 126,
                            .radius = 84,
                            .words_x = 250,
                            .size = 50,
                            .check = 30};
    else if (large && portrait)
        p.words_x = 172;
    else if (large && !few)
        p = (struct inside){
            .face_x = 74, .radius = 37, .words_x = 150, .check = 30};
    if (large)
        p.size = 54;
    p.face_y = p.words_y = p.check_y = box.h / 2;
    p.check_x = box.w - 64;
    p.words_width = box.w - p.words_x - 104;
    if (large && portrait) {
        // The words need the room of the check, which goes into the corner.
        p.check = 24;
        p.check_y = 36;
        p.check_x = box.w - 36;
        p.words_width = box.w - p.words_x - 44;
    }
    p.break_width = p.words_width;
    return p;
}

static struct inside places(const struct view *view, struct box box,
                            size_t count)
{
    bool few = count <= 3;
    if (in_rows(view))
        return row_places(view, box, few);
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
    bool chosen = target->look & LOOK_CHOSEN;
    SDL_FRect r = part_card(view, canvas, target, 28, theme->card_line);
    // While pressed the card is smaller, and what is in it moves along.
    double k = r.w / target->area.w;
    face_draw(canvas, theme, target->value, r.x + k * view_px(view, p->face_x),
              r.y + k * view_px(view, p->face_y), k * view_px(view, p->radius));
    struct text_lines lines;
    text_break(view->text, style, view_text(view, target->id),
               (int)view_px(view, p->break_width), most, &lines);
    if (!lines.fits)
        text_break(view->text, style, view_text(view, target->id),
                   (int)view_px(view, p->words_width), most, &lines);
    text_draw_lines(
        view->text, canvas, style, chosen ? theme->on_chosen : theme->ink,
        &lines, r.x + k * view_px(view, p->words_x),
        r.y + k * view_px(view, p->words_y), style.px * WORDS_LEADING,
        in_rows(view) ? TEXT_LEFT : TEXT_CENTRE);
    if (chosen)
        icon_draw(canvas, ICON_CHECK_DISC, r.x + view_px(view, p->check_x),
                  r.y + view_px(view, p->check_y), 2 * view_px(view, p->check),
                  theme->badge, theme->on_badge);
    if (target->look & LOOK_FADED)
        canvas_round_rect(canvas, r.x, r.y, r.w, r.h, view_px(view, 28),
                          color_fade(theme->bg, 140));
}

// Large text has the short question alone, so that it can stand in 54 u.
static void draw_large_question(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    struct part_line question = {TEXT_BOLD, 54, view->theme->ink, TEXT_CENTRE};
    double y = l->portrait ? 181 : view->linked ? 136 : 147;
    part_lines(view, canvas, question, view_text(view, "rate.question_short"),
               l->w / 2, y + l->drop, l->w - 80, l->portrait ? 2 : 1,
               view->linked ? 66 : 72);
    if (!view->linked)
        return;
    struct part_line notice = {TEXT_MEDIUM, 38, view->theme->ink2, TEXT_CENTRE};
    part_line(view, canvas, notice, view_text(view, "rate.linked"), l->w / 2,
              (l->portrait ? 271 : 193) + l->drop, l->w - 80);
}

// What is kept is said truly: a name never, the dossier's code when it is.
static const char *hint_id(const struct view *view)
{
    if (view->layout.portrait)
        return view->linked ? "rate.hint_short_linked" : "rate.hint_short";
    return view->linked ? "rate.hint_linked" : "rate.hint";
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
    part_line(view, canvas, hint, view_text(view, hint_id(view)), x,
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
    if (view->flow->aids.large)
        draw_large_question(view, canvas);
    else
        draw_question(view, canvas);
    struct box boxes[SURVEY_LEVELS_MAX];
    place_levels(view, count, boxes);
    struct inside p = places(view, boxes[0], count);
    size_t most = in_rows(view) || count <= 3 ? 1 : 2;
    struct text_style style = words_style(view, targets, count, &p, most);
    for (size_t i = 0; i < count; i++) {
        const struct target *target = &targets->list[i];
        if (!part_hidden(canvas, part_with_shadow(view, target->area)))
            draw_level(view, canvas, target, &p, style, most);
    }
    toolbar_draw(view, canvas, targets->list + count, targets->count - count);
}

const struct screen SCREEN_RATING = {"rating", layout, draw, NULL, NULL};

// A few words of one's own: the text box above the keyboard. Nothing that is
// written is read aloud, or leaves this screen but by "send".
#include "survey/comment.h"
#include "ui/keys.h"
#include "ui/parts.h"
#include "ui/typed.h"
#include <math.h>
#include <string.h>

enum {
    BOX_BORDER = 4,
    BOX_RADIUS = 18,
    BOX_PADDING = 28, // of the text, from the box's sides
    CARET_WIDE = 4,
    CARET_GAP = 3,
    COUNT_ROOM = 124, // the count of letters, on wide screens beside the text
    COUNT_SIZE = 24
};

// Where things are, u.
struct desk {
    struct box back, box;
    double first, pitch; // middles of the lines, from the box's top
    double size;         // of the text
};

static struct desk desk_of(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct desk){
            {24, 24, 220, 84},       {24, 224 + l->drop, l->w - 48, 236},
            view_size(view, 42, 46), view_size(view, 50, 60),
            view_size(view, 36, 46),
        };
    return (struct desk){
        {LAYOUT_MARGIN, 22, 220, 76},
        {LAYOUT_MARGIN, 118 + l->drop, l->w - 2 * LAYOUT_MARGIN, 176},
        view_size(view, 42, 38),
        view_size(view, 50, 51),
        view_size(view, 36, 42),
    };
}

// Back stays where it is in large text, and the title beside it; a longer word
// takes more room.
static struct box back_box(const struct view *view)
{
    struct box box = desk_of(view).back;
    if (view->flow->aids.large)
        box.w = view->layout.portrait ? 284 : 270;
    return box;
}

static void layout(const struct view *view, struct targets *out)
{
    targets_add(out, view, "comment.back", back_box(view), 8, FLOW_BACK, 0);
    keys_lay_out(view, out);
}

static const char *hint_id(const struct view *view)
{
    switch (comment_hint(view->comment)) {
    case COMMENT_HINT_DIGITS:
        return "comment.digits";
    case COMMENT_HINT_FULL:
        return "comment.full";
    default:
        return "comment.hint";
    }
}

static void draw_heading(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    const struct theme *theme = view->theme;
    struct box back = back_box(view);
    bool usual = comment_hint(view->comment) == COMMENT_HINT_USUAL;
    double left = back.x + back.w + 20;
    struct part_line title = {TEXT_BOLD, view_size(view, 40, 46), theme->ink,
                              TEXT_CENTRE};
    struct part_line hint = {usual ? TEXT_MEDIUM : TEXT_SEMIBOLD,
                             view_size(view, 28, 36),
                             usual ? theme->ink2 : theme->red, TEXT_CENTRE};
    const char *words = view_text(view, "comment.title");
    const char *below = view_text(view, hint_id(view));
    if (l->portrait) {
        title.align = TEXT_RIGHT;
        part_line(view, canvas, title, words, l->w - 24, 66, l->w - 24 - left);
        part_lines(view, canvas, hint, below, l->w / 2, 167 + l->drop,
                   l->w - 80, 2, view_size(view, 40, 46));
        return;
    }
    double x = (back.x + back.w + l->w) / 2;
    double wide = 2 * (l->w - LAYOUT_MARGIN - x);
    part_line(view, canvas, title, words, x, 42, wide);
    part_line(view, canvas, hint, below, x, 86 + l->drop / 2, wide);
}

// --- The text ----------------------------------------------------------------

static void break_text(const struct view *view, const struct desk *desk)
{
    double wide = desk->box.w - 2 * BOX_PADDING - CARET_GAP - CARET_WIDE;
    double later = view->layout.portrait ? wide : wide - COUNT_ROOM;
    const struct typed_room room = {
        {TEXT_MEDIUM, layout_px(&view->layout, desk->size)},
        (int)view_px(view, wide),
        (int)view_px(view, later)};
    typed_break(view->typed, view->text, view->comment, room);
}

static void draw_text(const struct view *view, struct canvas *canvas,
                      const struct desk *desk)
{
    const struct typed *typed = view->typed;
    double x = view_px(view, desk->box.x + BOX_PADDING);
    double y = desk->box.y + desk->first;
    for (size_t i = typed_first(typed); i < typed->count; i++) {
        char line[TYPED_LINE_SIZE];
        typed_line(typed, view->comment, i, line);
        text_draw_middle(view->text, canvas, typed->room.style,
                         view->theme->ink, line, x, view_px(view, y),
                         TEXT_LEFT);
        explicit_bzero(line, sizeof line);
        y += desk->pitch;
    }
}

static SDL_Rect caret_rect(const struct view *view, const struct desk *desk)
{
    const struct typed *typed = view->typed;
    size_t row = typed->count - 1 - typed_first(typed);
    double high = desk->size * 1.24;
    double y = desk->box.y + desk->first + (double)row * desk->pitch;
    double x = desk->box.x + BOX_PADDING + CARET_GAP +
               typed->caret_x / view->layout.scale;
    return view_rect(view, (struct box){x, y - high / 2, CARET_WIDE, high});
}

static void draw_count(const struct view *view, struct canvas *canvas,
                       const struct desk *desk)
{
    struct buf words = {0};
    struct part_line how = {TEXT_MEDIUM, COUNT_SIZE, view->theme->ink2,
                            TEXT_RIGHT};
    buf_printf(&words, "%zu/%d", view->comment->letters, COMMENT_LETTERS_MAX);
    part_line(view, canvas, how, buf_text(&words),
              desk->box.x + desk->box.w - 20, desk->box.y + desk->box.h - 22,
              COUNT_ROOM);
    buf_free(&words);
}

static void draw_box(const struct view *view, struct canvas *canvas)
{
    const struct theme *theme = view->theme;
    struct desk desk = desk_of(view);
    SDL_Rect r = view_rect(view, desk.box);
    if (part_hidden(canvas, r))
        return;
    double round = view_px(view, BOX_RADIUS);
    canvas_round_rect(canvas, r.x, r.y, r.w, r.h, round, theme->surface);
    canvas_round_border(canvas, r.x, r.y, r.w, r.h, round,
                        view_px(view, BOX_BORDER), theme->primary);
    break_text(view, &desk);
    draw_text(view, canvas, &desk);
    draw_count(view, canvas, &desk);
    if (!typed_caret_shows(view->typed, view->now))
        return;
    SDL_Rect caret = caret_rect(view, &desk);
    canvas_round_rect(canvas, caret.x, caret.y, fmax(2, caret.w), caret.h,
                      caret.w / 2.0, theme->red);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    part_page(view, canvas);
    draw_heading(view, canvas);
    draw_box(view, canvas);
    part_button(view, canvas, &targets->list[0], PART_SECOND, ICON_ARROW_LEFT,
                view_text(view, "comment.back"), view_size(view, 30, 38));
    for (size_t i = 1; i < targets->count; i++)
        keys_draw(view, canvas, &targets->list[i]);
}

// The caret blinks; a text that changed is drawn with its count, and the hint
// above it, which may be another now.
static int64_t tick(const struct view *view, struct damage *out)
{
    struct desk desk = desk_of(view);
    struct typed *typed = view->typed;
    break_text(view, &desk);
    if (typed_is_new(typed, view->comment)) {
        double left = view->layout.portrait ? 0 : desk.back.w + 60;
        double top = view->layout.portrait ? 112 : 0;
        typed->shown = view->comment->changes;
        damage_add(out, view_rect(view, (struct box){left, top, view->layout.w,
                                                     desk.box.y - top}));
        damage_add(out, view_rect(view, desk.box));
    } else {
        SDL_Rect caret = caret_rect(view, &desk);
        damage_add(out, (SDL_Rect){caret.x - 1, caret.y - 1, caret.w + 3,
                                   caret.h + 2});
    }
    return typed_blink_at(typed, view->now);
}

const struct screen SCREEN_COMMENT = {"comment", layout, draw, NULL, tick};

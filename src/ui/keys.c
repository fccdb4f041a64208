#include "ui/keys.h"
#include "survey/comment.h"
#include "ui/parts.h"
#include <math.h>
#include <stdio.h>

enum {
    TALL_MARGIN = 24,
    WIDE_TOP = 310,
    TALL_TOP = 482,
    TALL_SEND_TOP = 1112,
    TALL_SEND_HIGH = 112,
    KEY_RADIUS = 14,
    KEY_SHADOW_DOWN = 3,
    KEY_SHADOW_BLUR = 6,
    LETTER_UP = 3,  // small letters look low where capitals are centred
    TONE_SIDE = 36, // tall: the middle of the letter from the key's left
    TONE_ROOM = 60  // and where its name begins
};

static const double KEY_LINE = 1.5;

// --- Places ------------------------------------------------------------------

static unsigned look_of(const struct comment *comment,
                        const struct keyboard_key *key)
{
    unsigned capitals = (unsigned)comment->capitals;
    if (key->kind == KEYBOARD_SHIFT)
        return LOOK_NUMBER * capitals;
    return key->upper && capitals != COMMENT_LOWER ? LOOK_NUMBER : 0;
}

static void add_key(const struct view *view, const struct keyboard_key *key,
                    struct box box, double gap, struct targets *out)
{
    bool sends = key->kind == KEYBOARD_SEND;
    struct target *target = targets_add(out, view, key->id, box, gap / 2,
                                        sends ? FLOW_SEND : FLOW_KEY, 0);
    target->key = true;
    target->look = look_of(view->comment, key);
    if (sends && view->flow->saving)
        target->look |= LOOK_PRESSED;
}

static void add_send(const struct view *view, struct targets *out)
{
    const struct layout *l = &view->layout;
    struct box box = {TALL_MARGIN, TALL_SEND_TOP + l->drop,
                      l->w - 2 * TALL_MARGIN, TALL_SEND_HIGH};
    struct target *target =
        targets_add(out, view, "comment.send", box, 8, FLOW_SEND, 0);
    if (view->flow->saving)
        target->look |= LOOK_PRESSED;
}

void keys_lay_out(const struct view *view, struct targets *out)
{
    const struct layout *l = &view->layout;
    bool tall = l->portrait;
    size_t count;
    const struct keyboard_row *rows =
        keyboard_rows(view->comment->page, tall, &count);
    double gap = keyboard_gap(tall);
    double margin = tall ? TALL_MARGIN : LAYOUT_MARGIN;
    double y = (tall ? TALL_TOP : WIDE_TOP) + l->drop;
    for (size_t i = 0; i < count; i++) {
        const struct keyboard_row *row = &rows[i];
        double column = (l->w - 2 * margin + gap) / row->columns;
        double x = margin + row->inset * column;
        for (size_t k = 0; k < row->count; k++) {
            double wide = row->keys[k].width * column;
            struct box box = {x, y, wide - gap, row->height};
            add_key(view, &row->keys[k], box, gap, out);
            x += wide;
        }
        y += row->height + gap;
    }
    if (tall)
        add_send(view, out);
}

// --- Looks -------------------------------------------------------------------

struct face {
    color paper, ink, line;
};

// `part` of 8 of the way to another colour.
static color toward(color from, color to, unsigned part)
{
    color out = COLOR(0);
    for (unsigned shift = 0; shift < 24; shift += 8) {
        unsigned a = from >> shift & 0xff, b = to >> shift & 0xff;
        out |= (a * (8 - part) + b * part) / 8 << shift;
    }
    return out;
}

static color paper_of(const struct theme *theme, enum keyboard_kind kind)
{
    switch (kind) {
    case KEYBOARD_MARKED:
        // Black keys differ by their place alone.
        return theme->shadow ? theme->tint : theme->surface;
    case KEYBOARD_TONE:
    case KEYBOARD_SHIFT:
    case KEYBOARD_BACKSPACE:
    case KEYBOARD_PAGE:
    case KEYBOARD_ENTER:
        return theme->sand;
    case KEYBOARD_SEND:
        return theme->primary;
    default:
        return theme->surface;
    }
}

static struct face face_of(const struct view *view,
                           const struct keyboard_key *key, unsigned look)
{
    const struct theme *theme = view->theme;
    struct face face = {paper_of(theme, key->kind), theme->ink,
                        theme->key_line};
    bool locked =
        key->kind == KEYBOARD_SHIFT && look / LOOK_NUMBER == COMMENT_LOCKED;
    if (locked)
        face.paper = theme->primary;
    if (key->kind == KEYBOARD_SEND || locked) {
        face.ink = theme->on_primary;
        face.line = theme->primary;
    }
    if (look & LOOK_PRESSED)
        face.paper = toward(face.paper, face.ink, 2);
    return face;
}

static SDL_FRect draw_body(const struct view *view, struct canvas *canvas,
                           const struct target *target, const struct face *face)
{
    const SDL_Rect *a = &target->area;
    SDL_FRect r = {(float)a->x, (float)a->y, (float)a->w, (float)a->h};
    double round = view_px(view, KEY_RADIUS);
    bool pressed = target->look & LOOK_PRESSED;
    if (view->theme->shadow && !pressed)
        canvas_shadow(canvas, r.x, r.y, r.w, r.h, round,
                      view_px(view, KEY_SHADOW_DOWN),
                      view_px(view, KEY_SHADOW_BLUR), view->theme->shadow);
    canvas_round_rect(canvas, r.x, r.y, r.w, r.h, round, face->paper);
    canvas_round_border(canvas, r.x, r.y, r.w, r.h, round,
                        fmax(1, view_px(view, KEY_LINE)), face->line);
    return r;
}

// Words of a key, as large as it can hold, `up` above its middle.
static void draw_words(const struct view *view, struct canvas *canvas,
                       SDL_FRect r, struct part_line how, const char *words,
                       double up)
{
    double scale = view->layout.scale;
    part_line(view, canvas, how, words, (r.x + r.w / 2) / scale,
              (r.y + r.h / 2) / scale - up, r.w / scale - 12);
}

// The letter in red with its mark, and the name of the tone below it or, on the
// wide keys of a tall screen, beside it.
static void draw_tone(const struct view *view, struct canvas *canvas,
                      SDL_FRect r, const struct keyboard_key *key)
{
    const struct theme *theme = view->theme;
    double scale = view->layout.scale, left = r.x / scale, w = r.w / scale;
    double y = (r.y + r.h / 2) / scale;
    struct part_line letter = {TEXT_BOLD, 40, theme->red, TEXT_CENTRE};
    struct part_line name = {TEXT_MEDIUM, 24, theme->ink, TEXT_CENTRE};
    const char *words = view_text(view, key->text);
    if (view->layout.portrait) {
        part_line(view, canvas, letter, key->label, left + TONE_SIDE, y, w);
        part_line(view, canvas, name, words, left + (TONE_ROOM + w - 12) / 2, y,
                  w - TONE_ROOM - 8);
        return;
    }
    part_line(view, canvas, letter, key->label, left + w / 2, y - 11, w);
    part_line(view, canvas, name, words, left + w / 2, y + 24, w - 8);
}

static enum icon icon_of(enum keyboard_kind kind)
{
    switch (kind) {
    case KEYBOARD_SHIFT:
        return ICON_SHIFT;
    case KEYBOARD_BACKSPACE:
        return ICON_BACKSPACE;
    case KEYBOARD_ENTER:
        return ICON_ENTER;
    default:
        return ICON_NONE;
    }
}

// An arrow that is filled tells that the next letter will be a capital; white
// on the main colour, that all will.
static void draw_icon(const struct view *view, struct canvas *canvas,
                      SDL_FRect r, enum icon icon, const struct face *face,
                      unsigned look)
{
    double x = r.x + r.w / 2, y = r.y + r.h / 2;
    double size = view_px(view, icon == ICON_BACKSPACE ? 54 : 46);
    if (icon == ICON_SHIFT && look / LOOK_NUMBER != COMMENT_LOWER)
        icon = ICON_SHIFT_ON;
    icon_draw(canvas, icon, x, y, size, face->ink, face->paper);
}

void keys_draw(const struct view *view, struct canvas *canvas,
               const struct target *target)
{
    const struct keyboard_key *key = keyboard_find(target->id);
    if (!key || part_hidden(canvas, part_with_shadow(view, target->area)))
        return;
    if (!target->key) {
        part_button(view, canvas, target, PART_MAIN, ICON_CHECK,
                    view_text(view, key->text), view_size(view, 34, 42));
        return;
    }
    struct face face = face_of(view, key, target->look);
    SDL_FRect r = draw_body(view, canvas, target, &face);
    enum icon icon = icon_of(key->kind);
    const char *label = comment_label(view->comment, key);
    struct part_line how = {TEXT_SEMIBOLD, label ? 38 : 30, face.ink,
                            TEXT_CENTRE};
    if (key->kind == KEYBOARD_PAGE)
        how.size = 30;
    else if (key->kind == KEYBOARD_SEND)
        how = (struct part_line){TEXT_BOLD, view_size(view, 34, 42), face.ink,
                                 TEXT_CENTRE};
    if (icon != ICON_NONE)
        draw_icon(view, canvas, r, icon, &face, target->look);
    else if (key->kind == KEYBOARD_TONE)
        draw_tone(view, canvas, r, key);
    else
        draw_words(view, canvas, r, how,
                   label ? label : view_text(view, key->text),
                   key->upper && label == key->label ? LETTER_UP : 0);
}

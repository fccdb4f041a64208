#include "ui/parts.h"
#include "common/date.h"
#include "ui/emblem.h"
#include "ui/face.h"
#include "vietnamese/number.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    CARD_SHADOW_BLUR = 12,
    CARD_SHADOW_DOWN = 6,
    MAIN_SHADOW = 56,      // of 255: the ink under a main button
    CALL_SHADOW_BLUR = 16, // under the button that calls from afar
    CALL_SHADOW_DOWN = 8,
    CALL_SHADOW = 76,
    CHOSEN_BORDER = 8,
    SECOND_BORDER = 3,
    BUTTON_RADIUS = 22,
    TOOL_RADIUS = 18,
    BUTTON_PADDING = 22,
    TOOL_PADDING = 12,
    PILL_PADDING = 20,
    HEAD_NAME_X = 116,
    HEAD_GAP = 16, // between the names and the pill
    PRESSED_PERCENT = 2,
    CAPTION_ICON = 38,
    PART_SHARE_MAX = 8,
    TURN_STEP_MS = 100
};

bool part_hidden(const struct canvas *canvas, SDL_Rect rect)
{
    return !SDL_HasIntersection(&canvas->clip, &rect);
}

SDL_Rect part_with_shadow(const struct view *view, SDL_Rect rect)
{
    const struct layout *l = &view->layout;
    int beside = layout_px(l, PART_SHADOW_BESIDE) + 1;
    int above = layout_px(l, PART_SHADOW_ABOVE) + 1;
    int below = layout_px(l, PART_SHADOW_BELOW) + 1;
    return (SDL_Rect){rect.x - beside, rect.y - above, rect.w + 2 * beside,
                      rect.h + above + below};
}

static struct text_style style_of(const struct view *view, struct part_line how)
{
    int px = layout_px(&view->layout, how.size);
    return (struct text_style){how.weight, px < 1 ? 1 : px};
}

// Smaller until the words fit into so many lines.
static struct text_style fitted(const struct view *view, struct part_line how,
                                const char *words, double width, size_t most)
{
    struct text_style style = style_of(view, how);
    style.px = text_fit(view->text, style, style.px / 2, 1, &words, 1,
                        (int)view_px(view, width), most);
    return style;
}

void part_line(const struct view *view, struct canvas *canvas,
               struct part_line how, const char *words, double x, double y,
               double width)
{
    int high = layout_px(&view->layout, how.size) * 2;
    SDL_Rect band = {0, (int)view_px(view, y) - high / 2, canvas->width, high};
    if (part_hidden(canvas, band))
        return;
    struct text_style style = fitted(view, how, words, width, 1);
    text_draw_middle(view->text, canvas, style, how.ink, words,
                     view_px(view, x), view_px(view, y), how.align);
}

void part_lines(const struct view *view, struct canvas *canvas,
                struct part_line how, const char *words, double x, double y,
                double width, size_t most, double leading)
{
    int high = layout_px(&view->layout, leading * (double)(most + 1));
    SDL_Rect band = {0, (int)view_px(view, y) - high / 2, canvas->width, high};
    if (part_hidden(canvas, band))
        return;
    struct text_style style = fitted(view, how, words, width, most);
    struct text_lines lines;
    text_break(view->text, style, words, (int)view_px(view, width), most,
               &lines);
    text_draw_lines(view->text, canvas, style, how.ink, &lines,
                    view_px(view, x), view_px(view, y), view_px(view, leading),
                    how.align);
}

size_t part_paragraph(const struct view *view, struct canvas *canvas,
                      struct part_line how, const char *words, double x,
                      double y, double width, size_t most, double leading)
{
    struct text_style style = fitted(view, how, words, width, most);
    struct text_lines lines;
    text_break(view->text, style, words, (int)view_px(view, width), most,
               &lines);
    double middle = y + leading * (double)(lines.count - 1) / 2;
    text_draw_lines(view->text, canvas, style, how.ink, &lines,
                    view_px(view, x), view_px(view, middle),
                    view_px(view, leading), how.align);
    return lines.count;
}

size_t part_line_count(const struct view *view, struct part_line how,
                       const char *words, double width, size_t most)
{
    struct text_lines lines;
    text_break(view->text, fitted(view, how, words, width, most), words,
               (int)view_px(view, width), most, &lines);
    return lines.count;
}

void part_page(const struct view *view, struct canvas *canvas)
{
    canvas_fill(canvas, view->theme->bg);
}

// --- The drum ----------------------------------------------------------------

SDL_Rect part_ornament_rect(const struct view *view, double x, double y)
{
    int size = view->ornament->size;
    return (SDL_Rect){(int)view_px(view, x) - size / 2 - 1,
                      (int)view_px(view, y) - size / 2 - 1, size + 2, size + 2};
}

void part_ornament(const struct view *view, struct canvas *canvas, double x,
                   double y)
{
    if (view->theme->ornament && view->ornament->size > 0)
        ornament_draw(view->ornament, canvas, view_px(view, x),
                      view_px(view, y), view->theme->gold);
}

// --- The head ----------------------------------------------------------------

struct head {
    struct buf name, pill;
    const char *centre;
    double name_width, pill_width; // u
    double pill_size;              // em
};

static double width_in_u(const struct view *view, enum text_weight weight,
                         double size, const char *line)
{
    struct text_style style = {weight, layout_px(&view->layout, size)};
    return text_width(view->text, style, line) / view->layout.scale;
}

static void write_name(const struct view *view, bool full, struct buf *out)
{
    const char *values[] = {view->setting->unit_name};
    buf_clear(out);
    if (values[0][0])
        i18n_format(view->i18n, view->language, i18n_unit(values[0], full),
                    values, 1, out);
}

static void write_pill(const struct view *view, bool field, struct buf *out)
{
    const char *values[] = {view->setting->counter, view->field};
    buf_clear(out);
    if (view->enrolled)
        i18n_format(view->i18n, view->language,
                    field ? "pill.counter_field" : "pill.counter", values, 2,
                    out);
}

static double name_size(const struct view *view)
{
    return view_size(view, 27, 34);
}

static bool try_head(const struct view *view, double room, bool full_name,
                     bool field, struct head *head)
{
    double centre = width_in_u(view, TEXT_MEDIUM, 24, head->centre);
    write_name(view, full_name, &head->name);
    write_pill(view, field, &head->pill);
    head->name_width =
        width_in_u(view, TEXT_SEMIBOLD, name_size(view), buf_text(&head->name));
    head->pill_width =
        width_in_u(view, TEXT_SEMIBOLD, head->pill_size, buf_text(&head->pill));
    if (head->pill_width > 0)
        head->pill_width += 2 * PILL_PADDING;
    return fmax(head->name_width, centre) + HEAD_GAP + head->pill_width <= room;
}

// The fullest wording that leaves room between the names and the pill; when
// none does, the pill is not enlarged.
static void word_head(const struct view *view, struct head *head)
{
    bool field = view->field[0] != '\0';
    double room = view->layout.w - HEAD_NAME_X - LAYOUT_MARGIN;
    head->centre = view_text(view, "unit.centre");
    head->pill_size = view_size(view, 28, 34);
    if ((field && try_head(view, room, true, true, head)) ||
        try_head(view, room, true, false, head) ||
        (field && try_head(view, room, false, true, head)) ||
        try_head(view, room, false, false, head))
        return;
    head->pill_size = 28;
    try_head(view, room, false, false, head);
}

void part_header(const struct view *view, struct canvas *canvas)
{
    const struct theme *theme = view->theme;
    double low = view->layout.portrait ? 6 : 0;
    double rule = view->layout.portrait ? 108 : 96;
    double right = view->layout.w - LAYOUT_MARGIN;
    SDL_Rect box =
        view_rect(view, (struct box){0, 0, view->layout.w, rule + 2});
    if (part_hidden(canvas, box))
        return;
    struct head head = {0};
    word_head(view, &head);
    emblem_draw(canvas, theme, view_px(view, 70), view_px(view, 50 + low),
                view_px(view, 30));
    double room = right - HEAD_NAME_X -
                  (head.pill_width > 0 ? head.pill_width + HEAD_GAP : 0);
    struct part_line name = {TEXT_SEMIBOLD, name_size(view), theme->ink,
                             TEXT_LEFT};
    struct part_line centre = {TEXT_MEDIUM, 24, theme->ink2, TEXT_LEFT};
    bool named = buf_text(&head.name)[0] != '\0';
    if (named)
        part_line(view, canvas, name, buf_text(&head.name), HEAD_NAME_X,
                  34 + low, room);
    part_line(view, canvas, centre, head.centre, HEAD_NAME_X,
              (named ? 68 : 50) + low, room);
    if (head.pill_width > 0) {
        SDL_Rect pill =
            view_rect(view, (struct box){right - head.pill_width, 24 + low,
                                         head.pill_width, 52});
        canvas_round_rect(canvas, pill.x, pill.y, pill.w, pill.h, pill.h / 2.0,
                          theme->pill);
        struct part_line words = {TEXT_SEMIBOLD, head.pill_size, theme->on_pill,
                                  TEXT_CENTRE};
        part_line(view, canvas, words, buf_text(&head.pill),
                  right - head.pill_width / 2, 50 + low,
                  head.pill_width - PILL_PADDING);
    }
    SDL_Rect line = view_rect(
        view, (struct box){LAYOUT_MARGIN, rule, right - LAYOUT_MARGIN, 2});
    canvas_rect(canvas, line.x, line.y, line.w, fmax(1, line.h), theme->rule);
    buf_free(&head.name);
    buf_free(&head.pill);
}

// --- Cards and buttons -----------------------------------------------------

static SDL_FRect shrink(const struct target *target)
{
    SDL_FRect r = {(float)target->area.x, (float)target->area.y,
                   (float)target->area.w, (float)target->area.h};
    if (target->look & LOOK_PRESSED) {
        float dx = r.w * PRESSED_PERCENT / 200,
              dy = r.h * PRESSED_PERCENT / 200;
        r = (SDL_FRect){r.x + dx, r.y + dy, r.w - 2 * dx, r.h - 2 * dy};
    }
    return r;
}

static void cast(const struct view *view, struct canvas *canvas, SDL_FRect r,
                 double radius, double down, double blur, color c)
{
    if (view->theme->shadow)
        canvas_shadow(canvas, r.x, r.y, r.w, r.h, radius, view_px(view, down),
                      view_px(view, blur), c);
}

static void shadow(const struct view *view, struct canvas *canvas, SDL_FRect r,
                   double radius)
{
    cast(view, canvas, r, radius, CARD_SHADOW_DOWN, CARD_SHADOW_BLUR,
         view->theme->shadow);
}

static void bordered(const struct view *view, struct canvas *canvas,
                     SDL_FRect r, double radius, double border, color line,
                     color fill)
{
    canvas_round_rect(canvas, r.x, r.y, r.w, r.h, radius, fill);
    canvas_round_border(canvas, r.x, r.y, r.w, r.h, radius,
                        fmax(1, view_px(view, border)), line);
}

// Half of the way from one colour to the other.
static color between(color a, color b)
{
    return ((a >> 1) & 0x7f7f7f) + ((b >> 1) & 0x7f7f7f) + COLOR(0);
}

SDL_FRect part_card(const struct view *view, struct canvas *canvas,
                    const struct target *target, double radius, color line)
{
    const struct theme *theme = view->theme;
    SDL_FRect r = shrink(target);
    double round = view_px(view, radius);
    shadow(view, canvas, r, round);
    if (target->look & LOOK_CHOSEN)
        bordered(view, canvas, r, round, CHOSEN_BORDER, theme->primary,
                 theme->chosen);
    else
        bordered(view, canvas, r, round, theme->border, line,
                 target->look & LOOK_PRESSED
                     ? between(theme->surface, theme->tint)
                     : theme->surface);
    return r;
}

void part_panel(const struct view *view, struct canvas *canvas, struct box box,
                double radius, color line)
{
    SDL_Rect area = view_rect(view, box);
    SDL_FRect r = {(float)area.x, (float)area.y, (float)area.w, (float)area.h};
    double round = view_px(view, radius);
    shadow(view, canvas, r, round);
    bordered(view, canvas, r, round, view->theme->border, line,
             view->theme->surface);
}

SDL_FRect part_call(const struct view *view, struct canvas *canvas,
                    const struct target *target)
{
    const struct theme *theme = view->theme;
    SDL_FRect r = shrink(target);
    cast(view, canvas, r, r.h / 2, CALL_SHADOW_DOWN, CALL_SHADOW_BLUR,
         color_fade(theme->ink, CALL_SHADOW));
    canvas_round_rect(canvas, r.x, r.y, r.w, r.h, r.h / 2,
                      target->look & LOOK_PRESSED
                          ? between(theme->primary, theme->ink)
                          : theme->primary);
    return r;
}

SDL_FRect part_chip(const struct view *view, struct canvas *canvas,
                    const struct target *target)
{
    const struct theme *theme = view->theme;
    SDL_FRect r = shrink(target);
    double round = view_px(view, BUTTON_RADIUS);
    shadow(view, canvas, r, round);
    if (target->look & LOOK_CHOSEN)
        canvas_round_rect(canvas, r.x, r.y, r.w, r.h, round, theme->primary);
    else
        bordered(view, canvas, r, round, theme->border, theme->control,
                 target->look & LOOK_PRESSED ? theme->tint : theme->surface);
    return r;
}

// How a caption of a kind stands in its button, u.
struct inset {
    enum text_weight weight;
    double padding, gap; // beside it, and between icon and words
};

static struct inset inset_of(enum part_kind kind)
{
    if (kind == PART_TOOL)
        return (struct inset){TEXT_SEMIBOLD, TOOL_PADDING, 12};
    if (kind == PART_SNUG)
        return (struct inset){TEXT_BOLD, TOOL_PADDING, 12};
    if (kind == PART_QUIET)
        return (struct inset){TEXT_SEMIBOLD, TOOL_PADDING, 17};
    return (struct inset){TEXT_BOLD, BUTTON_PADDING, 17};
}

// What stands around the words.
static double beside_words(const struct part_caption *caption)
{
    struct inset inset = inset_of(caption->kind);
    return 2 * inset.padding +
           (caption->icon == ICON_NONE ? 0 : CAPTION_ICON + inset.gap);
}

bool part_share(const struct view *view, const struct part_caption *captions,
                size_t count, double size, struct box *boxes)
{
    double needs[PART_SHARE_MAX];
    assert(count <= PART_SHARE_MAX);
    for (size_t i = 0; i < count; i++)
        // A pixel more, for a box whose edges are rounded.
        needs[i] = beside_words(&captions[i]) + 1 / view->layout.scale +
                   width_in_u(view, inset_of(captions[i].kind).weight, size,
                              captions[i].words);
    return layout_share(needs, count, boxes);
}

double part_common_size(const struct view *view,
                        const struct part_caption *captions,
                        const struct target *targets, size_t count, double size)
{
    int px = layout_px(&view->layout, size), least = px / 2;
    for (size_t i = 0; i < count; i++) {
        struct text_style style = {inset_of(captions[i].kind).weight, px};
        double around = view_px(view, beside_words(&captions[i]));
        px = text_fit(view->text, style, least, 1, &captions[i].words, 1,
                      (int)(targets[i].area.w - around), 1);
    }
    return px / view->layout.scale;
}

// Icon and label side by side with their common middle in the rectangle.
static void centred(const struct view *view, struct canvas *canvas, SDL_FRect r,
                    const struct part_caption *caption, double size, color ink,
                    color paper)
{
    struct inset inset = inset_of(caption->kind);
    bool has_icon = caption->icon != ICON_NONE;
    double left = has_icon ? view_px(view, CAPTION_ICON + inset.gap) : 0;
    int room = (int)(r.w - left - 2 * view_px(view, inset.padding));
    struct text_style style = {inset.weight, layout_px(&view->layout, size)};
    style.px = text_fit(view->text, style, style.px / 2, 1, &caption->words, 1,
                        room, 1);
    double words = text_width(view->text, style, caption->words);
    double x = r.x + (r.w - left - words) / 2, y = r.y + r.h / 2;
    if (has_icon)
        icon_draw(canvas, caption->icon, x + view_px(view, CAPTION_ICON) / 2, y,
                  view_px(view, CAPTION_ICON), ink, paper);
    text_draw_middle(view->text, canvas, style, ink, caption->words, x + left,
                     y, TEXT_LEFT);
}

void part_button(const struct view *view, struct canvas *canvas,
                 const struct target *target, enum part_kind kind,
                 enum icon icon, const char *label, double size)
{
    const struct theme *theme = view->theme;
    if (part_hidden(canvas, part_with_shadow(view, target->area)))
        return;
    SDL_FRect r = shrink(target);
    bool pressed = target->look & LOOK_PRESSED;
    double round =
        view_px(view, kind == PART_QUIET ? TOOL_RADIUS : BUTTON_RADIUS);
    color ink = theme->accent, paper;
    if (kind == PART_MAIN) {
        ink = theme->on_primary;
        paper = pressed ? between(theme->primary, theme->ink) : theme->primary;
        cast(view, canvas, r, round, CARD_SHADOW_DOWN, CARD_SHADOW_BLUR,
             color_fade(theme->ink, MAIN_SHADOW));
        canvas_round_rect(canvas, r.x, r.y, r.w, r.h, round, paper);
    } else if (kind == PART_SECOND || kind == PART_SNUG) {
        paper = pressed ? theme->tint : theme->surface;
        bordered(view, canvas, r, round, fmax(SECOND_BORDER, theme->border),
                 theme->accent, paper);
    } else {
        ink = theme->ink;
        paper = pressed ? theme->tint : theme->bg;
        bordered(view, canvas, r, round, theme->border, theme->control, paper);
    }
    const struct part_caption caption = {kind, icon, label};
    centred(view, canvas, r, &caption, size, ink, paper);
}

// How loud: so many of three bars under the words.
static void loudness(const struct view *view, struct canvas *canvas,
                     SDL_FRect r, unsigned bars, color ink)
{
    const double wide = view_px(view, 34), pitch = view_px(view, 42);
    const double high = view_px(view, 6);
    double x = r.x + (r.w - 2 * pitch - wide) / 2;
    double y = r.y + r.h - view_px(view, 14);
    for (unsigned i = 0; i < 3; i++)
        canvas_round_rect(canvas, x + i * pitch, y, wide, high, high / 2,
                          i < bars ? ink : color_fade(ink, 80));
}

void part_tool(const struct view *view, struct canvas *canvas,
               const struct target *target, enum icon icon, const char *label,
               double size)
{
    const struct theme *theme = view->theme;
    if (part_hidden(canvas, target->area))
        return;
    SDL_FRect r = shrink(target), words = r;
    bool chosen = target->look & LOOK_CHOSEN;
    color ink = chosen ? theme->on_primary : theme->ink;
    color paper = chosen                        ? theme->primary
                  : target->look & LOOK_PRESSED ? theme->tint
                                                : theme->surface;
    double round = view_px(view, TOOL_RADIUS);
    bordered(view, canvas, r, round, theme->border,
             chosen ? theme->primary : theme->control, paper);
    unsigned bars = target->look / LOOK_NUMBER;
    if (bars > 0) {
        loudness(view, canvas, r, bars, ink);
        words.h -= (float)view_px(view, 12);
    }
    const struct part_caption caption = {PART_TOOL, icon, label};
    centred(view, canvas, words, &caption, size, ink, paper);
}

void part_faces(const struct view *view, struct canvas *canvas, double x,
                double y, double pitch, double radius)
{
    const struct survey_level *levels[SURVEY_LEVELS_MAX];
    size_t count =
        survey_shown(view->survey, view->setting->levels,
                     view->setting->order == RECORD_WORST_FIRST, levels);
    for (size_t i = 0; i < count; i++) {
        double cx = x + (double)i * pitch;
        SDL_Rect box = view_rect(view, (struct box){cx - radius, y - radius,
                                                    2 * radius, 2 * radius});
        if (!part_hidden(canvas, box))
            face_draw(canvas, view->theme, levels[i]->level, view_px(view, cx),
                      view_px(view, y), view_px(view, radius));
    }
}

// --- Quiet screens ---------------------------------------------------------

void part_spread_dots(const char *words, struct buf *out)
{
    static const char dot[] = " · ", wide[] = " \u00a0·\u00a0 ";
    for (const char *p; (p = strstr(words, dot)); words = p + strlen(dot)) {
        buf_append(out, words, (size_t)(p - words));
        buf_append_text(out, wide);
    }
    buf_append_text(out, words);
}

static void write_clock(const struct view *view, struct buf *out)
{
    int32_t day = date_day_of_wall_ms(view->wall_ms);
    char weekday[TARGET_ID_SIZE];
    struct buf date = {0}, time = {0}, whole = {0}, both = {0};
    snprintf(weekday, sizeof weekday, "date.weekday.%d", date_weekday(day));
    number_append_date(day, &date);
    number_append_time(view->wall_ms, &time);
    const char *words[] = {view_text(view, weekday), buf_text(&date)};
    i18n_format(view->i18n, view->language, "date.long", words, 2, &whole);
    const char *parts[] = {buf_text(&whole), buf_text(&time)};
    i18n_format(view->i18n, view->language, "date.clock", parts, 2, &both);
    part_spread_dots(buf_text(&both), out);
    buf_free(&date);
    buf_free(&time);
    buf_free(&whole);
    buf_free(&both);
}

void part_clock(const struct view *view, struct canvas *canvas, double y)
{
    if (view->wall_ms == 0)
        return;
    const struct layout *l = &view->layout;
    struct buf line = {0};
    write_clock(view, &line);
    struct part_line how = {TEXT_MEDIUM, 30, view->theme->ink,
                            l->portrait ? TEXT_CENTRE : TEXT_RIGHT};
    part_line(view, canvas, how, buf_text(&line),
              l->portrait ? l->w / 2 : l->w - LAYOUT_MARGIN, y, 560);
    buf_free(&line);
}

void part_battery(const struct view *view, struct canvas *canvas, double y)
{
    const struct layout *l = &view->layout;
    char percent[16];
    const char *values[] = {percent};
    struct buf line = {0};
    if (view->battery_low < 0)
        return;
    snprintf(percent, sizeof percent, "%d", view->battery_low);
    i18n_format(view->i18n, view->language, "battery.low", values, 1, &line);
    struct part_line how = {TEXT_SEMIBOLD, 24, view->theme->warn,
                            l->portrait ? TEXT_CENTRE : TEXT_RIGHT};
    part_line(view, canvas, how, buf_text(&line),
              l->portrait ? l->w / 2 : l->w - LAYOUT_MARGIN,
              y + (l->portrait ? -38 : 40), l->w - 2 * LAYOUT_MARGIN);
    buf_free(&line);
}

int64_t part_next_minute(const struct view *view)
{
    const int64_t minute = 60000;
    if (view->wall_ms == 0)
        return INT64_MAX;
    return view->now + minute - view->wall_ms % minute;
}

int64_t part_clock_tick(const struct view *view, struct damage *out, double y)
{
    damage_add(out,
               view_rect(view, (struct box){0, y - 24, view->layout.w, 48}));
    return part_next_minute(view);
}

int64_t part_turn_tick(const struct view *view, struct damage *out, double x,
                       double y)
{
    if (view->now >= view->turns_until || !view->theme->ornament ||
        view->ornament->size == 0)
        return INT64_MAX;
    damage_add(out, part_ornament_rect(view, x, y));
    return view->now + TURN_STEP_MS;
}

// --- Closing screens -------------------------------------------------------

void part_ring(const struct view *view, struct canvas *canvas, double x,
               double y, double radius, double width, double part)
{
    double cx = view_px(view, x), cy = view_px(view, y);
    double r = view_px(view, radius), w = view_px(view, width);
    canvas_ring(canvas, cx, cy, r, w, view->theme->track);
    if (part > 0)
        canvas_arc(canvas, cx, cy, r, w, 0, fmin(part, 1),
                   view->theme->primary);
}

void part_ring_emblem(const struct view *view, struct canvas *canvas, double x,
                      double y, double part)
{
    enum { RING = 96, RING_WIDTH = 12, EMBLEM = 70, REACH = PART_RING_REACH };
    SDL_Rect box = view_rect(
        view, (struct box){x - REACH, y - REACH, 2 * REACH, 2 * REACH});
    if (part_hidden(canvas, box))
        return;
    // The drum ends at the ring.
    canvas_disc(canvas, view_px(view, x), view_px(view, y), view_px(view, RING),
                view->theme->bg);
    part_ring(view, canvas, x, y, RING, RING_WIDTH, part);
    emblem_draw(canvas, view->theme, view_px(view, x), view_px(view, y),
                view_px(view, EMBLEM));
}

struct box part_single_button(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct box){LAYOUT_MARGIN, 1048 + l->drop,
                            l->w - 2 * LAYOUT_MARGIN, 112};
    return (struct box){l->w / 2 - 240, 600 + l->drop, 480, 104};
}

// Digits of a telephone number stay together: no-break spaces.
static void append_number(const char *number, struct buf *out)
{
    for (; *number; number++) {
        if (*number == ' ')
            buf_append_text(out, "\u00a0");
        else
            buf_append_char(out, *number);
    }
}

void part_hotline_text(const struct view *view, struct buf *out)
{
    struct buf number = {0};
    append_number(view->setting->hotline, &number);
    const char *values[] = {buf_text(&number)};
    i18n_format(view->i18n, view->language, "thanks.hotline", values, 1, out);
    buf_free(&number);
}

void part_hotline(const struct view *view, struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    if (!view->setting->hotline[0])
        return;
    struct buf line = {0};
    part_hotline_text(view, &line);
    struct part_line how = {TEXT_MEDIUM, view_size(view, 30, 38),
                            view->theme->ink, TEXT_CENTRE};
    part_lines(view, canvas, how, buf_text(&line), l->w / 2,
               (l->portrait ? 1219 : 753) + l->drop, l->w - 2 * LAYOUT_MARGIN,
               l->portrait ? 2 : 1, view_size(view, 41, 50));
    buf_free(&line);
}

// At rest where visits come by invitation: the rating opens by itself when the
// business at the counter is done. There is nothing to touch, but where people
// may begin by themselves: then one calm button.
#include "common/date.h"
#include "ui/parts.h"

enum {
    NOTICE_TURN_MS = 20000, // a card's worth of notices stands so long
    NOTICES_OF_A_CARD = 2,
    NOTICE_LINES = 2
};

static struct box button_box(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct box){60, 700 + l->drop, l->w - 120, 112};
    return (struct box){l->w - 440, 522 + l->drop, 400, 96};
}

static double clock_y(const struct view *view)
{
    return (view->layout.portrait ? 1225 : 731) + view->layout.drop;
}

static struct point drum(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (l->portrait)
        return (struct point){l->w / 2, 1070 + l->drop};
    return (struct point){l->w - 130, 470 + l->drop};
}

// --- What the ward did -------------------------------------------------------

static bool has_button(const struct view *view)
{
    return flow_walk_up(view->flow) != FLOW_WALK_UP_OFF;
}

// Below the button where there is one in the way: then with one notice.
static bool is_low_card(const struct view *view)
{
    return view->layout.portrait && has_button(view);
}

static struct box card_box(const struct view *view)
{
    const struct layout *l = &view->layout;
    if (is_low_card(view))
        return (struct box){60, 836 + l->drop, l->w - 120, 190};
    if (l->portrait)
        return (struct box){60, 690 + l->drop, l->w - 120, 300};
    return (struct box){l->w - 516, 140 + l->drop, 476, 310};
}

// Those of today. Without a clock that can be believed there is no today.
static size_t find_notices(const struct view *view,
                           const struct setting_notice *out[])
{
    const struct setting *setting = view->setting;
    int32_t today = date_day_of_wall_ms(view->wall_ms);
    size_t count = 0;
    for (size_t i = 0; view->wall_ms && i < setting->notice_count; i++) {
        const struct setting_notice *notice = &setting->notices[i];
        if (today >= notice->first && today <= notice->last)
            out[count++] = notice;
    }
    return count;
}

static size_t of_a_card(const struct view *view)
{
    return is_low_card(view) ? 1 : NOTICES_OF_A_CARD;
}

// Where the card's notices begin: all of them take their turns.
static size_t first_of_card(const struct view *view, size_t count)
{
    size_t each = of_a_card(view);
    size_t cards = (count + each - 1) / each;
    return (size_t)(view->wall_ms / NOTICE_TURN_MS) % cards * each;
}

static void draw_notices(const struct view *view, struct canvas *canvas)
{
    const struct setting_notice *notices[SETTING_NOTICES_MAX];
    const struct theme *theme = view->theme;
    size_t count = find_notices(view, notices);
    struct box box = card_box(view);
    if (count == 0)
        return;
    double x = box.x + 30, y = box.y + 108, width = box.w - 60;
    part_panel(view, canvas, box, 28, theme->notice);
    struct part_line title = {TEXT_BOLD, view->layout.portrait ? 28 : 26,
                              theme->red, TEXT_LEFT};
    part_line(view, canvas, title, view_text(view, "wait.notice"), x,
              box.y + 46, width);
    canvas_line(
        canvas, (struct point){view_px(view, x), view_px(view, box.y + 77)},
        (struct point){view_px(view, x + width), view_px(view, box.y + 77)},
        view_px(view, 2), theme->notice);
    struct part_line line = {TEXT_MEDIUM, 30, theme->ink, TEXT_LEFT};
    size_t first = first_of_card(view, count);
    for (size_t i = first; i < count && i < first + of_a_card(view); i++) {
        size_t lines =
            part_paragraph(view, canvas, line, notices[i]->text[view->language],
                           x, y, width, NOTICE_LINES, 43);
        y += 43 * (double)lines + 16;
    }
}

// The card changes with its turn, and with the day.
static int64_t tick_notices(const struct view *view, struct damage *out)
{
    const struct setting_notice *notices[SETTING_NOTICES_MAX];
    bool is_new_day = date_day_of_wall_ms(view->wall_ms) !=
                      date_day_of_wall_ms(view->wall_ms - 60000);
    bool has_turns = find_notices(view, notices) > of_a_card(view);
    if (view->setting->notice_count > 0 && (has_turns || is_new_day))
        damage_add(out,
                   part_with_shadow(view, view_rect(view, card_box(view))));
    if (!has_turns)
        return INT64_MAX;
    return view->now + NOTICE_TURN_MS - view->wall_ms % NOTICE_TURN_MS;
}

// --- The screen --------------------------------------------------------------

static void layout(const struct view *view, struct targets *out)
{
    if (has_button(view))
        targets_add(out, view, "wait.start", button_box(view), 12, FLOW_WAKE,
                    0);
}

// How a visit opens here, and what is kept of it.
static const char *body_text(const struct view *view)
{
    static const char *const ids[2][2] = {
        {"wait.body_code", "wait.body_code_linked"},
        {"wait.body", "wait.body_linked"}};
    return view_text(
        view,
        ids[view->flow->setting.transaction][view->setting->privacy.linked]);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    const struct theme *theme = view->theme;
    struct point centre = drum(view);
    enum text_align align = l->portrait ? TEXT_CENTRE : TEXT_LEFT;
    double x = l->portrait ? l->w / 2 : 40;
    part_page(view, canvas);
    part_ornament(view, canvas, centre.x, centre.y);
    part_header(view, canvas);
    struct part_line title = {TEXT_BOLD, l->portrait ? 56 : 60, theme->ink,
                              align};
    part_lines(view, canvas, title, view_text(view, "wait.title"), x,
               (l->portrait ? 200 : 201) + l->drop,
               l->portrait ? l->w - 80 : 860, 2, l->portrait ? 74 : 78);
    struct part_line body = {TEXT_MEDIUM, 34, theme->ink, align};
    part_lines(view, canvas, body, body_text(view), x,
               (l->portrait ? 376 : 377) + l->drop, l->portrait ? 640 : 680, 3,
               l->portrait ? 47 : 49);
    part_faces(view, canvas, l->portrait ? l->w / 2 - 284 : 98,
               (l->portrait ? 560 : 570) + l->drop, l->portrait ? 142 : 144,
               58);
    if (targets->count > 0)
        part_button(view, canvas, &targets->list[0], PART_SECOND, ICON_HAND,
                    view_text(view, "wait.start"), 34);
    struct part_line other = {TEXT_MEDIUM, 30, theme->ink, align};
    part_line(view, canvas, other, view_text(view, "wait.other"), x,
              (l->portrait ? 1069 : 731) + l->drop, 700);
    draw_notices(view, canvas);
    part_clock(view, canvas, clock_y(view));
    part_battery(view, canvas, clock_y(view));
}

static int64_t tick(const struct view *view, struct damage *out)
{
    struct point centre = drum(view);
    int64_t minute = part_clock_tick(view, out, clock_y(view));
    int64_t turn = part_turn_tick(view, out, centre.x, centre.y);
    int64_t notices = tick_notices(view, out);
    int64_t next = turn < minute ? turn : minute;
    return notices < next ? notices : next;
}

const struct screen SCREEN_WAITING = {"waiting", layout, draw, NULL, tick};

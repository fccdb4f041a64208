// What the doctor finds, page by page: each line with its sign, what was found
// and what to do. Those with something to do come first.
#include "ui/examination.h"
#include "ui/parts.h"
#include "ui/staff.h"
#include <stdio.h>

enum { GAP = 16, ACTION_COUNT = 4, PAD = 12 };

struct page {
    size_t first, end; // of the lines
};

static double top(const struct view *view)
{
    return view->layout.portrait ? 146 : 104;
}

static double buttons_height(const struct view *view)
{
    return view->layout.portrait ? 100 : 92;
}

static double buttons_top(const struct view *view)
{
    const struct layout *l = &view->layout;
    double h = buttons_height(view);
    return l->h - 40 - (l->portrait ? 2 * h + GAP : h);
}

// The parts of a row: the name beside what was found, what to do below both.
enum {
    NAME_X = 126,
    NAMES_WIDTH = 330,
    NAME_HEIGHT = 52,
    ROW_HEIGHT = 64,
    LEADING = 36,
    SAYS_LINES = 4,
    ADVICE_LINES = 4
};
static const struct part_line SAYS = {
    .weight = TEXT_BOLD, .size = 28, .align = TEXT_RIGHT};
static const struct part_line ADVICE = {
    .weight = TEXT_MEDIUM, .size = 28, .align = TEXT_LEFT};

static double right_of(const struct view *view)
{
    return view->layout.w - 68;
}

// Beside the name, or below it where the screen is narrow.
static double says_width(const struct view *view)
{
    return right_of(view) - NAME_X -
           (view->layout.portrait ? 0 : NAMES_WIDTH + 20);
}

static double says_height(const struct view *view,
                          const struct examination_line *line)
{
    return LEADING * (double)part_line_count(view, SAYS, line->says,
                                             says_width(view), SAYS_LINES);
}

static double head_height(const struct view *view,
                          const struct examination_line *line)
{
    double says = says_height(view, line);
    return view->layout.portrait    ? NAME_HEIGHT + says + 12
           : says + 28 > ROW_HEIGHT ? says + 28
                                    : ROW_HEIGHT;
}

static double row_height(const struct view *view,
                         const struct examination_line *line)
{
    double high = head_height(view, line);
    if (line->advice[0])
        high += LEADING * (double)part_line_count(view, ADVICE, line->advice,
                                                  right_of(view) - NAME_X,
                                                  ADVICE_LINES) +
                10;
    return high;
}

// As many lines as there is room for, at least one.
static struct page page_from(const struct view *view, size_t first)
{
    const struct examination_lines *lines = &view->staff->checks;
    double room = buttons_top(view) - GAP - top(view) - 2 * PAD;
    struct page page = {first, first};
    while (page.end < DOCTOR_CHECK_COUNT) {
        room -= row_height(view, &lines->list[page.end]);
        if (room < 0 && page.end > first)
            break;
        page.end++;
    }
    return page;
}

// The page that is shown, and how many there are.
static struct page find_page(const struct view *view, int *out_count)
{
    struct page page = page_from(view, 0), shown = page;
    int count = 1;
    for (; page.end < DOCTOR_CHECK_COUNT; count++) {
        if (count <= view->staff->checks_page)
            shown = page_from(view, page.end);
        page = page_from(view, page.end);
    }
    *out_count = count;
    return shown;
}

static const struct {
    const char *id;
    enum flow_act act;
    int turn; // of the page
} ACTIONS[ACTION_COUNT] = {{"checks.previous", FLOW_PAGE, -1},
                           {"checks.next", FLOW_PAGE, 1},
                           {"checks.again", FLOW_EXAMINE, 0},
                           {"checks.back", FLOW_LEAVE, 0}};

static void layout(const struct view *view, struct targets *out)
{
    const struct layout *l = &view->layout;
    size_t columns = l->portrait ? 2 : ACTION_COUNT;
    double h = buttons_height(view);
    double w = (l->w - 80 - GAP * (double)(columns - 1)) / (double)columns;
    int count = 1, shown = view->staff->checks_page;
    if (view->staff->checks.ready)
        find_page(view, &count);
    for (size_t i = 0; i < ACTION_COUNT; i++) {
        size_t row = i / columns, column = i % columns;
        int turn = ACTIONS[i].turn, to = shown + turn;
        const struct box box = {40 + (double)column * (w + GAP),
                                buttons_top(view) + (double)row * (h + GAP), w,
                                h};
        if (to >= 0 && to < count)
            targets_add(out, view, ACTIONS[i].id, box, 8, ACTIONS[i].act, to);
    }
}

static void draw_title(const struct view *view, struct canvas *canvas,
                       int count)
{
    const struct layout *l = &view->layout;
    struct part_line title = {TEXT_BOLD, 44, view->theme->ink, TEXT_LEFT};
    part_line(view, canvas, title, view_text(view, "diag.title"), 40, 56, 480);
    if (count < 2)
        return;
    char shown[16], all[16];
    struct buf line = {0};
    snprintf(shown, sizeof shown, "%d", view->staff->checks_page + 1);
    snprintf(all, sizeof all, "%d", count);
    const char *values[] = {shown, all};
    i18n_format(view->i18n, view->language, "checks.page", values, 2, &line);
    struct part_line number = {TEXT_MEDIUM, 28, view->theme->ink2, TEXT_RIGHT};
    part_line(view, canvas, number, buf_text(&line), l->w - 40, 60, 240);
    buf_free(&line);
}

static void draw_sign(const struct view *view, struct canvas *canvas,
                      enum doctor_verdict verdict, double y)
{
    const struct theme *theme = view->theme;
    bool well = verdict == DOCTOR_PASS;
    color ink = well                     ? theme->ok
                : verdict == DOCTOR_FAIL ? theme->red
                : verdict == DOCTOR_WARN ? theme->warn
                                         : theme->ink2;
    icon_draw(canvas, well ? ICON_CHECK_DISC : ICON_WARNING, view_px(view, 86),
              view_px(view, y), view_px(view, well ? 40 : 46), ink,
              theme->surface);
}

static void draw_row(const struct view *view, struct canvas *canvas,
                     const struct examination_line *line, double y)
{
    const struct theme *theme = view->theme;
    bool below = view->layout.portrait;
    double head = head_height(view, line);
    double name_y = y + (below ? NAME_HEIGHT + 12 : head) / 2;
    double says_y =
        below ? y + NAME_HEIGHT + says_height(view, line) / 2 : name_y;
    char id[TARGET_ID_SIZE];
    snprintf(id, sizeof id, "doctor.name.%s", doctor_check_name(line->check));
    draw_sign(view, canvas, line->verdict, name_y);
    struct part_line name = {TEXT_MEDIUM, 30, theme->ink, TEXT_LEFT};
    struct part_line says = SAYS, advice = ADVICE;
    says.ink = theme->ink;
    says.align = below ? TEXT_LEFT : TEXT_RIGHT;
    advice.ink = theme->ink2;
    part_line(view, canvas, name, view_text(view, id), NAME_X, name_y,
              below ? right_of(view) - NAME_X : NAMES_WIDTH);
    part_lines(view, canvas, says, line->says, below ? NAME_X : right_of(view),
               says_y, says_width(view), SAYS_LINES, LEADING);
    if (line->advice[0])
        part_paragraph(view, canvas, advice, line->advice, NAME_X,
                       y + head + 10, right_of(view) - NAME_X, ADVICE_LINES,
                       LEADING);
}

static void draw_rows(const struct view *view, struct canvas *canvas,
                      struct page page)
{
    const struct examination_lines *lines = &view->staff->checks;
    double y = top(view) + PAD;
    for (size_t i = page.first; i < page.end; i++) {
        draw_row(view, canvas, &lines->list[i], y);
        y += row_height(view, &lines->list[i]);
        if (i + 1 < page.end)
            canvas_rect(canvas, view_px(view, 64), view_px(view, y),
                        view_px(view, view->layout.w - 128), view_px(view, 1.5),
                        view->theme->rule);
    }
}

static void draw_buttons(const struct view *view, const struct targets *targets,
                         struct canvas *canvas)
{
    struct part_caption captions[ACTION_COUNT];
    size_t count = targets->count;
    for (size_t i = 0; i < count; i++)
        captions[i] = (struct part_caption){
            targets->list[i].act == FLOW_LEAVE ? PART_MAIN : PART_SECOND,
            ICON_NONE, view_text(view, targets->list[i].id)};
    double size = part_common_size(view, captions, targets->list, count, 34);
    for (size_t i = 0; i < count; i++)
        part_button(view, canvas, &targets->list[i], captions[i].kind,
                    ICON_NONE, captions[i].words, size);
}

static void draw(const struct view *view, const struct targets *targets,
                 struct canvas *canvas)
{
    const struct layout *l = &view->layout;
    const struct target card = {
        .area =
            view_rect(view, (struct box){40, top(view), l->w - 80,
                                         buttons_top(view) - GAP - top(view)})};
    int count = 1;
    struct page page = {0, 0};
    if (view->staff->checks.ready)
        page = find_page(view, &count);
    part_page(view, canvas);
    draw_title(view, canvas, count);
    part_card(view, canvas, &card, 28, view->theme->surface);
    struct part_line wait = {TEXT_MEDIUM, 34, view->theme->ink, TEXT_CENTRE};
    if (view->staff->checks.ready)
        draw_rows(view, canvas, page);
    else
        part_line(view, canvas, wait, view_text(view, "checks.wait"), l->w / 2,
                  (top(view) + buttons_top(view)) / 2, l->w - 160);
    draw_buttons(view, targets, canvas);
}

const struct screen SCREEN_CHECKS = {"checks", layout, draw, NULL, NULL};

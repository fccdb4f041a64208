#include "report/enrol_sheets.h"
#include "common/date.h"
#include "qr/qr.h"
#include "report/paper.h"
#include "vietnamese/number.h"
#include <stdio.h>

#define HALF (128 * PAPER_MM)   // from one sheet to the next
#define PICTURE (62 * PAPER_MM) // the QR code with its quiet zone
#define GAP (6 * PAPER_MM)

static const struct paper_style HEADING = {.size = 12, .bold = true},
                                COUNTER = {.size = 30, .bold = true},
                                PLAIN = {.size = 12, .leading = 1.1},
                                CODE = {.size = 28, .bold = true},
                                STEP = {.size = 13, .leading = 1.1},
                                SMALL = {.size = 11, .italic = true};

struct picture {
    struct paper *paper;
    double x, y, module;
};

static void count_nothing(void *ctx, int x, int y, int length)
{
    (void)ctx, (void)x, (void)y, (void)length;
}

static void fill_run(void *ctx, int x, int y, int length)
{
    const struct picture *p = ctx;
    // A hair taller, so that no light shows between two rows.
    paper_fill(p->paper, p->x + x * p->module, p->y + y * p->module,
               length * p->module, p->module * 1.02);
}

static bool draw_code(struct paper *paper, const char *text, double x, double y)
{
    int size = qr_each_run(text, count_nothing, NULL);
    struct picture picture = {paper, x, y, size > 0 ? PICTURE / size : 0};
    return size > 0 && qr_each_run(text, fill_run, &picture) > 0;
}

static void append_moment(int64_t at, struct buf *out)
{
    number_append_time(at, out);
    buf_append_char(out, ' ');
    number_append_date(date_day_of_wall_ms(at), out);
}

static void say(const struct i18n *texts, const char *id, const char *value,
                struct buf *out)
{
    const char *values[] = {value};
    i18n_format(texts, I18N_VI, id, values, 1, out);
}

// One piece of text below the other.
struct column {
    struct paper *paper;
    double x, y, width;
};

static void put(struct column *column, const struct paper_style *style,
                double after, const char *text)
{
    column->y += paper_box(column->paper, column->x, column->y, column->width,
                           style, text) +
                 after;
}

static void put_said(struct column *column, const struct paper_style *style,
                     double after, const struct i18n *texts, const char *id,
                     const char *value)
{
    struct buf text = {0};
    say(texts, id, value, &text);
    put(column, style, after, buf_text(&text));
    buf_free(&text);
}

static void put_place(struct column *column, const struct enrol_sheet *sheet,
                      const struct i18n *texts)
{
    put_said(column, &COUNTER, 2, texts, "enrol-sheet.counter", sheet->counter);
    if (sheet->name[0])
        put(column, &PLAIN, 0, sheet->name);
    if (sheet->field[0])
        put_said(column, &PLAIN, 0, texts, "enrol-sheet.field", sheet->field);
    if (sheet->point[0])
        put_said(column, &PLAIN, 0, texts, "enrol-sheet.point", sheet->point);
    column->y += 8;
}

static void put_steps(struct column *column, const struct enrol_sheets *sheets,
                      const struct i18n *texts)
{
    static const char *const STEPS[] = {
        "enrol-sheet.step1", "enrol-sheet.step2", "enrol-sheet.step3",
        "enrol-sheet.step4"};
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++)
        put_said(column, &STEP, 3, texts, STEPS[i], "");
    put_said(column, &SMALL, 0, texts,
             sheets->has_pin ? "enrol-sheet.own_certificate"
                             : "enrol-sheet.no_scanner",
             "");
}

static bool draw_sheet(struct paper *paper, const struct enrol_sheets *sheets,
                       const struct enrol_sheet *sheet,
                       const struct i18n *texts, double y)
{
    double width = paper_width(paper);
    struct column left = {paper, 0, y, width - PICTURE - GAP};
    struct buf until = {0};
    append_moment(sheets->expires_ms, &until);
    put_said(&left, &HEADING, 6, texts, "enrol-sheet.title", sheets->unit);
    put_place(&left, sheet, texts);
    put_said(&left, &PLAIN, 0, texts, "enrol-sheet.code", "");
    put(&left, &CODE, 4, sheet->code);
    put_said(&left, &PLAIN, 0, texts, "enrol-sheet.server", sheets->server);
    put_said(&left, &PLAIN, 0, texts, "enrol-sheet.until", buf_text(&until));
    bool done = draw_code(paper, sheet->voucher, width - PICTURE, y);
    struct column steps = {paper, 0, y + PICTURE + 2, width};
    if (steps.y < left.y + 6)
        steps.y = left.y + 6;
    put_steps(&steps, sheets, texts);
    buf_free(&until);
    return done;
}

bool enrol_sheets_write(const struct enrol_sheets *sheets,
                        const struct i18n *texts, struct buf *out,
                        struct buf *message)
{
    struct buf title = {0};
    say(texts, "enrol-sheet.title", sheets->unit, &title);
    struct paper *paper =
        paper_open(buf_text(&title), sheets->unit, sheets->made_ms, message);
    buf_free(&title);
    if (!paper)
        return false;
    double top = paper_y(paper);
    bool done = true;
    for (size_t i = 0; i < sheets->count; i++) {
        bool second = i % 2 == 1;
        if (i > 0 && !second)
            paper_new_page(paper);
        if (second)
            paper_rule(paper, 0, top + HALF - 2 * GAP / 3, paper_width(paper));
        done = draw_sheet(paper, sheets, &sheets->list[i], texts,
                          second ? top + HALF : top) &&
               done;
    }
    done = paper_close(paper, out) && done;
    if (!done && message->size == 0)
        buf_append_text(message,
                        "the sheets cannot be drawn: out of memory, or "
                        "a text that is too long for a QR code");
    return done;
}

#include "report/official.h"
#include "common/date.h"
#include "common/log.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <string.h>

static const char MODULE[] = "report";
// To be filled in by hand.
static const char DOTS_SHORT[] = ".....", DOTS[] = "....................";

// Sizes and weights are those of Nghị định 30/2020/NĐ-CP, annex I.
static const struct paper_style NATION = {
    .size = 12, .bold = true, .align = PAPER_CENTRE};
static const struct paper_style MOTTO = {
    .size = 13, .bold = true, .align = PAPER_CENTRE};
static const struct paper_style PARENT = {.size = 12, .align = PAPER_CENTRE};
static const struct paper_style ISSUER = {
    .size = 12, .bold = true, .align = PAPER_CENTRE};
static const struct paper_style NUMBER = {.size = 13, .align = PAPER_CENTRE};
static const struct paper_style PLACE = {
    .size = 13, .italic = true, .align = PAPER_CENTRE};
static const struct paper_style TYPE = {
    .size = 14, .bold = true, .align = PAPER_CENTRE, .before = 20};
static const struct paper_style SUBJECT = {
    .size = 14, .bold = true, .align = PAPER_CENTRE, .before = 2};
static const struct paper_style PART = {
    .size = 13, .bold = true, .indent = 36, .before = 10, .after = 4};
static const struct paper_style BODY = {.size = 13,
                                        .align = PAPER_BOTH,
                                        .indent = 36,
                                        .before = 3,
                                        .after = 3,
                                        .leading = 1.1};
static const struct paper_style CAPTION = {
    .size = 13, .bold = true, .align = PAPER_CENTRE, .before = 8, .after = 4};
static const struct paper_style NOTE = {
    .size = 11, .italic = true, .before = 3, .after = 2};
static const struct paper_style RECIPIENTS = {
    .size = 12, .bold = true, .italic = true};
static const struct paper_style RECIPIENT = {.size = 11};
static const struct paper_style SIGNER = {
    .size = 13, .bold = true, .align = PAPER_CENTRE};
static const double HEADS_SIZE = 7.5;
enum {
    TABLE_ROOM = 90, // for a caption, a head and two rows
    SIGN_ROOM = 78   // for a signature and a seal
};

static const char *say(const struct official *page, const char *id)
{
    return words(page->texts, id);
}

static bool is_given(const char *text)
{
    return text && *text != '\0';
}

static const char *or_dots(const char *text)
{
    return is_given(text) ? text : DOTS;
}

bool official_open(struct official *page, const struct i18n *texts,
                   const struct report_letter *letter,
                   const struct official_about *about)
{
    struct buf message = {0};
    *page =
        (struct official){.texts = texts, .letter = letter, .about = *about};
    page->paper =
        paper_open(about->subject, letter->issuer, about->made_ms, &message);
    if (!page->paper)
        log_error(MODULE, "%s", buf_text(&message));
    buf_free(&message);
    return page->paper != NULL;
}

bool official_close(struct official *page, struct buf *out)
{
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++)
        buf_free(&page->cells[i]);
    return paper_close(page->paper, out) && !page->failed;
}

// --- Cells ------------------------------------------------------------------

struct buf *official_cell(struct official *page)
{
    return &page->cells[page->count++];
}

void official_text(struct official *page, const char *text)
{
    words_append_plain(text, official_cell(page));
}

static void take_cells(struct official *page,
                       const char *out[PAPER_COLUMNS_MAX])
{
    for (size_t i = 0; i < page->count; i++) {
        out[i] = buf_text(&page->cells[i]);
        page->failed |= !buf_ok(&page->cells[i]);
    }
}

void official_drop_cells(struct official *page)
{
    for (size_t i = 0; i < page->count; i++)
        buf_clear(&page->cells[i]);
    page->count = 0;
}

void official_row(struct official *page, bool bold)
{
    const char *cells[PAPER_COLUMNS_MAX];
    take_cells(page, cells);
    paper_table_row(page->paper, cells, bold);
    official_drop_cells(page);
}

static void begin_plain_table(struct official *page,
                              const struct paper_column *columns, double size)
{
    const char *cells[PAPER_COLUMNS_MAX];
    take_cells(page, cells);
    paper_table_begin(page->paper, columns, page->count, size, cells);
    official_drop_cells(page);
}

void official_begin_table(struct official *page, const char *title,
                          const struct paper_column *columns, double size)
{
    char number[16];
    struct buf caption = {0};
    snprintf(number, sizeof number, "%d", ++page->tables);
    words_fill(page->texts, "report.table",
               (const char *[]){number, title, NULL}, &caption);
    paper_need(page->paper, TABLE_ROOM);
    paper_text(page->paper, &CAPTION, buf_text(&caption));
    begin_plain_table(page, columns, size);
    page->failed |= !buf_ok(&caption);
    buf_free(&caption);
}

void official_end_table(struct official *page)
{
    paper_table_end(page->paper);
}

void official_note(struct official *page, const char *text)
{
    paper_text(page->paper, &NOTE, text);
}

// --- The head of the document -----------------------------------------------

static void append_place_and_day(const struct official *page, struct buf *out)
{
    char day[8], month[8], year[8];
    struct date date = date_from_day(date_day_of_wall_ms(page->about.made_ms));
    // Days below 10 and the months 1 and 2 get a zero in front.
    snprintf(day, sizeof day, "%02d", date.day);
    snprintf(month, sizeof month, date.month < 3 ? "%02d" : "%d", date.month);
    snprintf(year, sizeof year, "%d", date.year);
    words_fill(
        page->texts, "report.letter.day",
        (const char *[]){or_dots(page->letter->place), day, month, year, NULL},
        out);
}

// Centred text whose lines are about equally long; returns its height. A rule
// of `ruled` times the longest line's length stands below.
static double write_name(struct official *page, double x, double y,
                         double width, const struct paper_style *style,
                         const char *text, double ruled)
{
    enum { STEP = 4 };
    struct paper *paper = page->paper;
    double narrow = width;
    double height = paper_height(paper, width, style, text);
    while (narrow > 2 * STEP &&
           paper_height(paper, narrow - STEP, style, text) <= height)
        narrow -= STEP;
    x += (width - narrow) / 2;
    paper_box(paper, x, y, narrow, style, text);
    if (ruled > 0) {
        double line = paper_measure(paper, style, text);
        double length = (line < narrow ? line : narrow) * ruled;
        paper_rule(paper, x + (narrow - length) / 2, y + height + 3, length);
    }
    return height;
}

// The left column: who issues, and the number; the right one: the nation, its
// motto, place and day.
static void write_letter_head(struct official *page)
{
    struct paper *paper = page->paper;
    const char *nation = say(page, "report.letter.nation");
    const char *motto = say(page, "report.letter.motto");
    double right_width = paper_measure(paper, &NATION, nation) + 4;
    double right = paper_width(paper) - right_width;
    double left_width = right - 10;
    double top = paper_y(paper), y = top, y_right = top;
    y += write_name(page, 0, y, left_width, &PARENT,
                    or_dots(page->letter->parent), 0);
    // A third to a half of the name's length.
    y += write_name(page, 0, y, left_width, &ISSUER,
                    or_dots(page->letter->issuer), 0.4);
    y_right +=
        write_name(page, right, y_right, right_width, &NATION, nation, 0);
    y_right += write_name(page, right, y_right, right_width, &MOTTO, motto, 1);

    struct buf number = {0}, place = {0};
    words_fill(
        page->texts, "report.letter.number",
        (const char *[]){
            is_given(page->letter->number) ? page->letter->number : DOTS_SHORT,
            is_given(page->letter->symbol) ? page->letter->symbol : "BC-UBND",
            NULL},
        &number);
    append_place_and_day(page, &place);
    y = (y > y_right ? y : y_right) + 10;
    double left_height =
        paper_box(paper, 0, y, left_width, &NUMBER, buf_text(&number));
    double right_height =
        paper_box(paper, right, y, right_width, &PLACE, buf_text(&place));
    paper_move(paper,
               y + (left_height > right_height ? left_height : right_height));
    page->failed |= !buf_ok(&number) || !buf_ok(&place);
    buf_free(&number);
    buf_free(&place);
}

static void write_subject(struct official *page)
{
    struct buf period = {0};
    words_period(page->texts, page->about.period, &period);
    paper_text(page->paper, &TYPE, say(page, "report.letter.type"));
    paper_text(page->paper, &SUBJECT, page->about.subject);
    double y = paper_y(page->paper) + SUBJECT.before;
    y += write_name(page, 0, y, paper_width(page->paper), &SUBJECT,
                    buf_text(&period), 0.4);
    paper_move(page->paper, y + 14);
    page->failed |= !buf_ok(&period);
    buf_free(&period);
}

void official_head(struct official *page)
{
    write_letter_head(page);
    write_subject(page);
}

// --- Parts ------------------------------------------------------------------

void official_part(struct official *page, const char *title)
{
    static const char *const NUMERALS[] = {"I", "II", "III", "IV", "V"};
    struct buf line = {0};
    buf_printf(&line, "%s. %s", NUMERALS[page->parts++], title);
    paper_need(page->paper, TABLE_ROOM);
    paper_text(page->paper, &PART, buf_text(&line));
    page->failed |= !buf_ok(&line);
    buf_free(&line);
}

void official_lines(struct official *page, const struct buf *lines,
                    const char *mark, const char *between, const char *last)
{
    const char *line = buf_text(lines);
    page->failed |= !buf_ok(lines);
    for (const char *end; *line != '\0'; line = end + (*end == '\n')) {
        struct buf one = {0};
        end = strchrnul(line, '\n');
        buf_append_text(&one, mark);
        buf_append(&one, line, (size_t)(end - line));
        buf_append_text(&one, *end == '\0' ? last : between);
        paper_text(page->paper, &BODY, buf_text(&one));
        page->failed |= !buf_ok(&one);
        buf_free(&one);
    }
}

// --- The foot of the document -----------------------------------------------

// "- UBND thành phố;" a line each, the last one with a full stop.
static double write_recipients(struct official *page, double y, double width)
{
    struct buf all = {0};
    if (is_given(page->letter->recipients))
        buf_append_text(&all, page->letter->recipients);
    else
        buf_printf(&all, "%s;%s", DOTS, say(page, "report.letter.file"));
    y += paper_box(page->paper, 0, y, width, &RECIPIENTS,
                   say(page, "report.letter.recipients"));
    const char *item = buf_text(&all);
    for (const char *end; *item != '\0'; item = end + (*end == ';')) {
        struct buf line = {0};
        end = strchrnul(item, ';');
        while (*item == ' ')
            item++;
        buf_append_text(&line, "- ");
        buf_append(&line, item, end > item ? (size_t)(end - item) : 0);
        buf_append_char(&line, *end == ';' ? ';' : '.');
        y += paper_box(page->paper, 0, y, width, &RECIPIENT, buf_text(&line));
        page->failed |= !buf_ok(&line);
        buf_free(&line);
    }
    page->failed |= !buf_ok(&all);
    buf_free(&all);
    return y;
}

void official_foot(struct official *page)
{
    double half = paper_width(page->paper) / 2;
    struct buf title = {0};
    buf_append_text(&title, or_dots(page->letter->signer_title));
    for (size_t i = 0; i < title.size; i++) {
        if (title.data[i] == '|')
            title.data[i] = '\n';
    }
    paper_need(page->paper, SIGN_ROOM + 90);
    double y = paper_y(page->paper) + 14;
    write_recipients(page, y, half - 10);
    y += paper_box(page->paper, half, y, half, &SIGNER, buf_text(&title));
    y += SIGN_ROOM;
    y += paper_box(page->paper, half, y, half, &SIGNER,
                   or_dots(page->letter->signer));
    paper_move(page->paper, y);
    page->failed |= !buf_ok(&title);
    buf_free(&title);
}

void official_annex(struct official *page, const struct report_head *heads,
                    size_t count)
{
    static const struct paper_column COLUMNS[] = {{52, PAPER_LEFT},
                                                  {9, PAPER_RIGHT},
                                                  {13, PAPER_RIGHT},
                                                  {90, PAPER_LEFT}};
    if (count == 0)
        return;
    paper_new_page(page->paper);
    paper_text(page->paper, &TYPE, say(page, "report.letter.annex"));
    paper_text(page->paper, &SUBJECT, say(page, "report.letter.annex.heads"));
    paper_move(page->paper, paper_y(page->paper) + 8);
    paper_text(page->paper, &BODY, say(page, "report.letter.annex.why"));
    official_text(page, say(page, "report.by.device"));
    official_text(page, say(page, "report.heads.gen"));
    official_text(page, say(page, "report.heads.to"));
    official_text(page, say(page, "report.heads.head"));
    begin_plain_table(page, COLUMNS, HEADS_SIZE);
    for (size_t i = 0; i < count; i++) {
        official_text(page, heads[i].device);
        number_append(heads[i].gen, official_cell(page));
        number_append(heads[i].to, official_cell(page));
        official_text(page, heads[i].head);
        official_row(page, false);
    }
    official_end_table(page);
}

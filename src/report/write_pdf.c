#include "common/date.h"
#include "common/log.h"
#include "report/paper.h"
#include "report/remarks.h"
#include "report/report.h"
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
    TABLE_SIZE = 12,
    ROWS_SIZE = 11,
    TABLE_ROOM = 90, // for a caption, a head and two rows
    SIGN_ROOM = 78,  // for a signature and a seal
    ID_MAX = 48
};

struct writing {
    const struct report *report;
    const struct i18n *texts;
    const struct figures_method *rules;
    const struct report_letter *letter;
    struct paper *paper;
    int tables; // so far
    int parts;
    struct buf cells[PAPER_COLUMNS_MAX]; // of the row that is being made
    size_t count;
    bool failed;
};

static const char *say(const struct writing *w, const char *id)
{
    return words(w->texts, id);
}

static bool is_given(const char *text)
{
    return text && *text != '\0';
}

static const char *or_dots(const char *text)
{
    return is_given(text) ? text : DOTS;
}

// --- Cells ------------------------------------------------------------------

static struct buf *cell(struct writing *w)
{
    return &w->cells[w->count++];
}

static void add_text(struct writing *w, const char *text)
{
    words_append_plain(text, cell(w));
}

static void add_count(struct writing *w, int64_t value)
{
    if (value == FIGURES_UNKNOWN)
        add_text(w, say(w, "report.unknown"));
    else
        number_append(value, cell(w));
}

static void add_rate(struct writing *w, int64_t part, int64_t whole)
{
    words_percent(w->texts, figures_percent(part, whole, w->rules->decimals),
                  w->rules->decimals, cell(w));
}

static void add_target(struct writing *w, const char *id, int target)
{
    char text[16];
    snprintf(text, sizeof text, "%d", target);
    words_fill(w->texts, id, (const char *[]){text, NULL}, cell(w));
}

static void take_cells(struct writing *w, const char *out[PAPER_COLUMNS_MAX])
{
    for (size_t i = 0; i < w->count; i++) {
        out[i] = buf_text(&w->cells[i]);
        w->failed |= !buf_ok(&w->cells[i]);
    }
}

static void drop_cells(struct writing *w)
{
    for (size_t i = 0; i < w->count; i++)
        buf_clear(&w->cells[i]);
    w->count = 0;
}

static void end_row(struct writing *w, bool bold)
{
    const char *cells[PAPER_COLUMNS_MAX];
    take_cells(w, cells);
    paper_table_row(w->paper, cells, bold);
    drop_cells(w);
}

// Begins a table under its caption; its head is what the cells hold.
static void begin_table(struct writing *w, const char *title,
                        const struct paper_column *columns, double size)
{
    const char *cells[PAPER_COLUMNS_MAX];
    char number[16];
    struct buf caption = {0};
    snprintf(number, sizeof number, "%d", ++w->tables);
    words_fill(w->texts, "report.table",
               (const char *[]){number, say(w, title), NULL}, &caption);
    paper_need(w->paper, TABLE_ROOM);
    paper_text(w->paper, &CAPTION, buf_text(&caption));
    take_cells(w, cells);
    paper_table_begin(w->paper, columns, w->count, size, cells);
    drop_cells(w);
    w->failed |= !buf_ok(&caption);
    buf_free(&caption);
}

// --- The head of the document -----------------------------------------------

static void append_place_and_day(const struct writing *w, struct buf *out)
{
    char day[8], month[8], year[8];
    struct date date = date_from_day(date_day_of_wall_ms(w->report->made_ms));
    // Days below 10 and the months 1 and 2 get a zero in front.
    snprintf(day, sizeof day, "%02d", date.day);
    snprintf(month, sizeof month, date.month < 3 ? "%02d" : "%d", date.month);
    snprintf(year, sizeof year, "%d", date.year);
    words_fill(
        w->texts, "report.letter.day",
        (const char *[]){or_dots(w->letter->place), day, month, year, NULL},
        out);
}

// Centred text whose lines are about equally long; returns its height. A rule
// of `ruled` times the longest line's length stands below.
static double write_name(struct writing *w, double x, double y, double width,
                         const struct paper_style *style, const char *text,
                         double ruled)
{
    enum { STEP = 4 };
    struct paper *paper = w->paper;
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
static void write_head(struct writing *w)
{
    struct paper *paper = w->paper;
    const char *nation = say(w, "report.letter.nation");
    const char *motto = say(w, "report.letter.motto");
    double right_width = paper_measure(paper, &NATION, nation) + 4;
    double right = paper_width(paper) - right_width;
    double left_width = right - 10;
    double top = paper_y(paper), y = top, y_right = top;
    y +=
        write_name(w, 0, y, left_width, &PARENT, or_dots(w->letter->parent), 0);
    // A third to a half of the name's length.
    y += write_name(w, 0, y, left_width, &ISSUER, or_dots(w->letter->issuer),
                    0.4);
    y_right += write_name(w, right, y_right, right_width, &NATION, nation, 0);
    y_right += write_name(w, right, y_right, right_width, &MOTTO, motto, 1);

    struct buf number = {0}, place = {0};
    words_fill(w->texts, "report.letter.number",
               (const char *[]){
                   is_given(w->letter->number) ? w->letter->number : DOTS_SHORT,
                   is_given(w->letter->symbol) ? w->letter->symbol : "BC-UBND",
                   NULL},
               &number);
    append_place_and_day(w, &place);
    y = (y > y_right ? y : y_right) + 10;
    double left_height =
        paper_box(paper, 0, y, left_width, &NUMBER, buf_text(&number));
    double right_height =
        paper_box(paper, right, y, right_width, &PLACE, buf_text(&place));
    paper_move(paper,
               y + (left_height > right_height ? left_height : right_height));
    w->failed |= !buf_ok(&number) || !buf_ok(&place);
    buf_free(&number);
    buf_free(&place);
}

static void write_subject(struct writing *w)
{
    struct buf period = {0};
    const char *subject = remarks_subject(w->report, w->texts);
    words_period(w->texts, &w->report->period, &period);
    paper_text(w->paper, &TYPE, say(w, "report.letter.type"));
    paper_text(w->paper, &SUBJECT, subject);
    double y = paper_y(w->paper) + SUBJECT.before;
    y += write_name(w, 0, y, paper_width(w->paper), &SUBJECT, buf_text(&period),
                    0.4);
    paper_move(w->paper, y + 14);
    w->failed |= !buf_ok(&period);
    buf_free(&period);
}

// --- Parts ------------------------------------------------------------------

static void begin_part(struct writing *w, const char *id)
{
    static const char *const NUMERALS[] = {"I", "II", "III", "IV", "V"};
    struct buf title = {0};
    buf_printf(&title, "%s. %s", NUMERALS[w->parts++], say(w, id));
    paper_need(w->paper, TABLE_ROOM);
    paper_text(w->paper, &PART, buf_text(&title));
    w->failed |= !buf_ok(&title);
    buf_free(&title);
}

// A paragraph a line: `mark`, the line, and `between` or, behind the last one,
// `last`.
static void write_lines(struct writing *w, const struct buf *lines,
                        const char *mark, const char *between, const char *last)
{
    const char *line = buf_text(lines);
    w->failed |= !buf_ok(lines);
    for (const char *end; *line != '\0'; line = end + (*end == '\n')) {
        struct buf one = {0};
        end = strchrnul(line, '\n');
        buf_append_text(&one, mark);
        buf_append(&one, line, (size_t)(end - line));
        buf_append_text(&one, *end == '\0' ? last : between);
        paper_text(w->paper, &BODY, buf_text(&one));
        w->failed |= !buf_ok(&one);
        buf_free(&one);
    }
}

static void write_method(struct writing *w)
{
    struct buf lines = {0};
    begin_part(w, "report.part.method");
    remarks_method(w->report, w->texts, &lines);
    write_lines(w, &lines, "", "", "");
    buf_free(&lines);
}

static const struct paper_column PAIR[] = {{70, PAPER_LEFT}, {30, PAPER_RIGHT}};

static void begin_pair(struct writing *w, const char *title)
{
    add_text(w, say(w, "report.column.item"));
    add_text(w, say(w, "report.column.value"));
    begin_table(w, title, PAIR, TABLE_SIZE);
}

static void write_count(struct writing *w, const char *id, int64_t count)
{
    add_text(w, say(w, id));
    add_count(w, count);
    end_row(w, false);
}

static void write_share(struct writing *w, const char *id, int64_t part,
                        int64_t whole)
{
    add_text(w, say(w, id));
    add_rate(w, part, whole);
    end_row(w, false);
}

// With and without what is doubted, whenever anything is.
static void write_aside(struct writing *w)
{
    const struct report_row *total = &w->report->total;
    struct buf text = {0};
    if (total->counts.flagged <= 0 && total->counts.marked <= 0)
        return;
    write_count(w, "report.flagged", total->counts.flagged);
    write_count(w, "report.appealed", total->counts.marked);
    words_without_aside(w->texts, w->rules, total, &text);
    if (text.size > 0) {
        add_text(w, say(w, "report.without_aside"));
        add_text(w, buf_text(&text));
        end_row(w, false);
    }
    w->failed |= !buf_ok(&text);
    buf_free(&text);
}

static void write_headline(struct writing *w)
{
    const struct report_row *total = &w->report->total;
    int64_t rated = figures_rated(&total->counts);
    int64_t satisfied = figures_satisfied(&total->counts, w->rules);
    begin_pair(w, "report.table.headline");
    add_text(w, say(w, "report.sat"));
    words_rate(w->texts, w->rules, total, false, cell(w));
    end_row(w, true);
    if (!total->hidden && rated > 0) {
        write_count(w, "report.rated", rated);
        write_count(w, "report.satisfied", satisfied);
        add_text(w, say(w, "report.interval"));
        words_interval(figures_wilson(satisfied, rated), cell(w));
        end_row(w, false);
        for (int i = 0; i < w->rules->target_count; i++) {
            int target = w->rules->targets[i];
            add_target(w, "report.target", target);
            add_text(w, words_verdict(w->texts,
                                      figures_judge(satisfied, rated, target)));
            end_row(w, false);
        }
        write_share(w, "report.neg",
                    figures_dissatisfied(&total->counts, w->rules), rated);
    }
    if (!total->hidden)
        write_aside(w);
    paper_table_end(w->paper);
}

// The state of the data in numbers: what R10 is about.
static void write_trust_table(struct writing *w)
{
    const struct report_complete *complete = &w->report->complete;
    begin_pair(w, "report.table.trust");
    write_count(w, "report.trust.devices", complete->devices);
    write_count(w, "report.trust.silent", complete->silent);
    write_count(w, "report.trust.never", complete->never_seen);
    write_count(w, "report.trust.missing", complete->missing);
    write_count(w, "report.trust.flagged", complete->flagged);
    write_count(w, "report.trust.duplicates", complete->duplicates);
    write_count(w, "report.trust.unanchored", complete->unanchored);
    if (!w->report->total.hidden) {
        write_count(w, "report.flagged", w->report->total.counts.flagged);
        write_count(w, "report.appealed", w->report->total.counts.marked);
    }
    paper_table_end(w->paper);
}

static void write_levels(struct writing *w)
{
    static const struct paper_column COLUMNS[] = {
        {50, PAPER_LEFT}, {25, PAPER_RIGHT}, {25, PAPER_RIGHT}};
    const struct figures_counts *counts = &w->report->total.counts;
    int64_t rated = figures_rated(counts);
    if (w->report->total.hidden)
        return;
    add_text(w, say(w, "report.column.level"));
    add_text(w, say(w, "report.column.visits"));
    add_text(w, say(w, "report.column.share"));
    begin_table(w, "report.table.levels", COLUMNS, TABLE_SIZE);
    for (int level = FIGURES_LEVELS; level >= 1; level--) {
        char id[ID_MAX];
        int64_t count = counts->levels[level - 1];
        snprintf(id, sizeof id, "level.%d", level);
        add_text(w, say(w, id));
        add_count(w, count);
        if (rated > 0)
            add_rate(w, count, rated);
        else
            add_text(w, "–");
        end_row(w, false);
    }
    add_text(w, say(w, "report.total"));
    add_count(w, rated);
    add_text(w, "");
    end_row(w, true);
    paper_table_end(w->paper);
    paper_text(w->paper, &NOTE, say(w, "report.rounding"));
}

static void write_coverage(struct writing *w)
{
    const struct figures_counts *counts = &w->report->total.counts;
    bool hidden = w->report->total.hidden;
    struct figures_bounds bounds;
    begin_pair(w, "report.table.coverage");
    write_share(w, "report.coverage.rated",
                hidden ? FIGURES_UNKNOWN : counts->offered_rated,
                counts->offered);
    write_share(w, "report.coverage.offered", counts->offered,
                counts->transactions);
    write_share(w, "report.coverage.response",
                hidden ? FIGURES_UNKNOWN : figures_rated(counts),
                counts->transactions);
    add_text(w, say(w, "report.coverage.bounds"));
    if (!hidden && figures_find_bounds(counts, w->rules, &bounds)) {
        number_append_fixed(bounds.low, w->rules->decimals, cell(w));
        buf_append_text(&w->cells[w->count - 1], " – ");
        words_percent(w->texts, bounds.high, w->rules->decimals,
                      &w->cells[w->count - 1]);
    } else {
        add_text(w, say(w, "report.unknown"));
    }
    end_row(w, false);
    write_count(w, "report.transactions", counts->transactions);
    write_count(w, "report.offered", counts->offered);
    write_count(w, "report.coverage.needed",
                figures_answers_needed(counts->transactions));
    write_count(w, "report.declined", counts->declined);
    write_count(w, "report.timeout", counts->timeout);
    write_count(w, "report.withdrawn", counts->withdrawn);
    paper_table_end(w->paper);
    struct buf note = {0};
    words_walk_ups(w->texts, &w->report->total, &note);
    if (note.size > 0)
        paper_text(w->paper, &NOTE, buf_text(&note));
    w->failed |= !buf_ok(&note);
    buf_free(&note);
}

static void write_withdrawals(struct writing *w)
{
    const struct report *report = w->report;
    if (report->withdrawal_count == 0)
        return;
    add_text(w, say(w, "report.column.reason"));
    add_text(w, say(w, "report.column.visits"));
    begin_table(w, "report.withdrawals", PAIR, TABLE_SIZE);
    for (size_t i = 0; i < report->withdrawal_count; i++) {
        const char *reason = report->withdrawals[i].reason;
        add_text(w, reason[0] != '\0' ? reason
                                      : say(w, "report.withdrawals.other"));
        add_count(w, report->withdrawals[i].count);
        end_row(w, false);
    }
    paper_table_end(w->paper);
}

// --- Waiting and timeliness -------------------------------------------------

static void add_minutes(struct writing *w, int64_t tenths)
{
    words_minutes(w->texts, tenths, cell(w));
}

static void write_waits(struct writing *w, const char *id,
                        const struct figures_waits *waits)
{
    add_text(w, say(w, id));
    add_count(w, waits->known);
    add_minutes(w, figures_mean_wait(waits));
    add_minutes(w, figures_median_wait(waits));
    add_rate(w, waits->within, waits->known);
    if (w->rules->waiting_most > 0)
        add_text(w, words_goal(w->texts, figures_judge_waits(waits, w->rules)));
    end_row(w, false);
}

static void write_waiting(struct writing *w)
{
    static const struct paper_column COLUMNS[] = {
        {40, PAPER_LEFT},  {19, PAPER_RIGHT}, {24, PAPER_RIGHT},
        {24, PAPER_RIGHT}, {23, PAPER_RIGHT}, {30, PAPER_CENTRE}};
    static const char *const HEADS[] = {
        "report.waiting", "report.column.known", "report.column.mean",
        "report.column.median", "report.column.within"};
    const struct figures_service *service = &w->report->total.service;
    for (size_t i = 0; i < sizeof HEADS / sizeof HEADS[0]; i++)
        add_text(w, say(w, HEADS[i]));
    if (w->rules->waiting_most > 0)
        words_range(w->texts, "report.column.plan", w->rules->waiting_best,
                    w->rules->waiting_most, cell(w));
    begin_table(w, "report.waiting", COLUMNS, TABLE_SIZE);
    write_waits(w, "report.waiting.called", &service->called);
    write_waits(w, "report.waiting.done", &service->done);
    paper_table_end(w->paper);
}

static void write_timeliness(struct writing *w)
{
    const struct figures_service *service = &w->report->total.service;
    bool is_told = figures_decided(service) > 0;
    begin_pair(w, "report.timely");
    write_count(w, "report.timely.before",
                is_told ? service->before : FIGURES_UNKNOWN);
    write_count(w, "report.timely.on",
                is_told ? service->on_time : FIGURES_UNKNOWN);
    write_count(w, "report.timely.late",
                is_told ? service->late : FIGURES_UNKNOWN);
    write_share(w, "report.timely.share", figures_in_time(service),
                figures_decided(service));
    if (w->rules->timely_least > 0) {
        words_range(w->texts, "report.timely.goal", w->rules->timely_least,
                    w->rules->timely_best, cell(w));
        add_text(w,
                 words_goal(w->texts, figures_judge_timely(service, w->rules)));
        end_row(w, false);
    }
    paper_table_end(w->paper);
}

static void write_service(struct writing *w)
{
    if (w->report->total.counts.transactions == FIGURES_UNKNOWN)
        return;
    write_waiting(w);
    write_timeliness(w);
}

// --- The breakdown ----------------------------------------------------------

static void begin_rows(struct writing *w)
{
    struct paper_column columns[PAPER_COLUMNS_MAX] = {{11, PAPER_CENTRE},
                                                      {32, PAPER_LEFT},
                                                      {16, PAPER_RIGHT},
                                                      {18, PAPER_RIGHT},
                                                      {29, PAPER_CENTRE}};
    size_t count = 5;
    char id[ID_MAX];
    add_text(w, say(w, "report.column.number"));
    snprintf(id, sizeof id, "report.by.%s", report_by_name(w->report->by));
    add_text(w, say(w, id));
    add_text(w, say(w, "report.column.rated"));
    add_text(w, say(w, "report.column.sat"));
    add_text(w, say(w, "report.column.interval_plain"));
    for (int i = 0; i < w->rules->target_count; i++) {
        add_target(w, "report.column.target", w->rules->targets[i]);
        columns[count++] = (struct paper_column){19, PAPER_CENTRE};
    }
    add_text(w, say(w, "report.column.declined"));
    add_text(w, say(w, "report.column.timeout"));
    columns[count++] = (struct paper_column){17, PAPER_RIGHT};
    columns[count++] = (struct paper_column){12, PAPER_RIGHT};
    snprintf(id, sizeof id, "report.table.rows.%s",
             report_by_name(w->report->by));
    begin_table(w, id, columns, ROWS_SIZE);
}

// What a row's ratings show; true when there are few of them.
static bool add_row_figures(struct writing *w, const struct report_row *row,
                            bool is_breakdown)
{
    int64_t rated = figures_rated(&row->counts);
    int64_t satisfied = figures_satisfied(&row->counts, w->rules);
    bool has_rate = !row->hidden && rated >= (is_breakdown ? FIGURES_LEAST : 1);
    if (has_rate || (rated == 0 && !row->hidden))
        add_count(w, rated);
    else
        add_text(w, "–");
    words_rate(w->texts, w->rules, row, is_breakdown, cell(w));
    struct buf *interval = cell(w);
    if (has_rate) {
        struct figures_interval found = figures_wilson(satisfied, rated);
        number_append_fixed(found.low, FIGURES_WILSON_DECIMALS, interval);
        buf_append_text(interval, " – ");
        number_append_fixed(found.high, FIGURES_WILSON_DECIMALS, interval);
    } else {
        buf_append_text(interval, "–");
    }
    for (int i = 0; i < w->rules->target_count; i++)
        add_text(w, has_rate
                        ? words_verdict(w->texts,
                                        figures_judge(satisfied, rated,
                                                      w->rules->targets[i]))
                        : "–");
    add_count(w, row->counts.declined);
    add_count(w, row->counts.timeout);
    return has_rate && rated < FIGURES_RELIABLE;
}

static void write_rows(struct writing *w)
{
    const struct report *report = w->report;
    bool any_marked = false;
    if (report->by == REPORT_BY_NONE)
        return;
    begin_rows(w);
    for (size_t i = 0; i < report->row_count; i++) {
        number_append((int64_t)i + 1, cell(w));
        struct buf *label = cell(w);
        words_row(w->texts, report, &report->rows[i], label);
        bool marked = add_row_figures(w, &report->rows[i], true);
        buf_append_text(label, marked ? " *" : "");
        any_marked |= marked;
        end_row(w, false);
    }
    add_text(w, "");
    add_text(w, say(w, "report.total"));
    add_row_figures(w, &report->total, false);
    end_row(w, true);
    paper_table_end(w->paper);
    if (any_marked) {
        add_target(w, "report.marked", FIGURES_RELIABLE);
        paper_text(w->paper, &NOTE, buf_text(&w->cells[0]));
        drop_cells(w);
    }
}

// In a narrow column what is not known is a dash.
static void add_minutes_or_dash(struct writing *w, int64_t tenths)
{
    if (tenths == FIGURES_UNKNOWN)
        add_text(w, "–");
    else
        add_minutes(w, tenths);
}

static void add_rate_or_dash(struct writing *w, int64_t part, int64_t whole)
{
    if (part == FIGURES_UNKNOWN || whole <= 0)
        add_text(w, "–");
    else
        add_rate(w, part, whole);
}

static void write_service_row(struct writing *w, const struct report_row *row)
{
    const struct figures_counts *counts = &row->counts;
    const struct figures_waits *waits = &row->service.called;
    if (counts->transactions == FIGURES_UNKNOWN)
        add_text(w, "–");
    else
        add_count(w, counts->transactions);
    add_rate_or_dash(w, counts->offered, counts->transactions);
    add_rate_or_dash(w, row->hidden ? FIGURES_UNKNOWN : counts->offered_rated,
                     counts->offered);
    add_minutes_or_dash(w, figures_mean_wait(waits));
    add_minutes_or_dash(w, figures_median_wait(waits));
    add_rate_or_dash(w, waits->within, waits->known);
    add_rate_or_dash(w, figures_in_time(&row->service),
                     figures_decided(&row->service));
}

// The same rows once more, for what transactions tell of them.
static void write_service_rows(struct writing *w)
{
    static const struct paper_column COLUMNS[] = {
        {34, PAPER_LEFT},  {16, PAPER_RIGHT}, {18, PAPER_RIGHT},
        {18, PAPER_RIGHT}, {21, PAPER_RIGHT}, {21, PAPER_RIGHT},
        {20, PAPER_RIGHT}, {20, PAPER_RIGHT}};
    static const char *const HEADS[] = {
        "report.column.transactions", "report.column.offered",
        "report.column.answered",     "report.column.mean",
        "report.column.median",       "report.column.within",
        "report.column.in_time"};
    const struct report *report = w->report;
    char id[ID_MAX];
    if (!report_rows_tell_transactions(report))
        return;
    snprintf(id, sizeof id, "report.by.%s", report_by_name(report->by));
    add_text(w, say(w, id));
    for (size_t i = 0; i < sizeof HEADS / sizeof HEADS[0]; i++)
        add_text(w, say(w, HEADS[i]));
    begin_table(w, "report.rows.service", COLUMNS, ROWS_SIZE);
    for (size_t i = 0; i < report->row_count; i++) {
        words_row(w->texts, report, &report->rows[i], cell(w));
        write_service_row(w, &report->rows[i]);
        end_row(w, false);
    }
    add_text(w, say(w, "report.total"));
    write_service_row(w, &report->total);
    end_row(w, true);
    paper_table_end(w->paper);
    paper_text(w->paper, &NOTE, say(w, "report.rows.service.note"));
}

// --- The foot of the document -----------------------------------------------

// "- UBND thành phố;" a line each, the last one with a full stop.
static double write_recipients(struct writing *w, double y, double width)
{
    struct buf all = {0};
    if (is_given(w->letter->recipients))
        buf_append_text(&all, w->letter->recipients);
    else
        buf_printf(&all, "%s;%s", DOTS, say(w, "report.letter.file"));
    y += paper_box(w->paper, 0, y, width, &RECIPIENTS,
                   say(w, "report.letter.recipients"));
    const char *item = buf_text(&all);
    for (const char *end; *item != '\0'; item = end + (*end == ';')) {
        struct buf line = {0};
        end = strchrnul(item, ';');
        while (*item == ' ')
            item++;
        buf_append_text(&line, "- ");
        buf_append(&line, item, end > item ? (size_t)(end - item) : 0);
        buf_append_char(&line, *end == ';' ? ';' : '.');
        y += paper_box(w->paper, 0, y, width, &RECIPIENT, buf_text(&line));
        w->failed |= !buf_ok(&line);
        buf_free(&line);
    }
    w->failed |= !buf_ok(&all);
    buf_free(&all);
    return y;
}

static void write_foot(struct writing *w)
{
    double half = paper_width(w->paper) / 2;
    struct buf title = {0};
    buf_append_text(&title, or_dots(w->letter->signer_title));
    for (size_t i = 0; i < title.size; i++) {
        if (title.data[i] == '|')
            title.data[i] = '\n';
    }
    paper_need(w->paper, SIGN_ROOM + 90);
    double y = paper_y(w->paper) + 14;
    write_recipients(w, y, half - 10);
    y += paper_box(w->paper, half, y, half, &SIGNER, buf_text(&title));
    y += SIGN_ROOM;
    y +=
        paper_box(w->paper, half, y, half, &SIGNER, or_dots(w->letter->signer));
    paper_move(w->paper, y);
    w->failed |= !buf_ok(&title);
    buf_free(&title);
}

static void write_annex(struct writing *w)
{
    static const struct paper_column COLUMNS[] = {{52, PAPER_LEFT},
                                                  {9, PAPER_RIGHT},
                                                  {13, PAPER_RIGHT},
                                                  {90, PAPER_LEFT}};
    if (w->report->head_count == 0)
        return;
    paper_new_page(w->paper);
    paper_text(w->paper, &TYPE, say(w, "report.letter.annex"));
    paper_text(w->paper, &SUBJECT, say(w, "report.letter.annex.heads"));
    paper_move(w->paper, paper_y(w->paper) + 8);
    paper_text(w->paper, &BODY, say(w, "report.letter.annex.why"));
    add_text(w, say(w, "report.by.device"));
    add_text(w, say(w, "report.heads.gen"));
    add_text(w, say(w, "report.heads.to"));
    add_text(w, say(w, "report.heads.head"));
    const char *cells[PAPER_COLUMNS_MAX];
    take_cells(w, cells);
    paper_table_begin(w->paper, COLUMNS, w->count, HEADS_SIZE, cells);
    drop_cells(w);
    for (size_t i = 0; i < w->report->head_count; i++) {
        const struct report_head *head = &w->report->heads[i];
        add_text(w, head->device);
        add_count(w, head->gen);
        add_count(w, head->to);
        add_text(w, head->head);
        end_row(w, false);
    }
    paper_table_end(w->paper);
}

// --- The whole --------------------------------------------------------------

static void write_trust(struct writing *w)
{
    struct buf lines = {0};
    begin_part(w, "report.part.trust");
    remarks_completeness(w->report, w->texts, &lines);
    write_lines(w, &lines, "- ", ";", ".");
    buf_free(&lines);
}

static void write_remarks(struct writing *w)
{
    struct buf lines = {0};
    begin_part(w, "report.part.remarks");
    remarks_figures(w->report, w->texts, &lines);
    // The sign that ends a document: "./."
    write_lines(w, &lines, "- ", "", "/.");
    buf_free(&lines);
}

bool report_write_pdf(const struct report *report, const struct i18n *texts,
                      const struct report_letter *letter, struct buf *out)
{
    struct writing w = {.report = report,
                        .texts = texts,
                        .rules = &report->method.rules,
                        .letter = letter};
    struct buf message = {0};
    w.paper = paper_open(remarks_subject(report, texts), letter->issuer,
                         report->made_ms, &message);
    if (!w.paper) {
        log_error(MODULE, "%s", buf_text(&message));
        buf_free(&message);
        return false;
    }
    write_head(&w);
    write_subject(&w);
    write_method(&w);
    begin_part(&w, "report.part.result");
    if (report->kind == REPORT_TRUST)
        write_trust_table(&w);
    write_headline(&w);
    write_levels(&w);
    write_coverage(&w);
    write_withdrawals(&w);
    write_service(&w);
    write_rows(&w);
    write_service_rows(&w);
    write_trust(&w);
    write_remarks(&w);
    write_foot(&w);
    write_annex(&w);
    for (size_t i = 0; i < PAPER_COLUMNS_MAX; i++)
        buf_free(&w.cells[i]);
    return paper_close(w.paper, out) && !w.failed;
}

#include "common/date.h"
#include "report/book.h"
#include "report/method_sheet.h"
#include "report/remarks.h"
#include "report/report.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <string.h>

// The columns of the breakdown, then those that only the charts read, hidden: a
// short name, a rate or nothing (a cell of text would be drawn as 0), and each
// target.
enum {
    COLUMN_LABEL,
    COLUMN_LEVELS, // from the best level down
    COLUMN_RATED = COLUMN_LEVELS + FIGURES_LEVELS,
    COLUMN_SATISFIED,
    COLUMN_SAT,
    COLUMN_LOW,
    COLUMN_HIGH,
    COLUMN_TARGETS
};
enum { SUMMARY_LAST = 2, CHART_COLUMN = 4, ID_MAX = 48 };
enum { PROSE_LETTERS = 84, LINE_HEIGHT = BOOK_LINE_HEIGHT };

struct writing {
    const struct report *report;
    const struct i18n *texts;
    const struct figures_method *rules;
    struct book book;
    char rows_name[ID_MAX * 4]; // of the breakdown's sheet
    lxw_row_t levels_first, rows_first, rows_last;
    struct buf text;    // of the cell that is being made
    struct buf subject; // what the report is about
};

static const char *say(const struct writing *w, const char *id)
{
    return words(w->texts, id);
}

static void put(struct writing *w, int column, enum book_look look)
{
    book_text(&w->book, column, look, buf_text(&w->text));
    w->book.failed |= !buf_ok(&w->text);
    buf_clear(&w->text);
}

static void put_text(struct writing *w, int column, enum book_look look,
                     const char *text)
{
    buf_append_text(&w->text, text);
    put(w, column, look);
}

static void put_filled(struct writing *w, int column, enum book_look look,
                       const char *id, int64_t number)
{
    struct buf value = {0};
    number_append(number, &value);
    words_fill(w->texts, id, (const char *[]){buf_text(&value), NULL},
               &w->text);
    buf_free(&value);
    put(w, column, look);
}

// A rate, or "không xác định".
static void put_rate(struct writing *w, int column, int64_t rate, int decimals)
{
    if (rate == FIGURES_UNKNOWN)
        put_text(w, column, BOOK_FAINT, say(w, "report.unknown"));
    else
        book_percent(&w->book, column, rate, decimals);
}

static void put_section(struct writing *w, const char *id)
{
    book_section(&w->book, say(w, id));
}

static bool shows_rate(const struct report_row *row, bool is_breakdown)
{
    return !row->hidden &&
           figures_rated(&row->counts) >= (is_breakdown ? FIGURES_LEAST : 1);
}

// --- Tổng hợp ---------------------------------------------------------------

static void put_head(struct writing *w)
{
    method_sheet_head(&w->book, w->texts, buf_text(&w->subject),
                      &w->report->period);
}

static void put_pair_head(struct writing *w)
{
    put_text(w, 0, BOOK_HEAD, say(w, "report.column.item"));
    put_text(w, 1, BOOK_HEAD, say(w, "report.column.value"));
    book_next_row(&w->book);
}

static void put_item(struct writing *w, const char *id)
{
    put_text(w, 0, BOOK_TEXT, say(w, id));
}

static void put_count(struct writing *w, const char *id, int64_t count)
{
    put_item(w, id);
    if (count == FIGURES_UNKNOWN)
        put_text(w, 1, BOOK_FAINT, say(w, "report.unknown"));
    else
        book_count(&w->book, 1, count);
    book_next_row(&w->book);
}

static void put_share(struct writing *w, const char *id, int64_t part,
                      int64_t whole)
{
    put_item(w, id);
    put_rate(w, 1, figures_percent(part, whole, w->rules->decimals),
             w->rules->decimals);
    book_next_row(&w->book);
}

static void put_bound(struct writing *w, const char *id, int64_t bound)
{
    put_item(w, id);
    book_percent(&w->book, 1, bound, FIGURES_WILSON_DECIMALS);
    book_next_row(&w->book);
}

// With and without what is doubted, whenever anything is.
static void put_aside(struct writing *w)
{
    const struct report_row *total = &w->report->total;
    struct report_row without;
    if (total->counts.flagged <= 0 && total->counts.marked <= 0)
        return;
    put_count(w, "report.flagged", total->counts.flagged);
    put_count(w, "report.appealed", total->counts.marked);
    if (!report_without_aside(total, &without))
        return;
    put_share(w, "report.without_aside",
              figures_satisfied(&without.counts, w->rules),
              figures_rated(&without.counts));
    put_count(w, "report.without_aside.rated", figures_rated(&without.counts));
}

static void put_headline(struct writing *w)
{
    const struct report_row *total = &w->report->total;
    int64_t rated = figures_rated(&total->counts);
    int64_t satisfied = figures_satisfied(&total->counts, w->rules);
    put_section(w, "report.table.headline");
    put_pair_head(w);
    if (!shows_rate(total, false)) {
        put_text(w, 0, BOOK_STRONG, say(w, "report.sat"));
        words_rate(w->texts, w->rules, total, false, &w->text);
        put(w, 1, BOOK_FAINT);
        book_next_row(&w->book);
        return;
    }
    put_text(w, 0, BOOK_STRONG, say(w, "report.sat"));
    put_rate(w, 1, figures_percent(satisfied, rated, w->rules->decimals),
             w->rules->decimals);
    book_next_row(&w->book);
    put_count(w, "report.rated", rated);
    put_count(w, "report.satisfied", satisfied);
    struct figures_interval interval = figures_wilson(satisfied, rated);
    put_bound(w, "report.column.low", interval.low);
    put_bound(w, "report.column.high", interval.high);
    for (int i = 0; i < w->rules->target_count; i++) {
        int target = w->rules->targets[i];
        put_filled(w, 0, BOOK_TEXT, "report.target", target);
        put_text(
            w, 1, BOOK_CENTRED,
            words_verdict(w->texts, figures_judge(satisfied, rated, target)));
        book_next_row(&w->book);
    }
    put_share(w, "report.neg", figures_dissatisfied(&total->counts, w->rules),
              rated);
    put_aside(w);
}

static void put_levels(struct writing *w)
{
    const struct figures_counts *counts = &w->report->total.counts;
    int64_t rated = figures_rated(counts);
    if (w->report->total.hidden)
        return;
    put_section(w, "report.table.levels");
    put_text(w, 0, BOOK_HEAD, say(w, "report.column.level"));
    put_text(w, 1, BOOK_HEAD, say(w, "report.column.visits"));
    put_text(w, 2, BOOK_HEAD, say(w, "report.column.share"));
    book_next_row(&w->book);
    w->levels_first = w->book.row;
    for (int level = FIGURES_LEVELS; level >= 1; level--) {
        char id[ID_MAX];
        snprintf(id, sizeof id, "level.%d", level);
        put_item(w, id);
        book_count(&w->book, 1, counts->levels[level - 1]);
        put_rate(w, 2,
                 figures_percent(counts->levels[level - 1], rated,
                                 w->rules->decimals),
                 w->rules->decimals);
        book_next_row(&w->book);
    }
    put_text(w, 0, BOOK_STRONG, say(w, "report.total"));
    book_count(&w->book, 1, rated);
    book_next_row(&w->book);
}

// The rate if everybody who kept silent were unhappy, and if happy.
static void put_bounds(struct writing *w)
{
    const struct report_row *total = &w->report->total;
    struct figures_bounds bounds;
    put_item(w, "report.coverage.bounds");
    if (total->hidden ||
        !figures_find_bounds(&total->counts, w->rules, &bounds)) {
        put_text(w, 1, BOOK_FAINT, say(w, "report.unknown"));
    } else {
        number_append_fixed(bounds.low, w->rules->decimals, &w->text);
        buf_append_text(&w->text, " – ");
        words_percent(w->texts, bounds.high, w->rules->decimals, &w->text);
        put(w, 1, BOOK_CENTRED);
    }
    book_next_row(&w->book);
}

static void put_coverage(struct writing *w)
{
    const struct figures_counts *counts = &w->report->total.counts;
    bool hidden = w->report->total.hidden;
    int64_t rated = hidden ? FIGURES_UNKNOWN : figures_rated(counts);
    put_section(w, "report.table.coverage");
    put_pair_head(w);
    put_share(w, "report.coverage.rated",
              hidden ? FIGURES_UNKNOWN : counts->offered_rated,
              counts->offered);
    put_share(w, "report.coverage.offered", counts->offered,
              counts->transactions);
    put_share(w, "report.coverage.response", rated, counts->transactions);
    put_bounds(w);
    put_count(w, "report.transactions", counts->transactions);
    put_count(w, "report.offered", counts->offered);
    put_count(w, "report.coverage.needed",
              figures_answers_needed(counts->transactions));
    put_count(w, "report.declined", counts->declined);
    put_count(w, "report.timeout", counts->timeout);
    put_count(w, "report.withdrawn", counts->withdrawn);
    struct buf note = {0};
    words_walk_ups(w->texts, &w->report->total, &note);
    book_prose(&w->book, SUMMARY_LAST, PROSE_LETTERS, &note);
    buf_free(&note);
}

// --- Chờ và đúng hạn --------------------------------------------------------

static void put_minutes(struct writing *w, int column, int64_t tenths)
{
    if (tenths == FIGURES_UNKNOWN)
        put_text(w, column, BOOK_FAINT, say(w, "report.unknown"));
    else
        book_minutes(&w->book, column, tenths);
}

static void put_range(struct writing *w, int column, enum book_look look,
                      const char *id, int first, int second)
{
    words_range(w->texts, id, first, second, &w->text);
    put(w, column, look);
}

// Ticket to call and ticket to end, beside each other.
static void put_waiting(struct writing *w,
                        const struct figures_service *service)
{
    const struct figures_waits *waits[] = {&service->called, &service->done};
    const struct figures_method *rules = w->rules;
    put_section(w, "report.waiting.minutes");
    put_text(w, 0, BOOK_HEAD, say(w, "report.column.item"));
    put_text(w, 1, BOOK_HEAD, say(w, "report.waiting.called"));
    put_text(w, 2, BOOK_HEAD, say(w, "report.waiting.done"));
    book_height(&w->book, 2 * LINE_HEIGHT);
    book_next_row(&w->book);
    put_item(w, "report.column.known");
    for (int i = 0; i < 2; i++)
        book_count(&w->book, 1 + i, waits[i]->known);
    book_next_row(&w->book);
    put_item(w, "report.column.mean");
    for (int i = 0; i < 2; i++)
        put_minutes(w, 1 + i, figures_mean_wait(waits[i]));
    book_next_row(&w->book);
    put_item(w, "report.column.median");
    for (int i = 0; i < 2; i++)
        put_minutes(w, 1 + i, figures_median_wait(waits[i]));
    book_next_row(&w->book);
    put_item(w, "report.column.within");
    for (int i = 0; i < 2; i++)
        put_rate(
            w, 1 + i,
            figures_percent(waits[i]->within, waits[i]->known, rules->decimals),
            rules->decimals);
    book_next_row(&w->book);
    if (rules->waiting_most == 0)
        return;
    put_range(w, 0, BOOK_TEXT, "report.column.plan", rules->waiting_best,
              rules->waiting_most);
    for (int i = 0; i < 2; i++)
        put_text(w, 1 + i, BOOK_CENTRED,
                 words_goal(w->texts, figures_judge_waits(waits[i], rules)));
    book_next_row(&w->book);
}

static void put_timeliness(struct writing *w,
                           const struct figures_service *service)
{
    const struct figures_method *rules = w->rules;
    bool is_told = figures_decided(service) > 0;
    put_section(w, "report.timely");
    put_pair_head(w);
    put_count(w, "report.timely.before",
              is_told ? service->before : FIGURES_UNKNOWN);
    put_count(w, "report.timely.on",
              is_told ? service->on_time : FIGURES_UNKNOWN);
    put_count(w, "report.timely.late",
              is_told ? service->late : FIGURES_UNKNOWN);
    put_share(w, "report.timely.share", figures_in_time(service),
              figures_decided(service));
    if (rules->timely_least == 0)
        return;
    put_range(w, 0, BOOK_TEXT, "report.timely.goal", rules->timely_least,
              rules->timely_best);
    put_text(w, 1, BOOK_CENTRED,
             words_goal(w->texts, figures_judge_timely(service, rules)));
    book_next_row(&w->book);
}

static void put_service(struct writing *w)
{
    const struct report_row *total = &w->report->total;
    if (total->counts.transactions == FIGURES_UNKNOWN)
        return;
    put_waiting(w, &total->service);
    put_timeliness(w, &total->service);
}

static void put_withdrawals(struct writing *w)
{
    const struct report *report = w->report;
    if (report->withdrawal_count == 0)
        return;
    put_section(w, "report.withdrawals");
    put_text(w, 0, BOOK_HEAD, say(w, "report.column.reason"));
    put_text(w, 1, BOOK_HEAD, say(w, "report.column.visits"));
    book_next_row(&w->book);
    for (size_t i = 0; i < report->withdrawal_count; i++) {
        const char *reason = report->withdrawals[i].reason;
        put_text(w, 0, BOOK_TEXT,
                 reason[0] != '\0' ? reason
                                   : say(w, "report.withdrawals.other"));
        book_count(&w->book, 1, report->withdrawals[i].count);
        book_next_row(&w->book);
    }
}

static void put_remarks(struct writing *w)
{
    struct buf lines = {0};
    remarks_figures(w->report, w->texts, &lines);
    put_section(w, "report.part.remarks");
    book_prose(&w->book, SUMMARY_LAST, PROSE_LETTERS, &lines);
    buf_free(&lines);
}

// --- The breakdown ----------------------------------------------------------

static int column_after(const struct writing *w)
{
    return COLUMN_TARGETS + w->rules->target_count;
}

// declined, timeout, then the charts' own
static int column_chart_label(const struct writing *w)
{
    return column_after(w) + 2;
}

static int column_chart(const struct writing *w)
{
    return column_chart_label(w) + 1;
}

static void put_row_head(struct writing *w)
{
    char id[ID_MAX];
    snprintf(id, sizeof id, "report.by.%s", report_by_name(w->report->by));
    book_height(&w->book, 2 * LINE_HEIGHT);
    put_text(w, COLUMN_LABEL, BOOK_HEAD, say(w, id));
    for (int level = FIGURES_LEVELS; level >= 1; level--) {
        snprintf(id, sizeof id, "level.%d", level);
        put_text(w, COLUMN_LEVELS + FIGURES_LEVELS - level, BOOK_HEAD,
                 say(w, id));
    }
    put_text(w, COLUMN_RATED, BOOK_HEAD, say(w, "report.rated"));
    put_text(w, COLUMN_SATISFIED, BOOK_HEAD, say(w, "report.column.satisfied"));
    put_text(w, COLUMN_SAT, BOOK_HEAD, say(w, "report.sat"));
    put_text(w, COLUMN_LOW, BOOK_HEAD, say(w, "report.column.low"));
    put_text(w, COLUMN_HIGH, BOOK_HEAD, say(w, "report.column.high"));
    for (int i = 0; i < w->rules->target_count; i++) {
        put_filled(w, COLUMN_TARGETS + i, BOOK_HEAD, "report.column.target",
                   w->rules->targets[i]);
        put_filled(w, column_chart(w) + 1 + i, BOOK_HEAD,
                   "report.column.target", w->rules->targets[i]);
    }
    put_text(w, column_after(w), BOOK_HEAD, say(w, "report.column.declined"));
    put_text(w, column_after(w) + 1, BOOK_HEAD,
             say(w, "report.column.timeout"));
    put_text(w, column_chart(w), BOOK_HEAD, say(w, "report.sat"));
    book_next_row(&w->book);
}

static void put_label(struct writing *w, const struct report_row *row,
                      bool is_breakdown)
{
    int32_t day;
    if (!is_breakdown) {
        put_text(w, COLUMN_LABEL, BOOK_STRONG, say(w, "report.total"));
    } else if (w->report->by == REPORT_BY_DAY &&
               date_parse_iso(row->key, &day)) {
        book_day(&w->book, COLUMN_LABEL, day);
    } else {
        words_row(w->texts, w->report, row, &w->text);
        put(w, COLUMN_LABEL, BOOK_TEXT);
    }
}

// A month's own name also tells its days, which is too long below a chart.
static void put_chart_label(struct writing *w, const struct report_row *row)
{
    int32_t day;
    int year, month;
    if (w->report->by == REPORT_BY_MONTH &&
        sscanf(row->key, "%d-%d", &year, &month) == 2) {
        buf_printf(&w->text, "%02d/%d", month, year);
    } else if (w->report->by == REPORT_BY_DAY &&
               date_parse_iso(row->key, &day)) {
        number_append_date(day, &w->text);
    } else {
        words_row(w->texts, w->report, row, &w->text);
    }
    put(w, column_chart_label(w), BOOK_TEXT);
}

static void put_row_rates(struct writing *w, const struct report_row *row,
                          int64_t rated, int64_t satisfied)
{
    struct figures_interval interval = figures_wilson(satisfied, rated);
    int64_t sat = figures_percent(satisfied, rated, w->rules->decimals);
    book_percent(&w->book, COLUMN_SAT, sat, w->rules->decimals);
    book_percent(&w->book, COLUMN_LOW, interval.low, FIGURES_WILSON_DECIMALS);
    book_percent(&w->book, COLUMN_HIGH, interval.high, FIGURES_WILSON_DECIMALS);
    for (int i = 0; i < w->rules->target_count; i++)
        put_text(w, COLUMN_TARGETS + i, BOOK_CENTRED,
                 words_verdict(w->texts, figures_judge(satisfied, rated,
                                                       w->rules->targets[i])));
    if (row != &w->report->total)
        book_percent(&w->book, column_chart(w), sat, w->rules->decimals);
}

static void put_row_without_rates(struct writing *w,
                                  const struct report_row *row,
                                  bool is_breakdown)
{
    words_rate(w->texts, w->rules, row, is_breakdown, &w->text);
    put(w, COLUMN_SAT, BOOK_FAINT);
    put_text(w, COLUMN_LOW, BOOK_FAINT, "–");
    put_text(w, COLUMN_HIGH, BOOK_FAINT, "–");
    for (int i = 0; i < w->rules->target_count; i++)
        put_text(w, COLUMN_TARGETS + i, BOOK_FAINT, "–");
}

static void put_row(struct writing *w, const struct report_row *row,
                    bool is_breakdown)
{
    const struct figures_counts *counts = &row->counts;
    int64_t rated = figures_rated(counts);
    int64_t satisfied = figures_satisfied(counts, w->rules);
    put_label(w, row, is_breakdown);
    if (is_breakdown)
        put_chart_label(w, row);
    for (int level = FIGURES_LEVELS; level >= 1; level--) {
        int column = COLUMN_LEVELS + FIGURES_LEVELS - level;
        if (row->hidden)
            put_text(w, column, BOOK_FAINT, "–");
        else
            book_count(&w->book, column, counts->levels[level - 1]);
    }
    if (row->hidden) {
        put_text(w, COLUMN_RATED, BOOK_FAINT, "–");
        put_text(w, COLUMN_SATISFIED, BOOK_FAINT, "–");
    } else {
        book_count(&w->book, COLUMN_RATED, rated);
        book_count(&w->book, COLUMN_SATISFIED, satisfied);
    }
    if (shows_rate(row, is_breakdown))
        put_row_rates(w, row, rated, satisfied);
    else
        put_row_without_rates(w, row, is_breakdown);
    book_count(&w->book, column_after(w), counts->declined);
    book_count(&w->book, column_after(w) + 1, counts->timeout);
    for (int i = 0; i < w->rules->target_count; i++)
        book_percent(&w->book, column_chart(w) + 1 + i, w->rules->targets[i],
                     0);
    book_next_row(&w->book);
}

static void set_row_widths(struct writing *w)
{
    lxw_row_col_options options = {.hidden = LXW_TRUE};
    book_width(&w->book, COLUMN_LABEL, 34);
    for (int i = COLUMN_LEVELS; i < column_chart_label(w); i++)
        book_width(&w->book, i, i < COLUMN_TARGETS ? 12 : 16);
    if (w->book.sheet)
        worksheet_set_column_opt(
            w->book.sheet, (lxw_col_t)column_chart_label(w),
            (lxw_col_t)(column_chart(w) + w->rules->target_count),
            LXW_DEF_COL_WIDTH, NULL, &options);
}

static void write_rows(struct writing *w)
{
    const struct report *report = w->report;
    book_sheet(&w->book, w->rows_name, true);
    set_row_widths(w);
    put_head(w);
    lxw_row_t head = w->book.row;
    put_row_head(w);
    w->rows_first = w->book.row;
    for (size_t i = 0; i < report->row_count; i++)
        put_row(w, &report->rows[i], true);
    w->rows_last = w->book.row - 1;
    put_row(w, &report->total, false);
    if (!w->book.sheet)
        return;
    worksheet_freeze_panes(w->book.sheet, head + 1, 1);
    worksheet_repeat_rows(w->book.sheet, head, head);
    if (report->row_count > 0)
        worksheet_autofilter(w->book.sheet, head, 0, w->rows_last,
                             (lxw_col_t)(column_chart_label(w) - 1));
}

// --- The breakdown, what transactions tell ---------------------------------

// In a narrow column what is not known is a dash.
static void put_rate_or_dash(struct writing *w, int column, int64_t part,
                             int64_t whole)
{
    int64_t rate = figures_percent(part, whole, w->rules->decimals);
    if (rate == FIGURES_UNKNOWN)
        put_text(w, column, BOOK_FAINT, "–");
    else
        book_percent(&w->book, column, rate, w->rules->decimals);
}

static void put_minutes_or_dash(struct writing *w, int column, int64_t tenths)
{
    if (tenths == FIGURES_UNKNOWN)
        put_text(w, column, BOOK_FAINT, "–");
    else
        book_minutes(&w->book, column, tenths);
}

static void put_service_row(struct writing *w, const struct report_row *row,
                            bool is_breakdown)
{
    const struct figures_counts *counts = &row->counts;
    const struct figures_waits *waits = &row->service.called;
    put_label(w, row, is_breakdown);
    if (counts->transactions == FIGURES_UNKNOWN)
        put_text(w, 1, BOOK_FAINT, "–");
    else
        book_count(&w->book, 1, counts->transactions);
    put_rate_or_dash(w, 2, counts->offered, counts->transactions);
    put_rate_or_dash(w, 3,
                     row->hidden ? FIGURES_UNKNOWN : counts->offered_rated,
                     counts->offered);
    put_minutes_or_dash(w, 4, figures_mean_wait(waits));
    put_minutes_or_dash(w, 5, figures_median_wait(waits));
    put_rate_or_dash(w, 6, waits->within, waits->known);
    put_rate_or_dash(w, 7, figures_in_time(&row->service),
                     figures_decided(&row->service));
    book_next_row(&w->book);
}

static void write_service_rows(struct writing *w)
{
    static const char *const COLUMNS[] = {
        "report.column.transactions", "report.column.offered",
        "report.column.answered",     "report.column.mean",
        "report.column.median",       "report.column.within",
        "report.column.in_time"};
    enum { COUNT = sizeof COLUMNS / sizeof COLUMNS[0] };
    char id[ID_MAX];
    snprintf(id, sizeof id, "report.by.%s", report_by_name(w->report->by));
    book_sheet(&w->book, say(w, "report.sheet.service"), true);
    book_width(&w->book, 0, 34);
    for (int i = 1; i <= COUNT; i++)
        book_width(&w->book, i, 16);
    put_head(w);
    put_text(w, 0, BOOK_SUBTITLE, say(w, "report.rows.service.note"));
    book_next_row(&w->book);
    lxw_row_t head = w->book.row;
    book_height(&w->book, 2 * LINE_HEIGHT);
    put_text(w, 0, BOOK_HEAD, say(w, id));
    for (int i = 0; i < COUNT; i++)
        put_text(w, 1 + i, BOOK_HEAD, say(w, COLUMNS[i]));
    book_next_row(&w->book);
    for (size_t i = 0; i < w->report->row_count; i++)
        put_service_row(w, &w->report->rows[i], true);
    put_service_row(w, &w->report->total, false);
    if (!w->book.sheet)
        return;
    worksheet_freeze_panes(w->book.sheet, head + 1, 1);
    worksheet_repeat_rows(w->book.sheet, head, head);
}

// --- Charts -----------------------------------------------------------------

static void insert_chart(struct writing *w, lxw_worksheet *sheet,
                         lxw_chart *chart, lxw_row_t row, const char *title)
{
    lxw_chart_font font = {.size = 12, .bold = LXW_TRUE};
    lxw_chart_options options = {
        .x_scale = 1.25, .y_scale = 1.1, .description = (char *)title};
    chart_title_set_name(chart, title);
    chart_title_set_name_font(chart, &font);
    w->book.failed |=
        worksheet_insert_chart_opt(sheet, row, CHART_COLUMN, chart, &options) !=
        LXW_NO_ERROR;
}

// Each level in its colour of the counter's screen, with its number beside.
static void add_levels_chart(struct writing *w, lxw_worksheet *sheet)
{
    static lxw_color_t const COLOURS[FIGURES_LEVELS] = {
        0x00594F, 0x2B7D57, 0x8F6200, 0xB84A0A, 0x9B1C31};
    lxw_chart_fill fills[FIGURES_LEVELS];
    lxw_chart_point points[FIGURES_LEVELS];
    lxw_chart_point *list[FIGURES_LEVELS + 1] = {0};
    const char *name = say(w, "report.sheet.summary");
    lxw_chart *chart = workbook_add_chart(w->book.workbook, LXW_CHART_BAR);
    lxw_chart_series *series =
        chart ? chart_add_series(chart, NULL, NULL) : NULL;
    if (!series) {
        w->book.failed = true;
        return;
    }
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        fills[i] = (lxw_chart_fill){.color = COLOURS[i]};
        points[i] = (lxw_chart_point){.fill = &fills[i]};
        list[i] = &points[i];
    }
    lxw_row_t last = w->levels_first + FIGURES_LEVELS - 1;
    chart_series_set_categories(series, name, w->levels_first, 0, last, 0);
    chart_series_set_values(series, name, w->levels_first, 1, last, 1);
    chart_series_set_name(series, say(w, "report.column.visits"));
    chart_series_set_points(series, list);
    chart_series_set_labels(series);
    chart_series_set_labels_num_format(series, "#,##0");
    chart_axis_set_reverse(chart->y_axis); // the best level on top
    // Each bar has its number: an axis and a grid would only repeat it.
    chart_axis_set_label_position(chart->x_axis,
                                  LXW_CHART_AXIS_LABEL_POSITION_NONE);
    chart_axis_major_gridlines_set_visible(chart->x_axis, LXW_FALSE);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    insert_chart(w, sheet, chart, 4, say(w, "report.chart.levels"));
}

static void add_series(struct writing *w, lxw_chart *chart, int column,
                       lxw_chart_line *line, lxw_chart_fill *fill)
{
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    if (!series) {
        w->book.failed = true;
        return;
    }
    lxw_col_t label = (lxw_col_t)column_chart_label(w);
    chart_series_set_categories(series, w->rows_name, w->rows_first, label,
                                w->rows_last, label);
    chart_series_set_values(series, w->rows_name, w->rows_first,
                            (lxw_col_t)column, w->rows_last, (lxw_col_t)column);
    chart_series_set_name_range(series, w->rows_name, w->rows_first - 1,
                                (lxw_col_t)column);
    chart_series_set_line(series, line);
    chart_series_set_marker_type(series, fill ? LXW_CHART_MARKER_CIRCLE
                                              : LXW_CHART_MARKER_NONE);
    if (fill) {
        chart_series_set_fill(series, fill);
        chart_series_set_marker_fill(series, fill);
    }
}

static void soften_grid(lxw_chart_axis *axis)
{
    lxw_chart_line line = {.color = 0xD9DEE5, .width = 0.75};
    chart_axis_major_gridlines_set_line(axis, &line);
}

// A line may begin above 0: at the ten per cent below everything drawn.
static double lowest_shown(const struct writing *w)
{
    int64_t lowest = 100;
    for (int i = 0; i < w->rules->target_count; i++) {
        if (w->rules->targets[i] < lowest)
            lowest = w->rules->targets[i];
    }
    for (size_t i = 0; i < w->report->row_count; i++) {
        const struct report_row *row = &w->report->rows[i];
        int64_t sat = figures_percent(figures_satisfied(&row->counts, w->rules),
                                      figures_rated(&row->counts), 0);
        if (shows_rate(row, true) && sat < lowest)
            lowest = sat;
    }
    int64_t tens = lowest > 10 ? (lowest - 5) / 10 : 0;
    return (double)tens / 10;
}

// The rate over time with the targets as broken lines; other breakdowns as
// bars.
static void add_rows_chart(struct writing *w, lxw_worksheet *sheet)
{
    static const uint8_t DASHES[] = {
        LXW_CHART_LINE_DASH_DASH, LXW_CHART_LINE_DASH_ROUND_DOT,
        LXW_CHART_LINE_DASH_LONG_DASH, LXW_CHART_LINE_DASH_DASH_DOT};
    bool is_trend =
        w->report->by == REPORT_BY_DAY || w->report->by == REPORT_BY_MONTH;
    lxw_chart *chart = workbook_add_chart(
        w->book.workbook, is_trend ? LXW_CHART_LINE : LXW_CHART_COLUMN);
    if (!chart) {
        w->book.failed = true;
        return;
    }
    lxw_chart_line line = {.color = 0x0B4A63, .width = 2.25};
    lxw_chart_fill fill = {.color = 0x0B4A63};
    add_series(w, chart, column_chart(w), &line, &fill);
    for (int i = 0; is_trend && i < w->rules->target_count; i++) {
        lxw_chart_line target = {
            .color = 0xA3262A, .width = 1.25, .dash_type = DASHES[i]};
        add_series(w, chart, column_chart(w) + 1 + i, &target, NULL);
    }
    chart_show_hidden_data(chart);
    chart_axis_set_num_format(chart->y_axis, "0 %");
    chart_axis_set_max(chart->y_axis, 1);
    chart_axis_set_min(chart->y_axis, is_trend ? lowest_shown(w) : 0);
    soften_grid(chart->y_axis);
    chart_legend_set_position(chart, is_trend ? LXW_CHART_LEGEND_BOTTOM
                                              : LXW_CHART_LEGEND_NONE);
    insert_chart(w, sheet, chart, 22,
                 say(w, is_trend ? "report.chart.trend" : "report.chart.rows"));
}

// --- Phương pháp ------------------------------------------------------------

static void write_method(struct writing *w)
{
    const struct report *report = w->report;
    struct buf method = {0}, trust = {0};
    remarks_method(report, w->texts, &method);
    remarks_completeness(report, w->texts, &trust);
    const struct method_sheet sheet = {
        .subject = buf_text(&w->subject),
        .period = &report->period,
        .method = &method,
        .trust = &trust,
        .note = say(w, "report.rounding"),
        .complete = &report->complete,
        .flagged = report->total.hidden ? FIGURES_UNKNOWN
                                        : report->total.counts.flagged,
        .marked = report->total.hidden ? FIGURES_UNKNOWN
                                       : report->total.counts.marked,
        .heads = report->heads,
        .head_count = report->head_count,
    };
    method_sheet_write(&w->book, w->texts, &sheet);
    buf_free(&method);
    buf_free(&trust);
}

// --- The whole --------------------------------------------------------------

static void write_summary(struct writing *w)
{
    book_sheet(&w->book, say(w, "report.sheet.summary"), true);
    book_width(&w->book, 0, 46);
    book_width(&w->book, 1, 20);
    book_width(&w->book, 2, 14);
    put_head(w);
    book_freeze(&w->book, 0);
    put_headline(w);
    put_levels(w);
    put_coverage(w);
    put_withdrawals(w);
    put_service(w);
    put_remarks(w);
}

bool report_write_xlsx(const struct report *report, const struct i18n *texts,
                       struct buf *out)
{
    struct writing w = {
        .report = report, .texts = texts, .rules = &report->method.rules};
    bool has_rows = report->by != REPORT_BY_NONE;
    if (has_rows) {
        char id[ID_MAX];
        snprintf(id, sizeof id, "report.rows.%s", report_by_name(report->by));
        snprintf(w.rows_name, sizeof w.rows_name, "%s", words(texts, id));
    }
    remarks_subject(report, texts, &w.subject);
    if (!buf_ok(&w.subject) ||
        !book_start(&w.book, buf_text(&w.subject), report->made_ms)) {
        buf_free(&w.subject);
        return false;
    }
    write_summary(&w);
    lxw_worksheet *summary = w.book.sheet;
    if (has_rows)
        write_rows(&w);
    if (report_rows_tell_transactions(report))
        write_service_rows(&w);
    write_method(&w);
    if (summary && w.levels_first > 0)
        add_levels_chart(&w, summary);
    if (summary && has_rows && report->row_count > 0)
        add_rows_chart(&w, summary);
    buf_free(&w.text);
    buf_free(&w.subject);
    return book_finish(&w.book, out);
}

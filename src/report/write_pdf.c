#include "report/official.h"
#include "report/remarks.h"
#include "report/report.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>

enum { TABLE_SIZE = OFFICIAL_TABLE_SIZE, ROWS_SIZE = OFFICIAL_ROWS_SIZE };
enum { ID_MAX = 48 };

struct writing {
    const struct report *report;
    const struct i18n *texts;
    const struct figures_method *rules;
    struct official page;
};

static const char *say(const struct writing *w, const char *id)
{
    return words(w->texts, id);
}

// --- Cells ------------------------------------------------------------------

static struct buf *cell(struct writing *w)
{
    return official_cell(&w->page);
}

static void add_text(struct writing *w, const char *text)
{
    official_text(&w->page, text);
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

static void end_row(struct writing *w, bool bold)
{
    official_row(&w->page, bold);
}

static void begin_table(struct writing *w, const char *title,
                        const struct paper_column *columns, double size)
{
    official_begin_table(&w->page, say(w, title), columns, size);
}

// --- Parts ------------------------------------------------------------------

static void begin_part(struct writing *w, const char *id)
{
    official_part(&w->page, say(w, id));
}

static void write_method(struct writing *w)
{
    struct buf lines = {0};
    begin_part(w, "report.part.method");
    remarks_method(w->report, w->texts, &lines);
    official_lines(&w->page, &lines, "", "", "");
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
    w->page.failed |= !buf_ok(&text);
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
    official_end_table(&w->page);
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
    official_end_table(&w->page);
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
    official_end_table(&w->page);
    official_note(&w->page, say(w, "report.rounding"));
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
        struct buf *range = cell(w);
        number_append_fixed(bounds.low, w->rules->decimals, range);
        buf_append_text(range, " – ");
        words_percent(w->texts, bounds.high, w->rules->decimals, range);
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
    official_end_table(&w->page);
    struct buf note = {0};
    words_walk_ups(w->texts, &w->report->total, &note);
    if (note.size > 0)
        official_note(&w->page, buf_text(&note));
    w->page.failed |= !buf_ok(&note);
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
    official_end_table(&w->page);
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
    official_end_table(&w->page);
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
    official_end_table(&w->page);
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
    official_end_table(&w->page);
    if (any_marked) {
        add_target(w, "report.marked", FIGURES_RELIABLE);
        official_note(&w->page, buf_text(&w->page.cells[0]));
        official_drop_cells(&w->page);
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
    official_end_table(&w->page);
    official_note(&w->page, say(w, "report.rows.service.note"));
}

// --- The whole --------------------------------------------------------------

static void write_trust(struct writing *w)
{
    struct buf lines = {0};
    begin_part(w, "report.part.trust");
    remarks_completeness(w->report, w->texts, &lines);
    official_lines(&w->page, &lines, "- ", ";", ".");
    buf_free(&lines);
}

static void write_remarks(struct writing *w)
{
    struct buf lines = {0};
    begin_part(w, "report.part.remarks");
    remarks_figures(w->report, w->texts, &lines);
    // The sign that ends a document: "./."
    official_lines(&w->page, &lines, "- ", "", "/.");
    buf_free(&lines);
}

bool report_write_pdf(const struct report *report, const struct i18n *texts,
                      const struct report_letter *letter, struct buf *out)
{
    struct buf subject = {0};
    remarks_subject(report, texts, &subject);
    const struct official_about about = {.subject = buf_text(&subject),
                                         .period = &report->period,
                                         .made_ms = report->made_ms};
    struct writing w = {
        .report = report, .texts = texts, .rules = &report->method.rules};
    if (!buf_ok(&subject) || !official_open(&w.page, texts, letter, &about)) {
        buf_free(&subject);
        return false;
    }
    official_head(&w.page);
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
    official_foot(&w.page);
    official_annex(&w.page, report->heads, report->head_count);
    buf_free(&subject);
    return official_close(&w.page, out);
}

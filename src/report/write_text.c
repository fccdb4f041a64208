#include "report/filter.h"
#include "report/remarks.h"
#include "report/report.h"
#include "report/table.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <stdio.h>
#include <string.h>

// One report on its way into text.
struct page {
    const struct report *report;
    const struct i18n *texts;
    const struct figures_method *rules;
    const struct figures_counts *total;
    struct buf *out;
    bool failed;
};

static const char *say(const struct page *page, const char *id)
{
    return words(page->texts, id);
}

static void finish(struct page *page, struct table *table, size_t indent)
{
    if (!table_write(table, indent, page->out))
        page->failed = true;
    table_free(table);
}

// A title over a part.
static void write_title(struct page *page, const char *id)
{
    buf_append_char(page->out, '\n');
    words_append_plain(say(page, id), page->out);
    buf_append_char(page->out, '\n');
}

static void write_note(struct page *page, const char *text)
{
    buf_append_text(page->out, "  ");
    words_append_plain(text, page->out);
    buf_append_char(page->out, '\n');
}

static void add_number(struct table *table, int64_t value)
{
    struct buf cell = {0};
    number_append(value, &cell);
    table_take(table, &cell);
    buf_free(&cell);
}

static void add_percent(const struct page *page, struct table *table,
                        int64_t value)
{
    struct buf cell = {0};
    words_percent(page->texts, value, page->rules->decimals, &cell);
    table_take(table, &cell);
    buf_free(&cell);
}

static void add_count(const struct page *page, struct table *table,
                      int64_t value)
{
    if (value == FIGURES_UNKNOWN)
        table_add(table, say(page, "report.unknown"));
    else
        add_number(table, value);
}

static void add_minutes(const struct page *page, struct table *table,
                        int64_t tenths)
{
    struct buf cell = {0};
    words_minutes(page->texts, tenths, &cell);
    table_take(table, &cell);
    buf_free(&cell);
}

static void add_range(const struct page *page, struct table *table,
                      const char *id, int first, int second)
{
    struct buf cell = {0};
    words_range(page->texts, id, first, second, &cell);
    table_take(table, &cell);
    buf_free(&cell);
}

static void add_filled(const struct page *page, struct table *table,
                       const char *id, const char *const *values)
{
    struct buf cell = {0};
    words_fill(page->texts, id, values, &cell);
    table_take(table, &cell);
    buf_free(&cell);
}

// The name once, and each of the lines beside it.
static void add_lines(struct page *page, struct table *table, const char *name,
                      struct buf *lines)
{
    const char *line = buf_text(lines);
    for (const char *end; *line != '\0'; line = end + (*end == '\n')) {
        struct buf cell = {0};
        end = strchrnul(line, '\n');
        buf_append(&cell, line, (size_t)(end - line));
        table_add(table, name);
        table_take(table, &cell);
        buf_free(&cell);
        name = "";
    }
    page->failed |= !buf_ok(lines);
    buf_free(lines);
}

// What keeps the data from being complete.
static void add_completeness(struct page *page, struct table *table)
{
    struct buf lines = {0};
    remarks_completeness(page->report, page->texts, &lines);
    add_lines(page, table, say(page, "report.complete"), &lines);
}

// Which report it replaces, and what changed.
static void add_restatement(struct page *page, struct table *table)
{
    struct buf lines = {0};
    remarks_restatement(page->report, page->texts, &lines);
    add_lines(page, table, say(page, "report.restated"), &lines);
}

// What it is narrowed to, and what of that nobody knows.
static void add_filter(struct page *page, struct table *table)
{
    struct buf cell = {0};
    table_add(table, say(page, "report.filter"));
    filter_words(page->texts, &page->report->filter, &cell);
    table_take(table, &cell);
    filter_unknown_words(page->texts, &page->report->filter, &cell);
    if (cell.size > 0) {
        table_add(table, "");
        add_filled(page, table, "report.filter.unknown",
                   (const char *[]){buf_text(&cell), NULL});
    }
    buf_free(&cell);
}

static void write_head(struct page *page)
{
    const struct report *report = page->report;
    words_append_plain(say(page, "report.title"), page->out);
    buf_append_text(page->out, "\n\n");

    struct table table;
    struct buf cell = {0};
    char version[24];
    table_init(&table, 2);
    table.right[1] = false;
    table_add(&table, say(page, "report.method"));
    snprintf(version, sizeof version, "%lld",
             (long long)report->method.version);
    add_filled(page, &table, "report.method.value",
               (const char *[]){say(page, "report.sat"), report->method.id,
                                version, NULL});
    table_add(&table, say(page, "report.period"));
    words_period(page->texts, &report->period, &cell);
    table_take(&table, &cell);
    if (report->filter.count > 0)
        add_filter(page, &table);
    table_add(&table, say(page, "report.data_as_of"));
    if (report->complete.data_as_of > 0)
        words_moment(page->texts, report->complete.data_as_of, &cell);
    else
        buf_append_text(&cell, say(page, "report.data_as_of.never"));
    table_take(&table, &cell);
    add_completeness(page, &table);
    add_restatement(page, &table);
    buf_free(&cell);
    finish(page, &table, 0);
}

static void add_targets(struct page *page, struct table *table,
                        int64_t satisfied, int64_t rated)
{
    for (int i = 0; i < page->rules->target_count; i++) {
        int target = page->rules->targets[i];
        char text[16];
        snprintf(text, sizeof text, "%d", target);
        add_filled(page, table, "report.target", (const char *[]){text, NULL});
        table_add(table,
                  words_verdict(page->texts,
                                figures_judge(satisfied, rated, target)));
    }
}

// With and without what is doubted, whenever anything is.
static void add_aside(struct page *page, struct table *table)
{
    const struct report_row *total = &page->report->total;
    struct buf cell = {0};
    if (total->counts.flagged <= 0 && total->counts.marked <= 0)
        return;
    table_add(table, say(page, "report.flagged"));
    add_count(page, table, total->counts.flagged);
    table_add(table, say(page, "report.appealed"));
    add_count(page, table, total->counts.marked);
    words_without_aside(page->texts, page->rules, total, &cell);
    if (cell.size > 0) {
        table_add(table, say(page, "report.without_aside"));
        table_take(table, &cell);
    }
    buf_free(&cell);
}

static void write_headline(struct page *page)
{
    struct table table;
    struct buf cell = {0};
    int64_t rated = figures_rated(page->total);
    int64_t satisfied = figures_satisfied(page->total, page->rules);
    bool has_rate = rated > 0 && !page->report->total.hidden;
    buf_append_char(page->out, '\n');
    table_init(&table, 2);
    table.right[1] = false;
    table_add(&table, say(page, "report.sat"));
    words_rate(page->texts, page->rules, &page->report->total, false, &cell);
    if (has_rate) {
        struct buf part = {0}, whole = {0};
        number_append(satisfied, &part);
        number_append(rated, &whole);
        buf_append_char(&cell, ' ');
        words_fill(page->texts, "report.sat.counts",
                   (const char *[]){buf_text(&part), buf_text(&whole), NULL},
                   &cell);
        buf_free(&part);
        buf_free(&whole);
    }
    table_take(&table, &cell);
    if (has_rate) {
        table_add(&table, say(page, "report.interval"));
        words_interval(figures_wilson(satisfied, rated), &cell);
        table_take(&table, &cell);
        add_targets(page, &table, satisfied, rated);
        table_add(&table, say(page, "report.neg"));
        add_percent(
            page, &table,
            figures_percent(figures_dissatisfied(page->total, page->rules),
                            rated, page->rules->decimals));
        add_aside(page, &table);
    }
    buf_free(&cell);
    finish(page, &table, 0);
}

static void write_levels(struct page *page)
{
    int64_t rated = figures_rated(page->total);
    struct table table;
    write_title(page, "report.levels");
    if (page->report->total.hidden) {
        struct buf cell = {0};
        words_rate(page->texts, page->rules, &page->report->total, false,
                   &cell);
        write_note(page, buf_text(&cell));
        buf_free(&cell);
        return;
    }
    table_init(&table, 3);
    table_add(&table, say(page, "report.column.level"));
    table_add(&table, say(page, "report.column.visits"));
    table_add(&table, say(page, "report.column.share"));
    for (int level = FIGURES_LEVELS; level >= 1; level--) {
        int64_t count = page->total->levels[level - 1];
        char id[16];
        snprintf(id, sizeof id, "level.%d", level);
        table_add(&table, say(page, id));
        add_number(&table, count);
        if (rated == 0)
            table_add(&table, "–");
        else
            add_percent(page, &table,
                        figures_percent(count, rated, page->rules->decimals));
    }
    table_add(&table, say(page, "report.column.rated"));
    add_number(&table, rated);
    table_add(&table, "");
    finish(page, &table, 2);
    write_note(page, say(page, "report.rounding"));
}

static void write_unrated(struct page *page)
{
    struct table table;
    write_title(page, "report.unrated");
    table_init(&table, 2);
    table_add(&table, say(page, "report.declined"));
    add_number(&table, page->total->declined);
    table_add(&table, say(page, "report.timeout"));
    add_number(&table, page->total->timeout);
    table_add(&table, say(page, "report.withdrawn"));
    add_number(&table, page->total->withdrawn);
    finish(page, &table, 2);
}

static void write_withdrawals(struct page *page)
{
    const struct report *report = page->report;
    struct table table;
    if (report->withdrawal_count == 0)
        return;
    write_title(page, "report.withdrawals");
    table_init(&table, 2);
    for (size_t i = 0; i < report->withdrawal_count; i++) {
        const char *reason = report->withdrawals[i].reason;
        table_add(&table, reason[0] != '\0'
                              ? reason
                              : say(page, "report.withdrawals.other"));
        add_number(&table, report->withdrawals[i].count);
    }
    finish(page, &table, 2);
}

// The rate if everybody who kept silent were unhappy, and if happy.
static void add_bounds(struct page *page, struct table *table)
{
    struct figures_bounds bounds;
    table_add(table, say(page, "report.coverage.bounds"));
    if (page->report->total.hidden ||
        !figures_find_bounds(page->total, page->rules, &bounds)) {
        table_add(table, say(page, "report.unknown"));
        return;
    }
    struct buf cell = {0};
    number_append_fixed(bounds.low, page->rules->decimals, &cell);
    buf_append_text(&cell, " – ");
    words_percent(page->texts, bounds.high, page->rules->decimals, &cell);
    table_take(table, &cell);
    buf_free(&cell);
}

static void write_coverage(struct page *page)
{
    const struct figures_counts *total = page->total;
    bool hidden = page->report->total.hidden;
    int decimals = page->rules->decimals;
    struct table table;
    write_title(page, "report.coverage");
    table_init(&table, 2);
    table_add(&table, say(page, "report.transactions"));
    add_count(page, &table, total->transactions);
    table_add(&table, say(page, "report.offered"));
    add_number(&table, total->offered);
    table_add(&table, say(page, "report.coverage.satisfied"));
    add_percent(page, &table,
                figures_percent(hidden ? FIGURES_UNKNOWN
                                       : figures_satisfied(total, page->rules),
                                figures_rated(total), decimals));
    table_add(&table, say(page, "report.coverage.rated"));
    add_percent(page, &table,
                figures_percent(hidden ? FIGURES_UNKNOWN : total->offered_rated,
                                total->offered, decimals));
    table_add(&table, say(page, "report.coverage.offered"));
    add_percent(page, &table,
                figures_percent(total->offered, total->transactions, decimals));
    table_add(&table, say(page, "report.coverage.response"));
    add_percent(page, &table,
                figures_percent(hidden ? FIGURES_UNKNOWN : figures_rated(total),
                                total->transactions, decimals));
    add_bounds(page, &table);
    table_add(&table, say(page, "report.coverage.needed"));
    add_count(page, &table, figures_answers_needed(total->transactions));
    finish(page, &table, 2);
    struct buf note = {0};
    words_walk_ups(page->texts, &page->report->total, &note);
    if (note.size > 0)
        write_note(page, buf_text(&note));
    buf_free(&note);
}

static void write_waiting(struct page *page,
                          const struct figures_service *service)
{
    const struct {
        const char *id;
        const struct figures_waits *waits;
    } rows[] = {{"report.waiting.called", &service->called},
                {"report.waiting.done", &service->done}};
    static const char *const COLUMNS[] = {
        "report.waiting", "report.column.known", "report.column.mean",
        "report.column.median", "report.column.within"};
    const struct figures_method *rules = page->rules;
    bool has_plan = rules->waiting_most > 0;
    struct table table;
    table_init(&table, has_plan ? 6 : 5);
    for (size_t i = 0; i < sizeof COLUMNS / sizeof COLUMNS[0]; i++)
        table_add(&table, say(page, COLUMNS[i]));
    if (has_plan)
        add_range(page, &table, "report.column.plan", rules->waiting_best,
                  rules->waiting_most);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct figures_waits *waits = rows[i].waits;
        table_add(&table, say(page, rows[i].id));
        add_number(&table, waits->known);
        add_minutes(page, &table, figures_mean_wait(waits));
        add_minutes(page, &table, figures_median_wait(waits));
        add_percent(
            page, &table,
            figures_percent(waits->within, waits->known, rules->decimals));
        if (has_plan)
            table_add(&table, words_goal(page->texts,
                                         figures_judge_waits(waits, rules)));
    }
    finish(page, &table, 2);
}

static void write_timeliness(struct page *page,
                             const struct figures_service *service)
{
    const struct figures_method *rules = page->rules;
    const struct {
        const char *id;
        int64_t count;
    } rows[] = {{"report.timely.before", service->before},
                {"report.timely.on", service->on_time},
                {"report.timely.late", service->late}};
    struct table table;
    table_init(&table, 2);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        table_add(&table, say(page, rows[i].id));
        add_count(page, &table,
                  figures_decided(service) > 0 ? rows[i].count
                                               : FIGURES_UNKNOWN);
    }
    table_add(&table, say(page, "report.timely.share"));
    add_percent(page, &table,
                figures_percent(figures_in_time(service),
                                figures_decided(service), rules->decimals));
    if (rules->timely_least > 0) {
        add_range(page, &table, "report.timely.goal", rules->timely_least,
                  rules->timely_best);
        table_add(&table, words_goal(page->texts,
                                     figures_judge_timely(service, rules)));
    }
    finish(page, &table, 2);
}

// Of a period in which nobody told of a transaction there is nothing to say.
static void write_service(struct page *page)
{
    const struct figures_service *service = &page->report->total.service;
    if (page->total->transactions == FIGURES_UNKNOWN)
        return;
    write_title(page, "report.service");
    write_waiting(page, service);
    write_timeliness(page, service);
}

static void add_row_head(struct page *page, struct table *table)
{
    char id[32];
    snprintf(id, sizeof id, "report.by.%s", report_by_name(page->report->by));
    table_add(table, say(page, id));
    table_add(table, say(page, "report.column.rated"));
    table_add(table, say(page, "report.column.sat"));
    table_add(table, say(page, "report.column.interval"));
    for (int i = 0; i < page->rules->target_count; i++) {
        char target[16];
        snprintf(target, sizeof target, "%d", page->rules->targets[i]);
        add_filled(page, table, "report.column.target",
                   (const char *[]){target, NULL});
    }
    table_add(table, say(page, "report.column.declined"));
    table_add(table, say(page, "report.column.timeout"));
}

// One row of the breakdown; true when it is marked as not reliable.
static bool add_row(struct page *page, struct table *table,
                    const struct report_row *row)
{
    const struct figures_counts *counts = &row->counts;
    int64_t rated = figures_rated(counts);
    int64_t satisfied = figures_satisfied(counts, page->rules);
    bool has_rate = !row->hidden && rated >= FIGURES_LEAST;
    bool marked = has_rate && rated < FIGURES_RELIABLE;
    struct buf cell = {0};
    words_row(page->texts, page->report, row, &cell);
    buf_append_text(&cell, marked ? " *" : "");
    table_take(table, &cell);
    if (has_rate || (rated == 0 && !row->hidden))
        add_number(table, rated);
    else
        table_add(table, "–");
    words_rate(page->texts, page->rules, row, true, &cell);
    table_take(table, &cell);
    if (has_rate)
        words_interval(figures_wilson(satisfied, rated), &cell);
    else
        buf_append_text(&cell, "–");
    table_take(table, &cell);
    for (int i = 0; i < page->rules->target_count; i++) {
        enum figures_verdict verdict =
            has_rate ? figures_judge(satisfied, rated, page->rules->targets[i])
                     : FIGURES_NO_DATA;
        table_add(table, verdict == FIGURES_NO_DATA
                             ? "–"
                             : words_verdict(page->texts, verdict));
    }
    add_number(table, counts->declined);
    add_number(table, counts->timeout);
    buf_free(&cell);
    return marked;
}

static void write_rows(struct page *page)
{
    const struct report *report = page->report;
    if (report->by == REPORT_BY_NONE)
        return;
    char id[40];
    snprintf(id, sizeof id, "report.rows.%s", report_by_name(report->by));
    write_title(page, id);
    if (report->row_count == 0) {
        write_note(page, say(page, "report.no_data"));
        return;
    }
    struct table table;
    bool any_marked = false;
    table_init(&table, 6 + (size_t)page->rules->target_count);
    for (int i = 0; i < page->rules->target_count; i++)
        table.right[4 + i] = false;
    add_row_head(page, &table);
    for (size_t i = 0; i < report->row_count; i++)
        any_marked |= add_row(page, &table, &report->rows[i]);
    finish(page, &table, 2);
    if (any_marked) {
        char least[16];
        snprintf(least, sizeof least, "%d", FIGURES_RELIABLE);
        struct buf note = {0};
        words_fill(page->texts, "report.marked", (const char *[]){least, NULL},
                   &note);
        write_note(page, buf_text(&note));
        buf_free(&note);
    }
}

// In a narrow column what is not known is a dash.
static void add_percent_or_dash(struct page *page, struct table *table,
                                int64_t part, int64_t whole)
{
    int64_t percent = figures_percent(part, whole, page->rules->decimals);
    if (percent == FIGURES_UNKNOWN)
        table_add(table, "–");
    else
        add_percent(page, table, percent);
}

static void add_minutes_or_dash(struct page *page, struct table *table,
                                int64_t tenths)
{
    if (tenths == FIGURES_UNKNOWN)
        table_add(table, "–");
    else
        add_minutes(page, table, tenths);
}

static void add_service_row(struct page *page, struct table *table,
                            const struct report_row *row)
{
    const struct figures_counts *counts = &row->counts;
    const struct figures_waits *waits = &row->service.called;
    struct buf cell = {0};
    words_row(page->texts, page->report, row, &cell);
    table_take(table, &cell);
    buf_free(&cell);
    if (counts->transactions == FIGURES_UNKNOWN)
        table_add(table, "–");
    else
        add_number(table, counts->transactions);
    add_percent_or_dash(page, table, counts->offered, counts->transactions);
    add_percent_or_dash(page, table,
                        row->hidden ? FIGURES_UNKNOWN : counts->offered_rated,
                        counts->offered);
    add_minutes_or_dash(page, table, figures_mean_wait(waits));
    add_minutes_or_dash(page, table, figures_median_wait(waits));
    add_percent_or_dash(page, table, waits->within, waits->known);
    add_percent_or_dash(page, table, figures_in_time(&row->service),
                        figures_decided(&row->service));
}

// Beside the table of ratings, where the breakdown knows of transactions.
static void write_service_rows(struct page *page)
{
    static const char *const COLUMNS[] = {
        "report.column.transactions", "report.column.offered",
        "report.column.answered",     "report.column.mean",
        "report.column.median",       "report.column.within",
        "report.column.in_time"};
    enum { COUNT = sizeof COLUMNS / sizeof COLUMNS[0] };
    const struct report *report = page->report;
    struct table table;
    char id[32];
    if (!report_rows_tell_transactions(report))
        return;
    write_title(page, "report.rows.service");
    snprintf(id, sizeof id, "report.by.%s", report_by_name(report->by));
    table_init(&table, COUNT + 1);
    table_add(&table, say(page, id));
    for (size_t i = 0; i < COUNT; i++)
        table_add(&table, say(page, COLUMNS[i]));
    for (size_t i = 0; i < report->row_count; i++)
        add_service_row(page, &table, &report->rows[i]);
    finish(page, &table, 2);
    write_note(page, say(page, "report.rows.service.note"));
}

bool report_write_text(const struct report *report, const struct i18n *texts,
                       struct buf *out)
{
    struct page page = {
        .report = report,
        .texts = texts,
        .rules = &report->method.rules,
        .total = &report->total.counts,
        .out = out,
    };
    write_head(&page);
    write_headline(&page);
    write_levels(&page);
    write_unrated(&page);
    write_withdrawals(&page);
    write_coverage(&page);
    write_service(&page);
    write_rows(&page);
    write_service_rows(&page);
    return !page.failed && buf_ok(out);
}

#include "common/clock.h"
#include "common/date.h"
#include "report/csv.h"
#include "report/report.h"
#include "report/words.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// One report on its way into lines. The cells before a row's own say which
// report it belongs to, so that lines of several files can be put together.
struct sheet {
    const struct report *report;
    const struct i18n *texts;
    const struct figures_method *rules;
    struct buf *out;
    bool line_has_cells;
};

static void begin_cell(struct sheet *sheet)
{
    if (sheet->line_has_cells)
        buf_append_char(sheet->out, ',');
    sheet->line_has_cells = true;
}

static void end_line(struct sheet *sheet)
{
    buf_append_text(sheet->out, CSV_END);
    sheet->line_has_cells = false;
}

static void add_text(struct sheet *sheet, const char *text)
{
    begin_cell(sheet);
    csv_add(text, sheet->out);
}

static void add_number(struct sheet *sheet, bool is_known, int64_t value)
{
    begin_cell(sheet);
    if (is_known)
        buf_printf(sheet->out, "%" PRId64, value);
}

// value / 10^decimals with a point; empty when unknown.
static void add_fixed(struct sheet *sheet, int64_t value, int decimals)
{
    begin_cell(sheet);
    if (value == FIGURES_UNKNOWN)
        return;
    int64_t unit = 1;
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    buf_printf(sheet->out, "%" PRId64, value / unit);
    if (decimals > 0)
        buf_printf(sheet->out, ".%0*" PRId64, decimals, value % unit);
}

static void write_names(struct sheet *sheet)
{
    static const char *const BEFORE[] = {
        "method",     "method_version", "period_kind", "period",  "from",
        "to",         "data_as_of",     "complete",    "by",      "key",
        "label",      "level_1",        "level_2",     "level_3", "level_4",
        "level_5",    "rated",          "satisfied",   "sat",     "neg",
        "wilson_low", "wilson_high"};
    static const char *const AFTER[] = {"offered",          "offered_rated",
                                        "declined",         "timeout",
                                        "withdrawn",        "transactions",
                                        "walk_up",          "walk_up_rated",
                                        "bounds_low",       "bounds_high",
                                        "answers_needed",   "called_known",
                                        "called_mean",      "called_median",
                                        "called_within_15", "done_known",
                                        "done_mean",        "done_median",
                                        "done_within_15",   "before",
                                        "on_time",          "late",
                                        "flagged",          "marked",
                                        "without_rated",    "without_satisfied",
                                        "without_sat",      "filter"};
    for (size_t i = 0; i < sizeof BEFORE / sizeof BEFORE[0]; i++)
        add_text(sheet, BEFORE[i]);
    for (int i = 0; i < sheet->rules->target_count; i++) {
        char name[24];
        snprintf(name, sizeof name, "verdict_%d", sheet->rules->targets[i]);
        add_text(sheet, name);
    }
    for (size_t i = 0; i < sizeof AFTER / sizeof AFTER[0]; i++)
        add_text(sheet, AFTER[i]);
    end_line(sheet);
}

static void add_report(struct sheet *sheet)
{
    const struct report *report = sheet->report;
    char code[PERIOD_CODE_SIZE], day[DATE_ISO_SIZE], moment[CLOCK_ISO_SIZE];
    add_text(sheet, report->method.id);
    add_number(sheet, true, report->method.version);
    add_text(sheet, period_kind_name(report->period.kind));
    period_code(&report->period, code);
    add_text(sheet, code);
    date_format_iso(report->period.first, day);
    add_text(sheet, day);
    date_format_iso(report->period.last, day);
    add_text(sheet, day);
    clock_format(report->complete.data_as_of, moment);
    add_text(sheet, report->complete.data_as_of > 0 ? moment : "");
    add_text(sheet, report_is_complete(report) ? "true" : "false");
}

static void add_name(struct sheet *sheet, const struct report_row *row,
                     bool is_breakdown)
{
    struct buf label = {0};
    if (is_breakdown)
        words_row(sheet->texts, sheet->report, row, &label);
    else
        buf_append_text(&label, words(sheet->texts, "report.total"));
    add_text(sheet, is_breakdown ? report_by_name(sheet->report->by) : "none");
    add_text(sheet, row->key);
    add_text(sheet, buf_text(&label));
    sheet->out->failed |= !buf_ok(&label);
    buf_free(&label);
}

static void add_figures(struct sheet *sheet, const struct report_row *row,
                        bool is_breakdown)
{
    const struct figures_method *rules = sheet->rules;
    int64_t rated = figures_rated(&row->counts);
    int64_t satisfied = figures_satisfied(&row->counts, rules);
    bool has_rate = !row->hidden && rated >= (is_breakdown ? FIGURES_LEAST : 1);
    int64_t whole = has_rate ? rated : 0;
    struct figures_interval interval = {FIGURES_UNKNOWN, FIGURES_UNKNOWN};
    if (has_rate)
        interval = figures_wilson(satisfied, rated);
    for (int i = 0; i < FIGURES_LEVELS; i++)
        add_number(sheet, !row->hidden, row->counts.levels[i]);
    add_number(sheet, !row->hidden, rated);
    add_number(sheet, !row->hidden, satisfied);
    add_fixed(sheet, figures_percent(satisfied, whole, rules->decimals),
              rules->decimals);
    add_fixed(sheet,
              figures_percent(figures_dissatisfied(&row->counts, rules), whole,
                              rules->decimals),
              rules->decimals);
    add_fixed(sheet, interval.low, FIGURES_WILSON_DECIMALS);
    add_fixed(sheet, interval.high, FIGURES_WILSON_DECIMALS);
    for (int i = 0; i < rules->target_count; i++) {
        const char *name = has_rate ? figures_verdict_name(figures_judge(
                                          satisfied, rated, rules->targets[i]))
                                    : "";
        add_text(sheet, name);
    }
}

// Visits that no transaction brought, and what the silent could change.
static void add_coverage(struct sheet *sheet, const struct report_row *row,
                         bool is_breakdown)
{
    const struct figures_counts *counts = &row->counts;
    const struct figures_method *rules = sheet->rules;
    bool has_rate = !row->hidden &&
                    figures_rated(counts) >= (is_breakdown ? FIGURES_LEAST : 1);
    struct figures_bounds bounds = {FIGURES_UNKNOWN, FIGURES_UNKNOWN};
    int64_t needed = figures_answers_needed(counts->transactions);
    if (has_rate)
        figures_find_bounds(counts, rules, &bounds);
    add_number(sheet, !row->hidden, figures_walk_ups(counts));
    add_number(sheet, !row->hidden, figures_walk_ups_rated(counts));
    add_fixed(sheet, bounds.low, rules->decimals);
    add_fixed(sheet, bounds.high, rules->decimals);
    add_number(sheet, needed != FIGURES_UNKNOWN, needed);
}

static void add_waits(struct sheet *sheet, const struct figures_waits *waits)
{
    bool is_known = waits->known > 0;
    add_number(sheet, is_known, waits->known);
    add_fixed(sheet, figures_mean_wait(waits), 1);
    add_fixed(sheet, figures_median_wait(waits), 1);
    add_fixed(
        sheet,
        figures_percent(waits->within, waits->known, sheet->rules->decimals),
        sheet->rules->decimals);
}

static void add_service(struct sheet *sheet,
                        const struct figures_service *service)
{
    bool is_decided = figures_decided(service) > 0;
    add_waits(sheet, &service->called);
    add_waits(sheet, &service->done);
    add_number(sheet, is_decided, service->before);
    add_number(sheet, is_decided, service->on_time);
    add_number(sheet, is_decided, service->late);
}

// Flagged and marked ratings, and the rate without them.
static void add_aside(struct sheet *sheet, const struct report_row *row,
                      bool is_breakdown)
{
    const struct figures_counts *counts = &row->counts;
    const struct figures_method *rules = sheet->rules;
    struct report_row without;
    bool is_told = report_without_aside(row, &without);
    int64_t rated = is_told ? figures_rated(&without.counts) : 0;
    int64_t satisfied = is_told ? figures_satisfied(&without.counts, rules) : 0;
    bool has_rate = rated >= (is_breakdown ? FIGURES_LEAST : 1);
    add_number(sheet, !row->hidden && counts->flagged != FIGURES_UNKNOWN,
               counts->flagged);
    add_number(sheet, !row->hidden && counts->marked != FIGURES_UNKNOWN,
               counts->marked);
    add_number(sheet, is_told, rated);
    add_number(sheet, is_told, satisfied);
    add_fixed(sheet,
              figures_percent(satisfied, has_rate ? rated : 0, rules->decimals),
              rules->decimals);
}

// "counter=3 field=chung-thuc"; "" for a report about everything.
static void add_filter(struct sheet *sheet)
{
    const struct report_filter *filter = &sheet->report->filter;
    struct buf text = {0};
    for (size_t i = 0; i < filter->count; i++)
        buf_printf(&text, "%s%s=%s", i > 0 ? " " : "",
                   report_by_name(filter->parts[i].by), filter->parts[i].key);
    add_text(sheet, buf_text(&text));
    sheet->out->failed |= !buf_ok(&text);
    buf_free(&text);
}

static void write_row(struct sheet *sheet, const struct report_row *row,
                      bool is_breakdown)
{
    const struct figures_counts *counts = &row->counts;
    add_report(sheet);
    add_name(sheet, row, is_breakdown);
    add_figures(sheet, row, is_breakdown);
    add_number(sheet, true, counts->offered);
    add_number(sheet, !row->hidden, counts->offered_rated);
    add_number(sheet, true, counts->declined);
    add_number(sheet, true, counts->timeout);
    add_number(sheet, true, counts->withdrawn);
    add_number(sheet, counts->transactions != FIGURES_UNKNOWN,
               counts->transactions);
    add_coverage(sheet, row, is_breakdown);
    add_service(sheet, &row->service);
    add_aside(sheet, row, is_breakdown);
    add_filter(sheet);
    end_line(sheet);
}

bool report_write_csv(const struct report *report, const struct i18n *texts,
                      struct buf *out)
{
    struct sheet sheet = {.report = report,
                          .texts = texts,
                          .rules = &report->method.rules,
                          .out = out};
    buf_append_text(out, CSV_BEGIN);
    write_names(&sheet);
    write_row(&sheet, &report->total, false);
    for (size_t i = 0; i < report->row_count; i++)
        write_row(&sheet, &report->rows[i], true);
    return buf_ok(out);
}

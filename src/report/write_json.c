#include "report/json_parts.h"
#include "report/report.h"
#include "report/words.h"
#include <stdio.h>

// One report on its way into JSON.
struct document {
    const struct report *report;
    const struct i18n *texts;
    const struct figures_method *rules;
    enum report_view view;
    bool failed;
};

static void set(struct document *document, json_t *object, const char *key,
                json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        document->failed = true;
}

static void push(struct document *document, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        document->failed = true;
}

static json_t *number_or_null(bool is_known, int64_t value)
{
    return is_known ? json_integer(value) : json_null();
}

static json_t *pair(struct document *document, bool is_known, int64_t low,
                    int64_t high, int decimals)
{
    if (!is_known)
        return json_null();
    json_t *array = json_array();
    push(document, array, json_parts_fixed(low, decimals));
    push(document, array, json_parts_fixed(high, decimals));
    return array;
}

static json_t *levels_where(struct document *document,
                            const bool chosen[FIGURES_LEVELS])
{
    json_t *array = json_array();
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        if (chosen[i])
            push(document, array, json_integer(i + 1));
    }
    return array;
}

static json_t *range(struct document *document, int low, int high)
{
    json_t *array = json_array();
    push(document, array, json_integer(low));
    push(document, array, json_integer(high));
    return array;
}

static json_t *make_method(struct document *document)
{
    const struct report_method *method = &document->report->method;
    json_t *object = json_object();
    json_t *targets = json_array();
    for (int i = 0; i < method->rules.target_count; i++)
        push(document, targets, json_integer(method->rules.targets[i]));
    set(document, object, "id", json_string(method->id));
    set(document, object, "version", json_integer(method->version));
    set(document, object, "name",
        json_string(words(document->texts, "report.sat")));
    set(document, object, "satisfied",
        levels_where(document, method->rules.satisfied));
    set(document, object, "dissatisfied",
        levels_where(document, method->rules.dissatisfied));
    set(document, object, "targets", targets);
    set(document, object, "decimals", json_integer(method->rules.decimals));
    if (method->rules.waiting_most > 0)
        set(document, object, "waiting_minutes",
            range(document, method->rules.waiting_best,
                  method->rules.waiting_most));
    if (method->rules.timely_least > 0)
        set(document, object, "timely",
            range(document, method->rules.timely_least,
                  method->rules.timely_best));
    return object;
}

// What narrows the report, by what it is; null: nothing.
static json_t *make_filter(struct document *document)
{
    const struct report_filter *filter = &document->report->filter;
    if (filter->count == 0)
        return json_null();
    json_t *object = json_object();
    for (size_t i = 0; i < filter->count; i++)
        set(document, object, report_by_name(filter->parts[i].by),
            json_string(filter->parts[i].key));
    return object;
}

// Names of what the filter asks for by a key that nothing was counted under.
static json_t *make_unknown(struct document *document)
{
    const struct report_filter *filter = &document->report->filter;
    json_t *array = json_array();
    for (size_t i = 0; i < filter->count; i++) {
        if (filter->parts[i].is_unknown)
            push(document, array,
                 json_string(report_by_name(filter->parts[i].by)));
    }
    return array;
}

static json_t *make_verdicts(struct document *document, bool has_rate,
                             int64_t satisfied, int64_t rated)
{
    json_t *object = json_object();
    for (int i = 0; i < document->rules->target_count; i++) {
        int target = document->rules->targets[i];
        const char *name =
            has_rate
                ? figures_verdict_name(figures_judge(satisfied, rated, target))
                : NULL;
        char key[16];
        snprintf(key, sizeof key, "%d", target);
        set(document, object, key, name ? json_string(name) : json_null());
    }
    return object;
}

static json_t *make_levels(struct document *document,
                           const struct figures_counts *counts, bool withheld)
{
    if (withheld)
        return json_null();
    json_t *array = json_array();
    for (int i = 0; i < FIGURES_LEVELS; i++)
        push(document, array, json_integer(counts->levels[i]));
    return array;
}

// The rates of a row; none of them where there is nothing to show.
static void set_rates(struct document *document, json_t *object,
                      const struct report_row *row, bool has_rate)
{
    const struct figures_method *rules = document->rules;
    int64_t rated = figures_rated(&row->counts);
    int64_t satisfied = figures_satisfied(&row->counts, rules);
    int64_t whole = has_rate ? rated : 0;
    struct figures_interval interval = {0};
    struct figures_bounds bounds = {0};
    if (has_rate)
        interval = figures_wilson(satisfied, rated);
    bool has_bounds =
        has_rate && figures_find_bounds(&row->counts, rules, &bounds);
    set(document, object, "sat",
        json_parts_fixed(figures_percent(satisfied, whole, rules->decimals),
                         rules->decimals));
    set(document, object, "neg",
        json_parts_fixed(
            figures_percent(figures_dissatisfied(&row->counts, rules), whole,
                            rules->decimals),
            rules->decimals));
    set(document, object, "wilson",
        pair(document, has_rate, interval.low, interval.high,
             FIGURES_WILSON_DECIMALS));
    set(document, object, "bounds",
        pair(document, has_bounds, bounds.low, bounds.high, rules->decimals));
    set(document, object, "verdict",
        make_verdicts(document, has_rate, satisfied, rated));
}

static void set_texts(struct document *document, json_t *object,
                      const struct report_row *row, bool is_breakdown)
{
    struct buf text = {0};
    if (is_breakdown)
        words_row(document->texts, document->report, row, &text);
    else
        buf_append_text(&text, words(document->texts, "report.total"));
    set(document, object, "label", json_string(buf_text(&text)));
    buf_clear(&text);
    words_rate(document->texts, document->rules, row, is_breakdown, &text);
    set(document, object, "sat_text", json_string(buf_text(&text)));
    document->failed |= !buf_ok(&text);
    buf_free(&text);
}

// A total of no ratings gives nobody away; a breakdown row does not tell
// others even that.
static bool is_withheld(const struct document *document,
                        const struct report_row *row, bool is_breakdown)
{
    int64_t rated = figures_rated(&row->counts);
    return row->hidden ||
           (document->view == REPORT_VIEW_OTHERS && rated < FIGURES_LEAST &&
            (is_breakdown || rated > 0));
}

// The figures without the flagged and marked ratings; null where there are
// none. Others could tell a few of these apart by the difference.
static json_t *make_without(struct document *document,
                            const struct report_row *row, bool is_breakdown)
{
    const struct figures_method *rules = document->rules;
    struct report_row without;
    if (!report_without_aside(row, &without) ||
        (document->view == REPORT_VIEW_OTHERS &&
         (figures_aside(&row->counts) < FIGURES_LEAST ||
          is_withheld(document, &without, is_breakdown))))
        return json_null();
    int64_t rated = figures_rated(&without.counts);
    int64_t satisfied = figures_satisfied(&without.counts, rules);
    bool has_rate = rated >= (is_breakdown ? FIGURES_LEAST : 1);
    struct figures_interval interval = {0};
    if (has_rate)
        interval = figures_wilson(satisfied, rated);
    json_t *object = json_object();
    set(document, object, "levels",
        make_levels(document, &without.counts, false));
    set(document, object, "rated", json_integer(rated));
    set(document, object, "satisfied", json_integer(satisfied));
    set(document, object, "sat",
        json_parts_fixed(
            figures_percent(satisfied, has_rate ? rated : 0, rules->decimals),
            rules->decimals));
    set(document, object, "wilson",
        pair(document, has_rate, interval.low, interval.high,
             FIGURES_WILSON_DECIMALS));
    set(document, object, "verdict",
        make_verdicts(document, has_rate, satisfied, rated));
    return object;
}

static void set_aside(struct document *document, json_t *object,
                      const struct report_row *row, bool is_breakdown)
{
    const struct figures_counts *counts = &row->counts;
    set(document, object, "flagged",
        number_or_null(!row->hidden && counts->flagged != FIGURES_UNKNOWN,
                       counts->flagged));
    set(document, object, "marked",
        number_or_null(!row->hidden && counts->marked != FIGURES_UNKNOWN,
                       counts->marked));
    set(document, object, "without_flagged",
        make_without(document, row, is_breakdown));
}

// Who was asked, and who answered: shares of one another, and the ratings that
// the transactions ask for. Visits that no transaction brought stand apart.
static json_t *make_coverage(struct document *document,
                             const struct report_row *row)
{
    const struct figures_counts *counts = &row->counts;
    int decimals = document->rules->decimals;
    int64_t needed = figures_answers_needed(counts->transactions);
    int64_t rated = row->hidden ? FIGURES_UNKNOWN : figures_rated(counts);
    int64_t asked = row->hidden ? FIGURES_UNKNOWN : counts->offered_rated;
    json_t *object = json_object();
    set(document, object, "offered",
        json_parts_fixed(
            figures_percent(counts->offered, counts->transactions, decimals),
            decimals));
    set(document, object, "rated",
        json_parts_fixed(figures_percent(asked, counts->offered, decimals),
                         decimals));
    set(document, object, "response",
        json_parts_fixed(figures_percent(rated, counts->transactions, decimals),
                         decimals));
    set(document, object, "needed",
        number_or_null(needed != FIGURES_UNKNOWN, needed));
    set(document, object, "enough",
        needed != FIGURES_UNKNOWN && !row->hidden
            ? json_boolean(rated >= needed)
            : json_null());
    return object;
}

static json_t *make_walk_up(struct document *document,
                            const struct report_row *row)
{
    json_t *object = json_object();
    set(document, object, "visits",
        number_or_null(!row->hidden, figures_walk_ups(&row->counts)));
    set(document, object, "rated",
        number_or_null(!row->hidden, figures_walk_ups_rated(&row->counts)));
    return object;
}

static json_t *goal_or_null(enum figures_goal goal)
{
    const char *name = figures_goal_name(goal);
    return name ? json_string(name) : json_null();
}

// A mean over a few waits would tell of single citizens.
static bool may_tell(const struct document *document, int64_t known)
{
    return known >= (document->view == REPORT_VIEW_OTHERS ? FIGURES_LEAST : 1);
}

static json_t *make_waits(struct document *document,
                          const struct figures_waits *waits)
{
    const struct figures_method *rules = document->rules;
    json_t *object = json_object();
    set(document, object, "known", json_integer(waits->known));
    set(document, object, "mean_minutes",
        json_parts_fixed(figures_mean_wait(waits), 1));
    set(document, object, "median_minutes", json_parts_fixed(waits->median, 1));
    set(document, object, "within_15",
        json_parts_fixed(
            figures_percent(waits->within, waits->known, rules->decimals),
            rules->decimals));
    set(document, object, "within_15_count", json_integer(waits->within));
    set(document, object, "total_ms", json_integer(waits->ms));
    set(document, object, "goal",
        goal_or_null(figures_judge_waits(waits, rules)));
    return object;
}

static json_t *make_waiting(struct document *document,
                            const struct figures_service *service)
{
    const struct {
        const char *key;
        const struct figures_waits *waits;
    } parts[] = {{"called", &service->called}, {"done", &service->done}};
    json_t *object = NULL;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (!may_tell(document, parts[i].waits->known))
            continue;
        object = object ? object : json_object();
        set(document, object, parts[i].key,
            make_waits(document, parts[i].waits));
    }
    return object ? object : json_null();
}

static json_t *make_timeliness(struct document *document,
                               const struct figures_service *service)
{
    const struct figures_method *rules = document->rules;
    int64_t decided = figures_decided(service);
    if (!may_tell(document, decided))
        return json_null();
    json_t *object = json_object();
    set(document, object, "before", json_integer(service->before));
    set(document, object, "on", json_integer(service->on_time));
    set(document, object, "late", json_integer(service->late));
    set(document, object, "in_time",
        json_parts_fixed(
            figures_percent(figures_in_time(service), decided, rules->decimals),
            rules->decimals));
    set(document, object, "goal",
        goal_or_null(figures_judge_timely(service, rules)));
    return object;
}

static json_t *make_row(struct document *document,
                        const struct report_row *source, bool is_breakdown)
{
    struct report_row row = *source;
    const struct figures_counts *counts = &row.counts;
    int64_t rated = figures_rated(counts);
    row.hidden = is_withheld(document, source, is_breakdown);
    bool has_rate = !row.hidden && rated >= (is_breakdown ? FIGURES_LEAST : 1);
    bool has_transactions = counts->transactions != FIGURES_UNKNOWN;

    json_t *object = json_object();
    set(document, object, "key", json_string(row.key));
    set(document, object, "name", json_string(row.label));
    set_texts(document, object, &row, is_breakdown);
    set(document, object, "levels", make_levels(document, counts, row.hidden));
    set(document, object, "rated", number_or_null(!row.hidden, rated));
    set(document, object, "satisfied",
        number_or_null(!row.hidden,
                       figures_satisfied(counts, document->rules)));
    set_rates(document, object, &row, has_rate);
    set(document, object, "offered", json_integer(counts->offered));
    set(document, object, "offered_rated",
        number_or_null(!row.hidden, counts->offered_rated));
    set(document, object, "declined", json_integer(counts->declined));
    set(document, object, "timeout", json_integer(counts->timeout));
    set(document, object, "withdrawn", json_integer(counts->withdrawn));
    set(document, object, "transactions",
        number_or_null(has_transactions, counts->transactions));
    set_aside(document, object, &row, is_breakdown);
    set(document, object, "waiting", make_waiting(document, &row.service));
    set(document, object, "timeliness",
        make_timeliness(document, &row.service));
    set(document, object, "coverage", make_coverage(document, &row));
    set(document, object, "walk_up", make_walk_up(document, &row));
    return object;
}

// The period before, where the report stands beside it.
static json_t *make_previous(struct document *document)
{
    const struct report *report = document->report;
    char none[] = "";
    struct report_row row = {.key = none,
                             .label = none,
                             .counts = report->previous,
                             .service = report->previous_service};
    if (!report->has_previous)
        return json_null();
    json_t *object = make_row(document, &row, false);
    set(document, object, "period",
        json_parts_period(&report->previous_period, document->texts));
    return object;
}

static json_t *make_restatement(struct document *document)
{
    const struct report_restatement *restated = &document->report->restated;
    if (restated->number == 0)
        return json_null();
    json_t *object = json_object();
    set(document, object, "number", json_integer(restated->number));
    set(document, object, "made_at", json_parts_moment(restated->made_ms));
    set(document, object, "rated", json_integer(restated->rated));
    set(document, object, "satisfied", json_integer(restated->satisfied));
    set(document, object, "flagged",
        number_or_null(restated->flagged != FIGURES_UNKNOWN,
                       restated->flagged));
    set(document, object, "marked",
        number_or_null(restated->marked != FIGURES_UNKNOWN, restated->marked));
    set(document, object, "changed",
        restated->changed ? json_string(restated->changed) : json_null());
    return object;
}

static json_t *make_withdrawals(struct document *document)
{
    const struct report *report = document->report;
    json_t *array = json_array();
    for (size_t i = 0; i < report->withdrawal_count; i++) {
        json_t *object = json_object();
        set(document, object, "reason",
            json_string(report->withdrawals[i].reason));
        set(document, object, "count",
            json_integer(report->withdrawals[i].count));
        push(document, array, object);
    }
    return array;
}

bool report_write_json(const struct report *report, const struct i18n *texts,
                       enum report_view view, struct buf *out)
{
    struct document document = {.report = report,
                                .texts = texts,
                                .rules = &report->method.rules,
                                .view = view};
    const char *kind = report_kind_name(report->kind);
    json_t *object = json_object();
    json_t *rows = json_array();
    for (size_t i = 0; i < report->row_count; i++)
        push(&document, rows, make_row(&document, &report->rows[i], true));
    set(&document, object, "method", make_method(&document));
    set(&document, object, "period", json_parts_period(&report->period, texts));
    set(&document, object, "by", json_string(report_by_name(report->by)));
    set(&document, object, "filter", make_filter(&document));
    set(&document, object, "filter_unknown", make_unknown(&document));
    set(&document, object, "made_at", json_parts_moment(report->made_ms));
    set(&document, object, "data_as_of",
        json_parts_moment(report->complete.data_as_of));
    set(&document, object, "complete",
        json_parts_complete(&report->complete, report->period.last));
    set(&document, object, "report", *kind ? json_string(kind) : json_null());
    set(&document, object, "previous", make_previous(&document));
    set(&document, object, "restatement", make_restatement(&document));
    set(&document, object, "withdrawals", make_withdrawals(&document));
    set(&document, object, "ledger",
        json_parts_ledger(report->heads, report->head_count));
    set(&document, object, "total", make_row(&document, &report->total, false));
    set(&document, object, "rows", rows);
    bool done = !document.failed && json_parts_dump(object, out);
    json_decref(object);
    return done;
}

#include "report/report.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/heads.h"
#include "office/publish.h"
#include "office/totals.h"
#include "report/filter.h"
#include "report/service.h"
#include "report/state.h"
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";

static const struct {
    const char *name;
    enum office_breakdown breakdown;
} BY[REPORT_BY_COUNT] = {
    [REPORT_BY_NONE] = {"none", OFFICE_BY_NONE},
    [REPORT_BY_DAY] = {"day", OFFICE_BY_DAY},
    [REPORT_BY_MONTH] = {"month", OFFICE_BY_CALENDAR_MONTH},
    [REPORT_BY_COUNTER] = {"counter", OFFICE_BY_COUNTER},
    [REPORT_BY_OFFICER] = {"officer", OFFICE_BY_OFFICER},
    [REPORT_BY_FIELD] = {"field", OFFICE_BY_FIELD},
    [REPORT_BY_PROCEDURE] = {"procedure", OFFICE_BY_PROCEDURE},
    [REPORT_BY_DEVICE] = {"device", OFFICE_BY_DEVICE},
    [REPORT_BY_HOUR] = {"hour", OFFICE_BY_HOUR},
    [REPORT_BY_WEEKDAY] = {"weekday", OFFICE_BY_WEEKDAY},
    [REPORT_BY_HOUR_OF_WEEK] = {"hour-of-week", OFFICE_BY_HOUR_OF_WEEK},
    [REPORT_BY_STEP] = {"step", OFFICE_BY_STEP},
    [REPORT_BY_CHANNEL] = {"channel", OFFICE_BY_CHANNEL},
};

const char *report_by_name(enum report_by by)
{
    return BY[by].name;
}

bool report_parse_by(const char *name, enum report_by *out_by)
{
    for (int by = 0; by < REPORT_BY_COUNT; by++) {
        if (strcmp(BY[by].name, name) == 0) {
            *out_by = (enum report_by)by;
            return true;
        }
    }
    return false;
}

enum office_breakdown report_by_breakdown(enum report_by by)
{
    return BY[by].breakdown;
}

bool report_filters_by(enum report_by by)
{
    return office_filters_by(BY[by].breakdown);
}

// What each report of its own may be broken down by, the usual one first.
static const struct {
    const char *name;
    bool is_document;
    enum report_by by[3];
    int by_count;
} KINDS[REPORT_KIND_COUNT] = {
    [REPORT_PLAIN] = {"", false, {REPORT_BY_NONE}, 0},
    [REPORT_SUMMARY] = {"R1",
                        false,
                        {REPORT_BY_NONE, REPORT_BY_MONTH, REPORT_BY_DAY},
                        3},
    [REPORT_FIELDS] = {"R2", false, {REPORT_BY_FIELD}, 1},
    [REPORT_PROCEDURES] = {"R3", false, {REPORT_BY_PROCEDURE}, 1},
    [REPORT_COUNTERS] = {"R4",
                         false,
                         {REPORT_BY_COUNTER, REPORT_BY_OFFICER},
                         2},
    [REPORT_REASONS] = {"R5", true, {REPORT_BY_NONE}, 0},
    [REPORT_COMMENTS] = {"R6", true, {REPORT_BY_NONE}, 0},
    [REPORT_SIPAS] = {"R7", true, {REPORT_BY_NONE}, 0},
    [REPORT_TT01] = {"R8", true, {REPORT_BY_NONE}, 0},
    [REPORT_SCHOOLS_AND_HEALTH] = {"R9", true, {REPORT_BY_NONE}, 0},
    [REPORT_TRUST] = {"R10", false, {REPORT_BY_DEVICE}, 1},
};

const char *report_kind_name(enum report_kind kind)
{
    return KINDS[kind].name;
}

bool report_parse_kind(const char *name, enum report_kind *out,
                       struct buf *message)
{
    for (int kind = REPORT_PLAIN + 1; kind < REPORT_KIND_COUNT; kind++) {
        if (strcmp(KINDS[kind].name, name) == 0) {
            *out = (enum report_kind)kind;
            return true;
        }
    }
    buf_printf(message, "report \"%s\": is unknown; one of", name);
    for (int kind = REPORT_PLAIN + 1; kind < REPORT_KIND_COUNT; kind++)
        buf_printf(message, " %s", KINDS[kind].name);
    return false;
}

bool report_kind_is_document(enum report_kind kind)
{
    return KINDS[kind].is_document;
}

// A kind has its own breakdown; another may be asked for only where it fits.
static bool settle_by(struct report_request *request, struct buf *message)
{
    int count = KINDS[request->kind].by_count;
    if (KINDS[request->kind].is_document && request->by != REPORT_BY_NONE) {
        buf_printf(message, "by \"%s\": %s has tables of its own",
                   report_by_name(request->by), KINDS[request->kind].name);
        return false;
    }
    if (count == 0)
        return true;
    if (request->by == REPORT_BY_NONE)
        request->by = KINDS[request->kind].by[0];
    for (int i = 0; i < count; i++) {
        if (KINDS[request->kind].by[i] == request->by)
            return true;
    }
    buf_printf(message, "by \"%s\": %s is by", report_by_name(request->by),
               KINDS[request->kind].name);
    for (int i = 0; i < count; i++)
        buf_printf(message, "%s %s", i > 0 ? " or" : "",
                   report_by_name(KINDS[request->kind].by[i]));
    return false;
}

static bool read_period(const struct report_ask *ask, struct period *out,
                        struct buf *message)
{
    if (ask->period) {
        if (ask->from || ask->to) {
            buf_append_text(message,
                            "period: stands beside from or to; give either "
                            "the period or the two days");
            return false;
        }
        return period_parse(ask->period, out, message);
    }
    if (!ask->from || !ask->to) {
        buf_append_text(message, ask->from ? "to: is missing beside from"
                                 : ask->to ? "from: is missing beside to"
                                           : "period: is missing; give a "
                                             "period, or from and to");
        return false;
    }
    return period_parse_days(ask->from, ask->to, out, message);
}

// A figure of days to come would say that nobody was satisfied, and one of a
// century is a slip of the hand. The clock of who asks may be a day ahead.
static bool check_reach(const struct period *period, int64_t now,
                        struct buf *message)
{
    enum { CENTURY_DAYS = 36525 };
    if (period->first > date_day_of_wall_ms(now) + 1) {
        char iso[DATE_ISO_SIZE];
        date_format_iso(period->first, iso);
        buf_printf(message,
                   "period: begins on %s, which is still to come; ask for one "
                   "that has begun",
                   iso);
    } else if (period->last - period->first >= CENTURY_DAYS) {
        buf_append_text(message, "period: is longer than a century; ask for "
                                 "less at a time");
    }
    return message->size == 0;
}

bool report_read_request(const struct report_ask *ask,
                         struct report_request *out, struct buf *message)
{
    struct report_request request = {.by = REPORT_BY_NONE,
                                     .now_ms = clock_wall_ms()};
    if (!read_period(ask, &request.period, message) ||
        !check_reach(&request.period, request.now_ms, message))
        return false;
    if (ask->by && !report_parse_by(ask->by, &request.by)) {
        buf_printf(message, "by \"%s\": is unknown; one of", ask->by);
        for (int by = 0; by < REPORT_BY_COUNT; by++)
            buf_printf(message, " %s", BY[by].name);
        return false;
    }
    if (ask->kind && !report_parse_kind(ask->kind, &request.kind, message))
        return false;
    if (!settle_by(&request, message) ||
        !filter_read(ask->filter, &request.filter, message) ||
        !filter_allows(&request.filter, request.by, message))
        return false;
    if (request.filter.count > 0 && report_kind_is_document(request.kind)) {
        buf_printf(message, "%s: narrows nothing that %s tells",
                   report_by_name(request.filter.parts[0].by),
                   report_kind_name(request.kind));
        return false;
    }
    *out = request;
    return true;
}

// What the callback of office_totals() fills.
struct collection {
    struct report *report;
    struct report_row *single; // the one row wanted, instead of a list
    size_t capacity;
    bool failed;
};

static bool counts_of_tally(const struct office_tally *tally,
                            struct figures_counts *out)
{
    struct figures_counts counts = {
        .declined = tally->declined,
        .timeout = tally->timeout,
        .withdrawn = tally->withdrawn,
        .offered = tally->offered,
        .offered_rated = tally->offered_rated,
        .transactions = FIGURES_UNKNOWN,
    };
    memcpy(counts.levels, tally->levels, sizeof counts.levels);
    memcpy(counts.aside, tally->aside, sizeof counts.aside);
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        counts.flagged += tally->flagged[i];
        counts.marked += tally->marked[i];
    }
    if (!figures_are_sound(&counts) ||
        !figures_aside_is_sound(&counts, false)) {
        log_error(MODULE, "the totals hold impossible counts; run hailong "
                          "verify on this server");
        return false;
    }
    *out = counts;
    return true;
}

bool report_append_row(struct report *report, size_t *capacity, const char *key,
                       const char *label, struct report_row **out_row)
{
    if (report->row_count == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 32;
        struct report_row *rows = realloc(report->rows, more * sizeof *rows);
        if (!rows)
            return false;
        report->rows = rows;
        *capacity = more;
    }
    struct report_row *row = &report->rows[report->row_count];
    *row = (struct report_row){.key = strdup(key), .label = strdup(label)};
    report->row_count++;
    *out_row = row;
    return row->key && row->label;
}

bool report_append_head(struct report *report, const struct report_head *head)
{
    return state_append_head(&report->heads, &report->head_count, head);
}

static bool collect(void *ctx, const struct office_total *total)
{
    struct collection *collection = ctx;
    struct report_row *row = collection->single;
    if (!row && !report_append_row(collection->report, &collection->capacity,
                                   total->key, total->label, &row)) {
        log_error(MODULE, "out of memory for the rows of a report");
        collection->failed = true;
    } else if (!counts_of_tally(&total->tally, &row->counts)) {
        collection->failed = true;
    }
    return !collection->failed;
}

// Where counts come from: the totals, or the lines up to the given heads.
struct source {
    struct office *office;
    const struct office_head *heads;
    size_t head_count;
    bool is_recount;
    const struct office_filter *filter;
};

static bool read_totals(const struct source *source,
                        const struct period *period, struct report *report,
                        enum office_breakdown breakdown,
                        struct report_row *single)
{
    struct collection collection = {.report = report, .single = single};
    enum office_result result =
        source->is_recount
            ? office_recount_to(source->office, source->heads,
                                source->head_count, source->filter,
                                period->first, period->last, breakdown, collect,
                                &collection)
            : office_part_totals(source->office, source->filter, period->first,
                                 period->last, breakdown, collect, &collection);
    return (result == OFFICE_OK || result == OFFICE_NONE) && !collection.failed;
}

enum office_breakdown report_breakdown(const struct report *report)
{
    return report->by == REPORT_BY_MONTH &&
                   report->period.kind == PERIOD_OFFICIAL
               ? OFFICE_BY_OFFICIAL_MONTH
               : BY[report->by].breakdown;
}

// The summary stands beside the period before, when there is one.
static bool read_previous(const struct source *source, struct report *report)
{
    struct report_row row = {.counts = {.transactions = FIGURES_UNKNOWN}};
    if (report->kind != REPORT_SUMMARY ||
        !period_before(&report->period, &report->previous_period))
        return true;
    if (!read_totals(source, &report->previous_period, report, OFFICE_BY_NONE,
                     &row))
        return false;
    report->previous = row.counts;
    report->has_previous = true;
    return true;
}

static bool read_counts(const struct source *source, struct report *report)
{
    const struct period *period = &report->period;
    return read_totals(source, period, report, OFFICE_BY_NONE,
                       &report->total) &&
           (report->by == REPORT_BY_NONE ||
            read_totals(source, period, report, report_breakdown(report),
                        NULL)) &&
           read_previous(source, report);
}

// Nothing at all: then it may be that nobody knows what was asked for.
static bool check_filter(struct office *office, struct report *report)
{
    const struct figures_counts *counts = &report->total.counts;
    return figures_rated(counts) + counts->declined + counts->timeout +
                   counts->withdrawn >
               0 ||
           filter_check_known(office, &report->filter);
}

static bool read_parts(struct office *office, struct report *report)
{
    struct office_filter filter;
    const struct source source = {.office = office, .filter = &filter};
    filter_view(&report->filter, &filter);
    return read_counts(&source, report) && check_filter(office, report) &&
           service_read(office, &filter, report) &&
           state_read_heads(office, &report->heads, &report->head_count) &&
           state_read_complete(office, report->made_ms, &filter,
                               &report->period, &report->complete);
}

static bool init_total(struct report *report)
{
    report->total =
        (struct report_row){.key = strdup(""),
                            .label = strdup(""),
                            .counts = {.transactions = FIGURES_UNKNOWN}};
    if (report->total.key && report->total.label)
        return true;
    log_error(MODULE, "out of memory for a report");
    return false;
}

// The whole is one officer's.
static bool is_of_one_officer(const struct report *report)
{
    for (size_t i = 0; i < report->filter.count; i++) {
        if (report->filter.parts[i].by == REPORT_BY_OFFICER)
            return true;
    }
    return false;
}

static bool is_of_officers(const struct report *report)
{
    return report->by == REPORT_BY_OFFICER || is_of_one_officer(report);
}

// Of officers nothing is told that is not a day old. What is left of the period
// is named by its days; false: nothing is left.
static bool clip_officers(struct report *report)
{
    int32_t newest = date_day_of_wall_ms(report->made_ms) - PUBLISH_AGE_DAYS;
    if (!is_of_officers(report) || report->period.last <= newest)
        return true;
    if (report->period.first > newest)
        return false;
    report->period.kind = PERIOD_DAYS;
    report->period.last = newest;
    return true;
}

// Ratings so few that they tell of single visits.
static void hide_few(struct report_row *row)
{
    if (figures_rated(&row->counts) >= FIGURES_LEAST)
        return;
    row->hidden = true;
    memset(row->counts.levels, 0, sizeof row->counts.levels);
    row->counts.offered_rated = 0;
    memset(row->counts.aside, 0, sizeof row->counts.aside);
    row->counts.flagged = row->counts.marked = FIGURES_UNKNOWN;
    row->aside_hidden = true;
}

// They are told to nobody.
static void hide_few_of_officers(struct report *report)
{
    if (!is_of_officers(report))
        return;
    for (size_t i = 0; i < report->row_count; i++)
        hide_few(&report->rows[i]);
    if (!is_of_one_officer(report))
        return;
    if (figures_rated(&report->total.counts) > 0)
        hide_few(&report->total);
    if (figures_rated(&report->previous) < FIGURES_LEAST)
        report->has_previous = false;
}

bool report_build(struct office *office, const struct report_method *method,
                  const struct report_request *request, struct report *out)
{
    struct report report = {
        .kind = request->kind,
        .period = request->period,
        .by = request->by,
        .filter = request->filter,
        .made_ms = request->now_ms,
    };
    bool done =
        init_total(&report) && office_begin_reading(office) == OFFICE_OK;
    if (done) {
        bool is_old = clip_officers(&report);
        done = report_method_at(office, method, request->period.first,
                                &report.method) &&
               (!is_old || read_parts(office, &report));
        hide_few_of_officers(&report);
        office_end_reading(office);
    }
    if (done)
        *out = report;
    else
        report_free(&report);
    return done;
}

static bool copy_heads(const struct report *said, struct report *report)
{
    for (size_t i = 0; i < said->head_count; i++) {
        if (!report_append_head(report, &said->heads[i])) {
            log_error(MODULE, "out of memory for the chains of a report");
            return false;
        }
    }
    return true;
}

static void take_aside_of(const struct report_row *said, struct report_row *row)
{
    row->counts.flagged = said->counts.flagged;
    row->counts.marked = said->counts.marked;
    memcpy(row->counts.aside, said->counts.aside, sizeof row->counts.aside);
}

// Flags and marks come and go after the lines are there, so no line tells which
// were in force when the report was made.
static void take_aside(const struct report *said, struct report *report)
{
    take_aside_of(&said->total, &report->total);
    report->previous.flagged = said->previous.flagged;
    report->previous.marked = said->previous.marked;
    memcpy(report->previous.aside, said->previous.aside,
           sizeof report->previous.aside);
    for (size_t i = 0; i < report->row_count; i++) {
        const struct report_row none = {.hidden = false};
        const struct report_row *row = &none;
        for (size_t k = 0; k < said->row_count; k++) {
            if (strcmp(said->rows[k].key, report->rows[i].key) == 0)
                row = &said->rows[k];
        }
        take_aside_of(row, &report->rows[i]);
    }
}

bool report_recount(struct office *office, const struct report *said,
                    struct report *out)
{
    struct report report = {
        .kind = said->kind,
        .method = said->method,
        .period = said->period,
        .by = said->by,
        .filter = said->filter,
        .made_ms = said->made_ms,
        .complete = said->complete,
    };
    struct office_filter filter;
    struct source source = {.office = office,
                            .head_count = said->head_count,
                            .is_recount = true,
                            .filter = &filter};
    filter_view(&said->filter, &filter);
    struct office_head *heads = NULL;
    bool done =
        init_total(&report) && copy_heads(said, &report) &&
        (heads = state_office_heads(said->heads, said->head_count)) != NULL &&
        office_begin_reading(office) == OFFICE_OK;
    if (done) {
        source.heads = heads;
        done = read_counts(&source, &report) && service_take(said, &report);
        take_aside(said, &report);
        hide_few_of_officers(&report);
        office_end_reading(office);
    }
    free(heads);
    if (done)
        *out = report;
    else
        report_free(&report);
    return done;
}

static void free_row(struct report_row *row)
{
    free(row->key);
    free(row->label);
}

void report_free(struct report *report)
{
    free_row(&report->total);
    for (size_t i = 0; i < report->row_count; i++)
        free_row(&report->rows[i]);
    free(report->rows);
    for (size_t i = 0; i < report->withdrawal_count; i++)
        free(report->withdrawals[i].reason);
    free(report->withdrawals);
    free(report->heads);
    free(report->restated.changed);
    *report = (struct report){0};
}

bool report_without_aside(const struct report_row *row, struct report_row *out)
{
    struct report_row without = *row;
    if (row->hidden || row->aside_hidden || figures_aside(&row->counts) == 0)
        return false;
    figures_without_aside(&row->counts, without.counts.levels);
    memset(without.counts.aside, 0, sizeof without.counts.aside);
    without.counts.flagged = without.counts.marked = 0;
    *out = without;
    return true;
}

bool report_is_complete(const struct report *report)
{
    return state_is_complete(&report->complete, report->period.last);
}

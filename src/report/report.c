#include "report/report.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/totals.h"
#include "office/trust.h"
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

bool report_read_request(const struct report_ask *ask,
                         struct report_request *out, struct buf *message)
{
    struct report_request request = {.by = REPORT_BY_NONE,
                                     .now_ms = clock_wall_ms()};
    if (!read_period(ask, &request.period, message))
        return false;
    if (ask->by && !report_parse_by(ask->by, &request.by)) {
        buf_printf(message, "by \"%s\": is unknown; one of", ask->by);
        for (int by = 0; by < REPORT_BY_COUNT; by++)
            buf_printf(message, " %s", BY[by].name);
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
    if (!figures_are_sound(&counts)) {
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

static bool read_totals(struct office *office, struct report *report,
                        enum office_breakdown breakdown,
                        struct report_row *single)
{
    struct collection collection = {.report = report, .single = single};
    enum office_result result =
        office_totals(office, report->period.first, report->period.last,
                      breakdown, collect, &collection);
    return (result == OFFICE_OK || result == OFFICE_NONE) && !collection.failed;
}

static bool read_complete(struct office *office, int64_t now,
                          struct report_complete *out)
{
    struct office_trust trust;
    if (office_read_trust(office, now, REPORT_HEARTBEAT_MS, &trust) !=
        OFFICE_OK)
        return false;
    *out = (struct report_complete){
        .devices = trust.devices,
        .silent = trust.silent,
        .never_seen = trust.never_seen,
        .missing = trust.missing_lines,
        .flagged = trust.flagged,
        .oldest_contact = trust.oldest_contact,
        .data_as_of = trust.data_as_of,
    };
    return true;
}

static bool read_parts(struct office *office, struct report *report)
{
    enum office_breakdown breakdown = BY[report->by].breakdown;
    if (report->by == REPORT_BY_MONTH && report->period.kind == PERIOD_OFFICIAL)
        breakdown = OFFICE_BY_OFFICIAL_MONTH;
    return read_totals(office, report, OFFICE_BY_NONE, &report->total) &&
           (report->by == REPORT_BY_NONE ||
            read_totals(office, report, breakdown, NULL)) &&
           read_complete(office, report->made_ms, &report->complete);
}

bool report_build(struct office *office, const struct report_method *method,
                  const struct report_request *request, struct report *out)
{
    struct report report = {
        .method = *method,
        .period = request->period,
        .by = request->by,
        .made_ms = request->now_ms,
        .total = {.key = strdup(""),
                  .label = strdup(""),
                  .counts = {.transactions = FIGURES_UNKNOWN}},
    };
    bool done = report.total.key && report.total.label;
    if (!done)
        log_error(MODULE, "out of memory for a report");
    done = done && office_begin_reading(office) == OFFICE_OK;
    if (done) {
        done = read_parts(office, &report);
        office_end_reading(office);
    }
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
    *report = (struct report){0};
}

bool report_is_complete(const struct report *report)
{
    const struct report_complete *complete = &report->complete;
    if (complete->missing > 0 || complete->never_seen > 0 ||
        complete->devices == 0)
        return false;
    int64_t end = date_wall_ms_of_day(report->period.last + 1);
    return complete->silent == 0 || complete->oldest_contact >= end;
}

#include "report/filter.h"
#include "report/json_parts.h"
#include "report/report.h"
#include <stdio.h>
#include <string.h>

// A report out of JSON. `why` is the first fault.
struct reading {
    const json_t *object; // the whole
    struct report report;
    char *message;
    bool failed;
};

static void fail(struct reading *reading, const char *where, const char *what)
{
    if (!reading->failed)
        snprintf(reading->message, JSON_MESSAGE_SIZE, "%s: %s", where, what);
    reading->failed = true;
}

static const char *read_text(struct reading *reading, const json_t *object,
                             const char *key)
{
    const char *text = "";
    if (!json_get_text(object, key, &text))
        fail(reading, key, "is no text");
    return text;
}

static int64_t read_count(struct reading *reading, const json_t *object,
                          const char *key)
{
    int64_t value = 0;
    if (!reading->failed)
        reading->failed =
            !json_parts_read_count(object, key, &value, reading->message);
    return value;
}

// A time, or null: 0.
static int64_t read_moment(struct reading *reading, const json_t *object,
                           const char *key)
{
    int64_t wall_ms = 0;
    if (!reading->failed)
        reading->failed =
            !json_parts_read_moment(object, key, &wall_ms, reading->message);
    return wall_ms;
}

static void read_method(struct reading *reading)
{
    const char *why;
    if (!report_method_read(json_object_get(reading->object, "method"),
                            &reading->report.method, &why))
        fail(reading, "method", why);
}

// Reports of before there were filters have none.
static void read_filter(struct reading *reading)
{
    const json_t *object = json_object_get(reading->object, "filter");
    const json_t *unknown = json_object_get(reading->object, "filter_unknown");
    const char *asked[REPORT_BY_COUNT] = {NULL};
    struct report_filter *filter = &reading->report.filter;
    struct buf message = {0};
    for (int by = 0; json_is_object(object) && by < REPORT_BY_COUNT; by++)
        json_get_text(object, report_by_name((enum report_by)by), &asked[by]);
    if (!filter_read(asked, filter, &message))
        fail(reading, "filter", buf_text(&message));
    buf_free(&message);
    for (size_t i = 0; i < filter->count; i++) {
        const char *name = report_by_name(filter->parts[i].by);
        for (size_t k = 0; k < json_array_size(unknown); k++) {
            const char *text = json_string_value(json_array_get(unknown, k));
            filter->parts[i].is_unknown |= text && strcmp(text, name) == 0;
        }
    }
}

static void read_levels(struct reading *reading, const json_t *object,
                        struct report_row *row)
{
    const json_t *levels = json_object_get(object, "levels");
    if (json_is_null(levels)) {
        row->hidden = true;
        return;
    }
    if (json_array_size(levels) != FIGURES_LEVELS) {
        fail(reading, "levels", "are not five counts");
        return;
    }
    for (size_t i = 0; i < FIGURES_LEVELS; i++) {
        const json_t *item = json_array_get(levels, i);
        if (!json_is_integer(item))
            fail(reading, "levels", "are not five counts");
        row->counts.levels[i] = json_integer_value(item);
    }
    row->counts.offered_rated = read_count(reading, object, "offered_rated");
}

// A count, or null: not told.
static int64_t read_told(struct reading *reading, const json_t *object,
                         const char *key)
{
    const json_t *value = json_object_get(object, key);
    return !value || json_is_null(value) ? FIGURES_UNKNOWN
                                         : read_count(reading, object, key);
}

// What is set aside stands in the report as what is left without it.
static void read_aside(struct reading *reading, const json_t *object,
                       struct report_row *row)
{
    const json_t *without = json_object_get(object, "without_flagged");
    const json_t *levels = json_object_get(without, "levels");
    struct figures_counts *counts = &row->counts;
    counts->flagged = read_told(reading, object, "flagged");
    counts->marked = read_told(reading, object, "marked");
    row->aside_hidden = !json_is_object(without);
    if (row->aside_hidden || row->hidden)
        return;
    for (size_t i = 0; i < FIGURES_LEVELS; i++)
        counts->aside[i] =
            counts->levels[i] - json_integer_value(json_array_get(levels, i));
    if (json_array_size(levels) != FIGURES_LEVELS)
        fail(reading, "without_flagged", "holds no five counts");
}

static void read_counts(struct reading *reading, const json_t *object,
                        struct report_row *row)
{
    row->counts = (struct figures_counts){
        .declined = read_count(reading, object, "declined"),
        .timeout = read_count(reading, object, "timeout"),
        .withdrawn = read_count(reading, object, "withdrawn"),
        .offered = read_count(reading, object, "offered"),
        .transactions = FIGURES_UNKNOWN,
    };
    if (!json_is_null(json_object_get(object, "transactions")))
        row->counts.transactions = read_count(reading, object, "transactions");
    read_levels(reading, object, row);
    if (!figures_are_sound(&row->counts))
        fail(reading, "levels", "hold an impossible count");
    read_aside(reading, object, row);
    if (!figures_aside_is_sound(&row->counts, row->aside_hidden))
        fail(reading, "without_flagged", "holds an impossible count");
}

static void read_waits(struct reading *reading, const json_t *object,
                       struct figures_waits *out)
{
    const json_t *median = json_object_get(object, "median_minutes");
    if (!object || json_is_null(object))
        return;
    if (!json_is_number(median) || json_number_value(median) < 0 ||
        json_number_value(median) > 1440)
        fail(reading, "median_minutes", "is no time of waiting");
    else
        out->median = (int64_t)(json_number_value(median) * 10 + 0.5);
    out->known = read_count(reading, object, "known");
    out->within = read_count(reading, object, "within_15_count");
    out->ms = read_count(reading, object, "total_ms");
}

// What transactions tell of; reports of servers that were told of none have
// null.
static void read_service(struct reading *reading, const json_t *object,
                         struct figures_service *out)
{
    const json_t *waiting = json_object_get(object, "waiting");
    const json_t *timeliness = json_object_get(object, "timeliness");
    *out = (struct figures_service){0};
    read_waits(reading, json_object_get(waiting, "called"), &out->called);
    read_waits(reading, json_object_get(waiting, "done"), &out->done);
    if (json_is_object(timeliness)) {
        out->before = read_count(reading, timeliness, "before");
        out->on_time = read_count(reading, timeliness, "on");
        out->late = read_count(reading, timeliness, "late");
    }
    if (!figures_service_is_sound(out))
        fail(reading, "waiting", "holds an impossible count");
}

static void read_row(struct reading *reading, const json_t *object,
                     struct report_row *row)
{
    read_counts(reading, object, row);
    read_service(reading, object, &row->service);
}

static void read_withdrawals(struct reading *reading)
{
    const json_t *array = json_object_get(reading->object, "withdrawals");
    if (json_array_size(array) > REPORT_REASONS_MAX + 1)
        fail(reading, "withdrawals", "are too many");
    for (size_t i = 0; i < json_array_size(array) && !reading->failed; i++) {
        const json_t *object = json_array_get(array, i);
        const char *reason = read_text(reading, object, "reason");
        int64_t count = read_count(reading, object, "count");
        if (count > FIGURES_COUNT_MAX)
            fail(reading, "withdrawals", "hold an impossible count");
        else if (!report_append_withdrawal(&reading->report, reason, count))
            fail(reading, "withdrawals", "do not fit into memory");
    }
}

static void read_rows(struct reading *reading)
{
    struct report *report = &reading->report;
    const json_t *rows = json_object_get(reading->object, "rows");
    size_t capacity = 0;
    if (!json_is_array(rows))
        fail(reading, "rows", "are no list");
    for (size_t i = 0; i < json_array_size(rows) && !reading->failed; i++) {
        const json_t *object = json_array_get(rows, i);
        const char *key = read_text(reading, object, "key");
        const char *label = read_text(reading, object, "name");
        struct report_row *row;
        if (reading->failed)
            break;
        if (report_append_row(report, &capacity, key, label, &row))
            read_row(reading, object, row);
        else
            fail(reading, "rows", "do not fit into memory");
    }
}

static void read_kind(struct reading *reading)
{
    struct buf message = {0};
    const json_t *value = json_object_get(reading->object, "report");
    if (value && !json_is_null(value) &&
        !report_parse_kind(read_text(reading, reading->object, "report"),
                           &reading->report.kind, &message))
        fail(reading, "report", buf_text(&message));
    else if (report_kind_is_document(reading->report.kind))
        fail(reading, "report", "is a document, and counts no levels");
    buf_free(&message);
}

static void read_previous(struct reading *reading)
{
    struct report *report = &reading->report;
    struct report_row row = {0};
    const json_t *object = json_object_get(reading->object, "previous");
    if (!object || json_is_null(object) || reading->failed)
        return;
    read_row(reading, object, &row);
    report->previous = row.counts;
    report->previous_service = row.service;
    report->has_previous =
        !row.hidden && period_before(&report->period, &report->previous_period);
}

static void read_restatement(struct reading *reading)
{
    const json_t *object = json_object_get(reading->object, "restatement");
    struct report_restatement *restated = &reading->report.restated;
    const char *changed;
    if (!object || json_is_null(object))
        return;
    restated->number = read_count(reading, object, "number");
    restated->made_ms = read_moment(reading, object, "made_at");
    restated->rated = read_count(reading, object, "rated");
    restated->satisfied = read_count(reading, object, "satisfied");
    restated->flagged = read_told(reading, object, "flagged");
    restated->marked = read_told(reading, object, "marked");
    if (restated->rated > FIGURES_COUNT_MAX ||
        restated->satisfied > restated->rated ||
        restated->number > FIGURES_COUNT_MAX)
        fail(reading, "restatement", "holds an impossible count");
    if (json_get_text(object, "changed", &changed)) {
        restated->changed = strdup(changed);
        if (!restated->changed)
            fail(reading, "restatement", "does not fit into memory");
    }
}

// Parts that documents have, too.
static void read_frame(struct reading *reading)
{
    struct report *report = &reading->report;
    if (!reading->failed)
        reading->failed =
            !json_parts_read_period(json_object_get(reading->object, "period"),
                                    &report->period, reading->message) ||
            !json_parts_read_complete(reading->object, &report->complete,
                                      reading->message) ||
            !json_parts_read_ledger(json_object_get(reading->object, "ledger"),
                                    &report->heads, &report->head_count,
                                    reading->message);
}

static void read_whole(struct reading *reading)
{
    struct report *report = &reading->report;
    read_kind(reading);
    read_method(reading);
    read_frame(reading);
    read_filter(reading);
    if (!report_parse_by(read_text(reading, reading->object, "by"),
                         &report->by))
        fail(reading, "by", "is unknown");
    report->made_ms = read_moment(reading, reading->object, "made_at");
    report->total.key = strdup("");
    report->total.label = strdup("");
    if (!report->total.key || !report->total.label)
        fail(reading, "total", "does not fit into memory");
    read_row(reading, json_object_get(reading->object, "total"),
             &report->total);
    read_previous(reading);
    read_rows(reading);
    read_restatement(reading);
    read_withdrawals(reading);
}

bool report_read_json(const char *bytes, size_t size, struct report *out,
                      char *message)
{
    json_t *object = json_read(bytes, size, message);
    if (!object)
        return false;
    struct reading reading = {.object = object, .message = message};
    read_whole(&reading);
    json_decref(object);
    if (reading.failed)
        report_free(&reading.report);
    else
        *out = reading.report;
    return !reading.failed;
}

#include "server/case_json.h"
#include "common/clock.h"
#include "common/date.h"
#include <string.h>

static json_t *text_or_null(const char *text)
{
    return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *day_or_null(int32_t day)
{
    char text[DATE_ISO_SIZE];
    if (day == 0) {
        return json_null();
    }
    date_format_iso(day, text);
    return json_string(text);
}

static json_t *owner_json(const struct office_case *row)
{
    return row->standing.owner[0]
               ? json_pack("{s:s, s:s}", "name", row->standing.owner, "display",
                           row->owner_display)
               : json_null();
}

static json_t *reasons_json(const struct office_case *row)
{
    json_t *reasons = json_array();
    for (size_t i = 0; i < row->reason_count; i++) {
        json_array_append_new(reasons, json_string(row->reasons[i]));
    }
    return reasons;
}

static json_t *times_json(const struct case_view *view,
                          const struct office_case *row)
{
    const struct case_standing *standing = &row->standing;
    const struct calendar *calendar = view->calendar;
    int32_t due =
        case_due_day(calendar, standing->due_from, row->deadline_days);
    bool is_running =
        standing->state == CASE_NEW || standing->state == CASE_ASSIGNED;
    int left = calendar_working_days_left(calendar, view->today, due);
    return json_pack(
        "{s:o, s:o, s:o, s:b, s:o, s:o, s:s}", "opened_day",
        day_or_null(row->opened_day), "due", day_or_null(due), "days_left",
        is_running ? json_integer(left) : json_null(), "overdue",
        case_is_overdue(calendar, standing, row->deadline_days, view->today),
        "answered_day", day_or_null(standing->answered_day), "closed_day",
        day_or_null(standing->closed_day), "calendar",
        calendar_coverage_name(
            calendar_coverage(calendar, standing->due_from, due)));
}

json_t *case_json(const struct case_view *view, const struct office_case *row)
{
    const struct case_standing *standing = &row->standing;
    char rated_at[CLOCK_ISO_SIZE], opened_at[CLOCK_ISO_SIZE];
    int64_t at = row->rated_at;
    clock_format(view->linked ? at : at - at % OFFICE_QUARTER_MS, rated_at);
    clock_format(row->opened_at, opened_at);
    json_t *object = json_pack(
        "{s:s, s:I, s:s, s:i, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o, "
        "s:o}",
        "id", row->id, "version", (json_int_t)standing->version, "state",
        case_state_name(standing->state), "reopened", standing->reopened,
        "level", row->level, "rated_at", rated_at, "opened_at", opened_at,
        "counter", text_or_null(row->counter), "field",
        text_or_null(row->field), "procedure", text_or_null(row->procedure),
        "step", text_or_null(row->step), "channel", record_mode_name(row->mode),
        "reasons", reasons_json(row), "owner", owner_json(row));
    json_t *times = times_json(view, row);
    if (!object || !times || json_object_update(object, times) != 0) {
        json_decref(object);
        object = NULL;
    }
    json_decref(times);
    return object;
}

json_t *case_event_json(const struct office_case_event *event)
{
    static const char *const told[] = {"owner",  "cause",  "text",
                                       "action", "reason", "level"};
    char at[CLOCK_ISO_SIZE], message[JSON_MESSAGE_SIZE];
    json_t *body = json_read(event->body, strlen(event->body), message);
    clock_format(event->at, at);
    json_t *object =
        json_pack("{s:I, s:s, s:s, s:s, s:o}", "n", (json_int_t)event->n, "at",
                  at, "kind", event->kind, "who", event->who, "display",
                  text_or_null(event->display));
    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        json_t *value = json_object_get(body, told[i]);
        if (value) {
            json_object_set(object, told[i], value);
        }
    }
    json_decref(body);
    return object;
}

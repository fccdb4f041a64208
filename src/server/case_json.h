// A case as it is told outside.
#pragma once
#include "common/json.h"
#include "office/cases.h"
#include <stdbool.h>

struct request;

struct case_view {
    bool linked; // times to the millisecond; else a quarter of an hour's begin
    const struct calendar *calendar;
    int32_t today;
};
// NULL on no memory.
json_t *case_json(const struct case_view *view, const struct office_case *row);
json_t *case_event_json(const struct office_case_event *event);

// Whether the person who asks may do that with any case (case_changes.c).
bool case_may(const struct request *request, enum case_kind kind);

// The counters' days of which a commit changed what counts, and which lines of
// a chain that were. Pure.
#pragma once
#include "office/map.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct touched_day {
    int64_t counter_no, day, device_no, gen;
    int64_t first, last; // lines
};
struct touched {
    struct map index; // of the days, by their first four numbers
    struct touched_day *days;
    size_t count, capacity;
    bool failed; // memory ran out: nothing in it can be used
};

// The lines of `day` are not looked at.
void touched_add(struct touched *touched, const struct touched_day *day,
                 int64_t seq);
void touched_clear(struct touched *touched);
void touched_free(struct touched *touched);

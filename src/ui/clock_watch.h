// Notices when the wall clock is set: it jumps against the time since boot,
// where a time server that steers it only drifts. Pure.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct clock_watch {
    bool known;             // looked at before
    int64_t wall_ms, up_ms; // when it was
    int64_t untold_ms;      // steps since the last one that was told
    int64_t told_up_ms;     // when that was
    bool told;
};

// Looks at both clocks. True when a step is to be told: `*out_step_ms` is by
// how much the wall clock was set, forward or back. A clock that never stands
// still is told of once a minute.
bool clock_watch_look(struct clock_watch *watch, int64_t wall_ms, int64_t up_ms,
                      int64_t *out_step_ms);

#include "ui/clock_watch.h"
#include <stdlib.h>

enum {
    STEP_MS = 1000,
    STEERED = 1000, // a steered clock is off by less than one in so many
    TELL_MS = 60000
};

bool clock_watch_look(struct clock_watch *watch, int64_t wall_ms, int64_t up_ms,
                      int64_t *out_step_ms)
{
    int64_t passed = up_ms - watch->up_ms;
    int64_t step = wall_ms - watch->wall_ms - passed;
    bool is_step =
        watch->known && llabs(step) > STEP_MS + llabs(passed) / STEERED;
    watch->known = true;
    watch->wall_ms = wall_ms;
    watch->up_ms = up_ms;
    if (is_step)
        watch->untold_ms += step;
    if (llabs(watch->untold_ms) <= STEP_MS ||
        (watch->told && up_ms - watch->told_up_ms < TELL_MS))
        return false;
    *out_step_ms = watch->untold_ms;
    watch->untold_ms = 0;
    watch->told = true;
    watch->told_up_ms = up_ms;
    return true;
}

#include "office/corrected_time.h"
#include <string.h>

enum {
    DAY_MS = 24 * 3600 * 1000,
    AHEAD_MS = 5 * 60 * 1000,
    // From the answer to the end of its visit: reasons and a comment. What
    // claims to be longer met a power cut or a step of the clock.
    VISIT_MS = 15 * 60 * 1000
};

char time_quality_letter(enum time_quality quality)
{
    return "ABCD"[quality];
}

static bool is_plausible(int64_t at, const struct time_evidence *e)
{
    return at != 0 && at >= e->enrolled_at - DAY_MS &&
           at <= e->received_at + AHEAD_MS;
}

// When the line was made, by the server's clock.
static bool find_made_at(const struct time_evidence *e, int64_t *out_at)
{
    if (!e->batch_boot || e->batch_boot[0] == '\0' ||
        strcmp(e->batch_boot, e->line_boot) != 0 || e->line_up_ms < 0 ||
        e->batch_up_ms < e->line_up_ms) {
        return false;
    }
    int64_t ago = e->batch_up_ms - e->line_up_ms;
    if (ago > e->received_at || !is_plausible(e->received_at - ago, e)) {
        return false;
    }
    *out_at = e->received_at - ago;
    return true;
}

int64_t time_correct(const struct time_evidence *e,
                     enum time_quality *out_quality)
{
    int64_t device_at = e->answered_at ? e->answered_at : e->closed_at;
    // How long before the line was made; both by one clock, so a clock that
    // is wrong but steady does no harm.
    int64_t before = 0;
    if (e->answered_at && e->closed_at) {
        before = e->closed_at - e->answered_at;
    }
    int64_t made_at = 0;
    bool is_anchored = find_made_at(e, &made_at);
    if (is_anchored && before >= 0 && before <= VISIT_MS) {
        *out_quality = TIME_ANCHORED;
        return made_at - before;
    }
    if (is_plausible(device_at, e)) {
        *out_quality = TIME_PLAUSIBLE;
        return device_at;
    }
    *out_quality = TIME_RECEIVED;
    return is_anchored ? made_at : e->received_at;
}

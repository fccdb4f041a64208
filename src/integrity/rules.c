#include "integrity/rules.h"
#include <stdlib.h>
#include <string.h>

static const int64_t MINUTE_MS = 60000;
// To the minute, nobody is told when somebody rated.
static const int64_t QUARTER_MS = 900000;
// A finger is no clock: gaps that differ by so little are equal.
enum { EQUAL_GAP_MS = 2000 };

// One rule at work: the ratings that it looks at, by their indices.
struct look {
    const struct integrity_thresholds *thresholds;
    const struct hours *hours;
    const struct integrity_rating *ratings;
    size_t *seen; // indices of those that the rule looks at, in order
    size_t count;
    struct integrity_findings *out;
};

// --- Findings ---------------------------------------------------------------

bool integrity_rule_is_single(enum integrity_rule rule)
{
    return rule == INTEGRITY_NO_TRANSACTION ||
           rule == INTEGRITY_OUTSIDE_HOURS || rule == INTEGRITY_TOO_FAST;
}

static void describe_gaps(const struct integrity_rating *ratings,
                          const size_t *members, size_t count,
                          struct integrity_figures *out)
{
    for (size_t i = 1; i < count; i++) {
        int64_t gap =
            (ratings[members[i]].at - ratings[members[i - 1]].at) / 1000;
        if (i == 1 || gap < out->shortest) {
            out->shortest = gap;
        }
        if (gap > out->longest) {
            out->longest = gap;
        }
    }
}

static int64_t find_fastest(const struct integrity_rating *ratings,
                            const size_t *members, size_t count)
{
    int64_t fastest = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        int64_t after_ms = ratings[members[i]].after_ms;
        fastest = after_ms < fastest ? after_ms : fastest;
    }
    return fastest;
}

void integrity_describe(const struct integrity_thresholds *thresholds,
                        enum integrity_rule rule,
                        const struct integrity_rating *ratings,
                        const size_t *members, size_t count,
                        struct integrity_figures *out)
{
    const struct integrity_rating *first = &ratings[members[0]];
    const struct integrity_rating *last = &ratings[members[count - 1]];
    struct integrity_figures figures = {
        .ratings = (int64_t)count,
        .seconds = (last->at - first->at) / 1000,
        .from = first->at - first->at % QUARTER_MS};
    switch (rule) {
    case INTEGRITY_BURST:
        figures.least = thresholds->burst_ratings;
        figures.limit = thresholds->burst_minutes;
        break;
    case INTEGRITY_RUN:
        figures.least = thresholds->run_ratings;
        figures.limit = thresholds->run_spread;
        figures.level = first->level;
        describe_gaps(ratings, members, count, &figures);
        break;
    case INTEGRITY_OUTSIDE_HOURS:
        figures.limit = thresholds->grace_minutes;
        break;
    case INTEGRITY_TOO_FAST:
        figures.limit = thresholds->fast_ms;
        figures.fastest_ms = find_fastest(ratings, members, count);
        break;
    case INTEGRITY_SAME_TOUCH:
        figures.least = thresholds->touch_ratings;
        figures.limit = thresholds->touch_hundredths;
        figures.x = first->x;
        figures.y = first->y;
        break;
    default:
        break;
    }
    *out = figures;
}

static bool make_room(struct integrity_findings *out)
{
    if (out->count < out->capacity) {
        return true;
    }
    size_t capacity = out->capacity ? out->capacity * 2 : 8;
    struct integrity_finding *all =
        realloc(out->all, capacity * sizeof *out->all);
    if (!all) {
        return false;
    }
    out->all = all;
    out->capacity = capacity;
    return true;
}

static bool add_finding(const struct look *look, enum integrity_rule rule,
                        const size_t *members, size_t count)
{
    struct integrity_findings *out = look->out;
    size_t *copy = malloc(count * sizeof *copy);
    if (!copy || !make_room(out)) {
        free(copy);
        return false;
    }
    memcpy(copy, members, count * sizeof *copy);
    struct integrity_finding *finding = &out->all[out->count++];
    *finding = (struct integrity_finding){
        .rule = rule, .members = copy, .count = count};
    integrity_describe(look->thresholds, rule, look->ratings, copy, count,
                       &finding->figures);
    return true;
}

void integrity_findings_free(struct integrity_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->all[i].members);
    }
    free(findings->all);
    *findings = (struct integrity_findings){0};
}

// --- Looking at ratings -----------------------------------------------------

static const struct integrity_rating *at(const struct look *look, size_t i)
{
    return &look->ratings[look->seen[i]];
}

// True when the ratings from…to are suspicious together; true for parts of what
// it is true for.
typedef bool is_alike(const struct look *look, size_t from, size_t to);

static bool add_stretch(const struct look *look, enum integrity_rule rule,
                        size_t begin, size_t end)
{
    return end == begin ||
           add_finding(look, rule, look->seen + begin, end - begin);
}

// Every `least` in a row that are alike; what has a rating in common is one
// finding. A longer stretch is made of such, so no longer one is looked at.
static bool find_stretches(const struct look *look, enum integrity_rule rule,
                           size_t least, is_alike *alike)
{
    size_t begin = 0, end = 0; // found: begin…end, without `end`
    for (size_t to = least - 1; to < look->count; to++) {
        size_t from = to + 1 - least;
        if (!alike(look, from, to)) {
            continue;
        }
        if (from >= end) {
            if (!add_stretch(look, rule, begin, end)) {
                return false;
            }
            begin = from;
        }
        end = to + 1;
    }
    return add_stretch(look, rule, begin, end);
}

static bool is_burst(const struct look *look, size_t from, size_t to)
{
    return at(look, to)->at - at(look, from)->at <=
           look->thresholds->burst_minutes * MINUTE_MS;
}

// One level, and the longest gap hardly longer than the shortest.
static bool is_run(const struct look *look, size_t from, size_t to)
{
    int64_t shortest = INT64_MAX, longest = 0;
    for (size_t i = from + 1; i <= to; i++) {
        int64_t gap = at(look, i)->at - at(look, i - 1)->at;
        shortest = gap < shortest ? gap : shortest;
        longest = gap > longest ? gap : longest;
        if (at(look, i)->level != at(look, from)->level) {
            return false;
        }
    }
    return longest - EQUAL_GAP_MS <=
           shortest / 100 * (100 + look->thresholds->run_spread);
}

static bool is_same_touch(const struct look *look, size_t from, size_t to)
{
    int64_t apart = look->thresholds->touch_hundredths;
    int low_x = at(look, from)->x, high_x = low_x;
    int low_y = at(look, from)->y, high_y = low_y;
    for (size_t i = from + 1; i <= to; i++) {
        const struct integrity_rating *rating = at(look, i);
        low_x = rating->x < low_x ? rating->x : low_x;
        high_x = rating->x > high_x ? rating->x : high_x;
        low_y = rating->y < low_y ? rating->y : low_y;
        high_y = rating->y > high_y ? rating->y : high_y;
    }
    return high_x - low_x <= apart && high_y - low_y <= apart;
}

// --- The rules --------------------------------------------------------------

static void see_timed(struct look *look, size_t count)
{
    look->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (look->ratings[i].is_timed) {
            look->seen[look->count++] = i;
        }
    }
}

static bool judge_bursts(struct look *look, size_t count)
{
    see_timed(look, count);
    return find_stretches(look, INTEGRITY_BURST,
                          (size_t)look->thresholds->burst_ratings, is_burst);
}

static bool judge_runs(struct look *look, size_t count)
{
    see_timed(look, count);
    return find_stretches(look, INTEGRITY_RUN,
                          (size_t)look->thresholds->run_ratings, is_run);
}

// The ratings of each device that were touched, in the order in which it wrote
// them, which needs no clock.
static int compare_writing(const void *a, const void *b, void *ctx)
{
    const struct integrity_rating *ratings = ctx;
    const struct integrity_rating *x = &ratings[*(const size_t *)a];
    const struct integrity_rating *y = &ratings[*(const size_t *)b];
    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    if (x->gen != y->gen) {
        return x->gen < y->gen ? -1 : 1;
    }
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool judge_touches(struct look *look, size_t count)
{
    size_t *seen = look->seen, all = 0;
    for (size_t i = 0; i < count; i++) {
        if (look->ratings[i].has_touch) {
            seen[all++] = i;
        }
    }
    qsort_r(seen, all, sizeof *seen, compare_writing, (void *)look->ratings);
    bool done = true;
    for (size_t from = 0, to; done && from < all; from = to) {
        to = from + 1;
        while (to < all && look->ratings[seen[to]].device ==
                               look->ratings[seen[from]].device) {
            to++;
        }
        look->seen = seen + from;
        look->count = to - from;
        done = find_stretches(look, INTEGRITY_SAME_TOUCH,
                              (size_t)look->thresholds->touch_ratings,
                              is_same_touch);
    }
    look->seen = seen;
    return done;
}

static bool is_closed(const struct look *look, int64_t wall_ms)
{
    struct hours_now now;
    hours_at(look->hours, wall_ms, true, &now);
    return !now.open;
}

// Neither then, nor so much before or after that it belongs to a working hour.
static bool is_outside_hours(const struct look *look,
                             const struct integrity_rating *rating)
{
    int64_t grace = look->thresholds->grace_minutes * MINUTE_MS;
    return rating->is_timed && is_closed(look, rating->at) &&
           is_closed(look, rating->at - grace) &&
           is_closed(look, rating->at + grace);
}

static bool is_nameless(const struct look *look,
                        const struct integrity_rating *rating)
{
    (void)look;
    return rating->is_by_transaction && !rating->names_transaction;
}

static bool is_too_fast(const struct look *look,
                        const struct integrity_rating *rating)
{
    return rating->has_touch && rating->after_ms < look->thresholds->fast_ms;
}

typedef bool is_suspicious(const struct look *look,
                           const struct integrity_rating *rating);

// Those of the day are one finding.
static bool judge_each(struct look *look, size_t count,
                       enum integrity_rule rule, is_suspicious *suspicious)
{
    look->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (suspicious(look, &look->ratings[i])) {
            look->seen[look->count++] = i;
        }
    }
    return look->count == 0 || add_finding(look, rule, look->seen, look->count);
}

static int compare_ratings(const void *a, const void *b)
{
    const struct integrity_rating *x = a, *y = b;
    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    if (x->device != y->device) {
        return x->device < y->device ? -1 : 1;
    }
    if (x->gen != y->gen) {
        return x->gen < y->gen ? -1 : 1;
    }
    return (x->seq > y->seq) - (x->seq < y->seq);
}

static bool judge_rules(struct look *look, size_t count)
{
    const bool *on = look->thresholds->on;
    return (!on[INTEGRITY_BURST] || judge_bursts(look, count)) &&
           (!on[INTEGRITY_RUN] || judge_runs(look, count)) &&
           (!on[INTEGRITY_NO_TRANSACTION] ||
            judge_each(look, count, INTEGRITY_NO_TRANSACTION, is_nameless)) &&
           (!on[INTEGRITY_OUTSIDE_HOURS] || !look->hours->given ||
            judge_each(look, count, INTEGRITY_OUTSIDE_HOURS,
                       is_outside_hours)) &&
           (!on[INTEGRITY_TOO_FAST] ||
            judge_each(look, count, INTEGRITY_TOO_FAST, is_too_fast)) &&
           (!on[INTEGRITY_SAME_TOUCH] || judge_touches(look, count));
}

bool integrity_judge(const struct integrity_thresholds *thresholds,
                     const struct hours *hours,
                     struct integrity_rating *ratings, size_t count,
                     struct integrity_findings *out)
{
    if (count == 0) {
        return true;
    }
    struct look look = {.thresholds = thresholds,
                        .hours = hours,
                        .ratings = ratings,
                        .seen = malloc(count * sizeof *look.seen),
                        .out = out};
    if (!look.seen) {
        return false;
    }
    qsort(ratings, count, sizeof *ratings, compare_ratings);
    bool done = judge_rules(&look, count);
    free(look.seen);
    return done;
}

#include "report/figures.h"
#include "vietnamese/number.h"
#include <assert.h>
#include <stddef.h>

// z² = 1.959963984540054² = 3.8414588206…, in parts of 10^10: with counts up
// to FIGURES_COUNT_MAX every product below stays under 2^127.
static const int64_t Z2 = INT64_C(38414588207);
static const int64_t Z2_UNIT = INT64_C(10000000000);

typedef __int128 wide;

static bool is_count(int64_t value)
{
    return value >= 0 && value <= FIGURES_COUNT_MAX;
}

bool figures_are_sound(const struct figures_counts *counts)
{
    int64_t rated = 0;
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        if (!is_count(counts->levels[i]))
            return false;
        rated += counts->levels[i];
    }
    return is_count(rated) && is_count(counts->declined) &&
           is_count(counts->timeout) && is_count(counts->withdrawn) &&
           is_count(counts->offered) && is_count(counts->offered_rated) &&
           (counts->transactions == FIGURES_UNKNOWN ||
            is_count(counts->transactions));
}

static bool is_count_or_unknown(int64_t value)
{
    return value == FIGURES_UNKNOWN || is_count(value);
}

bool figures_aside_is_sound(const struct figures_counts *counts, bool is_hidden)
{
    int64_t most = is_hidden ? FIGURES_COUNT_MAX : figures_aside(counts);
    for (int i = 0; i < FIGURES_LEVELS; i++) {
        if (counts->aside[i] < 0 || counts->aside[i] > counts->levels[i])
            return false;
    }
    return is_count_or_unknown(counts->flagged) &&
           is_count_or_unknown(counts->marked) && counts->flagged <= most &&
           counts->marked <= most;
}

int64_t figures_rated(const struct figures_counts *counts)
{
    int64_t sum = 0;
    for (int i = 0; i < FIGURES_LEVELS; i++)
        sum += counts->levels[i];
    return sum;
}

int64_t figures_aside(const struct figures_counts *counts)
{
    int64_t sum = 0;
    for (int i = 0; i < FIGURES_LEVELS; i++)
        sum += counts->aside[i];
    return sum;
}

void figures_without_aside(const struct figures_counts *counts,
                           int64_t out_levels[FIGURES_LEVELS])
{
    for (int i = 0; i < FIGURES_LEVELS; i++)
        out_levels[i] = counts->levels[i] - counts->aside[i];
}

static int64_t sum_where(const struct figures_counts *counts,
                         const bool chosen[FIGURES_LEVELS])
{
    int64_t sum = 0;
    for (int i = 0; i < FIGURES_LEVELS; i++)
        sum += chosen[i] ? counts->levels[i] : 0;
    return sum;
}

int64_t figures_satisfied(const struct figures_counts *counts,
                          const struct figures_method *method)
{
    return sum_where(counts, method->satisfied);
}

int64_t figures_dissatisfied(const struct figures_counts *counts,
                             const struct figures_method *method)
{
    return sum_where(counts, method->dissatisfied);
}

int64_t figures_percent(int64_t part, int64_t whole, int decimals)
{
    if (whole <= 0 || part < 0)
        return FIGURES_UNKNOWN;
    return number_round_ratio(part * 100, whole, decimals);
}

bool figures_find_bounds(const struct figures_counts *counts,
                         const struct figures_method *method,
                         struct figures_bounds *out)
{
    int64_t all = counts->transactions;
    int64_t rated = figures_rated(counts);
    int64_t satisfied = figures_satisfied(counts, method);
    if (all <= 0 || all < rated)
        return false;
    out->low = figures_percent(satisfied, all, method->decimals);
    out->high = figures_percent(satisfied + all - rated, all, method->decimals);
    return true;
}

// Compares the distance of the observed share s/n from the share a/d with the
// width of the interval there: n·(s/n − a/d)² against z²·(a/d)·(1 − a/d),
// multiplied out. Positive: a/d lies outside the interval; 0: on its bound.
static int compare_with_interval(int64_t s, int64_t n, int64_t a, int64_t d)
{
    wide distance = (wide)d * s - (wide)a * n;
    wide left = distance * distance * Z2_UNIT;
    wide right = (wide)Z2 * a * (d - a) * n;
    return left > right ? 1 : left < right ? -1 : 0;
}

// True when the lower bound is at least a/d. The bound is never 1, although 1
// solves the equation when all are satisfied: there it is the upper bound.
static bool low_reaches(int64_t s, int64_t n, int64_t a, int64_t d)
{
    return a < d && (wide)s * d >= (wide)a * n &&
           compare_with_interval(s, n, a, d) >= 0;
}

// True when the upper bound is at least a/d.
static bool high_reaches(int64_t s, int64_t n, int64_t a, int64_t d)
{
    return (wide)s * d >= (wide)a * n || compare_with_interval(s, n, a, d) <= 0;
}

typedef bool reaches(int64_t s, int64_t n, int64_t a, int64_t d);

// A bound in hundredths of a per cent, rounded half up: the largest k of which
// the bound reaches k − ½. It reaches 0 always, so the search has a floor.
static int64_t bound(reaches *reach, int64_t s, int64_t n)
{
    int64_t low = 0, high = 10000;
    while (low < high) {
        int64_t k = (low + high + 1) / 2;
        if (reach(s, n, 2 * k - 1, 20000))
            low = k;
        else
            high = k - 1;
    }
    return low;
}

struct figures_interval figures_wilson(int64_t satisfied, int64_t rated)
{
    assert(rated > 0 && rated <= FIGURES_COUNT_MAX);
    assert(satisfied >= 0 && satisfied <= rated);
    return (struct figures_interval){
        .low = bound(low_reaches, satisfied, rated),
        .high = bound(high_reaches, satisfied, rated),
    };
}

enum figures_verdict figures_judge(int64_t satisfied, int64_t rated, int target)
{
    assert(rated <= FIGURES_COUNT_MAX && satisfied <= rated);
    if (rated <= 0)
        return FIGURES_NO_DATA;
    if (100 * satisfied >= target * rated)
        return low_reaches(satisfied, rated, target, 100) ? FIGURES_MET_SURELY
                                                          : FIGURES_MET;
    return high_reaches(satisfied, rated, target, 100) ? FIGURES_UNDECIDED
                                                       : FIGURES_NOT_MET;
}

const char *figures_verdict_name(enum figures_verdict verdict)
{
    switch (verdict) {
    case FIGURES_MET_SURELY:
        return "dat-vung";
    case FIGURES_MET:
        return "dat";
    case FIGURES_UNDECIDED:
        return "chua-du-du-lieu";
    case FIGURES_NOT_MET:
        return "khong-dat";
    case FIGURES_NO_DATA:
        break;
    }
    return NULL;
}

int64_t figures_answers_needed(int64_t transactions)
{
    if (transactions < 0)
        return FIGURES_UNKNOWN;
    // N / (1 + N/400) = 400·N / (400 + N), rounded up.
    int64_t divisor = 400 + transactions;
    return (400 * transactions + divisor - 1) / divisor;
}

int64_t figures_walk_ups(const struct figures_counts *counts)
{
    int64_t walk_ups = figures_rated(counts) + counts->declined +
                       counts->timeout + counts->withdrawn - counts->offered;
    return walk_ups > 0 ? walk_ups : 0;
}

int64_t figures_walk_ups_rated(const struct figures_counts *counts)
{
    int64_t rated = figures_rated(counts) - counts->offered_rated;
    return rated > 0 ? rated : 0;
}

// A day of waiting is the longest that is taken.
static bool are_waits(const struct figures_waits *waits)
{
    return is_count(waits->known) && is_count(waits->within) &&
           waits->within <= waits->known && waits->ms >= 0 &&
           waits->ms <= waits->known * INT64_C(86400000) &&
           waits->median >= 0 && waits->median <= 14400;
}

bool figures_service_is_sound(const struct figures_service *service)
{
    return are_waits(&service->called) && are_waits(&service->done) &&
           is_count(service->before) && is_count(service->on_time) &&
           is_count(service->late);
}

int64_t figures_mean_wait(const struct figures_waits *waits)
{
    return waits->known > 0
               ? number_round_ratio(waits->ms, waits->known * 60000, 1)
               : FIGURES_UNKNOWN;
}

int64_t figures_median_wait(const struct figures_waits *waits)
{
    return waits->known > 0 ? waits->median : FIGURES_UNKNOWN;
}

int64_t figures_decided(const struct figures_service *service)
{
    return service->before + service->on_time + service->late;
}

int64_t figures_in_time(const struct figures_service *service)
{
    return service->before + service->on_time;
}

enum figures_goal figures_judge_waits(const struct figures_waits *waits,
                                      const struct figures_method *method)
{
    if (waits->known <= 0 || method->waiting_most <= 0)
        return FIGURES_GOAL_NONE;
    if (waits->ms <= method->waiting_best * waits->known * 60000)
        return FIGURES_GOAL_BEST;
    return waits->ms <= method->waiting_most * waits->known * 60000
               ? FIGURES_GOAL_MET
               : FIGURES_GOAL_MISSED;
}

enum figures_goal figures_judge_timely(const struct figures_service *service,
                                       const struct figures_method *method)
{
    int64_t decided = figures_decided(service);
    int64_t hundredfold = 100 * figures_in_time(service);
    if (decided <= 0 || method->timely_least <= 0)
        return FIGURES_GOAL_NONE;
    if (hundredfold >= method->timely_best * decided)
        return FIGURES_GOAL_BEST;
    return hundredfold >= method->timely_least * decided ? FIGURES_GOAL_MET
                                                         : FIGURES_GOAL_MISSED;
}

const char *figures_goal_name(enum figures_goal goal)
{
    switch (goal) {
    case FIGURES_GOAL_BEST:
        return "dat-muc-cao";
    case FIGURES_GOAL_MET:
        return "dat";
    case FIGURES_GOAL_MISSED:
        return "khong-dat";
    case FIGURES_GOAL_NONE:
        break;
    }
    return NULL;
}

#include "office/publish.h"
#include "office/tally.h"
#include <assert.h>
#include <string.h>

int32_t publish_month_of(int32_t day)
{
    return (tally_half_month(day) + 1) / 2;
}

int32_t publish_first_day(int32_t month)
{
    return tally_first_day(month * 2 - 1);
}

int32_t publish_last_day(int32_t month)
{
    return tally_last_day(month * 2);
}

int64_t publish_rated(const struct publish_sums *sums)
{
    int64_t rated = 0;
    for (int i = 0; i < 5; i++) {
        rated += sums->levels[i];
    }
    return rated;
}

void publish_add(struct publish_sums *into, const struct publish_sums *add,
                 int sign)
{
    for (int i = 0; i < 5; i++) {
        into->levels[i] += sign * add->levels[i];
    }
    into->offered_rated += sign * add->offered_rated;
}

// A visit that stopped counting after it was told leaves a level below what was
// told. It is no step until others made up for it: a figure that falls would
// show that one visit.
static bool may_be_told(const struct publish_sums *sums)
{
    for (int i = 0; i < 5; i++) {
        if (sums->levels[i] < 0) {
            return false;
        }
    }
    return publish_rated(sums) >= PUBLISH_LEAST;
}

// Of a step the ratings decide; the share among them that transactions brought
// follows as far as it fits.
static void settle(struct publish_group *group, enum publish_way way,
                   const struct publish_sums *step, int days)
{
    int64_t rated = publish_rated(step);
    group->way = way;
    group->step = *step;
    group->step_days = days;
    if (way == PUBLISH_OWN && group->step.offered_rated < 0) {
        group->step.offered_rated = 0;
    }
    if (way == PUBLISH_OWN && group->step.offered_rated > rated) {
        group->step.offered_rated = rated;
    }
}

// Counted on the first `days` days and not told.
static struct publish_sums open_sums(const struct publish_group *group,
                                     int days)
{
    struct publish_sums sums = {0};
    for (int i = 0; i < days; i++) {
        publish_add(&sums, &group->days[i], 1);
    }
    publish_add(&sums, &group->told, -1);
    return sums;
}

static bool is_nothing(const struct publish_sums *sums)
{
    static const struct publish_sums nothing;
    return memcmp(sums, &nothing, sizeof nothing) == 0;
}

// All that is old enough but for the newest, of which at least five stay. A
// step never ends before an earlier one did: it would hold none but late
// ratings, and not all of those.
static void plan_running(struct publish_group *group, int days)
{
    int64_t stays = 0;
    for (int cut = days; cut > 0 && cut >= group->told_days; cut--) {
        struct publish_sums sums = open_sums(group, cut);
        if (stays >= PUBLISH_LEAST && may_be_told(&sums)) {
            settle(group, PUBLISH_OWN, &sums, cut);
            return;
        }
        stays += publish_rated(&group->days[cut - 1]);
    }
}

static void plan_over(struct publish_month *month)
{
    struct publish_sums rest = {0};
    for (size_t i = 0; i < month->count; i++) {
        struct publish_group *group = &month->groups[i];
        struct publish_sums sums = open_sums(group, month->days);
        if (may_be_told(&sums)) {
            settle(group, PUBLISH_OWN, &sums, month->days);
        } else {
            publish_add(&rest, &sums, 1);
        }
    }
    if (!month->mixes || !may_be_told(&rest)) {
        return;
    }
    for (size_t i = 0; i < month->count; i++) {
        struct publish_group *group = &month->groups[i];
        struct publish_sums sums = open_sums(group, month->days);
        if (group->way == PUBLISH_NOTHING && !is_nothing(&sums)) {
            settle(group, PUBLISH_MIXED, &sums, month->days);
        }
    }
}

void publish_plan(struct publish_month *month)
{
    assert(month->days >= 0 && month->days <= PUBLISH_DAYS_MAX);
    for (size_t i = 0; i < month->count; i++) {
        month->groups[i].way = PUBLISH_NOTHING;
        month->groups[i].step = (struct publish_sums){0};
    }
    if (month->is_over) {
        plan_over(month);
        return;
    }
    for (size_t i = 0; i < month->count; i++) {
        plan_running(&month->groups[i], month->days);
    }
}

static int64_t grown(int64_t counted, int64_t told)
{
    return counted - told >= PUBLISH_LEAST ? counted - told : 0;
}

bool publish_flow_step(const struct publish_flow *counted,
                       const struct publish_flow *told,
                       struct publish_flow *out)
{
    struct publish_flow step = {
        .transactions = grown(counted->transactions, told->transactions),
        .silent = grown(counted->silent, told->silent),
        .waits = grown(counted->waits, told->waits),
        .wait_ms = counted->wait_ms - told->wait_ms,
        .waits_within = counted->waits_within - told->waits_within};
    // A correction may have taken away more than came.
    if (step.waits == 0 || step.wait_ms < 0 || step.waits_within < 0 ||
        step.waits_within > step.waits) {
        step.waits = step.wait_ms = step.waits_within = 0;
    }
    *out = step;
    return step.transactions > 0 || step.silent > 0 || step.waits > 0;
}

#include "support/flow_walk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct survey SURVEY = {
    .id = "quay",
    .version = 1,
    .levels = {{5, "level.5", true, SURVEY_HIGH},
               {4, "level.4", true, SURVEY_HIGH},
               {3, "level.3", false, SURVEY_LOW},
               {2, "level.2", false, SURVEY_LOW},
               {1, "level.1", false, SURVEY_LOW}},
    .level_count = 5,
    .reasons = {{{"reason.high.1", "waiting", "clock"},
                 {"reason.high.2", "waiting", "calendar-check"}},
                {{"reason.low.1", "waiting", "clock"},
                 {"reason.low.2", "waiting", "calendar-late"},
                 {"reason.low.3", "officer", "person"}}},
    .reason_count = {2, 3}};

struct walk walk_begin(bool transaction, bool reasons_low)
{
    struct walk w = {.now = 1000};
    const struct flow_setting setting = {
        .times = FLOW_TIMES,
        .transaction = transaction,
        .reasons_low = reasons_low,
        .walk_up = transaction ? FLOW_WALK_UP_OFF : FLOW_WALK_UP_ON};
    flow_init(&w.flow, &SURVEY, &setting, w.now);
    return w;
}

void walk_give(struct walk *w, struct flow_input input)
{
    input.now = w->now;
    flow_step(&w->flow, &input, &w->effects);
}

void walk_act(struct walk *w, enum flow_act what, int value)
{
    walk_give(
        w, (struct flow_input){.kind = FLOW_ACT, .act = what, .value = value});
}

// Time passes; the machine is asked whenever its own deadline comes.
void walk_rest(struct walk *w, int64_t ms)
{
    int64_t end = w->now + ms;
    memset(&w->effects, 0, sizeof w->effects);
    while (flow_deadline(&w->flow) <= end && !w->effects.close) {
        w->now = flow_deadline(&w->flow);
        walk_give(w, (struct flow_input){.kind = FLOW_TICK});
    }
    w->now = end;
}

void walk_tap(struct walk *w, enum flow_act what, int value)
{
    walk_give(w, (struct flow_input){.kind = FLOW_TOUCH});
    w->now += 80;
    walk_act(w, what, value);
}

void walk_stored(struct walk *w)
{
    walk_give(w, (struct flow_input){.kind = FLOW_STORED});
}

struct walk walk_at_reasons(int level)
{
    struct walk w = walk_begin(false, false);
    walk_tap(&w, FLOW_WAKE, 0);
    w.now += 900;
    walk_tap(&w, FLOW_LEVEL, level);
    walk_rest(&w, 200);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    return w;
}

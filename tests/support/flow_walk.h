// A walk through the flow of a visit, with a clock made of numbers. The survey
// has five levels, two reasons for high answers and three for low ones.
#pragma once
#include "survey/flow.h"

struct walk {
    struct flow flow;
    struct flow_effects effects; // of the last step
    int64_t now;
};

struct walk walk_begin(bool transaction, bool reasons_low);
// One step, at the walk's own time.
void walk_give(struct walk *w, struct flow_input input);
void walk_act(struct walk *w, enum flow_act what, int value);
// A finger down, 80 ms, and what it acts on.
void walk_tap(struct walk *w, enum flow_act what, int value);
// Time passes; the machine is asked whenever its own deadline comes, until a
// visit closes.
void walk_rest(struct walk *w, int64_t ms);
void walk_stored(struct walk *w);
// A walk-up visit that was answered and stands before the reasons.
struct walk walk_at_reasons(int level);

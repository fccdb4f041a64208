// Which ratings of one counter on one day are suspicious, and why. A function
// of the ratings, the thresholds and the opening hours alone: the order in
// which the ratings came in plays no part. Pure.
//
//   struct integrity_findings found = {0};
//   if (!integrity_judge(&thresholds, &hours, ratings, count, &found)) …
//   … found.all[i] names the rule, its figures and which ratings …
//   integrity_findings_free(&found);
//
// Two rules look at ratings one after the other: "burst" and "run" at those of
// the counter, "same-touch" at those of one device. What no clock of the server
// vouches for in any way (quality D) has the time of its receipt: such ratings
// stand for nothing in time.
#pragma once
#include "integrity/figures.h"
#include "integrity/thresholds.h"
#include "survey/hours.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A rating that counts.
struct integrity_rating {
    int64_t at; // wall milliseconds
    bool is_timed;
    int level;              // 1..5
    bool is_by_transaction; // the screen was opened for one
    bool names_transaction; // or the invitation that brought it
    bool has_touch;
    int x, y;                 // hundredths of the window
    int64_t after_ms;         // from the screen's opening to the touch
    int64_t device, gen, seq; // its place
};

struct integrity_finding {
    enum integrity_rule rule;
    struct integrity_figures figures;
    size_t *members; // indices of the ratings, in order; own
    size_t count;
};
struct integrity_findings {
    struct integrity_finding *all;
    size_t count, capacity;
};

// Sorts `ratings` by time and place, which the indices of the findings refer
// to. False when memory ran out; `out` is to be freed in any case. All rules
// but "officer-outlier", which is about a month (outlier.h).
bool integrity_judge(const struct integrity_thresholds *thresholds,
                     const struct hours *hours,
                     struct integrity_rating *ratings, size_t count,
                     struct integrity_findings *out);
void integrity_findings_free(struct integrity_findings *findings);

// True for the rules that judge each rating by itself. The others judge
// ratings together.
bool integrity_rule_is_single(enum integrity_rule rule);
// What a finding of the rule says of some of its ratings.
void integrity_describe(const struct integrity_thresholds *thresholds,
                        enum integrity_rule rule,
                        const struct integrity_rating *ratings,
                        const size_t *members, size_t count,
                        struct integrity_figures *out);

// From where on a rating is suspicious: the thresholds of the rules, as the
// Office sets them in the document "integrity". Each rule can be turned off.
// Pure.
//
//   {"burst":{"on":true,"ratings":6,"minutes":5},
//    "run":{"on":true,"ratings":10,"spread_percent":35},
//    "no-transaction":{"on":true},
//    "outside-hours":{"on":true,"grace_minutes":30},
//    "too-fast":{"on":true,"milliseconds":500},
//    "same-touch":{"on":true,"ratings":6,"hundredths":1},
//    "officer-outlier":{"on":true,"one_in":1000,"points":5,"ratings":30,
//                       "satisfied_from":4}}
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The numbers stand in the database: never renumber.
enum integrity_rule {
    INTEGRITY_BURST = 0,           // more ratings at a counter than service
                                   // allows
    INTEGRITY_RUN = 1,             // a streak of one level at near-equal gaps
    INTEGRITY_NO_TRANSACTION = 2,  // "by a transaction", and none is named
    INTEGRITY_OUTSIDE_HOURS = 3,   // the counter was closed
    INTEGRITY_TOO_FAST = 4,        // before anybody can have read
    INTEGRITY_SAME_TOUCH = 5,      // the same point again and again
    INTEGRITY_OFFICER_OUTLIER = 6, // far from peers, beyond chance
    INTEGRITY_RULE_COUNT
};
// "burst", "run", …; and back, false for no rule.
const char *integrity_rule_name(enum integrity_rule rule);
bool integrity_parse_rule(const char *name, enum integrity_rule *out);

struct integrity_thresholds {
    bool on[INTEGRITY_RULE_COUNT];
    int64_t burst_ratings, burst_minutes; // so many within so long
    int64_t run_ratings;
    int64_t
        run_spread; // per cent that the longest gap may be over the shortest
    int64_t grace_minutes; // before opening and after closing
    int64_t fast_ms;       // less is too fast
    int64_t touch_ratings;
    int64_t touch_hundredths; // of the window, that the points may lie apart
    int64_t outlier_one_in;   // the chance
    int64_t outlier_points;   // and at least so many points of per cent away
    int64_t outlier_ratings;  // of the officer, and of the peers
    int64_t satisfied_from;   // the level
};

// False with a `message` "KEY: what is wrong; what to write".
bool integrity_read_thresholds(const json_t *body,
                               struct integrity_thresholds *out,
                               struct buf *message);

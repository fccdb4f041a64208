// Ratings are judged by the rules of src/integrity, a counter's day at a time.
// A commit that counts ratings, or takes one out, makes their days due; they
// are judged afterwards, a few at a time, so that no batch waits for it. What
// comes late makes its day due again. In the end the flags are a function of
// the ratings, the rules, and what people lifted, in whatever order the ratings
// came.
#pragma once
#include "office/office.h"
#include <stddef.h>
#include <stdint.h>

// By what is judged, as JSON texts: the thresholds with their version, and the
// opening hours of the unit ("{}": never closed) with those of the counters
// that have others, each with all that holds there:
//
//   {"hours":{"mon":["07:30-11:30"]},
//    "counters":{"3":{"hours":{"sat":["08:00-11:00"]}}}}
struct office_rules {
    const char *thresholds;
    int64_t version;
    const char *hours;
};
// Writer only. Keeps them when they differ from what is in force. New
// thresholds make every day due; new hours hold from today on. Nothing is
// judged before rules were set.
enum office_result office_set_rules(struct office *office,
                                    const struct office_rules *rules,
                                    int64_t now);

// Writer only. Judges days that are due, until about `most` ratings were
// looked at, and then months of officers that had ten minutes to gather. One
// transaction. `out_left`: as office_count_due().
enum office_result office_judge(struct office *office, size_t most, int64_t now,
                                int64_t *out_left);
// Days of counters that are due, and months of officers that have gathered.
enum office_result office_count_due(struct office *office, int64_t now,
                                    int64_t *out_due);

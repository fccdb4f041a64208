// Which ratings may be told to those who are not the office: the public, and
// officers about themselves. Pure.
//
// Figures go out in steps. A step is a group of at least five ratings of one
// official month, at least a day old; it is of one field, of one officer, or
// of several fields that are not told apart. What was told once stays told, a
// rating is in one step at most, and every figure that is ever shown is a sum
// of whole steps. So whoever keeps all that was ever shown, of every period,
// can take it apart into steps and no further. publish_plan() makes the steps
// and is the only place that does.
//
// While a month runs, a field keeps its newest five ratings back: what comes
// when the month is over then finds company, and a closed month tells every
// rating of each field that has five.
#pragma once
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PUBLISH_LEAST = 5,    // ratings of a step
    PUBLISH_AGE_DAYS = 2, // the newest day that may be told is that long ago
    PUBLISH_DAYS_MAX = 31 // of an official month
};

// Official months in a row: year × 12 + month − 1.
int32_t publish_month_of(int32_t day);
int32_t publish_first_day(int32_t month);
int32_t publish_last_day(int32_t month);

struct publish_sums {
    int64_t levels[5];
    int64_t offered_rated; // of these, the ones that a transaction brought
};
int64_t publish_rated(const struct publish_sums *sums);
void publish_add(struct publish_sums *into, const struct publish_sums *add,
                 int sign);

enum publish_way {
    PUBLISH_NOTHING,
    PUBLISH_OWN,  // a step of its own
    PUBLISH_MIXED // together with the others of this way
};

// A field or an officer in one month.
struct publish_group {
    char key[RECORD_CODE_SIZE];
    struct publish_sums days[PUBLISH_DAYS_MAX]; // counted, as of now
    struct publish_sums told;                   // in steps so far
    int told_days;                              // up to here these reach
    // What publish_plan() decides.
    enum publish_way way;
    struct publish_sums step;
    int step_days; // the step reaches up to here
};

struct publish_month {
    struct publish_group *groups;
    size_t count;
    int days;     // old enough, from the first one
    bool is_over; // these are all days of the month
    bool mixes;   // groups that are too small may go out together
};
void publish_plan(struct publish_month *month);

// What stands around the ratings and tells of none: completed transactions,
// visits that were offered and gave no rating, waits from ticket to call.
struct publish_flow {
    int64_t transactions, silent;
    int64_t waits, wait_ms, waits_within;
};
// What of it may go out beside what was told: each of the three grows by five
// at least, or not at all. False: nothing.
bool publish_flow_step(const struct publish_flow *counted,
                       const struct publish_flow *told,
                       struct publish_flow *out);

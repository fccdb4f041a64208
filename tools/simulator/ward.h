// Invented days at a counter, honest and not, each a function of its seed. What
// is assumed of people and why stands in tests/bench/README.md; nothing here
// knows the rules or their thresholds.
#pragma once
#include "integrity/rules.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WARD_RATINGS_MAX = 600 };

enum ward_cheat {
    WARD_HONEST,
    WARD_BURST,      // an officer taps twenty times in a row, in working hours
    WARD_LUNCH,      // twenty taps in the lunch break
    WARD_RUN,        // fifteen taps of one level, as by a clock
    WARD_NIGHT,      // five taps in the evening
    WARD_SAME_TOUCH, // twelve taps over the day, a finger on one spot
    WARD_CHEAT_COUNT
};
const char *ward_cheat_name(enum ward_cheat cheat);

struct ward_day {
    struct integrity_rating ratings[WARD_RATINGS_MAX];
    bool is_planted[WARD_RATINGS_MAX]; // not a citizen's; by the rating's seq
    size_t count;
};

// 07:30–11:30 and 13:30–17:00, every weekday.
void ward_hours(struct hours *out);
void ward_make_day(uint64_t seed, bool by_transaction, enum ward_cheat cheat,
                   struct ward_day *out);

// How many of `count` ratings an officer satisfies whose own share lies near
// the ward's, as honest officers' do; and one who cheats.
int64_t ward_satisfied(uint64_t seed, int64_t count, double share);
double ward_officer_share(uint64_t seed);

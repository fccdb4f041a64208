// What the product calculates out of counts: rates, intervals, verdicts.
//
// Everything is decided on integers. A rate is rounded half away from zero to
// the decimals of its method; a verdict compares the counts themselves, so 949
// of 999 prints 95,0 % and does not meet 95. Even the Wilson interval needs no
// floating point: a proportion p lies outside it exactly when
// (s − p·n)² > z²·n·p·(1 − p), which integers can answer for any decimal p.
// Pure.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    FIGURES_LEVELS = 5,
    FIGURES_TARGETS_MAX = 4,
    FIGURES_LEAST = 5,     // a breakdown row with fewer ratings shows no rate
    FIGURES_RELIABLE = 30, // with fewer it is marked
    FIGURES_WILSON_DECIMALS = 2
};
// No count may be larger; the arithmetic below is exact up to here.
#define FIGURES_COUNT_MAX INT64_C(1000000000)
// In place of a rate that cannot be given, and of a count nobody reported.
#define FIGURES_UNKNOWN INT64_C(-1)

struct figures_counts {
    // [0]: Rất không hài lòng … [4]: Rất hài lòng
    int64_t levels[FIGURES_LEVELS];
    int64_t declined, timeout, withdrawn;
    int64_t offered;       // visits shown in transaction mode
    int64_t offered_rated; // of these, the rated ones
    int64_t transactions;  // completed; FIGURES_UNKNOWN when nobody told
    // Of the ratings: those with a flag in force, those with a mark in force
    // (FIGURES_UNKNOWN when nobody told), and by level those with either.
    int64_t flagged, marked;
    int64_t aside[FIGURES_LEVELS];
};

// The rules of one method, which are data: forms belong to the province.
struct figures_method {
    bool satisfied[FIGURES_LEVELS];
    bool dissatisfied[FIGURES_LEVELS];
    int targets[FIGURES_TARGETS_MAX]; // whole per cents
    int target_count;
    int decimals; // of a printed rate
    // What the plan asks for, the better end and the end that still does; 0: it
    // says nothing. Minutes of waiting: the mean may be 13, or 15. Per cent of
    // dossiers that are done in time: 100, or 98.
    int waiting_best, waiting_most;
    int timely_best, timely_least;
};

enum figures_verdict {
    FIGURES_NO_DATA,
    FIGURES_MET_SURELY, // đạt vững: met, the lower bound too
    FIGURES_MET,        // đạt
    FIGURES_UNDECIDED, // chưa đủ dữ liệu: not met, the upper bound would
    FIGURES_NOT_MET    // không đạt
};

// Waits of the citizens whose tickets are known.
struct figures_waits {
    int64_t known;
    int64_t ms;     // all together
    int64_t within; // up to fifteen minutes
    int64_t median; // in tenths of a minute; 0 for none
};
// What the one-stop system tells of completed transactions.
struct figures_service {
    struct figures_waits called; // ticket to call
    struct figures_waits done;   // ticket to end
    int64_t before, on_time, late;
};

enum figures_goal {
    FIGURES_GOAL_NONE, // nothing is known, or the plan says nothing
    FIGURES_GOAL_BEST,
    FIGURES_GOAL_MET,
    FIGURES_GOAL_MISSED
};

struct figures_interval {
    int64_t low, high; // per cent × 100
};

// No count is negative or above FIGURES_COUNT_MAX, nor are all levels
// together. Ask for counts that come from outside.
bool figures_are_sound(const struct figures_counts *counts);
// No more ratings are set aside than there are, and no more flagged or marked
// than are set aside, unless it is hidden which these are.
bool figures_aside_is_sound(const struct figures_counts *counts,
                            bool is_hidden);
int64_t figures_rated(const struct figures_counts *counts);
int64_t figures_satisfied(const struct figures_counts *counts,
                          const struct figures_method *method);
int64_t figures_dissatisfied(const struct figures_counts *counts,
                             const struct figures_method *method);

// Ratings with a flag or a mark, and the ratings by level without them.
int64_t figures_aside(const struct figures_counts *counts);
void figures_without_aside(const struct figures_counts *counts,
                           int64_t out_levels[FIGURES_LEVELS]);

// 100 × part ÷ whole × 10^decimals, rounded half away from zero; so 466 of 467
// with one decimal gives 998. FIGURES_UNKNOWN when `whole` is not above 0 or
// `part` is unknown.
int64_t figures_percent(int64_t part, int64_t whole, int decimals);

// The satisfied share of all completed transactions if everybody who gave no
// rating were unhappy, and if happy; with the decimals of the method. False
// when the transactions are unknown, or fewer than the ratings.
struct figures_bounds {
    int64_t low, high;
};
bool figures_find_bounds(const struct figures_counts *counts,
                         const struct figures_method *method,
                         struct figures_bounds *out);

// The Wilson score interval at 95 % (z = 1.959963984540054). `rated` > 0.
struct figures_interval figures_wilson(int64_t satisfied, int64_t rated);
enum figures_verdict figures_judge(int64_t satisfied, int64_t rated,
                                   int target);
// "dat-vung", "dat", "chua-du-du-lieu", "khong-dat"; NULL for no data.
const char *figures_verdict_name(enum figures_verdict verdict);

// The answers that N completed transactions ask for: N ÷ (1 + N × 0.0025),
// rounded up; FIGURES_UNKNOWN for an unknown N.
int64_t figures_answers_needed(int64_t transactions);

// Visits that no transaction brought, and those of them with a rating.
int64_t figures_walk_ups(const struct figures_counts *counts);
int64_t figures_walk_ups_rated(const struct figures_counts *counts);

// As figures_are_sound().
bool figures_service_is_sound(const struct figures_service *service);
// The mean wait in tenths of a minute, rounded half away from zero;
// FIGURES_UNKNOWN for none.
int64_t figures_mean_wait(const struct figures_waits *waits);
// Dossiers of which the timeliness is known, and those that were not late.
int64_t figures_decided(const struct figures_service *service);
int64_t figures_in_time(const struct figures_service *service);
// The median in tenths of a minute; FIGURES_UNKNOWN for none.
int64_t figures_median_wait(const struct figures_waits *waits);
// Against the plan, on whole milliseconds and counts.
enum figures_goal figures_judge_waits(const struct figures_waits *waits,
                                      const struct figures_method *method);
enum figures_goal figures_judge_timely(const struct figures_service *service,
                                       const struct figures_method *method);
// "dat-muc-cao", "dat", "khong-dat"; NULL for none.
const char *figures_goal_name(enum figures_goal goal);

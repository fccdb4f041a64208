#include "report/figures.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct figures_method METHOD = {
    .satisfied = {[3] = true, [4] = true},
    .dissatisfied = {[0] = true, [1] = true},
    .targets = {95, 98},
    .target_count = 2,
    .decimals = 1,
};

// Published examples: share with one decimal, interval with two, verdicts.
static const struct {
    int64_t satisfied, rated;
    int64_t sat;       // per mille
    int64_t low, high; // hundredths of a per cent; 0: not published
    const char *at_95, *at_98;
} EXAMPLES[] = {
    {466, 467, 998, 9880, 9996, "dat-vung", "dat-vung"},
    {49, 50, 980, 8950, 9965, "dat", "dat"},
    {97, 100, 970, 9155, 9897, "dat", "chua-du-du-lieu"},
    {485, 500, 970, 9511, 9817, "dat-vung", "chua-du-du-lieu"},
    {980, 1000, 980, 9693, 9870, "dat-vung", "dat"},
    {949, 999, 950, 0, 0, "chua-du-du-lieu", "khong-dat"},
};

static void test_figures_published_examples(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof EXAMPLES[0]; i++) {
        int64_t s = EXAMPLES[i].satisfied, n = EXAMPLES[i].rated;
        assert_int_equal(figures_percent(s, n, 1), EXAMPLES[i].sat);
        if (EXAMPLES[i].high > 0) {
            struct figures_interval interval = figures_wilson(s, n);
            assert_int_equal(interval.low, EXAMPLES[i].low);
            assert_int_equal(interval.high, EXAMPLES[i].high);
        }
        assert_string_equal(figures_verdict_name(figures_judge(s, n, 95)),
                            EXAMPLES[i].at_95);
        assert_string_equal(figures_verdict_name(figures_judge(s, n, 98)),
                            EXAMPLES[i].at_98);
    }
}

// Phường Phù Liễn, Hải Phòng, first month of 2025: 467 ratings over 3.100
// visits, 463 Rất hài lòng, 3 Hài lòng, 1 other.
static void test_figures_phu_lien(void **state)
{
    (void)state;
    const struct figures_counts counts = {
        .levels = {0, 0, 1, 3, 463},
        .transactions = 3100,
    };
    struct figures_bounds bounds;
    int64_t rated = figures_rated(&counts);
    int64_t satisfied = figures_satisfied(&counts, &METHOD);
    assert_int_equal(rated, 467);
    assert_int_equal(satisfied, 466);
    assert_int_equal(figures_dissatisfied(&counts, &METHOD), 0);
    assert_int_equal(figures_percent(counts.levels[4], rated, 1), 991);
    assert_int_equal(figures_percent(counts.levels[3], rated, 1), 6);
    assert_int_equal(figures_percent(counts.levels[2], rated, 1), 2);
    assert_int_equal(figures_percent(satisfied, rated, 1), 998);
    assert_int_equal(figures_answers_needed(3100), 355);
    assert_int_equal(figures_percent(rated, 3100, 1), 151);
    // 466 / 3100 = 15.03 %; (466 + 2633) / 3100 = 99.97 %
    assert_true(figures_find_bounds(&counts, &METHOD, &bounds));
    assert_int_equal(bounds.low, 150);
    assert_int_equal(bounds.high, 1000);
}

static void test_figures_round_half_away_from_zero(void **state)
{
    (void)state;
    assert_int_equal(figures_percent(1, 16, 1), 63);  // 6.25 exactly
    assert_int_equal(figures_percent(1, 16, 2), 625); // not rounded at all
    assert_int_equal(figures_percent(1, 32, 2), 313); // 3.125
    assert_int_equal(figures_percent(3, 32, 2), 938); // 9.375
    assert_int_equal(figures_percent(1, 8, 0), 13);   // 12.5
    assert_int_equal(figures_percent(5, 8, 0), 63);   // 62.5
    assert_int_equal(figures_percent(1, 200, 0), 1);  // 0.5
    assert_int_equal(figures_percent(1, 201, 0), 0);  // 0.4975…
    assert_int_equal(figures_percent(1, 2000, 1), 1); // 0.05
    assert_int_equal(figures_percent(1999, 2000, 1), 1000); // 99.95
    assert_int_equal(figures_percent(2, 3, 1), 667);
    assert_int_equal(figures_percent(1, 3, 1), 333);
    assert_int_equal(figures_percent(0, 7, 1), 0);
    assert_int_equal(figures_percent(7, 7, 1), 1000);
    // 2.675 is less than that in binary; in integers it is a half.
    assert_int_equal(figures_percent(107, 4000, 2), 268);
}

// Published sheets of other methods with two decimals use the same rounding:
// 2348 of 2971 and 939 of 1038 dossiers in time.
static void test_figures_two_decimals(void **state)
{
    (void)state;
    assert_int_equal(figures_percent(144574, 184513, 2), 7835);
    assert_int_equal(figures_percent(2348, 2971, 2), 7903);
    assert_int_equal(figures_percent(939, 1038, 2), 9046);
    assert_int_equal(figures_percent(1660, 2079, 2), 7985);
}

static void test_figures_nothing_rated(void **state)
{
    (void)state;
    const struct figures_counts counts = {.declined = 3,
                                          .transactions = FIGURES_UNKNOWN};
    struct figures_bounds bounds;
    assert_int_equal(figures_rated(&counts), 0);
    assert_int_equal(figures_percent(0, 0, 1), FIGURES_UNKNOWN);
    assert_int_equal(figures_judge(0, 0, 95), FIGURES_NO_DATA);
    assert_null(figures_verdict_name(FIGURES_NO_DATA));
    assert_int_equal(figures_answers_needed(FIGURES_UNKNOWN), FIGURES_UNKNOWN);
    assert_false(figures_find_bounds(&counts, &METHOD, &bounds));
}

// Wilson's bounds for none and for all, where the formula is simple:
// z² / (n + z²) and n / (n + z²), with z² = 3.841459.
static void test_figures_interval_at_the_ends(void **state)
{
    (void)state;
    static const struct {
        int64_t satisfied, rated, low, high;
    } cases[] = {
        {0, 1, 0, 7935},         // 3.841459 / 4.841459 = 0.793451
        {1, 1, 2065, 10000},     // 1 / 4.841459 = 0.206549
        {0, 10, 0, 2775},        // 3.841459 / 13.841459 = 0.277533
        {10, 10, 7225, 10000},   // 0.722467
        {100, 100, 9630, 10000}, // 100 / 103.841459 = 0.963007
        {5, 10, 2366, 7634}, // ½ ± ½·√(z² / (n + z²)): 0.5 ± 0.263407
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct figures_interval interval =
            figures_wilson(cases[i].satisfied, cases[i].rated);
        assert_int_equal(interval.low, cases[i].low);
        assert_int_equal(interval.high, cases[i].high);
    }
}

// All satisfied: the lower bound n / (n + z²) reaches 95 % from n = 73 on
// (0.95·z² / 0.05 = 72.99) and 98 % from 189 on (188.23).
static void test_figures_when_a_target_is_met_surely(void **state)
{
    (void)state;
    assert_int_equal(figures_judge(72, 72, 95), FIGURES_MET);
    assert_int_equal(figures_judge(73, 73, 95), FIGURES_MET_SURELY);
    assert_int_equal(figures_judge(188, 188, 98), FIGURES_MET);
    assert_int_equal(figures_judge(189, 189, 98), FIGURES_MET_SURELY);
    assert_int_equal(figures_judge(1000000, 1000000, 100), FIGURES_MET);
}

// The counts decide, not the printed rate.
static void test_figures_verdict_on_the_counts(void **state)
{
    (void)state;
    assert_int_equal(figures_percent(949, 999, 1), 950);
    assert_int_equal(figures_judge(949, 999, 95), FIGURES_UNDECIDED);
    assert_int_equal(figures_judge(19, 20, 95), FIGURES_MET);
    assert_int_equal(figures_judge(0, 1, 95), FIGURES_NOT_MET);
    // 94 999 999 of 100 000 000 misses by one rating.
    assert_int_equal(figures_judge(94999999, 100000000, 95), FIGURES_UNDECIDED);
    assert_int_equal(figures_judge(95000000, 100000000, 95), FIGURES_MET);
}

static void test_figures_largest_counts(void **state)
{
    (void)state;
    // The half-width at a half is 0.98 / √n = 0.003 %.
    struct figures_interval interval =
        figures_wilson(FIGURES_COUNT_MAX / 2, FIGURES_COUNT_MAX);
    assert_int_equal(interval.low, 5000);
    assert_int_equal(interval.high, 5000);
    assert_int_equal(figures_judge(FIGURES_COUNT_MAX, FIGURES_COUNT_MAX, 98),
                     FIGURES_MET_SURELY);
    assert_int_equal(figures_judge(0, FIGURES_COUNT_MAX, 98), FIGURES_NOT_MET);
    assert_int_equal(figures_percent(FIGURES_COUNT_MAX, FIGURES_COUNT_MAX, 4),
                     1000000);
}

static void test_figures_answers_needed(void **state)
{
    (void)state;
    assert_int_equal(figures_answers_needed(0), 0);
    assert_int_equal(figures_answers_needed(1), 1);      // 0.9975
    assert_int_equal(figures_answers_needed(400), 200);  // exactly
    assert_int_equal(figures_answers_needed(401), 201);  // 200.25
    assert_int_equal(figures_answers_needed(1000), 286); // 285.71
    assert_int_equal(figures_answers_needed(1000000), 400);
}

static void test_figures_bounds_need_enough_transactions(void **state)
{
    (void)state;
    struct figures_counts counts = {.levels = {1, 0, 0, 1, 2},
                                    .transactions = 4};
    struct figures_bounds bounds;
    assert_true(figures_find_bounds(&counts, &METHOD, &bounds));
    assert_int_equal(bounds.low, 750);
    assert_int_equal(bounds.high, 750);
    counts.transactions = 3;
    assert_false(figures_find_bounds(&counts, &METHOD, &bounds));
}

// A set of three levels that counts only its best as satisfied.
static void test_figures_satisfied_levels_are_data(void **state)
{
    (void)state;
    const struct figures_method other = {.satisfied = {[4] = true},
                                         .dissatisfied = {[0] = true}};
    const struct figures_counts counts = {.levels = {1, 2, 4, 8, 16}};
    assert_int_equal(figures_satisfied(&counts, &METHOD), 24);
    assert_int_equal(figures_satisfied(&counts, &other), 16);
    assert_int_equal(figures_dissatisfied(&counts, &METHOD), 3);
    assert_int_equal(figures_dissatisfied(&counts, &other), 1);
}

static void test_figures_sound_counts(void **state)
{
    (void)state;
    const struct figures_counts good = {.levels = {0, 0, 0, 0, 7},
                                        .transactions = FIGURES_UNKNOWN};
    assert_true(figures_are_sound(&good));
    struct figures_counts bad = good;
    bad.levels[2] = -1;
    assert_false(figures_are_sound(&bad));
    bad = good;
    bad.levels[0] = bad.levels[1] = FIGURES_COUNT_MAX;
    assert_false(figures_are_sound(&bad));
    bad = good;
    bad.offered = -1;
    assert_false(figures_are_sound(&bad));
    bad = good;
    bad.transactions = FIGURES_COUNT_MAX + 1;
    assert_false(figures_are_sound(&bad));
}

// The plan is held against whole milliseconds and counts, not against what is
// printed: 15 minutes and a millisecond print 15,0 and are too long.
static void test_figures_against_the_plan(void **state)
{
    (void)state;
    static const struct figures_method method = {.waiting_best = 13,
                                                 .waiting_most = 15,
                                                 .timely_least = 98,
                                                 .timely_best = 100};
    static const struct figures_method silent = {.decimals = 1};
    static const struct {
        int64_t known, ms;
        enum figures_goal goal;
    } waits[] = {
        {0, 0, FIGURES_GOAL_NONE},
        {2, 2 * 13 * 60000, FIGURES_GOAL_BEST},
        {2, 2 * 13 * 60000 + 1, FIGURES_GOAL_MET},
        {7, 7 * 15 * 60000, FIGURES_GOAL_MET},
        {7, 7 * 15 * 60000 + 1, FIGURES_GOAL_MISSED},
    };
    static const struct {
        int64_t before, on_time, late;
        enum figures_goal goal;
    } timely[] = {
        {0, 0, 0, FIGURES_GOAL_NONE},
        {1, 2, 0, FIGURES_GOAL_BEST},
        {0, 98, 2, FIGURES_GOAL_MET},
        // 97,96 % prints 98,0
        {48, 0, 1, FIGURES_GOAL_MISSED},
        {0, 0, 3, FIGURES_GOAL_MISSED},
    };
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        struct figures_waits w = {.known = waits[i].known, .ms = waits[i].ms};
        assert_int_equal(figures_judge_waits(&w, &method), waits[i].goal);
        assert_int_equal(figures_judge_waits(&w, &silent), FIGURES_GOAL_NONE);
    }
    for (size_t i = 0; i < sizeof timely / sizeof timely[0]; i++) {
        struct figures_service s = {.before = timely[i].before,
                                    .on_time = timely[i].on_time,
                                    .late = timely[i].late};
        assert_int_equal(figures_judge_timely(&s, &method), timely[i].goal);
        assert_int_equal(figures_judge_timely(&s, &silent), FIGURES_GOAL_NONE);
    }
    struct figures_waits none = {0}, three = {.known = 3, .ms = 2369999};
    assert_int_equal(figures_mean_wait(&none), FIGURES_UNKNOWN);
    // 13,1666… minutes
    assert_int_equal(figures_mean_wait(&three), 132);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_published_examples),
        cmocka_unit_test(test_figures_phu_lien),
        cmocka_unit_test(test_figures_round_half_away_from_zero),
        cmocka_unit_test(test_figures_two_decimals),
        cmocka_unit_test(test_figures_nothing_rated),
        cmocka_unit_test(test_figures_interval_at_the_ends),
        cmocka_unit_test(test_figures_when_a_target_is_met_surely),
        cmocka_unit_test(test_figures_verdict_on_the_counts),
        cmocka_unit_test(test_figures_largest_counts),
        cmocka_unit_test(test_figures_answers_needed),
        cmocka_unit_test(test_figures_bounds_need_enough_transactions),
        cmocka_unit_test(test_figures_against_the_plan),
        cmocka_unit_test(test_figures_satisfied_levels_are_data),
        cmocka_unit_test(test_figures_sound_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

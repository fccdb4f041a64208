// What may be told beyond the office: steps of five, worked out by hand, and an
// attacker who keeps everything that was ever told.
#include "common/date.h"
#include "office/publish.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

static int32_t day(const char *iso)
{
    int32_t day;
    assert_true(date_parse_iso(iso, &day));
    return day;
}

static void test_official_months(void **state)
{
    int32_t november = 2026 * 12 + 10;
    (void)state;
    assert_int_equal(publish_month_of(day("2026-10-14")), november - 1);
    assert_int_equal(publish_month_of(day("2026-10-15")), november);
    assert_int_equal(publish_month_of(day("2026-11-14")), november);
    assert_int_equal(publish_month_of(day("2026-11-15")), november + 1);
    assert_int_equal(publish_month_of(day("2025-12-15")), 2026 * 12);
    assert_int_equal(publish_first_day(november), day("2026-10-15"));
    assert_int_equal(publish_last_day(november), day("2026-11-14"));
}

// One field with this many ratings of 5 a day.
static struct publish_group field_of(const int *a_day, int days)
{
    struct publish_group group = {.key = "chung-thuc"};
    for (int i = 0; i < days; i++)
        group.days[i].levels[4] = a_day[i];
    return group;
}

static int64_t plan_one(struct publish_group *group, int days, bool is_over)
{
    struct publish_month month = {group, 1, days, is_over, true};
    publish_plan(&month);
    return group->way == PUBLISH_OWN ? publish_rated(&group->step) : 0;
}

static void test_the_newest_five_stay_while_the_month_runs(void **state)
{
    // Day 4 and 3 hold 2 + 3: they stay. Days 1 and 2 hold 6: they go.
    struct publish_group group = field_of((int[]){4, 2, 3, 2}, 4);
    (void)state;
    assert_int_equal(plan_one(&group, 4, false), 6);
    assert_int_equal(group.step_days, 2);
    // Of nine there are never five on both sides.
    group = field_of((int[]){3, 2, 2, 2}, 4);
    assert_int_equal(plan_one(&group, 4, false), 0);
    // One busy day is not divided.
    group = field_of((int[]){0, 40}, 2);
    assert_int_equal(plan_one(&group, 2, false), 0);
    // With the month over all goes.
    group = field_of((int[]){4, 2, 3, 2}, 4);
    assert_int_equal(plan_one(&group, 4, true), 11);
    group = field_of((int[]){2, 2}, 2);
    assert_int_equal(plan_one(&group, 2, true), 0);
}

static void test_what_was_told_is_not_told_again(void **state)
{
    struct publish_group group = field_of((int[]){4, 2, 3, 2}, 4);
    (void)state;
    group.told.levels[4] = 6;
    group.told_days = 2;
    assert_int_equal(plan_one(&group, 4, true), 5);
    // Four late ones for the first day wait; the fifth takes them along.
    group = field_of((int[]){10, 0, 0}, 3);
    group.told.levels[4] = 6;
    group.told_days = 1;
    assert_int_equal(plan_one(&group, 3, true), 0);
    group.days[0].levels[0]++;
    assert_int_equal(plan_one(&group, 3, true), 5);
    assert_int_equal(group.step.levels[0], 1);
    assert_int_equal(group.step.levels[4], 4);
    // While the month runs, twenty late ones for a day that was told: there is
    // no cut that takes all of them and leaves five newer ones.
    group = field_of((int[]){30, 0, 10}, 3);
    group.told.levels[4] = 20;
    group.told_days = 3;
    assert_int_equal(plan_one(&group, 3, false), 0);
}

static void test_a_level_never_falls(void **state)
{
    struct publish_group group = field_of((int[]){20}, 1);
    (void)state;
    // One of level 2 was told, and counts no more.
    group.told.levels[1] = 1;
    group.told.levels[4] = 8;
    group.told_days = 1;
    assert_int_equal(plan_one(&group, 1, true), 0);
    group.days[0].levels[1] = 1; // another one came for it
    assert_int_equal(plan_one(&group, 1, true), 12);
    assert_int_equal(group.step.levels[1], 0);
}

static void test_small_fields_go_together_when_the_month_is_over(void **state)
{
    struct publish_group groups[3] = {
        {.key = "dat-dai"}, {.key = "ho-tich"}, {.key = "y-te"}};
    struct publish_month month = {groups, 3, 1, false, true};
    (void)state;
    groups[0].days[0].levels[4] = 3;
    groups[1].days[0].levels[3] = 2;
    groups[2].days[0].levels[4] = 7;
    publish_plan(&month);
    assert_int_equal(groups[0].way, PUBLISH_NOTHING);
    month.is_over = true;
    publish_plan(&month);
    assert_int_equal(groups[0].way, PUBLISH_MIXED);
    assert_int_equal(groups[1].way, PUBLISH_MIXED);
    assert_int_equal(groups[2].way, PUBLISH_OWN);
    // Of officers nothing is mixed, and four together are too few.
    month.mixes = false;
    publish_plan(&month);
    assert_int_equal(groups[0].way, PUBLISH_NOTHING);
    month.mixes = true;
    groups[1].days[0].levels[3] = 1;
    publish_plan(&month);
    assert_int_equal(groups[0].way, PUBLISH_NOTHING);
}

static void test_the_flow_grows_by_five(void **state)
{
    struct publish_flow counted = {104, 3, 9, 540000, 6},
                        told = {.transactions = 100}, step;
    (void)state;
    // 4 transactions and 3 silent visits wait; nine waits may go.
    assert_true(publish_flow_step(&counted, &told, &step));
    assert_int_equal(step.transactions, 0);
    assert_int_equal(step.silent, 0);
    assert_int_equal(step.waits, 9);
    assert_int_equal(step.wait_ms, 540000);
    told = (struct publish_flow){100, 0, 5, 600000, 2};
    counted.transactions = 105;
    assert_true(publish_flow_step(&counted, &told, &step));
    assert_int_equal(step.transactions, 5);
    assert_int_equal(step.waits, 0); // four more
    counted.transactions = 100;
    assert_false(publish_flow_step(&counted, &told, &step));
}

// --- The attacker -----------------------------------------------------------
//
// Three months of ratings, many of which arrive late, in six fields of very
// different size. Each day all that may be told is told, and the attacker notes
// every figure there is: of each month, of all of them together, of each field
// and of the whole. A figure counts a set of ratings. Two ratings that are in
// the same figures, always, cannot be told apart by any sum or difference of
// them, and with none of the levels that go with the counts. So the ratings
// fall into classes, by the figures that they are in; none may be smaller than
// five.

enum {
    FIELDS = 6,
    MONTHS = 3,
    DAYS = 110, // the last ones bring what is late
    RATINGS_MAX = 4000
};

struct rating {
    int month, day, field, level;
    int arrives;
    int step;           // that told it; -1: none; below: of several fields
    uint64_t signature; // of the figures that it was in; 0: none
};

struct attack {
    struct rating ratings[RATINGS_MAX];
    int count;
    int32_t first_month, first_day;
    struct publish_sums told[MONTHS][FIELDS];
    int told_days[MONTHS][FIELDS];
    struct publish_sums mixed[MONTHS];
    int steps;
    uint64_t figures;
};

static uint64_t mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    return x * UINT64_C(0xc4ceb9fe1a85ec53);
}

static void make_history(struct attack *attack, unsigned seed)
{
    static const int weights[FIELDS] = {60, 20, 10, 6, 3, 1};
    memset(attack, 0, sizeof *attack);
    srand(seed);
    attack->first_month = publish_month_of(day("2026-07-20"));
    attack->first_day = publish_first_day(attack->first_month);
    attack->count = 60 + rand() % (seed % 2 ? 300 : RATINGS_MAX - 60);
    for (int i = 0; i < attack->count; i++) {
        struct rating *rating = &attack->ratings[i];
        int draw = rand() % 100;
        while (draw >= weights[rating->field])
            draw -= weights[rating->field++];
        int32_t at = attack->first_day + rand() % 92;
        rating->month = publish_month_of(at) - attack->first_month;
        rating->day = at - publish_first_day(publish_month_of(at));
        rating->level = rand() % 10 ? 4 : rand() % 5;
        rating->arrives = at - attack->first_day +
                          (rand() % 4 ? 0 : rand() % (rand() % 3 ? 5 : 40));
        rating->step = -1;
    }
}

static void count_arrived(struct attack *attack, int month, int today,
                          struct publish_group groups[FIELDS])
{
    for (int field = 0; field < FIELDS; field++) {
        groups[field] = (struct publish_group){
            .told = attack->told[month][field],
            .told_days = attack->told_days[month][field]};
        snprintf(groups[field].key, sizeof groups[field].key, "%d", field);
    }
    for (int i = 0; i < attack->count; i++) {
        const struct rating *rating = &attack->ratings[i];
        if (rating->month == month && rating->arrives <= today)
            groups[rating->field].days[rating->day].levels[rating->level]++;
    }
}

// The ratings of the step, which must be exactly those that its sums tell.
static void take_step(struct attack *attack, int month, int today, int field,
                      const struct publish_group *group, int step)
{
    struct publish_sums found = {0};
    for (int i = 0; i < attack->count; i++) {
        struct rating *rating = &attack->ratings[i];
        if (rating->month == month && rating->field == field &&
            rating->arrives <= today && rating->step == -1 &&
            rating->day < group->step_days) {
            rating->step = step;
            found.levels[rating->level]++;
        }
    }
    assert_memory_equal(found.levels, group->step.levels, sizeof found.levels);
    publish_add(&attack->told[month][field], &group->step, 1);
    attack->told_days[month][field] = group->step_days;
}

static void tell_month(struct attack *attack, int month, int today)
{
    struct publish_group groups[FIELDS];
    int32_t number = attack->first_month + month;
    int32_t newest = attack->first_day + today - PUBLISH_AGE_DAYS;
    int32_t last = publish_last_day(number), first = publish_first_day(number);
    struct publish_month plan = {groups, FIELDS, 0, newest >= last, true};
    if (newest < first)
        return;
    plan.days = (plan.is_over ? last : newest) - first + 1;
    count_arrived(attack, month, today, groups);
    publish_plan(&plan);
    int mixed = -1;
    for (int field = 0; field < FIELDS; field++) {
        if (groups[field].way == PUBLISH_MIXED && mixed < 0)
            mixed = attack->steps++;
        if (groups[field].way == PUBLISH_NOTHING)
            continue;
        bool is_own = groups[field].way == PUBLISH_OWN;
        take_step(attack, month, today, field, &groups[field],
                  is_own ? attack->steps++ : -2 - mixed);
        if (!is_own)
            publish_add(&attack->mixed[month], &groups[field].step, 1);
    }
}

// Steps of several fields are told in the whole alone.
static bool is_in(const struct rating *rating, int month, int field)
{
    return rating->step != -1 && (month < 0 || rating->month == month) &&
           (field < 0 || (rating->field == field && rating->step >= 0));
}

static void note_figure(struct attack *attack, int month, int field)
{
    uint64_t name = mix(++attack->figures);
    for (int i = 0; i < attack->count; i++) {
        struct rating *rating = &attack->ratings[i];
        if (is_in(rating, month, field))
            rating->signature = mix(rating->signature ^ name);
    }
}

static void note_figures(struct attack *attack)
{
    for (int month = -1; month < MONTHS; month++) {
        for (int field = -1; field < FIELDS; field++)
            note_figure(attack, month, field);
    }
}

static int by_signature(const void *a, const void *b)
{
    uint64_t one = ((const struct rating *)a)->signature;
    uint64_t other = ((const struct rating *)b)->signature;
    return one < other ? -1 : one > other;
}

static int smallest_class(struct attack *attack)
{
    int smallest = RATINGS_MAX, size = 0;
    qsort(attack->ratings, (size_t)attack->count, sizeof *attack->ratings,
          by_signature);
    for (int i = 0; i < attack->count; i++) {
        uint64_t signature = attack->ratings[i].signature;
        size++;
        if (i + 1 == attack->count ||
            attack->ratings[i + 1].signature != signature) {
            if (signature != 0 && size < smallest)
                smallest = size;
            size = 0;
        }
    }
    return smallest;
}

// A field with five ratings in a month that is over has told all of them, but
// for fewer than five that came late; of all fields fewer than five are left.
static void check_nothing_is_kept_back(const struct attack *attack)
{
    for (int month = 0; month < MONTHS; month++) {
        int open = 0;
        for (int i = 0; i < attack->count; i++)
            open += attack->ratings[i].month == month &&
                    attack->ratings[i].arrives < DAYS &&
                    attack->ratings[i].step == -1;
        assert_in_range(open, 0, PUBLISH_LEAST - 1);
    }
}

static void test_no_rating_can_be_singled_out(void **state)
{
    static struct attack attack;
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++) {
        make_history(&attack, seed);
        for (int today = 0; today < DAYS; today++) {
            for (int month = 0; month < MONTHS; month++)
                tell_month(&attack, month, today);
            note_figures(&attack);
        }
        check_nothing_is_kept_back(&attack);
        if (smallest_class(&attack) < PUBLISH_LEAST)
            fail_msg("history %u: a group of %d can be singled out", seed,
                     smallest_class(&attack));
    }
}

// Visits also stop counting, when an earlier one of their transaction comes in
// late. Every step is then still five or more, and no level ever falls.
static void test_figures_only_grow(void **state)
{
    (void)state;
    srand(7);
    for (int history = 0; history < 300; history++) {
        struct publish_group group = {.key = "ho-tich"};
        int days = 0;
        for (int today = 1; today <= 50; today++) {
            bool is_over = today > 30;
            days = is_over ? 30 : today;
            for (int i = rand() % 4; i > 0; i--)
                group.days[rand() % days].levels[rand() % 5]++;
            int64_t *lost = &group.days[rand() % days].levels[rand() % 5];
            *lost -= *lost > 0 && rand() % 3 == 0;
            struct publish_month month = {&group, 1, days, is_over, true};
            publish_plan(&month);
            if (group.way == PUBLISH_NOTHING)
                continue;
            for (int level = 0; level < 5; level++)
                assert_true(group.step.levels[level] >= 0);
            assert_true(publish_rated(&group.step) >= PUBLISH_LEAST);
            publish_add(&group.told, &group.step, 1);
            group.told_days = group.step_days;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_official_months),
        cmocka_unit_test(test_the_newest_five_stay_while_the_month_runs),
        cmocka_unit_test(test_what_was_told_is_not_told_again),
        cmocka_unit_test(test_a_level_never_falls),
        cmocka_unit_test(test_small_fields_go_together_when_the_month_is_over),
        cmocka_unit_test(test_the_flow_grows_by_five),
        cmocka_unit_test(test_no_rating_can_be_singled_out),
        cmocka_unit_test(test_figures_only_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

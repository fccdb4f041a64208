// Indices of questionnaires, points of assessments, and the forecast: figures
// worked out by hand, and published ones.
#include "report/assessment.h"
#include "report/indices.h"
#include "report/questionnaire.h"
#include "support/check.h"
#include <stdio.h>
#include <stdlib.h>

static void must_be(struct indices found, int64_t a, int64_t b)
{
    assert_int_equal(found.a, a);
    assert_int_equal(found.b, b);
}

// Answers 3, 4 and 5: two of three are good; the mean is 4 of 5.
static const struct indices_item THREE = {{7, 0, 0, 1, 1, 1}};
static const struct indices_item ALL_GOOD = {{0, 0, 0, 0, 0, 2}};
static const struct indices_item NONE = {{9, 0, 0, 0, 0, 0}};

static void test_item(void **state)
{
    (void)state;
    must_be(indices_of_item(&THREE), 6667, 8000);
    must_be(indices_of_item(&ALL_GOOD), 10000, 10000);
    must_be(indices_of_item(&NONE), FIGURES_UNKNOWN, FIGURES_UNKNOWN);
    // 1 of 32 is 3,125 %: the half goes away from zero.
    const struct indices_item half = {{0, 31, 0, 0, 1, 0}};
    assert_int_equal(indices_of_item(&half).a, 313);
    // As many as a nation answers.
    const struct indices_item many = {{0, 0, 0, 1, 499999999, 500000000}};
    assert_int_equal(indices_of_item(&many).a, 10000);
}

// The mean of 2/3 and 1 is 83,33 %; that of the rounded ones would be 83,34.
// An item that nobody answered is left out.
static void test_factor_is_of_unrounded_items(void **state)
{
    (void)state;
    const struct indices_item items[] = {THREE, ALL_GOOD, NONE};
    must_be(indices_of_factor(&(struct indices_factor){items, 3}), 8333, 9000);
    must_be(indices_of_factor(&(struct indices_factor){items + 2, 1}),
            FIGURES_UNKNOWN, FIGURES_UNKNOWN);
}

// 1/7 and 6/7 and thirty times 0 over 32 items: exactly 1/32, although neither
// seventh can be written down.
static void test_factor_on_a_half(void **state)
{
    (void)state;
    struct indices_item items[32];
    for (int i = 0; i < 32; i++)
        items[i] = (struct indices_item){{0, 1, 0, 0, 0, 0}};
    items[0] = (struct indices_item){{0, 6, 0, 0, 1, 0}};
    items[1] = (struct indices_item){{0, 1, 0, 0, 0, 6}};
    assert_int_equal(indices_of_factor(&(struct indices_factor){items, 32}).a,
                     313);
}

// (5/6 + 1/3) ÷ 2 is 7/12.
static void test_overall(void **state)
{
    (void)state;
    const struct indices_item first[] = {THREE, ALL_GOOD};
    const struct indices_item second[] = {{{0, 2, 0, 0, 1, 0}}};
    const struct indices_factor factors[] = {{first, 2}, {second, 1}};
    // B: 0,9 and (2 × 1 + 4) ÷ 15 = 0,4
    must_be(indices_overall(factors, 2), 5833, 6500);
    const struct indices_factor lacking[] = {{first, 2}, {&NONE, 1}};
    must_be(indices_overall(lacking, 2), FIGURES_UNKNOWN, FIGURES_UNKNOWN);
}

static void test_questionnaires_can_be_read(void **state)
{
    (void)state;
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 0);
    for (size_t i = 0; QUESTIONNAIRES[i]; i++) {
        struct questionnaire set;
        struct buf message = {0};
        if (!questionnaire_load(QUESTIONNAIRES[i], &set, &message))
            fail_msg("%s", buf_text(&message));
        assert_string_equal(set.id, QUESTIONNAIRES[i]);
        questionnaire_free(&set);
        buf_free(&message);
    }
}

// The factors are those of the questions 15–18, 19–22, 23–27, 28–30 and 31–33.
static void test_sipas_has_its_five_factors(void **state)
{
    static const size_t COUNTS[] = {4, 4, 5, 3, 3};
    struct questionnaire set;
    struct buf message = {0};
    int number = 15;
    (void)state;
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 0);
    assert_true(questionnaire_load("sipas", &set, &message));
    assert_int_equal(set.factor_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(set.factors[i].count, COUNTS[i]);
    for (size_t i = 0; i < set.item_count; i++)
        assert_int_equal(atoi(set.items[i].question), number++);
    assert_int_equal(number, 34);
    assert_null(questionnaire_find(&set, "34"));
    questionnaire_free(&set);
}

static void test_points_of_an_index(void **state)
{
    (void)state;
    // 5 points of 4 dossiers are 1,25: 1,3.
    assert_int_equal(assessment_index(&(struct assessment_points){2, 1, 1}),
                     13);
    assert_int_equal(assessment_index(&(struct assessment_points){7, 0, 0}),
                     20);
    assert_int_equal(assessment_index(&(struct assessment_points){0, 0, 3}), 0);
    assert_int_equal(assessment_index(&(struct assessment_points){0, 0, 0}),
                     FIGURES_UNKNOWN);
}

// Nine times 5/3 are 15 points; of the rounded ones, 1,7 each, 15,3.
static void test_total_is_of_rounded_indices(void **state)
{
    (void)state;
    int64_t indices[ASSESSMENT_INDICES];
    for (int i = 0; i < ASSESSMENT_INDICES; i++)
        indices[i] = assessment_index(&(struct assessment_points){2, 1, 0});
    assert_int_equal(assessment_total(indices, ASSESSMENT_INDICES), 153);
    indices[4] = FIGURES_UNKNOWN;
    assert_int_equal(assessment_total(indices, ASSESSMENT_INDICES),
                     FIGURES_UNKNOWN);
}

static void test_a_bound_belongs_to_the_better_class(void **state)
{
    static const struct {
        int64_t total;
        const char *name;
    } CASES[] = {{180, "xuat-sac"},  {150, "xuat-sac"},  {149, "tot"},
                 {120, "tot"},       {119, "kha"},       {90, "kha"},
                 {89, "trung-binh"}, {60, "trung-binh"}, {59, "yeu"},
                 {0, "yeu"}};
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++)
        assert_string_equal(
            assessment_class_name(assessment_class(CASES[i].total)),
            CASES[i].name);
}

// What the national portal published for August 2026.
static void test_forecast_gives_the_published_rows(void **state)
{
    static const struct {
        struct forecast_counts counts;
        int64_t rate, items[3], total;
    } ROWS[] = {
        // tỉnh Phú Thọ
        {{184513, 144574, 247, 182, 137}, 7835, {522, 442, 333}, 1297},
        // phường Việt Trì
        {{2971, 2348, 3, 3, 3}, 7903, {527, 600, 600}, 1727},
        // xã Xuân Lũng
        {{1038, 939, 0, 0, 0}, 9046, {600, 600, 600}, 1800},
        // xã Lâm Thao
        {{2079, 1660, 2, 2, 0}, 7985, {532, 600, 0}, 1132},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
        struct forecast found = forecast_of(&ROWS[i].counts);
        assert_int_equal(found.rate, ROWS[i].rate);
        for (int k = 0; k < 3; k++)
            assert_int_equal(found.items[k], ROWS[i].items[k]);
        assert_int_equal(found.total, ROWS[i].total);
    }
    struct forecast nothing = forecast_of(&(struct forecast_counts){0});
    assert_int_equal(nothing.items[0], 0);
    assert_int_equal(nothing.total, 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_item),
        cmocka_unit_test(test_factor_is_of_unrounded_items),
        cmocka_unit_test(test_factor_on_a_half),
        cmocka_unit_test(test_overall),
        cmocka_unit_test(test_questionnaires_can_be_read),
        cmocka_unit_test(test_sipas_has_its_five_factors),
        cmocka_unit_test(test_points_of_an_index),
        cmocka_unit_test(test_total_is_of_rounded_indices),
        cmocka_unit_test(test_a_bound_belongs_to_the_better_class),
        cmocka_unit_test(test_forecast_gives_the_published_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

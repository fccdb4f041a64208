// Officers beside their peers. The chances are worked out by hand from the
// hypergeometric distribution.
#include "integrity/outlier.h"
#include "support/check.h"
#include <math.h>

static void expect_chance(const struct outlier_field *fields, size_t count,
                          double chance)
{
    double got = outlier_chance(fields, count);
    if (fabs(got - chance) > 1e-9 + chance * 1e-6)
        fail_msg("%.12f instead of %.12f", got, chance);
}

// Three of three against none of three: 1 in C(6,3) = 20, and as unlikely the
// other way: 2 of 20.
static void test_one_field(void **state)
{
    (void)state;
    expect_chance((const struct outlier_field[]){{3, 3, 3, 0}}, 1, 0.1);
    // Two of three against one of three: nothing is likelier than these.
    expect_chance((const struct outlier_field[]){{3, 2, 3, 1}}, 1, 1);
    // Ten of ten against five of ten: 2 × C(15,10) ÷ C(20,10) = 6006 ÷ 184756.
    expect_chance((const struct outlier_field[]){{10, 10, 10, 5}}, 1,
                  6006.0 / 184756);
}

// Two fields with 3 of 3 against 0 of 3: one of 400 each way.
static void test_fields_are_put_together(void **state)
{
    (void)state;
    expect_chance((const struct outlier_field[]){{3, 3, 3, 0}, {3, 3, 3, 0}}, 2,
                  2.0 / 400);
}

// All together the officer has 10 of 20 and the peers 30 of 40; but by field
// both are alike: 0 of 10 where nobody is pleased, 10 of 10 where all are.
static void test_a_hard_field_is_no_fault(void **state)
{
    static const struct outlier_field fields[] = {{10, 0, 10, 0},
                                                  {10, 10, 30, 30}};
    int64_t tenths = 77;
    (void)state;
    expect_chance(fields, 2, 1);
    assert_true(outlier_distance(fields, 2, &tenths));
    assert_int_equal(tenths, 0);
}

static void test_without_peers_nothing_can_be_said(void **state)
{
    int64_t tenths;
    (void)state;
    expect_chance((const struct outlier_field[]){{500, 500, 0, 0}}, 1, 1);
    expect_chance(NULL, 0, 1);
    assert_false(outlier_distance((const struct outlier_field[]){{9, 9, 0, 0}},
                                  1, &tenths));
}

// 300 of 300 beside 1,800 of 2,000: ten points, and beyond any chance.
static void test_a_perfect_officer(void **state)
{
    static const struct outlier_field field = {300, 300, 2000, 1800};
    int64_t tenths;
    (void)state;
    assert_true(outlier_distance(&field, 1, &tenths));
    assert_int_equal(tenths, 100);
    double chance = outlier_chance(&field, 1);
    assert_true(chance >= 0 && chance < 1e-9);
}

static void test_many_ratings_are_no_trouble(void **state)
{
    static const struct outlier_field fields[] = {{9000, 8730, 500000, 485000},
                                                  {9000, 8500, 500000, 472000}};
    (void)state;
    double chance = outlier_chance(fields, 2);
    assert_true(chance > 0.01 && chance <= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_field),
        cmocka_unit_test(test_fields_are_put_together),
        cmocka_unit_test(test_a_hard_field_is_no_fault),
        cmocka_unit_test(test_without_peers_nothing_can_be_said),
        cmocka_unit_test(test_a_perfect_officer),
        cmocka_unit_test(test_many_ratings_are_no_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

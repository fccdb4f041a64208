// The bounds of one device and of all bodies. Pure but for the atomics.
#include "server/limits.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SECOND = 1000000 };

static void test_a_burst_then_a_rate(void **state)
{
    struct limits *limits = limits_open(2, 5);
    int64_t now = 7 * SECOND;
    (void)state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(limits_take(limits, "a", now), 0);
    }
    assert_int_equal(limits_take(limits, "a", now), 1);
    // Half a second earns one at two a second.
    now += SECOND / 2;
    assert_int_equal(limits_take(limits, "a", now), 0);
    assert_int_equal(limits_take(limits, "a", now), 1);
    // A long rest fills the bucket and no more.
    now += 3600LL * SECOND;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(limits_take(limits, "a", now), 0);
    }
    assert_int_equal(limits_take(limits, "a", now), 1);
    limits_close(limits);
}

static void test_the_wait_is_told_in_whole_seconds(void **state)
{
    // One a second at first; asked again after 0.3 s, 0.7 s are missing.
    struct limits *limits = limits_open(1, 1);
    (void)state;
    assert_int_equal(limits_take(limits, "a", 0), 0);
    assert_int_equal(limits_take(limits, "a", 300000), 1);
    assert_int_equal(limits_take(limits, "a", 999999), 1);
    assert_int_equal(limits_take(limits, "a", SECOND), 0);
    limits_close(limits);
}

static void test_devices_do_not_share(void **state)
{
    enum { DEVICES = 1000 };
    struct limits *limits = limits_open(1, 1);
    char device[40];
    (void)state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < DEVICES; i++) {
            snprintf(device, sizeof device, "device-%d", i);
            assert_int_equal(limits_take(limits, device, 0), round);
        }
    }
    limits_close(limits);
}

static void test_rate_zero_is_no_limit(void **state)
{
    struct limits *limits = limits_open(0, 1);
    (void)state;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(limits_take(limits, "a", 0), 0);
    }
    limits_close(limits);
}

static void test_time_that_goes_back_gives_nothing(void **state)
{
    struct limits *limits = limits_open(1, 2);
    (void)state;
    assert_int_equal(limits_take(limits, "a", 10 * SECOND), 0);
    assert_int_equal(limits_take(limits, "a", 9 * SECOND), 0);
    assert_int_equal(limits_take(limits, "a", 10 * SECOND), 1);
    limits_close(limits);
}

static void test_the_budget_is_never_exceeded(void **state)
{
    struct budget budget = {.limit = 100};
    (void)state;
    assert_true(budget_take(&budget, 60));
    assert_false(budget_take(&budget, 41));
    assert_true(budget_take(&budget, 40));
    assert_false(budget_take(&budget, 1));
    assert_true(budget_take(&budget, 0));
    assert_false(budget_take(&budget, SIZE_MAX));
    budget_give(&budget, 60);
    assert_true(budget_take(&budget, 60));
    budget_give(&budget, 100);
    assert_int_equal(atomic_load(&budget.used), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_then_a_rate),
        cmocka_unit_test(test_the_wait_is_told_in_whole_seconds),
        cmocka_unit_test(test_devices_do_not_share),
        cmocka_unit_test(test_rate_zero_is_no_limit),
        cmocka_unit_test(test_time_that_goes_back_gives_nothing),
        cmocka_unit_test(test_the_budget_is_never_exceeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

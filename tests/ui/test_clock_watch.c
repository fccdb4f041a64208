// When a wall clock was set, and when it only drifts. Seconds since boot.
#include "ui/clock_watch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t right = 1795400000000;

static void expect_quiet(struct clock_watch *watch, int64_t wall_ms, int64_t up)
{
    int64_t step = 77;
    assert_false(clock_watch_look(watch, wall_ms, up * 1000, &step));
    assert_int_equal(step, 77);
}

static void expect_step(struct clock_watch *watch, int64_t wall_ms, int64_t up,
                        int64_t step)
{
    int64_t got = 0;
    assert_true(clock_watch_look(watch, wall_ms, up * 1000, &got));
    assert_int_equal(got, step);
}

static void test_a_clock_that_goes_right(void **state)
{
    struct clock_watch watch = {0};
    (void)state;
    expect_quiet(&watch, right, 100);
    expect_quiet(&watch, right + 1000, 101);
    expect_quiet(&watch, right + 8 * 3600 * 1000, 100 + 8 * 3600);
}

// 500 millionths are the most that the kernel steers: 14 s in 8 hours.
static void test_a_clock_that_is_steered(void **state)
{
    struct clock_watch watch = {0};
    (void)state;
    expect_quiet(&watch, right, 100);
    expect_quiet(&watch, right + 8 * 3600 * 1000 + 14400, 100 + 8 * 3600);
    for (int i = 1; i < 100; i++)
        expect_quiet(&watch, right + 8 * 3600 * 1000 + 14400 - i * 900,
                     100 + 8 * 3600);
}

static void test_a_step_forward_and_back(void **state)
{
    struct clock_watch watch = {0};
    (void)state;
    expect_quiet(&watch, 60000, 60);
    expect_step(&watch, right, 61, right - 61000);
    expect_quiet(&watch, right + 1000, 62);
    expect_step(&watch, 5000, 200, 5000 - (right + 139000));
    expect_quiet(&watch, 5500, 200);
}

static void test_small_steps_are_told_too(void **state)
{
    struct clock_watch watch = {0};
    (void)state;
    expect_quiet(&watch, right, 100);
    expect_quiet(&watch, right + 1999, 101);
    expect_step(&watch, right + 4000 + 2, 102, 1003);
}

// Once a minute, with all that came together.
static void test_a_clock_that_never_stands_still(void **state)
{
    struct clock_watch watch = {0};
    (void)state;
    expect_quiet(&watch, right, 100);
    expect_step(&watch, right + 6000, 101, 5000);
    expect_quiet(&watch, right + 12000, 102);
    expect_quiet(&watch, right + 18000, 103);
    expect_quiet(&watch, right + 18000 + 57999, 160);
    expect_step(&watch, right + 18000 + 58000, 161, 10000);
    // Back where it was within the minute: nothing to tell.
    expect_quiet(&watch, right, 162);
    expect_quiet(&watch, right + 18000 + 61000, 164);
    expect_quiet(&watch, right + 18000 + 261000, 364);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_clock_that_goes_right),
        cmocka_unit_test(test_a_clock_that_is_steered),
        cmocka_unit_test(test_a_step_forward_and_back),
        cmocka_unit_test(test_small_steps_are_told_too),
        cmocka_unit_test(test_a_clock_that_never_stands_still),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Explore by touch: what is read, and what acts.
#include "ui/listen.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_first_touch_reads_second_acts(void **state)
{
    (void)state;
    struct listen listen = {0};
    assert_int_equal(listen_tap(&listen, "level.5", 1000), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "level.5", 3000), LISTEN_ACT);
}

static void test_eight_seconds_are_allowed_and_no_more(void **state)
{
    (void)state;
    struct listen listen = {0};
    assert_int_equal(listen_tap(&listen, "level.1", 500), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "level.1", 8500), LISTEN_ACT);

    assert_int_equal(listen_tap(&listen, "level.1", 10000), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "level.1", 18001), LISTEN_SPEAK);
    // It was read again, and that counts from now.
    assert_int_equal(listen_tap(&listen, "level.1", 26001), LISTEN_ACT);
}

static void test_another_target_is_read_and_the_first_forgotten(void **state)
{
    (void)state;
    struct listen listen = {0};
    assert_int_equal(listen_tap(&listen, "level.5", 0), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "level.1", 1000), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "level.5", 2000), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "level.5", 3000), LISTEN_ACT);
}

static void test_like_ids_are_different_targets(void **state)
{
    (void)state;
    struct listen listen = {0};
    assert_int_equal(listen_tap(&listen, "reason.low.1", 0), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "reason.low.10", 1), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "reason.low.1", 2), LISTEN_SPEAK);
}

static void test_after_an_action_the_target_is_read_again(void **state)
{
    (void)state;
    struct listen listen = {0};
    listen_tap(&listen, "reason.low.1", 0);
    assert_int_equal(listen_tap(&listen, "reason.low.1", 100), LISTEN_ACT);
    assert_int_equal(listen_tap(&listen, "reason.low.1", 200), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, "reason.low.1", 300), LISTEN_ACT);
}

static void test_touch_beside_changes_nothing(void **state)
{
    (void)state;
    struct listen listen = {0};
    assert_int_equal(listen_tap(&listen, NULL, 0), LISTEN_NOTHING);
    assert_int_equal(listen_tap(&listen, "level.3", 100), LISTEN_SPEAK);
    assert_int_equal(listen_tap(&listen, NULL, 200), LISTEN_NOTHING);
    assert_int_equal(listen_tap(&listen, "level.3", 300), LISTEN_ACT);
}

static void test_new_screen_reads_first(void **state)
{
    (void)state;
    struct listen listen = {0};
    listen_tap(&listen, "tool.large", 0);
    listen_reset(&listen);
    assert_int_equal(listen_tap(&listen, "tool.large", 100), LISTEN_SPEAK);
}

static void test_first_touch_ever_at_time_zero_reads(void **state)
{
    (void)state;
    struct listen listen = {0};
    assert_int_equal(listen_tap(&listen, "attract.button", 0), LISTEN_SPEAK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_touch_reads_second_acts),
        cmocka_unit_test(test_eight_seconds_are_allowed_and_no_more),
        cmocka_unit_test(test_another_target_is_read_and_the_first_forgotten),
        cmocka_unit_test(test_like_ids_are_different_targets),
        cmocka_unit_test(test_after_an_action_the_target_is_read_again),
        cmocka_unit_test(test_touch_beside_changes_nothing),
        cmocka_unit_test(test_new_screen_reads_first),
        cmocka_unit_test(test_first_touch_ever_at_time_zero_reads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

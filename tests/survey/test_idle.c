// What a screen that nobody uses does for itself.
#include "survey/idle.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND };

static void test_waiting_dims_after_ten_minutes(void **state)
{
    (void)state;
    struct idle idle;
    idle_init(&idle, 0);
    assert_int_equal(idle_brightness(&idle, 99 * MINUTE), 100); // a visit
    idle_set(&idle, IDLE_WAITING, 100 * MINUTE);
    assert_int_equal(idle_deadline(&idle, 100 * MINUTE), 110 * MINUTE);
    assert_int_equal(idle_brightness(&idle, 110 * MINUTE - 1), 100);
    assert_int_equal(idle_brightness(&idle, 110 * MINUTE), 60);
    assert_true(idle_deadline(&idle, 110 * MINUTE) == INT64_MAX);
    // Saying it again changes nothing; a touch does.
    idle_set(&idle, IDLE_WAITING, 111 * MINUTE);
    assert_int_equal(idle_brightness(&idle, 111 * MINUTE), 60);
    idle_touch(&idle, 112 * MINUTE);
    assert_int_equal(idle_brightness(&idle, 112 * MINUTE), 100);
    assert_int_equal(idle_brightness(&idle, 122 * MINUTE), 60);
}

static void test_night_goes_dark_and_lights_for_a_touch(void **state)
{
    (void)state;
    struct idle idle;
    idle_init(&idle, 0);
    idle_set(&idle, IDLE_WAITING, 0);
    idle_touch(&idle, 5 * MINUTE - 1); // of the day, not of the night
    idle_set(&idle, IDLE_CLOSED, 5 * MINUTE);
    assert_int_equal(idle_brightness(&idle, 5 * MINUTE), 15);
    assert_int_equal(idle_deadline(&idle, 5 * MINUTE), 35 * MINUTE);
    idle_touch(&idle, 6 * MINUTE);
    assert_int_equal(idle_brightness(&idle, 6 * MINUTE + 10 * SECOND - 1), 40);
    assert_int_equal(idle_deadline(&idle, 6 * MINUTE),
                     6 * MINUTE + 10 * SECOND);
    assert_int_equal(idle_brightness(&idle, 6 * MINUTE + 10 * SECOND), 15);
    assert_int_equal(idle_brightness(&idle, 35 * MINUTE), 0);
    idle_touch(&idle, 40 * MINUTE);
    assert_int_equal(idle_brightness(&idle, 40 * MINUTE), 40);
    assert_int_equal(idle_brightness(&idle, 40 * MINUTE + 10 * SECOND), 0);
    idle_set(&idle, IDLE_WAITING, 600 * MINUTE);
    assert_int_equal(idle_brightness(&idle, 600 * MINUTE), 100);
}

static void test_picture_walks_in_small_steps(void **state)
{
    (void)state;
    const int64_t began = 77;
    struct idle_shift first = idle_shift_at(began, began);
    struct idle_shift before = first;
    int places = 0;
    assert_int_equal(first.x, 0);
    assert_int_equal(first.y, 0);
    for (int64_t minute = 1; minute <= 8; minute++) {
        int64_t now = began + minute * MINUTE;
        struct idle_shift at = idle_shift_at(began, now);
        assert_int_equal(idle_shift_deadline(began, now - 1), now);
        struct idle_shift still = idle_shift_at(began, now + MINUTE - 1);
        assert_true(still.x == at.x && still.y == at.y);
        assert_int_equal(abs(at.x - before.x) + abs(at.y - before.y), 12);
        assert_true(abs(at.x) <= 12 && abs(at.y) <= 12);
        places += at.x != 0 || at.y != 0;
        before = at;
    }
    // Eight minutes on it is home again, and has been at home once only.
    assert_int_equal(before.x, 0);
    assert_int_equal(before.y, 0);
    assert_int_equal(places, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiting_dims_after_ten_minutes),
        cmocka_unit_test(test_night_goes_dark_and_lights_for_a_touch),
        cmocka_unit_test(test_picture_walks_in_small_steps)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

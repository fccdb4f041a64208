// Fingers and mouse against the touch rules, with times made of numbers.
#include "ui/input.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// Two targets side by side with a gap from 100 to 120, and a key.
static const struct input_area AREAS[] = {
    {.left = 0, .top = 0, .right = 100, .bottom = 100},
    {.left = 120, .top = 0, .right = 220, .bottom = 100},
    {.left = 300, .top = 0, .right = 400, .bottom = 100, .key = true}};
enum { AREA_COUNT = 3 };

struct hand {
    struct input input;
    int64_t now, late;
};

static struct hand begin(void)
{
    struct hand hand = {.now = 10000};
    input_init(&hand.input, 8);
    return hand;
}

static struct input_result give(struct hand *hand, enum input_kind kind,
                                int64_t finger, double x, double y)
{
    const struct input_event event = {kind, finger,    x,
                                      y,    hand->now, hand->late};
    return input_take(&hand->input, AREAS, AREA_COUNT, &event);
}

static struct input_result tap_for(struct hand *hand, double x, int64_t ms)
{
    give(hand, INPUT_FINGER_DOWN, 1, x, 50);
    hand->now += ms;
    return give(hand, INPUT_FINGER_UP, 1, x, 50);
}

static void test_tap_is_down_and_up_in_one_target(void **state)
{
    (void)state;
    struct hand hand = begin();
    struct input_result r = give(&hand, INPUT_FINGER_DOWN, 1, 150, 50);
    assert_int_equal(r.what, INPUT_PRESS);
    assert_int_equal(r.target, 1);
    assert_true(r.touched);
    hand.now += 80;
    r = give(&hand, INPUT_FINGER_UP, 1, 152, 51);
    assert_int_equal(r.what, INPUT_TAP);
    assert_int_equal(r.target, 1);
}

static void test_mouse_is_one_finger(void **state)
{
    (void)state;
    struct hand hand = begin();
    give(&hand, INPUT_FINGER_DOWN, INPUT_MOUSE, 50, 50);
    hand.now += 80;
    struct input_result r = give(&hand, INPUT_FINGER_UP, INPUT_MOUSE, 50, 50);
    assert_int_equal(r.what, INPUT_TAP);
    assert_int_equal(r.target, 0);
}

static void test_length_of_a_tap(void **state)
{
    (void)state;
    struct hand hand = begin();
    assert_int_equal(tap_for(&hand, 50, 29).what, INPUT_CANCEL);
    hand.now += 1000;
    assert_int_equal(tap_for(&hand, 50, 30).what, INPUT_TAP);
    hand.now += 1000;
    assert_int_equal(tap_for(&hand, 50, 3000).what, INPUT_TAP);
    hand.now += 1000;
    assert_int_equal(tap_for(&hand, 50, 3001).what, INPUT_CANCEL);
}

// Both ends were found at once, after a picture that took its time.
static void test_length_of_a_tap_that_is_seen_late(void **state)
{
    (void)state;
    struct hand hand = begin();
    hand.late = 29;
    assert_int_equal(tap_for(&hand, 50, 0).what, INPUT_CANCEL);
    hand.now += 1000;
    assert_int_equal(tap_for(&hand, 50, 1).what, INPUT_TAP);
    hand.now += 1000;
    hand.late = 30;
    assert_int_equal(tap_for(&hand, 50, 0).what, INPUT_TAP);
    // It is of that finger alone.
    hand.now += 1000;
    hand.late = 0;
    assert_int_equal(tap_for(&hand, 50, 29).what, INPUT_CANCEL);
}

static void test_sliding_out_cancels(void **state)
{
    (void)state;
    struct hand hand = begin();
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    hand.now += 50;
    // A little outside is still inside.
    assert_int_equal(give(&hand, INPUT_FINGER_MOVE, 1, 107, 50).what,
                     INPUT_NOTHING);
    assert_int_equal(give(&hand, INPUT_FINGER_MOVE, 1, 109, 50).what,
                     INPUT_CANCEL);
    // Sliding back does not help, nor does lifting over another target.
    give(&hand, INPUT_FINGER_MOVE, 1, 50, 50);
    hand.now += 50;
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 1, 50, 50).what,
                     INPUT_NOTHING);
    hand.now += 500;
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    hand.now += 50;
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 1, 150, 50).what,
                     INPUT_CANCEL);
}

static void test_first_finger_decides(void **state)
{
    (void)state;
    struct hand hand = begin();
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    hand.now += 100;
    // The next finger of the hand droops onto the neighbour.
    struct input_result r = give(&hand, INPUT_FINGER_DOWN, 2, 150, 50);
    assert_int_equal(r.what, INPUT_NOTHING);
    hand.now += 50;
    r = give(&hand, INPUT_FINGER_UP, 2, 150, 50);
    assert_int_equal(r.what, INPUT_NOTHING);
    r = give(&hand, INPUT_FINGER_UP, 1, 50, 50);
    assert_int_equal(r.what, INPUT_TAP);
    assert_int_equal(r.target, 0);
}

static void test_second_finger_waits_until_all_are_up(void **state)
{
    (void)state;
    struct hand hand = begin();
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    hand.now += 100;
    give(&hand, INPUT_FINGER_DOWN, 2, 150, 50);
    hand.now += 50;
    give(&hand, INPUT_FINGER_UP, 1, 50, 50);
    hand.now += 400;
    // The second still rests on the glass.
    assert_int_equal(give(&hand, INPUT_FINGER_DOWN, 3, 50, 50).what,
                     INPUT_NOTHING);
    hand.now += 80;
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 3, 50, 50).what,
                     INPUT_NOTHING);
    give(&hand, INPUT_FINGER_UP, 2, 150, 50);
    hand.now += 10;
    assert_int_equal(tap_for(&hand, 50, 80).what, INPUT_TAP);
}

static void test_two_at_once_are_a_palm(void **state)
{
    (void)state;
    struct hand hand = begin();
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    hand.now += 59;
    assert_int_equal(give(&hand, INPUT_FINGER_DOWN, 2, 150, 50).what,
                     INPUT_CANCEL);
    hand.now += 100;
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 1, 50, 50).what,
                     INPUT_NOTHING);
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 2, 150, 50).what,
                     INPUT_NOTHING);
    // The palm's rest: 300 ms after the last has lifted.
    hand.now += 299;
    assert_int_equal(tap_for(&hand, 50, 80).what, INPUT_NOTHING);
    hand.now += 1;
    assert_int_equal(tap_for(&hand, 50, 80).what, INPUT_TAP);
}

static void test_three_fingers_are_a_cloth(void **state)
{
    (void)state;
    struct hand hand = begin();
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    hand.now += 200;
    give(&hand, INPUT_FINGER_DOWN, 2, 150, 50);
    hand.now += 200;
    assert_int_equal(give(&hand, INPUT_FINGER_DOWN, 3, 350, 50).what,
                     INPUT_CANCEL);
    for (int finger = 1; finger <= 3; finger++)
        assert_int_equal(give(&hand, INPUT_FINGER_UP, finger, 50, 50).what,
                         INPUT_NOTHING);
}

static void test_same_target_twice_counts_once(void **state)
{
    (void)state;
    struct hand hand = begin();
    assert_int_equal(tap_for(&hand, 50, 40).what, INPUT_TAP);
    hand.now += 150;
    assert_int_equal(tap_for(&hand, 50, 40).what, INPUT_CANCEL); // 190 ms
    hand.now += 20;
    assert_int_equal(tap_for(&hand, 50, 40).what, INPUT_TAP); // 250 ms
    // Another target is another wish.
    hand.now += 20;
    assert_int_equal(tap_for(&hand, 150, 40).what, INPUT_TAP);
    // Keys repeat as fast as people type.
    hand.now += 300;
    assert_int_equal(tap_for(&hand, 350, 40).what, INPUT_TAP);
    hand.now += 20;
    assert_int_equal(tap_for(&hand, 350, 40).what, INPUT_TAP);
}

static void test_new_screen_is_deaf_for_a_moment(void **state)
{
    (void)state;
    struct hand hand = begin();
    input_screen_changed(&hand.input, hand.now);
    hand.now += 349;
    struct input_result r = give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    assert_int_equal(r.what, INPUT_NOTHING);
    assert_false(r.touched);
    hand.now += 100;
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 1, 50, 50).what,
                     INPUT_NOTHING);
    assert_int_equal(tap_for(&hand, 50, 80).what, INPUT_TAP);
}

static void test_finger_held_over_a_change_of_screen_is_ignored(void **state)
{
    (void)state;
    struct hand hand = begin();
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    hand.now += 10;
    input_screen_changed(&hand.input, hand.now);
    hand.now += 1000;
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 1, 50, 50).what,
                     INPUT_NOTHING);
    assert_int_equal(tap_for(&hand, 50, 80).what, INPUT_TAP);
}

static void test_background_can_be_tapped(void **state)
{
    (void)state;
    struct hand hand = begin();
    struct input_result r = tap_for(&hand, 110, 80);
    assert_int_equal(r.what, INPUT_TAP);
    assert_int_equal(r.target, INPUT_NO_TARGET);
    // From the background onto a target: neither.
    hand.now += 500;
    give(&hand, INPUT_FINGER_DOWN, 1, 110, 50);
    hand.now += 80;
    assert_int_equal(give(&hand, INPUT_FINGER_UP, 1, 150, 50).what,
                     INPUT_CANCEL);
}

static void test_ghost_taps_are_a_fault(void **state)
{
    (void)state;
    struct hand hand = begin();
    struct input_result r = {0};
    for (int i = 0; i < 5; i++) {
        assert_int_equal(r.fault, INPUT_SOUND);
        r = tap_for(&hand, 250, 50);
        hand.now += 350;
    }
    assert_int_equal(r.fault, INPUT_GHOSTS);
    // Slower ones are a person looking for the right place.
    for (int i = 0; i < 10; i++) {
        r = tap_for(&hand, 250, 50);
        assert_int_equal(r.fault, INPUT_SOUND);
        hand.now += 600;
    }
}

static void test_stuck_finger_is_a_fault_once(void **state)
{
    (void)state;
    struct hand hand = begin();
    assert_true(input_deadline(&hand.input) == INT64_MAX);
    give(&hand, INPUT_FINGER_DOWN, 1, 50, 50);
    assert_int_equal(input_deadline(&hand.input) - hand.now, 20000);
    hand.now += 19999;
    assert_int_equal(input_tick(&hand.input, hand.now), INPUT_SOUND);
    hand.now += 1;
    assert_int_equal(input_tick(&hand.input, hand.now), INPUT_STUCK);
    assert_true(input_deadline(&hand.input) == INT64_MAX);
    assert_int_equal(input_tick(&hand.input, hand.now), INPUT_SOUND);
}

static void test_more_fingers_than_a_table_holds(void **state)
{
    (void)state;
    struct hand hand = begin();
    for (int finger = 0; finger < 40; finger++)
        give(&hand, INPUT_FINGER_DOWN, finger, 50, 50);
    for (int finger = 0; finger < 40; finger++)
        assert_int_equal(give(&hand, INPUT_FINGER_UP, finger, 50, 50).what,
                         INPUT_NOTHING);
    hand.now += 300;
    assert_int_equal(tap_for(&hand, 50, 80).what, INPUT_TAP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tap_is_down_and_up_in_one_target),
        cmocka_unit_test(test_mouse_is_one_finger),
        cmocka_unit_test(test_length_of_a_tap),
        cmocka_unit_test(test_length_of_a_tap_that_is_seen_late),
        cmocka_unit_test(test_sliding_out_cancels),
        cmocka_unit_test(test_first_finger_decides),
        cmocka_unit_test(test_second_finger_waits_until_all_are_up),
        cmocka_unit_test(test_two_at_once_are_a_palm),
        cmocka_unit_test(test_three_fingers_are_a_cloth),
        cmocka_unit_test(test_same_target_twice_counts_once),
        cmocka_unit_test(test_new_screen_is_deaf_for_a_moment),
        cmocka_unit_test(test_finger_held_over_a_change_of_screen_is_ignored),
        cmocka_unit_test(test_background_can_be_tapped),
        cmocka_unit_test(test_ghost_taps_are_a_fault),
        cmocka_unit_test(test_stuck_finger_is_a_fault_once),
        cmocka_unit_test(test_more_fingers_than_a_table_holds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

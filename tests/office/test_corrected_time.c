// When a visit really was. All times in these tests are minutes after the
// device enrolled, by the clock that is named.
#include "office/corrected_time.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t enrolled = 1795400000000; // some moment in 2026
static const int64_t ten_years = (int64_t)3650 * 24 * 3600 * 1000;
static const char boot_1[] = "11111111-1111-4111-8111-111111111111";
static const char boot_2[] = "22222222-2222-4222-8222-222222222222";
static const char boot_3[] = "33333333-3333-4333-8333-333333333333";

static int64_t after(int64_t minutes)
{
    return enrolled + minutes * 60 * 1000;
}

static int64_t up(int64_t minutes)
{
    return minutes * 60 * 1000;
}

// Answered at minute 100, closed at 101, sent and received at 110; the device
// was switched on at 90. Its clock is right.
static struct time_evidence right_clock(void)
{
    return (struct time_evidence){
        .answered_at = after(100),
        .made_at = after(101),
        .line_boot = boot_1,
        .line_up_ms = up(11),
        .batch_boot = boot_1,
        .batch_up_ms = up(20),
        .received_at = after(110),
        .enrolled_at = enrolled,
    };
}

// The same line, brought at minute 1000 by a batch of the next boot, which
// began at 900.
static struct time_evidence next_boot(void)
{
    struct time_evidence e = right_clock();
    e.batch_boot = boot_2;
    e.batch_up_ms = up(100);
    e.received_at = after(1000);
    return e;
}

// The clock stood at 1970 when the device was switched on.
static struct time_evidence in_1970(struct time_evidence e)
{
    e.made_at = up(11);
    e.answered_at = e.answered_at ? up(10) : 0;
    return e;
}

static void expect(struct time_thread *thread,
                   const struct time_evidence *evidence, int64_t at,
                   char quality)
{
    enum time_quality got = TIME_RECEIVED;
    assert_int_equal(time_correct(thread, evidence, &got), at);
    assert_int_equal(time_quality_letter(got), quality);
}

// Of a line that is the first of its chain.
static void expect_first(const struct time_evidence *evidence, int64_t at,
                         char quality)
{
    struct time_thread thread = {0};
    assert_false(time_wants_boot(&thread, evidence));
    expect(&thread, evidence, at, quality);
}

// A thread behind the line of right_clock().
static struct time_thread after_right_clock(void)
{
    struct time_thread thread = {0};
    struct time_evidence e = right_clock();
    expect(&thread, &e, after(100), 'A');
    return thread;
}

static void test_same_boot_is_anchored(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    expect_first(&e, after(100), 'A');
}

static void test_a_wrong_clock_does_no_harm_in_the_same_boot(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at -= ten_years;
    e.made_at -= ten_years;
    expect_first(&e, after(100), 'A');
    e = right_clock();
    e.answered_at += ten_years;
    e.made_at += ten_years;
    expect_first(&e, after(100), 'A');
    e = in_1970(right_clock());
    expect_first(&e, after(100), 'A');
}

static void test_a_visit_without_an_answer_has_the_time_of_its_end(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at = 0;
    expect_first(&e, after(101), 'A');
}

// Yesterday's last visits were made after the last contact, and the night took
// the power: the contact of before places them, whatever the clock says.
static void test_a_contact_of_before_is_an_anchor(void **state)
{
    struct time_thread thread = after_right_clock();
    struct time_evidence e = in_1970(next_boot());
    (void)state;
    e.line_up_ms = up(300);
    e.made_at = up(300);
    e.answered_at = up(299);
    assert_false(time_wants_boot(&thread, &e));
    expect(&thread, &e, after(90 + 299), 'A');
    e.line_up_ms = up(400);
    e.made_at = up(400);
    e.answered_at = 0;
    expect(&thread, &e, after(90 + 400), 'A');
}

// It need not have brought a line of its own boot: there were older ones.
static void test_a_contact_with_older_lines_is_an_anchor(void **state)
{
    struct time_thread thread = {0};
    struct time_evidence e = next_boot();
    (void)state;
    expect(&thread, &e, after(100), 'B');
    e.batch_boot = boot_3;
    e.received_at = after(2000);
    e.line_up_ms = up(12);
    expect(&thread, &e, after(101), 'B');
    e = in_1970(e);
    e.line_boot = boot_2; // began at 900
    expect(&thread, &e, after(900 + 11), 'A');
}

static void test_a_clock_that_fits_between_is_believed(void **state)
{
    struct time_thread thread = after_right_clock();
    struct time_evidence e = next_boot();
    (void)state;
    e.batch_boot = boot_3;
    e.line_boot = boot_2;
    e.made_at = after(601);
    e.answered_at = after(600);
    assert_false(time_wants_boot(&thread, &e));
    expect(&thread, &e, after(600), 'B');
    // From then on that boot stands: a clock that goes astray moves nothing …
    e.line_up_ms += up(10);
    e.made_at = after(101);
    e.answered_at = after(100);
    expect(&thread, &e, after(610), 'B');
    // … and one that was set by a time server is better.
    e.line_up_ms += up(10);
    e.made_at = after(701);
    e.answered_at = after(700);
    e.is_synced = true;
    expect(&thread, &e, after(700), 'B');
}

static void test_the_bounds_between(void **state)
{
    struct time_thread thread = after_right_clock(), copy = thread;
    struct time_evidence e = next_boot();
    (void)state;
    e.batch_boot = boot_3; // began at 900
    e.line_boot = boot_2;
    e.line_up_ms = up(2);
    e.answered_at = 0;
    e.made_at = after(905); // two right clocks may differ
    expect(&copy, &e, after(900), 'B');
    e.made_at++;
    assert_true(time_wants_boot(&thread, &e));
    // Its boot would have begun 5 minutes before the last line was made.
    e.made_at = after(98);
    copy = thread;
    expect(&copy, &e, after(101), 'B');
    e.made_at--;
    assert_true(time_wants_boot(&thread, &e));
}

// Nobody knows when it was: between the last line, at 101, and the next start,
// at 900. The boot was up for 299 minutes that are known of, so 500 are not.
static void test_a_boot_without_a_clock_is_placed_between(void **state)
{
    struct time_thread thread = after_right_clock();
    struct time_evidence e = in_1970(next_boot());
    struct time_ahead ahead = {.lines = 2, .boots = 1, .up_ms = up(299)};
    (void)state;
    e.batch_boot = boot_3;
    e.line_boot = boot_2;
    assert_true(time_wants_boot(&thread, &e));
    int64_t began_at = time_spread(&thread, &e, &ahead);
    assert_int_equal(began_at, after(101 + 250));
    time_place_boot(&thread, &e, began_at);
    assert_false(time_wants_boot(&thread, &e));
    expect(&thread, &e, after(351 + 10), 'B');
    // The rest of it keeps its distance.
    e.line_up_ms = up(299);
    e.answered_at = 0;
    expect(&thread, &e, after(351 + 299), 'B');
    // What the batch did not show cannot lie after the next start.
    e.line_up_ms = up(800);
    expect(&thread, &e, after(900), 'B');
}

// Three days of 480 minutes each between 101 and 3000: four nights share the
// rest of 1459 minutes.
static void test_several_boots_share_the_gap(void **state)
{
    struct time_thread thread = after_right_clock();
    struct time_evidence e = in_1970(next_boot());
    const char *const days[] = {"aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
                                "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb",
                                "cccccccc-cccc-4ccc-8ccc-cccccccccccc"};
    const int64_t night = up(1459) / 4;
    (void)state;
    e.answered_at = 0;
    e.received_at = after(3100);
    for (int i = 0; i < 3; i++) {
        struct time_ahead ahead = {
            .lines = 30, .boots = 3 - i, .up_ms = up(480) * (3 - i)};
        e.line_boot = days[i];
        e.line_up_ms = 0;
        e.made_at = 1;
        assert_true(time_wants_boot(&thread, &e));
        int64_t began_at = time_spread(&thread, &e, &ahead);
        assert_int_equal(began_at, after(101) + (i + 1) * night + i * up(480));
        time_place_boot(&thread, &e, began_at);
        expect(&thread, &e, began_at, 'B');
        e.line_up_ms = up(480);
        expect(&thread, &e, began_at + up(480), 'B');
    }
}

// 100 lines here and 900 behind: a tenth of the gap is theirs.
static void test_lines_that_wait_get_their_share(void **state)
{
    struct time_thread thread = after_right_clock();
    struct time_evidence e = in_1970(next_boot());
    struct time_ahead ahead = {
        .lines = 100, .boots = 1, .up_ms = up(300), .waiting = 900};
    (void)state;
    e.batch_boot = boot_3;
    e.line_boot = boot_2;
    e.received_at = after(10201); // the boot in contact began at 10101
    assert_int_equal(time_spread(&thread, &e, &ahead), after(101 + 700));
    // Nonsense from a device breaks nothing.
    ahead = (struct time_ahead){
        .lines = 1, .boots = 1, .up_ms = INT64_MAX, .waiting = INT64_MAX};
    assert_int_equal(time_spread(&thread, &e, &ahead), after(101));
}

static void test_enrolment_is_a_neighbour(void **state)
{
    struct time_thread thread = {0};
    struct time_evidence e = in_1970(next_boot());
    struct time_ahead ahead = {.lines = 1, .boots = 1, .up_ms = up(11)};
    (void)state;
    assert_true(time_wants_boot(&thread, &e));
    time_place_boot(&thread, &e, time_spread(&thread, &e, &ahead));
    expect(&thread, &e, enrolled + up(889) / 2 + up(10), 'B');
}

static void test_a_carried_file_has_the_clock_of_the_device(void **state)
{
    struct time_evidence e = next_boot();
    (void)state;
    e.batch_boot = "";
    expect_first(&e, after(100), 'C');
    e.batch_boot = NULL;
    expect_first(&e, after(100), 'C');
    e.answered_at = 0;
    e.made_at = after(1005);
    expect_first(&e, after(1005), 'C');
    e.made_at++;
    expect_first(&e, after(1000), 'D');
    e.made_at = after(-24 * 60);
    e.line_up_ms = 0;
    expect_first(&e, after(-24 * 60), 'C');
    e.made_at--;
    expect_first(&e, after(1000), 'D');
    e.made_at = 0;
    expect_first(&e, after(1000), 'D');
}

// The clock stepped between the answer and the end, and the line tells both as
// they were: the answer lies somewhere between the lines.
static void test_a_step_inside_the_visit(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at = 1000; // 1970, then right
    expect_first(&e, after(101), 'B');
    e = right_clock(); // right, then 1970
    e.made_at = 1000;
    expect_first(&e, after(100), 'B');
    e = right_clock();
    e.made_at = after(50);
    expect_first(&e, after(100), 'B');
    e = right_clock(); // a comment of an hour is not believed
    e.answered_at = after(40);
    expect_first(&e, after(40), 'B');
}

static void test_impossible_uptimes_are_not_believed(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.line_up_ms = up(21); // made after it was sent
    expect_first(&e, after(100), 'C');
    e = right_clock();
    e.line_up_ms = 0;
    e.batch_up_ms = INT64_MAX; // since before the device existed
    expect_first(&e, after(100), 'C');
    e.line_up_ms = -1;
    e.answered_at = 0;
    expect_first(&e, after(110), 'D');
    e.line_up_ms = INT64_MAX;
    expect_first(&e, after(110), 'D');
}

// The first batch was 40 seconds on its way, the second one none: the second
// line, 10 seconds later, does not come before the first.
static void test_a_slow_batch_does_not_turn_the_order(void **state)
{
    struct time_thread thread = {0};
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at = 0;
    e.received_at += 40000;
    expect(&thread, &e, after(101) + 40000, 'A');
    e = right_clock();
    e.answered_at = 0;
    e.line_up_ms += 10000;
    expect(&thread, &e, after(101) + 40000, 'A');
    // A line that waited without a place says itself that it is older.
    e.line_up_ms = up(10);
    expect(&thread, &e, after(100), 'A');
    e.line_up_ms = up(11) + 15000;
    expect(&thread, &e, after(101) + 40000, 'A');
}

// What a server's clock said ten years ahead binds nobody after it was set.
static void test_the_clock_of_the_server_is_set_back(void **state)
{
    struct time_thread thread = {0};
    struct time_evidence e = right_clock();
    (void)state;
    e.received_at += ten_years;
    expect(&thread, &e, after(100) + ten_years, 'A');
    e = right_clock();
    e.line_up_ms += 1;
    expect(&thread, &e, after(100) + 1, 'A');
    // An hour that was set back is no difference between two ways either.
    thread = (struct time_thread){0};
    e = right_clock();
    e.received_at = after(170);
    expect(&thread, &e, after(160), 'A');
    e.received_at = after(175);
    e.batch_up_ms = up(145);
    e.line_up_ms = up(30);
    e.answered_at = 0;
    expect(&thread, &e, after(60), 'A');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_boot_is_anchored),
        cmocka_unit_test(test_a_wrong_clock_does_no_harm_in_the_same_boot),
        cmocka_unit_test(
            test_a_visit_without_an_answer_has_the_time_of_its_end),
        cmocka_unit_test(test_a_contact_of_before_is_an_anchor),
        cmocka_unit_test(test_a_contact_with_older_lines_is_an_anchor),
        cmocka_unit_test(test_a_clock_that_fits_between_is_believed),
        cmocka_unit_test(test_the_bounds_between),
        cmocka_unit_test(test_a_boot_without_a_clock_is_placed_between),
        cmocka_unit_test(test_several_boots_share_the_gap),
        cmocka_unit_test(test_lines_that_wait_get_their_share),
        cmocka_unit_test(test_enrolment_is_a_neighbour),
        cmocka_unit_test(test_a_carried_file_has_the_clock_of_the_device),
        cmocka_unit_test(test_a_step_inside_the_visit),
        cmocka_unit_test(test_impossible_uptimes_are_not_believed),
        cmocka_unit_test(test_a_slow_batch_does_not_turn_the_order),
        cmocka_unit_test(test_the_clock_of_the_server_is_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// When a visit really was. All times in these tests are minutes after the
// device enrolled, by the clock that is named.
#include "office/corrected_time.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const int64_t enrolled = 1795400000000; // some moment in 2026
static const char boot_1[] = "11111111-1111-4111-8111-111111111111";
static const char boot_2[] = "22222222-2222-4222-8222-222222222222";

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
        .closed_at = after(101),
        .line_boot = boot_1,
        .line_up_ms = up(11),
        .batch_boot = boot_1,
        .batch_up_ms = up(20),
        .received_at = after(110),
        .enrolled_at = enrolled,
    };
}

static void expect(const struct time_evidence *evidence, int64_t at,
                   char quality)
{
    enum time_quality got = TIME_BETWEEN;
    assert_int_equal(time_correct(evidence, &got), at);
    assert_int_equal(time_quality_letter(got), quality);
}

static void test_same_boot_is_anchored(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    expect(&e, after(100), 'A');
}

static void test_a_wrong_clock_does_no_harm_in_the_same_boot(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at -= (int64_t)3650 * 24 * 3600 * 1000;
    e.closed_at -= (int64_t)3650 * 24 * 3600 * 1000;
    expect(&e, after(100), 'A');
    e = right_clock();
    e.answered_at += (int64_t)3650 * 24 * 3600 * 1000;
    e.closed_at += (int64_t)3650 * 24 * 3600 * 1000;
    expect(&e, after(100), 'A');
}

static void test_a_visit_without_an_answer_has_the_time_of_its_end(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at = 0;
    expect(&e, after(101), 'A');
}

static void test_another_boot_leaves_a_plausible_clock(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.batch_boot = boot_2;
    expect(&e, after(100), 'C');
    e.batch_boot = "";
    expect(&e, after(100), 'C');
    e.batch_boot = NULL;
    expect(&e, after(100), 'C');
}

static void test_the_bounds_of_a_plausible_clock(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.batch_boot = boot_2;
    e.answered_at = after(110 + 5);
    e.closed_at = e.answered_at;
    expect(&e, after(115), 'C');
    e.answered_at++;
    expect(&e, after(110), 'D');
    e.answered_at = after(-24 * 60);
    expect(&e, after(-24 * 60), 'C');
    e.answered_at--;
    expect(&e, after(110), 'D');
}

static void test_nothing_to_go_by_gives_the_receipt(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.batch_boot = boot_2;
    e.answered_at = 1000; // 1970
    e.closed_at = 2000;
    expect(&e, after(110), 'D');
    e.answered_at = 0;
    e.closed_at = 0;
    expect(&e, after(110), 'D');
}

// Power was cut after the answer: the draft became a line in the next boot, an
// hour later.
static void test_a_draft_that_was_closed_later_is_not_anchored(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at = after(40);
    expect(&e, after(40), 'C');
}

// The clock stepped from 1970 to now between the answer and the end.
static void test_a_step_inside_the_visit(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.answered_at = 1000;
    expect(&e, after(101), 'D');
    // And back: the end lies before the answer.
    e = right_clock();
    e.closed_at = after(50);
    expect(&e, after(100), 'C');
}

static void test_impossible_uptimes_are_not_believed(void **state)
{
    struct time_evidence e = right_clock();
    (void)state;
    e.line_up_ms = up(21); // made after it was sent
    expect(&e, after(100), 'C');
    e = right_clock();
    e.line_up_ms = -1;
    expect(&e, after(100), 'C');
    e = right_clock();
    e.line_up_ms = 0;
    e.batch_up_ms = INT64_MAX; // since before the device existed
    expect(&e, after(100), 'C');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_boot_is_anchored),
        cmocka_unit_test(test_a_wrong_clock_does_no_harm_in_the_same_boot),
        cmocka_unit_test(
            test_a_visit_without_an_answer_has_the_time_of_its_end),
        cmocka_unit_test(test_another_boot_leaves_a_plausible_clock),
        cmocka_unit_test(test_the_bounds_of_a_plausible_clock),
        cmocka_unit_test(test_nothing_to_go_by_gives_the_receipt),
        cmocka_unit_test(test_a_draft_that_was_closed_later_is_not_anchored),
        cmocka_unit_test(test_a_step_inside_the_visit),
        cmocka_unit_test(test_impossible_uptimes_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

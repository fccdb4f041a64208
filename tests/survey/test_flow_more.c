// The ways beside the short one: the comment, the aids, the hours, the staff.
#include "support/flow_walk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct walk at_comment(void)
{
    struct walk w = walk_at_reasons(2);
    walk_tap(&w, FLOW_REASON, 1);
    walk_tap(&w, FLOW_WRITE, 0);
    assert_int_equal(w.flow.screen, FLOW_COMMENT);
    assert_false(w.effects.close);
    return w;
}

static void test_comment_is_sent_with_the_rating(void **state)
{
    (void)state;
    struct walk w = at_comment();
    walk_tap(&w, FLOW_SEND, 0);
    assert_true(w.effects.close);
    assert_true(w.effects.comment);
    assert_false(w.effects.forget);
    assert_true(w.flow.chosen[1]);
    walk_stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    walk_rest(&w, 5000);
    assert_true(w.effects.forget);
}

// Back at the reasons the answer may still be changed; what was written stays
// until the visit ends, and goes only with its own button.
static void test_comment_left_is_not_sent(void **state)
{
    (void)state;
    struct walk w = at_comment();
    walk_tap(&w, FLOW_BACK, 0);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    assert_false(w.effects.forget);
    assert_int_equal(flow_chosen_count(&w.flow), 1);
    walk_tap(&w, FLOW_SEND, 0);
    assert_true(w.effects.close);
    assert_false(w.effects.comment);
}

static void test_unsent_comment_is_dropped(void **state)
{
    (void)state;
    struct walk w = at_comment();
    int64_t touched = w.flow.touched;
    walk_rest(&w, touched + 59999 - w.now);
    assert_int_equal(w.flow.screen, FLOW_COMMENT);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_STILL);
    assert_int_equal(w.flow.behind, FLOW_COMMENT);
    walk_rest(&w, 20000);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    assert_false(w.effects.comment);
}

static void test_writing_goes_on_after_the_question(void **state)
{
    (void)state;
    struct walk w = at_comment();
    walk_rest(&w, 60000);
    walk_tap(&w, FLOW_MORE, 0);
    assert_int_equal(w.flow.screen, FLOW_COMMENT);
    walk_rest(&w, 60000);
    walk_tap(&w, FLOW_SEND, 0);
    assert_true(w.effects.close);
    assert_true(w.effects.comment);
}

static void test_aids_end_with_the_visit(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_tap(&w, FLOW_LARGE, 0); // nobody is here yet
    assert_false(w.flow.aids.large);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_LARGE, 0);
    assert_true(w.effects.changed);
    walk_tap(&w, FLOW_DARK, 0);
    walk_tap(&w, FLOW_DARK, 0);
    assert_true(w.flow.aids.large);
    assert_false(w.flow.aids.dark);
    walk_tap(&w, FLOW_LEVEL, 3);
    walk_rest(&w, 200);
    walk_tap(&w, FLOW_SEND, 0);
    // What was on at any time is kept, though it is off by now.
    assert_true(w.effects.used.large);
    assert_true(w.effects.used.dark);
    assert_false(w.effects.used.audio);
    walk_stored(&w);
    // Thanks are read more slowly: ten seconds.
    walk_rest(&w, 9999);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_false(w.flow.aids.large);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_rest(&w, 60000);
    assert_false(w.effects.used.large);
}

static void hours(struct walk *w, bool open)
{
    walk_give(w, (struct flow_input){.kind = FLOW_HOURS, .value = open});
}

static void test_closing_waits_for_the_citizen(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(4);
    hours(&w, false);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    walk_tap(&w, FLOW_SEND, 0);
    walk_stored(&w);
    walk_tap(&w, FLOW_DONE, 0);
    assert_int_equal(w.flow.screen, FLOW_CLOSED);
    assert_true(flow_deadline(&w.flow) == INT64_MAX);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_CLOSED);
    assert_false(w.effects.open);
    hours(&w, true);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_fault_is_told_also_at_night(void **state)
{
    (void)state;
    struct walk w = walk_begin(true, false);
    hours(&w, false);
    walk_give(
        &w, (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_DISK_FULL});
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    walk_give(&w,
              (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_FINE});
    assert_int_equal(w.flow.screen, FLOW_CLOSED);
}

static struct walk at_diagnostics(void)
{
    struct walk w = walk_begin(false, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_STAFF});
    assert_int_equal(w.flow.screen, FLOW_PIN);
    walk_give(&w, (struct flow_input){.kind = FLOW_ADMITTED});
    assert_int_equal(w.flow.screen, FLOW_DIAGNOSTICS);
    assert_true(w.effects.forget);
    return w;
}

static void test_staff_page_closes_by_itself(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_STAFF});
    walk_rest(&w, 29999);
    assert_int_equal(w.flow.screen, FLOW_PIN);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_true(w.effects.forget);
    w = at_diagnostics();
    walk_rest(&w, 119999);
    assert_int_equal(w.flow.screen, FLOW_DIAGNOSTICS);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_nobody_is_admitted_from_elsewhere(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_ADMITTED});
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    // Nor while a citizen answers.
    walk_tap(&w, FLOW_WAKE, 0);
    walk_give(&w, (struct flow_input){.kind = FLOW_STAFF});
    assert_int_equal(w.flow.screen, FLOW_RATING);
    walk_tap(&w, FLOW_PAUSE, 0);
    assert_false(w.flow.paused);
}

static void test_pause_ends_only_by_staff(void **state)
{
    (void)state;
    struct walk w = at_diagnostics();
    walk_tap(&w, FLOW_PAUSE, 0);
    assert_true(w.effects.pause);
    walk_tap(&w, FLOW_LEAVE, 0);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    assert_int_equal(flow_fault(&w.flow), FLOW_PAUSED);
    walk_give(&w,
              (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_FINE});
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    walk_give(&w, (struct flow_input){.kind = FLOW_STAFF});
    walk_give(&w, (struct flow_input){.kind = FLOW_ADMITTED});
    walk_tap(&w, FLOW_PAUSE, 0);
    walk_tap(&w, FLOW_LEAVE, 0);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_cleaning_ends_by_itself_alone(void **state)
{
    (void)state;
    struct walk w = at_diagnostics();
    walk_tap(&w, FLOW_CLEAN, 0);
    for (int i = 0; i < 29; i++) {
        walk_tap(&w, FLOW_LEAVE, 0);
        assert_int_equal(w.flow.screen, FLOW_CLEANING);
        walk_rest(&w, 920);
    }
    walk_rest(&w, 1000);
    assert_int_equal(w.flow.screen, FLOW_DIAGNOSTICS);
}

static void test_form_is_only_for_who_is_not_enrolled(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_SERVICE,
                                      .fault = FLOW_STORE_FAULT});
    walk_tap(&w, FLOW_ENROL, 0);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    walk_give(&w, (struct flow_input){.kind = FLOW_SERVICE,
                                      .fault = FLOW_NOT_ENROLLED});
    walk_tap(&w, FLOW_ENROL, 0);
    assert_int_equal(w.flow.screen, FLOW_ENROLMENT);
    // Enrolled while the form is open: the counter opens.
    walk_give(&w,
              (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_FINE});
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comment_is_sent_with_the_rating),
        cmocka_unit_test(test_comment_left_is_not_sent),
        cmocka_unit_test(test_unsent_comment_is_dropped),
        cmocka_unit_test(test_writing_goes_on_after_the_question),
        cmocka_unit_test(test_aids_end_with_the_visit),
        cmocka_unit_test(test_closing_waits_for_the_citizen),
        cmocka_unit_test(test_fault_is_told_also_at_night),
        cmocka_unit_test(test_staff_page_closes_by_itself),
        cmocka_unit_test(test_nobody_is_admitted_from_elsewhere),
        cmocka_unit_test(test_pause_ends_only_by_staff),
        cmocka_unit_test(test_cleaning_ends_by_itself_alone),
        cmocka_unit_test(test_form_is_only_for_who_is_not_enrolled)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

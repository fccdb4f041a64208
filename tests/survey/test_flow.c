// The course of a visit, walked with a clock made of numbers.
#include "support/flow_walk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void test_rating_goes_from_face_to_thanks(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_true(flow_deadline(&w.flow) == INT64_MAX);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_true(w.effects.open);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    w.now += 1500;
    walk_tap(&w, FLOW_LEVEL, 2);
    assert_true(w.effects.draft);
    assert_false(w.effects.close);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    walk_rest(&w, 199);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    assert_int_equal(flow_list(&w.flow), SURVEY_LOW);
    walk_tap(&w, FLOW_REASON, 0);
    walk_tap(&w, FLOW_REASON, 2);
    assert_int_equal(flow_chosen_count(&w.flow), 2);
    walk_tap(&w, FLOW_SEND, 0);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    // No thanks before the store has it.
    walk_rest(&w, 500);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    walk_stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    walk_rest(&w, 4999);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_int_equal(w.flow.level, 0);
    assert_int_equal(flow_chosen_count(&w.flow), 0);
}

static void test_every_level_has_the_same_course(void **state)
{
    (void)state;
    for (int level = 1; level <= 5; level++) {
        struct walk w = walk_at_reasons(level);
        assert_int_equal(flow_deadline(&w.flow) - w.flow.since, 20000);
        walk_rest(&w, 20000);
        assert_true(w.effects.close);
        assert_int_equal(w.effects.outcome, RECORD_RATED);
        assert_int_equal(w.flow.level, level);
        walk_stored(&w);
        assert_int_equal(w.flow.screen, FLOW_THANKS);
        assert_int_equal(flow_deadline(&w.flow) - w.now, 5000);
    }
}

static void test_untouched_rating_times_out(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_tap(&w, FLOW_WAKE, 0);
    w.now += 50000;
    walk_give(&w, (struct flow_input){.kind = FLOW_TOUCH}); // beside every face
    walk_rest(&w, 59999);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_TIMEOUT);
    assert_false(w.effects.draft);
}

static void test_invited_rating_counts_from_its_opening(void **state)
{
    (void)state;
    struct walk w = walk_begin(true, false);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    walk_give(&w, (struct flow_input){.kind = FLOW_INVITED});
    assert_true(w.effects.open);
    w.now += 50000;
    walk_give(&w, (struct flow_input){.kind = FLOW_TOUCH});
    walk_rest(&w, 10000);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    assert_int_equal(w.effects.outcome, RECORD_TIMEOUT);
}

static void test_second_face_is_ignored_while_one_is_shown(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_LEVEL, 4);
    walk_tap(&w, FLOW_LEVEL, 1);
    assert_int_equal(w.flow.level, 4);
    assert_false(w.effects.draft);
    walk_rest(&w, 200);
    assert_int_equal(w.flow.level, 4);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
}

static void test_change_takes_the_answer_back(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(1);
    walk_tap(&w, FLOW_REASON, 1);
    walk_tap(&w, FLOW_CHANGE, 0);
    assert_true(w.effects.undo);
    assert_false(w.effects.close);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_int_equal(w.flow.level, 0);
    assert_int_equal(flow_chosen_count(&w.flow), 0);
    walk_tap(&w, FLOW_LEVEL, 5);
    assert_true(w.effects.draft);
    assert_false(w.effects.open); // the same visit
    walk_rest(&w, 200);
    assert_int_equal(flow_list(&w.flow), SURVEY_HIGH);
    // Taken back and left alone: nobody answered.
    walk_tap(&w, FLOW_CHANGE, 0);
    walk_rest(&w, 60000);
    assert_int_equal(w.effects.outcome, RECORD_TIMEOUT);
}

static void test_chosen_reason_is_asked_after(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(2);
    walk_tap(&w, FLOW_REASON, 1);
    int64_t touched = w.flow.touched;
    walk_rest(&w, touched + 29999 - w.now);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_STILL);
    walk_tap(&w, FLOW_MORE, 0);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    assert_int_equal(flow_chosen_count(&w.flow), 1);
    walk_rest(&w, 30000);
    assert_int_equal(w.flow.screen, FLOW_STILL);
    walk_rest(&w, 20000);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    assert_true(w.flow.chosen[1]);
    walk_stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
}

static void test_reason_chosen_and_taken_back_leaves_soon(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(2);
    walk_tap(&w, FLOW_REASON, 0);
    walk_tap(&w, FLOW_REASON, 0);
    assert_int_equal(flow_deadline(&w.flow) - w.flow.touched, 20000);
}

static void test_still_there_sends_at_once(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(2);
    walk_tap(&w, FLOW_REASON, 0);
    walk_rest(&w, 30000);
    walk_tap(&w, FLOW_SEND, 0);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
}

static void test_nothing_acts_while_the_store_is_waited_for(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(2);
    walk_tap(&w, FLOW_SEND, 0);
    walk_tap(&w, FLOW_REASON, 0);
    assert_int_equal(flow_chosen_count(&w.flow), 0);
    walk_tap(&w, FLOW_CHANGE, 0);
    assert_false(w.effects.undo);
    walk_tap(&w, FLOW_SEND, 0);
    assert_false(w.effects.close);
    walk_tap(&w, FLOW_LANGUAGE, 0);
    assert_int_equal(w.flow.language, I18N_VI);
}

static void test_declined_visit_may_come_back_once(void **state)
{
    (void)state;
    struct walk w = walk_begin(true, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_INVITED});
    walk_tap(&w, FLOW_DECLINE, 0);
    assert_int_equal(w.flow.screen, FLOW_DECLINED);
    assert_false(w.effects.close);
    walk_tap(&w, FLOW_AGAIN, 0);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_false(w.effects.open);
    walk_tap(&w, FLOW_DECLINE, 0);
    walk_tap(&w, FLOW_AGAIN, 0);
    assert_int_equal(w.flow.screen, FLOW_DECLINED);
    walk_rest(&w, 6000);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_DECLINED);
}

static void test_walk_up_cannot_decline(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_DECLINE, 0);
    assert_int_equal(w.flow.screen, FLOW_RATING);
}

static void test_reasons_may_be_kept_to_low_answers(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, true);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_LEVEL, 4);
    walk_rest(&w, 200);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    walk_stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    walk_rest(&w, 5000);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_LEVEL, 3);
    walk_rest(&w, 200);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
}

static void test_failed_store_apologises_and_goes_out_of_service(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(5);
    walk_tap(&w, FLOW_SEND, 0);
    walk_give(&w, (struct flow_input){.kind = FLOW_STORE_FAILED,
                                      .fault = FLOW_DISK_FULL});
    assert_int_equal(w.flow.screen, FLOW_APOLOGY);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_rest(&w, 14919);
    assert_int_equal(w.flow.screen, FLOW_APOLOGY);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    walk_rest(&w, 3600000);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    walk_give(&w,
              (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_FINE});
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_hanging_store_does_not_hold_the_citizen(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(5);
    walk_tap(&w, FLOW_SEND, 0);
    walk_rest(&w, 10000);
    assert_int_equal(w.flow.screen, FLOW_APOLOGY);
    // It was written after all, while the apology is still to be seen.
    walk_stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    walk_rest(&w, 5000);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_fault_does_not_disturb_a_visit(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(3);
    walk_give(&w, (struct flow_input){.kind = FLOW_SERVICE,
                                      .fault = FLOW_NOT_ENROLLED});
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    walk_tap(&w, FLOW_SEND, 0);
    walk_stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    walk_tap(&w, FLOW_DONE, 0);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    assert_true(flow_deadline(&w.flow) == INT64_MAX);
    walk_give(&w,
              (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_FINE});
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_language_lasts_one_visit(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_LANGUAGE, 0);
    assert_int_equal(w.flow.language, I18N_EN);
    walk_tap(&w, FLOW_LEVEL, 4);
    walk_rest(&w, 200);
    assert_int_equal(w.flow.language, I18N_EN);
    walk_tap(&w, FLOW_SEND, 0);
    assert_int_equal(w.effects.language, I18N_EN);
    walk_stored(&w);
    assert_int_equal(w.flow.language, I18N_EN);
    walk_tap(&w, FLOW_DONE, 0);
    assert_int_equal(w.flow.language, I18N_VI);
    // Kept for the line of a visit that only timed out, too.
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_LANGUAGE, 0);
    walk_rest(&w, 60000);
    assert_int_equal(w.effects.language, I18N_EN);
    assert_int_equal(w.flow.language, I18N_VI);
}

static void test_end_of_program_closes_the_visit(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(4);
    walk_tap(&w, FLOW_REASON, 1);
    walk_give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);

    w = walk_begin(false, false);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_WITHDRAWN);

    w = walk_begin(true, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_INVITED});
    walk_tap(&w, FLOW_DECLINE, 0);
    walk_give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_int_equal(w.effects.outcome, RECORD_DECLINED);

    // Nothing open, or already on its way: nothing to close.
    w = walk_begin(false, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_false(w.effects.close);
    w = walk_at_reasons(4);
    walk_tap(&w, FLOW_SEND, 0);
    walk_give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_false(w.effects.close);
}

static void test_settings_change_between_visits(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    assert_true(flow_is_idle(&w.flow));
    struct flow_setting setting = {.times = FLOW_TIMES, .transaction = true};
    setting.times.rating = 20000;
    flow_configure(&w.flow, w.flow.survey, &setting, w.now, &w.effects);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    walk_give(&w, (struct flow_input){.kind = FLOW_INVITED});
    assert_false(flow_is_idle(&w.flow));
    walk_rest(&w, 20000);
    assert_int_equal(w.effects.outcome, RECORD_TIMEOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rating_goes_from_face_to_thanks),
        cmocka_unit_test(test_every_level_has_the_same_course),
        cmocka_unit_test(test_untouched_rating_times_out),
        cmocka_unit_test(test_invited_rating_counts_from_its_opening),
        cmocka_unit_test(test_second_face_is_ignored_while_one_is_shown),
        cmocka_unit_test(test_change_takes_the_answer_back),
        cmocka_unit_test(test_chosen_reason_is_asked_after),
        cmocka_unit_test(test_reason_chosen_and_taken_back_leaves_soon),
        cmocka_unit_test(test_still_there_sends_at_once),
        cmocka_unit_test(test_nothing_acts_while_the_store_is_waited_for),
        cmocka_unit_test(test_declined_visit_may_come_back_once),
        cmocka_unit_test(test_walk_up_cannot_decline),
        cmocka_unit_test(test_reasons_may_be_kept_to_low_answers),
        cmocka_unit_test(test_failed_store_apologises_and_goes_out_of_service),
        cmocka_unit_test(test_hanging_store_does_not_hold_the_citizen),
        cmocka_unit_test(test_fault_does_not_disturb_a_visit),
        cmocka_unit_test(test_language_lasts_one_visit),
        cmocka_unit_test(test_end_of_program_closes_the_visit),
        cmocka_unit_test(test_settings_change_between_visits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

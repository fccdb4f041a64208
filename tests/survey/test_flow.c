// The course of a visit, walked with a clock made of numbers.
#include "survey/flow.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct survey SURVEY = {
    .id = "quay",
    .version = 1,
    .levels = {{5, "level.5", true, SURVEY_HIGH},
               {4, "level.4", true, SURVEY_HIGH},
               {3, "level.3", false, SURVEY_LOW},
               {2, "level.2", false, SURVEY_LOW},
               {1, "level.1", false, SURVEY_LOW}},
    .level_count = 5,
    .reasons = {{{"reason.high.1", "waiting", "clock"},
                 {"reason.high.2", "waiting", "calendar-check"}},
                {{"reason.low.1", "waiting", "clock"},
                 {"reason.low.2", "waiting", "calendar-late"},
                 {"reason.low.3", "officer", "person"}}},
    .reason_count = {2, 3}};

struct walk {
    struct flow flow;
    struct flow_effects effects;
    int64_t now;
};

static struct walk begin(bool transaction, bool reasons_low)
{
    struct walk w = {.now = 1000};
    struct flow_setting setting = {FLOW_TIMES, transaction, reasons_low};
    flow_init(&w.flow, &SURVEY, &setting, w.now);
    return w;
}

static void give(struct walk *w, struct flow_input input)
{
    input.now = w->now;
    flow_step(&w->flow, &input, &w->effects);
}

static void act(struct walk *w, enum flow_act what, int value)
{
    give(w, (struct flow_input){.kind = FLOW_ACT, .act = what, .value = value});
}

// Time passes; the machine is asked whenever its own deadline comes.
static void rest(struct walk *w, int64_t ms)
{
    int64_t end = w->now + ms;
    memset(&w->effects, 0, sizeof w->effects);
    while (flow_deadline(&w->flow) <= end && !w->effects.close) {
        w->now = flow_deadline(&w->flow);
        give(w, (struct flow_input){.kind = FLOW_TICK});
    }
    w->now = end;
}

static void tap(struct walk *w, enum flow_act what, int value)
{
    give(w, (struct flow_input){.kind = FLOW_TOUCH});
    w->now += 80;
    act(w, what, value);
}

static void stored(struct walk *w)
{
    give(w, (struct flow_input){.kind = FLOW_STORED});
}

static struct walk at_reasons(int level)
{
    struct walk w = begin(false, false);
    tap(&w, FLOW_WAKE, 0);
    w.now += 900;
    tap(&w, FLOW_LEVEL, level);
    rest(&w, 200);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    return w;
}

static void test_rating_goes_from_face_to_thanks(void **state)
{
    (void)state;
    struct walk w = begin(false, false);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_true(flow_deadline(&w.flow) == INT64_MAX);
    tap(&w, FLOW_WAKE, 0);
    assert_true(w.effects.open);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    w.now += 1500;
    tap(&w, FLOW_LEVEL, 2);
    assert_true(w.effects.draft);
    assert_false(w.effects.close);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    rest(&w, 199);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    assert_int_equal(flow_list(&w.flow), SURVEY_LOW);
    tap(&w, FLOW_REASON, 0);
    tap(&w, FLOW_REASON, 2);
    assert_int_equal(flow_chosen_count(&w.flow), 2);
    tap(&w, FLOW_SEND, 0);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    // No thanks before the store has it.
    rest(&w, 500);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    rest(&w, 4999);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_int_equal(w.flow.level, 0);
    assert_int_equal(flow_chosen_count(&w.flow), 0);
}

static void test_every_level_has_the_same_course(void **state)
{
    (void)state;
    for (int level = 1; level <= 5; level++) {
        struct walk w = at_reasons(level);
        assert_int_equal(flow_deadline(&w.flow) - w.flow.since, 20000);
        rest(&w, 20000);
        assert_true(w.effects.close);
        assert_int_equal(w.effects.outcome, RECORD_RATED);
        assert_int_equal(w.flow.level, level);
        stored(&w);
        assert_int_equal(w.flow.screen, FLOW_THANKS);
        assert_int_equal(flow_deadline(&w.flow) - w.now, 5000);
    }
}

static void test_untouched_rating_times_out(void **state)
{
    (void)state;
    struct walk w = begin(false, false);
    tap(&w, FLOW_WAKE, 0);
    w.now += 50000;
    give(&w, (struct flow_input){.kind = FLOW_TOUCH}); // beside every face
    rest(&w, 59999);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_TIMEOUT);
    assert_false(w.effects.draft);
}

static void test_invited_rating_counts_from_its_opening(void **state)
{
    (void)state;
    struct walk w = begin(true, false);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    give(&w, (struct flow_input){.kind = FLOW_INVITED});
    assert_true(w.effects.open);
    w.now += 50000;
    give(&w, (struct flow_input){.kind = FLOW_TOUCH});
    rest(&w, 10000);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    assert_int_equal(w.effects.outcome, RECORD_TIMEOUT);
}

static void test_second_face_is_ignored_while_one_is_shown(void **state)
{
    (void)state;
    struct walk w = begin(false, false);
    tap(&w, FLOW_WAKE, 0);
    tap(&w, FLOW_LEVEL, 4);
    tap(&w, FLOW_LEVEL, 1);
    assert_int_equal(w.flow.level, 4);
    assert_false(w.effects.draft);
    rest(&w, 200);
    assert_int_equal(w.flow.level, 4);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
}

static void test_change_takes_the_answer_back(void **state)
{
    (void)state;
    struct walk w = at_reasons(1);
    tap(&w, FLOW_REASON, 1);
    tap(&w, FLOW_CHANGE, 0);
    assert_true(w.effects.undo);
    assert_false(w.effects.close);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_int_equal(w.flow.level, 0);
    assert_int_equal(flow_chosen_count(&w.flow), 0);
    tap(&w, FLOW_LEVEL, 5);
    assert_true(w.effects.draft);
    assert_false(w.effects.open); // the same visit
    rest(&w, 200);
    assert_int_equal(flow_list(&w.flow), SURVEY_HIGH);
    // Taken back and left alone: nobody answered.
    tap(&w, FLOW_CHANGE, 0);
    rest(&w, 60000);
    assert_int_equal(w.effects.outcome, RECORD_TIMEOUT);
}

static void test_chosen_reason_is_asked_after(void **state)
{
    (void)state;
    struct walk w = at_reasons(2);
    tap(&w, FLOW_REASON, 1);
    int64_t touched = w.flow.touched;
    rest(&w, touched + 29999 - w.now);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_STILL);
    tap(&w, FLOW_MORE, 0);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    assert_int_equal(flow_chosen_count(&w.flow), 1);
    rest(&w, 30000);
    assert_int_equal(w.flow.screen, FLOW_STILL);
    rest(&w, 20000);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    assert_true(w.flow.chosen[1]);
    stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
}

static void test_reason_chosen_and_taken_back_leaves_soon(void **state)
{
    (void)state;
    struct walk w = at_reasons(2);
    tap(&w, FLOW_REASON, 0);
    tap(&w, FLOW_REASON, 0);
    assert_int_equal(flow_deadline(&w.flow) - w.flow.touched, 20000);
}

static void test_still_there_sends_at_once(void **state)
{
    (void)state;
    struct walk w = at_reasons(2);
    tap(&w, FLOW_REASON, 0);
    rest(&w, 30000);
    tap(&w, FLOW_SEND, 0);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
}

static void test_nothing_acts_while_the_store_is_waited_for(void **state)
{
    (void)state;
    struct walk w = at_reasons(2);
    tap(&w, FLOW_SEND, 0);
    tap(&w, FLOW_REASON, 0);
    assert_int_equal(flow_chosen_count(&w.flow), 0);
    tap(&w, FLOW_CHANGE, 0);
    assert_false(w.effects.undo);
    tap(&w, FLOW_SEND, 0);
    assert_false(w.effects.close);
    tap(&w, FLOW_LANGUAGE, 0);
    assert_int_equal(w.flow.language, I18N_VI);
}

static void test_declined_visit_may_come_back_once(void **state)
{
    (void)state;
    struct walk w = begin(true, false);
    give(&w, (struct flow_input){.kind = FLOW_INVITED});
    tap(&w, FLOW_DECLINE, 0);
    assert_int_equal(w.flow.screen, FLOW_DECLINED);
    assert_false(w.effects.close);
    tap(&w, FLOW_AGAIN, 0);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_false(w.effects.open);
    tap(&w, FLOW_DECLINE, 0);
    tap(&w, FLOW_AGAIN, 0);
    assert_int_equal(w.flow.screen, FLOW_DECLINED);
    rest(&w, 6000);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_DECLINED);
}

static void test_walk_up_cannot_decline(void **state)
{
    (void)state;
    struct walk w = begin(false, false);
    tap(&w, FLOW_WAKE, 0);
    tap(&w, FLOW_DECLINE, 0);
    assert_int_equal(w.flow.screen, FLOW_RATING);
}

static void test_reasons_may_be_kept_to_low_answers(void **state)
{
    (void)state;
    struct walk w = begin(false, true);
    tap(&w, FLOW_WAKE, 0);
    tap(&w, FLOW_LEVEL, 4);
    rest(&w, 200);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    rest(&w, 5000);
    tap(&w, FLOW_WAKE, 0);
    tap(&w, FLOW_LEVEL, 3);
    rest(&w, 200);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
}

static void test_failed_store_apologises_and_goes_out_of_service(void **state)
{
    (void)state;
    struct walk w = at_reasons(5);
    tap(&w, FLOW_SEND, 0);
    give(&w, (struct flow_input){.kind = FLOW_STORE_FAILED,
                                 .fault = FLOW_DISK_FULL});
    assert_int_equal(w.flow.screen, FLOW_APOLOGY);
    tap(&w, FLOW_WAKE, 0);
    rest(&w, 14919);
    assert_int_equal(w.flow.screen, FLOW_APOLOGY);
    rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    rest(&w, 3600000);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    give(&w, (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_FINE});
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_hanging_store_does_not_hold_the_citizen(void **state)
{
    (void)state;
    struct walk w = at_reasons(5);
    tap(&w, FLOW_SEND, 0);
    rest(&w, 10000);
    assert_int_equal(w.flow.screen, FLOW_APOLOGY);
    // It was written after all, while the apology is still to be seen.
    stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    rest(&w, 5000);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_fault_does_not_disturb_a_visit(void **state)
{
    (void)state;
    struct walk w = at_reasons(3);
    give(&w,
         (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_NOT_ENROLLED});
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    tap(&w, FLOW_SEND, 0);
    stored(&w);
    assert_int_equal(w.flow.screen, FLOW_THANKS);
    tap(&w, FLOW_DONE, 0);
    assert_int_equal(w.flow.screen, FLOW_OUT_OF_SERVICE);
    assert_true(flow_deadline(&w.flow) == INT64_MAX);
    give(&w, (struct flow_input){.kind = FLOW_SERVICE, .fault = FLOW_FINE});
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
}

static void test_language_lasts_one_visit(void **state)
{
    (void)state;
    struct walk w = begin(false, false);
    tap(&w, FLOW_WAKE, 0);
    tap(&w, FLOW_LANGUAGE, 0);
    assert_int_equal(w.flow.language, I18N_EN);
    tap(&w, FLOW_LEVEL, 4);
    rest(&w, 200);
    assert_int_equal(w.flow.language, I18N_EN);
    tap(&w, FLOW_SEND, 0);
    assert_int_equal(w.effects.language, I18N_EN);
    stored(&w);
    assert_int_equal(w.flow.language, I18N_EN);
    tap(&w, FLOW_DONE, 0);
    assert_int_equal(w.flow.language, I18N_VI);
    // Kept for the line of a visit that only timed out, too.
    tap(&w, FLOW_WAKE, 0);
    tap(&w, FLOW_LANGUAGE, 0);
    rest(&w, 60000);
    assert_int_equal(w.effects.language, I18N_EN);
    assert_int_equal(w.flow.language, I18N_VI);
}

static void test_end_of_program_closes_the_visit(void **state)
{
    (void)state;
    struct walk w = at_reasons(4);
    tap(&w, FLOW_REASON, 1);
    give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_RATED);

    w = begin(false, false);
    tap(&w, FLOW_WAKE, 0);
    give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_WITHDRAWN);

    w = begin(true, false);
    give(&w, (struct flow_input){.kind = FLOW_INVITED});
    tap(&w, FLOW_DECLINE, 0);
    give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_int_equal(w.effects.outcome, RECORD_DECLINED);

    // Nothing open, or already on its way: nothing to close.
    w = begin(false, false);
    give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_false(w.effects.close);
    w = at_reasons(4);
    tap(&w, FLOW_SEND, 0);
    give(&w, (struct flow_input){.kind = FLOW_STOP});
    assert_false(w.effects.close);
}

static void test_settings_change_between_visits(void **state)
{
    (void)state;
    struct walk w = begin(false, false);
    assert_true(flow_is_idle(&w.flow));
    struct flow_setting setting = {FLOW_TIMES, true, false};
    setting.times.rating = 20000;
    flow_configure(&w.flow, &SURVEY, &setting, w.now, &w.effects);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    give(&w, (struct flow_input){.kind = FLOW_INVITED});
    assert_false(flow_is_idle(&w.flow));
    rest(&w, 20000);
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

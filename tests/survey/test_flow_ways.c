// How a visit begins: by an invitation, by a touch, by the choice of a field,
// and on a counter that is cut off from its invitations.
#include "support/flow_walk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void invite(struct walk *w)
{
    walk_give(w, (struct flow_input){.kind = FLOW_INVITED});
}

static void withdraw(struct walk *w)
{
    walk_give(w, (struct flow_input){.kind = FLOW_WITHDRAWN});
}

static void contact(struct walk *w, bool there)
{
    walk_give(w, (struct flow_input){.kind = FLOW_CONTACT, .value = there});
}

static struct walk begin_with(bool transaction, enum flow_walk_up walk_up)
{
    struct walk w = walk_begin(transaction, false);
    struct flow_setting setting = w.flow.setting;
    setting.walk_up = walk_up;
    setting.field_count = walk_up == FLOW_WALK_UP_FIELDS ? 3 : 0;
    flow_configure(&w.flow, w.flow.survey, &setting, w.now, &w.effects);
    return w;
}

static void test_only_an_invited_visit_may_be_declined(void **state)
{
    (void)state;
    struct walk w = begin_with(true, FLOW_WALK_UP_ON);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_int_equal(flow_mode(&w.flow), RECORD_WALK_UP);
    walk_tap(&w, FLOW_DECLINE, 0);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    // Its time runs from the last touch, as on every walk-up.
    w.now += 50000;
    walk_give(&w, (struct flow_input){.kind = FLOW_TOUCH});
    walk_rest(&w, 59999);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    invite(&w);
    assert_int_equal(flow_mode(&w.flow), RECORD_TRANSACTION);
    walk_tap(&w, FLOW_DECLINE, 0);
    assert_int_equal(w.flow.screen, FLOW_DECLINED);
}

// A code off a paper opens a visit at the attract screen too; it is one of a
// transaction all the same.
static void test_an_invitation_opens_the_attract_screen(void **state)
{
    (void)state;
    struct walk w = walk_begin(false, false);
    invite(&w);
    assert_true(w.effects.open);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_int_equal(flow_mode(&w.flow), RECORD_TRANSACTION);
    // The next one is a touch's again.
    walk_rest(&w, 60000);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(flow_mode(&w.flow), RECORD_WALK_UP);
}

static void test_nobody_is_invited_elsewhere(void **state)
{
    (void)state;
    struct walk w = walk_at_reasons(4);
    invite(&w);
    assert_int_equal(w.flow.screen, FLOW_REASONS);
    assert_false(w.effects.open);
    assert_false(w.flow.invited);
    w = walk_begin(true, false);
    walk_give(&w, (struct flow_input){.kind = FLOW_HOURS, .value = 0});
    invite(&w);
    assert_int_equal(w.flow.screen, FLOW_CLOSED);
}

static void test_walk_up_may_be_off(void **state)
{
    (void)state;
    struct walk w = begin_with(false, FLOW_WALK_UP_OFF);
    // Nothing there calls for a touch.
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    invite(&w);
    assert_int_equal(w.flow.screen, FLOW_RATING);
}

static void test_first_a_field_is_chosen(void **state)
{
    (void)state;
    struct walk w = begin_with(false, FLOW_WALK_UP_FIELDS);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_FIELDS);
    assert_false(w.effects.open); // nothing to write yet
    assert_false(flow_is_idle(&w.flow));
    walk_tap(&w, FLOW_FIELD, 3); // there are three, from 0
    walk_tap(&w, FLOW_FIELD, -1);
    assert_int_equal(w.flow.screen, FLOW_FIELDS);
    walk_tap(&w, FLOW_LARGE, 0);
    assert_true(w.flow.aids.large);
    walk_tap(&w, FLOW_LANGUAGE, 0);
    walk_tap(&w, FLOW_FIELD, 1);
    assert_true(w.effects.open);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_int_equal(w.flow.field, 1);
    assert_int_equal(w.flow.language, I18N_EN);
    assert_true(w.flow.used.large);
    walk_rest(&w, 60000);
    assert_true(w.effects.close);
    assert_int_equal(w.flow.field, -1);
    assert_false(w.flow.aids.large);
}

static void test_fields_are_left_without_a_trace(void **state)
{
    (void)state;
    struct walk w = begin_with(true, FLOW_WALK_UP_FIELDS);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_FIELDS);
    walk_tap(&w, FLOW_DARK, 0);
    walk_rest(&w, 29919); // the tap took 80 ms
    assert_int_equal(w.flow.screen, FLOW_FIELDS);
    walk_rest(&w, 1);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    assert_false(w.effects.close);
    assert_false(w.flow.aids.dark);
    walk_tap(&w, FLOW_WAKE, 0);
    walk_tap(&w, FLOW_BACK, 0);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    assert_false(w.effects.close);
}

static void test_without_contact_it_takes_who_comes(void **state)
{
    (void)state;
    struct walk w = begin_with(true, FLOW_WALK_UP_OFF);
    contact(&w, false);
    assert_int_equal(w.flow.screen, FLOW_ATTRACT);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    assert_int_equal(flow_mode(&w.flow), RECORD_WALK_UP_OFFLINE);
    // It is back: nobody is disturbed, and the visit stays what it was.
    contact(&w, true);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    walk_tap(&w, FLOW_LEVEL, 4);
    walk_rest(&w, 200);
    walk_tap(&w, FLOW_SEND, 0);
    walk_stored(&w);
    walk_tap(&w, FLOW_DONE, 0);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    // One that has fields to choose from keeps the choice.
    w = begin_with(true, FLOW_WALK_UP_FIELDS);
    contact(&w, false);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(w.flow.screen, FLOW_FIELDS);
    // Where no visits come by invitation, contact changes nothing.
    w = begin_with(false, FLOW_WALK_UP_ON);
    contact(&w, false);
    walk_tap(&w, FLOW_WAKE, 0);
    assert_int_equal(flow_mode(&w.flow), RECORD_WALK_UP);
}

static void test_withdrawn_before_a_face_goes_home(void **state)
{
    (void)state;
    struct walk w = walk_begin(true, false);
    invite(&w);
    walk_tap(&w, FLOW_LANGUAGE, 0);
    withdraw(&w);
    assert_true(w.effects.close);
    assert_int_equal(w.effects.outcome, RECORD_WITHDRAWN);
    assert_int_equal(w.flow.screen, FLOW_WAITING);
    withdraw(&w); // there is nothing more to take back
    assert_false(w.effects.close);
}

static void test_who_touched_a_face_goes_on(void **state)
{
    (void)state;
    struct walk w = walk_begin(true, false);
    invite(&w);
    walk_tap(&w, FLOW_LEVEL, 2);
    withdraw(&w);
    assert_false(w.effects.close);
    walk_rest(&w, 200);
    // Also when the answer was taken back to be changed.
    walk_tap(&w, FLOW_CHANGE, 0);
    withdraw(&w);
    assert_int_equal(w.flow.screen, FLOW_RATING);
    walk_tap(&w, FLOW_LEVEL, 1);
    walk_rest(&w, 200);
    walk_tap(&w, FLOW_SEND, 0);
    assert_int_equal(w.effects.outcome, RECORD_RATED);
    // And who chose "no rating" has chosen.
    w = walk_begin(true, false);
    invite(&w);
    walk_tap(&w, FLOW_DECLINE, 0);
    withdraw(&w);
    walk_rest(&w, 6000);
    assert_int_equal(w.effects.outcome, RECORD_DECLINED);
    // A walk-up has no invitation to lose.
    w = begin_with(true, FLOW_WALK_UP_ON);
    walk_tap(&w, FLOW_WAKE, 0);
    withdraw(&w);
    assert_int_equal(w.flow.screen, FLOW_RATING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_an_invited_visit_may_be_declined),
        cmocka_unit_test(test_an_invitation_opens_the_attract_screen),
        cmocka_unit_test(test_nobody_is_invited_elsewhere),
        cmocka_unit_test(test_walk_up_may_be_off),
        cmocka_unit_test(test_first_a_field_is_chosen),
        cmocka_unit_test(test_fields_are_left_without_a_trace),
        cmocka_unit_test(test_without_contact_it_takes_who_comes),
        cmocka_unit_test(test_withdrawn_before_a_face_goes_home),
        cmocka_unit_test(test_who_touched_a_face_goes_on)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

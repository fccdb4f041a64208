// Visits on a real store, without a screen: what is in the ledger afterwards.
#include "store/courier.h"
#include "support/counter_desk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char WALK_UP[] =
    "{\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"
    "\"counter\":\"3\",\"field\":{\"code\":\"chung-thuc\",\"vi\":\"Chứng "
    "thực\"}}";

static void test_visits_become_lines(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, WALK_UP);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    counter_rate(&desk, 1);
    counter_until(&desk, STORE_DRAFT_SAVED);
    counter_act(&desk, FLOW_REASON, 0);
    counter_act(&desk, FLOW_REASON, 8);
    counter_act(&desk, FLOW_SEND, 0);
    assert_int_equal(counter_screen(&desk), FLOW_REASONS);
    counter_until(&desk, STORE_LINE_SAVED);
    assert_int_equal(counter_screen(&desk), FLOW_THANKS);
    counter_rest(&desk, 5000);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);

    counter_act(&desk, FLOW_WAKE, 0);
    counter_act(&desk, FLOW_LANGUAGE, 0);
    counter_rest(&desk, 60000);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    counter_until(&desk, STORE_LINE_SAVED);
    counter_stop(&desk);

    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->events, 2); // start and stop
    assert_int_equal(visits->count, 2);
    const struct record *rated = &visits->list[0];
    assert_int_equal(rated->outcome, RECORD_RATED);
    assert_int_equal(rated->level, 1);
    assert_int_equal(rated->reason_count, 2);
    assert_string_equal(rated->reasons[0], "reason.low.1");
    assert_string_equal(rated->reasons[1], "reason.other");
    assert_string_equal(rated->unit, "H24.12");
    assert_string_equal(rated->counter, "3");
    assert_string_equal(rated->field, "chung-thuc");
    assert_int_equal(rated->mode, RECORD_WALK_UP);
    assert_true(rated->has_touch);
    const struct record *timed_out = &visits->list[1];
    assert_int_equal(timed_out->outcome, RECORD_TIMEOUT);
    assert_string_equal(timed_out->lang, "en");
    assert_string_not_equal(timed_out->id, rated->id);
    free(visits);
    counter_close(&desk);
}

static void test_changed_answer_leaves_one_line(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, WALK_UP);
    counter_rate(&desk, 1);
    counter_act(&desk, FLOW_CHANGE, 0);
    assert_int_equal(counter_screen(&desk), FLOW_RATING);
    counter_act(&desk, FLOW_LEVEL, 5);
    counter_rest(&desk, 200);
    counter_act(&desk, FLOW_SEND, 0);
    counter_until(&desk, STORE_LINE_SAVED);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 1);
    assert_int_equal(visits->list[0].level, 5);
    free(visits);
    counter_close(&desk);
}

static void test_end_of_program_closes_the_visit(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, WALK_UP);
    counter_rate(&desk, 4);
    counter_stop(&desk);
    counter_start(&desk);
    counter_until(&desk, STORE_LINE_SAVED);
    counter_act(&desk, FLOW_WAKE, 0);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 2);
    assert_int_equal(visits->list[0].outcome, RECORD_RATED);
    assert_int_equal(visits->list[0].level, 4);
    assert_int_equal(visits->list[1].outcome, RECORD_WITHDRAWN);
    free(visits);
    counter_close(&desk);
}

static void test_waits_for_enrolment_and_comes_up(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, NULL);
    assert_int_equal(counter_screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_NOT_ENROLLED);
    counter_act(&desk, FLOW_WAKE, 0);
    counter_rest(&desk, 5000);
    assert_int_equal(counter_screen(&desk), FLOW_OUT_OF_SERVICE);
    counter_enrol(&desk, WALK_UP);
    counter_rest(&desk, 5000);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    assert_true(kiosk_is_enrolled(desk.kiosk));
    assert_string_equal(kiosk_setting(desk.kiosk)->unit_name, "Bình Minh");
    counter_until(&desk, STORE_LINE_SAVED);
    counter_rate(&desk, 5);
    counter_act(&desk, FLOW_SEND, 0);
    counter_until(&desk, STORE_LINE_SAVED);
    assert_int_equal(counter_screen(&desk), FLOW_THANKS);
    counter_close(&desk);
}

static void test_unusable_configuration_is_out_of_service(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, NULL);
    counter_enrol(&desk, "{\"version\":1,\"levels\":9}");
    counter_rest(&desk, 5000);
    assert_int_equal(counter_screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_BAD_CONFIGURATION);
    counter_stop(&desk);
    // A question set that is not there.
    counter_enrol(&desk, "{\"version\":1,\"survey\":\"nowhere\"}");
    counter_start(&desk);
    assert_int_equal(counter_screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_BAD_CONFIGURATION);
    counter_close(&desk);
}

static void put_config(const struct counter_desk *desk, int64_t version,
                       const char *body)
{
    struct courier *courier;
    assert_int_equal(courier_open(desk->folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_put_config(courier, version, "\"x\"", body,
                                        strlen(body), "sig"),
                     SQL_OK);
    courier_close(courier);
}

static void test_newer_configuration_comes_between_visits(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, WALK_UP);
    counter_rate(&desk, 4);
    put_config(&desk, 2,
               "{\"version\":2,\"counter\":\"8\",\"levels\":3,"
               "\"mode\":\"transaction\"}");
    counter_rest(&desk, 3000);
    // The visit that is on keeps what it began with.
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "3");
    counter_act(&desk, FLOW_SEND, 0);
    counter_until(&desk, STORE_LINE_SAVED);
    counter_rest(&desk, 5000);
    counter_rest(&desk, 5000);
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "8");
    assert_int_equal(kiosk_setting(desk.kiosk)->levels, 3);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    // One that cannot be used changes nothing.
    put_config(&desk, 3, "{\"version\":3,\"levels\":\"many\"}");
    counter_rest(&desk, 5000);
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "8");
    // Of a server that was restored from a backup.
    put_config(&desk, 1,
               "{\"version\":1,\"counter\":\"9\",\"mode\":\"transaction\"}");
    counter_rest(&desk, 5000);
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "9");
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_close(&desk);
}

static void test_declined_visit_is_written_when_left(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, "{\"version\":1,\"counter\":\"3\","
                        "\"mode\":\"transaction\"}");
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    const struct flow_input invited = {.kind = FLOW_INVITED, .now = desk.now};
    kiosk_step(desk.kiosk, &invited);
    counter_act(&desk, FLOW_DECLINE, 0);
    assert_int_equal(counter_screen(&desk), FLOW_DECLINED);
    counter_rest(&desk, 6000);
    assert_int_equal(counter_screen(&desk), FLOW_WAITING);
    counter_until(&desk, STORE_LINE_SAVED);
    counter_stop(&desk);
    struct counter_visits *visits = counter_read(&desk);
    assert_int_equal(visits->count, 1);
    assert_int_equal(visits->list[0].outcome, RECORD_DECLINED);
    assert_int_equal(visits->list[0].mode, RECORD_TRANSACTION);
    free(visits);
    counter_close(&desk);
}

static void test_second_kiosk_is_told_to_end(void **state)
{
    (void)state;
    struct counter_desk first, second;
    counter_open(&first, WALK_UP);
    counter_open(&second, NULL);
    counter_stop(&second);
    scratch_remove(second.folder);
    memcpy(second.folder, first.folder, sizeof second.folder);
    counter_start(&second);
    counter_until(&second, STORE_BROKEN);
    assert_int_equal(kiosk_health(second.kiosk), KIOSK_SECOND);
    assert_int_equal(kiosk_health(first.kiosk), KIOSK_WELL);
    counter_stop(&second);
    counter_close(&first);
}

static void test_what_only_a_new_start_mends_ends_the_kiosk(void **state)
{
    const struct store_event event = {.kind = STORE_BROKEN,
                                      .reason = STORE_REASON_LEFT_BEHIND};
    struct counter_desk desk;
    (void)state;
    counter_open(&desk, WALK_UP);
    kiosk_take_store_event(desk.kiosk, &event, desk.now);
    assert_int_equal(kiosk_health(desk.kiosk), KIOSK_STALE);
    counter_close(&desk);
}

// What the store says when neither of its copies can be made.
static void tell_failure(struct counter_desk *desk, const char *id)
{
    struct store_event event = {.kind = STORE_FAILED,
                                .reason = STORE_REASON_FULL};
    snprintf(event.id, sizeof event.id, "%s", id);
    kiosk_take_store_event(desk->kiosk, &event, desk->now);
    event =
        (struct store_event){.kind = STORE_BROKEN, .reason = STORE_REASON_FULL};
    kiosk_take_store_event(desk->kiosk, &event, desk->now);
}

static void test_failed_line_gets_no_thanks(void **state)
{
    (void)state;
    struct counter_desk desk;
    counter_open(&desk, WALK_UP);
    counter_rate(&desk, 5);
    pthread_mutex_lock(&desk.lock);
    while (desk.event_count == 0)
        pthread_cond_wait(&desk.told, &desk.lock);
    struct store_event draft = desk.events[desk.event_count - 1];
    pthread_mutex_unlock(&desk.lock);
    counter_until(&desk, STORE_DRAFT_SAVED);
    counter_act(&desk, FLOW_SEND, 0);
    tell_failure(&desk, draft.id);
    assert_int_equal(counter_screen(&desk), FLOW_APOLOGY);
    counter_rest(&desk, 15000);
    assert_int_equal(counter_screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_DISK_FULL);
    const struct store_event back = {.kind = STORE_READY};
    kiosk_take_store_event(desk.kiosk, &back, desk.now);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    counter_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visits_become_lines),
        cmocka_unit_test(test_changed_answer_leaves_one_line),
        cmocka_unit_test(test_end_of_program_closes_the_visit),
        cmocka_unit_test(test_waits_for_enrolment_and_comes_up),
        cmocka_unit_test(test_unusable_configuration_is_out_of_service),
        cmocka_unit_test(test_newer_configuration_comes_between_visits),
        cmocka_unit_test(test_declined_visit_is_written_when_left),
        cmocka_unit_test(test_second_kiosk_is_told_to_end),
        cmocka_unit_test(test_what_only_a_new_start_mends_ends_the_kiosk),
        cmocka_unit_test(test_failed_line_gets_no_thanks)};
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

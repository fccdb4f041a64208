// Visits on a real store, without a screen: what is in the ledger afterwards.
#include "common/clock.h"
#include "ledger/digest.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include "support/scratch.h"
#include "ui/kiosk.h"
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EVENTS_MAX = 64, LINES_MAX = 32 };

struct desk {
    char folder[SCRATCH_SIZE];
    struct survey survey;
    struct kiosk *kiosk;
    int64_t now;
    pthread_mutex_t lock;
    pthread_cond_t told;
    // guarded by `lock`
    struct store_event events[EVENTS_MAX];
    size_t event_count;
};

static void listen_to(void *ctx, const struct store_event *event)
{
    struct desk *desk = ctx;
    pthread_mutex_lock(&desk->lock);
    if (desk->event_count < EVENTS_MAX)
        desk->events[desk->event_count++] = *event;
    pthread_cond_signal(&desk->told);
    pthread_mutex_unlock(&desk->lock);
}

// Hands the store's events to the kiosk until one of this kind has come.
static void until(struct desk *desk, enum store_event_kind kind)
{
    for (;;) {
        pthread_mutex_lock(&desk->lock);
        while (desk->event_count == 0)
            pthread_cond_wait(&desk->told, &desk->lock);
        struct store_event event = desk->events[0];
        memmove(desk->events, desk->events + 1,
                --desk->event_count * sizeof event);
        pthread_mutex_unlock(&desk->lock);
        kiosk_take_store_event(desk->kiosk, &event, desk->now);
        if (event.kind == kind)
            return;
    }
}

static void enrol(const struct desk *desk, const char *config)
{
    struct device device = {
        .counter = "3", .server = "https://127.0.0.1:1", .token = "aa"};
    struct key key;
    struct box_key box;
    char why[JSON_MESSAGE_SIZE];
    key_make(&key);
    box_make(&box);
    snprintf(device.id, sizeof device.id,
             "0b6c8f6e-6a0b-4c0e-9d3f-0123456789ab");
    memcpy(device.server_key, key.public_key, sizeof device.server_key);
    memcpy(device.box_key, box.public_key, sizeof device.box_key);
    device.config = json_read(config, strlen(config), why);
    assert_non_null(device.config);
    assert_true(device_save_key(desk->folder, &key));
    assert_true(device_save(desk->folder, &device));
    device_release(&device);
}

static void start(struct desk *desk)
{
    const struct kiosk_params params = {.directory = desk->folder,
                                        .survey = &desk->survey,
                                        .times = FLOW_TIMES,
                                        .listener = listen_to,
                                        .ctx = desk};
    desk->kiosk = kiosk_open(&params, desk->now);
    assert_non_null(desk->kiosk);
}

static const char WALK_UP[] =
    "{\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"
    "\"counter\":\"3\",\"field\":{\"code\":\"chung-thuc\",\"vi\":\"Chứng "
    "thực\"}}";

static void open_desk(struct desk *desk, const char *config)
{
    struct buf message = {0};
    memset(desk, 0, sizeof *desk);
    assert_true(ledger_init());
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->told, NULL);
    scratch_make(desk->folder);
    if (!survey_load(TEST_SOURCE "/assets/surveys/quay.json", &desk->survey,
                     &message))
        fail_msg("%s", buf_text(&message));
    desk->now = 1000000;
    if (config)
        enrol(desk, config);
    start(desk);
    if (config)
        until(desk, STORE_LINE_SAVED); // the event of the start
}

static void stop(struct desk *desk)
{
    kiosk_close(desk->kiosk, desk->now);
    desk->kiosk = NULL;
    desk->event_count = 0;
}

static void close_desk(struct desk *desk)
{
    if (desk->kiosk)
        stop(desk);
    scratch_remove(desk->folder);
}

static enum flow_screen screen(const struct desk *desk)
{
    return kiosk_flow(desk->kiosk)->screen;
}

static void act(struct desk *desk, enum flow_act what, int value)
{
    const struct flow_input touch = {.kind = FLOW_TOUCH, .now = desk->now};
    const struct flow_input input = {
        .kind = FLOW_ACT, .act = what, .value = value, .now = desk->now};
    kiosk_touch_at(desk->kiosk, 0.25, 0.5);
    kiosk_step(desk->kiosk, &touch);
    kiosk_step(desk->kiosk, &input);
}

static void rest(struct desk *desk, int64_t ms)
{
    desk->now += ms;
    kiosk_tick(desk->kiosk, desk->now);
}

// The lines of the ledger, events left out.
struct visits {
    struct record list[LINES_MAX];
    size_t count, events;
};

static bool collect(void *ctx, int64_t seq, const char *id, const char *line,
                    size_t size)
{
    struct visits *visits = ctx;
    char reason[JSON_MESSAGE_SIZE];
    (void)seq;
    (void)id;
    assert_true(visits->count < LINES_MAX);
    struct record *record = &visits->list[visits->count];
    assert_true(record_read(line, size, record, reason));
    if (record->kind == RECORD_VISIT)
        visits->count++;
    else
        visits->events++;
    return true;
}

static struct visits *read_ledger(const struct desk *desk)
{
    struct ledger_reader *reader;
    struct visits *visits = calloc(1, sizeof *visits);
    assert_non_null(visits);
    assert_int_equal(ledger_reader_open(desk->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, collect, visits), SQL_OK);
    ledger_reader_close(reader);
    return visits;
}

static void rate(struct desk *desk, int level)
{
    act(desk, FLOW_WAKE, 0);
    desk->now += 700;
    act(desk, FLOW_LEVEL, level);
    rest(desk, 200);
    assert_int_equal(screen(desk), FLOW_REASONS);
}

static void test_visits_become_lines(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, WALK_UP);
    assert_int_equal(screen(&desk), FLOW_ATTRACT);
    rate(&desk, 1);
    until(&desk, STORE_DRAFT_SAVED);
    act(&desk, FLOW_REASON, 0);
    act(&desk, FLOW_REASON, 8);
    act(&desk, FLOW_SEND, 0);
    assert_int_equal(screen(&desk), FLOW_REASONS);
    until(&desk, STORE_LINE_SAVED);
    assert_int_equal(screen(&desk), FLOW_THANKS);
    rest(&desk, 5000);
    assert_int_equal(screen(&desk), FLOW_ATTRACT);

    act(&desk, FLOW_WAKE, 0);
    act(&desk, FLOW_LANGUAGE, 0);
    rest(&desk, 60000);
    assert_int_equal(screen(&desk), FLOW_ATTRACT);
    until(&desk, STORE_LINE_SAVED);
    stop(&desk);

    struct visits *visits = read_ledger(&desk);
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
    close_desk(&desk);
}

static void test_changed_answer_leaves_one_line(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, WALK_UP);
    rate(&desk, 1);
    act(&desk, FLOW_CHANGE, 0);
    assert_int_equal(screen(&desk), FLOW_RATING);
    act(&desk, FLOW_LEVEL, 5);
    rest(&desk, 200);
    act(&desk, FLOW_SEND, 0);
    until(&desk, STORE_LINE_SAVED);
    stop(&desk);
    struct visits *visits = read_ledger(&desk);
    assert_int_equal(visits->count, 1);
    assert_int_equal(visits->list[0].level, 5);
    free(visits);
    close_desk(&desk);
}

static void test_end_of_program_closes_the_visit(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, WALK_UP);
    rate(&desk, 4);
    stop(&desk);
    start(&desk);
    until(&desk, STORE_LINE_SAVED);
    act(&desk, FLOW_WAKE, 0);
    stop(&desk);
    struct visits *visits = read_ledger(&desk);
    assert_int_equal(visits->count, 2);
    assert_int_equal(visits->list[0].outcome, RECORD_RATED);
    assert_int_equal(visits->list[0].level, 4);
    assert_int_equal(visits->list[1].outcome, RECORD_WITHDRAWN);
    free(visits);
    close_desk(&desk);
}

static void test_waits_for_enrolment_and_comes_up(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, NULL);
    assert_int_equal(screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_NOT_ENROLLED);
    act(&desk, FLOW_WAKE, 0);
    rest(&desk, 5000);
    assert_int_equal(screen(&desk), FLOW_OUT_OF_SERVICE);
    enrol(&desk, WALK_UP);
    rest(&desk, 5000);
    assert_int_equal(screen(&desk), FLOW_ATTRACT);
    assert_true(kiosk_is_enrolled(desk.kiosk));
    assert_string_equal(kiosk_setting(desk.kiosk)->unit_name, "Bình Minh");
    until(&desk, STORE_LINE_SAVED);
    rate(&desk, 5);
    act(&desk, FLOW_SEND, 0);
    until(&desk, STORE_LINE_SAVED);
    assert_int_equal(screen(&desk), FLOW_THANKS);
    close_desk(&desk);
}

static void test_unusable_configuration_is_out_of_service(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, NULL);
    enrol(&desk, "{\"version\":1,\"levels\":9}");
    rest(&desk, 5000);
    assert_int_equal(screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_BAD_CONFIGURATION);
    stop(&desk);
    // A question set that is not there.
    enrol(&desk, "{\"version\":1,\"survey\":\"nowhere\"}");
    start(&desk);
    assert_int_equal(screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_BAD_CONFIGURATION);
    close_desk(&desk);
}

static void put_config(const struct desk *desk, int64_t version,
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
    struct desk desk;
    open_desk(&desk, WALK_UP);
    rate(&desk, 4);
    put_config(&desk, 2,
               "{\"version\":2,\"counter\":\"8\",\"levels\":3,"
               "\"mode\":\"transaction\"}");
    rest(&desk, 3000);
    // The visit that is on keeps what it began with.
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "3");
    act(&desk, FLOW_SEND, 0);
    until(&desk, STORE_LINE_SAVED);
    rest(&desk, 5000);
    rest(&desk, 5000);
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "8");
    assert_int_equal(kiosk_setting(desk.kiosk)->levels, 3);
    assert_int_equal(screen(&desk), FLOW_WAITING);
    // One that cannot be used changes nothing.
    put_config(&desk, 3, "{\"version\":3,\"levels\":\"many\"}");
    rest(&desk, 5000);
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "8");
    // Of a server that was restored from a backup.
    put_config(&desk, 1,
               "{\"version\":1,\"counter\":\"9\",\"mode\":\"transaction\"}");
    rest(&desk, 5000);
    assert_string_equal(kiosk_setting(desk.kiosk)->counter, "9");
    assert_int_equal(screen(&desk), FLOW_WAITING);
    close_desk(&desk);
}

static void test_declined_visit_is_written_when_left(void **state)
{
    (void)state;
    struct desk desk;
    open_desk(&desk, "{\"version\":1,\"counter\":\"3\","
                     "\"mode\":\"transaction\"}");
    assert_int_equal(screen(&desk), FLOW_WAITING);
    const struct flow_input invited = {.kind = FLOW_INVITED, .now = desk.now};
    kiosk_step(desk.kiosk, &invited);
    act(&desk, FLOW_DECLINE, 0);
    assert_int_equal(screen(&desk), FLOW_DECLINED);
    rest(&desk, 6000);
    assert_int_equal(screen(&desk), FLOW_WAITING);
    until(&desk, STORE_LINE_SAVED);
    stop(&desk);
    struct visits *visits = read_ledger(&desk);
    assert_int_equal(visits->count, 1);
    assert_int_equal(visits->list[0].outcome, RECORD_DECLINED);
    assert_int_equal(visits->list[0].mode, RECORD_TRANSACTION);
    free(visits);
    close_desk(&desk);
}

static void test_second_kiosk_is_told_to_end(void **state)
{
    (void)state;
    struct desk first, second;
    open_desk(&first, WALK_UP);
    open_desk(&second, NULL);
    stop(&second);
    scratch_remove(second.folder);
    memcpy(second.folder, first.folder, sizeof second.folder);
    start(&second);
    until(&second, STORE_BROKEN);
    assert_int_equal(kiosk_health(second.kiosk), KIOSK_SECOND);
    assert_int_equal(kiosk_health(first.kiosk), KIOSK_WELL);
    stop(&second);
    close_desk(&first);
}

// What the store says when neither of its copies can be made.
static void tell_failure(struct desk *desk, const char *id)
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
    struct desk desk;
    open_desk(&desk, WALK_UP);
    rate(&desk, 5);
    pthread_mutex_lock(&desk.lock);
    while (desk.event_count == 0)
        pthread_cond_wait(&desk.told, &desk.lock);
    struct store_event draft = desk.events[desk.event_count - 1];
    pthread_mutex_unlock(&desk.lock);
    until(&desk, STORE_DRAFT_SAVED);
    act(&desk, FLOW_SEND, 0);
    tell_failure(&desk, draft.id);
    assert_int_equal(screen(&desk), FLOW_APOLOGY);
    rest(&desk, 15000);
    assert_int_equal(screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_DISK_FULL);
    const struct store_event back = {.kind = STORE_READY};
    kiosk_take_store_event(desk.kiosk, &back, desk.now);
    assert_int_equal(screen(&desk), FLOW_ATTRACT);
    close_desk(&desk);
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
        cmocka_unit_test(test_failed_line_gets_no_thanks)};
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/counter_desk.h"
#include "ledger/digest.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void listen_to(void *ctx, const struct store_event *event)
{
    struct counter_desk *desk = ctx;
    pthread_mutex_lock(&desk->lock);
    if (desk->event_count < COUNTER_EVENTS_MAX)
        desk->events[desk->event_count++] = *event;
    pthread_cond_signal(&desk->told);
    pthread_mutex_unlock(&desk->lock);
}

// Hands the store's events to the kiosk until one of this kind has come.
void counter_until(struct counter_desk *desk, enum store_event_kind kind)
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

void counter_enrol(struct counter_desk *desk, const char *config)
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
    memcpy(device.server_key, desk->server.public_key,
           sizeof device.server_key);
    memcpy(device.box_key, box.public_key, sizeof device.box_key);
    device.config = json_read(config, strlen(config), why);
    assert_non_null(device.config);
    assert_true(device_save_key(desk->folder, &key));
    assert_true(device_save(desk->folder, &device));
    device_release(&device);
}

void counter_start(struct counter_desk *desk)
{
    const struct kiosk_params params = {.directory = desk->folder,
                                        .survey = &desk->survey,
                                        .times = FLOW_TIMES,
                                        .listener = listen_to,
                                        .ctx = desk};
    desk->kiosk = kiosk_open(&params, desk->now);
    assert_non_null(desk->kiosk);
}

void counter_open(struct counter_desk *desk, const char *config)
{
    struct buf message = {0};
    memset(desk, 0, sizeof *desk);
    assert_true(ledger_init());
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->told, NULL);
    scratch_make(desk->folder);
    key_make(&desk->server);
    if (!survey_load(TEST_SOURCE "/assets/surveys/quay.json", &desk->survey,
                     &message))
        fail_msg("%s", buf_text(&message));
    desk->now = 1000000;
    if (config)
        counter_enrol(desk, config);
    counter_start(desk);
    if (config)
        counter_until(desk, STORE_LINE_SAVED); // the event of the start
}

void counter_stop(struct counter_desk *desk)
{
    kiosk_close(desk->kiosk, desk->now);
    desk->kiosk = NULL;
    desk->event_count = 0;
}

void counter_close(struct counter_desk *desk)
{
    if (desk->kiosk)
        counter_stop(desk);
    scratch_remove(desk->folder);
}

enum flow_screen counter_screen(const struct counter_desk *desk)
{
    return kiosk_flow(desk->kiosk)->screen;
}

void counter_act(struct counter_desk *desk, enum flow_act what, int value)
{
    const struct flow_input touch = {.kind = FLOW_TOUCH, .now = desk->now};
    const struct flow_input input = {
        .kind = FLOW_ACT, .act = what, .value = value, .now = desk->now};
    kiosk_touch_at(desk->kiosk, 0.25, 0.5);
    kiosk_step(desk->kiosk, &touch);
    kiosk_step(desk->kiosk, &input);
}

void counter_rest(struct counter_desk *desk, int64_t ms)
{
    desk->now += ms;
    kiosk_tick(desk->kiosk, desk->now);
}

static bool collect(void *ctx, int64_t seq, const char *id, const char *line,
                    size_t size)
{
    struct counter_visits *visits = ctx;
    char reason[JSON_MESSAGE_SIZE];
    (void)seq;
    (void)id;
    assert_true(visits->count < COUNTER_LINES_MAX);
    struct record *record = &visits->list[visits->count];
    assert_true(record_read(line, size, record, reason));
    if (record->kind == RECORD_VISIT)
        visits->count++;
    else
        visits->events++;
    return true;
}

struct counter_visits *counter_read(const struct counter_desk *desk)
{
    struct ledger_reader *reader;
    struct counter_visits *visits = calloc(1, sizeof *visits);
    assert_non_null(visits);
    assert_int_equal(ledger_reader_open(desk->folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_walk(reader, 1, 1, collect, visits), SQL_OK);
    ledger_reader_close(reader);
    return visits;
}

void counter_rate(struct counter_desk *desk, int level)
{
    counter_act(desk, FLOW_WAKE, 0);
    desk->now += 700;
    counter_act(desk, FLOW_LEVEL, level);
    counter_rest(desk, 200);
    assert_int_equal(counter_screen(desk), FLOW_REASONS);
}

#include "faults/desk.h"
#include "store/device.h"
#include "support/check.h"
#include <time.h>

enum { PATIENCE_S = 60, ANSWER_MS = 30000 };

static void listen_to(void *ctx, const struct store_event *event)
{
    struct desk *desk = ctx;
    pthread_mutex_lock(&desk->lock);
    if (desk->event_count < DESK_EVENTS_MAX)
        desk->events[desk->event_count++] = *event;
    pthread_cond_signal(&desk->told);
    pthread_mutex_unlock(&desk->lock);
}

bool desk_take_event(struct desk *desk, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += ms % 1000 * 1000000L;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    struct store_event event;
    pthread_mutex_lock(&desk->lock);
    while (desk->event_count == 0 &&
           pthread_cond_timedwait(&desk->told, &desk->lock, &until) == 0)
        ;
    bool came = desk->event_count > 0;
    if (came) {
        event = desk->events[0];
        memmove(desk->events, desk->events + 1,
                --desk->event_count * sizeof event);
    }
    pthread_mutex_unlock(&desk->lock);
    if (came)
        kiosk_take_store_event(desk->kiosk, &event, desk->now);
    return came;
}

void desk_init(struct desk *desk)
{
    struct buf message = {0};
    memset(desk, 0, sizeof *desk);
    pthread_mutex_init(&desk->lock, NULL);
    pthread_cond_init(&desk->told, NULL);
    assert_true(ledger_init());
    id_new_v4(desk->device);
    desk->slots = DESK_SLOTS;
    desk->now = 1000000;
    if (!survey_load(TEST_SOURCE "/assets/surveys/quay.json", &desk->survey,
                     &message))
        fail_msg("%s", buf_text(&message));
}

void desk_settle(struct desk *desk)
{
    struct device device = {
        .counter = "3", .server = "https://127.0.0.1:1", .token = "aa"};
    struct key key;
    scratch_make(desk->folder);
    key_make(&key);
    strcpy(device.id, desk->device);
    memcpy(device.server_key, key.public_key, sizeof device.server_key);
    device.config = json_pack("{s:i, s:s}", "version", 1, "counter", "3");
    assert_non_null(device.config);
    assert_true(device_save_key(desk->folder, &key));
    assert_true(device_save(desk->folder, &device));
    device_release(&device);
}

void desk_start(struct desk *desk)
{
    const struct kiosk_params params = {.directory = desk->folder,
                                        .survey = &desk->survey,
                                        .times = FLOW_TIMES,
                                        .retry_ms = 5,
                                        .ring_slots = desk->slots,
                                        .listener = listen_to,
                                        .ctx = desk};
    desk->event_count = 0;
    desk->kiosk = kiosk_open(&params, desk->now);
}

void desk_close(struct desk *desk)
{
    kiosk_close(desk->kiosk, desk->now);
    desk->kiosk = NULL;
}

enum flow_screen desk_screen(const struct desk *desk)
{
    return kiosk_flow(desk->kiosk)->screen;
}

bool desk_is_saving(const struct desk *desk)
{
    return kiosk_flow(desk->kiosk)->saving;
}

void desk_act(struct desk *desk, enum flow_act what, int value)
{
    const struct flow_input touch = {.kind = FLOW_TOUCH, .now = desk->now};
    const struct flow_input input = {
        .kind = FLOW_ACT, .act = what, .value = value, .now = desk->now};
    kiosk_step(desk->kiosk, &touch);
    kiosk_step(desk->kiosk, &input);
}

void desk_rest(struct desk *desk, int64_t ms)
{
    desk->now += ms;
    kiosk_tick(desk->kiosk, desk->now);
}

void desk_tap(struct desk *desk, int level)
{
    desk_act(desk, FLOW_WAKE, 0);
    desk->now += 700;
    desk_act(desk, FLOW_LEVEL, level);
    desk_rest(desk, FLOW_TIMES.selected);
    if (desk_screen(desk) == FLOW_REASONS)
        desk_act(desk, FLOW_SEND, 0);
}

bool desk_rate(struct desk *desk, int level)
{
    desk_tap(desk, level);
    while (desk_is_saving(desk))
        if (!desk_take_event(desk, ANSWER_MS))
            fail_msg("%s: the store does not answer", desk->doing);
    return desk_screen(desk) == FLOW_THANKS;
}

void desk_go_home(struct desk *desk)
{
    for (int i = 0; i < 20 && !flow_is_idle(kiosk_flow(desk->kiosk)); i++)
        desk_rest(desk, 60000);
    assert_true(desk_screen(desk) == FLOW_ATTRACT ||
                desk_screen(desk) == FLOW_OUT_OF_SERVICE);
}

bool desk_rate_at_last(struct desk *desk, int level)
{
    if (!desk->kiosk)
        desk_start(desk);
    assert_non_null(desk->kiosk);
    time_t patience = time(NULL) + PATIENCE_S;
    for (desk_go_home(desk); desk_screen(desk) != FLOW_ATTRACT;
         desk_rest(desk, 10000)) {
        desk_take_event(desk, 20);
        if (time(NULL) > patience)
            fail_msg("%s: out of service for ever, fault %d", desk->doing,
                     kiosk_flow(desk->kiosk)->fault);
    }
    return desk_rate(desk, level);
}

// The kiosk of a counter without its screen, on a real store in a folder of
// scratch_make(): the test is the citizen and the clock. Each function fails
// the running test when it cannot do its work.
#pragma once
#include "ledger/key.h"
#include "store/courier.h"
#include "support/scratch.h"
#include "survey/survey.h"
#include "ui/kiosk.h"
#include <pthread.h>
#include <stdint.h>

enum { COUNTER_EVENTS_MAX = 64, COUNTER_LINES_MAX = 32 };

struct counter_desk {
    char folder[SCRATCH_SIZE];
    struct key server; // of the server that it is enrolled with
    struct survey survey;
    struct kiosk *kiosk;
    int64_t now;
    pthread_mutex_t lock;
    pthread_cond_t told;
    // guarded by `lock`
    struct store_event events[COUNTER_EVENTS_MAX];
    size_t event_count;
};

// Enrolled with this configuration and started; NULL: not enrolled.
void counter_open(struct counter_desk *desk, const char *config);
void counter_close(struct counter_desk *desk);
// Enrols the folder, again if need be.
void counter_enrol(struct counter_desk *desk, const char *config);
void counter_start(struct counter_desk *desk);
void counter_stop(struct counter_desk *desk);
// Hands the store's events to the kiosk until one of this kind has come.
void counter_until(struct counter_desk *desk, enum store_event_kind kind);

enum flow_screen counter_screen(const struct counter_desk *desk);
// A finger and what it acts on.
void counter_act(struct counter_desk *desk, enum flow_act what, int value);
// Time passes.
void counter_rest(struct counter_desk *desk, int64_t ms);
// From the attract screen to the reasons.
void counter_rate(struct counter_desk *desk, int level);

// The lines of the first generation, events left out. Free it.
struct counter_visits {
    struct record list[COUNTER_LINES_MAX];
    size_t count, events;
};
struct counter_visits *counter_read(const struct counter_desk *desk);

// A counter's screen without its window, on a folder of its own, and a citizen
// who taps at it: the kiosk with its real store thread, its events handed over
// as the window's loop does, its time moved by hand. Each function fails the
// running test when it cannot do its work.
#pragma once
#include "support/scratch.h"
#include "ui/kiosk.h"
#include <pthread.h>

enum { DESK_EVENTS_MAX = 64, DESK_SLOTS = 8 };

struct desk {
    char folder[SCRATCH_SIZE];
    char device[ID_SIZE];
    struct survey survey;
    char doing[80];      // for the message of a test that fails
    int slots;           // of the ring
    struct kiosk *kiosk; // NULL: it could not start, or was closed
    int64_t now;
    pthread_mutex_t lock;
    pthread_cond_t told;
    // guarded by `lock`
    struct store_event events[DESK_EVENTS_MAX];
    size_t event_count;
};

// Loads the question set; no folder yet.
void desk_init(struct desk *desk);
// A new folder with an enrolled device.
void desk_settle(struct desk *desk);
// Opens the kiosk; leaves NULL where there is no memory for it.
void desk_start(struct desk *desk);
void desk_close(struct desk *desk);

enum flow_screen desk_screen(const struct desk *desk);
bool desk_is_saving(const struct desk *desk);
void desk_act(struct desk *desk, enum flow_act what, int value);
// Time passes on the screen.
void desk_rest(struct desk *desk, int64_t ms);
// Hands one event of the store to the kiosk; waits `ms` of real time for it.
// False: none came.
bool desk_take_event(struct desk *desk, int ms);

// Taps at a level and sends it; the store has not answered yet.
void desk_tap(struct desk *desk, int level);
// One visit, until the store has answered. True when thanks were said.
bool desk_rate(struct desk *desk, int level);
// Back on a screen that belongs to nobody.
void desk_go_home(struct desk *desk);
// The same as desk_rate(), when the kiosk has come back without anybody's help.
bool desk_rate_at_last(struct desk *desk, int level);

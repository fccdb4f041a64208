// What a screen that nobody uses does for itself: it grows darker in steps, and
// moves its content a little, so that no line burns in. Pure; `now` is
// milliseconds of a steady clock, so a wall clock that is set changes nothing.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    IDLE_DIM_AFTER_MS = 10 * 60 * 1000, // waiting, and nobody came
    IDLE_OFF_AFTER_MS = 30 * 60 * 1000, // after closing
    IDLE_LIT_MS = 10 * 1000,            // a touch at night
    IDLE_SHIFT_MS = 60 * 1000,
    IDLE_SHIFT_U = 12
};

enum idle_state {
    IDLE_BUSY,    // a visit, staff, or a fault on the screen
    IDLE_WAITING, // waiting or attract screen
    IDLE_CLOSED   // outside opening hours
};

struct idle {
    enum idle_state state;
    int64_t since;   // the state began
    int64_t touched; // last touch in this state, or `since`
};

void idle_init(struct idle *idle, int64_t now);
// Says what the screen is; call it as often as you like, only a change counts.
void idle_set(struct idle *idle, enum idle_state state, int64_t now);
// A finger went down, anywhere.
void idle_touch(struct idle *idle, int64_t now);

// The panel's brightness in percent:
//
//   100  a visit, or waiting for less than 10 minutes
//    60  waiting, 10 minutes without a touch
//    15  closed
//    40  closed, for 10 s after any touch
//     0  closed for 30 minutes: the panel is off
//
// Closing is the moment when this program saw it: a machine that is started at
// night stays lit for half an hour.
int idle_brightness(const struct idle *idle, int64_t now);
// When the brightness next changes by itself; INT64_MAX: never.
int64_t idle_deadline(const struct idle *idle, int64_t now);

// How far a picture that nobody uses lies beside its place, in u: 8 points, one
// a minute, each 12 u from the one before, none farther than 12 u to either
// side. The first is the place itself. `since` is when the walk began: the
// program's start, so that short waits do not always see its beginning.
struct idle_shift {
    int x, y;
};
struct idle_shift idle_shift_at(int64_t since, int64_t now);
// When it moves next.
int64_t idle_shift_deadline(int64_t since, int64_t now);

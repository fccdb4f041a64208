// Touch rules: from fingers to taps, pure. A mouse is one finger.
//
// - A tap is one finger, down and up inside one target (grown a little), 30 ms
//   to 3 s long. Sliding out cancels it. Who looked late cannot know how long
//   the finger was down: what may have been long enough counts.
// - The first finger decides; others are ignored until all are up. Three
//   fingers, or two within 60 ms, are a palm or a cloth: nothing counts until
//   300 ms after the last has lifted.
// - The same target twice within 250 ms counts once (keys: 60 ms).
// - For 350 ms after a change of screen nothing counts, so that nobody answers
//   a question that was not there yet.
//
// Points are pixels of the window; times are milliseconds of a steady clock.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INPUT_FINGERS_MAX = 10, INPUT_NO_TARGET = -1, INPUT_GHOST_TAPS = 5 };
// SDL's finger ids are never this one.
#define INPUT_MOUSE INT64_MIN

// Where a target can be hit: half-open, in pixels.
struct input_area {
    double left, top, right, bottom;
    bool key; // of a keyboard: may repeat sooner
};

enum input_kind { INPUT_FINGER_DOWN, INPUT_FINGER_MOVE, INPUT_FINGER_UP };

struct input_event {
    enum input_kind kind;
    int64_t finger;
    double x, y;
    int64_t now;
    int64_t late; // it may have happened so many milliseconds before `now`
};

enum input_what {
    INPUT_NOTHING,
    INPUT_PRESS,  // show the target pressed
    INPUT_CANCEL, // show it released; nothing happens
    INPUT_TAP     // released, and it counts
};

enum input_fault {
    INPUT_SOUND,
    INPUT_GHOSTS, // five taps in two seconds, all beside every target
    INPUT_STUCK   // a finger down for more than 20 s
};

struct input_result {
    enum input_what what;
    int target;   // index of the area, or INPUT_NO_TARGET for the background
    bool touched; // a finger went down that may count: somebody is there
    enum input_fault fault;
};

struct input {
    double slack; // pixels by which a pressed target grows
    struct {
        int64_t id;
        int64_t down_at;
    } fingers[INPUT_FINGERS_MAX];
    size_t finger_count;
    bool pressed; // a finger is on `target` and may become a tap
    int64_t finger;
    int target;
    struct input_area area; // of the target, as it was when pressed
    int64_t pressed_at, pressed_late;
    bool ignoring; // until all fingers are up
    bool palm;
    int64_t deaf_until;
    int last_target;
    int64_t last_tap;
    int64_t ghosts[INPUT_GHOST_TAPS]; // times of taps on the background
    size_t ghost_count;
    bool stuck_told;
};

void input_init(struct input *input, double slack);
// `areas` are the targets of the screen, the first hit counts.
struct input_result input_take(struct input *input,
                               const struct input_area *areas, size_t count,
                               const struct input_event *event);
// Fingers that are down are ignored until they lift; the target that was
// pressed is released without a word.
void input_screen_changed(struct input *input, int64_t now);
// Only finds a stuck finger. Call at input_deadline(), INT64_MAX: never.
enum input_fault input_tick(struct input *input, int64_t now);
int64_t input_deadline(const struct input *input);

// The kiosk's program: window, fingers, drawing. It sleeps until the next event
// or the next deadline, and draws only what changed.
#pragma once
#include "survey/flow.h"
#include <stdbool.h>
#include <stdint.h>

struct app_options {
    const char *directory; // the device's
    int width, height;     // of the window; 0: the whole screen
    const char *trace;     // NULL: none
    struct flow_times times;
    bool rating_fixed; // times.rating was set by hand
    int retry_ms;      // of a broken store
    int keep_days;     // of lines that the server has; 0: for ever
    int prune_ms;      // of rest before old ones leave
    int trial_ms;      // of a new configuration; 0: half a minute
    int dpi;           // of the display; 0: as it reports
    bool still;        // no motion
    int hold_ms;       // of the name, by staff; 0: five seconds
    int panel_ms;      // a touch panel must be there so long after the start;
                       // 0: a mouse will do
    const char *battery_root; // NULL: the kernel's; for tests
    int64_t wall_ms;   // shown instead of the clock; 0: none. For pictures
};

enum app_result {
    APP_DONE,
    APP_FAILED, // logged
    APP_MISTAKE // a file of texts or questions is broken; said on stderr
};

struct app;

// Everything up to the first picture.
enum app_result app_open(const struct app_options *options,
                         struct app **out_app);
// Waits for what comes next, at most `most_ms`, and deals with it. False when
// the program is to end.
bool app_turn(struct app *app, int64_t most_ms);
// Nothing behind the screen hangs: a supervisor may be told so after a turn.
bool app_is_alive(const struct app *app);
// Closes the visit that is on and waits for the store. What app_open() and the
// turns ended with.
enum app_result app_close(struct app *app);

// What comes from elsewhere than the window and the store: an invitation. For
// tests also what a store would say. `now` is filled in.
void app_take(struct app *app, const struct flow_input *input);

// The screen that is shown, as the trace names it, and its state.
const char *app_screen(const struct app *app);
struct targets; // ui/screen.h
const struct targets *app_targets(const struct app *app);
const struct flow *app_flow(const struct app *app);

// A hand at the whole kiosk in this process: the app on SDL's dummy drivers,
// touched by the mouse where its targets lie. Each function fails the running
// test when it cannot do its work.
#pragma once
#include "ui/app.h"
#include <stdint.h>

// An enrolled device in a folder of scratch_make(), with this configuration.
// Its id is in static memory until the next call.
const char *hand_enrol(const char *folder, const char *config);

// Lets the app run for so long; what is shown then is drawn.
void hand_rest(struct app *app, int64_t ms);
// Until the line of the start is kept, as the app's trace tells: from then on
// the ledger is read, and a scanned code opens a visit.
void hand_wait_for_ledger(struct app *app, const char *trace);
// Until the screen of this name is shown.
void hand_wait_for(struct app *app, const char *screen);
// After the time in which touches do not count: a finger down and up.
void hand_tap_at(struct app *app, int x, int y);
// The same in the middle of a target.
void hand_tap(struct app *app, const char *id);

// A finger that stays for so long, at a point.
void hand_hold_at(struct app *app, int x, int y, int64_t ms);
// The same while the app is elsewhere: it is lifted when the app sees it, and
// nothing on a slow machine makes it stay longer.
void hand_touch_at(struct app *app, int x, int y, int64_t ms);

// The PIN of the staff's page.
void hand_set_pin(const char *folder, const char *pin);

// 0xRRGGBB of the window.
unsigned hand_pixel(int x, int y);

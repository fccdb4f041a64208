// Where the device's settings come from: device.json, which enrolment writes,
// and courier.db, where the courier puts what the server sends later. The
// higher version holds. Looked at again and again, so that a device that is
// enrolled or configured while the kiosk runs comes up by itself.
#pragma once
#include "ui/setting.h"
#include <stdbool.h>
#include <stdint.h>

enum watch_state {
    WATCH_NOT_ENROLLED,
    WATCH_BROKEN, // device.json or the configuration in it is not as it must be
    WATCH_GOOD
};

struct watch;

// Looks for the first time. NULL when memory ran out.
struct watch *watch_open(const char *directory, int64_t now);
void watch_close(struct watch *watch);

// Looks again when it is time. True when something changed.
bool watch_look(struct watch *watch, int64_t now);
int64_t watch_deadline(const struct watch *watch);

enum watch_state watch_state(const struct watch *watch);
// Defaults until the state is WATCH_GOOD. Borrowed, valid until the next look.
const struct setting *watch_setting(const struct watch *watch);
const char *watch_device(const struct watch *watch);
// What comments are sealed for; NULL while the device has no such key.
const unsigned char *watch_box_key(const struct watch *watch);

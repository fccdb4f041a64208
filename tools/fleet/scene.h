// Which days devices can be made to live: a steady one, the minutes in which
// all of them are switched on, and the morning after an outage, with the visits
// of the days before still on every device. Pure: a scene and a device's own
// draw give every line's time and when it first asks; what comes after that is
// the courier's policy (sync/policy.h).
//
// Times are milliseconds since the midnight that begins the day; what was
// written before it is negative. A device's lines are numbered from 1: first
// what waits on it when the scene begins, then what is written during it.
//
// A ward works 7:30–11:30 and 13:30–17:00. How its visits spread over the half
// hours is assumed (scene.c has the table), with the middle of the morning
// busiest.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum scene_kind { SCENE_STEADY_DAY, SCENE_OPENING_PEAK, SCENE_AFTER_OUTAGE };
const char *scene_name(enum scene_kind kind); // "steady-day", …
bool scene_parse(const char *name, enum scene_kind *out);

enum {
    SCENE_HEARTBEAT_S = 60,
    SCENE_FIRST_CONTACT_S = 5, // as devices are told unless the Office sets it
    SCENE_SWITCHED_ON_S = 300, // all are switched on within this, at opening
    SCENE_START_LINES = 2      // that a device writes when it starts
};

struct scene {
    enum scene_kind kind;
    int64_t visits;         // of a device in a whole day
    int64_t outage_days;    // of SCENE_AFTER_OUTAGE
    int64_t from_ms, to_ms; // the part of the day that is played
};

// Sets the part of the day that is usual for it.
void scene_begin(enum scene_kind kind, int64_t visits, struct scene *out);
// "7:30"; up to "24:00". False: it is no time of a day.
bool scene_parse_time(const char *text, int64_t *out_ms);

struct scene_device {
    int64_t phase;    // of its visits among the others'
    int64_t first_ms; // when it first asks
    int64_t backlog;  // lines that wait when the scene begins
    int64_t skipped;  // visits of the day before the scene, sent long since
    int64_t lines;    // all, at the scene's end
};
// `random` is any number; the same gives the same device.
void scene_cast(const struct scene *scene, uint64_t random,
                struct scene_device *out);

// How many of its lines are written by then.
int64_t scene_written(const struct scene *scene,
                      const struct scene_device *device, int64_t at_ms);
// When a line was or will be written.
int64_t scene_line_ms(const struct scene *scene,
                      const struct scene_device *device, int64_t line);

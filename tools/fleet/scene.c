#include "fleet/scene.h"
#include "sync/policy.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum {
    MINUTE_MS = 60 * 1000,
    SLOT_MS = 30 * MINUTE_MS,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
    SLOT_PARTS = 1000, // a day is a million parts, a slot so many a per mille
    DAY_PARTS = 1000 * SLOT_PARTS,
    MANY_FAILURES = 20 // after hours without a server the wait is at its most
};

// Of a thousand visits of a day, those of each half hour.
static const struct slot {
    int64_t from_ms;
    int per_mille;
} DAY[] = {
    {7 * HOUR_MS + SLOT_MS, 60},  {8 * HOUR_MS, 90},
    {8 * HOUR_MS + SLOT_MS, 110}, {9 * HOUR_MS, 110},
    {9 * HOUR_MS + SLOT_MS, 100}, {10 * HOUR_MS, 80},
    {10 * HOUR_MS + SLOT_MS, 60}, {11 * HOUR_MS, 30},
    {13 * HOUR_MS + SLOT_MS, 50}, {14 * HOUR_MS, 80},
    {14 * HOUR_MS + SLOT_MS, 80}, {15 * HOUR_MS, 60},
    {15 * HOUR_MS + SLOT_MS, 45}, {16 * HOUR_MS, 30},
    {16 * HOUR_MS + SLOT_MS, 15},
};
enum { SLOTS = sizeof DAY / sizeof *DAY };

static const char *const NAMES[] = {"steady-day", "opening-peak",
                                    "after-outage"};

const char *scene_name(enum scene_kind kind)
{
    return NAMES[kind];
}

bool scene_parse(const char *name, enum scene_kind *out)
{
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        if (strcmp(name, NAMES[i]) == 0) {
            *out = (enum scene_kind)i;
            return true;
        }
    }
    return false;
}

void scene_begin(enum scene_kind kind, int64_t visits, struct scene *out)
{
    static const int64_t minutes[] = {9 * 60 + 30, 30, 60};
    *out = (struct scene){.kind = kind,
                          .visits = visits,
                          .outage_days = kind == SCENE_AFTER_OUTAGE,
                          .from_ms = DAY[0].from_ms,
                          .to_ms = DAY[0].from_ms + minutes[kind] * MINUTE_MS};
}

bool scene_parse_time(const char *text, int64_t *out_ms)
{
    unsigned hour, minute;
    char colon, rest;
    if (strlen(text) > 5 ||
        sscanf(text, "%2u%c%2u%c", &hour, &colon, &minute, &rest) != 3 ||
        colon != ':' || minute > 59 || hour * 60 + minute > 24 * 60)
        return false;
    *out_ms = (int64_t)(hour * 60 + minute) * MINUTE_MS;
    return true;
}

// Parts of the day's visits that come before then.
static int64_t parts_by(int64_t at_ms)
{
    int64_t parts = 0;
    for (size_t i = 0; i < SLOTS && DAY[i].from_ms < at_ms; i++) {
        int64_t within = at_ms - DAY[i].from_ms;
        parts += DAY[i].per_mille * SLOT_PARTS *
                 (within < SLOT_MS ? within : SLOT_MS) / SLOT_MS;
    }
    return parts;
}

// The first time by which so many parts have come.
static int64_t time_of(int64_t parts)
{
    size_t i = 0;
    while (i + 1 < SLOTS && parts > DAY[i].per_mille * SLOT_PARTS) {
        parts -= DAY[i].per_mille * SLOT_PARTS;
        i++;
    }
    int64_t slot = DAY[i].per_mille * SLOT_PARTS;
    return DAY[i].from_ms + (parts * SLOT_MS + slot - 1) / slot;
}

// Visits of a day by then: the phase tells the devices' visits apart.
static int64_t visits_by(const struct scene *scene, int64_t phase,
                         int64_t at_ms)
{
    return (parts_by(at_ms) * scene->visits + phase) / DAY_PARTS;
}

static int64_t visit_ms(const struct scene *scene, int64_t phase, int64_t visit)
{
    int64_t parts = visit * DAY_PARTS - phase;
    return time_of((parts + scene->visits - 1) / scene->visits);
}

void scene_cast(const struct scene *scene, uint64_t random,
                struct scene_device *out)
{
    uint64_t other = random * 6364136223846793005u + 1442695040888963407u;
    *out = (struct scene_device){.phase = (int64_t)(random % DAY_PARTS),
                                 .first_ms = scene->from_ms};
    other >>= 11;
    switch (scene->kind) {
    case SCENE_STEADY_DAY:
        out->first_ms += policy_first_ms(SCENE_HEARTBEAT_S, other);
        break;
    case SCENE_OPENING_PEAK:
        out->backlog = SCENE_START_LINES;
        out->first_ms += policy_first_ms(SCENE_SWITCHED_ON_S, other) +
                         policy_first_ms(SCENE_FIRST_CONTACT_S, random >> 7);
        break;
    case SCENE_AFTER_OUTAGE:
        out->backlog = scene->outage_days * scene->visits;
        out->first_ms += policy_delay_ms(MANY_FAILURES, -1, other);
        break;
    }
    out->skipped = visits_by(scene, out->phase, scene->from_ms);
    out->lines = scene_written(scene, out, scene->to_ms);
}

int64_t scene_written(const struct scene *scene,
                      const struct scene_device *device, int64_t at_ms)
{
    int64_t by = at_ms < scene->to_ms ? at_ms : scene->to_ms;
    return device->backlog + visits_by(scene, device->phase, by) -
           device->skipped;
}

int64_t scene_line_ms(const struct scene *scene,
                      const struct scene_device *device, int64_t line)
{
    int64_t before = device->backlog - line; // lines between it and the scene
    if (before < 0)
        return visit_ms(scene, device->phase, device->skipped - before);
    return visit_ms(scene, device->phase,
                    scene->visits - before % scene->visits) -
           (1 + before / scene->visits) * DAY_MS;
}

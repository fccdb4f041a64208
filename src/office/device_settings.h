// What the Office sets apart for the screens: the settings document "devices".
// A value stands at the unit, at a point or at a counter; the nearest one
// holds, and where none stands, the server's own setting:
//
//   {"unit":{"volume":40},
//    "points":{"tru-so":{"name":"Trụ sở","typing":"vni"}},
//    "counters":{"3":{"levels":3,"hours":{"mon":["07:30-11:30"]}}}}
//
// The keys are those of the device configuration (configuration.h); beside
// them a point has a "name", for people, and "walk_up_fields" names the tiles
// by their codes. Opening hours and holidays of the whole unit stand in their
// own document; a point or a counter may have others, each in place of it.
// Pure.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/configuration.h"
#include "office/devices.h"
#include <stdbool.h>

enum { DEVICE_SETTINGS_TILES = 8 };

// The three members of the document, ended by NULL.
extern const char *const DEVICE_SETTINGS_MEMBERS[];

// False with "counters.3.volume: what is wrong; what to write".
bool device_settings_check(const json_t *document, struct buf *message);

// What holds for one device.
struct device_effect {
    struct office_defaults defaults; // its tiles are these:
    struct office_field tiles[DEVICE_SETTINGS_TILES];
};
// `base` without the document; both are borrowed by `out`, which must not be
// copied. A level that sets the mode and not walk_up gets what goes with the
// mode.
void device_settings_apply(const json_t *document,
                           const struct office_device *device,
                           const struct office_defaults *base,
                           struct device_effect *out);

// A counter's opening hours and holidays as hours_read() takes them, where the
// unit's are the settings document `unit`. A new object; NULL on no memory.
json_t *device_settings_hours(const json_t *document, const json_t *unit,
                              const char *point, const char *counter);

// Whether all values together make a screen that can be used, for this device.
// False with a message that begins with the key.
bool device_settings_suit(const json_t *document,
                          const struct office_device *device,
                          const struct office_defaults *base,
                          struct buf *message);

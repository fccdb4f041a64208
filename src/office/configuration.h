// What a device is told: the unit's defaults, from the server's own settings,
// and the device's row, as one JSON object with a version that grows only when
// its content changes. Versions are kept with the numbers of the keys for
// dossiers' codes; the keys themselves stand in one place (transaction_keys.h)
// and are put in when the object is read.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "office/devices.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct office_field {
    const char *code;
    const char *vi;
    const char *en;
};

// Texts are borrowed. A NULL or empty text, and a number below 0, is left out
// of the object: the device has its own default.
struct office_defaults {
    const char *unit_name;
    const char *mode;
    const char *walk_up; // "off", "on" or "fields": by a tile of `tiles`
    const struct office_field *tiles;
    size_t tile_count;
    int contact_s; // without contact for so long transactions cannot come
    bool linked;   // dossiers' codes are kept as they are
    const char *survey;
    int levels;
    const char *order;
    const char *hotline;
    int rating_s;
    const char *reasons;
    int first_contact_s;
    int heartbeat_s;
    bool test;
    const char *typing;                // how comments are typed: "telex" …
    int volume;                        // percent
    const json_t *hours;               // opening hours; NULL: always open
    const json_t *holidays;            // NULL: none
    const json_t *notices;             // the office fills it (notices.h)
    const struct office_field *fields; // names of the fields by code
    size_t field_count;
    const json_t *apart; // set apart for points and counters
                         // (device_settings.h); NULL: nothing
};

// The object without regard to a database: what holds for this device of the
// defaults and of what is set apart. The unit's code, the counter and the field
// are the device's; a field that `defaults` does not name is shown by its code.
// `keys` stands as "transaction_keys"; NULL: none. Pure. NULL on no memory.
json_t *office_configuration_make(const struct office_device *device,
                                  const struct office_defaults *defaults,
                                  const json_t *keys, int64_t version);
// The same appended as text.
bool office_configuration_build(const struct office_device *device,
                                const struct office_defaults *defaults,
                                const json_t *keys, int64_t version,
                                struct buf *out);

// Makes a new version where the content differs from the last one, and the keys
// of the device's unit where they are missing. Call for a device after it
// enrolled; for all, office_turn_keys() does at the server's start.
enum office_result
office_configure_device(struct office *office, const char *id,
                        const struct office_defaults *defaults, int64_t now);
enum office_result office_configure_all(struct office *office,
                                        const struct office_defaults *defaults,
                                        int64_t now);

// Appends the newest version, its keys put in: wipe it after use. OFFICE_NONE
// before the first.
enum office_result office_read_configuration(struct office *office,
                                             const char *id,
                                             int64_t *out_version,
                                             struct buf *out_body);

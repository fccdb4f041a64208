// The kiosk's own settings in memory, inside this room: what kiosk.db holds of
// them, and what it does not hold yet because it was not open. Not guarded; the
// store's lock is.
#pragma once
#include "store/store.h"
#include <stdbool.h>
#include <stddef.h>

struct keeper;

enum { SETTINGS_MAX = 16, SETTINGS_NAME_SIZE = 32 };

struct settings {
    struct settings_entry {
        char name[SETTINGS_NAME_SIZE];
        char value[STORE_SETTING_SIZE];
        bool waits; // the database does not have this value
    } list[SETTINGS_MAX];
    size_t count;
    bool known; // the database was read
};

// NULL: there is none.
const struct settings_entry *settings_find(const struct settings *settings,
                                           const char *name);
// False when the name or the value is too long, or there is no room.
bool settings_put(struct settings *settings, const char *name,
                  const char *value, bool waits);
// Takes over what was read from the database; what waits here is newer.
void settings_merge(struct settings *settings, const struct settings *read);
// The value is in the database now, if it is still this one.
void settings_kept(struct settings *settings,
                   const struct settings_entry *entry);

#include "common/battery.h"
#include "common/file.h"
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEAK_BELOW = 20, EMPTY_UP_TO = 5, WAVER = 3, SMALL_FILE = 256 };

// The first line of the file `name`; "" when there is none.
static void attribute(const char *supply, const char *name, char *out,
                      size_t size)
{
    char path[PATH_MAX];
    struct buf text = {0};
    out[0] = '\0';
    if (file_join(path, sizeof path, supply, name) &&
        file_read(path, SMALL_FILE, &text))
        snprintf(out, size, "%.*s", (int)strcspn(buf_text(&text), "\n"),
                 buf_text(&text));
    buf_free(&text);
}

static bool has(const char *supply, const char *name, const char *value)
{
    char text[64];
    attribute(supply, name, text, sizeof text);
    return strcmp(text, value) == 0;
}

static bool read_percent(const char *supply, int *out)
{
    char text[64], *end;
    attribute(supply, "capacity", text, sizeof text);
    long percent = strtol(text, &end, 10);
    if (end == text || percent < 0 || percent > 100)
        return false;
    *out = (int)percent;
    return true;
}

void battery_read(const char *root, struct battery *out)
{
    char pattern[PATH_MAX];
    glob_t found;
    int percent;
    bool filled = false, mains = false, drains = false, unsure = false;
    *out = (struct battery){0};
    if (!file_join(pattern, sizeof pattern, root, "*") ||
        glob(pattern, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *supply = found.gl_pathv[i];
        if (!has(supply, "type", "Battery")) {
            mains |= has(supply, "online", "1");
            continue;
        }
        if (has(supply, "scope", "Device") || has(supply, "present", "0") ||
            !read_percent(supply, &percent))
            continue;
        out->percent =
            !out->found || percent > out->percent ? percent : out->percent;
        out->found = true;
        filled |= has(supply, "status", "Charging");
        drains |= has(supply, "status", "Discharging");
        unsure |= has(supply, "status", "Unknown");
    }
    globfree(&found);
    out->discharges = !filled && (drains || (unsure && !mains));
}

enum battery_level battery_level(enum battery_level before,
                                 const struct battery *battery)
{
    int empty = EMPTY_UP_TO + (before == BATTERY_EMPTY ? WAVER : 0);
    int weak = WEAK_BELOW + (before != BATTERY_FINE ? WAVER : 0);
    if (!battery->found || !battery->discharges)
        return BATTERY_FINE;
    if (battery->percent <= empty)
        return BATTERY_EMPTY;
    return battery->percent < weak ? BATTERY_WEAK : BATTERY_FINE;
}

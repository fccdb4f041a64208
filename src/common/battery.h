// The battery that the machine runs on, as the kernel tells of it (class
// power_supply of sysfs). Those of a keyboard or a pen are passed over.
#pragma once
#include <stdbool.h>

#define BATTERY_ROOT "/sys/class/power_supply"

struct battery {
    bool found;      // false: it runs from the mains alone
    int percent;     // 0 to 100; of several, the fullest
    bool discharges; // nothing fills it
};

// Never fails: what cannot be read is not there. A driver may take a tenth of a
// second to answer.
void battery_read(const char *root, struct battery *out);

enum battery_level {
    BATTERY_FINE,
    BATTERY_WEAK, // to be plugged in: below 20 %
    BATTERY_EMPTY // the machine goes off at any moment: 5 % and less
};
// Pure. While it discharges a level gets no better for a gauge that wavers.
enum battery_level battery_level(enum battery_level before,
                                 const struct battery *battery);

// Looks at the battery on a thread of its own, for some drivers take their time
// to answer. A machine without one costs a look at an empty folder every half
// minute.
#pragma once
#include "common/battery.h"

struct power;

// `root` NULL: BATTERY_ROOT. NULL when there is no thread to be had: logged.
struct power *power_open(const char *root);
// Accepts NULL.
void power_close(struct power *power);

// What the last look found; at first, and of NULL, all is fine. Never waits
// for the driver.
struct power_state {
    struct battery battery;
    enum battery_level level;
};
struct power_state power_get(struct power *power);

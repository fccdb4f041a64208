// What the service manager (systemd) that started this program is told:
// sd_notify(3). Without one every call does nothing. Any thread.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// The program serves from now on.
void supervisor_ready(void);
// It is about to end, and may take its time.
void supervisor_stopping(void);
// It is alive: say so whenever it is seen to be, as often as you like. A
// program that stays silent beyond the unit's WatchdogSec= is killed and
// started again.
void supervisor_alive(void);
// Half of what the manager waits for a sign of life: do not sleep longer.
// INT64_MAX: it does not wait for any.
int64_t supervisor_interval_ms(void);

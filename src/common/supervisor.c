#include "common/supervisor.h"
#include "common/clock.h"
#include <stdatomic.h>
#include <systemd/sd-daemon.h>

enum { SIGNS_IN_INTERVAL = 4 };

static _Atomic int64_t told_us;

static uint64_t patience_us(void)
{
    static _Atomic int64_t known = -1;
    int64_t patience = atomic_load(&known);
    uint64_t asked = 0;
    if (patience < 0) {
        patience = sd_watchdog_enabled(0, &asked) > 0 ? (int64_t)asked : 0;
        atomic_store(&known, patience);
    }
    return (uint64_t)patience;
}

void supervisor_ready(void)
{
    sd_notify(0, "READY=1");
    supervisor_alive();
}

void supervisor_stopping(void)
{
    sd_notify(0, "STOPPING=1");
}

void supervisor_alive(void)
{
    int64_t patience = (int64_t)patience_us(), now = clock_mono_us();
    int64_t last = atomic_load(&told_us);
    if (patience == 0 ||
        (last != 0 && now - last < patience / SIGNS_IN_INTERVAL)) {
        return;
    }
    atomic_store(&told_us, now);
    sd_notify(0, "WATCHDOG=1");
}

int64_t supervisor_interval_ms(void)
{
    int64_t patience = (int64_t)patience_us();
    return patience > 0 ? patience / 2000 : INT64_MAX;
}

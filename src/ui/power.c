#include "ui/power.h"
#include "common/clock.h"
#include "common/log.h"
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LOOK_S = 30 };

struct power {
    char root[PATH_MAX];
    pthread_t thread;
    pthread_mutex_t lock; // guards what follows
    pthread_cond_t ending_now;
    bool ending;
    struct power_state state;
};

// Once for each change.
static void tell(enum battery_level before, const struct power_state *now)
{
    if (now->level == before)
        return;
    if (now->level == BATTERY_EMPTY)
        log_error("ui", "the battery is at %d %% and nothing fills it",
                  now->battery.percent);
    else if (now->level == BATTERY_WEAK)
        log_warn("ui", "the battery is at %d %% and nothing fills it",
                 now->battery.percent);
    else
        log_info("ui", "the battery is filled again, or full enough");
}

static void *look(void *ctx)
{
    struct power *power = ctx;
    pthread_mutex_lock(&power->lock);
    while (!power->ending) {
        struct power_state state = power->state;
        pthread_mutex_unlock(&power->lock);
        battery_read(power->root, &state.battery);
        state.level = battery_level(state.level, &state.battery);
        pthread_mutex_lock(&power->lock);
        tell(power->state.level, &state);
        power->state = state;
        struct timespec until = clock_mono_in(LOOK_S * INT64_C(1000));
        while (!power->ending &&
               pthread_cond_timedwait(&power->ending_now, &power->lock,
                                      &until) == 0)
            ;
    }
    pthread_mutex_unlock(&power->lock);
    return NULL;
}

struct power *power_open(const char *root)
{
    struct power *power = calloc(1, sizeof *power);
    if (!power) {
        log_error("ui", "out of memory: the battery is not watched");
        return NULL;
    }
    snprintf(power->root, sizeof power->root, "%s", root ? root : BATTERY_ROOT);
    pthread_mutex_init(&power->lock, NULL);
    clock_cond_init(&power->ending_now);
    if (pthread_create(&power->thread, NULL, look, power) == 0)
        return power;
    log_error("ui", "no thread: the battery is not watched");
    pthread_cond_destroy(&power->ending_now);
    pthread_mutex_destroy(&power->lock);
    free(power);
    return NULL;
}

void power_close(struct power *power)
{
    if (!power)
        return;
    pthread_mutex_lock(&power->lock);
    power->ending = true;
    pthread_cond_signal(&power->ending_now);
    pthread_mutex_unlock(&power->lock);
    pthread_join(power->thread, NULL);
    pthread_cond_destroy(&power->ending_now);
    pthread_mutex_destroy(&power->lock);
    free(power);
}

struct power_state power_get(struct power *power)
{
    struct power_state state = {.level = BATTERY_FINE};
    if (!power)
        return state;
    pthread_mutex_lock(&power->lock);
    state = power->state;
    pthread_mutex_unlock(&power->lock);
    return state;
}

#include "server/phone_looks.h"
#include "common/log.h"
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>

static const char MODULE[] = "phone";

// One look; whoever took it and the list hold it.
struct held {
    struct phone_look look;
    json_t *apart; // behind its defaults
    int holders;   // under the mutex
};

struct phone_looks {
    const struct i18n *texts;
    const struct office_defaults *base;
    pthread_mutex_t mutex; // of what stands below
    struct held *now;
};

static void free_held(struct held *held)
{
    if (held) {
        phone_look_free(&held->look);
        json_decref(held->apart);
        free(held);
    }
}

struct phone_looks *phone_looks_open(const struct i18n *texts,
                                     const struct office_defaults *base)
{
    struct phone_looks *looks = calloc(1, sizeof *looks);
    struct held *held = calloc(1, sizeof *held);
    if (!looks || !held) {
        log_error(MODULE, "out of memory");
        free(held);
        free(looks);
        return NULL;
    }
    phone_look_begin(texts, base, NULL, &held->look);
    held->holders = 1;
    looks->texts = texts;
    looks->base = base;
    looks->now = held;
    pthread_mutex_init(&looks->mutex, NULL);
    return looks;
}

void phone_looks_close(struct phone_looks *looks)
{
    if (looks) {
        free_held(looks->now);
        pthread_mutex_destroy(&looks->mutex);
        free(looks);
    }
}

bool phone_looks_change(struct phone_looks *looks, const char *unit_name,
                        json_t *apart)
{
    struct held *fresh = calloc(1, sizeof *fresh);
    if (!fresh) {
        log_error(MODULE, "out of memory");
        return false;
    }
    fresh->apart = json_incref(apart);
    fresh->holders = 1;
    phone_look_begin(looks->texts, looks->base, apart, &fresh->look);
    fresh->look.effect.defaults.unit_name = unit_name;
    if (!phone_look_load(&fresh->look)) {
        free_held(fresh);
        return false;
    }
    pthread_mutex_lock(&looks->mutex);
    struct held *old = looks->now;
    looks->now = fresh;
    pthread_mutex_unlock(&looks->mutex);
    phone_looks_give(looks, &old->look);
    return true;
}

const struct phone_look *phone_looks_take(struct phone_looks *looks)
{
    pthread_mutex_lock(&looks->mutex);
    struct held *held = looks->now;
    held->holders++;
    pthread_mutex_unlock(&looks->mutex);
    return &held->look;
}

void phone_looks_give(struct phone_looks *looks, const struct phone_look *look)
{
    // The look is the first member of what is held.
    struct held *held = (struct held *)(void *)look;
    if (!look) {
        return;
    }
    pthread_mutex_lock(&looks->mutex);
    bool is_last = --held->holders == 0;
    pthread_mutex_unlock(&looks->mutex);
    if (is_last) {
        free_held(held);
    }
}

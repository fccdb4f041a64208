#include "server/limits.h"
#include "common/ids.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { US_A_SECOND = 1000000, FIRST_SLOTS = 64 };

// A bucket holds time: a request costs what it takes to earn one token.
struct bucket {
    char device[ID_SIZE]; // "": a free slot
    int64_t level_us;
    int64_t at_us;
};

struct limits {
    pthread_mutex_t mutex; // guards all below
    int64_t cost_us;       // 0: no limit
    int64_t most_us;
    struct bucket *slots; // open addressing, a power of two
    size_t slot_count;
    size_t used;
};

struct limits *limits_open(int64_t per_second, int64_t burst)
{
    struct limits *limits = calloc(1, sizeof *limits);
    if (!limits) {
        return NULL;
    }
    limits->slots = calloc(FIRST_SLOTS, sizeof *limits->slots);
    if (!limits->slots) {
        free(limits);
        return NULL;
    }
    limits->slot_count = FIRST_SLOTS;
    limits->cost_us = per_second > 0 ? US_A_SECOND / per_second : 0;
    limits->most_us = limits->cost_us * (burst > 0 ? burst : 1);
    pthread_mutex_init(&limits->mutex, NULL);
    return limits;
}

void limits_close(struct limits *limits)
{
    if (!limits) {
        return;
    }
    pthread_mutex_destroy(&limits->mutex);
    free(limits->slots);
    free(limits);
}

// FNV-1a: the ids are random already and come from our own database.
static size_t hash_of(const char *device)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *device; device++) {
        hash = (hash ^ (unsigned char)*device) * UINT64_C(1099511628211);
    }
    return (size_t)(hash ^ (hash >> 32));
}

static struct bucket *slot_of(struct bucket *slots, size_t count,
                              const char *device)
{
    size_t i = hash_of(device) & (count - 1);
    while (slots[i].device[0] != '\0' && strcmp(slots[i].device, device) != 0) {
        i = (i + 1) & (count - 1);
    }
    return &slots[i];
}

static bool grow(struct limits *limits)
{
    size_t count = limits->slot_count * 2;
    struct bucket *slots = calloc(count, sizeof *slots);
    if (!slots) {
        return false;
    }
    for (size_t i = 0; i < limits->slot_count; i++) {
        const struct bucket *old = &limits->slots[i];
        if (old->device[0] != '\0') {
            *slot_of(slots, count, old->device) = *old;
        }
    }
    free(limits->slots);
    limits->slots = slots;
    limits->slot_count = count;
    return true;
}

// The device's bucket, a full one at first contact; NULL on no memory.
static struct bucket *bucket_of(struct limits *limits, const char *device,
                                int64_t now_us)
{
    struct bucket *bucket = slot_of(limits->slots, limits->slot_count, device);
    if (bucket->device[0] != '\0') {
        return bucket;
    }
    if ((limits->used + 1) * 4 > limits->slot_count * 3) {
        if (!grow(limits)) {
            return NULL;
        }
        bucket = slot_of(limits->slots, limits->slot_count, device);
    }
    size_t size = strnlen(device, sizeof bucket->device - 1);
    memcpy(bucket->device, device, size);
    bucket->device[size] = '\0';
    bucket->level_us = limits->most_us;
    bucket->at_us = now_us;
    limits->used++;
    return bucket;
}

int64_t limits_take(struct limits *limits, const char *device, int64_t now_us)
{
    int64_t wait_s = 0;
    if (limits->cost_us == 0 || device[0] == '\0') {
        return 0;
    }
    pthread_mutex_lock(&limits->mutex);
    struct bucket *bucket = bucket_of(limits, device, now_us);
    if (bucket) {
        // Two threads may bring their times in the wrong order.
        if (now_us > bucket->at_us) {
            int64_t earned = now_us - bucket->at_us;
            int64_t room = limits->most_us - bucket->level_us;
            bucket->level_us += earned < room ? earned : room;
            bucket->at_us = now_us;
        }
        if (bucket->level_us >= limits->cost_us) {
            bucket->level_us -= limits->cost_us;
        } else {
            int64_t missing = limits->cost_us - bucket->level_us;
            wait_s = (missing + US_A_SECOND - 1) / US_A_SECOND;
        }
    }
    pthread_mutex_unlock(&limits->mutex);
    return wait_s;
}

bool budget_take(struct budget *budget, size_t size)
{
    size_t used = atomic_load(&budget->used);
    do {
        if (size > budget->limit || used > budget->limit - size) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&budget->used, &used, used + size));
    return true;
}

void budget_give(struct budget *budget, size_t size)
{
    atomic_fetch_sub(&budget->used, size);
}

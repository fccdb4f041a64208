#include "server/crowd.h"
#include "common/ids.h"
#include <pthread.h>
#include <stdlib.h>

// So many requests at once are taken from an address that was quiet.
enum { PLACES = 4096, BURST_S = 15, US_A_SECOND = 1000000 };

struct crowd {
    int64_t cost_us; // of one request; 0: no limit
    uint64_t seed;   // so that nobody can choose whom to meet
    pthread_mutex_t mutex;
    int64_t free_at_us[PLACES]; // guarded: when all that was asked is paid for
};

struct crowd *crowd_open(int64_t per_second)
{
    struct crowd *crowd = calloc(1, sizeof *crowd);
    if (!crowd) {
        return NULL;
    }
    crowd->cost_us = per_second > 0 ? US_A_SECOND / per_second : 0;
    crowd->seed = id_random_u64();
    pthread_mutex_init(&crowd->mutex, NULL);
    return crowd;
}

void crowd_close(struct crowd *crowd)
{
    if (crowd) {
        pthread_mutex_destroy(&crowd->mutex);
        free(crowd);
    }
}

// FNV-1a.
static size_t place_of(const struct crowd *crowd, const char *address)
{
    uint64_t hash = crowd->seed;
    for (; *address; address++) {
        hash = (hash ^ (unsigned char)*address) * UINT64_C(1099511628211);
    }
    return (size_t)((hash ^ (hash >> 32)) % PLACES);
}

int64_t crowd_take(struct crowd *crowd, const char *address, int64_t now_us)
{
    int64_t wait_us = 0;
    if (crowd->cost_us == 0 || address[0] == '\0') {
        return 0;
    }
    pthread_mutex_lock(&crowd->mutex);
    int64_t *free_at = &crowd->free_at_us[place_of(crowd, address)];
    int64_t next = (*free_at > now_us ? *free_at : now_us) + crowd->cost_us;
    wait_us = next - now_us - BURST_S * INT64_C(1000000);
    if (wait_us <= 0) {
        *free_at = next;
    }
    pthread_mutex_unlock(&crowd->mutex);
    return wait_us <= 0 ? 0 : (wait_us + US_A_SECOND - 1) / US_A_SECOND;
}

#include "fleet/heard.h"
#include <stdlib.h>

enum { MINUTE_MS = 60 * 1000 };

void heard_begin(struct heard *heard)
{
    *heard = (struct heard){0};
    pthread_mutex_init(&heard->lock, NULL);
}

void heard_end(struct heard *heard)
{
    free(heard->latencies_us);
    pthread_mutex_destroy(&heard->lock);
}

void heard_asked(struct heard *heard, int64_t scene_ms, int64_t late_ms)
{
    int64_t minute = scene_ms / MINUTE_MS;
    pthread_mutex_lock(&heard->lock);
    heard->requests++;
    if (minute >= 0 && minute < HEARD_MINUTES)
        heard->minutes[minute]++;
    if (late_ms > heard->late_ms)
        heard->late_ms = late_ms;
    pthread_mutex_unlock(&heard->lock);
}

static void count_code(struct heard *heard, int code)
{
    for (size_t i = 0; i < HEARD_CODES; i++) {
        struct heard_code *entry = &heard->codes[i];
        if (entry->count == 0)
            entry->code = code;
        if (entry->code == code) {
            entry->count++;
            return;
        }
    }
}

static bool keep_latency(struct heard *heard, int64_t latency_us)
{
    if (heard->latency_count == heard->latency_capacity) {
        size_t capacity = heard->latency_capacity * 2 + 1024;
        int32_t *list = realloc(heard->latencies_us, capacity * sizeof *list);
        if (!list)
            return false;
        heard->latencies_us = list;
        heard->latency_capacity = capacity;
    }
    heard->latencies_us[heard->latency_count++] =
        (int32_t)(latency_us > INT32_MAX ? INT32_MAX : latency_us);
    return true;
}

void heard_answered(struct heard *heard, int code, int64_t latency_us)
{
    pthread_mutex_lock(&heard->lock);
    count_code(heard, code);
    if (code == 200 && !keep_latency(heard, latency_us))
        heard->failed = true;
    pthread_mutex_unlock(&heard->lock);
}

void heard_acknowledged(struct heard *heard, int64_t lines)
{
    pthread_mutex_lock(&heard->lock);
    heard->acknowledged += lines;
    pthread_mutex_unlock(&heard->lock);
}

void heard_even(struct heard *heard, int64_t scene_ms)
{
    pthread_mutex_lock(&heard->lock);
    if (scene_ms > heard->even_ms)
        heard->even_ms = scene_ms;
    pthread_mutex_unlock(&heard->lock);
}

void heard_failed(struct heard *heard)
{
    pthread_mutex_lock(&heard->lock);
    heard->failed = true;
    pthread_mutex_unlock(&heard->lock);
}

static int compare(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

double heard_percentile_ms(struct heard *heard, double part)
{
    if (heard->latency_count == 0)
        return 0;
    qsort(heard->latencies_us, heard->latency_count,
          sizeof *heard->latencies_us, compare);
    size_t at = (size_t)(part * (double)(heard->latency_count - 1) + 0.5);
    return heard->latencies_us[at] / 1000.0;
}

int64_t heard_busiest_minute(const struct heard *heard)
{
    int64_t most = 0;
    for (size_t i = 0; i < HEARD_MINUTES; i++)
        if (heard->minutes[i] > most)
            most = heard->minutes[i];
    return most;
}

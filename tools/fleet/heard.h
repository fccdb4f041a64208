// What the servers answered, counted while it comes. Any thread.
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HEARD_CODES = 16, HEARD_MINUTES = 3 * 24 * 60 };

struct heard {
    pthread_mutex_t lock;
    // guarded by `lock`
    struct heard_code {
        int code; // of HTTP; 0: no answer
        int64_t count;
    } codes[HEARD_CODES];
    int64_t requests;
    int32_t *latencies_us; // of those that were taken
    size_t latency_count, latency_capacity;
    int64_t acknowledged;           // lines
    int64_t minutes[HEARD_MINUTES]; // requests of each minute of the scene
    int64_t even_ms;                // when the last device was even at last
    int64_t late_ms;                // the most that one left after it was due
    bool failed;
};

void heard_begin(struct heard *heard);
void heard_end(struct heard *heard);

// A request that left `late_ms` after it was due, `scene_ms` after the scene's
// begin.
void heard_asked(struct heard *heard, int64_t scene_ms, int64_t late_ms);
void heard_answered(struct heard *heard, int code, int64_t latency_us);
void heard_acknowledged(struct heard *heard, int64_t lines);
// A device has nothing left that was written by then.
void heard_even(struct heard *heard, int64_t scene_ms);
void heard_failed(struct heard *heard);

// Once all is over.
double heard_percentile_ms(struct heard *heard, double part);
int64_t heard_busiest_minute(const struct heard *heard);

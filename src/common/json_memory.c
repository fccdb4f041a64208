#include "common/json_memory.h"
#include "common/json.h"
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// What a text takes at first, though the bytes are few.
enum { LEAST = 64 };

static _Thread_local struct json_reading *current;

static void *take(size_t size)
{
    struct json_reading *reading = current;
    void *got = malloc(size);
    if (got || !reading)
        return got;
    if (!reading->ran_out && size <= reading->spare_size)
        got = reading->spare;
    memset(reading->bytes, 0, reading->size);
    reading->ran_out = true;
    return got;
}

static void give_back(void *memory)
{
    if (!current || memory != current->spare)
        free(memory);
}

static void set_functions(void)
{
    json_set_alloc_funcs(take, give_back);
}

bool json_reading_begin(struct json_reading *reading, const char *bytes,
                        size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_functions);
    reading->large = NULL;
    reading->spare = reading->small;
    reading->spare_size = LEAST;
    if (size > (sizeof reading->small - LEAST) / 3) {
        if (size > (SIZE_MAX - LEAST) / 3)
            return false;
        reading->large = malloc(LEAST + 3 * size);
        if (!reading->large)
            return false;
        reading->spare = reading->large;
    }
    reading->spare_size += 2 * size;
    reading->bytes = reading->spare + reading->spare_size;
    reading->size = size;
    reading->ran_out = false;
    if (size > 0)
        memcpy(reading->bytes, bytes, size);
    current = reading;
    return true;
}

bool json_reading_ran_out(const struct json_reading *reading)
{
    return reading->ran_out;
}

void json_reading_end(struct json_reading *reading)
{
    current = NULL;
    free(reading->large);
}

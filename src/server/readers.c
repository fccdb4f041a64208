#include "server/readers.h"
#include "common/log.h"
#include <pthread.h>
#include <stdlib.h>

static const char MODULE[] = "server";

struct readers {
    pthread_mutex_t mutex; // guards all below
    pthread_cond_t given;
    size_t free_count;
    struct office *free_ones[]; // `count` places
};

enum office_result readers_open(const char *address, size_t count,
                                struct readers **out_readers)
{
    struct readers *readers =
        calloc(1, sizeof *readers + count * sizeof(struct office *));
    if (!readers) {
        log_error(MODULE, "out of memory");
        return OFFICE_ERROR;
    }
    pthread_mutex_init(&readers->mutex, NULL);
    pthread_cond_init(&readers->given, NULL);
    for (size_t i = 0; i < count; i++) {
        struct office *office = NULL;
        enum office_result result =
            office_open(address, OFFICE_READER, &office);
        if (result != OFFICE_OK) {
            log_error(MODULE, "the database cannot be read: %s",
                      office_result_name(result));
            readers_close(readers);
            return result;
        }
        readers->free_ones[readers->free_count++] = office;
    }
    *out_readers = readers;
    return OFFICE_OK;
}

void readers_close(struct readers *readers)
{
    if (!readers) {
        return;
    }
    for (size_t i = 0; i < readers->free_count; i++) {
        office_close(readers->free_ones[i]);
    }
    pthread_cond_destroy(&readers->given);
    pthread_mutex_destroy(&readers->mutex);
    free(readers);
}

struct office *readers_take(struct readers *readers)
{
    pthread_mutex_lock(&readers->mutex);
    while (readers->free_count == 0) {
        pthread_cond_wait(&readers->given, &readers->mutex);
    }
    struct office *office = readers->free_ones[--readers->free_count];
    pthread_mutex_unlock(&readers->mutex);
    return office;
}

void readers_give(struct readers *readers, struct office *office)
{
    pthread_mutex_lock(&readers->mutex);
    readers->free_ones[readers->free_count++] = office;
    pthread_cond_signal(&readers->given);
    pthread_mutex_unlock(&readers->mutex);
}

#include "postgres/dial.h"
#include "common/clock.h"
#include "postgres/pool.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEP_MS = 100 }; // between two questions of the pool

struct dialling {
    PGconn *(*connect)(const char *url, enum sql_mode mode);
    char *url;
    enum sql_mode mode;
    struct pool *pool;
    pthread_mutex_t mutex; // guards what follows
    pthread_cond_t done;
    PGconn *db;
    bool is_done, is_left; // the second of them frees it
};

static struct dialling *
begin(PGconn *(*connect)(const char *url, enum sql_mode mode), const char *url,
      enum sql_mode mode, struct pool *pool)
{
    struct dialling *dialling = calloc(1, sizeof *dialling);
    if (!dialling || !(dialling->url = strdup(url))) {
        free(dialling);
        return NULL;
    }
    dialling->connect = connect;
    dialling->mode = mode;
    dialling->pool = pool;
    pthread_mutex_init(&dialling->mutex, NULL);
    clock_cond_init(&dialling->done);
    return dialling;
}

static void end(struct dialling *dialling)
{
    pthread_cond_destroy(&dialling->done);
    pthread_mutex_destroy(&dialling->mutex);
    free(dialling->url);
    free(dialling);
}

static void *run(void *ctx)
{
    struct dialling *dialling = ctx;
    int64_t began_us = clock_mono_us();
    PGconn *db = dialling->connect(dialling->url, dialling->mode);
    if (PQstatus(db) == CONNECTION_OK)
        pool_learn(dialling->pool, (clock_mono_us() - began_us) / 1000);
    pthread_mutex_lock(&dialling->mutex);
    bool is_left = dialling->is_left;
    dialling->db = db;
    dialling->is_done = true;
    pthread_cond_signal(&dialling->done);
    pthread_mutex_unlock(&dialling->mutex);
    if (is_left) {
        PQfinish(db);
        end(dialling);
    }
    return NULL;
}

// The mutex is held.
static void wait_step(struct dialling *dialling)
{
    struct timespec until = clock_mono_in(STEP_MS);
    pthread_cond_timedwait(&dialling->done, &dialling->mutex, &until);
}

static PGconn *await(struct dialling *dialling)
{
    int64_t began_ms = clock_mono_us() / 1000;
    pthread_mutex_lock(&dialling->mutex);
    while (!dialling->is_done && !dialling->is_left) {
        wait_step(dialling);
        dialling->is_left =
            !dialling->is_done &&
            pool_doubts(dialling->pool, clock_mono_us() / 1000 - began_ms);
    }
    bool is_left = dialling->is_left;
    PGconn *db = dialling->db;
    pthread_mutex_unlock(&dialling->mutex);
    if (!is_left)
        end(dialling);
    return is_left ? NULL : db;
}

PGconn *dial(PGconn *(*connect)(const char *url, enum sql_mode mode),
             const char *url, enum sql_mode mode, struct pool *pool)
{
    struct dialling *dialling = begin(connect, url, mode, pool);
    pthread_t thread;
    if (!dialling || pthread_create(&thread, NULL, run, dialling) != 0) {
        if (dialling)
            end(dialling);
        return connect(url, mode);
    }
    pthread_detach(thread);
    return await(dialling);
}

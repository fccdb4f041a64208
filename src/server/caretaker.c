#include "server/caretaker.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char MODULE[] = "server";

enum { LOOK_S = 30, LOOK_LEAST_S = 2 };

struct caretaker {
    struct writer *writer;
    struct chore *chores;
    size_t count;
    pthread_t thread;
    struct writer_job job;
    pthread_mutex_t mutex; // guards all below
    pthread_cond_t wake;
    bool stopping;
    bool is_done; // the job
};

static void done(void *ctx)
{
    struct caretaker *caretaker = ctx;
    pthread_mutex_lock(&caretaker->mutex);
    caretaker->is_done = true;
    pthread_cond_signal(&caretaker->wake);
    pthread_mutex_unlock(&caretaker->mutex);
}

// The writer does what was pushed even when it ends, so this ends too.
static enum office_result run_job(struct caretaker *caretaker,
                                  const struct chore *chore)
{
    if (!writer_reserve(caretaker->writer)) {
        return OFFICE_BUSY;
    }
    caretaker->is_done = false;
    caretaker->job = (struct writer_job){.work = chore->work,
                                         .work_ctx = chore->ctx,
                                         .done = done,
                                         .done_ctx = caretaker};
    writer_push(caretaker->writer, &caretaker->job);
    pthread_mutex_lock(&caretaker->mutex);
    while (!caretaker->is_done) {
        pthread_cond_wait(&caretaker->wake, &caretaker->mutex);
    }
    pthread_mutex_unlock(&caretaker->mutex);
    return caretaker->job.result;
}

static bool is_due(const struct chore *chore, int32_t day, int64_t now_us)
{
    return chore->every_s > 0 ? now_us >= chore->next_us
                              : day != chore->done_day;
}

static bool is_stopping(struct caretaker *caretaker)
{
    pthread_mutex_lock(&caretaker->mutex);
    bool stopping = caretaker->stopping;
    pthread_mutex_unlock(&caretaker->mutex);
    return stopping;
}

static bool run_chore(struct caretaker *caretaker, const struct chore *chore)
{
    if (chore->look && !chore->look(chore->ctx)) {
        return true;
    }
    if (!chore->work) {
        return true;
    }
    enum office_result result;
    do {
        result = run_job(caretaker, chore);
    } while (result == OFFICE_OK && chore->goes_on &&
             chore->goes_on(chore->ctx) && !is_stopping(caretaker));
    return result == OFFICE_OK && !(chore->is_left && *chore->is_left);
}

static void look(struct caretaker *caretaker)
{
    for (size_t i = 0; i < caretaker->count; i++) {
        struct chore *chore = &caretaker->chores[i];
        int32_t day = date_day_of_wall_ms(clock_wall_ms());
        int64_t now_us = clock_mono_us();
        if (is_due(chore, day, now_us) && run_chore(caretaker, chore)) {
            chore->done_day = day;
            chore->next_us = now_us + chore->every_s * INT64_C(1000000);
        }
        if (is_stopping(caretaker)) {
            return;
        }
    }
}

// Seconds to the next chore.
static int64_t rest_s(const struct caretaker *caretaker)
{
    int64_t rest = LOOK_S, now_us = clock_mono_us();
    for (size_t i = 0; i < caretaker->count; i++) {
        const struct chore *chore = &caretaker->chores[i];
        int64_t left = (chore->next_us - now_us) / 1000000 + 1;
        if (chore->every_s > 0 && left < rest) {
            rest = left;
        }
    }
    return rest < LOOK_LEAST_S ? LOOK_LEAST_S : rest;
}

// False when it is to stop.
static bool nap(struct caretaker *caretaker)
{
    struct timespec until = clock_mono_in(rest_s(caretaker) * INT64_C(1000));
    pthread_mutex_lock(&caretaker->mutex);
    while (!caretaker->stopping &&
           pthread_cond_timedwait(&caretaker->wake, &caretaker->mutex,
                                  &until) != ETIMEDOUT) {
    }
    bool goes_on = !caretaker->stopping;
    pthread_mutex_unlock(&caretaker->mutex);
    return goes_on;
}

static void *run(void *ctx)
{
    struct caretaker *caretaker = ctx;
    do {
        look(caretaker);
    } while (nap(caretaker));
    return NULL;
}

static void destroy(struct caretaker *caretaker)
{
    pthread_cond_destroy(&caretaker->wake);
    pthread_mutex_destroy(&caretaker->mutex);
    free(caretaker);
}

struct caretaker *caretaker_start(struct writer *writer, struct chore *chores,
                                  size_t count)
{
    struct caretaker *caretaker = calloc(1, sizeof *caretaker);
    if (!caretaker) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    caretaker->writer = writer;
    caretaker->chores = chores;
    caretaker->count = count;
    pthread_mutex_init(&caretaker->mutex, NULL);
    clock_cond_init(&caretaker->wake);
    int fault = log_thread_create(&caretaker->thread, run, caretaker);
    if (fault != 0) {
        log_error(MODULE, "the caretaker cannot start: %s", strerror(fault));
        destroy(caretaker);
        return NULL;
    }
    return caretaker;
}

void caretaker_stop(struct caretaker *caretaker)
{
    if (!caretaker) {
        return;
    }
    pthread_mutex_lock(&caretaker->mutex);
    caretaker->stopping = true;
    pthread_cond_signal(&caretaker->wake);
    pthread_mutex_unlock(&caretaker->mutex);
    pthread_join(caretaker->thread, NULL);
    destroy(caretaker);
}

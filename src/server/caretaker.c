#include "server/caretaker.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/transaction_keys.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char MODULE[] = "server";

enum { LOOK_S = 30 };

struct caretaker {
    struct writer *writer;
    const struct office_defaults *defaults;
    pthread_t thread;
    int32_t done_day; // the thread's
    struct writer_job job;
    pthread_mutex_t mutex; // guards all below
    pthread_cond_t wake;
    bool stopping;
    bool is_done; // the job
};

// On the writer's thread.
static enum office_result turn(struct office *office, void *ctx)
{
    const struct caretaker *caretaker = ctx;
    return office_turn_keys(office, caretaker->defaults, clock_wall_ms());
}

static void done(void *ctx)
{
    struct caretaker *caretaker = ctx;
    pthread_mutex_lock(&caretaker->mutex);
    caretaker->is_done = true;
    pthread_cond_signal(&caretaker->wake);
    pthread_mutex_unlock(&caretaker->mutex);
}

// The writer does what was pushed even when it ends, so this ends too.
static enum office_result run_job(struct caretaker *caretaker)
{
    if (!writer_reserve(caretaker->writer)) {
        return OFFICE_BUSY;
    }
    caretaker->is_done = false;
    caretaker->job = (struct writer_job){.work = turn,
                                         .work_ctx = caretaker,
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

static void look(struct caretaker *caretaker)
{
    int32_t day = date_day_of_wall_ms(clock_wall_ms());
    if (day != caretaker->done_day && run_job(caretaker) == OFFICE_OK) {
        caretaker->done_day = day;
    }
}

// False when it is to stop.
static bool nap(struct caretaker *caretaker)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += LOOK_S;
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

struct caretaker *caretaker_start(struct writer *writer,
                                  const struct office_defaults *defaults,
                                  int32_t day)
{
    struct caretaker *caretaker = calloc(1, sizeof *caretaker);
    if (!caretaker) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    caretaker->writer = writer;
    caretaker->defaults = defaults;
    caretaker->done_day = day;
    pthread_mutex_init(&caretaker->mutex, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&caretaker->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    int fault = pthread_create(&caretaker->thread, NULL, run, caretaker);
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

#include "server/writer.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/log_tries.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

// The batches of one commit. They must lie in a row for the office.
struct group {
    struct writer_job *jobs[WRITER_GROUP_MAX];
    struct office_batch batches[WRITER_GROUP_MAX];
    size_t count;
};

struct writer {
    char *address;
    pthread_t thread;
    struct office *office;  // the thread's; NULL when it could not be reopened
    struct log_tries tries; // to reopen it
    struct group group;     // the thread's
    pthread_mutex_t mutex;  // guards all below
    pthread_cond_t wake;
    struct writer_job *first, **last;
    size_t promised; // reserved and not pushed yet
    bool stopping;   // no more places
    struct writer_figures figures;
    void (*committed)(void *ctx); // NULL: nobody watches
    void *watcher;
};

static bool reopen(struct writer *writer)
{
    office_close(writer->office);
    writer->office = NULL;
    log_tries_begin(&writer->tries);
    bool done = office_open(writer->address, OFFICE_WRITER, &writer->office) ==
                OFFICE_OK;
    log_tries_end(&writer->tries, done, MODULE, "the database");
    if (!done) {
        writer->office = NULL;
    }
    return done;
}

// Errors that a fresh handle may heal.
static bool is_broken(enum office_result result)
{
    return result == OFFICE_ERROR || result == OFFICE_CORRUPT;
}

static enum office_result commit(struct writer *writer, struct group *group,
                                 size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++) {
        group->batches[i] = *group->jobs[i]->batch;
    }
    enum office_result result =
        office_ingest(writer->office, &group->batches[from], count);
    pthread_mutex_lock(&writer->mutex);
    writer->figures.is_well = result == OFFICE_OK;
    if (result == OFFICE_OK) {
        writer->figures.commits++;
        writer->figures.committed += count;
        writer->figures.last_commit_us = clock_mono_us();
    } else {
        writer->figures.failures++;
    }
    pthread_mutex_unlock(&writer->mutex);
    for (size_t i = from; i < from + count; i++) {
        *group->jobs[i]->batch = group->batches[i];
        group->jobs[i]->result = result;
    }
    return result;
}

// After an error nothing is known about the group. Everything can be given
// again, to a fresh handle, and each batch alone: one that the database cannot
// take does not keep the others out.
static void ingest(struct writer *writer, struct group *group)
{
    enum office_result result = OFFICE_ERROR;
    if (writer->office || reopen(writer)) {
        result = commit(writer, group, 0, group->count);
    }
    if (!is_broken(result)) {
        return;
    }
    for (size_t i = 0; i < group->count; i++) {
        if (is_broken(result) && !reopen(writer)) {
            for (; i < group->count; i++) {
                group->jobs[i]->result = OFFICE_ERROR;
            }
            return;
        }
        result = commit(writer, group, i, 1);
    }
}

static void work(struct writer *writer, struct writer_job *job)
{
    job->result = OFFICE_ERROR;
    if (writer->office || reopen(writer)) {
        job->result = job->work(writer->office, job->work_ctx);
    }
    if (is_broken(job->result)) {
        reopen(writer);
    }
}

static struct writer_job *pop(struct writer *writer)
{
    struct writer_job *job = writer->first;
    writer->first = job->next;
    if (!writer->first) {
        writer->last = &writer->first;
    }
    writer->figures.waiting--;
    return job;
}

// Waits for the next job and takes the batches that stand behind it, in order,
// until another kind of job. False when all is done and no more will come.
static bool take(struct writer *writer, struct group *group)
{
    group->count = 0;
    pthread_mutex_lock(&writer->mutex);
    while (!writer->first && !(writer->stopping && writer->promised == 0)) {
        pthread_cond_wait(&writer->wake, &writer->mutex);
    }
    while (writer->first && group->count < WRITER_GROUP_MAX &&
           (group->count == 0 || writer->first->batch)) {
        group->jobs[group->count++] = pop(writer);
        if (!group->jobs[0]->batch) {
            break;
        }
    }
    pthread_mutex_unlock(&writer->mutex);
    return group->count > 0;
}

static void tell(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    void (*committed)(void *ctx) = writer->committed;
    void *watcher = writer->watcher;
    pthread_mutex_unlock(&writer->mutex);
    if (committed) {
        committed(watcher);
    }
}

static void tell_turns(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    if (writer->office) {
        writer->figures.turns = office_turns(writer->office);
    }
    pthread_mutex_unlock(&writer->mutex);
}

static void *run(void *ctx)
{
    struct writer *writer = ctx;
    struct group *group = &writer->group;
    while (take(writer, group)) {
        if (group->jobs[0]->batch) {
            ingest(writer, group);
        } else {
            work(writer, group->jobs[0]);
        }
        tell_turns(writer);
        // A job may be gone as soon as its request was told.
        for (size_t i = 0; i < group->count; i++) {
            group->jobs[i]->done(group->jobs[i]->done_ctx);
        }
        tell(writer);
    }
    return NULL;
}

static void destroy(struct writer *writer)
{
    office_close(writer->office);
    pthread_cond_destroy(&writer->wake);
    pthread_mutex_destroy(&writer->mutex);
    free(writer->address);
    free(writer);
}

struct writer *writer_start(const char *address, struct office *office)
{
    struct writer *writer = calloc(1, sizeof *writer);
    if (!writer) {
        log_error(MODULE, "out of memory");
        office_close(office);
        return NULL;
    }
    writer->office = office;
    writer->last = &writer->first;
    writer->figures.is_well = true;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->wake, NULL);
    writer->address = strdup(address);
    int fault = writer->address
                    ? log_thread_create(&writer->thread, run, writer)
                    : ENOMEM;
    if (fault != 0) {
        log_error(MODULE, "the writer cannot start: %s", strerror(fault));
        destroy(writer);
        return NULL;
    }
    return writer;
}

void writer_watch(struct writer *writer, void (*committed)(void *ctx),
                  void *ctx)
{
    pthread_mutex_lock(&writer->mutex);
    writer->committed = committed;
    writer->watcher = ctx;
    pthread_mutex_unlock(&writer->mutex);
}

void writer_finish(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    writer->stopping = true;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->mutex);
    pthread_join(writer->thread, NULL);
}

void writer_close(struct writer *writer)
{
    if (writer) {
        destroy(writer);
    }
}

bool writer_reserve(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    bool free_place =
        !writer->stopping &&
        writer->figures.waiting + writer->promised < WRITER_QUEUE_MAX;
    writer->promised += free_place;
    pthread_mutex_unlock(&writer->mutex);
    return free_place;
}

void writer_push(struct writer *writer, struct writer_job *job)
{
    job->next = NULL;
    pthread_mutex_lock(&writer->mutex);
    writer->promised--;
    *writer->last = job;
    writer->last = &job->next;
    writer->figures.waiting++;
    pthread_cond_signal(&writer->wake);
    pthread_mutex_unlock(&writer->mutex);
}

struct writer_figures writer_figures(struct writer *writer)
{
    pthread_mutex_lock(&writer->mutex);
    struct writer_figures figures = writer->figures;
    pthread_mutex_unlock(&writer->mutex);
    return figures;
}

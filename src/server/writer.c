#include "server/writer.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/log_tries.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

// Until it looks at a database that shut it out, and at one that did not take
// what was brought: whether that would be taken now only the next batch shows.
enum { LOOK_MS = 1000, NEXT_MS = 30000 };

// From when a job came until its turn is asked for the last time, which takes
// two seconds: a device hangs up after 20 s of silence (sync/transport.c).
static const int64_t PATIENCE_US = 12 * INT64_C(1000000);

// The batches of one commit. They must lie in a row for the office.
struct group {
    struct writer_job *jobs[WRITER_GROUP_MAX];
    struct office_batch batches[WRITER_GROUP_MAX];
    size_t count;
};

struct writer {
    char *address;
    size_t lines_enough; // for a commit
    pthread_t thread;
    struct office *office;  // the thread's; NULL when it could not be reopened
    struct log_tries tries; // to reopen it
    struct log_tries entries; // to be let in
    struct office_patience patience;
    bool is_shut_out;      // the thread's: its last try did not get in
    struct group group;    // the thread's
    pthread_mutex_t mutex; // guards all below
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
    if (done) {
        office_be_patient(writer->office, &writer->patience);
    } else {
        writer->office = NULL;
    }
    return done;
}

// Errors that a fresh handle may heal.
static bool is_broken(enum office_result result)
{
    return result == OFFICE_ERROR || result == OFFICE_CORRUPT;
}

static void set_well(struct writer *writer, bool is_well)
{
    pthread_mutex_lock(&writer->mutex);
    writer->figures.is_well = is_well;
    pthread_mutex_unlock(&writer->mutex);
}

// The database is there, and others write it, or one holds it.
static bool has_no_turn(const struct writer *writer, enum office_result result)
{
    return result == OFFICE_BUSY && writer->office &&
           office_turns(writer->office).is_missed;
}

static enum office_result commit(struct writer *writer, struct group *group,
                                 size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++) {
        group->batches[i] = *group->jobs[i]->batch;
    }
    enum office_result result =
        office_ingest(writer->office, &group->batches[from], count);
    bool no_turn = has_no_turn(writer, result);
    bool is_held = no_turn && office_turns(writer->office).is_held;
    pthread_mutex_lock(&writer->mutex);
    if (result == OFFICE_OK) {
        writer->figures.is_well = true;
        writer->figures.commits++;
        writer->figures.committed += count;
        writer->figures.last_commit_us = clock_mono_us();
    } else {
        writer->figures.is_well &= no_turn;
        writer->figures.failures += !no_turn || is_held;
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
static enum office_result ingest(struct writer *writer, struct group *group)
{
    enum office_result result = OFFICE_ERROR;
    if (writer->office || reopen(writer)) {
        result = commit(writer, group, 0, group->count);
    }
    if (!is_broken(result)) {
        return result;
    }
    for (size_t i = 0; i < group->count; i++) {
        if (is_broken(result) && !reopen(writer)) {
            for (; i < group->count; i++) {
                group->jobs[i]->result = OFFICE_ERROR;
            }
            return OFFICE_ERROR;
        }
        result = commit(writer, group, i, 1);
    }
    return result;
}

static enum office_result work(struct writer *writer, struct writer_job *job)
{
    job->result = OFFICE_ERROR;
    if (writer->office || reopen(writer)) {
        job->result = job->work(writer->office, job->work_ctx);
    }
    if (is_broken(job->result)) {
        reopen(writer);
    }
    return job->result;
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

// The mutex is held. A writer that is not well waits for a moment only.
static bool wait_for_job(struct writer *writer)
{
    struct timespec until =
        clock_mono_in(writer->is_shut_out ? LOOK_MS : NEXT_MS);
    bool looks = writer->is_shut_out || !writer->figures.is_well;
    int fault = 0;
    while (!writer->first && !(writer->stopping && writer->promised == 0) &&
           fault != ETIMEDOUT) {
        fault = looks ? pthread_cond_timedwait(&writer->wake, &writer->mutex,
                                               &until)
                      : pthread_cond_wait(&writer->wake, &writer->mutex);
    }
    return writer->first || fault == ETIMEDOUT;
}

// Waits for the next job and takes the batches that stand behind it, in order,
// until another kind of job. Comes back with none when it is time to look
// whether the database is back. False when all is done and no more will come.
static bool take(struct writer *writer, struct group *group)
{
    group->count = 0;
    pthread_mutex_lock(&writer->mutex);
    bool goes_on = wait_for_job(writer);
    size_t lines = 0;
    while (writer->first && group->count < WRITER_GROUP_MAX &&
           lines < writer->lines_enough &&
           (group->count == 0 || writer->first->batch)) {
        struct writer_job *job = pop(writer);
        group->jobs[group->count++] = job;
        if (!job->batch) {
            break;
        }
        lines += job->batch->line_count;
    }
    pthread_mutex_unlock(&writer->mutex);
    return goes_on;
}

// A commit of nothing. Who watches this server must hear that batches can be
// stored again though none is brought: it may be what keeps them away.
static enum office_result look(struct writer *writer)
{
    enum office_result result = OFFICE_ERROR;
    if (writer->office || reopen(writer)) {
        result = office_ingest(writer->office, writer->group.batches, 0);
    }
    if (is_broken(result)) {
        reopen(writer);
    }
    if (result == OFFICE_OK) {
        set_well(writer, true);
    }
    return result;
}

static enum office_result do_next(struct writer *writer, struct group *group)
{
    return group->count == 0       ? look(writer)
           : group->jobs[0]->batch ? ingest(writer, group)
                                   : work(writer, group->jobs[0]);
}

// Once it is to end it asks for each turn once. Nor does a look wait for more.
static void set_patience(struct writer *writer, const struct group *group)
{
    pthread_mutex_lock(&writer->mutex);
    writer->patience.until_us = group->count == 0 || writer->stopping
                                    ? 0
                                    : group->jobs[0]->pushed_us + PATIENCE_US;
    pthread_mutex_unlock(&writer->mutex);
}

// While the database is away, or others hold it, each try says the same. Who
// looks goes on until a look gets in.
static void try_next(struct writer *writer, struct group *group)
{
    set_patience(writer, group);
    log_tries_begin(&writer->entries);
    enum office_result result = do_next(writer, group);
    writer->is_shut_out = !writer->office || result == OFFICE_BUSY ||
                          (group->count == 0 && result != OFFICE_OK);
    log_tries_end(&writer->entries, !writer->is_shut_out, MODULE,
                  "writing the database");
    if (writer->is_shut_out && !has_no_turn(writer, result)) {
        set_well(writer, false);
    }
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
        try_next(writer, group);
        tell_turns(writer);
        // A job may be gone as soon as its request was told.
        for (size_t i = 0; i < group->count; i++) {
            group->jobs[i]->done(group->jobs[i]->done_ctx);
        }
        if (group->count > 0) {
            tell(writer);
        }
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
    office_be_patient(office, &writer->patience);
    pthread_mutex_init(&writer->mutex, NULL);
    clock_cond_init(&writer->wake);
    writer->address = strdup(address);
    writer->lines_enough =
        office_is_url(address) ? WRITER_LINES_ENOUGH : SIZE_MAX;
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
    writer->patience.until_us = 0;
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
    job->pushed_us = clock_mono_us();
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
    figures.is_well = figures.is_well && !figures.turns.is_held;
    return figures;
}

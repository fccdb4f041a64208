#include "server/phone_visits.h"
#include "common/clock.h"
#include "common/log.h"
#include "store/ledger_reader.h"
#include "store/store.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "phone";

enum { RING_SLOTS_OF_PHONE = 256, RETRY_S = 30 };

struct visit {
    struct visit *next;
    struct record kept;  // as it was last made durable; closed when it was not
    bool is_kept;        // a draft of it is durable
    bool is_ending;      // its line was asked for
    bool has_ended;      // it is durable, but only beside the ledger
    bool ends_by_itself; // without a job
    char page[ID_SIZE];  // that owns it
    int changes;
    int64_t deadline_us;
    struct phone_job *first, **last; // in the order in which the store answers
};

struct phone_visits {
    char *directory;
    struct store *store;
    void (*changed)(void *ctx);
    void *ctx;
    pthread_mutex_t mutex; // guards all below
    bool stopping;
    struct visit *first;
    size_t count;
    struct ledger_reader *ledger; // NULL: not opened yet
};

// --- The list; the mutex is held --------------------------------------------

static struct visit *find_visit(struct phone_visits *visits, const char *id)
{
    struct visit *visit = visits->first;
    while (visit && strcmp(visit->kept.id, id) != 0) {
        visit = visit->next;
    }
    return visit;
}

static struct visit *add_visit(struct phone_visits *visits,
                               const struct phone_job *job)
{
    struct visit *visit =
        visits->count < PHONE_VISITS_MAX ? calloc(1, sizeof *visit) : NULL;
    if (!visit) {
        log_error(MODULE, "no room for one more visit");
        return NULL;
    }
    visit->kept = job->visit;
    memcpy(visit->page, job->page, sizeof visit->page);
    visit->last = &visit->first;
    visit->next = visits->first;
    visits->first = visit;
    visits->count++;
    return visit;
}

static void remove_visit(struct phone_visits *visits, struct visit *visit)
{
    struct visit **at = &visits->first;
    while (*at != visit) {
        at = &(*at)->next;
    }
    *at = visit->next;
    visits->count--;
    free(visit);
}

static bool is_in_ledger(struct phone_visits *visits, const char *id)
{
    if (visits->stopping) {
        return false;
    }
    if (visits->ledger && ledger_reader_is_replaced(visits->ledger)) {
        ledger_reader_close(visits->ledger);
        visits->ledger = NULL;
    }
    if (!visits->ledger &&
        ledger_reader_open(visits->directory, &visits->ledger) != SQL_OK) {
        visits->ledger = NULL;
        return false;
    }
    return ledger_reader_find(visits->ledger, id) == SQL_OK;
}

static void append_job(struct visit *visit, struct phone_job *job, bool follows)
{
    job->follows = follows;
    job->next = NULL;
    *visit->last = job;
    visit->last = &job->next;
}

static void set_deadline(struct visit *visit, int64_t seconds)
{
    visit->deadline_us = clock_mono_us() + seconds * 1000000;
}

// --- What the store answers -------------------------------------------------

// The first command and all that wait for the same, as a list of its own.
static struct phone_job *take_jobs(struct visit *visit)
{
    struct phone_job *first = visit->first, *last = first;
    if (!first) {
        return NULL;
    }
    while (last->next && last->next->follows) {
        last = last->next;
    }
    visit->first = last->next;
    if (!visit->first) {
        visit->last = &visit->first;
    }
    last->next = NULL;
    return first;
}

static void settle_draft(struct visit *visit, const struct phone_job *job)
{
    visit->is_kept = true;
    if (job) {
        visit->kept = job->visit;
    }
}

// The visit may be gone when it returns.
static void settle_line(struct phone_visits *visits, struct visit *visit,
                        const struct store_event *event)
{
    if (event->seq > 0 && !visit->first) {
        remove_visit(visits, visit);
    } else {
        visit->has_ended = true;
    }
}

static void settle_failure(struct phone_visits *visits, struct visit *visit,
                           const struct phone_job *job)
{
    set_deadline(visit, visit->ends_by_itself ? RETRY_S : PHONE_PATIENCE_S);
    if (visit->ends_by_itself || (job && job->ends)) {
        visit->is_ending = false;
        visit->ends_by_itself = false;
    }
    if (!visit->is_kept && !visit->first) {
        remove_visit(visits, visit);
    }
}

static struct phone_job *settle(struct phone_visits *visits,
                                const struct store_event *event)
{
    struct visit *visit = find_visit(visits, event->id);
    if (!visit) {
        return NULL; // closed at the start, as its level alone
    }
    struct phone_job *jobs = take_jobs(visit);
    if (event->kind == STORE_DRAFT_SAVED) {
        settle_draft(visit, jobs);
    } else if (event->kind == STORE_LINE_SAVED) {
        settle_line(visits, visit, event);
    } else {
        settle_failure(visits, visit, jobs);
    }
    return jobs;
}

static void answer(struct phone_job *jobs, enum store_event_kind kind)
{
    enum phone_result result = kind == STORE_DRAFT_SAVED  ? PHONE_KEPT
                               : kind == STORE_LINE_SAVED ? PHONE_SENT
                                                          : PHONE_FAILED;
    while (jobs) {
        struct phone_job *job = jobs;
        jobs = job->next; // whose owner is free to go from here on
        job->result =
            job->follows && result != PHONE_FAILED ? PHONE_ALREADY : result;
        job->done(job->ctx);
    }
}

// On the storage thread.
static void hear(void *ctx, const struct store_event *event)
{
    struct phone_visits *visits = ctx;
    if (event->kind == STORE_READY) {
        visits->changed(visits->ctx);
    }
    if (event->kind == STORE_READY || event->kind == STORE_BROKEN) {
        return;
    }
    pthread_mutex_lock(&visits->mutex);
    struct phone_job *jobs = settle(visits, event);
    pthread_mutex_unlock(&visits->mutex);
    answer(jobs, event->kind);
    if (event->kind == STORE_LINE_SAVED) {
        visits->changed(visits->ctx);
    }
}

// --- Asking -----------------------------------------------------------------

// Of one that goes on: the answer is as old as its level.
static void keep_times(const struct visit *visit, struct record *next)
{
    next->opened_at = visit->kept.opened_at;
    if (visit->kept.level == next->level) {
        next->answered_at = visit->kept.answered_at;
    }
}

// The visit may be gone when it returns false.
static bool command(struct phone_visits *visits, struct visit *visit,
                    struct phone_job *job)
{
    if (visit->is_kept) {
        keep_times(visit, &job->visit);
    }
    bool asked = job->ends ? store_put_line_with_comment(
                                 visits->store, &job->visit, job->sealed)
                           : store_put_draft(visits->store, &job->visit);
    if (!asked) {
        settle_failure(visits, visit, job);
        return false;
    }
    visit->is_ending = job->ends;
    visit->changes++;
    set_deadline(visit, PHONE_PATIENCE_S);
    append_job(visit, job, false);
    return true;
}

// True: `job` waits for the store now.
static bool take(struct phone_visits *visits, struct phone_job *job)
{
    struct visit *visit = find_visit(visits, job->visit.id);
    job->result = PHONE_FAILED;
    if (visits->stopping) {
        return false;
    }
    if (!visit && is_in_ledger(visits, job->visit.id)) {
        job->result = PHONE_ALREADY;
        return false;
    }
    if (!visit) {
        visit = add_visit(visits, job);
        return visit && command(visits, visit, job);
    }
    bool is_open = !visit->is_ending && !visit->has_ended &&
                   strcmp(visit->page, job->page) == 0 &&
                   (visit->changes < PHONE_CHANGES_MAX || job->ends);
    if (is_open) {
        return command(visits, visit, job);
    }
    bool waits = visit->first || visit->ends_by_itself;
    if (waits && !visit->has_ended) {
        append_job(visit, job, true);
        return true;
    }
    job->result = PHONE_ALREADY;
    return false;
}

void phone_visits_take(struct phone_visits *visits, struct phone_job *job)
{
    pthread_mutex_lock(&visits->mutex);
    bool waits = take(visits, job);
    pthread_mutex_unlock(&visits->mutex);
    if (!waits) {
        job->done(job->ctx);
    }
}

bool phone_visits_is_answered(struct phone_visits *visits, const char *id)
{
    pthread_mutex_lock(&visits->mutex);
    const struct visit *visit = find_visit(visits, id);
    bool answered =
        visit ? visit->is_kept || visit->has_ended : is_in_ledger(visits, id);
    pthread_mutex_unlock(&visits->mutex);
    return answered;
}

static void end_by_itself(struct phone_visits *visits, struct visit *visit)
{
    visit->kept.closed_at = clock_wall_ms();
    visit->kept.up_ms = clock_boot_ms();
    if (store_put_line(visits->store, &visit->kept)) {
        visit->is_ending = true;
        visit->ends_by_itself = true;
        set_deadline(visit, PHONE_PATIENCE_S);
    } else {
        set_deadline(visit, RETRY_S);
    }
}

int64_t phone_visits_sweep(struct phone_visits *visits, int64_t now_us)
{
    int64_t next_us = INT64_MAX;
    pthread_mutex_lock(&visits->mutex);
    for (struct visit *visit = visits->first; visit; visit = visit->next) {
        bool waits = visit->is_kept && !visit->is_ending && !visit->has_ended;
        if (waits && !visit->first && !visits->stopping &&
            visit->deadline_us <= now_us) {
            end_by_itself(visits, visit);
        } else if (waits && visit->deadline_us < next_us) {
            next_us = visit->deadline_us;
        }
    }
    pthread_mutex_unlock(&visits->mutex);
    return next_us;
}

// --- Life -------------------------------------------------------------------

struct phone_visits *phone_visits_open(const char *directory,
                                       const char *device,
                                       void (*changed)(void *ctx), void *ctx)
{
    struct phone_visits *visits = calloc(1, sizeof *visits);
    if (!visits || !(visits->directory = strdup(directory))) {
        free(visits);
        return NULL;
    }
    visits->changed = changed;
    visits->ctx = ctx;
    pthread_mutex_init(&visits->mutex, NULL);
    visits->store =
        store_open(&(struct store_params){.directory = directory,
                                          .device = device,
                                          .listener = hear,
                                          .ctx = visits,
                                          .ring_slots = RING_SLOTS_OF_PHONE});
    if (!visits->store) {
        phone_visits_close(visits);
        return NULL;
    }
    return visits;
}

void phone_visits_stop(struct phone_visits *visits)
{
    pthread_mutex_lock(&visits->mutex);
    visits->stopping = true;
    ledger_reader_close(visits->ledger);
    visits->ledger = NULL;
    pthread_mutex_unlock(&visits->mutex);
}

void phone_visits_finish(struct phone_visits *visits)
{
    store_close(visits->store);
    visits->store = NULL;
}

void phone_visits_close(struct phone_visits *visits)
{
    if (!visits) {
        return;
    }
    store_close(visits->store);
    while (visits->first) {
        remove_visit(visits, visits->first);
    }
    ledger_reader_close(visits->ledger);
    pthread_mutex_destroy(&visits->mutex);
    free(visits->directory);
    free(visits);
}

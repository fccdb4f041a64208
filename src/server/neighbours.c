#include "server/neighbours.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/log_tries.h"
#include "office/documents.h"
#include "server/context.h"
#include "server/key_note.h"
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char MODULE[] = "server";

// Between two looks: while somebody waits, and while nobody does or the last
// one failed.
enum { WAITING_MS = 250, QUIET_MS = 1000 };

struct neighbours {
    struct server *server;
    pthread_t thread;
    // The thread's: what it has told of.
    int64_t epoch, others, documents;
    bool is_replaced; // as of these documents
    struct writer_job job;
    struct log_tries tries; // to ask the database
    pthread_mutex_t mutex;  // guards all below
    pthread_cond_t wake;
    bool stopping;
    bool is_done; // the job
};

static enum office_result follow(struct office *office, void *ctx)
{
    return documents_follow(ctx, office);
}

static void done(void *ctx)
{
    struct neighbours *neighbours = ctx;
    pthread_mutex_lock(&neighbours->mutex);
    neighbours->is_done = true;
    pthread_cond_signal(&neighbours->wake);
    pthread_mutex_unlock(&neighbours->mutex);
}

// The writer does what was pushed even when it ends, so this ends too. False:
// look again.
static bool take_documents(struct neighbours *neighbours)
{
    struct writer *writer = neighbours->server->writer;
    if (!writer_reserve(writer)) {
        return false;
    }
    neighbours->is_done = false;
    neighbours->job = (struct writer_job){.work = follow,
                                          .work_ctx = neighbours->server,
                                          .done = done,
                                          .done_ctx = neighbours};
    writer_push(writer, &neighbours->job);
    pthread_mutex_lock(&neighbours->mutex);
    while (!neighbours->is_done) {
        pthread_cond_wait(&neighbours->wake, &neighbours->mutex);
    }
    pthread_mutex_unlock(&neighbours->mutex);
    return neighbours->job.result == OFFICE_OK;
}

struct seen {
    int64_t epoch, documents;
    bool is_outdated, is_replaced;
};

// The note of the keys is a document too.
static bool read_keys(const struct neighbours *neighbours,
                      struct office *office, struct seen *out)
{
    bool is_mine = true;
    out->is_replaced = neighbours->is_replaced;
    if (out->documents == neighbours->documents) {
        return true;
    }
    enum office_result result =
        key_note_is_mine(office, &neighbours->server->identity, &is_mine);
    out->is_replaced = result == OFFICE_OK && !is_mine;
    return result == OFFICE_OK || result == OFFICE_NONE;
}

static bool read_now(const struct neighbours *neighbours, struct seen *out)
{
    struct server *server = neighbours->server;
    struct office *office = readers_take(server->readers);
    bool ok = office_is_outdated(office, &out->is_outdated) == OFFICE_OK &&
              (out->is_outdated ||
               (office_read_epoch(office, &out->epoch) == OFFICE_OK &&
                office_count_documents(office, &out->documents) == OFFICE_OK &&
                read_keys(neighbours, office, out)));
    readers_give(server->readers, office);
    return ok;
}

static void set_shut(struct server *server, enum shut shut)
{
    if (shut == SHUT_OUTDATED && server->shut != shut) {
        log_error(MODULE, "a newer program has changed the database's tables: "
                          "every request is answered with 503 until this "
                          "server is upgraded too");
    }
    if (shut == SHUT_REPLACED && server->shut != shut) {
        log_error(MODULE, "other keys took the place of this server's in the "
                          "book: every request is answered with 503; stop it, "
                          "and start it with the new keys");
    }
    server->shut = shut;
}

// A turn after the writer's last one is another's, or is the writer's own and
// about to be told; looking once too often does no harm. Those before it the
// writer has counted.
static bool is_new(struct neighbours *neighbours, int64_t epoch,
                   const struct office_turns *own)
{
    bool is_it = own->others != neighbours->others ||
                 (epoch > own->epoch && epoch != neighbours->epoch);
    neighbours->others = own->others;
    neighbours->epoch = epoch;
    return is_it;
}

// False when the database could not be asked.
static bool look(struct neighbours *neighbours)
{
    struct server *server = neighbours->server;
    struct seen seen = {0};
    log_tries_begin(&neighbours->tries);
    bool is_asked = read_now(neighbours, &seen);
    log_tries_end(&neighbours->tries, is_asked, MODULE, "asking the database");
    server->is_cut_off = !is_asked;
    if (server->is_cut_off) {
        return false;
    }
    set_shut(server, seen.is_outdated   ? SHUT_OUTDATED
                     : seen.is_replaced ? SHUT_REPLACED
                                        : SHUT_NOT);
    if (seen.is_outdated) {
        return false;
    }
    neighbours->is_replaced = seen.is_replaced;
    // After the epoch: what the writer did meanwhile is known to be its own.
    struct office_turns own = writer_figures(server->writer).turns;
    if (seen.documents != neighbours->documents && take_documents(neighbours)) {
        neighbours->documents = seen.documents;
    }
    if (is_new(neighbours, seen.epoch, &own)) {
        live_touch(server->live);
        hub_announce(server->hub, NULL);
    }
    return true;
}

// False when it is to stop.
static bool nap(struct neighbours *neighbours, int64_t ms)
{
    struct timespec until = clock_mono_in(ms);
    pthread_mutex_lock(&neighbours->mutex);
    while (!neighbours->stopping &&
           pthread_cond_timedwait(&neighbours->wake, &neighbours->mutex,
                                  &until) != ETIMEDOUT) {
    }
    bool goes_on = !neighbours->stopping;
    pthread_mutex_unlock(&neighbours->mutex);
    return goes_on;
}

static void *run(void *ctx)
{
    struct neighbours *neighbours = ctx;
    int64_t ms;
    do {
        ms = look(neighbours) && hub_count(neighbours->server->hub) > 0
                 ? WAITING_MS
                 : QUIET_MS;
    } while (nap(neighbours, ms));
    return NULL;
}

static void destroy(struct neighbours *neighbours)
{
    pthread_cond_destroy(&neighbours->wake);
    pthread_mutex_destroy(&neighbours->mutex);
    free(neighbours);
}

struct neighbours *neighbours_start(struct server *server)
{
    struct neighbours *neighbours = calloc(1, sizeof *neighbours);
    if (!neighbours) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    neighbours->server = server;
    pthread_mutex_init(&neighbours->mutex, NULL);
    clock_cond_init(&neighbours->wake);
    int fault = log_thread_create(&neighbours->thread, run, neighbours);
    if (fault != 0) {
        log_error(MODULE, "other servers cannot be watched: %s",
                  strerror(fault));
        destroy(neighbours);
        return NULL;
    }
    return neighbours;
}

void neighbours_stop(struct neighbours *neighbours)
{
    if (!neighbours) {
        return;
    }
    pthread_mutex_lock(&neighbours->mutex);
    neighbours->stopping = true;
    pthread_cond_signal(&neighbours->wake);
    pthread_mutex_unlock(&neighbours->mutex);
    pthread_join(neighbours->thread, NULL);
    destroy(neighbours);
}

#include "sync/poll.h"
#include "common/clock.h"
#include "common/log.h"
#include "sync/invitations.h"
#include "sync/policy.h"
#include "sync/trusted_time.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    WAIT_S = 15,  // for which the server holds a question back
    SLACK_S = 15, // beyond that, until it counts as lost
    ANSWER_MAX = 64 * 1024,
    PASSING_FAILURES = 6,    // from here on the waits grow no more
    SOON_MS = 1000,          // after an answer that told nothing new too soon
    UNKNOWN_MS = 3600 * 1000 // until an older server is asked again
};

static const char module[] = "poll";

struct poll {
    const struct device *device;
    struct courier *courier;
    struct transport *transport;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    // guarded by `lock`
    bool wanted, stopping;
    int64_t not_before_ms; // of the steady clock
    bool may_hurry;        // it may be over sooner than it is waited for

    // the thread's own
    struct courier_invitations held; // what courier.db has
    bool fresh;                      // the last answer was a good one
    int64_t failures;                // in a row
    bool open_ended;                 // nobody said how long it takes
};

static int64_t steady_ms(void)
{
    return clock_mono_us() / 1000;
}

// --- One question ------------------------------------------------------------

static struct courier_moment moment_of(const struct transport_answer *got)
{
    struct courier_moment moment = {.up_ms = got->up_ms};
    clock_boot_id(moment.boot);
    return moment;
}

static bool is_same_list(const struct courier_invitations *a,
                         const struct courier_invitations *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->list[i].id, b->list[i].id) != 0)
            return false;
    return true;
}

// The whole list in place of the one of before.
static enum sync_outcome
keep_list(struct poll *p, const struct transport_answer *got, bool *out_news)
{
    struct courier_invitations told = {.count = 0};
    char reason[JSON_MESSAGE_SIZE];
    if (!invitations_read(buf_text(&got->body), got->body.size, &told,
                          reason)) {
        log_warn(module, "a list of invitations that cannot be used: %s",
                 reason);
        return SYNC_RETRY;
    }
    // A name that does not fit is none: the whole list comes again.
    if (strlen(got->etag) < sizeof told.etag)
        memcpy(told.etag, got->etag, strlen(got->etag) + 1);
    told.told = moment_of(got);
    *out_news = !is_same_list(&told, &p->held);
    if (courier_put_invitations(p->courier, &told) != SQL_OK)
        return SYNC_RETRY;
    if (*out_news)
        log_info(module, "%zu invitations are open", told.count);
    p->held = told;
    return SYNC_DONE;
}

static enum sync_outcome take_answer(struct poll *p,
                                     enum transport_result result,
                                     const struct transport_answer *got,
                                     bool *out_news)
{
    if (result == TRANSPORT_ANSWERED && got->status == 304) {
        struct courier_moment contact = moment_of(got);
        return courier_put_contact(p->courier, &contact) == SQL_OK ? SYNC_DONE
                                                                   : SYNC_RETRY;
    }
    enum sync_outcome outcome = policy_outcome(result, got->status);
    if (outcome == SYNC_DONE)
        return keep_list(p, got, out_news);
    // Said once, and not again until it has worked between.
    if (outcome != SYNC_STOPPED && p->failures == 0 &&
        result == TRANSPORT_ANSWERED)
        log_warn(module, "no invitations: the server answered %d", got->status);
    else if (outcome != SYNC_STOPPED && p->failures == 0)
        log_warn(module, "no invitations: %s", got->message);
    return outcome;
}

// How long until the next question.
static int64_t pause_after(struct poll *p, enum sync_outcome outcome,
                           const struct transport_answer *got, bool news)
{
    if (outcome == SYNC_DONE) {
        // A server, or something before it, that holds nothing back.
        bool hasty = p->fresh && !news && got->round_trip_ms < SOON_MS;
        p->failures = 0;
        p->fresh = true;
        p->open_ended = false;
        return hasty ? SOON_MS : 0;
    }
    p->failures++;
    p->fresh = false;
    p->open_ended = outcome == SYNC_RETRY && got->retry_after_s < 0;
    if (got->status == 404)
        return UNKNOWN_MS;
    int64_t failures = outcome == SYNC_RETRY && p->failures > PASSING_FAILURES
                           ? PASSING_FAILURES
                           : p->failures;
    return policy_delay_ms(failures, got->retry_after_s, id_random_u64());
}

static int64_t ask(struct poll *p)
{
    char url[DEVICE_TEXT_SIZE + 64];
    bool news = false;
    snprintf(url, sizeof url, "%s/api/v1/devices/me/invitations?wait=%d",
             p->device->server, p->fresh ? WAIT_S : 0);
    const struct transport_request request = {
        .method = "GET",
        .url = url,
        .token = p->device->token,
        .etag = p->held.etag[0] ? p->held.etag : NULL,
        .answer_max = ANSWER_MAX,
        .total_s = WAIT_S + SLACK_S,
        .patient = true};
    struct transport_answer answer;
    trusted_time_apply(p->transport, p->courier);
    enum transport_result result =
        transport_ask(p->transport, &request, &answer);
    enum sync_outcome outcome = take_answer(p, result, &answer, &news);
    int64_t pause = pause_after(p, outcome, &answer, news);
    transport_answer_free(&answer);
    return pause;
}

// --- The thread --------------------------------------------------------------

// A list of this boot is gone on with; the moment of an earlier one means
// nothing now, so it is asked for anew.
static void begin(struct poll *p)
{
    char boot[CLOCK_BOOT_ID_SIZE];
    clock_boot_id(boot);
    p->held = (struct courier_invitations){.count = 0};
    if (courier_invitations(p->courier, &p->held) == SQL_OK &&
        strcmp(p->held.told.boot, boot) != 0)
        p->held.etag[0] = '\0';
    p->fresh = p->open_ended = false;
    p->failures = 0;
}

// Nobody is invited any more. The list of a courier that ends stays.
static void rest(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    bool resting = !p->stopping;
    pthread_mutex_unlock(&p->lock);
    if (!resting || p->held.count == 0)
        return;
    p->held.count = 0;
    p->held.etag[0] = '\0';
    courier_put_invitations(p->courier, &p->held);
}

// Until it is time for a question; false when the thread is to end, or to rest.
static bool wait_for_time(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    while (p->wanted && !p->stopping && steady_ms() < p->not_before_ms) {
        struct timespec t = {p->not_before_ms / 1000,
                             p->not_before_ms % 1000 * 1000000};
        pthread_cond_timedwait(&p->wake, &p->lock, &t);
    }
    bool go = p->wanted && !p->stopping;
    pthread_mutex_unlock(&p->lock);
    return go;
}

// False when the thread is to end.
static bool wait_until_wanted(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->wanted && !p->stopping)
        pthread_cond_wait(&p->wake, &p->lock);
    bool go = !p->stopping;
    pthread_mutex_unlock(&p->lock);
    return go;
}

static void put_off(struct poll *p, int64_t pause_ms)
{
    pthread_mutex_lock(&p->lock);
    p->not_before_ms = steady_ms() + pause_ms;
    p->may_hurry = p->open_ended;
    pthread_mutex_unlock(&p->lock);
}

static void *work(void *ctx)
{
    struct poll *p = ctx;
    while (wait_until_wanted(p)) {
        begin(p);
        while (wait_for_time(p))
            put_off(p, ask(p));
        rest(p);
        put_off(p, 0);
    }
    return NULL;
}

// --- Life --------------------------------------------------------------------

static bool start_thread(struct poll *p)
{
    pthread_mutex_init(&p->lock, NULL);
    clock_cond_init(&p->wake);
    int error = pthread_create(&p->thread, NULL, work, p);
    if (error) {
        log_error(module, "no thread: %s", strerror(error));
        pthread_cond_destroy(&p->wake);
        pthread_mutex_destroy(&p->lock);
    }
    return error == 0;
}

struct poll *poll_start(const struct poll_params *params)
{
    struct poll *p = calloc(1, sizeof *p);
    const struct transport_params transport = {.ca = params->device->ca,
                                               .pin = params->device->pin,
                                               .proxy = params->proxy,
                                               .plain_http =
                                                   params->plain_http};
    if (p)
        p->transport = transport_open(&transport);
    if (!p || !p->transport) {
        log_error(module, "out of memory");
        free(p);
        return NULL;
    }
    p->device = params->device;
    p->courier = params->courier;
    // A town whose power is back does not knock at once.
    p->not_before_ms =
        steady_ms() + policy_first_ms(params->first_contact_s, id_random_u64());
    if (!start_thread(p)) {
        transport_close(p->transport);
        free(p);
        return NULL;
    }
    return p;
}

void poll_set_wanted(struct poll *p, bool wanted)
{
    pthread_mutex_lock(&p->lock);
    p->wanted = wanted;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

void poll_hurry(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    int64_t soon = steady_ms() + SOON_MS;
    if (p->may_hurry && p->not_before_ms > soon)
        p->not_before_ms = soon;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
}

void poll_stop(struct poll *p)
{
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    transport_abort(p->transport);
}

void poll_free(struct poll *p)
{
    if (!p)
        return;
    poll_stop(p);
    pthread_join(p->thread, NULL);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    transport_close(p->transport);
    free(p);
}

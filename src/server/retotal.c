#include "server/retotal.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "common/log_tries.h"
#include "office/retotal.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <pthread.h>
#include <stdlib.h>

static const char MODULE[] = "server";
static const char WHO[] = "admin";

enum { EVERY_S = 1 };

enum state { IDLE, RUNNING, DONE, FAILED };
static const char *const STATES[] = {[IDLE] = "idle",
                                     [RUNNING] = "running",
                                     [DONE] = "done",
                                     [FAILED] = "failed"};

struct retotaling {
    struct server *server;
    atomic_bool stop;
    struct retotal *work;   // from the first look to the last writing
    struct log_tries tries; // to look, for a database that is away

    pthread_mutex_t mutex; // over what follows
    enum state state;
    int32_t from_day, to_day; // as asked for
    int64_t began_us;         // monotonic
    struct retotal_facts facts;
    int64_t wrong_slices, done_slices;
};

struct retotaling *retotaling_open(struct server *server)
{
    struct retotaling *retotaling = calloc(1, sizeof *retotaling);
    if (!retotaling || pthread_mutex_init(&retotaling->mutex, NULL) != 0) {
        log_error(MODULE, "out of memory");
        free(retotaling);
        return NULL;
    }
    retotaling->server = server;
    return retotaling;
}

void retotaling_close(struct retotaling *retotaling)
{
    if (retotaling) {
        retotal_free(retotaling->work);
        pthread_mutex_destroy(&retotaling->mutex);
        free(retotaling);
    }
}

void retotaling_abort(struct retotaling *retotaling)
{
    if (retotaling) {
        atomic_store(&retotaling->stop, true);
    }
}

// What the others see of it.
static void show(struct retotaling *retotaling, enum state state)
{
    pthread_mutex_lock(&retotaling->mutex);
    retotaling->state = state;
    if (retotaling->work) {
        retotaling->facts = retotal_facts(retotaling->work);
        retotal_slices(retotaling->work, &retotaling->wrong_slices,
                       &retotaling->done_slices);
    }
    pthread_mutex_unlock(&retotaling->mutex);
}

static void finish(struct retotaling *retotaling, enum state state)
{
    show(retotaling, state);
    retotal_free(retotaling->work);
    retotaling->work = NULL;
}

struct retotaling_figures retotaling_figures(struct retotaling *retotaling)
{
    pthread_mutex_lock(&retotaling->mutex);
    struct retotaling_figures figures = {
        .is_running = retotaling->state == RUNNING,
        .visits = retotaling->facts.visits,
        .wrong = retotaling->facts.wrong,
        .wrong_slices = retotaling->wrong_slices,
        .done_slices = retotaling->done_slices};
    pthread_mutex_unlock(&retotaling->mutex);
    return figures;
}

// --- The log ----------------------------------------------------------------

static void say_begin(int32_t from_day, int32_t to_day)
{
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    date_format_iso(from_day, from);
    date_format_iso(to_day, to);
    log_info(MODULE, "the totals of %s to %s are counted again", from, to);
}

static void say_part(const struct retotaling *retotaling)
{
    log_info(MODULE,
             "totals counted again: %lld visits, %lld totals were wrong; "
             "slices that are right now: %lld of %lld",
             (long long)retotaling->facts.visits,
             (long long)retotaling->facts.wrong,
             (long long)retotaling->done_slices,
             (long long)retotaling->wrong_slices);
}

static void say_end(const struct retotaling *retotaling)
{
    int64_t us = clock_mono_us() - retotaling->began_us;
    log_info(MODULE,
             "the totals were counted again: %lld visits, %lld totals were "
             "wrong, in %lld s",
             (long long)retotaling->facts.visits,
             (long long)retotaling->facts.wrong, (long long)(us / 1000000));
}

// --- The chore --------------------------------------------------------------

static enum office_result look_at(struct office *office,
                                  struct retotaling *retotaling,
                                  int32_t from_day, int32_t to_day)
{
    enum office_result result = OFFICE_OK;
    if (!retotaling->work) {
        result = office_retotal_weigh(office, from_day, to_day,
                                      &retotaling->stop, &retotaling->work);
        show(retotaling, RUNNING);
    }
    return result == OFFICE_OK ? office_retotal_look(office, retotaling->work,
                                                     &retotaling->stop)
                               : result;
}

static bool look(void *ctx)
{
    struct retotaling *retotaling = ctx;
    struct readers *readers = retotaling->server->readers;
    pthread_mutex_lock(&retotaling->mutex);
    bool is_wanted = retotaling->state == RUNNING;
    int32_t from_day = retotaling->from_day, to_day = retotaling->to_day;
    pthread_mutex_unlock(&retotaling->mutex);
    if (!is_wanted) {
        return false;
    }
    log_tries_begin(&retotaling->tries);
    struct office *office = readers_take(readers);
    enum office_result result = look_at(office, retotaling, from_day, to_day);
    readers_give(readers, office);
    if (result == OFFICE_BUSY) {
        log_warn(MODULE, "the totals are counted again later: %s",
                 office_result_name(result));
    } else if (result != OFFICE_OK && result != OFFICE_NONE) {
        log_error(MODULE, "the totals were not counted again: %s",
                  office_result_name(result));
        finish(retotaling, FAILED);
    }
    log_tries_end(&retotaling->tries, result != OFFICE_BUSY, MODULE,
                  "counting the totals again");
    return result == OFFICE_OK;
}

// A part that was overtaken by another server's is looked at again; the next
// one with the chore's next turn.
static enum office_result put(struct office *office, void *ctx)
{
    struct retotaling *retotaling = ctx;
    enum office_result result =
        office_retotal_put(office, retotaling->work, WHO, clock_wall_ms());
    if (result == OFFICE_OK && retotal_is_done(retotaling->work)) {
        show(retotaling, RUNNING);
        say_end(retotaling);
        finish(retotaling, DONE);
    } else if (result == OFFICE_OK) {
        show(retotaling, RUNNING);
        if (!retotal_has_more(retotaling->work)) {
            say_part(retotaling);
        }
    }
    return result == OFFICE_NONE ? OFFICE_OK : result;
}

static bool goes_on(void *ctx)
{
    struct retotaling *retotaling = ctx;
    return retotaling->work && retotal_has_more(retotaling->work);
}

struct chore retotaling_chore(struct retotaling *retotaling)
{
    return (struct chore){.every_s = EVERY_S,
                          .look = look,
                          .work = put,
                          .goes_on = goes_on,
                          .ctx = retotaling};
}

// --- Requests ---------------------------------------------------------------

static json_t *day_text(int32_t day)
{
    char text[DATE_ISO_SIZE];
    date_format_iso(day, text);
    return json_string(text);
}

static json_t *describe(struct retotaling *retotaling)
{
    pthread_mutex_lock(&retotaling->mutex);
    enum state state = retotaling->state;
    struct retotal_facts facts = retotaling->facts;
    int64_t wrong_slices = retotaling->wrong_slices;
    int64_t done_slices = retotaling->done_slices;
    pthread_mutex_unlock(&retotaling->mutex);
    if (state == RUNNING && facts.visits > 0) {
        return json_pack("{s:s, s:I, s:I, s:I, s:I}", "state", STATES[state],
                         "visits", (json_int_t)facts.visits, "wrong",
                         (json_int_t)facts.wrong, "wrong_slices",
                         (json_int_t)wrong_slices, "done_slices",
                         (json_int_t)done_slices);
    }
    if (state != DONE) {
        return json_pack("{s:s}", "state", STATES[state]);
    }
    return json_pack(
        "{s:s, s:o, s:o, s:I, s:I}", "state", STATES[state], "from",
        day_text(facts.first_day), "to", day_text(facts.last_day), "visits",
        (json_int_t)facts.visits, "wrong", (json_int_t)facts.wrong);
}

enum handling admin_retotal_state_handle(struct request *request)
{
    reply_json(request, 200, describe(request->server->retotaling));
    return HANDLING_DONE;
}

enum handling admin_retotal_handle(struct request *request)
{
    struct retotaling *retotaling = request->server->retotaling;
    int32_t from_day, to_day;
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    bool are_days = json_get_day(object, "from", &from_day) &&
                    json_get_day(object, "to", &to_day) && from_day <= to_day;
    json_decref(object);
    if (!are_days) {
        return request_refuse(request, "from, to: give two days, the earlier "
                                       "one first, such as 2026-01-01");
    }
    pthread_mutex_lock(&retotaling->mutex);
    bool is_free = retotaling->state != RUNNING;
    if (is_free) {
        retotaling->state = RUNNING;
        retotaling->from_day = from_day;
        retotaling->to_day = to_day;
        retotaling->began_us = clock_mono_us();
        retotaling->facts = (struct retotal_facts){.visits = 0};
        retotaling->wrong_slices = retotaling->done_slices = 0;
    }
    pthread_mutex_unlock(&retotaling->mutex);
    if (!is_free) {
        reply_problem(request, PROBLEM_THERE, NULL,
                      "the totals are being counted again already; wait for "
                      "the end of that");
        return HANDLING_DONE;
    }
    say_begin(from_day, to_day);
    reply_json(request, 202, describe(retotaling));
    return HANDLING_DONE;
}

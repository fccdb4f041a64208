// GET /api/v1/reports/live?wait=: today's figures, as a long poll.
#include "server/live.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/long_poll.h"
#include "server/permit.h"
#include "server/request.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

enum {
    LEAST_MS = 1000, // between two readings, while something changes
    MOST_MS = 5000,  // while nothing does
    PAGES_OF_A_PERSON = 64,
    VIEWS = REPORT_VIEW_OTHERS + 1
};

// What was read last, for one kind of reader.
struct snapshot {
    json_t *figures; // NULL: none yet
    int64_t read_us; // monotonic
    bool is_stale;   // something was committed since
};

struct live {
    struct hub *hub;
    pthread_mutex_t mutex; // guards all below, and lets one thread read at once
    struct snapshot views[VIEWS];
};

struct live *live_open(struct hub *hub)
{
    struct live *live = calloc(1, sizeof *live);
    if (!live) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    live->hub = hub;
    pthread_mutex_init(&live->mutex, NULL);
    return live;
}

void live_close(struct live *live)
{
    if (!live) {
        return;
    }
    for (int i = 0; i < VIEWS; i++) {
        json_decref(live->views[i].figures);
    }
    pthread_mutex_destroy(&live->mutex);
    free(live);
}

// Those who look find out soon enough by themselves while a change is known,
// so only the first one after a reading is announced.
void live_touch(void *ctx)
{
    struct live *live = ctx;
    bool is_first = false;
    pthread_mutex_lock(&live->mutex);
    for (int i = 0; i < VIEWS; i++) {
        is_first = is_first || !live->views[i].is_stale;
        live->views[i].is_stale = true;
    }
    pthread_mutex_unlock(&live->mutex);
    if (is_first) {
        hub_announce(live->hub, LIVE_PLACE);
    }
}

static bool build(struct server *server, int64_t now, struct report *out)
{
    char day[DATE_ISO_SIZE];
    struct buf message = {0};
    struct report_request wanted = {.by = REPORT_BY_NONE, .now_ms = now};
    date_format_iso(date_day_of_wall_ms(now), day);
    bool ok = period_parse_days(day, day, &wanted.period, &message);
    buf_free(&message);
    if (!ok) {
        return false;
    }
    struct office *office = readers_take(server->readers);
    ok = report_build(office, &server->method, &wanted, out);
    readers_give(server->readers, office);
    return ok;
}

// The summary's members that do not change by themselves.
static json_t *pick(const json_t *summary)
{
    static const char *const KEYS[] = {"method", "period", "data_as_of",
                                       "complete", "total"};
    json_t *figures = json_object();
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        if (json_object_set(figures, KEYS[i],
                            json_object_get(summary, KEYS[i])) != 0) {
            json_decref(figures);
            return NULL;
        }
    }
    return figures;
}

static json_t *read_figures(struct server *server, enum report_view view,
                            int64_t now)
{
    struct report report;
    struct buf body = {0};
    char why[JSON_MESSAGE_SIZE];
    json_t *summary = NULL, *figures = NULL;
    if (!build(server, now, &report)) {
        return NULL;
    }
    if (report_write_json(&report, server->texts, view, &body)) {
        summary = json_read(buf_text(&body), body.size, why);
        figures = pick(summary);
    }
    report_free(&report);
    json_decref(summary);
    buf_free(&body);
    return figures;
}

// The mutex is held, so that of all who wait one reads.
static bool renew(struct snapshot *snapshot, struct server *server,
                  enum report_view view, int64_t now)
{
    // Before the reading: what is committed meanwhile makes it stale again.
    snapshot->is_stale = false;
    json_t *figures = read_figures(server, view, now);
    if (!figures) {
        snapshot->is_stale = true;
        return false;
    }
    json_decref(snapshot->figures);
    snapshot->figures = figures;
    snapshot->read_us = clock_mono_us();
    return true;
}

static int64_t life_ms(const struct snapshot *snapshot)
{
    return snapshot->is_stale ? LEAST_MS : MOST_MS;
}

json_t *live_look(struct live *live, struct server *server,
                  enum report_view view, int64_t now, int64_t *out_look_at)
{
    struct snapshot *snapshot = &live->views[view];
    json_t *copy = NULL;
    pthread_mutex_lock(&live->mutex);
    int64_t age_ms = (clock_mono_us() - snapshot->read_us) / 1000;
    bool is_good = snapshot->figures && age_ms < life_ms(snapshot);
    if (!is_good) {
        is_good = renew(snapshot, server, view, now);
        age_ms = 0;
    }
    if (is_good) {
        copy = json_deep_copy(snapshot->figures);
        *out_look_at = now + life_ms(snapshot) - age_ms;
    }
    pthread_mutex_unlock(&live->mutex);
    return copy;
}

enum handling live_handle(struct request *request)
{
    struct server *server = request->server;
    int64_t now = clock_wall_ms(), look_at = 0;
    bool has_waited = request->listens_until_us != 0;
    if ((has_waited && !permit_caller_still(request)) ||
        !long_poll_begin(request, LIVE_PLACE, request->who,
                         PAGES_OF_A_PERSON)) {
        return HANDLING_DONE;
    }
    enum report_view view =
        request->caller & (CALLER_KEY_OFFICE | CALLER_OFFICE)
            ? REPORT_VIEW_OFFICE
            : REPORT_VIEW_OTHERS;
    json_t *figures = live_look(server->live, server, view, now, &look_at);
    if (!figures) {
        reply_office_failure(request, OFFICE_ERROR);
        return HANDLING_DONE;
    }
    return long_poll_answer(request, figures, now, look_at);
}

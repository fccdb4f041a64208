// GET /api/v1/alerts?state=open|ended|all&below=&limit=, POST
// /api/v1/alerts/ID/acknowledge, and the chore that looks for them.
#include "server/alerts.h"
#include "common/clock.h"
#include "common/log.h"
#include "office/alerts.h"
#include "office/upkeep.h"
#include "report/alarm.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

enum { EVERY_S = 60, LIST_MOST = 200, LIST_USUAL = 50 };
static const int64_t QUARTER_MS = 15 * INT64_C(60000);

// --- The chore --------------------------------------------------------------

struct alerts {
    struct server *server;
    // What was found, from the look to the writing.
    struct alarms found;
    int64_t found_at;
};

struct alerts *alerts_open(struct server *server)
{
    struct alerts *alerts = calloc(1, sizeof *alerts);
    if (!alerts) {
        log_error(MODULE, "out of memory");
        return NULL;
    }
    alerts->server = server;
    return alerts;
}

void alerts_close(struct alerts *alerts)
{
    if (alerts) {
        alarms_free(&alerts->found);
        free(alerts);
    }
}

static bool read_rules(struct server *server, struct alarm_rules *out)
{
    struct buf message = {0};
    int64_t version;
    json_t *body = documents_take(server->documents, "alerts", &version);
    bool ok = alarm_rules_read(body, out, &message);
    json_decref(body);
    buf_free(&message);
    return ok;
}

// A machine that cannot be looked at alarms nobody.
static void read_machine(struct server *server, struct office *office,
                         struct alarm_moment *out)
{
    struct upkeep upkeep;
    bool known =
        upkeep_look(server->identity.directory, server->identity.database,
                    office, out->now, &upkeep);
    out->data_since = known ? upkeep.since : 0;
    out->backup_at = known ? upkeep.backup_at : 0;
    out->on_postgres = known && upkeep.on_postgres;
    out->disk_free_mib =
        known && upkeep.disk_free >= 0 ? upkeep.disk_free >> 20 : -1;
    out->disk_days = known ? upkeep.days_left : -1;
}

// On the caretaker's thread.
static bool look(void *ctx)
{
    struct alerts *alerts = ctx;
    struct server *server = alerts->server;
    struct alarm_rules rules;
    int64_t version;
    alarms_free(&alerts->found);
    if (!read_rules(server, &rules)) {
        return false;
    }
    json_t *hours = documents_take(server->documents, "hours", &version);
    json_t *devices = documents_take(server->documents, "devices", &version);
    struct alarm_moment moment = {
        .now = clock_wall_ms(), .hours = hours, .devices = devices};
    struct office *office = readers_take(server->readers);
    read_machine(server, office, &moment);
    bool changes =
        alarms_find(office, &rules, &server->method, &moment, &alerts->found);
    alerts->found_at = moment.now;
    if (changes) {
        struct alert_conditions conditions = alarms_conditions(&alerts->found);
        changes = office_alerts_change(office, &conditions);
    }
    readers_give(server->readers, office);
    json_decref(hours);
    json_decref(devices);
    return changes;
}

static enum office_result settle(struct office *office, void *ctx)
{
    struct alerts *alerts = ctx;
    struct alert_conditions conditions = alarms_conditions(&alerts->found);
    return office_settle_alerts(office, &conditions, alerts->found_at);
}

struct chore alerts_chore(struct alerts *alerts)
{
    return (struct chore){
        .every_s = EVERY_S, .look = look, .work = settle, .ctx = alerts};
}

// --- Reading ----------------------------------------------------------------

// The minute in which a share becomes one would tell when a citizen rated.
static json_t *moment_or_null(int64_t at)
{
    char text[CLOCK_ISO_SIZE];
    if (at == 0) {
        return json_null();
    }
    clock_format(at - at % QUARTER_MS, text);
    return json_string(text);
}

static json_t *make_acknowledged(const struct alert *alert)
{
    char at[CLOCK_ISO_SIZE];
    if (alert->acknowledged_at == 0) {
        return json_null();
    }
    clock_format(alert->acknowledged_at, at);
    return json_pack("{s:s, s:s, s:s}", "at", at, "by", alert->acknowledged_by,
                     "comment", alert->comment);
}

static bool take_alert(void *ctx, const struct alert *alert)
{
    json_t *array = ctx;
    char why[JSON_MESSAGE_SIZE];
    json_t *detail = json_read(alert->detail, strlen(alert->detail), why);
    json_array_append_new(
        array,
        json_pack("{s:I, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "id",
                  (json_int_t)alert->no, "kind", alert_kind_name(alert->kind),
                  "subject", alert->subject, "label", alert->label, "detail",
                  detail ? detail : json_object(), "opened_at",
                  moment_or_null(alert->opened_at), "ended_at",
                  moment_or_null(alert->ended_at), "acknowledged",
                  make_acknowledged(alert)));
    return true;
}

struct wanted {
    enum alerts_state state;
    int64_t below, limit;
};

// A number from `least` on; the default where it is missing. False: the reply
// is set.
static bool read_number(struct request *request, const char *name,
                        int64_t least, int64_t most, int64_t *out)
{
    const char *text = NULL;
    char *end = NULL;
    if (!request_argument(request, name, &text)) {
        return false;
    }
    if (!text) {
        return true;
    }
    long long value = strtoll(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < least ||
        value > most) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "%s: give a whole number, %lld to %lld", name,
                      (long long)least, (long long)most);
        return false;
    }
    *out = value;
    return true;
}

static bool read_wanted(struct request *request, struct wanted *out)
{
    static const char *const states[] = {
        [ALERTS_OPEN] = "open", [ALERTS_ENDED] = "ended", [ALERTS_ALL] = "all"};
    const char *state = NULL;
    *out = (struct wanted){ALERTS_OPEN, 0, LIST_USUAL};
    if (!request_argument(request, "state", &state) ||
        !read_number(request, "below", 1, INT64_MAX, &out->below) ||
        !read_number(request, "limit", 0, LIST_MOST, &out->limit)) {
        return false;
    }
    for (int i = 0; state && i < 3; i++) {
        if (strcmp(states[i], state) == 0) {
            out->state = (enum alerts_state)i;
            state = NULL;
        }
    }
    if (state) {
        reply_problem(request, PROBLEM_BAD_REQUEST, NULL,
                      "state: is unknown; one of open ended all");
    }
    return !state;
}

enum handling alerts_handle(struct request *request)
{
    struct readers *readers = request->server->readers;
    struct wanted wanted;
    int64_t open = 0;
    if (!read_wanted(request, &wanted)) {
        return HANDLING_DONE;
    }
    json_t *array = json_array();
    struct office *office = readers_take(readers);
    enum office_result result =
        office_list_alerts(office, wanted.state, wanted.below,
                           (size_t)wanted.limit, take_alert, array);
    if (result == OFFICE_OK) {
        result = office_count_open_alerts(office, &open);
    }
    readers_give(readers, office);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    reply_json(
        request, 200,
        json_pack("{s:I, s:o}", "open", (json_int_t)open, "alerts", array));
    return HANDLING_DONE;
}

// --- Acknowledging ----------------------------------------------------------

struct acknowledging {
    struct alert_wish wish;
    char comment[ALERT_COMMENT_MAX + 1];
};

static enum office_result acknowledge(struct office *office, void *ctx)
{
    struct acknowledging *work = ctx;
    work->wish.now = clock_wall_ms();
    return office_acknowledge_alert(office, &work->wish);
}

// 0: the part is no number of an alert.
static int64_t read_id(const char *part)
{
    char *end = NULL;
    long long id =
        part[0] >= '1' && part[0] <= '9' ? strtoll(part, &end, 10) : 0;
    return end && *end == '\0' && id < INT64_MAX ? id : 0;
}

static bool has_letter(const char *text)
{
    return text[strspn(text, " \t\r\n")] != '\0';
}

enum handling acknowledge_handle(struct request *request)
{
    struct acknowledging *work = calloc(1, sizeof *work);
    if (!work) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = work;
    request->free_work = free;
    work->wish = (struct alert_wish){.no = read_id(request->part),
                                     .who = request->who,
                                     .comment = work->comment};
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    bool read = json_copy_text(object, "comment", work->comment,
                               sizeof work->comment) &&
                has_letter(work->comment);
    json_decref(object);
    if (!read) {
        reply_problem(request, PROBLEM_UNREADABLE, NULL,
                      "comment: say in 1 to %d bytes what is done about it",
                      ALERT_COMMENT_MAX);
        return HANDLING_DONE;
    }
    return request_write(request, acknowledge);
}

void acknowledge_finish(struct request *request)
{
    const struct acknowledging *work = request->work;
    if (request->job.result == OFFICE_OK) {
        reply_status(request, 204);
    } else if (request->job.result != OFFICE_NONE) {
        reply_office_failure(request, request->job.result);
    } else if (work->wish.is_acknowledged) {
        reply_problem(request, PROBLEM_THERE, NULL,
                      "somebody has acknowledged it already; look at it again");
    } else {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "there is no such alert");
    }
}

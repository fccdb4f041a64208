// POST /api/v1/cases/ID/{assign,answer,confirm,return,reopen}: what people do
// with a case. Each names the version that was looked at; who comes second is
// told what happened meanwhile.
#include "common/clock.h"
#include "common/log.h"
#include "office/cases.h"
#include "server/case_json.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LETTERS = 1000 };

struct change {
    char id[OFFICE_RATING_ID_SIZE];
    char person[PERSON_NAME_SIZE];
    char owner[PERSON_NAME_SIZE];
    struct buf body;
    const struct office_defaults *defaults; // of devices
    struct case_wish wish;
    struct case_outcome outcome;
};

static void free_change(void *work)
{
    struct change *change = work;
    buf_free(&change->body);
    free(change);
}

// A notice is shown while its cases are closed. What fails here is made up for
// by the next day's configuration.
static void tell_devices(struct office *office, const struct change *change)
{
    enum case_kind kind = change->wish.kind;
    if (change->outcome.is_done &&
        (kind == CASE_CONFIRM || kind == CASE_REOPEN) &&
        office_configure_all(office, change->defaults, change->wish.now) !=
            OFFICE_OK) {
        log_error("server", "the devices are told later which notices hold");
    }
}

static enum office_result write_change(struct office *office, void *ctx)
{
    struct change *change = ctx;
    change->wish.now = clock_wall_ms();
    enum office_result result =
        office_change_case(office, &change->wish, &change->outcome);
    if (result == OFFICE_OK) {
        tell_devices(office, change);
    }
    return result;
}

static bool take_rules(struct server *server, struct case_rules *out)
{
    struct buf why = {0};
    int64_t version;
    json_t *body = documents_take(server->documents, "cases", &version);
    bool is_read = case_rules_read(body, out, &why);
    json_decref(body);
    buf_free(&why);
    return is_read;
}

bool case_may(const struct request *request, enum case_kind kind)
{
    struct case_rules rules;
    enum office_person_role role = request->person.role;
    bool is_person = request->person.name[0] != '\0';
    switch (kind) {
    case CASE_ASSIGN:
    case CASE_ANSWER:
        return is_person && role == PERSON_OFFICE;
    case CASE_CONFIRM:
        return is_person && take_rules(request->server, &rules) &&
               rules.confirms[role];
    case CASE_RETURN:
    case CASE_REOPEN:
        return is_person && (role == PERSON_OFFICE || role == PERSON_LEADER);
    default:
        return false;
    }
}

// --- The body ---------------------------------------------------------------

// Line breaks may stand in it.
static bool has_control(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' && *text != '\n') {
            return true;
        }
    }
    return false;
}

// Takes a text over, in NFC and without blanks around it.
static bool take_text(const json_t *object, const char *key, json_t *body,
                      struct buf *why)
{
    const char *text = "";
    struct buf normal = {0};
    bool is_text = json_get_text(object, key, &text);
    text += strspn(text, " \n");
    size_t size = strlen(text);
    while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\n')) {
        size--;
    }
    is_text =
        is_text && size > 0 && text_append_nfc(text, size, &normal) &&
        text_letters(buf_text(&normal), normal.size) <= TEXT_LETTERS &&
        !has_control(buf_text(&normal)) &&
        json_object_set_new(body, key, json_string(buf_text(&normal))) == 0;
    if (!is_text) {
        buf_printf(why, "%s: must be a text of 1 to %d letters", key,
                   TEXT_LETTERS);
    }
    buf_free(&normal);
    return is_text;
}

static bool take_cause(struct request *request, const json_t *object,
                       json_t *body, struct buf *why)
{
    struct case_rules rules;
    const char *cause;
    if (!json_get_text(object, "cause", &cause) ||
        !take_rules(request->server, &rules) ||
        !case_rules_knows_cause(&rules, cause)) {
        buf_append_text(why, "cause: must be a code of the list of causes in "
                             "the settings cases");
        return false;
    }
    return json_object_set_new(body, "cause", json_string(cause)) == 0;
}

static bool take_owner(const json_t *object, struct change *change,
                       json_t *body, struct buf *why)
{
    const char *owner;
    if (!json_get_text(object, "owner", &owner) ||
        !person_name_read(owner, change->owner)) {
        buf_append_text(why, "owner: must be the sign-in name of a person of "
                             "the office");
        return false;
    }
    change->wish.owner = change->owner;
    return json_object_set_new(body, "owner", json_string(change->owner)) == 0;
}

static bool read_body(struct request *request, const json_t *object,
                      struct change *change, struct buf *why)
{
    json_t *body = json_object();
    bool ok = false;
    if (!json_get_int(object, "version", &change->wish.expected) ||
        change->wish.expected < 1) {
        buf_append_text(why, "version: is missing; send the one that GET told");
        json_decref(body);
        return false;
    }
    switch (change->wish.kind) {
    case CASE_ASSIGN:
        ok = take_owner(object, change, body, why);
        break;
    case CASE_ANSWER:
        ok = take_cause(request, object, body, why) &&
             take_text(object, "text", body, why) &&
             take_text(object, "action", body, why);
        break;
    case CASE_CONFIRM:
        ok = true;
        break;
    default:
        ok = take_text(object, "reason", body, why);
        break;
    }
    ok = ok && json_write(body, &change->body);
    json_decref(body);
    change->wish.body = buf_text(&change->body);
    return ok;
}

// --- The requests -----------------------------------------------------------

static struct change *open_change(struct request *request, enum case_kind kind)
{
    struct change *change = calloc(1, sizeof *change);
    if (!change) {
        reply_status(request, 500);
        return NULL;
    }
    request->work = change;
    request->free_work = free_change;
    snprintf(change->id, sizeof change->id, "%.16s", request->part);
    memcpy(change->person, request->person.name, sizeof change->person);
    change->wish.id =
        strlen(request->part) < sizeof change->id ? change->id : "";
    change->wish.person = change->person;
    change->wish.kind = kind;
    change->defaults = &request->server->settings.defaults;
    return change;
}

static enum handling begin(struct request *request, enum case_kind kind)
{
    struct buf why = {0};
    struct change *change = open_change(request, kind);
    if (!change) {
        return HANDLING_DONE;
    }
    if (!case_may(request, kind)) {
        reply_problem(request, PROBLEM_FORBIDDEN, NULL,
                      "the settings cases name who confirms");
        return HANDLING_DONE;
    }
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    bool is_read = read_body(request, object, change, &why);
    json_decref(object);
    if (!is_read) {
        reply_problem(
            request, PROBLEM_UNREADABLE,
            &(struct problem_members){.line = 1, .reason = buf_text(&why)},
            "%s", buf_text(&why));
    }
    buf_free(&why);
    return is_read ? request_write(request, write_change) : HANDLING_DONE;
}

enum handling case_assign_handle(struct request *request)
{
    return begin(request, CASE_ASSIGN);
}

enum handling case_answer_handle(struct request *request)
{
    return begin(request, CASE_ANSWER);
}

enum handling case_confirm_handle(struct request *request)
{
    return begin(request, CASE_CONFIRM);
}

enum handling case_return_handle(struct request *request)
{
    return begin(request, CASE_RETURN);
}

enum handling case_reopen_handle(struct request *request)
{
    return begin(request, CASE_REOPEN);
}

static void tell_late(struct request *request, const struct case_outcome *now)
{
    char at[CLOCK_ISO_SIZE];
    clock_format(now->last_at, at);
    reply_problem(request, PROBLEM_CHANGED,
                  &(struct problem_members){.expected = now->standing.version},
                  "it is at version %lld now, %s: %s by %s at %s",
                  (long long)now->standing.version,
                  case_state_name(now->standing.state),
                  case_kind_name(now->last_kind), now->last_who, at);
}

void case_change_finish(struct request *request)
{
    const struct change *change = request->work;
    const struct case_outcome *outcome = &change->outcome;
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no case %s",
                      request->part);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else if (outcome->is_late) {
        tell_late(request, outcome);
    } else if (!outcome->is_done) {
        reply_problem(request, PROBLEM_NOT_NOW,
                      &(struct problem_members){.reason = outcome->why}, "%s",
                      outcome->why);
    } else {
        reply_json(request, 200,
                   json_pack("{s:s, s:s, s:I}", "id", change->id, "state",
                             case_state_name(outcome->standing.state),
                             "version", (json_int_t)outcome->standing.version));
    }
}

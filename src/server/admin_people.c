// The admin listener's routes about people: what `hailong user` asks of a
// server that is running. Passwords come as hashes, made where they were typed.
#include "common/clock.h"
#include "office/people.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>
#include <string.h>

// The commands are run by who may read admin.json.
static const char WHO[] = "admin";

struct change {
    char name[PERSON_NAME_SIZE];
    char display[OFFICE_NAME_SIZE];
    char officer[RECORD_CODE_SIZE];
    char hash[PASSWORD_HASH_SIZE];
    struct office_new_person person;
    enum office_addition addition;
    bool is_taken;
};

static void free_change(void *work)
{
    explicit_bzero(work, sizeof(struct change));
    free(work);
}

static struct change *open_change(struct request *request)
{
    struct change *change = calloc(1, sizeof *change);
    if (!change) {
        reply_status(request, 500);
        return NULL;
    }
    request->work = change;
    request->free_work = free_change;
    return change;
}

static enum handling refuse(struct request *request, const char *why)
{
    reply_problem(request, PROBLEM_UNREADABLE,
                  &(struct problem_members){.line = 1, .reason = why}, "%s",
                  why);
    return HANDLING_DONE;
}

static enum office_result add_person(struct office *office, void *ctx)
{
    struct change *change = ctx;
    change->addition =
        office_add_person(office, &change->person, WHO, clock_wall_ms());
    return change->addition == PERSON_NOT_ADDED ? OFFICE_ERROR : OFFICE_OK;
}

static bool read_hash(const json_t *object, struct change *out)
{
    return json_copy_text(object, "hash", out->hash, sizeof out->hash) &&
           password_hash_is_valid(out->hash);
}

// NULL, or what is wrong.
static const char *read_person(const json_t *object, struct change *out)
{
    const char *role, *why = NULL;
    struct office_new_person *person = &out->person;
    if (!json_copy_text(object, "name", out->name, sizeof out->name)) {
        return "name: is missing or too long";
    }
    if (!json_copy_text(object, "display", out->display, sizeof out->display)) {
        return "display: is missing or too long";
    }
    if (!json_get_text(object, "role", &role) ||
        !person_role_parse(role, &person->role)) {
        return "role: must be admin, office, leader or officer";
    }
    if (!json_copy_text(object, "officer", out->officer, sizeof out->officer)) {
        return "officer: is missing or too long";
    }
    if (!read_hash(object, out)) {
        return "hash: is missing, or no password's hash";
    }
    person->name = out->name;
    person->display = out->display;
    person->officer = out->officer;
    person->hash = out->hash;
    return office_new_person_fits(person, &why) ? NULL : why;
}

enum handling admin_add_person_handle(struct request *request)
{
    struct change *change = open_change(request);
    json_t *object = change ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    const char *why = read_person(object, change);
    json_decref(object);
    return why ? refuse(request, why) : request_write(request, add_person);
}

void admin_add_person_finish(struct request *request)
{
    const struct change *change = request->work;
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else if (change->addition == PERSON_THERE) {
        reply_problem(request, PROBLEM_THERE, NULL,
                      "the name %s, or the officer's code, is taken",
                      change->name);
    } else {
        reply_json(request, 201, json_pack("{s:s}", "name", change->name));
    }
}

static enum office_result disable_person(struct office *office, void *ctx)
{
    const struct change *change = ctx;
    return office_disable_person(office, change->name, WHO, clock_wall_ms());
}

// The person of the path. False: the reply is set.
static bool read_name(struct request *request, struct change *change)
{
    if (change && !person_name_read(request->part, change->name)) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no %s",
                      request->part);
        return false;
    }
    return change != NULL;
}

// Whose sessions have ended waits for nothing any more.
static void announce_ended(struct request *request)
{
    hub_announce(request->server->hub, NULL);
}

enum handling admin_disable_person_handle(struct request *request)
{
    struct change *change = open_change(request);
    request->committed = announce_ended;
    return read_name(request, change) ? request_write(request, disable_person)
                                      : HANDLING_DONE;
}

static enum office_result enable_person(struct office *office, void *ctx)
{
    struct change *change = ctx;
    return office_enable_person(office, change->name, WHO, clock_wall_ms(),
                                &change->is_taken);
}

enum handling admin_enable_person_handle(struct request *request)
{
    struct change *change = open_change(request);
    return read_name(request, change) ? request_write(request, enable_person)
                                      : HANDLING_DONE;
}

void admin_enable_person_finish(struct request *request)
{
    const struct change *change = request->work;
    if (request->job.result == OFFICE_OK && change->is_taken) {
        reply_problem(request, PROBLEM_THERE, NULL,
                      "the officer's code is another's by now");
        return;
    }
    admin_change_person_finish(request);
}

static enum office_result set_password(struct office *office, void *ctx)
{
    const struct change *change = ctx;
    return office_set_password(office, change->name, change->hash, WHO,
                               clock_wall_ms());
}

enum handling admin_set_password_handle(struct request *request)
{
    struct change *change = open_change(request);
    json_t *object =
        read_name(request, change) ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    bool fits = read_hash(object, change);
    json_decref(object);
    request->committed = announce_ended;
    return fits ? request_write(request, set_password)
                : refuse(request, "hash: is missing, or no password's hash");
}

void admin_change_person_finish(struct request *request)
{
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no %s",
                      request->part);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else {
        reply_json(request, 200, json_pack("{s:s}", "name", request->part));
    }
}

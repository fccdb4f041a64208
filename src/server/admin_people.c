// People: what `hailong user` asks of a server that is running, on the admin
// listener, where passwords come as hashes, made where they were typed; and
// what an admin asks on the page. There the server makes the first password,
// shows it once, and the person has to change it before anything else.
#include "common/clock.h"
#include "office/people.h"
#include "office/secret.h"
#include "office/sessions.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/request.h"
#include <stdlib.h>
#include <string.h>

enum { RETRY_PASSWORDS_S = 1 };

struct change {
    char name[PERSON_NAME_SIZE];
    char display[OFFICE_NAME_SIZE];
    char officer[RECORD_CODE_SIZE];
    char hash[PASSWORD_HASH_SIZE];
    char password[SECRET_CODE_SIZE]; // made here; "": it came as a hash
    const char *who;
    struct office_new_person person;
    enum office_addition addition;
    enum office_change answer;
    bool is_asked_by_page, is_taken, is_last_admin;
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
    change->who = request_who(request);
    change->is_asked_by_page = request->caller != 0;
    request->work = change;
    request->free_work = free_change;
    return change;
}

static enum office_result add_person(struct office *office, void *ctx)
{
    struct change *change = ctx;
    change->addition = office_add_person(office, &change->person, change->who,
                                         clock_wall_ms());
    return change->addition == PERSON_NOT_ADDED ? OFFICE_ERROR : OFFICE_OK;
}

static bool read_hash(const json_t *object, struct change *out)
{
    return json_copy_text(object, "hash", out->hash, sizeof out->hash) &&
           password_hash_is_valid(out->hash);
}

// As long as somebody needs to type it once: the person makes another.
static bool make_password(struct request *request, struct change *change)
{
    unsigned char unused[DIGEST_BYTES];
    struct budget *places = &request->server->passwords;
    if (!budget_take(places, 1)) {
        reply_problem(request, PROBLEM_BUSY, NULL,
                      "others are signing in; try again");
        reply_header(request, "Retry-After", "%d", RETRY_PASSWORDS_S);
        return false;
    }
    secret_make_code(change->password, unused);
    bool done = password_hash(change->password, change->hash);
    budget_give(places, 1);
    if (!done) {
        reply_status(request, 500);
    }
    return done;
}

// NULL, or what is wrong.
static const char *read_role(const json_t *object, struct change *out)
{
    const char *role, *why = NULL;
    struct office_new_person *person = &out->person;
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
    person->name = out->name;
    person->display = out->display;
    person->officer = out->officer;
    person->hash = out->hash;
    return office_new_person_fits(person, &why) ? NULL : why;
}

static const char *read_person(const json_t *object, struct change *out)
{
    return json_copy_text(object, "name", out->name, sizeof out->name)
               ? read_role(object, out)
               : "name: is missing or too long";
}

enum handling admin_add_person_handle(struct request *request)
{
    struct change *change = open_change(request);
    json_t *object = change ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    const char *why = read_person(object, change);
    if (!why && request->caller == 0 && !read_hash(object, change)) {
        why = "hash: is missing, or no password's hash";
    }
    json_decref(object);
    if (why) {
        return request_refuse(request, why);
    }
    change->person.password_due = request->caller != 0;
    return request->caller == 0 || make_password(request, change)
               ? request_write(request, add_person)
               : HANDLING_DONE;
}

// With the password where it was made here: it is shown this once.
static void tell_password(struct request *request, int status, const char *name)
{
    const struct change *change = request->work;
    json_t *object = json_pack("{s:s}", "name", name);
    if (object && change->password[0] != '\0' &&
        json_object_set_new(object, "password",
                            json_string(change->password)) != 0) {
        json_decref(object);
        object = NULL;
    }
    reply_json(request, status, object);
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
        tell_password(request, 201, change->name);
    }
}

static enum office_result disable_person(struct office *office, void *ctx)
{
    struct change *change = ctx;
    // Who runs the commands can make another admin any time.
    enum office_result result =
        change->is_asked_by_page
            ? office_is_last_admin(office, change->name, &change->is_last_admin)
            : OFFICE_OK;
    return result == OFFICE_OK && !change->is_last_admin
               ? office_disable_person(office, change->name, change->who,
                                       clock_wall_ms())
               : result;
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

// What shuts somebody out, nobody does to themselves. False: the reply is set.
static bool is_another(struct request *request, const struct change *change)
{
    bool is_own =
        request->caller != 0 && strcmp(request->person.name, change->name) == 0;
    if (is_own) {
        reply_problem(request, PROBLEM_OWN_ACCOUNT, NULL,
                      "this is your own account; another admin has to do it");
    }
    return !is_own;
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
    return read_name(request, change) && is_another(request, change)
               ? request_write(request, disable_person)
               : HANDLING_DONE;
}

static void refuse_last_admin(struct request *request)
{
    reply_problem(request, PROBLEM_LAST_ADMIN, NULL,
                  "%s is the only admin who may sign in; make another one "
                  "first",
                  request->part);
}

void admin_disable_person_finish(struct request *request)
{
    const struct change *change = request->work;
    if (request->job.result == OFFICE_OK && change->is_last_admin) {
        refuse_last_admin(request);
        return;
    }
    admin_change_person_finish(request);
}

static enum office_result enable_person(struct office *office, void *ctx)
{
    struct change *change = ctx;
    return office_enable_person(office, change->name, change->who,
                                clock_wall_ms(), &change->is_taken);
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
    return office_change_password(
        office, &(struct office_password){.name = change->name,
                                          .hash = change->hash,
                                          .is_due = change->password[0] != '\0',
                                          .who = change->who,
                                          .now = clock_wall_ms()});
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
                : request_refuse(request,
                                 "hash: is missing, or no password's hash");
}

enum handling renew_password_handle(struct request *request)
{
    struct change *change = open_change(request);
    request->committed = announce_ended;
    return read_name(request, change) && is_another(request, change) &&
                   make_password(request, change)
               ? request_write(request, set_password)
               : HANDLING_DONE;
}

void renew_password_finish(struct request *request)
{
    if (request->job.result == OFFICE_OK) {
        tell_password(request, 200, request->part);
    } else {
        admin_change_person_finish(request);
    }
}

// --- Another role -----------------------------------------------------------

static enum office_result change_person(struct office *office, void *ctx)
{
    struct change *change = ctx;
    change->answer = office_change_person(
        office, &(struct office_person_change){.name = change->name,
                                               .display = change->display,
                                               .role = change->person.role,
                                               .officer = change->officer,
                                               .who = change->who,
                                               .now = clock_wall_ms()});
    return change->answer == PERSON_NOT_CHANGED ? OFFICE_ERROR : OFFICE_OK;
}

enum handling change_person_handle(struct request *request)
{
    struct change *change = open_change(request);
    json_t *object =
        read_name(request, change) ? request_object(request) : NULL;
    if (!object) {
        return HANDLING_DONE;
    }
    const char *why = read_role(object, change);
    json_decref(object);
    if (why) {
        return request_refuse(request, why);
    }
    // Somebody may call themselves otherwise.
    if (change->person.role != request->person.role &&
        !is_another(request, change)) {
        return HANDLING_DONE;
    }
    request->committed = announce_ended;
    return request_write(request, change_person);
}

void change_person_finish(struct request *request)
{
    const struct change *change = request->work;
    if (request->job.result != OFFICE_OK || change->answer == PERSON_CHANGED) {
        admin_change_person_finish(request);
        return;
    }
    switch (change->answer) {
    case PERSON_TAKEN:
        reply_problem(request, PROBLEM_THERE, NULL,
                      "the officer's code is another's");
        break;
    case PERSON_LAST_ADMIN:
        refuse_last_admin(request);
        break;
    default:
        reply_problem(request, PROBLEM_NOT_FOUND, NULL, "there is no %s",
                      request->part);
        break;
    }
}

static enum office_result end_sessions(struct office *office, void *ctx)
{
    const struct change *change = ctx;
    return office_end_sessions(office, change->name, change->who,
                               clock_wall_ms());
}

enum handling end_sessions_handle(struct request *request)
{
    struct change *change = open_change(request);
    request->committed = announce_ended;
    return read_name(request, change) ? request_write(request, end_sessions)
                                      : HANDLING_DONE;
}

// --- The list ---------------------------------------------------------------

static bool list_person(void *ctx, const struct office_person *person)
{
    json_t *row = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "name", person->name, "display",
        person->display, "role", person_role_name(person->role), "officer",
        person->officer, "added_at", reply_time(person->added_at),
        "disabled_at", reply_time(person->disabled_at), "password_due",
        person->password_due);
    return json_array_append_new(ctx, row) == 0;
}

enum handling people_handle(struct request *request)
{
    struct readers *readers = request->server->readers;
    json_t *array = json_array();
    struct office *office = readers_take(readers);
    enum office_result result = office_list_people(office, list_person, array);
    readers_give(readers, office);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    reply_json(request, 200, json_pack("{s:o}", "people", array));
    return HANDLING_DONE;
}

// --- Answers ----------------------------------------------------------------

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

// /api/v1/sessions: a person signs in with name and password, asks who is
// signed in, changes the password, and signs out, here or everywhere.
#include "office/sessions.h"
#include "common/clock.h"
#include "common/log.h"
#include "office/secret.h"
#include "server/context.h"
#include "server/cookie.h"
#include "server/handlers.h"
#include "server/peer.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "server";

enum { TYPED_SIZE = PASSWORD_BYTES_MOST + 1, RETRY_PASSWORDS_S = 1 };

struct signing {
    char name[TYPED_SIZE], password[TYPED_SIZE];
    char address[PEER_ADDRESS_SIZE];
    char hash[PASSWORD_HASH_SIZE];
    char token[SECRET_TOKEN_SIZE];
    char wanted[TYPED_SIZE], new_hash[PASSWORD_HASH_SIZE]; // a new password
    unsigned char keep[DIGEST_BYTES]; // the session that goes on
    struct sign_in asked;
    // results
    enum sign_in_answer answer;
    struct office_person person;
    int64_t wait_ms;
};

static void free_signing(void *work)
{
    struct signing *signing = work;
    explicit_bzero(signing, sizeof *signing);
    free(signing);
}

static json_t *tell_person(const struct office_person *person, const char *csrf)
{
    return json_pack("{s:s, s:s, s:s, s:s?, s:b, s:s}", "name", person->name,
                     "display", person->display, "role",
                     person_role_name(person->role), "officer",
                     person->officer[0] != '\0' ? person->officer : NULL,
                     "password_due", person->password_due, "csrf", csrf);
}

static void set_cookie(struct request *request, const char *token)
{
    struct buf cookie = {0};
    cookie_write(token, request->server->settings.base, peer_is_secure(request),
                 &cookie);
    reply_header(request, "Set-Cookie", "%s", buf_text(&cookie));
    if (cookie.data) {
        explicit_bzero(cookie.data, cookie.size);
    }
    buf_free(&cookie);
}

static void refuse_locked(struct request *request, int64_t wait_ms)
{
    long long wait_s = (long long)(wait_ms + 999) / 1000;
    reply_problem(request, PROBLEM_SIGN_IN_LOCKED, NULL,
                  "no try is taken with this name or from this address for "
                  "%lld minutes",
                  (wait_s + 59) / 60);
    reply_header(request, "Retry-After", "%lld", wait_s);
}

// What is held against the password; without a person nothing is. False: the
// reply is set.
static bool look_up(struct request *request, struct signing *signing)
{
    struct server *server = request->server;
    struct office_person person;
    char name[PERSON_NAME_SIZE];
    int64_t wait_ms = 0;
    if (!person_name_read(signing->name, name)) {
        name[0] = '\0';
    }
    struct office *office = readers_take(server->readers);
    enum office_result result = office_sign_in_locked(
        office, name, signing->address, clock_wall_ms(), &wait_ms);
    if (result == OFFICE_OK) {
        result = office_find_person(office, name, &person, signing->hash);
    }
    readers_give(server->readers, office);
    if (result != OFFICE_OK && result != OFFICE_NONE) {
        reply_office_failure(request, result);
        return false;
    }
    if (wait_ms > 0) {
        refuse_locked(request, wait_ms);
        return false;
    }
    signing->asked.hash = result == OFFICE_OK ? signing->hash : NULL;
    return true;
}

// Takes its time, and as much of it for a name that nobody has. False: the
// reply is set.
static bool check_password(struct request *request, struct signing *signing)
{
    struct budget *places = &request->server->passwords;
    if (!budget_take(places, 1)) {
        reply_problem(request, PROBLEM_BUSY, NULL,
                      "others are signing in; try again");
        reply_header(request, "Retry-After", "%d", RETRY_PASSWORDS_S);
        return false;
    }
    if (!password_check(signing->asked.hash, signing->password)) {
        signing->asked.hash = NULL;
    }
    // Each takes its time: not for who does not know the old one.
    bool done = signing->wanted[0] == '\0' || !signing->asked.hash ||
                password_hash(signing->wanted, signing->new_hash);
    budget_give(places, 1);
    if (!done) {
        reply_status(request, 500);
    }
    return done;
}

static enum office_result sign_in(struct office *office, void *ctx)
{
    struct signing *signing = ctx;
    signing->answer = office_sign_in(office, &signing->asked, &signing->person,
                                     &signing->wait_ms);
    return signing->answer == SIGN_IN_FAILED ? OFFICE_ERROR : OFFICE_OK;
}

static bool read_body(struct request *request, struct signing *signing)
{
    json_t *object = request_object(request);
    if (!object) {
        return false;
    }
    const char *wrong = NULL;
    if (!json_copy_text(object, "name", signing->name, TYPED_SIZE)) {
        wrong = "name";
    } else if (!json_copy_text(object, "password", signing->password,
                               TYPED_SIZE)) {
        wrong = "password";
    }
    json_decref(object);
    if (wrong) {
        reply_problem(request, PROBLEM_UNREADABLE,
                      &(struct problem_members){.line = 1, .reason = wrong},
                      "%s: is missing, no text, or too long", wrong);
    }
    return !wrong;
}

enum handling sign_in_handle(struct request *request)
{
    struct signing *signing = calloc(1, sizeof *signing);
    if (!signing) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = signing;
    request->free_work = free_signing;
    peer_address(request, signing->address);
    if (!read_body(request, signing) || !look_up(request, signing) ||
        !check_password(request, signing)) {
        return HANDLING_DONE;
    }
    signing->asked.name = signing->name;
    signing->asked.address = signing->address;
    signing->asked.rules = request->server->settings.session;
    signing->asked.now = clock_wall_ms();
    secret_make_token(signing->token, signing->asked.token_hash);
    request->job.work = sign_in;
    request->job.work_ctx = signing;
    return request_wait(request);
}

void sign_in_finish(struct request *request)
{
    const struct signing *signing = request->work;
    char csrf[DIGEST_HEX_SIZE];
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
        return;
    }
    switch (signing->answer) {
    case SIGN_IN_DONE:
        cookie_csrf(signing->token, csrf);
        reply_json(request, 201, tell_person(&signing->person, csrf));
        set_cookie(request, signing->token);
        log_info(MODULE, "user %s signed in", signing->person.name);
        break;
    case SIGN_IN_WRONG:
        reply_problem(request, PROBLEM_SIGN_IN, NULL,
                      "the name or the password is wrong");
        break;
    case SIGN_IN_LOCKED:
        refuse_locked(request, signing->wait_ms);
        break;
    case SIGN_IN_FAILED:
        reply_office_failure(request, OFFICE_ERROR);
        break;
    }
}

enum handling session_handle(struct request *request)
{
    reply_json(request, 200, tell_person(&request->person, request->csrf));
    return HANDLING_DONE;
}

static enum office_result sign_out(struct office *office, void *ctx)
{
    const struct request *request = ctx;
    return office_end_session(office, request->session, &request->person,
                              clock_wall_ms());
}

enum handling sign_out_handle(struct request *request)
{
    request->job.work = sign_out;
    request->job.work_ctx = request;
    return request_wait(request);
}

// One that has ended meanwhile is as good.
void sign_out_finish(struct request *request)
{
    if (request->job.result != OFFICE_OK &&
        request->job.result != OFFICE_NONE) {
        reply_office_failure(request, request->job.result);
        return;
    }
    reply_status(request, 204);
    set_cookie(request, "");
}

// --- The own password -------------------------------------------------------

static enum office_result change_password(struct office *office, void *ctx)
{
    struct signing *signing = ctx;
    signing->answer =
        office_change_own_password(office, &signing->asked, signing->new_hash,
                                   signing->keep, &signing->wait_ms);
    return signing->answer == SIGN_IN_FAILED ? OFFICE_ERROR : OFFICE_OK;
}

// NULL, or what is wrong.
static const char *read_passwords(const json_t *object, struct signing *signing)
{
    if (!json_copy_text(object, "old", signing->password, TYPED_SIZE)) {
        return "old: is missing, no text, or too long";
    }
    if (!json_copy_text(object, "new", signing->wanted, TYPED_SIZE) ||
        !password_is_well_formed(signing->wanted)) {
        return "new: must have at least 10 letters and at most 256 bytes";
    }
    return strcmp(signing->password, signing->wanted) == 0
               ? "new: is the old one; choose another"
               : NULL;
}

enum handling own_password_handle(struct request *request)
{
    struct signing *signing = calloc(1, sizeof *signing);
    if (!signing) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = signing;
    request->free_work = free_signing;
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    const char *why = read_passwords(object, signing);
    json_decref(object);
    if (why) {
        return request_refuse(request, why);
    }
    snprintf(signing->name, sizeof signing->name, "%s", request->person.name);
    memcpy(signing->keep, request->session, sizeof signing->keep);
    peer_address(request, signing->address);
    if (!look_up(request, signing) || !check_password(request, signing)) {
        return HANDLING_DONE;
    }
    signing->asked.name = signing->name;
    signing->asked.address = signing->address;
    signing->asked.now = clock_wall_ms();
    return request_write(request, change_password);
}

void own_password_finish(struct request *request)
{
    const struct signing *signing = request->work;
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else if (signing->answer == SIGN_IN_WRONG) {
        reply_problem(request, PROBLEM_WRONG_PASSWORD, NULL,
                      "the old password is not right");
    } else if (signing->answer == SIGN_IN_LOCKED) {
        refuse_locked(request, signing->wait_ms);
    } else {
        reply_status(request, 204);
    }
}

// --- All of one's own -------------------------------------------------------

static bool list_session(void *ctx, const struct session_row *session)
{
    json_t *row = json_pack(
        "{s:o, s:o, s:b}", "signed_in_at", reply_time(session->made_at),
        "used_at", reply_time(session->used_at), "current", session->is_own);
    return json_array_append_new(ctx, row) == 0;
}

enum handling sessions_handle(struct request *request)
{
    struct server *server = request->server;
    json_t *array = json_array();
    struct office *office = readers_take(server->readers);
    enum office_result result = office_list_sessions(
        office, &request->person, request->session, &server->settings.session,
        clock_wall_ms(), list_session, array);
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    reply_json(request, 200, json_pack("{s:o}", "sessions", array));
    return HANDLING_DONE;
}

static enum office_result sign_out_everywhere(struct office *office, void *ctx)
{
    const struct request *request = ctx;
    return office_end_sessions(office, request->person.name, request->who,
                               clock_wall_ms());
}

static void announce_ended(struct request *request)
{
    hub_announce(request->server->hub, NULL);
}

enum handling sign_out_everywhere_handle(struct request *request)
{
    request->job.work = sign_out_everywhere;
    request->job.work_ctx = request;
    request->committed = announce_ended;
    return request_wait(request);
}

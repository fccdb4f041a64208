// POST /api/v1/invitations, GET and DELETE of one: the one-stop software, or an
// officer, has a citizen asked, and sees what became of it. GET …/qr.svg: the
// code that a telephone scans from the officer's page.
#include "common/clock.h"
#include "common/ids.h"
#include "qr/qr.h"
#include "server/context.h"
#include "server/dossier.h"
#include "server/handlers.h"
#include "server/invitation_body.h"
#include "server/invitation_json.h"
#include "server/request.h"
#include "server/token_link.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void refuse_ended(struct request *request,
                         const struct invitation *invitation)
{
    const char *state = invitation_state_name(invitation->state);
    reply_problem(request, PROBLEM_ENDED,
                  &(struct problem_members){.reason = state},
                  "it has ended already: %s", state);
}

static enum handling refuse(struct request *request, const char *why)
{
    reply_problem(request, PROBLEM_UNREADABLE,
                  &(struct problem_members){.line = 1, .reason = why}, "%s",
                  why);
    return HANDLING_DONE;
}

// --- Making one -------------------------------------------------------------

struct inviting {
    struct invitation invitation;
    enum invitation_answer answer;
};

static enum office_result invite(struct office *office, void *ctx)
{
    struct inviting *work = ctx;
    work->answer = office_invite(office, &work->invitation);
    return work->answer == INVITATION_FAILED ? OFFICE_ERROR : OFFICE_OK;
}

static void announce_made(struct request *request)
{
    const struct inviting *work = request->work;
    if (request->job.result == OFFICE_OK && work->answer == INVITATION_MADE) {
        hub_announce(request->server->hub, work->invitation.counter);
    }
}

// An officer who invites does the work, wherever they sit, and nobody else's.
// False: the reply is set.
static bool name_officer(struct request *request, struct invitation *wanted)
{
    const char *own = request->person.officer;
    if (request->caller != CALLER_OFFICER) {
        return true;
    }
    if (wanted->officer[0] != '\0' && strcmp(wanted->officer, own) != 0) {
        reply_problem(request, PROBLEM_FORBIDDEN, NULL,
                      "an officer invites for their own work only");
        return false;
    }
    snprintf(wanted->officer, sizeof wanted->officer, "%s", own);
    return true;
}

// Whether the answer can carry its address: what is refused must not be open.
// False: the reply is set.
static bool can_be_linked(struct request *request,
                          const struct invitation *wanted)
{
    struct invitation like = *wanted;
    struct token_link link;
    id_new_v7(like.made_at, like.id);
    return token_link_make(request, &like, &link);
}

enum handling invite_handle(struct request *request)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    struct inviting *work = calloc(1, sizeof *work);
    if (!work) {
        json_decref(object);
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = work;
    request->free_work = free;
    struct invitation *wanted = &work->invitation;
    bool read = invitation_body_read(object, clock_wall_ms(), wanted, why);
    json_decref(object);
    if (!read) {
        return refuse(request, why);
    }
    if (!dossier_keep(request, wanted->made_at, wanted->transaction)) {
        return HANDLING_DONE;
    }
    snprintf(wanted->unit, sizeof wanted->unit, "%s",
             request->server->settings.unit_code);
    if (!name_officer(request, wanted) || !can_be_linked(request, wanted)) {
        return HANDLING_DONE;
    }
    snprintf(wanted->made_by, sizeof wanted->made_by, "%s", request->who);
    request->job.work = invite;
    request->job.work_ctx = work;
    request->committed = announce_made;
    return request_wait(request);
}

static void reply_invited(struct request *request, int status,
                          const struct invitation *invitation)
{
    struct token_link link;
    if (!token_link_make(request, invitation, &link)) {
        return;
    }
    reply_json(request, status,
               json_pack("{s:s, s:s, s:s, s:s}", "id", invitation->id, "state",
                         invitation_state_name(invitation->state), "token",
                         link.token, "url", link.url));
}

void invite_finish(struct request *request)
{
    const struct inviting *work = request->work;
    const struct invitation *invitation = &work->invitation;
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
        return;
    }
    switch (work->answer) {
    case INVITATION_MADE:
        reply_invited(request, 201, invitation);
        break;
    case INVITATION_THERE:
        reply_invited(request, 200, invitation);
        break;
    case INVITATION_UNKNOWN_COUNTER:
        reply_problem(request, PROBLEM_UNKNOWN_COUNTER,
                      &(struct problem_members){.counter = invitation->counter},
                      "no device works at counter %s", invitation->counter);
        break;
    case INVITATION_ELSEWHERE:
        reply_problem(request, PROBLEM_OPEN_ELSEWHERE,
                      &(struct problem_members){.counter = invitation->counter},
                      "this transaction and step is open at counter %s; "
                      "withdraw it there first",
                      invitation->counter);
        break;
    case INVITATION_ALREADY_RATED:
        reply_problem(request, PROBLEM_ALREADY_RATED, NULL,
                      "this transaction and step has its rating; nobody is "
                      "asked twice");
        break;
    case INVITATION_QUEUE_FULL:
        reply_problem(request, PROBLEM_QUEUE_FULL,
                      &(struct problem_members){.counter = invitation->counter},
                      "%d invitations are open at counter %s",
                      INVITATIONS_OPEN_MAX, invitation->counter);
        break;
    case INVITATION_FAILED:
        reply_office_failure(request, OFFICE_ERROR);
        break;
    }
}

// --- Looking at one ---------------------------------------------------------

// False: the reply is set.
static bool find(struct request *request, struct invitation *out)
{
    struct readers *readers = request->server->readers;
    struct office *office = readers_take(readers);
    enum office_result result =
        office_find_invitation(office, request->part, clock_wall_ms(), out);
    readers_give(readers, office);
    if (result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "there is no invitation of this id");
    } else if (result != OFFICE_OK) {
        reply_office_failure(request, result);
    }
    return result == OFFICE_OK;
}

enum handling invitation_handle(struct request *request)
{
    struct invitation found;
    if (find(request, &found)) {
        reply_json(request, 200, invitation_status(&found));
    }
    return HANDLING_DONE;
}

enum handling invitation_code_handle(struct request *request)
{
    struct invitation found;
    struct token_link link;
    struct buf image = {0};
    if (!find(request, &found)) {
        return HANDLING_DONE;
    }
    if (found.state > INVITATION_SHOWN) {
        refuse_ended(request, &found);
    } else if (token_link_make(request, &found, &link)) {
        image.failed = !qr_append_svg(link.url, &image);
        reply_bytes(request, 200, "image/svg+xml", &image);
    }
    return HANDLING_DONE;
}

// --- Withdrawing one --------------------------------------------------------

struct withdrawing {
    char id[ROUTE_PART_SIZE];
    char who[INVITATION_WHO_SIZE];
    char reason[INVITATION_REASON_SIZE];
    struct invitation invitation;
    bool is_withdrawn;
};

static enum office_result withdraw(struct office *office, void *ctx)
{
    struct withdrawing *work = ctx;
    return office_withdraw(office, work->id, work->who, work->reason,
                           clock_wall_ms(), &work->invitation,
                           &work->is_withdrawn);
}

static void announce_withdrawn(struct request *request)
{
    const struct withdrawing *work = request->work;
    if (request->job.result == OFFICE_OK && work->is_withdrawn) {
        hub_announce(request->server->hub, work->invitation.counter);
    }
}

// Out of the body, or of ?reason= when there is none. False: the reply is set.
static bool read_reason(struct request *request,
                        char out[INVITATION_REASON_SIZE])
{
    char why[JSON_MESSAGE_SIZE];
    const char *text = NULL;
    json_t *object = NULL;
    if (request->body.size > 0) {
        object = request_object(request);
        if (!object) {
            return false;
        }
        json_get_text(object, "reason", &text);
    } else if (!request_argument(request, "reason", &text)) {
        return false;
    }
    bool read = withdrawal_reason_read(text, out, why);
    json_decref(object);
    if (!read) {
        refuse(request, why);
    }
    return read;
}

enum handling withdraw_handle(struct request *request)
{
    struct withdrawing *work = calloc(1, sizeof *work);
    if (!work) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = work;
    request->free_work = free;
    if (!read_reason(request, work->reason)) {
        return HANDLING_DONE;
    }
    memcpy(work->id, request->part, sizeof work->id);
    snprintf(work->who, sizeof work->who, "%s", request->who);
    request->job.work = withdraw;
    request->job.work_ctx = work;
    request->committed = announce_withdrawn;
    return request_wait(request);
}

void withdraw_finish(struct request *request)
{
    const struct withdrawing *work = request->work;
    switch (request->job.result) {
    case OFFICE_OK:
        break;
    case OFFICE_NONE:
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "there is no invitation of this id");
        return;
    default:
        reply_office_failure(request, request->job.result);
        return;
    }
    if (work->is_withdrawn) {
        reply_json(request, 200, invitation_status(&work->invitation));
    } else {
        refuse_ended(request, &work->invitation);
    }
}

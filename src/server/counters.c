// GET /api/v1/counters/{N}/invitations: what was invited there lately and what
// became of it, live. GET and POST /api/v1/counters/{N}/seat: who sits there.
#include "common/clock.h"
#include "common/date.h"
#include "office/seats.h"
#include "server/context.h"
#include "server/counter_facts.h"
#include "server/handlers.h"
#include "server/invitation_body.h"
#include "server/invitation_json.h"
#include "server/long_poll.h"
#include "server/permit.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECENT_LIST_MS = 2 * 3600 * 1000,
    LISTED_MAX = 100,
    DAY_MS = 24 * 3600 * 1000,
    // Of one key: the software polls for many counters at once.
    POLLS_OF_A_WATCHER = 64
};

// --- The list ---------------------------------------------------------------

struct listing {
    json_t *array; // NULL: no memory
    size_t count;
    int64_t changes_at;
};

static bool list(void *ctx, const struct invitation *invitation)
{
    struct listing *listing = ctx;
    int64_t ends_at = invitation_ends_at(invitation);
    earliest(ends_at ? ends_at : invitation->state_at + RECENT_LIST_MS,
             &listing->changes_at);
    if (json_array_append_new(listing->array,
                              invitation_for_watcher(invitation)) != 0) {
        json_decref(listing->array);
        listing->array = NULL;
        return false;
    }
    return ++listing->count < LISTED_MAX;
}

// The counter beside its list.
struct counter_now {
    struct seat seat;
    char display[OFFICE_NAME_SIZE]; // of who sits there
    int64_t seen_at;
};

static enum office_result look_at_counter(struct office *office,
                                          const char *unit, const char *counter,
                                          struct counter_now *out)
{
    enum office_result result =
        office_find_seat(office, unit, counter, &out->seat);
    if (result == OFFICE_OK) {
        result = officer_display(office, out->seat.officer, out->display);
    } else if (result == OFFICE_NONE) {
        result = OFFICE_OK;
    }
    return result == OFFICE_OK
               ? counter_seen_at(office, unit, counter, &out->seen_at)
               : result;
}

static enum office_result read_list(struct request *request,
                                    const char *counter, int64_t now,
                                    struct listing *listing,
                                    struct counter_now *out)
{
    struct server *server = request->server;
    const char *unit = server->settings.unit_code;
    struct office *office = readers_take(server->readers);
    enum office_result result = office_recent_invitations(
        office, unit, counter, now - RECENT_LIST_MS, now, list, listing);
    if (result == OFFICE_OK) {
        result = look_at_counter(office, unit, counter, out);
    }
    readers_give(server->readers, office);
    return result;
}

enum handling counter_invitations_handle(struct request *request)
{
    char counter[RECORD_CODE_SIZE], seen[CLOCK_ISO_SIZE];
    struct counter_now there = {.seen_at = 0};
    struct listing listing = {.array = json_array()};
    int64_t now = clock_wall_ms();
    bool has_waited = request->listens_until_us != 0;
    if ((has_waited && !permit_caller_still(request)) ||
        !counter_find(request, counter) ||
        !long_poll_begin(request, counter, request->who, POLLS_OF_A_WATCHER)) {
        json_decref(listing.array);
        return HANDLING_DONE;
    }
    enum office_result result =
        read_list(request, counter, now, &listing, &there);
    if (result != OFFICE_OK) {
        json_decref(listing.array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    int64_t lost_at = there.seen_at + contact_patience_ms(request->server);
    bool in_contact = now < lost_at;
    if (in_contact) {
        earliest(lost_at, &listing.changes_at);
    }
    // When it was seen is told only while it does not change with each
    // heartbeat.
    clock_format(there.seen_at, seen);
    const struct seat *seat = &there.seat;
    json_t *object = json_pack(
        "{s:s, s:s?, s:s?, s:b, s:s?, s:o}", "counter", counter, "officer",
        seat->officer[0] ? seat->officer : NULL, "officer_name",
        there.display[0] ? there.display : NULL, "in_contact", in_contact,
        "seen_at", !in_contact && there.seen_at ? seen : NULL, "invitations",
        listing.array);
    return long_poll_answer(request, object, now, listing.changes_at);
}

// --- Seats ------------------------------------------------------------------

struct seating {
    bool takes;
    char counter[RECORD_CODE_SIZE];
    char officer[RECORD_CODE_SIZE];
    struct seat_wish wish;
};

static enum office_result seat_somebody(struct office *office, void *ctx)
{
    struct seating *work = ctx;
    work->wish.now = clock_wall_ms();
    return work->takes ? office_take_seat(office, &work->wish)
                       : office_leave_seat(office, &work->wish);
}

// The officer may have left another counter by it.
static void announce_seat(struct request *request)
{
    if (request->job.result == OFFICE_OK) {
        hub_announce(request->server->hub, NULL);
    }
}

// False: the reply is set.
static bool read_seat(struct request *request, struct seating *work)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *object = request_object(request);
    if (!object) {
        return false;
    }
    bool read = seat_body_read(object, &work->takes, work->officer, why);
    json_decref(object);
    if (!read) {
        reply_problem(request, PROBLEM_UNREADABLE,
                      &(struct problem_members){.line = 1, .reason = why}, "%s",
                      why);
    }
    return read;
}

// An officer sits down themselves; software names who does. False: the reply is
// set.
static bool name_officer(struct request *request, struct seating *work)
{
    const char *own = request->person.officer;
    if (request->caller == CALLER_OFFICER) {
        if (work->officer[0] != '\0' && strcmp(work->officer, own) != 0) {
            reply_problem(request, PROBLEM_FORBIDDEN, NULL,
                          "an officer takes and leaves a seat for themselves "
                          "only");
            return false;
        }
        snprintf(work->officer, sizeof work->officer, "%s", own);
    }
    if (work->officer[0] == '\0') {
        reply_problem(request, PROBLEM_UNREADABLE,
                      &(struct problem_members){
                          .line = 1, .reason = "officer: is missing"},
                      "officer: is missing");
    }
    return work->officer[0] != '\0';
}

enum handling take_seat_handle(struct request *request)
{
    struct seating *work = calloc(1, sizeof *work);
    if (!work) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = work;
    request->free_work = free;
    if (!counter_find(request, work->counter) || !read_seat(request, work) ||
        !name_officer(request, work)) {
        return HANDLING_DONE;
    }
    work->wish = (struct seat_wish){.unit = request->server->settings.unit_code,
                                    .counter = work->counter,
                                    .officer = work->officer,
                                    .by = request->who};
    request->job.work = seat_somebody;
    request->job.work_ctx = work;
    request->committed = announce_seat;
    return request_wait(request);
}

void take_seat_finish(struct request *request)
{
    const struct seating *work = request->work;
    if (request->job.result == OFFICE_NONE) {
        reply_problem(request, PROBLEM_NOT_FOUND, NULL,
                      "%s does not sit at counter %s", work->officer,
                      work->counter);
    } else if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else {
        reply_json(request, 200,
                   json_pack("{s:s, s:s?}", "counter", work->counter, "officer",
                             work->takes ? work->officer : NULL));
    }
}

static bool list_seat(void *ctx, const struct seat *seat)
{
    json_t *array = ctx;
    char from[CLOCK_ISO_SIZE], to[CLOCK_ISO_SIZE];
    clock_format(seat->from_at, from);
    clock_format(seat->to_at, to);
    json_t *object = json_pack("{s:s, s:s, s:s?}", "officer", seat->officer,
                               "from", from, "to", seat->to_at ? to : NULL);
    return json_array_append_new(array, object) == 0;
}

// Who sits there, and who did on this day.
enum handling seat_handle(struct request *request)
{
    struct server *server = request->server;
    const char *unit = server->settings.unit_code;
    char counter[RECORD_CODE_SIZE];
    struct seat seat = {.officer = ""};
    if (!counter_find(request, counter)) {
        return HANDLING_DONE;
    }
    int64_t day = date_wall_ms_of_day(date_day_of_wall_ms(clock_wall_ms()));
    json_t *array = json_array();
    struct office *office = readers_take(server->readers);
    enum office_result result = office_find_seat(office, unit, counter, &seat);
    if (result == OFFICE_OK || result == OFFICE_NONE) {
        result = office_list_seats(office, unit, counter, day, day + DAY_MS,
                                   list_seat, array);
    }
    readers_give(server->readers, office);
    if (result != OFFICE_OK) {
        json_decref(array);
        reply_office_failure(request, result);
        return HANDLING_DONE;
    }
    reply_json(request, 200,
               json_pack("{s:s, s:s?, s:o}", "counter", counter, "officer",
                         seat.officer[0] ? seat.officer : NULL, "today",
                         array));
    return HANDLING_DONE;
}

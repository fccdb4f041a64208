#include "common/date.h"
#include "office/audit.h"
#include "office/filter.h"
#include "office/invitations.h"
#include "office/office_sql.h"
#include "office/seats_sql.h"
#include <stdio.h>
#include <string.h>

const char *invitation_state_name(enum invitation_state state)
{
    static const char *const names[] = {"waiting",  "shown",   "rated",
                                        "declined", "timeout", "withdrawn",
                                        "expired"};
    return names[state];
}

int64_t invitation_ends_at(const struct invitation *invitation)
{
    switch (invitation->state) {
    case INVITATION_WAITING:
        return invitation->expires_at;
    case INVITATION_SHOWN:
        return invitation->state_at + INVITATION_SHOWN_MS;
    default:
        return 0;
    }
}

static void read_invitation(struct sql_statement *s, int64_t now,
                            struct invitation *out)
{
    memset(out, 0, sizeof *out);
    column_text(s, 0, out->id, sizeof out->id);
    column_text(s, 1, out->unit, sizeof out->unit);
    column_text(s, 2, out->counter, sizeof out->counter);
    column_text(s, 3, out->transaction, sizeof out->transaction);
    column_text(s, 4, out->procedure, sizeof out->procedure);
    column_text(s, 5, out->field, sizeof out->field);
    column_text(s, 6, out->step, sizeof out->step);
    column_text(s, 7, out->officer, sizeof out->officer);
    out->queued_at = sql_int(s, 8);
    out->called_at = sql_int(s, 9);
    out->done_at = sql_int(s, 10);
    column_text(s, 11, out->result, sizeof out->result);
    out->made_at = sql_int(s, 12);
    column_text(s, 13, out->made_by, sizeof out->made_by);
    out->expires_at = sql_int(s, 14);
    out->state = (enum invitation_state)sql_int(s, 15);
    out->state_at = sql_int(s, 16);
    column_text(s, 17, out->reason, sizeof out->reason);
    int64_t ends_at = invitation_ends_at(out);
    if (ends_at != 0 && ends_at <= now) {
        out->state = INVITATION_EXPIRED;
        out->state_at = ends_at;
    }
}

// Steps a statement of one invitation, and is done with it.
static enum sql_result take_invitation(struct sql_statement *s, int64_t now,
                                       struct invitation *out)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        read_invitation(s, now, out);
    }
    sql_done(s);
    return result;
}

void invitation_changes_add(struct invitation_changes *changes,
                            const char *counter)
{
    if (changes->counter[0] == '\0') {
        snprintf(changes->counter, sizeof changes->counter, "%s", counter);
    } else if (strcmp(changes->counter, counter) != 0) {
        changes->is_several = true;
    }
}

// --- Making one -------------------------------------------------------------

struct inviting {
    struct invitation *invitation;
    enum invitation_answer answer;
};

static enum sql_result exists(struct sql_statement *s, bool *out)
{
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK;
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result find_counter(struct sql *sql, const char *unit,
                                    const char *counter, bool *out_found)
{
    struct sql_statement *s = sql_use(sql, INVITATION_COUNTER_EXISTS);
    sql_bind_text(s, 1, unit);
    sql_bind_text(s, 2, counter);
    return exists(s, out_found);
}

static enum sql_result judge_counter(struct sql *sql, struct inviting *inviting)
{
    const struct invitation *wanted = inviting->invitation;
    bool found = false;
    enum sql_result result =
        find_counter(sql, wanted->unit, wanted->counter, &found);
    if (result == SQL_OK && !found) {
        inviting->answer = INVITATION_UNKNOWN_COUNTER;
    }
    return result;
}

static enum sql_result judge_transaction(struct sql *sql,
                                         struct inviting *inviting)
{
    struct invitation *wanted = inviting->invitation, open;
    bool rated = false;
    if (wanted->transaction[0] == '\0') {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(sql, INVITATION_RATED_ALREADY);
    sql_bind_text(s, 1, wanted->transaction);
    sql_bind_text(s, 2, wanted->step);
    enum sql_result result = exists(s, &rated);
    if (result != SQL_OK || rated) {
        inviting->answer = INVITATION_ALREADY_RATED;
        return result;
    }
    s = sql_use(sql, INVITATION_OPEN_FOR);
    sql_bind_text(s, 1, wanted->transaction);
    sql_bind_text(s, 2, wanted->step);
    sql_bind_int(s, 3, wanted->made_at);
    result = take_invitation(s, wanted->made_at, &open);
    if (result != SQL_OK) {
        return result == SQL_NONE ? SQL_OK : result;
    }
    inviting->answer = strcmp(open.counter, wanted->counter) == 0 &&
                               strcmp(open.unit, wanted->unit) == 0
                           ? INVITATION_THERE
                           : INVITATION_ELSEWHERE;
    *wanted = open;
    return SQL_OK;
}

static enum sql_result judge_queue(struct sql *sql, struct inviting *inviting)
{
    const struct invitation *wanted = inviting->invitation;
    struct sql_statement *s = sql_use(sql, INVITATION_COUNT_OPEN);
    sql_bind_text(s, 1, wanted->unit);
    sql_bind_text(s, 2, wanted->counter);
    sql_bind_int(s, 3, wanted->made_at);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_int(s, 0) >= INVITATIONS_OPEN_MAX) {
        inviting->answer = INVITATION_QUEUE_FULL;
    }
    sql_done(s);
    return result;
}

// Who sits at the counter does the work there, when nobody else was named.
static enum sql_result name_officer(struct sql *sql, struct invitation *wanted)
{
    struct seat seat;
    if (wanted->officer[0] != '\0') {
        return SQL_OK;
    }
    enum sql_result result =
        seat_find(sql, wanted->unit, wanted->counter, &seat);
    if (result == SQL_OK) {
        memcpy(wanted->officer, seat.officer, sizeof wanted->officer);
    }
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result audit_making(struct sql *sql,
                                    const struct invitation *wanted)
{
    char detail[RECORD_CODE_SIZE + 16];
    snprintf(detail, sizeof detail, "counter %s", wanted->counter);
    const struct audit_entry entry = {wanted->made_at, wanted->made_by,
                                      "invitation-made", wanted->id, detail};
    return audit_put(sql, &entry);
}

static enum sql_result add(struct sql *sql, struct invitation *wanted)
{
    int64_t no;
    enum sql_result result = name_officer(sql, wanted);
    if (result == SQL_OK) {
        result = next_number(sql, INVITATION_NEXT, &no);
    }
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(sql, INVITATION_ADD);
    sql_bind_text(s, 1, wanted->id);
    sql_bind_text(s, 2, wanted->unit);
    sql_bind_text(s, 3, wanted->counter);
    sql_bind_text(s, 4, wanted->transaction);
    sql_bind_text(s, 5, wanted->procedure);
    sql_bind_text(s, 6, wanted->field);
    sql_bind_text(s, 7, wanted->step);
    sql_bind_text(s, 8, wanted->officer);
    sql_bind_int(s, 9, wanted->queued_at);
    sql_bind_int(s, 10, wanted->called_at);
    sql_bind_int(s, 11, wanted->done_at);
    sql_bind_text(s, 12, wanted->result);
    sql_bind_int(s, 13, wanted->made_at);
    sql_bind_text(s, 14, wanted->made_by);
    sql_bind_int(s, 15, wanted->expires_at);
    sql_bind_int(s, 16, no);
    result = sql_execute(s);
    return result == SQL_OK ? audit_making(sql, wanted) : result;
}

static enum sql_result invite(struct sql *sql, void *ctx)
{
    struct inviting *inviting = ctx;
    static enum sql_result (*const judges[])(
        struct sql *, struct inviting *) = {judge_counter, judge_transaction,
                                            judge_queue};
    struct sql_statement *s = sql_use(sql, INVITATION_EXPIRE);
    sql_bind_int(s, 1, inviting->invitation->made_at);
    enum sql_result result = sql_execute(s);
    inviting->answer = INVITATION_MADE;
    for (size_t i = 0; i < sizeof judges / sizeof judges[0]; i++) {
        if (result != SQL_OK || inviting->answer != INVITATION_MADE) {
            return result;
        }
        result = judges[i](sql, inviting);
    }
    return result == SQL_OK && inviting->answer == INVITATION_MADE
               ? add(sql, inviting->invitation)
               : result;
}

enum invitation_answer office_invite(struct office *office,
                                     struct invitation *invitation)
{
    struct inviting inviting = {.invitation = invitation};
    id_new_v7(invitation->made_at, invitation->id);
    invitation->state = INVITATION_WAITING;
    invitation->state_at = invitation->made_at;
    enum sql_result result = office_work(office, invite, &inviting);
    return result == SQL_OK ? inviting.answer : INVITATION_FAILED;
}

// --- Looking ----------------------------------------------------------------

enum office_result office_find_invitation(struct office *office, const char *id,
                                          int64_t now, struct invitation *out)
{
    struct sql_statement *s = sql_use(office->sql, INVITATION_GET);
    sql_bind_text(s, 1, id);
    return office_result_of(take_invitation(s, now, out));
}

enum office_result office_open_invitations(struct office *office,
                                           const char *unit,
                                           const char *counter, int64_t now,
                                           struct invitation *out,
                                           size_t *out_count)
{
    struct sql_statement *s = sql_use(office->sql, INVITATION_OPEN_AT);
    enum sql_result result;
    *out_count = 0;
    sql_bind_text(s, 1, unit);
    sql_bind_text(s, 2, counter);
    sql_bind_int(s, 3, now);
    sql_bind_int(s, 4, INVITATIONS_OPEN_MAX);
    while ((result = sql_step(s)) == SQL_OK) {
        read_invitation(s, now, &out[(*out_count)++]);
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

// One made before can be open no more, and has ended before any `since`.
enum { RECENT_MS = INVITATION_EXPIRES_MOST_S * 1000 + INVITATION_SHOWN_MS };

enum office_result office_recent_invitations(struct office *office,
                                             const char *unit,
                                             const char *counter, int64_t since,
                                             int64_t now, invitation_row *row,
                                             void *ctx)
{
    struct sql_statement *s = sql_use(office->sql, INVITATION_MADE_AT);
    struct invitation found;
    enum sql_result result;
    bool goes_on = true;
    sql_bind_text(s, 1, unit);
    sql_bind_text(s, 2, counter);
    sql_bind_int(s, 3, since - RECENT_MS);
    while (goes_on && (result = sql_step(s)) == SQL_OK) {
        read_invitation(s, now, &found);
        if (found.state <= INVITATION_SHOWN || found.state_at >= since) {
            goes_on = row(ctx, &found);
        }
    }
    sql_done(s);
    return !goes_on || result == SQL_NONE ? OFFICE_OK
                                          : office_result_of(result);
}

enum office_result office_has_counter(struct office *office, const char *unit,
                                      const char *counter, bool *out_has)
{
    return office_result_of(find_counter(office->sql, unit, counter, out_has));
}

// --- Changing ---------------------------------------------------------------

struct withdrawing {
    const char *id, *who, *reason;
    int64_t now;
    struct invitation *invitation;
    bool is_withdrawn;
};

static enum sql_result withdraw(struct sql *sql, void *ctx)
{
    struct withdrawing *w = ctx;
    struct invitation *invitation = w->invitation;
    w->is_withdrawn = false;
    struct sql_statement *s = sql_use(sql, INVITATION_GET);
    sql_bind_text(s, 1, w->id);
    enum sql_result result = take_invitation(s, w->now, invitation);
    if (result != SQL_OK || invitation->state > INVITATION_SHOWN) {
        return result;
    }
    invitation->state = INVITATION_WITHDRAWN;
    invitation->state_at = w->now;
    snprintf(invitation->reason, sizeof invitation->reason, "%s", w->reason);
    w->is_withdrawn = true;
    s = sql_use(sql, INVITATION_WITHDRAW);
    sql_bind_text(s, 1, w->id);
    sql_bind_int(s, 2, w->now);
    sql_bind_text(s, 3, w->reason);
    result = sql_execute(s);
    const struct audit_entry entry = {w->now, w->who, "invitation-withdrawn",
                                      w->id, w->reason};
    return result == SQL_OK ? audit_put(sql, &entry) : result;
}

enum office_result office_withdraw(struct office *office, const char *id,
                                   const char *who, const char *reason,
                                   int64_t now, struct invitation *out,
                                   bool *out_withdrawn)
{
    struct withdrawing withdrawing = {id, who, reason, now, out, false};
    enum office_result result =
        office_result_of(office_work(office, withdraw, &withdrawing));
    *out_withdrawn = withdrawing.is_withdrawn;
    return result;
}

enum office_result office_withdrawals(struct office *office,
                                      const struct office_filter *filter,
                                      int32_t from_day, int32_t to_day,
                                      withdrawal_row *row, void *ctx)
{
    static const int places[OFFICE_BREAKDOWN_COUNT] = {
        [OFFICE_BY_COUNTER] = 3,   [OFFICE_BY_FIELD] = 4,
        [OFFICE_BY_PROCEDURE] = 5, [OFFICE_BY_OFFICER] = 6,
        [OFFICE_BY_STEP] = 7,      [OFFICE_BY_CHANNEL] = 8};
    struct sql_statement *s = sql_use(office->sql, INVITATION_WITHDRAWALS);
    enum sql_result result;
    sql_bind_int(s, 1, date_wall_ms_of_day(from_day));
    sql_bind_int(s, 2, date_wall_ms_of_day(to_day + 1));
    for (int place = places[OFFICE_BY_COUNTER];
         place <= places[OFFICE_BY_CHANNEL]; place++) {
        sql_bind_text(s, place, NULL); // anything
    }
    for (size_t i = 0; i < filter->count; i++) {
        sql_bind_text(s, places[filter->parts[i].by], filter->parts[i].key);
    }
    while ((result = sql_step(s)) == SQL_OK) {
        const struct withdrawal_count count = {sql_text(s, 0), sql_int(s, 1)};
        if (!row(ctx, &count)) {
            result = SQL_NONE;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? OFFICE_OK : office_result_of(result);
}

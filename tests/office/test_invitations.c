// Invitations: who may make one, their order, their end, and what a line of the
// ledger makes of them.
#include "common/date.h"
#include "office/audit.h"
#include "office/devices.h"
#include "office/filter.h"
#include "office/invitations.h"
#include "office/seats.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
// 2026-11-23 09:00 in Vietnam.
static const int64_t now = 1795399200000;

static const struct office_filter everything;

struct bench {
    struct made_office made;
    struct ledger_maker device; // at counter 3
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    made_office_open(&b->made);
    made_office_enrol(&b->made, "3", now - MINUTE_MS, &b->device);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    maker_free(&b->device);
    made_office_close(&b->made);
    free(b);
    return 0;
}

static enum invitation_answer invite(struct bench *b, const char *counter,
                                     const char *code, int64_t at,
                                     struct invitation *out)
{
    struct office_device device;
    assert_int_equal(
        office_find_device(b->made.office, b->device.device, &device),
        OFFICE_OK);
    *out = (struct invitation){.made_at = at, .expires_at = at + 600000};
    snprintf(out->unit, sizeof out->unit, "%s", device.unit);
    snprintf(out->counter, sizeof out->counter, "%s", counter);
    snprintf(out->transaction, sizeof out->transaction, "%s", code);
    snprintf(out->step, sizeof out->step, "tra-ket-qua");
    snprintf(out->made_by, sizeof out->made_by, "key 1");
    return office_invite(b->made.office, out);
}

static enum invitation_state state_of(struct bench *b, const char *id,
                                      int64_t at)
{
    struct invitation found;
    assert_int_equal(office_find_invitation(b->made.office, id, at, &found),
                     OFFICE_OK);
    return found.state;
}

static size_t open_at(struct bench *b, int64_t at, struct invitation *out)
{
    struct office_device device;
    size_t count = 0;
    assert_int_equal(
        office_find_device(b->made.office, b->device.device, &device),
        OFFICE_OK);
    assert_int_equal(office_open_invitations(b->made.office, device.unit, "3",
                                             at, out, &count),
                     OFFICE_OK);
    return count;
}

static void test_queue_is_in_order_and_bounded(void **state)
{
    struct bench *b = *state;
    struct invitation one, open[INVITATIONS_OPEN_MAX];
    for (int i = 0; i < 5; i++) {
        char code[32];
        snprintf(code, sizeof code, "H24.12-261123-000%d", i);
        assert_int_equal(invite(b, "3", code, now + i, &one), INVITATION_MADE);
    }
    assert_int_equal(invite(b, "3", "H24.12-261123-0009", now + 9, &one),
                     INVITATION_QUEUE_FULL);
    assert_int_equal(open_at(b, now + 10, open), 5);
    assert_string_equal(open[0].transaction, "H24.12-261123-0000");
    assert_string_equal(open[4].transaction, "H24.12-261123-0004");
    // Without a dossier any number of people may follow one another.
    assert_int_equal(open_at(b, now + 600000 + 4, open), 0);
    assert_int_equal(invite(b, "3", "", now + 700000, &one), INVITATION_MADE);
    assert_int_equal(invite(b, "3", "", now + 700001, &one), INVITATION_MADE);
}

static void test_counter_must_have_a_device(void **state)
{
    struct bench *b = *state;
    struct invitation one;
    assert_int_equal(invite(b, "4", "H24.12-261123-0007", now, &one),
                     INVITATION_UNKNOWN_COUNTER);
}

static void test_transaction_is_invited_once(void **state)
{
    struct bench *b = *state;
    struct ledger_maker other;
    struct invitation first, again;
    made_office_enrol(&b->made, "5", now - MINUTE_MS, &other);
    assert_int_equal(invite(b, "3", "H24.12-261123-0007", now, &first),
                     INVITATION_MADE);
    assert_int_equal(invite(b, "3", "H24.12-261123-0007", now + 1, &again),
                     INVITATION_THERE);
    assert_string_equal(again.id, first.id);
    assert_int_equal(invite(b, "5", "H24.12-261123-0007", now + 2, &again),
                     INVITATION_ELSEWHERE);
    assert_string_equal(again.counter, "3");
    // When nobody came it may be made again, there or elsewhere.
    assert_int_equal(invite(b, "5", "H24.12-261123-0007", now + 600000, &again),
                     INVITATION_MADE);
    assert_int_equal(state_of(b, first.id, now + 600000), INVITATION_EXPIRED);
    maker_free(&other);
}

// A heartbeat of this device says that the invitation is on its screen.
static void show(struct bench *b, const struct ledger_maker *device,
                 const char *id, int64_t at,
                 struct invitation_changes *out_changes)
{
    struct made_batch heartbeat;
    struct office_state said = {.pending = 0, .invitation = id};
    made_batch_start(&heartbeat, device, (int64_t)device->count + 1,
                     (int64_t)device->count, at);
    heartbeat.batch.state = &said;
    assert_int_equal(office_ingest(b->made.office, &heartbeat.batch, 1),
                     OFFICE_OK);
    assert_int_equal(heartbeat.batch.status, OFFICE_BATCH_OK);
    *out_changes = heartbeat.batch.invitations;
    made_batch_free(&heartbeat);
}

// The line of the visit that an invitation brought.
static void answer(struct bench *b, const struct invitation *invitation,
                   enum record_outcome outcome, int level)
{
    struct record record;
    maker_visit(&b->device, level, &record);
    record.mode = RECORD_TRANSACTION;
    record.outcome = outcome;
    memcpy(record.invitation, invitation->id, sizeof record.invitation);
    snprintf(record.transaction, sizeof record.transaction, "%s",
             invitation->transaction);
    snprintf(record.step, sizeof record.step, "%s", invitation->step);
    maker_write(&b->device, &record);
    int64_t seq = (int64_t)b->device.count;
    assert_int_equal(
        made_office_send(&b->made, &b->device, seq, seq, now + 5 * MINUTE_MS),
        OFFICE_BATCH_OK);
}

static void test_line_ends_the_invitation(void **state)
{
    struct bench *b = *state;
    struct invitation rated, declined, gone, open[INVITATIONS_OPEN_MAX];
    struct invitation_changes changes;
    invite(b, "3", "H24.12-261123-0001", now, &rated);
    invite(b, "3", "H24.12-261123-0002", now, &declined);
    invite(b, "3", "H24.12-261123-0003", now, &gone);
    show(b, &b->device, rated.id, now + 1000, &changes);
    assert_string_equal(changes.counter, "3");
    assert_false(changes.is_several);
    assert_int_equal(state_of(b, rated.id, now), INVITATION_SHOWN);
    // On the screen it no longer runs out.
    assert_int_equal(state_of(b, rated.id, now + 9999999), INVITATION_SHOWN);
    answer(b, &rated, RECORD_RATED, 2);
    answer(b, &declined, RECORD_DECLINED, 0);
    answer(b, &gone, RECORD_TIMEOUT, 0);
    assert_int_equal(state_of(b, rated.id, now), INVITATION_RATED);
    assert_int_equal(state_of(b, declined.id, now), INVITATION_DECLINED);
    assert_int_equal(state_of(b, gone.id, now), INVITATION_TIMEOUT);
    assert_int_equal(open_at(b, now + 2000, open), 0);
    // What is rated cannot be invited again; what was declined can.
    assert_int_equal(invite(b, "3", "H24.12-261123-0001", now + 3000, &rated),
                     INVITATION_ALREADY_RATED);
    assert_int_equal(
        invite(b, "3", "H24.12-261123-0002", now + 3000, &declined),
        INVITATION_MADE);
}

// Whoever learns to work with it sees it end, and can ask again.
static void test_visit_that_is_a_test_ends_it_and_counts_nothing(void **state)
{
    struct bench *b = *state;
    struct invitation one, again;
    struct record record;
    invite(b, "3", "H24.12-261123-0001", now, &one);
    maker_visit(&b->device, 5, &record);
    record.mode = RECORD_TRANSACTION;
    record.test = true;
    memcpy(record.invitation, one.id, sizeof record.invitation);
    snprintf(record.transaction, sizeof record.transaction, "%s",
             one.transaction);
    snprintf(record.step, sizeof record.step, "%s", one.step);
    maker_write(&b->device, &record);
    int64_t seq = (int64_t)b->device.count;
    assert_int_equal(
        made_office_send(&b->made, &b->device, seq, seq, now + MINUTE_MS),
        OFFICE_BATCH_OK);
    assert_int_equal(state_of(b, one.id, now), INVITATION_RATED);
    assert_int_equal(made_office_all(b->made.office).levels[4], 0);
    assert_int_equal(invite(b, "3", "H24.12-261123-0001", now + 3000, &again),
                     INVITATION_MADE);
}

// One that no line has named yet is not the one that was rated without a step.
static void test_each_step_has_its_own_rating(void **state)
{
    struct bench *b = *state;
    struct invitation one, stepless;
    invite(b, "3", "H24.12-261123-0001", now, &one);
    stepless = one;
    stepless.step[0] = '\0';
    answer(b, &stepless, RECORD_RATED, 4);
    assert_int_equal(invite(b, "3", "H24.12-261123-0001", now + 3000, &one),
                     INVITATION_MADE);
    assert_int_equal(office_invite(b->made.office, &stepless),
                     INVITATION_ALREADY_RATED);
}

// A screen that shows one and is never heard of again blocks nobody for ever.
static void test_shown_and_never_ended_lasts_a_day(void **state)
{
    struct bench *b = *state;
    struct invitation one, again;
    struct invitation_changes changes;
    int64_t day_ms = 24 * (int64_t)HOUR_MS;
    invite(b, "3", "H24.12-261123-0001", now, &one);
    show(b, &b->device, one.id, now + 1000, &changes);
    assert_int_equal(state_of(b, one.id, now + day_ms), INVITATION_SHOWN);
    assert_int_equal(state_of(b, one.id, now + 1000 + day_ms),
                     INVITATION_EXPIRED);
    assert_int_equal(
        invite(b, "3", "H24.12-261123-0001", now + 1000 + day_ms, &again),
        INVITATION_MADE);
    // Its line comes at last.
    answer(b, &one, RECORD_RATED, 3);
    assert_int_equal(state_of(b, one.id, now + 1000 + day_ms),
                     INVITATION_RATED);
}

static void test_screen_speaks_for_its_own_counter(void **state)
{
    struct bench *b = *state;
    struct ledger_maker other;
    struct invitation one;
    struct invitation_changes changes;
    made_office_enrol(&b->made, "5", now - MINUTE_MS, &other);
    invite(b, "3", "H24.12-261123-0001", now, &one);
    show(b, &other, one.id, now + 1000, &changes);
    assert_string_equal(changes.counter, "");
    assert_int_equal(state_of(b, one.id, now + 1000), INVITATION_WAITING);
    show(b, &b->device, "019ab0a2-0000-7000-8000-00000000abcd", now + 1000,
         &changes);
    assert_string_equal(changes.counter, "");
    maker_free(&other);
}

// A counter that had no network sends what happened there hours later.
static void test_rating_wins_over_what_time_did(void **state)
{
    struct bench *b = *state;
    struct invitation expired, late, open[INVITATIONS_OPEN_MAX];
    invite(b, "3", "H24.12-261123-0001", now, &expired);
    invite(b, "3", "H24.12-261123-0002", now, &late);
    assert_int_equal(open_at(b, now + HOUR_MS, open), 0);
    assert_int_equal(state_of(b, expired.id, now + HOUR_MS),
                     INVITATION_EXPIRED);
    answer(b, &expired, RECORD_RATED, 4);
    assert_int_equal(state_of(b, expired.id, now + HOUR_MS), INVITATION_RATED);
    // It timed out on the counter; the citizen answered on the telephone.
    answer(b, &late, RECORD_TIMEOUT, 0);
    answer(b, &late, RECORD_RATED, 5);
    assert_int_equal(state_of(b, late.id, now + HOUR_MS), INVITATION_RATED);
    // And whichever way round the two lines come.
    answer(b, &expired, RECORD_TIMEOUT, 0);
    assert_int_equal(state_of(b, expired.id, now + HOUR_MS), INVITATION_RATED);
}

struct seen {
    char states[16];
    size_t count;
    size_t most;
};

static bool see(void *ctx, const struct invitation *invitation)
{
    struct seen *seen = ctx;
    seen->states[seen->count++] = invitation_state_name(invitation->state)[0];
    return seen->count < seen->most;
}

static void test_recent_ones_newest_first(void **state)
{
    struct bench *b = *state;
    struct invitation one;
    struct seen seen = {.most = 16}, first = {.most = 1};
    bool withdrawn = false;
    invite(b, "3", "H24.12-261123-0001", now, &one);           // expires
    invite(b, "3", "H24.12-261123-0002", now + HOUR_MS, &one); // withdrawn
    office_withdraw(b->made.office, one.id, "key 1", "nhầm", now + HOUR_MS,
                    &one, &withdrawn);
    assert_true(withdrawn);
    invite(b, "3", "H24.12-261123-0003", now + 2 * HOUR_MS, &one); // declined
    answer(b, &one, RECORD_DECLINED, 0);
    invite(b, "3", "H24.12-261123-0004", now + 2 * HOUR_MS, &one); // waits
    int64_t then = now + 2 * HOUR_MS + 1000;
    assert_int_equal(office_recent_invitations(b->made.office, "H24.12", "3",
                                               now, then, see, &seen),
                     OFFICE_OK);
    assert_int_equal(seen.count, 4);
    assert_memory_equal(seen.states, "wdwe", 4);
    assert_int_equal(office_recent_invitations(b->made.office, "H24.12", "3",
                                               now, then, see, &first),
                     OFFICE_OK);
    assert_int_equal(first.count, 1);
    seen.count = 0;
    assert_int_equal(office_recent_invitations(b->made.office, "H24.12", "3",
                                               then - HOUR_MS, then, see,
                                               &seen),
                     OFFICE_OK);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.states[0], 'w');
    seen.count = 0;
    assert_int_equal(office_recent_invitations(b->made.office, "H24.12", "4",
                                               now, then, see, &seen),
                     OFFICE_OK);
    assert_int_equal(seen.count, 0);
}

static bool take_withdrawal(void *ctx, const struct withdrawal_count *count)
{
    int64_t *sum = ctx;
    assert_string_equal(count->reason, "gọi nhầm số");
    *sum += count->count;
    return true;
}

struct trail {
    const char *id;
    int count;
};

// Newest first: withdrawn, made, and what came before. The dossier's code stands
// in neither.
static bool take_entry(void *ctx, const struct audit_entry *entry)
{
    struct trail *trail = ctx;
    if (trail->count == 2) {
        return false;
    }
    bool made = trail->count++ == 1;
    assert_string_equal(entry->who, "key 1");
    assert_string_equal(entry->action,
                        made ? "invitation-made" : "invitation-withdrawn");
    assert_string_equal(entry->target, trail->id);
    assert_string_equal(entry->detail, made ? "counter 3" : "gọi nhầm số");
    assert_int_equal(entry->at, made ? now : now + 5000);
    return true;
}

static void test_withdrawal_is_counted_and_kept(void **state)
{
    struct bench *b = *state;
    struct invitation one, found;
    bool withdrawn = false;
    int64_t sum = 0;
    int32_t today = date_day_of_wall_ms(now);
    invite(b, "3", "H24.12-261123-0007", now, &one);
    assert_int_equal(office_withdraw(b->made.office, one.id, "key 1",
                                     "gọi nhầm số", now + 5000, &found,
                                     &withdrawn),
                     OFFICE_OK);
    assert_true(withdrawn);
    assert_string_equal(found.counter, "3");
    assert_int_equal(found.state, INVITATION_WITHDRAWN);
    assert_string_equal(found.reason, "gọi nhầm số");
    // Again: it had ended, and nothing is counted twice.
    assert_int_equal(office_withdraw(b->made.office, one.id, "key 1", "khác",
                                     now + 6000, &found, &withdrawn),
                     OFFICE_OK);
    assert_false(withdrawn);
    assert_string_equal(found.reason, "gọi nhầm số");
    assert_int_equal(office_withdraw(b->made.office,
                                     "019ab0a2-0000-7000-8000-00000000abcd",
                                     "key 1", "khác", now, &found, &withdrawn),
                     OFFICE_NONE);
    assert_int_equal(state_of(b, one.id, now), INVITATION_WITHDRAWN);
    assert_int_equal(office_withdrawals(b->made.office, &everything, today,
                                        today, take_withdrawal, &sum),
                     OFFICE_OK);
    assert_int_equal(sum, 1);
    assert_int_equal(office_withdrawals(b->made.office, &everything, today + 1,
                                        today + 9, take_withdrawal, &sum),
                     OFFICE_OK);
    assert_int_equal(sum, 1);
    struct trail trail = {one.id, 0};
    assert_int_equal(office_list_audit(b->made.office, take_entry, &trail),
                     OFFICE_OK);
    assert_int_equal(trail.count, 2);
    // The device had it on its screen already, and the citizen answered. It
    // was withdrawn all the same; the rating counts all the same.
    answer(b, &one, RECORD_RATED, 4);
    assert_int_equal(state_of(b, one.id, now), INVITATION_WITHDRAWN);
    assert_int_equal(made_office_all(b->made.office).levels[3], 1);
    sum = 0;
    office_withdrawals(b->made.office, &everything, today, today,
                       take_withdrawal, &sum);
    assert_int_equal(sum, 1);
    assert_int_equal(invite(b, "3", "H24.12-261123-0007", now + 7000, &found),
                     INVITATION_ALREADY_RATED);
}

// --- Seats ------------------------------------------------------------------

static enum office_result take_seat(struct bench *b, const char *counter,
                                    const char *officer, int64_t at)
{
    const struct seat_wish wish = {.unit = "H24.12",
                                   .counter = counter,
                                   .officer = officer,
                                   .by = "user binh",
                                   .now = at};
    return office_take_seat(b->made.office, &wish);
}

static const char *sits_at(struct bench *b, const char *counter)
{
    static struct seat seat;
    enum office_result result =
        office_find_seat(b->made.office, "H24.12", counter, &seat);
    return result == OFFICE_OK ? seat.officer : "";
}

static void test_one_officer_a_counter_and_one_counter_an_officer(void **state)
{
    struct bench *b = *state;
    const struct seat_wish gone = {.unit = "H24.12",
                                   .counter = "4",
                                   .officer = "cb-07",
                                   .by = "user binh",
                                   .now = now + 3 * HOUR_MS};
    assert_string_equal(sits_at(b, "3"), "");
    assert_int_equal(take_seat(b, "3", "cb-07", now), OFFICE_OK);
    assert_string_equal(sits_at(b, "3"), "cb-07");
    assert_int_equal(take_seat(b, "3", "cb-08", now + HOUR_MS), OFFICE_OK);
    assert_string_equal(sits_at(b, "3"), "cb-08");
    assert_int_equal(take_seat(b, "4", "cb-07", now + HOUR_MS), OFFICE_OK);
    assert_int_equal(take_seat(b, "3", "cb-07", now + 2 * HOUR_MS), OFFICE_OK);
    assert_string_equal(sits_at(b, "3"), "cb-07");
    assert_string_equal(sits_at(b, "4"), "");
    assert_int_equal(office_leave_seat(b->made.office, &gone), OFFICE_NONE);
}

struct sittings {
    struct seat seats[8];
    size_t count;
};

static bool take_sitting(void *ctx, const struct seat *seat)
{
    struct sittings *sittings = ctx;
    sittings->seats[sittings->count++] = *seat;
    return true;
}

static void test_seats_tell_from_when_to_when(void **state)
{
    struct bench *b = *state;
    struct sittings found = {.count = 0};
    const struct seat_wish leaving = {.unit = "H24.12",
                                      .counter = "3",
                                      .officer = "cb-08",
                                      .by = "user chi",
                                      .now = now + 2 * HOUR_MS};
    take_seat(b, "3", "cb-07", now);
    take_seat(b, "3", "cb-07", now + 1000); // sits there already
    take_seat(b, "3", "cb-08", now + HOUR_MS);
    assert_int_equal(office_leave_seat(b->made.office, &leaving), OFFICE_OK);
    assert_string_equal(sits_at(b, "3"), "");
    assert_int_equal(office_list_seats(b->made.office, "H24.12", "3", now,
                                       now + 9 * HOUR_MS, take_sitting, &found),
                     OFFICE_OK);
    assert_int_equal(found.count, 2);
    assert_string_equal(found.seats[0].officer, "cb-07");
    assert_int_equal(found.seats[0].from_at, now);
    assert_int_equal(found.seats[0].to_at, now + HOUR_MS);
    assert_string_equal(found.seats[0].by, "user binh");
    assert_string_equal(found.seats[1].officer, "cb-08");
    assert_int_equal(found.seats[1].to_at, now + 2 * HOUR_MS);
    found.count = 0;
    office_list_seats(b->made.office, "H24.12", "3", now + HOUR_MS,
                      now + 9 * HOUR_MS, take_sitting, &found);
    assert_int_equal(found.count, 1);
}

static void test_invitation_is_of_who_sits_there(void **state)
{
    struct bench *b = *state;
    struct invitation one, found;
    take_seat(b, "3", "cb-07", now);
    invite(b, "3", "H24.12-261123-0001", now, &one);
    office_find_invitation(b->made.office, one.id, now, &found);
    assert_string_equal(found.officer, "cb-07");
    // Whoever is named stays.
    struct invitation named = one;
    snprintf(named.officer, sizeof named.officer, "cb-09");
    named.transaction[0] = '\0';
    assert_int_equal(office_invite(b->made.office, &named), INVITATION_MADE);
    office_find_invitation(b->made.office, named.id, now, &found);
    assert_string_equal(found.officer, "cb-09");
}

static void test_unknown_invitation_disturbs_no_line(void **state)
{
    struct bench *b = *state;
    struct invitation made_up = {.id = "019ab0a2-0000-7000-8000-00000000abcd"};
    answer(b, &made_up, RECORD_RATED, 5);
    assert_int_equal(made_office_all(b->made.office).levels[4], 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_queue_is_in_order_and_bounded),
        TEST(test_counter_must_have_a_device),
        TEST(test_transaction_is_invited_once),
        TEST(test_line_ends_the_invitation),
        TEST(test_visit_that_is_a_test_ends_it_and_counts_nothing),
        TEST(test_each_step_has_its_own_rating),
        TEST(test_shown_and_never_ended_lasts_a_day),
        TEST(test_screen_speaks_for_its_own_counter),
        TEST(test_rating_wins_over_what_time_did),
        TEST(test_recent_ones_newest_first),
        TEST(test_withdrawal_is_counted_and_kept),
        TEST(test_one_officer_a_counter_and_one_counter_an_officer),
        TEST(test_seats_tell_from_when_to_when),
        TEST(test_invitation_is_of_who_sits_there),
        TEST(test_unknown_invitation_disturbs_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

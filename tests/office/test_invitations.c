// Invitations: who may make one, their order, their end, and what a line of the
// ledger makes of them.
#include "common/date.h"
#include "office/invitations.h"
#include "office/devices.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>

enum { MINUTE_MS = 60 * 1000 };
// 2026-11-23 09:00 in Vietnam.
static const int64_t now = 1795399200000;

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
    invite(b, "3", "H24.12-261123-0001", now, &rated);
    invite(b, "3", "H24.12-261123-0002", now, &declined);
    invite(b, "3", "H24.12-261123-0003", now, &gone);
    assert_int_equal(
        office_show_invitation(b->made.office, rated.id, now + 1000),
        OFFICE_OK);
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

static bool take_withdrawal(void *ctx, const struct withdrawal_count *count)
{
    int64_t *sum = ctx;
    assert_string_equal(count->reason, "gọi nhầm số");
    *sum += count->count;
    return true;
}

static bool take_entry(void *ctx, const struct audit_entry *entry)
{
    const struct invitation *invitation = ctx;
    assert_string_equal(entry->who, "key 1");
    assert_string_equal(entry->action, "invitation-withdrawn");
    assert_string_equal(entry->target, invitation->id);
    assert_string_equal(entry->detail, "gọi nhầm số");
    assert_int_equal(entry->at, now + 5000);
    return true;
}

static void test_withdrawal_is_counted_and_kept(void **state)
{
    struct bench *b = *state;
    struct invitation one;
    int64_t sum = 0;
    int32_t today = date_day_of_wall_ms(now);
    invite(b, "3", "H24.12-261123-0007", now, &one);
    assert_int_equal(office_withdraw(b->made.office, one.id, "key 1",
                                     "gọi nhầm số", now + 5000),
                     OFFICE_OK);
    assert_int_equal(office_withdraw(b->made.office, one.id, "key 1",
                                     "gọi nhầm số", now + 6000),
                     OFFICE_NONE);
    assert_int_equal(state_of(b, one.id, now), INVITATION_WITHDRAWN);
    assert_int_equal(
        office_withdrawals(b->made.office, today, today, take_withdrawal, &sum),
        OFFICE_OK);
    assert_int_equal(sum, 1);
    assert_int_equal(office_withdrawals(b->made.office, today + 1, today + 9,
                                        take_withdrawal, &sum),
                     OFFICE_OK);
    assert_int_equal(sum, 1);
    assert_int_equal(office_list_audit(b->made.office, take_entry, &one),
                     OFFICE_OK);
    // The device had it on its screen already, and the citizen answered: the
    // ledger's line is what happened.
    answer(b, &one, RECORD_RATED, 4);
    assert_int_equal(state_of(b, one.id, now), INVITATION_RATED);
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
        TEST(test_withdrawal_is_counted_and_kept),
        TEST(test_unknown_invitation_disturbs_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

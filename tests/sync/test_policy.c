// When the courier sends and what an answer means, in numbers worked out by
// hand.
#include "support/check.h"
#include "sync/policy.h"

enum { SECOND = 1000 };

static void test_outcome_of_each_status(void **state)
{
    static const struct {
        int status;
        enum sync_outcome outcome;
    } rows[] = {
        {200, SYNC_DONE},      {201, SYNC_DONE},     {204, SYNC_DONE},
        {100, SYNC_RETRY},     {301, SYNC_RETRY},    {302, SYNC_RETRY},
        {304, SYNC_RETRY},     {307, SYNC_RETRY},    {400, SYNC_REJECTED},
        {401, SYNC_OPERATOR},  {403, SYNC_OPERATOR}, {404, SYNC_REJECTED},
        {408, SYNC_RETRY},     {409, SYNC_REJECTED}, {411, SYNC_REJECTED},
        {413, SYNC_TOO_LARGE}, {415, SYNC_REJECTED}, {422, SYNC_REJECTED},
        {429, SYNC_RETRY},     {500, SYNC_RETRY},    {502, SYNC_RETRY},
        {503, SYNC_RETRY},     {504, SYNC_RETRY},    {511, SYNC_RETRY},
        {599, SYNC_RETRY}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum sync_outcome outcome =
            policy_outcome(TRANSPORT_ANSWERED, rows[i].status);
        if (outcome != rows[i].outcome)
            fail_msg("%d is %s", rows[i].status, sync_outcome_name(outcome));
    }
}

// Without a whole answer its status says nothing, even a good one.
static void test_outcome_without_an_answer(void **state)
{
    (void)state;
    assert_int_equal(policy_outcome(TRANSPORT_FAILED, 0), SYNC_RETRY);
    assert_int_equal(policy_outcome(TRANSPORT_FAILED, 200), SYNC_RETRY);
    assert_int_equal(policy_outcome(TRANSPORT_REFUSED, 200), SYNC_RETRY);
    assert_int_equal(policy_outcome(TRANSPORT_TLS, 0), SYNC_OPERATOR);
    assert_int_equal(policy_outcome(TRANSPORT_ABORTED, 0), SYNC_STOPPED);
}

// 2 s, doubled by each failure, 900 s at most: 2·2^8 = 512, 2·2^9 = 1,024.
static void test_ceiling_of_the_wait(void **state)
{
    static const struct {
        int64_t failures, ceiling_s;
    } rows[] = {{1, 2},    {2, 4},    {3, 8},      {4, 16},         {5, 32},
                {6, 64},   {7, 128},  {8, 256},    {9, 512},        {10, 900},
                {11, 900}, {64, 900}, {1000, 900}, {INT64_MAX, 900}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t ceiling = rows[i].ceiling_s * SECOND, most = 0;
        uint64_t random = 0x9e3779b97f4a7c15;
        int below_half = 0;
        for (int n = 0; n < 4000; n++) {
            random = random * 6364136223846793005 + 1442695040888963407;
            int64_t delay = policy_delay_ms(rows[i].failures, -1, random >> 11);
            assert_in_range(delay, 0, ceiling);
            below_half += delay < ceiling / 2;
            if (delay > most)
                most = delay;
        }
        // Spread over the whole of it: 4,000 even draws miss the last tenth
        // with a chance of 10^-183, and their half lies near the middle.
        assert_true(most > ceiling / 10 * 9);
        assert_in_range(below_half, 1800, 2200);
        assert_in_range(policy_delay_ms(rows[i].failures, -1, UINT64_MAX), 0,
                        ceiling);
        assert_int_equal(policy_delay_ms(rows[i].failures, -1, 0), 0);
    }
}

// What the server asks for comes before the jitter, so that those whom it
// turned away together do not come back together.
static void test_retry_after_is_honoured_and_held(void **state)
{
    static const struct {
        int asked_s;
        int64_t least_s;
    } rows[] = {{-1, 0},      {0, 1},       {1, 1},        {30, 30},
                {3600, 3600}, {3601, 3600}, {86400, 3600}, {INT32_MAX, 3600}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t least = rows[i].least_s * SECOND;
        assert_int_equal(policy_delay_ms(1, rows[i].asked_s, 0), least);
        assert_int_equal(policy_delay_ms(1, rows[i].asked_s, 1234),
                         least + 1234);
        assert_in_range(policy_delay_ms(20, rows[i].asked_s, UINT64_MAX), least,
                        least + 900 * SECOND);
    }
}

static void test_first_contact_within_the_window(void **state)
{
    (void)state;
    assert_int_equal(policy_first_ms(0, 12345), 0);
    assert_int_equal(policy_first_ms(-5, 12345), 0);
    assert_int_equal(policy_first_ms(5, 0), 0);
    assert_int_equal(policy_first_ms(5, 3210), 3210);
    for (uint64_t i = 0; i < 1000; i++)
        assert_in_range(policy_first_ms(5, UINT64_MAX - i * i), 0, 5 * SECOND);
}

// At 100 s of the steady clock; a heartbeat a minute; nothing waits.
static struct policy_state at_rest(void)
{
    return (struct policy_state){.now_ms = 100 * SECOND,
                                 .not_before_ms = 0,
                                 .pending = false,
                                 .new_line_ms = 0,
                                 .last_sent_ms = 100 * SECOND,
                                 .heartbeat_ms = 60 * SECOND};
}

static void test_wait_for_the_heartbeat(void **state)
{
    struct policy_state s = at_rest();
    (void)state;
    assert_int_equal(policy_wait_ms(&s), 60 * SECOND);
    s.last_sent_ms = 70 * SECOND; // due at 130
    assert_int_equal(policy_wait_ms(&s), 30 * SECOND);
    s.last_sent_ms = 40 * SECOND; // due now
    assert_int_equal(policy_wait_ms(&s), 0);
    s.last_sent_ms = 10 * SECOND;
    assert_int_equal(policy_wait_ms(&s), 0);
    s.last_sent_ms = INT64_MIN; // never yet
    assert_int_equal(policy_wait_ms(&s), 0);
}

// The first contact is put off by not_before_ms, even when nothing was ever
// sent.
static void test_wait_for_the_first_contact(void **state)
{
    struct policy_state s = at_rest();
    (void)state;
    s.last_sent_ms = INT64_MIN;
    s.not_before_ms = 103 * SECOND;
    assert_int_equal(policy_wait_ms(&s), 3 * SECOND);
    s.pending = true;
    s.new_line_ms = 100 * SECOND;
    assert_int_equal(policy_wait_ms(&s), 3 * SECOND);
}

static void test_wait_after_a_new_line(void **state)
{
    struct policy_state s = at_rest();
    (void)state;
    s.pending = true;
    s.new_line_ms = 100 * SECOND;
    assert_int_equal(policy_wait_ms(&s), 1 * SECOND);
    s.new_line_ms = 99400;
    assert_int_equal(policy_wait_ms(&s), 400);
    s.new_line_ms = 20 * SECOND; // a backlog
    assert_int_equal(policy_wait_ms(&s), 0);
    // A heartbeat that is due sooner takes the line with it.
    s.new_line_ms = 100 * SECOND;
    s.last_sent_ms = 40500;
    assert_int_equal(policy_wait_ms(&s), 500);
}

static void test_wait_after_a_failure(void **state)
{
    struct policy_state s = at_rest();
    (void)state;
    s.pending = true;
    s.new_line_ms = 20 * SECOND;
    s.not_before_ms = 107 * SECOND;
    assert_int_equal(policy_wait_ms(&s), 7 * SECOND);
    // A new rating does not break into the wait.
    s.new_line_ms = 100 * SECOND;
    assert_int_equal(policy_wait_ms(&s), 7 * SECOND);
    // Nor does a heartbeat.
    s.pending = false;
    s.last_sent_ms = 0;
    assert_int_equal(policy_wait_ms(&s), 7 * SECOND);
    s.now_ms = 107 * SECOND;
    assert_int_equal(policy_wait_ms(&s), 0);
}

static void test_lines_of_the_next_batch(void **state)
{
    (void)state;
    // 500, 250, 125, 62, 31, 15, 7, 3, 1, 1
    static const size_t down[] = {250, 125, 62, 31, 15, 7, 3, 1, 1};
    size_t most = 500;
    for (size_t i = 0; i < sizeof down / sizeof *down; i++) {
        most = policy_lines(most, most, 500, SYNC_RETRY, true);
        assert_int_equal(most, down[i]);
    }
    static const size_t up[] = {2, 4, 8, 16, 32, 64, 128, 256, 500, 500};
    for (size_t i = 0; i < sizeof up / sizeof *up; i++) {
        most = policy_lines(most, most, 500, SYNC_DONE, false);
        assert_int_equal(most, up[i]);
    }
    // Half of what was too much, not of what was allowed.
    assert_int_equal(policy_lines(500, 40, 500, SYNC_TOO_LARGE, false), 20);
    assert_int_equal(policy_lines(8, 8, 500, SYNC_RETRY, false), 8);
    assert_int_equal(policy_lines(8, 8, 500, SYNC_GAP, false), 8);
    // A heartbeat has no lines to halve, and proves no room for more.
    assert_int_equal(policy_lines(8, 0, 500, SYNC_RETRY, true), 8);
    assert_int_equal(policy_lines(8, 0, 500, SYNC_DONE, false), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcome_of_each_status),
        cmocka_unit_test(test_outcome_without_an_answer),
        cmocka_unit_test(test_ceiling_of_the_wait),
        cmocka_unit_test(test_retry_after_is_honoured_and_held),
        cmocka_unit_test(test_first_contact_within_the_window),
        cmocka_unit_test(test_wait_for_the_heartbeat),
        cmocka_unit_test(test_wait_for_the_first_contact),
        cmocka_unit_test(test_wait_after_a_new_line),
        cmocka_unit_test(test_wait_after_a_failure),
        cmocka_unit_test(test_lines_of_the_next_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

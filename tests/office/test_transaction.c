// One completed transaction: what is taken over, what is refused and why.
#include "common/clock.h"
#include "office/transaction.h"
#include "support/check.h"
#include <stdio.h>

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static bool read(const char *text, struct transaction *out, char *reason)
{
    char message[JSON_MESSAGE_SIZE];
    json_t *object = json_read(text, strlen(text), message);
    if (!object) {
        fail_msg("%s: %s", text, message);
    }
    bool done =
        transaction_read(object, at("2026-11-23T12:00:00+07:00"), out, reason);
    json_decref(object);
    return done;
}

static void test_transaction_whole(void **state)
{
    (void)state;
    struct transaction t, back;
    char reason[JSON_MESSAGE_SIZE], message[JSON_MESSAGE_SIZE];
    assert_true(read(
        "{\"transaction\":\" h24.12-261123-0007 \",\"step\":\"tra-ket-qua\","
        "\"counter\":\"3\",\"procedure\":\"2.000815\",\"field\":\"chung-thuc\","
        "\"officer\":\"cb-07\",\"queued_at\":\"2026-11-23T09:01:00+07:00\","
        "\"called_at\":\"2026-11-23T09:10:30+07:00\","
        "\"done_at\":\"2026-11-23T02:15:00Z\",\"due_at\":\"2026-11-24\","
        "\"result\":\"da-cap\",\"citizen\":\"Nguyễn Văn A\","
        "\"phone\":{\"no\":[1]}}",
        &t, reason));
    assert_string_equal(t.code, "H24.12-261123-0007");
    assert_string_equal(t.texts[TRANSACTION_STEP], "tra-ket-qua");
    assert_string_equal(t.texts[TRANSACTION_COUNTER], "3");
    assert_string_equal(t.texts[TRANSACTION_PROCEDURE], "2.000815");
    assert_string_equal(t.texts[TRANSACTION_FIELD], "chung-thuc");
    assert_string_equal(t.texts[TRANSACTION_OFFICER], "cb-07");
    assert_string_equal(t.texts[TRANSACTION_RESULT], "da-cap");
    assert_int_equal(t.called_at - t.queued_at, 570 * 1000);
    assert_int_equal(t.done_at - t.queued_at, 14 * 60 * 1000);
    assert_int_equal(t.due_at, at("2026-11-24T23:59:59.999+07:00"));
    assert_int_equal(t.timeliness, TIMELINESS_BEFORE);

    // What goes to a server is what it reads there.
    json_t *object = transaction_object(&t);
    struct buf bytes = {0};
    assert_true(json_write(object, &bytes));
    assert_null(strstr(buf_text(&bytes), "Nguy"));
    json_decref(object);
    object = json_read(bytes.data, bytes.size, message);
    assert_true(transaction_read(object, t.done_at, &back, reason));
    assert_memory_equal(&t, &back, sizeof t);
    json_decref(object);
    buf_free(&bytes);
}

static void test_transaction_least(void **state)
{
    (void)state;
    struct transaction t;
    char reason[JSON_MESSAGE_SIZE];
    assert_true(read("{\"transaction\":\"7\",\"counter\":null,\"step\":\"\","
                     "\"done_at\":\"2026-11-23T09:15:00+07:00\"}",
                     &t, reason));
    assert_int_equal(t.queued_at, 0);
    assert_int_equal(t.timeliness, TIMELINESS_UNTOLD);
    assert_string_equal(t.texts[TRANSACTION_COUNTER], "");
}

// Done on an earlier day, on the day and in time, and after it.
static void test_transaction_timeliness(void **state)
{
    static const struct {
        const char *due, *more;
        enum timeliness expected;
    } cases[] = {
        {"2026-11-24T00:00:00+07:00", "", TIMELINESS_BEFORE},
        {"2026-11-23T23:00:00+07:00", "", TIMELINESS_ON},
        {"2026-11-23T09:15:00+07:00", "", TIMELINESS_ON},
        {"2026-11-23", "", TIMELINESS_ON},
        {"2026-11-23T09:14:59+07:00", "", TIMELINESS_LATE},
        {"2026-11-22", "", TIMELINESS_LATE},
        // What is told outright stands.
        {"2026-11-22", ",\"timeliness\":\"on\"", TIMELINESS_ON},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct transaction t;
        char reason[JSON_MESSAGE_SIZE] = "", text[256];
        snprintf(text, sizeof text,
                 "{\"transaction\":\"T-1\",\"done_at\":"
                 "\"2026-11-23T09:15:00+07:00\",\"due_at\":\"%s\"%s}",
                 cases[i].due, cases[i].more);
        assert_true(read(text, &t, reason));
        assert_int_equal(t.timeliness, cases[i].expected);
    }
}

static void test_transaction_refused(void **state)
{
#define DONE "\"done_at\":\"2026-11-23T09:15:00+07:00\""
#define CODE "\"transaction\":\"T-1\","
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"{" DONE "}", "transaction: is missing"},
        {"{\"transaction\":\"  \"," DONE "}", "transaction: is no code"},
        {"{\"transaction\":\"a\\u0001\"," DONE "}", "transaction: is no code"},
        {"{\"transaction\":7," DONE "}", "transaction: is no text"},
        {"{\"transaction\":\"T-1\"}", "done_at: is missing"},
        {"{" CODE "\"done_at\":\"\"}", "done_at: is missing"},
        {"{" CODE "\"done_at\":\"23/11/2026\"}", "done_at: is no time"},
        {"{" CODE "\"done_at\":\"2026-11-31T09:00:00+07:00\"}",
         "done_at: is no time"},
        {"{" CODE "\"done_at\":\"1926-11-23T09:00:00+07:00\"}",
         "done_at: is not of this century"},
        {"{" CODE "\"done_at\":\"2026-11-24T12:00:01+07:00\"}",
         "done_at: is more than a day ahead"},
        {"{" CODE DONE ",\"called_at\":\"2026-11-23T09:15:01+07:00\"}",
         "called_at: is after done_at"},
        {"{" CODE DONE ",\"queued_at\":\"2026-11-23T09:15:01+07:00\"}",
         "queued_at: is after done_at"},
        {"{" CODE DONE ",\"queued_at\":\"2026-11-23T09:10:01+07:00\","
         "\"called_at\":\"2026-11-23T09:10:00+07:00\"}",
         "queued_at: is after called_at"},
        {"{" CODE DONE ",\"queued_at\":\"2026-11-22T09:14:59+07:00\"}",
         "queued_at: is more than a day before done_at"},
        {"{" CODE DONE ",\"due_at\":\"2026-02-30\"}", "due_at: is no time"},
        {"{" CODE DONE ",\"timeliness\":\"Trước hạn\"}",
         "timeliness: must be before, on or late"},
        {"{" CODE DONE ",\"step\":[\"a\"]}", "step: is no text"},
        {"{" CODE DONE ",\"counter\":\"a\\nb\"}",
         "counter: holds control characters"},
        {"{" CODE DONE ",\"field\":\"0123456789012345678901234567890123456789"
         "012345678901234567890123\"}",
         "field: is longer than 63 bytes"},
        {"[1]", "is no object"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct transaction t;
        char reason[JSON_MESSAGE_SIZE] = "taken";
        assert_false(read(cases[i].text, &t, reason));
        assert_holds(reason, cases[i].reason);
    }
}

// Exactly a day ahead, and exactly a day of waiting, are still taken.
static void test_transaction_edges(void **state)
{
    (void)state;
    struct transaction t;
    char reason[JSON_MESSAGE_SIZE];
    assert_true(read("{" CODE "\"done_at\":\"2026-11-24T12:00:00+07:00\","
                     "\"queued_at\":\"2026-11-23T12:00:00+07:00\"}",
                     &t, reason));
    // NFC: e and its two marks become one letter.
    assert_true(read("{" CODE DONE ",\"result\":\"Ti\\u0065\\u0302\\u0301p\"}",
                     &t, reason));
    assert_string_equal(t.texts[TRANSACTION_RESULT], "Tiếp");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transaction_whole),
        cmocka_unit_test(test_transaction_least),
        cmocka_unit_test(test_transaction_timeliness),
        cmocka_unit_test(test_transaction_refused),
        cmocka_unit_test(test_transaction_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

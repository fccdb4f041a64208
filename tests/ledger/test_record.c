#include "hand_lines.h"
#include "ledger/record.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char line_1[] = HAND_LINE_1;
static const char line_2[] = HAND_LINE_2;

// The record that the hand-written visit is the line of.
static void fill_visit(struct record *out)
{
    record_init(out, RECORD_VISIT);
    strcpy(out->device, HAND_DEVICE);
    out->gen = 1;
    out->seq = 2;
    strcpy(out->prev, HAND_HASH_1);
    strcpy(out->id, HAND_ID_2);
    out->opened_at = 1795400102120;
    out->answered_at = 1795400103360;
    out->closed_at = 1795400109004;
    out->clock = RECORD_CLOCK_SYNCED;
    strcpy(out->boot, HAND_BOOT);
    out->up_ms = 8150254;
    strcpy(out->survey, "quay");
    out->survey_version = 3;
    strcpy(out->lang, "vi");
    out->mode = RECORD_TRANSACTION;
    out->order = RECORD_BEST_FIRST;
    out->aid_count = 1;
    strcpy(out->aids[0], "large");
    out->outcome = RECORD_RATED;
    out->level = 5;
    out->reason_count = 2;
    strcpy(out->reasons[0], "reason.high.1");
    strcpy(out->reasons[1], "reason.high.3");
    out->answer_count = 2;
    out->answers[0] = (struct record_answer){"15", 4};
    out->answers[1] = (struct record_answer){"16", 0};
    strcpy(out->unit, "H24.12");
    strcpy(out->counter, "3");
    strcpy(out->field, "chung-thuc");
    strcpy(out->procedure, "2.000815");
    strcpy(out->step, "tra-ket-qua");
    strcpy(out->officer, "cb-07");
    strcpy(out->transaction, "Hồ sơ \"H24.12-261123-0007\"");
    strcpy(out->invitation, "5b0e8c1a-7f42-4c8b-a1d3-9e6f70812345");
    out->has_touch = true;
    out->touch_x = 0.31;
    out->touch_y = 0.55;
    out->touch_after_ms = 1240;
}

static void fill_event(struct record *out)
{
    record_init(out, RECORD_EVENT);
    strcpy(out->device, HAND_DEVICE);
    out->gen = 1;
    out->seq = 1;
    strcpy(out->prev, DIGEST_NONE_HEX);
    strcpy(out->id, HAND_ID_1);
    out->opened_at = 1795392000000;
    out->clock = RECORD_CLOCK_SYNCED;
    strcpy(out->boot, HAND_BOOT);
    out->up_ms = 41250;
    strcpy(out->event, "start");
    strcpy(out->detail, "{\"version\": \"0.1.0\"}");
}

static void must_write(const struct record *record, const char *expected)
{
    struct buf line = {0};
    assert_true(record_write(record, &line));
    assert_string_equal(line.data, expected);
    buf_free(&line);
}

static void must_not_write(const struct record *record)
{
    struct buf line = {0};
    buf_append_text(&line, "before");
    assert_false(record_write(record, &line));
    assert_string_equal(buf_text(&line), "before");
    buf_free(&line);
}

static void must_read(const char *line, struct record *out)
{
    char reason[JSON_MESSAGE_SIZE] = "";
    if (!record_read(line, strlen(line), out, reason))
        fail_msg("%s: %s", line, reason);
}

// --- Writing ----------------------------------------------------------------

static void test_write_hand_lines(void **state)
{
    (void)state;
    struct record record;
    fill_event(&record);
    must_write(&record, line_1);
    fill_visit(&record);
    must_write(&record, line_2);
}

static void test_write_hash(void **state)
{
    (void)state;
    char hash[DIGEST_HEX_SIZE];
    digest_hex_of(line_1, strlen(line_1), hash);
    assert_string_equal(hash, HAND_HASH_1);
    digest_hex_of(line_2, strlen(line_2), hash);
    assert_string_equal(hash, HAND_HASH_2);
}

// "Hồ sơ" typed as base letters and marks is stored as the composed letters.
static void test_write_composes(void **state)
{
    (void)state;
    struct record record;
    fill_visit(&record);
    strcpy(record.transaction, "Ho\xcc\x82\xcc\x80 so\xcc\x9b "
                               "\"H24.12-261123-0007\"");
    must_write(&record, line_2);
}

// What was never answered stands as null, whatever the record still holds.
static void test_write_empty_is_null(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "\"answered_at\":null", "\"outcome\":\"timeout\",\"level\":null",
        "\"aids\":[]",          "\"reasons\":[]",
        "\"answers\":[]",       "\"comment_hash\":null,\"unit\":null",
        "\"field\":null",       "\"invitation\":null,\"touch\":null}"};
    struct record record;
    struct buf line = {0};
    fill_visit(&record);
    record.answered_at = 0;
    record.outcome = RECORD_TIMEOUT;
    record.level = 0;
    record.aid_count = record.reason_count = record.answer_count = 0;
    record.unit[0] = record.field[0] = record.invitation[0] = '\0';
    record.has_touch = false;
    assert_true(record_write(&record, &line));
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        assert_non_null(strstr(line.data, pieces[i]));
    buf_free(&line);
}

static void test_write_two_decimals(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0, "\"x\":0.00,"},
                 {1, "\"x\":1.00,"},
                 {0.0749, "\"x\":0.07,"},
                 {0.999, "\"x\":1.00,"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record record;
        struct buf line = {0};
        fill_visit(&record);
        record.touch_x = cases[i].value;
        assert_true(record_write(&record, &line));
        assert_non_null(strstr(line.data, cases[i].text));
        buf_free(&line);
    }
}

static void test_write_refuses(void **state)
{
    (void)state;
    struct record record;
    fill_visit(&record);
    record.level = 0;
    must_not_write(&record);
    fill_visit(&record);
    record.outcome = RECORD_DECLINED; // with a level
    must_not_write(&record);
    fill_visit(&record);
    strcpy(record.officer, "one\ntwo");
    must_not_write(&record);
    fill_visit(&record);
    strcpy(record.officer, "\xc3("); // no UTF-8
    must_not_write(&record);
    fill_visit(&record);
    strcpy(record.officer, "\xc2\x85"); // U+0085, a control character
    must_not_write(&record);
    fill_visit(&record);
    record.touch_x = 1.5;
    must_not_write(&record);
    fill_visit(&record);
    record.id[0] = 'X';
    must_not_write(&record);
    fill_event(&record);
    strcpy(record.detail, "{\"text\":\"one\\ntwo\"}");
    must_not_write(&record);
    fill_event(&record);
    strcpy(record.detail, "{\"version\":");
    must_not_write(&record);
    fill_event(&record);
    strcpy(record.detail, "[1]");
    must_not_write(&record);
}

// Every field at its largest stays a line, or is refused as a whole.
static void test_write_bounds(void **state)
{
    (void)state;
    struct record record;
    fill_visit(&record);
    record.answer_count = RECORD_ANSWERS_MAX;
    for (size_t i = 0; i < RECORD_ANSWERS_MAX; i++)
        record.answers[i] = (struct record_answer){"123456789012345", 5};
    record.reason_count = RECORD_REASONS_MAX;
    for (size_t i = 0; i < RECORD_REASONS_MAX; i++)
        memset(record.reasons[i], '"', RECORD_REASON_SIZE - 1);
    struct buf line = {0};
    struct record back;
    assert_true(record_write(&record, &line));
    assert_true(line.size <= RECORD_LINE_MAX);
    must_read(line.data, &back);
    assert_int_equal(back.answer_count, RECORD_ANSWERS_MAX);
    assert_string_equal(back.reasons[15], record.reasons[15]);
    buf_free(&line);
}

// --- Reading ----------------------------------------------------------------

static void test_read_visit(void **state)
{
    (void)state;
    struct record r, expected;
    fill_visit(&expected);
    must_read(line_2, &r);
    assert_string_equal(r.device, expected.device);
    assert_int_equal(r.gen, 1);
    assert_int_equal(r.seq, 2);
    assert_string_equal(r.prev, HAND_HASH_1);
    assert_string_equal(r.id, HAND_ID_2);
    assert_int_equal(r.kind, RECORD_VISIT);
    assert_false(r.test);
    assert_int_equal(r.opened_at, 1795400102120);
    assert_int_equal(r.answered_at, 1795400103360);
    assert_int_equal(r.closed_at, 1795400109004);
    assert_int_equal(r.clock, RECORD_CLOCK_SYNCED);
    assert_int_equal(r.up_ms, 8150254);
    assert_int_equal(r.mode, RECORD_TRANSACTION);
    assert_int_equal(r.level, 5);
    assert_int_equal(r.reason_count, 2);
    assert_string_equal(r.reasons[1], "reason.high.3");
    assert_int_equal(r.answer_count, 2);
    assert_string_equal(r.answers[1].question, "16");
    assert_int_equal(r.answers[1].level, 0);
    assert_string_equal(r.transaction, "Hồ sơ \"H24.12-261123-0007\"");
    assert_true(r.has_touch);
    assert_true(r.touch_x > 0.309 && r.touch_x < 0.311);
    assert_int_equal(r.touch_after_ms, 1240);
}

static void test_read_event(void **state)
{
    (void)state;
    struct record r;
    must_read(line_1, &r);
    assert_int_equal(r.kind, RECORD_EVENT);
    assert_int_equal(r.opened_at, 1795392000000);
    assert_string_equal(r.event, "start");
    assert_string_equal(r.detail, "{\"version\":\"0.1.0\"}");
}

// One change to a good line, the key that the reason must begin with.
struct change {
    const char *from, *to, *key;
};

static char *change_line(const char *line, const char *from, const char *to)
{
    const char *at = strstr(line, from);
    assert_non_null(at);
    char *changed = malloc(strlen(line) + strlen(to) + 1);
    assert_non_null(changed);
    size_t before = (size_t)(at - line);
    memcpy(changed, line, before);
    strcpy(changed + before, to);
    strcat(changed, at + strlen(from));
    return changed;
}

static void test_read_refuses(void **state)
{
    (void)state;
    static const struct change changes[] = {
        {"\"v\":1", "\"v\":2", "v:"},
        {"\"v\":1", "\"v\":\"1\"", "v:"},
        {"\"v\":1,", "", "v:"},
        {"\"gen\":1", "\"gen\":0", "gen:"},
        {"\"gen\":1", "\"gen\":1.5", "gen:"},
        {"\"seq\":2", "\"seq\":-2", "seq:"},
        {"\"prev\":\"7", "\"prev\":\"A", "prev:"},
        {"\"prev\":\"7", "\"prev\":\"", "prev:"},
        {HAND_DEVICE, "device-3", "device:"},
        {HAND_ID_2, "019AAE6D-ED58-7C04-B1A9-0E5D3C2B1A09", "id:"},
        {"\"kind\":\"visit\"", "\"kind\":\"visits\"", "kind:"},
        {"\"test\":false", "\"test\":0", "test:"},
        {"2026-11-23T09:15:02", "2026-02-30T09:15:02", "opened_at:"},
        {"\"opened_at\":\"2026-11-23T09:15:02.120+07:00\"",
         "\"opened_at\":null", "opened_at:"},
        {"\"closed_at\":\"2026", "\"closed_at\":\"26", "closed_at:"},
        {"\"clock\":\"synced\"", "\"clock\":\"good\"", "clock:"},
        {HAND_BOOT, "", "boot:"},
        {"\"up_ms\":8150254", "\"up_ms\":-1", "up_ms:"},
        {"\"survey\":\"quay\"", "\"survey\":null", "survey:"},
        {"\"survey\":\"quay\"", "\"survey\":7", "survey:"},
        {"\"mode\":\"transaction\"", "\"mode\":\"web\"", "mode:"},
        {"\"order\":\"best-first\"", "\"order\":null", "order:"},
        {"\"aids\":[\"large\"]", "\"aids\":\"large\"", "aids:"},
        {"\"outcome\":\"rated\"", "\"outcome\":\"done\"", "outcome:"},
        // A level exactly when rated.
        {"\"level\":5,\"reasons\"", "\"level\":null,\"reasons\"", "level:"},
        {"\"outcome\":\"rated\"", "\"outcome\":\"timeout\"", "level:"},
        {"\"level\":5,\"reasons\"", "\"level\":6,\"reasons\"", "level:"},
        {"\"level\":5,\"reasons\"", "\"level\":0,\"reasons\"", "level:"},
        {"\"level\":5,\"reasons\"", "\"level\":5.0,\"reasons\"", "level:"},
        {"[\"reason.high.1\"", "[17", "reasons:"},
        {"\"answers\":[", "\"answers\":[3,", "answers:"},
        {"\"q\":\"15\"", "\"q\":\"\"", "answers: an answer names no question"},
        {"\"comment_hash\":null", "\"comment_hash\":\"ab\"", "comment_hash:"},
        {"\"invitation\":\"5b", "\"invitation\":\"5", "invitation:"},
        {"\"x\":0.31", "\"x\":1.31", "touch:"},
        {"\"x\":0.31,", "", "touch:"},
        // Texts: not composed, or with something that hides.
        {"Hồ sơ", "Ho\xcc\x82\xcc\x80 so\xcc\x9b", "transaction: is not NFC"},
        {"Hồ sơ", "Ho\\u0302", "transaction: is not NFC, behind an escape"},
        {"reason.high.3", "o\xcc\x82", "reasons: is not NFC"},
        {"cb-07", "cb\\n07", "officer: holds a control"},
        {"cb-07", "cb\xc2\x85", "officer: holds a control"},
        {"cb-07", "cb\x7f", "officer: holds a control"},
        {"cb-07", "cb\\/07", "line: holds a control character or an escape"},
        {"\"v\":1,", "\"v\":1,\n", "line: holds a control"},
        {"cb-07", "cb\n07", "line 1, column"},
        {"cb-07", "cb\xff", "line: is not UTF-8"},
        {"cb-07", "cb\xed\xa0\x80", "line: is not UTF-8"},
        // The object as a whole.
        {"{\"v\"", "{\"seq\":2,\"v\"", "line 1, column"},
        {"{\"v\"", "[{\"v\"", "line 1, column"},
        {"1240}}", "1240}}}", "line 1, column"},
        {"1240}}", "1240}", "line 1, column"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const struct change *change = &changes[i];
        struct record record;
        char reason[JSON_MESSAGE_SIZE] = "";
        char *line = change_line(line_2, change->from, change->to);
        if (record_read(line, strlen(line), &record, reason) ||
            strncmp(reason, change->key, strlen(change->key)) != 0)
            fail_msg("%s -> %s: \"%s\", not \"%s\"", change->from, change->to,
                     reason, change->key);
        free(line);
    }
}

static void test_read_refuses_other_bytes(void **state)
{
    (void)state;
    static const char *const lines[] = {"",   "null",  "17",       "[]",
                                        "{}", "\"v\"", "{\"v\":1}"};
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(record_read(lines[i], strlen(lines[i]), &record, reason));
    // A NUL byte after a good line, and a line that is too long.
    assert_false(record_read(line_2, sizeof line_2, &record, reason));
    char *long_line = malloc(RECORD_LINE_MAX + 2);
    assert_non_null(long_line);
    memset(long_line, ' ', RECORD_LINE_MAX + 1);
    memcpy(long_line, line_2, sizeof line_2 - 1);
    assert_true(record_read(long_line, RECORD_LINE_MAX, &record, reason));
    assert_false(record_read(long_line, RECORD_LINE_MAX + 1, &record, reason));
    assert_non_null(strstr(reason, "8192"));
    free(long_line);
}

// Keys of a later program are no fault, and a reason for one that is too long
// to be named whole still ends between two letters.
static void test_read_unknown_keys(void **state)
{
    (void)state;
    struct record record;
    char reason[JSON_MESSAGE_SIZE];
    char key[700] = "{\"";
    char *line = change_line(line_2, "{\"v\"", "{\"later\":{\"a\":[1]},\"v\"");
    must_read(line, &record);
    free(line);
    for (int i = 0; i < 100; i++)
        strcat(key, "ử");
    strcat(key, "\":\"a\\nb\",\"v\"");
    line = change_line(line_2, "{\"v\"", key);
    assert_false(record_read(line, strlen(line), &record, reason));
    free(line);
    size_t size = strlen(reason);
    assert_true(size < JSON_MESSAGE_SIZE && size % strlen("ử") == 0);
}

static void test_read_times_of_1970(void **state)
{
    (void)state;
    struct record record;
    char *line = change_line(line_2, "2026-11-23T09:15:02.120+07:00",
                             "1970-01-01T00:00:00.000Z");
    must_read(line, &record);
    assert_int_not_equal(record.opened_at, 0);
    free(line);
}

// --- Drafts -----------------------------------------------------------------

static void test_draft_has_no_place(void **state)
{
    (void)state;
    struct record record, back;
    struct buf draft = {0};
    char reason[JSON_MESSAGE_SIZE];
    fill_visit(&record);
    record.closed_at = 0;
    assert_true(record_write_draft(&record, &draft));
    assert_null(strstr(draft.data, "\"gen\""));
    assert_null(strstr(draft.data, "\"seq\""));
    assert_null(strstr(draft.data, "\"prev\""));
    assert_true(record_read_draft(draft.data, draft.size, &back, reason));
    assert_string_equal(back.id, HAND_ID_2);
    assert_int_equal(back.level, 5);
    assert_int_equal(back.closed_at, 0);
    assert_int_equal(back.gen, 0);
    assert_false(record_read(draft.data, draft.size, &back, reason));
    must_not_write(&record); // a line has its end
    buf_free(&draft);
}

// What is answered on a telephone stands at no counter.
static void test_counter_may_be_missing_of_an_invitation(void **state)
{
    struct record record;
    struct buf line = {0};
    (void)state;
    fill_visit(&record);
    record.counter[0] = '\0';
    assert_true(record_write(&record, &line));
    assert_non_null(strstr(buf_text(&line), "\"counter\":null"));
    buf_clear(&line);
    record.invitation[0] = '\0';
    assert_false(record_write(&record, &line));
    buf_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counter_may_be_missing_of_an_invitation),
        cmocka_unit_test(test_write_hand_lines),
        cmocka_unit_test(test_write_hash),
        cmocka_unit_test(test_write_composes),
        cmocka_unit_test(test_write_empty_is_null),
        cmocka_unit_test(test_write_two_decimals),
        cmocka_unit_test(test_write_refuses),
        cmocka_unit_test(test_write_bounds),
        cmocka_unit_test(test_read_visit),
        cmocka_unit_test(test_read_event),
        cmocka_unit_test(test_read_refuses),
        cmocka_unit_test(test_read_refuses_other_bytes),
        cmocka_unit_test(test_read_unknown_keys),
        cmocka_unit_test(test_read_times_of_1970),
        cmocka_unit_test(test_draft_has_no_place),
    };
    if (!ledger_init())
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// What is kept for a time only: the day by hand, what leaves and what stays,
// that its bytes are gone from the files, that verification knows a comment
// that the rule took from one that somebody took, and that none comes back.
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "office/audit.h"
#include "office/retention.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "sql/sql.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

static const char OLD[] = "b2xkIGNvbW1lbnQgdGhhdCBoYWQgaXRzIHRpbWU";
static const char NEW[] = "bmV3IGNvbW1lbnQgdGhhdCBzdGF5cyBhIHdoaWxl";

static const struct retention_rules RULES = {18, 24};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

struct fixture {
    struct made_office made;
    struct ledger_maker device;
};

static void comment(struct fixture *f, const char *sealed, int64_t received)
{
    struct record record;
    struct made_batch batch;
    int64_t seq = (int64_t)f->device.count + 1;
    maker_visit(&f->device, 1, &record);
    digest_hex_of(sealed, strlen(sealed), record.comment_hash);
    maker_write(&f->device, &record);
    made_batch_start(&batch, &f->device, seq, seq, received);
    batch.lines[0].sealed = sealed;
    batch.lines[0].sealed_size = strlen(sealed);
    assert_int_equal(office_ingest(f->made.office, &batch.batch, 1), OFFICE_OK);
    made_batch_free(&batch);
}

// One came in the last second of November, one in the first of December.
static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-11-30T08:00:00+07:00"),
                      &f->device);
    comment(f, OLD, at("2026-11-30T23:59:59+07:00"));
    comment(f, NEW, at("2026-12-01T00:00:00+07:00"));
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maker_free(&f->device);
    made_office_close(&f->made);
    free(f);
    return 0;
}

static struct retention_done forget(struct fixture *f, const char *now)
{
    struct retention_done done;
    assert_int_equal(office_forget(f->made.office, &RULES, at(now), &done),
                     OFFICE_OK);
    return done;
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%lld %s\n", (long long)found->seq, found->why);
    return true;
}

static void expect_sound(struct fixture *f, const char *wanted)
{
    struct office_verification sum;
    struct buf text = {0};
    assert_int_equal(office_verify(f->made.office, take_finding, &text, &sum),
                     OFFICE_OK);
    assert_string_equal(buf_text(&text), wanted);
    buf_free(&text);
}

static bool file_holds(const char *path, const char *suffix, const char *text)
{
    char whole[128];
    struct buf bytes = {0};
    snprintf(whole, sizeof whole, "%s%s", path, suffix);
    bool found = file_exists(whole) && file_read(whole, 64 << 20, &bytes) &&
                 memmem(buf_text(&bytes), bytes.size, text, strlen(text));
    buf_free(&bytes);
    return found;
}

// In the database or its journal.
static bool is_on_disk(struct fixture *f, const char *text)
{
    return file_holds(f->made.path, "", text) ||
           file_holds(f->made.path, "-wal", text);
}

static void tamper(struct fixture *f, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

static void before(const char *now, int months, const char *wanted)
{
    int32_t day = 0;
    char text[DATE_ISO_SIZE] = "never";
    if (retention_before(at(now), months, &day))
        date_format_iso(day, text);
    assert_string_equal(text, wanted);
}

static void test_the_day(void **state)
{
    (void)state;
    before("2028-05-31T23:59:59+07:00", 18, "2026-11-01");
    before("2028-06-01T00:00:00+07:00", 18, "2026-12-01");
    before("2028-01-15T12:00:00+07:00", 1, "2027-12-01");
    before("2028-01-15T12:00:00+07:00", 12, "2027-01-01");
    before("2028-01-15T12:00:00+07:00", 0, "never");
    // A clock that was never set deletes nothing.
    before("1990-01-15T12:00:00+07:00", 1, "never");
    before("2150-01-15T12:00:00+07:00", 1, "never");
}

static bool keep_entry(void *ctx, const struct audit_entry *entry)
{
    if (strstr(entry->action, "forgotten"))
        buf_printf(ctx, "%s %s %s;", entry->action, entry->target,
                   entry->detail);
    return true;
}

static void expect_audit(struct fixture *f, const char *wanted)
{
    struct buf text = {0};
    assert_int_equal(office_list_audit(f->made.office, keep_entry, &text),
                     OFFICE_OK);
    assert_string_equal(buf_text(&text), wanted);
    buf_free(&text);
}

static void test_what_had_its_time_leaves(void **state)
{
    struct fixture *f = *state;
    made_office_needs_file();
    assert_true(is_on_disk(f, OLD));
    assert_int_equal(forget(f, "2028-05-31T12:00:00+07:00").comments, 0);
    expect_audit(f, "");
    assert_int_equal(forget(f, "2028-06-01T12:00:00+07:00").comments, 1);
    expect_audit(f, "comments-forgotten 2026-12-01 {\"count\": 1};");
    assert_int_equal(forget(f, "2028-06-02T12:00:00+07:00").comments, 0);
    expect_audit(f, "comments-forgotten 2026-12-01 {\"count\": 1};");
    // Gone to the byte, and the other is not; the ledger is as sound as before.
    assert_false(is_on_disk(f, OLD));
    assert_true(is_on_disk(f, NEW));
    expect_sound(f, "");
}

static void test_it_does_not_come_back(void **state)
{
    struct fixture *f = *state;
    struct made_batch batch;
    made_office_needs_file();
    forget(f, "2028-06-01T12:00:00+07:00");
    made_batch_start(&batch, &f->device, 1, 1, at("2028-06-02T09:00:00+07:00"));
    batch.lines[0].sealed = OLD;
    batch.lines[0].sealed_size = strlen(OLD);
    assert_int_equal(office_ingest(f->made.office, &batch.batch, 1), OFFICE_OK);
    made_batch_free(&batch);
    assert_false(is_on_disk(f, OLD));
    expect_sound(f, "");
}

static void test_what_somebody_takes_is_missed(void **state)
{
    struct fixture *f = *state;
    struct sql *sql = NULL;
    made_office_needs_file();
    // The database itself refuses; past its guard, verification sees it.
    assert_int_equal(sql_open(f->made.path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_not_equal(sql_run(sql, "DELETE FROM comments"), SQL_OK);
    sql_close(sql);
    tamper(f, "DROP TRIGGER comments_stay; DELETE FROM comments WHERE "
              "received_at = (SELECT max(received_at) FROM comments);"
              "CREATE TRIGGER comments_stay BEFORE DELETE ON comments BEGIN "
              "SELECT RAISE(ABORT, 'no'); END;");
    expect_sound(f, "2 its comment came and is gone, and no rule deleted it\n");
}

// Somebody says that the rule did it, and the trail does not.
static void test_a_false_rule_is_found(void **state)
{
    struct fixture *f = *state;
    tamper(f, "UPDATE comment_arrivals SET forgotten_at = 1843000000000 WHERE "
              "received_at = (SELECT max(received_at) FROM comments);"
              "DELETE FROM comments WHERE received_at = "
              "(SELECT max(received_at) FROM comments);");
    expect_sound(f, "2 its comment was deleted before its time, or the audit "
                    "trail does not say so\n");
}

// The trail says so for November, and December's went with it.
static void test_more_than_the_rule_allows_is_found(void **state)
{
    struct fixture *f = *state;
    forget(f, "2028-06-01T12:00:00+07:00");
    tamper(f, "UPDATE comment_arrivals SET forgotten_at = (SELECT "
              "max(forgotten_at) FROM comment_arrivals) WHERE "
              "forgotten_at = 0; DELETE FROM comments");
    expect_sound(f, "2 its comment was deleted before its time, or the audit "
                    "trail does not say so\n");
}

static void test_wrong_settings_are_named(void **state)
{
    static const char *const wrong[][2] = {
        {"{\"codes_months\": 3}", "comments_months: give a whole number, 0"},
        {"{\"comments_months\": -1, \"codes_months\": 3}", "comments_months:"},
        {"{\"comments_months\": 6, \"codes_months\": 1201}", "codes_months:"},
        {"{\"comments_months\": 6, \"codes_months\": \"x\"}", "codes_months:"}};
    struct retention_rules rules;
    struct buf message = {0};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char why[JSON_MESSAGE_SIZE];
        json_t *body = json_read(wrong[i][0], strlen(wrong[i][0]), why);
        buf_clear(&message);
        assert_false(retention_rules_read(body, &rules, &message));
        assert_non_null(strstr(buf_text(&message), wrong[i][1]));
        json_decref(body);
    }
    buf_free(&message);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_day),
        T(test_what_had_its_time_leaves),
        T(test_it_does_not_come_back),
        T(test_what_somebody_takes_is_missed),
        T(test_a_false_rule_is_found),
        T(test_more_than_the_rule_allows_is_found),
        cmocka_unit_test(test_wrong_settings_are_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

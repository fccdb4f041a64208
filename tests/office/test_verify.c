// Whatever is changed behind the server's back is found and named.
#include "common/clock.h"
#include "office/devices.h"
#include "office/issues.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LINES = 8 };

struct fixture {
    struct made_office made;
    struct ledger_maker a, b;
};

static void rate_transaction(struct ledger_maker *maker, int level,
                             const char *transaction)
{
    struct record record;
    maker_visit(maker, level, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, transaction);
    maker_write(maker, &record);
    maker_wait(maker, 60 * 1000);
}

// Device a: an event, three ratings, one that is not sound, a declined visit, a
// rating of T-1 and a later one of it; in two batches. Device b: one rating
// later than a's of T-1, a conflict in its second generation, and a fork.
static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct record record;
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", 1795400000000, &f->a);
    made_office_enrol(&f->made, "4", 1795400000000, &f->b);
    maker_wait(&f->a, 3600 * 1000);
    maker_wait(&f->b, 2 * 3600 * 1000);

    maker_event(&f->a, &record);
    maker_write(&f->a, &record);
    maker_rate(&f->a, 5);
    maker_rate(&f->a, 4);
    maker_rate(&f->a, 1);
    maker_write_bytes(&f->a, "{}", 2);
    maker_rate(&f->a, 0);
    rate_transaction(&f->a, 5, "T-1");
    rate_transaction(&f->a, 1, "T-1");
    assert_int_equal(f->a.count, LINES);
    made_office_send(&f->made, &f->a, 1, 4, f->a.wall_ms);
    made_office_send(&f->made, &f->a, 5, LINES, f->a.wall_ms);

    rate_transaction(&f->b, 2, "T-1");
    maker_visit(&f->b, 3, &record);
    maker_write(&f->b, &record);
    made_office_send(&f->made, &f->b, 3, 2, f->b.wall_ms); // a heartbeat first
    made_office_send(&f->made, &f->b, 1, 2, f->b.wall_ms);
    maker_new_gen(&f->b, 2);
    maker_write(&f->b, &record);
    made_office_send(&f->made, &f->b, 1, 1, f->b.wall_ms);
    maker_new_gen(&f->b, 2);
    maker_rate(&f->b, 1);
    assert_int_equal(made_office_send(&f->made, &f->b, 1, 1, f->b.wall_ms),
                     OFFICE_BATCH_FORK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maker_free(&f->a);
    maker_free(&f->b);
    made_office_close(&f->made);
    free(f);
    return 0;
}

// What was found, as text: "device-letter gen seq why\n".
struct findings {
    const struct fixture *f;
    struct buf text;
    struct office_verification sum;
    int stop_after;
};

static bool take_finding(void *ctx, const struct office_finding *found)
{
    struct findings *findings = ctx;
    const char *who = "-";
    if (strcmp(found->device, findings->f->a.device) == 0) {
        who = "a";
    } else if (strcmp(found->device, findings->f->b.device) == 0) {
        who = "b";
    }
    buf_printf(&findings->text, "%s %lld %lld %s\n", who, (long long)found->gen,
               (long long)found->seq, found->why);
    return --findings->stop_after != 0;
}

static struct findings verify(struct fixture *f)
{
    struct findings findings = {.f = f, .stop_after = 1000};
    assert_int_equal(
        office_verify(f->made.office, take_finding, &findings, &findings.sum),
        OFFICE_OK);
    return findings;
}

// Changes the database as somebody with its file would.
static void tamper(struct fixture *f, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

// A change of evidence: takes the guard away and puts it back.
static void tamper_evidence(struct fixture *f, const char *table,
                            const char *change)
{
    struct buf script = {0};
    buf_printf(&script,
               "DROP TRIGGER %s_no_update; DROP TRIGGER %s_no_delete; %s;"
               "CREATE TRIGGER %s_no_update BEFORE UPDATE ON %s BEGIN "
               "SELECT RAISE(ABORT, 'no'); END;"
               "CREATE TRIGGER %s_no_delete BEFORE DELETE ON %s BEGIN "
               "SELECT RAISE(ABORT, 'no'); END;",
               table, table, change, table, table, table, table);
    assert_true(buf_ok(&script));
    tamper(f, script.data);
    buf_free(&script);
}

static void expect_found(struct fixture *f, const char *expected)
{
    struct findings findings = verify(f);
    if (!strstr(buf_text(&findings.text), expected)) {
        fail_msg("expected \"%s\" among:\n%s", expected,
                 buf_text(&findings.text));
    }
    buf_free(&findings.text);
}

static void test_a_sound_office(void **state)
{
    struct fixture *f = *state;
    struct findings findings = verify(f);
    assert_string_equal(buf_text(&findings.text), "");
    assert_int_equal(findings.sum.findings, 0);
    assert_int_equal(findings.sum.devices, 2);
    assert_int_equal(findings.sum.chains, 3);
    assert_int_equal(findings.sum.lines, LINES + 3);
    assert_int_equal(findings.sum.invalid, 1);
    assert_int_equal(findings.sum.conflicts, 1);
    // a: 3 ratings, declined, T-1 twice; b: T-1, and one more.
    assert_int_equal(findings.sum.visits, 8);
}

static void test_a_reader_verifies_too(void **state)
{
    struct fixture *f = *state;
    struct office *writer = f->made.office;
    assert_int_equal(office_open(f->made.path, OFFICE_READER, &f->made.office),
                     OFFICE_OK);
    struct findings findings = verify(f);
    assert_int_equal(findings.sum.findings, 0);
    assert_int_equal(findings.sum.lines, LINES + 3);
    office_close(f->made.office);
    f->made.office = writer;
}

static void test_guards_refuse_changes(void **state)
{
    struct fixture *f = *state;
    static const char *const scripts[] = {
        "UPDATE lines SET verdict = 1",  "DELETE FROM lines",
        "UPDATE ids SET seq = 9",        "DELETE FROM ids",
        "UPDATE batches SET up_ms = 0",  "DELETE FROM batches",
        "UPDATE heads SET nonce = ''",   "DELETE FROM heads",
        "UPDATE asides SET kind = kind", "DELETE FROM asides",
        "UPDATE flags SET detail = ''",  "DELETE FROM flags"};
    struct sql *sql = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        assert_int_equal(tamper_run(sql, scripts[i]), SQL_CLASH);
    }
    sql_close(sql);
    assert_int_equal(verify(f).sum.findings, 0);
}

static void test_a_guard_that_is_gone(void **state)
{
    struct fixture *f = *state;
    tamper(f, "DROP TRIGGER lines_no_delete");
    expect_found(f, "- 0 0 the guard lines_no_delete of the database is gone");
}

#define EDIT_BYTES                                                             \
    "UPDATE lines SET bytes = CAST(replace(CAST(bytes AS TEXT), "              \
    "'\"level\":1', '\"level\":5') AS BLOB) WHERE seq = 4 AND device_no = 1"

static void test_an_edited_line(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "lines", EDIT_BYTES);
    expect_found(f, "a 1 4 its bytes were changed");
    expect_found(f, "a 1 4 its counted outcome or level is not the line's");
}

// Somebody who knows that lines have hashes.
static void test_an_edited_line_with_its_hash(void **state)
{
    struct fixture *f = *state;
    char hash[DIGEST_HEX_SIZE];
    char *bytes = strdup(f->a.lines[3].bytes);
    assert_non_null(bytes);
    char *level = strstr(bytes, "\"level\":1");
    assert_non_null(level);
    level[strlen("\"level\":")] = '5';
    digest_hex_of(bytes, f->a.lines[3].size, hash);
    free(bytes);
    struct buf change = {0};
    buf_printf(&change,
               "%s; UPDATE lines SET hash = x'%s' WHERE seq = 4 AND "
               "device_no = 1",
               EDIT_BYTES, hash);
    tamper_evidence(f, "lines", change.data);
    buf_free(&change);
    expect_found(f, "a 1 4 is not the line that the device signed");
    expect_found(f, "a 1 4 its counted outcome or level is not the line's");
}

static void test_the_line_after_a_changed_one_tells(void **state)
{
    struct fixture *f = *state;
    char hash[DIGEST_HEX_SIZE];
    struct buf change = {0};
    // Line 2 becomes a copy of line 3 with other bytes, its hash with it; no
    // batch ended there.
    digest_hex_of("{}", 2, hash);
    buf_printf(&change,
               "UPDATE lines SET bytes = CAST('{}' AS BLOB), hash = "
               "x'%s' WHERE seq = 2 AND device_no = 1",
               hash);
    tamper_evidence(f, "lines", change.data);
    buf_free(&change);
    expect_found(f, "a 1 2 is not the line that the next one names");
    expect_found(f, "a 1 2 was taken as sound, and is not");
}

static void test_lines_that_are_gone(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "lines",
                    "DELETE FROM lines WHERE device_no = 1 AND seq IN (3, 4)");
    expect_found(f, "a 1 3 lines 3 to 4 are gone");
}

static void test_a_tail_that_is_gone(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "lines",
                    "DELETE FROM lines WHERE device_no = 1 AND seq > 6");
    expect_found(f, "a 1 6 the chain ends here, and was received up to 8");
    // The chain's row and the visits adjusted too: the batch remembers.
    tamper(f, "UPDATE chains SET received_to = 6, head = (SELECT hash FROM "
              "lines WHERE device_no = 1 AND seq = 6) WHERE device_no = 1;"
              "DELETE FROM visits WHERE device_no = 1 AND seq > 6");
    expect_found(f, "a 1 8 was stored once, and the chain is held up to 6");
}

static void test_a_chain_that_is_gone(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "lines", "DELETE FROM lines WHERE device_no = 1");
    expect_found(f, "a 1 1 lines 1 to 8 are gone");
    expect_found(f, "a 1 2 is counted as a visit, and there is no such line");
    tamper(f, "DELETE FROM chains WHERE device_no = 2 AND gen = 1");
    expect_found(f, "b 1 2 the chain ends here, and its place in the list "
                    "of chains is gone");
}

static void test_lines_that_changed_places(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(
        f, "lines",
        "UPDATE lines SET seq = 99 WHERE device_no = 1 AND seq = 2;"
        "UPDATE lines SET seq = 2 WHERE device_no = 1 AND seq = 3;"
        "UPDATE lines SET seq = 3 WHERE device_no = 1 AND seq = 99");
    expect_found(f, "a 1 2 was taken as sound, and is not: seq 3");
    expect_found(f, "a 1 3 was taken as sound, and is not: seq 2");
}

static void test_a_line_that_was_added(void **state)
{
    struct fixture *f = *state;
    struct record record;
    // Well made, at the end, and the chain's row says so: but nobody sent it.
    maker_visit(&f->a, 5, &record);
    const struct made_line *line = maker_write(&f->a, &record);
    struct buf change = {0};
    char hex[2 * RECORD_LINE_MAX + 1];
    hex_encode(line->bytes, line->size, hex);
    buf_printf(&change,
               "INSERT INTO lines VALUES (1, 1, 9, 1, 0, x'%s', NULL, x'%s');"
               "UPDATE chains SET received_to = 9, head = x'%s' WHERE "
               "device_no = 1",
               line->hash, hex, line->hash);
    tamper_evidence(f, "lines", change.data);
    buf_free(&change);
    expect_found(f, "a 1 9 no batch is known that brought it");
    expect_found(f, "a 1 9 is a visit, and its row is gone");
    expect_found(f, "a 1 9 its id is not in the list of ids");
}

static void test_a_line_that_was_set_aside_by_hand(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "lines",
                    "UPDATE lines SET verdict = 1, reason = 'x' "
                    "WHERE device_no = 1 AND seq = 4");
    tamper(f, "DELETE FROM visits WHERE device_no = 1 AND seq = 4");
    expect_found(f, "a 1 4 is sound, and was set aside as invalid");
}

static void test_visits_that_are_not_their_lines(void **state)
{
    static const struct {
        const char *set;
        const char *found;
    } changes[] = {
        {"level = 5", "outcome or level"},
        {"outcome = 1, level = NULL", "outcome or level"},
        {"at = at + 1", "time"},
        {"quality = 3", "time"},
        {"device_at = 0", "time"},
        {"mode = 0", "counted under"},
        {"counter_no = 2", "counted under"},
        {"officer_no = 1", "counted under"},
        {"transaction_code = 'T-9'", "counted under"},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char script[300], expected[100];
        snprintf(script, sizeof script,
                 "CREATE TABLE kept AS SELECT * FROM visits WHERE device_no = "
                 "1 AND seq = 4; UPDATE visits SET %s WHERE device_no = 1 AND "
                 "seq = 4",
                 changes[i].set);
        tamper(f, script);
        struct findings findings = verify(f);
        snprintf(expected, sizeof expected, "a 1 4 ");
        assert_non_null(strstr(buf_text(&findings.text), expected));
        assert_non_null(strstr(buf_text(&findings.text), changes[i].found));
        buf_free(&findings.text);
        tamper(f, "DELETE FROM visits WHERE device_no = 1 AND seq = 4; INSERT "
                  "INTO visits SELECT * FROM kept; DROP TABLE kept");
        assert_int_equal(verify(f).sum.findings, 0);
    }
}

// A boot that nobody can date is placed once; that place is evidence.
static void test_where_a_boot_was_placed(void **state)
{
    struct fixture *f = *state;
    // A day off, in which the battery died: a visit without contact, and then
    // the next start.
    id_new_v4(f->a.boot);
    f->a.up_ms = 60 * 1000;
    f->a.wall_ms = 60 * 1000;
    maker_rate(&f->a, 4);
    id_new_v4(f->a.boot);
    f->a.up_ms = 60 * 1000;
    int64_t now = 1795400000000 + (int64_t)36 * 3600 * 1000;
    made_office_send(&f->made, &f->a, 9, 9, now);
    assert_int_equal(verify(f).sum.findings, 0);

    tamper_evidence(f, "boots", "UPDATE boots SET began_at = began_at - 1");
    expect_found(f, "a 1 9 its counted time is not the line's");
    tamper_evidence(f, "boots", "DELETE FROM boots");
    expect_found(f, "a 1 9 was placed between others in time, and where is "
                    "gone");
}

static void test_what_places_the_next_lines(void **state)
{
    static const char *const changes[] = {
        "contact_boot = 'x'", "contact_began_at = 1", "line_boot = ''",
        "line_began_at = 1",  "line_quality = 1",     "line_up_ms = 1",
        "line_made_at = 1"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char script[200];
        snprintf(script, sizeof script,
                 "CREATE TABLE kept AS SELECT * FROM chains;"
                 "UPDATE chains SET %s WHERE device_no = 1",
                 changes[i]);
        tamper(f, script);
        expect_found(f, "a 1 8 what is kept to place the lines after it in "
                        "time is not what its chain shows");
        tamper(f, "DELETE FROM chains; INSERT INTO chains SELECT * FROM kept;"
                  "DROP TABLE kept");
        assert_int_equal(verify(f).sum.findings, 0);
    }
}

static void test_visits_that_are_gone_or_added(void **state)
{
    struct fixture *f = *state;
    tamper(f, "DELETE FROM visits WHERE device_no = 1 AND seq = 4");
    expect_found(f, "a 1 4 is a visit, and its row is gone");
    tamper(f, "CREATE TEMP TABLE other AS SELECT * FROM visits WHERE "
              "device_no = 1 AND seq = 3; UPDATE other SET seq = 1; "
              "INSERT INTO visits SELECT * FROM other");
    expect_found(f, "a 1 1 is counted as a visit, and is none");
    tamper(f, "CREATE TEMP TABLE other AS SELECT * FROM visits WHERE "
              "device_no = 1 AND seq = 3; UPDATE other SET seq = 77; "
              "INSERT INTO visits SELECT * FROM other");
    expect_found(f, "a 1 77 is counted as a visit, and there is no such line");
}

static void test_a_rating_that_is_not_counted(void **state)
{
    struct fixture *f = *state;
    tamper(f, "UPDATE visits SET counted = 0 WHERE device_no = 1 AND seq = 4");
    expect_found(f, "a 1 4 is not counted, and no visit of its "
                    "transaction that comes before it is");
    // The later of two counts instead of the first.
    tamper(f, "UPDATE visits SET counted = 1 WHERE device_no = 1 AND seq = 4;"
              "UPDATE visits SET counted = 0 WHERE device_no = 1 AND seq = 7;"
              "UPDATE visits SET counted = 1 WHERE device_no = 1 AND seq = 8");
    expect_found(f, "a 1 7 is not counted, and no visit of its "
                    "transaction that comes before it is");
}

static void test_totals_that_are_not_their_visits(void **state)
{
    static const char *const scripts[] = {
        "UPDATE totals SET level_5 = level_5 + 1 WHERE dimension = 1 AND grain "
        "= 0 AND key = 1",
        "DELETE FROM totals WHERE dimension = 1 AND grain = 0 AND key = 1",
        "UPDATE totals SET aside_5 = aside_5 + 1 WHERE dimension = 1 AND grain "
        "= 0 AND key = 1",
        "UPDATE totals SET key = 77 WHERE dimension = 1 AND grain = 0 AND key "
        "= 1"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        tamper(f, "CREATE TABLE kept AS SELECT * FROM totals");
        tamper(f, scripts[i]);
        expect_found(f, "by counter, key 1, is not what its visits give");
        tamper(f, "DELETE FROM totals; INSERT INTO totals SELECT * FROM kept;"
                  "DROP TABLE kept");
        assert_int_equal(verify(f).sum.findings, 0);
    }
    tamper(f, "INSERT INTO totals (dimension, grain, period, key, level_1, "
              "level_2, level_3, level_4, level_5, declined, timeout, "
              "withdrawn, offered, offered_rated) "
              "VALUES (99, 7, -5, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)");
    expect_found(f,
                 "- 0 0 there is a total of visits of no breakdown or period");
}

static void test_ids_that_lead_elsewhere(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "ids",
                    "UPDATE ids SET seq = 3 WHERE device_no = 1 AND seq = 4");
    expect_found(f, "a 1 4 its id is listed for another line");
    tamper_evidence(f, "ids",
                    "DELETE FROM ids WHERE device_no = 2 AND gen = 1 "
                    "AND seq = 2");
    expect_found(f, "b 1 2 its id is not in the list of ids");
    expect_found(f, "b 2 1 its id is not in the list of ids");
}

static void test_signatures_and_heads(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "batches",
                    "UPDATE batches SET signed_to = 3 WHERE "
                    "device_no = 1 AND signed_to = 4");
    expect_found(f, "a 1 3 the signature kept for its head is not the "
                    "device's");
    tamper_evidence(f, "heads", "UPDATE heads SET head = zeroblob(32)");
    expect_found(f, "b 1 2 the signature kept for its head is not the "
                    "device's");
    tamper(f, "UPDATE chains SET head = zeroblob(32) WHERE device_no = 1");
    expect_found(f, "a 1 8 is not the last line that was received");
}

static void test_names_and_lines_that_were_set_aside(void **state)
{
    struct fixture *f = *state;
    tamper(f, "UPDATE codes SET code = '7' WHERE code = '3'");
    expect_found(f, "a 1 2 what it is counted under is not the line's");
    tamper_evidence(f, "asides", "UPDATE asides SET bytes = x'00'");
    expect_found(f, "b 2 1 the bytes of a line that was set aside");
}

// Line 9 of device a carries the hash of its comment.
static void test_comments(void **state)
{
    static const char SEALED[] = "c2VhbGVkIGZvciB0aGUgc2VydmVy";
    struct fixture *f = *state;
    struct record record;
    struct made_batch batch;
    maker_visit(&f->a, 1, &record);
    digest_hex_of(SEALED, strlen(SEALED), record.comment_hash);
    maker_write(&f->a, &record);
    made_batch_start(&batch, &f->a, LINES + 1, LINES + 1, f->a.wall_ms);
    batch.lines[0].sealed = SEALED;
    batch.lines[0].sealed_size = strlen(SEALED);
    assert_int_equal(office_ingest(f->made.office, &batch.batch, 1), OFFICE_OK);
    made_batch_free(&batch);
    assert_int_equal(verify(f).sum.findings, 0);
    tamper(f, "UPDATE comments SET sealed = CAST('another' AS BLOB)");
    expect_found(f, "a 1 9 the sealed comment is not the one that the line "
                    "names");
    // It leaves by rule alone (test_retention.c).
    tamper(f, "DROP TRIGGER comments_stay; DELETE FROM comments");
    expect_found(f, "a 1 9 its comment came and is gone");
    tamper(f, "INSERT INTO comments SELECT device_no, id, 0, x'00' FROM ids "
              "WHERE device_no = 1 AND seq = 4");
    expect_found(f, "a 1 4 the sealed comment is not the one that the line "
                    "names");
}

static void test_judgements_and_batches(void **state)
{
    struct fixture *f = *state;
    tamper_evidence(f, "lines",
                    "UPDATE lines SET reason = 'x' WHERE device_no = 1 AND "
                    "seq = 2");
    expect_found(f, "a 1 2 what was judged of it is none of the judgements");
    tamper_evidence(f, "lines",
                    "UPDATE lines SET batch_no = 2 WHERE device_no = 1 AND "
                    "seq = 4");
    expect_found(f, "a 1 3 the batch that brought it ended with line 4");
    expect_found(f, "a 1 4 a batch is kept that ended here, and did not bring "
                    "this line");
}

static void test_a_device_that_is_gone(void **state)
{
    struct fixture *f = *state;
    tamper(f, "PRAGMA foreign_keys = OFF; DELETE FROM devices WHERE "
              "device_no = 1");
    expect_found(f, "- 1 0 there are lines of device number 1, and no such "
                    "device");
}

static void test_it_stops_when_told(void **state)
{
    struct fixture *f = *state;
    tamper(f, "DELETE FROM visits");
    struct findings findings = {.f = f, .stop_after = 1};
    assert_int_equal(
        office_verify(f->made.office, take_finding, &findings, &findings.sum),
        OFFICE_OK);
    const char *text = buf_text(&findings.text);
    assert_non_null(strchr(text, '\n'));
    assert_string_equal(strchr(text, '\n'), "\n"); // one line
    buf_free(&findings.text);
}

#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

// An issued report: its bytes, who issued it when, and that it is there.
static void test_an_issued_report_is_what_was_issued(void **state)
{
    static const char *const changes[] = {
        "UPDATE issues SET body = CAST('other' AS BLOB)",
        "UPDATE issues SET period = '2026-10'",
        "UPDATE issues SET who = 'user lan'",
        "UPDATE issues SET at = at + 1",
    };
    struct fixture *f = *state;
    struct office_issue issue = {.kind = "R1",
                                 .by = "none",
                                 .period_kind = "duong-lich",
                                 .period = "2026-11",
                                 .number = "",
                                 .at = 1795400000000,
                                 .who = "user an"};
    assert_int_equal(office_add_issue(f->made.office, &issue, "{}", 2),
                     OFFICE_OK);
    tamper(f, "DROP TRIGGER issues_no_update; DROP TRIGGER issues_no_delete;"
              "CREATE TABLE kept AS SELECT * FROM issues");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        tamper(f, changes[i]);
        expect_found(f, "issued report 1 is not what");
        tamper(f, "DELETE FROM issues; INSERT INTO issues SELECT * FROM kept");
    }
    tamper(f, "DELETE FROM issues");
    expect_found(f, "the issued report R1 duong-lich:2026-11 that the audit "
                    "trail tells of is gone: issue 1, sha256 ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_a_sound_office),
        OFFICE_TEST(test_a_reader_verifies_too),
        OFFICE_TEST(test_an_issued_report_is_what_was_issued),
        OFFICE_TEST(test_guards_refuse_changes),
        OFFICE_TEST(test_a_guard_that_is_gone),
        OFFICE_TEST(test_an_edited_line),
        OFFICE_TEST(test_an_edited_line_with_its_hash),
        OFFICE_TEST(test_the_line_after_a_changed_one_tells),
        OFFICE_TEST(test_lines_that_are_gone),
        OFFICE_TEST(test_a_tail_that_is_gone),
        OFFICE_TEST(test_a_chain_that_is_gone),
        OFFICE_TEST(test_lines_that_changed_places),
        OFFICE_TEST(test_a_line_that_was_added),
        OFFICE_TEST(test_a_line_that_was_set_aside_by_hand),
        OFFICE_TEST(test_visits_that_are_not_their_lines),
        OFFICE_TEST(test_where_a_boot_was_placed),
        OFFICE_TEST(test_what_places_the_next_lines),
        OFFICE_TEST(test_visits_that_are_gone_or_added),
        OFFICE_TEST(test_a_rating_that_is_not_counted),
        OFFICE_TEST(test_totals_that_are_not_their_visits),
        OFFICE_TEST(test_ids_that_lead_elsewhere),
        OFFICE_TEST(test_signatures_and_heads),
        OFFICE_TEST(test_names_and_lines_that_were_set_aside),
        OFFICE_TEST(test_comments),
        OFFICE_TEST(test_judgements_and_batches),
        OFFICE_TEST(test_a_device_that_is_gone),
        OFFICE_TEST(test_it_stops_when_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

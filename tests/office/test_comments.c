// Comments in the order in which they are given, by their filters and from a
// cursor; and what is found when the list of them was changed.
#include "common/clock.h"
#include "common/date.h"
#include "office/comments.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

static const char migration[] =
#include "office/office_19.sql.h"
    ;

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static int32_t day(const char *iso)
{
    int32_t day;
    assert_true(date_parse_iso(iso, &day));
    return day;
}

struct fixture {
    struct made_office made;
    struct ledger_maker a;
};

// The device's next line: a rating with a comment whose sealed text is `sealed`
// ("": none was written).
static void write_visit(struct fixture *f, const char *when, int level,
                        const char *field, const char *reason,
                        const char *sealed)
{
    struct record record;
    maker_wait(&f->a, at(when) + 10 * 1000 - f->a.wall_ms);
    maker_visit(&f->a, level, &record);
    strcpy(record.field, field);
    if (reason[0] != '\0') {
        strcpy(record.reasons[record.reason_count++], reason);
    }
    if (sealed[0] != '\0') {
        digest_hex_of(sealed, strlen(sealed), record.comment_hash);
    }
    maker_write(&f->a, &record);
}

// The newest line, with its comment when it comes.
static void send_last(struct fixture *f, const char *sealed)
{
    struct made_batch batch;
    int64_t last = (int64_t)f->a.count;
    made_batch_start(&batch, &f->a, last, last, f->a.wall_ms);
    batch.lines[0].sealed = sealed;
    batch.lines[0].sealed_size = sealed ? strlen(sealed) : 0;
    assert_int_equal(office_ingest(f->made.office, &batch.batch, 1), OFFICE_OK);
    made_batch_free(&batch);
}

static void comment(struct fixture *f, const char *when, int level,
                    const char *field, const char *reason, const char *sealed)
{
    write_visit(f, when, level, field, reason, sealed);
    send_last(f, sealed);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-11-20T08:00:00+07:00"), &f->a);
    comment(f, "2026-11-22T09:01:00+07:00", 1, "ho-tich", "reason.low.1", "A");
    comment(f, "2026-11-22T10:01:00+07:00", 5, "ho-tich", "", "B");
    write_visit(f, "2026-11-22T10:20:00+07:00", 5, "ho-tich", "", "");
    send_last(f, NULL);
    comment(f, "2026-11-23T09:01:00+07:00", 2, "dat-dai", "reason.low.2", "C");
    comment(f, "2026-11-23T09:31:00+07:00", 1, "dat-dai", "reason.low.1", "D");
    // Its sealed text never came.
    write_visit(f, "2026-11-23T09:50:00+07:00", 3, "", "", "E");
    send_last(f, NULL);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    maker_free(&f->a);
    made_office_close(&f->made);
    free(f);
    return 0;
}

struct heard {
    struct buf text;
    const char *passes; // comments that are passed over
};

// "D1 " : sealed text and level; "?" for a text that is not here.
static enum office_comment_use hear(void *ctx,
                                    const struct office_comment *comment)
{
    struct heard *heard = ctx;
    char sealed[8] = "?";
    if (comment->sealed) {
        snprintf(sealed, sizeof sealed, "%.*s", (int)comment->sealed_size,
                 comment->sealed);
    }
    if (strstr(heard->passes, sealed)) {
        return OFFICE_COMMENT_PASSED;
    }
    assert_int_equal(comment->quarter_at % OFFICE_QUARTER_MS, 0);
    buf_printf(&heard->text, "%s%d ", sealed, comment->level);
    return OFFICE_COMMENT_TAKEN;
}

static struct office_comments_wanted wanted_all(const struct fixture *f)
{
    return (struct office_comments_wanted){.now = f->a.wall_ms + 3600 * 1000,
                                           .first_day = day("2026-11-01"),
                                           .last_day = day("2026-11-30"),
                                           .limit = 100,
                                           .looks = 100};
}

// Gives whether there may be more.
static bool expect(const struct fixture *f,
                   const struct office_comments_wanted *wanted,
                   const char *passes, const char *expected,
                   struct office_cursor *out_last)
{
    struct heard heard = {.passes = passes};
    struct office_cursor last;
    bool more = false;
    assert_int_equal(office_comments(f->made.office, wanted, hear, &heard,
                                     out_last ? out_last : &last, &more),
                     OFFICE_OK);
    assert_string_equal(buf_text(&heard.text), expected);
    buf_free(&heard.text);
    return more;
}

static void test_newest_first_and_filtered(void **state)
{
    struct fixture *f = *state;
    struct office_comments_wanted wanted = wanted_all(f);
    assert_false(expect(f, &wanted, "-", "?3 D1 C2 B5 A1 ", NULL));
    wanted.last_day = day("2026-11-22");
    expect(f, &wanted, "-", "B5 A1 ", NULL);
    wanted = wanted_all(f);
    wanted.first_day = day("2026-11-23");
    wanted.field = "dat-dai";
    expect(f, &wanted, "-", "D1 C2 ", NULL);
    wanted.reason = "reason.low.2";
    expect(f, &wanted, "-", "C2 ", NULL);
    wanted = wanted_all(f);
    wanted.level = 1;
    expect(f, &wanted, "-", "D1 A1 ", NULL);
    wanted.field = "ho-tich";
    expect(f, &wanted, "-", "A1 ", NULL);
    wanted = wanted_all(f);
    wanted.counter = "3";
    wanted.reason = "reason.low.1";
    expect(f, &wanted, "-", "D1 A1 ", NULL);
    wanted.counter = "4";
    expect(f, &wanted, "-", "", NULL);
    wanted = wanted_all(f);
    wanted.field = ""; // none was told
    expect(f, &wanted, "-", "?3 ", NULL);
}

static void test_a_cursor_goes_on_whatever_comes_in(void **state)
{
    struct fixture *f = *state;
    struct office_comments_wanted wanted = wanted_all(f);
    wanted.limit = 2;
    assert_true(expect(f, &wanted, "-", "?3 D1 ", &wanted.after));
    wanted.goes_on = true;
    comment(f, "2026-11-24T09:01:00+07:00", 4, "", "", "F");
    wanted.now = f->a.wall_ms + 3600 * 1000;
    assert_true(expect(f, &wanted, "-", "C2 B5 ", &wanted.after));
    assert_false(expect(f, &wanted, "-", "A1 ", &wanted.after));
    assert_false(expect(f, &wanted, "-", "", &wanted.after));
    wanted.goes_on = false;
    expect(f, &wanted, "-", "F4 ?3 ", NULL);
}

static void test_a_search_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct office_comments_wanted wanted = wanted_all(f);
    wanted.looks = 3; // two are passed over
    assert_true(expect(f, &wanted, "?D", "C2 ", &wanted.after));
    wanted.goes_on = true;
    assert_false(expect(f, &wanted, "?D", "B5 A1 ", &wanted.after));
}

// Several in one quarter come by their ids, and a cursor stands between them.
static void test_one_quarter_over_several_pages(void **state)
{
    struct fixture *f = *state;
    struct office_comments_wanted wanted = wanted_all(f);
    struct buf all = {0};
    wanted.limit = 1;
    comment(f, "2026-11-24T09:01:00+07:00", 4, "", "", "X");
    comment(f, "2026-11-24T09:02:00+07:00", 4, "", "", "Y");
    comment(f, "2026-11-24T09:03:00+07:00", 4, "", "", "Z");
    wanted.now = f->a.wall_ms + 3600 * 1000;
    for (int i = 0; i < 3; i++) {
        struct heard heard = {.passes = "-"};
        bool more = false;
        assert_int_equal(office_comments(f->made.office, &wanted, hear, &heard,
                                         &wanted.after, &more),
                         OFFICE_OK);
        wanted.goes_on = true;
        buf_append_text(&all, buf_text(&heard.text));
        buf_free(&heard.text);
    }
    assert_int_equal(all.size, strlen("X4 Y4 Z4 "));
    assert_holds(buf_text(&all), "X4 ");
    assert_holds(buf_text(&all), "Y4 ");
    assert_holds(buf_text(&all), "Z4 ");
    buf_free(&all);
}

static void test_what_came_just_now_is_held_back(void **state)
{
    struct fixture *f = *state;
    struct office_comments_wanted wanted = wanted_all(f);
    wanted.now = f->a.wall_ms; // the quarter of the last ones is not over
    expect(f, &wanted, "-", "D1 C2 B5 A1 ", NULL);
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%lld %s\n", (long long)found->seq, found->why);
    return true;
}

static void expect_verified(struct office *office, const char *expected)
{
    struct buf findings = {0};
    struct office_verification sum;
    assert_int_equal(office_verify(office, take_finding, &findings, &sum),
                     OFFICE_OK);
    if (expected[0] != '\0') {
        assert_holds(buf_text(&findings), expected);
    } else {
        assert_string_equal(buf_text(&findings), "");
    }
    buf_free(&findings);
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

static void test_a_changed_list_is_found(void **state)
{
    static const struct {
        const char *change, *found;
    } changes[] = {
        {"DELETE FROM comment_places WHERE seq = 1", "1 its comment is not"},
        {"UPDATE comment_places SET level = 5 WHERE seq = 1",
         "1 its comment is not"},
        {"UPDATE comment_places SET field_no = 1 WHERE seq = 4",
         "4 its comment is not"},
        {"UPDATE comment_places SET reasons = '' WHERE seq = 4",
         "4 its comment is not"},
        {"UPDATE comment_places SET round = 99 WHERE seq = 4",
         "4 its comment is not"},
        {"INSERT INTO comment_places SELECT quarter, device_no, gen, 3, round,"
         " 5, counter_no, field_no, '' FROM comment_places WHERE seq = 2",
         "3 a comment is listed for it, and it has none there"},
    };
    struct fixture *f = *state;
    expect_verified(f->made.office, "");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        tamper(f, "CREATE TABLE kept AS SELECT * FROM comment_places");
        tamper(f, changes[i].change);
        expect_verified(f->made.office, changes[i].found);
        tamper(f, "DELETE FROM comment_places; INSERT INTO comment_places "
                  "SELECT * FROM kept; DROP TABLE kept");
        expect_verified(f->made.office, "");
    }
}

static void test_an_older_database_is_listed(void **state)
{
    made_office_needs_file();
    struct fixture *f = *state;
    struct office_comments_wanted wanted = wanted_all(f);
    tamper(f, "DROP TABLE comment_places");
    tamper(f, migration);
    made_office_reopen(&f->made);
    expect_verified(f->made.office, "");
    expect(f, &wanted, "-", "?3 D1 C2 B5 A1 ", NULL);
    wanted.reason = "reason.low.2";
    expect(f, &wanted, "-", "C2 ", NULL);
}

#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_newest_first_and_filtered),
        OFFICE_TEST(test_a_cursor_goes_on_whatever_comes_in),
        OFFICE_TEST(test_a_search_is_bounded),
        OFFICE_TEST(test_one_quarter_over_several_pages),
        OFFICE_TEST(test_what_came_just_now_is_held_back),
        OFFICE_TEST(test_a_changed_list_is_found),
        OFFICE_TEST(test_an_older_database_is_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

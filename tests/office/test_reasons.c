// The totals of reasons: worked out by hand, equal to a recount whatever was
// sent in whatever order, and what is found when they were changed.
#include "common/clock.h"
#include "common/date.h"
#include "office/heads.h"
#include "office/reasons.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

static const char migration[] =
#include "office/office_15.sql.h"
    ;
static const char quarters[] =
#include "office/office_32.sql.h"
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

// "key/reason:c1-c2-c3-c4-c5 " a row.
static bool take_row(void *ctx, const struct office_reason_total *total)
{
    const int64_t *c = total->levels;
    buf_printf(ctx, "%s/%s:%lld-%lld-%lld-%lld-%lld ", total->key,
               total->reason, (long long)c[0], (long long)c[1], (long long)c[2],
               (long long)c[3], (long long)c[4]);
    return true;
}

static void expect(struct office *office, const char *from, const char *to,
                   enum office_breakdown by, const char *key,
                   const char *expected)
{
    struct buf rows = {0};
    assert_int_equal(
        office_reasons(office, day(from), day(to), by, key, take_row, &rows),
        OFFICE_OK);
    assert_string_equal(buf_text(&rows), expected);
    buf_free(&rows);
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%s\n", found->why);
    return true;
}

static void expect_verified(struct office *office, const char *finding)
{
    struct buf findings = {0};
    struct office_verification sum;
    assert_int_equal(office_verify(office, take_finding, &findings, &sum),
                     OFFICE_OK);
    if (finding) {
        assert_holds(buf_text(&findings), finding);
    } else {
        assert_string_equal(buf_text(&findings), "");
    }
    buf_free(&findings);
}

struct fixture {
    struct made_office made;
    struct ledger_maker a, b;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-10-01T08:00:00+07:00"), &f->a);
    made_office_enrol(&f->made, "4", at("2026-10-01T08:00:00+07:00"), &f->b);
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

// Reasons come as "reason.low.1 reason.low.3".
static void set_reasons(struct record *record, const char *reasons)
{
    record->reason_count = 0;
    while (*reasons) {
        size_t size = strcspn(reasons, " ");
        snprintf(record->reasons[record->reason_count++],
                 sizeof record->reasons[0], "%.*s", (int)size, reasons);
        reasons += size + (reasons[size] == ' ');
    }
}

static void rate(struct ledger_maker *maker, const char *when, int level,
                 const char *reasons, const char *transaction)
{
    struct record record;
    maker_wait(maker, at(when) + 10 * 1000 - maker->wall_ms);
    maker_visit(maker, level, &record);
    set_reasons(&record, reasons);
    if (transaction[0] != '\0') {
        record.mode = RECORD_TRANSACTION;
        strcpy(record.transaction, transaction);
        strcpy(record.field, "chung-thuc");
        strcpy(record.officer, "cb-07");
    }
    maker_write(maker, &record);
}

static void send_all(struct fixture *f, const struct ledger_maker *maker)
{
    assert_int_equal(made_office_send(&f->made, maker, 1, (int64_t)maker->count,
                                      maker->wall_ms),
                     OFFICE_BATCH_OK);
}

// Two days on both sides of a half-month; a reason that a line names twice.
static void write_days(struct fixture *f)
{
    rate(&f->a, "2026-11-14T09:00:00+07:00", 1, "reason.low.1 reason.low.3",
         "");
    rate(&f->a, "2026-11-14T09:05:00+07:00", 3, "reason.low.1 reason.low.1",
         "");
    rate(&f->a, "2026-11-15T09:00:00+07:00", 5, "reason.high.3", "T-1");
    rate(&f->a, "2026-11-15T09:10:00+07:00", 5, "", "T-2");
    rate(&f->a, "2026-11-15T09:20:00+07:00", 4, "reason.other", "");
}

static void test_each_rating_counts_once_for_a_reason(void **state)
{
    struct fixture *f = *state;
    struct office *office = f->made.office;
    write_days(f);
    send_all(f, &f->a);
    send_all(f, &f->a); // again: nothing is added
    expect(office, "2026-11-01", "2026-11-30", OFFICE_BY_NONE, NULL,
           "/:1-0-1-1-1 /reason.high.3:0-0-0-0-1 /reason.low.1:1-0-1-0-0 "
           "/reason.low.3:1-0-0-0-0 /reason.other:0-0-0-1-0 ");
    // Days alone, half-months alone, and both together.
    expect(office, "2026-11-14", "2026-11-14", OFFICE_BY_NONE, NULL,
           "/:1-0-1-0-0 /reason.low.1:1-0-1-0-0 /reason.low.3:1-0-0-0-0 ");
    expect(office, "2026-11-15", "2026-12-14", OFFICE_BY_NONE, NULL,
           "/:0-0-0-1-1 /reason.high.3:0-0-0-0-1 /reason.other:0-0-0-1-0 ");
    expect(office, "2026-11-14", "2026-12-01", OFFICE_BY_NONE, "",
           "/:1-0-1-1-1 /reason.high.3:0-0-0-0-1 /reason.low.1:1-0-1-0-0 "
           "/reason.low.3:1-0-0-0-0 /reason.other:0-0-0-1-0 ");
    expect(office, "2026-11-16", "2026-12-31", OFFICE_BY_NONE, NULL, "");
    expect(office, "2026-11-30", "2026-11-01", OFFICE_BY_NONE, "", "");
    expect_verified(office, NULL);
}

static void test_rows_of_a_breakdown(void **state)
{
    struct fixture *f = *state;
    struct office *office = f->made.office;
    write_days(f);
    send_all(f, &f->a);
    rate(&f->b, "2026-11-15T10:00:00+07:00", 2, "reason.low.3", "");
    send_all(f, &f->b);
    expect(office, "2026-11-01", "2026-11-30", OFFICE_BY_FIELD, NULL,
           "/:1-1-1-1-0 /reason.low.1:1-0-1-0-0 /reason.low.3:1-1-0-0-0 "
           "/reason.other:0-0-0-1-0 chung-thuc/:0-0-0-0-1 "
           "chung-thuc/reason.high.3:0-0-0-0-1 ");
    expect(office, "2026-11-01", "2026-11-30", OFFICE_BY_FIELD, "chung-thuc",
           "chung-thuc/:0-0-0-0-1 chung-thuc/reason.high.3:0-0-0-0-1 ");
    expect(office, "2026-11-01", "2026-11-30", OFFICE_BY_OFFICER, "cb-07",
           "cb-07/:0-0-0-0-1 cb-07/reason.high.3:0-0-0-0-1 ");
    expect(office, "2026-11-01", "2026-11-30", OFFICE_BY_CHANNEL, "transaction",
           "transaction/:0-0-0-0-1 transaction/reason.high.3:0-0-0-0-1 ");
    expect(office, "2026-11-15", "2026-11-15", OFFICE_BY_CHANNEL, NULL,
           "transaction/:0-0-0-0-1 transaction/reason.high.3:0-0-0-0-1 "
           "walk-up/:0-1-0-1-0 walk-up/reason.low.3:0-1-0-0-0 "
           "walk-up/reason.other:0-0-0-1-0 ");
    expect(office, "2026-11-01", "2026-11-30", OFFICE_BY_FIELD, "dat-dai", "");
    expect(office, "2026-11-01", "2026-11-30", OFFICE_BY_CHANNEL, "post", "");
}

// Read from whole quarters, with half-months and days beside them.
static void test_a_year_by_procedure(void **state)
{
    struct fixture *f = *state;
    struct office *office = f->made.office;
    rate(&f->a, "2026-12-14T09:00:00+07:00", 1, "reason.low.1", "");
    rate(&f->a, "2026-12-15T09:00:00+07:00", 2, "reason.low.1", "");
    rate(&f->a, "2027-03-31T09:00:00+07:00", 3, "reason.low.1", "");
    rate(&f->a, "2027-04-01T09:00:00+07:00", 4, "reason.low.1", "");
    rate(&f->a, "2027-06-30T09:00:00+07:00", 5, "reason.low.1", "");
    rate(&f->a, "2027-07-14T09:00:00+07:00", 4, "reason.low.1", "");
    rate(&f->a, "2027-07-15T09:00:00+07:00", 3, "reason.low.1", "");
    send_all(f, &f->a);
    expect(office, "2026-12-15", "2027-07-14", OFFICE_BY_PROCEDURE, NULL,
           "/:0-1-1-2-1 /reason.low.1:0-1-1-2-1 ");
    expect(office, "2027-04-01", "2027-06-30", OFFICE_BY_PROCEDURE, NULL,
           "/:0-0-0-1-1 /reason.low.1:0-0-0-1-1 ");
    expect_verified(office, NULL);
}

// The rating that was counted first stops counting, and its reasons with it.
static void test_a_rating_that_is_taken_over_takes_its_reasons(void **state)
{
    struct fixture *f = *state;
    rate(&f->b, "2026-11-15T09:30:00+07:00", 1, "reason.low.1 reason.low.2",
         "T-1");
    send_all(f, &f->b);
    rate(&f->a, "2026-11-15T09:00:00+07:00", 5, "reason.high.3", "T-1");
    send_all(f, &f->a);
    expect(f->made.office, "2026-11-15", "2026-11-15", OFFICE_BY_NONE, NULL,
           "/:0-0-0-0-1 /reason.high.3:0-0-0-0-1 ");
    expect_verified(f->made.office, NULL);
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

static void test_changed_totals_are_found(void **state)
{
    static const char *const scripts[] = {
        "UPDATE reason_totals SET level_1 = level_1 + 1 WHERE dimension = 1 "
        "AND grain = 0 AND key = 1 AND reason_no = 0 AND level_1 = 1",
        "DELETE FROM reason_totals WHERE dimension = 1 AND grain = 0",
        "UPDATE reason_totals SET reason_no = 99 WHERE dimension = 1 AND grain "
        "= 0 AND reason_no = 0"};
    struct fixture *f = *state;
    write_days(f);
    send_all(f, &f->a);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++) {
        tamper(f, "CREATE TABLE kept AS SELECT * FROM reason_totals");
        tamper(f, scripts[i]);
        expect_verified(f->made.office,
                        "the total of the day 2026-11-14 by counter, key 1, is "
                        "not what its visits' reasons give");
        tamper(f, "DELETE FROM reason_totals; INSERT INTO reason_totals SELECT "
                  "* FROM kept; DROP TABLE kept");
        expect_verified(f->made.office, NULL);
    }
    tamper(f, "INSERT INTO reason_totals VALUES (5, 0, 20000, 1, 0, 1, 0, 0, "
              "0, 0)");
    expect_verified(
        f->made.office,
        "there is a total of visits' reasons of no breakdown or period");
}

// --- Equal to a recount -----------------------------------------------------

static uint64_t random_below(uint64_t *seed, uint64_t below)
{
    // xorshift64 (Marsaglia 2003): the same mix on every machine.
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed % below;
}

enum { DEVICES = 3, LINES = 80, TRANSACTIONS = 30 };

static void write_random_line(struct ledger_maker *maker, uint64_t *seed)
{
    static const char *const fields[] = {"", "ho-tich", "chung-thuc"};
    struct record record;
    int level = (int)random_below(seed, 6);
    maker_wait(maker, 60000 + (int64_t)random_below(seed, 36 * 3600) * 1000);
    maker_visit(maker, level, &record);
    for (uint64_t n = random_below(seed, 5); n > 0; n--) {
        snprintf(record.reasons[record.reason_count++],
                 sizeof record.reasons[0], "reason.%s.%d",
                 level >= 4 ? "high" : "low", 1 + (int)random_below(seed, 4));
    }
    if (random_below(seed, 2) == 0) {
        record.mode = RECORD_TRANSACTION;
        snprintf(record.transaction, sizeof record.transaction, "T-%d",
                 (int)random_below(seed, TRANSACTIONS));
    }
    strcpy(record.field, fields[random_below(seed, 3)]);
    snprintf(record.counter, sizeof record.counter, "%d",
             1 + (int)random_below(seed, 4));
    snprintf(record.procedure, sizeof record.procedure, "2.%06d",
             (int)random_below(seed, 9));
    snprintf(record.officer, sizeof record.officer, "cb-%02d",
             (int)random_below(seed, 5));
    record.test = random_below(seed, 15) == 0;
    maker_write(maker, &record);
}

static void send_randomly(struct made_office *made,
                          const struct ledger_maker *makers, uint64_t *seed)
{
    for (int round = 0; round < 30; round++) {
        const struct ledger_maker *maker = &makers[random_below(seed, DEVICES)];
        int64_t from = 1 + (int64_t)random_below(seed, LINES);
        int64_t to = from + (int64_t)random_below(seed, 30);
        made_office_send(made, maker, from, to < LINES ? to : LINES,
                         maker->wall_ms);
    }
    for (int i = 0; i < DEVICES; i++) {
        assert_int_equal(
            made_office_send(made, &makers[i], 1, LINES, makers[i].wall_ms),
            OFFICE_BATCH_OK);
    }
}

static const enum office_breakdown breakdowns[] = {
    OFFICE_BY_NONE,      OFFICE_BY_COUNTER, OFFICE_BY_FIELD,
    OFFICE_BY_PROCEDURE, OFFICE_BY_OFFICER, OFFICE_BY_CHANNEL};

struct one_key {
    struct office *office;
    int32_t from, to;
    enum office_breakdown by;
    char last[RECORD_CODE_SIZE];
    bool is_begun;
    struct buf rows;
};

// Each key asked for alone, after the other.
static bool ask_for_key(void *ctx, const struct office_reason_total *total)
{
    struct one_key *one = ctx;
    if (one->is_begun && strcmp(one->last, total->key) == 0) {
        return true;
    }
    one->is_begun = true;
    snprintf(one->last, sizeof one->last, "%s", total->key);
    return office_reasons(one->office, one->from, one->to, one->by, one->last,
                          take_row, &one->rows) == OFFICE_OK;
}

static void expect_equal_to_recount(struct office *office, int32_t from,
                                    int32_t to)
{
    for (size_t i = 0; i < sizeof breakdowns / sizeof breakdowns[0]; i++) {
        struct buf kept = {0}, counted = {0};
        struct one_key one = {office, from, to, breakdowns[i], "", false, {0}};
        assert_int_equal(office_reasons(office, from, to, breakdowns[i], NULL,
                                        take_row, &kept),
                         OFFICE_OK);
        assert_int_equal(office_recount_reasons(office, from, to, breakdowns[i],
                                                take_row, &counted),
                         OFFICE_OK);
        assert_string_equal(buf_text(&kept), buf_text(&counted));
        assert_int_equal(office_recount_reasons(office, from, to, breakdowns[i],
                                                ask_for_key, &one),
                         OFFICE_OK);
        assert_string_equal(buf_text(&one.rows), buf_text(&counted));
        buf_free(&one.rows);
        buf_free(&kept);
        buf_free(&counted);
    }
}

static void run_seed(uint64_t seed)
{
    struct made_office made;
    struct ledger_maker makers[DEVICES];
    made_office_open_fast(&made);
    for (int i = 0; i < DEVICES; i++) {
        made_office_enrol(&made, "3", at("2026-02-01T07:00:00+07:00"),
                          &makers[i]);
        for (int n = 0; n < LINES; n++) {
            write_random_line(&makers[i], &seed);
        }
    }
    send_randomly(&made, makers, &seed);
    expect_verified(made.office, NULL);
    expect_equal_to_recount(made.office, INT32_MIN, INT32_MAX);
    for (int i = 0; i < 6; i++) {
        int32_t from = day("2026-01-20") + (int32_t)random_below(&seed, 150);
        expect_equal_to_recount(made.office, from,
                                from + (int32_t)random_below(&seed, 120));
    }
    for (int i = 0; i < DEVICES; i++) {
        maker_free(&makers[i]);
    }
    made_office_close(&made);
}

static void test_totals_equal_a_recount(void **state)
{
    static const uint64_t seeds[] = {1, 2, 20261123};
    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        run_seed(seeds[i]);
    }
}

// As it was when a report was made, whatever has come in since.
struct heads {
    struct office_head all[DEVICES];
    size_t count;
};

static bool take_head(void *ctx, const struct office_head *head)
{
    struct heads *heads = ctx;
    heads->all[heads->count++] = *head;
    return true;
}

static void test_a_recount_up_to_heads(void **state)
{
    struct fixture *f = *state;
    struct heads heads = {.count = 0};
    struct buf before = {0}, again = {0};
    int32_t from = day("2026-11-01"), to = day("2026-11-30");
    rate(&f->b, "2026-11-15T09:30:00+07:00", 1, "reason.low.1", "T-1");
    send_all(f, &f->b);
    assert_int_equal(office_heads(f->made.office, take_head, &heads),
                     OFFICE_OK);
    assert_int_equal(office_reasons(f->made.office, from, to, OFFICE_BY_FIELD,
                                    NULL, take_row, &before),
                     OFFICE_OK);
    // It takes the place of what was counted.
    write_days(f);
    send_all(f, &f->a);
    assert_int_equal(
        office_recount_reasons_to(f->made.office, heads.all, heads.count, from,
                                  to, OFFICE_BY_FIELD, take_row, &again),
        OFFICE_OK);
    assert_string_equal(buf_text(&again), buf_text(&before));
    assert_string_equal(buf_text(&again), "chung-thuc/:1-0-0-0-0 "
                                          "chung-thuc/reason.low.1:1-0-0-0-0 ");
    buf_free(&before);
    buf_free(&again);
}

// What an older database gets: the totals of the lines that it holds.
static void test_an_older_database_is_totalled(void **state)
{
    made_office_needs_file();
    struct fixture *f = *state;
    write_days(f);
    rate(&f->b, "2026-11-15T09:30:00+07:00", 1, "reason.low.8", "T-1");
    send_all(f, &f->b);
    send_all(f, &f->a);
    tamper(f, "DROP TABLE reason_totals; DELETE FROM totals WHERE grain = 2;"
              "DELETE FROM codes WHERE code LIKE 'reason.%'");
    tamper(f, migration);
    tamper(f, quarters);
    made_office_reopen(&f->made);
    expect_verified(f->made.office, NULL);
    expect(f->made.office, "2026-11-15", "2026-11-15", OFFICE_BY_NONE, NULL,
           "/:0-0-0-1-1 /reason.high.3:0-0-0-0-1 /reason.other:0-0-0-1-0 ");
    // And it goes on from there.
    rate(&f->a, "2026-11-15T11:00:00+07:00", 4, "reason.other", "");
    send_all(f, &f->a);
    expect_verified(f->made.office, NULL);
}

#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_each_rating_counts_once_for_a_reason),
        OFFICE_TEST(test_rows_of_a_breakdown),
        OFFICE_TEST(test_a_year_by_procedure),
        OFFICE_TEST(test_a_rating_that_is_taken_over_takes_its_reasons),
        OFFICE_TEST(test_changed_totals_are_found),
        OFFICE_TEST(test_a_recount_up_to_heads),
        OFFICE_TEST(test_an_older_database_is_totalled),
        cmocka_unit_test(test_totals_equal_a_recount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

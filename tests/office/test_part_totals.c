// The figures of a part of the visits: worked out by hand, refused where no
// totals are kept, and there for what an older database holds.
#include "common/clock.h"
#include "common/date.h"
#include "office/filter.h"
#include "office/heads.h"
#include "office/transactions_sql.h"
#include "office/trust.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

static const char migration[] =
#include "office/office_25.sql.h"
    ;
static const struct pseudonym_keys linked = {.linked = true};

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

static struct office_filter part(enum office_breakdown by, const char *key)
{
    return (struct office_filter){.parts = {{by, key}}, .count = 1};
}

static struct office_filter parts(enum office_breakdown by, const char *key,
                                  enum office_breakdown also, const char *other)
{
    return (struct office_filter){.parts = {{by, key}, {also, other}},
                                  .count = 2};
}

// "key:c1-c2-c3-c4-c5/declined/offered ", a row.
static bool take_row(void *ctx, const struct office_total *total)
{
    const struct office_tally *t = &total->tally;
    buf_printf(ctx, "%s:", total->key);
    for (int i = 0; i < 5; i++) {
        buf_printf(ctx, "%s%lld", i > 0 ? "-" : "", (long long)t->levels[i]);
    }
    buf_printf(ctx, "/%lld/%lld ", (long long)t->declined,
               (long long)t->offered);
    return true;
}

static void expect_days(struct office *office, struct office_filter filter,
                        const char *from, const char *to,
                        enum office_breakdown by, const char *expected)
{
    struct buf rows = {0};
    assert_true(office_filter_is_kept(&filter, by));
    assert_int_equal(office_part_totals(office, &filter, day(from), day(to), by,
                                        take_row, &rows),
                     OFFICE_OK);
    assert_string_equal(buf_text(&rows), expected);
    buf_clear(&rows);
    assert_int_equal(office_part_recount(office, &filter, day(from), day(to),
                                         by, take_row, &rows),
                     OFFICE_OK);
    assert_string_equal(buf_text(&rows), expected);
    buf_free(&rows);
}

static void expect(struct office *office, struct office_filter filter,
                   enum office_breakdown by, const char *expected)
{
    expect_days(office, filter, "2026-11-01", "2026-12-31", by, expected);
}

struct fixture {
    struct made_office made;
    struct ledger_maker a, b; // at the counters 3 and 4
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

struct wanted {
    const char *when, *counter, *field, *procedure, *officer, *step;
    int level;        // 0: declined
    const char *code; // of its transaction; NULL: a walk-up
};

static void visit(struct ledger_maker *maker, const struct wanted *wanted)
{
    struct record record;
    maker_wait(maker, at(wanted->when) + 10 * 1000 - maker->wall_ms);
    maker_visit(maker, wanted->level, &record);
    strcpy(record.counter, wanted->counter);
    strcpy(record.field, wanted->field);
    strcpy(record.procedure, wanted->procedure);
    strcpy(record.officer, wanted->officer);
    strcpy(record.step, wanted->step);
    if (wanted->code) {
        record.mode = RECORD_TRANSACTION;
        strcpy(record.transaction, wanted->code);
    }
    maker_write(maker, &record);
}

static void send_all(struct fixture *f, const struct ledger_maker *maker)
{
    assert_int_equal(made_office_send(&f->made, maker, 1, (int64_t)maker->count,
                                      maker->wall_ms),
                     OFFICE_BATCH_OK);
}

// Monday 16 and Tuesday 24 November, and 1 December.
static void write_visits(struct fixture *f)
{
    static const struct wanted of_a[] = {
        {"2026-11-16T08:15:00+07:00", "3", "dat-dai", "1.01", "cb-01",
         "tiep-nhan", 5, "T-1"},
        {"2026-11-16T09:15:00+07:00", "3", "dat-dai", "1.02", "cb-01", "", 1,
         NULL},
        {"2026-11-24T09:20:00+07:00", "3", "ho-tich", "2.01", "cb-02",
         "tra-ket-qua", 4, "T-2"},
        {"2026-12-01T09:25:00+07:00", "3", "ho-tich", "2.01", "", "", 0, NULL},
    };
    static const struct wanted of_b[] = {
        {"2026-11-16T08:30:00+07:00", "4", "dat-dai", "1.01", "cb-03",
         "tra-ket-qua", 3, "T-3"},
        {"2026-11-24T14:00:00+07:00", "4", "ho-tich", "2.01", "cb-03",
         "tra-ket-qua", 2, "T-4"},
    };
    for (size_t i = 0; i < sizeof of_a / sizeof of_a[0]; i++) {
        visit(&f->a, &of_a[i]);
    }
    for (size_t i = 0; i < sizeof of_b / sizeof of_b[0]; i++) {
        visit(&f->b, &of_b[i]);
    }
    send_all(f, &f->a);
    send_all(f, &f->b);
}

static void expect_parts(struct office *office)
{
    struct office_filter counter = part(OFFICE_BY_COUNTER, "3");
    struct office_filter land = part(OFFICE_BY_FIELD, "dat-dai");
    struct office_filter birth = part(OFFICE_BY_PROCEDURE, "2.01");
    expect(office, counter, OFFICE_BY_NONE, ":1-0-0-1-1/1/2 ");
    expect(office, counter, OFFICE_BY_COUNTER, "3:1-0-0-1-1/1/2 ");
    expect(office, counter, OFFICE_BY_FIELD,
           "dat-dai:1-0-0-0-1/0/1 ho-tich:0-0-0-1-0/1/1 ");
    expect(office, counter, OFFICE_BY_PROCEDURE,
           "1.01:0-0-0-0-1/0/1 1.02:1-0-0-0-0/0/0 2.01:0-0-0-1-0/1/1 ");
    expect(office, counter, OFFICE_BY_OFFICER,
           ":0-0-0-0-0/1/0 cb-01:1-0-0-0-1/0/1 cb-02:0-0-0-1-0/0/1 ");
    expect(office, counter, OFFICE_BY_STEP,
           ":1-0-0-0-0/1/0 tiep-nhan:0-0-0-0-1/0/1 tra-ket-qua:0-0-0-1-0/0/1 ");
    expect(office, counter, OFFICE_BY_CHANNEL,
           "transaction:0-0-0-1-1/0/2 walk-up:1-0-0-0-0/1/0 ");
    expect(office, counter, OFFICE_BY_HOUR_OF_WEEK,
           "1-08:0-0-0-0-1/0/1 1-09:1-0-0-0-0/0/0 2-09:0-0-0-1-0/1/1 ");
    expect(office, counter, OFFICE_BY_HOUR,
           "08:0-0-0-0-1/0/1 09:1-0-0-1-0/1/1 ");
    expect(office, counter, OFFICE_BY_CALENDAR_MONTH,
           "2026-11:1-0-0-1-1/0/2 2026-12:0-0-0-0-0/1/0 ");
    expect(office, counter, OFFICE_BY_DAY,
           "2026-11-16:1-0-0-0-1/0/1 2026-11-24:0-0-0-1-0/0/1 "
           "2026-12-01:0-0-0-0-0/1/0 ");
    // From the side of the second of a pair.
    expect(office, land, OFFICE_BY_COUNTER, "3:1-0-0-0-1/0/1 4:0-0-1-0-0/0/1 ");
    expect(office, birth, OFFICE_BY_COUNTER,
           "3:0-0-0-1-0/1/1 4:0-1-0-0-0/0/1 ");
    expect(office, birth, OFFICE_BY_FIELD, "ho-tich:0-1-0-1-0/1/2 ");
    expect(office, part(OFFICE_BY_OFFICER, "cb-03"), OFFICE_BY_FIELD,
           "dat-dai:0-0-1-0-0/0/1 ho-tich:0-1-0-0-0/0/1 ");
    expect(office, part(OFFICE_BY_OFFICER, ""), OFFICE_BY_COUNTER,
           "3:0-0-0-0-0/1/0 ");
    expect(office, part(OFFICE_BY_CHANNEL, "walk-up"), OFFICE_BY_FIELD,
           "dat-dai:1-0-0-0-0/0/0 ho-tich:0-0-0-0-0/1/0 ");
    expect(office, part(OFFICE_BY_STEP, "tra-ket-qua"), OFFICE_BY_HOUR,
           "08:0-0-1-0-0/0/1 09:0-0-0-1-0/0/1 14:0-1-0-0-0/0/1 ");
    // Two at once.
    expect(office, parts(OFFICE_BY_COUNTER, "3", OFFICE_BY_FIELD, "ho-tich"),
           OFFICE_BY_OFFICIAL_MONTH, "2026-12:0-0-0-1-0/1/1 ");
    expect(office, parts(OFFICE_BY_FIELD, "ho-tich", OFFICE_BY_COUNTER, "3"),
           OFFICE_BY_FIELD, "ho-tich:0-0-0-1-0/1/1 ");
    expect(
        office,
        parts(OFFICE_BY_CHANNEL, "transaction", OFFICE_BY_STEP, "tra-ket-qua"),
        OFFICE_BY_NONE, ":0-1-1-1-0/0/3 ");
    // Edges inside a half-month are read as days.
    expect_days(office, counter, "2026-11-17", "2026-12-31", OFFICE_BY_FIELD,
                "ho-tich:0-0-0-1-0/1/1 ");
    expect_days(office, land, "2026-11-16", "2026-11-23", OFFICE_BY_COUNTER,
                "3:1-0-0-0-1/0/1 4:0-0-1-0-0/0/1 ");
    expect_days(office, counter, "0000-01-01", "9999-12-31", OFFICE_BY_DAY,
                "2026-11-16:1-0-0-0-1/0/1 2026-11-24:0-0-0-1-0/0/1 "
                "2026-12-01:0-0-0-0-0/1/0 ");
    // Nothing.
    expect_days(office, counter, "2026-12-02", "2026-12-31", OFFICE_BY_FIELD,
                "");
    expect_days(office, counter, "2026-12-31", "2026-11-01", OFFICE_BY_DAY, "");
    expect(office, part(OFFICE_BY_COUNTER, "99"), OFFICE_BY_FIELD, "");
    expect(office, part(OFFICE_BY_COUNTER, "dat-dai"), OFFICE_BY_NONE, "");
    expect(office, part(OFFICE_BY_CHANNEL, "bưu điện"), OFFICE_BY_NONE, "");
    expect(office, parts(OFFICE_BY_COUNTER, "4", OFFICE_BY_OFFICER, "cb-01"),
           OFFICE_BY_NONE, "");
}

static void test_parts_by_hand(void **state)
{
    struct fixture *f = *state;
    write_visits(f);
    expect_parts(f->made.office);
}

static void expect_device(struct office *office, const char *counter,
                          const char *device)
{
    char expected[80];
    snprintf(expected, sizeof expected, "%s:%s ", device,
             counter[0] == '3' ? "1-0-0-1-1/1/2" : "0-1-1-0-0/0/2");
    expect(office, part(OFFICE_BY_COUNTER, counter), OFFICE_BY_DEVICE,
           expected);
}

static void test_devices_of_a_counter(void **state)
{
    struct fixture *f = *state;
    write_visits(f);
    expect_device(f->made.office, "3", f->a.device);
    expect_device(f->made.office, "4", f->b.device);
}

static void test_what_is_kept(void **state)
{
    struct office_filter procedure = part(OFFICE_BY_PROCEDURE, "2.01");
    struct office_filter three =
        parts(OFFICE_BY_COUNTER, "3", OFFICE_BY_FIELD, "x");
    struct office_filter no_pair =
        parts(OFFICE_BY_PROCEDURE, "1.01", OFFICE_BY_OFFICER, "cb-01");
    struct office_filter everything = {.count = 0};
    (void)state;
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        assert_true(
            office_filter_is_kept(&everything, (enum office_breakdown)by));
    }
    assert_true(office_filter_is_kept(&procedure, OFFICE_BY_DAY));
    assert_true(office_filter_is_kept(&procedure, OFFICE_BY_COUNTER));
    assert_false(office_filter_is_kept(&procedure, OFFICE_BY_OFFICER));
    assert_false(office_filter_is_kept(&procedure, OFFICE_BY_HOUR));
    assert_false(office_filter_is_kept(&procedure, OFFICE_BY_DEVICE));
    assert_true(office_filter_is_kept(&three, OFFICE_BY_NONE));
    assert_true(office_filter_is_kept(&three, OFFICE_BY_COUNTER));
    assert_false(office_filter_is_kept(&three, OFFICE_BY_OFFICER));
    assert_false(office_filter_is_kept(&no_pair, OFFICE_BY_NONE));
    assert_true(office_filters_by(OFFICE_BY_CHANNEL));
    assert_false(office_filters_by(OFFICE_BY_DEVICE));
    assert_false(office_filters_by(OFFICE_BY_HOUR));
    assert_false(office_filters_by(OFFICE_BY_NONE));
}

static bool knows(struct office *office, enum office_breakdown by,
                  const char *key)
{
    struct office_filter_part wanted = {by, key};
    bool known = false;
    assert_int_equal(office_filter_knows(office, &wanted, &known), OFFICE_OK);
    return known;
}

static void test_names_that_nobody_knows(void **state)
{
    struct fixture *f = *state;
    struct office *office = f->made.office;
    // A device stands at the counter, and is for the field.
    assert_true(knows(office, OFFICE_BY_COUNTER, "4"));
    assert_true(knows(office, OFFICE_BY_FIELD, "chung-thuc"));
    assert_false(knows(office, OFFICE_BY_FIELD, "dat-dai"));
    write_visits(f);
    assert_true(knows(office, OFFICE_BY_FIELD, "dat-dai"));
    assert_true(knows(office, OFFICE_BY_OFFICER, "cb-01"));
    assert_true(knows(office, OFFICE_BY_OFFICER, ""));
    assert_false(knows(office, OFFICE_BY_COUNTER, ""));
    assert_false(knows(office, OFFICE_BY_COUNTER, "5"));
    // Known, and none of this kind.
    assert_false(knows(office, OFFICE_BY_COUNTER, "dat-dai"));
    assert_false(knows(office, OFFICE_BY_PROCEDURE, "cb-01"));
    assert_true(knows(office, OFFICE_BY_CHANNEL, "walk-up-offline"));
    assert_false(knows(office, OFFICE_BY_CHANNEL, "dat-dai"));
}

static void test_heads_bound_a_part(void **state)
{
    struct fixture *f = *state;
    struct office_head head = {.gen = 1, .to = 2};
    struct office_filter counter = part(OFFICE_BY_COUNTER, "3");
    struct buf rows = {0};
    write_visits(f);
    strcpy(head.device, f->a.device);
    assert_int_equal(office_recount_to(f->made.office, &head, 1, &counter,
                                       day("2026-11-01"), day("2026-12-31"),
                                       OFFICE_BY_FIELD, take_row, &rows),
                     OFFICE_OK);
    assert_string_equal(buf_text(&rows), "dat-dai:1-0-0-0-1/0/1 ");
    buf_free(&rows);
}

static void test_doubts_about_the_data_of_a_part(void **state)
{
    struct fixture *f = *state;
    struct office_filter three = part(OFFICE_BY_COUNTER, "3");
    struct office_filter four = part(OFFICE_BY_COUNTER, "4");
    struct office_filter none = part(OFFICE_BY_COUNTER, "99");
    static const struct wanted again = {"2026-12-02T08:00:00+07:00",
                                        "4",
                                        "dat-dai",
                                        "1.01",
                                        "cb-03",
                                        "tiep-nhan",
                                        1,
                                        "T-1"};
    int32_t from = day("2026-11-01"), to = day("2026-12-31");
    int64_t count = 7;
    visit(&f->b, &again);
    send_all(f, &f->b);
    write_visits(f);
    // The one at counter 3 came first, though later to the server.
    assert_int_equal(
        office_count_duplicates(f->made.office, &three, from, to, &count),
        OFFICE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(
        office_count_duplicates(f->made.office, &four, from, to, &count),
        OFFICE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(
        office_count_duplicates(f->made.office, &none, from, to, &count),
        OFFICE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(
        office_count_unanchored(f->made.office, &four, from, to, &count),
        OFFICE_OK);
    assert_int_equal(count, 0);
}

// --- Transactions ------------------------------------------------------------

static void tell(struct fixture *f, const char *code, const char *counter,
                 const char *field, const char *done, int waited_min)
{
    struct transaction_entry entry = {.status = TRANSACTION_STORED};
    struct transaction *t = &entry.transaction;
    transaction_init(t);
    strcpy(t->code, code);
    strcpy(t->texts[TRANSACTION_COUNTER], counter);
    strcpy(t->texts[TRANSACTION_FIELD], field);
    t->done_at = at(done);
    t->called_at = t->done_at - 5 * 60000;
    t->queued_at = t->called_at - waited_min * 60000;
    t->timeliness = TIMELINESS_ON;
    assert_int_equal(office_take_transactions(f->made.office, "H24.12", &linked,
                                              &entry, 1, t->done_at),
                     OFFICE_OK);
}

// "key:count/minutes from ticket to call ".
static bool take_told(void *ctx, const struct office_transaction_total *total)
{
    buf_printf(ctx, "%s:%lld/%lld ", total->key, (long long)total->sum->count,
               (long long)(total->sum->called.ms / 60000));
    return true;
}

static void expect_told(struct office *office, struct office_filter filter,
                        enum office_breakdown by, const char *expected)
{
    struct buf rows = {0};
    assert_int_equal(office_transaction_part(office, &filter, day("2026-11-01"),
                                             day("2026-12-31"), by, take_told,
                                             &rows),
                     OFFICE_OK);
    assert_string_equal(buf_text(&rows), expected);
    buf_free(&rows);
}

static void tell_transactions(struct fixture *f)
{
    tell(f, "A", "3", "dat-dai", "2026-11-16T08:30:00+07:00", 10);
    tell(f, "B", "3", "ho-tich", "2026-11-16T09:30:00+07:00", 4);
    tell(f, "C", "4", "ho-tich", "2026-12-02T09:30:00+07:00", 1);
    // Told once more, of another counter.
    tell(f, "A", "4", "dat-dai", "2026-11-16T08:30:00+07:00", 12);
}

static void expect_transactions(struct office *office)
{
    expect_told(office, part(OFFICE_BY_COUNTER, "3"), OFFICE_BY_NONE, ":1/4 ");
    expect_told(office, part(OFFICE_BY_COUNTER, "4"), OFFICE_BY_FIELD,
                "dat-dai:1/12 ho-tich:1/1 ");
    expect_told(office, part(OFFICE_BY_FIELD, "ho-tich"), OFFICE_BY_COUNTER,
                "3:1/4 4:1/1 ");
    expect_told(office, part(OFFICE_BY_FIELD, "ho-tich"), OFFICE_BY_DAY,
                "2026-11-16:1/4 2026-12-02:1/1 ");
    expect_told(office, part(OFFICE_BY_COUNTER, "4"), OFFICE_BY_HOUR,
                "08:1/12 09:1/1 ");
    expect_told(office,
                parts(OFFICE_BY_COUNTER, "4", OFFICE_BY_FIELD, "ho-tich"),
                OFFICE_BY_CALENDAR_MONTH, "2026-12:1/1 ");
    expect_told(office, part(OFFICE_BY_COUNTER, "9"), OFFICE_BY_NONE, "");
}

static void test_transactions_of_a_part(void **state)
{
    struct fixture *f = *state;
    struct office_filter channel = part(OFFICE_BY_CHANNEL, "transaction");
    tell_transactions(f);
    expect_transactions(f->made.office);
    assert_int_equal(office_transaction_part(f->made.office, &channel, 0, 99999,
                                             OFFICE_BY_NONE, take_told, NULL),
                     OFFICE_NONE);
}

// --- Older databases ---------------------------------------------------------

// As the program takes the step to its version.
static void fill_older(struct fixture *f, const char *older)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, office_statements,
                                   STATEMENT_COUNT, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, older), SQL_OK);
    assert_int_equal(tamper_run(sql, migration), SQL_OK);
    assert_int_equal(transactions_fill_pairs(sql), SQL_OK);
    sql_close(sql);
}

static bool show_finding(void *ctx, const struct office_finding *finding)
{
    *(bool *)ctx = false;
    print_error("%s\n", finding->why);
    return true;
}

static void expect_sound(struct office *office)
{
    struct office_verification sum;
    bool sound = true;
    assert_int_equal(office_verify(office, show_finding, &sound, &sum),
                     OFFICE_OK);
    assert_true(sound);
}

static void test_an_older_database_is_filled(void **state)
{
    made_office_needs_file();
    struct fixture *f = *state;
    write_visits(f);
    tell_transactions(f);
    fill_older(f, "DELETE FROM totals WHERE dimension >= 16;"
                  "DELETE FROM transaction_totals WHERE dimension >= 16;"
                  "DROP INDEX invitations_withdrawn");
    made_office_reopen(&f->made);
    expect_sound(f->made.office);
    expect_parts(f->made.office);
    expect_transactions(f->made.office);
}

#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_parts_by_hand),
        OFFICE_TEST(test_devices_of_a_counter),
        cmocka_unit_test(test_what_is_kept),
        OFFICE_TEST(test_names_that_nobody_knows),
        OFFICE_TEST(test_heads_bound_a_part),
        OFFICE_TEST(test_doubts_about_the_data_of_a_part),
        OFFICE_TEST(test_transactions_of_a_part),
        OFFICE_TEST(test_an_older_database_is_filled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

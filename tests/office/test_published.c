// Steps in the database: made from what was counted, told once, kept for ever.
#include "common/clock.h"
#include "common/date.h"
#include "office/published.h"
#include "office/transactions.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

enum { NOVEMBER = 2026 * 12 + 10 }; // 15 October to 14 November

struct fixture {
    struct made_office made;
    struct ledger_maker device;
    int64_t sent;
};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-10-15T08:00:00+07:00"),
                      &f->device);
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

// Ratings of this field by this officer, now by the device's clock.
static void rate(struct fixture *f, int count, int level, const char *field,
                 const char *officer)
{
    for (int i = 0; i < count; i++) {
        struct record record;
        maker_wait(&f->device, 60000);
        maker_visit(&f->device, level, &record);
        strcpy(record.field, field);
        strcpy(record.officer, officer);
        maker_write(&f->device, &record);
    }
}

static void send_all(struct fixture *f)
{
    int64_t last = (int64_t)f->device.count;
    assert_int_equal(made_office_send(&f->made, &f->device, f->sent + 1, last,
                                      f->device.wall_ms),
                     OFFICE_BATCH_OK);
    f->sent = last;
}

static void next_day(struct fixture *f, int days)
{
    maker_wait(&f->device, days * INT64_C(86400000));
}

static void publish(struct fixture *f, const char *today)
{
    int32_t day;
    assert_true(date_parse_iso(today, &day));
    assert_int_equal(office_publish(f->made.office, day, 1), OFFICE_OK);
}

// "kind/key:c1-…-c5/offered_rated ".
static bool write_row(void *ctx, const struct published_total *total)
{
    const int64_t *c = total->sums.levels;
    buf_printf(ctx, "%d/%s:%lld-%lld-%lld-%lld-%lld/%lld ", (int)total->kind,
               total->key, (long long)c[0], (long long)c[1], (long long)c[2],
               (long long)c[3], (long long)c[4],
               (long long)total->sums.offered_rated);
    return true;
}

static void expect(struct fixture *f, const char *officer, const char *rows)
{
    struct buf text = {0};
    assert_int_equal(office_published(f->made.office, NOVEMBER, NOVEMBER,
                                      officer, write_row, &text),
                     OFFICE_OK);
    assert_string_equal(buf_text(&text), rows);
    buf_free(&text);
}

static void test_a_month_from_its_first_day_to_what_comes_late(void **state)
{
    struct fixture *f = *state;
    rate(f, 6, 5, "chung-thuc", "cb-07"); // 15 October
    next_day(f, 1);
    rate(f, 5, 4, "chung-thuc", "cb-07");
    rate(f, 3, 2, "ho-tich", "cb-08");
    send_all(f);
    publish(f, "2026-10-16"); // yesterday is no day old at midnight
    expect(f, NULL, "");
    publish(f, "2026-10-17"); // the first day is, and has no five after it
    expect(f, NULL, "");
    publish(f, "2026-10-18");
    expect(f, NULL, "0/chung-thuc:0-0-0-0-6/0 ");
    expect(f, "cb-07", "2/cb-07:0-0-0-0-6/0 ");
    publish(f, "2026-10-18");
    expect(f, NULL, "0/chung-thuc:0-0-0-0-6/0 ");
    publish(f, "2026-11-15"); // the 14th is not old enough yet
    expect(f, NULL, "0/chung-thuc:0-0-0-0-6/0 ");
    publish(f, "2026-11-16");
    expect(f, NULL, "0/chung-thuc:0-0-0-5-6/0 ");
    // Three of another field are too few, alone and with nobody beside them.
    expect(f, "cb-08", "");
}

static void test_small_fields_are_told_together_and_once(void **state)
{
    struct fixture *f = *state;
    rate(f, 3, 2, "ho-tich", "cb-08");
    rate(f, 2, 5, "dat-dai", "cb-09");
    send_all(f);
    publish(f, "2026-11-16");
    expect(f, NULL, "1/:0-3-0-0-2/0 ");
    // Two more of ho-tich: five in all, of which three were told.
    rate(f, 2, 2, "ho-tich", "cb-08");
    send_all(f);
    publish(f, "2026-11-17");
    expect(f, NULL, "1/:0-3-0-0-2/0 ");
    expect(f, "cb-08", "2/cb-08:0-5-0-0-0/0 ");
    rate(f, 3, 1, "ho-tich", "cb-08");
    send_all(f);
    publish(f, "2026-11-18");
    expect(f, NULL, "0/ho-tich:3-2-0-0-0/0 1/:0-3-0-0-2/0 ");
}

static void test_what_was_told_cannot_be_taken_back(void **state)
{
    static const char *const none[] = {"SELECT 1"};
    static const char *const tries[] = {
        "DELETE FROM published_steps", "UPDATE published_steps SET level_1 = 9",
        "DELETE FROM published_parts", "DELETE FROM published_flows",
        "INSERT INTO published_steps (step_no, at, kind, month, key, to_day,"
        " level_1, level_2, level_3, level_4, level_5, offered_rated)"
        " VALUES (9, 1, 0, 1, 'x', 1, 0, 0, 0, 0, 4, 0)"};
    struct fixture *f = *state;
    struct sql *sql = NULL;
    rate(f, 3, 2, "ho-tich", "cb-08");
    rate(f, 2, 5, "dat-dai", "cb-09");
    send_all(f);
    publish(f, "2026-11-16");
    assert_int_equal(database_open(f->made.path, SQL_WRITER, none, 1, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, "INSERT INTO published_flows (flow_no, at,"
                                     " month, transactions, silent, waits,"
                                     " wait_ms, waits_within)"
                                     " VALUES (9, 1, 1, 5, 0, 0, 0, 0)"),
                     SQL_OK);
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
        assert_int_not_equal(tamper_run(sql, tries[i]), SQL_OK);
    sql_close(sql);
    expect(f, NULL, "1/:0-3-0-0-2/0 ");
}

static void take_transaction(struct fixture *f, int number, int waited)
{
    static const struct pseudonym_keys linked = {.linked = true};
    struct transaction_entry entry = {.status = TRANSACTION_STATUS_COUNT};
    struct transaction *t = &entry.transaction;
    snprintf(t->code, sizeof t->code, "H24.12-%d", number);
    strcpy(t->texts[TRANSACTION_FIELD], "chung-thuc");
    t->done_at = at("2026-10-20T09:30:00+07:00");
    t->queued_at = t->done_at - 60 * 60000;
    t->called_at = t->queued_at + waited * INT64_C(60000);
    assert_int_equal(office_take_transactions(f->made.office, "H24.12", &linked,
                                              &entry, 1, t->done_at),
                     OFFICE_OK);
}

static void test_the_flow_goes_beside(void **state)
{
    struct fixture *f = *state;
    struct publish_flow flow;
    for (int i = 0; i < 4; i++)
        take_transaction(f, i, 10);
    publish(f, "2026-11-16");
    assert_int_equal(
        office_published_flow(f->made.office, NOVEMBER, NOVEMBER, &flow),
        OFFICE_OK);
    assert_int_equal(flow.transactions, 0);
    take_transaction(f, 4, 20);
    publish(f, "2026-11-16");
    publish(f, "2026-11-17");
    assert_int_equal(
        office_published_flow(f->made.office, NOVEMBER, NOVEMBER, &flow),
        OFFICE_OK);
    // 4 × 10 + 20 minutes; four within a quarter of an hour.
    assert_int_equal(flow.transactions, 5);
    assert_int_equal(flow.waits, 5);
    assert_int_equal(flow.wait_ms, 60 * 60000);
    assert_int_equal(flow.waits_within, 4);
    assert_int_equal(flow.silent, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_month_from_its_first_day_to_what_comes_late),
        T(test_small_fields_are_told_together_and_once),
        T(test_what_was_told_cannot_be_taken_back),
        T(test_the_flow_goes_beside)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

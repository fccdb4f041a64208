// The figures of a period: worked out by hand, and equal to a recount whatever
// was sent in whatever order.
#include "common/clock.h"
#include "common/date.h"
#include "office/trust.h"
#include "office/verify.h"
#include "support/office_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

// All rows of one reading as text: "key:c1-c2-c3-c4-c5/declined/timeout/
// withdrawn/offered/offered_rated ".
struct rows {
    struct buf text;
    int64_t ratings;
    int count;
};

static bool take_row(void *ctx, const struct office_total *total)
{
    struct rows *rows = ctx;
    const struct office_tally *t = &total->tally;
    const long long c[] = {t->levels[0], t->levels[1], t->levels[2],
                           t->levels[3], t->levels[4]};
    rows->count++;
    rows->ratings += c[0] + c[1] + c[2] + c[3] + c[4];
    buf_printf(&rows->text,
               "%s:%lld-%lld-%lld-%lld-%lld/%lld/%lld/%lld/%lld/%lld ",
               total->key, c[0], c[1], c[2], c[3], c[4], (long long)t->declined,
               (long long)t->timeout, (long long)t->withdrawn,
               (long long)t->offered, (long long)t->offered_rated);
    return true;
}

static void expect_rows(struct office *office, const char *from, const char *to,
                        enum office_breakdown by, const char *expected)
{
    struct rows rows = {.count = 0};
    assert_int_equal(
        office_totals(office, day(from), day(to), by, take_row, &rows),
        OFFICE_OK);
    assert_string_equal(buf_text(&rows.text), expected);
    buf_free(&rows.text);
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

// The device's next line: a rating whose face was touched at this moment.
static void rate_at(struct ledger_maker *maker, const char *when, int level)
{
    maker_wait(maker, at(when) + 10 * 1000 - maker->wall_ms);
    struct record record;
    maker_visit(maker, level, &record);
    strcpy(record.officer, level >= 4 ? "cb-07" : "");
    maker_write(maker, &record);
}

static void send_all(struct fixture *f, const struct ledger_maker *maker)
{
    assert_int_equal(made_office_send(&f->made, maker, 1, (int64_t)maker->count,
                                      maker->wall_ms),
                     OFFICE_BATCH_OK);
}

// The last and the first second of days, months and years of both kinds.
static void test_periods_end_with_their_last_second(void **state)
{
    struct fixture *f = *state;
    rate_at(&f->a, "2026-10-14T23:59:59+07:00", 1);
    rate_at(&f->a, "2026-10-15T00:00:00+07:00", 2);
    rate_at(&f->a, "2026-11-14T23:59:59+07:00", 3);
    rate_at(&f->a, "2026-11-15T00:00:00+07:00", 4);
    rate_at(&f->a, "2026-12-14T23:59:59+07:00", 5);
    rate_at(&f->a, "2026-12-15T00:00:00+07:00", 1);
    rate_at(&f->a, "2026-12-31T23:59:59+07:00", 2);
    rate_at(&f->a, "2027-01-01T00:00:00+07:00", 3);
    send_all(f, &f->a);
    struct office *office = f->made.office;

    expect_rows(office, "2026-10-15", "2026-11-14", OFFICE_BY_NONE,
                ":0-1-1-0-0/0/0/0/0/0 ");
    expect_rows(office, "2026-11-15", "2026-12-14", OFFICE_BY_NONE,
                ":0-0-0-1-1/0/0/0/0/0 ");
    expect_rows(office, "2026-12-01", "2026-12-31", OFFICE_BY_NONE,
                ":1-1-0-0-1/0/0/0/0/0 ");
    expect_rows(office, "2026-12-31", "2027-01-01", OFFICE_BY_NONE,
                ":0-1-1-0-0/0/0/0/0/0 ");
    expect_rows(office, "2026-12-14", "2026-12-14", OFFICE_BY_NONE,
                ":0-0-0-0-1/0/0/0/0/0 ");
    expect_rows(office, "2026-10-01", "2027-01-31", OFFICE_BY_CALENDAR_MONTH,
                "2026-10:1-1-0-0-0/0/0/0/0/0 2026-11:0-0-1-1-0/0/0/0/0/0 "
                "2026-12:1-1-0-0-1/0/0/0/0/0 2027-01:0-0-1-0-0/0/0/0/0/0 ");
    expect_rows(office, "2026-10-01", "2027-01-14", OFFICE_BY_OFFICIAL_MONTH,
                "2026-10:1-0-0-0-0/0/0/0/0/0 2026-11:0-1-1-0-0/0/0/0/0/0 "
                "2026-12:0-0-0-1-1/0/0/0/0/0 2027-01:1-1-1-0-0/0/0/0/0/0 ");
    // Edges inside a half-month are read as days, months still add up.
    expect_rows(office, "2026-11-14", "2026-12-30", OFFICE_BY_CALENDAR_MONTH,
                "2026-11:0-0-1-1-0/0/0/0/0/0 2026-12:1-0-0-0-1/0/0/0/0/0 ");
    expect_rows(office, "2026-11-10", "2026-11-20", OFFICE_BY_DAY,
                "2026-11-14:0-0-1-0-0/0/0/0/0/0 "
                "2026-11-15:0-0-0-1-0/0/0/0/0/0 ");
    int32_t first, last;
    assert_int_equal(office_span(office, &first, &last), OFFICE_OK);
    assert_int_equal(first, day("2026-10-14"));
    assert_int_equal(last, day("2027-01-01"));
}

static void test_breakdowns(void **state)
{
    struct fixture *f = *state;
    struct record record;
    char expected[300];
    // Monday 23 November 2026 on counter 3, Tuesday on counter 4.
    rate_at(&f->a, "2026-11-23T09:15:00+07:00", 5);
    rate_at(&f->a, "2026-11-23T16:59:59+07:00", 1);
    maker_wait(&f->b, at("2026-11-24T09:00:00+07:00") - f->b.wall_ms);
    maker_visit(&f->b, 4, &record);
    record.mode = RECORD_TRANSACTION;
    strcpy(record.transaction, "T-1");
    strcpy(record.counter, "4");
    strcpy(record.field, "chung-thuc");
    strcpy(record.procedure, "2.000815");
    strcpy(record.step, "tra-ket-qua");
    strcpy(record.officer, "cb-07");
    maker_write(&f->b, &record);
    maker_wait(&f->b, 60 * 1000);
    maker_visit(&f->b, 0, &record); // shown, and nobody rated
    record.mode = RECORD_TRANSACTION;
    record.outcome = RECORD_TIMEOUT;
    strcpy(record.transaction, "T-2");
    strcpy(record.counter, "4");
    maker_write(&f->b, &record);
    send_all(f, &f->a);
    send_all(f, &f->b);
    struct office *office = f->made.office;
    const char *from = "2026-11-01", *to = "2026-11-30";

    expect_rows(office, from, to, OFFICE_BY_COUNTER,
                "3:1-0-0-0-1/0/0/0/0/0 4:0-0-0-1-0/0/1/0/2/1 ");
    expect_rows(office, from, to, OFFICE_BY_FIELD,
                ":1-0-0-0-1/0/1/0/1/0 chung-thuc:0-0-0-1-0/0/0/0/1/1 ");
    expect_rows(office, from, to, OFFICE_BY_PROCEDURE,
                ":1-0-0-0-1/0/1/0/1/0 2.000815:0-0-0-1-0/0/0/0/1/1 ");
    expect_rows(office, from, to, OFFICE_BY_STEP,
                ":1-0-0-0-1/0/1/0/1/0 tra-ket-qua:0-0-0-1-0/0/0/0/1/1 ");
    expect_rows(office, from, to, OFFICE_BY_OFFICER,
                ":1-0-0-0-0/0/1/0/1/0 cb-07:0-0-0-1-1/0/0/0/1/1 ");
    expect_rows(office, from, to, OFFICE_BY_CHANNEL,
                "transaction:0-0-0-1-0/0/1/0/2/1 walk-up:1-0-0-0-1/0/0/0/0/0 ");
    expect_rows(office, from, to, OFFICE_BY_HOUR,
                "08:0-0-0-1-0/0/0/0/1/1 09:0-0-0-0-1/0/1/0/1/0 "
                "16:1-0-0-0-0/0/0/0/0/0 ");
    expect_rows(office, from, to, OFFICE_BY_WEEKDAY,
                "1:1-0-0-0-1/0/0/0/0/0 2:0-0-0-1-0/0/1/0/2/1 ");
    expect_rows(office, from, to, OFFICE_BY_HOUR_OF_WEEK,
                "1-09:0-0-0-0-1/0/0/0/0/0 1-16:1-0-0-0-0/0/0/0/0/0 "
                "2-08:0-0-0-1-0/0/0/0/1/1 2-09:0-0-0-0-0/0/1/0/1/0 ");
    bool a_first = strcmp(f->a.device, f->b.device) < 0;
    const char *of_a = "1-0-0-0-1/0/0/0/0/0", *of_b = "0-0-0-1-0/0/1/0/2/1";
    snprintf(expected, sizeof expected, "%s:%s %s:%s ",
             a_first ? f->a.device : f->b.device, a_first ? of_a : of_b,
             a_first ? f->b.device : f->a.device, a_first ? of_b : of_a);
    expect_rows(office, from, to, OFFICE_BY_DEVICE, expected);
}

static void test_an_empty_period_has_no_rows(void **state)
{
    struct fixture *f = *state;
    int32_t first, last;
    assert_int_equal(office_span(f->made.office, &first, &last), OFFICE_NONE);
    rate_at(&f->a, "2026-11-23T09:15:00+07:00", 5);
    send_all(f, &f->a);
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        expect_rows(f->made.office, "2026-11-24", "2026-12-31",
                    (enum office_breakdown)by, "");
        expect_rows(f->made.office, "2026-11-24", "2026-11-22",
                    (enum office_breakdown)by, "");
    }
}

// When a later reading takes the last visit out of a cell, the row goes too.
static void test_a_cell_that_is_emptied_has_no_row(void **state)
{
    struct fixture *f = *state;
    struct record record;
    struct ledger_maker *makers[] = {&f->b, &f->a};
    for (int i = 0; i < 2; i++) { // b later than a, and sent first
        maker_wait(makers[i], at("2026-11-23T09:00:00+07:00") +
                                  (i == 0 ? 60000 : 0) - makers[i]->wall_ms);
        maker_visit(makers[i], 5, &record);
        record.mode = RECORD_TRANSACTION;
        strcpy(record.transaction, "T-1");
        strcpy(record.counter, i == 0 ? "4" : "3");
        maker_write(makers[i], &record);
        send_all(f, makers[i]);
    }
    expect_rows(f->made.office, "2026-11-01", "2026-11-30", OFFICE_BY_COUNTER,
                "3:0-0-0-0-1/0/0/0/1/1 ");
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

enum { DEVICES = 3, LINES = 120, TRANSACTIONS = 60 };

static void write_random_line(struct ledger_maker *maker, uint64_t *seed)
{
    static const char *const steps[] = {"", "tiep-nhan", "tra-ket-qua"};
    struct record record;
    int level = (int)random_below(seed, 6);
    maker_wait(maker, 60000 + (int64_t)random_below(seed, 36 * 3600) * 1000);
    if (random_below(seed, 12) == 0) {
        maker_write_bytes(maker, "not a line", 10);
        return;
    }
    maker_visit(maker, level, &record);
    if (level == 0) {
        record.outcome = (enum record_outcome)(1 + random_below(seed, 3));
    }
    record.mode = (enum record_mode)random_below(seed, 3);
    if (record.mode == RECORD_TRANSACTION) {
        snprintf(record.transaction, sizeof record.transaction, "T-%d",
                 (int)random_below(seed, TRANSACTIONS));
        strcpy(record.step, steps[random_below(seed, 3)]);
    }
    snprintf(record.counter, sizeof record.counter, "%d",
             1 + (int)random_below(seed, 4));
    snprintf(record.procedure, sizeof record.procedure, "2.%06d",
             (int)random_below(seed, 9));
    snprintf(record.officer, sizeof record.officer, "cb-%02d",
             (int)random_below(seed, 5));
    record.test = random_below(seed, 15) == 0;
    maker_write(maker, &record);
}

// Sends random stretches of random devices, several in one commit, again and
// again; then what is missing. Every batch comes from the end of the device's
// time, so each line has one true time.
static void send_randomly(struct made_office *made,
                          const struct ledger_maker *makers, uint64_t *seed)
{
    for (int round = 0; round < 40; round++) {
        struct made_batch sent[DEVICES];
        struct office_batch batches[DEVICES];
        size_t count = 1 + random_below(seed, DEVICES);
        for (size_t i = 0; i < count; i++) {
            const struct ledger_maker *maker =
                &makers[random_below(seed, DEVICES)];
            int64_t from = 1 + (int64_t)random_below(seed, LINES);
            int64_t to = from + (int64_t)random_below(seed, 40);
            made_batch_start(&sent[i], maker, from, to < LINES ? to : LINES,
                             maker->wall_ms);
            batches[i] = sent[i].batch;
        }
        assert_int_equal(office_ingest(made->office, batches, count),
                         OFFICE_OK);
        for (size_t i = 0; i < count; i++) {
            made_batch_free(&sent[i]);
        }
    }
    for (int i = 0; i < DEVICES; i++) {
        assert_int_equal(
            made_office_send(made, &makers[i], 1, LINES, makers[i].wall_ms),
            OFFICE_BATCH_OK);
    }
}

static void expect_equal_to_recount(struct office *office, int32_t from,
                                    int32_t to)
{
    struct rows days = {.count = 0};
    assert_int_equal(
        office_totals(office, from, to, OFFICE_BY_DAY, take_row, &days),
        OFFICE_OK);
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        struct rows kept = {.count = 0}, counted = {.count = 0};
        assert_int_equal(office_totals(office, from, to,
                                       (enum office_breakdown)by, take_row,
                                       &kept),
                         OFFICE_OK);
        assert_int_equal(office_recount(office, from, to,
                                        (enum office_breakdown)by, take_row,
                                        &counted),
                         OFFICE_OK);
        assert_string_equal(buf_text(&kept.text), buf_text(&counted.text));
        // Every breakdown of half-months and days is the days together.
        assert_int_equal(kept.ratings, days.ratings);
        buf_free(&kept.text);
        buf_free(&counted.text);
    }
    buf_free(&days.text);
}

// The counted set, from the makers alone: of each transaction and step the
// earliest rating.
static int64_t count_by_hand(const struct ledger_maker *makers)
{
    struct seen {
        char name[RECORD_TRANSACTION_SIZE + RECORD_CODE_SIZE + 2];
    };
    struct seen *seen = calloc(DEVICES * LINES, sizeof *seen);
    size_t seen_count = 0;
    int64_t ratings = 0;
    assert_non_null(seen);
    for (int d = 0; d < DEVICES; d++) {
        for (size_t i = 0; i < makers[d].count; i++) {
            struct record record;
            char reason[JSON_MESSAGE_SIZE];
            const struct made_line *line = &makers[d].lines[i];
            if (!record_read(line->bytes, line->size, &record, reason) ||
                record.test || record.outcome != RECORD_RATED) {
                continue;
            }
            bool is_known = false;
            struct seen name;
            snprintf(name.name, sizeof name.name, "%s/%s", record.transaction,
                     record.step);
            for (size_t k = 0; k < seen_count && record.transaction[0]; k++) {
                is_known = is_known || strcmp(seen[k].name, name.name) == 0;
            }
            if (!is_known && record.transaction[0]) {
                seen[seen_count++] = name;
            }
            ratings += !is_known;
        }
    }
    free(seen);
    return ratings;
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    print_message("%s %lld %lld %s\n", found->device, (long long)found->gen,
                  (long long)found->seq, found->why);
    return true;
}

static void run_seed(uint64_t seed)
{
    struct made_office made;
    struct ledger_maker makers[DEVICES];
    made_office_open(&made);
    int64_t start = at("2026-02-01T07:00:00+07:00");
    for (int i = 0; i < DEVICES; i++) {
        made_office_enrol(&made, "3", start, &makers[i]);
        for (int n = 0; n < LINES; n++) {
            write_random_line(&makers[i], &seed);
        }
    }
    send_randomly(&made, makers, &seed);
    struct rows all = {.count = 0};
    assert_int_equal(office_totals(made.office, INT32_MIN, INT32_MAX,
                                   OFFICE_BY_NONE, take_row, &all),
                     OFFICE_OK);
    assert_int_equal(all.ratings, count_by_hand(makers));
    buf_free(&all.text);
    struct office_verification sum;
    assert_int_equal(office_verify(made.office, take_finding, NULL, &sum),
                     OFFICE_OK);
    assert_int_equal(sum.findings, 0);
    expect_equal_to_recount(made.office, INT32_MIN, INT32_MAX);
    for (int i = 0; i < 12; i++) {
        int32_t from = day("2026-01-20") + (int32_t)random_below(&seed, 150);
        int32_t to = from + (int32_t)random_below(&seed, 120);
        expect_equal_to_recount(made.office, from, to);
    }
    for (int i = 0; i < DEVICES; i++) {
        maker_free(&makers[i]);
    }
    made_office_close(&made);
}

static void test_totals_equal_a_recount(void **state)
{
    static const uint64_t seeds[] = {1, 2, 3, 20261123, 88172645463325252};
    (void)state;
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        run_seed(seeds[i]);
    }
}

// --- How complete the data is -----------------------------------------------

static void test_trust(void **state)
{
    struct fixture *f = *state;
    struct office_trust trust;
    int64_t nine = at("2026-11-23T09:00:00+07:00");
    rate_at(&f->a, "2026-11-23T08:59:50+07:00", 5);
    rate_at(&f->b, "2026-11-23T08:50:00+07:00", 5);
    rate_at(&f->b, "2026-11-23T08:55:00+07:00", 5);
    made_office_send(&f->made, &f->a, 1, 1, nine);
    // b tells of two lines and sends none.
    made_office_send(&f->made, &f->b, 3, 2, nine - 121 * 1000);
    assert_int_equal(office_read_trust(f->made.office, nine, 60 * 1000, &trust),
                     OFFICE_OK);
    assert_int_equal(trust.devices, 2);
    assert_int_equal(trust.silent, 1);
    assert_int_equal(trust.never_seen, 0);
    assert_int_equal(trust.missing_lines, 2);
    assert_int_equal(trust.flagged, 0);
    assert_int_equal(trust.data_as_of, nine);
    assert_int_equal(trust.oldest_contact, nine - 121 * 1000);
    // Exactly two heartbeats ago is not silent yet.
    assert_int_equal(
        office_read_trust(f->made.office, nine - 1000, 60 * 1000, &trust),
        OFFICE_OK);
    assert_int_equal(trust.silent, 0);
    made_office_send(&f->made, &f->b, 1, 2, nine);
    assert_int_equal(office_read_trust(f->made.office, nine, 60 * 1000, &trust),
                     OFFICE_OK);
    assert_int_equal(trust.missing_lines, 0);
    assert_int_equal(trust.silent, 0);
}

static void test_trust_of_nobody(void **state)
{
    struct made_office made;
    struct office_trust trust;
    (void)state;
    made_office_open(&made);
    assert_int_equal(office_read_trust(made.office, 1000, 60, &trust),
                     OFFICE_OK);
    assert_int_equal(trust.devices, 0);
    assert_int_equal(trust.silent, 0);
    assert_int_equal(trust.data_as_of, 0);
    assert_int_equal(trust.missing_lines, 0);
    made_office_close(&made);
}

#define OFFICE_TEST(name)                                                      \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(test_periods_end_with_their_last_second),
        OFFICE_TEST(test_breakdowns),
        OFFICE_TEST(test_an_empty_period_has_no_rows),
        OFFICE_TEST(test_a_cell_that_is_emptied_has_no_row),
        cmocka_unit_test(test_totals_equal_a_recount),
        OFFICE_TEST(test_trust),
        cmocka_unit_test(test_trust_of_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

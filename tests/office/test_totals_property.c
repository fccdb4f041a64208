// Totals equal a recount, always: random histories of several devices, whose
// visits come late, twice, as tests, about transactions that were rated before,
// with reasons, and are marked; over restarts, and after the pairs were made
// anew from what an older database holds. After each step every kept total is
// compared with what the rows give, and every filtered breakdown with a
// recount.
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "office/filter.h"
#include "office/flags.h"
#include "office/ratings.h"
#include "office/transactions_sql.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/chance.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>

static const char pairs[] =
#include "office/office_25.sql.h"
    ;
static const char quarters[] =
#include "office/office_32.sql.h"
    ;
enum { DEVICES = 3, STEPS = 60, LINES_MOST = 12, DAY_MS = 24 * 3600 * 1000 };
static const struct pseudonym_keys linked = {.linked = true};
// 1 November 2026, 08:00: the edges of half-months and months are near.
static const int64_t START = 1793494800000;

struct device {
    struct ledger_maker maker;
    int64_t sent; // lines
};

struct world {
    struct made_office made;
    struct device devices[DEVICES];
    int64_t now;
};

static void choose(char *out, const char *form, unsigned count)
{
    unsigned which = draw(count + 1);
    out[0] = '\0';
    if (which > 0) {
        snprintf(out, RECORD_CODE_SIZE, "%s%u", form, which);
    }
}

static void write_visit(struct device *device)
{
    struct record record;
    maker_wait(&device->maker, draw(9 * 3600 * 1000));
    maker_visit(&device->maker, (int)draw(6), &record);
    snprintf(record.counter, sizeof record.counter, "%u", 1 + draw(3));
    choose(record.field, "f", 2);
    choose(record.procedure, "p", 3);
    choose(record.officer, "o", 2);
    choose(record.step, "s", 2);
    record.test = draw(12) == 0;
    if (draw(2)) {
        record.mode = RECORD_TRANSACTION;
        snprintf(record.transaction, sizeof record.transaction, "T%u",
                 draw(25));
    } else if (draw(3) == 0) {
        record.mode = RECORD_WALK_UP_OFFLINE;
    }
    if (record.level > 0 && draw(2)) {
        record.reason_count = 1;
        snprintf(record.reasons[0], RECORD_REASON_SIZE, "reason.low.%u",
                 1 + draw(2));
    }
    maker_write(&device->maker, &record);
}

// What it has, or a part of it, and sometimes what was sent before once more.
static void send_some(struct world *world, struct device *device)
{
    int64_t count = (int64_t)device->maker.count;
    int64_t from = device->sent + 1;
    if (from > 1 && draw(3) == 0) {
        from -= draw((unsigned)(from - 1));
    }
    int64_t to = count - draw(3);
    if (to < from) {
        return;
    }
    if (device->maker.wall_ms > world->now) {
        world->now = device->maker.wall_ms;
    }
    made_office_send(&world->made, &device->maker, from, to, world->now);
    device->sent = to > device->sent ? to : device->sent;
}

static void tell(struct world *world)
{
    struct transaction_entry entry = {.status = TRANSACTION_STORED};
    struct transaction *t = &entry.transaction;
    transaction_init(t);
    snprintf(t->code, sizeof t->code, "T%u", draw(25));
    choose(t->texts[TRANSACTION_STEP], "s", 2);
    choose(t->texts[TRANSACTION_FIELD], "f", 2);
    choose(t->texts[TRANSACTION_PROCEDURE], "p", 3);
    choose(t->texts[TRANSACTION_OFFICER], "o", 2);
    snprintf(t->texts[TRANSACTION_COUNTER], TRANSACTION_TEXT_SIZE, "%u",
             1 + draw(3));
    t->done_at = START + draw(30) * (int64_t)DAY_MS;
    t->called_at = t->done_at - 60000;
    t->queued_at = draw(2) ? t->called_at - draw(2000000) : 0;
    t->timeliness = (enum timeliness)draw(TIMELINESS_COUNT);
    assert_int_equal(office_take_transactions(world->made.office, "H24.12",
                                              &linked, &entry, 1, world->now),
                     OFFICE_OK);
}

// One visit or another; of those that do not count there is none to mark.
static void mark(struct world *world)
{
    struct ticket_place at = {.device_no = 1 + draw(DEVICES), .gen = 1};
    const struct office_decision decision = {"khiếu nại", "user an",
                                             world->now};
    char id[OFFICE_RATING_ID_SIZE];
    bool done;
    int64_t sent = world->devices[at.device_no - 1].sent;
    at.seq = 1 + draw((unsigned)sent + 1);
    if (office_name_rating(world->made.office, &at, id) != OFFICE_OK) {
        return;
    }
    enum office_result result =
        draw(3)
            ? office_mark_rating(world->made.office, id, &decision, &done)
            : office_withdraw_mark(world->made.office, id, &decision, &done);
    assert_true(result == OFFICE_OK || result == OFFICE_NONE);
}

// As a database of before gets its pairs and its quarters.
static void fill_again(struct world *world)
{
    struct sql *sql = NULL;
    if (database_is_url(world->made.path))
        return;
    office_close(world->made.office);
    world->made.office = NULL;
    assert_int_equal(database_open(world->made.path, SQL_WRITER,
                                   office_statements, STATEMENT_COUNT, &sql),
                     SQL_OK);
    assert_int_equal(
        tamper_run(sql, "DELETE FROM totals WHERE dimension >= 16 OR grain = 2;"
                        "DELETE FROM transaction_totals"
                        " WHERE dimension >= 16 OR grain = 2;"
                        "DELETE FROM reason_totals WHERE grain = 2;"
                        "DROP INDEX invitations_withdrawn"),
        SQL_OK);
    assert_int_equal(tamper_run(sql, pairs), SQL_OK);
    assert_int_equal(transactions_fill_pairs(sql), SQL_OK);
    assert_int_equal(tamper_run(sql, quarters), SQL_OK);
    assert_int_equal(transactions_fill_quarters(sql), SQL_OK);
    sql_close(sql);
    assert_int_equal(
        office_open(world->made.path, OFFICE_WRITER, &world->made.office),
        OFFICE_OK);
}

static bool show_finding(void *ctx, const struct office_finding *finding)
{
    print_error("%s\n", finding->why);
    *(bool *)ctx = false;
    return true;
}

static bool take_row(void *ctx, const struct office_total *total)
{
    const int64_t *numbers = (const int64_t *)(const void *)&total->tally;
    buf_printf(ctx, "%s=%s:", total->key, total->label);
    for (size_t i = 0; i < sizeof total->tally / sizeof *numbers; i++) {
        buf_printf(ctx, " %lld", (long long)numbers[i]);
    }
    buf_append_char(ctx, '\n');
    return true;
}

static void compare(struct office *office, const struct office_filter *filter,
                    int32_t from, int32_t to, enum office_breakdown by)
{
    struct buf kept = {0}, counted = {0};
    assert_int_equal(
        office_part_totals(office, filter, from, to, by, take_row, &kept),
        OFFICE_OK);
    assert_int_equal(
        office_part_recount(office, filter, from, to, by, take_row, &counted),
        OFFICE_OK);
    assert_string_equal(buf_text(&kept), buf_text(&counted));
    buf_free(&kept);
    buf_free(&counted);
}

// Every part of one code, and of two, by everything that is kept.
static void compare_parts(struct office *office, int32_t from, int32_t to)
{
    static const struct office_filter_part choices[] = {
        {OFFICE_BY_COUNTER, "1"},      {OFFICE_BY_FIELD, "f1"},
        {OFFICE_BY_FIELD, ""},         {OFFICE_BY_PROCEDURE, "p2"},
        {OFFICE_BY_OFFICER, "o1"},     {OFFICE_BY_STEP, "s1"},
        {OFFICE_BY_CHANNEL, "walk-up"}};
    enum { CHOICES = sizeof choices / sizeof choices[0] };
    for (size_t i = 0; i < CHOICES; i++) {
        for (size_t k = i; k < CHOICES; k++) {
            struct office_filter filter = {.parts = {choices[i], choices[k]},
                                           .count = i == k ? 1 : 2};
            if (i != k && choices[i].by == choices[k].by) {
                continue;
            }
            for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
                if (office_filter_is_kept(&filter, (enum office_breakdown)by)) {
                    compare(office, &filter, from, to,
                            (enum office_breakdown)by);
                }
            }
        }
    }
}

static void check(struct world *world)
{
    static const struct office_filter everything;
    struct office_verification sum;
    bool sound = true;
    int32_t first = date_day_of_wall_ms(START) + (int32_t)draw(20);
    int32_t last = first + (int32_t)draw(30);
    assert_int_equal(
        office_verify(world->made.office, show_finding, &sound, &sum),
        OFFICE_OK);
    assert_true(sound);
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        compare(world->made.office, &everything, first, last,
                (enum office_breakdown)by);
    }
    if (draw(4) == 0) {
        compare_parts(world->made.office, first, last);
    }
}

static void step(struct world *world)
{
    struct device *device = &world->devices[draw(DEVICES)];
    switch (draw(10)) {
    case 0:
        made_office_reopen(&world->made);
        break;
    case 1:
        fill_again(world);
        break;
    case 2:
    case 3:
        tell(world);
        break;
    case 4:
    case 5:
        mark(world);
        break;
    default:
        for (unsigned i = draw(LINES_MOST); i > 0; i--) {
            write_visit(device);
        }
        send_some(world, device);
        break;
    }
    check(world);
}

static void run_history(uint64_t seed)
{
    struct world world = {.now = START};
    chance_start(seed);
    made_office_open_fast(&world.made);
    for (int i = 0; i < DEVICES; i++) {
        char counter[8];
        snprintf(counter, sizeof counter, "%d", i + 1);
        made_office_enrol(&world.made, counter, START, &world.devices[i].maker);
    }
    for (int i = 0; i < STEPS; i++) {
        step(&world);
    }
    for (int i = 0; i < DEVICES; i++) {
        maker_free(&world.devices[i].maker);
    }
    made_office_close(&world.made);
}

static void test_totals_equal_a_recount(void **state)
{
    static const uint64_t seeds[] = {1, 7, 20261130};
    (void)state;
    log_set_level(LOG_WARN);
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        run_history(seeds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_totals_equal_a_recount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

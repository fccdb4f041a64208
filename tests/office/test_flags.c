// Flags that rules lay and people lift, and marks: what becomes of the figures,
// in whatever order ratings come.
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "office/audit.h"
#include "office/flags.h"
#include "office/judging.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

enum { SECOND = 1000, MINUTE = 60 * 1000, FLAGS = 64 };

struct fixture {
    struct made_office made;
    struct ledger_maker a, b;
    int64_t now;
    struct buf thresholds;
};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static void set_rules(struct fixture *f, const char *thresholds,
                      int64_t version, const char *hours)
{
    const struct office_rules rules = {thresholds, version, hours};
    assert_int_equal(office_set_rules(f->made.office, &rules, f->now),
                     OFFICE_OK);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->now = at("2026-11-23T09:00:00+07:00");
    made_office_open_fast(&f->made);
    made_office_enrol(&f->made, "3", f->now, &f->a);
    made_office_enrol(&f->made, "4", f->now, &f->b);
    assert_true(file_read(TEST_SOURCE "/assets/settings/integrity.json", 10000,
                          &f->thresholds));
    set_rules(f, buf_text(&f->thresholds), 0, "{}");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    buf_free(&f->thresholds);
    maker_free(&f->a);
    maker_free(&f->b);
    made_office_close(&f->made);
    free(f);
    return 0;
}

// A rating of a citizen's: touched somewhere, after a while.
static void rate_at(struct ledger_maker *maker, int level, double x)
{
    struct record record;
    maker_visit(maker, level, &record);
    record.has_touch = true;
    record.touch_x = x;
    record.touch_y = 0.5;
    record.touch_after_ms = 2000;
    maker_write(maker, &record);
}

static void rate_counter_4(struct fixture *f)
{
    struct record record;
    maker_visit(&f->b, 5, &record);
    snprintf(record.counter, sizeof record.counter, "4");
    record.has_touch = true;
    record.touch_x = 0.4;
    record.touch_y = 0.5;
    record.touch_after_ms = 2000;
    maker_write(&f->b, &record);
}

// `count` of them, `gap` apart, of changing levels and places.
static void rate_many(struct ledger_maker *maker, int count, int64_t gap)
{
    for (int i = 0; i < count; i++) {
        rate_at(maker, 4 + i % 2, 0.2 + 0.05 * (i % 7));
        maker_wait(maker, gap);
    }
}

static void send(struct fixture *f, struct ledger_maker *maker, int64_t from,
                 int64_t to)
{
    f->now = maker->wall_ms;
    made_office_send(&f->made, maker, from, to, f->now);
}

static void judge(struct fixture *f)
{
    int64_t left = 1;
    for (int i = 0; i < 1000 && left > 0; i++)
        assert_int_equal(office_judge(f->made.office, 1, f->now, &left),
                         OFFICE_OK);
    assert_int_equal(left, 0);
    // And the months, when they have gathered.
    assert_int_equal(
        office_judge(f->made.office, 1, f->now + 60 * MINUTE, &left),
        OFFICE_OK);
}

static bool say(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    print_message("%s %lld %lld %s\n", found->device, (long long)found->gen,
                  (long long)found->seq, found->why);
    return true;
}

static int64_t findings(struct fixture *f)
{
    struct office_verification sum;
    assert_int_equal(office_verify(f->made.office, say, NULL, &sum), OFFICE_OK);
    return sum.findings;
}

struct all_totals {
    size_t count;
    struct {
        char key[64];
        struct office_tally tally;
    } rows[200];
};

static bool take_total(void *ctx, const struct office_total *total)
{
    struct all_totals *all = ctx;
    assert_true(all->count < 200);
    snprintf(all->rows[all->count].key, sizeof all->rows[0].key, "%s",
             total->key);
    all->rows[all->count++].tally = total->tally;
    return true;
}

// Totals, recount and verification agree, in every breakdown.
static void expect_sound(struct fixture *f)
{
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        struct all_totals kept = {.count = 0}, counted = {.count = 0};
        office_totals(f->made.office, 0, OFFICE_DAY_MOST, by, take_total,
                      &kept);
        office_recount(f->made.office, 0, OFFICE_DAY_MOST, by, take_total,
                       &counted);
        assert_int_equal(kept.count, counted.count);
        for (size_t i = 0; i < kept.count; i++) {
            assert_string_equal(kept.rows[i].key, counted.rows[i].key);
            assert_memory_equal(&kept.rows[i].tally, &counted.rows[i].tally,
                                sizeof kept.rows[i].tally);
        }
    }
    assert_int_equal(findings(f), 0);
}

static int64_t sum(const int64_t levels[5])
{
    int64_t all = 0;
    for (int i = 0; i < 5; i++)
        all += levels[i];
    return all;
}

static void expect_aside(struct fixture *f, int64_t flagged, int64_t marked,
                         int64_t aside)
{
    struct office_tally all = made_office_all(f->made.office);
    assert_int_equal(sum(all.flagged), flagged);
    assert_int_equal(sum(all.marked), marked);
    assert_int_equal(sum(all.aside), aside);
}

struct flags {
    size_t count;
    struct office_rating_flag all[FLAGS];
    char ids[FLAGS][OFFICE_RATING_ID_SIZE]; // the first of each
};

static bool take_flag(void *ctx, const struct office_rating_flag *flag)
{
    struct flags *flags = ctx;
    assert_true(flags->count < FLAGS);
    if (flag->id_count > 0)
        memcpy(flags->ids[flags->count], flag->ids[0], sizeof flags->ids[0]);
    flags->all[flags->count] = *flag;
    flags->count++;
    return true;
}

static void list(struct fixture *f, enum office_flag_state state,
                 struct flags *out)
{
    const struct office_flags_wanted wanted = {.last_day = OFFICE_DAY_MOST,
                                               .rule = -1,
                                               .state = state,
                                               .limit = FLAGS};
    out->count = 0;
    assert_int_equal(
        office_list_rating_flags(f->made.office, &wanted, take_flag, out),
        OFFICE_OK);
}

static void lift(struct fixture *f, int64_t no, bool done)
{
    const struct office_decision decision = {"cả đoàn đi chung", "user an",
                                             f->now};
    bool is_done = !done;
    assert_int_equal(office_lift_flag(f->made.office, no, &decision, &is_done),
                     OFFICE_OK);
    assert_int_equal(is_done, done);
}

static void test_a_burst_is_flagged_and_told_apart(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    rate_many(&f->a, 3, 10 * MINUTE);
    rate_many(&f->a, 8, 20 * SECOND);
    send(f, &f->a, 1, 11);
    expect_aside(f, 0, 0, 0); // not judged yet
    judge(f);
    expect_aside(f, 8, 0, 8);
    list(f, OFFICE_FLAGS_ALL, &flags);
    assert_int_equal(flags.count, 1);
    assert_int_equal(flags.all[0].rule, INTEGRITY_BURST);
    assert_int_equal(flags.all[0].ratings, 8);
    assert_int_equal(flags.all[0].figures.ratings, 8);
    assert_int_equal(flags.all[0].figures.seconds, 140);
    assert_int_equal(sum(made_office_all(f->made.office).levels), 11);
    expect_sound(f);
}

// The fifth one of five minutes is no burst; the sixth comes late.
static void test_late_data_is_judged_again(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    rate_many(&f->a, 12, 20 * SECOND);
    send(f, &f->a, 1, 5);
    judge(f);
    expect_aside(f, 0, 0, 0);
    send(f, &f->a, 6, 6);
    judge(f);
    expect_aside(f, 6, 0, 6);
    list(f, OFFICE_FLAGS_ON, &flags);
    int64_t no = flags.all[0].no;
    send(f, &f->a, 7, 12);
    judge(f);
    // The same flag has grown.
    list(f, OFFICE_FLAGS_ALL, &flags);
    assert_int_equal(flags.count, 1);
    assert_int_equal(flags.all[0].no, no);
    assert_int_equal(flags.all[0].ratings, 12);
    expect_sound(f);
}

static void test_a_lifted_flag_stays_lifted(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    bool done = true;
    const struct office_decision again = {"nữa", "user binh", f->now};
    rate_many(&f->a, 6, 20 * SECOND);
    send(f, &f->a, 1, 6);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    lift(f, flags.all[0].no, true);
    expect_aside(f, 0, 0, 0);
    expect_sound(f);
    // A second person finds it done.
    assert_int_equal(
        office_lift_flag(f->made.office, flags.all[0].no, &again, &done),
        OFFICE_OK);
    assert_false(done);
    assert_int_equal(office_lift_flag(f->made.office, 999, &again, &done),
                     OFFICE_NONE);
    // The day is judged again for a rating that has nothing to do with it.
    maker_wait(&f->a, 20 * MINUTE);
    rate_many(&f->a, 1, 0);
    send(f, &f->a, 7, 7);
    judge(f);
    expect_aside(f, 0, 0, 0);
    list(f, OFFICE_FLAGS_OFF, &flags);
    assert_int_equal(flags.count, 1);
    expect_sound(f);
}

static void test_new_evidence_flags_again(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    rate_many(&f->a, 7, 20 * SECOND);
    send(f, &f->a, 1, 6);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    lift(f, flags.all[0].no, true);
    send(f, &f->a, 7, 7); // one more in the same minutes
    judge(f);
    expect_aside(f, 7, 0, 7);
    list(f, OFFICE_FLAGS_ALL, &flags);
    assert_int_equal(flags.count, 2);
    expect_sound(f);
}

// Where each rating is judged by itself, one that was lifted never comes back.
static void test_a_single_rating_stays_lifted(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    struct record record;
    for (int i = 0; i < 2; i++) {
        maker_visit(&f->a, 5, &record);
        record.mode = RECORD_TRANSACTION;
        maker_write(&f->a, &record);
        maker_wait(&f->a, 10 * MINUTE);
        send(f, &f->a, i + 1, i + 1);
        judge(f);
        expect_aside(f, 1, 0, 1);
        list(f, OFFICE_FLAGS_ON, &flags);
        assert_int_equal(flags.count, 1);
        assert_int_equal(flags.all[0].rule, INTEGRITY_NO_TRANSACTION);
        assert_int_equal(flags.all[0].figures.ratings, 1);
        lift(f, flags.all[0].no, true);
    }
    judge(f);
    expect_aside(f, 0, 0, 0);
    expect_sound(f);
}

static void test_a_mark_is_set_and_withdrawn(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    bool done = false;
    const struct office_decision decision = {"công chức khiếu nại", "user an",
                                             f->now};
    rate_many(&f->a, 6, 20 * SECOND);
    send(f, &f->a, 1, 6);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    const char *id = flags.ids[0];
    assert_int_equal(office_mark_rating(f->made.office, id, &decision, &done),
                     OFFICE_OK);
    assert_true(done);
    expect_aside(f, 6, 1, 6); // it has both
    expect_sound(f);
    assert_int_equal(office_mark_rating(f->made.office, id, &decision, &done),
                     OFFICE_OK);
    assert_false(done); // somebody did
    lift(f, flags.all[0].no, true);
    expect_aside(f, 0, 1, 1);
    assert_int_equal(office_withdraw_mark(f->made.office, id, &decision, &done),
                     OFFICE_OK);
    assert_true(done);
    expect_aside(f, 0, 0, 0);
    assert_int_equal(office_withdraw_mark(f->made.office, id, &decision, &done),
                     OFFICE_OK);
    assert_false(done);
    // And once more.
    assert_int_equal(office_mark_rating(f->made.office, id, &decision, &done),
                     OFFICE_OK);
    assert_true(done);
    expect_aside(f, 0, 1, 1);
    assert_int_equal(office_mark_rating(f->made.office, "0123456789abcdef",
                                        &decision, &done),
                     OFFICE_NONE);
    expect_sound(f);
}

static bool find_action(void *ctx, const struct audit_entry *entry)
{
    char *found = ctx;
    snprintf(found + strlen(found), 400 - strlen(found), "%s by %s: %s\n",
             entry->action, entry->who, entry->detail);
    return true;
}

static void test_decisions_stand_in_the_audit_trail(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    char found[400] = "";
    rate_many(&f->a, 6, 20 * SECOND);
    send(f, &f->a, 1, 6);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    lift(f, flags.all[0].no, true);
    lift(f, flags.all[0].no, false);
    office_list_audit(f->made.office, find_action, found);
    const char *entry =
        strstr(found, "flag-lifted by user an: cả đoàn đi chung\n");
    assert_non_null(entry);
    assert_null(strstr(entry + 1, "flag-lifted"));
}

// A rating that was flagged stops counting: an earlier one of its transaction
// comes in from another device.
static void test_a_flagged_rating_stops_counting(void **state)
{
    struct fixture *f = *state;
    struct record record;
    maker_visit(&f->b, 2, &record); // before all others, at its own counter
    snprintf(record.counter, sizeof record.counter, "4");
    snprintf(record.transaction, sizeof record.transaction, "H24-1");
    record.mode = RECORD_TRANSACTION;
    maker_write(&f->b, &record);
    maker_wait(&f->a, 10 * MINUTE);
    for (int i = 0; i < 6; i++) {
        maker_visit(&f->a, 4 + i % 2, &record);
        snprintf(record.transaction, sizeof record.transaction, "H24-%d",
                 i + 1);
        record.mode = RECORD_TRANSACTION;
        maker_write(&f->a, &record);
        maker_wait(&f->a, 20 * SECOND);
    }
    send(f, &f->a, 1, 6);
    judge(f);
    expect_aside(f, 6, 0, 6);
    maker_wait(&f->b, 20 * MINUTE);
    send(f, &f->b, 1, 1);
    expect_aside(f, 5, 0, 5);
    judge(f);
    expect_aside(f, 0, 0, 0); // five are no burst
    expect_sound(f);
}

static void test_new_thresholds_judge_every_day_again(void **state)
{
    struct fixture *f = *state;
    char *fewer = strdup(buf_text(&f->thresholds));
    char *number = strstr(fewer, "\"ratings\": 6");
    assert_non_null(number);
    number[strlen("\"ratings\": ")] = '4';
    rate_many(&f->a, 4, 20 * SECOND);
    send(f, &f->a, 1, 4);
    judge(f);
    expect_aside(f, 0, 0, 0);
    set_rules(f, fewer, 1, "{}");
    judge(f);
    expect_aside(f, 4, 0, 4);
    expect_sound(f);
    set_rules(f, buf_text(&f->thresholds), 2, "{}");
    judge(f);
    expect_aside(f, 0, 0, 0);
    expect_sound(f);
    free(fewer);
}

// Six within 100 seconds, two more 130 seconds later: a burst of eight within
// five minutes, of six within two.
static void test_what_left_a_flag_counts_again(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    rate_many(&f->a, 6, 20 * SECOND);
    maker_wait(&f->a, 110 * SECOND);
    rate_many(&f->a, 2, 20 * SECOND);
    send(f, &f->a, 1, 8);
    judge(f);
    expect_aside(f, 8, 0, 8);
    list(f, OFFICE_FLAGS_ON, &flags);
    int64_t no = flags.all[0].no;
    char *sooner = strdup(buf_text(&f->thresholds));
    char *number = strstr(sooner, "\"minutes\": 5");
    assert_non_null(number);
    number[strlen("\"minutes\": ")] = '2';
    set_rules(f, sooner, 1, "{}");
    free(sooner);
    judge(f);
    expect_aside(f, 6, 0, 6);
    list(f, OFFICE_FLAGS_ALL, &flags);
    assert_int_equal(flags.count, 1);
    assert_int_equal(flags.all[0].no, no);
    assert_int_equal(flags.all[0].ratings, 6);
    expect_sound(f);
}

// Hours that are set today say nothing of yesterday.
static void test_hours_hold_from_their_day_on(void **state)
{
    struct fixture *f = *state;
    static const char hours[] =
        "{\"hours\":{\"mon\":[\"07:30-08:00\"],\"tue\":[\"07:30-08:00\"]}}";
    rate_many(&f->a, 1, 0);
    send(f, &f->a, 1, 1);
    judge(f);
    maker_wait(&f->a, 24 * 60 * MINUTE);
    f->now = f->a.wall_ms;
    set_rules(f, buf_text(&f->thresholds), 0, hours);
    rate_many(&f->a, 1, 0);
    send(f, &f->a, 2, 2);
    judge(f);
    expect_aside(f, 1, 0, 1);
    expect_sound(f);
}

static size_t flags_of(struct fixture *f, const char *counter, const char *day)
{
    struct flags flags = {.count = 0};
    int32_t on = date_day_of_wall_ms(at(day));
    const struct office_flags_wanted wanted = {
        .first_day = on,
        .last_day = on,
        .rule = INTEGRITY_OUTSIDE_HOURS,
        .counter = counter,
        .state = OFFICE_FLAGS_ON,
        .limit = FLAGS};
    assert_int_equal(office_list_rating_flags(f->made.office, &wanted,
                                              take_flag, &flags),
                     OFFICE_OK);
    return flags.count;
}

// Counter 3 works at nine, when the unit and counter 4 are closed; from the day
// on which that is said.
static void test_a_counter_has_hours_of_its_own(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    static const char unit[] = "{\"hours\":{\"mon\":[\"07:30-08:00\"],"
                               "\"tue\":[\"07:30-08:00\"]}}";
    static const char own[] =
        "{\"hours\":{\"mon\":[\"07:30-08:00\"],\"tue\":[\"07:30-08:00\"]},"
        "\"counters\":{\"9\":{},\"3\":{\"hours\":{\"tue\":[\"08:30-10:00\"]}}}}";
    set_rules(f, buf_text(&f->thresholds), 0, unit);
    rate_many(&f->a, 1, 0); // Monday at nine
    send(f, &f->a, 1, 1);
    maker_wait(&f->a, 24 * 60 * MINUTE);
    maker_wait(&f->b, 24 * 60 * MINUTE);
    f->now = f->a.wall_ms;
    set_rules(f, buf_text(&f->thresholds), 0, own);
    rate_many(&f->a, 1, 0);
    rate_counter_4(f);
    send(f, &f->a, 2, 2);
    send(f, &f->b, 1, 1);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    assert_int_equal(flags.count, 2);
    assert_int_equal(flags_of(f, "3", "2026-11-23T09:00:00+07:00"), 1);
    assert_int_equal(flags_of(f, "3", "2026-11-24T09:00:00+07:00"), 0);
    assert_int_equal(flags_of(f, "4", "2026-11-24T09:00:00+07:00"), 1);
    expect_sound(f);
}

// Officer A is satisfied 60 of 60, officer B 40 of 60: 33 points apart.
static void rate_officers(struct fixture *f)
{
    for (int i = 0; i < 60; i++) {
        struct record record;
        maker_visit(&f->a, 4 + i % 2, &record);
        snprintf(record.officer, sizeof record.officer, "cb-1");
        maker_write(&f->a, &record);
        maker_wait(&f->a, (5 + i % 3) * MINUTE);
        maker_visit(&f->b, i % 3 == 0 ? 2 : 5 - i % 2, &record);
        snprintf(record.counter, sizeof record.counter, "4");
        snprintf(record.officer, sizeof record.officer, "cb-2");
        maker_write(&f->b, &record);
        maker_wait(&f->b, (5 + i % 4) * MINUTE);
    }
}

static void test_an_officer_far_from_peers(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    rate_officers(f);
    send(f, &f->a, 1, 60);
    send(f, &f->b, 1, 60);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    assert_int_equal(flags.count, 2); // each stands out beside the other
    assert_int_equal(flags.all[0].rule, INTEGRITY_OFFICER_OUTLIER);
    assert_int_equal(flags.all[0].ratings, 60);
    expect_aside(f, 120, 0, 120);
    expect_sound(f);
    // Lifted for the month, whatever comes.
    lift(f, flags.all[0].no, true);
    lift(f, flags.all[1].no, true);
    rate_many(&f->a, 1, 0);
    send(f, &f->a, 61, 61);
    judge(f);
    expect_aside(f, 0, 0, 0);
    expect_sound(f);
}

// Everything once, in whatever order and cut: the flags are the same.
static void describe(struct fixture *f, struct buf *out)
{
    struct flags flags;
    list(f, OFFICE_FLAGS_ON, &flags);
    // Numbers tell the order in which they were laid; all else must agree.
    for (int rule = 0; rule < INTEGRITY_RULE_COUNT; rule++) {
        int64_t count = 0, ratings = 0, seconds = 0;
        for (size_t i = 0; i < flags.count; i++) {
            if ((int)flags.all[i].rule == rule) {
                count++;
                ratings += flags.all[i].ratings;
                seconds += flags.all[i].figures.seconds;
            }
        }
        buf_printf(out, "%d %lld %lld %lld\n", rule, (long long)count,
                   (long long)ratings, (long long)seconds);
    }
}

static void make_day(struct fixture *f)
{
    rate_many(&f->a, 8, 15 * SECOND);
    maker_wait(&f->a, 30 * MINUTE);
    for (int i = 0; i < 12; i++) {
        rate_at(&f->a, 5, 0.3);
        maker_wait(&f->a, 3 * MINUTE);
    }
    rate_many(&f->b, 40, 50 * SECOND);
}

static void test_the_order_of_arrival_plays_no_part(void **state)
{
    struct fixture *f = *state;
    struct buf first = {0};
    (void)state;
    srandom(7);
    for (int round = 0; round < 6; round++) {
        struct fixture *g = f;
        void *fresh = NULL;
        struct buf text = {0};
        if (round > 0) {
            set_up(&fresh);
            g = fresh;
        }
        make_day(g);
        g->now = g->a.wall_ms + 1000 * MINUTE;
        int64_t a = 0, b = 0;
        while (a < 20 || b < 40) {
            struct ledger_maker *maker =
                b == 40 || (a < 20 && random() % 2) ? &g->a : &g->b;
            int64_t *held = maker == &g->a ? &a : &b;
            int64_t most = maker == &g->a ? 20 : 40;
            int64_t to = *held + 1 + random() % (round == 0 ? 50 : 9);
            to = to > most ? most : to;
            made_office_send(&g->made, maker, *held + 1, to, g->now);
            *held = to;
            if (round % 2 == 0 || random() % 3 == 0)
                judge(g);
        }
        judge(g);
        describe(g, round == 0 ? &first : &text);
        expect_sound(g);
        if (round > 0) {
            assert_string_equal(buf_text(&text), buf_text(&first));
            tear_down(&fresh);
        }
        buf_free(&text);
    }
    assert_non_null(strstr(buf_text(&first), "5 1 12 "));
    buf_free(&first);
}

static void tamper(struct fixture *f, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

static bool collect(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%s\n", found->why);
    return true;
}

static void expect_found(struct fixture *f, const char *what)
{
    struct office_verification verification;
    struct buf text = {0};
    assert_int_equal(
        office_verify(f->made.office, collect, &text, &verification),
        OFFICE_OK);
    if (!strstr(buf_text(&text), what))
        fail_msg("expected \"%s\" among:\n%s", what, buf_text(&text));
    buf_free(&text);
}

// Whatever is changed behind the rules' back is named; put back, all is sound.
static void test_flags_that_the_rules_do_not_give(void **state)
{
    static const struct {
        const char *change, *back, *found;
    } cases[] = {
        {"UPDATE visit_flags SET rule = 1", "UPDATE visit_flags SET rule = 0",
         "flag 1 of 2026-11-23 (run) is none that the rules give"},
        {"UPDATE visit_flags SET rule = 1", "UPDATE visit_flags SET rule = 0",
         "the rule burst gives a flag of 2026-11-23, and it is gone"},
        {"UPDATE visit_flags SET figures = '{\"ratings\":7}'",
         "UPDATE visit_flags SET figures = (SELECT figures FROM kept)",
         "(burst) says other than the rules give"},
        {"DELETE FROM flag_visits WHERE seq = 3",
         "INSERT INTO flag_visits VALUES (1, 1, 1, 3)",
         "6 visits are shown as flagged or marked, and 5 are"},
        {"UPDATE visit_flags SET ratings = 7",
         "UPDATE visit_flags SET ratings = 6",
         "flag 1 says that it is on 7 ratings, and is on 6"},
        {"UPDATE visits SET doubts = 0 WHERE seq = 2",
         "UPDATE visits SET doubts = 1 WHERE seq = 2",
         "is not shown as what its flags and marks say"},
        {"UPDATE visits SET doubts = 2 WHERE seq = 7",
         "UPDATE visits SET doubts = 0 WHERE seq = 7",
         "7 visits are shown as flagged or marked, and 6 are"},
        {"UPDATE counter_days SET last = 6", "UPDATE counter_days SET last = 7",
         "7 visits count, and 6 are found by their counters' days"},
        {"INSERT INTO officer_days VALUES (20780, 1, 5, 0, 9, 9)",
         "DELETE FROM officer_days",
         "what is kept of the officers of 2026-11-23 is not what"},
        {"UPDATE totals SET aside_5 = aside_5 - 1 WHERE dimension = 0",
         "UPDATE totals SET aside_5 = aside_5 + 1 WHERE dimension = 0",
         "is not what its visits give"},
    };
    struct fixture *f = *state;
    rate_many(&f->a, 6, 20 * SECOND);
    maker_wait(&f->a, 30 * MINUTE);
    rate_many(&f->a, 1, 0);
    send(f, &f->a, 1, 7);
    judge(f);
    expect_aside(f, 6, 0, 6);
    assert_int_equal(findings(f), 0);
    tamper(f, "CREATE TABLE kept AS SELECT figures FROM visit_flags");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tamper(f, cases[i].change);
        expect_found(f, cases[i].found);
        tamper(f, cases[i].back);
        assert_int_equal(findings(f), 0);
    }
}

// Who decided, and why, stands in the audit trail, which nobody changes unseen.
static void test_decisions_behind_the_trails_back(void **state)
{
    struct fixture *f = *state;
    struct flags flags;
    bool done = false;
    const struct office_decision decision = {"khiếu nại", "user an", f->now};
    rate_many(&f->a, 6, 20 * SECOND);
    send(f, &f->a, 1, 6);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    lift(f, flags.all[0].no, true);
    assert_int_equal(
        office_mark_rating(f->made.office, flags.ids[0], &decision, &done),
        OFFICE_OK);
    assert_int_equal(findings(f), 0);
    tamper(f, "UPDATE visit_marks SET who = 'user lan'");
    expect_found(f, "rating-marked by user lan, \"khiếu nại\", stands only "
                    "beside the ratings, not in the audit trail");
    expect_found(f, "rating-marked by user an, \"khiếu nại\", stands only in "
                    "the audit trail, not beside the ratings");
    tamper(f, "UPDATE visit_marks SET who = 'user an'");
    assert_int_equal(findings(f), 0);
    tamper(f, "DROP TRIGGER visit_flags_lifted_stay;"
              "UPDATE visit_flags SET lift_reason = 'khác'");
    expect_found(f, "flag-lifted by user an, \"khác\", stands only beside");
}

// Flags of before have no count; a lifted one is given its own as well.
static void test_flags_of_before_are_counted(void **state)
{
    made_office_needs_file();
    static const char migration[] =
#include "office/office_33.sql.h"
        ;
    static const char index_of_38[] =
#include "office/office_38.sql.h"
        ;
    struct fixture *f = *state;
    struct flags flags;
    rate_many(&f->a, 6, 20 * SECOND);
    maker_wait(&f->a, 24 * 60 * MINUTE);
    rate_many(&f->a, 7, 20 * SECOND);
    send(f, &f->a, 1, 13);
    judge(f);
    list(f, OFFICE_FLAGS_ON, &flags);
    lift(f, flags.all[0].no, true);
    tamper(f, "DROP INDEX visit_flags_by_day;"
              "ALTER TABLE visit_flags DROP COLUMN ratings");
    tamper(f, migration);
    tamper(f, "CREATE INDEX visit_flags_by_day ON visit_flags (first_day)");
    tamper(f, index_of_38);
    expect_sound(f);
    list(f, OFFICE_FLAGS_ALL, &flags);
    assert_int_equal(flags.count, 2);
    assert_int_equal(flags.all[0].ratings + flags.all[1].ratings, 13);
}

// A database of before knows neither the days of a counter nor any flag.
static void test_a_database_of_before_is_judged(void **state)
{
    made_office_needs_file();
    static const char migration[] =
#include "office/office_23.sql.h"
        ;
    static const char counts[] =
#include "office/office_33.sql.h"
        ;
    struct fixture *f = *state;
    rate_many(&f->a, 6, 20 * SECOND);
    maker_wait(&f->a, 24 * 60 * MINUTE);
    rate_many(&f->a, 2, 5 * MINUTE);
    send(f, &f->a, 1, 8);
    tamper(f, "DROP TABLE counter_days; DROP TABLE due_days;"
              "DROP TABLE judging_rules; DROP TABLE officer_days;"
              "DROP TABLE due_months; DROP TABLE flag_visits;"
              "DROP TABLE visit_flags; DROP TABLE visit_marks");
    tamper(f, migration);
    tamper(f, counts);
    set_rules(f, buf_text(&f->thresholds), 0, "{}");
    judge(f);
    expect_aside(f, 6, 0, 6);
    expect_sound(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_burst_is_flagged_and_told_apart),
        T(test_late_data_is_judged_again),
        T(test_a_lifted_flag_stays_lifted),
        T(test_new_evidence_flags_again),
        T(test_a_single_rating_stays_lifted),
        T(test_a_mark_is_set_and_withdrawn),
        T(test_decisions_stand_in_the_audit_trail),
        T(test_a_flagged_rating_stops_counting),
        T(test_new_thresholds_judge_every_day_again),
        T(test_what_left_a_flag_counts_again),
        T(test_hours_hold_from_their_day_on),
        T(test_a_counter_has_hours_of_its_own),
        T(test_an_officer_far_from_peers),
        T(test_the_order_of_arrival_plays_no_part),
        T(test_flags_that_the_rules_do_not_give),
        T(test_decisions_behind_the_trails_back),
        T(test_flags_of_before_are_counted),
        T(test_a_database_of_before_is_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// What the Office is alarmed about: at the limit and just below, by hand; once,
// as long as it lasts; and acknowledged once.
#include "common/clock.h"
#include "common/date.h"
#include "office/audit.h"
#include "report/alarm.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>
#include <stdlib.h>

static const char NOW[] = "2026-11-24T10:00:00+07:00"; // a Tuesday

struct fixture {
    struct made_office made;
    struct ledger_maker device;
    struct report_method method;
    struct alarm_rules rules;
    struct alarm_moment moment;
    json_t *hours, *devices; // of the moment
};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static int set_up(void **state)
{
    struct buf message = {0};
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-11-24T08:00:00+07:00"),
                      &f->device);
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &f->method, &message));
    f->rules = (struct alarm_rules){.is_on = true,
                                    .low_percent = 20,
                                    .low_days = 2,
                                    .low_least = 10,
                                    .silent_minutes = 30,
                                    .target = true,
                                    .target_least = 50,
                                    .faults = true};
    f->moment.now = at(NOW);
    *state = f;
    return 0;
}

static const char WEEK[] =
    "{\"hours\":{\"tue\":[\"07:30-11:30\"],\"wed\":[\"07:30-11:30\"]}}";

static void set_hours(struct fixture *f, const char *hours, const char *devices)
{
    char why[JSON_MESSAGE_SIZE];
    f->hours = json_read(hours, strlen(hours), why);
    f->devices = json_read(devices, strlen(devices), why);
    assert_true(f->hours && f->devices);
    f->moment.hours = f->hours;
    f->moment.devices = f->devices;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    json_decref(f->hours);
    json_decref(f->devices);
    maker_free(&f->device);
    made_office_close(&f->made);
    free(f);
    return 0;
}

// All of them at once, received at `received`.
static void rate(struct fixture *f, int low, int high, const char *received)
{
    int64_t before = (int64_t)f->device.count;
    for (int i = 0; i < low; i++)
        maker_rate(&f->device, 1 + i % 2);
    for (int i = 0; i < high; i++)
        maker_rate(&f->device, 5);
    assert_int_equal(made_office_send(&f->made, &f->device, before + 1,
                                      (int64_t)f->device.count, at(received)),
                     OFFICE_BATCH_OK);
}

static void look(struct fixture *f)
{
    struct alarms alarms;
    assert_true(alarms_find(f->made.office, &f->rules, &f->method, &f->moment,
                            &alarms));
    struct alert_conditions conditions = alarms_conditions(&alarms);
    if (office_alerts_change(f->made.office, &conditions))
        assert_int_equal(
            office_settle_alerts(f->made.office, &conditions, f->moment.now),
            OFFICE_OK);
    assert_false(office_alerts_change(f->made.office, &conditions));
    alarms_free(&alarms);
}

// "kind:label:detail "
static bool write_row(void *ctx, const struct alert *alert)
{
    buf_printf(ctx, "%s:%s:%s ", alert_kind_name(alert->kind), alert->label,
               alert->detail);
    return true;
}

static void expect(struct fixture *f, enum alerts_state state,
                   const char *alerts)
{
    struct buf text = {0};
    assert_int_equal(
        office_list_alerts(f->made.office, state, 0, 100, write_row, &text),
        OFFICE_OK);
    assert_string_equal(buf_text(&text), alerts);
    buf_free(&text);
}

static void test_a_few_low_ratings_are_chance(void **state)
{
    struct fixture *f = *state;
    f->rules.target = false;
    rate(f, 4, 5, "2026-11-24T09:50:00+07:00"); // nine are too few
    look(f);
    expect(f, ALERTS_OPEN, "");
    rate(f, 0, 1, "2026-11-24T09:51:00+07:00"); // 4 of 10: from 16,8 %
    look(f);
    expect(f, ALERTS_OPEN, "");
    rate(f, 1, 0, "2026-11-24T09:52:00+07:00"); // 5 of 11: from 21,3 %
    look(f);
    expect(f, ALERTS_OPEN,
           "low-share:3:{\"low\": 5, \"rated\": 11, \"percent\": 20, \"days\": "
           "2} low-share::{\"low\": 5, \"rated\": 11, \"percent\": 20, "
           "\"days\": 2} ");
}

static void test_it_lasts_while_the_share_does_and_ends_by_itself(void **state)
{
    struct fixture *f = *state;
    int64_t open = 0;
    f->rules.target = false;
    rate(f, 5, 5, "2026-11-24T09:50:00+07:00");
    look(f);
    // 5 of 25 is 20 %, of which the bound is below the limit: it lasts.
    rate(f, 0, 15, "2026-11-24T09:52:00+07:00");
    look(f);
    assert_int_equal(office_count_open_alerts(f->made.office, &open),
                     OFFICE_OK);
    assert_int_equal(open, 2);
    rate(f, 0, 1, "2026-11-24T09:54:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    assert_int_equal(office_count_open_alerts(f->made.office, &open),
                     OFFICE_OK);
    assert_int_equal(open, 0);
    // 5 of 26 would not open one.
    look(f);
    expect(f, ALERTS_OPEN, "");
}

static void test_a_device_is_silent_while_its_counter_is_open(void **state)
{
    struct fixture *f = *state;
    rate(f, 0, 1, "2026-11-24T09:30:01+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.now += 1000;
    look(f);
    expect(f, ALERTS_OPEN, "silent-device:3:{\"minutes\": 30} ");
    // Closed: nobody knows, so it stands; and opens none.
    set_hours(f, WEEK, "{}");
    f->moment.now = at("2026-11-24T12:00:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "silent-device:3:{\"minutes\": 30} ");
    f->moment.now = at("2026-11-24T10:05:00+07:00");
    rate(f, 0, 1, "2026-11-24T10:04:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    expect(f, ALERTS_ENDED, "silent-device:3:{\"minutes\": 30} ");
    // Closed, it opens none.
    f->moment.now = at("2026-11-25T07:29:59+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    // Only minutes of an open counter count.
    f->moment.now = at("2026-11-25T07:50:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.now = at("2026-11-25T08:00:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "silent-device:3:{\"minutes\": 30} ");
}

// The unit works on Tuesday and Wednesday; counter 3 on Saturday alone.
static void
test_a_device_is_silent_by_the_hours_of_its_own_counter(void **state)
{
    struct fixture *f = *state;
    set_hours(f, WEEK,
              "{\"counters\":{\"3\":{\"hours\":{\"sat\":[\"08:00-11:00\"]}},"
              "\"4\":{\"hours\":{\"sat\":[\"08:00-10:00\"]}}}}");
    f->moment.now = at("2026-11-24T11:00:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.now = at("2026-11-28T08:29:59+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.now = at("2026-11-28T08:30:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "silent-device:3:{\"minutes\": 30} ");
}

static void test_a_target_that_is_out_of_reach_of_chance(void **state)
{
    struct fixture *f = *state;
    f->rules.low_percent = 100;
    // 95 % of 100: 90 has its upper bound at 94,5 %, 91 at 95,2 %.
    rate(f, 9, 91, "2026-11-24T09:50:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    rate(f, 2, 0, "2026-11-24T09:51:00+07:00");
    look(f);
    // 91 of 102: 81,7 – 93,9 %.
    expect(f, ALERTS_OPEN,
           "target:2026:{\"satisfied\": 91, \"rated\": 102, \"target\": 95} "
           "target:2026-12:{\"satisfied\": 91, \"rated\": 102, \"target\": 95} "
           "");
}

static bool count_entries(void *ctx, const struct audit_entry *entry)
{
    buf_printf(ctx, "%s %s %s: %s", entry->who, entry->action, entry->target,
               entry->detail);
    return false;
}

static void test_two_people_acknowledge_one(void **state)
{
    struct fixture *f = *state;
    struct buf trail = {0};
    struct alert_wish wish = {
        .no = 1, .who = "user an", .comment = "Đã gọi kỹ thuật", .now = 1};
    rate(f, 0, 1, "2026-11-24T09:30:00+07:00");
    assert_int_equal(office_acknowledge_alert(f->made.office, &wish),
                     OFFICE_NONE);
    assert_false(wish.is_acknowledged);
    look(f);
    assert_int_equal(office_acknowledge_alert(f->made.office, &wish),
                     OFFICE_OK);
    wish.who = "user binh";
    assert_int_equal(office_acknowledge_alert(f->made.office, &wish),
                     OFFICE_NONE);
    assert_true(wish.is_acknowledged);
    // It lasts, and is not opened again.
    look(f);
    expect(f, ALERTS_ALL, "silent-device:3:{\"minutes\": 30} ");
    assert_int_equal(office_list_audit(f->made.office, count_entries, &trail),
                     OFFICE_OK);
    assert_string_equal(buf_text(&trail),
                        "user an alert-acknowledged 1: Đã gọi kỹ thuật");
    buf_free(&trail);
}

static void test_a_wrong_setting_is_named(void **state)
{
    static const struct {
        const char *body, *key;
    } cases[] = {
        {"{\"target\":true,\"faults\":true}", "on:"},
        {"{\"on\":true,\"target\":true,\"faults\":true,\"low_percent\":0}",
         "low_percent:"},
        {"{\"on\":true,\"target\":true,\"faults\":true,\"low_percent\":20,"
         "\"low_days\":2,\"low_least\":4}",
         "low_least:"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char why[JSON_MESSAGE_SIZE];
        struct alarm_rules rules;
        struct buf message = {0};
        json_t *body = json_read(cases[i].body, strlen(cases[i].body), why);
        assert_false(alarm_rules_read(body, &rules, &message));
        assert_holds(buf_text(&message), cases[i].key);
        json_decref(body);
        buf_free(&message);
    }
}

static void test_a_server_without_a_backup(void **state)
{
    struct fixture *f = *state;
    f->rules.silent_minutes = 10080;
    f->rules.backup_days = 3;
    // Ratings since the morning of the 21st are three days old at ten.
    f->moment.data_since = at("2026-11-21T10:00:01+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.data_since = at("2026-11-21T10:00:00+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "backup::{\"days\": 3, \"ever\": 0} ");
    f->moment.on_postgres = true;
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.on_postgres = false;
    f->moment.backup_at = at("2026-11-21T10:00:01+07:00");
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.now += 1000;
    look(f);
    expect(f, ALERTS_OPEN, "backup::{\"days\": 3, \"ever\": 1} ");
    f->rules.backup_days = 0;
    look(f);
    expect(f, ALERTS_OPEN, "");
}

static void test_a_disk_that_fills(void **state)
{
    struct fixture *f = *state;
    f->rules.silent_minutes = 10080;
    f->rules.disk_days = 90;
    f->moment.disk_free_mib = 1024;
    f->moment.disk_days = 90;
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.disk_days = 89;
    look(f);
    expect(f, ALERTS_OPEN, "disk::{\"free_mib\": 1024, \"days\": 89} ");
    f->moment.disk_days = -1;
    look(f);
    expect(f, ALERTS_OPEN, "");
    f->moment.disk_free_mib = 1023;
    look(f);
    expect(f, ALERTS_OPEN, "disk::{\"free_mib\": 1023, \"days\": -1} ");
    f->moment.disk_free_mib = -1;
    look(f);
    expect(f, ALERTS_OPEN, "");
}

// What an older page kept says neither, and holds.
static void test_older_rules_hold(void **state)
{
    static const char text[] =
        "{\"on\": true, \"low_percent\": 20, \"low_days\": 2, \"low_least\": "
        "10, "
        "\"silent_minutes\": 30, \"target\": true, \"target_least\": 50, "
        "\"faults\": true}";
    struct alarm_rules rules;
    struct buf message = {0};
    char why[JSON_MESSAGE_SIZE];
    json_t *body = json_read(text, sizeof text - 1, why);
    (void)state;
    assert_true(alarm_rules_read(body, &rules, &message));
    assert_int_equal(rules.backup_days, 3);
    assert_int_equal(rules.disk_days, 90);
    json_object_set_new(body, "disk_days", json_integer(-1));
    assert_false(alarm_rules_read(body, &rules, &message));
    assert_non_null(strstr(buf_text(&message), "disk_days: give a whole"));
    json_decref(body);
    buf_free(&message);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_a_few_low_ratings_are_chance),
        T(test_it_lasts_while_the_share_does_and_ends_by_itself),
        T(test_a_device_is_silent_while_its_counter_is_open),
        T(test_a_device_is_silent_by_the_hours_of_its_own_counter),
        T(test_a_target_that_is_out_of_reach_of_chance),
        T(test_two_people_acknowledge_one),
        T(test_a_wrong_setting_is_named),
        T(test_a_server_without_a_backup),
        T(test_a_disk_that_fills),
        cmocka_unit_test(test_older_rules_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

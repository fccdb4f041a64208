// A report out of a real office: lines of a device go in, figures come out.
#include "common/date.h"
#include "office/configuration.h"
#include "office/documents.h"
#include "support/office_maker.h"
#include "support/sample_report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// Visits around a boundary of both kinds of month, local time of the answer.
static const struct visit {
    const char *day;
    int hour;
    const char *counter, *field;
    int level; // 0: declined
} VISITS[] = {
    {"2025-12-14", 16, "1", "ho-tich", 5},
    {"2025-12-15", 8, "1", "chung-thuc", 5},
    {"2025-12-31", 23, "1", "chung-thuc", 4},
    {"2026-01-01", 0, "2", "chung-thuc", 5},
    {"2026-01-14", 16, "2", "chung-thuc", 3},
    {"2026-01-14", 17, "2", "ho-tich", 0},
    {"2026-01-15", 8, "2", "", 1},
};

struct scene {
    struct made_office office;
    struct ledger_maker device;
    int64_t now; // of the server
    struct report_filter filter;
};

static int64_t moment(const char *day, int hour)
{
    int32_t number;
    assert_true(date_parse_iso(day, &number));
    return date_wall_ms_of_day(number) + hour * INT64_C(3600000);
}

// The device sends everything on 16/01/2026 at 10:00.
static void scene_open(struct scene *scene)
{
    scene->filter.count = 0;
    made_office_open(&scene->office);
    made_office_enrol(&scene->office, "1", moment("2025-12-01", 8),
                      &scene->device);
    for (size_t i = 0; i < sizeof VISITS / sizeof VISITS[0]; i++) {
        int64_t at = moment(VISITS[i].day, VISITS[i].hour) + 30 * 60000;
        struct record record;
        maker_wait(&scene->device, at - scene->device.wall_ms);
        maker_visit(&scene->device, VISITS[i].level, &record);
        strcpy(record.counter, VISITS[i].counter);
        strcpy(record.field, VISITS[i].field);
        maker_write(&scene->device, &record);
    }
    scene->now = moment("2026-01-16", 10);
    maker_wait(&scene->device, scene->now - scene->device.wall_ms);
    assert_int_equal(made_office_send(&scene->office, &scene->device, 1,
                                      (int64_t)scene->device.count, scene->now),
                     OFFICE_BATCH_OK);
}

static void scene_close(struct scene *scene)
{
    maker_free(&scene->device);
    made_office_close(&scene->office);
}

static void build(struct scene *scene, const char *period, enum report_by by,
                  struct report *out)
{
    struct buf message = {0};
    struct report_method method;
    struct report_request request = {
        .by = by, .now_ms = scene->now, .filter = scene->filter};
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &method, &message));
    assert_true(period_parse(period, &request.period, &message));
    assert_true(report_build(scene->office.office, &method, &request, out));
    buf_free(&message);
}

static void assert_levels(const struct report_row *row, int c1, int c2, int c3,
                          int c4, int c5)
{
    const int64_t expected[] = {c1, c2, c3, c4, c5};
    for (int i = 0; i < FIGURES_LEVELS; i++)
        assert_int_equal(row->counts.levels[i], expected[i]);
}

static const struct report_row *row_of(const struct report *report,
                                       const char *key)
{
    for (size_t i = 0; i < report->row_count; i++) {
        if (strcmp(report->rows[i].key, key) == 0)
            return &report->rows[i];
    }
    print_error("no row \"%s\"\n", key);
    assert_true(false);
    return NULL;
}

static void test_build_both_kinds_of_month(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    // 15/12/2025 to 14/01/2026
    build(&scene, "hanh-chinh:2026-01", REPORT_BY_NONE, &report);
    assert_levels(&report.total, 0, 0, 1, 1, 2);
    assert_int_equal(report.total.counts.declined, 1);
    assert_int_equal(report.total.counts.transactions, FIGURES_UNKNOWN);
    assert_int_equal(report.row_count, 0);
    report_free(&report);
    // 01/01 to 31/01/2026
    build(&scene, "duong-lich:2026-01", REPORT_BY_NONE, &report);
    assert_levels(&report.total, 1, 0, 1, 0, 1);
    report_free(&report);
    build(&scene, "duong-lich:2025", REPORT_BY_NONE, &report);
    assert_levels(&report.total, 0, 0, 0, 1, 2);
    report_free(&report);
    build(&scene, "hanh-chinh:2027", REPORT_BY_NONE, &report);
    assert_levels(&report.total, 0, 0, 0, 0, 0);
    report_free(&report);
    scene_close(&scene);
}

// Three at counter 1 and four at 2, of which one is about no field.
static void test_build_of_a_part(void **state)
{
    (void)state;
    struct scene scene;
    struct report report, again;
    struct buf message = {0};
    struct i18n *texts = sample_texts();
    scene_open(&scene);
    scene.filter = (struct report_filter){
        .parts = {{.by = REPORT_BY_COUNTER, .key = "2"}}, .count = 1};
    build(&scene, "duong-lich:2026", REPORT_BY_FIELD, &report);
    assert_levels(&report.total, 1, 0, 1, 0, 1);
    assert_int_equal(report.total.counts.declined, 1);
    assert_int_equal(report.row_count, 3);
    assert_levels(row_of(&report, ""), 1, 0, 0, 0, 0);
    assert_levels(row_of(&report, "chung-thuc"), 0, 0, 1, 0, 1);
    assert_false(report.filter.parts[0].is_unknown);
    // Counted again it is the same, and no restatement of another part.
    assert_true(report_recount(scene.office.office, &report, &again));
    assert_levels(&again.total, 1, 0, 1, 0, 1);
    assert_int_equal(again.row_count, 3);
    assert_true(report_restate(&again, &report, texts, &message));
    again.filter.count = 0;
    assert_false(report_restate(&again, &report, texts, &message));
    assert_non_null(strstr(buf_text(&message), "period or filter"));
    report_free(&again);
    report_free(&report);
    // Nobody there: nothing, and it is said that the name is none.
    strcpy(scene.filter.parts[0].key, "22");
    build(&scene, "duong-lich:2026", REPORT_BY_FIELD, &report);
    assert_levels(&report.total, 0, 0, 0, 0, 0);
    assert_int_equal(report.row_count, 0);
    assert_true(report.filter.parts[0].is_unknown);
    report_free(&report);
    buf_free(&message);
    i18n_close(texts);
    scene_close(&scene);
}

static void test_build_by_month_follows_the_kind(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    build(&scene, "hanh-chinh:2026", REPORT_BY_MONTH, &report);
    assert_int_equal(report.row_count, 2);
    assert_levels(row_of(&report, "2026-01"), 0, 0, 1, 1, 2);
    assert_levels(row_of(&report, "2026-02"), 1, 0, 0, 0, 0);
    report_free(&report);
    build(&scene, "duong-lich:2025", REPORT_BY_MONTH, &report);
    assert_int_equal(report.row_count, 1);
    assert_levels(row_of(&report, "2025-12"), 0, 0, 0, 1, 2);
    report_free(&report);
    scene_close(&scene);
}

static void test_build_by_day_counter_and_field(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    build(&scene, "hanh-chinh:2026-01", REPORT_BY_DAY, &report);
    assert_int_equal(report.row_count, 4);
    assert_string_equal(report.rows[0].key, "2025-12-15");
    assert_string_equal(report.rows[3].key, "2026-01-14");
    assert_levels(&report.rows[3], 0, 0, 1, 0, 0);
    assert_int_equal(report.rows[3].counts.declined, 1);
    report_free(&report);

    build(&scene, "hanh-chinh:2026-01", REPORT_BY_COUNTER, &report);
    assert_levels(row_of(&report, "1"), 0, 0, 0, 1, 1);
    assert_levels(row_of(&report, "2"), 0, 0, 1, 0, 1);
    report_free(&report);

    build(&scene, "duong-lich:2026", REPORT_BY_FIELD, &report);
    assert_levels(row_of(&report, "chung-thuc"), 0, 0, 1, 0, 1);
    assert_int_equal(row_of(&report, "ho-tich")->counts.declined, 1);
    assert_levels(row_of(&report, ""), 1, 0, 0, 0, 0);
    report_free(&report);

    build(&scene, "duong-lich:2026", REPORT_BY_HOUR, &report);
    assert_levels(row_of(&report, "00"), 0, 0, 0, 0, 1);
    assert_levels(row_of(&report, "16"), 0, 0, 1, 0, 0);
    report_free(&report);

    // 15/01/2026 is a Thursday.
    build(&scene, "hanh-chinh:2026-02", REPORT_BY_WEEKDAY, &report);
    assert_int_equal(report.row_count, 1);
    assert_levels(row_of(&report, "4"), 1, 0, 0, 0, 0);
    report_free(&report);
    scene_close(&scene);
}

// Every breakdown holds each visit once.
static void test_build_rows_add_up(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    for (int by = REPORT_BY_DAY; by < REPORT_BY_COUNT; by++) {
        struct report report;
        int64_t rated = 0, declined = 0;
        build(&scene, "hanh-chinh:2026-01", (enum report_by)by, &report);
        for (size_t i = 0; i < report.row_count; i++) {
            rated += figures_rated(&report.rows[i].counts);
            declined += report.rows[i].counts.declined;
        }
        // Four are too few to be told of an officer.
        assert_int_equal(rated, by == REPORT_BY_OFFICER ? 0 : 4);
        assert_int_equal(declined, 1);
        report_free(&report);
    }
    scene_close(&scene);
}

static void test_build_tells_how_complete(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    int64_t sent = scene.now;
    scene.now += 60000;
    build(&scene, "duong-lich:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.made_ms, scene.now);
    assert_int_equal(report.complete.devices, 1);
    assert_int_equal(report.complete.silent, 0);
    assert_int_equal(report.complete.missing, 0);
    assert_int_equal(report.complete.data_as_of, sent);
    assert_true(report_is_complete(&report));
    report_free(&report);

    // Silent for two hours: January may lack something, 15/12–14/01 not.
    scene.now += 2 * INT64_C(3600000);
    build(&scene, "duong-lich:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.silent, 1);
    assert_false(report_is_complete(&report));
    report_free(&report);
    build(&scene, "hanh-chinh:2026-01", REPORT_BY_NONE, &report);
    assert_true(report_is_complete(&report));
    report_free(&report);
    scene_close(&scene);
}

// Twice about one transaction in January, and its second one in February: the
// report of each period tells of those whose time it holds.
// Five visits in the four weeks that end with its contact, 16/01 at 10:00, by a
// counter that is always open; it then stops for four weeks.
static void test_build_names_devices_that_stopped(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    int64_t seen = scene.now;
    scene.now = moment("2026-02-13", 10);
    build(&scene, "duong-lich:2026", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.silent, 1);
    assert_int_equal(report.complete.silent_count, 1);
    assert_string_equal(report.complete.silents[0].counter, "1");
    assert_int_equal(report.complete.silents[0].since, seen);
    assert_int_equal(report.complete.silents[0].unsent, 5);
    assert_int_equal(report.complete.unsent, 5);
    report_free(&report);
    // Of January the 374 hours after: 5 × 374 ÷ 672 = 2,8.
    build(&scene, "duong-lich:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.unsent, 3);
    report_free(&report);
    build(&scene, "duong-lich:2025", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.silent_count, 1);
    assert_int_equal(report.complete.unsent, 0);
    report_free(&report);
    // Another counter's figures lack nothing of it.
    scene.filter = (struct report_filter){
        .parts = {{.by = REPORT_BY_COUNTER, .key = "2"}}, .count = 1};
    build(&scene, "duong-lich:2026", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.devices, 0);
    assert_int_equal(report.complete.silent_count, 0);
    report_free(&report);
    scene_close(&scene);
}

// Two of the heartbeats that it was told, and hours that it was told: Fridays
// from eight to twelve. In the four weeks before its contact, on a Friday at
// ten, lie three of them and two halves, 16 hours; after it, up to Friday the
// 23rd at nine, 3 hours.
static void test_build_knows_what_a_device_was_told(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    json_t *hours = json_pack("{s:[s]}", "fri", "08:00-12:00");
    const struct office_defaults defaults = {.heartbeat_s = 5,
                                             .contact_s = -1,
                                             .levels = -1,
                                             .rating_s = -1,
                                             .first_contact_s = -1,
                                             .volume = -1,
                                             .hours = hours};
    scene_open(&scene);
    assert_int_equal(office_configure_device(scene.office.office,
                                             scene.device.device, &defaults,
                                             scene.now),
                     OFFICE_OK);
    int64_t seen = scene.now;
    scene.now = seen + 10 * 1000;
    build(&scene, "duong-lich:2026", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.silent, 0);
    report_free(&report);
    scene.now = seen + 10 * 1000 + 1;
    build(&scene, "duong-lich:2026", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.silent, 1);
    assert_int_equal(report.complete.unsent, 0);
    report_free(&report);
    scene.now = moment("2026-01-23", 9);
    build(&scene, "duong-lich:2026", REPORT_BY_NONE, &report);
    // 5 × 3 ÷ 16 = 0,9
    assert_int_equal(report.complete.unsent, 1);
    report_free(&report);
    json_decref(hours);
    scene_close(&scene);
}

static void test_build_tells_of_duplicates(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    for (int i = 0; i < 3; i++) {
        struct record record;
        maker_visit(&scene.device, 5 - i, &record);
        record.mode = RECORD_TRANSACTION;
        strcpy(record.transaction, "T-1");
        maker_write(&scene.device, &record);
        maker_wait(&scene.device, 20 * INT64_C(86400000) * (i == 1) + 60000);
    }
    int64_t end = (int64_t)scene.device.count;
    scene.now = scene.device.wall_ms;
    assert_int_equal(
        made_office_send(&scene.office, &scene.device, end - 2, end, scene.now),
        OFFICE_BATCH_OK);
    build(&scene, "duong-lich:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.duplicates, 1);
    assert_levels(&report.total, 1, 0, 1, 0, 2);
    report_free(&report);
    build(&scene, "duong-lich:2026-02", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.duplicates, 1);
    assert_levels(&report.total, 0, 0, 0, 0, 0);
    report_free(&report);
    scene_close(&scene);
}

// The exact time of a contact is that of a rating.
static void test_build_tells_contacts_by_the_quarter(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    int64_t end = (int64_t)scene.device.count;
    int64_t contact = scene.now + 29 * 60000 + 59999;
    made_office_send(&scene.office, &scene.device, end + 1, end, contact);
    build(&scene, "duong-lich:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.data_as_of, scene.now + 15 * 60000);
    assert_int_equal(report.complete.oldest_contact, scene.now + 15 * 60000);
    report_free(&report);
    scene_close(&scene);
}

// A heartbeat that tells of two lines more than were sent.
static void test_build_tells_of_missing_lines(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    maker_rate(&scene.device, 5);
    maker_rate(&scene.device, 5);
    int64_t end = (int64_t)scene.device.count;
    made_office_send(&scene.office, &scene.device, end + 1, end, scene.now);
    build(&scene, "hanh-chinh:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.missing, 2);
    assert_false(report_is_complete(&report));
    report_free(&report);
    scene_close(&scene);
}

// A day without contact and without a clock: both of its visits are counted,
// and the report of their month says that their time is an estimate.
static void test_build_tells_of_estimated_times(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    int64_t from = (int64_t)scene.device.count + 1;
    id_new_v4(scene.device.boot);
    scene.device.up_ms = 60 * 1000;
    scene.device.wall_ms = 60 * 1000;
    maker_rate(&scene.device, 5);
    maker_rate(&scene.device, 5);
    id_new_v4(scene.device.boot);
    scene.device.up_ms = 60 * 1000;
    made_office_send(&scene.office, &scene.device, from, from + 1,
                     moment("2026-01-18", 8));
    build(&scene, "hanh-chinh:2026-02", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.unanchored, 2);
    assert_levels(&report.total, 1, 0, 0, 0, 2);
    report_free(&report);
    build(&scene, "hanh-chinh:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.complete.unanchored, 0);
    report_free(&report);
    scene_close(&scene);
}

static void test_build_of_an_empty_office(void **state)
{
    (void)state;
    struct scene scene = {.now = INT64_C(1768410000000)};
    struct report report;
    made_office_open(&scene.office);
    build(&scene, "duong-lich:2026", REPORT_BY_COUNTER, &report);
    assert_levels(&report.total, 0, 0, 0, 0, 0);
    assert_int_equal(report.row_count, 0);
    assert_int_equal(report.complete.devices, 0);
    assert_int_equal(report.complete.data_as_of, 0);
    assert_false(report_is_complete(&report));
    report_free(&report);
    made_office_close(&scene.office);
}

// What the Office set, "Bình thường" counts as satisfied from a day on.
static void set_targets(struct scene *scene, const char *from)
{
    char body[256];
    int64_t version;
    snprintf(body, sizeof body,
             "{\"id\":\"tai-quay\",\"satisfied\":[3,4,5],\"dissatisfied\":[1],"
             "\"targets\":[90],\"decimals\":2,\"from\":\"%s\"}",
             from);
    assert_int_equal(
        office_put_document(scene->office.office,
                            &(struct document_wish){.name = "targets",
                                                    .body = body,
                                                    .who = "user an",
                                                    .at = scene->now},
                            &version),
        OFFICE_OK);
}

static void test_build_takes_the_rules_of_the_period(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene);
    set_targets(&scene, "2026-01-01");
    // Begins on 01/01/2026: ratings 5, 3 and 1.
    build(&scene, "duong-lich:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.method.version, 2);
    assert_int_equal(report.method.rules.target_count, 1);
    assert_int_equal(report.method.rules.targets[0], 90);
    assert_int_equal(
        figures_satisfied(&report.total.counts, &report.method.rules), 2);
    report_free(&report);
    // Begins on 15/12/2025, before they hold.
    build(&scene, "hanh-chinh:2026-01", REPORT_BY_NONE, &report);
    assert_int_equal(report.method.version, 1);
    assert_int_equal(report.method.rules.targets[0], 95);
    report_free(&report);
    scene_close(&scene);
}

static void build_of_officer(struct scene *scene, const char *period,
                             const char *officer, struct report *out)
{
    struct buf message = {0};
    struct report_method method;
    struct report_request request = {
        .by = REPORT_BY_DAY,
        .filter = {.count = 1, .parts = {{.by = REPORT_BY_OFFICER}}},
        .now_ms = scene->now};
    snprintf(request.filter.parts[0].key, sizeof request.filter.parts[0].key,
             "%s", officer);
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &method, &message));
    assert_true(period_parse(period, &request.period, &message));
    assert_true(report_build(scene->office.office, &method, &request, out));
    buf_free(&message);
}

// Of officers: five ratings at least, and days that are old enough.
static void test_build_keeps_officers_from_single_visits(void **state)
{
    (void)state;
    struct scene scene;
    struct report report;
    scene_open(&scene); // on 16/01/2026
    build(&scene, "hanh-chinh:2026", REPORT_BY_OFFICER, &report);
    assert_int_equal(report.period.kind, PERIOD_DAYS);
    assert_int_equal(date_wall_ms_of_day(report.period.last),
                     moment("2026-01-14", 0));
    assert_levels(&report.total, 0, 0, 1, 1, 2);
    assert_true(row_of(&report, "")->hidden);
    assert_levels(row_of(&report, ""), 0, 0, 0, 0, 0);
    report_free(&report);
    scene.now = moment("2026-01-17", 0);
    build(&scene, "hanh-chinh:2026", REPORT_BY_OFFICER, &report);
    assert_false(row_of(&report, "")->hidden);
    assert_levels(row_of(&report, ""), 1, 0, 1, 1, 2);
    report_free(&report);
    // A period that is over stays itself; one that is too young is empty.
    build(&scene, "hanh-chinh:2026-01", REPORT_BY_OFFICER, &report);
    assert_int_equal(report.period.kind, PERIOD_OFFICIAL);
    report_free(&report);
    build(&scene, "hanh-chinh:2026-02", REPORT_BY_COUNTER, &report);
    assert_int_equal(report.total.counts.levels[0], 1);
    report_free(&report);
    scene.now = moment("2026-01-16", 10);
    build(&scene, "hanh-chinh:2026-02", REPORT_BY_OFFICER, &report);
    assert_int_equal(report.total.counts.levels[0], 0);
    assert_int_equal(report.row_count, 0);
    report_free(&report);
    // Narrowed to one officer, the whole is theirs, and so is each day.
    build_of_officer(&scene, "hanh-chinh:2026", "", &report);
    assert_true(report.total.hidden);
    assert_levels(&report.total, 0, 0, 0, 0, 0);
    for (size_t i = 0; i < report.row_count; i++)
        assert_true(report.rows[i].hidden);
    report_free(&report);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_both_kinds_of_month),
        cmocka_unit_test(test_build_of_a_part),
        cmocka_unit_test(test_build_by_month_follows_the_kind),
        cmocka_unit_test(test_build_by_day_counter_and_field),
        cmocka_unit_test(test_build_rows_add_up),
        cmocka_unit_test(test_build_tells_how_complete),
        cmocka_unit_test(test_build_names_devices_that_stopped),
        cmocka_unit_test(test_build_knows_what_a_device_was_told),
        cmocka_unit_test(test_build_tells_of_duplicates),
        cmocka_unit_test(test_build_tells_contacts_by_the_quarter),
        cmocka_unit_test(test_build_tells_of_missing_lines),
        cmocka_unit_test(test_build_tells_of_estimated_times),
        cmocka_unit_test(test_build_of_an_empty_office),
        cmocka_unit_test(test_build_takes_the_rules_of_the_period),
        cmocka_unit_test(test_build_keeps_officers_from_single_visits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

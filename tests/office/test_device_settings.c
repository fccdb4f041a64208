// What is set apart for points and counters: what is taken, what is refused
// with its place, and what holds for which device.
#include "office/device_settings.h"
#include "support/check.h"
#include <stdio.h>

static const struct office_field FIELDS[] = {
    {"chung-thuc", "Chứng thực", "Certification"},
    {"ho-tich", "Hộ tịch", "Civil status"},
    {"cu-tru", "Cư trú", "Residence"}};

static struct office_defaults base(void)
{
    return (struct office_defaults){.unit_name = "Bình Minh",
                                    .mode = "walk-up",
                                    .walk_up = "on",
                                    .contact_s = 120,
                                    .survey = "quay",
                                    .levels = 5,
                                    .order = "best-first",
                                    .hotline = "0234 3 812 345",
                                    .rating_s = 60,
                                    .reasons = "all",
                                    .heartbeat_s = 60,
                                    .typing = "telex",
                                    .volume = 45,
                                    .fields = FIELDS,
                                    .field_count = 3};
}

static json_t *read_document(const char *text)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *document = json_read(text, strlen(text), why);
    assert_non_null(document);
    return document;
}

static struct office_device device_at(const char *counter, const char *point)
{
    struct office_device device = {.unit = "H24.12"};
    snprintf(device.counter, sizeof device.counter, "%s", counter);
    snprintf(device.point, sizeof device.point, "%s", point);
    return device;
}

static void test_device_settings_nearest_one_holds(void **state)
{
    (void)state;
    json_t *document =
        read_document("{\"unit\":{\"volume\":40,\"typing\":\"vni\","
                      "\"hotline\":\"\"},"
                      "\"points\":{\"tru-so\":{\"name\":\"Trụ sở\","
                      "\"volume\":30,\"levels\":3}},"
                      "\"counters\":{\"3\":{\"volume\":20}}}");
    struct office_defaults defaults = base();
    struct office_device far = device_at("9", "");
    struct office_device there = device_at("1", "tru-so");
    struct office_device three = device_at("3", "tru-so");
    struct device_effect effect;
    device_settings_apply(document, &far, &defaults, &effect);
    assert_int_equal(effect.defaults.volume, 40);
    assert_int_equal(effect.defaults.levels, 5);
    assert_string_equal(effect.defaults.typing, "vni");
    assert_string_equal(effect.defaults.hotline, "");
    assert_string_equal(effect.defaults.order, "best-first");
    device_settings_apply(document, &there, &defaults, &effect);
    assert_int_equal(effect.defaults.volume, 30);
    assert_int_equal(effect.defaults.levels, 3);
    assert_string_equal(effect.defaults.typing, "vni");
    device_settings_apply(document, &three, &defaults, &effect);
    assert_int_equal(effect.defaults.volume, 20);
    assert_int_equal(effect.defaults.levels, 3);
    // Without a document nothing changes.
    device_settings_apply(NULL, &three, &defaults, &effect);
    assert_int_equal(effect.defaults.volume, 45);
    assert_string_equal(effect.defaults.hotline, "0234 3 812 345");
    json_decref(document);
}

static void test_device_settings_walk_up_goes_with_the_mode(void **state)
{
    (void)state;
    json_t *document = read_document(
        "{\"points\":{\"tru-so\":{\"mode\":\"transaction\"}},\"counters\":{"
        "\"3\":{\"mode\":\"transaction\",\"walk_up\":\"fields\","
        "\"walk_up_fields\":[\"cu-tru\",\"ho-tich\"]},"
        "\"4\":{\"walk_up\":\"fields\"}}}");
    struct office_defaults defaults = base();
    struct office_device one = device_at("1", "tru-so");
    struct office_device three = device_at("3", "");
    struct office_device four = device_at("4", "");
    struct device_effect effect;
    device_settings_apply(document, &one, &defaults, &effect);
    assert_string_equal(effect.defaults.walk_up, "off");
    assert_int_equal(effect.defaults.tile_count, 0);
    device_settings_apply(document, &three, &defaults, &effect);
    assert_string_equal(effect.defaults.walk_up, "fields");
    assert_int_equal(effect.defaults.tile_count, 2);
    assert_string_equal(effect.defaults.tiles[0].vi, "Cư trú");
    assert_string_equal(effect.defaults.tiles[1].code, "ho-tich");
    // Without a list: the unit's fields, in their order.
    device_settings_apply(document, &four, &defaults, &effect);
    assert_int_equal(effect.defaults.tile_count, 3);
    assert_string_equal(effect.defaults.tiles[0].code, "chung-thuc");
    json_decref(document);
}

static void test_device_settings_reach_the_configuration(void **state)
{
    struct office_defaults defaults = base();
    struct office_device three = device_at("3", "");
    json_t *document =
        read_document("{\"counters\":{\"3\":{\"levels\":3,\"hours\":{\"mon\":"
                      "[\"07:30-11:30\"]}}}}");
    struct buf body = {0};
    (void)state;
    defaults.apart = document;
    assert_true(office_configuration_build(&three, &defaults, NULL, 7, &body));
    assert_holds(buf_text(&body), "\"levels\":3");
    assert_holds(buf_text(&body), "\"hours\":{\"mon\":[\"07:30-11:30\"]}");
    buf_free(&body);
    json_decref(document);
}

// A point that works on Saturdays and keeps the unit's holidays, and a counter
// of it that keeps other ones, or none.
static void test_device_settings_hours_and_holidays_apart(void **state)
{
    (void)state;
    json_t *hours = read_document("{\"mon\":[\"07:30-11:30\"]}");
    json_t *holidays = read_document("[\"2026-09-02\"]");
    json_t *document = read_document(
        "{\"points\":{\"cho\":{\"hours\":{\"sat\":[\"08:00-11:00\"]}}},"
        "\"counters\":{\"3\":{\"holidays\":[]}}}");
    struct office_defaults defaults = base();
    struct office_device unit = device_at("1", "");
    struct office_device point = device_at("2", "cho");
    struct office_device three = device_at("3", "cho");
    struct device_effect effect;
    defaults.hours = hours;
    defaults.holidays = holidays;
    device_settings_apply(document, &unit, &defaults, &effect);
    assert_true(json_equal(effect.defaults.hours, hours));
    assert_true(json_equal(effect.defaults.holidays, holidays));
    device_settings_apply(document, &point, &defaults, &effect);
    assert_non_null(json_object_get(effect.defaults.hours, "sat"));
    assert_null(json_object_get(effect.defaults.hours, "mon"));
    assert_true(json_equal(effect.defaults.holidays, holidays));
    device_settings_apply(document, &three, &defaults, &effect);
    assert_non_null(json_object_get(effect.defaults.hours, "sat"));
    assert_int_equal(json_array_size(effect.defaults.holidays), 0);
    json_t *week =
        json_pack("{s:O, s:O}", "hours", hours, "holidays", holidays);
    json_t *own = device_settings_hours(document, week, "cho", "3");
    json_t *wanted = read_document(
        "{\"hours\":{\"sat\":[\"08:00-11:00\"]},\"holidays\":[]}");
    assert_true(json_equal(own, wanted));
    json_decref(own);
    own = device_settings_hours(document, week, "", "1");
    assert_true(json_equal(own, week));
    json_decref(own);
    json_decref(wanted);
    json_decref(week);
    json_decref(document);
    json_decref(holidays);
    json_decref(hours);
}

static void test_device_settings_what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *document, *says;
    } cases[] = {
        {"{\"unit\":{\"volume\":101}}",
         "unit.volume: must be a whole number from 0 to 100"},
        {"{\"unit\":{\"volume\":\"40\"}}", "unit.volume: must be a whole"},
        {"{\"unit\":{\"loudness\":40}}",
         "unit.loudness: is not known here; write volume typing"},
        {"{\"unit\":{\"privacy\":\"linked\"}}", "unit.privacy: is not known"},
        {"{\"unit\":{\"hours\":{}}}", "unit.hours: of the whole unit stand"},
        {"{\"unit\":{\"name\":\"x\"}}", "unit.name: is not known"},
        {"{\"unit\":7}", "is no object"},
        {"{\"points\":[]}", "points: is no object"},
        {"{\"points\":{\"tru-so\":{\"typing\":\"qwerty\"}}}",
         "points.tru-so.typing: must be \"telex\", \"telex-new\", \"vni\" or "
         "\"vni-new\""},
        {"{\"points\":{\"\":{}}}", "points: a code is empty"},
        {"{\"counters\":{\"3\":{\"levels\":4}}}",
         "counters.3.levels: give 5 or 3"},
        {"{\"counters\":{\"3\":{\"hours\":{\"mon\":[\"7-9\"]}}}}",
         "counters.3.hours"},
        {"{\"unit\":{\"holidays\":[]}}", "unit.holidays: of the whole unit"},
        {"{\"points\":{\"a\":{\"holidays\":[\"2/9\"]}}}",
         "points.a.holidays: day 1 is no date"},
        {"{\"counters\":{\"3\":{\"walk_up_fields\":[]}}}",
         "counters.3.walk_up_fields: must be a list"},
        {"{\"counters\":{\"3\":{\"walk_up_fields\":[\"a\",\"a\"]}}}",
         "counters.3.walk_up_fields: must be a list"},
        {"{\"counters\":{\"3\":{\"survey\":\"../x\"}}}",
         "counters.3.survey: must be the name"},
        {"{\"counters\":{\"3\":{\"hotline\":\"1\\n2\"}}}",
         "counters.3.hotline: must be one short line"},
        {"{\"counters\":{\"3\":{\"heartbeat_s\":61}}}",
         "counters.3.heartbeat_s: must be a whole number from 5 to 60"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf message = {0};
        json_t *document = read_document(cases[i].document);
        assert_false(device_settings_check(document, &message));
        assert_holds(buf_text(&message), cases[i].says);
        buf_free(&message);
        json_decref(document);
    }
}

static void test_device_settings_must_suit_each_other(void **state)
{
    static const struct {
        const char *document, *counter, *says; // NULL: it suits
    } cases[] = {
        {"{\"counters\":{\"3\":{\"walk_up\":\"off\"}}}", "3", "walk_up: off"},
        {"{\"counters\":{\"3\":{\"walk_up\":\"off\"}}}", "4", NULL},
        {"{\"unit\":{\"mode\":\"transaction\"},\"counters\":{\"3\":"
         "{\"walk_up\":\"off\"}}}",
         "3", NULL},
        {"{\"unit\":{\"walk_up_fields\":[\"dat-dai\"]}}", "3",
         "\"dat-dai\" is no field of the unit"}};
    struct office_defaults defaults = base();
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf message = {0};
        struct office_device device = device_at(cases[i].counter, "");
        json_t *document = read_document(cases[i].document);
        assert_int_equal(
            device_settings_suit(document, &device, &defaults, &message),
            cases[i].says == NULL);
        assert_holds(buf_text(&message), cases[i].says ? cases[i].says : "");
        buf_free(&message);
        json_decref(document);
    }
    // Nothing to choose from.
    struct buf message = {0};
    struct office_device device = device_at("3", "");
    json_t *document = read_document("{\"unit\":{\"walk_up\":\"fields\"}}");
    defaults.field_count = 0;
    assert_false(device_settings_suit(document, &device, &defaults, &message));
    assert_holds(buf_text(&message), "needs fields to choose from");
    buf_free(&message);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_device_settings_nearest_one_holds),
        cmocka_unit_test(test_device_settings_walk_up_goes_with_the_mode),
        cmocka_unit_test(test_device_settings_reach_the_configuration),
        cmocka_unit_test(test_device_settings_hours_and_holidays_apart),
        cmocka_unit_test(test_device_settings_what_is_wrong_is_named),
        cmocka_unit_test(test_device_settings_must_suit_each_other)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// What is set apart for points and counters, over HTTP: seen before it is
// saved, refused where it does not suit, told to the devices that it is about,
// and taken back.
#include "support/check.h"
#include "support/one_day.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <unistd.h>

static struct made_server server;
static struct made_session office;

static int start(void **state)
{
    (void)state;
    one_day_for(60); // hours hold from a day on
    made_server_start(&server, (const char *[]){"--volume", "45", NULL});
    made_server_person(&server, "an", "office", "");
    made_server_sign_in(&server, "an", &office);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void send(const char *method, const char *path, const char *body,
                 struct answer *out)
{
    ask(server.port,
        &(struct ask){.method = method,
                      .path = path,
                      .headers = office.headers,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        out);
}

static void preview(const char *document, struct answer *out)
{
    char body[1024];
    snprintf(body, sizeof body, "{\"body\":%s}", document);
    send("POST", "/api/v1/settings/devices/preview", body, out);
}

static void put(int version, const char *document, struct answer *out)
{
    char body[1024];
    snprintf(body, sizeof body, "{\"version\":%d,\"body\":%s}", version,
             document);
    send("PUT", "/api/v1/settings/devices", body, out);
}

static void assert_body(const struct answer *answer, const char *part)
{
    assert_holds(buf_text(&answer->body), part);
}

static void test_device_settings_are_seen_before_they_are_saved(void **state)
{
    struct answer answer = {0};
    struct made_device three, four;
    (void)state;
    made_device_enrol(&three, &server, "3");
    made_device_enrol(&four, &server, "4");
    preview("{\"counters\":{\"3\":{\"volume\":20}}}", &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    json_t *changed = json_object_get(object, "changed");
    json_t *base = json_object_get(object, "base");
    assert_int_equal(json_array_size(changed), 1);
    assert_int_equal(json_integer_value(json_object_get(object, "devices")), 2);
    assert_int_equal(json_integer_value(json_object_get(base, "volume")), 45);
    json_decref(object);
    assert_body(&answer, "\"counter\":\"3\"");
    assert_body(&answer, "\"changes\":[{\"key\":\"volume\",\"from\":45,"
                         "\"to\":20}]");
    // Nothing was saved.
    made_device_config(&three, server.port, &answer);
    assert_body(&answer, "\"version\":1,");
    assert_body(&answer, "\"volume\":45");
    // What changes nothing changes nobody.
    preview("{\"unit\":{\"volume\":45}}", &answer);
    assert_body(&answer, "\"changed\":[]");
    made_device_free(&three);
    made_device_free(&four);
    answer_free(&answer);
}

static void test_device_settings_reach_whom_they_are_about(void **state)
{
    struct answer answer = {0};
    struct made_device three, four;
    (void)state;
    made_device_enrol(&three, &server, "3");
    made_device_enrol(&four, &server, "4");
    put(0, "{\"unit\":{},\"counters\":{\"3\":{\"volume\":20,\"levels\":3}}}",
        &answer);
    assert_int_equal(answer.status, 200);
    made_device_config(&three, server.port, &answer);
    assert_body(&answer, "\"version\":2,");
    assert_body(&answer, "\"volume\":20");
    assert_body(&answer, "\"levels\":3");
    made_device_config(&four, server.port, &answer);
    assert_body(&answer, "\"version\":1,");
    assert_body(&answer, "\"volume\":45");
    // A restart changes nothing.
    made_server_stop(&server);
    made_server_restart(&server, (const char *[]){"--volume", "45", NULL});
    made_device_config(&three, server.port, &answer);
    assert_body(&answer, "\"version\":2,");
    made_server_sign_in(&server, "an", &office);
    put(1, "{\"unit\":{\"volume\":30}}", &answer);
    made_device_config(&three, server.port, &answer);
    assert_body(&answer, "\"volume\":30");
    assert_body(&answer, "\"levels\":5");
    // One step back: the version of before, saved once more.
    send("GET", "/api/v1/settings/devices?version=1", "", &answer);
    assert_body(&answer, "\"3\":{\"volume\":20,\"levels\":3}");
    put(2, "{\"unit\":{},\"counters\":{\"3\":{\"volume\":20,\"levels\":3}}}",
        &answer);
    assert_int_equal(answer.status, 200);
    made_device_config(&three, server.port, &answer);
    assert_body(&answer, "\"version\":4,");
    assert_body(&answer, "\"levels\":3");
    made_device_free(&three);
    made_device_free(&four);
    answer_free(&answer);
}

static void test_device_settings_that_do_not_suit_are_refused(void **state)
{
    static const struct {
        const char *document, *says;
    } cases[] = {
        {"{\"counters\":{\"3\":{\"volume\":200}}}", "counters.3.volume: must"},
        {"{\"counters\":{\"3\":{\"walk_up\":\"off\"}}}",
         "counters.3.walk_up: off would leave"},
        {"{\"counters\":{\"9\":{\"walk_up\":\"off\"}}}",
         "counters.9.walk_up: off would leave"},
        {"{\"unit\":{\"walk_up\":\"off\"}}", "unit.walk_up: off would leave"},
        {"{\"points\":{\"a\":{\"walk_up\":\"off\"}}}",
         "points.a.walk_up: off would leave"},
        {"{\"points\":{\"a\":{\"survey\":\"no-such\"}}}",
         "points.a.survey: there is no question set \\\"no-such\\\""},
        {"{\"counters\":{\"3\":{\"walk_up_fields\":[\"no-such\"]}}}",
         "counters.3.walk_up_fields: \\\"no-such\\\" is no field"},
        {"{\"unti\":{}}", "unti: is not known here; write unit points"}};
    struct answer answer = {0};
    struct made_device three;
    (void)state;
    made_device_enrol(&three, &server, "3");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        preview(cases[i].document, &answer);
        answer_is_problem(&answer, 422, "unreadable");
        assert_body(&answer, cases[i].says);
        put(0, cases[i].document, &answer);
        answer_is_problem(&answer, 422, "unreadable");
        assert_body(&answer, cases[i].says);
    }
    // Nothing came of any of them.
    send("GET", "/api/v1/settings/devices", "", &answer);
    assert_body(&answer, "\"version\":0,");
    made_device_free(&three);
    answer_free(&answer);
}

static void put_hours(const char *document)
{
    struct answer answer = {0};
    struct buf body = {0};
    buf_printf(&body, "{\"version\":0,\"body\":%s}", document);
    send("PUT", "/api/v1/settings/hours", buf_text(&body), &answer);
    assert_int_equal(answer.status, 200);
    buf_free(&body);
    answer_free(&answer);
}

static void rate(struct made_device *device, const char *counter)
{
    struct answer answer = {0};
    struct record record;
    maker_visit(&device->ledger, 5, &record);
    snprintf(record.counter, sizeof record.counter, "%s", counter);
    maker_write(&device->ledger, &record);
    made_device_send(device, &server, 1, 1, 200, &answer);
    answer_free(&answer);
}

static void move_to_market(const struct made_device *device)
{
    struct answer answer = {0};
    struct made_session admin = {0};
    char path[128];
    static const char body[] = "{\"counter\":\"5\",\"point\":\"cho\"}";
    made_server_person(&server, "binh", "admin", "");
    made_server_sign_in(&server, "binh", &admin);
    snprintf(path, sizeof path, "/api/v1/devices/%s/change",
             device->ledger.device);
    ask(server.port,
        &(struct ask){.method = "POST",
                      .path = path,
                      .headers = admin.headers,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

// Counter 3 is always open, and so is what stands at the market.
static void put_always_open(void)
{
#define ALL_DAY "[\"00:00-24:00\"]"
    static const char always[] =
        "{\"hours\":{\"mon\":" ALL_DAY ",\"tue\":" ALL_DAY ",\"wed\":" ALL_DAY
        ",\"thu\":" ALL_DAY ",\"fri\":" ALL_DAY ",\"sat\":" ALL_DAY
        ",\"sun\":" ALL_DAY "}}";
    struct answer answer = {0};
    char body[1024];
    snprintf(body, sizeof body,
             "{\"counters\":{\"3\":%s},\"points\":{\"cho\":%s}}", always,
             always);
    put(0, body, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

// One flag, on the rating at counter 4.
static void expect_only_counter_4(void)
{
    struct answer answer = {0};
    json_t *object = NULL, *flags = NULL;
    for (int i = 0; i < 1200 && json_array_size(flags) == 0; i++) {
        usleep(50000);
        send("GET", "/api/v1/flags", "", &answer);
        assert_int_equal(answer.status, 200);
        json_decref(object);
        object = answer_object(&answer);
        flags = json_object_get(object, "flags");
    }
    assert_int_equal(json_array_size(flags), 1);
    const json_t *flag = json_array_get(flags, 0);
    assert_string_equal(json_string_value(json_object_get(flag, "rule")),
                        "outside-hours");
    assert_string_equal(json_string_value(json_object_get(flag, "counter")),
                        "4");
    json_decref(object);
    answer_free(&answer);
}

// The unit is closed for good. Whichever comes last, the setting, a device's
// new place or a new device, a counter is judged by its own hours.
enum last { SETTING, PLACE, DEVICE };

static void judge_by_own_hours(enum last last)
{
    struct made_device three, four, five;
    put_hours("{\"hours\":{}}");
    if (last != SETTING)
        put_always_open();
    made_device_enrol(&four, &server, "4");
    made_device_enrol(&five, &server, "5");
    if (last != DEVICE)
        made_device_enrol(&three, &server, "3");
    move_to_market(&five);
    if (last == SETTING)
        put_always_open();
    if (last == DEVICE)
        made_device_enrol(&three, &server, "3");
    rate(&three, "3");
    rate(&four, "4");
    rate(&five, "5");
    expect_only_counter_4();
    made_device_free(&three);
    made_device_free(&four);
    made_device_free(&five);
}

static void test_device_settings_judge_by_hours_set_last(void **state)
{
    (void)state;
    judge_by_own_hours(SETTING);
}

static void test_device_settings_judge_by_hours_of_a_new_place(void **state)
{
    (void)state;
    judge_by_own_hours(PLACE);
}

static void test_device_settings_judge_by_hours_of_a_new_device(void **state)
{
    (void)state;
    judge_by_own_hours(DEVICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_device_settings_are_seen_before_they_are_saved, start, stop),
        cmocka_unit_test_setup_teardown(
            test_device_settings_reach_whom_they_are_about, start, stop),
        cmocka_unit_test_setup_teardown(
            test_device_settings_that_do_not_suit_are_refused, start, stop),
        cmocka_unit_test_setup_teardown(
            test_device_settings_judge_by_hours_set_last, start, stop),
        cmocka_unit_test_setup_teardown(
            test_device_settings_judge_by_hours_of_a_new_place, start, stop),
        cmocka_unit_test_setup_teardown(
            test_device_settings_judge_by_hours_of_a_new_device, start, stop)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// What the Office sets on its pages: documents that are read, changed and
// refused over HTTP, and what follows: the counters are told new hours.
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>

static struct made_server server;
static struct made_session office;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, NULL);
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

static void get(const char *name, struct answer *out)
{
    char path[128];
    snprintf(path, sizeof path, "/api/v1/settings%s%s", *name ? "/" : "", name);
    ask(server.port, &(struct ask){.path = path, .headers = office.headers},
        out);
}

static void put(const char *name, const char *body, struct answer *out)
{
    char path[128];
    snprintf(path, sizeof path, "/api/v1/settings/%s", name);
    ask(server.port,
        &(struct ask){.method = "PUT",
                      .path = path,
                      .headers = office.headers,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        out);
}

static void assert_body(const struct answer *answer, const char *part)
{
    assert_holds(buf_text(&answer->body), part);
}

static void test_documents_begin_as_the_program_has_them(void **state)
{
    struct answer answer = {0};
    (void)state;
    get("", &answer);
    assert_int_equal(answer.status, 200);
    assert_body(&answer, "{\"name\":\"hours\",\"version\":0,\"changed_at\":"
                         "null,\"changed_by\":null}");
    get("targets", &answer);
    assert_int_equal(answer.status, 200);
    assert_body(&answer, "\"version\":0,");
    assert_body(&answer, "\"targets\":[95,98]");
    get("no-such", &answer);
    answer_is_problem(&answer, 404, "not-found");
    answer_free(&answer);
}

// What was got can be sent back as it is.
static void test_documents_every_one_takes_its_own(void **state)
{
    struct answer answer = {0};
    struct buf text = {0};
    size_t i;
    json_t *item;
    (void)state;
    get("", &answer);
    json_t *list = answer_object(&answer);
    json_array_foreach(json_object_get(list, "settings"), i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        get(name, &answer);
        assert_int_equal(answer.status, 200);
        buf_clear(&text);
        buf_append(&text, answer.body.data, answer.body.size);
        put(name, buf_text(&text), &answer);
        if (answer.status != 200) {
            fail_msg("%s: %s", name, buf_text(&answer.body));
        }
        assert_body(&answer, "\"version\":1}");
    }
    assert_true(json_array_size(json_object_get(list, "settings")) >= 2);
    json_decref(list);
    buf_free(&text);
    answer_free(&answer);
}

static void test_documents_change_and_stay_over_a_restart(void **state)
{
    struct answer answer = {0};
    (void)state;
    put("targets",
        "{\"version\":0,\"body\":{\"id\":\"tai-quay\",\"satisfied\":[4,5],"
        "\"dissatisfied\":[1,2],\"targets\":[90],\"decimals\":1}}",
        &answer);
    assert_int_equal(answer.status, 200);
    made_server_stop(&server);
    made_server_restart(&server, NULL);
    get("targets", &answer);
    assert_body(&answer, "\"version\":1,");
    assert_body(&answer, "\"changed_by\":\"user an\"");
    assert_body(&answer, "\"targets\":[90]");
    answer_free(&answer);
}

// What held before can still be read, and who wanted it.
static void test_documents_of_before(void **state)
{
    struct answer answer = {0};
    (void)state;
    put("hours", "{\"version\":0,\"body\":{\"hours\":{\"mon\":[]}}}", &answer);
    put("hours", "{\"version\":1,\"body\":{}}", &answer);
    assert_int_equal(answer.status, 200);
    get("hours", &answer);
    assert_body(&answer, "\"version\":2,");
    get("hours?version=1", &answer);
    assert_body(&answer, "\"version\":1,");
    assert_body(&answer, "\"changed_by\":\"user an\"");
    assert_body(&answer, "\"body\":{\"hours\":{\"mon\":[]}}");
    get("hours?version=3", &answer);
    answer_is_problem(&answer, 404, "not-found");
    get("hours?version=x", &answer);
    answer_is_problem(&answer, 400, "bad-request");
    answer_free(&answer);
}

static void test_documents_of_two_at_once(void **state)
{
    struct answer answer = {0};
    (void)state;
    put("hours", "{\"version\":0,\"body\":{}}", &answer);
    assert_int_equal(answer.status, 200);
    put("hours", "{\"version\":0,\"body\":{\"hours\":{\"mon\":[]}}}", &answer);
    answer_is_problem(&answer, 409, "changed");
    assert_body(&answer, "\"expected\":1");
    get("hours", &answer);
    assert_body(&answer, "\"body\":{}");
    answer_free(&answer);
}

static void assert_refused(const char *name, const char *body, const char *why)
{
    struct answer answer = {0};
    put(name, body, &answer);
    answer_is_problem(&answer, 422, "unreadable");
    assert_body(&answer, why);
    answer_free(&answer);
}

static void test_documents_say_what_is_wrong(void **state)
{
    (void)state;
    assert_refused("hours", "{\"body\":{}}", "version: is missing");
    assert_refused("hours", "{\"version\":0}", "body: is no object");
    assert_refused("hours", "{\"version\":0,\"body\":[]}",
                   "body: is no object");
    assert_refused(
        "hours",
        "{\"version\":0,\"body\":{\"hours\":{\"mon\":[\"11:30-07:30\"]"
        "}}}",
        "hours.mon: span 1 must be");
    assert_refused("hours", "{\"version\":0,\"body\":{\"hour\":{}}}",
                   "hour: is not known here; write hours holidays");
    assert_refused("targets",
                   "{\"version\":0,\"body\":{\"id\":\"a\",\"satisfied\":[9]}}",
                   "satisfied: must be a list of levels 1–5");
}

static void test_documents_hours_reach_the_devices(void **state)
{
    struct answer answer = {0};
    struct made_device device;
    (void)state;
    made_device_enrol(&device, &server, "3");
    made_device_config(&device, server.port, &answer);
    assert_body(&answer, "\"version\":1,");
    assert_null(strstr(buf_text(&answer.body), "\"hours\""));
    put("hours",
        "{\"version\":0,\"body\":{\"hours\":{\"mon\":[\"07:30-11:30\"]},"
        "\"holidays\":[\"2027-01-01\"]}}",
        &answer);
    assert_int_equal(answer.status, 200);
    made_device_config(&device, server.port, &answer);
    assert_body(&answer, "\"version\":2,");
    assert_body(&answer, "\"hours\":{\"mon\":[\"07:30-11:30\"]}");
    assert_body(&answer, "\"holidays\":[\"2027-01-01\"]");
    // What the same server is told again is no other configuration.
    made_server_stop(&server);
    made_server_restart(&server, NULL);
    made_device_config(&device, server.port, &answer);
    assert_body(&answer, "\"version\":2,");
    made_device_free(&device);
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_documents_begin_as_the_program_has_them, start, stop),
        cmocka_unit_test_setup_teardown(test_documents_every_one_takes_its_own,
                                        start, stop),
        cmocka_unit_test_setup_teardown(
            test_documents_change_and_stay_over_a_restart, start, stop),
        cmocka_unit_test_setup_teardown(test_documents_of_before, start, stop),
        cmocka_unit_test_setup_teardown(test_documents_of_two_at_once, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_documents_say_what_is_wrong, start,
                                        stop),
        cmocka_unit_test_setup_teardown(test_documents_hours_reach_the_devices,
                                        start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// How a device comes into being, is told what to be, and ends: the admin
// routes, enrolment and configuration, against the whole server.
#include "common/clock.h"
#include "common/date.h"
#include "ledger/key.h"
#include "ledger/pseudonym.h"
#include "office/devices.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct made_server server;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, (const char *[]){"--hotline", "0234 3 812 345",
                                                "--device-rate", "0", "--mode",
                                                "transaction", NULL});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = NULL;
    assert_true(json_get_text(object, key, &text));
    return text;
}

static void enrol(const char *code, const char *public_key,
                  struct answer *answer)
{
    char body[512];
    snprintf(body, sizeof body,
             "{\"code\":\"%s\",\"public_key\":\"%s\",\"version\":\"0.1.0\"}",
             code, public_key);
    ask(server.port,
        &(struct ask){.path = "/api/v1/devices/enrol",
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        answer);
}

static void make_key(char out_public[KEY_PUBLIC_BASE64_SIZE])
{
    struct key key;
    key_make(&key);
    key_public_base64(key.public_key, out_public);
}

static void test_enrolment_gives_all_that_a_device_needs(void **state)
{
    char code[16], key[KEY_PUBLIC_BASE64_SIZE];
    unsigned char bytes[KEY_PUBLIC_BYTES];
    struct answer answer = {0};
    (void)state;
    make_key(key);
    made_server_code(&server, "3", code);
    enrol(code, key, &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_int_equal(strlen(text_of(object, "device")), 36);
    assert_int_equal(strlen(text_of(object, "token")), 64);
    assert_true(key_public_parse(text_of(object, "server_key"), bytes));
    assert_int_equal(strlen(text_of(object, "box_key")), 44);
    const json_t *config = json_object_get(object, "config");
    const json_t *unit = json_object_get(config, "unit");
    assert_string_equal(text_of(unit, "code"), "H24.12");
    assert_string_equal(text_of(unit, "name"), "Bình Minh");
    assert_string_equal(text_of(config, "counter"), "3");
    assert_string_equal(text_of(config, "mode"), "transaction");
    assert_string_equal(text_of(config, "hotline"), "0234 3 812 345");
    assert_string_equal(text_of(config, "privacy"), "anonymous");
    // It is kept in a file for good: no keys. What it lacks is fetched.
    assert_null(json_object_get(config, "transaction_keys"));
    assert_int_equal(json_integer_value(json_object_get(config, "version")), 0);
    assert_string_equal(text_of(json_object_get(config, "field"), "vi"),
                        "Chứng thực");
    json_decref(object);
    answer_free(&answer);
}

static void test_a_code_works_once(void **state)
{
    char code[16], key[KEY_PUBLIC_BASE64_SIZE];
    struct answer answer = {0};
    (void)state;
    make_key(key);
    made_server_code(&server, "3", code);
    // As somebody might type it.
    for (char *c = code; *c; c++) {
        *c = *c == '-' ? ' ' : *c;
    }
    enrol(code, key, &answer);
    assert_int_equal(answer.status, 201);
    make_key(key);
    enrol(code, key, &answer);
    answer_is_problem(&answer, 409, "code-used");
    answer_free(&answer);
}

static void test_an_unknown_code_is_refused(void **state)
{
    static const char *const codes[] = {"00000-00000", "", "short",
                                        "UUUUU-UUUUU", "ÁÁÁÁÁ-ÁÁÁÁÁ"};
    char key[KEY_PUBLIC_BASE64_SIZE];
    struct answer answer = {0};
    (void)state;
    make_key(key);
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        enrol(codes[i], key, &answer);
        answer_is_problem(&answer, 404, "code-unknown");
    }
    answer_free(&answer);
}

// A code that was made 31 minutes ago, as a command makes it while the server
// is down.
static void test_an_expired_code_is_refused(void **state)
{
    struct made_server own;
    struct office *office;
    struct answer answer = {0};
    char path[128], id[ID_SIZE], code[SECRET_CODE_SIZE];
    char key[KEY_PUBLIC_BASE64_SIZE];
    int64_t expires_at, half_an_hour = 30 * 60 * 1000;
    const struct office_new_device wanted = {.unit = "H24.12", .counter = "9"};
    (void)state;
    made_server_start(&own, NULL);
    made_server_stop(&own);
    snprintf(path, sizeof path, "%s", own.database);
    assert_int_equal(office_open(path, OFFICE_WRITER, &office), OFFICE_OK);
    assert_int_equal(office_add_device(office, &wanted,
                                       clock_wall_ms() - half_an_hour - 60000,
                                       id, code, &expires_at),
                     OFFICE_OK);
    office_close(office);
    made_server_restart(&own, NULL);
    make_key(key);
    struct made_server saved = server;
    server = own;
    enrol(code, key, &answer);
    server = saved;
    answer_is_problem(&answer, 410, "code-expired");
    answer_free(&answer);
    made_server_close(&own);
}

static void test_enrolment_bodies_that_cannot_be_understood(void **state)
{
    static const struct {
        const char *body;
        const char *reason;
    } cases[] = {{"", "line 1"},
                 {"hello", "line 1"},
                 {"{\"code\":\"a\",\"code\":\"b\"}", "duplicate"},
                 {"{\"code\":7}", "code"},
                 {"{\"public_key\":\"AAAA\"}", "code"},
                 {"{\"code\":\"A\"}", "public_key"},
                 {"{\"code\":\"A\",\"public_key\":\"short\"}", "public_key"}};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ask(server.port,
            &(struct ask){.path = "/api/v1/devices/enrol",
                          .type = "application/json",
                          .body = cases[i].body,
                          .size = strlen(cases[i].body)},
            &answer);
        answer_is_problem(&answer, 422, "unreadable");
        json_t *object = answer_object(&answer);
        assert_non_null(strstr(text_of(object, "reason"), cases[i].reason));
        json_decref(object);
    }
    char large[5000];
    memset(large, ' ', sizeof large);
    ask(server.port,
        &(struct ask){.path = "/api/v1/devices/enrol",
                      .type = "application/json",
                      .body = large,
                      .size = sizeof large},
        &answer);
    answer_is_problem(&answer, 413, "too-large");
    answer_free(&answer);
}

static void get_config(const struct made_device *device, const char *headers,
                       struct answer *answer)
{
    ask(server.port,
        &(struct ask){.path = "/api/v1/devices/me/config",
                      .token = device->token,
                      .headers = headers},
        answer);
}

static void test_the_configuration_is_signed_and_has_an_etag(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    char headers[300], etag[128], signature[KEY_SIGNATURE_BASE64_SIZE];
    (void)state;
    made_device_enrol(&device, &server, "7");
    get_config(&device, NULL, &answer);
    assert_int_equal(answer.status, 200);
    snprintf(signature, sizeof signature, "%s",
             answer_header(&answer, "Hailong-Signature"));
    assert_true(key_verify(device.server_key, answer.body.data,
                           answer.body.size, signature));
    answer.body.data[0] ^= 1;
    assert_false(key_verify(device.server_key, answer.body.data,
                            answer.body.size, signature));
    answer.body.data[0] ^= 1;
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "counter"), "7");
    json_decref(object);
    snprintf(etag, sizeof etag, "%s", answer_header(&answer, "ETag"));
    snprintf(headers, sizeof headers, "If-None-Match: \"old\", W/%s\r\n", etag);
    get_config(&device, headers, &answer);
    assert_int_equal(answer.status, 304);
    assert_int_equal(answer.body.size, 0);
    assert_string_equal(answer_header(&answer, "ETag"), etag);
    get_config(&device, "If-None-Match: \"old\"\r\n", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    made_device_free(&device);
}

static void get_own(const struct made_server *own,
                    const struct made_device *device, json_t **out)
{
    struct answer answer = {0};
    made_device_config(device, own->port, &answer);
    assert_int_equal(answer.status, 200);
    *out = answer_object(&answer);
    answer_free(&answer);
}

static void test_modes_of_privacy_are_told_anew(void **state)
{
    struct made_server own;
    struct made_device device;
    struct pseudonym_keys keys;
    json_t *config;
    (void)state;
    made_server_start(&own, (const char *[]){NULL});
    made_device_enrol(&device, &own, "1");
    get_own(&own, &device, &config);
    assert_true(pseudonym_keys_read(config, &keys));
    assert_false(keys.linked);
    assert_int_equal(keys.count, 2);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    assert_ptr_equal(pseudonym_key_on(&keys, today), &keys.list[0]);
    json_decref(config);
    made_server_stop(&own);
    made_server_restart(&own,
                        (const char *[]){"--privacy", "linked", "--walk-up",
                                         "fields", "--contact-s", "90", NULL});
    get_own(&own, &device, &config);
    assert_int_equal(json_integer_value(json_object_get(config, "version")), 2);
    assert_true(pseudonym_keys_read(config, &keys));
    assert_true(keys.linked);
    assert_int_equal(keys.count, 0);
    assert_string_equal(text_of(config, "walk_up"), "fields");
    assert_int_equal(json_array_size(json_object_get(config, "fields")), 8);
    assert_int_equal(json_integer_value(json_object_get(config, "contact_s")),
                     90);
    json_decref(config);
    made_device_free(&device);
    made_server_close(&own);
}

static void test_a_new_hotline_is_a_new_version(void **state)
{
    struct made_server own;
    struct made_device device;
    struct answer answer = {0};
    int64_t version = 0;
    (void)state;
    made_server_start(&own, (const char *[]){"--hotline", "111", NULL});
    made_device_enrol(&device, &own, "1");
    made_server_stop(&own);
    made_server_restart(&own, (const char *[]){"--hotline", "222", NULL});
    made_device_config(&device, own.port, &answer);
    json_t *object = answer_object(&answer);
    assert_true(json_get_int(object, "version", &version));
    assert_int_equal(version, 2);
    assert_string_equal(text_of(object, "hotline"), "222");
    json_decref(object);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&own);
}

static void test_a_revoked_device_gets_no_configuration(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    char path[128];
    (void)state;
    made_device_enrol(&device, &server, "3");
    snprintf(path, sizeof path, "/admin/v1/devices/%s/revoke",
             device.ledger.device);
    made_server_admin(&server, path, "{}", &answer);
    assert_int_equal(answer.status, 200);
    get_config(&device, NULL, &answer);
    answer_is_problem(&answer, 403, "revoked");
    // Once more changes nothing, and is fine.
    made_server_admin(&server, path, "{}", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_admin_routes_want_their_token(void **state)
{
    struct answer answer = {0};
    struct ask add = {.path = "/admin/v1/devices",
                      .type = "application/json",
                      .body = "{\"counter\":\"1\"}",
                      .size = 15};
    (void)state;
    ask(server.admin_port, &add, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    add.token = "0000000000000000000000000000000000000000000000000000000000000"
                "000";
    ask(server.admin_port, &add, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    // With the right token, but where devices and people knock.
    add.token = server.admin_token;
    ask(server.port, &add, &answer);
    answer_is_problem(&answer, 404, "not-found");
    ask(server.admin_port, &add, &answer);
    assert_int_equal(answer.status, 201);
    answer_free(&answer);
}

static void test_admin_mistakes_are_named(void **state)
{
    static const struct {
        const char *path, *body;
        int status;
        const char *type;
    } cases[] = {{"/admin/v1/devices", "{}", 422, "unreadable"},
                 {"/admin/v1/devices", "{\"counter\":3}", 422, "unreadable"},
                 {"/admin/v1/keys", "{\"role\":\"king\",\"name\":\"a\"}", 422,
                  "unreadable"},
                 {"/admin/v1/keys", "{\"role\":\"office\"}", 422, "unreadable"},
                 {"/admin/v1/keys/77/revoke", "{}", 404, "not-found"},
                 {"/admin/v1/keys/x/revoke", "{}", 404, "not-found"},
                 {"/admin/v1/devices/nobody/revoke", "{}", 404, "not-found"},
                 {"/admin/v1/devices//revoke", "{}", 404, "not-found"}};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        made_server_admin(&server, cases[i].path, cases[i].body, &answer);
        answer_is_problem(&answer, cases[i].status, cases[i].type);
    }
    answer_free(&answer);
}

static void test_admin_json_lives_as_long_as_the_server(void **state)
{
    struct made_server own;
    char path[128];
    (void)state;
    made_server_start(&own, NULL);
    snprintf(path, sizeof path, "%s/admin.json", own.folder);
    assert_int_equal(access(path, F_OK), 0);
    made_server_stop(&own);
    assert_int_equal(access(path, F_OK), -1);
    made_server_close(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_enrolment_gives_all_that_a_device_needs),
        cmocka_unit_test(test_a_code_works_once),
        cmocka_unit_test(test_an_unknown_code_is_refused),
        cmocka_unit_test(test_an_expired_code_is_refused),
        cmocka_unit_test(test_enrolment_bodies_that_cannot_be_understood),
        cmocka_unit_test(test_the_configuration_is_signed_and_has_an_etag),
        cmocka_unit_test(test_modes_of_privacy_are_told_anew),
        cmocka_unit_test(test_a_new_hotline_is_a_new_version),
        cmocka_unit_test(test_a_revoked_device_gets_no_configuration),
        cmocka_unit_test(test_admin_routes_want_their_token),
        cmocka_unit_test(test_admin_mistakes_are_named),
        cmocka_unit_test(test_admin_json_lives_as_long_as_the_server),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

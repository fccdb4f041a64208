// What an admin does on the page: devices, people and keys; what the others may
// not; and what somebody with a password of another's making may do.
#include "office/audit.h"
#include "office/office.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>

static struct made_server server;
static struct made_session admin;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, (const char *[]){"--device-rate", "0", NULL});
    made_server_person(&server, "quan", "admin", "");
    made_server_sign_in(&server, "quan", &admin);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

// As somebody who is signed in; `body` NULL: none.
static void say_as(const char *headers, const char *method, const char *path,
                   const char *body, struct answer *out)
{
    answer_free(out);
    ask(server.port,
        &(struct ask){.method = method,
                      .path = path,
                      .headers = headers,
                      .type = body ? "application/json" : NULL,
                      .body = body,
                      .size = body ? strlen(body) : 0},
        out);
}

static void say(const char *method, const char *path, const char *body,
                struct answer *out)
{
    say_as(admin.headers, method, path, body, out);
}

static void assert_body(const struct answer *answer, const char *part)
{
    assert_holds(buf_text(&answer->body), part);
}

static void take(const struct answer *answer, const char *key, char *out,
                 size_t size)
{
    json_t *object = answer_object(answer);
    assert_true(json_copy_text(object, key, out, size));
    json_decref(object);
}

static int sign_in(const char *name, const char *password,
                   struct made_session *out)
{
    char body[256];
    struct answer answer = {0};
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name,
             password);
    say_as(NULL, "POST", "/api/v1/sessions", body, &answer);
    int status = answer.status;
    if (status == 201) {
        const char *cookie = answer_header(&answer, "Set-Cookie");
        snprintf(out->cookie, sizeof out->cookie, "%.*s",
                 (int)strcspn(cookie, ";"), cookie);
        take(&answer, "csrf", out->csrf, sizeof out->csrf);
        snprintf(out->headers, sizeof out->headers,
                 "Cookie: %s\r\nX-CSRF-Token: %s\r\n", out->cookie, out->csrf);
    }
    answer_free(&answer);
    return status;
}

// --- People -----------------------------------------------------------------

static const char AN[] = "{\"name\":\"an\",\"display\":\"Nguyễn Thị An\","
                         "\"role\":\"office\",\"officer\":\"\"}";

static void test_a_first_password_is_changed_first(void **state)
{
    struct answer answer = {0};
    struct made_session an, again;
    char password[64], body[256];
    (void)state;
    say("POST", "/api/v1/people", AN, &answer);
    assert_int_equal(answer.status, 201);
    take(&answer, "password", password, sizeof password);
    assert_int_equal(strlen(password), 11);
    assert_int_equal(sign_in("an", password, &an), 201);
    say_as(an.headers, "GET", "/api/v1/sessions/me", NULL, &answer);
    assert_body(&answer, "\"password_due\":true");
    say_as(an.headers, "GET", "/api/v1/settings", NULL, &answer);
    answer_is_problem(&answer, 403, "password-due");
    say_as(an.headers, "GET", "/", NULL, &answer);
    assert_int_equal(answer.status, 303);
    assert_string_equal(answer_header(&answer, "Location"), "/mat-khau");
    assert_int_equal(sign_in("an", password, &again), 201);
    snprintf(body, sizeof body,
             "{\"old\":\"%s\",\"new\":\"một câu dài dễ nhớ\"}", password);
    say_as(an.headers, "POST", "/api/v1/sessions/me/password", body, &answer);
    assert_int_equal(answer.status, 204);
    say_as(an.headers, "GET", "/api/v1/settings", NULL, &answer);
    assert_int_equal(answer.status, 200);
    // The other session has ended, and the old password opens nothing.
    say_as(again.headers, "GET", "/api/v1/sessions/me", NULL, &answer);
    assert_int_equal(answer.status, 401);
    assert_int_equal(sign_in("an", password, &again), 401);
    assert_int_equal(sign_in("an", "một câu dài dễ nhớ", &again), 201);
    answer_free(&answer);
}

static void refuse_password(const char *headers, const char *old,
                            const char *wanted, int status, const char *type)
{
    struct answer answer = {0};
    char body[256];
    snprintf(body, sizeof body, "{\"old\":\"%s\",\"new\":\"%s\"}", old, wanted);
    say_as(headers, "POST", "/api/v1/sessions/me/password", body, &answer);
    answer_is_problem(&answer, status, type);
    answer_free(&answer);
}

// A stolen session must not try passwords without end.
static void test_a_wrong_old_password_is_a_wrong_try(void **state)
{
    struct made_session unused;
    (void)state;
    refuse_password(admin.headers, MADE_PASSWORD, "ngắn", 422, "unreadable");
    refuse_password(admin.headers, MADE_PASSWORD, MADE_PASSWORD, 422,
                    "unreadable");
    for (int i = 0; i < 5; i++) {
        refuse_password(admin.headers, "chẳng phải", "một câu dài dễ nhớ", 403,
                        "wrong-password");
    }
    refuse_password(admin.headers, MADE_PASSWORD, "một câu dài dễ nhớ", 429,
                    "sign-in-locked");
    assert_int_equal(sign_in("quan", MADE_PASSWORD, &unused), 429);
}

static void test_people_change_and_leave(void **state)
{
    struct answer answer = {0};
    struct made_session an;
    (void)state;
    made_server_person(&server, "an", "office", "");
    made_server_sign_in(&server, "an", &an);
    // Another name ends nothing, another role does.
    say("POST", "/api/v1/people/an/change",
        "{\"display\":\"Bà An\",\"role\":\"office\",\"officer\":\"\"}",
        &answer);
    assert_int_equal(answer.status, 200);
    say_as(an.headers, "GET", "/api/v1/sessions/me", NULL, &answer);
    assert_body(&answer, "\"display\":\"Bà An\"");
    say("POST", "/api/v1/people/an/change",
        "{\"display\":\"Bà An\",\"role\":\"leader\",\"officer\":\"\"}",
        &answer);
    assert_int_equal(answer.status, 200);
    say_as(an.headers, "GET", "/api/v1/sessions/me", NULL, &answer);
    assert_int_equal(answer.status, 401);
    say("GET", "/api/v1/people", NULL, &answer);
    assert_body(&answer, "{\"name\":\"an\",\"display\":\"Bà An\",\"role\":"
                         "\"leader\",\"officer\":\"\",");
    say("POST", "/api/v1/people/an/change",
        "{\"display\":\"Bà An\",\"role\":\"officer\",\"officer\":\"\"}",
        &answer);
    answer_is_problem(&answer, 422, "unreadable");
    made_server_sign_in(&server, "an", &an);
    say("DELETE", "/api/v1/people/an/sessions", NULL, &answer);
    assert_int_equal(answer.status, 200);
    say_as(an.headers, "GET", "/api/v1/sessions/me", NULL, &answer);
    assert_int_equal(answer.status, 401);
    say("POST", "/api/v1/people/an/disable", NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(sign_in("an", MADE_PASSWORD, &an), 401);
    answer_free(&answer);
}

static void test_nobody_shuts_the_last_door(void **state)
{
    struct answer answer = {0};
    (void)state;
    say("POST", "/api/v1/people/quan/disable", NULL, &answer);
    answer_is_problem(&answer, 403, "own-account");
    say("POST", "/api/v1/people/quan/password", NULL, &answer);
    answer_is_problem(&answer, 403, "own-account");
    say("POST", "/api/v1/people/quan/change",
        "{\"display\":\"Q\",\"role\":\"office\",\"officer\":\"\"}", &answer);
    answer_is_problem(&answer, 403, "own-account");
    say("POST", "/api/v1/people/quan/change",
        "{\"display\":\"Ông Quân\",\"role\":\"admin\",\"officer\":\"\"}",
        &answer);
    assert_int_equal(answer.status, 200);
    // The commands may: who runs them can make another.
    made_server_admin(&server, "/admin/v1/users/quan/disable", "{}", &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static void test_sessions_are_one_persons_own(void **state)
{
    struct answer answer = {0};
    struct made_session second;
    (void)state;
    made_server_sign_in(&server, "quan", &second);
    say("GET", "/api/v1/sessions", NULL, &answer);
    json_t *object = answer_object(&answer);
    const json_t *list = json_object_get(object, "sessions");
    int current = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        current +=
            json_is_true(json_object_get(json_array_get(list, i), "current"));
    }
    assert_int_equal(json_array_size(list), 2);
    assert_int_equal(current, 1);
    json_decref(object);
    say("DELETE", "/api/v1/sessions", NULL, &answer);
    assert_int_equal(answer.status, 204);
    assert_holds(answer_header(&answer, "Set-Cookie"), "hailong=;");
    say_as(second.headers, "GET", "/api/v1/sessions/me", NULL, &answer);
    assert_int_equal(answer.status, 401);
    say("GET", "/api/v1/sessions/me", NULL, &answer);
    assert_int_equal(answer.status, 401);
    answer_free(&answer);
}

// --- Devices ----------------------------------------------------------------

static void test_a_device_is_added_moved_and_revoked(void **state)
{
    struct answer answer = {0};
    char code[32], id[64], path[128];
    (void)state;
    say("POST", "/api/v1/devices",
        "{\"counter\":\"7\",\"name\":\"Quầy 7\",\"field\":\"ho-tich\"}",
        &answer);
    assert_int_equal(answer.status, 201);
    assert_body(&answer, "\"qr_svg\":\"<svg");
    take(&answer, "code", code, sizeof code);
    take(&answer, "device", id, sizeof id);
    say("POST", "/api/v1/devices", "{\"counter\":\"\"}", &answer);
    answer_is_problem(&answer, 422, "unreadable");
    snprintf(path, sizeof path, "/api/v1/devices/%s/change", id);
    say("POST", path,
        "{\"counter\":\"8\",\"name\":\"Quầy 8\",\"point\":\"tru-so\"}",
        &answer);
    assert_int_equal(answer.status, 200);
    say("GET", "/api/v1/devices", NULL, &answer);
    assert_body(&answer, "\"state\":\"waiting\",\"counter\":\"8\",\"name\":"
                         "\"Quầy 8\",\"field\":\"\",\"point\":\"tru-so\"");
    snprintf(path, sizeof path, "/api/v1/devices/%s/revoke", id);
    say("POST", path, NULL, &answer);
    assert_int_equal(answer.status, 200);
    say("GET", "/api/v1/devices", NULL, &answer);
    assert_body(&answer, "\"state\":\"revoked\"");
    answer_free(&answer);
}

static void test_a_device_tells_how_it_is(void **state)
{
    struct answer answer = {0};
    struct made_device device;
    char path[128];
    (void)state;
    made_device_enrol(&device, &server, "3");
    say("GET", "/api/v1/devices", NULL, &answer);
    assert_body(&answer, "\"pending\":null");
    assert_body(&answer, "\"clock_quality\":null");
    maker_rate(&device.ledger, 5);
    maker_rate(&device.ledger, 4);
    made_device_send(&device, &server, 1, 1, 200, &answer);
    say("GET", "/api/v1/devices", NULL, &answer);
    assert_body(&answer, "\"pending\":7");
    assert_body(&answer, "\"disk_free_mib\":3");
    assert_body(&answer, "\"silent\":false");
    assert_body(&answer, "\"config_version\":1,\"configured_at\":\"20");
    // Another counter is another configuration.
    snprintf(path, sizeof path, "/api/v1/devices/%s/change",
             device.ledger.device);
    say("POST", path, "{\"counter\":\"5\"}", &answer);
    say("GET", "/api/v1/devices", NULL, &answer);
    assert_body(&answer, "\"counter\":\"5\"");
    assert_body(&answer, "\"config_version\":2,");
    assert_body(&answer, "\"config_refused\":null");
    assert_body(&answer, "\"twins\":0,\"replaces\":null");
    // Of other states, and of another point, there is none.
    say("GET", "/api/v1/devices?state=revoked", NULL, &answer);
    assert_null(strstr(buf_text(&answer.body), device.ledger.device));
    say("GET", "/api/v1/devices?state=active&point=tru-so", NULL, &answer);
    assert_null(strstr(buf_text(&answer.body), device.ledger.device));
    say("GET", "/api/v1/devices?state=active&point=", NULL, &answer);
    assert_body(&answer, device.ledger.device);
    say("GET", "/api/v1/devices.csv?state=active", NULL, &answer);
    assert_body(&answer, "counter,point,name,field,device,state,");
    assert_body(&answer, ",active,");
    made_device_config(&device, server.port, &answer);
    assert_body(&answer, "\"counter\":\"5\"");
    made_device_free(&device);
    answer_free(&answer);
}

// --- Keys, and who did what -------------------------------------------------

static void test_a_key_is_shown_once(void **state)
{
    struct answer answer = {0};
    char key[80];
    (void)state;
    say("POST", "/api/v1/keys", "{\"role\":\"office\",\"name\":\"Bảng tính\"}",
        &answer);
    assert_int_equal(answer.status, 201);
    take(&answer, "key", key, sizeof key);
    ask(server.port, &(struct ask){.path = "/api/v1/ratings", .token = key},
        &answer);
    assert_int_equal(answer.status, 200);
    say("GET", "/api/v1/keys", NULL, &answer);
    assert_body(&answer, "\"name\":\"Bảng tính\"");
    assert_null(strstr(buf_text(&answer.body), key));
    say("POST", "/api/v1/keys/1/revoke", NULL, &answer);
    assert_int_equal(answer.status, 200);
    ask(server.port, &(struct ask){.path = "/api/v1/ratings", .token = key},
        &answer);
    assert_int_equal(answer.status, 401);
    answer_free(&answer);
}

static bool append_entry(void *ctx, const struct audit_entry *entry)
{
    buf_printf(ctx, "%s|%s|%s|%s\n", entry->who, entry->action, entry->target,
               entry->detail);
    return true;
}

static void test_who_did_it_stands_there(void **state)
{
    struct answer answer = {0};
    struct buf trail = {0};
    struct office *office = NULL;
    char path[128];
    (void)state;
    say("POST", "/api/v1/people", AN, &answer);
    say("POST", "/api/v1/people/an/change",
        "{\"display\":\"An\",\"role\":\"leader\",\"officer\":\"\"}", &answer);
    say("POST", "/api/v1/devices", "{\"counter\":\"7\"}", &answer);
    say("POST", "/api/v1/keys", "{\"role\":\"feed\",\"name\":\"Một cửa\"}",
        &answer);
    say("POST", "/api/v1/keys/1/revoke", NULL, &answer);
    say("POST", "/api/v1/keys/1/revoke", NULL, &answer);
    answer_free(&answer);
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(office_open(path, OFFICE_READER, &office), OFFICE_OK);
    assert_int_equal(office_list_audit(office, append_entry, &trail),
                     OFFICE_OK);
    office_close(office);
    const char *text = buf_text(&trail);
    assert_holds(text, "user quan|person-added|an|office\n");
    assert_holds(text, "user quan|person-changed|an|role leader; before: role "
                       "office, officer \"\", display \"Nguyễn Thị An\"\n");
    assert_holds(text, "|counter 7\n");
    assert_holds(text, "user quan|key-added|key 1|feed, Một cửa\n");
    const char *revoked = strstr(text, "user quan|key-revoked|key 1|\n");
    assert_non_null(revoked);
    assert_null(strstr(revoked + 20, "|key-revoked|"));
    buf_free(&trail);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)
    const struct CMUnitTest tests[] = {
        TEST(test_a_first_password_is_changed_first),
        TEST(test_a_wrong_old_password_is_a_wrong_try),
        TEST(test_people_change_and_leave),
        TEST(test_nobody_shuts_the_last_door),
        TEST(test_sessions_are_one_persons_own),
        TEST(test_a_device_is_added_moved_and_revoked),
        TEST(test_a_device_tells_how_it_is),
        TEST(test_a_key_is_shown_once),
        TEST(test_who_did_it_stands_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// /api/v1/sessions against the whole server: signing in and out, the cookie,
// what another site's page cannot do, and what too many wrong tries do.
#include "common/file.h"
#include "ledger/password.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>

static struct made_server server;

static int start(void **state)
{
    (void)state;
    made_server_start(&server, NULL);
    made_server_person(&server, "binh", "officer", "cb-07");
    made_server_person(&server, "an", "office", "");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void sign_in(const char *name, const char *password, const char *headers,
                    struct answer *answer)
{
    char body[900];
    snprintf(body, sizeof body, "{\"name\":\"%s\",\"password\":\"%s\"}", name,
             password);
    ask(server.port,
        &(struct ask){.path = "/api/v1/sessions",
                      .headers = headers,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        answer);
}

static void get_session(const char *headers, struct answer *answer)
{
    ask(server.port,
        &(struct ask){.path = "/api/v1/sessions/me", .headers = headers},
        answer);
}

static void sign_out(const char *headers, struct answer *answer)
{
    ask(server.port,
        &(struct ask){.method = "DELETE",
                      .path = "/api/v1/sessions/me",
                      .headers = headers},
        answer);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = NULL;
    assert_true(json_get_text(object, key, &text));
    return text;
}

static void test_signing_in_and_out(void **state)
{
    struct answer answer = {0};
    struct made_session session;
    (void)state;
    sign_in(" Binh", MADE_PASSWORD, NULL, &answer);
    assert_int_equal(answer.status, 201);
    const char *cookie = answer_header(&answer, "Set-Cookie");
    assert_non_null(cookie);
    assert_int_equal(strncmp(cookie, "hailong=", 8), 0);
    assert_int_equal(strspn(cookie + 8, "0123456789abcdef"), 64);
    assert_string_equal(cookie + 72, "; Path=/; HttpOnly; SameSite=Strict");
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "name"), "binh");
    assert_string_equal(text_of(object, "display"), "Trần Văn Bình");
    assert_string_equal(text_of(object, "role"), "officer");
    assert_string_equal(text_of(object, "officer"), "cb-07");
    assert_int_equal(strlen(text_of(object, "csrf")), 64);
    json_decref(object);

    made_server_sign_in(&server, "an", &session);
    get_session(session.headers, &answer);
    assert_int_equal(answer.status, 200);
    object = answer_object(&answer);
    assert_string_equal(text_of(object, "name"), "an");
    assert_true(json_is_null(json_object_get(object, "officer")));
    assert_string_equal(text_of(object, "csrf"), session.csrf);
    json_decref(object);

    sign_out(session.headers, &answer);
    assert_int_equal(answer.status, 204);
    assert_string_equal(
        answer_header(&answer, "Set-Cookie"),
        "hailong=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    get_session(session.headers, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    answer_free(&answer);
}

// An unknown name, a wrong password, a disabled person: one answer, to the
// byte.
static void test_what_is_wrong_is_not_told(void **state)
{
    struct answer wrong = {0}, unknown = {0}, odd = {0}, disabled = {0};
    (void)state;
    made_server_person(&server, "cuong", "leader", "");
    made_server_admin(&server, "/admin/v1/users/cuong/disable", "{}", &wrong);
    assert_int_equal(wrong.status, 200);
    sign_in("an", "not her password", NULL, &wrong);
    sign_in("nobody.here", "not her password", NULL, &unknown);
    sign_in("Đỗ Văn Ánh", "not her password", NULL, &odd);
    sign_in("cuong", MADE_PASSWORD, NULL, &disabled);
    answer_is_problem(&wrong, 401, "sign-in");
    assert_null(answer_header(&wrong, "Set-Cookie"));
    assert_string_equal(buf_text(&wrong.body), buf_text(&unknown.body));
    assert_string_equal(buf_text(&wrong.body), buf_text(&odd.body));
    assert_string_equal(buf_text(&wrong.body), buf_text(&disabled.body));
    answer_free(&wrong);
    answer_free(&unknown);
    answer_free(&odd);
    answer_free(&disabled);
}

static void test_bodies_that_say_nothing(void **state)
{
    static const char *const bodies[] = {
        "{}",
        "[]",
        "{\"name\":\"an\"}",
        "{\"name\":\"an\",\"password\":7}",
        "{\"name\":\"an\",\"password\":\"\\u0000\"}",
        "{\"name\":"};
    struct answer answer = {0};
    char long_password[400];
    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        ask(server.port,
            &(struct ask){.path = "/api/v1/sessions",
                          .type = "application/json",
                          .body = bodies[i],
                          .size = strlen(bodies[i])},
            &answer);
        answer_is_problem(&answer, 422, "unreadable");
    }
    memset(long_password, 'a', sizeof long_password - 1);
    long_password[sizeof long_password - 1] = '\0';
    sign_in("an", long_password, NULL, &answer);
    answer_is_problem(&answer, 422, "unreadable");
    answer_free(&answer);
}

static void test_another_site_can_do_nothing(void **state)
{
    struct made_session session;
    struct answer answer = {0};
    char headers[700];
    static const char *const foreign[] = {
        "Origin: https://evil.example\r\n", "Origin: null\r\n",
        "Origin: http://127.0.0.1:1\r\n", "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n"};
    (void)state;
    made_server_sign_in(&server, "an", &session);
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        sign_in("an", MADE_PASSWORD, foreign[i], &answer);
        answer_is_problem(&answer, 403, "foreign-page");
        snprintf(headers, sizeof headers, "%s%s", session.headers, foreign[i]);
        sign_out(headers, &answer);
        answer_is_problem(&answer, 403, "foreign-page");
    }
    // Without the value that only this server's page can know.
    snprintf(headers, sizeof headers, "Cookie: %s\r\n", session.cookie);
    sign_out(headers, &answer);
    answer_is_problem(&answer, 403, "foreign-page");
    snprintf(headers, sizeof headers, "Cookie: %s\r\nX-CSRF-Token: %.63s0\r\n",
             session.cookie, session.csrf);
    if (session.csrf[63] == '0') {
        headers[strlen(headers) - 3] = '1';
    }
    sign_out(headers, &answer);
    answer_is_problem(&answer, 403, "foreign-page");
    get_session(session.headers, &answer);
    assert_int_equal(answer.status, 200);
    // Its own page, as a browser sends it.
    snprintf(headers, sizeof headers,
             "%sOrigin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n",
             session.headers);
    sign_out(headers, &answer);
    assert_int_equal(answer.status, 204);
    answer_free(&answer);
}

static void test_cookies_are_read_strictly(void **state)
{
    struct made_session session;
    struct answer answer = {0};
    char headers[400];
    static const struct {
        const char *form;
        int status;
    } cases[] = {{"Cookie: theme=dark; %s; lang=vi\r\n", 200},
                 {"Cookie: %s; %s\r\n", 400},
                 {"Cookie: %s\r\nCookie: %s\r\n", 400},
                 {"Cookie: %s;\r\n", 400},
                 {"Cookie: %s,lang=vi\r\n", 401},
                 {"Cookie: theme; %s\r\n", 400},
                 {"Cookie: ;%s\r\n", 400},
                 {"Cookie: x%s\r\n", 401},
                 {"Cookie: %sa\r\n", 401},
                 {"Cookie: =%s\r\n", 400}};
    (void)state;
    made_server_sign_in(&server, "an", &session);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(headers, sizeof headers, cases[i].form, session.cookie,
                 session.cookie);
#pragma GCC diagnostic pop
        get_session(headers, &answer);
        if (answer.status != cases[i].status) {
            fail_msg("%s: %d", cases[i].form, answer.status);
        }
    }
    answer_free(&answer);
}

// A session outlives the server's restart; its token is nowhere on the disk.
static void test_a_restart_signs_nobody_out(void **state)
{
    static const char *const files[] = {"office.db", "office.db-wal"};
    struct made_session session;
    struct answer answer = {0};
    (void)state;
    made_server_sign_in(&server, "an", &session);
    made_server_kill(&server);
    for (size_t i = 0; i < 2 && server.database[0] == '/'; i++) {
        char path[128];
        struct buf bytes = {0};
        snprintf(path, sizeof path, "%s/%s", server.folder, files[i]);
        assert_true(file_read(path, 64 << 20, &bytes));
        assert_null(memmem(bytes.data, bytes.size, session.cookie + 8, 64));
        assert_null(memmem(bytes.data, bytes.size, MADE_PASSWORD,
                           strlen(MADE_PASSWORD)));
        buf_free(&bytes);
    }
    made_server_restart(&server, NULL);
    get_session(session.headers, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static void test_a_new_password_ends_sessions(void **state)
{
    struct made_session session;
    struct answer answer = {0};
    char hash[PASSWORD_HASH_SIZE], body[256];
    (void)state;
    made_server_person(&server, "dung", "admin", "");
    made_server_sign_in(&server, "dung", &session);
    assert_true(password_hash("mật khẩu khác hẳn", hash));
    snprintf(body, sizeof body, "{\"hash\":\"%s\"}", hash);
    made_server_admin(&server, "/admin/v1/users/dung/password", body, &answer);
    assert_int_equal(answer.status, 200);
    get_session(session.headers, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    sign_in("dung", MADE_PASSWORD, NULL, &answer);
    answer_is_problem(&answer, 401, "sign-in");
    sign_in("dung", "mật khẩu khác hẳn", NULL, &answer);
    assert_int_equal(answer.status, 201);
    answer_free(&answer);
}

static void test_five_wrong_tries_lock_the_name(void **state)
{
    struct answer answer = {0};
    (void)state;
    made_server_person(&server, "em", "office", "");
    for (int i = 0; i < 5; i++) {
        sign_in("em", "not her password", NULL, &answer);
        answer_is_problem(&answer, 401, "sign-in");
    }
    sign_in("em", MADE_PASSWORD, NULL, &answer);
    answer_is_problem(&answer, 429, "sign-in-locked");
    int wait_s = 0;
    assert_int_equal(
        sscanf(answer_header(&answer, "Retry-After"), "%d", &wait_s), 1);
    assert_true(wait_s > 200 && wait_s <= 300);
    // Over a restart too.
    made_server_stop(&server);
    made_server_restart(&server, NULL);
    sign_in("em", MADE_PASSWORD, NULL, &answer);
    answer_is_problem(&answer, 429, "sign-in-locked");
    answer_free(&answer);
}

// A proxy on this machine tells who asks; the first address of its list is only
// what that one said.
static void test_twenty_wrong_tries_lock_the_address(void **state)
{
    struct answer answer = {0};
    char name[16];
    static const char there[] =
        "X-Forwarded-For: 8.8.8.8, 9.9.9.9, 203.0.113.7\r\n";
    (void)state;
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "guess%d", i);
        sign_in(name, "not their password", there, &answer);
        answer_is_problem(&answer, 401, "sign-in");
    }
    sign_in("an", MADE_PASSWORD, there, &answer);
    answer_is_problem(&answer, 429, "sign-in-locked");
    sign_in("an", MADE_PASSWORD, "X-Forwarded-For: 203.0.113.8\r\n", &answer);
    assert_int_equal(answer.status, 201);
    sign_in("an", MADE_PASSWORD, "X-Forwarded-For: 8.8.8.8\r\n", &answer);
    assert_int_equal(answer.status, 201);
    answer_free(&answer);
}

// Behind a proxy that speaks TLS the cookie is for TLS alone.
static void test_the_cookie_is_secure_behind_tls(void **state)
{
    struct answer answer = {0};
    (void)state;
    sign_in("an", MADE_PASSWORD, "X-Forwarded-Proto: https\r\n", &answer);
    assert_int_equal(answer.status, 201);
    assert_holds(answer_header(&answer, "Set-Cookie"),
                 "; Path=/; HttpOnly; SameSite=Strict; Secure");
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signing_in_and_out),
        cmocka_unit_test(test_what_is_wrong_is_not_told),
        cmocka_unit_test(test_bodies_that_say_nothing),
        cmocka_unit_test(test_another_site_can_do_nothing),
        cmocka_unit_test(test_cookies_are_read_strictly),
        cmocka_unit_test(test_a_restart_signs_nobody_out),
        cmocka_unit_test(test_a_new_password_ends_sessions),
        cmocka_unit_test(test_five_wrong_tries_lock_the_name),
        cmocka_unit_test(test_twenty_wrong_tries_lock_the_address),
        cmocka_unit_test(test_the_cookie_is_secure_behind_tls),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

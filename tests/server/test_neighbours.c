// Two servers on one database of PostgreSQL: whichever of them is asked, the
// answer is the same, and who waits at one sees what is done at the other.
// Skipped where no scratch cluster is named.
#include "common/clock.h"
#include "common/file.h"
#include "ledger/box.h"
#include "ledger/key.h"
#include "office/server_keys.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Longer than talk_hear() has patience: what is heard in time was said because
// something woke the request.
#define LONGEST "30"

static const char *const OPTIONS[] = {"--device-rate", "0", "--mode",
                                      "transaction", NULL};
static struct made_server one, other;
static struct made_device device; // enrolled at the first
static char feed[65], office_key[65];

static int start(void **state)
{
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        return 0;
    }
    made_server_start(&one, OPTIONS);
    made_server_beside(&other, &one, OPTIONS);
    made_device_enrol(&device, &one, "3");
    made_server_key(&one, "feed", feed);
    made_server_key(&other, "office", office_key);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    if (getenv("HAILONG_TEST_POSTGRES")) {
        made_device_free(&device);
        made_server_close(&other);
        made_server_close(&one);
    }
    return 0;
}

static void needs_both(void)
{
    if (!getenv("HAILONG_TEST_POSTGRES")) {
        skip();
    }
}

static void say(struct talk *talk, const struct made_server *server,
                const char *path, const char *token, const char *etag)
{
    char text[512];
    talk_open(talk, server->port);
    snprintf(text, sizeof text,
             "GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
             "%s%s%s\r\n",
             path, token, *etag ? "If-None-Match: " : "", etag,
             *etag ? "\r\n" : "");
    talk_say(talk, text);
}

// What a poll hears, and closes.
static void hear(struct talk *talk, char etag[80], struct answer *out)
{
    assert_true(talk_hear(talk, true, out));
    assert_int_equal(out->status, 200);
    snprintf(etag, 80, "%s", answer_header(out, "ETag"));
    talk_close(talk);
}

static void rate(const struct made_server *server)
{
    struct answer answer = {0};
    int64_t line = maker_rate(&device.ledger, 4)->seq;
    made_device_send(&device, server, line, line, 200, &answer);
    answer_free(&answer);
}

static void test_batches_go_to_either(void **state)
{
    (void)state;
    needs_both();
    for (int i = 0; i < 6; i++) {
        rate(i % 2 == 0 ? &one : &other);
    }
}

static void test_an_invitation_reaches_who_waits_elsewhere(void **state)
{
    static const char PATH[] = "/api/v1/devices/me/invitations?wait=";
    struct talk talk;
    struct answer answer = {0};
    char etag[80], path[128];
    (void)state;
    needs_both();
    snprintf(path, sizeof path, "%s0", PATH);
    say(&talk, &other, path, device.token, "");
    hear(&talk, etag, &answer);
    snprintf(path, sizeof path, "%s" LONGEST, PATH);
    say(&talk, &other, path, device.token, etag);
    static const char body[] = "{\"counter\":\"3\",\"procedure\":\"2.000815\"}";
    ask(one.port,
        &(struct ask){.path = "/api/v1/invitations",
                      .token = feed,
                      .type = "application/json",
                      .body = body,
                      .size = sizeof body - 1},
        &answer);
    assert_int_equal(answer.status, 201);
    hear(&talk, etag, &answer);
    assert_holds(buf_text(&answer.body), "2.000815");
    answer_free(&answer);
}

static void test_live_figures_follow_the_other(void **state)
{
    struct talk talk;
    struct answer answer = {0};
    char etag[80];
    (void)state;
    needs_both();
    say(&talk, &one, "/api/v1/reports/live?wait=0", office_key, "");
    hear(&talk, etag, &answer);
    say(&talk, &one, "/api/v1/reports/live?wait=" LONGEST, office_key, etag);
    rate(&other);
    hear(&talk, etag, &answer);
    answer_free(&answer);
}

// Signed in at one, and out at the other.
static void test_a_session_holds_at_both(void **state)
{
    struct made_session session;
    struct answer answer = {0};
    struct ask me = {.path = "/api/v1/settings"};
    (void)state;
    needs_both();
    made_server_person(&one, "an", "office", "");
    made_server_sign_in(&one, "an", &session);
    me.headers = session.headers;
    ask(other.port, &me, &answer);
    assert_int_equal(answer.status, 200);
    ask(other.port,
        &(struct ask){.method = "DELETE",
                      .path = "/api/v1/sessions/me",
                      .headers = session.headers},
        &answer);
    ask(one.port, &me, &answer);
    assert_int_equal(answer.status, 401);
    answer_free(&answer);
}

static void test_settings_hold_at_both(void **state)
{
    static const char body[] = "{\"version\":0,\"body\":{\"comments_months\":6,"
                               "\"codes_months\":3}}";
    struct made_session session;
    struct answer answer = {0};
    (void)state;
    needs_both();
    made_server_person(&one, "binh", "office", "");
    made_server_sign_in(&one, "binh", &session);
    struct ask get = {.path = "/api/v1/settings/retention",
                      .headers = session.headers};
    ask(other.port, &get, &answer);
    assert_holds(buf_text(&answer.body), "\"version\":0");
    ask(one.port,
        &(struct ask){.method = "PUT",
                      .path = get.path,
                      .headers = session.headers,
                      .type = "application/json",
                      .body = body,
                      .size = sizeof body - 1},
        &answer);
    assert_int_equal(answer.status, 200);
    for (int i = 0; i < 600; i++) {
        ask(other.port, &get, &answer);
        if (strstr(buf_text(&answer.body), "\"version\":1")) {
            break;
        }
        usleep(100000);
    }
    assert_holds(buf_text(&answer.body), "\"version\":1");
    assert_holds(buf_text(&answer.body), "\"codes_months\":3");
    answer_free(&answer);
}

static bool holds(const json_t *object, const char *key, const char *text)
{
    const char *held = json_string_value(json_object_get(object, key));
    return held && strcmp(held, text) == 0;
}

static size_t active_phones(const struct made_session *session)
{
    struct answer answer = {0};
    size_t index, count = 0;
    json_t *each;
    ask(one.port,
        &(struct ask){.path = "/api/v1/devices", .headers = session->headers},
        &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    json_array_foreach(json_object_get(object, "devices"), index, each)
    {
        count += holds(each, "kind", "phone") && holds(each, "state", "active");
    }
    json_decref(object);
    answer_free(&answer);
    return count;
}

// Each server answers telephones, also after a restart.
static void test_each_has_a_phone_channel(void **state)
{
    struct made_session session;
    (void)state;
    needs_both();
    made_server_person(&one, "lan", "office", "");
    made_server_sign_in(&one, "lan", &session);
    assert_int_equal(active_phones(&session), 2);
    made_server_stop(&one);
    made_server_restart(&one, OPTIONS);
    assert_int_equal(active_phones(&session), 2);
}

// Who waits at a server that ends is answered, and asks the other one.
static void test_one_ends_and_the_other_goes_on(void **state)
{
    struct talk talk;
    struct answer answer = {0};
    char etag[80];
    (void)state;
    needs_both();
    say(&talk, &other, "/api/v1/devices/me/invitations?wait=0", device.token,
        "");
    hear(&talk, etag, &answer);
    say(&talk, &other, "/api/v1/devices/me/invitations?wait=" LONGEST,
        device.token, etag);
    rate(&other);
    made_server_stop(&other);
    assert_true(talk_hear(&talk, true, &answer));
    assert_int_equal(answer.status, 304);
    talk_close(&talk);
    rate(&one);
    made_server_restart(&other, OPTIONS);
    rate(&other);
    rate(&one);
    answer_free(&answer);
}

// A directory that was not filled in time, and one with another ward's keys:
// what such a server signs no device would believe.
static void test_another_with_other_keys_is_refused(void **state)
{
    struct made_server third = {.is_guest = true};
    struct key key;
    struct box_key box;
    char path[PATH_MAX], box_path[PATH_MAX];
    (void)state;
    needs_both();
    strcpy(third.folder, "/tmp/hailong-server-XXXXXX");
    assert_non_null(mkdtemp(third.folder));
    strcpy(third.database, one.database);
    assert_true(file_join(path, sizeof path, third.folder, "server.key"));
    assert_true(file_join(box_path, sizeof box_path, third.folder, "box.key"));
    assert_int_equal(made_server_try(&third, OPTIONS), 1);
    assert_false(file_exists(path));
    assert_false(file_exists(box_path));

    key_make(&key);
    box_make(&box);
    assert_true(key_save(path, &key) && box_save(box_path, &box));
    assert_int_equal(made_server_try(&third, OPTIONS), 1);
    made_server_close(&third);
    rate(&one);
    rate(&other);
}

// Somebody replaced the book's keys while these servers ran: what they sign is
// believed by nobody any more, so they take nothing.
static void test_replaced_keys_shut_who_has_the_old_ones(void **state)
{
    struct office *office = NULL;
    struct server_keys_change change = {
        .who = "admin", .detail = "test", .at = clock_wall_ms()};
    struct answer answer = {0};
    struct key key;
    (void)state;
    needs_both();
    key_make(&key);
    assert_int_equal(office_open(one.database, OFFICE_WRITER, &office),
                     OFFICE_OK);
    assert_int_equal(
        office_read_server_keys(office, &change.expected, &change.keys),
        OFFICE_OK);
    key_public_base64(key.public_key, change.keys.server);
    assert_int_equal(office_replace_server_keys(office, &change), OFFICE_OK);
    // As of before it is not the newest any more.
    assert_int_equal(office_replace_server_keys(office, &change), OFFICE_NONE);
    office_close(office);
    for (int i = 0; i < 600 && answer.status != 503; i++) {
        usleep(100000);
        ask(one.port, &(struct ask){.path = "/healthz"}, &answer);
    }
    assert_int_equal(answer.status, 503);
    assert_holds(buf_text(&answer.body), "keys were replaced");
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches_go_to_either),
        cmocka_unit_test(test_an_invitation_reaches_who_waits_elsewhere),
        cmocka_unit_test(test_live_figures_follow_the_other),
        cmocka_unit_test(test_a_session_holds_at_both),
        cmocka_unit_test(test_settings_hold_at_both),
        cmocka_unit_test(test_each_has_a_phone_channel),
        cmocka_unit_test(test_one_ends_and_the_other_goes_on),
        cmocka_unit_test(test_another_with_other_keys_is_refused),
        cmocka_unit_test(test_replaced_keys_shut_who_has_the_old_ones),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

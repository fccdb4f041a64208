// Long polls over HTTP: what wakes them, what ends them, and that peers that
// vanish leave nothing behind.
#include "common/clock.h"
#include "office/invitations.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// A poll waits longer than talk_hear() has patience: what it hears in time was
// said because something woke it.
#define LONGEST "30"

static const char *const OPTIONS[] = {"--device-rate", "0", "--mode",
                                      "transaction", NULL};

static struct made_server server;
static struct made_device device; // at counter 3
static char feed[65];

static int start(void **state)
{
    (void)state;
    made_server_start(&server, OPTIONS);
    made_device_enrol(&device, &server, "3");
    made_server_key(&server, "feed", feed);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_device_free(&device);
    made_server_close(&server);
    return 0;
}

static const char DEVICE_PATH[] = "/api/v1/devices/me/invitations";
static const char COUNTER_PATH[] = "/api/v1/counters/3/invitations";

static void call(const char *method, const char *path, const char *key,
                 const char *body, struct answer *out)
{
    ask(server.port,
        &(struct ask){.method = method,
                      .path = path,
                      .token = key,
                      .type = body ? "application/json" : NULL,
                      .body = body,
                      .size = body ? strlen(body) : 0},
        out);
}

// How many there are now, and the tag that a poll waits with.
static size_t look(const char *path, const char *token, char out_etag[80])
{
    struct answer answer = {0};
    call("GET", path, token, NULL, &answer);
    assert_int_equal(answer.status, 200);
    snprintf(out_etag, 80, "%s", answer_header(&answer, "ETag"));
    json_t *object = answer_object(&answer);
    size_t count = json_array_size(json_object_get(object, "invitations"));
    json_decref(object);
    answer_free(&answer);
    return count;
}

static void poll(struct talk *talk, const char *path, const char *token,
                 const char *etag, const char *wait)
{
    struct buf text = {0};
    buf_printf(&text,
               "GET %s?wait=%s HTTP/1.1\r\nHost: x\r\n"
               "Authorization: Bearer %s\r\nIf-None-Match: %s\r\n\r\n",
               path, wait, token, etag);
    talk_open(talk, server.port);
    talk_say(talk, text.data);
    buf_free(&text);
}

static int64_t figure(const char *name)
{
    struct answer answer = {0};
    char wanted[64];
    call("GET", "/metrics", NULL, NULL, &answer);
    snprintf(wanted, sizeof wanted, "\n%s ", name);
    const char *at = strstr(buf_text(&answer.body), wanted);
    assert_non_null(at);
    int64_t value = strtoll(at + strlen(wanted), NULL, 10);
    answer_free(&answer);
    return value;
}

// Until as many sleep.
static void listening_is(int64_t count)
{
    int64_t now = figure("hailong_listening");
    for (int i = 0; i < 12000 && now != count; i++) {
        usleep(5000);
        now = figure("hailong_listening");
    }
    assert_int_equal(now, count);
}

static size_t heard_count(struct talk *talk, char out_first[ID_SIZE])
{
    struct answer answer = {0};
    assert_true(talk_hear(talk, true, &answer));
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    json_t *list = json_object_get(object, "invitations");
    size_t count = json_array_size(list);
    out_first[0] = '\0';
    json_copy_text(json_array_get(list, 0), "id", out_first, ID_SIZE);
    json_decref(object);
    answer_free(&answer);
    return count;
}

static void hears_nothing_new(struct talk *talk)
{
    struct answer answer = {0};
    assert_true(talk_hear(talk, true, &answer));
    assert_int_equal(answer.status, 304);
    assert_non_null(answer_header(&answer, "ETag"));
    answer_free(&answer);
}

static void make(char out_id[ID_SIZE])
{
    struct answer answer = {0};
    call("POST", "/api/v1/invitations", feed, "{\"counter\":\"3\"}", &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "id", out_id, ID_SIZE));
    json_decref(object);
    answer_free(&answer);
}

static void withdraw(const char *id)
{
    struct answer answer = {0};
    char path[128];
    snprintf(path, sizeof path, "/api/v1/invitations/%s?reason=x", id);
    call("DELETE", path, feed, NULL, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static void test_invitation_and_withdrawal_wake_the_device(void **state)
{
    struct talk talk;
    char etag[80], id[ID_SIZE], heard[ID_SIZE];
    (void)state;
    look(DEVICE_PATH, device.token, etag);
    poll(&talk, DEVICE_PATH, device.token, etag, LONGEST);
    listening_is(1);
    make(id);
    assert_int_equal(heard_count(&talk, heard), 1);
    assert_string_equal(heard, id);
    talk_close(&talk);
    look(DEVICE_PATH, device.token, etag);
    poll(&talk, DEVICE_PATH, device.token, etag, LONGEST);
    listening_is(1);
    withdraw(id);
    assert_int_equal(heard_count(&talk, heard), 0);
    talk_close(&talk);
}

static void test_same_list_has_the_same_tag(void **state)
{
    char first[80], second[80];
    struct talk talk;
    (void)state;
    look(DEVICE_PATH, device.token, first);
    usleep(5000); // the server's time in it is another
    look(DEVICE_PATH, device.token, second);
    assert_string_equal(first, second);
    poll(&talk, DEVICE_PATH, device.token, first, "1");
    hears_nothing_new(&talk);
    talk_close(&talk);
    poll(&talk, DEVICE_PATH, device.token, first, "0");
    hears_nothing_new(&talk);
    talk_close(&talk);
    poll(&talk, DEVICE_PATH, device.token, "\"old\"", LONGEST);
    assert_int_equal(heard_count(&talk, first), 0);
    talk_close(&talk);
}

static void test_wait_is_checked(void **state)
{
    static const char *const bad[] = {
        "31",        "-1", "", "1.5", "x", "001", "99999999999999999999",
        "15&wait=15"};
    struct answer answer = {0};
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(path, sizeof path, "%s?wait=%s", DEVICE_PATH, bad[i]);
        call("GET", path, device.token, NULL, &answer);
        answer_is_problem(&answer, 400, "bad-request");
    }
    answer_free(&answer);
}

// What a line ended, and what the screen shows, is seen by those who look on.
static void test_batch_wakes_those_who_look_on(void **state)
{
    struct talk talk;
    struct record record;
    struct answer answer = {0};
    char etag[80], id[ID_SIZE], heard[ID_SIZE];
    (void)state;
    make(id);
    look(COUNTER_PATH, feed, etag);
    poll(&talk, COUNTER_PATH, feed, etag, LONGEST);
    listening_is(1);
    // One that has nothing to do with an invitation wakes nobody.
    maker_rate(&device.ledger, 4);
    int64_t seq = (int64_t)device.ledger.count;
    made_device_send(&device, &server, seq, seq, 200, &answer);
    assert_int_equal(figure("hailong_listening"), 1);
    maker_visit(&device.ledger, 5, &record);
    record.mode = RECORD_TRANSACTION;
    memcpy(record.invitation, id, ID_SIZE);
    maker_write(&device.ledger, &record);
    made_device_send(&device, &server, seq + 1, seq + 1, 200, &answer);
    assert_true(talk_hear(&talk, true, &answer));
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    json_t *one = json_array_get(json_object_get(object, "invitations"), 0);
    const char *text = NULL;
    assert_true(json_get_text(one, "state", &text));
    assert_string_equal(text, "rated");
    json_decref(object);
    talk_close(&talk);
    // So is who sits down there.
    look(COUNTER_PATH, feed, etag);
    poll(&talk, COUNTER_PATH, feed, etag, LONGEST);
    listening_is(1);
    call("POST", "/api/v1/counters/3/seat", feed,
         "{\"action\":\"take\",\"officer\":\"cb-07\"}", &answer);
    assert_int_equal(answer.status, 200);
    heard_count(&talk, heard);
    talk_close(&talk);
    answer_free(&answer);
}

// Puts an invitation of so short a life as no request can ask for into the
// database while the server is down. False when it is over by the time that the
// server is up.
static bool make_short(int64_t life_ms, char out_etag[80],
                       int64_t *out_expires_at)
{
    struct office *office = NULL;
    struct invitation one = {.unit = "H24.12", .counter = "3"};
    char path[128];
    made_server_stop(&server);
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(office_open(path, OFFICE_WRITER, &office), OFFICE_OK);
    one.made_at = clock_wall_ms();
    one.expires_at = one.made_at + life_ms;
    assert_int_equal(office_invite(office, &one), INVITATION_MADE);
    office_close(office);
    made_server_restart(&server, OPTIONS);
    *out_expires_at = one.expires_at;
    return look(DEVICE_PATH, device.token, out_etag) == 1;
}

// Nobody asks and nothing is announced: an invitation runs out by itself.
static void test_end_of_its_time_wakes(void **state)
{
    struct talk talk;
    int64_t life_ms = 1000, expires_at;
    char etag[80], heard[ID_SIZE];
    (void)state;
    while (!make_short(life_ms, etag, &expires_at)) {
        life_ms *= 2;
    }
    poll(&talk, DEVICE_PATH, device.token, etag, LONGEST);
    assert_int_equal(heard_count(&talk, heard), 0);
    assert_true(clock_wall_ms() >= expires_at);
    talk_close(&talk);
}

// The courier asks again and again on one connection.
static void test_polls_follow_one_another_on_a_connection(void **state)
{
    struct talk talk;
    char etag[80], id[ID_SIZE], heard[ID_SIZE];
    struct buf text = {0};
    (void)state;
    look(DEVICE_PATH, device.token, etag);
    poll(&talk, DEVICE_PATH, device.token, etag, "1");
    hears_nothing_new(&talk);
    buf_printf(&text,
               "GET %s?wait=" LONGEST " HTTP/1.1\r\nHost: x\r\n"
               "Authorization: Bearer %s\r\nIf-None-Match: %s\r\n\r\n",
               DEVICE_PATH, device.token, etag);
    talk_say(&talk, text.data);
    listening_is(1);
    make(id);
    assert_int_equal(heard_count(&talk, heard), 1);
    // It is another list now.
    talk_say(&talk, text.data);
    assert_int_equal(heard_count(&talk, heard), 1);
    talk_close(&talk);
    withdraw(id);
    buf_free(&text);
}

static void test_third_poll_of_a_device_sends_the_first_off(void **state)
{
    struct talk talks[3];
    char etag[80];
    (void)state;
    look(DEVICE_PATH, device.token, etag);
    for (int i = 0; i < 3; i++) {
        poll(&talks[i], DEVICE_PATH, device.token, etag, LONGEST);
        listening_is(i < 2 ? i + 1 : 2);
    }
    hears_nothing_new(&talks[0]);
    for (int i = 0; i < 3; i++) {
        talk_close(&talks[i]);
    }
    listening_is(0);
}

static void test_server_ends_while_a_poll_waits(void **state)
{
    struct talk talk;
    char etag[80], id[ID_SIZE], heard[ID_SIZE];
    (void)state;
    look(DEVICE_PATH, device.token, etag);
    poll(&talk, DEVICE_PATH, device.token, etag, LONGEST);
    listening_is(1);
    made_server_stop(&server); // and looks at the exit code
    hears_nothing_new(&talk);
    talk_close(&talk);
    made_server_restart(&server, OPTIONS);
    poll(&talk, DEVICE_PATH, device.token, etag, LONGEST);
    listening_is(1);
    make(id);
    assert_int_equal(heard_count(&talk, heard), 1);
    withdraw(id);
    talk_close(&talk);
}

static void test_revoked_device_waits_no_more(void **state)
{
    struct made_device other;
    struct talk talk;
    struct answer answer = {0};
    char etag[80], path[128];
    (void)state;
    made_device_enrol(&other, &server, "3");
    look(DEVICE_PATH, other.token, etag);
    poll(&talk, DEVICE_PATH, other.token, etag, LONGEST);
    listening_is(1);
    snprintf(path, sizeof path, "/admin/v1/devices/%s/revoke",
             other.ledger.device);
    made_server_admin(&server, path, "{}", &answer);
    assert_int_equal(answer.status, 200);
    assert_true(talk_hear(&talk, true, &answer));
    answer_is_problem(&answer, 403, "revoked");
    talk_close(&talk);
    call("GET", DEVICE_PATH, other.token, NULL, &answer);
    answer_is_problem(&answer, 403, "revoked");
    made_device_free(&other);
    answer_free(&answer);
}

// Whoever may look on no more is told so, and not what happens there.
static void test_disabled_person_waits_no_more(void **state)
{
    struct made_session session;
    struct talk talk;
    struct answer answer = {0};
    struct buf text = {0};
    char etag[80];
    (void)state;
    made_server_person(&server, "binh", "officer", "cb-12");
    made_server_sign_in(&server, "binh", &session);
    look(COUNTER_PATH, feed, etag);
    buf_printf(&text,
               "GET %s?wait=" LONGEST " HTTP/1.1\r\nHost: x\r\n"
               "%sIf-None-Match: %s\r\n\r\n",
               COUNTER_PATH, session.headers, etag);
    talk_open(&talk, server.port);
    talk_say(&talk, text.data);
    listening_is(1);
    made_server_admin(&server, "/admin/v1/users/binh/disable", "{}", &answer);
    assert_int_equal(answer.status, 200);
    assert_true(talk_hear(&talk, true, &answer));
    answer_is_problem(&answer, 401, "unauthorized");
    talk_close(&talk);
    buf_free(&text);
    answer_free(&answer);
}

static void test_revoked_key_waits_no_more(void **state)
{
    struct talk talk;
    struct answer answer = {0};
    char key[65], etag[80];
    (void)state;
    made_server_key(&server, "feed", key);
    look(COUNTER_PATH, key, etag);
    poll(&talk, COUNTER_PATH, key, etag, LONGEST);
    listening_is(1);
    // The second key of this server.
    made_server_admin(&server, "/admin/v1/keys/2/revoke", "{}", &answer);
    assert_int_equal(answer.status, 200);
    assert_true(talk_hear(&talk, true, &answer));
    answer_is_problem(&answer, 401, "unauthorized");
    talk_close(&talk);
    answer_free(&answer);
}

static void test_a_thousand_that_vanish_leave_nothing(void **state)
{
    struct talk talk;
    char etag[80], counter_etag[80], id[ID_SIZE], heard[ID_SIZE];
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)state;
    look(DEVICE_PATH, device.token, etag);
    look(COUNTER_PATH, feed, counter_etag);
    for (int i = 0; i < 1000; i++) {
        bool is_device = i % 2 == 0;
        poll(&talk, is_device ? DEVICE_PATH : COUNTER_PATH,
             is_device ? device.token : feed, is_device ? etag : counter_etag,
             LONGEST);
        if (i % 100 == 99) {
            usleep(20000); // some fall asleep before they vanish
        }
        if (i % 3 == 0) {
            setsockopt(talk.fd, SOL_SOCKET, SO_LINGER, &at_once,
                       sizeof at_once);
        }
        talk_close(&talk);
    }
    // Only the one that asks: before that, one that is still to be read may
    // fall asleep after none did.
    int64_t open = figure("hailong_connections");
    for (int i = 0; i < 12000 && open > 1; i++) {
        usleep(5000);
        open = figure("hailong_connections");
    }
    assert_int_equal(open, 1);
    listening_is(0);
    poll(&talk, DEVICE_PATH, device.token, etag, LONGEST);
    listening_is(1);
    make(id);
    assert_int_equal(heard_count(&talk, heard), 1);
    withdraw(id);
    talk_close(&talk);
}

// A peer that has sent all it has to say, and hears on, is answered.
static void test_half_closed_peer_is_answered(void **state)
{
    struct talk talk;
    char etag[80];
    (void)state;
    look(DEVICE_PATH, device.token, etag);
    poll(&talk, DEVICE_PATH, device.token, etag, LONGEST);
    shutdown(talk.fd, SHUT_WR);
    hears_nothing_new(&talk);
    talk_close(&talk);
}

static void test_polls_leave_the_rate_for_batches(void **state)
{
    struct made_server saved = server, own;
    struct made_device counter;
    struct answer answer = {0};
    char etag[80];
    (void)state;
    made_server_start(&own, (const char *[]){"--device-rate", "1",
                                             "--device-burst", "2", NULL});
    made_device_enrol(&counter, &own, "3");
    server = own;
    look(DEVICE_PATH, counter.token, etag);
    look(DEVICE_PATH, counter.token, etag);
    // One comes back each second: a machine that is that slow asks on.
    for (int i = 0; i < 500 && answer.status != 429; i++) {
        call("GET", DEVICE_PATH, counter.token, NULL, &answer);
    }
    answer_is_problem(&answer, 429, "too-many");
    made_device_send(&counter, &own, 1, 0, 200, &answer);
    made_device_send(&counter, &own, 1, 0, 200, &answer);
    server = saved;
    made_device_free(&counter);
    made_server_close(&own);
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invitation_and_withdrawal_wake_the_device),
        cmocka_unit_test(test_same_list_has_the_same_tag),
        cmocka_unit_test(test_wait_is_checked),
        cmocka_unit_test(test_batch_wakes_those_who_look_on),
        cmocka_unit_test(test_end_of_its_time_wakes),
        cmocka_unit_test(test_polls_follow_one_another_on_a_connection),
        cmocka_unit_test(test_third_poll_of_a_device_sends_the_first_off),
        cmocka_unit_test(test_server_ends_while_a_poll_waits),
        cmocka_unit_test(test_revoked_device_waits_no_more),
        cmocka_unit_test(test_disabled_person_waits_no_more),
        cmocka_unit_test(test_revoked_key_waits_no_more),
        cmocka_unit_test(test_a_thousand_that_vanish_leave_nothing),
        cmocka_unit_test(test_half_closed_peer_is_answered),
        cmocka_unit_test(test_polls_leave_the_rate_for_batches),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

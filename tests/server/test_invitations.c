// Invitations over HTTP: who may make one, what is wrong with a body, what
// becomes of it, and that a dossier's code is kept nowhere.
#include "common/clock.h"
#include "common/file.h"
#include "ledger/pseudonym.h"
#include "ledger/token.h"
#include "qr/qr.h"
#include "support/check.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct made_server server;
static struct made_device device; // at counter 3
static char feed[65], office_key[65], leader_key[65];

static int start(void **state)
{
    (void)state;
    made_server_start(&server,
                      (const char *[]){"--device-rate", "0", "--mode",
                                       "transaction", "--public-url",
                                       "https://hailong.example/p/", NULL});
    made_device_enrol(&device, &server, "3");
    made_server_key(&server, "feed", feed);
    made_server_key(&server, "office", office_key);
    made_server_key(&server, "leader", leader_key);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_device_free(&device);
    made_server_close(&server);
    return 0;
}

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

static void invite(const char *body, struct answer *out)
{
    call("POST", "/api/v1/invitations", feed, body, out);
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = NULL;
    assert_true(json_get_text(object, key, &text));
    return text;
}

// Makes one that must succeed; gives its id.
static void make(const char *body, char out_id[ID_SIZE])
{
    struct answer answer = {0};
    invite(body, &answer);
    if (answer.status != 201) {
        print_message("%s\n", buf_text(&answer.body));
    }
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "id", out_id, ID_SIZE));
    json_decref(object);
    answer_free(&answer);
}

static void state_is(const char *id, const char *expected)
{
    char path[128];
    struct answer answer = {0};
    snprintf(path, sizeof path, "/api/v1/invitations/%s", id);
    call("GET", path, office_key, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "state"), expected);
    json_decref(object);
    answer_free(&answer);
}

static void withdraw(const char *id, const char *body, const char *query,
                     struct answer *out)
{
    char path[256];
    snprintf(path, sizeof path, "/api/v1/invitations/%s%s", id,
             query ? query : "");
    call("DELETE", path, feed, body, out);
}

// Leaves the counter's queue empty for the next test.
static void clear(const char *id)
{
    struct answer answer = {0};
    withdraw(id, "{\"reason\":\"thử\"}", NULL, &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

// The line of the visit that it brought.
static void answer_it(const char *id, const char *transaction,
                      enum record_outcome outcome, int level)
{
    struct record record;
    struct answer answer = {0};
    maker_visit(&device.ledger, level, &record);
    record.mode = RECORD_TRANSACTION;
    record.outcome = outcome;
    memcpy(record.invitation, id, ID_SIZE);
    snprintf(record.transaction, sizeof record.transaction, "%s", transaction);
    maker_write(&device.ledger, &record);
    int64_t seq = (int64_t)device.ledger.count;
    made_device_send(&device, &server, seq, seq, 200, &answer);
    answer_free(&answer);
}

// What the device is told of the first one in its queue; "" when it has none.
static void first_for_device(const char *key, char *out, size_t size)
{
    struct answer answer = {0};
    call("GET", "/api/v1/devices/me/invitations", device.token, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    json_t *list = json_object_get(object, "invitations");
    out[0] = '\0';
    json_copy_text(json_array_get(list, 0), key, out, size);
    json_decref(object);
    answer_free(&answer);
}

static void test_invitation_reaches_the_device(void **state)
{
    char id[ID_SIZE], told[RECORD_TRANSACTION_SIZE];
    struct answer answer = {0};
    (void)state;
    make("{\"counter\":\"3\",\"transaction\":\" h24.12-261123-0007 \","
         "\"procedure\":\"2.000815\",\"field\":\"chung-thuc\","
         "\"step\":\"tra-ket-qua\",\"officer\":\"cb-07\","
         "\"queued_at\":\"2026-11-23T08:50:00+07:00\","
         "\"called_at\":\"2026-11-23T09:05:00+07:00\","
         "\"done_at\":\"2026-11-23T09:15:02.120+07:00\","
         "\"result\":\"on-time\",\"expires_in\":300,\"more\":[1]}",
         id);
    call("GET", "/api/v1/devices/me/invitations", device.token, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    json_t *one = json_array_get(json_object_get(object, "invitations"), 0);
    assert_string_equal(text_of(one, "id"), id);
    assert_string_equal(text_of(one, "procedure"), "2.000815");
    assert_string_equal(text_of(one, "field"), "chung-thuc");
    assert_string_equal(text_of(one, "step"), "tra-ket-qua");
    assert_string_equal(text_of(one, "officer"), "cb-07");
    assert_true(pseudonym_is(text_of(one, "transaction")));
    int64_t made, expires, server_time;
    const char *time = text_of(one, "made_at");
    assert_true(clock_parse(time, strlen(time), &made));
    time = text_of(one, "expires_at");
    assert_true(clock_parse(time, strlen(time), &expires));
    assert_int_equal(expires - made, 300000);
    time = text_of(object, "server_time");
    assert_true(clock_parse(time, strlen(time), &server_time));
    assert_true(server_time >= made);
    assert_non_null(strstr(time, "+07:00"));
    json_decref(object);
    // Typed otherwise it is the same dossier: the same invitation.
    first_for_device("transaction", told, sizeof told);
    invite("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0007\","
           "\"step\":\"tra-ket-qua\"}",
           &answer);
    assert_int_equal(answer.status, 200);
    object = answer_object(&answer);
    assert_string_equal(text_of(object, "id"), id);
    assert_string_equal(text_of(object, "state"), "waiting");
    json_decref(object);
    // And so is its token; another step is another question.
    char again[300];
    snprintf(again, sizeof again,
             "{\"counter\":\"3\",\"transaction\":\"%s\",\"step\":\"khac\"}",
             told);
    char second[ID_SIZE];
    make(again, second);
    assert_string_not_equal(second, id);
    clear(second);
    clear(id);
    answer_free(&answer);
}

static void test_answer_has_a_token_and_its_address(void **state)
{
    struct answer answer = {0};
    struct token token;
    (void)state;
    invite("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0100\","
           "\"field\":\"dat-dai\"}",
           &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    const char *text = text_of(object, "token"), *url = text_of(object, "url");
    assert_true(strncmp(url, "https://hailong.example/p/d/", 28) == 0);
    assert_string_equal(token_in(url), text);
    assert_int_equal(token_read(device.server_key, text, strlen(text), "H24.12",
                                clock_wall_ms(), &token),
                     TOKEN_GOOD);
    assert_string_equal(token.id, text_of(object, "id"));
    assert_string_equal(token.field, "dat-dai");
    assert_true(pseudonym_is(token.transaction));
    clear(token.id);
    json_decref(object);
    answer_free(&answer);
}

static void test_code_for_the_telephone_is_of_the_same_address(void **state)
{
    char id[ID_SIZE], path[128];
    struct answer answer = {0};
    struct buf drawn = {0};
    (void)state;
    invite("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0101\"}",
           &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "id", id, sizeof id));
    assert_true(qr_append_svg(text_of(object, "url"), &drawn));
    snprintf(path, sizeof path, "/api/v1/invitations/%s/qr.svg", id);
    call("GET", path, feed, NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer_header(&answer, "Content-Type"),
                        "image/svg+xml");
    assert_string_equal(buf_text(&answer.body), buf_text(&drawn));
    clear(id);
    call("GET", path, feed, NULL, &answer);
    answer_is_problem(&answer, 409, "ended");
    call("GET", "/api/v1/invitations/x/qr.svg", feed, NULL, &answer);
    answer_is_problem(&answer, 404, "not-found");
    buf_free(&drawn);
    json_decref(object);
    answer_free(&answer);
}

static void test_each_wrong_field_is_named(void **state)
{
    static const struct {
        const char *body, *says;
    } wrong[] = {
        {"{}", "counter: is missing"},
        {"{\"counter\":\"\"}", "counter: is missing"},
        {"{\"counter\":null}", "counter: is missing"},
        {"{\"counter\":3}", "counter: must be a text"},
        {"{\"counter\":\"3\",\"transaction\":7}", "transaction: must be"},
        {"{\"counter\":\"3\",\"transaction\":\"a\\u0007b\"}",
         "transaction: holds a control character"},
        {"{\"counter\":\"3\",\"procedure\":[]}", "procedure: must be"},
        {"{\"counter\":\"3\",\"field\":{}}", "field: must be"},
        {"{\"counter\":\"3\",\"step\":true}", "step: must be"},
        {"{\"counter\":\"3\",\"officer\":1.5}", "officer: must be"},
        {"{\"counter\":\"3\",\"result\":0}", "result: must be"},
        {"{\"counter\":\"3\",\"field\":\"0123456789012345678901234567890123456"
         "789012345678901234567890123\"}",
         "field: has 64 bytes, at most 63"},
        {"{\"counter\":\"3\",\"queued_at\":\"23/11/2026\"}",
         "queued_at: is no time"},
        {"{\"counter\":\"3\",\"called_at\":1795399200}",
         "called_at: is no time"},
        {"{\"counter\":\"3\",\"done_at\":\"2026-02-30T09:00:00+07:00\"}",
         "done_at: is no time"},
        {"{\"counter\":\"3\",\"done_at\":\"1970-01-01T09:00:00+07:00\"}",
         "done_at: is no time"},
        {"{\"counter\":\"3\",\"done_at\":\"2091-01-01T09:00:00+07:00\"}",
         "done_at: lies more than a day in the future"},
        {"{\"counter\":\"3\",\"queued_at\":\"2026-11-23T09:00:01+07:00\","
         "\"called_at\":\"2026-11-23T09:00:00+07:00\"}",
         "called_at: is before queued_at"},
        {"{\"counter\":\"3\",\"called_at\":\"2026-11-23T09:00:01+07:00\","
         "\"done_at\":\"2026-11-23T02:00:00Z\"}",
         "done_at: is before called_at"},
        {"{\"counter\":\"3\",\"queued_at\":\"2026-11-23T09:00:01+07:00\","
         "\"done_at\":\"2026-11-23T09:00:00+07:00\"}",
         "done_at: is before queued_at"},
        {"{\"counter\":\"3\",\"expires_in\":29}", "expires_in: give"},
        {"{\"counter\":\"3\",\"expires_in\":86401}", "from 30 to 86400"},
        {"{\"counter\":\"3\",\"expires_in\":\"60\"}", "expires_in: give"},
        {"{\"counter\":\"3\",\"expires_in\":60.5}", "expires_in: give"},
        {"{\"counter\":\"3\",\"counter\":\"4\"}", "duplicate"},
        {"[]", "no JSON object"},
        {"{\"counter\":\"3\"", ""},
    };
    struct answer answer = {0};
    char told[64];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        invite(wrong[i].body, &answer);
        answer_is_problem(&answer, 422, "unreadable");
        if (!strstr(buf_text(&answer.body), wrong[i].says)) {
            fail_msg("%s: %s", wrong[i].body, buf_text(&answer.body));
        }
    }
    // None of them has been made.
    first_for_device("id", told, sizeof told);
    assert_string_equal(told, "");
    answer_free(&answer);
}

// Nobody is asked on behalf of a caller who is told that it failed.
static void test_what_is_refused_is_not_open(void **state)
{
    char marks[127] = "", body[1024], told[ID_SIZE];
    struct answer answer = {0};
    (void)state;
    // As long as they may be, and longer in a token, where each is escaped.
    for (size_t i = 0; i + 2 < sizeof marks; i += 2) {
        memcpy(marks + i, "\\\"", 3);
    }
    snprintf(body, sizeof body,
             "{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0091\","
             "\"procedure\":\"%s\",\"field\":\"%s\",\"step\":\"%s\"}",
             marks, marks, marks);
    invite(body, &answer);
    answer_is_problem(&answer, 422, "unreadable");
    assert_non_null(strstr(buf_text(&answer.body), "too long for a token"));
    first_for_device("id", told, sizeof told);
    assert_string_equal(told, "");
    answer_free(&answer);
}

static void test_unknown_counter_is_named(void **state)
{
    struct answer answer = {0};
    (void)state;
    invite("{\"counter\":\"9\"}", &answer);
    answer_is_problem(&answer, 422, "unknown-counter");
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "counter"), "9");
    json_decref(object);
    call("GET", "/api/v1/counters/9/invitations", feed, NULL, &answer);
    answer_is_problem(&answer, 404, "not-found");
    call("GET", "/api/v1/counters/9/seat", feed, NULL, &answer);
    answer_is_problem(&answer, 404, "not-found");
    call("GET", "/api/v1/counters/%33/invitations", feed, NULL, &answer);
    assert_int_equal(answer.status, 200);
    call("GET", "/api/v1/counters/%3/invitations", feed, NULL, &answer);
    answer_is_problem(&answer, 404, "not-found");
    call("GET", "/api/v1/counters/%ff/invitations", feed, NULL, &answer);
    answer_is_problem(&answer, 404, "not-found");
    answer_free(&answer);
}

static void test_procedure_that_nobody_knows_is_kept(void **state)
{
    char id[ID_SIZE], told[64];
    (void)state;
    make("{\"counter\":\"3\",\"procedure\":\"9.999999\"}", id);
    first_for_device("procedure", told, sizeof told);
    assert_string_equal(told, "9.999999");
    clear(id);
}

static void test_queue_holds_five_in_order(void **state)
{
    char ids[5][ID_SIZE], body[128];
    struct answer answer = {0};
    (void)state;
    for (int i = 0; i < 5; i++) {
        snprintf(body, sizeof body,
                 "{\"counter\":\"3\",\"transaction\":\"H24.12-261123-02%02d\"}",
                 i);
        make(body, ids[i]);
    }
    invite("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0205\"}",
           &answer);
    answer_is_problem(&answer, 409, "queue-full");
    call("GET", "/api/v1/devices/me/invitations", device.token, NULL, &answer);
    json_t *object = answer_object(&answer);
    json_t *list = json_object_get(object, "invitations");
    assert_int_equal(json_array_size(list), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(text_of(json_array_get(list, i), "id"), ids[i]);
    }
    json_decref(object);
    for (int i = 0; i < 5; i++) {
        clear(ids[i]);
    }
    answer_free(&answer);
}

static void test_one_transaction_at_two_counters(void **state)
{
    struct made_device other;
    struct answer answer = {0};
    char id[ID_SIZE];
    (void)state;
    made_device_enrol(&other, &server, "5");
    make("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0300\"}", id);
    invite("{\"counter\":\"5\",\"transaction\":\"H24.12-261123-0300\"}",
           &answer);
    answer_is_problem(&answer, 409, "open-elsewhere");
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "counter"), "3");
    json_decref(object);
    clear(id);
    invite("{\"counter\":\"5\",\"transaction\":\"H24.12-261123-0300\"}",
           &answer);
    assert_int_equal(answer.status, 201);
    made_device_free(&other);
    answer_free(&answer);
}

static void test_what_became_of_it_never_tells_the_level(void **state)
{
    char id[ID_SIZE], path[128], transaction[RECORD_TRANSACTION_SIZE];
    struct answer answer = {0};
    (void)state;
    make("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0400\"}", id);
    first_for_device("transaction", transaction, sizeof transaction);
    state_is(id, "waiting");
    answer_it(id, transaction, RECORD_RATED, 1);
    snprintf(path, sizeof path, "/api/v1/invitations/%s", id);
    call("GET", path, feed, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_int_equal(json_object_size(object), 7);
    assert_string_equal(text_of(object, "state"), "rated");
    assert_string_equal(text_of(object, "counter"), "3");
    assert_null(json_object_get(object, "level"));
    assert_true(json_is_null(json_object_get(object, "reason")));
    json_decref(object);
    // Nobody is asked twice.
    invite("{\"counter\":\"3\",\"transaction\":\"h24.12-261123-0400\"}",
           &answer);
    answer_is_problem(&answer, 409, "already-rated");
    withdraw(id, "{\"reason\":\"nhầm\"}", NULL, &answer);
    answer_is_problem(&answer, 409, "ended");
    object = answer_object(&answer);
    assert_string_equal(text_of(object, "reason"), "rated");
    json_decref(object);
    make("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0401\"}", id);
    answer_it(id, "", RECORD_DECLINED, 0);
    state_is(id, "declined");
    make("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0401\"}", id);
    answer_it(id, "", RECORD_TIMEOUT, 0);
    state_is(id, "timeout");
    answer_free(&answer);
}

static void test_withdrawal_needs_a_reason(void **state)
{
    static const char *const none[] = {"{}", "{\"reason\":\"\"}",
                                       "{\"reason\":\"   \"}",
                                       "{\"reason\":null}", "{\"reason\":7}"};
    char id[ID_SIZE];
    struct answer answer = {0};
    (void)state;
    make("{\"counter\":\"3\"}", id);
    withdraw(id, NULL, NULL, &answer);
    answer_is_problem(&answer, 422, "unreadable");
    assert_non_null(strstr(buf_text(&answer.body), "reason: is missing"));
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        withdraw(id, none[i], NULL, &answer);
        answer_is_problem(&answer, 422, "unreadable");
    }
    withdraw(id, NULL, "?reason=a&reason=b", &answer);
    answer_is_problem(&answer, 400, "bad-request");
    withdraw(id, NULL, "?reason=a%07", &answer);
    answer_is_problem(&answer, 422, "unreadable");
    state_is(id, "waiting");
    withdraw(id, NULL, "?reason=g%E1%BB%8Di%20nh%E1%BA%A7m", &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "state"), "withdrawn");
    assert_string_equal(text_of(object, "reason"), "gọi nhầm");
    json_decref(object);
    withdraw(id, "{\"reason\":\"nữa\"}", NULL, &answer);
    answer_is_problem(&answer, 409, "ended");
    withdraw("019ab0a2-0000-7000-8000-00000000abcd", "{\"reason\":\"x\"}", NULL,
             &answer);
    answer_is_problem(&answer, 404, "not-found");
    withdraw("no-id", "{\"reason\":\"x\"}", NULL, &answer);
    answer_is_problem(&answer, 404, "not-found");
    answer_free(&answer);
}

// The screen had it already: the withdrawal stays, and so does the rating.
static void test_rating_of_a_withdrawn_one_counts(void **state)
{
    char id[ID_SIZE], transaction[RECORD_TRANSACTION_SIZE];
    struct answer answer = {0};
    (void)state;
    make("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0500\"}", id);
    first_for_device("transaction", transaction, sizeof transaction);
    clear(id);
    answer_it(id, transaction, RECORD_RATED, 5);
    state_is(id, "withdrawn");
    invite("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0500\"}",
           &answer);
    answer_is_problem(&answer, 409, "already-rated");
    answer_free(&answer);
}

static void test_device_says_what_it_shows(void **state)
{
    char id[ID_SIZE];
    struct buf body = {0}, said = {0};
    struct answer answer = {0};
    (void)state;
    make("{\"counter\":\"3\"}", id);
    int64_t next = (int64_t)device.ledger.count + 1;
    made_device_body(&device, next, next - 1, &body, NULL);
    // Beside what it says of itself anyway.
    const char *at = strstr(buf_text(&body), "\"state\":{");
    assert_non_null(at);
    size_t before = (size_t)(at - buf_text(&body)) + strlen("\"state\":{");
    buf_append(&said, buf_text(&body), before);
    buf_printf(&said, "\"invitation\":\"%s\",", id);
    buf_append_text(&said, buf_text(&body) + before);
    made_device_post(&device, &server, &said, NULL, &answer);
    assert_int_equal(answer.status, 200);
    state_is(id, "shown");
    clear(id);
    buf_free(&body);
    buf_free(&said);
    answer_free(&answer);
}

static void test_counters_list_is_for_those_who_look_on(void **state)
{
    char first[ID_SIZE], second[ID_SIZE];
    struct answer answer = {0};
    (void)state;
    make("{\"counter\":\"3\",\"transaction\":\"H24.12-261123-0600\","
         "\"procedure\":\"2.000815\"}",
         first);
    clear(first);
    make("{\"counter\":\"3\"}", second);
    call("GET", "/api/v1/counters/3/invitations", office_key, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    json_t *list = json_object_get(object, "invitations");
    assert_true(json_array_size(list) >= 2);
    json_t *newest = json_array_get(list, 0), *next = json_array_get(list, 1);
    assert_string_equal(text_of(newest, "id"), second);
    assert_string_equal(text_of(newest, "state"), "waiting");
    assert_string_equal(text_of(next, "id"), first);
    assert_string_equal(text_of(next, "state"), "withdrawn");
    assert_string_equal(text_of(next, "reason"), "thử");
    assert_string_equal(text_of(next, "procedure"), "2.000815");
    // A token says nothing to anybody.
    assert_true(json_is_null(json_object_get(next, "transaction")));
    assert_null(json_object_get(next, "level"));
    json_decref(object);
    clear(second);
    answer_free(&answer);
}

static void test_seats_over_http(void **state)
{
    struct answer answer = {0};
    char id[ID_SIZE], told[64];
    (void)state;
    call("POST", "/api/v1/counters/3/seat", feed,
         "{\"action\":\"take\",\"officer\":\"cb-07\"}", &answer);
    assert_int_equal(answer.status, 200);
    call("GET", "/api/v1/counters/3/seat", office_key, NULL, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "officer"), "cb-07");
    assert_int_equal(json_array_size(json_object_get(object, "today")), 1);
    json_decref(object);
    make("{\"counter\":\"3\"}", id);
    first_for_device("officer", told, sizeof told);
    assert_string_equal(told, "cb-07");
    clear(id);
    call("POST", "/api/v1/counters/3/seat", feed,
         "{\"action\":\"leave\",\"officer\":\"cb-08\"}", &answer);
    answer_is_problem(&answer, 404, "not-found");
    call("POST", "/api/v1/counters/3/seat", feed,
         "{\"action\":\"leave\",\"officer\":\"cb-07\"}", &answer);
    assert_int_equal(answer.status, 200);
    call("GET", "/api/v1/counters/3/seat", office_key, NULL, &answer);
    object = answer_object(&answer);
    assert_true(json_is_null(json_object_get(object, "officer")));
    json_decref(object);
    call("POST", "/api/v1/counters/3/seat", feed, "{\"action\":\"sit\"}",
         &answer);
    answer_is_problem(&answer, 422, "unreadable");
    call("POST", "/api/v1/counters/3/seat", feed, "{\"action\":\"take\"}",
         &answer);
    answer_is_problem(&answer, 422, "unreadable");
    answer_free(&answer);
}

// An officer signs in and works at a counter, under their own name alone.
static void test_officer_works_by_own_session(void **state)
{
    struct made_session session;
    struct answer answer = {0};
    char told[64];
    (void)state;
    made_server_person(&server, "binh", "officer", "cb-12");
    made_server_sign_in(&server, "binh", &session);
    static const char taking[] = "{\"action\":\"take\"}";
    static const char other[] = "{\"action\":\"take\",\"officer\":\"cb-13\"}";
    static const char inviting[] = "{\"counter\":\"3\"}";
    static const char for_other[] = "{\"counter\":\"3\",\"officer\":\"cb-13\"}";
    struct ask asked = {.path = "/api/v1/counters/3/seat",
                        .headers = session.headers,
                        .type = "application/json",
                        .body = other,
                        .size = sizeof other - 1};
    ask(server.port, &asked, &answer);
    answer_is_problem(&answer, 403, "forbidden");
    asked.body = taking;
    asked.size = sizeof taking - 1;
    ask(server.port, &asked, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "officer"), "cb-12");
    json_decref(object);
    asked.path = "/api/v1/invitations";
    asked.body = for_other;
    asked.size = sizeof for_other - 1;
    ask(server.port, &asked, &answer);
    answer_is_problem(&answer, 403, "forbidden");
    asked.body = inviting;
    asked.size = sizeof inviting - 1;
    ask(server.port, &asked, &answer);
    assert_int_equal(answer.status, 201);
    object = answer_object(&answer);
    first_for_device("officer", told, sizeof told);
    assert_string_equal(told, "cb-12");
    clear(text_of(object, "id"));
    json_decref(object);
    // Receipts are the software's.
    asked.path = "/api/v1/tokens";
    ask(server.port, &asked, &answer);
    answer_is_problem(&answer, 403, "forbidden");
    answer_free(&answer);
}

static void test_others_may_not(void **state)
{
    static const char *const paths[] = {"/api/v1/invitations",
                                        "/api/v1/tokens"};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        call("POST", paths[i], NULL, "{\"counter\":\"3\"}", &answer);
        answer_is_problem(&answer, 401, "unauthorized");
        call("POST", paths[i], leader_key, "{\"counter\":\"3\"}", &answer);
        answer_is_problem(&answer, 403, "forbidden");
        call("POST", paths[i], device.token, "{\"counter\":\"3\"}", &answer);
        answer_is_problem(&answer, 401, "unauthorized");
    }
    call("GET", "/api/v1/devices/me/invitations", feed, NULL, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    answer_free(&answer);
}

static void test_token_for_a_receipt(void **state)
{
    static const struct {
        const char *body, *says;
    } wrong[] = {
        {"{}", "transaction: is missing"},
        {"{\"transaction\":\"\"}", "transaction: is missing"},
        {"{\"transaction\":\"A\",\"expires_in\":59}", "from 60 to 7776000"},
        {"{\"transaction\":\"A\",\"expires_in\":7776001}", "expires_in"},
        {"{\"transaction\":\"A\",\"step\":1}", "step: must be"},
    };
    struct answer answer = {0};
    struct token token;
    (void)state;
    call("POST", "/api/v1/tokens", feed,
         "{\"transaction\":\"H24.12-261123-0700\",\"field\":\"dat-dai\","
         "\"step\":\"tra-ket-qua\",\"expires_in\":3600}",
         &answer);
    assert_int_equal(answer.status, 201);
    json_t *object = answer_object(&answer);
    const char *text = text_of(object, "token");
    int64_t now = clock_wall_ms();
    assert_int_equal(token_read(device.server_key, text, strlen(text), "H24.12",
                                now, &token),
                     TOKEN_GOOD);
    assert_true(pseudonym_is(token.transaction));
    assert_string_equal(token.step, "tra-ket-qua");
    assert_true(token.expires_at > now + 3500000);
    assert_true(token.expires_at <= now + 3600000);
    assert_non_null(strstr(text_of(object, "url"), "/d/"));
    json_decref(object);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        call("POST", "/api/v1/tokens", feed, wrong[i].body, &answer);
        answer_is_problem(&answer, 422, "unreadable");
        if (!strstr(buf_text(&answer.body), wrong[i].says)) {
            fail_msg("%s: %s", wrong[i].body, buf_text(&answer.body));
        }
    }
    answer_free(&answer);
}

// Receipts are printed from the first day on.
static void test_token_before_any_counter(void **state)
{
    struct made_server own;
    struct answer answer = {0};
    char key[65];
    (void)state;
    made_server_start(&own, NULL);
    made_server_key(&own, "feed", key);
    ask(own.port,
        &(struct ask){.method = "POST",
                      .path = "/api/v1/tokens",
                      .token = key,
                      .type = "application/json",
                      .body = "{\"transaction\":\"H24.12-261123-0700\"}",
                      .size = 36},
        &answer);
    assert_int_equal(answer.status, 201);
    answer_free(&answer);
    made_server_close(&own);
}

// In mode linked the code stands where it is wanted.
static void test_linked_mode_keeps_the_code(void **state)
{
    struct made_server saved = server, own;
    struct made_device counter, saved_device = device;
    struct answer answer = {0};
    char saved_feed[65], told[64];
    (void)state;
    memcpy(saved_feed, feed, sizeof feed);
    made_server_start(&own, (const char *[]){"--privacy", "linked", "--mode",
                                             "transaction", NULL});
    made_device_enrol(&counter, &own, "3");
    made_server_key(&own, "feed", feed);
    server = own;
    device = counter;
    invite("{\"counter\":\"3\",\"transaction\":\"h24.12-261123-0007 \"}",
           &answer);
    assert_int_equal(answer.status, 201);
    first_for_device("transaction", told, sizeof told);
    assert_string_equal(told, "H24.12-261123-0007");
    call("GET", "/api/v1/counters/3/invitations", feed, NULL, &answer);
    json_t *object = answer_object(&answer);
    json_t *one = json_array_get(json_object_get(object, "invitations"), 0);
    assert_string_equal(text_of(one, "transaction"), "H24.12-261123-0007");
    json_decref(object);
    server = saved;
    device = saved_device;
    memcpy(feed, saved_feed, sizeof feed);
    made_device_free(&counter);
    made_server_close(&own);
    answer_free(&answer);
}

// --- Nothing of a dossier's code --------------------------------------------

// How many files of a folder hold `text`; none may hold `part` of a code, which
// is so long that no random identifier has it by chance.
static int files_with(const char *folder, const char *text, const char *part)
{
    char path[512];
    int count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.') {
            continue;
        }
        if (entry->d_type == DT_DIR) {
            count += files_with(path, text, part);
            continue;
        }
        assert_false(scratch_file_holds(path, part));
        count += scratch_file_holds(path, text);
    }
    closedir(entries);
    return count;
}

// By everything that takes a code, with a server whose log goes into a file.
static void test_code_is_kept_nowhere(void **state)
{
    static const char code[] = "H24.12-261123-7777", part[] = "261123-7777";
    struct made_server saved = server;
    struct made_device counter;
    struct answer answer = {0};
    char log[] = "/tmp/hailong-log-XXXXXX", saved_feed[65], body[200],
         id[ID_SIZE];
    (void)state;
    int file = mkstemp(log), before = dup(STDERR_FILENO);
    assert_true(file >= 0 && before >= 0);
    assert_true(dup2(file, STDERR_FILENO) >= 0);
    made_server_start(&server, (const char *[]){"--log-level", "debug",
                                                "--mode", "transaction", NULL});
    dup2(before, STDERR_FILENO);
    made_device_enrol(&counter, &server, "3");
    memcpy(saved_feed, feed, sizeof feed);
    made_server_key(&server, "feed", feed);
    snprintf(body, sizeof body,
             "{\"counter\":\"3\",\"transaction\":\"%s\",\"expires_in\":60}",
             code);
    make(body, id);
    invite(body, &answer);
    assert_int_equal(answer.status, 200);
    call("POST", "/api/v1/tokens", feed, body, &answer);
    assert_int_equal(answer.status, 201);
    clear(id);
    make(body, id);
    made_server_kill(&server); // nothing is tidied up
    assert_non_null(strstr(code, part));
    assert_false(scratch_file_holds(log, part));
    // The invitation itself is there.
    assert_true(server.database[0] != '/' ||
                files_with(server.folder, id, part) > 0);
    made_device_free(&counter);
    made_server_close(&server);
    server = saved;
    memcpy(feed, saved_feed, sizeof feed);
    close(file);
    close(before);
    unlink(log);
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_invitation_reaches_the_device),
        cmocka_unit_test(test_answer_has_a_token_and_its_address),
        cmocka_unit_test(test_code_for_the_telephone_is_of_the_same_address),
        cmocka_unit_test(test_each_wrong_field_is_named),
        cmocka_unit_test(test_what_is_refused_is_not_open),
        cmocka_unit_test(test_unknown_counter_is_named),
        cmocka_unit_test(test_procedure_that_nobody_knows_is_kept),
        cmocka_unit_test(test_queue_holds_five_in_order),
        cmocka_unit_test(test_one_transaction_at_two_counters),
        cmocka_unit_test(test_what_became_of_it_never_tells_the_level),
        cmocka_unit_test(test_withdrawal_needs_a_reason),
        cmocka_unit_test(test_rating_of_a_withdrawn_one_counts),
        cmocka_unit_test(test_device_says_what_it_shows),
        cmocka_unit_test(test_counters_list_is_for_those_who_look_on),
        cmocka_unit_test(test_seats_over_http),
        cmocka_unit_test(test_officer_works_by_own_session),
        cmocka_unit_test(test_others_may_not),
        cmocka_unit_test(test_token_for_a_receipt),
        cmocka_unit_test(test_token_before_any_counter),
        cmocka_unit_test(test_linked_mode_keeps_the_code),
        cmocka_unit_test(test_code_is_kept_nowhere),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

// GET /api/v1/counters and what was completed at one of them lately: what the
// officer's page is made of.
#include "common/clock.h"
#include "common/file.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include "support/tampering.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct made_server server;
static struct made_device third, tenth;
static struct made_session officer, office;
static char feed[65];

static int start(void **state)
{
    char code[16];
    (void)state;
    made_server_start(&server, (const char *[]){"--device-rate", "0", "--mode",
                                                "transaction", "--contact-s",
                                                "90", NULL});
    made_device_enrol(&tenth, &server, "10");
    made_device_enrol(&third, &server, "3");
    made_server_code(&server, "5", code); // nobody enrolled with it
    made_server_key(&server, "feed", feed);
    made_server_person(&server, "binh", "officer", "cb-07");
    made_server_person(&server, "an", "office", "");
    made_server_sign_in(&server, "binh", &officer);
    made_server_sign_in(&server, "an", &office);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_device_free(&third);
    made_device_free(&tenth);
    made_server_close(&server);
    return 0;
}

static void get(const struct made_session *session, const char *path,
                struct answer *answer)
{
    ask(server.port, &(struct ask){.path = path, .headers = session->headers},
        answer);
}

static json_t *object_at(const char *path)
{
    struct answer answer = {0};
    get(&officer, path, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    answer_free(&answer);
    return object;
}

static const char *text_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void hear_of(struct made_device *device)
{
    struct answer answer = {0};
    struct record record;
    maker_visit(&device->ledger, 4, &record);
    maker_write(&device->ledger, &record);
    int64_t seq = (int64_t)device->ledger.count;
    made_device_send(device, &server, seq, seq, 200, &answer);
    answer_free(&answer);
}

static void silence_for(int64_t ms)
{
    static const char *const none[] = {"SELECT 1"};
    char path[128], text[128];
    struct sql *sql = NULL;
    snprintf(path, sizeof path, "%s", server.database);
    snprintf(text, sizeof text,
             "UPDATE contacts SET seen_at = seen_at - %" PRId64, ms);
    assert_int_equal(database_open(path, SQL_WRITER, none, 1, &sql), SQL_OK);
    assert_int_equal(tamper_run(sql, text), SQL_OK);
    sql_close(sql);
}

static void take_seat(const char *path)
{
    static const char body[] = "{\"action\":\"take\"}";
    struct answer answer = {0};
    ask(server.port,
        &(struct ask){.path = path,
                      .headers = officer.headers,
                      .type = "application/json",
                      .body = body,
                      .size = sizeof body - 1},
        &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static void test_counters_are_those_with_a_device(void **state)
{
    (void)state;
    json_t *object = object_at("/api/v1/counters");
    const json_t *list = json_object_get(object, "counters");
    assert_string_equal(text_of(object, "mode"), "transaction");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(text_of(json_array_get(list, 0), "counter"), "3");
    assert_string_equal(text_of(json_array_get(list, 1), "counter"), "10");
    assert_string_equal(
        text_of(json_array_get(json_object_get(object, "fields"), 0), "vi"),
        "Chứng thực");
    json_decref(object);
}

static void test_who_sits_there_has_a_name(void **state)
{
    (void)state;
    take_seat("/api/v1/counters/10/seat");
    json_t *object = object_at("/api/v1/counters");
    const json_t *list = json_object_get(object, "counters");
    assert_true(
        json_is_null(json_object_get(json_array_get(list, 0), "officer")));
    assert_string_equal(text_of(json_array_get(list, 1), "officer"), "cb-07");
    assert_string_equal(text_of(json_array_get(list, 1), "officer_name"),
                        "Trần Văn Bình");
    json_decref(object);
    object = object_at("/api/v1/counters/10/invitations");
    assert_string_equal(text_of(object, "officer"), "cb-07");
    assert_string_equal(text_of(object, "officer_name"), "Trần Văn Bình");
    json_decref(object);
}

static void expect_contact(bool expected)
{
    json_t *object = object_at("/api/v1/counters");
    const json_t *row = json_array_get(json_object_get(object, "counters"), 0);
    assert_int_equal(json_is_true(json_object_get(row, "in_contact")),
                     expected);
    assert_non_null(text_of(row, "seen_at"));
    json_decref(object);
    object = object_at("/api/v1/counters/3/invitations");
    assert_int_equal(json_is_true(json_object_get(object, "in_contact")),
                     expected);
    assert_int_equal(text_of(object, "seen_at") != NULL, !expected);
    json_decref(object);
}

static void test_contact_is_lost_after_a_while(void **state)
{
    (void)state;
    hear_of(&third);
    expect_contact(true);
    silence_for(80 * 1000);
    expect_contact(true);
    silence_for(11 * 1000);
    expect_contact(false);
    hear_of(&third);
    expect_contact(true);
}

static void complete(const char *code, int64_t ago_ms)
{
    struct answer answer = {0};
    char body[300], done[CLOCK_ISO_SIZE];
    clock_format(clock_wall_ms() - ago_ms, done);
    snprintf(body, sizeof body,
             "{\"transaction\":\"%s\",\"counter\":\"3\",\"procedure\":"
             "\"2.000815\",\"field\":\"chung-thuc\",\"step\":\"tra-ket-qua\","
             "\"done_at\":\"%s\"}",
             code, done);
    ask(server.port,
        &(struct ask){.path = "/api/v1/transactions",
                      .token = feed,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        &answer);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
}

static bool holds(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", server.folder, name);
    return scratch_file_holds(path, text);
}

static void test_what_was_completed_can_be_picked(void **state)
{
    struct answer answer = {0};
    (void)state;
    complete("H24.12-261123-8801", 60 * 1000);
    complete("H24.12-261123-8802", 1000);
    complete("H24.12-261123-8803", 3 * 3600 * 1000);
    json_t *object = object_at("/api/v1/counters/3/recent");
    const json_t *list = json_object_get(object, "transactions");
    assert_int_equal(json_array_size(list), 2);
    const json_t *first = json_array_get(list, 0);
    assert_string_equal(text_of(first, "transaction"), "H24.12-261123-8802");
    assert_string_equal(text_of(first, "procedure"), "2.000815");
    assert_string_equal(text_of(first, "field"), "chung-thuc");
    assert_string_equal(text_of(first, "step"), "tra-ket-qua");
    json_decref(object);
    object = object_at("/api/v1/counters/10/recent");
    assert_int_equal(json_array_size(json_object_get(object, "transactions")),
                     0);
    json_decref(object);
    get(&officer, "/api/v1/counters/77/recent", &answer);
    answer_is_problem(&answer, 404, "not-found");
    // Codes are for those who sit at the counters.
    get(&office, "/api/v1/counters/3/recent", &answer);
    answer_is_problem(&answer, 403, "forbidden");
    answer_free(&answer);
    // They are on no disk, and gone with the process. (Looked for at a length
    // that no random identifier on that disk has by chance.)
    assert_true(server.database[0] != '/' ||
                holds("office.db-wal", "tra-ket-qua") ||
                holds("office.db", "tra-ket-qua"));
    assert_false(holds("office.db", "261123-880"));
    assert_false(holds("office.db-wal", "261123-880"));
    made_server_stop(&server);
    made_server_restart(&server, (const char *[]){"--device-rate", "0", NULL});
    object = object_at("/api/v1/counters/3/recent");
    assert_int_equal(json_array_size(json_object_get(object, "transactions")),
                     0);
    json_decref(object);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters_are_those_with_a_device),
        cmocka_unit_test(test_who_sits_there_has_a_name),
        cmocka_unit_test(test_contact_is_lost_after_a_while),
        cmocka_unit_test(test_what_was_completed_can_be_picked),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

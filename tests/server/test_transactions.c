// POST /api/v1/transactions against the whole server: the three forms of the
// body, one bad record among good ones, who may, what is kept of a code, and
// what the report then says.
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "support/check.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <stdlib.h>

static struct made_server server;
static char office_key[65], feed_key[65];
// When what is made here ended: an hour ago, to the second, so that the same
// one said twice is the same; and the day of that.
static int64_t end;
static char today[DATE_ISO_SIZE];

static int start(void **state)
{
    (void)state;
    made_server_start(&server, NULL);
    made_server_key(&server, "office", office_key);
    made_server_key(&server, "feed", feed_key);
    end = (clock_wall_ms() / 1000 - 3600) * 1000;
    date_format_iso(date_day_of_wall_ms(end), today);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void post(const char *key, const char *type, const char *body,
                 struct answer *answer)
{
    ask(server.port,
        &(struct ask){.path = "/api/v1/transactions",
                      .token = key,
                      .type = type,
                      .body = body,
                      .size = strlen(body)},
        answer);
}

// A transaction of counter 3 that ended an hour ago, after ten minutes; `more`
// are further members, each with its comma before.
static const char *made(const char *code, const char *more)
{
    static char texts[4][512];
    static int next;
    char *text = texts[next++ % 4];
    char queued[CLOCK_ISO_SIZE], called[CLOCK_ISO_SIZE], done[CLOCK_ISO_SIZE];
    clock_format(end - 600 * 1000, queued);
    clock_format(end - 300 * 1000, called);
    clock_format(end, done);
    snprintf(text, sizeof texts[0],
             "{\"transaction\":\"%s\",\"counter\":\"3\",\"queued_at\":\"%s\","
             "\"called_at\":\"%s\",\"done_at\":\"%s\"%s}",
             code, queued, called, done, more);
    return text;
}

static void expect_counts(const struct answer *answer, int stored, int already,
                          int replaced, int invalid)
{
    const struct {
        const char *key;
        int count;
    } counts[] = {{"stored", stored},
                  {"already", already},
                  {"replaced", replaced},
                  {"invalid", invalid}};
    assert_int_equal(answer->status, 200);
    json_t *object = answer_object(answer);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        int64_t count = -1;
        assert_true(json_get_int(object, counts[i].key, &count));
        assert_int_equal(count, counts[i].count);
    }
    json_decref(object);
}

// What the report of today says of all: so many transactions.
static int64_t reported(const char *key)
{
    struct answer answer = {0};
    char path[128];
    int64_t number = -1;
    snprintf(path, sizeof path, "/api/v1/reports/summary?from=%s&to=%s", today,
             today);
    ask(server.port, &(struct ask){.path = path, .token = office_key}, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    const json_t *total = json_object_get(object, "total");
    if (!json_get_int(total, key, &number)) {
        json_get_int(
            json_object_get(json_object_get(total, "waiting"), "called"), key,
            &number);
    }
    json_decref(object);
    answer_free(&answer);
    return number;
}

static void test_one(void **state)
{
    struct answer answer = {0};
    (void)state;
    assert_int_equal(reported("transactions"), -1);
    post(feed_key, "application/json", made("H24-1", ""), &answer);
    expect_counts(&answer, 1, 0, 0, 0);
    assert_holds(buf_text(&answer.body),
                 "\"results\":[{\"index\":0,\"status\":\"stored\"}]");
    post(feed_key, "application/json; charset=utf-8", made("h24-1 ", ""),
         &answer);
    expect_counts(&answer, 0, 1, 0, 0);
    post(feed_key, "application/json", made("H24-1", ",\"officer\":\"cb-07\""),
         &answer);
    expect_counts(&answer, 0, 0, 1, 0);
    assert_int_equal(reported("transactions"), 1);
    assert_int_equal(reported("known"), 1);
    assert_int_equal(reported("total_ms"), 300 * 1000);
    answer_free(&answer);
}

static void test_many_and_bad_ones_among_them(void **state)
{
    struct answer answer = {0};
    char body[4096];
    (void)state;
    snprintf(body, sizeof body,
             "{\"transactions\":[%s,{\"transaction\":\"H24-3\"},%s,7,%s]}",
             made("H24-2", ""), made("H24-4", ",\"citizen\":\"Nguyễn Văn A\""),
             made("H24-2", ""));
    post(feed_key, "application/json", body, &answer);
    expect_counts(&answer, 2, 1, 0, 2);
    assert_holds(buf_text(&answer.body),
                 "{\"index\":1,\"status\":\"invalid\",\"reason\":\"done_at: is "
                 "missing\"}");
    assert_holds(buf_text(&answer.body),
                 "{\"index\":3,\"status\":\"invalid\",\"reason\":\"is no "
                 "object\"},{\"index\":4,\"status\":\"already\"}");
    post(feed_key, "application/json", "{\"transactions\":[]}", &answer);
    expect_counts(&answer, 0, 0, 0, 0);
    answer_free(&answer);
}

static void test_lines(void **state)
{
    struct answer answer = {0};
    char body[4096];
    (void)state;
    snprintf(body, sizeof body, "%s\n\n{\"transaction\":\n%s\r\n%s",
             made("H24-5", ""), made("H24-5", ""), made("H24-6", ""));
    post(feed_key, "application/x-ndjson", body, &answer);
    expect_counts(&answer, 2, 1, 0, 1);
    assert_holds(buf_text(&answer.body),
                 "{\"index\":1,\"status\":\"invalid\",\"reason\":\"line 1");
    answer_free(&answer);
}

static void test_refused(void **state)
{
    static const struct {
        const char *type, *body;
        int status;
        const char *problem;
    } cases[] = {
        {"application/json", "", 422, "unreadable"},
        {"application/json", "[]", 422, "unreadable"},
        {"application/json", "{\"transactions\":7}", 422, "unreadable"},
        {"application/json", "{\"transaction\":\"T\"}", 422, "unreadable"},
        {"application/json", "{\"transaction\":\"T\",\"transaction\":\"U\"}",
         422, "unreadable"},
        {"text/csv", "a;b", 415, "media-type"},
    };
    struct answer answer = {0};
    struct buf body = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        post(feed_key, cases[i].type, cases[i].body, &answer);
        assert_int_equal(answer.status, cases[i].status);
    }
    buf_append_text(&body, "{\"transactions\":[0");
    for (int i = 0; i < 1000; i++) {
        buf_append_text(&body, ",0");
    }
    buf_append_text(&body, "]}");
    post(feed_key, "application/json", buf_text(&body), &answer);
    answer_is_problem(&answer, 413, "too-large");
    buf_clear(&body);
    for (int i = 0; i < 1001; i++) {
        buf_append_text(&body, "0\n");
    }
    post(feed_key, "application/x-ndjson", buf_text(&body), &answer);
    answer_is_problem(&answer, 413, "too-large");
    post(office_key, "application/json", made("T", ""), &answer);
    answer_is_problem(&answer, 403, "forbidden");
    post(NULL, "application/json", made("T", ""), &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    buf_free(&body);
    answer_free(&answer);
}

static bool holds(const char *name, const char *text)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", server.folder, name);
    return scratch_file_holds(path, text);
}

static void test_no_code_reaches_the_disk(void **state)
{
    struct answer answer = {0};
    char body[2048];
    (void)state;
    post(feed_key, "application/json", made("SECRET-4711", ""), &answer);
    expect_counts(&answer, 1, 0, 0, 0);
    // Of a month whose key was never here, too.
    snprintf(body, sizeof body,
             "{\"transaction\":\"SECRET-4712\",\"counter\":\"3\",\"done_at\":"
             "\"2024-03-01T09:00:00+07:00\"}");
    post(feed_key, "application/json", body, &answer);
    expect_counts(&answer, 1, 0, 0, 0);
    post(feed_key, "application/json", body, &answer);
    expect_counts(&answer, 0, 1, 0, 0);
    made_server_stop(&server);
    assert_true(server.database[0] != '/' || holds("office.db", "chung") ||
                holds("office.db", "transaction"));
    assert_false(holds("office.db", "SECRET"));
    assert_false(holds("office.db-wal", "SECRET"));
    made_server_restart(&server, NULL);
    // The key is still the same.
    post(feed_key, "application/json", made("SECRET-4711", ""), &answer);
    expect_counts(&answer, 0, 1, 0, 0);
    answer_free(&answer);
}

static void test_linked_keeps_the_code(void **state)
{
    static const char *const linked[] = {"--privacy", "linked", NULL};
    struct answer answer = {0};
    (void)state;
    made_server_stop(&server);
    made_server_restart(&server, linked);
    post(feed_key, "application/json", made("open-4713", ""), &answer);
    expect_counts(&answer, 1, 0, 0, 0);
    made_server_stop(&server);
    assert_true(server.database[0] != '/' || holds("office.db", "OPEN-4713"));
    made_server_restart(&server, NULL);
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_many_and_bad_ones_among_them),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_code_reaches_the_disk),
        cmocka_unit_test(test_linked_keeps_the_code),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

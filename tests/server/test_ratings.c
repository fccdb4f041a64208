// GET /api/v1/ratings and ratings.csv against the whole server: who may read
// single visits, and what of them leaves the server in either mode.
#include "common/clock.h"
#include "common/date.h"
#include "ledger/pseudonym.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/server_maker.h"
#include "support/tampering.h"
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

static const char TOKEN[] = "~TFuS5HZ-mAGjk0CfdrnrLd-udASwJkWC8YBA7RHec8g";
static const char *const ANONYMOUS[] = {NULL};
static const char *const LINKED[] = {"--privacy", "linked", NULL};

static struct made_server server;
static struct made_device device;
static char office_key[65];
static char days[64]; // from=…&to=…: yesterday to tomorrow

static void visit(int level, const char *transaction, const char *reason)
{
    struct record record;
    maker_visit(&device.ledger, level, &record);
    strcpy(record.counter, "=1+1"); // a counter's code may be anything
    if (transaction) {
        record.mode = RECORD_TRANSACTION;
        strcpy(record.transaction, transaction);
    }
    if (reason) {
        strcpy(record.reasons[record.reason_count++], reason);
        strcpy(record.reasons[record.reason_count++], "reason.low.2");
    }
    maker_write(&device.ledger, &record);
    maker_wait(&device.ledger, 1000);
}

// As if all that is held had come in an hour ago.
static void let_rounds_end(const char *const *options)
{
    struct sql *sql = NULL;
    char path[128];
    made_server_stop(&server);
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(tamper_run(sql, "UPDATE rounds SET quarter = quarter - 4"),
                     SQL_OK);
    sql_close(sql);
    made_server_restart(&server, options);
}

// A rating with two reasons, its duplicate, a walk-up visit that was declined.
static int start(void **state)
{
    struct answer answer = {0};
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    (void)state;
    made_server_start(&server, ANONYMOUS);
    made_device_enrol(&device, &server, "3");
    made_server_key(&server, "office", office_key);
    visit(2, TOKEN, "reason.low.1");
    visit(5, TOKEN, NULL);
    visit(0, NULL, NULL);
    made_device_send(&device, &server, 1, 3, 200, &answer);
    answer_free(&answer);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, from);
    date_format_iso(today + 1, to);
    snprintf(days, sizeof days, "from=%s&to=%s", from, to);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_device_free(&device);
    made_server_close(&server);
    return 0;
}

static void get(const char *path, const char *key, struct answer *answer)
{
    ask(server.port, &(struct ask){.path = path, .token = key}, answer);
}

static void get_csv(struct answer *answer)
{
    char path[128];
    snprintf(path, sizeof path, "/api/v1/ratings.csv?%s", days);
    get(path, office_key, answer);
    assert_int_equal(answer->status, 200);
}

static bool fits(const char *text, const char *pattern)
{
    regex_t expression;
    assert_int_equal(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB),
                     0);
    bool found = regexec(&expression, text, 0, NULL, 0) == 0;
    regfree(&expression);
    return found;
}

static const json_t *find_level(const json_t *object, int level)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(object, "ratings"), i, row)
    {
        if (json_integer_value(json_object_get(row, "level")) == level)
            return row;
    }
    fail_msg("no row of level %d", level);
    return NULL;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = "";
    json_get_text(object, key, &text);
    return text;
}

static void test_nothing_leaves_before_its_quarter_is_over(void **state)
{
    struct answer answer = {0};
    (void)state;
    get("/api/v1/ratings", office_key, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    // The quarter may have ended meanwhile; then all of them are there.
    size_t count = json_array_size(json_object_get(object, "ratings"));
    assert_true(count == 0 || count == 3);
    json_decref(object);
    answer_free(&answer);
    let_rounds_end(ANONYMOUS);
}

// Rows whose time is a quarter's beginning.
static size_t count_quarters(const json_t *object)
{
    size_t i, count = 0;
    json_t *row;
    int64_t at;
    json_array_foreach(json_object_get(object, "ratings"), i, row)
    {
        const char *text = text_of(row, "at");
        assert_true(clock_parse(text, strlen(text), &at));
        count += at % (15 * 60 * 1000) == 0;
    }
    return count;
}

static void test_anonymous_tells_no_time_and_no_transaction(void **state)
{
    struct answer answer = {0};
    (void)state;
    get("/api/v1/ratings", office_key, &answer);
    const char *body = answer.body.data;
    assert_null(strstr(body, TOKEN));
    assert_null(strstr(body, "transaction\":"));
    // The lines' own ids hold their time.
    for (size_t i = 0; i < device.ledger.count; i++)
        assert_null(strstr(body, device.ledger.lines[i].id));
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "privacy"), "anonymous");
    assert_int_equal(json_array_size(json_object_get(object, "ratings")), 3);
    assert_int_equal(count_quarters(object), 3);
    const json_t *first = find_level(object, 2);
    assert_true(json_is_true(json_object_get(first, "counted")));
    assert_true(json_is_null(json_object_get(first, "reason")));
    assert_string_equal(text_of(first, "outcome"), "rated");
    assert_string_equal(text_of(first, "channel"), "transaction");
    assert_string_equal(text_of(first, "counter"), "=1+1");
    const json_t *reasons = json_object_get(first, "reasons");
    assert_int_equal(json_array_size(reasons), 2);
    assert_string_equal(json_string_value(json_array_get(reasons, 0)),
                        "reason.low.1");
    const json_t *second = find_level(object, 5);
    assert_true(json_is_false(json_object_get(second, "counted")));
    assert_string_equal(text_of(second, "reason"), "duplicate");
    assert_string_equal(text_of(find_level(object, 0), "outcome"), "declined");
    json_decref(object);
    answer_free(&answer);
}

static void test_pages_go_on_where_they_were(void **state)
{
    struct answer answer = {0};
    char path[128] = "/api/v1/ratings?limit=1", seen[3][32];
    (void)state;
    for (int i = 0; i < 4; i++) {
        get(path, office_key, &answer);
        json_t *object = answer_object(&answer);
        const json_t *rows = json_object_get(object, "ratings");
        assert_int_equal(json_array_size(rows), i < 3);
        assert_int_equal(json_is_true(json_object_get(object, "more")), i < 3);
        if (i < 3)
            snprintf(seen[i], sizeof seen[i], "%s",
                     text_of(json_array_get(rows, 0), "id"));
        snprintf(path, sizeof path, "/api/v1/ratings?limit=1&after=%s",
                 text_of(object, "next"));
        json_decref(object);
    }
    assert_string_not_equal(seen[0], seen[1]);
    assert_string_not_equal(seen[1], seen[2]);
    assert_string_not_equal(seen[0], seen[2]);
    answer_free(&answer);
}

static void test_the_file_has_a_line_each_that_runs_nothing(void **state)
{
    struct answer answer = {0};
    (void)state;
    get_csv(&answer);
    assert_string_equal(answer_header(&answer, "Content-Type"),
                        "text/csv; charset=utf-8; header=present");
    assert_true(fits(answer_header(&answer, "Content-Disposition"),
                     "^attachment; filename=\"danh-gia_[0-9_-]*\\.csv\"$"));
    const char *body = answer.body.data;
    static const char names[] =
        "\ufeffid,at,quality,device,counter,field,procedure,step,officer,"
        "channel,outcome,level,reasons,counted,reason,flags\r\n";
    assert_memory_equal(body, names, sizeof names - 1);
    int lines = 0;
    for (const char *at = body; (at = strstr(at, "\r\n")); at += 2)
        lines++;
    assert_int_equal(lines, 4);
    assert_holds(body, ",\"'=1+1\",");
    assert_null(strstr(body, ",=1+1"));
    assert_holds(body, ",rated,2,reason.low.1 reason.low.2,1,,\r\n");
    assert_holds(body, ",rated,5,,0,duplicate,\r\n");
    assert_holds(body, ",walk-up,declined,,,1,,\r\n");
    assert_null(strstr(body, TOKEN));
    answer_free(&answer);
}

static void test_other_days_are_an_empty_file(void **state)
{
    struct answer answer = {0};
    (void)state;
    get("/api/v1/ratings.csv?from=2026-01-01&to=2026-01-31", office_key,
        &answer);
    assert_int_equal(answer.status, 200);
    assert_holds(answer.body.data, "flags\r\n");
    assert_null(strstr(strstr(answer.body.data, "\r\n") + 2, "\r\n"));
    answer_free(&answer);
}

static void test_mistakes_are_named(void **state)
{
    static const struct {
        const char *path, *what;
    } cases[] = {
        {"/api/v1/ratings?limit=0", "limit"},
        {"/api/v1/ratings?limit=1001", "limit"},
        {"/api/v1/ratings?limit=ten", "limit"},
        {"/api/v1/ratings?limit=1&limit=2", "limit"},
        {"/api/v1/ratings?after=yesterday", "after"},
        {"/api/v1/ratings.csv", "from, to"},
        {"/api/v1/ratings.csv?from=2026-11-01", "from, to"},
        {"/api/v1/ratings.csv?from=2026-11-01&to=2026-11-31", "2026-11-31"},
        {"/api/v1/ratings.csv?from=2026-11-02&to=2026-11-01", "from"}};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        get(cases[i].path, office_key, &answer);
        answer_is_problem(&answer, 400, "bad-request");
        assert_holds(answer.body.data, cases[i].what);
    }
    answer_free(&answer);
}

// More than one piece, to a reader who hangs up, and to one who stays.
static void test_a_long_file_comes_whole(void **state)
{
    enum { MORE = 1200 };
    struct answer answer = {0};
    struct talk talk;
    char request[512];
    (void)state;
    for (int i = 0; i < MORE; i++)
        maker_rate(&device.ledger, 4);
    for (int i = 0; i < MORE; i += 400)
        made_device_send(&device, &server, 4 + i, 3 + i + 400, 200, &answer);
    let_rounds_end(ANONYMOUS);
    talk_open(&talk, server.port);
    snprintf(request, sizeof request,
             "GET /api/v1/ratings.csv?%s HTTP/1.1\r\nHost: x\r\n"
             "Authorization: Bearer %s\r\n\r\n",
             days, office_key);
    talk_say(&talk, request);
    talk_close(&talk);
    get_csv(&answer);
    int lines = 0;
    for (const char *at = answer.body.data; (at = strstr(at, "\r\n")); at += 2)
        lines++;
    assert_int_equal(lines, 1 + 3 + MORE);
    answer_free(&answer);
}

static void test_linked_tells_time_and_transaction(void **state)
{
    struct answer answer = {0};
    (void)state;
    made_server_stop(&server);
    made_server_restart(&server, LINKED);
    get("/api/v1/ratings?limit=3", office_key, &answer);
    json_t *object = answer_object(&answer);
    assert_string_equal(text_of(object, "privacy"), "linked");
    assert_string_equal(text_of(find_level(object, 5), "transaction"), TOKEN);
    assert_int_equal(count_quarters(object), 0);
    json_decref(object);
    get_csv(&answer);
    assert_holds(answer.body.data, ",reason,transaction,flags\r\n");
    assert_holds(answer.body.data, ",1,,~TFuS5HZ");
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_leaves_before_its_quarter_is_over),
        cmocka_unit_test(test_anonymous_tells_no_time_and_no_transaction),
        cmocka_unit_test(test_pages_go_on_where_they_were),
        cmocka_unit_test(test_the_file_has_a_line_each_that_runs_nothing),
        cmocka_unit_test(test_other_days_are_an_empty_file),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_linked_tells_time_and_transaction),
        cmocka_unit_test(test_a_long_file_comes_whole)};
    return cmocka_run_group_tests(tests, start, stop);
}

// GET /api/v1/reports/summary against the whole server.
#include "common/clock.h"
#include "common/date.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct made_server server;
static char office_key[65], leader_key[65], feed_key[65];
static char days[64]; // from=…&to=…: yesterday and today

// Counter 3: 7 ratings of 5, one of 4, one of 3, one of 1, and a declined
// visit. Counter 4: two ratings of 5.
static int start(void **state)
{
    static const int levels[] = {5, 5, 5, 5, 5, 5, 5, 4, 3, 1, 0};
    struct made_device third, fourth;
    struct answer answer = {0};
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&third, &server, "3");
    made_device_enrol(&fourth, &server, "4");
    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        maker_rate(&third.ledger, levels[i]);
    }
    for (int i = 0; i < 2; i++) {
        struct record record;
        maker_visit(&fourth.ledger, 5, &record);
        strcpy(record.counter, "4");
        strcpy(record.field, i > 0 ? "chung-thuc" : "xa-la");
        strcpy(record.officer, i > 0 ? "cb-07" : "cb-08");
        maker_write(&fourth.ledger, &record);
    }
    made_device_send(&third, &server, 1, 11, 200, &answer);
    made_device_send(&fourth, &server, 1, 2, 200, &answer);
    made_server_person(&server, "binh", "officer", "cb-07");
    made_server_key(&server, "office", office_key);
    made_server_key(&server, "leader", leader_key);
    made_server_key(&server, "feed", feed_key);
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, from);
    date_format_iso(today + 1, to);
    snprintf(days, sizeof days, "from=%s&to=%s", from, to);
    answer_free(&answer);
    made_device_free(&third);
    made_device_free(&fourth);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void get(const char *key, const char *query, struct answer *answer)
{
    char path[256];
    snprintf(path, sizeof path, "/api/v1/reports/summary?%s", query);
    ask(server.port, &(struct ask){.path = path, .token = key}, answer);
}

static int64_t number_of(const json_t *object, const char *key)
{
    int64_t number = -1;
    assert_true(json_get_int(object, key, &number));
    return number;
}

// The row of this key, or NULL.
static const json_t *row_of(const json_t *object, const char *key)
{
    size_t i;
    json_t *row;
    const char *found;
    json_array_foreach(json_object_get(object, "rows"), i, row)
    {
        if (json_get_text(row, "key", &found) && strcmp(found, key) == 0) {
            return row;
        }
    }
    return NULL;
}

static void test_the_office_reads_the_figures(void **state)
{
    static const int levels[5] = {1, 0, 1, 1, 9};
    struct answer answer = {0};
    const char *text;
    (void)state;
    get(office_key, days, &answer);
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer_header(&answer, "Content-Type"),
                        "application/json");
    json_t *object = answer_object(&answer);
    const json_t *total = json_object_get(object, "total");
    assert_int_equal(number_of(total, "rated"), 12);
    assert_int_equal(number_of(total, "satisfied"), 10);
    assert_int_equal(number_of(total, "declined"), 1);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(json_integer_value(json_array_get(
                             json_object_get(total, "levels"), (size_t)i)),
                         levels[i]);
    }
    // 10 of 12 = 83,33…
    assert_true(json_get_text(total, "sat_text", &text));
    assert_non_null(strstr(text, "83,3"));
    json_decref(object);
    answer_free(&answer);
}

static void test_small_rows_are_for_the_office_alone(void **state)
{
    char query[128];
    struct answer answer = {0};
    (void)state;
    snprintf(query, sizeof query, "%s&by=counter", days);
    get(office_key, query, &answer);
    json_t *object = answer_object(&answer);
    assert_non_null(row_of(object, "3"));
    assert_int_equal(
        json_array_size(json_object_get(row_of(object, "4"), "levels")), 5);
    json_decref(object);
    get(leader_key, query, &answer);
    assert_int_equal(answer.status, 200);
    object = answer_object(&answer);
    assert_int_equal(
        json_array_size(json_object_get(row_of(object, "3"), "levels")), 5);
    assert_true(json_is_null(json_object_get(row_of(object, "4"), "levels")));
    json_decref(object);
    answer_free(&answer);
}

// Counter 4 has two ratings of 5; nobody stands at 5.
static void test_a_part(void **state)
{
    char query[160];
    const char *text;
    struct answer answer = {0};
    (void)state;
    snprintf(query, sizeof query, "%s&by=channel&counter=4", days);
    get(office_key, query, &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    assert_int_equal(number_of(json_object_get(object, "total"), "rated"), 2);
    assert_int_equal(number_of(row_of(object, "walk-up"), "rated"), 2);
    assert_int_equal(json_array_size(json_object_get(object, "rows")), 1);
    assert_true(
        json_get_text(json_object_get(object, "filter"), "counter", &text));
    assert_string_equal(text, "4");
    json_decref(object);
    snprintf(query, sizeof query, "%s&by=counter&counter=5", days);
    get(office_key, query, &answer);
    assert_int_equal(answer.status, 200);
    object = answer_object(&answer);
    assert_int_equal(number_of(json_object_get(object, "total"), "rated"), 0);
    assert_int_equal(json_array_size(json_object_get(object, "rows")), 0);
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(object, "filter_unknown"), 0)),
                        "counter");
    json_decref(object);
    // A leader gets no levels of two ratings, whatever they are called.
    snprintf(query, sizeof query, "%s&counter=4", days);
    get(leader_key, query, &answer);
    object = answer_object(&answer);
    assert_true(json_is_null(
        json_object_get(json_object_get(object, "total"), "levels")));
    json_decref(object);
    answer_free(&answer);
}

static void test_names_of_ten_kilobytes(void **state)
{
    static char path[10400] =
        "/api/v1/reports/summary?period=duong-lich:2026&counter=";
    struct answer answer = {0};
    (void)state;
    memset(path + strlen(path), 'x', 10240);
    ask(server.port, &(struct ask){.path = path, .token = office_key}, &answer);
    assert_true(answer.status == 400 || answer.status == 414 ||
                answer.status == 431);
    answer_free(&answer);
}

static void test_csv_and_text(void **state)
{
    char query[128];
    struct answer answer = {0};
    (void)state;
    snprintf(query, sizeof query, "%s&by=counter&format=csv", days);
    get(office_key, query, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(answer_header(&answer, "Content-Type"), "text/csv"));
    assert_memory_equal(answer.body.data, "\xef\xbb\xbf", 3);
    get(leader_key, query, &answer);
    assert_int_equal(answer.status, 200);
    snprintf(query, sizeof query, "%s&format=text", days);
    get(leader_key, query, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(buf_text(&answer.body), "83,3"));
    answer_free(&answer);
}

static void test_documents(void **state)
{
    static const struct {
        const char *format, *type, *begins;
    } cases[] = {
        {"pdf", "application/pdf", "%PDF-1.5"},
        {"xlsx",
         "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "PK\003\004"}};
    char query[128];
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(query, sizeof query, "%s&report=R4&format=%s", days,
                 cases[i].format);
        get(leader_key, query, &answer);
        assert_int_equal(answer.status, 200);
        assert_string_equal(answer_header(&answer, "Content-Type"),
                            cases[i].type);
        assert_memory_equal(answer.body.data, cases[i].begins,
                            strlen(cases[i].begins));
    }
    answer_free(&answer);
}

static void test_it_needs_a_key_of_the_right_role(void **state)
{
    struct answer answer = {0};
    (void)state;
    get(NULL, days, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    get("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        days, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    get(feed_key, days, &answer);
    answer_is_problem(&answer, 403, "forbidden");
    answer_free(&answer);
}

static void test_a_revoked_key_is_no_key(void **state)
{
    struct answer answer = {0};
    char key[65], path[64];
    (void)state;
    made_server_admin(&server, "/admin/v1/keys",
                      "{\"role\":\"leader\",\"name\":\"Chủ tịch\"}", &answer);
    json_t *object = answer_object(&answer);
    assert_true(json_copy_text(object, "key", key, sizeof key));
    snprintf(path, sizeof path, "/admin/v1/keys/%lld/revoke",
             (long long)number_of(object, "id"));
    json_decref(object);
    get(key, days, &answer);
    assert_int_equal(answer.status, 200);
    made_server_admin(&server, path, "{}", &answer);
    assert_int_equal(answer.status, 200);
    get(key, days, &answer);
    answer_is_problem(&answer, 401, "unauthorized");
    answer_free(&answer);
}

static void test_wrong_questions_are_named(void **state)
{
    static const char *const queries[] = {
        "",
        "from=2026-11-01",
        "period=sometime",
        "period=hanh-chinh:2026-13",
        "from=2026-11-31&to=2026-12-01",
        "from=2026-12-01&to=2026-11-01",
        "period=duong-lich:2026&from=2026-01-01&to=2026-01-02",
        "period=duong-lich:2026&by=colour",
        "period=duong-lich:2026&format=docx",
        "period=duong-lich:2026&report=R12",
        "period=duong-lich:2026&report=R2&by=hour",
        "period=duong-lich:2026&period=duong-lich:2025",
        "period=duong-lich:2026%00",
        "period=duong-lich:2900",
        "from=2000-01-01&to=2100-01-01",
        "from=2026-02-29&to=2026-03-01",
        "period=duong-lich:2026&counter=3%00",
        "period=duong-lich:2026&counter=%ff",
        "period=duong-lich:2026&counter=3%0A4",
        "period=duong-lich:2026&counter=3&counter=4",
        "period=duong-lich:2026&counter=3&field=a&step=b",
        "period=duong-lich:2026&procedure=1&by=officer",
        "period=duong-lich:2026&procedure=1&officer=b",
        "period=duong-lich:2026&report=R8&counter=3",
        "period"};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        get(office_key, queries[i], &answer);
        answer_is_problem(&answer, 400, "bad-request");
    }
    answer_free(&answer);
}

static void test_an_empty_period_is_a_report(void **state)
{
    struct answer answer = {0};
    (void)state;
    get(office_key, "period=hanh-chinh:2020-Q1&by=month", &answer);
    assert_int_equal(answer.status, 200);
    json_t *object = answer_object(&answer);
    const json_t *total = json_object_get(object, "total");
    assert_int_equal(number_of(total, "rated"), 0);
    assert_true(json_is_null(json_object_get(total, "sat")));
    json_decref(object);
    answer_free(&answer);
}

// A field by the unit's name for it; else the code.
static void test_rows_are_called_by_their_names(void **state)
{
    static const struct {
        const char *by, *key, *label;
    } rows[] = {{"field", "chung-thuc", "Chứng thực"},
                {"field", "xa-la", "xa-la"}};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char query[128];
        const char *label;
        snprintf(query, sizeof query, "%s&by=%s", days, rows[i].by);
        get(office_key, query, &answer);
        json_t *object = answer_object(&answer);
        assert_true(
            json_get_text(row_of(object, rows[i].key), "label", &label));
        assert_string_equal(label, rows[i].label);
        json_decref(object);
    }
    answer_free(&answer);
}

// Who was rated today can be guessed: an officer's row is told a day later.
static void test_an_officers_fresh_ratings_are_told_to_nobody(void **state)
{
    char query[128];
    struct answer answer = {0};
    (void)state;
    snprintf(query, sizeof query, "%s&by=officer", days);
    get(office_key, query, &answer);
    json_t *object = answer_object(&answer);
    assert_int_equal(json_array_size(json_object_get(object, "rows")), 0);
    json_decref(object);
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_office_reads_the_figures),
        cmocka_unit_test(test_small_rows_are_for_the_office_alone),
        cmocka_unit_test(test_a_part),
        cmocka_unit_test(test_names_of_ten_kilobytes),
        cmocka_unit_test(test_csv_and_text),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_it_needs_a_key_of_the_right_role),
        cmocka_unit_test(test_a_revoked_key_is_no_key),
        cmocka_unit_test(test_wrong_questions_are_named),
        cmocka_unit_test(test_an_empty_period_is_a_report),
        cmocka_unit_test(test_rows_are_called_by_their_names),
        cmocka_unit_test(test_an_officers_fresh_ratings_are_told_to_nobody),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

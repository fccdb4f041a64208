// The public board over HTTP: for everybody, in a frame only of whom the
// configuration names, off when the Office says so; and an officer's own.
#include "common/clock.h"
#include "common/date.h"
#include "office/publish.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/server_maker.h"
#include "support/tampering.h"
#include <stdio.h>

static struct made_server server;
static struct made_session officer, office;

static void tell(int kind, const char *key, int high)
{
    static const char *const none[] = {"SELECT 1"};
    static int step;
    char path[128], script[512];
    struct sql *sql = NULL;
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    snprintf(path, sizeof path, "%s", server.database);
    assert_int_equal(database_open(path, SQL_WRITER, none, 1, &sql), SQL_OK);
    snprintf(script, sizeof script,
             "INSERT INTO published_steps (step_no, at, kind, month, key,"
             " to_day, level_1, level_2, level_3, level_4, level_5,"
             " offered_rated)"
             " VALUES (%d, 1, %d, %d, '%s', %d, 1, 0, 0, 0, %d, 0)",
             ++step, kind, (int)publish_month_of(today - PUBLISH_AGE_DAYS), key,
             (int)today - PUBLISH_AGE_DAYS, high);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

static int start(void **state)
{
    (void)state;
    made_server_start(
        &server,
        (const char *[]){"--frame-ancestors",
                         "https://phuong.example https://*.example:8443",
                         "--device-rate", "0", NULL});
    made_server_person(&server, "binh", "officer", "cb-07");
    made_server_person(&server, "an", "office", "");
    made_server_sign_in(&server, "binh", &officer);
    made_server_sign_in(&server, "an", &office);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void get(const char *path, const char *headers, struct answer *answer)
{
    ask(server.port, &(struct ask){.path = path, .headers = headers}, answer);
}

static void expect_ancestors(const char *path, const char *ancestors)
{
    struct answer answer = {0};
    get(path, NULL, &answer);
    assert_int_equal(answer.status, 200);
    const char *policy = answer_header(&answer, "Content-Security-Policy");
    assert_non_null(policy);
    policy = strstr(policy, "frame-ancestors ");
    assert_non_null(policy);
    assert_string_equal(policy + strlen("frame-ancestors "), ancestors);
    answer_free(&answer);
}

static void test_only_named_sites_frame_only_the_board(void **state)
{
    (void)state;
    expect_ancestors("/cong-khai?embed=1",
                     "https://phuong.example https://*.example:8443");
    expect_ancestors("/cong-khai", "'none'");
    expect_ancestors("/cong-khai?tv=1", "'none'");
    expect_ancestors("/dang-nhap?embed=1", "'none'");
}

static void test_a_header_takes_nothing_but_sites(void **state)
{
    static const char *const wrong[] = {"phuong.example",
                                        "https://phuong.example; script-src *",
                                        "https://phuong.example/path",
                                        "*",
                                        "https://a.example,https://b",
                                        "https://a.example  https://b.example",
                                        "'self'"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(
            made_server_try(
                &server, (const char *[]){"--frame-ancestors", wrong[i], NULL}),
            2);
}

static void test_everybody_reads_what_was_told(void **state)
{
    struct answer answer = {0};
    char etag[128], header[160];
    (void)state;
    get("/api/v1/public/summary", NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_null(strstr(buf_text(&answer.body), "\"rated\""));
    tell(0, "chung-thuc", 39);
    tell(2, "cb-07", 46);
    get("/api/v1/public/summary", NULL, &answer);
    assert_holds(buf_text(&answer.body), "\"rated\":40");
    assert_holds(buf_text(&answer.body), "\"sat\":97.5");
    assert_null(strstr(buf_text(&answer.body), "cb-07"));
    snprintf(etag, sizeof etag, "%s", answer_header(&answer, "ETag"));
    snprintf(header, sizeof header, "If-None-Match: %s\r\n", etag);
    get("/api/v1/public/summary", header, &answer);
    assert_int_equal(answer.status, 304);
    answer_free(&answer);
}

static void test_an_officer_reads_their_own_alone(void **state)
{
    struct answer answer = {0};
    (void)state;
    get("/api/v1/results/mine", officer.headers, &answer);
    assert_int_equal(answer.status, 200);
    // 46 of 47 = 97,87 %.
    assert_holds(buf_text(&answer.body), "\"rated_from\":45,\"sat\":98");
    get("/api/v1/results/mine", office.headers, &answer);
    answer_is_problem(&answer, 403, "forbidden");
    answer_free(&answer);
}

static void test_the_office_switches_it_off(void **state)
{
    static const char body[] =
        "{\"version\":0,\"body\":{\"on\":false,\"title\":{\"vi\":\"a\","
        "\"en\":\"b\"},\"levels\":true,\"fields\":true,\"coverage\":true,"
        "\"waiting\":true,\"turn_s\":20}}";
    struct answer answer = {0};
    (void)state;
    ask(server.port,
        &(struct ask){.method = "PUT",
                      .path = "/api/v1/settings/board",
                      .headers = office.headers,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        &answer);
    assert_int_equal(answer.status, 200);
    get("/api/v1/public/summary", NULL, &answer);
    assert_string_equal(buf_text(&answer.body), "{\"on\":false}");
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_named_sites_frame_only_the_board),
        cmocka_unit_test(test_a_header_takes_nothing_but_sites),
        cmocka_unit_test(test_everybody_reads_what_was_told),
        cmocka_unit_test(test_an_officer_reads_their_own_alone),
        cmocka_unit_test(test_the_office_switches_it_off)};
    return cmocka_run_group_tests(tests, start, stop);
}

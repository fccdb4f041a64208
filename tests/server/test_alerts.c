// Alerts over HTTP: opened by what a counter sends, read by office and leader,
// acknowledged once.
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <time.h>

static struct made_server server;
static struct made_session office, leader;

static int start(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_server_start(&server, NULL);
    made_server_person(&server, "an", "office", "");
    made_server_person(&server, "lan", "leader", "");
    made_device_enrol(&device, &server, "3");
    for (int i = 0; i < 12; i++)
        maker_rate(&device.ledger, i < 8 ? 1 : 5);
    made_device_send(&device, &server, 1, 12, 200, &answer);
    // It looks when it starts, and once a minute.
    made_server_stop(&server);
    made_server_restart(&server, NULL);
    made_server_sign_in(&server, "an", &office);
    made_server_sign_in(&server, "lan", &leader);
    answer_free(&answer);
    made_device_free(&device);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void get(const char *path, struct answer *answer)
{
    ask(server.port, &(struct ask){.path = path, .headers = leader.headers},
        answer);
}

static void acknowledge(const char *id, const struct made_session *who,
                        const char *body, struct answer *answer)
{
    char path[96];
    snprintf(path, sizeof path, "/api/v1/alerts/%s/acknowledge", id);
    ask(server.port,
        &(struct ask){.path = path,
                      .headers = who->headers,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        answer);
}

static void test_low_ratings_open_one(void **state)
{
    const struct timespec part = {.tv_nsec = 50 * 1000 * 1000};
    struct answer answer = {0};
    (void)state;
    for (int i = 0; i < 1200; i++) {
        get("/api/v1/alerts", &answer);
        if (strstr(buf_text(&answer.body), "\"open\":2"))
            break;
        nanosleep(&part, NULL);
    }
    // 8 of 12: the counter, and with it the unit.
    const char *body = buf_text(&answer.body);
    assert_holds(body, "\"open\":2");
    assert_holds(body, "\"kind\":\"low-share\",\"subject\":\"3\"");
    assert_holds(body, "\"low\":8,\"rated\":12,\"percent\":20");
    get("/api/v1/alerts?state=ended", &answer);
    assert_string_equal(buf_text(&answer.body), "{\"open\":2,\"alerts\":[]}");
    get("/api/v1/alerts?limit=0", &answer);
    assert_string_equal(buf_text(&answer.body), "{\"open\":2,\"alerts\":[]}");
    get("/api/v1/alerts?below=2", &answer);
    assert_null(strstr(buf_text(&answer.body), "\"id\":2"));
    answer_free(&answer);
}

static void test_wrong_questions_are_named(void **state)
{
    static const char *const paths[] = {
        "/api/v1/alerts?state=x", "/api/v1/alerts?limit=201",
        "/api/v1/alerts?limit=-1", "/api/v1/alerts?below=0",
        "/api/v1/alerts?below=1x"};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        get(paths[i], &answer);
        answer_is_problem(&answer, 400, "bad-request");
    }
    answer_free(&answer);
}

static void test_one_person_acknowledges(void **state)
{
    static const char good[] = "{\"comment\":\"Đã gọi kỹ thuật\"}";
    static const char *const bad[] = {"{}", "{\"comment\":\" \\n\"}",
                                      "{\"comment\":7}"};
    struct answer answer = {0};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        acknowledge("1", &office, bad[i], &answer);
        answer_is_problem(&answer, 422, "unreadable");
    }
    acknowledge("999", &office, good, &answer);
    answer_is_problem(&answer, 404, "not-found");
    acknowledge("1x", &office, good, &answer);
    answer_is_problem(&answer, 404, "not-found");
    acknowledge("1", &office, good, &answer);
    assert_int_equal(answer.status, 204);
    acknowledge("1", &leader, good, &answer);
    answer_is_problem(&answer, 409, "there");
    get("/api/v1/alerts?below=2", &answer);
    assert_holds(buf_text(&answer.body), "\"by\":\"user an\"");
    assert_holds(buf_text(&answer.body), "Đã gọi kỹ thuật");
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_low_ratings_open_one),
        cmocka_unit_test(test_wrong_questions_are_named),
        cmocka_unit_test(test_one_person_acknowledges)};
    return cmocka_run_group_tests(tests, start, stop);
}

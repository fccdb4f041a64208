// Issuing reports, paper forms and the nine indices against the whole server.
#include "common/clock.h"
#include "common/date.h"
#include "support/one_day.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct made_server server;
static char office_key[65];
static char today[DATE_ISO_SIZE];

static int start(void **state)
{
    (void)state;
    one_day_for(60);
    made_server_start(&server, NULL);
    made_server_key(&server, "office", office_key);
    date_format_iso(date_day_of_wall_ms(clock_wall_ms()), today);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    made_server_close(&server);
    return 0;
}

static void ask_office(const char *method, const char *path, const char *body,
                       int status, struct answer *answer)
{
    answer_free(answer);
    ask(server.port,
        &(struct ask){.method = method,
                      .path = path,
                      .token = office_key,
                      .type = body ? "application/json" : NULL,
                      .body = body,
                      .size = body ? strlen(body) : 0},
        answer);
    if (answer->status != status)
        fail_msg("%s %s: %d %s", method, path, answer->status,
                 buf_text(&answer->body));
}

static void issue(const char *more, int status, struct answer *answer)
{
    char body[200];
    snprintf(body, sizeof body,
             "{\"report\":\"R1\",\"from\":\"%s\",\"to\":\"%s\"%s}", today,
             today, more);
    ask_office("POST", "/api/v1/reports/issued", body, status, answer);
}

static void must_hold(const struct answer *answer, const char *part)
{
    if (!strstr(buf_text(&answer->body), part))
        fail_msg("\"%s\" does not hold \"%s\"", buf_text(&answer->body), part);
}

// Issued twice with a rating between: the second says what it replaces, and the
// first stays to the byte.
static void test_an_issued_report_stays(void **state)
{
    struct made_device device;
    struct answer answer = {0};
    struct buf first = {0};
    (void)state;
    made_device_enrol(&device, &server, "3");
    issue(",\"number\":\"07/BC-UBND\"", 201, &answer);
    must_hold(&answer, "\"restates\":null");
    must_hold(&answer, "\"restatement\":0");
    ask_office("GET", "/api/v1/reports/issued/1", NULL, 200, &answer);
    buf_append(&first, answer.body.data, answer.body.size);
    maker_rate(&device.ledger, 5);
    made_device_send(&device, &server, 1, 1, 200, &answer);
    issue("", 201, &answer);
    must_hold(&answer, "\"issue\":2");
    must_hold(&answer, "\"restates\":1");
    must_hold(&answer, "\"restatement\":1");
    ask_office("GET", "/api/v1/reports/issued/2", NULL, 200, &answer);
    must_hold(&answer, "\"restatement\":{\"number\":1");
    ask_office("GET", "/api/v1/reports/issued/1", NULL, 200, &answer);
    assert_string_equal(buf_text(&answer.body), buf_text(&first));
    ask_office("GET", "/api/v1/reports/issued/2?format=text", NULL, 200,
               &answer);
    must_hold(&answer, "BÁO CÁO MỨC ĐỘ HÀI LÒNG");
    ask_office("GET", "/api/v1/reports/issued", NULL, 200, &answer);
    must_hold(&answer, "\"number\":\"07/BC-UBND\"");
    buf_free(&first);
    answer_free(&answer);
    made_device_free(&device);
}

static void test_what_cannot_be_issued(void **state)
{
    struct answer answer = {0};
    (void)state;
    ask_office("POST", "/api/v1/reports/issued", "{\"period\":\"x\"}", 422,
               &answer);
    must_hold(&answer, "report: is missing");
    ask_office("POST", "/api/v1/reports/issued",
               "{\"report\":\"R1\",\"from\":\"2026-11-02\","
               "\"to\":\"2026-11-01\"}",
               422, &answer);
    must_hold(&answer, "is after");
    ask_office("POST", "/api/v1/reports/issued",
               "{\"report\":\"R6\",\"period\":\"duong-lich:2026\"}", 422,
               &answer);
    must_hold(&answer, "is never kept");
    ask_office("GET", "/api/v1/reports/issued/99", NULL, 404, &answer);
    ask_office("GET", "/api/v1/reports/issued/1x", NULL, 404, &answer);
    ask_office("GET", "/api/v1/reports/issued/1?format=docx", NULL, 400,
               &answer);
    answer_free(&answer);
}

static void test_a_document_by_its_name(void **state)
{
    struct answer answer = {0};
    (void)state;
    ask_office("GET", "/api/v1/reports/R7?period=duong-lich:2026", NULL, 200,
               &answer);
    must_hold(&answer, "\"sections\":[{\"key\":\"factors\"");
    ask_office("GET", "/api/v1/reports/R11?period=duong-lich:2026", NULL, 404,
               &answer);
    must_hold(&answer, "one of R1 R2");
    ask_office("GET",
               "/api/v1/reports/summary?period=duong-lich:2026&report=R7", NULL,
               400, &answer);
    must_hold(&answer, "ask /api/v1/reports/R7");
    ask_office("GET", "/api/v1/questionnaires", NULL, 200, &answer);
    must_hold(&answer, "\"id\":\"tram-y-te\"");
    answer_free(&answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_issued_report_stays),
        cmocka_unit_test(test_what_cannot_be_issued),
        cmocka_unit_test(test_a_document_by_its_name),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

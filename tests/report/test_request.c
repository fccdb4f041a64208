// What may be asked, and the rules of a method as a file.
#include "common/file.h"
#include "common/json.h"
#include "report/report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_request_good(void **state)
{
    (void)state;
    struct buf message = {0};
    struct report_request request;
    const struct report_ask month = {.period = "hanh-chinh:2026-01",
                                     .by = "month"};
    assert_true(report_read_request(&month, &request, &message));
    assert_int_equal(request.by, REPORT_BY_MONTH);
    assert_int_equal(request.period.kind, PERIOD_OFFICIAL);
    const struct report_ask days = {.from = "2026-11-01", .to = "2026-11-23"};
    assert_true(report_read_request(&days, &request, &message));
    assert_int_equal(request.by, REPORT_BY_NONE);
    assert_int_equal(request.period.last - request.period.first, 22);
    buf_free(&message);
}

static void test_request_every_breakdown_has_its_name(void **state)
{
    (void)state;
    static const char *const NAMES[] = {
        "none",         "day",       "month",  "counter", "officer",
        "field",        "procedure", "device", "hour",    "weekday",
        "hour-of-week", "step",      "channel"};
    assert_int_equal(sizeof NAMES / sizeof NAMES[0], REPORT_BY_COUNT);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        enum report_by by;
        assert_true(report_parse_by(NAMES[i], &by));
        assert_string_equal(report_by_name(by), NAMES[i]);
    }
}

static void test_request_narrows(void **state)
{
    (void)state;
    struct buf message = {0};
    struct report_request request;
    struct report_ask ask = {.period = "duong-lich:2026", .by = "field"};
    ask.filter[REPORT_BY_COUNTER] = "3";
    assert_true(report_read_request(&ask, &request, &message));
    assert_int_equal(request.filter.count, 1);
    assert_int_equal(request.filter.parts[0].by, REPORT_BY_COUNTER);
    assert_string_equal(request.filter.parts[0].key, "3");
    // As records hold a code: NFC. Here "ộ" comes in three parts.
    ask.by = "month";
    ask.filter[REPORT_BY_FIELD] = "h\x6f\xcc\xa3\xcc\x82";
    assert_true(report_read_request(&ask, &request, &message));
    assert_int_equal(request.filter.count, 2);
    assert_string_equal(request.filter.parts[1].key, "hộ");
    // Those that name none.
    ask.filter[REPORT_BY_FIELD] = "";
    assert_true(report_read_request(&ask, &request, &message));
    assert_string_equal(request.filter.parts[1].key, "");
    buf_free(&message);
}

static void test_request_refuses(void **state)
{
    (void)state;
    static const char longer[] =
        "0123456789012345678901234567890123456789012345678901234567890123";
    char huge[10240];
    memset(huge, 'x', sizeof huge - 1);
    huge[sizeof huge - 1] = '\0';
    const struct {
        struct report_ask ask;
        const char *why;
    } cases[] = {
        {{0}, "period: is missing"},
        {{.from = "2026-11-01"}, "to: is missing"},
        {{.to = "2026-11-01"}, "from: is missing"},
        {{.period = "duong-lich:2026", .to = "2026-11-01"}, "beside"},
        {{.period = "2026"}, "known kind"},
        {{.from = "2026-11-02", .to = "2026-11-01"}, "is after"},
        {{.period = "duong-lich:2026", .by = "colour"},
         "by \"colour\": is unknown; one of none day month"},
        {{.period = "duong-lich:2026", .by = ""}, "is unknown"},
        {{.period = "duong-lich:2026", .kind = "R9", .by = "field"},
         "by \"field\": R9 has tables of its own"},
        {{.period = "duong-lich:2026", .kind = "R11"}, "is unknown; one of R1"},
        {{.period = "duong-lich:2026", .kind = "r1"}, "is unknown; one of R1"},
        {{.period = "duong-lich:2026", .kind = "R4", .by = "field"},
         "by \"field\": R4 is by counter or officer"},
        {{.from = "2026-02-29", .to = "2026-03-01"}, "no day of the calendar"},
        {{.from = "1926-11-01", .to = "2026-11-01"}, "not within 2000"},
        {{.from = "2000-01-01", .to = "2100-01-01"}, "longer than a century"},
        {{.period = "duong-lich:2999"}, "begins on 2999-01-01, which is still"},
        {{.from = "2900-01-01", .to = "2900-01-02"}, "is still to come"},
        {{.period = "duong-lich:2026",
          .by = "officer",
          .filter[REPORT_BY_PROCEDURE] = "1.01"},
         "by \"officer\": no totals are kept of it beside procedure; possible "
         "are none day month counter field procedure"},
        {{.period = "duong-lich:2026",
          .filter =
              {[REPORT_BY_PROCEDURE] = "1.01", [REPORT_BY_OFFICER] = "cb-01"}},
         "beside officer and procedure; ask for one of the two alone"},
        {{.period = "duong-lich:2026",
          .by = "officer",
          .filter = {[REPORT_BY_COUNTER] = "3", [REPORT_BY_FIELD] = "x"}},
         "beside counter and field; possible are none day month counter field"},
        {{.period = "duong-lich:2026",
          .filter = {[REPORT_BY_COUNTER] = "3",
                     [REPORT_BY_FIELD] = "x",
                     [REPORT_BY_STEP] = "y"}},
         "step: is one too many"},
        {{.period = "duong-lich:2026", .filter[REPORT_BY_COUNTER] = longer},
         "counter: is longer than any code"},
        {{.period = "duong-lich:2026", .filter[REPORT_BY_COUNTER] = huge},
         "counter: is longer than any code"},
        {{.period = "duong-lich:2026", .filter[REPORT_BY_FIELD] = "a\nb"},
         "field: holds a control character"},
        {{.period = "duong-lich:2026", .filter[REPORT_BY_FIELD] = "\xff"},
         "field: is no UTF-8"},
        {{.period = "duong-lich:2026",
          .kind = "R8",
          .filter[REPORT_BY_COUNTER] = "3"},
         "counter: narrows nothing that R8 tells"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf message = {0};
        struct report_request request;
        assert_false(report_read_request(&cases[i].ask, &request, &message));
        assert_non_null(strstr(buf_text(&message), cases[i].why));
        buf_free(&message);
    }
}

// A report of its own says what it is broken down by.
static void test_request_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *kind, *by;
        enum report_by expected;
    } cases[] = {
        {"R1", NULL, REPORT_BY_NONE},
        {"R1", "month", REPORT_BY_MONTH},
        {"R2", "none", REPORT_BY_FIELD},
        {"R3", NULL, REPORT_BY_PROCEDURE},
        {"R4", "none", REPORT_BY_COUNTER},
        {"R4", "officer", REPORT_BY_OFFICER},
        {"R10", "device", REPORT_BY_DEVICE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf message = {0};
        struct report_request request;
        const struct report_ask ask = {.period = "duong-lich:2026",
                                       .kind = cases[i].kind,
                                       .by = cases[i].by};
        assert_true(report_read_request(&ask, &request, &message));
        assert_int_equal(request.by, cases[i].expected);
        assert_string_equal(report_kind_name(request.kind), cases[i].kind);
        buf_free(&message);
    }
}

// The counter's question set marks its satisfied levels too; a report that
// counted others would not be about that question.
static void test_method_agrees_with_the_question_set(void **state)
{
    (void)state;
    struct buf bytes = {0}, message = {0};
    struct report_method method;
    char why[JSON_MESSAGE_SIZE];
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &method, &message));
    assert_true(
        file_read(TEST_SOURCE "/assets/surveys/quay.json", 1 << 20, &bytes));
    json_t *survey = json_read(bytes.data, bytes.size, why);
    const json_t *levels = json_object_get(survey, "levels");
    assert_int_equal(json_array_size(levels), FIGURES_LEVELS);
    for (size_t i = 0; i < json_array_size(levels); i++) {
        const json_t *item = json_array_get(levels, i);
        int64_t level;
        bool satisfied;
        assert_true(json_get_int(item, "level", &level));
        assert_true(json_get_bool(item, "satisfied", &satisfied));
        assert_int_equal(method.rules.satisfied[level - 1], satisfied);
    }
    json_decref(survey);
    buf_free(&bytes);
    buf_free(&message);
}

static void test_method_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "line 1"},
        {"[]", "id:"},
        {"{\"id\":\"x\"}", "version:"},
        {"{\"id\":\"x\",\"version\":0}", "version:"},
        {"{\"id\":\"x\",\"version\":1,\"satisfied\":[0]}", "satisfied:"},
        {"{\"id\":\"x\",\"version\":1,\"satisfied\":[4,5],"
         "\"dissatisfied\":[4]}",
         "dissatisfied:"},
        {"{\"id\":\"x\",\"version\":1,\"satisfied\":[4,5],"
         "\"dissatisfied\":[1],\"targets\":[95.5]}",
         "targets:"},
        {"{\"id\":\"x\",\"version\":1,\"satisfied\":[4,5],"
         "\"dissatisfied\":[1],\"targets\":[95]}",
         "decimals:"},
    };
    char path[] = "/tmp/hailong-method-XXXXXX";
    int descriptor = mkstemp(path);
    assert_true(descriptor >= 0);
    close(descriptor);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf message = {0};
        struct report_method method;
        assert_true(
            file_replace(path, cases[i].text, strlen(cases[i].text), 0600));
        assert_false(report_method_load(path, &method, &message));
        assert_non_null(strstr(buf_text(&message), path));
        assert_non_null(strstr(buf_text(&message), cases[i].why));
        buf_free(&message);
    }
    unlink(path);
    struct buf message = {0};
    struct report_method method;
    assert_false(report_method_load(path, &method, &message));
    assert_non_null(strstr(buf_text(&message), "No such file"));
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_good),
        cmocka_unit_test(test_request_every_breakdown_has_its_name),
        cmocka_unit_test(test_request_narrows),
        cmocka_unit_test(test_request_refuses),
        cmocka_unit_test(test_request_kinds),
        cmocka_unit_test(test_method_agrees_with_the_question_set),
        cmocka_unit_test(test_method_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "common/json.h"
#include "support/sample_report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void write_document(const struct report *report, enum report_view view,
                           struct buf *out)
{
    struct i18n *texts = sample_texts();
    assert_true(report_write_json(report, texts, view, out));
    i18n_close(texts);
}

// The document as jansson reads it; the caller gives it back.
static json_t *written(const struct report *report, enum report_view view)
{
    struct buf out = {0};
    char message[JSON_MESSAGE_SIZE];
    write_document(report, view, &out);
    json_t *document = json_read(out.data, out.size, message);
    assert_non_null(document);
    buf_free(&out);
    return document;
}

static void make_sample(struct report *out)
{
    sample_report("hanh-chinh:2026-01", REPORT_BY_COUNTER, out);
    out->made_ms = INT64_C(1768410060000);
    out->complete =
        (struct report_complete){.devices = 2,
                                 .silent = 1,
                                 .missing = 3,
                                 .unanchored = 4,
                                 .unsent = 6,
                                 .silents = {{.name = "Máy 1",
                                              .counter = "3",
                                              .since = INT64_C(1768409940000),
                                              .unsent = 6}},
                                 .silent_count = 1,
                                 .oldest_contact = INT64_C(1768409940000),
                                 .data_as_of = INT64_C(1768410000000)};
    out->total.counts =
        (struct figures_counts){.levels = {1, 1, 1, 48, 52},
                                .declined = 5,
                                .timeout = 4,
                                .withdrawn = 3,
                                .offered = 60,
                                .offered_rated = 50,
                                .transactions = FIGURES_UNKNOWN};
    sample_row(out, "1", "1", (const int64_t[]){1, 1, 1, 47, 50});
    sample_row(out, "2", "2", (const int64_t[]){0, 0, 0, 1, 2});
}

static void test_json_head(void **state)
{
    (void)state;
    struct report report;
    make_sample(&report);
    json_t *document = written(&report, REPORT_VIEW_OFFICE);
    json_t *expected = json_pack(
        "{s{s:s,s:i,s:s,s:[i,i],s:[i,i],s:[i,i],s:i,s:[i,i],s:[i,i]}"
        " s{s:s,s:s,s:s,s:s,s:s} s:s s:n s:[] s:s s:s"
        " s{s:b,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:i,s:s,s:[{s:s,s:s,s:s,s:i}]} s:n "
        "s:n s:n s:[] s:[]}",
        "method", "id", "tai-quay", "version", 1, "name",
        "Tỷ lệ hài lòng tại quầy", "satisfied", 4, 5, "dissatisfied", 1, 2,
        "targets", 95, 98, "decimals", 1, "waiting_minutes", 13, 15, "timely",
        98, 100, "period", "kind", "hanh-chinh", "code", "2026-01", "from",
        "2025-12-15", "to", "2026-01-14", "label",
        "Tháng 01/2026, kỳ báo cáo hành chính: 15/12/2025 – 14/01/2026", "by",
        "counter", "filter", "filter_unknown", "made_at",
        "2026-01-15T00:01:00.000+07:00", "data_as_of",
        "2026-01-15T00:00:00.000+07:00", "complete", "complete", 0, "devices",
        2, "silent", 1, "never_seen", 0, "missing", 3, "flagged_devices", 0,
        "duplicates", 0, "unanchored", 4, "unsent", 6, "oldest_contact",
        "2026-01-14T23:59:00.000+07:00", "silent_devices", "name", "Máy 1",
        "counter", "3", "since", "2026-01-14T23:59:00.000+07:00", "unsent", 6,
        "report", "previous", "restatement", "withdrawals", "ledger");
    assert_non_null(expected);
    json_object_del(document, "total");
    json_object_del(document, "rows");
    assert_true(json_equal(document, expected));
    json_decref(expected);
    json_decref(document);
    report_free(&report);
}

// 97 of 100 satisfied with a known number of transactions, to the last key.
static void test_json_row(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    report.total.counts = (struct figures_counts){.levels = {1, 1, 1, 47, 50},
                                                  .declined = 5,
                                                  .timeout = 4,
                                                  .withdrawn = 3,
                                                  .offered = 100,
                                                  .offered_rated = 90,
                                                  .transactions = 160};
    report.total.service = (struct figures_service){
        // 10, 10, 13, 15,5 and 30 minutes: in all 78,5.
        .called = {.known = 5, .ms = 4710000, .within = 3, .median = 130},
        .before = 20,
        .on_time = 78,
        .late = 2};
    struct buf out = {0};
    write_document(&report, REPORT_VIEW_OTHERS, &out);
    assert_non_null(strstr(
        buf_text(&out),
        "\"total\":{\"key\":\"\",\"name\":\"\",\"label\":\"Tổng\","
        "\"sat_text\":\"97,0 %\",\"levels\":[1,1,1,47,50],\"rated\":100,"
        "\"satisfied\":97,\"sat\":97.0,\"neg\":2.0,\"wilson\":[91.55,98.97],"
        "\"bounds\":[60.6,98.1],"
        "\"verdict\":{\"95\":\"dat\",\"98\":\"chua-du-du-lieu\"},"
        "\"offered\":100,\"offered_rated\":90,\"declined\":5,\"timeout\":4,"
        "\"withdrawn\":3,\"transactions\":160,\"flagged\":0,"
        "\"marked\":0,\"without_flagged\":null,"
        "\"waiting\":{\"called\":{\"known\":5,\"mean_minutes\":15.7,"
        "\"median_minutes\":13.0,\"within_15\":60.0,\"within_15_count\":3,"
        "\"total_ms\":4710000,\"goal\":\"khong-dat\"}},"
        "\"timeliness\":{\"before\":20,\"on\":78,\"late\":2,"
        "\"in_time\":98.0,\"goal\":\"dat\"},"
        "\"coverage\":{\"offered\":62.5,\"rated\":90.0,\"response\":62.5,"
        "\"needed\":115,\"enough\":false},"
        "\"walk_up\":{\"visits\":12,\"rated\":10}},"
        "\"rows\":[]}"));
    buf_free(&out);
    report_free(&report);
}

// Of 103 ratings 8 of level 5 and one of level 1 are set aside: 92 of 94 are
// left satisfied.
static void set_aside(struct report *report)
{
    report->total.counts.flagged = 7;
    report->total.counts.marked = 3;
    report->total.counts.aside[0] = 1;
    report->total.counts.aside[4] = 8;
    // Three of counter 1's hundred.
    report->rows[0].counts.flagged = 3;
    report->rows[0].counts.aside[4] = 3;
}

static void test_json_with_and_without(void **state)
{
    (void)state;
    struct report report;
    struct buf out = {0};
    make_sample(&report);
    set_aside(&report);
    write_document(&report, REPORT_VIEW_OFFICE, &out);
    assert_non_null(strstr(buf_text(&out),
                           "\"flagged\":7,\"marked\":3,\"without_flagged\":{"
                           "\"levels\":[0,1,1,48,44],\"rated\":94,"
                           "\"satisfied\":92,\"sat\":97.9,"
                           "\"wilson\":[92.57,99.41],"
                           "\"verdict\":{\"95\":\"dat\","
                           "\"98\":\"chua-du-du-lieu\"}}"));
    assert_non_null(strstr(buf_text(&out),
                           "\"flagged\":3,\"marked\":0,\"without_flagged\":{"
                           "\"levels\":[1,1,1,47,47],"));
    buf_free(&out);
    report_free(&report);
}

// The difference of the two figures would show what three people chose.
static void test_json_few_set_aside_are_withheld_from_others(void **state)
{
    (void)state;
    struct report report;
    make_sample(&report);
    set_aside(&report);
    json_t *document = written(&report, REPORT_VIEW_OTHERS);
    json_t *total = json_object_get(document, "total");
    json_t *row = json_array_get(json_object_get(document, "rows"), 0);
    assert_true(json_is_object(json_object_get(total, "without_flagged")));
    assert_int_equal(json_integer_value(json_object_get(row, "flagged")), 3);
    assert_true(json_is_null(json_object_get(row, "without_flagged")));
    json_decref(document);
    report_free(&report);
}

static void test_json_with_and_without_reads_back(void **state)
{
    (void)state;
    struct report report, again;
    struct buf out = {0}, second = {0};
    char message[JSON_MESSAGE_SIZE];
    make_sample(&report);
    set_aside(&report);
    for (int view = REPORT_VIEW_OFFICE; view <= REPORT_VIEW_OTHERS; view++) {
        write_document(&report, (enum report_view)view, &out);
        assert_true(report_read_json(out.data, out.size, &again, message));
        write_document(&again, REPORT_VIEW_OFFICE, &second);
        assert_string_equal(buf_text(&out), buf_text(&second));
        report_free(&again);
        buf_clear(&out);
        buf_clear(&second);
    }
    buf_free(&out);
    buf_free(&second);
    report_free(&report);
}

static void test_json_nothing_rated(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    struct buf out = {0};
    write_document(&report, REPORT_VIEW_OTHERS, &out);
    assert_non_null(strstr(
        buf_text(&out),
        "\"sat_text\":\"Chưa có số liệu\",\"levels\":[0,0,0,0,0],\"rated\":0,"
        "\"satisfied\":0,\"sat\":null,\"neg\":null,\"wilson\":null,"
        "\"bounds\":null,\"verdict\":{\"95\":null,\"98\":null},"));
    assert_non_null(strstr(buf_text(&out), "\"data_as_of\":null"));
    buf_free(&out);
    report_free(&report);
}

// The Office sees the counts of a small row, nobody sees its rate.
static void test_json_small_row_for_the_office(void **state)
{
    (void)state;
    struct report report;
    make_sample(&report);
    json_t *document = written(&report, REPORT_VIEW_OFFICE);
    json_t *row = json_array_get(json_object_get(document, "rows"), 1);
    json_t *levels = json_pack("[i,i,i,i,i]", 0, 0, 0, 1, 2);
    assert_true(json_equal(json_object_get(row, "levels"), levels));
    assert_int_equal(json_integer_value(json_object_get(row, "rated")), 3);
    assert_true(json_is_null(json_object_get(row, "sat")));
    assert_string_equal(json_string_value(json_object_get(row, "sat_text")),
                        "ít hơn 5");
    json_decref(levels);
    json_decref(document);
    report_free(&report);
}

static void test_json_small_row_is_withheld_from_others(void **state)
{
    (void)state;
    static const char *const KEYS[] = {"levels",       "rated", "satisfied",
                                       "sat",          "neg",   "wilson",
                                       "offered_rated"};
    struct report report;
    make_sample(&report);
    json_t *document = written(&report, REPORT_VIEW_OTHERS);
    json_t *rows = json_object_get(document, "rows");
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        assert_true(
            json_is_null(json_object_get(json_array_get(rows, 1), KEYS[i])));
        assert_false(
            json_is_null(json_object_get(json_array_get(rows, 0), KEYS[i])));
    }
    json_decref(document);
    report_free(&report);
}

static void test_json_small_total_is_withheld_from_others(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    report.total.counts.levels[0] = 4;
    json_t *document = written(&report, REPORT_VIEW_OTHERS);
    json_t *total = json_object_get(document, "total");
    assert_true(json_is_null(json_object_get(total, "levels")));
    assert_true(json_is_null(json_object_get(total, "sat")));
    json_decref(document);
    document = written(&report, REPORT_VIEW_OFFICE);
    total = json_object_get(document, "total");
    assert_true(json_real_value(json_object_get(total, "sat")) == 0.0);
    assert_string_equal(json_string_value(json_object_get(total, "sat_text")),
                        "0,0 %");
    json_decref(document);
    report_free(&report);
}

// What a server wrote, read and written again, is the same document.
static void test_json_reads_back(void **state)
{
    (void)state;
    for (int view = REPORT_VIEW_OFFICE; view <= REPORT_VIEW_OTHERS; view++) {
        struct report report, again;
        struct buf first = {0}, second = {0};
        char message[JSON_MESSAGE_SIZE] = "";
        make_sample(&report);
        write_document(&report, (enum report_view)view, &first);
        assert_true(report_read_json(first.data, first.size, &again, message));
        write_document(&again, (enum report_view)view, &second);
        assert_string_equal(buf_text(&first), buf_text(&second));
        buf_free(&first);
        buf_free(&second);
        report_free(&report);
        report_free(&again);
    }
}

// A summary stands beside the period before and names the chains it rests on.
static void test_json_previous_and_ledger(void **state)
{
    (void)state;
    struct report report, again;
    struct report_head head = {
        .device = "0192f000-7a1b-7c3d-8e4f-5a6b7c8d9e0f", .gen = 2, .to = 31};
    struct buf out = {0};
    char message[JSON_MESSAGE_SIZE] = "";
    sample_report("hanh-chinh:2026-01", REPORT_BY_NONE, &report);
    memset(head.head, 'a', sizeof head.head - 1);
    report.kind = REPORT_SUMMARY;
    report.has_previous =
        period_before(&report.period, &report.previous_period);
    report.previous = (struct figures_counts){.levels = {0, 0, 1, 2, 6},
                                              .transactions = FIGURES_UNKNOWN};
    assert_true(report_append_head(&report, &head));
    write_document(&report, REPORT_VIEW_OFFICE, &out);
    assert_non_null(strstr(buf_text(&out), "\"report\":\"R1\""));
    assert_non_null(strstr(buf_text(&out),
                           "\"label\":\"Tháng 12/2025, kỳ báo cáo hành chính: "
                           "15/11/2025 – 14/12/2025\""));
    // 8 of 9.
    assert_non_null(strstr(buf_text(&out), "\"sat\":88.9"));
    assert_non_null(strstr(
        buf_text(&out),
        "\"ledger\":[{\"device\":\"0192f000-7a1b-7c3d-8e4f-5a6b7c8d9e0f\""
        ",\"gen\":2,\"to\":31,\"head\":\"aaaa"));
    assert_true(report_read_json(out.data, out.size, &again, message));
    assert_int_equal(again.kind, REPORT_SUMMARY);
    assert_true(again.has_previous);
    assert_int_equal(again.previous.levels[4], 6);
    assert_int_equal(again.previous_period.number, 12);
    assert_int_equal(again.head_count, 1);
    assert_memory_equal(&again.heads[0], &head, sizeof head);
    report_free(&again);
    report_free(&report);
    buf_free(&out);
}

static void test_json_names_the_part(void **state)
{
    (void)state;
    struct report report, again;
    struct buf out = {0};
    char message[JSON_MESSAGE_SIZE] = "";
    sample_report("duong-lich:2026", REPORT_BY_MONTH, &report);
    sample_filter(&report);
    write_document(&report, REPORT_VIEW_OTHERS, &out);
    assert_non_null(strstr(
        buf_text(&out), "\"filter\":{\"counter\":\"3\",\"field\":\"ho-tich\"},"
                        "\"filter_unknown\":[\"field\"],"));
    assert_true(report_read_json(out.data, out.size, &again, message));
    assert_memory_equal(&again.filter, &report.filter, sizeof again.filter);
    report_free(&again);
    report_free(&report);
    buf_free(&out);
}

static void test_json_any_days_read_back(void **state)
{
    (void)state;
    struct report report, again;
    struct buf out = {0};
    char message[JSON_MESSAGE_SIZE] = "";
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    assert_true(
        period_parse_days("2026-11-01", "2026-11-23", &report.period, &out));
    write_document(&report, REPORT_VIEW_OFFICE, &out);
    assert_true(report_read_json(out.data, out.size, &again, message));
    assert_int_equal(again.period.kind, PERIOD_DAYS);
    assert_int_equal(again.period.first, report.period.first);
    assert_int_equal(again.period.last, report.period.last);
    buf_free(&out);
    report_free(&report);
    report_free(&again);
}

// A wrong or hostile server must not crash the command or make it print
// nonsense: one change each to a good document.
static void test_json_refuses_what_is_no_report(void **state)
{
    (void)state;
    static const struct {
        const char *part, *instead, *why;
    } cases[] = {
        {"{\"method\"", "[{\"method\"", "line 1"},
        {"\"id\":\"tai-quay\"", "\"id\":7", "method"},
        {"\"satisfied\":[4,5]", "\"satisfied\":[4,6]", "method"},
        {"\"targets\":[95,98]", "\"targets\":[95,101]", "method"},
        {"\"kind\":\"hanh-chinh\"", "\"kind\":\"hanh\"", "period"},
        {"\"code\":\"2026-01\"", "\"code\":\"2026-13\"", "period"},
        {"\"to\":\"2026-01-14\"", "\"to\":\"2026-01-24\"",
         "period: from and to are not the days of its code"},
        {"\"by\":\"counter\"", "\"by\":\"colour\"", "by"},
        {"\"filter\":null", "\"filter\":{\"hour\":\"08\"}",
         "filter: hour: narrows nothing"},
        {"\"devices\":2", "\"devices\":-2", "devices"},
        {"\"levels\":[1,1,1,48,52]", "\"levels\":[1,1,1,48]", "levels"},
        {"\"levels\":[1,1,1,48,52]", "\"levels\":[1,1,1,48,\"x\"]", "levels"},
        {"\"levels\":[1,1,1,48,52]", "\"levels\":[1,1,1,48,-52]", "levels"},
        {"\"levels\":[1,1,1,48,52]", "\"levels\":[1,1,1,48,1000000000]",
         "levels"},
        {"\"declined\":5", "\"declined\":\"5\"", "declined"},
        {"\"rows\":[{", "\"rows\":[7,{", "key"},
        {"\"data_as_of\":\"2026-01-15T", "\"data_as_of\":\"2026-01-35T",
         "data_as_of"},
    };
    struct report report;
    struct buf good = {0};
    make_sample(&report);
    write_document(&report, REPORT_VIEW_OFFICE, &good);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct buf bad = {0};
        struct report again;
        char message[JSON_MESSAGE_SIZE] = "";
        const char *at = strstr(buf_text(&good), cases[i].part);
        assert_non_null(at);
        buf_append(&bad, good.data, (size_t)(at - good.data));
        buf_append_text(&bad, cases[i].instead);
        buf_append_text(&bad, at + strlen(cases[i].part));
        assert_false(report_read_json(bad.data, bad.size, &again, message));
        assert_non_null(strstr(message, cases[i].why));
        buf_free(&bad);
    }
    buf_free(&good);
    report_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_head),
        cmocka_unit_test(test_json_row),
        cmocka_unit_test(test_json_with_and_without),
        cmocka_unit_test(test_json_few_set_aside_are_withheld_from_others),
        cmocka_unit_test(test_json_with_and_without_reads_back),
        cmocka_unit_test(test_json_nothing_rated),
        cmocka_unit_test(test_json_small_row_for_the_office),
        cmocka_unit_test(test_json_small_row_is_withheld_from_others),
        cmocka_unit_test(test_json_small_total_is_withheld_from_others),
        cmocka_unit_test(test_json_reads_back),
        cmocka_unit_test(test_json_previous_and_ledger),
        cmocka_unit_test(test_json_names_the_part),
        cmocka_unit_test(test_json_any_days_read_back),
        cmocka_unit_test(test_json_refuses_what_is_no_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "support/sample_report.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void write_sheet(const struct report *report, struct buf *out)
{
    struct i18n *texts = sample_texts();
    assert_true(report_write_csv(report, texts, out));
    i18n_close(texts);
}

static void test_csv_whole_sheet(void **state)
{
    (void)state;
    struct report report;
    struct buf out = {0};
    sample_report("hanh-chinh:2026-01", REPORT_BY_COUNTER, &report);
    report.complete = (struct report_complete){
        .devices = 1, .data_as_of = INT64_C(1768410000000)};
    report.total.counts.levels[2] = 1;
    report.total.counts.levels[3] = 3;
    report.total.counts.levels[4] = 463;
    report.total.counts.declined = 12;
    struct report_row *row =
        sample_row(&report, "2", "2", (const int64_t[]){1, 0, 0, 0, 3});
    row->counts.transactions = 3100;
    // 10, 13 and 19 minutes.
    row->service = (struct figures_service){
        .called = {.known = 3, .ms = 42 * 60000, .within = 2, .median = 130},
        .before = 1,
        .on_time = 2,
        .late = 1};
    sample_row(&report, "3", "3", (const int64_t[]){0, 0, 0, 0, 0});
    write_sheet(&report, &out);
    assert_string_equal(
        buf_text(&out),
        "\xef\xbb\xbf"
        "method,method_version,period_kind,period,from,to,data_as_of,complete,"
        "by,key,label,level_1,level_2,level_3,level_4,level_5,rated,satisfied,"
        "sat,neg,wilson_low,wilson_high,verdict_95,verdict_98,offered,"
        "offered_rated,declined,timeout,withdrawn,transactions,walk_up,"
        "walk_up_rated,bounds_low,bounds_high,answers_needed,called_known,"
        "called_mean,called_median,called_within_15,done_known,done_mean,"
        "done_median,done_within_15,before,on_time,late,flagged,marked,"
        "without_rated,without_satisfied,without_sat,filter\r\n"
        "tai-quay,1,hanh-chinh,2026-01,2025-12-15,2026-01-14,"
        "2026-01-15T00:00:00.000+07:00,true,none,,Tổng,0,0,1,3,463,467,466,"
        "99.8,0.0,98.80,99.96,dat-vung,dat-vung,0,0,12,0,0,,479,467,,,,,,,"
        ",,,,,,,,0,0,,,,\r\n"
        "tai-quay,1,hanh-chinh,2026-01,2025-12-15,2026-01-14,"
        "2026-01-15T00:00:00.000+07:00,true,counter,2,Quầy 2,1,0,0,0,3,4,3,,,,"
        ",,,0,0,0,0,0,3100,4,4,,,355,3,14.0,13.0,66.7,,,,,1,2,1,0,0,,,,\r\n"
        "tai-quay,1,hanh-chinh,2026-01,2025-12-15,2026-01-14,"
        "2026-01-15T00:00:00.000+07:00,true,counter,3,Quầy 3,0,0,0,0,0,0,0,,,,"
        ",,,0,0,0,0,0,,0,0,,,,,,,,,,,,,,,0,0,,,,\r\n");
    buf_free(&out);
    report_free(&report);
}

// 3 + 97 = 100 ratings, of which 2 + 10 are set aside: 87 of 88 are left.
static void test_csv_with_and_without(void **state)
{
    (void)state;
    struct report report;
    struct buf out = {0};
    sample_report("duong-lich:2026", REPORT_BY_COUNTER, &report);
    struct report_row *row =
        sample_row(&report, "5", "5", (const int64_t[]){3, 0, 0, 0, 97});
    row->counts.flagged = 11;
    row->counts.marked = 4;
    row->counts.aside[0] = 2;
    row->counts.aside[4] = 10;
    row = sample_row(&report, "6", "6", (const int64_t[]){0, 0, 0, 0, 9});
    row->counts.flagged = 5;
    row->counts.aside[4] = 5;
    write_sheet(&report, &out);
    assert_non_null(strstr(buf_text(&out), ",,,11,4,88,87,98.9,\r\n"));
    // Four ratings are too few for a rate.
    assert_non_null(strstr(buf_text(&out), ",,,5,0,4,4,,\r\n"));
    buf_free(&out);
    report_free(&report);
}

static void test_csv_names_the_part(void **state)
{
    (void)state;
    struct report report;
    struct buf out = {0};
    sample_report("duong-lich:2026", REPORT_BY_MONTH, &report);
    sample_filter(&report);
    write_sheet(&report, &out);
    assert_non_null(strstr(buf_text(&out), ",counter=3 field=ho-tich\r\n"));
    buf_free(&out);
    report_free(&report);
}

// Codes and names come from devices and people; none may run in a spreadsheet.
static void test_csv_formulas_do_not_run(void **state)
{
    (void)state;
    static const struct {
        const char *name, *cell;
    } cases[] = {
        {"=1+2", ",\"'=1+2\","},
        {"+84", ",\"'+84\","},
        {"-2+3", ",\"'-2+3\","},
        {"@SUM(A1)", ",\"'@SUM(A1)\","},
        {"\t=1", ",\"'\t=1\","},
        {"\r=1", ",\"'\r=1\","},
        {"\n=1", ",\"'\n=1\","},
        {"＝1", ",\"'＝1\","},
        {"=HYPERLINK(\"http://x\",\"a\")",
         ",\"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\")\","},
        {"a=1", ",a=1,"},
        {"Máy 1, tầng 2", ",\"Máy 1, tầng 2\","},
        {"Máy \"mới\"", ",\"Máy \"\"mới\"\"\","},
        {"hai\ndòng", ",\"hai\ndòng\","},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report;
        struct buf out = {0};
        sample_report("duong-lich:2026", REPORT_BY_DEVICE, &report);
        sample_row(&report, cases[i].name, cases[i].name,
                   (const int64_t[]){0, 0, 0, 0, 9});
        write_sheet(&report, &out);
        const char *key = strstr(buf_text(&out), cases[i].cell);
        assert_non_null(key);
        // The label, the cell after, is the same text.
        assert_memory_equal(key + strlen(cases[i].cell) - 1, cases[i].cell,
                            strlen(cases[i].cell));
        buf_free(&out);
        report_free(&report);
    }
}

// What a server withheld stays empty, and is not written as zero.
static void test_csv_withheld_row_is_empty(void **state)
{
    (void)state;
    struct report report;
    struct buf out = {0};
    sample_report("duong-lich:2026", REPORT_BY_COUNTER, &report);
    sample_row(&report, "7", "7", (const int64_t[]){0, 0, 0, 0, 0})->hidden =
        true;
    write_sheet(&report, &out);
    assert_non_null(strstr(buf_text(&out),
                           ",counter,7,Quầy 7,,,,,,,,,,,,,,0,,0,0,0,,,,"
                           ",,,,,,,,,,,,,,,,,,,\r\n"));
    buf_free(&out);
    report_free(&report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_whole_sheet),
        cmocka_unit_test(test_csv_with_and_without),
        cmocka_unit_test(test_csv_names_the_part),
        cmocka_unit_test(test_csv_formulas_do_not_run),
        cmocka_unit_test(test_csv_withheld_row_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The workbook, as another library reads it.
#include "common/date.h"
#include "common/file.h"
#include "support/check.h"
#include "support/foreign.h"
#include "support/sample_report.h"
#include "support/scratch.h"
#include <stdio.h>
#include <stdlib.h>

struct scene {
    char folder[SCRATCH_SIZE];
    struct report report;
    struct buf text;
};

// 200 ratings, 194 of them satisfied: 97,0 %; Wilson 93,61 to 98,62.
static void scene_open(struct scene *scene, enum report_by by)
{
    static const int64_t LEVELS[] = {1, 2, 3, 94, 100};
    memset(scene, 0, sizeof *scene);
    scratch_make(scene->folder);
    sample_report("duong-lich:2026", by, &scene->report);
    struct report *report = &scene->report;
    memcpy(report->total.counts.levels, LEVELS, sizeof LEVELS);
    report->total.counts.declined = 1234;
    report->complete = (struct report_complete){
        .devices = 3, .missing = 7, .data_as_of = INT64_C(1768410000000)};
    report->made_ms = INT64_C(1768410060000);
}

// Writes the workbook and reads it back by the other library.
static const char *scene_read(struct scene *scene)
{
    char path[SCRATCH_SIZE + 16];
    struct i18n *texts = sample_texts();
    struct buf bytes = {0};
    snprintf(path, sizeof path, "%s/report.xlsx", scene->folder);
    assert_true(report_write_xlsx(&scene->report, texts, &bytes));
    assert_true(file_replace(path, bytes.data, bytes.size, 0600));
    setenv("XLSX", path, 1);
    // Debian's own python, for which python3-openpyxl is.
    foreign_read("PYTHONIOENCODING=utf-8 /usr/bin/python3 " TEST_SOURCE
                 "/tests/report/read_xlsx.py \"$XLSX\"",
                 &scene->text);
    buf_free(&bytes);
    i18n_close(texts);
    return buf_text(&scene->text);
}

static void scene_close(struct scene *scene)
{
    report_free(&scene->report);
    buf_free(&scene->text);
    scratch_remove(scene->folder);
}

static void test_xlsx_summary(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    const char *text = scene_read(&scene);
    assert_holds(text, "Tổng hợp!A1 s BÁO CÁO MỨC ĐỘ HÀI LÒNG [@]\n");
    assert_holds(text, "Năm 2026, theo dương lịch: 01/01/2026 – 31/12/2026");
    // Rates are numbers, so that they can be computed with.
    assert_holds(text, "s Tỷ lệ hài lòng tại quầy [@]\n"
                       "Tổng hợp!B7 n 0.97 [0.0 %]\n");
    assert_holds(text, "s Cận dưới 95 % [@]\nTổng hợp!B10 n 0.9361 [0.00 %]\n");
    assert_holds(text, "s Cận trên 95 % [@]\nTổng hợp!B11 n 0.9862 [0.00 %]\n");
    assert_holds(text, "s So với mục tiêu 95 % [@]\nTổng hợp!B12 s đạt [@]\n");
    assert_holds(text, "s So với mục tiêu 98 % [@]\n"
                       "Tổng hợp!B13 s chưa đủ dữ liệu [@]\n");
    assert_holds(text, " s Rất hài lòng [@]\nTổng hợp!B18 n 100 [#,##0]\n"
                       "Tổng hợp!C18 n 0.5 [0.0 %]\n");
    assert_holds(text, "n 1234 [#,##0]\n");
    assert_holds(text, "Tổng hợp: BarChart of 'Tổng hợp'!$B$18:$B$22\n");
    assert_holds(text, "đạt tỷ lệ 97,0 %");
    scene_close(&scene);
}

static void test_xlsx_names_the_part(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    sample_filter(&scene.report);
    const char *text = scene_read(&scene);
    assert_holds(text, "Tổng hợp!A2 s Kết quả đánh giá mức độ hài lòng tại "
                       "quầy Một cửa (Phạm vi: Quầy 3; Lĩnh vực: ho-tich)");
    assert_holds(text, "Chỉ tính phần sau: Quầy 3; Lĩnh vực: ho-tich.");
    scene_close(&scene);
}

// Waits are numbers in minutes, beside each other and by counter.
static void test_xlsx_service(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_COUNTER);
    struct report *report = &scene.report;
    report->total.counts.transactions = 400;
    report->total.counts.offered = 250;
    report->total.counts.offered_rated = 200;
    report->total.service = (struct figures_service){
        // 12,5 minutes on average
        .called = {.known = 4, .ms = 3000000, .within = 3, .median = 118},
        .before = 90,
        .on_time = 10};
    struct report_row *row =
        sample_row(report, "3", "3", (const int64_t[]){0, 0, 0, 0, 9});
    row->counts.transactions = 40;
    row->service = report->total.service;
    sample_row(report, "4", "4", (const int64_t[]){0, 0, 0, 0, 9});
    assert_true(report_append_withdrawal(report, "nhầm quầy", 6));
    assert_true(report_append_withdrawal(report, "", 2));
    const char *text = scene_read(&scene);
    assert_holds(text, "s Trung bình [@]\nTổng hợp!B47 n 12.5 [0.0]\n"
                       "Tổng hợp!C47 s không xác định [@]\n");
    assert_holds(text, "s Trung vị [@]\nTổng hợp!B48 n 11.8 [0.0]\n");
    assert_holds(text, "s Trong 15 phút [@]\nTổng hợp!B49 n 0.75 [0.0 %]\n");
    assert_holds(text, "s Kế hoạch 13–15 phút [@]\n"
                       "Tổng hợp!B50 s đạt mức cao [@]\n");
    assert_holds(text, "s Trước và đúng hạn [@]\nTổng hợp!B57 n 1 [0.0 %]\n");
    assert_holds(text, "s nhầm quầy [@]\nTổng hợp!B41 n 6 [#,##0]\n");
    assert_holds(text, "s Lý do khác [@]\nTổng hợp!B42 n 2 [#,##0]\n");
    // 194 and 394 of 400
    assert_holds(text, "s 48,5 – 98,5 % [@]\n");
    assert_holds(text, "Hồ sơ, chờ, đúng hạn!A6 s Quầy 3 [@]\n"
                       "Hồ sơ, chờ, đúng hạn!B6 n 40 [#,##0]\n");
    assert_holds(text, "Hồ sơ, chờ, đúng hạn!E6 n 12.5 [0.0]\n");
    assert_holds(text, "Hồ sơ, chờ, đúng hạn!B7 s – [@]\n");
    assert_holds(text, "Hồ sơ, chờ, đúng hạn!C8 n 0.625 [0.0 %]\n");
    assert_holds(text, "Hồ sơ, chờ, đúng hạn: frozen at B6\n");
    scene_close(&scene);
}

static void test_xlsx_tells_its_method(void **state)
{
    (void)state;
    struct scene scene;
    struct report_head head = {
        .device = "0192f000-7a1b-7c3d-8e4f-5a6b7c8d9e0f", .gen = 1, .to = 101};
    memset(head.head, 'a', sizeof head.head - 1);
    scene_open(&scene, REPORT_BY_NONE);
    assert_true(report_append_head(&scene.report, &head));
    const char *text = scene_read(&scene);
    assert_holds(text, "Phương pháp!A");
    assert_holds(text, "theo bộ quy tắc tai-quay, bản 1.");
    assert_holds(text, "Hài lòng hoặc Rất hài lòng");
    assert_holds(text, "còn thiếu 7 bản ghi mà thiết bị đã báo là có");
    assert_holds(text, "Số liệu nhận được đến 00:00 ngày 15/01/2026.");
    assert_holds(text, "s 0192f000-7a1b-7c3d-8e4f-5a6b7c8d9e0f [@]\n");
    assert_holds(text, "n 101 [#,##0]\n");
    scene_close(&scene);
}

static void test_xlsx_trend_is_a_chart(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_MONTH);
    sample_row(&scene.report, "2026-01", "", (const int64_t[]){0, 0, 0, 3, 7});
    sample_row(&scene.report, "2026-02", "", (const int64_t[]){1, 0, 0, 0, 9});
    sample_row(&scene.report, "2026-03", "", (const int64_t[]){0, 0, 0, 0, 4});
    const char *text = scene_read(&scene);
    assert_holds(text, "Theo tháng!A5 s Tháng 01/2026 [@]\n");
    // 9 of 10; four ratings alone show no rate, in no column.
    assert_holds(text, "Theo tháng!I6 n 0.9 [0.0 %]\n");
    assert_holds(text, "Theo tháng!I7 s ít hơn 5 [@]\n");
    assert_null(strstr(text, "Theo tháng!Q7"));
    assert_holds(text, "Theo tháng: frozen at B5\n");
    assert_holds(text, "Theo tháng: heads repeat: $4:$4\n");
    assert_holds(text, "Theo tháng: column A is 3");
    assert_holds(text, "Tổng hợp: LineChart of 'Theo tháng'!$Q$5:$Q$7 "
                       "'Theo tháng'!$R$5:$R$7 'Theo tháng'!$S$5:$S$7\n");
    assert_holds(text, "Theo tháng!R5 n 0.95 [0 %]\n");
    assert_holds(text, "Theo tháng!S7 n 0.98 [0 %]\n");
    scene_close(&scene);
}

static void test_xlsx_days_are_dates(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_DAY);
    sample_row(&scene.report, "2026-11-23", "",
               (const int64_t[]){0, 0, 0, 3, 7});
    assert_holds(scene_read(&scene),
                 "Theo ngày!A5 d 2026-11-23 00:00:00 [dd/mm/yyyy]\n");
    scene_close(&scene);
}

// Nothing that a device or a person named can run, and nothing breaks the file.
static void test_xlsx_formulas_do_not_run(void **state)
{
    (void)state;
    static const char *const NAMES[] = {
        "=cmd|' /C calc'!A0", "+84", "-1+1",      "@SUM(A1)",
        "<b>&amp;",           "😀",   "\u202eabc", "http://example.org"};
    struct scene scene;
    scene_open(&scene, REPORT_BY_FIELD);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
        sample_row(&scene.report, NAMES[i], NAMES[i],
                   (const int64_t[]){0, 0, 0, 3, 7});
    const char *text = scene_read(&scene);
    for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
        char line[96];
        snprintf(line, sizeof line, "Theo lĩnh vực!A%zu s %s [@]\n", i + 5,
                 NAMES[i]);
        assert_holds(text, line);
    }
    assert_null(strstr(text, " f "));
    scene_close(&scene);
}

static void test_xlsx_of_nothing(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_COUNTER);
    memset(&scene.report.total.counts.levels, 0,
           sizeof scene.report.total.counts.levels);
    const char *text = scene_read(&scene);
    assert_holds(text, "Tổng hợp!B7 s Chưa có số liệu [@]\n");
    assert_holds(text, "Trong kỳ chưa có lượt đánh giá nào");
    assert_holds(text, "Theo quầy!A5 s Tổng [@]\n");
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xlsx_summary),
        cmocka_unit_test(test_xlsx_names_the_part),
        cmocka_unit_test(test_xlsx_service),
        cmocka_unit_test(test_xlsx_tells_its_method),
        cmocka_unit_test(test_xlsx_trend_is_a_chart),
        cmocka_unit_test(test_xlsx_days_are_dates),
        cmocka_unit_test(test_xlsx_formulas_do_not_run),
        cmocka_unit_test(test_xlsx_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

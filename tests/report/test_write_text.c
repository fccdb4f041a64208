#include "support/sample_report.h"
#include "vietnamese/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Writes, and gives runs of blanks back as one, so that the tests do not
// depend on how wide a column is. The caller frees.
static char *written(const struct report *report)
{
    struct i18n *texts = sample_texts();
    struct buf out = {0};
    assert_true(report_write_text(report, texts, &out));
    i18n_close(texts);
    char *text = buf_take(&out);
    assert_non_null(text);
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from != ' ' || from[1] != ' ')
            *to++ = *from;
    }
    *to = '\0';
    return text;
}

static void assert_says(const char *text, const char *line)
{
    if (!strstr(text, line))
        print_error("not found: %s\nin:\n%s\n", line, text);
    assert_non_null(strstr(text, line));
}

static void assert_silent_about(const char *text, const char *line)
{
    if (strstr(text, line))
        print_error("found: %s\nin:\n%s\n", line, text);
    assert_null(strstr(text, line));
}

// Phường Phù Liễn, January 2025: see test_figures.c.
static void test_text_phu_lien(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2025-01", REPORT_BY_NONE, &report);
    report.total.counts = (struct figures_counts){.levels = {0, 0, 1, 3, 463},
                                                  .transactions = 3100};
    char *text = written(&report);
    assert_says(text, "Phương pháp Tỷ lệ hài lòng tại quầy (bộ quy tắc "
                      "tai-quay, bản 1)\n");
    assert_says(text, "Kỳ báo cáo Tháng 01/2025, theo dương lịch: 01/01/2025 "
                      "– 31/01/2025\n");
    assert_says(text, "Tỷ lệ hài lòng tại quầy 99,8 % (466 hài lòng trên 467 "
                      "đánh giá)\n");
    assert_says(text, "Khoảng tin cậy 95 % (Wilson) 98,80 – 99,96 %\n");
    assert_says(text, "So với mục tiêu 95 % đạt vững\n");
    assert_says(text, "So với mục tiêu 98 % đạt vững\n");
    assert_says(text, "Tỷ lệ không hài lòng 0,0 %\n");
    assert_says(text, " Rất hài lòng 463 99,1 %\n");
    assert_says(text, " Hài lòng 3 0,6 %\n");
    assert_says(text, " Bình thường 1 0,2 %\n");
    assert_says(text, "làm tròn riêng");
    assert_says(text,
                "Số lượt đánh giá so với số hồ sơ đã giải quyết 15,1 %\n");
    assert_says(text, "Số đánh giá cần có 355\n");
    free(text);
    report_free(&report);
}

static void test_text_verdicts_in_words(void **state)
{
    (void)state;
    static const struct {
        int64_t satisfied, other;
        const char *sat, *at_95, *at_98;
    } cases[] = {
        {97, 3, "97,0 %", "95 % đạt\n", "98 % chưa đủ dữ liệu\n"},
        {485, 15, "97,0 %", "95 % đạt vững\n", "98 % chưa đủ dữ liệu\n"},
        {980, 20, "98,0 %", "95 % đạt vững\n", "98 % đạt\n"},
        {949, 50, "95,0 %", "95 % chưa đủ dữ liệu\n", "98 % không đạt\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report;
        sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
        report.total.counts.levels[3] = cases[i].satisfied;
        report.total.counts.levels[0] = cases[i].other;
        char *text = written(&report);
        assert_says(text, cases[i].sat);
        assert_says(text, cases[i].at_95);
        assert_says(text, cases[i].at_98);
        free(text);
        report_free(&report);
    }
}

static void test_text_unrated_visits_and_unknown_coverage(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    report.total.counts =
        (struct figures_counts){.levels = {0, 0, 0, 0, 1234},
                                .declined = 1500,
                                .timeout = 7,
                                .withdrawn = 2,
                                .transactions = FIGURES_UNKNOWN};
    char *text = written(&report);
    assert_says(text, "Rất hài lòng 1.234 100,0 %\n");
    assert_says(text, "Chọn không đánh giá 1.500\n");
    assert_says(text, "Hết giờ khi chưa chọn 7\n");
    assert_says(text, "Đã rút lời mời 2\n");
    assert_says(text, "Hài lòng trên số đánh giá 100,0 %\n");
    assert_says(text, "Có đánh giá trên số lượt được mời không xác định\n");
    assert_says(text, "Được mời trên số hồ sơ đã giải quyết không xác định\n");
    assert_says(text, "Số đánh giá cần có không xác định\n");
    free(text);
    report_free(&report);
}

// Coverage asks only the visits that a transaction brought: 80 of 100 offered
// gave a rating, and 20 more ratings were walk-up.
static void test_text_coverage_of_transactions(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    report.total.counts = (struct figures_counts){.levels = {0, 0, 0, 10, 90},
                                                  .offered = 100,
                                                  .offered_rated = 80,
                                                  .transactions = 160};
    char *text = written(&report);
    assert_says(text, "Có đánh giá trên số lượt được mời 80,0 %\n");
    assert_says(text, "Được mời trên số hồ sơ đã giải quyết 62,5 %\n");
    // 100 / 160 and (100 + 60) / 160
    assert_says(text, "đều hài lòng 62,5 – 100,0 %\n");
    free(text);
    report_free(&report);
}

static void test_text_nothing_rated(void **state)
{
    (void)state;
    struct report report;
    sample_report("hanh-chinh:2026-01", REPORT_BY_COUNTER, &report);
    char *text = written(&report);
    assert_says(text, "kỳ báo cáo hành chính: 15/12/2025 – 14/01/2026\n");
    assert_says(text, "Tỷ lệ hài lòng tại quầy Chưa có số liệu\n");
    assert_says(text, "Theo quầy\n Chưa có số liệu\n");
    assert_silent_about(text, "0,0 %");
    assert_silent_about(text, "đạt");
    free(text);
    report_free(&report);
}

static void test_text_names_the_part(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    sample_filter(&report);
    char *text = written(&report);
    assert_says(text, "Phạm vi Quầy 3; Lĩnh vực: ho-tich\n");
    assert_says(text, "Không tìm thấy trong số liệu và danh sách thiết bị: "
                      "Lĩnh vực: ho-tich\n");
    assert_says(text, "Tỷ lệ hài lòng tại quầy Chưa có số liệu\n");
    free(text);
    report_free(&report);
}

static void test_text_small_rows(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_COUNTER, &report);
    report.total.counts.levels[4] = 38;
    sample_row(&report, "1", "1", (const int64_t[]){0, 0, 0, 0, 4});
    sample_row(&report, "2", "2", (const int64_t[]){0, 0, 0, 0, 5});
    sample_row(&report, "3", "3", (const int64_t[]){0, 0, 0, 0, 29});
    sample_row(&report, "4", "4", (const int64_t[]){0, 0, 0, 0, 30});
    sample_row(&report, "5", "5", (const int64_t[]){0, 0, 0, 0, 0});
    char *text = written(&report);
    assert_says(text, " Quầy 1 – ít hơn 5 – – – 0 0\n");
    assert_says(text, " Quầy 2 * 5 100,0 %");
    assert_says(text, " Quầy 3 * 29 100,0 %");
    assert_says(text, " Quầy 4 30 100,0 %");
    assert_says(text, " Quầy 5 0 Chưa có số liệu – – – 0 0\n");
    assert_says(text, "* Dưới 30 đánh giá: chỉ để tham khảo.\n");
    free(text);
    report_free(&report);
}

static void test_text_names_of_rows(void **state)
{
    (void)state;
    static const struct {
        const char *period;
        enum report_by by;
        const char *key, *name, *expected;
    } cases[] = {
        {"duong-lich:2026", REPORT_BY_DAY, "2026-11-23", "2026-11-23",
         " 23/11/2026 "},
        {"duong-lich:2026", REPORT_BY_MONTH, "2026-02", "2026-02",
         " Tháng 02/2026 "},
        {"hanh-chinh:2026", REPORT_BY_MONTH, "2026-01", "2026-01",
         " Tháng 01/2026 (15/12/2025 – 14/01/2026) "},
        {"duong-lich:2026", REPORT_BY_HOUR, "09", "09", " 09 giờ "},
        {"duong-lich:2026", REPORT_BY_WEEKDAY, "7", "7", " Chủ Nhật "},
        {"duong-lich:2026", REPORT_BY_STEP, "tra-ket-qua", "tra-ket-qua",
         " Trả kết quả "},
        {"duong-lich:2026", REPORT_BY_STEP, "khac", "khac", " khac "},
        {"duong-lich:2026", REPORT_BY_CHANNEL, "walk-up", "walk-up",
         " Tự chạm tại quầy "},
        {"duong-lich:2026", REPORT_BY_DEVICE,
         "7b0c0a52-5d0e-4d8a-9c5e-3c1c4f0d2a11", "Máy quầy 3", " Máy quầy 3 "},
        {"duong-lich:2026", REPORT_BY_FIELD, "chung-thuc", "", " chung-thuc "},
        {"duong-lich:2026", REPORT_BY_OFFICER, "", "", " (không ghi) "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report;
        sample_report(cases[i].period, cases[i].by, &report);
        sample_row(&report, cases[i].key, cases[i].name,
                   (const int64_t[]){0, 0, 0, 0, 40});
        char *text = written(&report);
        assert_says(text, cases[i].expected);
        assert_silent_about(text, "report.");
        free(text);
        report_free(&report);
    }
}

static void test_text_names_of_periods(void **state)
{
    (void)state;
    static const struct {
        const char *period, *expected;
    } cases[] = {
        {"hanh-chinh:2026-Q3", "Quý III/2026, kỳ báo cáo hành chính: "
                               "15/06/2026 – 14/09/2026\n"},
        {"duong-lich:2026-H1",
         "6 tháng đầu năm 2026, theo dương lịch: 01/01/2026 – 30/06/2026\n"},
        {"hanh-chinh:2026-H2", "6 tháng cuối năm 2026, kỳ báo cáo hành chính: "
                               "15/06/2026 – 14/12/2026\n"},
        {"duong-lich:2026",
         "Năm 2026, theo dương lịch: 01/01/2026 – 31/12/2026\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report;
        sample_report(cases[i].period, REPORT_BY_NONE, &report);
        char *text = written(&report);
        assert_says(text, cases[i].expected);
        free(text);
        report_free(&report);
    }
}

// 2026-01-14T17:00Z is midnight at the end of the 14th in Vietnam.
#define END_OF_JANUARY INT64_C(1768410000000)

static void test_text_completeness(void **state)
{
    (void)state;
    static const struct {
        struct report_complete complete;
        const char *expected;
    } cases[] = {
        {{0}, "Độ đầy đủ chưa có thiết bị nào\n"},
        {{.devices = 3, .data_as_of = END_OF_JANUARY},
         "Độ đầy đủ đủ: 3 thiết bị, không thiếu bản ghi nào\n"},
        // Silent now, but seen after the period: nothing of it is missing.
        {{.devices = 3, .silent = 1, .oldest_contact = END_OF_JANUARY},
         "Độ đầy đủ đủ: 3 thiết bị"},
        {{.devices = 3, .silent = 1, .oldest_contact = END_OF_JANUARY - 1},
         "Độ đầy đủ 1/3 thiết bị đang mất liên lạc, lâu nhất từ 23:59 ngày "
         "14/01/2026\n"},
        {{.devices = 3, .silent = 1, .never_seen = 1},
         "Độ đầy đủ 1/3 thiết bị chưa liên lạc lần nào\n"},
        {{.devices = 3, .missing = 1200},
         "Độ đầy đủ còn thiếu 1.200 bản ghi mà thiết bị đã báo là có\n"},
        {{.devices = 3, .unanchored = 1200},
         "không thiếu bản ghi nào\n thời điểm của 1.200 lượt chỉ là ước tính "
         "vì đồng hồ thiết bị không chắc đúng\n"},
        {{.devices = 3, .flagged = 2},
         "không thiếu bản ghi nào\n 2 thiết bị có chuỗi bản ghi cần kiểm "
         "tra\n"},
        {{.devices = 3, .duplicates = 1200},
         "không thiếu bản ghi nào\n 1.200 lượt trùng hồ sơ được giữ lại và "
         "không tính\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report;
        sample_report("hanh-chinh:2026-01", REPORT_BY_NONE, &report);
        report.complete = cases[i].complete;
        char *text = written(&report);
        assert_says(text, cases[i].expected);
        free(text);
        report_free(&report);
    }
}

static void test_text_data_as_of(void **state)
{
    (void)state;
    struct report report;
    sample_report("duong-lich:2026", REPORT_BY_NONE, &report);
    char *text = written(&report);
    assert_says(text, "Số liệu đến chưa có thiết bị nào gửi về\n");
    free(text);
    report.complete.data_as_of = END_OF_JANUARY;
    text = written(&report);
    assert_says(text, "Số liệu đến 00:00 ngày 15/01/2026\n");
    free(text);
    report_free(&report);
}

// Columns are counted in letters: "Quầy" is four wide, not six bytes.
static void test_text_columns_line_up(void **state)
{
    (void)state;
    struct report report;
    struct buf out = {0};
    struct i18n *texts = sample_texts();
    sample_report("duong-lich:2026", REPORT_BY_DEVICE, &report);
    sample_row(&report, "a", "Máy ở quầy tiếp nhận",
               (const int64_t[]){0, 0, 0, 0, 40});
    sample_row(&report, "b", "b", (const int64_t[]){0, 0, 0, 0, 50});
    assert_true(report_write_text(&report, texts, &out));
    const char *first = strstr(buf_text(&out), "  Máy ở");
    const char *second = strstr(buf_text(&out), "  b ");
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal(text_letters(first, (size_t)(strstr(first, "40") - first)),
                     strstr(second, "50") - second);
    buf_free(&out);
    i18n_close(texts);
    report_free(&report);
}

// Marks change no rate, and are a change all the same.
static void test_text_restated_after_marks(void **state)
{
    struct report before, now;
    struct i18n *texts = sample_texts();
    struct buf message = {0};
    (void)state;
    sample_report("duong-lich:2025-01", REPORT_BY_NONE, &before);
    sample_report("duong-lich:2025-01", REPORT_BY_NONE, &now);
    before.total.counts = now.total.counts = (struct figures_counts){
        .levels = {0, 0, 1, 3, 463}, .flagged = 11, .aside = {0, 0, 0, 0, 11}};
    assert_true(report_restate(&now, &before, texts, &message));
    char *text = written(&now);
    assert_silent_about(text, "Báo cáo trước có 11 lượt bị gắn cờ");
    free(text);
    now.total.counts.marked = 2;
    now.total.counts.aside[4] = 13;
    text = written(&now);
    assert_says(text, "Báo cáo trước có 11 lượt bị gắn cờ nghi vấn, 0 lượt bị "
                      "đánh dấu khiếu nại; nay có 11 lượt bị gắn cờ, 2 lượt "
                      "bị đánh dấu.");
    free(text);
    i18n_close(texts);
    buf_free(&message);
    report_free(&before);
    report_free(&now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_phu_lien),
        cmocka_unit_test(test_text_verdicts_in_words),
        cmocka_unit_test(test_text_unrated_visits_and_unknown_coverage),
        cmocka_unit_test(test_text_coverage_of_transactions),
        cmocka_unit_test(test_text_nothing_rated),
        cmocka_unit_test(test_text_names_the_part),
        cmocka_unit_test(test_text_small_rows),
        cmocka_unit_test(test_text_names_of_rows),
        cmocka_unit_test(test_text_names_of_periods),
        cmocka_unit_test(test_text_completeness),
        cmocka_unit_test(test_text_data_as_of),
        cmocka_unit_test(test_text_restated_after_marks),
        cmocka_unit_test(test_text_columns_line_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// A document in every form, and back out of the one that programs read.
#include "common/date.h"
#include "common/file.h"
#include "report/document.h"
#include "support/check.h"
#include "support/foreign.h"
#include "support/sample_report.h"
#include "support/scratch.h"
#include <stdio.h>
#include <stdlib.h>

static const struct report_letter LETTER = {
    .issuer = "ỦY BAN NHÂN DÂN PHƯỜNG BÌNH MINH", .place = "Bình Minh"};
static const struct document_column COLUMNS[] = {
    {"reason", "Lý do", DOCUMENT_TEXT, 0, 0},
    {"count", "Số lượt", DOCUMENT_COUNT, 0, 0},
    {"share", "Tỷ lệ", DOCUMENT_PERCENT, 2, 0},
    {"points", "Điểm", DOCUMENT_POINTS, 1, 0},
    {"wait", "Chờ", DOCUMENT_MINUTES, 0, 0},
    {"day", "Ngày", DOCUMENT_DAY, 0, 0}};
enum { COLUMN_COUNT = sizeof COLUMNS / sizeof COLUMNS[0] };

struct scene {
    char folder[SCRATCH_SIZE];
    char path[SCRATCH_SIZE + 16];
    struct i18n *texts;
    struct report_document document;
    struct buf text;
};

static void add_row(struct report_document *document, const char *reason,
                    int64_t count, int64_t share, int64_t points, int64_t wait,
                    int64_t day)
{
    report_document_text(document, reason);
    report_document_number(document, count);
    report_document_number(document, share);
    report_document_number(document, points);
    report_document_number(document, wait);
    report_document_number(document, day);
}

static void make_document(struct report_document *document, int64_t count)
{
    struct period period;
    struct buf message = {0};
    int32_t day;
    struct report_head head = {.gen = 1, .to = 17};
    assert_true(period_parse("duong-lich:2026-11", &period, &message));
    assert_true(date_parse_iso("2026-11-23", &day));
    int64_t made = date_wall_ms_of_day(day + 9);
    report_document_init(document, REPORT_REASONS, &period, made);
    report_document_rules(document, "ly-do", 3);
    report_document_method(document, "Một lượt có thể nêu nhiều lý do.");
    document->complete = (struct report_complete){
        .devices = 2, .missing = 4, .data_as_of = made - 60000};
    document->counted = 200;
    document->flagged = 7;
    strcpy(head.device, "0192f3c4-7f1e-7000-8000-000000000001");
    memset(head.head, 'a', sizeof head.head - 1);
    document->heads = malloc(sizeof head);
    assert_non_null(document->heads);
    document->heads[0] = head;
    document->head_count = 1;
    report_document_begin(document, "reasons", "Lý do chưa hài lòng", COLUMNS,
                          COLUMN_COUNT);
    add_row(document, "Thái độ", count, 9765, 15, 114, day);
    add_row(document, "Chờ lâu", 3, DOCUMENT_FEW, DOCUMENT_UNKNOWN,
            DOCUMENT_UNKNOWN, DOCUMENT_UNKNOWN);
    add_row(document, "Tổng", 1237, 10000, 20, 95, day);
    report_document_total(document);
    report_document_chart(document, DOCUMENT_BAR, 0, 1);
    report_document_note(document, "Tỷ lệ có thể vượt 100 %.");
    report_document_begin(document, "empty", "Bảng không có dòng", COLUMNS, 2);
    report_document_remark(document, "Lý do được nêu nhiều nhất là “Thái độ”.");
    report_document_remark(document, "Không có lý do nào khác.");
    buf_free(&message);
}

static void scene_open(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 0);
    scratch_make(scene->folder);
    snprintf(scene->path, sizeof scene->path, "%s/document", scene->folder);
    setenv("DOCUMENT", scene->path, 1);
    scene->texts = sample_texts();
    make_document(&scene->document, 1234);
}

static void scene_close(struct scene *scene)
{
    report_document_free(&scene->document);
    buf_free(&scene->text);
    i18n_close(scene->texts);
    scratch_remove(scene->folder);
}

static const char *read_with(struct scene *scene, const struct buf *bytes,
                             const char *command)
{
    assert_true(file_replace(scene->path, bytes->data, bytes->size, 0600));
    buf_clear(&scene->text);
    foreign_read(command, &scene->text);
    return buf_text(&scene->text);
}

static void write_json(const struct report_document *document,
                       const struct i18n *texts, struct buf *out)
{
    buf_clear(out);
    assert_true(report_document_write_json(document, texts, out));
}

static void test_document_comes_back_out_of_its_json(void **state)
{
    (void)state;
    struct scene scene;
    struct report_document again;
    struct buf first = {0}, second = {0};
    char message[JSON_MESSAGE_SIZE] = "";
    scene_open(&scene);
    write_json(&scene.document, scene.texts, &first);
    const char *text = buf_text(&first);
    assert_holds(text, "\"report\":\"R5\"");
    assert_holds(text, "\"method\":{\"id\":\"ly-do\",\"version\":3,\"text\":["
                       "\"Một lượt có thể nêu nhiều lý do.\"]}");
    assert_holds(text, "[\"Thái độ\",1234,97.65,1.5,11.4,\"2026-11-23\"]");
    assert_holds(text, "[\"Chờ lâu\",3,\"few\",null,null,null]");
    assert_holds(text, "\"flagged\":{\"counted\":200,\"flagged\":7,"
                       "\"share\":3.5}");
    assert_holds(text, "\"ledger\":[{\"device\":\"0192f3c4-");
    if (!report_document_read_json(first.data, first.size, &again, message))
        fail_msg("%s", message);
    write_json(&again, scene.texts, &second);
    assert_string_equal(buf_text(&second), text);
    report_document_free(&again);
    buf_free(&first);
    buf_free(&second);
    scene_close(&scene);
}

static void test_document_of_broken_json_is_refused(void **state)
{
    static const struct {
        const char *from, *to, *why;
    } CASES[] = {{"\"report\":\"R5\"", "\"report\":\"R1\"", "report"},
                 {"\"type\":\"count\"", "\"type\":\"colour\"", "columns"},
                 {"\"decimals\":2", "\"decimals\":9", "columns"},
                 {"1234,97.65", "1234,\"x\"", "rows"},
                 {",\"2026-11-23\"]", ",\"2026-13-23\"]", "rows"},
                 {",\"2026-11-23\"]", "]", "rows"},
                 {"[\"Chờ lâu\"", "[3", "rows"},
                 {"\"kind\":\"bar\"", "\"kind\":\"pie\"", "chart"},
                 {"\"value\":1}", "\"value\":6}", "chart"},
                 {"\"devices\":2", "\"devices\":-2", "devices"},
                 {"\"from\":\"2026", "\"from\":2026", "1"}};
    (void)state;
    struct scene scene;
    struct buf whole = {0};
    scene_open(&scene);
    write_json(&scene.document, scene.texts, &whole);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        struct report_document again;
        struct buf broken = {0};
        char message[JSON_MESSAGE_SIZE] = "";
        const char *at = strstr(buf_text(&whole), CASES[i].from);
        assert_non_null(at);
        buf_append(&broken, whole.data, (size_t)(at - whole.data));
        buf_append_text(&broken, CASES[i].to);
        buf_append_text(&broken, at + strlen(CASES[i].from));
        if (report_document_read_json(broken.data, broken.size, &again,
                                      message))
            fail_msg("%s in place of %s is taken", CASES[i].to, CASES[i].from);
        assert_holds(message, CASES[i].why);
        buf_free(&broken);
    }
    buf_free(&whole);
    scene_close(&scene);
}

static void test_document_as_csv(void **state)
{
    (void)state;
    struct scene scene;
    struct buf bytes = {0};
    scene_open(&scene);
    assert_true(
        report_document_write_csv(&scene.document, scene.texts, &bytes));
    assert_holds(buf_text(&bytes),
                 "\ufeffreport,method,method_version,period_kind,from,to,"
                 "data_as_of,complete,section,reason,count,share,points,wait,"
                 "day\r\n"
                 "R5,ly-do,3,duong-lich,2026-11-01,2026-11-30,");
    assert_holds(buf_text(&bytes),
                 ",false,reasons,Thái độ,1234,97.65,1.5,11.4,2026-11-23\r\n");
    assert_holds(buf_text(&bytes), ",false,reasons,Chờ lâu,3,,,,\r\n");
    buf_free(&bytes);
    scene_close(&scene);
}

static void test_document_as_text(void **state)
{
    (void)state;
    struct scene scene;
    struct buf bytes = {0};
    scene_open(&scene);
    assert_true(
        report_document_write_text(&scene.document, scene.texts, &bytes));
    const char *text = read_with(&scene, &bytes, "tr -s ' ' <\"$DOCUMENT\"");
    assert_holds(text, "Thái độ 1.234 97,65 % 1,5 11,4 phút 23/11/2026\n");
    assert_holds(text, "Chờ lâu 3 ít hơn 5 không xác định");
    assert_holds(text, "Báo cáo lập theo bộ quy tắc ly-do, bản 3.\n");
    assert_holds(text, "còn thiếu 4 bản ghi");
    assert_holds(text, "trong 200 lượt được tính có 7 lượt bị gắn cờ nghi vấn "
                       "(3,5 %)\n");
    assert_holds(text, "Bảng không có dòng\n Lý do Số lượt\n Chưa có số liệu");
    assert_holds(text, "Lý do được nêu nhiều nhất là “Thái độ”.\n");
    buf_free(&bytes);
    scene_close(&scene);
}

static void test_document_as_workbook(void **state)
{
    (void)state;
    struct scene scene;
    struct buf bytes = {0};
    scene_open(&scene);
    assert_true(
        report_document_write_xlsx(&scene.document, scene.texts, &bytes));
    const char *text = read_with(
        &scene, &bytes,
        "cp \"$DOCUMENT\" \"$DOCUMENT.xlsx\" && PYTHONIOENCODING=utf-8 "
        "/usr/bin/python3 " TEST_SOURCE
        "/tests/report/read_xlsx.py \"$DOCUMENT.xlsx\"");
    assert_holds(text, "Tổng hợp!B6 s Lý do chưa hài lòng [@]\n");
    assert_holds(text, "Bảng 1!A6 s Thái độ [@]\nBảng 1!B6 n 1234 [#,##0]\n"
                       "Bảng 1!C6 n 0.9765 [0.00 %]\nBảng 1!D6 n 1.5 [0.0]\n"
                       "Bảng 1!E6 n 11.4 [0.0]\nBảng 1!F6 d 2026-11-23");
    assert_holds(text, "Bảng 1!C7 s ít hơn 5 [@]\n");
    assert_holds(text, "Bảng 1: frozen at B6\n");
    // The total is no bar.
    assert_holds(text, "Bảng 1: BarChart of 'Bảng 1'!$I$6:$I$7\n");
    assert_holds(text, "Bảng 1: heads repeat: $5:$5\n");
    assert_holds(text, "Phương pháp!");
    assert_holds(text, " s Một lượt có thể nêu nhiều lý do. [@]\n");
    assert_holds(text, "s Lượt đánh giá bị gắn cờ nghi vấn [@]\n");
    assert_holds(text, " n 17 [#,##0]\n");
    buf_free(&bytes);
    scene_close(&scene);
}

static void test_document_on_paper(void **state)
{
    (void)state;
    struct scene scene;
    struct buf bytes = {0};
    scene_open(&scene);
    assert_true(report_document_write_pdf(&scene.document, scene.texts, &LETTER,
                                          &bytes));
    const char *text = read_with(&scene, &bytes,
                                 "pdftotext -layout \"$DOCUMENT\" - |"
                                 " tr -s ' '");
    assert_holds(text, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n");
    assert_holds(text, "Bình Minh, ngày 02 tháng 12 năm 2026\n");
    assert_holds(text, "Lý do hài lòng và chưa hài lòng của tổ chức, cá nhân");
    assert_holds(text, "Bảng 1. Lý do chưa hài lòng\n");
    assert_holds(text, "Thái độ 1.234 97,65 % 1,5 11,4 phút 23/11/2026\n");
    assert_holds(text, "Chờ lâu 3 ít hơn 5 – – –\n");
    assert_holds(text, "Không có lý do nào khác./.\n");
    assert_holds(text, "Các chuỗi bản ghi mà báo cáo dựa vào\n");
    buf_free(&bytes);
    scene_close(&scene);
}

// What citizens write runs nowhere.
static void test_document_of_strange_texts(void **state)
{
    (void)state;
    struct scene scene;
    struct buf bytes = {0};
    scene_open(&scene);
    report_document_begin(&scene.document, "texts", "Góp ý", COLUMNS, 1);
    report_document_text(&scene.document, "=cmd|' /C calc'!A0");
    report_document_text(&scene.document, "<script>alert(1)</script> 😀");
    report_document_text(&scene.document, "مرحبا \"quoted\", line\nbreak");
    assert_true(
        report_document_write_csv(&scene.document, scene.texts, &bytes));
    assert_holds(buf_text(&bytes), ",\"'=cmd|' /C calc'!A0\",");
    assert_holds(buf_text(&bytes), ",\"مرحبا \"\"quoted\"\", line\nbreak\",");
    buf_clear(&bytes);
    assert_true(
        report_document_write_xlsx(&scene.document, scene.texts, &bytes));
    const char *text = read_with(
        &scene, &bytes,
        "cp \"$DOCUMENT\" \"$DOCUMENT.xlsx\" && PYTHONIOENCODING=utf-8 "
        "/usr/bin/python3 " TEST_SOURCE
        "/tests/report/read_xlsx.py \"$DOCUMENT.xlsx\"");
    assert_holds(text, "Bảng 3!A6 s =cmd|' /C calc'!A0 [@]\n");
    assert_holds(text, " s <script>alert(1)</script> 😀 [@]\n");
    buf_clear(&bytes);
    assert_true(report_document_write_pdf(&scene.document, scene.texts, &LETTER,
                                          &bytes));
    assert_holds(read_with(&scene, &bytes, "pdftotext \"$DOCUMENT\" -"),
                 "<script>alert(1)</script>");
    buf_free(&bytes);
    scene_close(&scene);
}

static void test_document_restates_another(void **state)
{
    (void)state;
    struct scene scene;
    struct report_document before;
    struct buf message = {0}, bytes = {0};
    scene_open(&scene);
    make_document(&before, 1200);
    before.restates = 1;
    assert_true(report_document_restate(&scene.document, &before, &message));
    assert_int_equal(scene.document.restates, 2);
    assert_string_equal(scene.document.changed, "Lý do chưa hài lòng");
    assert_true(
        report_document_write_text(&scene.document, scene.texts, &bytes));
    assert_holds(buf_text(&bytes), "Báo cáo này được lập lại lần 2, thay báo "
                                   "cáo lập lúc 00:00 ngày 02/12/2026.\n");
    assert_holds(buf_text(&bytes),
                 "Các bảng có thay đổi: Lý do chưa hài lòng.\n");
    // The same again changes nothing.
    report_document_free(&before);
    make_document(&before, 1234);
    assert_true(report_document_restate(&scene.document, &before, &message));
    assert_null(scene.document.changed);
    before.period.last--;
    assert_false(report_document_restate(&scene.document, &before, &message));
    assert_holds(buf_text(&message), "of another period");
    report_document_free(&before);
    buf_free(&message);
    buf_free(&bytes);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document_comes_back_out_of_its_json),
        cmocka_unit_test(test_document_of_broken_json_is_refused),
        cmocka_unit_test(test_document_as_csv),
        cmocka_unit_test(test_document_as_text),
        cmocka_unit_test(test_document_as_workbook),
        cmocka_unit_test(test_document_on_paper),
        cmocka_unit_test(test_document_of_strange_texts),
        cmocka_unit_test(test_document_restates_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

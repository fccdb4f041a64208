// The official document, as the programs of poppler read it.
#include "common/date.h"
#include "common/file.h"
#include "support/check.h"
#include "support/foreign.h"
#include "support/sample_report.h"
#include "support/scratch.h"
#include <stdio.h>
#include <stdlib.h>

static const struct report_letter LETTER = {
    .parent = "ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG",
    .issuer = "ỦY BAN NHÂN DÂN PHƯỜNG PHÙ LIỄN",
    .number = "07",
    .symbol = "BC-UBND",
    .place = "Phù Liễn",
    .signer_title = "TM. ỦY BAN NHÂN DÂN|CHỦ TỊCH",
    .signer = "Nguyễn Văn A",
    .recipients = "UBND thành phố;Lưu: VT",
};

struct scene {
    char folder[SCRATCH_SIZE];
    char path[SCRATCH_SIZE + 16];
    struct report report;
    struct buf text; // of the last reading
};

// Phường Phù Liễn in the first month of 2025: 467 ratings, 463 of the best
// level, 3 of the next and 1 other, over 3.100 visits.
static void scene_open(struct scene *scene, enum report_by by)
{
    memset(scene, 0, sizeof *scene);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 0);
    scratch_make(scene->folder);
    snprintf(scene->path, sizeof scene->path, "%s/report.pdf", scene->folder);
    sample_report("duong-lich:2025-01", by, &scene->report);
    struct report *report = &scene->report;
    report->total.counts.levels[2] = 1;
    report->total.counts.levels[3] = 3;
    report->total.counts.levels[4] = 463;
    report->total.counts.transactions = 3100;
    int32_t day;
    assert_true(date_parse_iso("2025-02-05", &day));
    report->made_ms = date_wall_ms_of_day(day) + 9 * INT64_C(3600000);
    report->complete = (struct report_complete){
        .devices = 2, .data_as_of = report->made_ms - 60000};
}

static void scene_close(struct scene *scene)
{
    report_free(&scene->report);
    buf_free(&scene->text);
    scratch_remove(scene->folder);
}

static void write_file(struct scene *scene, const struct report_letter *letter)
{
    struct i18n *texts = sample_texts();
    struct buf bytes = {0};
    assert_true(report_write_pdf(&scene->report, texts, letter, &bytes));
    assert_true(file_replace(scene->path, bytes.data, bytes.size, 0600));
    buf_free(&bytes);
    i18n_close(texts);
}

// `command` finds the file as $PDF.
static void read_with(struct scene *scene, const char *command)
{
    setenv("PDF", scene->path, 1);
    buf_clear(&scene->text);
    foreign_read(command, &scene->text);
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

static void test_pdf_is_laid_out_as_a_document(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    write_file(&scene, &LETTER);
    read_with(&scene, "pdftotext -raw \"$PDF\" -");
    const char *text = buf_text(&scene.text);
    // In the order of reading.
    static const char *const LINES[] = {
        "ỦY BAN NHÂN DÂN\nPHƯỜNG PHÙ LIỄN\n",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n",
        "Độc lập - Tự do - Hạnh phúc\n",
        "Số: 07/BC-UBND Phù Liễn, ngày 05 tháng 02 năm 2025\n",
        "BÁO CÁO\n",
        "Kết quả đánh giá mức độ hài lòng tại quầy Một cửa\n",
        "Tháng 01/2025, theo dương lịch: 01/01/2025 – 31/01/2025\n",
        "I. Phạm vi và phương pháp\n",
        "II. Kết quả\n",
        "III. Độ đầy đủ của số liệu\n",
        "IV. Nhận xét\n",
        "Nơi nhận:\n- UBND thành phố;\n- Lưu: VT.\n",
        "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nNguyễn Văn A",
    };
    for (size_t i = 0; i < sizeof LINES / sizeof LINES[0]; i++) {
        const char *found = strstr(text, LINES[i]);
        if (!found)
            fail_msg("\"%s\" does not follow in \"%s\"", LINES[i], text);
        text = found;
    }
    scene_close(&scene);
}

static void test_pdf_names_the_part(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    sample_filter(&scene.report);
    write_file(&scene, &LETTER);
    read_with(&scene, "pdftotext -raw \"$PDF\" - | tr '\\n' ' '");
    const char *text = buf_text(&scene.text);
    assert_holds(text, "tại quầy Một cửa (Phạm vi: Quầy 3; Lĩnh vực: ho-tich)");
    assert_holds(text, "Chỉ tính phần sau: Quầy 3; Lĩnh vực: ho-tich.");
    scene_close(&scene);
}

static void test_pdf_figures(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    write_file(&scene, &LETTER);
    read_with(&scene, "pdftotext -layout \"$PDF\" - | tr -s ' '");
    const char *text = buf_text(&scene.text);
    // 466 of 467 are satisfied: 99,79 %. Wilson: 98,80 to 99,96.
    assert_holds(text, "Tỷ lệ hài lòng tại quầy 99,8 %\n");
    assert_holds(text, "98,80 – 99,96 %\n");
    assert_holds(text, "So với mục tiêu 95 % đạt vững\n");
    assert_holds(text, "So với mục tiêu 98 % đạt vững\n");
    assert_holds(text, "Rất hài lòng 463 99,1 %\n");
    assert_holds(text, "Hài lòng 3 0,6 %\n");
    assert_holds(text, "Bình thường 1 0,2 %\n");
    // 467 of 3.100 is 15,06 %; 3.100 / (1 + 7,75) is 354,3.
    assert_holds(text, "15,1 %\n");
    assert_holds(text, "Số đánh giá cần có 355\n");
    assert_holds(text, "Hồ sơ đã giải quyết 3.100\n");
    scene_close(&scene);
}

static void test_pdf_service(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_COUNTER);
    struct report *report = &scene.report;
    report->total.counts.offered = 1000;
    report->total.counts.offered_rated = 460;
    report->total.service = (struct figures_service){
        // 14 minutes and 18 on average
        .called = {.known = 4, .ms = 3360000, .within = 3, .median = 118},
        .done = {.known = 5, .ms = 5400000, .within = 1, .median = 175},
        .before = 20,
        .on_time = 470,
        .late = 10};
    sample_row(report, "3", "3", (const int64_t[]){0, 0, 0, 0, 9})
        ->counts.transactions = 3100;
    assert_true(report_append_withdrawal(report, "nhầm quầy", 6));
    write_file(&scene, &LETTER);
    read_with(&scene, "pdftotext -layout \"$PDF\" - | tr -s ' '");
    const char *text = buf_text(&scene.text);
    assert_holds(text, "nhầm quầy 6\n");
    assert_holds(text, "Lượt được mời theo hồ sơ 1.000\n");
    assert_holds(text, "14,0 phút 11,8 phút 75,0 % đạt\n");
    assert_holds(text, "18,0 phút 17,5 phút 20,0 % không đạt\n");
    assert_holds(text, "Trước và đúng hạn 98,0 %\n");
    assert_holds(text, "So với mục tiêu 98–100 % đạt\n");
    assert_holds(text, "Quầy 3 3.100 0,0 % – – – – –\n");
    read_with(&scene, "pdftotext -raw \"$PDF\" - | tr '\\n' ' ' |"
                      " sed 's/\f[0-9]* //g'");
    text = buf_text(&scene.text);
    assert_holds(text, "Thời gian chờ từ lấy số đến được gọi trung bình 14,0 "
                       "phút, trung vị 11,8 phút, tính trên 4 hồ sơ có ghi "
                       "giờ; 75,0 % chờ không quá 15 phút. So với kế hoạch "
                       "13–15 phút: đạt.");
    assert_holds(text, "Trong 500 hồ sơ đã rõ thời hạn có 490 hồ sơ giải quyết "
                       "trước và đúng hạn, đạt 98,0 %. So với mục tiêu 98–100 "
                       "%: đạt.");
    scene_close(&scene);
}

// 100 ratings, 97 satisfied: Wilson 91,55 to 98,97, so 95 is met but not
// surely, and 98, of which one rating is lacking, is open.
static void test_pdf_remarks_follow_the_figures(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_COUNTER);
    memcpy(scene.report.total.counts.levels, (int64_t[]){2, 0, 1, 40, 57},
           5 * sizeof(int64_t));
    scene.report.total.counts.transactions = FIGURES_UNKNOWN;
    sample_row(&scene.report, "1", "1", (const int64_t[]){0, 0, 0, 20, 30});
    sample_row(&scene.report, "2", "2", (const int64_t[]){2, 0, 1, 20, 24});
    sample_row(&scene.report, "3", "3", (const int64_t[]){0, 0, 0, 0, 3});
    scene.report.complete.missing = 12;
    write_file(&scene, &LETTER);
    // Sentences go on over pages, whose numbers stand between.
    read_with(&scene, "pdftotext -raw \"$PDF\" - | tr '\\n' ' ' |"
                      " sed 's/\f[0-9]* //g'");
    const char *text = buf_text(&scene.text);
    assert_holds(text, "Trong kỳ có 100 lượt đánh giá, trong đó 97 lượt hài "
                       "lòng, đạt tỷ lệ 97,0 %; khoảng tin cậy 95 % (Wilson) "
                       "là 91,55 – 98,97 %.");
    assert_holds(text, "Có 2 lượt không hài lòng, chiếm 2,0 %.");
    assert_holds(text, "Mục tiêu 95 %: đạt; song");
    assert_holds(text, "Mục tiêu 98 %: chưa đủ dữ liệu để kết luận;");
    assert_holds(text, "còn thiếu 1 lượt hài lòng.");
    // 44 of 47 is 93,6 %; three ratings alone show no rate.
    assert_holds(text, "Cao nhất là Quầy 1 với 100,0 %");
    assert_holds(text, "thấp nhất là Quầy 2 với 93,6 %");
    assert_holds(text, "ít hơn 5");
    assert_holds(text, "còn thiếu 12 bản ghi mà thiết bị đã báo là có");
    // The document's last sentence.
    assert_holds(text, "Số liệu chưa đầy đủ; các tỷ lệ trên có thể thay đổi "
                       "khi nhận thêm bản ghi./.");
    scene_close(&scene);
}

// The summary beside the period before: 90 of 100 then, 466 of 467 now.
static void test_pdf_compares_with_the_period_before(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    struct report *report = &scene.report;
    report->kind = REPORT_SUMMARY;
    report->has_previous =
        period_before(&report->period, &report->previous_period);
    report->previous = (struct figures_counts){.levels = {5, 5, 0, 40, 50},
                                               .transactions = FIGURES_UNKNOWN};
    write_file(&scene, &LETTER);
    read_with(&scene, "pdftotext -raw \"$PDF\" - | tr '\\n' ' '");
    assert_holds(buf_text(&scene.text),
                 "So với kỳ trước (Tháng 12/2024, theo dương lịch: 01/12/2024 "
                 "– 31/12/2024: 90,0 %), tỷ lệ hài lòng tăng 9,8 điểm phần "
                 "trăm.");
    assert_holds(buf_text(&scene.text),
                 "Số lượt đánh giá (467) đủ so với mức cần có (355) cho 3.100 "
                 "hồ sơ đã giải quyết.");
    scene_close(&scene);
}

static void test_pdf_embeds_its_fonts(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    write_file(&scene, &LETTER);
    // name, type (two words), encoding, emb, sub, uni
    read_with(&scene, "pdffonts \"$PDF\" | tail -n +3");
    const char *text = buf_text(&scene.text);
    int fonts = count_of(text, "\n");
    assert_in_range(fonts, 3, 8);
    assert_int_equal(count_of(text, "LiberationSerif"), fonts);
    assert_int_equal(count_of(text, " yes yes yes "), fonts);
    read_with(&scene, "pdfimages -list \"$PDF\" | tail -n +3");
    assert_string_equal(buf_text(&scene.text), "");
    read_with(&scene, "pdfinfo \"$PDF\"");
    assert_holds(buf_text(&scene.text), "595.276 x 841.89 pts (A4)");
    scene_close(&scene);
}

// Composed letters come out as they went in.
static void test_pdf_text_is_nfc(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_NONE);
    write_file(&scene, &LETTER);
    read_with(
        &scene,
        "pdftotext -raw \"$PDF\" - | python3 -c \"import sys, unicodedata;"
        " t = sys.stdin.read();"
        " print(t == unicodedata.normalize('NFC', t), '\\ufffd' in t)\"");
    assert_string_equal(buf_text(&scene.text), "True False\n");
    scene_close(&scene);
}

static void test_pdf_repeats_the_head_of_a_long_table(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_PROCEDURE);
    for (int i = 0; i < 120; i++) {
        char key[16];
        snprintf(key, sizeof key, "2.%06d", i);
        sample_row(&scene.report, key, key, (const int64_t[]){0, 0, 1, 2, 40});
    }
    write_file(&scene, &LETTER);
    read_with(&scene, "pdftotext -layout \"$PDF\" -");
    const char *text = buf_text(&scene.text);
    int heads = count_of(text, "Thủ tục ");
    int pages = count_of(text, "\f");
    assert_in_range(pages, 4, 12);
    assert_in_range(heads, 3, pages);
    assert_int_equal(count_of(text, " 2.000"), 120);
    // Pages after the first begin with their number.
    assert_holds(text, "\f");
    const char *second = strchr(text, '\f') + 1;
    int number = 0;
    assert_int_equal(sscanf(second, " %d", &number), 1);
    assert_int_equal(number, 2);
    scene_close(&scene);
}

// Places that nobody filled are dotted; markup and other scripts are text.
static void test_pdf_of_strange_texts(void **state)
{
    (void)state;
    struct scene scene;
    static const struct report_letter EMPTY = {0};
    scene_open(&scene, REPORT_BY_FIELD);
    sample_row(&scene.report, "a", "=1+%s&<b>",
               (const int64_t[]){0, 0, 0, 0, 9});
    sample_row(&scene.report, "b",
               "Mot-ten-dai-khong-co-dau-cach-nao-ca-"
               "de-thu-xem-bang-co-vo-khong-hay-la-khong",
               (const int64_t[]){0, 0, 0, 0, 9});
    write_file(&scene, &EMPTY);
    read_with(&scene, "pdftotext -raw \"$PDF\" - | tr '\\n' ' '");
    const char *text = buf_text(&scene.text);
    assert_holds(text, "Số: ...../BC-UBND");
    assert_holds(text, "- Lưu: VT.");
    assert_holds(text, "=1+%s&<b>");
    scene_close(&scene);
}

static void test_pdf_of_nothing(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene, REPORT_BY_DAY);
    memset(scene.report.total.counts.levels, 0,
           sizeof scene.report.total.counts.levels);
    scene.report.complete = (struct report_complete){0};
    write_file(&scene, &LETTER);
    read_with(&scene, "pdftotext -layout \"$PDF\" - | tr -s ' '");
    const char *text = buf_text(&scene.text);
    assert_holds(text, "Tỷ lệ hài lòng tại quầy Chưa có số liệu\n");
    assert_holds(text, "Trong kỳ chưa có lượt đánh giá nào");
    assert_holds(text, "chưa có thiết bị nào");
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pdf_is_laid_out_as_a_document),
        cmocka_unit_test(test_pdf_names_the_part),
        cmocka_unit_test(test_pdf_figures),
        cmocka_unit_test(test_pdf_service),
        cmocka_unit_test(test_pdf_remarks_follow_the_figures),
        cmocka_unit_test(test_pdf_compares_with_the_period_before),
        cmocka_unit_test(test_pdf_embeds_its_fonts),
        cmocka_unit_test(test_pdf_text_is_nfc),
        cmocka_unit_test(test_pdf_repeats_the_head_of_a_long_table),
        cmocka_unit_test(test_pdf_of_strange_texts),
        cmocka_unit_test(test_pdf_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

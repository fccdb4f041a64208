// R7, R8 and R9 out of an office's ledger.
#include "common/date.h"
#include "office/desk.h"
#include "office/documents.h"
#include "report/documents.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/sample_report.h"
#include <stdio.h>
#include <stdlib.h>

static const int64_t START = INT64_C(1795500000000); // 2026-11-24 in Vietnam

struct scene {
    struct made_office made;
    struct ledger_maker device;
    struct i18n *texts;
    struct report_method method;
    struct buf text;
};

static void scene_open(struct scene *scene)
{
    struct buf message = {0};
    memset(scene, 0, sizeof *scene);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 0);
    made_office_open(&scene->made);
    made_office_enrol(&scene->made, "3", START - 3600000, &scene->device);
    scene->texts = sample_texts();
    assert_true(report_method_load_default(&scene->method, &message));
}

static void scene_close(struct scene *scene)
{
    maker_free(&scene->device);
    made_office_close(&scene->made);
    i18n_close(scene->texts);
    buf_free(&scene->text);
}

// A form of the set: all of its questions `from` … `to` at `level`.
static void write_form(struct scene *scene, const char *survey, int from,
                       int to, int level)
{
    struct record record;
    maker_visit(&scene->device, 0, &record);
    snprintf(record.survey, sizeof record.survey, "%s", survey);
    record.survey_version = 1;
    record.answer_count = 0;
    for (int i = from; i <= to; i++) {
        struct record_answer *answer = &record.answers[record.answer_count++];
        snprintf(answer->question, sizeof answer->question, "%d", i);
        answer->level = level;
    }
    maker_write(&scene->device, &record);
}

static void send_all(struct scene *scene)
{
    assert_int_equal(made_office_send(&scene->made, &scene->device, 1,
                                      (int64_t)scene->device.count, START),
                     OFFICE_BATCH_OK);
}

static void build(struct scene *scene, const char *kind, enum report_view view,
                  struct report_document *out)
{
    struct report_request request;
    struct buf message = {0};
    const struct report_ask ask = {.period = "duong-lich:2026-11",
                                   .kind = kind};
    const struct document_source source = {.office = scene->made.office,
                                           .texts = scene->texts,
                                           .method = &scene->method,
                                           .view = view};
    assert_true(report_read_request(&ask, &request, &message));
    assert_true(report_documents_has(request.kind));
    request.now_ms = START + 60000;
    assert_true(report_documents_build(&source, &request, out));
}

// The lines of CSV of the document, by the table `section` on.
static const char *read_document(struct scene *scene, const char *kind,
                                 enum report_view view)
{
    struct report_document document;
    build(scene, kind, view, &document);
    buf_clear(&scene->text);
    assert_true(
        report_document_write_csv(&document, scene->texts, &scene->text));
    assert_true(
        report_document_write_text(&document, scene->texts, &scene->text));
    report_document_free(&document);
    return buf_text(&scene->text);
}

// Two whole forms with 4 and 2, and one that answers only question 15, with 5.
// Question 15: A 2/3, B (4+2+5)/15; the others of its factor: A 1/2, B 6/10.
// The factor: A (2/3 + 3/2) ÷ 4 = 54,17; B (11/15 + 9/5) ÷ 4 = 63,33. Overall:
// A (0,541667 + 4 × 0,5) ÷ 5 = 50,83; B (0,633333 + 4 × 0,6) ÷ 5 = 60,67.
static void test_sipas_of_a_ledger(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    write_form(&scene, "sipas", 15, 33, 4);
    write_form(&scene, "sipas", 15, 33, 2);
    write_form(&scene, "sipas", 15, 15, 5);
    send_all(&scene);
    const char *text = read_document(&scene, "R7", REPORT_VIEW_OFFICE);
    assert_holds(text, ",factors,Tiếp cận dịch vụ,4,54.17,63.33,");
    assert_holds(text, ",factors,Kết quả giải quyết,3,50.00,60.00,");
    assert_holds(text, ",factors,Chỉ số chung,19,50.83,60.67,");
    assert_holds(text, ",items,,,66.67,73.33,15,");
    assert_holds(text, ",items,,,50.00,60.00,33,");
    // Two of three forms have only good answers.
    assert_holds(text, "Trên màn hình,3,2,66.67\r\n");
    assert_holds(text, "Trong kỳ có 3 phiếu, trong đó 0 phiếu giấy.\n");
    assert_holds(text, "Báo cáo lập theo bộ quy tắc sipas, bản 1.\n");
    scene_close(&scene);
}

// Others than the Office see no numbers of fewer than five answers.
static void test_few_answers_are_withheld(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    write_form(&scene, "sipas", 15, 33, 4);
    send_all(&scene);
    const char *text = read_document(&scene, "R7", REPORT_VIEW_OTHERS);
    assert_holds(text, ",factors,Tiếp cận dịch vụ,4,,,");
    assert_holds(text, "ít hơn 5");
    assert_null(strstr(text, "100,00 %"));
    scene_close(&scene);
}

// A form of another version of the questions is told of and not mixed in.
static void test_other_versions_are_apart(void **state)
{
    (void)state;
    struct scene scene;
    struct record record;
    scene_open(&scene);
    maker_visit(&scene.device, 0, &record);
    strcpy(record.survey, "sipas");
    record.survey_version = 7;
    record.answer_count = 1;
    record.answers[0] = (struct record_answer){"15", 1};
    maker_write(&scene.device, &record);
    send_all(&scene);
    const char *text = read_document(&scene, "R7", REPORT_VIEW_OFFICE);
    assert_holds(text, "Trong kỳ chưa có phiếu nào.\n");
    assert_holds(text, "Có 1 phiếu theo bản khác của bộ câu hỏi");
    scene_close(&scene);
}

// Health: 10 answers of 5 and 10 of 3 on a screen, 2 of 4 and a blank on paper:
// 12 of 22 are good, and two of three forms wholly.
static void test_services_of_a_ledger(void **state)
{
    (void)state;
    struct scene scene;
    struct key key;
    const struct record_answer answers[] = {{"1", 4}, {"2", 4}, {"3", 0}};
    const struct desk_form form = {"tram-y-te", 1, date_day_of_wall_ms(START),
                                   answers, 3};
    scene_open(&scene);
    write_form(&scene, "tram-y-te", 1, 10, 5);
    write_form(&scene, "tram-y-te", 1, 10, 3);
    send_all(&scene);
    key_make(&key);
    const struct desk_entry entry = {.key = &key,
                                     .unit = "H24.12",
                                     .name = "Phiếu giấy",
                                     .who = "user lan",
                                     .now = START,
                                     .forms = &form,
                                     .form_count = 1};
    assert_int_equal(office_enter_forms(scene.made.office, &entry), OFFICE_OK);
    const char *text = read_document(&scene, "R9", REPORT_VIEW_OFFICE);
    assert_holds(text, "Khảo sát dịch vụ tại trạm y tế,3,1,22,12,54.55,66.67");
    assert_holds(text, "Khảo sát dịch vụ giáo dục mầm non,0,0,0,0,,");
    scene_close(&scene);
}

static void enter_sheet(struct scene *scene, const char *body)
{
    int64_t version = 0;
    const struct document_wish wish = {.name = "tt01:duong-lich:2026-11",
                                       .body = body,
                                       .who = "user lan",
                                       .at = START};
    assert_int_equal(office_put_document(scene->made.office, &wish, &version),
                     OFFICE_OK);
}

// Attitude is known from ratings: 3 good, 1 middling, 1 bad give 7 points of 5
// dossiers: 1,4. The other indices are entered as 2,0: 17,4 together.
static void test_assessment_of_a_period(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    maker_rate(&scene.device, 5);
    maker_rate(&scene.device, 4);
    maker_rate(&scene.device, 4);
    maker_rate(&scene.device, 3);
    maker_rate(&scene.device, 1);
    send_all(&scene);
    const char *text = read_document(&scene, "R8", REPORT_VIEW_OFFICE);
    assert_holds(text, "\"Thái độ của cán bộ, công chức\",3,1,1,1.4,");
    assert_holds(text, "Chưa đủ 9 chỉ số");
    enter_sheet(&scene, "{\"indices\":{\"1\":{\"two\":4,\"one\":0,\"none\":0},"
                        "\"2\":{\"two\":4,\"one\":0,\"none\":0},"
                        "\"3\":{\"two\":4,\"one\":0,\"none\":0},"
                        "\"4\":{\"two\":4,\"one\":0,\"none\":0},"
                        "\"5\":{\"two\":4,\"one\":0,\"none\":0},"
                        "\"6\":{\"two\":4,\"one\":0,\"none\":0},"
                        "\"8\":{\"two\":4,\"one\":0,\"none\":0},"
                        "\"9\":{\"two\":4,\"one\":0,\"none\":0}}}");
    text = read_document(&scene, "R8", REPORT_VIEW_OFFICE);
    assert_holds(text, "Tổng điểm (tối đa 18),,,,17.4,");
    assert_holds(text, "Tổng điểm 17,4/18, xếp loại: Xuất sắc.\n");
    assert_holds(text, "Số do Văn phòng nhập cho kỳ này: bản 1.\n");
    scene_close(&scene);
}

// Counted again from the lines up to the heads that it names, a document is the
// same whatever has come since.
static void test_recount_is_the_same(void **state)
{
    (void)state;
    struct scene scene;
    struct report_document said, again;
    struct buf first = {0}, second = {0};
    scene_open(&scene);
    write_form(&scene, "sipas", 15, 33, 4);
    send_all(&scene);
    build(&scene, "R7", REPORT_VIEW_OFFICE, &said);
    write_form(&scene, "sipas", 15, 33, 1);
    send_all(&scene);
    const struct document_source source = {.office = scene.made.office,
                                           .texts = scene.texts,
                                           .method = &scene.method,
                                           .view = REPORT_VIEW_OFFICE};
    assert_true(report_documents_recount(&source, &said, &again));
    assert_true(report_document_write_json(&said, scene.texts, &first));
    assert_true(report_document_write_json(&again, scene.texts, &second));
    assert_string_equal(buf_text(&first), buf_text(&second));
    report_document_free(&said);
    report_document_free(&again);
    buf_free(&first);
    buf_free(&second);
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sipas_of_a_ledger),
        cmocka_unit_test(test_few_answers_are_withheld),
        cmocka_unit_test(test_other_versions_are_apart),
        cmocka_unit_test(test_services_of_a_ledger),
        cmocka_unit_test(test_assessment_of_a_period),
        cmocka_unit_test(test_recount_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

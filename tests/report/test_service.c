// What transactions bring to a report, out of a real office: coverage, waiting,
// timeliness, withdrawals; and the same through JSON and counted again.
#include "common/date.h"
#include "office/invitations.h"
#include "office/transactions.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/sample_report.h"
#include <stdio.h>
#include <stdlib.h>

enum { MINUTE = 60000 };

struct scene {
    struct made_office office;
    struct ledger_maker device;
    struct i18n *texts;
    int told; // transactions
};

static int64_t moment(const char *day, int hour)
{
    int32_t number;
    assert_true(date_parse_iso(day, &number));
    return date_wall_ms_of_day(number) + hour * INT64_C(3600000);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    assert_non_null(scene);
    made_office_open(&scene->office);
    made_office_enrol(&scene->office, "1", moment("2025-01-01", 7),
                      &scene->device);
    maker_wait(&scene->device, moment("2025-01-06", 8) - scene->device.wall_ms);
    scene->texts = sample_texts();
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    i18n_close(scene->texts);
    maker_free(&scene->device);
    made_office_close(&scene->office);
    free(scene);
    return 0;
}

// A visit of a transaction at a counter; level 0: declined.
static void rate(struct scene *scene, const char *counter, int level)
{
    struct record record;
    maker_wait(&scene->device, 1000);
    maker_visit(&scene->device, level, &record);
    record.mode = RECORD_TRANSACTION;
    snprintf(record.transaction, sizeof record.transaction, "V-%zu",
             scene->device.count);
    snprintf(record.counter, sizeof record.counter, "%s", counter);
    strcpy(record.officer, "cb-07");
    maker_write(&scene->device, &record);
}

static void walk_up(struct scene *scene, int level)
{
    struct record record;
    maker_wait(&scene->device, 1000);
    maker_visit(&scene->device, level, &record);
    record.mode = RECORD_WALK_UP;
    strcpy(record.counter, "1");
    maker_write(&scene->device, &record);
}

static void send(struct scene *scene)
{
    assert_int_equal(made_office_send(&scene->office, &scene->device, 1,
                                      (int64_t)scene->device.count,
                                      scene->device.wall_ms),
                     OFFICE_BATCH_OK);
}

// A transaction of a counter on 6 January, after so many minutes to the call
// and to the end; −1: not told.
static void tell(struct scene *scene, const char *counter, int called, int done,
                 enum timeliness timeliness)
{
    static const struct pseudonym_keys linked = {.linked = true};
    struct transaction_entry entry = {.status = TRANSACTION_STORED};
    struct transaction *t = &entry.transaction;
    snprintf(t->code, sizeof t->code, "T-%d", scene->told++);
    snprintf(t->texts[TRANSACTION_COUNTER], TRANSACTION_TEXT_SIZE, "%s",
             counter);
    t->done_at = moment("2025-01-06", 9);
    t->queued_at = done >= 0 ? t->done_at - done * MINUTE : 0;
    t->called_at = called >= 0 ? t->queued_at + called * MINUTE : 0;
    t->timeliness = timeliness;
    assert_int_equal(office_take_transactions(scene->office.office, "H24.12",
                                              &linked, &entry, 1, t->done_at),
                     OFFICE_OK);
}

static void build(struct scene *scene, enum report_kind kind, enum report_by by,
                  struct report *out)
{
    struct buf message = {0};
    struct report_method method;
    struct report_request request = {
        .kind = kind, .by = by, .now_ms = moment("2025-02-01", 8)};
    assert_true(report_method_load(TEST_SOURCE "/assets/methods/tai-quay.json",
                                   &method, &message));
    assert_true(period_parse("duong-lich:2025-01", &request.period, &message));
    assert_true(report_build(scene->office.office, &method, &request, out));
    buf_free(&message);
}

static const struct report_row *row_of(const struct report *report,
                                       const char *key)
{
    for (size_t i = 0; i < report->row_count; i++) {
        if (strcmp(report->rows[i].key, key) == 0)
            return &report->rows[i];
    }
    fail_msg("there is no row \"%s\"", key);
    return NULL;
}

static void write_text(struct scene *scene, const struct report *report,
                       struct buf *out)
{
    struct buf text = {0};
    assert_true(report_write_text(report, scene->texts, &text));
    // One blank between words, to be compared.
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] != ' ' || (i > 0 && text.data[i - 1] != ' '))
            buf_append_char(out, text.data[i]);
    }
    buf_free(&text);
}

static void expect_text(struct scene *scene, const struct report *report,
                        const char *const *parts)
{
    struct buf text = {0};
    write_text(scene, report, &text);
    for (; *parts; parts++)
        assert_holds(buf_text(&text), *parts);
    buf_free(&text);
}

// Phường Phù Liễn, Hải Phòng, January 2025: 467 ratings in 3.100 visits.
static void test_service_phu_lien(void **state)
{
    struct scene *scene = *state;
    struct report report;
    struct buf json = {0};
    for (int i = 0; i < 467; i++)
        rate(scene, "1", i < 463 ? 5 : i < 466 ? 4 : 3);
    send(scene);
    static const struct pseudonym_keys linked = {.linked = true};
    struct transaction_entry *entries = calloc(3100, sizeof *entries);
    assert_non_null(entries);
    for (int i = 0; i < 3100; i++) {
        snprintf(entries[i].transaction.code, RECORD_TRANSACTION_SIZE, "P-%d",
                 i);
        entries[i].transaction.done_at =
            moment("2025-01-02", 8) + i * INT64_C(600000);
    }
    assert_int_equal(office_take_transactions(scene->office.office, "H24.12",
                                              &linked, entries, 3100, 0),
                     OFFICE_OK);
    free(entries);
    build(scene, REPORT_SUMMARY, REPORT_BY_NONE, &report);
    expect_text(scene, &report,
                (const char *[]){
                    "Tỷ lệ hài lòng tại quầy 99,8 % (466 hài lòng trên 467",
                    "Rất hài lòng 463 99,1 %\n", "Hài lòng 3 0,6 %\n",
                    "Bình thường 1 0,2 %\n", "Hồ sơ đã giải quyết 3.100\n",
                    "Lượt được mời theo hồ sơ 467\n",
                    "Có đánh giá trên số lượt được mời 100,0 %\n",
                    "Được mời trên số hồ sơ đã giải quyết 15,1 %\n",
                    "Số lượt đánh giá so với số hồ sơ đã giải quyết 15,1 %\n",
                    // 466 and 466 + 2.633 of 3.100
                    "đều hài lòng 15,0 – 100,0 %\n", "Số đánh giá cần có 355\n",
                    NULL});
    assert_true(
        report_write_json(&report, scene->texts, REPORT_VIEW_OFFICE, &json));
    assert_holds(buf_text(&json),
                 "\"coverage\":{\"offered\":15.1,\"rated\":100.0,"
                 "\"response\":15.1,\"needed\":355,\"enough\":true}");
    buf_free(&json);
    report_free(&report);
}

// Nobody told of a transaction: what needs their number is not known.
static void test_service_untold(void **state)
{
    struct scene *scene = *state;
    struct report report;
    struct buf text = {0};
    rate(scene, "1", 5);
    send(scene);
    build(scene, REPORT_PLAIN, REPORT_BY_COUNTER, &report);
    assert_int_equal(report.total.counts.transactions, FIGURES_UNKNOWN);
    assert_int_equal(report.rows[0].counts.transactions, FIGURES_UNKNOWN);
    expect_text(scene, &report,
                (const char *[]){
                    "Hồ sơ đã giải quyết không xác định\n",
                    "Được mời trên số hồ sơ đã giải quyết không xác định\n",
                    "Số đánh giá cần có không xác định\n", NULL});
    write_text(scene, &report, &text);
    assert_null(strstr(buf_text(&text), "Thời gian chờ"));
    buf_free(&text);
    report_free(&report);
}

// Counter 1: waits to the call of 4, 10 and 25 minutes, mean 13, and to the end
// of 6, 14 and 40, mean 20; one is late. Counter 2 has no transaction, counter
// 9 no visit. 49 of 50 dossiers whose time is known are in time.
static void tell_the_counters(struct scene *scene)
{
    tell(scene, "1", 4, 6, TIMELINESS_BEFORE);
    tell(scene, "1", 10, 14, TIMELINESS_ON);
    tell(scene, "1", 25, 40, TIMELINESS_LATE);
    for (int i = 0; i < 47; i++)
        tell(scene, "9", -1, -1, TIMELINESS_ON);
    tell(scene, "9", -1, 20, TIMELINESS_UNTOLD);
    for (int i = 0; i < 6; i++)
        rate(scene, i < 3 ? "1" : "2", i == 0 ? 0 : 5);
    send(scene);
}

static void test_service_by_counter(void **state)
{
    struct scene *scene = *state;
    struct report report;
    tell_the_counters(scene);
    build(scene, REPORT_PLAIN, REPORT_BY_COUNTER, &report);
    assert_int_equal(report.total.counts.transactions, 51);
    assert_int_equal(report.row_count, 3);
    assert_string_equal(report.rows[2].key, "9");
    const struct report_row *first = row_of(&report, "1");
    assert_int_equal(first->counts.transactions, 3);
    assert_int_equal(first->service.called.known, 3);
    assert_int_equal(first->service.called.median, 100);
    assert_int_equal(figures_mean_wait(&first->service.called), 130);
    assert_int_equal(first->service.called.within, 2);
    assert_int_equal(first->service.done.ms, 60 * MINUTE);
    assert_int_equal(first->service.late, 1);
    assert_int_equal(row_of(&report, "2")->counts.transactions, 0);
    assert_int_equal(row_of(&report, "9")->counts.transactions, 48);
    assert_int_equal(figures_rated(&row_of(&report, "9")->counts), 0);
    expect_text(
        scene, &report,
        (const char *[]){
            "Thời gian chờ Có ghi giờ Trung bình Trung vị Trong 15 phút Kế "
            "hoạch 13–15 phút\n",
            " Từ lấy số đến được gọi 3 13,0 phút 10,0 phút 66,7 % đạt mức cao",
            // 6, 14, 20 and 40 minutes
            " Từ lấy số đến giải quyết xong 4 20,0 phút 17,0 phút 50,0 % không "
            "đạt\n",
            " Trước hạn 1\n", " Đúng hạn 48\n", " Trễ hạn 1\n",
            " Trước và đúng hạn 98,0 %\n", " So với mục tiêu 98–100 % đạt\n",
            " Quầy 1 3 100,0 % 66,7 % 13,0 phút 10,0 phút 66,7 % 66,7 %\n",
            " Quầy 2 0 – 100,0 % – – – –\n",
            " Quầy 9 48 0,0 % – – – – 100,0 %\n", NULL});
    report_free(&report);
}

// What a breakdown does not know of transactions stays unknown.
static void test_service_unknown_breakdowns(void **state)
{
    struct scene *scene = *state;
    static const enum report_by unknown[] = {
        REPORT_BY_OFFICER, REPORT_BY_DEVICE, REPORT_BY_CHANNEL};
    struct report report;
    tell_the_counters(scene);
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        build(scene, REPORT_PLAIN, unknown[i], &report);
        for (size_t k = 0; k < report.row_count; k++) {
            // All of them stand in the row of no officer.
            bool holds_all = unknown[i] == REPORT_BY_OFFICER &&
                             report.rows[k].key[0] == '\0';
            assert_int_equal(report.rows[k].counts.transactions,
                             holds_all ? 51 : FIGURES_UNKNOWN);
        }
        report_free(&report);
    }
    build(scene, REPORT_PLAIN, REPORT_BY_HOUR, &report);
    assert_int_equal(row_of(&report, "08")->counts.transactions, 0);
    assert_int_equal(row_of(&report, "09")->counts.transactions, 51);
    report_free(&report);
}

static void test_service_walk_ups_stand_apart(void **state)
{
    struct scene *scene = *state;
    struct report report;
    for (int i = 0; i < 10; i++)
        tell(scene, "1", 1, 2, TIMELINESS_ON);
    for (int i = 0; i < 8; i++)
        rate(scene, "1", i < 6 ? 5 : 0);
    for (int i = 0; i < 5; i++)
        walk_up(scene, i < 2 ? 1 : 0);
    send(scene);
    build(scene, REPORT_PLAIN, REPORT_BY_NONE, &report);
    expect_text(scene, &report,
                (const char *[]){
                    "Có đánh giá trên số lượt được mời 75,0 %\n",
                    "Được mời trên số hồ sơ đã giải quyết 80,0 %\n",
                    "nêu riêng 5 lượt tự chạm tại quầy, trong đó 2 lượt có "
                    "đánh giá.\n",
                    NULL});
    report_free(&report);
}

static void test_service_withdrawals(void **state)
{
    struct scene *scene = *state;
    struct report report;
    struct invitation invitation = {.unit = "H24.12", .counter = "1"};
    for (int i = 0; i < 3; i++) {
        int64_t now = moment("2025-01-06", 8 + i);
        invitation.made_at = now;
        invitation.expires_at = now + 10 * MINUTE;
        snprintf(invitation.transaction, sizeof invitation.transaction, "W-%d",
                 i);
        assert_int_equal(office_invite(scene->office.office, &invitation),
                         INVITATION_MADE);
        bool withdrawn = false;
        assert_int_equal(office_withdraw(scene->office.office, invitation.id,
                                         "key 1",
                                         i < 2 ? "nhầm quầy" : "dân về trước",
                                         now + MINUTE, &invitation, &withdrawn),
                         OFFICE_OK);
        assert_true(withdrawn);
    }
    build(scene, REPORT_PLAIN, REPORT_BY_NONE, &report);
    assert_int_equal(report.withdrawal_count, 2);
    expect_text(scene, &report,
                (const char *[]){"Lời mời đã rút, theo lý do\n nhầm quầy 2\n "
                                 "dân về trước 1\n",
                                 NULL});
    report_free(&report);
}

// Means over a few citizens are for the Office alone.
static void test_service_few_waits_are_withheld(void **state)
{
    struct scene *scene = *state;
    struct report report;
    struct buf json = {0};
    for (int i = 0; i < 4; i++)
        tell(scene, "1", 5, 9, TIMELINESS_ON);
    tell(scene, "1", -1, 9, TIMELINESS_UNTOLD);
    build(scene, REPORT_PLAIN, REPORT_BY_NONE, &report);
    assert_true(
        report_write_json(&report, scene->texts, REPORT_VIEW_OTHERS, &json));
    assert_holds(buf_text(&json), "\"waiting\":{\"done\":{\"known\":5,");
    assert_holds(buf_text(&json), "\"timeliness\":null");
    buf_clear(&json);
    assert_true(
        report_write_json(&report, scene->texts, REPORT_VIEW_OFFICE, &json));
    assert_holds(buf_text(&json), "\"waiting\":{\"called\":{\"known\":4,");
    assert_holds(buf_text(&json), "\"timeliness\":{\"before\":0,\"on\":4,");
    buf_free(&json);
    report_free(&report);
}

// Out of JSON, and counted again from the lines, it is the same report.
static void test_service_comes_back(void **state)
{
    struct scene *scene = *state;
    static const struct {
        enum report_kind kind;
        enum report_by by;
    } cases[] = {{REPORT_SUMMARY, REPORT_BY_DAY},
                 {REPORT_COUNTERS, REPORT_BY_COUNTER},
                 {REPORT_FIELDS, REPORT_BY_FIELD}};
    tell_the_counters(scene);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct report report, read, counted;
        struct buf first = {0}, second = {0}, third = {0};
        char message[JSON_MESSAGE_SIZE];
        build(scene, cases[i].kind, cases[i].by, &report);
        assert_true(report_write_json(&report, scene->texts, REPORT_VIEW_OFFICE,
                                      &first));
        if (!report_read_json(first.data, first.size, &read, message))
            fail_msg("%s", message);
        assert_true(report_write_json(&read, scene->texts, REPORT_VIEW_OFFICE,
                                      &second));
        assert_string_equal(buf_text(&first), buf_text(&second));
        assert_true(report_recount(scene->office.office, &read, &counted));
        assert_true(report_write_json(&counted, scene->texts,
                                      REPORT_VIEW_OFFICE, &third));
        assert_string_equal(buf_text(&first), buf_text(&third));
        buf_free(&first);
        buf_free(&second);
        buf_free(&third);
        report_free(&report);
        report_free(&read);
        report_free(&counted);
    }
}

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_service_phu_lien),
        SCENE_TEST(test_service_untold),
        SCENE_TEST(test_service_by_counter),
        SCENE_TEST(test_service_unknown_breakdowns),
        SCENE_TEST(test_service_walk_ups_stand_apart),
        SCENE_TEST(test_service_withdrawals),
        SCENE_TEST(test_service_few_waits_are_withheld),
        SCENE_TEST(test_service_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

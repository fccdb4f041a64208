// hailong verify --report: a report that was made earlier is recomputed from
// the lines that it names, whatever came later, and a changed figure is found.
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/foreign.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <stdlib.h>

struct scene {
    struct made_server server;
    struct made_device device;
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    char report[96];
    struct run run;
};

static void send_new(struct scene *scene, int64_t from)
{
    struct answer answer = {0};
    made_device_send(&scene->device, &scene->server, from,
                     (int64_t)scene->device.ledger.count, 200, &answer);
    answer_free(&answer);
}

// Ten ratings: nine of level 5, one of level 2; and a report on them.
static void scene_open(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    made_server_start(&scene->server, NULL);
    made_device_enrol(&scene->device, &scene->server, "3");
    for (int i = 0; i < 10; i++)
        maker_rate(&scene->device.ledger, i == 4 ? 2 : 5);
    send_new(scene, 1);
    // The server corrects the times of a device that is ahead, and midnight may
    // lie between.
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, scene->from);
    date_format_iso(today + 1, scene->to);
    snprintf(scene->report, sizeof scene->report, "%s/report.json",
             scene->server.folder);
    run_command(&scene->run, "report", "--data", scene->server.folder, "--from",
                scene->from, "--to", scene->to, "--report", "R4", "--format",
                "json", "--out", scene->report, NULL);
    run_must_end(&scene->run, 0);
}

static void scene_close(struct scene *scene)
{
    run_free(&scene->run);
    made_device_free(&scene->device);
    made_server_close(&scene->server);
}

static void verify(struct scene *scene, int code)
{
    run_command(&scene->run, "verify", "--data", scene->server.folder,
                "--report", scene->report, NULL);
    run_must_end(&scene->run, code);
}

// The first such part that comes after `behind`.
static void replace_behind(struct scene *scene, const char *behind,
                           const char *part, const char *instead)
{
    struct buf bytes = {0}, changed = {0};
    assert_true(file_read(scene->report, 1 << 20, &bytes));
    const char *at = strstr(buf_text(&bytes), behind);
    at = at ? strstr(at, part) : NULL;
    if (!at)
        fail_msg("no \"%s\" in %s", part, buf_text(&bytes));
    buf_append(&changed, bytes.data, (size_t)(at - bytes.data));
    buf_append_text(&changed, instead);
    buf_append_text(&changed, at + strlen(part));
    assert_true(file_replace(scene->report, changed.data, changed.size, 0600));
    buf_free(&bytes);
    buf_free(&changed);
}

static void replace(struct scene *scene, const char *part, const char *instead)
{
    replace_behind(scene, "", part, instead);
}

static void test_a_report_is_recomputed(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    verify(&scene, 0);
    run_must_say(&scene.run, "Sound: chains 1, rows 1, ratings 10\n");
    scene_close(&scene);
}

static void test_later_lines_do_not_matter(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    int64_t from = (int64_t)scene.device.ledger.count + 1;
    maker_rate(&scene.device.ledger, 1);
    send_new(&scene, from);
    verify(&scene, 0);
    run_must_say(&scene.run, "ratings 10\n");
    scene_close(&scene);
}

// A report made again after late data says what it replaces, and is itself
// recomputed.
static void test_a_restatement(void **state)
{
    (void)state;
    struct scene scene;
    char again[128], pdf[128];
    struct buf text = {0};
    scene_open(&scene);
    int64_t from = (int64_t)scene.device.ledger.count + 1;
    for (int i = 0; i < 10; i++)
        maker_rate(&scene.device.ledger, 5);
    send_new(&scene, from);
    snprintf(again, sizeof again, "%s.again", scene.report);
    snprintf(pdf, sizeof pdf, "%s.pdf", scene.report);
    run_command(&scene.run, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--report", "R4", "--restates",
                scene.report, "--format", "json", "--out", again, NULL);
    run_must_end(&scene.run, 0);
    run_command(&scene.run, "verify", "--data", scene.server.folder, "--report",
                again, NULL);
    run_must_end(&scene.run, 0);
    run_must_say(&scene.run, "ratings 20\n");

    // And once more: 9 of 10 became 19 of 20.
    run_command(&scene.run, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--report", "R4", "--restates",
                again, "--format", "pdf", "--out", pdf, NULL);
    run_must_end(&scene.run, 0);
    setenv("PDF", pdf, 1);
    foreign_read("pdftotext -raw \"$PDF\" - | tr '\\n' ' '", &text);
    assert_holds(buf_text(&text),
                 "Báo cáo này được lập lại lần 2, thay báo cáo "
                 "lập lúc ");
    assert_holds(buf_text(&text), "Báo cáo trước có 20 lượt đánh giá, 19 lượt "
                                  "hài lòng, tỷ lệ 95,0 %;");
    buf_clear(&text);
    run_command(&scene.run, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--report", "R4", "--restates",
                scene.report, "--format", "pdf", "--out", pdf, NULL);
    run_must_end(&scene.run, 0);
    foreign_read("pdftotext -raw \"$PDF\" - | tr '\\n' ' '", &text);
    assert_holds(buf_text(&text), "Báo cáo trước có 10 lượt đánh giá, 9 lượt "
                                  "hài lòng, tỷ lệ 90,0 %; nay có 20 lượt đánh "
                                  "giá, 19 lượt hài lòng, tỷ lệ 95,0 %.");
    assert_holds(buf_text(&text), "Các dòng có thay đổi: Quầy 3.");

    // Another report cannot be replaced.
    run_command(&scene.run, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--report", "R2", "--restates",
                scene.report, NULL);
    run_must_end(&scene.run, 1);
    run_must_complain(&scene.run, "is another report");
    buf_free(&text);
    scene_close(&scene);
}

static void test_a_changed_figure_is_found(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    replace(&scene, "\"sat\":90.0", "\"sat\":98.0");
    verify(&scene, 1);
    run_must_say(&scene.run, "BROKEN: the total: sat is 90.0 by the lines, and "
                             "98.0 in the report\n");
    replace(&scene, "\"sat\":98.0", "\"sat\":90.0");
    verify(&scene, 0);
    replace(&scene, "\"levels\":[0,1,0,0,9]", "\"levels\":[0,0,0,0,10]");
    verify(&scene, 1);
    run_must_say(&scene.run, "levels is [0,1,0,0,9] by the lines");
    scene_close(&scene);
}

// A report that names other lines than those that are held.
static void test_other_evidence_is_found(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    replace(&scene, "\"head\":\"", "\"head\":\"0123");
    verify(&scene, 1);
    run_must_complain(&scene.run, "holds no hash");
    scene_close(&scene);

    scene_open(&scene);
    replace(&scene, "\"gen\":1", "\"gen\":7");
    verify(&scene, 1);
    run_must_say(&scene.run, "the report rests on it, and it is not held");
    scene_close(&scene);
}

static void test_what_is_no_report(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    assert_true(file_replace(scene.report, "{}", 2, 0600));
    verify(&scene, 1);
    run_must_complain(&scene.run, "is no report in JSON");
    assert_int_equal(remove(scene.report), 0);
    verify(&scene, 1);
    run_must_complain(&scene.run, "No such file");
    scene_close(&scene);
}

// A transaction of counter 9, and one of counter 3 with this timeliness.
static void tell_transactions(struct scene *scene, const char *timeliness,
                              const char *expected)
{
    struct answer answer = {0};
    char feed[65], body[512], done[CLOCK_ISO_SIZE];
    made_server_key(&scene->server, "feed", feed);
    clock_format(scene->device.ledger.wall_ms - 10000, done);
    snprintf(body, sizeof body,
             "{\"transactions\":[{\"transaction\":\"T-1\",\"counter\":\"9\","
             "\"done_at\":\"%s\"},{\"transaction\":\"T-2\",\"counter\":\"3\","
             "\"done_at\":\"%s\",\"timeliness\":\"%s\"}]}",
             done, done, timeliness);
    ask(scene->server.port,
        &(struct ask){.path = "/api/v1/transactions",
                      .token = feed,
                      .type = "application/json",
                      .body = body,
                      .size = strlen(body)},
        &answer);
    assert_int_equal(answer.status, 200);
    assert_holds(buf_text(&answer.body), expected);
    answer_free(&answer);
}

// Transactions are taken from the report: a row that has them and no rating is
// no finding, corrections after its making are none; a rating more still is.
static void test_transactions_are_taken_from_it(void **state)
{
    (void)state;
    struct scene scene;
    scene_open(&scene);
    tell_transactions(&scene, "late", "\"stored\":2");
    run_command(&scene.run, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--report", "R4", "--format",
                "json", "--out", scene.report, NULL);
    run_must_end(&scene.run, 0);
    verify(&scene, 0);
    run_must_say(&scene.run, "Sound: chains 1, rows 2, ratings 10\n");
    tell_transactions(&scene, "on", "\"replaced\":1");
    verify(&scene, 0);
    // All may be flagged by now, so that a total has no level either.
    replace_behind(&scene, "\"key\":\"9\"", "\"levels\":[0,0,0,0,0]",
                   "\"levels\":[0,0,0,0,1]");
    verify(&scene, 1);
    run_must_say(&scene.run, "row \"9\"");
    scene_close(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_report_is_recomputed),
        cmocka_unit_test(test_later_lines_do_not_matter),
        cmocka_unit_test(test_a_restatement),
        cmocka_unit_test(test_a_changed_figure_is_found),
        cmocka_unit_test(test_transactions_are_taken_from_it),
        cmocka_unit_test(test_other_evidence_is_found),
        cmocka_unit_test(test_what_is_no_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

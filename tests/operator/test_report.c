// hailong report: out of a directory and from a running server, the same visits
// give the same figures in every form.
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// A server that got 20 new visits from the device at counter 3: 18 rated,
// of these 17 satisfied, and 2 declined. Another two of counter 4.
struct scene {
    struct made_server server;
    struct made_device first, second;
    char from[DATE_ISO_SIZE], to[DATE_ISO_SIZE];
    char url[64];
    char key_file[96];
};

static void rate(struct made_device *device, const char *counter, int level)
{
    struct record record;
    maker_visit(&device->ledger, level, &record);
    strcpy(record.counter, counter);
    maker_write(&device->ledger, &record);
}

static void send_all(struct scene *scene, struct made_device *device)
{
    struct answer answer = {0};
    made_device_send(device, &scene->server, 1, (int64_t)device->ledger.count,
                     200, &answer);
    answer_free(&answer);
}

static void write_key_file(struct scene *scene, const char *role,
                           const char *blanks)
{
    char key[65];
    struct buf text = {0};
    made_server_key(&scene->server, role, key);
    buf_printf(&text, "%s%s", key, blanks);
    snprintf(scene->key_file, sizeof scene->key_file, "%s/%s.key",
             scene->server.folder, role);
    assert_true(file_replace(scene->key_file, text.data, text.size, 0600));
    buf_free(&text);
}

static void scene_open(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    made_server_start(&scene->server, NULL);
    made_device_enrol(&scene->first, &scene->server, "3");
    made_device_enrol(&scene->second, &scene->server, "4");
    for (int i = 0; i < 20; i++)
        rate(&scene->first, "3", i < 12 ? 5 : i < 17 ? 4 : i < 18 ? 2 : 0);
    rate(&scene->second, "4", 5);
    rate(&scene->second, "4", 3);
    send_all(scene, &scene->first);
    send_all(scene, &scene->second);
    // The server corrects the times of a device that is ahead, and midnight may
    // lie between.
    int32_t today = date_day_of_wall_ms(clock_wall_ms());
    date_format_iso(today - 1, scene->from);
    date_format_iso(today + 1, scene->to);
    snprintf(scene->url, sizeof scene->url, "http://127.0.0.1:%u",
             scene->server.port);
}

static void scene_close(struct scene *scene)
{
    made_device_free(&scene->first);
    made_device_free(&scene->second);
    made_server_close(&scene->server);
}

static void test_report_text(void **state)
{
    (void)state;
    struct scene scene;
    struct run run = {0};
    scene_open(&scene);
    run_command(&run, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--by", "counter", NULL);
    run_must_end(&run, 0);
    // 18 of 20 ratings.
    run_must_say(&run, "90,0 % (18 hài lòng trên 20 đánh giá)\n");
    run_must_say(&run, "chưa đủ dữ liệu");
    run_must_say(&run, "Chọn không đánh giá    2\n");
    run_must_say(&run, "không xác định");
    run_must_say(&run, "Quầy 3 *");
    run_must_say(&run, "ít hơn 5");
    run_must_say(&run, "đủ: 2 thiết bị, không thiếu bản ghi nào\n");
    run_free(&run);
    scene_close(&scene);
}

static void test_report_json(void **state)
{
    (void)state;
    struct scene scene;
    struct run run = {0};
    int64_t number;
    scene_open(&scene);
    run_command(&run, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--format", "json", NULL);
    run_must_end(&run, 0);
    json_t *object = run_json(&run);
    const json_t *total = json_object_get(object, "total");
    assert_true(json_get_int(total, "rated", &number));
    assert_int_equal(number, 20);
    assert_true(json_get_int(total, "satisfied", &number));
    assert_int_equal(number, 18);
    assert_true(json_get_int(total, "declined", &number));
    assert_int_equal(number, 2);
    assert_true(json_number_value(json_object_get(total, "sat")) == 90.0);
    assert_true(json_is_null(json_object_get(total, "transactions")));
    json_decref(object);
    run_free(&run);
    scene_close(&scene);
}

// Everything but the time of making is the same, wherever it comes from.
static void test_report_from_the_server_is_the_same(void **state)
{
    (void)state;
    static const char *const FORMATS[] = {"text", "csv"};
    struct scene scene;
    struct run here = {0}, there = {0};
    scene_open(&scene);
    write_key_file(&scene, "office", "\n");
    for (size_t i = 0; i < 2; i++) {
        run_command(&here, "report", "--data", scene.server.folder, "--from",
                    scene.from, "--to", scene.to, "--by", "counter", "--format",
                    FORMATS[i], NULL);
        run_command(&there, "report", "--server", scene.url, "--key-file",
                    scene.key_file, "--from", scene.from, "--to", scene.to,
                    "--by", "counter", "--format", FORMATS[i], NULL);
        run_must_end(&here, 0);
        run_must_end(&there, 0);
        assert_string_equal(run_out(&here), run_out(&there));
    }
    run_command(&there, "report", "--server", scene.url, "--key-file",
                scene.key_file, "--period", "duong-lich:2026", "--format",
                "json", NULL);
    run_must_end(&there, 0);
    json_t *object = run_json(&there);
    assert_true(json_is_object(json_object_get(object, "total")));
    json_decref(object);
    run_free(&here);
    run_free(&there);
    scene_close(&scene);
}

// A leader gets no figures of counter 4, which has two ratings.
static void test_report_of_a_part(void **state)
{
    (void)state;
    struct scene scene;
    struct run here = {0}, there = {0};
    scene_open(&scene);
    run_command(&here, "report", "--data", scene.server.folder, "--from",
                scene.from, "--to", scene.to, "--by", "field", "--counter", "4",
                NULL);
    run_must_end(&here, 0);
    run_must_say(&here, "Phạm vi      Quầy 4\n");
    run_must_say(&here, "50,0 % (1 hài lòng trên 2 đánh giá)\n");
    write_key_file(&scene, "office", "\n");
    run_command(&there, "report", "--server", scene.url, "--key-file",
                scene.key_file, "--from", scene.from, "--to", scene.to,
                "--counter", "quầy &4", NULL);
    run_must_end(&there, 0);
    run_must_say(&there, "Không tìm thấy trong số liệu và danh sách thiết bị: "
                         "Quầy quầy &4\n");
    run_free(&here);
    run_free(&there);
    scene_close(&scene);
}

static void test_report_for_a_leader_withholds_small_rows(void **state)
{
    (void)state;
    struct scene scene;
    struct run run = {0};
    scene_open(&scene);
    write_key_file(&scene, "leader", "  \r\n\n");
    run_command(&run, "report", "--server", scene.url, "--key-file",
                scene.key_file, "--from", scene.from, "--to", scene.to, "--by",
                "counter", "--format", "csv", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, ",counter,3,Quầy 3,0,1,0,5,12,18,17,94.4,");
    run_must_say(&run, ",counter,4,Quầy 4,,,,,,,,,");
    run_free(&run);
    scene_close(&scene);
}

static void test_report_keys_that_do_not_work(void **state)
{
    (void)state;
    struct scene scene;
    struct run run = {0};
    scene_open(&scene);
    write_key_file(&scene, "feed", "\n");
    run_command(&run, "report", "--server", scene.url, "--key-file",
                scene.key_file, "--period", "duong-lich:2026", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "answered 403");
    assert_true(file_replace(scene.key_file,
                             "00000000000000000000000000000000"
                             "00000000000000000000000000000000\n",
                             65, 0600));
    run_command(&run, "report", "--server", scene.url, "--key-file",
                scene.key_file, "--period", "duong-lich:2026", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "does not know this key");
    assert_true(file_replace(scene.key_file, "a key\r\nX: y\n", 12, 0600));
    run_command(&run, "report", "--server", scene.url, "--key-file",
                scene.key_file, "--period", "duong-lich:2026", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "holds no API key");
    run_command(&run, "report", "--server", scene.url, "--key-file",
                "/nowhere/key", "--period", "duong-lich:2026", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "/nowhere/key: No such file");
    run_free(&run);
    scene_close(&scene);
}

static void test_report_into_a_file(void **state)
{
    (void)state;
    struct made_server server;
    struct run run = {0};
    struct buf text = {0};
    char path[96];
    made_server_start(&server, NULL);
    snprintf(path, sizeof path, "%s/report.csv", server.folder);
    run_command(&run, "report", "--data", server.folder, "--period",
                "hanh-chinh:2026-01", "--format", "csv", "--out", path, NULL);
    run_must_end(&run, 0);
    assert_string_equal(run_out(&run), "");
    assert_true(file_read(path, 1 << 20, &text));
    assert_non_null(strstr(buf_text(&text), ",2025-12-15,2026-01-14,"));
    run_command(&run, "report", "--data", server.folder, "--period",
                "hanh-chinh:2026-01", "--out", "/nowhere/report", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "/nowhere/report: ");
    buf_free(&text);
    run_free(&run);
    made_server_close(&server);
}

// Both kinds of document, from the directory and from the running server.
static void test_report_as_a_document(void **state)
{
    (void)state;
    static const struct {
        const char *format, *begins;
    } cases[] = {{"pdf", "%PDF-1.5"}, {"xlsx", "PK\003\004"}};
    struct scene scene;
    struct run run = {0};
    char out[96];
    scene_open(&scene);
    write_key_file(&scene, "leader", "\n");
    snprintf(out, sizeof out, "%s/out", scene.server.folder);
    for (size_t i = 0; i < 4; i++) {
        struct buf bytes = {0};
        if (i < 2)
            run_command(&run, "report", "--data", scene.server.folder, "--from",
                        scene.from, "--to", scene.to, "--report", "R4",
                        "--format", cases[i].format, "--out", out, NULL);
        else
            run_command(&run, "report", "--server", scene.url, "--key-file",
                        scene.key_file, "--from", scene.from, "--to", scene.to,
                        "--report", "R1", "--format", cases[i % 2].format,
                        "--out", out, NULL);
        run_must_end(&run, 0);
        assert_true(file_read(out, 1 << 24, &bytes));
        assert_memory_equal(bytes.data, cases[i % 2].begins,
                            strlen(cases[i % 2].begins));
        assert_true(bytes.size > 5000);
        buf_free(&bytes);
    }
    run_free(&run);
    scene_close(&scene);
}

static void test_report_of_nothing(void **state)
{
    (void)state;
    struct made_server server;
    struct run run = {0};
    made_server_start(&server, NULL);
    run_command(&run, "report", "--data", server.folder, "--period",
                "hanh-chinh:2026", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "Chưa có số liệu\n");
    run_free(&run);
    made_server_close(&server);
}

static void test_report_wrong_options(void **state)
{
    (void)state;
    static const struct {
        const char *arguments[8];
        const char *why;
    } cases[] = {
        {{"--period", "duong-lich:2026"}, "--data or --server is missing"},
        {{"--data", "/x", "--server", "https://x", "--period", "x"},
         "exclude each other"},
        {{"--server", "https://x", "--period", "duong-lich:2026"},
         "--key-file is missing"},
        {{"--data", "/x"}, "period: is missing"},
        {{"--data", "/x", "--period", "2026-01"}, "known kind"},
        {{"--data", "/x", "--from", "2026-11-23"}, "to: is missing"},
        {{"--data", "/x", "--period", "duong-lich:2026", "--by", "colour"},
         "by \"colour\""},
        {{"--data", "/x", "--period", "duong-lich:2026", "--format", "docx"},
         "text, json, csv, xlsx or pdf"},
        {{"--data", "/x", "--period", "duong-lich:2026", "--format", "pdf"},
         "--out is missing"},
        {{"--data=/x", "--period", "duong-lich:2026", "--report=R7", "--by",
          "field"},
         "R7 has tables of its own"},
        {{"--data", "/x", "--period", "duong-lich:2026", "--report", "R11"},
         "is unknown; one of R1 R2 R3 R4 R5 R6 R7 R8 R9 R10"},
        {{"--period", "duong-lich:2026", "--report", "R2", "--by", "hour"},
         "--data or --server is missing"},
        {{"--data=/x", "--period", "duong-lich:2026", "--report=R2", "--by",
          "hour"},
         "R2 is by field"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *const *a = cases[i].arguments;
        struct run run = {0};
        run_command(&run, "report", a[0], a[1], a[2], a[3], a[4], a[5], a[6],
                    NULL);
        run_must_end(&run, 2);
        run_must_complain(&run, cases[i].why);
        run_free(&run);
    }
}

// The program's own files, damaged: one message with file and place, and no
// report.
static void test_report_with_broken_assets(void **state)
{
    (void)state;
    static const struct {
        const char *texts, *method, *why;
    } cases[] = {
        {"{\n  \"report.title\": \"x\",\n  }", NULL, "vi.json"},
        {"{\"report.title\": 7}", NULL, "report.title"},
        {NULL, "{\"id\": \"x\"}", "tai-quay.json: version"},
    };
    char *before = getenv("HAILONG_ASSETS");
    char *kept = before ? strdup(before) : NULL;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct run run = {0};
        char folder[SCRATCH_SIZE], command[256], path[96];
        scratch_make(folder);
        snprintf(command, sizeof command,
                 "cp -r %s/assets/i18n %s/assets/"
                 "methods %s",
                 TEST_SOURCE, TEST_SOURCE, folder);
        assert_int_equal(system(command), 0);
        const char *text = cases[i].texts ? cases[i].texts : cases[i].method;
        snprintf(path, sizeof path, "%s/%s", folder,
                 cases[i].texts ? "i18n/vi.json" : "methods/tai-quay.json");
        assert_true(file_replace(path, text, strlen(text), 0600));
        setenv("HAILONG_ASSETS", folder, 1);
        run_command(&run, "report", "--data", folder, "--period",
                    "duong-lich:2026", NULL);
        run_must_end(&run, 2);
        run_must_complain(&run, cases[i].why);
        run_free(&run);
        snprintf(path, sizeof path, "%s/i18n", folder);
        scratch_remove(path);
        snprintf(path, sizeof path, "%s/methods", folder);
        scratch_remove(path);
        scratch_remove(folder);
    }
    if (kept)
        setenv("HAILONG_ASSETS", kept, 1);
    else
        unsetenv("HAILONG_ASSETS");
    free(kept);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_text),
        cmocka_unit_test(test_report_json),
        cmocka_unit_test(test_report_from_the_server_is_the_same),
        cmocka_unit_test(test_report_of_a_part),
        cmocka_unit_test(test_report_for_a_leader_withholds_small_rows),
        cmocka_unit_test(test_report_keys_that_do_not_work),
        cmocka_unit_test(test_report_into_a_file),
        cmocka_unit_test(test_report_as_a_document),
        cmocka_unit_test(test_report_of_nothing),
        cmocka_unit_test(test_report_wrong_options),
        cmocka_unit_test(test_report_with_broken_assets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// hailong doctor: what it says of facts, and of a real device at a real server.
#include "common/file.h"
#include "operator/doctor.h"
#include "store/device.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct i18n *texts;

static int open_texts(void **state)
{
    (void)state;
    struct buf message = {0};
    char path[PATH_MAX];
    assert_true(file_find_asset("i18n", path, sizeof path));
    texts = i18n_open(path, &message);
    assert_non_null(texts);
    return 0;
}

static int close_texts(void **state)
{
    (void)state;
    i18n_close(texts);
    return 0;
}

// A device that can do all its work.
static struct doctor_facts well(void)
{
    return (struct doctor_facts){
        .display_known = true,
        .display_found = true,
        .display = "HDMI-A-1, 1280x800",
        .touch_count = 1,
        .touch = "ILITEK Multi-Touch",
        .sound_found = true,
        .clock_believed = true,
        .clock_synced = true,
        .disk_free_bytes = INT64_C(12345678901),
        .sync_us = 1849,
        .enrolled = DEVICE_OK,
        .has_staff_pin = true,
        .sending = {.ledger_read = true, .courier_read = true, .pending = 3},
        .screen_runs = true,
        .courier_runs = true,
        .answered = TRANSPORT_ANSWERED,
        .status = 200,
        .is_our_server = true,
        .clock_ahead_ms = -1234,
        .right_status = 200,
        .server = "https://may-chu.example"};
}

static void assert_says(const struct doctor_facts *facts,
                        enum doctor_check check, enum doctor_verdict verdict,
                        const char *says)
{
    struct doctor_line lines[DOCTOR_CHECK_COUNT];
    doctor_judge(facts, texts, I18N_EN, lines);
    assert_string_equal(doctor_verdict_name(lines[check].verdict),
                        doctor_verdict_name(verdict));
    assert_string_equal(buf_text(&lines[check].says), says);
    bool advises = verdict == DOCTOR_WARN || verdict == DOCTOR_FAIL;
    assert_int_equal(lines[check].advice.size > 0, advises);
    doctor_free(lines);
}

static void test_doctor_finds_nothing(void **state)
{
    (void)state;
    struct doctor_line lines[DOCTOR_CHECK_COUNT];
    const struct doctor_facts facts = well();
    for (int language = 0; language < I18N_LANGUAGE_COUNT; language++) {
        doctor_judge(&facts, texts, (enum i18n_language)language, lines);
        for (int i = 0; i < DOCTOR_CHECK_COUNT; i++) {
            assert_int_equal(lines[i].check, i);
            assert_int_equal(lines[i].verdict, DOCTOR_PASS);
            assert_int_equal(lines[i].advice.size, 0);
        }
        doctor_free(lines);
    }
    assert_says(&facts, DOCTOR_DISK, DOCTOR_PASS, "12.345 MB free");
    assert_says(&facts, DOCTOR_SYNC, DOCTOR_PASS, "1,8 ms each");
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_PASS, "1,2 s");
    assert_says(&facts, DOCTOR_DATABASE, DOCTOR_PASS,
                "sound, 3 lines wait to be sent");
}

static void test_doctor_machine(void **state)
{
    (void)state;
    struct doctor_facts facts = well();
    facts.display_found = false;
    assert_says(&facts, DOCTOR_DISPLAY, DOCTOR_FAIL, "no display is connected");
    facts.display_known = false;
    assert_says(&facts, DOCTOR_DISPLAY, DOCTOR_WARN,
                "this machine has no display driver (DRM)");
    facts.touch_count = 0;
    assert_says(&facts, DOCTOR_TOUCH, DOCTOR_FAIL, "no touch panel is found");
    facts.touch_count = 2;
    assert_says(&facts, DOCTOR_TOUCH, DOCTOR_WARN, "2 touch panels are there");
    facts.clock_synced = false;
    assert_says(&facts, DOCTOR_CLOCK, DOCTOR_WARN,
                "not synchronised with a time source");
    snprintf(facts.missing_file, sizeof facts.missing_file, "i18n/vi.json");
    assert_says(&facts, DOCTOR_FILES, DOCTOR_FAIL, "i18n/vi.json is missing");
}

// 50 MB are too little, 200 MB soon.
static void test_doctor_disk(void **state)
{
    (void)state;
    struct doctor_facts facts = well();
    facts.disk_free_bytes = 200000000;
    assert_says(&facts, DOCTOR_DISK, DOCTOR_PASS, "200 MB free");
    facts.disk_free_bytes = 199999999;
    assert_says(&facts, DOCTOR_DISK, DOCTOR_WARN, "only 199 MB free");
    facts.disk_free_bytes = 49999999;
    assert_says(&facts, DOCTOR_DISK, DOCTOR_FAIL, "only 49 MB free");
    facts.sync_us = 200001;
    assert_says(&facts, DOCTOR_SYNC, DOCTOR_WARN, "slow, 200,0 ms each");
    facts.disk_in_memory = true;
    assert_says(&facts, DOCTOR_SYNC, DOCTOR_FAIL,
                "the directory is in memory and gone with the power");
    facts.sync_errno = EROFS;
    assert_says(&facts, DOCTOR_SYNC, DOCTOR_FAIL,
                "cannot write: Read-only file system");
    facts.disk_free_bytes = -1;
    assert_says(&facts, DOCTOR_DISK, DOCTOR_FAIL,
                "the data directory cannot be read");
    assert_says(&facts, DOCTOR_SYNC, DOCTOR_SKIP, "cannot be told yet");
}

// What lies behind a fault is not guessed at.
static void test_doctor_network(void **state)
{
    (void)state;
    struct doctor_facts facts = well();
    facts.right_status = 403;
    assert_says(&facts, DOCTOR_RIGHT, DOCTOR_FAIL, "revoked");
    facts.clock_ahead_ms = 30000;
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_WARN, "30,0 s ahead");
    facts.clock_ahead_ms = -90000;
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_WARN, "90,0 s behind");
    facts.is_our_server = false;
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_PASS,
                "https://may-chu.example is reached");
    assert_says(&facts, DOCTOR_SERVER, DOCTOR_FAIL,
                "something answers (200), but not the server of the enrolment");
    assert_says(&facts, DOCTOR_RIGHT, DOCTOR_SKIP, "cannot be told yet");
    facts.answered = TRANSPORT_TLS;
    facts.out_of_date = true;
    facts.is_our_server = true;
    snprintf(facts.message, sizeof facts.message, "expired");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_WARN,
                "the certificate is out of date: expired");
    facts.out_of_date = false;
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "the certificate does not fit: expired");
    facts.answered = TRANSPORT_FAILED;
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "the server is not reached: expired");
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_SKIP, "cannot be told yet");
}

static void assert_verdict(const json_t *said, const char *check,
                           const char *verdict)
{
    size_t i;
    json_t *line;
    json_array_foreach(json_object_get(said, "checks"), i, line)
    {
        if (strcmp(json_string_value(json_object_get(line, "check")), check) ==
            0) {
            assert_string_equal(
                json_string_value(json_object_get(line, "verdict")), verdict);
            return;
        }
    }
    fail_msg("nothing is said of %s", check);
}

static json_t *examine(const char *folder, struct run *run)
{
    run_command(run, "doctor", "--data", folder, "--json", NULL);
    return run_json(run);
}

static void test_doctor_of_a_real_device(void **state)
{
    (void)state;
    struct made_server server;
    struct run run = {0};
    char folder[SCRATCH_SIZE], url[64], code[16], path[PATH_MAX];
    scratch_make(folder);
    json_t *said = examine(folder, &run);
    run_must_end(&run, 1);
    assert_verdict(said, "enrolment", "FAIL");
    assert_verdict(said, "server", "SKIP");
    json_decref(said);

    made_server_start(&server, NULL);
    made_server_code(&server, "3", code);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", server.port);
    run_command(&run, "enrol", "--server", url, "--code", code, "--data",
                folder, NULL);
    run_must_end(&run, 0);
    said = examine(folder, &run);
    assert_verdict(said, "files", "PASS");
    assert_verdict(said, "enrolment", "PASS");
    assert_verdict(said, "database", "PASS");
    assert_verdict(said, "screen", "FAIL"); // no kiosk was started
    assert_verdict(said, "network", "PASS");
    assert_verdict(said, "server", "PASS");
    assert_verdict(said, "right", "PASS");
    assert_verdict(said, "offset", "PASS");
    json_decref(said);

    assert_true(file_join(path, sizeof path, folder, DEVICE_FILE_KEY));
    assert_int_equal(chmod(path, 0644), 0);
    said = examine(folder, &run);
    assert_verdict(said, "enrolment", "WARN");
    json_decref(said);

    made_server_close(&server);
    said = examine(folder, &run);
    assert_verdict(said, "network", "FAIL");
    assert_verdict(said, "right", "SKIP");
    json_decref(said);
    run_free(&run);
    scratch_remove(folder);
}

static void test_doctor_misused(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "doctor", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--data");
    run_command(&run, "doctor", "--data", "/nowhere/at/all", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "there is no such directory");
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doctor_finds_nothing),
        cmocka_unit_test(test_doctor_machine),
        cmocka_unit_test(test_doctor_disk),
        cmocka_unit_test(test_doctor_network),
        cmocka_unit_test(test_doctor_of_a_real_device),
        cmocka_unit_test(test_doctor_misused)};
    return cmocka_run_group_tests(tests, open_texts, close_texts);
}

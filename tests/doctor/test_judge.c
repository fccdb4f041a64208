// What the doctor says of facts, asked for and heard of.
#include "common/file.h"
#include "doctor/doctor.h"
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
        .reach = DOCTOR_REACHED,
        .status = 200,
        .server_known = true,
        .is_our_server = true,
        .offset_known = true,
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
    assert_says(&facts, DOCTOR_DISK, DOCTOR_PASS, "12345 MB free");
    assert_says(&facts, DOCTOR_SYNC, DOCTOR_PASS, "1.8 ms each");
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_PASS, "1.2 s");
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
    assert_says(&facts, DOCTOR_SYNC, DOCTOR_WARN, "slow, 200.0 ms each");
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
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_WARN, "30.0 s ahead");
    facts.clock_ahead_ms = -90000;
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_WARN, "90.0 s behind");
    facts.is_our_server = false;
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_PASS,
                "https://may-chu.example is reached");
    assert_says(&facts, DOCTOR_SERVER, DOCTOR_FAIL,
                "something answers (200), but not the server of the enrolment");
    assert_says(&facts, DOCTOR_RIGHT, DOCTOR_SKIP, "cannot be told yet");
    facts.reach = DOCTOR_OLD_CERTIFICATE;
    facts.is_our_server = true;
    snprintf(facts.message, sizeof facts.message, "expired");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_WARN,
                "the certificate is out of date: expired");
    facts.reach = DOCTOR_BAD_CERTIFICATE;
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "the certificate does not fit: expired");
    facts.reach = DOCTOR_NOT_REACHED;
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "the server is not reached: expired");
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_SKIP, "cannot be told yet");
}

// At 20 % there is time, at 19 somebody has to come, at 5 the end is near; a
// plug makes all of it well.
static void test_doctor_battery(void **state)
{
    (void)state;
    struct doctor_facts facts = well();
    assert_says(&facts, DOCTOR_BATTERY, DOCTOR_PASS,
                "no battery, it runs from the mains");
    facts.battery = (struct battery){true, 20, true};
    assert_says(&facts, DOCTOR_BATTERY, DOCTOR_PASS, "on battery, 20 % left");
    facts.battery.percent = 19;
    assert_says(&facts, DOCTOR_BATTERY, DOCTOR_WARN,
                "battery low, 19 % left, nothing fills it");
    facts.battery.percent = 6;
    assert_says(&facts, DOCTOR_BATTERY, DOCTOR_WARN,
                "battery low, 6 % left, nothing fills it");
    facts.battery.percent = 5;
    assert_says(&facts, DOCTOR_BATTERY, DOCTOR_FAIL,
                "battery low, 5 % left, nothing fills it");
    facts.battery.discharges = false;
    assert_says(&facts, DOCTOR_BATTERY, DOCTOR_PASS,
                "plugged in, battery at 5 %");
}

// --- What the courier left --------------------------------------------------

static const char BOOT[] = "6f1b2c3d-0000-4000-8000-000000000001";
enum { MINUTE_MS = 60000 };
static const int64_t NOW_MS = 1795401660000; // 23/11/2026 09:41

// The last good answer came `ago_ms` ago, or never (below 0).
static struct doctor_facts heard(int64_t ago_ms, const char *error)
{
    struct doctor_facts facts = well();
    struct courier_attempts *attempts = &facts.sending.attempts;
    facts.reach = DOCTOR_NOT_REACHED;
    facts.status = facts.right_status = 0;
    facts.server_known = facts.is_our_server = facts.offset_known = false;
    facts.wall_ms = NOW_MS;
    attempts->last_sent_ms = ago_ms < 0 ? 0 : NOW_MS - ago_ms;
    attempts->failures = error[0] ? 2 : 0;
    snprintf(attempts->last_error, sizeof attempts->last_error, "%s", error);
    doctor_hear(BOOT, 500000, &facts);
    return facts;
}

static void test_doctor_hears_that_all_is_well(void **state)
{
    (void)state;
    struct doctor_facts facts = heard(MINUTE_MS, "");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_PASS,
                "https://may-chu.example is reached");
    assert_says(&facts, DOCTOR_RIGHT, DOCTOR_PASS, "it may send");
    // Nobody compared the clocks since the boot.
    assert_says(&facts, DOCTOR_OFFSET, DOCTOR_SKIP, "cannot be told yet");
}

static void test_doctor_hears_nothing(void **state)
{
    (void)state;
    struct doctor_facts facts = heard(3 * MINUTE_MS, "");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "last contact at 23/11/2026 09:38");
    assert_says(&facts, DOCTOR_RIGHT, DOCTOR_SKIP, "cannot be told yet");
    facts = heard(-1, "");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "the server was never reached");
}

static void test_doctor_hears_of_errors(void **state)
{
    (void)state;
    struct doctor_facts facts = heard(0, "no contact: no such host");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "the server is not reached: no such host");
    facts = heard(0, "TLS: self-signed");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_FAIL,
                "the certificate does not fit: self-signed");
    facts = heard(0, "the server answered 403: revoked");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_PASS,
                "https://may-chu.example is reached");
    assert_says(&facts, DOCTOR_SERVER, DOCTOR_SKIP, "cannot be told yet");
    assert_says(&facts, DOCTOR_RIGHT, DOCTOR_FAIL, "revoked");
    facts = heard(0, "an answer that is not believed: no receipt");
    assert_says(&facts, DOCTOR_SERVER, DOCTOR_FAIL,
                "something answers (200), but not the server of the enrolment");
    facts = heard(0, "the server asks again for lines 1 to 9");
    assert_says(&facts, DOCTOR_NETWORK, DOCTOR_PASS,
                "https://may-chu.example is reached");
    assert_says(&facts, DOCTOR_RIGHT, DOCTOR_WARN,
                "not sent: the server asks again for lines 1 to 9");
}

int main(void)
{
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_doctor_finds_nothing),
        cmocka_unit_test(test_doctor_machine),
        cmocka_unit_test(test_doctor_disk),
        cmocka_unit_test(test_doctor_network),
        cmocka_unit_test(test_doctor_battery),
        cmocka_unit_test(test_doctor_hears_that_all_is_well),
        cmocka_unit_test(test_doctor_hears_nothing),
        cmocka_unit_test(test_doctor_hears_of_errors)};
    return cmocka_run_group_tests(tests, open_texts, close_texts);
}

// A new configuration, and what becomes of one that the screen cannot show: the
// last good one goes on, and the server is told.
#include "common/log.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include "support/check.h"
#include "support/counter_desk.h"
#include "ui/trial.h"
#include "ui/watch.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIAL_MS = 31000 };

static const char FIRST[] =
    "{\"version\":0,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"
    "\"counter\":\"3\"}";

// As the courier does: what the screen has shown is kept beside a newer one.
static void put_config(const char *folder, int64_t version, const char *members,
                       bool is_shown)
{
    char body[512];
    struct courier *courier;
    snprintf(body, sizeof body, "{\"version\":%d,\"counter\":\"3\"%s}",
             (int)version, members);
    assert_int_equal(courier_open(folder, COURIER_WRITER, &courier), SQL_OK);
    if (is_shown)
        assert_int_equal(courier_keep_shown_config(courier), SQL_OK);
    assert_int_equal(courier_put_config(courier, version, "\"x\"", body,
                                        strlen(body), "sig"),
                     SQL_OK);
    courier_close(courier);
}

// What the kiosk tells the courier; it must have stopped.
static void assert_told(const char *folder, const char *wanted)
{
    struct ledger_reader *reader;
    struct buf told = {0};
    assert_int_equal(ledger_reader_open(folder, &reader), SQL_OK);
    assert_int_equal(ledger_reader_setting(reader, STORE_SETTING_CONFIG, &told),
                     SQL_OK);
    assert_string_equal(buf_text(&told), wanted);
    buf_free(&told);
    ledger_reader_close(reader);
}

static void rest_long(struct counter_desk *desk, int64_t ms)
{
    for (; ms > 0; ms -= 1000)
        counter_rest(desk, 1000);
}

static int volume_of(const struct counter_desk *desk)
{
    return kiosk_setting(desk->kiosk)->volume;
}

static void test_one_that_is_shown_is_told(void **state)
{
    struct counter_desk desk;
    (void)state;
    counter_open(&desk, FIRST);
    put_config(desk.folder, 7, ",\"volume\":20", false);
    rest_long(&desk, 5000);
    assert_int_equal(volume_of(&desk), 20);
    rest_long(&desk, TRIAL_MS);
    counter_stop(&desk);
    assert_told(desk.folder, "7");
    // After a restart it needs no other trial.
    counter_start(&desk);
    assert_int_equal(volume_of(&desk), 20);
    counter_until(&desk, STORE_LINE_SAVED);
    rest_long(&desk, 2000);
    counter_stop(&desk);
    assert_told(desk.folder, "7");
    counter_close(&desk);
}

static void test_one_that_cannot_be_shown_is_refused(void **state)
{
    static const struct {
        const char *members, *why;
    } cases[] = {
        {",\"levels\":9", "levels: must be a whole number from 3 to 5"},
        {",\"survey\":\"nowhere\"",
         "survey: surveys/nowhere.json: no such question set"},
        {",\"format\":2,\"levels\":3",
         "format: 2 needs a newer program; this one, " HAILONG_VERSION
         ", reads up to 1"},
        {",\"walk_up\":\"fields\"",
         "walk_up: \"fields\" needs fields to choose from"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct counter_desk desk;
        char told[STORE_SETTING_SIZE];
        counter_open(&desk, FIRST);
        put_config(desk.folder, 7, ",\"volume\":20", false);
        rest_long(&desk, 5000 + TRIAL_MS);
        put_config(desk.folder, 8, cases[i].members, true);
        rest_long(&desk, 5000);
        assert_int_equal(volume_of(&desk), 20);
        assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
        // A restart goes on with the one that was shown, not with the first.
        counter_stop(&desk);
        snprintf(told, sizeof told, "7 8 %s", cases[i].why);
        assert_told(desk.folder, told);
        counter_start(&desk);
        assert_int_equal(volume_of(&desk), 20);
        assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
        counter_until(&desk, STORE_LINE_SAVED);
        // A better one is taken.
        put_config(desk.folder, 9, ",\"volume\":30", false);
        rest_long(&desk, 5000 + TRIAL_MS);
        assert_int_equal(volume_of(&desk), 30);
        counter_stop(&desk);
        assert_told(desk.folder, "9");
        counter_close(&desk);
    }
}

// From the future, with keys that nobody knows here: they are passed over.
static void test_unknown_keys_are_passed_over(void **state)
{
    struct counter_desk desk;
    (void)state;
    counter_open(&desk, FIRST);
    put_config(desk.folder, 7,
               ",\"format\":1,\"hologram\":{\"on\":true},\"volume\":20", false);
    rest_long(&desk, 5000);
    assert_int_equal(volume_of(&desk), 20);
    counter_close(&desk);
}

// When even the first one does not fit, one that was fetched opens the counter.
static void test_a_good_one_ends_the_fault(void **state)
{
    struct counter_desk desk;
    (void)state;
    counter_open(&desk, NULL);
    counter_enrol(&desk, "{\"version\":0,\"levels\":9}");
    rest_long(&desk, 5000);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_BAD_CONFIGURATION);
    put_config(desk.folder, 7, ",\"volume\":20", false);
    rest_long(&desk, 5000);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    assert_int_equal(volume_of(&desk), 20);
    counter_close(&desk);
}

// A program that begins with what the courier holds, and is killed.
static void look_and_die(const char *folder)
{
    pid_t child = fork();
    int status;
    if (child == 0) {
        const struct watch_params params = {.directory = folder};
        struct watch *watch = watch_open(&params, 1000);
        _exit(watch ? watch_setting(watch)->volume : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), 20);
}

static void assert_volume_after_start(const char *folder, int volume)
{
    const struct watch_params params = {.directory = folder};
    struct watch *watch = watch_open(&params, 1000);
    assert_non_null(watch);
    assert_int_equal(watch_setting(watch)->volume, volume);
    watch_close(watch);
}

static void test_one_that_ends_the_program_twice_is_put_aside(void **state)
{
    char told[STORE_SETTING_SIZE];
    struct counter_desk desk;
    (void)state;
    counter_open(&desk, FIRST);
    put_config(desk.folder, 7, ",\"volume\":10", false);
    rest_long(&desk, 5000 + TRIAL_MS);
    counter_stop(&desk);
    put_config(desk.folder, 8, ",\"volume\":20", true);
    look_and_die(desk.folder);
    // An end in order is none of its faults.
    assert_volume_after_start(desk.folder, 20);
    assert_volume_after_start(desk.folder, 20);
    look_and_die(desk.folder);
    assert_volume_after_start(desk.folder, 10);
    const struct watch_params params = {.directory = desk.folder};
    struct watch *watch = watch_open(&params, 1000);
    watch_describe(watch, told);
    assert_string_equal(told, "7 8 the screen ended twice while it showed it");
    watch_close(watch);
    // It is this one alone.
    put_config(desk.folder, 9, ",\"volume\":30", false);
    assert_volume_after_start(desk.folder, 30);
    counter_close(&desk);
}

// A power cut is another boot: it does not count.
static void test_a_power_cut_is_no_failure(void **state)
{
    static const char name[] = "8 \"x\"";
    char folder[SCRATCH_SIZE];
    struct trial trial;
    (void)state;
    scratch_make(folder);
    trial_load(folder, &trial);
    assert_false(trial_is_aside(&trial, name));
    trial_begin(folder, &trial, name);
    memset(trial.boot, 'a', 8);
    trial_begin(folder, &trial, name);
    trial_load(folder, &trial);
    assert_false(trial_is_aside(&trial, name));
    trial_begin(folder, &trial, name);
    trial_load(folder, &trial);
    assert_true(trial_is_aside(&trial, name));
    assert_false(trial_is_aside(&trial, "9 \"x\""));
    // Another program may be better.
    snprintf(trial.program, sizeof trial.program, "0.0.1");
    assert_false(trial_is_aside(&trial, name));
    scratch_remove(folder);
}

static void test_a_revoked_device_takes_no_more(void **state)
{
    struct counter_desk desk;
    struct courier *courier;
    (void)state;
    counter_open(&desk, FIRST);
    put_config(desk.folder, 7, "", false);
    assert_int_equal(courier_open(desk.folder, COURIER_WRITER, &courier),
                     SQL_OK);
    courier_set_revoked(courier, true);
    rest_long(&desk, 5000);
    assert_int_equal(counter_screen(&desk), FLOW_OUT_OF_SERVICE);
    assert_int_equal(kiosk_flow(desk.kiosk)->fault, FLOW_REVOKED);
    // The server thought better of it, or was restored.
    courier_set_revoked(courier, false);
    rest_long(&desk, 5000);
    assert_int_equal(counter_screen(&desk), FLOW_ATTRACT);
    courier_close(courier);
    counter_close(&desk);
}

static int faults, recoveries; // that the log told of

static void hear(void *ctx, enum log_level level, const char *module,
                 const char *text)
{
    (void)ctx;
    (void)module;
    faults += level == LOG_ERROR;
    recoveries += strstr(text, DEVICE_FILE_COURIER ": works again") != NULL;
}

// A day with a database that cannot be opened, as on a full disk: one line, and
// one when it can.
static void test_a_courier_that_cannot_be_read_is_said_once(void **state)
{
    char path[SCRATCH_SIZE + 32];
    struct counter_desk desk;
    (void)state;
    counter_open(&desk, FIRST);
    counter_stop(&desk);
    const struct watch_params params = {.directory = desk.folder};
    snprintf(path, sizeof path, "%s/" DEVICE_FILE_COURIER, desk.folder);
    assert_int_equal(mkdir(path, 0700), 0);
    log_set_sink(hear, NULL);
    struct watch *watch = watch_open(&params, 1000);
    for (int64_t s = 0; s < 24 * 3600; s++)
        watch_look(watch, 1000 + s * 1000);
    assert_int_equal(faults, 1);
    assert_int_equal(recoveries, 0);
    assert_int_equal(rmdir(path), 0);
    put_config(desk.folder, 7, ",\"volume\":20", false);
    watch_look(watch, INT64_C(100) * 3600 * 1000);
    assert_int_equal(faults, 1);
    assert_int_equal(recoveries, 1);
    assert_int_equal(watch_setting(watch)->volume, 20);
    log_set_sink(NULL, NULL);
    watch_close(watch);
    counter_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_that_is_shown_is_told),
        cmocka_unit_test(test_one_that_cannot_be_shown_is_refused),
        cmocka_unit_test(test_unknown_keys_are_passed_over),
        cmocka_unit_test(test_a_good_one_ends_the_fault),
        cmocka_unit_test(test_one_that_ends_the_program_twice_is_put_aside),
        cmocka_unit_test(test_a_power_cut_is_no_failure),
        cmocka_unit_test(test_a_revoked_device_takes_no_more),
        cmocka_unit_test(test_a_courier_that_cannot_be_read_is_said_once)};
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

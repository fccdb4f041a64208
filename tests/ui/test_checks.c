// The doctor's page of the staff, and a battery that runs out, in the whole
// kiosk.
#include "common/file.h"
#include "store/courier.h"
#include "support/app_hand.h"
#include "support/scratch.h"
#include "ui/examination.h"
#include "ui/screen.h"
#include <limits.h>
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

enum { STAFF_HOLD_MS = 250, LOOK_MS = 1400 };

#define WARD                                                                   \
    "{\"version\":1,\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},"   \
    "\"counter\":\"3\"}"

struct counter {
    char folder[SCRATCH_SIZE], power[SCRATCH_SIZE];
    struct app *app;
};

static void put_battery(const struct counter *counter, const char *percent,
                        const char *status)
{
    const char *const files[][2] = {
        {"type", "Battery\n"}, {"capacity", percent}, {"status", status}};
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/BAT0", counter->power);
    mkdir(path, 0755);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "%s/BAT0/%s", counter->power, files[i][0]);
        assert_true(file_replace(path, files[i][1], strlen(files[i][1]), 0644));
    }
}

static void start(struct counter *counter)
{
    const struct app_options options = {.directory = counter->folder,
                                        .width = 1280,
                                        .height = 800,
                                        .times = FLOW_TIMES,
                                        .still = true,
                                        .hold_ms = STAFF_HOLD_MS,
                                        .battery_root = counter->power};
    assert_int_equal(app_open(&options, &counter->app), APP_DONE);
}

static void open_counter(struct counter *counter)
{
    scratch_make(counter->folder);
    scratch_make(counter->power);
    hand_enrol(counter->folder, WARD);
    hand_set_pin(counter->folder, "246810");
}

static void close_counter(struct counter *counter)
{
    assert_int_equal(app_close(counter->app), APP_DONE);
    scratch_remove(counter->folder);
    scratch_remove(counter->power);
}

static void enter(struct counter *counter)
{
    static const char *const keys[] = {"key.2", "key.4", "key.6", "key.8",
                                       "key.1", "key.0", "pin.ok"};
    hand_hold_at(counter->app, 300, 40, STAFF_HOLD_MS + 150);
    hand_wait_for(counter->app, "pin");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        hand_tap(counter->app, keys[i]);
    hand_wait_for(counter->app, "diagnostics");
}

static bool has_target(const struct counter *counter, const char *id)
{
    const struct targets *targets = app_targets(counter->app);
    for (size_t i = 0; i < targets->count; i++)
        if (strcmp(targets->list[i].id, id) == 0)
            return true;
    return false;
}

static void test_checks_turn_their_pages(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    start(&counter);
    hand_wait_for(counter.app, "attract");
    enter(&counter);
    hand_tap(counter.app, "diag.examine");
    hand_wait_for(counter.app, "checks");
    hand_rest(counter.app, LOOK_MS);
    assert_false(has_target(&counter, "checks.previous"));
    int pages = 1;
    for (; has_target(&counter, "checks.next"); pages++)
        hand_tap(counter.app, "checks.next");
    assert_in_range(pages, 2, 6);
    for (int i = 1; i < pages; i++)
        hand_tap(counter.app, "checks.previous");
    assert_false(has_target(&counter, "checks.previous"));
    hand_tap(counter.app, "checks.next");
    hand_tap(counter.app, "checks.again"); // begins at the first again
    hand_rest(counter.app, LOOK_MS);
    assert_false(has_target(&counter, "checks.previous"));
    hand_tap(counter.app, "checks.back");
    hand_wait_for(counter.app, "diagnostics");
    close_counter(&counter);
}

// Who leaves at once is not kept, and the end waits for the look.
static void test_checks_are_left_at_once(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    start(&counter);
    hand_wait_for(counter.app, "attract");
    enter(&counter);
    hand_tap(counter.app, "diag.examine");
    hand_wait_for(counter.app, "checks");
    close_counter(&counter);
}

static const struct examination_line *
line_of(const struct examination_lines *lines, enum doctor_check check)
{
    for (size_t i = 0; i < DOCTOR_CHECK_COUNT; i++)
        if (lines->list[i].check == check)
            return &lines->list[i];
    fail_msg("check %d has no line", (int)check);
    return NULL;
}

// What the courier left says how the server is; nothing is asked.
static void test_examination_of_a_device(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct buf message = {0};
    struct examination_lines lines = {.ready = false};
    struct courier *courier;
    scratch_make(folder);
    hand_enrol(folder, WARD);
    const struct courier_attempts attempts = {
        .failures = 1, .last_error = "the server answered 403: revoked"};
    assert_int_equal(courier_open(folder, COURIER_WRITER, &courier), SQL_OK);
    assert_int_equal(courier_set_attempts(courier, &attempts), SQL_OK);
    courier_close(courier);
    struct i18n *i18n = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    struct examination *examination = examination_start(folder);
    assert_non_null(examination);
    while (!examination_is_done(examination))
        usleep(1000);
    examination_read(examination, i18n, I18N_VI, &lines);
    assert_true(lines.ready);
    const struct examination_line *right = line_of(&lines, DOCTOR_RIGHT);
    assert_int_equal(right->verdict, DOCTOR_FAIL);
    assert_string_equal(right->says, "đã bị thu hồi");
    assert_true(right->advice[0] != '\0');
    assert_string_equal(line_of(&lines, DOCTOR_ENROLMENT)->says,
                        "chưa có mã PIN cho cán bộ");
    // The gravest first.
    for (size_t i = 1; i < DOCTOR_CHECK_COUNT; i++)
        if (lines.list[i].verdict == DOCTOR_FAIL)
            assert_int_equal(lines.list[i - 1].verdict, DOCTOR_FAIL);
    assert_int_equal(lines.list[DOCTOR_CHECK_COUNT - 1].verdict, DOCTOR_PASS);
    examination_read(examination, i18n, I18N_EN, &lines);
    assert_string_equal(line_of(&lines, DOCTOR_RIGHT)->says, "revoked");
    examination_close(examination);
    i18n_close(i18n);
    buf_free(&message);
    scratch_remove(folder);
}

static void test_empty_battery_ends_the_service(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    put_battery(&counter, "3\n", "Discharging\n");
    start(&counter);
    hand_wait_for(counter.app, "out-of-service");
    hand_rest(counter.app, 300);
    assert_int_equal(flow_fault(app_flow(counter.app)), FLOW_BATTERY_EMPTY);
    enter(&counter); // staff come in all the same
    close_counter(&counter);
}

static void test_weak_battery_serves_on(void **state)
{
    (void)state;
    struct counter counter;
    open_counter(&counter);
    put_battery(&counter, "14\n", "Discharging\n");
    start(&counter);
    hand_wait_for(counter.app, "attract");
    hand_rest(counter.app, 600);
    assert_string_equal(app_screen(counter.app), "attract");
    close_counter(&counter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checks_turn_their_pages),
        cmocka_unit_test(test_checks_are_left_at_once),
        cmocka_unit_test(test_examination_of_a_device),
        cmocka_unit_test(test_empty_battery_ends_the_service),
        cmocka_unit_test(test_weak_battery_serves_on)};
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_AUDIODRIVER", "dummy", 1);
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

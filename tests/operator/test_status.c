// hailong status on a device's directory, with and without a kiosk running.
#include "common/clock.h"
#include "common/file.h"
#include "store/courier.h"
#include "support/command_runner.h"
#include "support/kiosk_maker.h"
#include "support/old_ledger.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *status_of(const char *folder, struct run *run)
{
    run_command(run, "status", "--data", folder, "--json", NULL);
    run_must_end(run, 0);
    return run_json(run);
}

static void assert_number(const json_t *object, const char *key, int64_t value)
{
    int64_t number;
    assert_true(json_get_int(object, key, &number));
    assert_int_equal(number, value);
}

static void test_status_of_a_running_device(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct run run = {0};
    const char *hash = NULL;
    made_kiosk_open(&kiosk);
    made_kiosk_visit(&kiosk, 5);
    made_kiosk_visit(&kiosk, 0);
    int64_t last = made_kiosk_visit(&kiosk, 2);
    made_kiosk_tap(&kiosk, 4);
    json_t *status = status_of(kiosk.folder, &run);
    struct store_state real;
    store_get_state(kiosk.store, &real);
    assert_number(status, "pending", last);
    assert_number(status, "head_seq", last);
    assert_true(json_get_text(status, "head_hash", &hash));
    assert_string_equal(hash, real.head);
    assert_number(status, "drafts", 1);
    assert_number(status, "quarantined", 0);
    assert_true(json_is_string(json_object_get(status, "oldest_pending")));
    assert_true(json_is_null(json_object_get(status, "last_sent")));
    assert_true(json_is_null(json_object_get(status, "last_error")));
    json_decref(status);

    made_kiosk_acknowledge(&kiosk, last - 1);
    status = status_of(kiosk.folder, &run);
    assert_number(status, "pending", 1);
    json_decref(status);
    made_kiosk_acknowledge(&kiosk, last);
    status = status_of(kiosk.folder, &run);
    assert_number(status, "pending", 0);
    assert_true(json_is_null(json_object_get(status, "oldest_pending")));
    json_decref(status);
    run_free(&run);
    made_kiosk_close(&kiosk);
}

static void test_status_tells_how_sending_goes(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct courier *courier;
    struct run run = {0};
    const char *text = NULL;
    // 2026-11-23T09:15:02.120+07:00
    struct courier_attempts attempts = {.failures = 2,
                                        .last_sent_ms = 1795400102120,
                                        .last_error = "answered 503",
                                        .last_error_ms = 1795400162120};
    const struct courier_aside aside = {
        .seq = 1, .id = "", .status = "invalid", .reason = "level"};
    struct proof_receipt receipt;
    made_kiosk_open(&kiosk);
    made_kiosk_visit(&kiosk, 5);
    made_kiosk_acknowledge(&kiosk, 1);
    made_kiosk_stop(&kiosk);
    assert_int_equal(courier_open(kiosk.folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_set_attempts(courier, &attempts), SQL_OK);
    assert_int_equal(courier_position(courier, 1, &receipt), SQL_OK);
    assert_int_equal(courier_advance(courier, &receipt, &aside, 1), SQL_OK);
    courier_close(courier);

    json_t *status = status_of(kiosk.folder, &run);
    assert_true(json_get_text(status, "last_sent", &text));
    assert_string_equal(text, "2026-11-23T09:15:02.120+07:00");
    assert_true(json_get_text(status, "last_error", &text));
    assert_string_equal(text, "answered 503");
    assert_number(status, "quarantined", 1);
    json_decref(status);

    run_command(&run, "status", "--data", kiosk.folder, "--english", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "Last error      answered 503\n");
    run_must_say(&run, "Last sent       2026-11-23T09:15:02.120+07:00\n");
    run_must_say(&run, "Quarantined     1 lines\n");
    run_command(&run, "status", "--data", kiosk.folder, NULL);
    run_must_say(&run, "Lỗi gần nhất        answered 503\n");
    run_must_say(&run, "Bị để riêng         1 dòng\n");
    run_must_say(&run, kiosk.device.id);
    run_free(&run);
    made_kiosk_close(&kiosk);
}

// Twenty lines have left; then the server asks for the last eight of them.
static void test_status_tells_what_left(void **state)
{
    (void)state;
    struct old_ledger old;
    struct courier *courier;
    struct run run = {0};
    old_open(&old);
    old_visit(&old, 30);
    old_acknowledge(&old, 20, 100);
    assert_int_equal(old_prune(&old), 20);
    json_t *status = status_of(old.folder, &run);
    assert_number(status, "left", 20);
    assert_number(status, "gone", 0);
    assert_number(status, "pending", 10);
    json_decref(status);
    assert_int_equal(courier_open(old.folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_rewind(courier, 1, 12), SQL_OK);
    courier_close(courier);
    status = status_of(old.folder, &run);
    assert_number(status, "gone", 8);
    json_decref(status);
    run_command(&run, "status", "--data", old.folder, "--english", NULL);
    run_must_say(&run, "Gone            8 of them the server asks for again");
    run_free(&run);
    old_close(&old);
}

// The server was asked 10 s ago and showed two minutes more than this clock
// does.
static void test_status_compares_the_clock(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct courier *courier;
    struct run run = {0};
    struct courier_anchor anchor = {.up_ms = clock_boot_ms() - 10000,
                                    .server_ms =
                                        clock_wall_ms() - 10000 + 120000};
    int64_t ahead = 0;
    clock_boot_id(anchor.boot);
    made_kiosk_open(&kiosk);
    json_t *status = status_of(kiosk.folder, &run);
    assert_true(json_is_null(json_object_get(status, "clock_ahead_ms")));
    json_decref(status);
    run_command(&run, "status", "--data", kiosk.folder, "--english", NULL);
    run_must_say(&run, "not compared with the server's since this start\n");

    assert_int_equal(courier_open(kiosk.folder, COURIER_WRITER, &courier),
                     SQL_OK);
    assert_int_equal(courier_put_anchor(courier, &anchor), SQL_OK);
    status = status_of(kiosk.folder, &run);
    assert_true(json_get_int(status, "clock_ahead_ms", &ahead));
    assert_true(ahead > -120100 && ahead < -119900);
    json_decref(status);
    run_command(&run, "status", "--data", kiosk.folder, "--english", NULL);
    run_must_say(&run, " s behind the server's\n");
    run_command(&run, "status", "--data", kiosk.folder, NULL);
    run_must_say(&run, "chậm hơn máy chủ 120,0");

    // What an earlier boot heard says nothing of this one.
    anchor.boot[0] = anchor.boot[0] == '0' ? '1' : '0';
    assert_int_equal(courier_put_anchor(courier, &anchor), SQL_OK);
    courier_close(courier);
    status = status_of(kiosk.folder, &run);
    assert_true(json_is_null(json_object_get(status, "clock_ahead_ms")));
    json_decref(status);
    run_free(&run);
    made_kiosk_close(&kiosk);
}

static void test_status_before_enrolment(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct run run = {0};
    scratch_make(folder);
    json_t *status = status_of(folder, &run);
    assert_true(json_is_false(json_object_get(status, "enrolled")));
    assert_number(status, "pending", 0);
    assert_number(status, "head_seq", 0);
    json_decref(status);
    run_command(&run, "status", "--data", folder, "--english", NULL);
    run_must_say(&run, "not enrolled; run hailong enrol");
    run_free(&run);
    scratch_remove(folder);
}

static void test_status_of_what_is_no_device(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[128];
    struct run run = {0};
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/device.json", folder);
    assert_true(file_replace(path, "{\"device\":", 10, 0600));
    run_command(&run, "status", "--data", folder, "--json", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "device.json cannot be used");
    snprintf(path, sizeof path, "%s/office.db", folder);
    assert_true(file_replace(path, "", 0, 0600));
    run_command(&run, "status", "--data", folder, "--english", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "office.db");
    scratch_remove(folder);
    run_command(&run, "status", "--data", folder, "--english", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "there is no such directory");
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_of_a_running_device),
        cmocka_unit_test(test_status_tells_how_sending_goes),
        cmocka_unit_test(test_status_tells_what_left),
        cmocka_unit_test(test_status_compares_the_clock),
        cmocka_unit_test(test_status_before_enrolment),
        cmocka_unit_test(test_status_of_what_is_no_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// hailong status on a server's directory, while it runs and when it is down.
#include "common/clock.h"
#include "office/office.h"
#include "operator/status_rows.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static json_t *status_of(const struct made_server *server, struct run *run)
{
    if (server->database[0] == '/')
        run_command(run, "status", "--data", server->folder, "--json", NULL);
    else
        run_command(run, "status", "--db", server->database, "--keys",
                    server->folder, "--json", NULL);
    run_must_end(run, 0);
    return run_json(run);
}

static int64_t number(const json_t *object, const char *key)
{
    int64_t value = 0;
    if (!json_get_int(object, key, &value))
        fail_msg("%s is no number", key);
    return value;
}

static int64_t moment(const json_t *object, const char *key)
{
    const char *text = "";
    int64_t value = 0;
    assert_true(json_get_text(object, key, &text));
    assert_true(clock_parse(text, strlen(text), &value));
    return value;
}

static void test_status_of_an_empty_server(void **state)
{
    (void)state;
    struct made_server server;
    struct run run = {0};
    made_server_start(&server, NULL);
    json_t *status = status_of(&server, &run);
    assert_true(json_is_true(json_object_get(status, "runs")));
    assert_int_equal(number(status, "devices"), 0);
    assert_int_equal(number(status, "lines"), 0);
    assert_true(number(status, "schema") >=
                (office_is_url(server.database) ? 2 : 38));
    assert_true(number(status, "database_bytes") > 0);
    assert_true(number(status, "disk_free") > 0);
    assert_true(json_is_null(json_object_get(status, "last_received")));
    assert_true(json_is_null(json_object_get(status, "backup_at")));
    assert_true(json_is_null(json_object_get(status, "disk_days")));
    json_decref(status);
    run_free(&run);
    made_server_close(&server);
}

// Counter 3 sent four lines; counter 4 enrolled and no more; counter 5 has its
// code still.
static void test_status_counts_devices_and_lines(void **state)
{
    (void)state;
    struct made_server server;
    struct made_device busy, idle;
    struct answer answer = {0};
    struct run run = {0};
    char code[16];
    int64_t begun = clock_wall_ms();
    made_server_start(&server, NULL);
    made_device_enrol(&busy, &server, "3");
    made_device_enrol(&idle, &server, "4");
    made_server_code(&server, "5", code);
    for (int i = 0; i < 4; i++)
        maker_rate(&busy.ledger, 5);
    made_device_send(&busy, &server, 1, 4, 200, &answer);

    json_t *status = status_of(&server, &run);
    assert_int_equal(number(status, "devices"), 2);
    assert_int_equal(number(status, "seen_today"), 2);
    assert_int_equal(number(status, "silent"), 0);
    assert_int_equal(number(status, "never_seen"), 0);
    assert_int_equal(number(status, "waiting"), 1);
    assert_int_equal(number(status, "revoked"), 0);
    assert_int_equal(number(status, "lines"), 4);
    assert_int_equal(number(status, "missing_lines"), 0);
    assert_true(moment(status, "last_received") >= begun);
    assert_true(moment(status, "last_received") <= clock_wall_ms());
    json_decref(status);

    made_server_stop(&server);
    status = status_of(&server, &run);
    assert_true(json_is_false(json_object_get(status, "runs")));
    assert_int_equal(number(status, "lines"), 4);
    json_decref(status);
    answer_free(&answer);
    made_device_free(&busy);
    made_device_free(&idle);
    run_free(&run);
    made_server_close(&server);
}

// Of the database, some megabytes and a tenth.
static void must_say_size(const struct run *run, char mark)
{
    const char *unit = strstr(buf_text(&run->console.out), " MB");
    assert_non_null(unit);
    assert_true(unit[-1] >= '0' && unit[-1] <= '9');
    assert_int_equal(unit[-2], mark);
}

static void test_status_tells_it_to_people(void **state)
{
    (void)state;
    struct made_server server;
    struct made_device device;
    struct answer answer = {0};
    struct run run = {0};
    char folder[SCRATCH_SIZE];
    made_server_start(&server, NULL);
    if (server.database[0] != '/') {
        made_server_close(&server);
        skip();
    }
    made_device_enrol(&device, &server, "3");
    maker_rate(&device.ledger, 1);
    made_device_send(&device, &server, 1, 1, 200, &answer);
    run_command(&run, "status", "--data", server.folder, "--english", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "Server          runs\n");
    run_must_say(&run,
                 "Devices         1 in force: 1 heard of today, 0 silent\n"
                 "                0 not enrolled yet, 0 revoked\n");
    run_must_say(&run, "Lines           1 held, 0 known to be on devices");
    run_must_say(&run, "Last backup     never\n");
    run_must_say(&run, "too few ratings yet");

    scratch_make(folder);
    run_command(&run, "backup", "--data", server.folder, "--dir", folder, NULL);
    run_must_end(&run, 0);
    made_server_stop(&server);
    run_command(&run, "status", "--data", server.folder, "--english", NULL);
    run_must_say(&run, "Server          does not run\n");
    must_say_size(&run, '.');
    run_command(&run, "status", "--data", server.folder, NULL);
    run_must_say(&run, "Máy chủ             không chạy\n");
    must_say_size(&run, ',');
    run_must_say(&run, "0 giờ trước, 1 bản giữ ở ");
    run_command(&run, "status", "--data", server.folder, "--english", NULL);
    run_must_say(&run, "0 hours ago, 1 kept in ");
    scratch_remove(folder);
    answer_free(&answer);
    made_device_free(&device);
    run_free(&run);
    made_server_close(&server);
}

static void test_status_needs_the_keys_of_a_database(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "status", "--db", "postgresql://a@b/c", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--keys is missing");
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_of_an_empty_server),
        cmocka_unit_test(test_status_counts_devices_and_lines),
        cmocka_unit_test(test_status_tells_it_to_people),
        cmocka_unit_test(test_status_needs_the_keys_of_a_database),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

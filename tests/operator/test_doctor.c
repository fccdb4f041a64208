// hailong doctor, of a real device at a real server, and of the server.
#include "common/file.h"
#include "store/device.h"
#include "support/command_runner.h"
#include "support/office_maker.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

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

static void test_doctor_of_a_real_server(void **state)
{
    made_office_needs_file();
    struct made_server server;
    struct made_device device;
    struct run run = {0};
    char path[PATH_MAX];
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&device, &server, "3");
    json_t *said = examine(server.folder, &run);
    run_must_end(&run, 0);
    assert_verdict(said, "database", "PASS");
    assert_verdict(said, "program", "PASS");
    assert_verdict(said, "certificate", "PASS");
    assert_verdict(said, "backup", "WARN");
    assert_verdict(said, "devices", "PASS");
    assert_verdict(said, "lines", "PASS");
    json_decref(said);

    assert_true(file_join(path, sizeof path, server.folder, "server.key"));
    assert_int_equal(chmod(path, 0644), 0);
    said = examine(server.folder, &run);
    run_must_end(&run, 1);
    assert_verdict(said, "database", "FAIL");
    json_decref(said);
    assert_int_equal(chmod(path, 0600), 0);

    made_server_stop(&server);
    said = examine(server.folder, &run);
    run_must_end(&run, 1);
    assert_verdict(said, "program", "FAIL");
    assert_verdict(said, "certificate", "SKIP");
    json_decref(said);
    run_free(&run);
    made_device_free(&device);
    made_server_close(&server);
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
        cmocka_unit_test(test_doctor_of_a_real_device),
        cmocka_unit_test(test_doctor_of_a_real_server),
        cmocka_unit_test(test_doctor_misused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The command line as a whole: what there is, and what happens to mistakes.
#include "common/file.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const COMMANDS[] = {
    "hailong device add",     "hailong device list", "hailong device revoke",
    "hailong device replace", "hailong key add",     "hailong key list",
    "hailong key revoke",     "hailong enrol",       "hailong status",
    "hailong verify",         "hailong report",
};

static void test_help_lists_every_command(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "--help", NULL);
    run_must_end(&run, 0);
    for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++)
        run_must_say(&run, COMMANDS[i]);
    assert_string_equal(run_err(&run), "");
    run_free(&run);
}

static void test_help_of_a_command_lists_its_options(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "device", "add", "--help", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "--counter");
    run_must_say(&run, "--json");
    run_command(&run, "device", "--help", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "hailong device revoke");
    run_command(&run, "report", "--help", NULL);
    run_must_say(&run, "--period");
    run_free(&run);
}

static void test_version(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "--version", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "hailong " HAILONG_VERSION "\n");
    run_free(&run);
}

// What is not there is answered with what is.
static void test_unknown_command(void **state)
{
    (void)state;
    static const char *const UNKNOWN[] = {"surgeon", "devices", "device",
                                          "--colour", ""};
    struct run run = {0};
    for (size_t i = 0; i < sizeof UNKNOWN / sizeof UNKNOWN[0]; i++) {
        run_command(&run, UNKNOWN[i], NULL);
        run_must_end(&run, 2);
        run_must_complain(&run, "there is no such command");
        run_must_complain(&run, "hailong report");
        assert_string_equal(run_out(&run), "");
    }
    run_command(&run, "device", "remove", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "device remove: there is no such command");
    run_command(&run, NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "which command?");
    run_free(&run);
}

static void test_wrong_options(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "status", "--colour", "red", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "status: unknown option --colour");
    run_command(&run, "status", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--data is missing");
    run_command(&run, "device", "add", "--data", "/tmp", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--counter is missing");
    run_command(&run, "status", "--data", "/tmp", "more", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "\"more\" is one word too many");
    run_command(&run, "device", "revoke", "--data", "/tmp", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "ID is missing");
    run_free(&run);
}

static void test_options_from_a_file(void **state)
{
    (void)state;
    struct run run = {0};
    char folder[SCRATCH_SIZE], path[96], place[128];
    struct buf text = {0};
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/hailong.ini", folder);
    buf_printf(&text, "[hailong]\ndata = %s\njson = yes\n", folder);
    assert_true(file_replace(path, text.data, text.size, 0600));
    run_command(&run, "status", "--config", path, NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "\"pending\":0");
    buf_append_text(&text, "colour = red\n");
    assert_true(file_replace(path, text.data, text.size, 0600));
    run_command(&run, "status", "--config", path, NULL);
    run_must_end(&run, 2);
    snprintf(place, sizeof place, "%s:4: ", path);
    run_must_complain(&run, place);
    run_must_complain(&run, "colour");
    buf_free(&text);
    run_free(&run);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_help_lists_every_command),
        cmocka_unit_test(test_help_of_a_command_lists_its_options),
        cmocka_unit_test(test_version),
        cmocka_unit_test(test_unknown_command),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_options_from_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

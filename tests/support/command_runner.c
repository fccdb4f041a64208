#include "support/command_runner.h"
#include "support/scratch_database.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 32 };

// Commands that know directories alone.
static bool takes_files(const char *command)
{
    static const char *const names[] = {"backup", "restore", "doctor",
                                        "export"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(command, names[i]) == 0)
            return true;
    }
    return false;
}

void run_command(struct run *run, ...)
{
    char *argv[ARGUMENTS_MAX + 1] = {strdup("hailong")};
    int argc = 1;
    const char *argument, *url;
    va_list args;
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 0);
    va_start(args, run);
    while ((argument = va_arg(args, const char *))) {
        assert_true(argc < ARGUMENTS_MAX - 2);
        url = scratch_database_of(argument);
        if (url && argc > 2 && !takes_files(argv[1]) &&
            strcmp(argv[argc - 1], "--data") == 0) {
            free(argv[argc - 1]);
            argv[argc - 1] = strdup("--db");
            argv[argc++] = strdup(url);
            argv[argc++] = strdup("--keys");
        }
        argv[argc++] = strdup(argument);
    }
    va_end(args);
    run_free(run);
    run->code = operator_run(argc, argv, &run->console);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
}

void run_free(struct run *run)
{
    console_free(&run->console);
    *run = (struct run){0};
}

const char *run_out(const struct run *run)
{
    return buf_text(&run->console.out);
}

const char *run_err(const struct run *run)
{
    return buf_text(&run->console.err);
}

static void show(const struct run *run)
{
    print_error("exit code %d\nout: %s\nerr: %s\n", run->code, run_out(run),
                run_err(run));
}

void run_must_end(const struct run *run, int code)
{
    if (run->code != code)
        show(run);
    assert_int_equal(run->code, code);
}

void run_must_say(const struct run *run, const char *text)
{
    if (!strstr(run_out(run), text))
        show(run);
    assert_non_null(strstr(run_out(run), text));
}

void run_must_complain(const struct run *run, const char *text)
{
    if (!strstr(run_err(run), text))
        show(run);
    assert_non_null(strstr(run_err(run), text));
}

json_t *run_json(const struct run *run)
{
    char message[JSON_MESSAGE_SIZE];
    json_t *value = json_read(run_out(run), run->console.out.size, message);
    if (!value)
        show(run);
    assert_non_null(value);
    return value;
}

void run_json_text(const struct run *run, const char *key, char *out,
                   size_t size)
{
    json_t *object = run_json(run);
    assert_true(json_copy_text(object, key, out, size));
    json_decref(object);
}

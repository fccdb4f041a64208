// hailong type: the composer of the screen keyboard from the command line.
#include "support/command_runner.h"
#include "support/scratch.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Runs the command with these bytes on standard input.
static void type_bytes(struct run *run, const char *method, const char *bytes,
                       size_t size)
{
    char folder[SCRATCH_SIZE], path[SCRATCH_SIZE + 16];
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/keys", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    assert_non_null(freopen(path, "r", stdin));
    if (method)
        run_command(run, "type", "--method", method, NULL);
    else
        run_command(run, "type", NULL);
    scratch_remove(folder);
}

static void type(struct run *run, const char *method, const char *keys)
{
    type_bytes(run, method, keys, strlen(keys));
}

static void test_each_line_is_a_text_of_its_own(void **state)
{
    (void)state;
    struct run run = {0};
    type(&run, NULL, "Tieengs Vieetj\nhoaf\n\nwifi");
    run_must_end(&run, 0);
    assert_string_equal(run_out(&run), "Tiếng Việt\nhòa\n\nwifi\n");
    type(&run, "telex-new", "hoaf\r\nthuyr\r\n");
    run_must_end(&run, 0);
    assert_string_equal(run_out(&run), "hoà\nthuỷ\n");
    type(&run, "vni", "d9u7o7ng2\nhoa2\n");
    run_must_end(&run, 0);
    assert_string_equal(run_out(&run), "đường\nhòa\n");
    type(&run, "vni-new", "hoa2\n");
    run_must_end(&run, 0);
    assert_string_equal(run_out(&run), "hoà\n");
    type(&run, NULL, "");
    run_must_end(&run, 0);
    assert_string_equal(run_out(&run), "");
    run_free(&run);
}

static void test_keys_by_name(void **state)
{
    (void)state;
    struct run run = {0};
    type(&run, NULL, "hoanj{bs}\nnguyên{nga}\n{sac}b\n{x}\n{bs}\n");
    run_must_end(&run, 0);
    assert_string_equal(run_out(&run), "họa\nnguyễn\nb\n{x}\n\n");
    run_free(&run);
}

static void test_every_known_case(void **state)
{
    (void)state;
    static const char *const methods[] = {"telex", "telex-new", "vni"};
    char line[512];
    int count = 0;
    for (size_t m = 0; m < 3; m++) {
        struct run run = {0};
        struct buf keys = {0}, expected = {0};
        FILE *file =
            fopen(TEST_SOURCE "/tests/vietnamese/typing_cases.tsv", "r");
        assert_non_null(file);
        assert_non_null(fgets(line, sizeof line, file));
        while (fgets(line, sizeof line, file)) {
            char *first = strchr(line, '\t');
            assert_non_null(first);
            *first++ = '\0';
            char *second = strchr(first, '\t');
            assert_non_null(second);
            *second++ = '\0';
            if (strcmp(line, methods[m]) != 0)
                continue;
            buf_printf(&keys, "%s\n", first);
            buf_append_text(&expected, second);
            count++;
        }
        fclose(file);
        type(&run, methods[m], buf_text(&keys));
        run_must_end(&run, 0);
        assert_string_equal(run_out(&run), buf_text(&expected));
        run_free(&run);
        buf_free(&keys);
        buf_free(&expected);
    }
    assert_int_equal(count, 227);
}

static void test_bad_lines_are_named(void **state)
{
    (void)state;
    struct run run = {0};
    type(&run, NULL, "as\nb\xff\nc\n");
    run_must_end(&run, 1);
    run_must_complain(&run, "line 2: no valid UTF-8");
    assert_string_equal(run_out(&run), "á\n");
    type_bytes(&run, NULL, "a\0b\n", 4);
    run_must_end(&run, 1);
    run_must_complain(&run, "line 1: no valid UTF-8");
    enum { LONG = 65537 };
    char *line = malloc(LONG + 2);
    assert_non_null(line);
    memset(line, 'b', LONG);
    memcpy(line + LONG, "\n", 2);
    type(&run, NULL, line);
    run_must_end(&run, 1);
    run_must_complain(&run, "line 1: longer than 65536 bytes");
    // The longest one is typed.
    type(&run, NULL, line + 1);
    run_must_end(&run, 0);
    assert_int_equal(strlen(run_out(&run)), LONG);
    free(line);
    run_free(&run);
}

static void test_wrong_options(void **state)
{
    (void)state;
    struct run run = {0};
    run_command(&run, "type", "--method", "viqr", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "viqr");
    run_command(&run, "type", "tieengs", NULL);
    run_must_end(&run, 2);
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_line_is_a_text_of_its_own),
        cmocka_unit_test(test_keys_by_name),
        cmocka_unit_test(test_every_known_case),
        cmocka_unit_test(test_bad_lines_are_named),
        cmocka_unit_test(test_wrong_options)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Settings: what a person who edits an INI file or types a command meets.
#include "common/config.h"
#include "common/file.h"
#include "support/check.h"
#include "support/scratch.h"
#include <stdio.h>

static const struct config_key keys[] = {
    {"server", "listen", CONFIG_TEXT, "127.0.0.1:8650", 0, 0, "where"},
    {"server", "max_lines", CONFIG_INTEGER, "500", 1, 1000, "lines"},
    {"server", "plain_http", CONFIG_FLAG, "no", 0, 0, "no TLS"},
    {"unit", "name", CONFIG_TEXT, NULL, 0, 0, "the ward"},
    {"unit", "unit_code", CONFIG_TEXT, NULL, 0, 0, "its code"},
    {"unit", "hotline", CONFIG_TEXT, NULL, 0, 0, "whom to call"},
    {0}};

static void assert_file_refused(const char *text, const char *why)
{
    char folder[SCRATCH_SIZE], path[128];
    struct buf message = {0};
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "a.ini"));
    assert_true(file_replace(path, text, strlen(text), 0644));
    struct config *config = config_open(keys);
    assert_false(config_read_file(config, path, &message));
    assert_memory_equal(buf_text(&message), path, strlen(path));
    assert_holds(buf_text(&message), why);
    config_close(config);
    buf_free(&message);
    scratch_remove(folder);
}

static void test_config_mistakes_name_line_and_key(void **state)
{
    (void)state;
    assert_file_refused("[server]\nlisten = a\nlissen = b\n", ":3: lissen:");
    assert_file_refused("[serve]\n\nlisten = a\n",
                        ":3: listen: unknown section");
    assert_file_refused("[server]\nmax_lines = 1001\n",
                        ":2: max_lines: \"1001\" does not fit");
    assert_file_refused("[server]\nmax_lines = 12x\n", "from 1 to 1000");
    assert_file_refused("[server]\nplain_http = maybe\n", "yes or no");
    assert_file_refused("[server]\nlisten = a\n[unit]\nname = b\n[server]\n"
                        "listen = c\n",
                        ":6: listen: already given in line 2");
    assert_file_refused("[server]\nnonsense\n", ":2:");
    assert_file_refused("listen = a\n", ":1: listen:");
    assert_file_refused("[unit]\nname = B\xecnh Minh\n",
                        ":2: name: is not UTF-8");
    assert_file_refused("[server]\n  listen = a\n  listen = b\n",
                        ":3: listen: already given in line 2");
    char line[300] = "[server]\nlisten = ";
    memset(line + strlen(line), 'x', 250);
    assert_file_refused(line, ":2: longer than 198 bytes");
}

static void test_config_bytes_that_are_no_text(void **state)
{
    (void)state;
    // "[server]" as an editor saves it in UTF-16.
    static const char text[] = "\xff\xfe[\0s\0e\0r\0v\0e\0r\0]\0\n\0";
    char folder[SCRATCH_SIZE], path[128];
    struct buf message = {0};
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "a.ini"));
    assert_true(file_replace(path, text, sizeof text - 1, 0644));
    struct config *config = config_open(keys);
    assert_false(config_read_file(config, path, &message));
    assert_holds(buf_text(&message), "save it as UTF-8");
    config_close(config);
    buf_free(&message);
    scratch_remove(folder);
}

static void test_config_missing_file_is_said(void **state)
{
    (void)state;
    struct buf message = {0};
    struct config *config = config_open(keys);
    assert_false(config_read_file(config, "/nowhere/a.ini", &message));
    assert_holds(buf_text(&message), "/nowhere/a.ini: cannot be read");
    config_close(config);
    buf_free(&message);
}

static void test_config_line_wins_over_file_over_default(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[128];
    static const char text[] = "; the ward's\n[unit]\nname = Bình Minh\n"
                               "  code = H24.12\r\n\n"
                               "[server]\nmax_lines = 20\nlisten=0.0.0.0:1\n";
    struct buf message = {0};
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "a.ini"));
    assert_true(file_replace(path, text, sizeof text - 1, 0644));
    const char *argv[] = {"program", "--listen",     "[::1]:9",
                          "word",    "--plain-http", "--config",
                          path,      "--",           "--not-an-option"};
    struct config *config = config_open(keys);
    assert_true(config_read_arguments(config, 9, (char **)argv, &message));
    assert_string_equal(config_text(config, "listen"), "[::1]:9");
    assert_int_equal(config_integer(config, "max_lines"), 20);
    assert_string_equal(config_text(config, "name"), "Bình Minh");
    assert_string_equal(config_text(config, "unit_code"), "H24.12");
    assert_null(config_text(config, "hotline"));
    assert_false(config_is_set(config, "hotline"));
    assert_true(config_is_set(config, "max_lines"));
    assert_true(config_flag(config, "plain_http"));
    assert_int_equal(config_operand_count(config), 2);
    assert_string_equal(config_operand(config, 1), "--not-an-option");
    config_close(config);
    buf_free(&message);
    scratch_remove(folder);
}

static void assert_line_refused(const char *option, const char *why)
{
    const char *argv[] = {"program", option};
    struct buf message = {0};
    struct config *config = config_open(keys);
    assert_false(config_read_arguments(config, 2, (char **)argv, &message));
    assert_holds(buf_text(&message), why);
    config_close(config);
    buf_free(&message);
}

static void test_config_options_that_are_wrong(void **state)
{
    (void)state;
    assert_line_refused("--nothing", "unknown option --nothing");
    assert_line_refused("--listen", "--listen needs a value");
    assert_line_refused("--max-lines=0", "--max-lines: \"0\" does not fit");
    assert_line_refused("-x", "unknown option -x");
    assert_line_refused("--config=/nowhere/b.ini", "/nowhere/b.ini");
}

static void test_config_help_shows_every_option(void **state)
{
    (void)state;
    struct buf text = {0};
    config_describe(keys, &text);
    assert_holds(buf_text(&text), "--plain-http");
    assert_holds(buf_text(&text), "(default 127.0.0.1:8650)");
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config_mistakes_name_line_and_key),
        cmocka_unit_test(test_config_bytes_that_are_no_text),
        cmocka_unit_test(test_config_missing_file_is_said),
        cmocka_unit_test(test_config_line_wins_over_file_over_default),
        cmocka_unit_test(test_config_options_that_are_wrong),
        cmocka_unit_test(test_config_help_shows_every_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

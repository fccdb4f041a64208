// Texts by id: what is missing, what is broken, what is filled in. good/ is a
// pair of files with gaps; each folder of bad/ is a mistake, and its `expected`
// is how the message about it begins, without the folder's name.
#include "common/file.h"
#include "common/log.h"
#include "i18n/i18n.h"
#include "support/check.h"
#include <dirent.h>
#include <stdio.h>

#define FOLDER TEST_SOURCE "/tests/i18n"

struct logged {
    int lines;
    char last[300];
};

static void count_line(void *ctx, enum log_level level, const char *module,
                       const char *text)
{
    struct logged *logged = ctx;
    (void)level;
    logged->lines++;
    snprintf(logged->last, sizeof logged->last, "%s %s", module, text);
}

static void assert_refused(const char *name)
{
    char folder[512], path[600];
    struct buf message = {0}, expected = {0};
    snprintf(folder, sizeof folder, "%s/bad/%s", FOLDER, name);
    assert_true(file_join(path, sizeof path, folder, "expected"));
    assert_true(file_read(path, 1000, &expected));
    assert_true(expected.size > 1);
    expected.data[expected.size - 1] = '\0'; // the newline
    assert_null(i18n_open(folder, &message));
    assert_memory_equal(buf_text(&message), folder, strlen(folder));
    const char *said = buf_text(&message) + strlen(folder) + 1;
    if (strncmp(said, expected.data, strlen(expected.data)) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", name, said, expected.data);
    buf_free(&expected);
    buf_free(&message);
}

static void test_i18n_broken_files_say_where(void **state)
{
    (void)state;
    DIR *dir = opendir(FOLDER "/bad");
    struct dirent *entry;
    int count = 0;
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        assert_refused(entry->d_name);
        count++;
    }
    closedir(dir);
    assert_true(count >= 8);
}

static struct i18n *open_good(struct logged *logged)
{
    struct buf message = {0};
    log_set_sink(count_line, logged);
    struct i18n *texts = i18n_open(FOLDER "/good", &message);
    assert_string_equal(buf_text(&message), "");
    assert_non_null(texts);
    return texts;
}

static void close_good(struct i18n *texts)
{
    log_set_sink(NULL, NULL);
    i18n_close(texts);
}

static void test_i18n_missing_text_falls_back(void **state)
{
    (void)state;
    struct logged logged = {0};
    struct i18n *texts = open_good(&logged);
    // "vi-only" in English, "en-only" in Vietnamese, and what was not NFC.
    assert_int_equal(logged.lines, 3);
    assert_string_equal(i18n_text(texts, I18N_EN, "both"), "yes");
    assert_string_equal(i18n_text(texts, I18N_VI, "both"), "có");
    assert_string_equal(i18n_text(texts, I18N_EN, "vi-only"), "chỉ có");
    assert_string_equal(i18n_text(texts, I18N_VI, "en-only"), "only");
    assert_string_equal(i18n_text(texts, I18N_EN, "en-only"), "only");
    assert_int_equal(logged.lines, 3);
    close_good(texts);
}

static void test_i18n_unknown_id_is_itself_and_logged_once(void **state)
{
    (void)state;
    struct logged logged = {0};
    struct i18n *texts = open_good(&logged);
    int at_load = logged.lines;
    assert_string_equal(i18n_text(texts, I18N_VI, "nowhere"), "nowhere");
    assert_int_equal(logged.lines, at_load + 1);
    assert_holds(logged.last, "nowhere");
    assert_string_equal(i18n_text(texts, I18N_EN, "nowhere"), "nowhere");
    assert_int_equal(logged.lines, at_load + 1);
    // A file gone wrong asks for more than can be remembered: still answered.
    for (int i = 0; i < 500; i++) {
        char id[16];
        snprintf(id, sizeof id, "x%d", i);
        assert_string_equal(i18n_text(texts, I18N_VI, id), id);
    }
    close_good(texts);
}

static void test_i18n_fills_numbered_places(void **state)
{
    (void)state;
    struct logged logged = {0};
    struct buf out = {0};
    const char *values[] = {"3", "{1} %s"};
    struct i18n *texts = open_good(&logged);
    i18n_format(texts, I18N_VI, "places", values, 2, &out);
    assert_string_equal(buf_text(&out), "Quầy 3 · {1} %s · {3} {x} 100 %d");
    buf_clear(&out);
    i18n_format(texts, I18N_EN, "places", values, 2, &out);
    assert_string_equal(buf_text(&out), "{1} %s, counter 3");
    buf_free(&out);
    close_good(texts);
}

static void test_i18n_makes_texts_nfc(void **state)
{
    (void)state;
    struct logged logged = {0};
    struct i18n *texts = open_good(&logged);
    assert_string_equal(i18n_text(texts, I18N_VI, "decomposed"),
                        "h\xc3\xa0i l\xc3\xb2ng");
    close_good(texts);
}

static void test_i18n_lists_its_ids_in_order(void **state)
{
    (void)state;
    struct logged logged = {0};
    struct i18n *texts = open_good(&logged);
    for (size_t i = 1; i < i18n_count(texts); i++)
        assert_true(strcmp(i18n_id(texts, i - 1), i18n_id(texts, i)) < 0);
    assert_true(i18n_has(texts, I18N_VI, "vi-only"));
    assert_false(i18n_has(texts, I18N_EN, "vi-only"));
    assert_false(i18n_has(texts, I18N_VI, "nowhere"));
    close_good(texts);
}

static void test_i18n_language_codes(void **state)
{
    (void)state;
    enum i18n_language language = I18N_VI;
    assert_true(i18n_parse_code("en", &language));
    assert_int_equal(language, I18N_EN);
    assert_false(i18n_parse_code("EN", &language));
    assert_false(i18n_parse_code("", &language));
    assert_string_equal(i18n_code(I18N_VI), "vi");
}

static void test_units_may_name_their_kind(void **state)
{
    (void)state;
    assert_string_equal(i18n_unit("Bình Minh", true), "unit.name");
    assert_string_equal(i18n_unit("Bình Minh", false), "unit.short");
    assert_string_equal(i18n_unit("Xã Bình Minh", true), "unit.named");
    assert_string_equal(i18n_unit("Phường Bình Minh", false),
                        "unit.named_short");
    assert_string_equal(i18n_unit("Xãng", true), "unit.name");
}

static void must_read(enum i18n_language language, int64_t value, int decimals,
                      const char *wanted)
{
    struct buf text = {0};
    i18n_number(language, value, decimals, &text);
    assert_string_equal(buf_text(&text), wanted);
    buf_free(&text);
}

static void test_numbers_are_written_as_the_language_does(void **state)
{
    (void)state;
    must_read(I18N_VI, 16663, 1, "1.666,3");
    must_read(I18N_EN, 16663, 1, "1666.3");
    must_read(I18N_VI, 5, 1, "0,5");
    must_read(I18N_EN, 5, 1, "0.5");
    must_read(I18N_VI, 1234567, 0, "1.234.567");
    must_read(I18N_EN, 1234567, 0, "1234567");
    must_read(I18N_VI, -5, 1, "-0,5");
    must_read(I18N_EN, -5, 1, "-0.5");
    must_read(I18N_EN, -16663, 1, "-1666.3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_may_name_their_kind),
        cmocka_unit_test(test_numbers_are_written_as_the_language_does),
        cmocka_unit_test(test_i18n_broken_files_say_where),
        cmocka_unit_test(test_i18n_missing_text_falls_back),
        cmocka_unit_test(test_i18n_unknown_id_is_itself_and_logged_once),
        cmocka_unit_test(test_i18n_fills_numbered_places),
        cmocka_unit_test(test_i18n_makes_texts_nfc),
        cmocka_unit_test(test_i18n_lists_its_ids_in_order),
        cmocka_unit_test(test_i18n_language_codes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Texts by id: what is missing, what is broken, what is filled in.
#include "common/file.h"
#include "common/log.h"
#include "i18n/i18n.h"
#include "support/check.h"
#include "support/scratch.h"
#include <stdio.h>

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

static void write_files(const char *folder, const char *vi, const char *en)
{
    char path[128];
    assert_true(file_join(path, sizeof path, folder, "vi.json"));
    assert_true(file_replace(path, vi, strlen(vi), 0644));
    assert_true(file_join(path, sizeof path, folder, "en.json"));
    if (en)
        assert_true(file_replace(path, en, strlen(en), 0644));
}

static void assert_refused(const char *vi, const char *en, const char *why)
{
    char folder[SCRATCH_SIZE];
    struct buf message = {0};
    scratch_make(folder);
    write_files(folder, vi, en);
    assert_null(i18n_open(folder, &message));
    assert_holds(buf_text(&message), why);
    buf_free(&message);
    scratch_remove(folder);
}

static void test_i18n_broken_files_say_where(void **state)
{
    (void)state;
    assert_refused("{\n\"a\": \"x\",\n}", "{}", "vi.json: line 3");
    assert_refused("{\"a\": \"x\"}", "{\"a\": 5}", "en.json: a: is no text");
    assert_refused("{\"a\": \"x\", \"a\": \"y\"}", "{}", "duplicate");
    assert_refused("{\"a\": \"\xff\"}", "{}", "vi.json: line 1");
    assert_refused("[]", "{}", "not an object");
    assert_refused("{}", NULL, "en.json: cannot be read");
}

static void test_i18n_missing_text_falls_back(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct logged logged = {0};
    struct buf message = {0};
    scratch_make(folder);
    write_files(folder, "{\"both\": \"có\", \"vi\": \"chỉ có\"}",
                "{\"both\": \"yes\", \"en\": \"only\"}");
    log_set_sink(count_line, &logged);
    struct i18n *texts = i18n_open(folder, &message);
    assert_non_null(texts);
    assert_int_equal(logged.lines, 2); // "vi" in en, "en" in vi
    assert_string_equal(i18n_text(texts, I18N_EN, "both"), "yes");
    assert_string_equal(i18n_text(texts, I18N_EN, "vi"), "chỉ có");
    assert_string_equal(i18n_text(texts, I18N_VI, "en"), "en");
    assert_string_equal(i18n_text(texts, I18N_VI, "nowhere"), "nowhere");
    assert_int_equal(logged.lines, 3);
    assert_holds(logged.last, "nowhere");
    i18n_text(texts, I18N_EN, "nowhere");
    assert_int_equal(logged.lines, 3); // once
    log_set_sink(NULL, NULL);
    i18n_close(texts);
    buf_free(&message);
    scratch_remove(folder);
}

static void test_i18n_fills_numbered_places(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct buf message = {0}, out = {0};
    const char *values[] = {"3", "{1} %s"};
    scratch_make(folder);
    write_files(folder, "{\"a\": \"Quầy {1} · {2} · {3} {x} 100 %d\"}",
                "{\"a\": \"{2}, counter {1}\"}");
    struct i18n *texts = i18n_open(folder, &message);
    assert_non_null(texts);
    i18n_format(texts, I18N_VI, "a", values, 2, &out);
    assert_string_equal(buf_text(&out), "Quầy 3 · {1} %s · {3} {x} 100 %d");
    buf_clear(&out);
    i18n_format(texts, I18N_EN, "a", values, 2, &out);
    assert_string_equal(buf_text(&out), "{1} %s, counter 3");
    buf_free(&out);
    i18n_close(texts);
    buf_free(&message);
    scratch_remove(folder);
}

static void test_i18n_makes_texts_nfc(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct buf message = {0};
    scratch_make(folder);
    write_files(folder, "{\"a\": \"ha\xcc\x80i\"}", "{\"a\": \"b\"}");
    log_set_level(LOG_ERROR);
    struct i18n *texts = i18n_open(folder, &message);
    assert_non_null(texts);
    assert_string_equal(i18n_text(texts, I18N_VI, "a"), "hài");
    i18n_close(texts);
    buf_free(&message);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_i18n_broken_files_say_where),
        cmocka_unit_test(test_i18n_missing_text_falls_back),
        cmocka_unit_test(test_i18n_fills_numbered_places),
        cmocka_unit_test(test_i18n_makes_texts_nfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

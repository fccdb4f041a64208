// The shipped question set, and sets with one mistake each.
#include "i18n/i18n.h"
#include "survey/survey.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct survey load_shipped(void)
{
    struct survey survey;
    struct buf message = {0};
    bool ok =
        survey_load(TEST_SOURCE "/assets/surveys/quay.json", &survey, &message);
    if (!ok)
        fail_msg("%s", buf_text(&message));
    buf_free(&message);
    return survey;
}

static void test_counter_set(void **state)
{
    (void)state;
    struct survey survey = load_shipped();
    assert_string_equal(survey.id, "quay");
    assert_true(survey.version >= 1);
    assert_int_equal(survey.level_count, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct survey_level *level = &survey.levels[i];
        char text[16];
        snprintf(text, sizeof text, "level.%d", level->level);
        assert_int_equal(level->level, 5 - (int)i);
        assert_string_equal(level->text, text);
        // Only the two best count as satisfied.
        assert_int_equal(level->satisfied, level->level >= 4);
        assert_int_equal(level->reasons,
                         level->level >= 4 ? SURVEY_HIGH : SURVEY_LOW);
    }
    assert_int_equal(survey.reason_count[SURVEY_HIGH], 9);
    assert_int_equal(survey.reason_count[SURVEY_LOW], 9);
    assert_string_equal(survey.reasons[SURVEY_LOW][2].text, "reason.low.3");
    assert_string_equal(survey.reasons[SURVEY_LOW][2].group, "officer");
    assert_string_equal(survey.reasons[SURVEY_LOW][8].text, "reason.other");
}

static void test_shown_levels(void **state)
{
    (void)state;
    struct survey survey = load_shipped();
    const struct survey_level *shown[SURVEY_LEVELS_MAX];
    assert_int_equal(survey_shown(&survey, 5, false, shown), 5);
    assert_int_equal(shown[0]->level, 5);
    assert_int_equal(shown[4]->level, 1);
    assert_int_equal(survey_shown(&survey, 5, true, shown), 5);
    assert_int_equal(shown[0]->level, 1);
    assert_int_equal(shown[4]->level, 5);
    assert_int_equal(survey_shown(&survey, 3, false, shown), 3);
    assert_int_equal(shown[0]->level, 4);
    assert_int_equal(shown[1]->level, 3);
    assert_int_equal(shown[2]->level, 2);
    assert_int_equal(survey_shown(&survey, 3, true, shown), 3);
    assert_int_equal(shown[0]->level, 2);
    assert_null(survey_level(&survey, 0));
    assert_int_equal(survey_level(&survey, 3)->level, 3);
}

// What survey_load() says to a file with this content; "" when it takes it.
static char *complaint(const char *content)
{
    char path[] = "/tmp/hailong-survey-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
    struct survey survey;
    struct buf message = {0};
    bool ok = survey_load(path, &survey, &message);
    unlink(path);
    assert_int_equal(ok, message.size == 0);
    if (!ok)
        assert_int_equal(strncmp(buf_text(&message), path, strlen(path)), 0);
    char *text = strdup(buf_text(&message));
    buf_free(&message);
    return text;
}

static void assert_complaint(const char *content, const char *expected)
{
    char *text = complaint(content);
    if (!strstr(text, expected))
        fail_msg("\"%s\" does not say \"%s\"", text, expected);
    free(text);
}

#define LEVEL(n)                                                               \
    "{\"level\":" #n ",\"text\":\"level." #n                                   \
    "\",\"satisfied\":false,\"reasons\":\"low\"}"
#define NO_REASONS "\"reasons\":{\"high\":[],\"low\":[]}"

static void test_good_small_set(void **state)
{
    (void)state;
    assert_complaint("{\"id\":\"a\",\"version\":2,\"levels\":[" LEVEL(
                         4) "," LEVEL(2) "]," NO_REASONS "}",
                     "");
}

static void test_mistakes_are_named(void **state)
{
    (void)state;
    assert_complaint("{\"id\":\"a\",\n \"version\":}", "line 2");
    assert_complaint("[]", "id");
    assert_complaint("{\"id\":\"a\"}", "version");
    assert_complaint("{\"id\":\"a\",\"version\":0}", "version");
    assert_complaint("{\"id\":\"a\",\"version\":1}", "levels");
    assert_complaint("{\"id\":\"a\",\"version\":1,\"levels\":[" LEVEL(
                         2) "," LEVEL(4) "]," NO_REASONS "}",
                     "levels[1]");
    assert_complaint("{\"id\":\"a\",\"version\":1,\"levels\":[" LEVEL(
                         6) "," LEVEL(4) "]," NO_REASONS "}",
                     "levels[0]");
    assert_complaint(
        "{\"id\":\"a\",\"version\":1,\"levels\":[" LEVEL(4) "," LEVEL(2) "]}",
        "reasons");
    assert_complaint(
        "{\"id\":\"a\",\"version\":1,\"levels\":[" LEVEL(4) "," LEVEL(
            2) "],\"reasons\":{\"high\":[],\"low\":[{\"text\":\"r\"}]}}",
        "low[0]");
}

static void test_too_many_reasons_are_refused(void **state)
{
    (void)state;
    struct buf set = {0};
    buf_append_text(&set, "{\"id\":\"a\",\"version\":1,\"levels\":[" LEVEL(
                              4) "," LEVEL(2) "],\"reasons\":{\"high\":[");
    for (int i = 1; i <= 12; i++)
        buf_printf(&set, "%s{\"text\":\"r.%d\",\"group\":\"g\",\"icon\":\"i\"}",
                   i > 1 ? "," : "", i);
    buf_append_text(&set, "],\"low\":[]}}");
    assert_complaint(buf_text(&set), "at most 9 reasons");
    buf_free(&set);
}

// Words that a set names, in a folder of their own.
static bool check_words_of(const char *label, char says[256])
{
    char folder[] = "/tmp/hailong-words-XXXXXX", path[64];
    struct survey survey = {.id = "a", .level_count = 1};
    struct buf message = {0};
    assert_non_null(mkdtemp(folder));
    snprintf(survey.levels[0].text, sizeof survey.levels[0].text, "level.x");
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.json", folder, i ? "en" : "vi");
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fprintf(file, "{\"%s\":\"%s\"}", label ? "level.x" : "other",
                label && !i ? label : "short");
        fclose(file);
    }
    struct i18n *i18n = i18n_open(folder, &message);
    assert_non_null(i18n);
    bool ok = survey_check_words(&survey, i18n, &message);
    snprintf(says, 256, "%s", buf_text(&message));
    i18n_close(i18n);
    buf_free(&message);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.json", folder, i ? "en" : "vi");
        unlink(path);
    }
    rmdir(folder);
    return ok;
}

static void test_labels_that_no_card_holds_are_refused(void **state)
{
    (void)state;
    char says[256];
    // 32 letters as people count them; each takes two or three bytes.
    assert_true(check_words_of("ậậậậậậậậậậậậậậậậậậậậậậậậậậậậậậậậ", says));
    assert_false(check_words_of(
        "Rất không hài lòng với thái độ phục vụ tại quầy của phường ta", says));
    assert_string_equal(
        says, "set a: level.x: 61 letters in vi; a label may have 32");
    assert_false(check_words_of(NULL, says));
    assert_string_equal(says,
                        "set a: level.x: there is no such text in vi.json");
}

static void test_missing_file_is_named(void **state)
{
    (void)state;
    struct survey survey;
    struct buf message = {0};
    assert_false(survey_load("/nonexistent/quay.json", &survey, &message));
    assert_non_null(strstr(buf_text(&message), "/nonexistent/quay.json"));
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counter_set),
        cmocka_unit_test(test_shown_levels),
        cmocka_unit_test(test_good_small_set),
        cmocka_unit_test(test_mistakes_are_named),
        cmocka_unit_test(test_too_many_reasons_are_refused),
        cmocka_unit_test(test_labels_that_no_card_holds_are_refused),
        cmocka_unit_test(test_missing_file_is_named)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

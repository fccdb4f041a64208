// Whether a display can show what a configuration asks for, without a window.
#include "support/check.h"
#include "ui/rehearsal.h"
#include <SDL_ttf.h>
#include <stdio.h>
#include <stdlib.h>

static struct i18n *i18n;
static struct text *text;
static struct survey survey;

static int set_up(void **state)
{
    struct buf message = {0};
    (void)state;
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    i18n = i18n_open(TEST_SOURCE "/assets/i18n", &message);
    assert_non_null(i18n);
    assert_true(survey_load(TEST_SOURCE "/assets/surveys/quay.json", &survey,
                            &message));
    text = text_open();
    assert_non_null(text);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    text_close(text);
    i18n_close(i18n);
    return 0;
}

static bool fits(int width, int height, const char *members,
                 struct buf *message)
{
    char body[2048], why[JSON_MESSAGE_SIZE];
    struct setting setting;
    const struct rehearsal rehearsal = {
        .i18n = i18n, .text = text, .layout = layout_make(width, height)};
    snprintf(body, sizeof body,
             "{\"version\":7,\"counter\":\"3\",\"hotline\":\"0234 3 812 "
             "345\"%s}",
             members);
    json_t *object = json_read(body, strlen(body), why);
    assert_non_null(object);
    assert_true(setting_read(object, &setting, message));
    json_decref(object);
    return rehearsal_fits(&rehearsal, &setting, &survey, message);
}

#define WARD                                                                   \
    ",\"unit\":{\"code\":\"H24.12\",\"name\":\"Bình Minh\"},\"field\":{"      \
    "\"code\":\"chung-thuc\",\"vi\":\"Chứng thực\"}"
#define TILES                                                                  \
    ",\"mode\":\"transaction\",\"walk_up\":\"fields\",\"fields\":[{\"code\":"  \
    "\"ho-tich\",\"vi\":\"Hộ tịch\"},{\"code\":\"cu-tru\",\"vi\":\"Cư trú\"}]"

static void test_rehearsal_takes_what_wards_have(void **state)
{
    static const int sizes[][2] = {
        {1280, 800}, {800, 1280}, {1920, 1080}, {1024, 768}, {1024, 600}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf message = {0};
        if (!fits(sizes[i][0], sizes[i][1], WARD, &message) ||
            !fits(sizes[i][0], sizes[i][1], WARD TILES, &message) ||
            !fits(sizes[i][0], sizes[i][1], WARD ",\"levels\":3", &message))
            fail_msg("%d x %d: %s", sizes[i][0], sizes[i][1],
                     buf_text(&message));
        buf_free(&message);
    }
}

#define HUNDRED                                                                \
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"                       \
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"

static void test_rehearsal_refuses_what_does_not_fit(void **state)
{
    static const struct {
        const char *members, *says;
    } cases[] = {
        {",\"unit\":{\"code\":\"H24.12\",\"name\":\"" HUNDRED "\"}",
         "its texts do not fit this display of 800 x 1280"},
        {",\"mode\":\"transaction\",\"walk_up\":\"fields\",\"fields\":[{"
         "\"code\":\"x\",\"vi\":\"" HUNDRED "\"}]",
         "screen fields: its texts do not fit"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf message = {0};
        if (fits(800, 1280, cases[i].members, &message))
            fail_msg("%s is taken", cases[i].members);
        assert_holds(buf_text(&message), cases[i].says);
        buf_free(&message);
    }
}

// A display on which the program's own words have no room is not the
// configuration's fault.
static void test_rehearsal_of_a_tiny_display(void **state)
{
    struct buf message = {0};
    (void)state;
    assert_true(fits(320, 240, WARD, &message));
    buf_free(&message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rehearsal_takes_what_wards_have),
        cmocka_unit_test(test_rehearsal_refuses_what_does_not_fit),
        cmocka_unit_test(test_rehearsal_of_a_tiny_display)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

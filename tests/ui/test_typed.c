// The lines of the text box: where they break, which are seen, and the caret.
#include "ui/typed.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct box {
    struct text *text;
    struct comment comment;
    struct typed *typed;
    struct typed_room room;
};

static void open_box(struct box *box, int width, int later_width)
{
    *box = (struct box){.text = text_open(), .typed = typed_open()};
    assert_non_null(box->text);
    assert_non_null(box->typed);
    assert_true(comment_init(&box->comment, COMPOSE_TELEX, TONE_STYLE_OLD));
    box->room = (struct typed_room){{TEXT_MEDIUM, 36}, width, later_width};
}

static void close_box(struct box *box)
{
    comment_free(&box->comment);
    typed_close(box->typed);
    text_close(box->text);
}

// Letters, spaces and new lines, without capitals of their own.
static void write(struct box *box, const char *words)
{
    for (; *words; words++) {
        char id[8] = "key.x";
        id[4] = *words;
        comment_key(&box->comment,
                    *words == ' '    ? "key.space"
                    : *words == '\n' ? "key.enter"
                                     : id,
                    0);
    }
    typed_break(box->typed, box->text, &box->comment, box->room);
}

static void must_be(const struct box *box, size_t index, const char *expected)
{
    char line[TYPED_LINE_SIZE];
    assert_true(index < box->typed->count);
    typed_line(box->typed, &box->comment, index, line);
    assert_string_equal(line, expected);
}

static void test_lines_break_between_words(void **state)
{
    (void)state;
    struct box box;
    const struct text_style style = {TEXT_MEDIUM, 36};
    open_box(&box, 1, 1);
    box.room.width = text_width(box.text, style, "mmm mmm") + 10;
    box.room.later_width = text_width(box.text, style, "mmm");
    write(&box, "");
    assert_int_equal(box.typed->count, 1);
    assert_int_equal(box.typed->caret_x, 0);
    write(&box, "mmm mmm mmm mmm m");
    assert_int_equal(box.typed->count, 3);
    must_be(&box, 0, "Mmm mmm");
    must_be(&box, 1, "mmm mmm");
    must_be(&box, 2, "m");
    assert_int_equal(box.typed->caret_x, text_width(box.text, style, "m"));
    // The third line and those after it are shorter.
    write(&box, " mm");
    must_be(&box, 2, "m");
    must_be(&box, 3, "mm");
    assert_int_equal(typed_first(box.typed), 1);
    close_box(&box);
}

static void test_spaces_and_new_lines(void **state)
{
    (void)state;
    struct box box;
    const struct text_style style = {TEXT_MEDIUM, 36};
    open_box(&box, 500, 500);
    write(&box, "m ");
    must_be(&box, 0, "M ");
    assert_true(box.typed->caret_x > text_width(box.text, style, "M"));
    write(&box, "\n");
    assert_int_equal(box.typed->count, 2);
    must_be(&box, 0, "M");
    must_be(&box, 1, "");
    assert_int_equal(box.typed->caret_x, 0);
    write(&box, "\n\nb");
    assert_int_equal(box.typed->count, 4);
    must_be(&box, 3, "B");
    assert_int_equal(typed_first(box.typed), 1);
    comment_clear(&box.comment);
    for (int i = 0; i < COMMENT_LETTERS_MAX; i++)
        write(&box, "\n");
    assert_int_equal(box.typed->count, COMMENT_LETTERS_MAX + 1);
    close_box(&box);
}

// Cut between letters, and no letter is lost.
static void test_word_longer_than_a_line(void **state)
{
    (void)state;
    struct box box;
    struct buf all = {0};
    char line[TYPED_LINE_SIZE];
    const struct text_style style = {TEXT_MEDIUM, 36};
    open_box(&box, 150, 100);
    for (int i = 0; i < 20; i++)
        comment_key(&box.comment, "key.ơ", 0);
    write(&box, "");
    assert_true(box.typed->count > 2);
    for (size_t i = 0; i < box.typed->count; i++) {
        typed_line(box.typed, &box.comment, i, line);
        assert_true(text_width(box.text, style, line) <= (i < 2 ? 150 : 100));
        buf_append_text(&all, line);
    }
    assert_string_equal(buf_text(&all), comment_text(&box.comment));
    buf_free(&all);
    // Narrower than a letter: one a line.
    box.room.width = box.room.later_width = 1;
    write(&box, "");
    assert_int_equal(box.typed->count, 20);
    close_box(&box);
}

static void test_caret_blinks_once_a_second(void **state)
{
    (void)state;
    struct typed typed = {.since = 1000};
    assert_true(typed_caret_shows(&typed, 1000));
    assert_true(typed_caret_shows(&typed, 1499));
    assert_false(typed_caret_shows(&typed, 1500));
    assert_true(typed_caret_shows(&typed, 2000));
    assert_int_equal(typed_blink_at(&typed, 1000), 1500);
    assert_int_equal(typed_blink_at(&typed, 1499), 1500);
    assert_int_equal(typed_blink_at(&typed, 1500), 2000);
    typed.steady = true;
    assert_true(typed_caret_shows(&typed, 1500));
    assert_int_equal(typed_blink_at(&typed, 1000), INT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_break_between_words),
        cmocka_unit_test(test_spaces_and_new_lines),
        cmocka_unit_test(test_word_longer_than_a_line),
        cmocka_unit_test(test_caret_blinks_once_a_second)};
    setenv("HAILONG_ASSETS", TEST_SOURCE "/assets", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

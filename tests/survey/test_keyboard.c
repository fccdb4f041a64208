// The screen keyboard as data: every key that the design names, once, in rows
// that are full, and wide enough for a finger on the smallest panel.
#include "support/check.h"
#include "survey/keyboard.h"
#include <math.h>

// On a 10.1 inch panel of 1280 × 800 one millimetre is 5.885 u.
static const double U_IN_MM = 5.885;
enum { WIDE_WIDTH = 1200, TALL_WIDTH = 752, KEYS_MAX = 64 };

static const struct keyboard_key *key_of(enum keyboard_page page, bool tall,
                                         const char *label)
{
    size_t count;
    const struct keyboard_row *rows = keyboard_rows(page, tall, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < rows[i].count; k++)
            if (rows[i].keys[k].label &&
                strcmp(rows[i].keys[k].label, label) == 0)
                return &rows[i].keys[k];
    return NULL;
}

static void must_have(enum keyboard_page page, const char *const *labels,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!key_of(page, false, labels[i]) || !key_of(page, true, labels[i]))
            fail_msg("there is no key %s", labels[i]);
    }
}

static void test_every_letter_and_sign_is_there(void **state)
{
    (void)state;
    static const char *const letters[] = {
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m",   "n",
        "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z", "ă",   "â",
        "đ", "ê", "ô", "ơ", "ư", "á", "à", "ả", "ã", "ạ", ",", ".", "?123"};
    static const char *const signs[] = {
        "1", "2", "3", "4", "5",  "6", "7", "8", "9", "0", "/", "-", ":",  ";",
        "(", ")", "%", "+", "\"", "'", "!", "?", "@", "#", "₫", "…", "abc"};
    must_have(KEYBOARD_PAGE_LETTERS, letters, sizeof letters / sizeof *letters);
    must_have(KEYBOARD_PAGE_SIGNS, signs, sizeof signs / sizeof *signs);
}

static void test_no_key_stands_twice_on_a_page(void **state)
{
    (void)state;
    for (int page = 0; page < KEYBOARD_PAGE_COUNT; page++) {
        for (int tall = 0; tall <= 1; tall++) {
            const char *seen[KEYS_MAX];
            size_t count, known = 0;
            const struct keyboard_row *rows =
                keyboard_rows((enum keyboard_page)page, tall, &count);
            for (size_t i = 0; i < count; i++)
                for (size_t k = 0; k < rows[i].count; k++) {
                    const char *id = rows[i].keys[k].id;
                    for (size_t n = 0; n < known; n++)
                        assert_string_not_equal(seen[n], id);
                    seen[known++] = id;
                    assert_ptr_not_equal(keyboard_find(id), NULL);
                }
        }
    }
    assert_null(keyboard_find("key.nothing"));
}

// Keys fill their row, but for the middle one that is set in on both sides, and
// no row is wider than it may be.
static void test_rows_are_full(void **state)
{
    (void)state;
    for (int page = 0; page < KEYBOARD_PAGE_COUNT; page++) {
        for (int tall = 0; tall <= 1; tall++) {
            size_t count;
            const struct keyboard_row *rows =
                keyboard_rows((enum keyboard_page)page, tall, &count);
            for (size_t i = 0; i < count; i++) {
                double used = rows[i].inset;
                for (size_t k = 0; k < rows[i].count; k++)
                    used += rows[i].keys[k].width;
                assert_true(used <= rows[i].columns + 1e-9);
                assert_true(used + rows[i].inset >= rows[i].columns - 1e-9);
            }
        }
    }
}

// Nothing of the frame moves when the page turns: ⌫, space and the last row.
static void test_frame_stays_where_it_is(void **state)
{
    (void)state;
    for (int tall = 0; tall <= 1; tall++) {
        size_t count, other;
        const struct keyboard_row *letters =
            keyboard_rows(KEYBOARD_PAGE_LETTERS, tall, &count);
        const struct keyboard_row *signs =
            keyboard_rows(KEYBOARD_PAGE_SIGNS, tall, &other);
        assert_int_equal(count, other);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(letters[i].height, signs[i].height);
        const struct keyboard_row *a = &letters[count - 1];
        const struct keyboard_row *b = &signs[count - 1];
        assert_int_equal(a->count, b->count);
        for (size_t k = 0; k < a->count; k++) {
            assert_true(fabs(a->keys[k].width - b->keys[k].width) < 1e-9);
            if (k > 0)
                assert_string_equal(a->keys[k].id, b->keys[k].id);
        }
    }
}

static void check_sizes(bool tall, double width, double least_pitch_mm,
                        double least_height_mm)
{
    size_t count;
    const struct keyboard_row *rows =
        keyboard_rows(KEYBOARD_PAGE_LETTERS, tall, &count);
    double gap = keyboard_gap(tall);
    for (size_t i = 0; i < count; i++) {
        double pitch = (width + gap) / rows[i].columns;
        for (size_t k = 0; k < rows[i].count; k++)
            assert_true(pitch * rows[i].keys[k].width / U_IN_MM >=
                        least_pitch_mm);
        assert_true(rows[i].height / U_IN_MM >= least_height_mm);
    }
}

static void test_keys_fit_a_finger(void **state)
{
    (void)state;
    // Wide: twelve keys in 1,200 u are 17.1 mm apart, ten are 20.5; tall: ten
    // in 752 u are 12.9 mm apart.
    check_sizes(false, WIDE_WIDTH, 17.0, 14.0);
    check_sizes(true, TALL_WIDTH, 12.7, 15.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_letter_and_sign_is_there),
        cmocka_unit_test(test_no_key_stands_twice_on_a_page),
        cmocka_unit_test(test_rows_are_full),
        cmocka_unit_test(test_frame_stays_where_it_is),
        cmocka_unit_test(test_keys_fit_a_finger)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

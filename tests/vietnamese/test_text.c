// Text as people see it, and numbers as they write them.
#include "support/check.h"
#include "vietnamese/number.h"
#include "vietnamese/text.h"
#include <utf8proc.h>

// "Phường" and "Rất hài lòng" with every mark apart (NFD), as some keyboards
// give them.
static const char decomposed[] = "Phu\xcc\x9bo\xcc\x9b\xcc\x80ng";

static void test_text_is_made_nfc(void **state)
{
    (void)state;
    struct buf out = {0};
    assert_false(text_is_nfc(decomposed, sizeof decomposed - 1));
    assert_true(text_append_nfc(decomposed, sizeof decomposed - 1, &out));
    assert_string_equal(buf_text(&out), "Phường");
    assert_true(text_is_nfc(buf_text(&out), out.size));
    buf_free(&out);
}

// What is taken as NFC without being asked must be what Unicode's tables call
// so: every letter to the end of the Hangul signs, alone and before each mark
// that Vietnamese (and a few other tongues) sets on it.
static void test_text_is_nfc_as_the_tables_say(void **state)
{
    static const char *const marks[] = {"",         "\xcc\x80",    "\xcc\x81",
                                        "\xcc\x82", "\xcc\x83",    "\xcc\x86",
                                        "\xcc\x89", "\xcc\x9b",    "\xcc\xa3",
                                        "\xcc\xb8", "\xe3\x82\x99"};
    (void)state;
    for (utf8proc_int32_t c = 1; c < 0x3200; c++) {
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
            utf8proc_uint8_t text[16] = {0};
            utf8proc_ssize_t size = utf8proc_encode_char(c, text);
            memcpy(text + size, marks[i], strlen(marks[i]));
            size += (utf8proc_ssize_t)strlen(marks[i]);
            utf8proc_uint8_t *wanted = utf8proc_NFC(text);
            struct buf out = {0};
            assert_non_null(wanted);
            assert_true(text_append_nfc((char *)text, (size_t)size, &out));
            assert_string_equal(buf_text(&out), (char *)wanted);
            assert_int_equal(text_is_nfc((char *)text, (size_t)size),
                             strcmp((char *)text, (char *)wanted) == 0);
            buf_free(&out);
            free(wanted);
        }
    }
}

static void test_text_refuses_what_is_no_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xff", "a\xc3", "\xc0\xaf",
                                      "\xed\xa0\x80", "\xf4\x90\x80\x80"};
    struct buf out = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(text_is_utf8(bad[i], strlen(bad[i])));
        assert_false(text_append_nfc(bad[i], strlen(bad[i]), &out));
    }
    assert_int_equal(out.size, 0);
    assert_true(text_is_utf8("Ẳ ₫ 😀", strlen("Ẳ ₫ 😀")));
    buf_free(&out);
}

static void test_text_letters_as_a_person_counts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t letters, last;
    } rows[] = {{"", 0, 0},
                {"hài lòng", 8, 1},
                {"Ẳ", 1, 3},
                {decomposed, 6, 1},
                {"e\xcc\x82\xcc\x81", 1, 5},
                {"a👨‍👩‍👧", 2, 18},
                {"🇻🇳", 1, 8}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size = strlen(rows[i].text);
        assert_int_equal(text_letters(rows[i].text, size), rows[i].letters);
        assert_int_equal(text_last_letter(rows[i].text, size), rows[i].last);
    }
}

static void assert_written(const struct buf *buf, const char *expected)
{
    assert_string_equal(buf_text(buf), expected);
}

static void test_number_groups_by_thousands(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *text;
    } rows[] = {{0, "0"},
                {999, "999"},
                {1000, "1.000"},
                {1234567, "1.234.567"},
                {-5, "-5"},
                {-1000, "-1.000"},
                {100001, "100.001"},
                {INT64_MIN, "-9.223.372.036.854.775.808"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out = {0};
        number_append(rows[i].value, &out);
        assert_written(&out, rows[i].text);
        buf_free(&out);
    }
}

static void test_number_rounds_half_away_from_zero(void **state)
{
    (void)state;
    static const struct {
        int64_t numerator, denominator;
        int decimals;
        int64_t rounded;
    } rows[] = {{22, 7, 2, 314},  {1, 2, 0, 1},         {-1, 2, 0, -1},
                {5, 10, 0, 1},    {25, 1000, 2, 3},     {-25, 1000, 2, -3},
                {24, 1000, 2, 2}, {94900, 999, 1, 950}, {46600, 467, 1, 998},
                {0, 7, 3, 0},     {1, -3, 2, -33}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(number_round_ratio(rows[i].numerator,
                                            rows[i].denominator,
                                            rows[i].decimals),
                         rows[i].rounded);
    // Larger than 64 bits on the way.
    assert_int_equal(number_round_ratio(INT64_MAX, INT64_MAX, 9), 1000000000);
}

static void test_number_ratio_is_written_with_a_comma(void **state)
{
    (void)state;
    struct buf out = {0};
    number_append_ratio(46600, 467, 1, &out);
    buf_append_char(&out, ' ');
    number_append_ratio(1234567, 10, 1, &out);
    buf_append_char(&out, ' ');
    number_append_fixed(-5, 2, &out);
    buf_append_char(&out, ' ');
    number_append_ratio(7, 2, 0, &out);
    assert_written(&out, "99,8 123.456,7 -0,05 4");
    buf_free(&out);
}

static void test_number_dates_and_times(void **state)
{
    (void)state;
    struct buf out = {0};
    number_append_date(20780, &out);
    buf_append_char(&out, ' ');
    number_append_time(1795400102120, &out); // 09:15 in Vietnam
    buf_append_char(&out, ' ');
    number_append_time(-1, &out); // 06:59 of the first of January 1970
    assert_written(&out, "23/11/2026 09:15 06:59");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_made_nfc),
        cmocka_unit_test(test_text_is_nfc_as_the_tables_say),
        cmocka_unit_test(test_text_refuses_what_is_no_utf8),
        cmocka_unit_test(test_text_letters_as_a_person_counts),
        cmocka_unit_test(test_number_groups_by_thousands),
        cmocka_unit_test(test_number_rounds_half_away_from_zero),
        cmocka_unit_test(test_number_ratio_is_written_with_a_comma),
        cmocka_unit_test(test_number_dates_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

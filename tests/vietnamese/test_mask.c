// What is made unreadable in a comment, and what is left.
#include "support/check.h"
#include "vietnamese/mask.h"
#include "vietnamese/text.h"

static const struct {
    const char *text, *masked;
    size_t runs;
} CASES[] = {
    {"", "", 0},
    {"Gọi tôi 0901234567 nhé", "Gọi tôi •••••••••• nhé", 1},
    {"090 123 4567", "••• ••• ••••", 1},
    {"0901.234.567", "••••.•••.•••", 1},
    {"090-123-4567", "•••-•••-••••", 1},
    {"(090) 123 - 4567", "(•••) ••• - ••••", 1},
    {"+84 90 123 45 67.", "+•• •• ••• •• ••.", 1},
    {"CCCD 079012345678 của tôi", "CCCD •••••••••••• của tôi", 1},
    {"123456789", "•••••••••", 1}, // nine
    {"12345678", "12345678", 0},   // eight
    {"phí 100.000 đồng", "phí 100.000 đồng", 0},
    {"ngày 23/11/2026, 8 giờ 30", "ngày 23/11/2026, 8 giờ 30", 0},
    {"１２３４５６７８９０", "••••••••••", 1}, // full-width
    {"０９０ １２３ ４５６７", "••• ••• ••••", 1},
    {"٠٩٠١٢٣٤٥٦٧", "••••••••••", 1}, // Arabic
    {"⁰⁹⁰¹²³⁴⁵⁶⁷ và ①②③④⑤⑥⑦⑧⑨", "•••••••••• và •••••••••", 2},
    {"0\u200b9\u200b0\u200b1\u200b2\u200b3\u200b4\u200b5\u200b6", "•••••••••",
     1}, // zero-width blanks
    {"0\u20e3 9\u20e3 0\u20e3 1\u20e3 2\u20e3 3\u20e3 4\u20e3 5\u20e3 6\u20e3",
     "• • • • • • • • •\u20e3", 1}, // digits in boxes
    {"090\u00a0123–4567", "•••\u00a0•••–••••", 1},
    {"12345 và 67890", "12345 và 67890", 0}, // a word between
    {"12345    67890", "12345    67890", 0}, // four blanks
    {"0901234567 hoặc 0912345678", "•••••••••• hoặc ••••••••••", 2},
    {"=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", 0},
};

static void test_masks_long_numbers_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buf out = {0};
        size_t runs = 99;
        assert_true(
            mask_append(CASES[i].text, strlen(CASES[i].text), &out, &runs));
        assert_string_equal(buf_text(&out), CASES[i].masked);
        assert_int_equal(runs, CASES[i].runs);
        buf_free(&out);
    }
}

static void test_what_is_no_text_is_refused(void **state)
{
    struct buf out = {0};
    size_t runs = 99;
    (void)state;
    assert_false(mask_append("a\xff 0901234567", 13, &out, &runs));
    assert_string_equal(buf_text(&out), "");
}

static void test_folding_leaves_letters(void **state)
{
    struct buf out = {0};
    static const char text[] = "ĐƯỜNG Đi ngoằn NGOÈO, quý vị ạ 😀";
    (void)state;
    assert_true(text_append_folded(text, strlen(text), &out));
    assert_string_equal(buf_text(&out), "duong di ngoan ngoeo, quy vi a 😀");
    buf_free(&out);
}

static void test_a_line_keeps_its_direction_to_itself(void **state)
{
    static const struct {
        const char *text, *line;
    } cases[] = {{"dòng một\ndòng hai\t!", "dòng một dòng hai !"},
                 {"a \u202egnorw\u202c b\u200f", "a gnorw b"},
                 {"שלום \u2069x", "\u2068שלום x\u2069"},
                 {"=cmd 😀", "=cmd 😀"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        assert_true(
            text_append_isolated(cases[i].text, strlen(cases[i].text), &out));
        assert_string_equal(buf_text(&out), cases[i].line);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_masks_long_numbers_alone),
        cmocka_unit_test(test_what_is_no_text_is_refused),
        cmocka_unit_test(test_folding_leaves_letters),
        cmocka_unit_test(test_a_line_keeps_its_direction_to_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Writing a comment on the screen keyboard, key by key.
#include "survey/comment.h"
#include "vietnamese/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct desk {
    struct comment comment;
    int64_t now;
    enum comment_answer answer; // of the last key
};

static struct desk sit(void)
{
    struct desk desk = {.now = 10000};
    assert_true(comment_init(&desk.comment, COMPOSE_TELEX, TONE_STYLE_OLD));
    return desk;
}

static void leave(struct desk *desk)
{
    comment_free(&desk->comment);
}

// A finger down and up again on one key.
static void press(struct desk *desk, const char *id)
{
    comment_hold(&desk->comment, id, desk->now);
    desk->now += 90;
    desk->answer = comment_key(&desk->comment, id, desk->now);
    comment_release(&desk->comment);
    desk->now += 700;
}

// "vieetj nam{nang}": letters and signs by themselves, other keys by name.
static void press_all(struct desk *desk, const char *keys)
{
    char id[32];
    while (*keys) {
        size_t size = 1;
        if (*keys == '{') {
            size = strcspn(keys, "}") + 1;
            snprintf(id, sizeof id, "key.%.*s", (int)size - 2, keys + 1);
        } else if (*keys == ' ') {
            snprintf(id, sizeof id, "key.space");
        } else {
            while (((unsigned char)keys[size] & 0xc0) == 0x80)
                size++;
            snprintf(id, sizeof id, "key.%.*s", (int)size, keys);
        }
        press(desk, id);
        keys += size;
    }
}

static void assert_text(const struct desk *desk, const char *expected)
{
    assert_string_equal(comment_text(&desk->comment), expected);
    assert_int_equal(comment_size(&desk->comment), strlen(expected));
}

static void assert_typed(const char *keys, const char *expected)
{
    struct desk desk = sit();
    press_all(&desk, keys);
    assert_text(&desk, expected);
    leave(&desk);
}

static void test_comment_typed_three_ways(void **state)
{
    (void)state;
    // The keys of the screen, then Telex, then both in one word.
    assert_typed("can{tone.sac} bô{tone.nang} nhiêt{tone.nang} "
                 "tinh{tone.huyen}, cho{tone.huyen} lâu.",
                 "Cán bộ nhiệt tình, chò lâu.");
    assert_typed("canfs booj nhieetj tinhf, chowf laau.",
                 "Cán bộ nhiệt tình, chờ lâu.");
    assert_typed("đươc{tone.nang} phuc{tone.nang} vuj tôts",
                 "Được phục vụ tốt");
    assert_typed("wifi {symbols}100%{letters} yeeus", "Wifi 100% yếu");
}

static void test_comment_follows_the_method_and_style(void **state)
{
    (void)state;
    struct desk desk = {.now = 10000};
    assert_true(comment_init(&desk.comment, COMPOSE_VNI, TONE_STYLE_NEW));
    press_all(&desk, "hoa{symbols}2{letters} thuy{tone.hoi}");
    assert_text(&desk, "Hoà thuỷ");
    leave(&desk);
    assert_typed("hoaf thuy{tone.hoi}", "Hòa thủy");
}

static void test_comment_tone_key_sets_replaces_removes(void **state)
{
    (void)state;
    struct desk desk = sit();
    press_all(&desk, "ma{tone.sac}");
    assert_text(&desk, "Má");
    press_all(&desk, "{tone.huyen}");
    assert_text(&desk, "Mà");
    assert_int_equal(desk.answer, COMMENT_TYPED);
    press_all(&desk, "{tone.huyen}");
    assert_text(&desk, "Ma");
    // No syllable, no tone.
    press_all(&desk, " {tone.huyen}");
    assert_int_equal(desk.answer, COMMENT_REFUSED);
    press_all(&desk, "ng{tone.nga}");
    assert_int_equal(desk.answer, COMMENT_REFUSED);
    assert_text(&desk, "Ma ng");
    leave(&desk);
}

static void test_comment_capitals_come_by_themselves(void **state)
{
    (void)state;
    assert_typed("a. b! c? d, e", "A. B! C? D, e");
    assert_typed("xong{enter}moi{symbols}!{letters}  ok", "Xong\nMoi!  Ok");
    // A full stop inside a word is none.
    assert_typed("v.v.", "V.v.");
    assert_typed("dichvucong.gov.vn", "Dichvucong.gov.vn");
    assert_typed("{symbols}(\"{letters}ai{symbols}?\"){letters} co",
                 "(\"Ai?\") Co");
    // Emptied again, it is the start again.
    assert_typed("a{backspace}b", "B");
}

static void test_comment_shift_for_one_letter(void **state)
{
    (void)state;
    struct desk desk = sit();
    assert_int_equal(desk.comment.capitals, COMMENT_ONCE);
    press_all(&desk, "xin {shift}");
    assert_int_equal(desk.answer, COMMENT_TURNED);
    assert_string_equal(comment_label(&desk.comment, keyboard_find("key.đ")),
                        "Đ");
    press_all(&desk, "đươc");
    assert_text(&desk, "Xin Đươc");
    assert_string_equal(comment_label(&desk.comment, keyboard_find("key.đ")),
                        "đ");
    // Signs have no capital, and a tone leaves the asked one waiting.
    assert_string_equal(comment_label(&desk.comment, keyboard_find("key.,")),
                        ",");
    press_all(&desk, "{shift}{tone.nang}a");
    assert_text(&desk, "Xin ĐượcA");
    leave(&desk);
    // The automatic one can be taken away, and asked for again.
    assert_typed("{shift}a", "a");
    assert_typed("{shift}{shift}a", "A");
}

static void test_comment_shift_twice_locks(void **state)
{
    (void)state;
    struct desk desk = sit();
    press_all(&desk, "a ");
    assert_int_equal(comment_key(&desk.comment, "key.shift", 5000),
                     COMMENT_TURNED);
    assert_int_equal(comment_key(&desk.comment, "key.shift", 5600),
                     COMMENT_TURNED);
    assert_int_equal(desk.comment.capitals, COMMENT_LOCKED);
    press_all(&desk, "ubnd phuwowng. ");
    assert_text(&desk, "A UBND PHƯƠNG. ");
    press_all(&desk, "{shift}xin");
    assert_text(&desk, "A UBND PHƯƠNG. xin");
    // Too slow, or with a key between, it is no double.
    comment_key(&desk.comment, "key.shift", 90000);
    comment_key(&desk.comment, "key.shift", 90601);
    assert_int_equal(desk.comment.capitals, COMMENT_LOWER);
    comment_key(&desk.comment, "key.shift", 99000);
    comment_key(&desk.comment, "key.a", 99100);
    comment_key(&desk.comment, "key.shift", 99200);
    assert_int_equal(desk.comment.capitals, COMMENT_ONCE);
    assert_text(&desk, "A UBND PHƯƠNG. xinA");
    leave(&desk);
}

static void test_comment_shift_twice_locks_at_the_start(void **state)
{
    (void)state;
    struct desk desk = sit();
    comment_key(&desk.comment, "key.shift", 5000);
    comment_key(&desk.comment, "key.shift", 5200);
    press_all(&desk, "ok");
    assert_text(&desk, "OK");
    leave(&desk);
}

static void test_comment_page_of_signs_stays(void **state)
{
    (void)state;
    struct desk desk = sit();
    press_all(&desk, "ngay {symbols}");
    assert_int_equal(desk.answer, COMMENT_TURNED);
    assert_int_equal(desk.comment.page, KEYBOARD_PAGE_SIGNS);
    press_all(&desk, "23/11/2026 50000₫…");
    assert_int_equal(desk.comment.page, KEYBOARD_PAGE_SIGNS);
    assert_text(&desk, "Ngay 23/11/2026 50000₫…");
    press_all(&desk, "{letters}");
    assert_int_equal(desk.comment.page, KEYBOARD_PAGE_LETTERS);
    leave(&desk);
}

static void fill(struct desk *desk, size_t letters)
{
    // "Ab ab …": never a sentence that ends, never a syllable that changes.
    while (desk->comment.letters < letters)
        press(desk, desk->comment.letters % 3 == 2   ? "key.space"
                    : desk->comment.letters % 3 == 1 ? "key.b"
                                                     : "key.a");
}

static void test_comment_holds_300_letters(void **state)
{
    (void)state;
    struct desk desk = sit();
    fill(&desk, 297);
    press_all(&desk, "th");
    assert_int_equal(comment_hint(&desk.comment), COMMENT_HINT_USUAL);
    press(&desk, "key.e");
    assert_int_equal(desk.answer, COMMENT_TYPED);
    assert_int_equal(desk.comment.letters, 300);
    assert_int_equal(comment_hint(&desk.comment), COMMENT_HINT_FULL);
    static const char *const MORE[] = {"key.b", "key.space", "key.enter",
                                       "key..", "key.5"};
    for (size_t i = 0; i < sizeof MORE / sizeof *MORE; i++) {
        press(&desk, MORE[i]);
        assert_int_equal(desk.answer, COMMENT_REFUSED);
        assert_int_equal(comment_size(&desk.comment), 300);
    }
    // Marks make no letter more.
    press_all(&desk, "e{tone.nang}");
    assert_int_equal(desk.answer, COMMENT_TYPED);
    assert_int_equal(desk.comment.letters, 300);
    assert_string_equal(comment_text(&desk.comment) + 299, "ệ");
    press_all(&desk, "{backspace}c");
    assert_int_equal(desk.answer, COMMENT_TYPED);
    leave(&desk);
}

// A letter that ends the syllable brings all of its keys back to light.
static void test_comment_refuses_what_would_unfold(void **state)
{
    (void)state;
    struct desk desk = sit();
    fill(&desk, 294);
    press_all(&desk, " vieetj");
    assert_int_equal(desk.comment.letters, 299);
    assert_string_equal(comment_text(&desk.comment) + 295, "việt");
    press_all(&desk, "b");
    assert_int_equal(desk.answer, COMMENT_REFUSED);
    assert_string_equal(comment_text(&desk.comment) + 295, "việt");
    assert_int_equal(desk.comment.letters, 299);
    // And typing goes on as if it had not been touched.
    press_all(&desk, "{tone.sac}");
    assert_string_equal(comment_text(&desk.comment) + 295, "viết");
    leave(&desk);
    assert_typed("vieetjb", "Vieetjb");
}

static void test_comment_backspace(void **state)
{
    (void)state;
    struct desk desk = sit();
    press_all(&desk, "{backspace}");
    assert_int_equal(desk.answer, COMMENT_REFUSED);
    press_all(&desk, "hoanj{backspace}");
    assert_int_equal(desk.answer, COMMENT_TYPED);
    assert_text(&desk, "Họa");
    press_all(&desk, "{backspace}{backspace}{backspace}");
    assert_text(&desk, "");
    assert_int_equal(desk.comment.letters, 0);
    press_all(&desk, "{backspace}");
    assert_int_equal(desk.answer, COMMENT_REFUSED);
    leave(&desk);
}

static void test_comment_held_backspace_repeats(void **state)
{
    (void)state;
    struct desk desk = sit();
    struct comment *c = &desk.comment;
    press_all(&desk, "mootj hai");
    assert_true(comment_deadline(c) == INT64_MAX);
    comment_hold(c, "key.backspace", 50000);
    assert_true(comment_deadline(c) == 50500);
    assert_false(comment_tick(c, 50499));
    assert_text(&desk, "Một hai");
    assert_true(comment_tick(c, 50500));
    assert_text(&desk, "Một ha");
    assert_true(comment_deadline(c) == 50600);
    assert_true(comment_tick(c, 50600));
    assert_text(&desk, "Một h");
    // The program was busy for a second: still one letter.
    assert_true(comment_tick(c, 51600));
    assert_text(&desk, "Một ");
    assert_false(comment_tick(c, 51650));
    // The finger lifts; its tap removes nothing more.
    assert_int_equal(comment_key(c, "key.backspace", 51680), COMMENT_NOTHING);
    comment_release(c);
    assert_true(comment_deadline(c) == INT64_MAX);
    assert_false(comment_tick(c, 60000));
    assert_text(&desk, "Một ");
    press_all(&desk, "{backspace}");
    assert_text(&desk, "Một");
    // Lifted beside the key there is no tap, and the next one counts.
    comment_hold(c, "key.backspace", 70000);
    assert_true(comment_tick(c, 70500));
    comment_release(c);
    press_all(&desk, "{backspace}");
    assert_text(&desk, "M");
    comment_hold(c, "key.backspace", 80000);
    assert_true(comment_tick(c, 80500));
    assert_text(&desk, "");
    assert_true(comment_deadline(c) == INT64_MAX);
    // Other keys do not repeat.
    comment_release(c);
    press_all(&desk, "a");
    comment_hold(c, "key.a", 90000);
    assert_true(comment_deadline(c) == INT64_MAX);
    leave(&desk);
}

static void test_comment_unknown_keys_do_nothing(void **state)
{
    (void)state;
    struct desk desk = sit();
    static const char *const NONE[] = {"key.£", "key.",         "",
                                       "a",     "comment.send", "comment.back"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_int_equal(comment_key(&desk.comment, NONE[i], 1),
                         COMMENT_NOTHING);
    assert_text(&desk, "");
    leave(&desk);
}

static void test_comment_digits_of_a_number(void **state)
{
    (void)state;
    static const char *const NUMBERS[] = {
        "0912345678",         "091234567",         "0912 345 678",
        "goi 0234.381.2345 ", "0-9-1-2-3-4-5-6-7", "012345678912",
        "so 001 200 012 345", "x0912345678y",      "12.345-678 9"};
    static const char *const NONE[] = {
        "",           "09123456",      "0912  345678",
        "23/11/2026", "0912, 34567",   "lau 45 phut, 3 lan",
        "12345678x9", "0912 - 345678", "23.11.2026",
        "1.234.567 d"};
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
        if (!comment_has_number(NUMBERS[i], strlen(NUMBERS[i])))
            fail_msg("\"%s\" holds a number", NUMBERS[i]);
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        if (comment_has_number(NONE[i], strlen(NONE[i])))
            fail_msg("\"%s\" holds no number", NONE[i]);
    struct desk desk = sit();
    press_all(&desk, "goij {symbols}09123456");
    assert_int_equal(comment_hint(&desk.comment), COMMENT_HINT_USUAL);
    press_all(&desk, "7");
    assert_int_equal(comment_hint(&desk.comment), COMMENT_HINT_DIGITS);
    press_all(&desk, "{backspace}");
    assert_int_equal(comment_hint(&desk.comment), COMMENT_HINT_USUAL);
    leave(&desk);
}

static void test_comment_sent_without_spaces_at_its_ends(void **state)
{
    (void)state;
    struct desk desk = sit();
    struct buf out = {0};
    assert_true(comment_is_blank(&desk.comment));
    press_all(&desk, " {enter} ");
    assert_true(comment_is_blank(&desk.comment));
    comment_append_to(&desk.comment, &out);
    assert_string_equal(buf_text(&out), "");
    press_all(&desk, "toots  lawms {enter}");
    assert_false(comment_is_blank(&desk.comment));
    comment_append_to(&desk.comment, &out);
    assert_string_equal(buf_text(&out), "Tốt  lắm");
    buf_free(&out);
    leave(&desk);
}

static bool is_zero(const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (((const unsigned char *)bytes)[i] != 0)
            return false;
    return true;
}

static void test_comment_clear_leaves_nothing_behind(void **state)
{
    (void)state;
    struct desk desk = sit();
    struct composer *composer = &desk.comment.composer;
    const char *done = composer->done.data, *text = composer->text.data;
    press_all(&desk, "{symbols}0912345678 {letters}");
    fill(&desk, 300);
    press_all(&desk, "{shift}");
    // Nothing was ever moved: there is no other copy.
    struct comment *c = &desk.comment;
    size_t done_room = composer->done.capacity;
    size_t text_room = composer->text.capacity;
    comment_clear(c);
    assert_true(is_zero(composer->done.data, done_room));
    assert_true(is_zero(composer->text.data, text_room));
    assert_true(is_zero(composer->keys, sizeof composer->keys));
    assert_text(&desk, "");
    assert_int_equal(c->letters, 0);
    assert_int_equal(c->page, KEYBOARD_PAGE_LETTERS);
    assert_int_equal(c->capitals, COMMENT_ONCE);
    assert_int_equal(comment_hint(c), COMMENT_HINT_USUAL);
    assert_true(composer->done.data == done && composer->text.data == text);
    press_all(&desk, "xin");
    assert_text(&desk, "Xin");
    leave(&desk);
}

static void test_comment_any_keys_keep_the_limit(void **state)
{
    (void)state;
    static const char *const POOL[] = {
        "key.a",     "key.o",        "key.w",         "key.d",     "key.s",
        "key.f",     "key.j",        "key.n",         "key.g",     "key.ư",
        "key.ê",     "key.tone.sac", "key.tone.hoi",  "key.space", "key.enter",
        "key.shift", "key.symbols",  "key.backspace", "key.1",     "key.₫",
        "key..",     "key.t",        "key.u",         "key.e"};
    struct desk desk = sit();
    unsigned seed = 20261123;
    for (int i = 0; i < 20000; i++) {
        seed = seed * 1103515245 + 12345;
        press(&desk, POOL[(seed >> 16) % (sizeof POOL / sizeof *POOL)]);
        const char *text = comment_text(&desk.comment);
        size_t size = comment_size(&desk.comment);
        assert_true(text_is_nfc(text, size));
        assert_int_equal(desk.comment.letters, text_letters(text, size));
        assert_true(desk.comment.letters <= 300);
    }
    assert_int_equal(desk.comment.letters > 200, 1);
    leave(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comment_typed_three_ways),
        cmocka_unit_test(test_comment_follows_the_method_and_style),
        cmocka_unit_test(test_comment_tone_key_sets_replaces_removes),
        cmocka_unit_test(test_comment_capitals_come_by_themselves),
        cmocka_unit_test(test_comment_shift_for_one_letter),
        cmocka_unit_test(test_comment_shift_twice_locks),
        cmocka_unit_test(test_comment_shift_twice_locks_at_the_start),
        cmocka_unit_test(test_comment_page_of_signs_stays),
        cmocka_unit_test(test_comment_holds_300_letters),
        cmocka_unit_test(test_comment_refuses_what_would_unfold),
        cmocka_unit_test(test_comment_backspace),
        cmocka_unit_test(test_comment_held_backspace_repeats),
        cmocka_unit_test(test_comment_unknown_keys_do_nothing),
        cmocka_unit_test(test_comment_digits_of_a_number),
        cmocka_unit_test(test_comment_sent_without_spaces_at_its_ends),
        cmocka_unit_test(test_comment_clear_leaves_nothing_behind),
        cmocka_unit_test(test_comment_any_keys_keep_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

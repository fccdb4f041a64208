// Typing Vietnamese: a table of checked cases, and every syllable of the
// dictionary typed in two ways.
#include "vietnamese/compose.h"
#include "vietnamese/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const cases =
    TEST_SOURCE "/tests/vietnamese/typing_cases.tsv";
static const char *const dictionary = "/usr/share/hunspell/vi_VN.dic";

static uint32_t next_code_point(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    int more = *p >= 0xf0 ? 3 : *p >= 0xe0 ? 2 : *p >= 0xc0 ? 1 : 0;
    uint32_t code_point = more ? *p & (0x3f >> more) : *p;
    for (int i = 1; i <= more; i++)
        code_point = code_point << 6 | (p[i] & 0x3f);
    *text += more + 1;
    return code_point;
}

// Types "tô{sac}t", "vieetj{bs}": the notation of the table.
static void type_all(struct composer *composer, const char *keys)
{
    static const struct {
        const char *name;
        enum tone tone;
    } tones[] = {{"{sac}", TONE_SAC},
                 {"{huyen}", TONE_HUYEN},
                 {"{hoi}", TONE_HOI},
                 {"{nga}", TONE_NGA},
                 {"{nang}", TONE_NANG}};
    while (*keys) {
        if (*keys == '{') {
            for (size_t i = 0; i < sizeof tones / sizeof *tones; i++)
                if (!strncmp(keys, tones[i].name, strlen(tones[i].name)))
                    compose_tone(composer, tones[i].tone);
            if (!strncmp(keys, "{bs}", 4))
                compose_backspace(composer);
            keys = strchr(keys, '}') + 1;
            continue;
        }
        assert_true(compose_type(composer, next_code_point(&keys)));
    }
}

static void assert_gives(enum compose_method method, enum tone_style style,
                         const char *keys, const char *expected)
{
    struct composer composer;
    compose_init(&composer, method, style);
    type_all(&composer, keys);
    if (strcmp(compose_text(&composer), expected) != 0)
        fail_msg("%s gives %s, not %s", keys, compose_text(&composer),
                 expected);
    compose_free(&composer);
}

static void test_compose_table(void **state)
{
    (void)state;
    FILE *file = fopen(cases, "r");
    assert_non_null(file);
    char line[512];
    int count = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        char *keys = strchr(line, '\t');
        assert_non_null(keys);
        *keys++ = '\0';
        char *expected = strchr(keys, '\t');
        assert_non_null(expected);
        *expected++ = '\0';
        assert_gives(strcmp(line, "vni") ? COMPOSE_TELEX : COMPOSE_VNI,
                     strcmp(line, "telex-new") ? TONE_STYLE_OLD
                                               : TONE_STYLE_NEW,
                     keys, expected);
        count++;
    }
    fclose(file);
    assert_true(count >= 200);
}

struct spelled {
    struct letter letters[32];
    size_t count;
    enum tone tone;
    size_t tone_at;
};

// False for what is no lower-case Vietnamese word (ABC, Kư-rông).
static bool spell(const char *word, struct spelled *out)
{
    memset(out, 0, sizeof *out);
    bool vowel = false;
    while (*word) {
        enum tone tone;
        struct letter *letter = &out->letters[out->count];
        letter_read(next_code_point(&word), letter, &tone);
        if (letter->upper || letter->base < 'a' || letter->base > 'z' ||
            strchr("fjwz", (int)letter->base) || out->count == 31)
            return false;
        vowel = vowel || letter_is_vowel(letter);
        if (tone != TONE_NONE) {
            out->tone = tone;
            out->tone_at = out->count;
        }
        out->count++;
    }
    return vowel;
}

static char mark_key(const struct letter *letter)
{
    return letter->shape == SHAPE_PLAIN        ? 0
           : letter->shape == SHAPE_CIRCUMFLEX ? (char)letter->base
           : letter->shape == SHAPE_BAR        ? 'd'
                                               : 'w';
}

// Each mark right after its letter, the tone right after its vowel.
static void keys_in_place(const struct spelled *s, char *out)
{
    static const char tones[TONE_COUNT] = {0, 's', 'f', 'r', 'x', 'j'};
    for (size_t i = 0; i < s->count; i++) {
        const struct letter *letter = &s->letters[i];
        *out++ = (char)letter->base;
        bool twin = i > 0 && letter->base == 'o' &&
                    s->letters[i - 1].base == 'o' && !mark_key(letter);
        if (twin)
            *out++ = 'o'; // oo is ô; the third o takes that back
        if (mark_key(letter))
            *out++ = mark_key(letter);
        if (s->tone != TONE_NONE && i == s->tone_at)
            *out++ = tones[s->tone];
    }
    *out = '\0';
}

// The bare letters, then the marks, then the tone. One w makes ươ.
static void keys_marks_last(const struct spelled *s, char *out)
{
    static const char tones[TONE_COUNT] = {0, 's', 'f', 'r', 'x', 'j'};
    for (size_t i = 0; i < s->count; i++)
        *out++ = (char)s->letters[i].base;
    bool w = false;
    for (size_t i = 0; i < s->count; i++) {
        char key = mark_key(&s->letters[i]);
        if (key && !(key == 'w' && w))
            *out++ = key;
        w = w || key == 'w';
    }
    if (s->tone != TONE_NONE)
        *out++ = tones[s->tone];
    *out = '\0';
}

static bool has_twin(const struct spelled *s)
{
    for (size_t i = 1; i < s->count; i++)
        if (s->letters[i].base == s->letters[i - 1].base &&
            letter_is_vowel(&s->letters[i]))
            return true;
    return false;
}

// Typed in either tone style, one of which the dictionary uses for the word.
static bool gives(const char *keys, const char *word)
{
    bool found = false;
    for (int style = TONE_STYLE_OLD; style <= TONE_STYLE_NEW; style++) {
        struct composer composer;
        compose_init(&composer, COMPOSE_TELEX, (enum tone_style)style);
        type_all(&composer, keys);
        found = found || strcmp(compose_text(&composer), word) == 0;
        compose_free(&composer);
    }
    return found;
}

static void test_compose_dictionary(void **state)
{
    (void)state;
    FILE *file = fopen(dictionary, "r");
    if (!file)
        fail_msg("%s is missing: install hunspell-vi", dictionary);
    char line[128], keys[128];
    int words = 0, wrong = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n/")] = '\0';
        struct spelled s;
        if (!spell(line, &s))
            continue;
        struct syllable syllable;
        if (!syllable_split(s.letters, s.count, &syllable)) {
            print_message("no syllable: %s\n", line);
            continue;
        }
        words++;
        keys_in_place(&s, keys);
        if (!gives(keys, line)) {
            print_message("%s does not give %s\n", keys, line);
            wrong++;
        }
        keys_marks_last(&s, keys);
        if (!has_twin(&s) && !gives(keys, line)) {
            print_message("%s does not give %s\n", keys, line);
            wrong++;
        }
    }
    fclose(file);
    print_message("%d words\n", words);
    assert_true(words > 6000);
    assert_int_equal(wrong, 0);
}

static void test_compose_tone_key_refused(void **state)
{
    (void)state;
    struct composer composer;
    compose_init(&composer, COMPOSE_TELEX, TONE_STYLE_OLD);
    type_all(&composer, "ng");
    assert_false(compose_tone(&composer, TONE_SAC));
    type_all(&composer, " sach");
    assert_false(compose_tone(&composer, TONE_HUYEN));
    assert_true(compose_tone(&composer, TONE_SAC));
    assert_string_equal(compose_text(&composer), "ng sách");
    compose_free(&composer);
}

static void test_compose_tone_key_then_foreign(void **state)
{
    (void)state;
    // What the tone key put there stays, and the text stays NFC.
    assert_gives(COMPOSE_TELEX, TONE_STYLE_OLD, "hai{huyen}bc", "hàibc");
    assert_gives(COMPOSE_TELEX, TONE_STYLE_OLD, "hai{huyen}{huyen}", "hai");
}

static void test_compose_backspace_resumes_the_word_before(void **state)
{
    (void)state;
    assert_gives(COMPOSE_TELEX, TONE_STYLE_OLD, "hoa {bs}f", "hòa");
    assert_gives(COMPOSE_TELEX, TONE_STYLE_OLD, "toans{bs}", "tóa");
    assert_gives(COMPOSE_TELEX, TONE_STYLE_OLD, "wifi{bs}i", "wifi");
    assert_gives(COMPOSE_TELEX, TONE_STYLE_OLD, "{bs}{bs}a", "a");
}

static void test_compose_any_keys_stay_nfc(void **state)
{
    (void)state;
    static const char *const pool[] = {
        "a", "e", "o", "u", "w", "d", "s",       "f",     "j",    "z", "n",
        "h", "g", "i", "q", "y", "c", "t",       "{sac}", "{bs}", " ", "ư",
        "â", "ệ", "1", "6", "7", "9", "{huyen}", "W",     "D",    "É", "…"};
    unsigned seed = 20261123;
    for (int round = 0; round < 3000; round++) {
        struct composer composer;
        compose_init(&composer, round % 2 ? COMPOSE_VNI : COMPOSE_TELEX,
                     round % 3 ? TONE_STYLE_OLD : TONE_STYLE_NEW);
        for (int i = 0; i < 60; i++) {
            seed = seed * 1103515245 + 12345;
            type_all(&composer,
                     pool[(seed >> 16) % (sizeof pool / sizeof *pool)]);
            assert_true(
                text_is_nfc(compose_text(&composer), compose_size(&composer)));
        }
        compose_free(&composer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_compose_table),
        cmocka_unit_test(test_compose_dictionary),
        cmocka_unit_test(test_compose_tone_key_refused),
        cmocka_unit_test(test_compose_tone_key_then_foreign),
        cmocka_unit_test(test_compose_backspace_resumes_the_word_before),
        cmocka_unit_test(test_compose_any_keys_stay_nfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

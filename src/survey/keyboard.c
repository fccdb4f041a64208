#include "survey/keyboard.h"
#include <string.h>

// A character that is typed as it stands; its id is "key." and itself.
#define LETTER(lower, upper)                                                   \
    {                                                                          \
        "key." lower, KEYBOARD_LETTER, 1, lower, upper, NULL, TONE_NONE        \
    }
#define MARKED(lower, upper)                                                   \
    {                                                                          \
        "key." lower, KEYBOARD_MARKED, 1, lower, upper, NULL, TONE_NONE        \
    }
#define SIGN(sign, width)                                                      \
    {                                                                          \
        "key." sign, KEYBOARD_SIGN, width, sign, NULL, NULL, TONE_NONE         \
    }
#define TONE_KEY(name, label, tone)                                            \
    {                                                                          \
        "key.tone." name, KEYBOARD_TONE, 1, label, NULL, "key.tone." name,     \
            tone                                                               \
    }
#define BARE(id, kind, width, label, text)                                     \
    {                                                                          \
        id, kind, width, label, NULL, text, TONE_NONE                          \
    }

#define MARKED_KEYS                                                            \
    MARKED("ă", "Ă"), MARKED("â", "Â"), MARKED("đ", "Đ"), MARKED("ê", "Ê"),    \
        MARKED("ô", "Ô"), MARKED("ơ", "Ơ"), MARKED("ư", "Ư")
#define TONE_KEYS                                                              \
    TONE_KEY("sac", "á", TONE_SAC), TONE_KEY("huyen", "à", TONE_HUYEN),        \
        TONE_KEY("hoi", "ả", TONE_HOI), TONE_KEY("nga", "ã", TONE_NGA),        \
        TONE_KEY("nang", "ạ", TONE_NANG)
#define BACKSPACE BARE("key.backspace", KEYBOARD_BACKSPACE, 1.5, NULL, NULL)

static const struct keyboard_key MARKS_AND_TONES[] = {MARKED_KEYS, TONE_KEYS};
static const struct keyboard_key MARKS[] = {MARKED_KEYS};
static const struct keyboard_key TONES[] = {TONE_KEYS};

static const struct keyboard_key TOP_LETTERS[] = {
    LETTER("q", "Q"), LETTER("w", "W"), LETTER("e", "E"), LETTER("r", "R"),
    LETTER("t", "T"), LETTER("y", "Y"), LETTER("u", "U"), LETTER("i", "I"),
    LETTER("o", "O"), LETTER("p", "P")};
static const struct keyboard_key MIDDLE_LETTERS[] = {
    LETTER("a", "A"), LETTER("s", "S"), LETTER("d", "D"),
    LETTER("f", "F"), LETTER("g", "G"), LETTER("h", "H"),
    LETTER("j", "J"), LETTER("k", "K"), LETTER("l", "L")};
static const struct keyboard_key BOTTOM_LETTERS[] = {
    BARE("key.shift", KEYBOARD_SHIFT, 1.5, NULL, NULL),
    LETTER("z", "Z"),
    LETTER("x", "X"),
    LETTER("c", "C"),
    LETTER("v", "V"),
    LETTER("b", "B"),
    LETTER("n", "N"),
    LETTER("m", "M"),
    BACKSPACE};

static const struct keyboard_key DIGITS[] = {
    SIGN("1", 1), SIGN("2", 1), SIGN("3", 1), SIGN("4", 1), SIGN("5", 1),
    SIGN("6", 1), SIGN("7", 1), SIGN("8", 1), SIGN("9", 1), SIGN("0", 1)};
static const struct keyboard_key MIDDLE_SIGNS[] = {
    SIGN("-", 1), SIGN("/", 1), SIGN(":", 1), SIGN(";", 1),  SIGN("(", 1),
    SIGN(")", 1), SIGN("%", 1), SIGN("+", 1), SIGN("\"", 1), SIGN("'", 1)};
// Six signs as wide as the seven letters of the other page.
#define SEVENTH (7.0 / 6.0)
static const struct keyboard_key BOTTOM_SIGNS[] = {
    SIGN("!", SEVENTH), SIGN("?", SEVENTH), SIGN("@", SEVENTH),
    SIGN("#", SEVENTH), SIGN("₫", SEVENTH), SIGN("…", SEVENTH),
    BACKSPACE};

#define TO_SIGNS BARE("key.symbols", KEYBOARD_PAGE, 1.5, "?123", NULL)
#define TO_LETTERS BARE("key.letters", KEYBOARD_PAGE, 1.5, "abc", NULL)
#define SPACE(width)                                                           \
    BARE("key.space", KEYBOARD_SPACE, width, NULL, "comment.space")
#define WIDE_END                                                               \
    SIGN(",", 1), SPACE(4), SIGN(".", 1),                                      \
        BARE("comment.send", KEYBOARD_SEND, 2.5, NULL, "comment.send")
#define TALL_END                                                               \
    SIGN(",", 1), SPACE(5), SIGN(".", 1),                                      \
        BARE("key.enter", KEYBOARD_ENTER, 1.5, NULL, NULL)
static const struct keyboard_key WIDE_FOOT_LETTERS[] = {TO_SIGNS, WIDE_END};
static const struct keyboard_key WIDE_FOOT_SIGNS[] = {TO_LETTERS, WIDE_END};
static const struct keyboard_key TALL_FOOT_LETTERS[] = {TO_SIGNS, TALL_END};
static const struct keyboard_key TALL_FOOT_SIGNS[] = {TO_LETTERS, TALL_END};

#define ROW(keys, columns, inset, height)                                      \
    {                                                                          \
        (keys), sizeof(keys) / sizeof *(keys), columns, inset, height          \
    }

enum { WIDE_ROWS = 5, TALL_ROWS = 6 };

static const struct keyboard_row WIDE[KEYBOARD_PAGE_COUNT][WIDE_ROWS] = {
    {ROW(MARKS_AND_TONES, 12, 0, 84), ROW(TOP_LETTERS, 10, 0, 88),
     ROW(MIDDLE_LETTERS, 10, 0.5, 88), ROW(BOTTOM_LETTERS, 10, 0, 88),
     ROW(WIDE_FOOT_LETTERS, 10, 0, 92)},
    {ROW(MARKS_AND_TONES, 12, 0, 84), ROW(DIGITS, 10, 0, 88),
     ROW(MIDDLE_SIGNS, 10, 0, 88), ROW(BOTTOM_SIGNS, 10, 1.5, 88),
     ROW(WIDE_FOOT_SIGNS, 10, 0, 92)}};

static const struct keyboard_row TALL[KEYBOARD_PAGE_COUNT][TALL_ROWS] = {
    {ROW(MARKS, 7, 0, 92), ROW(TONES, 5, 0, 92), ROW(TOP_LETTERS, 10, 0, 98),
     ROW(MIDDLE_LETTERS, 10, 0.5, 98), ROW(BOTTOM_LETTERS, 10, 0, 98),
     ROW(TALL_FOOT_LETTERS, 10, 0, 98)},
    {ROW(MARKS, 7, 0, 92), ROW(TONES, 5, 0, 92), ROW(DIGITS, 10, 0, 98),
     ROW(MIDDLE_SIGNS, 10, 0, 98), ROW(BOTTOM_SIGNS, 10, 1.5, 98),
     ROW(TALL_FOOT_SIGNS, 10, 0, 98)}};

const struct keyboard_row *keyboard_rows(enum keyboard_page page, bool tall,
                                         size_t *out_count)
{
    *out_count = tall ? TALL_ROWS : WIDE_ROWS;
    return tall ? TALL[page] : WIDE[page];
}

int keyboard_gap(bool tall)
{
    return tall ? 6 : 8;
}

static const struct keyboard_key *find_in(enum keyboard_page page, bool tall,
                                          const char *id)
{
    size_t count;
    const struct keyboard_row *rows = keyboard_rows(page, tall, &count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < rows[i].count; k++)
            if (strcmp(rows[i].keys[k].id, id) == 0)
                return &rows[i].keys[k];
    return NULL;
}

const struct keyboard_key *keyboard_find(const char *id)
{
    for (int page = 0; page < KEYBOARD_PAGE_COUNT; page++) {
        for (int tall = 0; tall <= 1; tall++) {
            const struct keyboard_key *key =
                find_in((enum keyboard_page)page, tall, id);
            if (key)
                return key;
        }
    }
    return NULL;
}

// The written Vietnamese syllable: initial consonants, a rime of vowels and a
// final, one tone. Says whether letters can be one (or the beginning of one),
// where its tone stands, and how a letter is written. Pure.
//
// Tone placement: the two styles in use differ only in open oa, oe, uy. The
// old one (hòa, thủy) is what laws print; the new one (hoà, thuỷ) is what
// school books print after QĐ 1989/QĐ-BGDĐT of 2018. Both are correct.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum letter_shape {
    SHAPE_PLAIN,
    SHAPE_CIRCUMFLEX, // â ê ô
    SHAPE_BREVE,      // ă
    SHAPE_HORN,       // ơ ư
    SHAPE_BAR         // đ
};
enum tone {
    TONE_NONE,
    TONE_SAC,
    TONE_HUYEN,
    TONE_HOI,
    TONE_NGA,
    TONE_NANG,
    TONE_COUNT
};
enum tone_style { TONE_STYLE_OLD, TONE_STYLE_NEW };

// A letter without its tone. `base` is a lower-case ASCII letter; any other
// code point stands for itself and has no shape.
struct letter {
    uint32_t base;
    enum letter_shape shape;
    bool upper;
};

enum { SYLLABLE_LETTERS_MAX = 7 }; // nghiêng

// How letters fall into parts; `initial` counts the u of qu and the i of gi
// when another vowel follows.
struct syllable {
    size_t initial, vowels, final;
};

// True when the letters are a syllable or the beginning of one.
bool syllable_split(const struct letter *letters, size_t count,
                    struct syllable *out);
// Stop finals c, ch, k, p, t take only sắc and nặng.
bool syllable_takes_tone(const struct letter *letters,
                         const struct syllable *syllable, enum tone tone);
// The index of the letter that carries the tone. `syllable->vowels` > 0.
size_t syllable_tone_place(const struct letter *letters,
                           const struct syllable *syllable,
                           enum tone_style style);

bool letter_is_vowel(const struct letter *letter);
// Appends the letter with the tone as one NFC code point, in UTF-8.
void letter_append(const struct letter *letter, enum tone tone,
                   struct buf *out);
// Takes a code point apart. Always succeeds: what is no Vietnamese letter
// stands for itself with TONE_NONE.
void letter_read(uint32_t code_point, struct letter *out, enum tone *out_tone);

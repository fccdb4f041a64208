// Typing Vietnamese: keys in, text out. Telex or VNI, with the tone keys and
// ready letters of the screen keyboard beside them. The syllable being typed is
// computed anew from its keys at each key, so every rule is simple and can be
// undone. Pure; memory grows with the text.
//
// Telex: aa ee oo aw ow uw dd w; tones s f r x j, z clears.
// VNI: 6 circumflex, 7 horn, 8 breve, 9 đ; tones 1–5, 0 clears.
// Marks may come late (nguoiwf), the same mark twice undoes itself and the rest
// of the word is literal (ass → as); letters that cannot be a Vietnamese
// syllable show the keys as typed (wifi).
#pragma once
#include "common/buf.h"
#include "vietnamese/syllable.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum compose_method { COMPOSE_TELEX, COMPOSE_VNI };

// "telex", "telex-new", "vni" or "vni-new": a method and where tones stand, as
// settings and commands name them. False for anything else, NULL too.
bool compose_find(const char *name, enum compose_method *out_method,
                  enum tone_style *out_style);

enum { COMPOSE_WORD_MAX = 32 };

// One key of the word being typed: a code point, and whether it stands for
// itself whatever the method says (a letter that was shown before a ⌫).
struct compose_key {
    uint32_t code_point;
    bool fixed;
};

struct composer {
    enum compose_method method;
    enum tone_style style;
    struct buf done; // text before the word
    struct compose_key keys[COMPOSE_WORD_MAX];
    size_t key_count;
    struct buf text; // the whole, as shown
};

void compose_init(struct composer *composer, enum compose_method method,
                  enum tone_style style);
void compose_free(struct composer *composer);

// A key: a letter, digit, mark, space or newline, as a code point. What is no
// part of a word ends the word. False when memory ran out.
bool compose_type(struct composer *composer, uint32_t code_point);
// A tone key of the screen keyboard: sets the tone of the syllable being typed,
// replaces it, or, when it has this tone, removes it. False when there is
// nothing that takes it (no vowel, or a stop final): the text stays.
bool compose_tone(struct composer *composer, enum tone tone);
// Removes the last letter as shown; the tone moves, and typing goes on from
// what is shown. Nothing happens in an empty text.
void compose_backspace(struct composer *composer);
// Empties the text and wipes it from memory.
void compose_clear(struct composer *composer);

// The text in NFC; "" when empty. Owned by the composer, valid until the next
// call.
const char *compose_text(const struct composer *composer);
size_t compose_size(const struct composer *composer);

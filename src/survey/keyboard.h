// The screen keyboard as data: which keys stand in which row, how wide, and
// what each does. The screen turns rows into rectangles; comment.h says what a
// key does to the text. Two pages of the same shape, so that no key of the
// frame moves when the page turns; each page for wide and for tall screens.
#pragma once
#include "vietnamese/syllable.h"
#include <stdbool.h>
#include <stddef.h>

enum keyboard_page {
    KEYBOARD_PAGE_LETTERS,
    KEYBOARD_PAGE_SIGNS,
    KEYBOARD_PAGE_COUNT
};

enum keyboard_kind {
    KEYBOARD_LETTER,    // a to z
    KEYBOARD_MARKED,    // ă â đ ê ô ơ ư
    KEYBOARD_TONE,      // sắc huyền hỏi ngã nặng
    KEYBOARD_SIGN,      // digits and punctuation
    KEYBOARD_SHIFT,     // one capital; twice: all capitals
    KEYBOARD_BACKSPACE, // removes the last letter, held: on and on
    KEYBOARD_PAGE,      // letters or signs
    KEYBOARD_SPACE,
    KEYBOARD_ENTER, // a new line
    KEYBOARD_SEND   // ends the comment; not for comment_key()
};

struct keyboard_key {
    const char *id; // "key.a", "key.ă", "key.tone.sac", "key.shift"
    enum keyboard_kind kind;
    double width;      // in columns
    const char *label; // what stands on it, and is typed; for a page key and a
                       // tone key only what stands on it; NULL: an icon or a
                       // text
    const char *upper; // the label as a capital; NULL: it has none
    const char *text;  // the id of a text that stands on it, below the label
                       // of a tone key; NULL: none
    enum tone tone;    // of a tone key
};

// A row that is W wide has columns of (W + gap) / columns; a key takes its
// columns less one gap.
struct keyboard_row {
    const struct keyboard_key *keys;
    size_t count;
    double columns; // in its whole width
    double inset;   // columns left free before the first key
    int height;     // in u
};

// The rows of a page from above, and how many. `tall` is for screens that are
// higher than wide: there the marked letters and the tones have a row each,
// and sending has a button of its own below the keyboard.
const struct keyboard_row *keyboard_rows(enum keyboard_page page, bool tall,
                                         size_t *out_count);
// The gap between keys in u, in both directions.
int keyboard_gap(bool tall);
// The key of this id on either page; NULL: there is none.
const struct keyboard_key *keyboard_find(const char *id);

// The comment while it is being written: the composer of Vietnamese text, and
// the rules of the screen keyboard around it. Pure but for memory; `now` is
// milliseconds of a steady clock.
//
// A finger goes down: comment_hold(). It lifts on the same key:
// comment_key(). It lifts anywhere: comment_release(). Between them sleep
// until comment_deadline() at most and call comment_tick(). The text never
// leaves this struct but through comment_append_to(), and comment_clear() wipes
// it from memory.
#pragma once
#include "survey/keyboard.h"
#include "vietnamese/compose.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    COMMENT_LETTERS_MAX = 300,
    COMMENT_HOLD_MS = 500,   // a held ⌫ begins to repeat
    COMMENT_REPEAT_MS = 100, // and goes on
    COMMENT_TWICE_MS = 600,  // two ⇧ within: all capitals
    COMMENT_DIGITS = 9       // of a telephone or identity number
};

enum comment_capitals {
    COMMENT_LOWER,
    COMMENT_ONCE, // the next letter is a capital
    COMMENT_LOCKED
};

struct comment {
    struct composer composer;
    size_t letters;   // as a person counts them
    unsigned changes; // of the text, for who shows it
    enum keyboard_page page;
    enum comment_capitals capitals;
    bool shifted;       // the last key was ⇧,
    int64_t shifted_at; // then
    bool held;          // a finger lies on ⌫
    bool repeated;      // and has removed letters while it lay
    int64_t repeat_at;
};

// Empty, on the page of letters, a capital next. False when memory ran out.
bool comment_init(struct comment *comment, enum compose_method method,
                  enum tone_style style);
void comment_free(struct comment *comment);
// Back to the beginning; the text is wiped from memory.
void comment_clear(struct comment *comment);

// What a key did, for the screen and its sounds.
enum comment_answer {
    COMMENT_TYPED,   // the text changed
    COMMENT_TURNED,  // the keyboard did: page, capitals
    COMMENT_REFUSED, // neither: full, no place for this tone, nothing to
                     // remove, or no memory. The low tone.
    COMMENT_NOTHING  // no key of this keyboard, or a ⌫ that has repeated
};

// A tap on the key with this id.
//
// - At most COMMENT_LETTERS_MAX letters: a key that would make more is refused
//   and changes nothing.
// - A capital comes by itself at the start, on a new line, and after . ! ?
//   and a space. ⇧ gives one or takes it away; twice within COMMENT_TWICE_MS
//   locks capitals; once more ends that.
// - The page of signs stays until its key "abc".
enum comment_answer comment_key(struct comment *comment, const char *id,
                                int64_t now);

// A finger went down on a key; only ⌫ repeats.
void comment_hold(struct comment *comment, const char *id, int64_t now);
// No finger lies on it any more.
void comment_release(struct comment *comment);
// Repeats a held ⌫ when it is due, one letter a call. True: the text changed.
bool comment_tick(struct comment *comment, int64_t now);
// When it is next due; INT64_MAX: never.
int64_t comment_deadline(const struct comment *comment);

// The text as typed, in NFC. Borrowed, valid until the next call.
const char *comment_text(const struct comment *comment);
size_t comment_size(const struct comment *comment);
// True when there is nothing worth sending: no text, or spaces alone.
bool comment_is_blank(const struct comment *comment);
// Appends the text to send: without spaces and new lines at its ends. The
// caller wipes `out`.
void comment_append_to(const struct comment *comment, struct buf *out);
// What stands on a key as things are: its label, or its capital. NULL when it
// has none.
const char *comment_label(const struct comment *comment,
                          const struct keyboard_key *key);

// The line under the heading.
enum comment_hint {
    COMMENT_HINT_USUAL,  // comment.hint
    COMMENT_HINT_DIGITS, // comment.digits: something like a number of a person
    COMMENT_HINT_FULL    // comment.full
};
enum comment_hint comment_hint(const struct comment *comment);
// True when the text holds COMMENT_DIGITS digits or more in a row, also when
// single spaces, dots or dashes stand between them.
bool comment_has_number(const char *text, size_t size);

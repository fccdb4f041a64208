// Text as people see it, through utf8proc: NFC (Unicode Standard Annex 15),
// letters as a person counts them (grapheme clusters, Annex 29).
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

// True when the bytes are valid UTF-8 (no surrogates, no overlong forms).
bool text_is_utf8(const char *text, size_t size);
// True when valid UTF-8 and already NFC; fast for Vietnamese and
// the West (Annex 15, section 9: Detecting Normalization Forms).
bool text_is_nfc(const char *text, size_t size);
// Appends the NFC form. False for invalid UTF-8 (out untouched) or no memory.
bool text_append_nfc(const char *text, size_t size, struct buf *out);
// Grapheme clusters; 0 for invalid UTF-8.
size_t text_letters(const char *text, size_t size);
// Bytes of the last grapheme cluster; 0 for the empty text.
size_t text_last_letter(const char *text, size_t size);
// Appends the text as people search in it: small letters without any marks, so
// that "Đường" and "duong" are the same. False as above.
bool text_append_folded(const char *text, size_t size, struct buf *out);
// Appends the text on one line that keeps its direction to itself: control
// characters become blanks, marks that turn the direction are left out, and
// what is written from the right stands between isolates (Annex 9). False as
// above.
bool text_append_isolated(const char *text, size_t size, struct buf *out);

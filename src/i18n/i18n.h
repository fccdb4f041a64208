// Texts by id and language. At load every id of the table is looked for in
// every language file (assets/i18n/LANG.json, an object of id → text, UTF-8,
// NFC). A missing text falls back to Vietnamese, then to any language, then to
// the id itself, and is logged once. Immutable after load, so any thread may
// read.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum i18n_language { I18N_VI, I18N_EN, I18N_LANGUAGE_COUNT };

struct i18n;

// Reads `directory`/vi.json and en.json. NULL with a `message` "FILE: line L,
// column C: …" or "FILE: KEY: …" when a file is missing, no JSON, not UTF-8, or
// holds a value that is no text. Text that is not NFC is normalised and logged.
struct i18n *i18n_open(const char *directory, struct buf *message);
// The same for a screen that must go on: a file that is missing or damaged is
// logged and left out. NULL only when there is no other.
struct i18n *i18n_open_rest(const char *directory, struct buf *message);
void i18n_close(struct i18n *i18n);
// False when the language's file was left out.
bool i18n_speaks(const struct i18n *i18n, enum i18n_language language);

// Never NULL. Borrowed; lives as long as `i18n`. The id may be a text id from
// the files ("rate.question"); an unknown one is returned itself.
const char *i18n_text(const struct i18n *i18n, enum i18n_language language,
                      const char *id);
// Replaces {1} {2} … by `values` and appends the whole to `out`. A place with
// no value stays as it is. The text is never used as a printf format.
void i18n_format(const struct i18n *i18n, enum i18n_language language,
                 const char *id, const char *const *values, size_t count,
                 struct buf *out);
// Appends value / 10^decimals as the language writes it: "1.666,3", in English
// "1666.3".
void i18n_number(enum i18n_language language, int64_t value, int decimals,
                 struct buf *out);
// The id of the text that calls a unit by its name, whole or short: a name that
// says itself what the unit is ("Xã Bình Minh") is taken as it is, another one is
// a ward's.
const char *i18n_unit(const char *name, bool whole);
// "vi", "en".
const char *i18n_code(enum i18n_language language);
bool i18n_parse_code(const char *code, enum i18n_language *out_language);
// The ids found in any language, sorted; for tests and checks.
size_t i18n_count(const struct i18n *i18n);
const char *i18n_id(const struct i18n *i18n, size_t index);
bool i18n_has(const struct i18n *i18n, enum i18n_language language,
              const char *id);

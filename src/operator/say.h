// The words of the counter's screen (assets/i18n) on the console, in
// Vietnamese, before a command says the same in English with all that it knows.
#pragma once
#include "operator/command.h"
#include <stddef.h>

// One complaint: the text with this id, its places filled. Nothing when the
// program's texts are not found.
void say_in_vietnamese(struct console *console, const char *id,
                       const char *const *values, size_t count);
// A line of the output, of a text without places.
void say_append_vietnamese(struct buf *out, const char *id);

// Numbers that lead to a person, in a text that a citizen wrote: telephones,
// identity cards, accounts. Nothing else is known about them than that they are
// long, so every long run of digits is made unreadable. Pure.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum {
    MASK_DIGITS = 9, // a run of so many is masked
    MASK_GAP = 3     // signs between two digits of one run, at most
};

// Appends the text with each digit of such a run as "•". Digits of any script
// count; blanks, dots, dashes and parentheses between them do not end a run,
// nor do signs that are not seen. `out_runs` is how many were masked. False for
// invalid UTF-8 (out untouched) or no memory.
bool mask_append(const char *text, size_t size, struct buf *out,
                 size_t *out_runs);

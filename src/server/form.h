// The body of a form as browsers send it (application/x-www-form-urlencoded),
// read strictly: what a browser would not send is refused. Pure; for bytes from
// anywhere.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum { FORM_FIELDS_MAX = 32, FORM_WHY_SIZE = 80 };

// Names and values are UTF-8 without a NUL inside, ended by one.
struct form {
    struct buf texts;
    struct form_field {
        size_t name, value; // where they begin in `texts`
    } fields[FORM_FIELDS_MAX];
    size_t count;
};

// Each field is name=value, with "&" between two. Letters, digits and * - . _
// stand for themselves, + for a space, all else is %XX. False with what is
// wrong in `why` (FORM_WHY_SIZE bytes). Give `out` back with form_free() in any
// case; it wipes the texts.
bool form_read(const char *bytes, size_t size, struct form *out, char *why);
void form_free(struct form *form);

// The value of the field of this name; NULL when it is not there, or more than
// once. Borrowed.
const char *form_value(const struct form *form, const char *name);
// Whether a field of this name has this value; it may have others too.
bool form_has(const struct form *form, const char *name, const char *value);

// Memory of jansson while it reads. Its reader (2.14, lex_save() in load.c)
// does not look whether there was room for the next byte of a text: where
// memory runs out just then it goes on without that byte, and may write past
// the end of what it makes of the text. So while it reads on our behalf,
//
//   - its first allocation that fails is given the spare, kept for that, and
//   - the bytes that it has still to read become NULs, which end it at once.
//
// A text's room doubles, so the spare is twice the bytes; no text is read after
// that allocation, so there is need of one.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { JSON_READING_SMALL = 6144 };

// One reading, on the stack of the thread that reads.
struct json_reading {
    char *bytes; // to be read: a copy; never NULL
    size_t size;
    // the module's own
    char *spare;
    size_t spare_size;
    bool ran_out;
    char *large; // both of them, where they are too large for `small`; owned
    _Alignas(max_align_t) char small[JSON_READING_SMALL];
};

// False when memory ran out: then there is nothing to end.
bool json_reading_begin(struct json_reading *reading, const char *bytes,
                        size_t size);
// Whether an allocation failed. Then what was read is not what stands in the
// bytes; give it back before the end, as it may lie in the spare.
bool json_reading_ran_out(const struct json_reading *reading);
void json_reading_end(struct json_reading *reading);

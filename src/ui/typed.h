// The text of a comment in lines, as the box shows it: broken between words,
// the last lines visible, the caret behind the last letter. Where the lines
// begin is kept until the text or the room changes, so that a blink of the
// caret costs nothing. Only places in the text are kept here, never the text.
#pragma once
#include "survey/comment.h"
#include "ui/text.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TYPED_VISIBLE = 3,
    TYPED_BLINK_MS = 500, // the caret shows so long, and hides so long
    // Every letter may be a line, and one more begins after the last.
    TYPED_LINES_MAX = COMMENT_LETTERS_MAX + 1,
    TYPED_LINE_SIZE = COMMENT_LETTERS_MAX * 4 + 1
};

struct typed_line {
    size_t from, to; // bytes of the text
};

// How much room there is, pixels. The lines after the second are shorter where
// the count of letters stands beside the last one.
struct typed_room {
    struct text_style style;
    int width, later_width;
};

struct typed {
    struct typed_line lines[TYPED_LINES_MAX];
    size_t count; // at least 1 once broken
    int caret_x;  // pixels from the left
    struct typed_room room;
    unsigned changes; // of the text that was broken
    unsigned shown;   // of the text that was last drawn
    bool steady;      // the caret does not blink
    int64_t since;    // the caret shows from then on
};

// NULL when memory ran out.
struct typed *typed_open(void);
void typed_close(struct typed *typed);

// Breaks the text, unless nothing changed since the last time.
void typed_break(struct typed *typed, struct text *text,
                 const struct comment *comment, struct typed_room room);
// The first of the lines that are visible.
size_t typed_first(const struct typed *typed);
// One of the lines; `out` has room for TYPED_LINE_SIZE. The caller wipes it.
void typed_line(const struct typed *typed, const struct comment *comment,
                size_t index, char *out);
// The text is not what was last drawn: the caret shows anew.
bool typed_is_new(const struct typed *typed, const struct comment *comment);

bool typed_caret_shows(const struct typed *typed, int64_t now);
// When that changes; INT64_MAX: never.
int64_t typed_blink_at(const struct typed *typed, int64_t now);

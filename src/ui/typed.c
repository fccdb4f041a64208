#include "ui/typed.h"
#include <stdlib.h>
#include <string.h>

struct typed *typed_open(void)
{
    return calloc(1, sizeof(struct typed));
}

void typed_close(struct typed *typed)
{
    free(typed);
}

// --- Breaking ----------------------------------------------------------------

struct breaking {
    struct text *text;
    struct text_style style;
    const char *words;
    size_t size;
};

static int width_of(const struct breaking *b, size_t from, size_t to)
{
    char line[TYPED_LINE_SIZE];
    size_t size = to - from < sizeof line ? to - from : sizeof line - 1;
    memcpy(line, b->words + from, size);
    line[size] = '\0';
    int width = text_width(b->text, b->style, line);
    explicit_bzero(line, size);
    return width;
}

static size_t after_letter(const struct breaking *b, size_t at)
{
    for (at++; at < b->size && (b->words[at] & 0xc0) == 0x80;)
        at++;
    return at;
}

// A word that no line holds is cut where the line ends.
static size_t cut(const struct breaking *b, size_t from, size_t to, int width)
{
    size_t end = after_letter(b, from);
    for (size_t next = end; next < to; next = after_letter(b, next)) {
        if (width_of(b, from, next) > width)
            break;
        end = next;
    }
    return end;
}

// Where the line that begins at `from` ends, and the next one begins. Spaces at
// a break are not shown.
static size_t end_line(const struct breaking *b, size_t from, int width,
                       size_t *out_next)
{
    size_t end = from, word = from;
    for (;;) {
        size_t to = word;
        while (to < b->size && b->words[to] != ' ' && b->words[to] != '\n')
            to++;
        if (width_of(b, from, to) > width) {
            if (end == from)
                end = *out_next = cut(b, from, to, width);
            return end;
        }
        end = word = to;
        while (word < b->size && b->words[word] == ' ')
            word++;
        *out_next = word;
        // Spaces that were just typed move the caret.
        if (word == b->size)
            return word;
        if (b->words[word] == '\n') {
            *out_next = word + 1;
            return end;
        }
    }
}

static bool same_room(const struct typed_room *a, const struct typed_room *b)
{
    return a->style.weight == b->style.weight && a->style.px == b->style.px &&
           a->width == b->width && a->later_width == b->later_width;
}

void typed_break(struct typed *typed, struct text *text,
                 const struct comment *comment, struct typed_room room)
{
    if (typed->count > 0 && typed->changes == comment->changes &&
        same_room(&typed->room, &room))
        return;
    const struct breaking b = {text, room.style, comment_text(comment),
                               comment_size(comment)};
    size_t from, next = 0;
    int width;
    typed->count = 0;
    typed->room = room;
    typed->changes = comment->changes;
    do {
        width =
            typed->count < TYPED_VISIBLE - 1 ? room.width : room.later_width;
        from = next;
        size_t end = end_line(&b, from, width, &next);
        typed->lines[typed->count++] = (struct typed_line){from, end};
        // Behind a new line at the end an empty one begins.
    } while (typed->count < TYPED_LINES_MAX &&
             (next < b.size || (from < b.size && b.words[b.size - 1] == '\n')));
    const struct typed_line *last = &typed->lines[typed->count - 1];
    int caret = width_of(&b, last->from, last->to);
    typed->caret_x = caret < width ? caret : width;
}

size_t typed_first(const struct typed *typed)
{
    return typed->count > TYPED_VISIBLE ? typed->count - TYPED_VISIBLE : 0;
}

void typed_line(const struct typed *typed, const struct comment *comment,
                size_t index, char *out)
{
    const struct typed_line *line = &typed->lines[index];
    size_t size = line->to - line->from;
    if (size >= TYPED_LINE_SIZE)
        size = TYPED_LINE_SIZE - 1;
    memcpy(out, comment_text(comment) + line->from, size);
    out[size] = '\0';
}

bool typed_is_new(const struct typed *typed, const struct comment *comment)
{
    return typed->shown != comment->changes;
}

// --- The caret ---------------------------------------------------------------

bool typed_caret_shows(const struct typed *typed, int64_t now)
{
    return typed->steady || now < typed->since ||
           (now - typed->since) / TYPED_BLINK_MS % 2 == 0;
}

int64_t typed_blink_at(const struct typed *typed, int64_t now)
{
    if (typed->steady)
        return INT64_MAX;
    int64_t blinks =
        now < typed->since ? 0 : (now - typed->since) / TYPED_BLINK_MS;
    return typed->since + (blinks + 1) * TYPED_BLINK_MS;
}

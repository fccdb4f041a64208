#include "survey/comment.h"
#include "vietnamese/text.h"
#include <string.h>

// The longest text is a full one and the keys of a word beside it, at most
// three bytes a letter. With room for it from the start nothing is ever moved,
// so no piece of a comment is left behind in freed memory.
enum { ROOM = (COMMENT_LETTERS_MAX + COMPOSE_WORD_MAX + 1) * 3 };

static bool make_room(struct composer *composer)
{
    return buf_reserve(&composer->done, ROOM) &&
           buf_reserve(&composer->text, ROOM);
}

static void begin(struct comment *comment)
{
    comment->letters = 0;
    comment->changes++;
    comment->page = KEYBOARD_PAGE_LETTERS;
    comment->capitals = COMMENT_ONCE;
    comment->shifted = comment->held = comment->repeated = false;
}

bool comment_init(struct comment *comment, enum compose_method method,
                  enum tone_style style)
{
    *comment = (struct comment){0};
    compose_init(&comment->composer, method, style);
    begin(comment);
    return make_room(&comment->composer);
}

void comment_free(struct comment *comment)
{
    compose_free(&comment->composer);
    begin(comment);
}

void comment_clear(struct comment *comment)
{
    compose_clear(&comment->composer);
    begin(comment);
}

const char *comment_text(const struct comment *comment)
{
    return compose_text(&comment->composer);
}

size_t comment_size(const struct comment *comment)
{
    return compose_size(&comment->composer);
}

// --- Keys -------------------------------------------------------------------

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

// True where a sentence begins. A full stop inside a word (v.v, gov.vn) ends
// none: a space has to follow.
static bool begins_sentence(const char *text, size_t size)
{
    while (size > 0 && is_one_of(text[size - 1], "(\"'"))
        size--;
    if (size == 0 || text[size - 1] == '\n')
        return true;
    if (text[size - 1] != ' ')
        return false;
    while (size > 0 && text[size - 1] == ' ')
        size--;
    while (size > 0 && is_one_of(text[size - 1], ")\"'"))
        size--;
    return size == 0 || is_one_of(text[size - 1], "\n.!?");
}

static void text_changed(struct comment *comment)
{
    const char *text = comment_text(comment);
    size_t size = comment_size(comment);
    comment->letters = text_letters(text, size);
    comment->changes++;
    if (comment->capitals != COMMENT_LOCKED)
        comment->capitals =
            begins_sentence(text, size) ? COMMENT_ONCE : COMMENT_LOWER;
}

// The one character of a label; of one to three bytes.
static uint32_t code_point_of(const char *label)
{
    const unsigned char *p = (const unsigned char *)label;
    if (p[0] < 0x80)
        return p[0];
    if (p[0] < 0xe0)
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 |
           (p[2] & 0x3f);
}

static bool apply(struct comment *comment, const struct keyboard_key *key)
{
    struct composer *composer = &comment->composer;
    switch (key->kind) {
    case KEYBOARD_TONE:
        return compose_tone(composer, key->tone);
    case KEYBOARD_SPACE:
        return compose_type(composer, ' ');
    case KEYBOARD_ENTER:
        return compose_type(composer, '\n');
    default:
        return compose_type(composer,
                            code_point_of(comment_label(comment, key)));
    }
}

static bool copy(const struct composer *from, struct composer *out)
{
    *out = *from;
    out->done = out->text = (struct buf){0};
    if (make_room(out)) {
        buf_append(&out->done, from->done.data, from->done.size);
        buf_append(&out->text, from->text.data, from->text.size);
        return true;
    }
    compose_free(out);
    return false;
}

// One key may add many letters: a word that is no syllable any more shows all
// of its keys. So the limit is looked at afterwards, and the text put back.
static enum comment_answer type(struct comment *comment,
                                const struct keyboard_key *key)
{
    struct composer before;
    if (!copy(&comment->composer, &before))
        return COMMENT_REFUSED;
    if (apply(comment, key) &&
        text_letters(comment_text(comment), comment_size(comment)) <=
            COMMENT_LETTERS_MAX) {
        compose_free(&before);
        // A capital that was asked for waits for its letter.
        enum comment_capitals asked = comment->capitals;
        text_changed(comment);
        if (key->kind == KEYBOARD_TONE)
            comment->capitals = asked;
        return COMMENT_TYPED;
    }
    compose_free(&comment->composer);
    comment->composer = before;
    return COMMENT_REFUSED;
}

static bool remove_letter(struct comment *comment)
{
    if (comment->letters == 0)
        return false;
    compose_backspace(&comment->composer);
    text_changed(comment);
    return true;
}

static enum comment_answer backspace(struct comment *comment)
{
    if (comment->repeated) {
        comment->repeated = false;
        return COMMENT_NOTHING;
    }
    return remove_letter(comment) ? COMMENT_TYPED : COMMENT_REFUSED;
}

static enum comment_answer shift(struct comment *comment, bool twice,
                                 int64_t now)
{
    if (comment->capitals == COMMENT_LOCKED) {
        comment->capitals = COMMENT_LOWER;
    } else if (twice) {
        comment->capitals = COMMENT_LOCKED;
    } else {
        comment->capitals =
            comment->capitals == COMMENT_LOWER ? COMMENT_ONCE : COMMENT_LOWER;
        comment->shifted = true;
        comment->shifted_at = now;
    }
    return COMMENT_TURNED;
}

enum comment_answer comment_key(struct comment *comment, const char *id,
                                int64_t now)
{
    const struct keyboard_key *key = keyboard_find(id);
    if (!key || key->kind == KEYBOARD_SEND)
        return COMMENT_NOTHING;
    bool twice =
        comment->shifted && now - comment->shifted_at <= COMMENT_TWICE_MS;
    comment->shifted = false;
    switch (key->kind) {
    case KEYBOARD_SHIFT:
        return shift(comment, twice, now);
    case KEYBOARD_PAGE:
        comment->page = strcmp(id, "key.symbols") == 0 ? KEYBOARD_PAGE_SIGNS
                                                       : KEYBOARD_PAGE_LETTERS;
        return COMMENT_TURNED;
    case KEYBOARD_BACKSPACE:
        return backspace(comment);
    default:
        return type(comment, key);
    }
}

// --- A held ⌫ ---------------------------------------------------------------

void comment_hold(struct comment *comment, const char *id, int64_t now)
{
    const struct keyboard_key *key = keyboard_find(id);
    comment->held = key && key->kind == KEYBOARD_BACKSPACE;
    comment->repeated = false;
    comment->repeat_at = now + COMMENT_HOLD_MS;
}

void comment_release(struct comment *comment)
{
    comment->held = false;
}

bool comment_tick(struct comment *comment, int64_t now)
{
    if (now < comment_deadline(comment))
        return false;
    // After a pause of the program letters do not vanish all at once.
    comment->repeat_at = now + COMMENT_REPEAT_MS;
    comment->repeated = true;
    return remove_letter(comment);
}

int64_t comment_deadline(const struct comment *comment)
{
    return comment->held && comment->letters > 0 ? comment->repeat_at
                                                 : INT64_MAX;
}

// --- What the screen shows and sends ----------------------------------------

void comment_append_to(const struct comment *comment, struct buf *out)
{
    const char *text = comment_text(comment);
    size_t from = 0, to = comment_size(comment);
    while (to > 0 && is_one_of(text[to - 1], " \n"))
        to--;
    while (from < to && is_one_of(text[from], " \n"))
        from++;
    buf_append(out, text + from, to - from);
}

bool comment_is_blank(const struct comment *comment)
{
    return strspn(comment_text(comment), " \n") == comment_size(comment);
}

const char *comment_label(const struct comment *comment,
                          const struct keyboard_key *key)
{
    return key->upper && comment->capitals != COMMENT_LOWER ? key->upper
                                                            : key->label;
}

bool comment_has_number(const char *text, size_t size)
{
    int digits = 0;
    bool parted = false;
    for (size_t i = 0; i < size && digits < COMMENT_DIGITS; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            digits++;
            parted = false;
        } else if (digits > 0 && !parted && is_one_of(text[i], " .-")) {
            parted = true;
        } else {
            digits = 0;
            parted = false;
        }
    }
    return digits >= COMMENT_DIGITS;
}

enum comment_hint comment_hint(const struct comment *comment)
{
    if (comment->letters >= COMMENT_LETTERS_MAX)
        return COMMENT_HINT_FULL;
    if (comment_has_number(comment_text(comment), comment_size(comment)))
        return COMMENT_HINT_DIGITS;
    return COMMENT_HINT_USUAL;
}

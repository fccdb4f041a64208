#include "server/opened.h"
#include "vietnamese/mask.h"
#include "vietnamese/text.h"
#include <string.h>

const char *opened_state_name(enum opened_state state)
{
    static const char *const names[OPENED_STATE_COUNT] = {
        [OPENED_READ] = "read",
        [OPENED_MISSING] = "missing",
        [OPENED_CHANGED] = "changed",
        [OPENED_LOCKED] = "locked",
        [OPENED_NO_TEXT] = "no-text"};
    return names[state];
}

static bool is_the_lines(const struct office_comment *comment)
{
    char hash[DIGEST_HEX_SIZE];
    digest_hex_of(comment->sealed, comment->sealed_size, hash);
    return strcmp(hash, comment->hash) == 0;
}

bool opened_make(const struct office_comment *comment,
                 const struct box_key *box, struct opened *out)
{
    struct buf plain = {0};
    *out = (struct opened){.state = OPENED_READ};
    if (!comment->sealed) {
        out->state = OPENED_MISSING;
    } else if (!is_the_lines(comment)) {
        out->state = OPENED_CHANGED;
    } else if (!box_open(box, comment->sealed, comment->sealed_size, &plain)) {
        out->state = OPENED_LOCKED;
    } else if (!text_is_utf8(buf_text(&plain), plain.size) ||
               memchr(buf_text(&plain), '\0', plain.size)) {
        out->state = OPENED_NO_TEXT;
    } else {
        mask_append(buf_text(&plain), plain.size, &out->text, &out->masked);
    }
    buf_free(&plain);
    return buf_ok(&out->text);
}

void opened_free(struct opened *opened)
{
    buf_free(&opened->text);
}

bool search_read(const char *text, struct search *out)
{
    struct buf folded = {0};
    size_t size = text ? strlen(text) : 0;
    *out = (struct search){.words = {0}};
    bool ok = size <= SEARCH_BYTES_MOST &&
              text_append_folded(text ? text : "", size, &folded);
    for (const char *at = buf_text(&folded); ok && *at != '\0';) {
        size_t length = strcspn(at, " \t\n");
        if (length > 0) {
            buf_append(&out->words, at, length);
            buf_append_char(&out->words, '\0');
        }
        at += length + (at[length] != '\0');
    }
    buf_free(&folded);
    return ok && buf_ok(&out->words);
}

bool search_is_empty(const struct search *search)
{
    return search->words.size == 0;
}

bool search_fits(const struct search *search, const struct opened *opened)
{
    struct buf folded = {0};
    bool fits =
        opened->state == OPENED_READ &&
        text_append_folded(buf_text(&opened->text), opened->text.size, &folded);
    for (size_t at = 0; fits && at < search->words.size;) {
        const char *word = search->words.data + at;
        fits = strstr(buf_text(&folded), word) != NULL;
        at += strlen(word) + 1;
    }
    buf_free(&folded);
    return fits;
}

void search_free(struct search *search)
{
    buf_free(&search->words);
}

// A comment by the keys of the screen: never longer than it may be, NFC, and a
// key that is refused changes nothing.
#include "fuzz/fuzz.h"
#include "survey/comment.h"
#include "vietnamese/text.h"
#include <string.h>

enum {
    KEYS_SHOWN_MAX = 128,
    NEARLY_FULL = COMMENT_LETTERS_MAX - 5,
    PRESSES_MAX = 120,
    HOLD = 0x80
};

static const struct keyboard_key *keys[KEYS_SHOWN_MAX];
static size_t key_count;

static void collect_keys(void)
{
    for (int page = 0; page < KEYBOARD_PAGE_COUNT; page++) {
        size_t count;
        const struct keyboard_row *rows =
            keyboard_rows((enum keyboard_page)page, true, &count);
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < rows[i].count; k++)
                if (key_count < KEYS_SHOWN_MAX)
                    keys[key_count++] = &rows[i].keys[k];
    }
}

static void check(const struct comment *c)
{
    const char *text = comment_text(c);
    size_t size = comment_size(c), letters = text_letters(text, size);
    struct buf sent = {0};
    HOLDS(strlen(text) == size && text_is_nfc(text, size));
    HOLDS(letters == c->letters && letters <= COMMENT_LETTERS_MAX);
    comment_append_to(c, &sent);
    HOLDS(sent.size <= size);
    HOLDS((sent.size == 0) == comment_is_blank(c));
    if (sent.size > 0) {
        HOLDS(!strchr(" \n", sent.data[0]));
        HOLDS(!strchr(" \n", sent.data[sent.size - 1]));
    }
    HOLDS((comment_hint(c) == COMMENT_HINT_DIGITS) <=
          comment_has_number(text, size));
    buf_free(&sent);
}

static void press(struct comment *c, const struct keyboard_key *key,
                  int64_t now)
{
    struct buf before = {0};
    buf_append(&before, comment_text(c), comment_size(c));
    enum comment_answer answer = comment_key(c, key->id, now);
    bool same = before.size == comment_size(c) &&
                strcmp(buf_text(&before), comment_text(c)) == 0;
    HOLDS(answer == COMMENT_TYPED || same);
    buf_free(&before);
}

// The first byte is the method, the way of placing tones, and, seldom, as it
// takes long, a comment that is nearly full; then each a key,
// or, from 0x80 on, a time that passes while a finger lies on ⌫.
int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct comment comment;
    int64_t now = 1000;
    fuzz_start();
    if (key_count == 0)
        collect_keys();
    if (size == 0 || size > PRESSES_MAX)
        return 0;
    HOLDS(comment_init(&comment, data[0] & 1 ? COMPOSE_VNI : COMPOSE_TELEX,
                       data[0] & 2 ? TONE_STYLE_NEW : TONE_STYLE_OLD));
    for (int i = 0; data[0] >= 0xfc && i < NEARLY_FULL; i++)
        comment_key(&comment, i % 4 ? "key.b" : "key.space", now);
    for (size_t at = 1; at < size; at++) {
        if (data[at] < HOLD) {
            press(&comment, keys[data[at] % key_count], now);
        } else {
            size_t letters = comment.letters;
            comment_hold(&comment, "key.backspace", now);
            now += (int64_t)(data[at] - HOLD) * 10;
            bool removed = comment_tick(&comment, now);
            HOLDS(comment.letters == letters - removed);
            if (data[at] & 1)
                comment_release(&comment);
        }
        HOLDS(comment.letters <= COMMENT_LETTERS_MAX);
        check(&comment);
        now += 50;
    }
    comment_clear(&comment);
    HOLDS(comment_size(&comment) == 0 && comment_is_blank(&comment));
    comment_free(&comment);
    return 0;
}

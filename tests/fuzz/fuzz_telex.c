// The keys of a comment. Whatever is typed: the text is NFC, no key adds more
// than a letter shows, ⌫ takes one letter away and so ends, and typing goes on.
#include "fuzz/fuzz.h"
#include "vietnamese/compose.h"
#include "vietnamese/text.h"
#include <string.h>

// A word of marks may be shown as its keys again.
enum { GROWTH_MAX = 4 * COMPOSE_WORD_MAX, KEYS_MAX = 600 };

static void check(const struct composer *c)
{
    const char *text = compose_text(c);
    size_t size = compose_size(c);
    HOLDS(strlen(text) == size);
    HOLDS(text_is_nfc(text, size));
    HOLDS(c->key_count <= COMPOSE_WORD_MAX);
}

static void backspace(struct composer *c)
{
    size_t letters = text_letters(compose_text(c), compose_size(c));
    compose_backspace(c);
    check(c);
    size_t left = text_letters(compose_text(c), compose_size(c));
    HOLDS(letters == 0 ? left == 0 : left == letters - 1);
}

// 0–127: a key of this keyboard; then tones, ⌫, emptying, and any code point
// out of the next three bytes.
static size_t press(struct composer *c, const uint8_t *data, size_t size)
{
    size_t before = compose_size(c);
    uint8_t key = data[0];
    size_t used = 1;
    if (key < 0x80) {
        HOLDS(compose_type(c, key));
    } else if (key < 0x90) {
        bool took = compose_tone(c, (enum tone)(key % TONE_COUNT));
        HOLDS(took || compose_size(c) == before);
    } else if (key < 0xb0) {
        backspace(c);
    } else if (key == 0xb0) {
        compose_clear(c);
        HOLDS(compose_size(c) == 0);
    } else if (size >= 4) {
        uint32_t any = (uint32_t)data[1] << 16 | (uint32_t)data[2] << 8 |
                       (uint32_t)data[3];
        HOLDS(compose_type(c, key < 0xc0 ? any : any & 0x1fff));
        used = 4;
    }
    check(c);
    HOLDS(compose_size(c) <= before + GROWTH_MAX);
    return used;
}

// The first byte is the method and the way of placing tones.
int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct composer composer;
    fuzz_start();
    if (size == 0 || size > KEYS_MAX)
        return 0;
    compose_init(&composer, data[0] & 1 ? COMPOSE_VNI : COMPOSE_TELEX,
                 data[0] & 2 ? TONE_STYLE_NEW : TONE_STYLE_OLD);
    for (size_t at = 1; at < size;)
        at += press(&composer, data + at, size - at);
    while (compose_size(&composer) > 0)
        backspace(&composer);
    HOLDS(compose_type(&composer, 'a'));
    HOLDS(strcmp(compose_text(&composer), "a") == 0);
    compose_free(&composer);
    return 0;
}

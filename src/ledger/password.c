#include "ledger/password.h"
#include "common/buf.h"
#include "ledger/argon.h"
#include "vietnamese/text.h"
#include <string.h>

static const struct argon_cost COST = {.memory_kib = 32 << 10, .passes = 3};
static const struct argon_cost COST_MOST = {.memory_kib = 64 << 10,
                                            .passes = 10};
// A hash of that cost. Whether anything has it matters to nobody: the answer
// for nobody's hash is no.
static const char NOBODY[] =
    "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

_Static_assert((int)PASSWORD_HASH_SIZE == (int)ARGON_HASH_SIZE,
               "a password's hash is one of Argon2id");

bool password_is_well_formed(const char *password)
{
    size_t size = strlen(password);
    for (size_t i = 0; i < size; i++) {
        if ((unsigned char)password[i] < ' ' || password[i] == 0x7F)
            return false;
    }
    return size <= PASSWORD_BYTES_MOST &&
           text_letters(password, size) >= PASSWORD_LETTERS_LEAST;
}

// The NFC form, wiped and freed by forget().
static bool normalise(const char *password, struct buf *out)
{
    return text_append_nfc(password, strlen(password), out) && buf_ok(out);
}

static void forget(struct buf *text)
{
    if (text->data)
        explicit_bzero(text->data, text->size);
    buf_free(text);
}

bool password_hash(const char *password, char out[PASSWORD_HASH_SIZE])
{
    struct buf text = {0};
    memset(out, 0, PASSWORD_HASH_SIZE);
    bool done = password_is_well_formed(password) &&
                normalise(password, &text) &&
                argon_hash(text.data, text.size, &COST, out);
    forget(&text);
    return done;
}

bool password_hash_is_valid(const char *hash)
{
    return argon_is_valid(hash, &COST_MOST);
}

bool password_check(const char *hash, const char *password)
{
    struct buf text = {0};
    bool fits = normalise(password, &text) &&
                argon_check(hash ? hash : NOBODY, buf_text(&text), text.size,
                            &COST_MOST);
    forget(&text);
    return fits && hash;
}

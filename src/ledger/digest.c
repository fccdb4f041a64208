#include "ledger/digest.h"
#include "common/ids.h"
#include <nettle/sha2.h>
#include <sodium.h>
#include <string.h>

const char DIGEST_NONE_HEX[DIGEST_HEX_SIZE] =
    "0000000000000000000000000000000000000000000000000000000000000000";

bool ledger_init(void)
{
    return sodium_init() >= 0;
}

void digest_of(const void *bytes, size_t size, unsigned char out[DIGEST_BYTES])
{
    struct sha256_ctx state;
    sha256_init(&state);
    sha256_update(&state, size, bytes);
    sha256_digest(&state, DIGEST_BYTES, out);
}

void digest_hex_of(const void *bytes, size_t size, char out[DIGEST_HEX_SIZE])
{
    unsigned char digest[DIGEST_BYTES];
    digest_of(bytes, size, digest);
    hex_encode(digest, sizeof digest, out);
}

void digest_hmac(const void *key, size_t key_size, const void *bytes,
                 size_t size, unsigned char out[DIGEST_BYTES])
{
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key, key_size);
    crypto_auth_hmacsha256_update(&state, bytes, size);
    crypto_auth_hmacsha256_final(&state, out);
    sodium_memzero(&state, sizeof state);
}

uint64_t digest_short(const unsigned char key[16], const void *bytes,
                      size_t size)
{
    unsigned char hash[crypto_shorthash_BYTES];
    uint64_t value;
    crypto_shorthash(hash, bytes, size, key);
    memcpy(&value, hash, sizeof value);
    return value;
}

bool digest_equal(const void *a, const void *b, size_t size)
{
    return sodium_memcmp(a, b, size) == 0;
}

bool digest_hex_is_valid(const char *text, size_t size)
{
    if (size != DIGEST_HEX_SIZE - 1)
        return false;
    unsigned bad = 0; // without a branch: most are good
    for (size_t i = 0; i < DIGEST_HEX_SIZE - 1; i++) {
        unsigned c = (unsigned char)text[i];
        bad |= (unsigned)(c - '0' > 9U) & (unsigned)(c - 'a' > 5U);
    }
    return bad == 0;
}

void base64_append(const void *bytes, size_t size, struct buf *out)
{
    size_t length =
        sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL);
    char *room = buf_reserve(out, length);
    if (!room)
        return;
    sodium_bin2base64(room, length, bytes, size,
                      sodium_base64_VARIANT_ORIGINAL);
    buf_commit(out, length - 1);
}

// libsodium takes some bytes above 127 for digits.
static bool is_ascii(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)text[i] >= 0x80)
            return false;
    return true;
}

bool base64_decode(const char *text, size_t text_size, void *out, size_t size)
{
    size_t length;
    const char *end;
    return is_ascii(text, text_size) &&
           sodium_base642bin(out, size, text, text_size, NULL, &length, &end,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           length == size && end == text + text_size;
}

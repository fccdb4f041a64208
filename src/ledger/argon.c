#include "ledger/argon.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

_Static_assert(ARGON_HASH_SIZE >= crypto_pwhash_argon2id_STRBYTES,
               "the hash has room");

bool argon_hash(const char *secret, size_t size, const struct argon_cost *cost,
                char out[ARGON_HASH_SIZE])
{
    memset(out, 0, ARGON_HASH_SIZE);
    return crypto_pwhash_argon2id_str(out, secret, size, cost->passes,
                                      (size_t)cost->memory_kib << 10) == 0;
}

bool argon_is_valid(const char *hash, const struct argon_cost *most)
{
    unsigned memory, passes, lanes;
    int head = 0;
    if (sscanf(hash, "$argon2id$v=19$m=%8u,t=%8u,p=%8u$%n", &memory, &passes,
               &lanes, &head) != 3 ||
        head == 0)
        return false;
    // sscanf() reads past blanks and signs, libsodium does not.
    if (strspn(hash, "$argon2id=,vmtp0123456789") < (size_t)head)
        return false;
    // Salt and hash, in base64 of libsodium's lengths.
    static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
                                 "qrstuvwxyz0123456789+/";
    const char *salt = hash + head;
    size_t salt_size = strspn(salt, base64);
    if (salt_size != 22 || salt[salt_size] != '$')
        return false;
    const char *rest = salt + salt_size + 1;
    return strspn(rest, base64) == 43 && rest[43] == '\0' && memory >= 8 &&
           memory <= most->memory_kib && passes >= 1 &&
           passes <= most->passes && lanes == 1;
}

bool argon_check(const char *hash, const char *secret, size_t size,
                 const struct argon_cost *most)
{
    // libsodium wants the whole array, zeros behind the text.
    char copy[crypto_pwhash_argon2id_STRBYTES] = {0};
    if (!argon_is_valid(hash, most) ||
        snprintf(copy, sizeof copy, "%s", hash) >= (int)sizeof copy)
        return false;
    return crypto_pwhash_argon2id_str_verify(copy, secret, size) == 0;
}

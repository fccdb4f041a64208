#include "ledger/key.h"
#include "ledger/digest.h"
#include "ledger/secret_file.h"
#include <sodium.h>
#include <string.h>

void key_make(struct key *out)
{
    crypto_sign_keypair(out->public_key, out->secret_key);
}

void key_wipe(struct key *key)
{
    sodium_memzero(key, sizeof *key);
}

bool key_load(const char *path, struct key *out)
{
    unsigned char seed[SECRET_FILE_BYTES];
    if (!secret_file_load(path, seed))
        return false;
    crypto_sign_seed_keypair(out->public_key, out->secret_key, seed);
    sodium_memzero(seed, sizeof seed);
    return true;
}

bool key_save(const char *path, const struct key *key)
{
    unsigned char seed[SECRET_FILE_BYTES];
    crypto_sign_ed25519_sk_to_seed(seed, key->secret_key);
    bool ok = secret_file_save(path, seed);
    sodium_memzero(seed, sizeof seed);
    return ok;
}

void key_sign(const struct key *key, const void *bytes, size_t size,
              char out[KEY_SIGNATURE_BASE64_SIZE])
{
    unsigned char signature[KEY_SIGNATURE_BYTES];
    crypto_sign_detached(signature, NULL, bytes, size, key->secret_key);
    sodium_bin2base64(out, KEY_SIGNATURE_BASE64_SIZE, signature,
                      sizeof signature, sodium_base64_VARIANT_ORIGINAL);
}

bool key_verify(const unsigned char public_key[KEY_PUBLIC_BYTES],
                const void *bytes, size_t size, const char *signature_base64)
{
    unsigned char signature[KEY_SIGNATURE_BYTES];
    return base64_decode(signature_base64, strlen(signature_base64), signature,
                         sizeof signature) &&
           crypto_sign_verify_detached(signature, bytes, size, public_key) == 0;
}

void key_public_base64(const unsigned char public_key[KEY_PUBLIC_BYTES],
                       char out[KEY_PUBLIC_BASE64_SIZE])
{
    sodium_bin2base64(out, KEY_PUBLIC_BASE64_SIZE, public_key, KEY_PUBLIC_BYTES,
                      sodium_base64_VARIANT_ORIGINAL);
}

bool key_public_parse(const char *base64, unsigned char out[KEY_PUBLIC_BYTES])
{
    return base64_decode(base64, strlen(base64), out, KEY_PUBLIC_BYTES);
}

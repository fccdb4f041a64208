#include "ledger/box.h"
#include "ledger/digest.h"
#include "ledger/secret_file.h"
#include <sodium.h>
#include <stdlib.h>

void box_make(struct box_key *out)
{
    crypto_box_keypair(out->public_key, out->secret_key);
}

void box_wipe(struct box_key *key)
{
    sodium_memzero(key, sizeof *key);
}

bool box_load(const char *path, struct box_key *out)
{
    if (!secret_file_load(path, out->secret_key))
        return false;
    return crypto_scalarmult_base(out->public_key, out->secret_key) == 0;
}

bool box_save(const char *path, const struct box_key *key)
{
    return secret_file_save(path, key->secret_key);
}

bool box_seal(const unsigned char public_key[BOX_KEY_BYTES], const void *bytes,
              size_t size, struct buf *out)
{
    size_t length = size + crypto_box_SEALBYTES;
    unsigned char *sealed = malloc(length);
    if (!sealed)
        return false;
    bool ok = crypto_box_seal(sealed, bytes, size, public_key) == 0;
    if (ok)
        base64_append(sealed, length, out);
    free(sealed);
    return ok && buf_ok(out);
}

bool box_open(const struct box_key *key, const char *base64, size_t size,
              struct buf *out)
{
    size_t length = 0, room = size / 4 * 3;
    unsigned char *sealed = malloc(room ? room : 1);
    if (!sealed)
        return false;
    const char *end = NULL;
    bool ok = sodium_base642bin(sealed, room, base64, size, NULL, &length, &end,
                                sodium_base64_VARIANT_ORIGINAL) == 0 &&
              end == base64 + size && length >= crypto_box_SEALBYTES;
    size_t plain = ok ? length - crypto_box_SEALBYTES : 0;
    char *at = ok ? buf_reserve(out, plain) : NULL;
    ok = at && crypto_box_seal_open((unsigned char *)at, sealed, length,
                                    key->public_key, key->secret_key) == 0;
    if (ok)
        buf_commit(out, plain);
    free(sealed);
    return ok;
}

#include "ledger/merkle.h"
#include <sodium.h>
#include <string.h>

static void hash_leaf(const void *leaf, size_t size,
                      unsigned char out[DIGEST_BYTES])
{
    static const unsigned char mark = 0x00;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &mark, 1);
    crypto_hash_sha256_update(&state, leaf, size);
    crypto_hash_sha256_final(&state, out);
}

// `out` may be one of the two.
static void hash_node(const unsigned char left[DIGEST_BYTES],
                      const unsigned char right[DIGEST_BYTES],
                      unsigned char out[DIGEST_BYTES])
{
    unsigned char both[1 + 2 * DIGEST_BYTES] = {0x01};
    memcpy(both + 1, left, DIGEST_BYTES);
    memcpy(both + 1 + DIGEST_BYTES, right, DIGEST_BYTES);
    digest_of(both, sizeof both, out);
}

void merkle_start(struct merkle *merkle)
{
    memset(merkle, 0, sizeof *merkle);
}

void merkle_add(struct merkle *merkle, const void *leaf, size_t size)
{
    unsigned char hash[DIGEST_BYTES];
    int height = 0;
    hash_leaf(leaf, size, hash);
    for (; merkle->count >> height & 1; height++)
        hash_node(merkle->branches[height], hash, hash);
    memcpy(merkle->branches[height], hash, DIGEST_BYTES);
    merkle->count++;
}

void merkle_root(const struct merkle *merkle, unsigned char out[DIGEST_BYTES])
{
    bool is_started = false;
    for (int height = 0; height < MERKLE_DEPTH; height++) {
        if (!(merkle->count >> height & 1))
            continue;
        if (is_started)
            hash_node(merkle->branches[height], out, out);
        else
            memcpy(out, merkle->branches[height], DIGEST_BYTES);
        is_started = true;
    }
    if (!is_started)
        digest_of("", 0, out);
}

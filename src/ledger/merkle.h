// The Merkle tree hash of RFC 6962, section 2.1, with SHA-256: a leaf is hashed
// behind the byte 0x00, an inner node behind 0x01, so that neither can be
// taken for the other; the left branch of n leaves holds the largest power of
// two below n. One root stands for all leaves in their order. Leaves come one
// by one and none is kept. Pure.
#pragma once
#include "ledger/digest.h"
#include <stddef.h>
#include <stdint.h>

enum { MERKLE_DEPTH = 64 };

struct merkle {
    uint64_t count; // leaves so far
    // Full branches by their height; that of height h counts when bit h of
    // `count` is set.
    unsigned char branches[MERKLE_DEPTH][DIGEST_BYTES];
};

void merkle_start(struct merkle *merkle);
void merkle_add(struct merkle *merkle, const void *leaf, size_t size);
// The root over what was added; without a leaf it is SHA-256 of nothing. More
// leaves may follow.
void merkle_root(const struct merkle *merkle, unsigned char out[DIGEST_BYTES]);

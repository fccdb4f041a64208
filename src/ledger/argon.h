// Argon2id (RFC 9106) in the text form of libsodium: how secrets that people
// choose are kept. What it costs is chosen where the secret is known.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { ARGON_HASH_SIZE = 128 }; // with NUL

struct argon_cost {
    unsigned memory_kib;
    unsigned passes;
};

// False when the memory cannot be had.
bool argon_hash(const char *secret, size_t size, const struct argon_cost *cost,
                char out[ARGON_HASH_SIZE]);
// True for a hash that costs at most `most`, so that a damaged or foreign one
// cannot stop the machine.
bool argon_is_valid(const char *hash, const struct argon_cost *most);
// False for a wrong secret, and for a hash that is not valid.
bool argon_check(const char *hash, const char *secret, size_t size,
                 const struct argon_cost *most);

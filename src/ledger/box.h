// The server's box key (X25519, crypto_box_seal of libsodium): what a device
// seals with the public half, the server process alone opens. The device never
// holds what it could read a comment with.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>

enum { BOX_KEY_BYTES = 32, BOX_KEY_BASE64_SIZE = 45 };

struct box_key {
    unsigned char public_key[BOX_KEY_BYTES];
    unsigned char secret_key[BOX_KEY_BYTES];
};

void box_make(struct box_key *out);
void box_wipe(struct box_key *key);
// As key_load() and key_save().
bool box_load(const char *path, struct box_key *out);
bool box_save(const char *path, const struct box_key *key);
// Appends the sealed bytes in base64. False on no memory.
bool box_seal(const unsigned char public_key[BOX_KEY_BYTES], const void *bytes,
              size_t size, struct buf *out);
// Opens what box_seal() wrote. False when it is not for this key or damaged.
bool box_open(const struct box_key *key, const char *base64, size_t size,
              struct buf *out);

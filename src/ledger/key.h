// Ed25519 keys (RFC 8032): the device signs its batches, the server its
// receipts and configuration. Private keys are wiped from memory on
// key_wipe() and never printed.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum {
    KEY_PUBLIC_BYTES = 32,
    KEY_SECRET_BYTES = 64,
    KEY_SIGNATURE_BYTES = 64,
    KEY_SIGNATURE_BASE64_SIZE = 89, // with NUL
    KEY_PUBLIC_BASE64_SIZE = 45
};

struct key {
    unsigned char public_key[KEY_PUBLIC_BYTES];
    unsigned char secret_key[KEY_SECRET_BYTES];
};

void key_make(struct key *out);
void key_wipe(struct key *key);
// A key file holds the 32-byte seed in base64 and a newline, mode 0600. Loading
// refuses a file that others can read. On failure errno tells (EPERM: mode,
// EINVAL: not a key).
bool key_load(const char *path, struct key *out);
bool key_save(const char *path, const struct key *key);

// The signature of the bytes, in base64 with NUL.
void key_sign(const struct key *key, const void *bytes, size_t size,
              char out[KEY_SIGNATURE_BASE64_SIZE]);
bool key_verify(const unsigned char public_key[KEY_PUBLIC_BYTES],
                const void *bytes, size_t size, const char *signature_base64);
void key_public_base64(const unsigned char public_key[KEY_PUBLIC_BYTES],
                       char out[KEY_PUBLIC_BASE64_SIZE]);
bool key_public_parse(const char *base64, unsigned char out[KEY_PUBLIC_BYTES]);

// SHA-256 from nettle, which uses what the processor has for it; the rest from
// libsodium. The ledger's hash is SHA-256 of exactly
// the bytes of a line (FIPS 180-4), written as 64 lower-case hex digits, so
// that any tool with sha256sum can follow the chain.
#pragma once
#include "common/buf.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_HEX_SIZE = 65 };

// Call once before anything else of this room; false when libsodium cannot
// start. May be called again.
bool ledger_init(void);

void digest_of(const void *bytes, size_t size, unsigned char out[DIGEST_BYTES]);
void digest_hex_of(const void *bytes, size_t size, char out[DIGEST_HEX_SIZE]);
// HMAC-SHA-256 (RFC 2104) with a key of any length.
void digest_hmac(const void *key, size_t key_size, const void *bytes,
                 size_t size, unsigned char out[DIGEST_BYTES]);
// SipHash-2-4: short, quick, and without the key nobody can tell it from chance.
// Not for proofs.
uint64_t digest_short(const unsigned char key[16], const void *bytes,
                      size_t size);
// Compares in constant time.
bool digest_equal(const void *a, const void *b, size_t size);
// 64 zeros: the `prev` of the first line of a chain.
extern const char DIGEST_NONE_HEX[DIGEST_HEX_SIZE];
bool digest_hex_is_valid(const char *text, size_t size);

// Standard base64 with padding (RFC 4648, section 4).
void base64_append(const void *bytes, size_t size, struct buf *out);
// Decodes exactly `size` bytes; false for anything else.
bool base64_decode(const char *text, size_t text_size, void *out, size_t size);

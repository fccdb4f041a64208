// Secrets that are shown once and kept only as a hash. Pure but for the
// randomness.
#pragma once
#include "ledger/digest.h"
#include <stdbool.h>
#include <stddef.h>

// A bearer token or API key: 32 random bytes as hex. Its hash is SHA-256 of
// those 64 characters.
enum { SECRET_TOKEN_SIZE = 65 };
void secret_make_token(char out_token[SECRET_TOKEN_SIZE],
                       unsigned char out_hash[DIGEST_BYTES]);
// False when the text cannot be a token; nothing needs to be looked up then.
bool secret_hash_token(const char *token, size_t size,
                       unsigned char out_hash[DIGEST_BYTES]);

// A one-time enrolment code: 10 characters of Crockford's base32 (no I, L, O,
// U), shown as XXXXX-XXXXX. When read, small letters, dashes and blanks are
// fine, and I, L read as 1, O as 0. Its hash is SHA-256 of the 10 characters.
enum {
    SECRET_CODE_SIZE = 12, // with dash and NUL
    SECRET_CODE_VALID_MS = 30 * 60 * 1000,
    // Of a code that somebody asked to last: a morning with twenty machines is
    // prepared on Friday for Monday. Longer, and paper lies about that opens the
    // door to the ward's figures.
    SECRET_CODE_HOURS_MAX = 72
};
void secret_make_code(char out_code[SECRET_CODE_SIZE],
                      unsigned char out_hash[DIGEST_BYTES]);
bool secret_hash_code(const char *code, size_t size,
                      unsigned char out_hash[DIGEST_BYTES]);

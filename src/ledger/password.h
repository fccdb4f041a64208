// The passwords of people who sign in at the server. Kept only as an Argon2id
// hash: 32 MiB and 3 passes, more than OWASP's least (19 MiB, 2 passes) and
// little enough that a small server may check two at once.
//
// A password is at least PASSWORD_LETTERS_LEAST letters of any kind, as a
// person counts them, and at most PASSWORD_BYTES_MOST bytes. Its NFC form is
// hashed, so that it is the same from every keyboard.
#pragma once
#include <stdbool.h>

enum {
    PASSWORD_LETTERS_LEAST = 10,
    PASSWORD_BYTES_MOST = 256,
    PASSWORD_HASH_SIZE = 128 // with NUL
};

// False for what is too short, too long, no UTF-8, or holds control characters.
bool password_is_well_formed(const char *password);
// False for what is not well formed, or when the memory cannot be had.
bool password_hash(const char *password, char out[PASSWORD_HASH_SIZE]);
// True for a hash that password_check() takes.
bool password_hash_is_valid(const char *hash);
// False for a wrong password. With `hash` NULL, of nobody, it takes as long as
// with one and is false.
bool password_check(const char *hash, const char *password);

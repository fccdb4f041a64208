// One-time tokens: what a receipt's QR code or the officer's page gives a
// citizen to answer with, at a counter or on a telephone. The server signs
// them, so that a device can tell without a network that one is the server's.
//
//   <payload>.<signature>
//
// both in base64url without padding (RFC 4648, section 5): the payload is one
// JSON object, the signature Ed25519 over "hailong.token.1\n" and the payload's
// bytes. A code on paper is the address https://SERVER/d/<token>; token_in()
// finds the token in it.
#pragma once
#include "common/ids.h"
#include "ledger/key.h"
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKEN_SIZE = 768 }; // with NUL; real ones take about 300 bytes

// Texts "" that were not told.
struct token {
    char id[ID_SIZE]; // an invitation's: answered once
    char unit[RECORD_CODE_SIZE];
    char transaction[RECORD_TRANSACTION_SIZE];
    char procedure[RECORD_CODE_SIZE];
    char field[RECORD_CODE_SIZE];
    char step[RECORD_CODE_SIZE];
    int64_t expires_at; // wall milliseconds
};

// False when it would be longer than TOKEN_SIZE, or memory ran out.
bool token_make(const struct key *server, const struct token *token,
                char out[TOKEN_SIZE]);

enum token_result {
    TOKEN_GOOD,
    TOKEN_NONE,    // no token at all: another code
    TOKEN_FORGED,  // not signed by this server, or changed since
    TOKEN_EXPIRED, // `out` is filled in
    TOKEN_FOREIGN  // another ward's; `out` is filled in
};
// `now` 0: the clock cannot be believed, and no token is called expired.
// `unit` NULL: of any ward.
enum token_result token_read(const unsigned char server[KEY_PUBLIC_BYTES],
                             const char *text, size_t size, const char *unit,
                             int64_t now, struct token *out);

// The part of a code that may be a token: what stands behind the last "/d/",
// else the whole.
const char *token_in(const char *code);

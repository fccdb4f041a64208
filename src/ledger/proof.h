// What the two sides sign. The texts are fixed to the byte, each line ended by
// one newline:
//
//   hailong.batch.1\n<device>\n<gen>\n<to>\n<head>\n<nonce>\n
//   hailong.receipt.1\n<device>\n<gen>\n<to>\n<head>\n<nonce>\n<at>\n
//   hailong.time.1\n<nonce>\n<at>\n
//
// A batch's signature says: this device's chain of this generation ended at
// `to` with hash `head` when the nonce was drawn. A receipt says: the server
// holds all lines up to `to` without a hole, durably, and their head is `head`;
// the nonce is the batch's, so an old receipt cannot answer a new batch.
#pragma once
#include "ledger/key.h"
#include "ledger/record.h"
#include <stdbool.h>
#include <stdint.h>

enum { PROOF_NONCE_SIZE = 33, PROOF_AT_SIZE = 40 }; // 32 hex digits and NUL

struct proof_batch {
    char device[ID_SIZE];
    int64_t gen;
    int64_t to; // 0 with a head of zeros: an empty generation
    char head[DIGEST_HEX_SIZE];
    char nonce[PROOF_NONCE_SIZE];
};
void proof_new_nonce(char out[PROOF_NONCE_SIZE]);
void proof_sign_batch(const struct key *key, const struct proof_batch *batch,
                      char out[KEY_SIGNATURE_BASE64_SIZE]);
bool proof_verify_batch(const unsigned char public_key[KEY_PUBLIC_BYTES],
                        const struct proof_batch *batch, const char *signature);

struct proof_receipt {
    struct proof_batch batch; // `to` and `head` are the server's
    char at[PROOF_AT_SIZE];   // RFC 3339
    char signature[KEY_SIGNATURE_BASE64_SIZE];
};
void proof_sign_receipt(const struct key *key, struct proof_receipt *receipt);
bool proof_verify_receipt(const unsigned char public_key[KEY_PUBLIC_BYTES],
                          const struct proof_receipt *receipt);

// What time it is, said by the server to a device whose own clock cannot be
// believed; the nonce is the device's, so an old answer is worth nothing.
struct proof_time {
    char nonce[PROOF_NONCE_SIZE];
    char at[PROOF_AT_SIZE]; // RFC 3339
    char signature[KEY_SIGNATURE_BASE64_SIZE];
};
void proof_sign_time(const struct key *key, struct proof_time *time);
bool proof_verify_time(const unsigned char public_key[KEY_PUBLIC_BYTES],
                       const struct proof_time *time);
// 32 lower-case hex digits.
bool proof_nonce_is_valid(const char *text);

// What is kept of a dossier's code (the record's `transaction`).
//
// In mode "anonymous" never the code itself: before anything is written it
// becomes a token,
//
//   "~" + base64url(HMAC-SHA-256(key, "hailong.transaction.1\n" unit "\n"
//   code))
//
// 44 characters. The same dossier gives the same token through every channel,
// so that two answers about it are found; from a token nobody comes back to the
// code who has not the key. Dossier codes can be guessed one after the other,
// so the token protects exactly as long as the key is secret, and for ever once
// it is destroyed: a key is of one unit and one official month (15th to 14th)
// and is destroyed after it. The price: the same dossier in two months gives
// two tokens, and an answer in each counts.
//
// In mode "linked" the code itself is kept. Either way it is first trimmed, in
// ASCII capitals and NFC, so that typing and scanning mean the same.
#pragma once
#include "common/json.h"
#include "ledger/digest.h"
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PSEUDONYM_SIZE = 45, // with NUL
    PSEUDONYM_PERIOD_SIZE = 8,
    PSEUDONYM_KEYS_MOST = 4
};

struct pseudonym_key {
    char period[PSEUDONYM_PERIOD_SIZE]; // "2026-12"
    int32_t first, last;                // local days; the last one is whole
    unsigned char key[DIGEST_BYTES];
};

// What a configuration tells: the mode, and the keys that there are.
struct pseudonym_keys {
    bool linked;
    size_t count;
    struct pseudonym_key list[PSEUDONYM_KEYS_MOST];
};

// A new random key for the official month that holds the local day.
void pseudonym_key_make(int32_t day, struct pseudonym_key *out);
// The key whose period holds the local day; NULL when there is none.
const struct pseudonym_key *pseudonym_key_on(const struct pseudonym_keys *keys,
                                             int32_t day);
void pseudonym_keys_wipe(struct pseudonym_keys *keys);

// False for what is no code: empty, invalid UTF-8, control characters, longer
// than a record holds; or memory ran out.
bool pseudonym_make(const struct pseudonym_key *key, const char *unit,
                    const char *code, char out[PSEUDONYM_SIZE]);
// True for a text of the form that pseudonym_make() gives.
bool pseudonym_is(const char *text);

// What may be kept of a code on that local day: the code in mode linked, else
// its token; a token stays as it is. False, and `out` is "", for what is no
// code, and in mode anonymous without a key for the day: then no transaction
// is kept at all.
bool pseudonym_keep(const struct pseudonym_keys *keys, int32_t day,
                    const char *unit, const char *code,
                    char out[RECORD_TRANSACTION_SIZE]);

// The keys "privacy" and "transaction_keys" of a device's configuration. True
// also for none of them: anonymous without a key. False, and `out` is that,
// for what cannot be read.
bool pseudonym_keys_read(const json_t *config, struct pseudonym_keys *out);
// False when memory ran out.
bool pseudonym_keys_write(const struct pseudonym_keys *keys, json_t *config);

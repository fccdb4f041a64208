// A batch as a server hears it, and what a good server would answer: made from
// the wire's description alone, with nothing of src/server or src/sync. Each
// function fails the running test when it cannot do its work.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "ledger/key.h"
#include "ledger/proof.h"
#include <stddef.h>
#include <stdint.h>

struct heard_batch {
    struct proof_batch proof; // device, gen, to, head, nonce
    int64_t from;             // to + 1: a heartbeat
    size_t count;             // of lines
    char (*ids)[ID_SIZE];     // of each line
    struct buf text;          // inflated
};

// `body` is what came over the wire, gzip or not. Free with heard_free().
void heard_read(const void *body, size_t size, struct heard_batch *out);
void heard_free(struct heard_batch *heard);
// The signature in the header is this key's.
void heard_is_signed_by(const struct heard_batch *heard,
                        const unsigned char public_key[KEY_PUBLIC_BYTES]);

// A 200's body: each line stored, a receipt for the last one. The caller may
// change it and gives it back with json_decref().
json_t *heard_answer(const struct heard_batch *heard, const struct key *server);
// Replaces its receipt by one of line `to` with hash `head`, signed by `signer`
// for `nonce`; NULL: the batch's own head or nonce.
void heard_set_receipt(json_t *answer, const struct heard_batch *heard,
                       const struct key *signer, int64_t to, const char *head,
                       const char *nonce);
// Gives line `index` another status, and why.
void heard_set_status(json_t *answer, size_t index, const char *status,
                      const char *detail);

// What the server says to a batch, and whether it is to be believed. A 200
// proves nothing: a captive portal gives one too. Only a receipt that verifies
// moves the device on. Pure.
#pragma once
#include "common/json.h"
#include "ledger/protocol.h"
#include "store/courier.h"
#include "sync/batch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct answer {
    struct proof_receipt receipt;    // verified
    int64_t server_ms;               // the server's clock; 0: not told
    int64_t config_version;          // 0: not told
    struct protocol_range protocols; // that the server speaks
    // Lines that the server set aside; the texts belong to `document`.
    struct courier_aside aside[BATCH_LINES_MAX];
    size_t aside_count;
    json_t *document; // owned
};

// The hash of one of our own lines.
enum answer_own {
    ANSWER_OWN,  // it is
    ANSWER_LEFT, // we wrote it, it has left, and its hash is not known any more
    ANSWER_ALIEN // we never wrote it
};
typedef enum answer_own answer_own_hash(void *ctx, int64_t gen, int64_t seq,
                                        char out[DIGEST_HEX_SIZE]);
// That, from the ledger; NULL: there is none.
enum answer_own answer_own(struct ledger_reader *ledger, int64_t gen,
                           int64_t seq, char out[DIGEST_HEX_SIZE]);

// Checks a 200: JSON, one result for each line that was sent and none other,
// a receipt over this device, generation and nonce, signed by the server, whose
// head is our own line's. Of a line that has left the head is not looked at: a
// server that says to hold no more than that much asks for more, and proves
// nothing. False with a `reason` (JSON_MESSAGE_SIZE). Give `out`
// back with answer_release() when true.
bool answer_read(const char *bytes, size_t size, const struct batch *sent,
                 const unsigned char server_key[KEY_PUBLIC_BYTES],
                 answer_own_hash *own_hash, void *ctx, struct answer *out,
                 char *reason);
void answer_release(struct answer *answer);

// A refusal in problem+json (RFC 9457).
struct problem {
    char type[64];    // what follows the last ':' or '/' of "type"
    char detail[160]; // "" when there is none
    int64_t expected; // of a gap; 0: not told
    int64_t next_gen; // of a fork; 0: not told
    struct protocol_range protocols; // that the server speaks; 0, 0: not told
};
// What can be read of it; an answer that is no problem document gives empty
// texts. A long text is cut between characters.
void problem_read(const char *bytes, size_t size, struct problem *out);

// One simulated device of the fleet: a real key, a real chain, and the batch
// that is on its way. It is made of a seed, so that a run can be repeated. One
// thread at a time.
#pragma once
#include "ledger/chain.h"
#include "ledger/key.h"
#include "sync/batch.h"
#include <stdbool.h>
#include <stdint.h>

struct player {
    char device[ID_SIZE];
    char token[129];
    char counter[16];
    unsigned char server_key[KEY_PUBLIC_BYTES];
    struct key key;
    char boot[ID_SIZE];
    uint64_t random;
    int64_t first_ms; // wall time of the first visit
    int64_t seq;      // of the last line written
    char head[DIGEST_HEX_SIZE];
    struct batch *batch; // NULL: none is on its way
    int64_t failures;    // in a row
    int64_t not_before_us;
    int64_t sent_us;
    bool is_over; // the server lost what it had acknowledged: no more is sent
};

void player_open(struct player *player, uint64_t seed);
void player_close(struct player *player);

// Writes up to `count` visits more and makes a batch of them. False when memory
// ran out.
bool player_fill(struct player *player, int64_t count);
// The batch has arrived.
void player_forget(struct player *player);

// One simulated device of the fleet: a real key, a real chain, and the batch
// that is on its way. It is made of a seed, so that a run can be repeated. One
// thread at a time.
#pragma once
#include "fleet/scene.h"
#include "ledger/chain.h"
#include "ledger/key.h"
#include "sync/batch.h"
#include <stdbool.h>
#include <stdint.h>

struct player {
    char device[ID_SIZE];
    char token[129];
    const char *unit;
    char counter[16];
    unsigned char server_key[KEY_PUBLIC_BYTES];
    struct key key;
    char boot[ID_SIZE];
    uint64_t random;
    const struct scene *scene; // NULL: a visit each 97 seconds
    struct scene_device part;
    int64_t
        first_ms; // wall time of the first visit, or of the scene's midnight
    int64_t seq;  // of the last line written
    char head[DIGEST_HEX_SIZE];
    struct batch *batch; // NULL: none is on its way
    int64_t failures;    // in a row
    // of the fleet's clock, in milliseconds:
    int64_t not_before_ms;
    int64_t last_sent_ms; // of the last good answer; INT64_MIN: never
    int64_t due_ms;       // INT64_MAX: nothing is left to do
    bool is_even;         // it had nothing left to send once
};

void player_open(struct player *player, uint64_t seed);
void player_close(struct player *player);

// Writes `count` visits more and makes a batch of them; 0: a heartbeat. False
// when memory ran out.
bool player_fill(struct player *player, int64_t count);
// The batch has arrived.
void player_forget(struct player *player);

// A device of a test: a real key, real records, and the chained lines that it
// would have written. Nothing here knows a store or a server. Each function
// fails the running test when it cannot do its work.
#pragma once
#include "ledger/proof.h"
#include "ledger/record.h"
#include <stddef.h>
#include <stdint.h>

// One line and what a test asks about it.
struct made_line {
    char *bytes; // no newline
    size_t size;
    int64_t seq;
    char id[ID_SIZE];
    char hash[DIGEST_HEX_SIZE];
};

struct ledger_maker {
    char device[ID_SIZE];
    struct key key;
    char boot[ID_SIZE];
    int64_t gen;
    int64_t wall_ms; // the device's clock, now
    int64_t up_ms;   // since its boot, now

    // Every line so far; lines[0] is line 1.
    struct made_line *lines;
    size_t count;
};

// A device whose clock shows `wall_ms` one hour after it was switched on. Its
// id is random; overwrite `device` when a server gave it one.
void maker_start(struct ledger_maker *maker, int64_t wall_ms);
void maker_free(struct ledger_maker *maker);
// Time passes on both clocks.
void maker_wait(struct ledger_maker *maker, int64_t ms);
// Starts generation `gen` with an empty chain. Lines made so far are dropped.
void maker_new_gen(struct ledger_maker *maker, int64_t gen);

// The next record, ready to be changed: a visit at counter "3", walk-up, rated
// `level`; 0 gives a declined one. It opened 20 s ago, was answered 10 s ago
// and ends now, by the device's clock.
void maker_visit(const struct ledger_maker *maker, int level,
                 struct record *out);
// A device event, "start".
void maker_event(const struct ledger_maker *maker, struct record *out);

// Writes the record as the next line of the chain. The line is valid until the
// next one is made.
const struct made_line *maker_write(struct ledger_maker *maker,
                                    struct record *record);
// Any bytes as the next line.
const struct made_line *maker_write_bytes(struct ledger_maker *maker,
                                          const void *bytes, size_t size);
// maker_visit() and maker_write(), and 30 s pass.
const struct made_line *maker_rate(struct ledger_maker *maker, int level);

// Signs the chain as it stood after line `to` with a fresh nonce.
void maker_sign(const struct ledger_maker *maker, int64_t to,
                struct proof_batch *out_proof,
                char out_signature[KEY_SIGNATURE_BASE64_SIZE]);

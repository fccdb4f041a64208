// The chain of one device and generation: each line names the hash of the line
// before it, so nothing can be changed, added or removed in the middle without
// every later hash telling. Pure.
#pragma once
#include "ledger/record.h"
#include <stdbool.h>
#include <stdint.h>

struct chain {
    char device[ID_SIZE];
    int64_t gen;
    int64_t seq;                // last line, 0: none
    char head[DIGEST_HEX_SIZE]; // hash of the last line, zeros: none
};

enum chain_fault {
    CHAIN_SOUND,
    CHAIN_BAD_LINE, // record_read() refuses it
    CHAIN_BAD_DEVICE,
    CHAIN_BAD_GEN,
    CHAIN_GAP,     // seq is beyond the next one: lines are missing
    CHAIN_REPEAT,  // seq is held already
    CHAIN_BAD_PREV // the line does not continue what is held
};
const char *chain_fault_name(enum chain_fault fault);

void chain_start(struct chain *chain, const char *device, int64_t gen);
// Whether a line that was read is the next one; the chain stays where it is.
// `reason` as record_read(), for every fault.
enum chain_fault chain_judge(const struct chain *chain,
                             const struct record *record, char *reason);
// Checks that `line` is the next one and, when it is, moves on. `out_record`
// (may be NULL) gets the view. `reason` as record_read(), for every fault.
enum chain_fault chain_follow(struct chain *chain, const char *line,
                              size_t size, struct record *out_record,
                              char *reason);

#include "ledger/chain.h"
#include <stdio.h>
#include <string.h>

const char *chain_fault_name(enum chain_fault fault)
{
    static const char *const names[] = {
        "sound",         "bad line",          "another device",   "another gen",
        "lines missing", "line held already", "prev does not fit"};
    return names[fault];
}

void chain_start(struct chain *chain, const char *device, int64_t gen)
{
    *chain = (struct chain){.gen = gen};
    snprintf(chain->device, sizeof chain->device, "%s", device);
    memcpy(chain->head, DIGEST_NONE_HEX, DIGEST_HEX_SIZE);
}

enum chain_fault chain_judge(const struct chain *chain,
                             const struct record *record, char *reason)
{
    if (strcmp(record->device, chain->device) != 0) {
        snprintf(reason, JSON_MESSAGE_SIZE, "device is %s, not %s",
                 record->device, chain->device);
        return CHAIN_BAD_DEVICE;
    }
    if (record->gen != chain->gen) {
        snprintf(reason, JSON_MESSAGE_SIZE, "gen is %lld, not %lld",
                 (long long)record->gen, (long long)chain->gen);
        return CHAIN_BAD_GEN;
    }
    if (record->seq != chain->seq + 1) {
        snprintf(reason, JSON_MESSAGE_SIZE, "seq is %lld, not %lld",
                 (long long)record->seq, (long long)chain->seq + 1);
        return record->seq > chain->seq ? CHAIN_GAP : CHAIN_REPEAT;
    }
    if (strcmp(record->prev, chain->head) != 0) {
        snprintf(reason, JSON_MESSAGE_SIZE,
                 "prev is %.12s…, but line %lld has the hash %.12s…",
                 record->prev, (long long)chain->seq, chain->head);
        return CHAIN_BAD_PREV;
    }
    return CHAIN_SOUND;
}

enum chain_fault chain_follow(struct chain *chain, const char *line,
                              size_t size, struct record *out_record,
                              char *reason)
{
    struct record view;
    if (!out_record)
        out_record = &view;
    if (!record_read(line, size, out_record, reason))
        return CHAIN_BAD_LINE;
    enum chain_fault fault = chain_judge(chain, out_record, reason);
    if (fault != CHAIN_SOUND)
        return fault;
    chain->seq = out_record->seq;
    digest_hex_of(line, size, chain->head);
    return CHAIN_SOUND;
}

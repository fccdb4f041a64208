#include "office/ticket.h"
#include "ledger/digest.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { GEN_BITS = 12, SEQ_BITS = 36, HALF_BITS = 31, ROUNDS = 8 };
#define HALF_MASK ((UINT64_C(1) << HALF_BITS) - 1)
// Set in the tickets that do not lead back.
#define FAR (INT64_C(1) << (2 * HALF_BITS))

static uint64_t mix(const unsigned char key[TICKET_KEY_BYTES], uint64_t round,
                    uint64_t half)
{
    const uint64_t words[] = {round, half};
    return digest_short(key, words, sizeof words) & HALF_MASK;
}

static bool leads_back(const struct ticket_place *place)
{
    return place->device_no >= 0 && place->device_no <= TICKET_DEVICE_MOST &&
           place->gen >= 0 && place->gen <= TICKET_GEN_MOST &&
           place->seq >= 0 && place->seq <= TICKET_SEQ_MOST;
}

// By chance alone two of these could share one.
static int64_t make_far(const unsigned char key[TICKET_KEY_BYTES],
                        const struct ticket_place *place)
{
    const int64_t words[] = {place->device_no, place->gen, place->seq};
    return FAR | (int64_t)(digest_short(key, words, sizeof words) & (FAR - 1));
}

int64_t ticket_make(const unsigned char key[TICKET_KEY_BYTES],
                    const struct ticket_place *place)
{
    if (!leads_back(place)) {
        return make_far(key, place);
    }
    uint64_t packed = (uint64_t)place->device_no << (GEN_BITS + SEQ_BITS) |
                      (uint64_t)place->gen << SEQ_BITS | (uint64_t)place->seq;
    uint64_t left = packed >> HALF_BITS, right = packed & HALF_MASK;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t next = left ^ mix(key, round, right);
        left = right;
        right = next;
    }
    return (int64_t)(left << HALF_BITS | right);
}

bool ticket_find(const unsigned char key[TICKET_KEY_BYTES], int64_t ticket,
                 struct ticket_place *out)
{
    if (ticket < 0 || ticket >= FAR) {
        return false;
    }
    uint64_t left = (uint64_t)ticket >> HALF_BITS;
    uint64_t right = (uint64_t)ticket & HALF_MASK;
    for (uint64_t round = ROUNDS; round-- > 0;) {
        uint64_t before = right ^ mix(key, round, left);
        right = left;
        left = before;
    }
    uint64_t packed = left << HALF_BITS | right;
    *out = (struct ticket_place){
        .device_no = (int64_t)(packed >> (GEN_BITS + SEQ_BITS)),
        .gen = (int64_t)(packed >> SEQ_BITS & TICKET_GEN_MOST),
        .seq = (int64_t)(packed & (uint64_t)TICKET_SEQ_MOST),
    };
    return true;
}

void ticket_write(int64_t ticket, char out[TICKET_ID_SIZE])
{
    snprintf(out, TICKET_ID_SIZE, "%016" PRIx64, (uint64_t)ticket);
}

bool ticket_read(const char *text, int64_t *out_ticket)
{
    char again[TICKET_ID_SIZE];
    uint64_t ticket;
    if (strlen(text) != TICKET_ID_SIZE - 1 ||
        sscanf(text, "%16" SCNx64, &ticket) != 1 || ticket > INT64_MAX) {
        return false;
    }
    ticket_write((int64_t)ticket, again);
    if (strcmp(again, text) != 0) {
        return false;
    }
    *out_ticket = (int64_t)ticket;
    return true;
}

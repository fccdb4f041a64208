#include "office/claim.h"
#include <stdlib.h>
#include <string.h>

// By so much two clocks that are right may differ.
enum { LENIENT_MS = 5 * 60 * 1000 };

int64_t claim_time(int64_t at, enum time_quality quality, int64_t device_at,
                   bool is_synced)
{
    if (quality == TIME_RECEIVED) {
        return CLAIM_UNKNOWN;
    }
    bool agrees = device_at >= at - LENIENT_MS && device_at <= at + LENIENT_MS;
    return is_synced && agrees ? device_at : at;
}

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int claim_compare(const struct claim *a, const struct claim *b)
{
    if (a->is_rated != b->is_rated) {
        return a->is_rated ? -1 : 1;
    }
    int order = compare(a->time, b->time);
    if (order == 0) {
        order = memcmp(a->device, b->device, sizeof a->device);
    }
    if (order == 0) {
        order = compare(a->gen, b->gen);
    }
    return order != 0 ? order : compare(a->seq, b->seq);
}

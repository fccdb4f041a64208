// What a device's courier and a server say to each other has a number, so that
// either may be the newer one:
//
//   1  the header of a batch says no protocol
//   2  it says "protocol", and the server's answers say "protocols", the oldest
//      and the newest that it speaks
//
// Each side speaks two: the newest that it knows and the one before. A courier
// says the newest, until it hears that the server speaks less; a server refuses
// what it does not speak, and the courier keeps its lines and says so. Members
// that are new and may be passed over need no new number.
#pragma once
#include "common/json.h"
#include <stdbool.h>

enum { PROTOCOL_OLDEST = 1, PROTOCOL_NEWEST = 2 };

struct protocol_range {
    int oldest, newest;
};
extern const struct protocol_range PROTOCOL_OWN;

// The newest that both speak; 0: there is none. Pure.
int protocol_common(const struct protocol_range *a,
                    const struct protocol_range *b);
// "protocols":[1,2] of an answer, a new reference; and read back. False: it is
// not there, or is no range.
json_t *protocol_write(const struct protocol_range *range);
bool protocol_read(const json_t *answer, struct protocol_range *out);

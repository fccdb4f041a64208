// How much one address may ask of the pages that are open to everybody. Behind
// one address there may be a whole ward hall, and an attacker has many, so this
// is a bound against floods and no lock: a token bucket, in one of a fixed
// number of places that a hash of the address picks. Addresses that meet in a
// place share it. Any thread.
#pragma once
#include <stdint.h>

struct crowd;

// `per_second` 0: no limit. NULL on no memory.
struct crowd *crowd_open(int64_t per_second);
void crowd_close(struct crowd *crowd); // accepts NULL
// Takes one request of this address at `now_us` (monotonic); "" has no limit.
// 0: go on; else the whole seconds after which there is room.
int64_t crowd_take(struct crowd *crowd, const char *address, int64_t now_us);

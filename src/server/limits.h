// How much one device or person may ask, and how much memory all bodies
// together may take. Both are bounds that hold whatever a peer sends. Any
// thread.
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A token bucket for each device, and for each person who is signed in:
// `burst` requests at once, `per_second` in the long run. Only those that are
// known get one, so the table cannot be grown from outside.
struct limits;

// `per_second` 0: no limit. NULL on no memory.
struct limits *limits_open(int64_t per_second, int64_t burst);
void limits_close(struct limits *limits);
// Takes one token at `now_us` (monotonic). 0: go on; else the whole seconds
// after which there is one.
int64_t limits_take(struct limits *limits, const char *device, int64_t now_us);

// Bytes that are lent out.
struct budget {
    atomic_size_t used;
    size_t limit;
};
// False, and nothing taken, when it would go beyond the limit.
bool budget_take(struct budget *budget, size_t size);
void budget_give(struct budget *budget, size_t size);

#include "support/chance.h"

// Marsaglia, "Xorshift RNGs" (2003).
static uint64_t state = 1;

void chance_start(uint64_t seed)
{
    state = seed;
}

unsigned draw(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)((state >> 33) % below);
}

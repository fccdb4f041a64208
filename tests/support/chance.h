// Chances that come again: the same seed draws the same numbers, so that a
// random history that fails can be played once more. One thread.
#pragma once
#include <stdint.h>

// `seed` is not 0.
void chance_start(uint64_t seed);
// 0 to below − 1.
unsigned draw(unsigned below);

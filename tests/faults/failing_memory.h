// Memory that runs out. The program's own malloc, calloc, realloc and strdup
// are wrapped by the linker (-Wl,--wrap), and SQLite, jansson and libcurl are
// given allocators of the test, so that the n-th allocation of them all can be
// refused.
#pragma once
#include <stdbool.h>

// Once, before anything else of the program runs.
void memory_take_over(void);
// The n-th allocation from now on (from 1) fails, alone or with all after it.
// n = 0: none fails.
void memory_fail(long n, bool for_ever);
// Allocations that failed since.
long memory_failures(void);

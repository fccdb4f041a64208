// A program under measurement with every process it starts: its processor
// time, its memory, how often it was woken. Read from /proc from outside, so
// that each program is measured in the same way, whatever it is written in.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct family {
    pid_t first;
    int64_t began_us; // monotonic, the moment of exec
};

// Starts `argv` in a process group of its own. Its orphans become children of
// this process, so that none of them is lost.
bool family_start(struct family *family, char *const *argv);
bool family_is_alive(const struct family *family);
// SIGTERM, and SIGKILL for whatever is left after five seconds.
void family_end(struct family *family);

// Used so far, in microseconds, with the members that ended already.
int64_t family_cpu_us(void);
// How often a member slept and was woken, so far.
int64_t family_wakeups(void);

struct family_memory {
    int64_t pss_kib, rss_kib;
};
struct family_memory family_memory(void);

int64_t monotonic_us(void);
void sleep_ms(int64_t ms);

// What is tried again and again until it works: a full disk, a database that
// cannot be opened. What one try says as the last one did is said once an hour;
// that it works at last is said too.
//
//   log_tries_begin(&tries);
//   bool worked = open_it();
//   log_tries_end(&tries, worked, "ui", "courier.db");
//
// Between the two this holds for all that the thread logs, debug lines apart.
// Tries may lie within others.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LOG_TRIES_LINES = 16, LOG_TRIES_AGAIN_S = 3600 };

// All zeros at first; kept from try to try.
struct log_tries {
    struct log_tries *outer;
    int64_t failed; // tries since it worked
    size_t count;
    struct log_tries_line {
        uint64_t words; // a sum over them
        int64_t said_at_us;
    } lines[LOG_TRIES_LINES]; // more in one try are not held back
};

void log_tries_begin(struct log_tries *tries);
void log_tries_end(struct log_tries *tries, bool worked, const char *module,
                   const char *what);

// For log.c. False: this thread's tries said so within the hour.
bool log_tries_take(const char *module, const char *text, int64_t now_us);

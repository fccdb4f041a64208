// A new configuration is on trial for some seconds after it first holds. What
// ends the program twice in that time is put aside: it is not used again until
// there is another one, or another program. A small file in the device's
// directory remembers it; it need not survive a power cut, which is nobody's
// fault and does not count.
#pragma once
#include "common/clock.h"
#include <stdbool.h>

enum { TRIAL_NAME_SIZE = 128, TRIAL_STARTS_MAX = 2 };

struct trial {
    char name[TRIAL_NAME_SIZE]; // of the configuration
    char program[32];           // its version
    char boot[CLOCK_BOOT_ID_SIZE];
    int begun; // how often it began in this boot and did not end well
    bool proven;
};

// A file that is missing or cannot be read is an empty trial.
void trial_load(const char *directory, struct trial *out);

// It ran for its time with this program.
bool trial_is_proven(const struct trial *trial, const char *name);
// It ended this program too often.
bool trial_is_aside(const struct trial *trial, const char *name);

// Before it is used. What cannot be written is said and forgotten.
void trial_begin(const char *directory, struct trial *trial, const char *name);
// Its time is over (`proven`), or the program ends in order before that.
void trial_end(const char *directory, struct trial *trial, bool proven);

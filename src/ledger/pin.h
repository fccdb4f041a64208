// The staff's PIN: six digits that open the device's own page. Kept only as an
// Argon2id hash (RFC 9106) in the text form of libsodium, 16 MiB and 3 passes:
// one check takes about 20 ms on a server core and stays near 0.1 s on the slow
// mini-PCs that stand under counters. Six digits are a million possibilities,
// so the hash only slows down who already has the disk; what guards the PIN at
// the counter is the count of tries.
#pragma once
#include "common/clock.h"
#include <stdbool.h>
#include <stdint.h>

enum {
    PIN_DIGITS = 6,
    PIN_HASH_SIZE = 128, // with NUL
    PIN_TRIES = 5,
    PIN_LOCK_MS = 5 * 60 * 1000,
    PIN_TRIES_TEXT_SIZE = 96
};

// Exactly six digits 0 to 9.
bool pin_is_well_formed(const char *digits);
// Six digits that nobody can guess.
void pin_choose(char out[PIN_DIGITS + 1]);
// False for what is no PIN, or when 16 MiB cannot be had.
bool pin_hash(const char *digits, char out[PIN_HASH_SIZE]);
// True for a hash that pin_check() takes: Argon2id, at most 32 MiB and 10
// passes, so that a damaged or foreign one cannot stop the device.
bool pin_hash_is_valid(const char *hash);
// False for a wrong PIN, and for anything that is no PIN or no valid hash.
bool pin_check(const char *hash, const char *digits);

// --- The count of tries -----------------------------------------------------
// Five tries, then five minutes in which none is taken, then five again. A try
// is counted before the PIN is checked, and the state is kept before that too:
// pulling the plug in between wins nothing.
//
//   if (!pin_tries_take(&tries, &moment))
//       …locked…
//   …keep pin_tries_write()…
//   if (pin_check(hash, digits))
//       pin_tries_forgive(&tries), …keep…
//
// When the state cannot be kept (a full disk), go on: staff must reach the page
// that tells them so, and the count in memory holds as long as the program.
//
// A lock ends by the time that the machine has run, which nobody can set:
// - in the boot in which it began, after five minutes (time since boot, sleep
//   included);
// - after a restart, when the new boot is five minutes old, since at least that
//   long has passed; how long the power was off, only the wall clock could
//   tell.
// So the wall clock has no say: set forward it unlocks nothing, set back it
// locks nobody out, and five minutes of running end every lock. One that ended
// without another try is there again after a restart, for as long at most.

struct pin_moment {
    char boot[CLOCK_BOOT_ID_SIZE];
    int64_t up_ms; // since boot
};

struct pin_tries {
    int wrong;                     // tries without a right PIN, 0..PIN_TRIES
    char boot[CLOCK_BOOT_ID_SIZE]; // of the last try
    int64_t up_ms;                 // likewise
};

// The right PIN was given: all tries are there again.
void pin_tries_forgive(struct pin_tries *tries);
// Counts a try. False while locked: no try, and the PIN must not be checked.
bool pin_tries_take(struct pin_tries *tries, const struct pin_moment *moment);
// 0..5; 0 while locked.
int pin_tries_left(const struct pin_tries *tries,
                   const struct pin_moment *moment);
// How long the lock still holds; 0: not locked.
int64_t pin_lock_left_ms(const struct pin_tries *tries,
                         const struct pin_moment *moment);
// The same in minutes, a begun one counted whole, as the screen says it.
int pin_lock_left_minutes(const struct pin_tries *tries,
                          const struct pin_moment *moment);

// The state as one line for the table of settings.
void pin_tries_write(const struct pin_tries *tries,
                     char out[PIN_TRIES_TEXT_SIZE]);
// NULL or "": nothing was kept yet, all tries are there. False for what cannot
// be read: then a lock begins at this moment, so that damage wins no tries.
bool pin_tries_read(const char *text, const struct pin_moment *moment,
                    struct pin_tries *out);

#include "ledger/pin.h"
#include "ledger/argon.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// RFC 9106's memory-constrained choice has 3 passes; 16 MiB is what a small
// device gives without a thought.
static const struct argon_cost COST = {.memory_kib = 16 << 10, .passes = 3};
static const struct argon_cost COST_MOST = {.memory_kib = 32 << 10,
                                            .passes = 10};

_Static_assert((int)PIN_HASH_SIZE == (int)ARGON_HASH_SIZE,
               "a PIN's hash is one of Argon2id");

bool pin_is_well_formed(const char *digits)
{
    return strspn(digits, "0123456789") == PIN_DIGITS &&
           digits[PIN_DIGITS] == '\0';
}

void pin_choose(char out[PIN_DIGITS + 1])
{
    snprintf(out, PIN_DIGITS + 1, "%06u", randombytes_uniform(1000000));
}

bool pin_hash(const char *digits, char out[PIN_HASH_SIZE])
{
    memset(out, 0, PIN_HASH_SIZE);
    return pin_is_well_formed(digits) &&
           argon_hash(digits, PIN_DIGITS, &COST, out);
}

bool pin_hash_is_valid(const char *hash)
{
    return argon_is_valid(hash, &COST_MOST);
}

bool pin_check(const char *hash, const char *digits)
{
    return pin_is_well_formed(digits) &&
           argon_check(hash, digits, PIN_DIGITS, &COST_MOST);
}

// --- The count of tries -----------------------------------------------------

void pin_tries_forgive(struct pin_tries *tries)
{
    *tries = (struct pin_tries){0};
}

int64_t pin_lock_left_ms(const struct pin_tries *tries,
                         const struct pin_moment *moment)
{
    if (tries->wrong < PIN_TRIES)
        return 0;
    // After a restart at least as much time has passed as this boot is old.
    bool same_boot =
        strcmp(tries->boot, moment->boot) == 0 && moment->up_ms >= tries->up_ms;
    int64_t passed = same_boot ? moment->up_ms - tries->up_ms : moment->up_ms;
    return passed >= PIN_LOCK_MS ? 0 : PIN_LOCK_MS - passed;
}

// A lock that has ended gives all tries back.
static int wrong_now(const struct pin_tries *tries,
                     const struct pin_moment *moment)
{
    return tries->wrong >= PIN_TRIES && pin_lock_left_ms(tries, moment) == 0
               ? 0
               : tries->wrong;
}

bool pin_tries_take(struct pin_tries *tries, const struct pin_moment *moment)
{
    int wrong = wrong_now(tries, moment);
    if (wrong >= PIN_TRIES)
        return false;
    tries->wrong = wrong + 1;
    memcpy(tries->boot, moment->boot, sizeof tries->boot);
    tries->up_ms = moment->up_ms;
    return true;
}

int pin_tries_left(const struct pin_tries *tries,
                   const struct pin_moment *moment)
{
    return PIN_TRIES - wrong_now(tries, moment);
}

int pin_lock_left_minutes(const struct pin_tries *tries,
                          const struct pin_moment *moment)
{
    return (int)((pin_lock_left_ms(tries, moment) + 59999) / 60000);
}

void pin_tries_write(const struct pin_tries *tries,
                     char out[PIN_TRIES_TEXT_SIZE])
{
    snprintf(out, PIN_TRIES_TEXT_SIZE, "%d %s %lld", tries->wrong,
             tries->boot[0] != '\0' ? tries->boot : "-",
             (long long)tries->up_ms);
}

bool pin_tries_read(const char *text, const struct pin_moment *moment,
                    struct pin_tries *out)
{
    char boot[CLOCK_BOOT_ID_SIZE] = "";
    long long up_ms;
    int wrong, end = 0;
    *out = (struct pin_tries){0};
    if (!text || text[0] == '\0')
        return true;
    if (sscanf(text, "%1d %36s %19lld%n", &wrong, boot, &up_ms, &end) == 3 &&
        text[end] == '\0' && wrong >= 0 && wrong <= PIN_TRIES && up_ms >= 0) {
        out->wrong = wrong;
        if (strcmp(boot, "-") != 0)
            memcpy(out->boot, boot, sizeof out->boot);
        out->up_ms = up_ms;
        return true;
    }
    out->wrong = PIN_TRIES;
    memcpy(out->boot, moment->boot, sizeof out->boot);
    out->up_ms = moment->up_ms;
    return false;
}

// Cuts the power of a program that keeps something, again and again, and looks
// at what it finds when it comes back. The program lives in a process of its
// own on torn_disk.h, and tells what it was asked and what it acknowledged in
// memory that both share.
#pragma once
#include "support/scratch.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct power {
    char folder[SCRATCH_SIZE];
    uint64_t random;
    void *told;     // shared; zeros when a folder is new
    char why[1024]; // of a check that found something
};

// A number below `below`; the same seed draws the same numbers.
uint32_t power_draw(struct power *power, uint32_t below);
bool power_chance(struct power *power, uint32_t percent);

enum power_found {
    POWER_SOUND,
    POWER_LOST,    // something acknowledged is gone, changed or there twice
    POWER_UNUSABLE // it does not open
};
// Writes `why` and passes `found` on.
enum power_found power_say(struct power *power, enum power_found found,
                           const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct power_subject {
    const char *name;
    size_t told_size;
    uint32_t changes; // that one life makes, about
    // In the parent: a new, empty folder.
    void (*begin)(struct power *power);
    // In the child, until it returns or the power goes. `is_short`: it opens
    // what is there, and does little more.
    void (*live)(struct power *power, bool is_short);
    // In the parent, by the ordinary code.
    enum power_found (*check)(struct power *power);
    // In the parent: gives back what begin() took; the folder goes by itself.
    void (*end)(struct power *power);
};

struct power_sum {
    long cuts, lost, unusable;
    long in_recovery; // cuts while it opened what an earlier cut had left
    long at_rest;     // cuts that came after the last change
};

// So many cuts; every finding is shown with the seed that repeats it.
void power_run(const struct power_subject *subject, long cuts, uint64_t seed,
               struct power_sum *out_sum);

extern const struct power_subject power_store, power_prune, power_courier,
    power_office;

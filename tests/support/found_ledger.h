// What stands in a device's kiosk.db, as the courier would find it. Reading
// fails the running test unless the lines of generation 1 follow one another
// from the first, or from the mark up to which lines have left; each id stands
// there once, and the lifetime counts are those of the lines and of what left.
#pragma once
#include "ledger/chain.h"
#include "ledger/record.h"
#include <stddef.h>
#include <stdint.h>

struct found_ledger {
    struct record *records; // [0] is line left + 1
    size_t count;
    int64_t left; // lines that are no longer there, from the first on
    int64_t drafts;
    struct chain chain; // its end
};

void found_read(const char *folder, const char *device,
                struct found_ledger *out);
void found_free(struct found_ledger *found);
// The visit's record; NULL when it has no line.
const struct record *found_visit(const struct found_ledger *found,
                                 const char *id);

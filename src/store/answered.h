// Which invitations have a line in the ledger, inside this room: the newest
// ones, so that none is shown to a citizen a second time. Not guarded; the
// store's lock is.
#pragma once
#include "common/ids.h"
#include <stdbool.h>
#include <stddef.h>

// A counter has some hundred visits a day; the server judges what is older.
enum { ANSWERED_MAX = 8192 };

struct answered {
    unsigned char ids[ANSWERED_MAX][16];
    size_t count; // ever noted; the newest overwrite the oldest
};

// Neither what is no id nor what is there already is noted.
void answered_note(struct answered *answered, const char *invitation);
// Its line could not be kept after all.
void answered_forget(struct answered *answered, const char *invitation);
bool answered_has(const struct answered *answered, const char *invitation);

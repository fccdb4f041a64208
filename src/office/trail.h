// A trail: numbered entries that are only ever added, each with the hash of the
// one before it, so that none can be changed, put in or taken out between two
// others unseen. That its end is not cut off is shown by a checkpoint
// (checkpoint.h). The hash of an entry is SHA-256 of
//
//   <hash of the entry before, 64 hex digits; zeros for the first>\n
//   <bytes of its number>:<its number>,
//   <bytes of a field>:<the field>,      for each field in its order
//
// with no line break but the one that stands there as \n.
#pragma once
#include "ledger/digest.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Start with zeros.
struct trail {
    int64_t size; // entries
    unsigned char head[DIGEST_BYTES];
};

// The next entry. NULL fields are empty. False on no memory; `trail` is then
// as it was.
bool trail_add(struct trail *trail, const char *const *fields, size_t count);

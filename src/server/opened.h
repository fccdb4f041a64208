// A comment, opened for whoever may read it. The key never leaves this process,
// and no text leaves it before long numbers are masked (vietnamese/mask.h).
#pragma once
#include "common/buf.h"
#include "ledger/box.h"
#include "office/comments.h"
#include <stdbool.h>
#include <stddef.h>

enum opened_state {
    OPENED_READ,
    OPENED_MISSING, // it did not come, or was deleted
    OPENED_CHANGED, // it is not the one whose hash the line carries
    OPENED_LOCKED,  // it was sealed for another key
    OPENED_NO_TEXT, // what was sealed is no text
    OPENED_STATE_COUNT
};
// "read", "missing", …
const char *opened_state_name(enum opened_state state);

struct opened {
    enum opened_state state;
    struct buf text; // masked; empty unless read
    size_t masked;   // numbers in it
};

// False on no memory. Free it in any case.
bool opened_make(const struct office_comment *comment,
                 const struct box_key *box, struct opened *out);
void opened_free(struct opened *opened);

// What is searched for: each of its words must be in the text, in any order,
// with or without marks.
struct search {
    struct buf words; // folded, each ended by a NUL
};
enum { SEARCH_BYTES_MOST = 200 };
// False for a text that is too long or is none.
bool search_read(const char *text, struct search *out);
bool search_is_empty(const struct search *search);
// Looks in the masked text, so that nobody finds a number by asking for it.
bool search_fits(const struct search *search, const struct opened *opened);
void search_free(struct search *search);

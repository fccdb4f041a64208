// Which keys a book is kept with. A book on PostgreSQL lies apart from them and
// several servers share it, and one that came out of a file is started with a
// directory that somebody names: keys are easily those of another ward, or made
// anew by a server whose directory was not filled in time, and no device would
// believe its receipts. The first server notes the public halves in the book
// (office/server_keys.h); from then on one that has others is refused.
#pragma once
#include "office/office.h"
#include "server/identity.h"
#include <stdbool.h>

// Whether any are noted: then none are to be made.
enum office_result key_note_look(struct office *office, bool *out_is_noted);

// Whether those that are noted are the keys of `identity`: others may have
// taken their place since. OFFICE_NONE: none are.
enum office_result key_note_is_mine(struct office *office,
                                    const struct identity *identity,
                                    bool *out_is_mine);

// With the keys of `identity`: notes them where none are noted. OFFICE_NONE,
// and logged: the book's are others.
enum office_result key_note_hold(struct office *office,
                                 const struct identity *identity, int64_t now);

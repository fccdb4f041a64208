// Which keys a book on PostgreSQL is kept with. There the two lie apart and
// several servers share one book, so that keys are easily those of another
// ward, or made anew by a second server whose directory was not filled in time:
// its receipts would be believed by no device of the first. The first server
// notes the public halves as a document in the book; another that has others is
// refused. A file lies beside its keys and is left alone.
#pragma once
#include "office/office.h"
#include "server/identity.h"
#include <stdbool.h>

enum key_note {
    KEY_NOTE_NONE,   // nobody noted any yet, or the book is a file
    KEY_NOTE_THERE,  // keys are not to be made
    KEY_NOTE_FAILED, // logged by the office
};
enum key_note key_note_look(struct office *office, bool on_postgres);

// With the keys of `identity`: notes them where none are noted. OFFICE_NONE,
// and logged: the book's are others.
enum office_result key_note_hold(struct office *office,
                                 const struct identity *identity, int64_t now);

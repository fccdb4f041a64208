// A ward's book out of a file of SQLite into a schema of PostgreSQL: every row
// of every table, as it is, and nothing in the file changes.
//
// Rows go in the order of their keys, in blocks that are committed one by one.
// Whoever is stopped in the middle, even killed, calls it again: it goes on
// where the last block ended. Until every row was compared the target has no
// version of a schema, so no server and no reader opens half a book.
//
// The caller holds the lock of the source's directory, so that no server writes
// into it.
#pragma once
#include "office/office.h"
#include <stdint.h>

enum office_move_outcome {
    OFFICE_MOVED,        // all is there, compared row by row
    OFFICE_MOVE_STANDS,  // it was there already: the same rows
    OFFICE_MOVE_TAKEN,   // the target holds another book; nothing was done
    OFFICE_MOVE_DIFFERS, // a row of `table` is not what the source has: the
                         // source was written to since the move began. Begin
                         // anew in another schema
};

struct office_move {
    enum office_move_outcome outcome;
    char table[64];       // of OFFICE_MOVE_DIFFERS
    int64_t rows, tables; // compared
    int64_t held;         // of the rows, those that an earlier call had moved
};

// Called now and then, `moved` of `all` rows of a table.
typedef void office_move_tell(void *ctx, const char *table, int64_t moved,
                              int64_t all);

// `from` is the path of a file whose schema is this program's (OFFICE_ERROR,
// and logged, when it is not; OFFICE_NONE when there is no file), `to` an
// address of PostgreSQL. `out` is set with OFFICE_OK.
enum office_result office_move(const char *from, const char *to,
                               office_move_tell *tell, void *ctx,
                               struct office_move *out);

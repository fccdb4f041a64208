// A ward's book out of a file of SQLite into a schema of PostgreSQL: every row
// of every table, as it is, and nothing in the file changes.
//
// Rows go in the order of their keys, in blocks that are committed one by one,
// into tables that have no index yet but the one of their key; the others are
// made when all rows are there, and then every row is compared. Whoever is
// stopped on the way, even killed, calls it again: it goes on where the last
// block or index ended. Until every row was compared the target has no version
// of a schema, so no server and no reader opens half a book.
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

enum office_move_phase {
    OFFICE_MOVE_COPIES,
    OFFICE_MOVE_INDEXES,
    OFFICE_MOVE_COMPARES
};

struct office_move_step {
    enum office_move_phase phase;
    const char *table; // of OFFICE_MOVE_INDEXES, whose index is made next
    const char *index;
    int64_t rows; // of the table that are done
    int64_t all;  // that it has; 0: not known
};

// Called after each block of rows that was copied or compared, and before each
// index.
typedef void office_move_tell(void *ctx, const struct office_move_step *step);

// `from` is the path of a file whose schema is this program's (OFFICE_ERROR,
// and logged, when it is not; OFFICE_NONE when there is no file), `to` an
// address of PostgreSQL. `out` is set with OFFICE_OK.
enum office_result office_move(const char *from, const char *to,
                               office_move_tell *tell, void *ctx,
                               struct office_move *out);

// The copy of a database from before its schema changes, SQL_BEFORE in sql.h:
// where it lies, and how the bytes of a file that nobody writes come there.
#pragma once
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

enum before_way {
    BEFORE_FAILED,
    BEFORE_NO_ROOM, // found out before a byte was written
    BEFORE_CLONED,  // both share their blocks until one changes: no time, no
                    // room
    BEFORE_WRITTEN
};

// The folder beside the database, which is made, and the copy's name in it.
bool before_names(const char *database, char folder[PATH_MAX],
                  char path[PATH_MAX]);

// Copies a database's file to `to`, which must not exist, and syncs it. Nobody
// may write to `from` meanwhile, and its journal must be empty. A process of
// its own does it: to close a file that SQLite has open too would take away
// SQLite's locks on it.
enum before_way before_copy(const char *from, const char *to);

// Whether `bytes` fit there, and leave something for the rest of the system.
bool before_has_room(const char *folder, int64_t bytes);

// The note that `hailong migrate` leaves in a server's directory when its book
// went on to PostgreSQL. The keys there are in use as before; office.db is a
// past, and who serves it, backs it up or writes into it by habit would begin a
// second truth. Who wants that file again deletes the note, and only then.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define OFFICE_MOVED_NOTE "moved-to-postgresql"

// False with errno when it cannot be written.
bool office_moved_write(const char *directory, int64_t at);
bool office_moved_is_there(const char *directory);

// Who sits at a counter, for the files of the room.
#pragma once
#include "office/seats.h"
#include "sql/sql.h"

// SQL_NONE: nobody.
enum sql_result seat_find(struct sql *sql, const char *unit,
                          const char *counter, struct seat *out);

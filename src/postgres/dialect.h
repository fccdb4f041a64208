// One text of a statement for both kinds of database: what is written for
// SQLite, as PostgreSQL reads it. The words of SQLite's planner are left out,
// PostgreSQL plans by its own figures:
//   ?7                   becomes  $7
//   CROSS JOIN a ON …             JOIN a ON …
//   INDEXED BY name               nothing
//   main.name                     name
// A book stands in a schema of any name there, and what stands in a WITH before
// a query of a table's name reads the table anyway.
// Between quotes nothing changes.
#pragma once
#include <stddef.h>

// Allocated; NULL when memory ran out. `out_parameters`: the highest number of
// a parameter.
char *dialect_postgres(const char *text, int *out_parameters);

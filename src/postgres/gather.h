// Rows of one INSERT that wait to be sent together. PostgreSQL takes many as
// rows of COPY for a fraction of what as many statements cost it; a few go as
// the statements they are.
#pragma once
#include "common/buf.h"
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>

enum {
    GATHER_TABLES = 4,     // of one connection, at most
    GATHER_FEW = 24,       // fewer rows are not worth a COPY's round trips
    GATHER_MOST = 1 << 20, // bytes that wait
    GATHER_FIELDS = 32     // of a row
};

struct gathered {
    struct sql_statement *s; // NULL: of none yet
    char *table;
    char *script;    // COPY …, for bulk_start_in()
    struct buf rows; // bulk.h
    size_t count;
};

// `insert`: "INSERT INTO table (a, b) VALUES ($1, $2) …". False: it is not, or
// memory ran out.
bool gather_begin(struct gathered *gathered, struct sql_statement *s,
                  const char *insert);
void gather_forget(struct gathered *gathered); // the rows
void gather_free(struct gathered *gathered);

// Whether a statement names the table, and so could miss the rows that wait.
bool gather_is_in(const struct gathered *gathered, const char *statement);

// The values of one row, where they stand in `rows`; NULL for a NULL. Behind
// the row.
const char *gather_read(const char *row, const char *values[GATHER_FIELDS],
                        int sizes[GATHER_FIELDS], int *out_count);

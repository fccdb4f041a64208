// Many rows of one table into PostgreSQL and out of it, without a statement
// each: its COPY, in the binary format (PostgreSQL's manual, "COPY"). A row is
// the same bytes on both ways, so two are compared by these.
//
// On a connection that database_open() gave with an address, in a transaction
// or between sql_begin_reading() and its end; nothing else may be asked of it
// until the end of the rows. One thread, as the connection. Only the rows that
// are on their way are in memory.
#pragma once
#include "common/buf.h"
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A row: how many columns, then each. Added behind what `out` has. A whole
// number is for a BIGINT; a text is bytes of UTF-8, and one with a NUL is
// refused by PostgreSQL.
void bulk_row(struct buf *out, int columns);
void bulk_int(struct buf *out, int64_t value);
void bulk_bytes(struct buf *out, const void *bytes, size_t size);
void bulk_null(struct buf *out);

// Its fields are bulk.c's. Begins as {0}.
struct bulk {
    struct sql *sql; // NULL: nothing is on its way
    const char *script;
    struct buf unsent;
    char *row; // received
    bool is_begun;
};

// `script` is "COPY … FROM STDIN (FORMAT binary)", and lives as long.
enum sql_result bulk_start_in(struct bulk *bulk, struct sql *sql,
                              const char *script);
enum sql_result bulk_send(struct bulk *bulk, const struct buf *row);
// SQL_OK: all rows are there once the transaction is committed.
enum sql_result bulk_finish(struct bulk *bulk);

// `script` is "COPY … TO STDOUT (FORMAT binary)".
enum sql_result bulk_start_out(struct bulk *bulk, struct sql *sql,
                               const char *script);
// SQL_OK: a row, until the next call. SQL_NONE: that was all.
enum sql_result bulk_receive(struct bulk *bulk, const char **out_row,
                             size_t *out_size);

// In any case. Who leaves before the end of the rows leaves the connection: it
// is made anew for what comes next.
void bulk_end(struct bulk *bulk);

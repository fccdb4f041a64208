// What sql.c asks of the kind of database behind a connection. Each kind is one
// file, sqlite.c here and postgres/postgres.c; nobody else includes this.
#pragma once
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sql_statement {
    struct sql *sql;
    size_t index;
    void *handle; // the engine's; NULL: not prepared yet, or it cannot be
    // Why this use cannot run: it was not prepared, or a value was not bound.
    enum sql_result failure; // SQL_OK: it can
};

// The begin of each engine's own connection.
struct sql {
    const struct sql_engine *engine;
    char *name; // for logs: a path, or an address without its password
    const char *const *texts;
    struct sql_statement *statements;
    size_t count;
    bool damaged; // some answer said so
};

// As the functions of sql.h by the same names, where nothing else is said.
struct sql_engine {
    void (*close)(struct sql *sql);
    enum sql_result (*run)(struct sql *sql, const char *script);

    enum sql_result (*version)(struct sql *sql, int *out_version);
    // The same in a transaction that is to change it: nobody else does before
    // its end. SQL_CLASH: somebody just did.
    enum sql_result (*lock_version)(struct sql *sql, int *out_version);
    enum sql_result (*set_version)(struct sql *sql, int version, int program);
    int (*program)(struct sql *sql); // as it was set; 0: not known
    // Before a schema of version `held` is touched. 0: SQL_CORRUPT where
    // something stands already.
    enum sql_result (*before_migration)(struct sql *sql, int held);
    bool (*schema_is)(struct sql *sql, const struct sql_migration *migrations);

    void (*use)(struct sql_statement *s);
    // Of sql_use_long(), after use(); NULL: rows come one by one anyway.
    void (*expect_many)(struct sql_statement *s);
    void (*bind_int)(struct sql_statement *s, int index, int64_t value);
    void (*bind_real)(struct sql_statement *s, int index, double value);
    void (*bind_text)(struct sql_statement *s, int index, const char *text);
    void (*bind_bytes)(struct sql_statement *s, int index, const void *bytes,
                       size_t size);
    void (*bind_null)(struct sql_statement *s, int index);
    enum sql_result (*step)(struct sql_statement *s);
    // NULL: nothing is told apart.
    enum sql_result (*step_waiting)(struct sql_statement *s, bool *out_in_vain);
    // `rows` < 0: any number. NULL: there is nothing to be won by waiting.
    enum sql_result (*put)(struct sql_statement *s, int64_t rows);
    enum sql_result (*put_row)(struct sql_statement *s); // where put() is
    int64_t (*read_int)(struct sql_statement *s, int column);
    double (*read_real)(struct sql_statement *s, int column);
    const char *(*read_text)(struct sql_statement *s, int column);
    const void *(*read_bytes)(struct sql_statement *s, int column,
                              size_t *out_size);
    bool (*is_null)(struct sql_statement *s, int column);
    void (*done)(struct sql_statement *s);
    int64_t (*changes)(struct sql *sql);

    enum sql_result (*begin)(struct sql *sql);
    enum sql_result (*begin_reading)(struct sql *sql);
    enum sql_result (*commit)(struct sql *sql);
    // Also after an error that rolled back by itself.
    void (*roll_back)(struct sql *sql);

    bool (*changed)(struct sql *sql);
    bool (*is_replaced)(struct sql *sql);
    enum sql_result (*copy_to)(struct sql *sql, const char *path);
    enum sql_result (*checkpoint)(struct sql *sql, bool truncate);
    int64_t (*bytes_held)(struct sql *sql);
    int (*wal_pages)(struct sql *sql);
    void (*let_wal_grow)(struct sql *sql, int pages);
    bool (*is_sound)(struct sql *sql, bool whole);
};

// Fills the common part; false when memory ran out. `name` is copied.
bool sql_prepare(struct sql *sql, const struct sql_engine *engine,
                 const char *name, const char *const *statements, size_t count);
// Frees what sql_prepare() made, not `sql`.
void sql_release(struct sql *sql);

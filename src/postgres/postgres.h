// The engine behind database.h for addresses of PostgreSQL.
#pragma once
#include "postgres/patience.h"
#include "sql/sql.h"
#include <postgresql/libpq-fe.h>

enum sql_result postgres_open(const char *url, enum sql_mode mode,
                              const char *const *statements, size_t count,
                              struct sql **out_sql);

// Of bulk.c: the connection of a transaction that is on, when all that was put
// is answered. SQL_BUSY: it was lost.
enum sql_result postgres_hold(struct sql *sql, PGconn **out_db);
// The same connection, as long as the transaction lasts.
PGconn *postgres_held(struct sql *sql);
struct patience *postgres_patience(struct sql *sql); // that it waits with
// Logs a failure where it is seen, once, and says what kind it is. No `answer`
// is one too.
enum sql_result postgres_seen(struct sql *sql, const PGresult *answer,
                              const char *what);

// Of database_name_holder(), on a connection of this engine.
void postgres_name_holder(struct sql *sql, const char *table, char *out,
                          size_t size);

// Of database_limit().
void postgres_limit(int seconds);

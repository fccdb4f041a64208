// A database by its address: a file of SQLite, or an address of PostgreSQL as
// libpq takes it. Both are used through sql/sql.h, which says where they
// differ. <postgresql/libpq-fe.h> is included in this room alone, so that a
// device's programs do without it.
//
// Several hosts in one address: the one that takes writes is found, by
// readers too, the one that did last being asked first (hosts.h), unless the
// address says target_session_attrs itself; a writer refuses a standby even
// then. The tables stand in the schema "main", or in the one that the option
// schema=NAME of the address names (a-z, 0-9 and _, at most 63): so many
// books share a database. sql_migrate() makes it. synchronous_commit is on,
// and a commit that was told not to wait for its standby is SQL_BUSY; a
// follower's transactions are read-only. A connection that is lost, or whose
// other side hangs (patience.h), is made anew within the bounded wait, when
// the next transaction begins or the next reading statement runs.
// PostgreSQL, too, is told to give up a connection whose program is gone
// without a word, and a writer's transaction in which nothing is asked for
// as long as an answer may take (database_limit()), or five minutes: others
// wait for their turn.
#pragma once
#include "sql/sql.h"
#include <stdbool.h>

// "postgresql://…" or "postgres://…".
bool database_is_url(const char *address);

// What an address of PostgreSQL leads to, without who asks and their password:
// to see whether two lead to the same. The caller frees. NULL, and logged:
// nobody can ever connect with it, or no memory.
char *database_place(const char *url);

// From now on this process shares its connections to PostgreSQL: at most so
// many with one address, whatever its schema, half of them to write and half to
// read. Each is held for a transaction, or one statement outside of one; who
// finds none free within some seconds gets SQL_BUSY. Before the first database
// is opened; 0: each handle has a connection of its own, as without this call.
void database_share(unsigned most);
// Shared connections that are open now.
int database_count_shared(void);

// From now on a connection to PostgreSQL whose answer takes longer is given up:
// a single process there may hang while others answer. Neither the steps of a
// schema nor long answers (sql_use_long()) have a limit. 0: nothing has, as
// without this call.
void database_limit(int seconds);

// Who has locked a row of this small table, in words for a log: "pid 4711, user
// hailong, psql, 192.0.2.7, idle in transaction, since 2026-11-30 08:00:00+07".
// "": that cannot be told; PostgreSQL tells nobody but a superuser where
// another role's session comes from and what it does. Outside of a transaction.
enum { DATABASE_HOLDER_SIZE = 256 };
void database_name_holder(struct sql *sql, const char *table,
                          char out[DATABASE_HOLDER_SIZE]);

// sql_open(), of either. SQL_BUSY: PostgreSQL cannot be reached. SQL_ERROR
// also: it is there, but does not know the role, its password or the database.
enum sql_result database_open(const char *address, enum sql_mode mode,
                              const char *const *statements, size_t count,
                              struct sql **out_sql);

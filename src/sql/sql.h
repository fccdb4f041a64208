// The discipline of one connection to a database, the same for the device's
// stores and the server's: how it is opened, what is read back, how statements
// are prepared, bound and stepped, and what a transaction is. A database is a
// file of SQLite, or stands on PostgreSQL (postgres/database.h). <sqlite3.h> is
// included in this room alone.
//
// Statements are written once, in what both know. ?N are their parameters.
// CROSS JOIN … ON and INDEXED BY say to SQLite's planner what PostgreSQL finds
// by itself (postgres/dialect.h). Both have text_of(blob), max(a, b), min(a,
// b), hex(), group_concat(a, b), json_extract(text, '$.name') and
// json_each(text, '$.name') with key, value, type and atom. A whole number is
// 64 bits, texts compare by their bytes, and a condition is no number: count(*)
// FILTER (WHERE …), CASE.
//
// A connection belongs to one thread at a time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sql_result {
    SQL_OK,      // done, or a row is there
    SQL_NONE,    // no (more) row
    SQL_BUSY,    // another connection held the lock beyond the bounded wait, or
                 // PostgreSQL cannot be reached: try again
    SQL_FULL,    // the disk is full
    SQL_CLASH,   // a unique key, another constraint, or what guards evidence
                 // refuses the change
    SQL_CORRUPT, // the file is damaged or is no database
    SQL_ERROR    // anything else; logged where it was seen
};
const char *sql_result_name(enum sql_result result);

struct sql; // one connection

enum sql_mode {
    SQL_WRITER,  // creates the file; WAL, synchronous=EXTRA
    SQL_FOLLOWER // another process is its writer: READWRITE without CREATE,
                 // query_only, never checkpoints
};

struct sql_migration {
    int version; // 1, 2, 3 … in order
    const char *script;
};

// Opens a file of SQLite. Sets, and then reads back: journal_mode=WAL,
// synchronous=EXTRA (in WAL mode the commit is synced, so what COMMIT
// acknowledged survives a power cut), foreign_keys, trusted_schema=OFF,
// cell_size_check=ON, mmap_size=0, wal_autocheckpoint (0 for a follower). A
// value that does not stick is refused with SQL_ERROR and a log line.
// `statements` is the module's whole SQL, `count` texts, prepared at first use
// and kept; the table must outlive the connection. SQL_NONE: a follower found
// no file, its writer has not made it yet.
enum sql_result sql_open(const char *path, enum sql_mode mode,
                         const char *const *statements, size_t count,
                         struct sql **out_sql);
// Accepts NULL. A writer that nobody follows checkpoints; a follower never
// does.
void sql_close(struct sql *sql);

// Brings the schema to the last of `migrations` (ended by version 0), each in
// one transaction, the version kept in user_version. Several programs may do so
// at the same moment: each step is made once. A file of a later version
// than the last is refused (SQL_ERROR, with what to do in the log), so an older
// program never writes into a newer schema. A file with tables but no version
// is none of ours, or was damaged: SQL_CORRUPT.
//
// Before an older schema is touched the whole database is copied into the
// folder SQL_BEFORE beside it, under its own name and in the place of an older
// copy, so that there is never more than one: with that file in its place the
// older program goes on. Where the file system can, both share their blocks.
// When it cannot be written, or would fill the disk, nothing is migrated. Of
// PostgreSQL no copy is made: its backups are its own.
#define SQL_BEFORE "before"
enum sql_result sql_migrate(struct sql *sql,
                            const struct sql_migration *migrations);
// The same; `also` is called after each script, in its transaction, for what a
// script alone cannot make. Anything but SQL_OK undoes both.
typedef enum sql_result sql_migrated(struct sql *sql, int version);
enum sql_result sql_migrate_with(struct sql *sql,
                                 const struct sql_migration *migrations,
                                 sql_migrated *also);

// Deletes what lies in SQL_BEFORE of the database in this file, also what a
// return to the older program put aside there, when it is SQL_BEFORE_DAYS old.
// How many files left.
enum { SQL_BEFORE_DAYS = 7 };
int sql_let_before_go(const char *database, int64_t now);

// The schema's version as the database holds it; 0: no migration has run yet.
enum sql_result sql_read_version(struct sql *sql, int *out_version);
// The same; -1: it could not be read.
int sql_version(struct sql *sql);

// Whether tables, indexes and triggers are, to the letter, what the migrations
// make: a changed bit in their text is found by no check of SQLite's. False
// also when memory ran out. On PostgreSQL only the version is compared: nothing
// changes a bit there unseen where checksums of pages are on.
bool sql_schema_is(struct sql *sql, const struct sql_migration *migrations);

// Runs a script of literals (no values from outside).
enum sql_result sql_run(struct sql *sql, const char *script);

// One statement of the table, prepared at first use and kept. sql_use() resets
// what an earlier use left; then bind (from 1), step until SQL_NONE, done. A
// statement that could not be prepared or bound is logged, accepts every call
// and answers why (SQL_CORRUPT, SQL_BUSY …, SQL_ERROR) when stepped. Texts and
// blobs are bound without a copy: they must live until sql_done(). NULL data
// binds NULL. On PostgreSQL what is bound says the parameter's type, so a NULL
// among texts is bound as a text, among blobs as bytes; sql_bind_null(), and a
// parameter that is left out, is one among numbers. The whole answer is in
// memory there after the first step, unless it is a long one.
struct sql_statement;
struct sql_statement *sql_use(struct sql *sql, size_t index);
// The same for an answer that may be longer than memory. Between
// sql_begin_reading() and sql_end_reading() PostgreSQL gives it in parts.
struct sql_statement *sql_use_long(struct sql *sql, size_t index);
void sql_bind_int(struct sql_statement *s, int index, int64_t value);
void sql_bind_real(struct sql_statement *s, int index, double value);
void sql_bind_text(struct sql_statement *s, int index, const char *text);
void sql_bind_bytes(struct sql_statement *s, int index, const void *bytes,
                    size_t size);
void sql_bind_null(struct sql_statement *s, int index);
enum sql_result sql_step(struct sql_statement *s);
// The first step of a statement for which PostgreSQL may wait for another
// connection's lock. That it waited in vain is no failure, and not logged:
// SQL_BUSY, and true. Whatever else went wrong, and always on SQLite: false.
enum sql_result sql_step_waiting(struct sql_statement *s, bool *out_in_vain);
// Columns of the row, from 0; borrowed until the next step or done. A NULL
// column gives 0, NULL text, or NULL with size 0.
int64_t sql_int(struct sql_statement *s, int column);
double sql_real(struct sql_statement *s, int column);
const char *sql_text(struct sql_statement *s, int column);
const void *sql_bytes(struct sql_statement *s, int column, size_t *out_size);
bool sql_is_null(struct sql_statement *s, int column);
// Resets the statement, which ends its read transaction, and forgets bindings.
void sql_done(struct sql_statement *s);
// Steps a statement that gives no row, then done. SQL_OK when it ran.
enum sql_result sql_execute(struct sql_statement *s);
// sql_execute() in a transaction, of what nobody waits for. SQLite runs it at
// once. PostgreSQL is sent it together with what follows: a failure is told by
// a later call, by the commit at the latest, and sql_changes() knows nothing of
// it. sql_put_one() also fails, with SQL_CLASH, unless it changes one row.
enum sql_result sql_put(struct sql_statement *s);
enum sql_result sql_put_one(struct sql_statement *s);
// sql_put_one() of "INSERT INTO table (a, b) VALUES (?1, ?2) ON CONFLICT DO
// NOTHING", whose parameters are all the values in their order: whole numbers,
// texts and bytes for columns of just these types. PostgreSQL is sent many rows
// at once (postgres/gather.h), and before anything that names their table.
enum sql_result sql_put_row(struct sql_statement *s);
// Whether the database is a network away, so that sql_put() gains by waiting.
bool sql_is_far(const struct sql *sql);

// BEGIN IMMEDIATE, `work`, COMMIT. `work` returns SQL_OK to commit and
// anything else to roll back, and that is returned. A busy database is tried
// again within the bounded wait; an error from COMMIT proves nothing about what
// is stored (the caller looks by id before it tries again). On PostgreSQL a
// statement that fails, a clash too, leaves nothing to do but to roll back, and
// a connection that is lost in the middle is SQL_BUSY.
typedef enum sql_result sql_work(struct sql *sql, void *ctx);
enum sql_result sql_transaction(struct sql *sql, sql_work *work, void *ctx);

// Between these two, all that is read is of one moment.
enum sql_result sql_begin_reading(struct sql *sql);
void sql_end_reading(struct sql *sql);

// True when another connection changed the database since the last call
// (PRAGMA data_version). PostgreSQL does not tell: always true.
bool sql_changed(struct sql *sql);
// True when the file under the path is no longer the one that is open: it was
// set aside or replaced. Reopen then. Never on PostgreSQL.
bool sql_is_replaced(struct sql *sql);
// Writes a whole copy, as of this moment, into a new file, while writers go on
// (VACUUM INTO). The file must not exist; it is synced. SQL_NONE is never
// given. PostgreSQL's copies are its own matter (pg_dump): SQL_ERROR.
enum sql_result sql_copy_to(struct sql *sql, const char *path);
// Moves the WAL into the file; `truncate` also gives its space back. PostgreSQL
// does so by itself: SQL_OK.
enum sql_result sql_checkpoint(struct sql *sql, bool truncate);
// What the database takes on its disk, with what is not in its file yet; on
// PostgreSQL its schema. 0: not known.
int64_t sql_bytes_held(struct sql *sql);
// Pages in the WAL after the last commit; 0 on PostgreSQL.
int sql_wal_pages(struct sql *sql);
// A commit moves the WAL into the file when it has so many pages, 256 unless
// this was called. More of them are moved less often, and what was written
// twice meanwhile once, but that commit takes longer. Nothing on PostgreSQL.
void sql_let_wal_grow(struct sql *sql, int pages);
// PRAGMA quick_check (or integrity_check when `whole`). Of PostgreSQL, that it
// answers.
bool sql_is_sound(struct sql *sql, bool whole);
// Some call on this connection found the file damaged (SQL_CORRUPT).
bool sql_is_damaged(const struct sql *sql);
int64_t sql_changes(struct sql *sql);

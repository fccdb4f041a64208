#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "sql/before.h"
#include "sql/engine.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

// How long a statement waits for another connection's lock, in all.
enum { BUSY_MS = 2000, CHECKPOINT_PAGES = 256, SHM_PAGE = 4096 };

static const char module[] = "sql";

struct sqlite {
    struct sql sql;
    sqlite3 *db;
    dev_t device; // of the file that is open
    ino_t inode;
    sqlite3_stmt *ask_version; // kept: followers poll it. NULL: not yet asked
    int64_t data_version;
    int wal_pages, wal_pages_most;
};

static struct sqlite *own(struct sql *sql)
{
    return (struct sqlite *)sql;
}

static enum sql_result result_of(struct sql *sql, int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
        return SQL_OK;
    case SQLITE_DONE:
        return SQL_NONE;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return SQL_BUSY;
    case SQLITE_FULL:
        return SQL_FULL;
    case SQLITE_CONSTRAINT:
        return SQL_CLASH;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return SQL_CORRUPT;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN: {
        int error = own(sql)->db ? sqlite3_system_errno(own(sql)->db) : 0;
        return error == ENOSPC || error == EDQUOT || error == EFBIG ? SQL_FULL
                                                                    : SQL_ERROR;
    }
    default:
        return SQL_ERROR;
    }
}

// Logs a failure where it is seen, once, and says what kind it is. A clash is
// an answer that callers ask for, not a failure.
static enum sql_result seen(struct sql *sql, int code, const char *what)
{
    enum sql_result result = result_of(sql, code);
    sql->damaged |= result == SQL_CORRUPT;
    if (result != SQL_OK && result != SQL_NONE && result != SQL_CLASH)
        log_error(module, "%s: %.120s: %s (%d)", sql->name, what,
                  own(sql)->db ? sqlite3_errmsg(own(sql)->db)
                               : sqlite3_errstr(code),
                  own(sql)->db ? sqlite3_extended_errcode(own(sql)->db) : code);
    return result;
}

static sqlite3_stmt *list_schema(sqlite3 *db)
{
    static const char query[] =
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_master"
        " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";
    sqlite3_stmt *list = NULL;
    sqlite3_prepare_v2(db, query, -1, &list, NULL);
    return list;
}

static bool is_same_row(sqlite3_stmt *a, sqlite3_stmt *b)
{
    for (int i = 0; i < 4; i++) {
        const char *x = (const char *)sqlite3_column_text(a, i);
        const char *y = (const char *)sqlite3_column_text(b, i);
        if (!x || !y || strcmp(x, y) != 0)
            return false;
    }
    return true;
}

static bool schema_is(struct sql *sql, const struct sql_migration *migrations)
{
    sqlite3 *model = NULL;
    bool same = sqlite3_open(":memory:", &model) == SQLITE_OK;
    for (; same && migrations->version; migrations++)
        same = sqlite3_exec(model, migrations->script, NULL, NULL, NULL) ==
               SQLITE_OK;
    sqlite3_stmt *held = same ? list_schema(own(sql)->db) : NULL;
    sqlite3_stmt *made = same ? list_schema(model) : NULL;
    same = held && made;
    for (bool more = same; more;) {
        int a = sqlite3_step(held), b = sqlite3_step(made);
        more = a == SQLITE_ROW && b == SQLITE_ROW && is_same_row(held, made);
        same = more || (a == SQLITE_DONE && b == SQLITE_DONE);
    }
    sqlite3_finalize(held);
    sqlite3_finalize(made);
    sqlite3_close(model);
    return same;
}

static enum sql_result run(struct sql *sql, const char *script)
{
    int code = sqlite3_exec(own(sql)->db, script, NULL, NULL, NULL);
    return seen(sql, code, script);
}

// The first column of a one-row query as text; "" when there is none.
static enum sql_result ask(struct sql *sql, const char *query, char *out,
                           size_t size)
{
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v2(own(sql)->db, query, -1, &handle, NULL);
    out[0] = '\0';
    if (code == SQLITE_OK)
        code = sqlite3_step(handle);
    if (code == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(handle, 0);
        snprintf(out, size, "%s", text ? (const char *)text : "");
        if (!text) // what is asked for here is never NULL
            code = SQLITE_NOMEM;
    }
    enum sql_result result = seen(sql, code, query);
    sqlite3_finalize(handle);
    return result == SQL_NONE ? SQL_OK : result;
}

struct pragma {
    const char *set, *read, *expected;
};

static enum sql_result set_pragmas(struct sql *sql,
                                   const struct pragma *pragmas, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char value[64];
        enum sql_result result = run(sql, pragmas[i].set);
        if (result == SQL_OK)
            result = ask(sql, pragmas[i].read, value, sizeof value);
        if (result != SQL_OK)
            return result;
        if (strcmp(value, pragmas[i].expected) != 0) {
            log_error(module,
                      "%s: %s reads back \"%s\", not \"%s\"; the "
                      "file system or SQLite does not keep it",
                      sql->name, pragmas[i].read, value, pragmas[i].expected);
            return SQL_ERROR;
        }
    }
    return SQL_OK;
}

static enum sql_result configure(struct sql *sql, enum sql_mode mode)
{
    // WAL comes before synchronous: changing the journal mode may reset it.
    // EXTRA syncs the WAL at each commit, so what COMMIT acknowledged survives
    // a power cut.
    static const struct pragma common[] = {
        {"PRAGMA synchronous=EXTRA", "PRAGMA synchronous", "3"},
        {"PRAGMA foreign_keys=ON", "PRAGMA foreign_keys", "1"},
        {"PRAGMA trusted_schema=OFF", "PRAGMA trusted_schema", "0"},
        {"PRAGMA cell_size_check=ON", "PRAGMA cell_size_check", "1"},
        {"PRAGMA mmap_size=0", "PRAGMA mmap_size", "0"}};
    static const struct pragma writer[] = {
        {"PRAGMA journal_mode=WAL", "PRAGMA journal_mode", "wal"},
        {"PRAGMA wal_autocheckpoint=256", "PRAGMA wal_autocheckpoint", "256"},
        // A WAL that grew while somebody read for long gives its room back.
        {"PRAGMA journal_size_limit=16777216", "PRAGMA journal_size_limit",
         "16777216"}};
    static const struct pragma follower[] = {
        {"PRAGMA query_only=ON", "PRAGMA query_only", "1"},
        {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"}};
    sqlite3_extended_result_codes(own(sql)->db, 1);
    sqlite3_busy_timeout(own(sql)->db, BUSY_MS);
    sqlite3_db_config(own(sql)->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    enum sql_result result;
    if (mode == SQL_WRITER) {
        result = set_pragmas(sql, writer, 3);
    } else {
        sqlite3_db_config(own(sql)->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                          NULL);
        result = set_pragmas(sql, follower, 2);
    }
    return result == SQL_OK ? set_pragmas(sql, common, 5) : result;
}

static int count_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct sqlite *sqlite = ctx;
    (void)name;
    sqlite->wal_pages = pages;
    if (pages >= sqlite->wal_pages_most)
        sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL,
                                  NULL);
    return SQLITE_OK;
}

// SQLite takes room for its -shm file by one byte in each 4 KiB and then writes
// to it as memory. Where blocks are smaller the rest may find no room, and the
// system ends the program (SIGBUS).
static void look_at_blocks(struct sql *sql)
{
    struct statvfs disk;
    if (statvfs(sql->name, &disk) == 0 && disk.f_frsize < SHM_PAGE)
        log_warn(module,
                 "%s: the file system has blocks of %lu bytes; when it is full "
                 "this program may be ended. Make it with blocks of 4 KiB",
                 sql->name, disk.f_frsize);
}

// SQLite reads JSON in texts alone, and lines are bytes.
static void text_of(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_text(context, sqlite3_value_blob(values[0]),
                        sqlite3_value_bytes(values[0]), SQLITE_TRANSIENT);
}

static int add_functions(sqlite3 *db)
{
    return sqlite3_create_function(
        db, "text_of", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
        NULL, text_of, NULL, NULL);
}

static enum sql_result version_of(struct sql *sql, int *out_version)
{
    char text[64];
    enum sql_result result = ask(sql, "PRAGMA user_version", text, sizeof text);
    if (result == SQL_OK)
        *out_version = (int)strtol(text, NULL, 10);
    return result;
}

static enum sql_result set_version(struct sql *sql, int version, int program)
{
    char pragma[96];
    snprintf(pragma, sizeof pragma,
             "PRAGMA user_version=%d; PRAGMA application_id=%d", version,
             program);
    return run(sql, pragma);
}

static int program_of(struct sql *sql)
{
    char text[24];
    ask(sql, "PRAGMA application_id", text, sizeof text);
    return (int)strtol(text, NULL, 10);
}

// A write-ahead log of another database, say, makes ours look like that one.
static enum sql_result expect_no_tables(struct sql *sql)
{
    char count[24];
    enum sql_result result =
        ask(sql, "SELECT count(*) FROM sqlite_master", count, sizeof count);
    if (result != SQL_OK || strcmp(count, "0") == 0)
        return result;
    log_error(module, "%s: has tables, but no version: it was damaged",
              sql->name);
    return SQL_CORRUPT;
}

static void use(struct sql_statement *s)
{
    struct sql *sql = s->sql;
    if (!s->handle) {
        sqlite3_stmt *handle = NULL;
        int code = sqlite3_prepare_v3(own(sql)->db, sql->texts[s->index], -1,
                                      SQLITE_PREPARE_PERSISTENT, &handle, NULL);
        s->handle = handle;
        s->failure = seen(sql, code, sql->texts[s->index]);
    } else {
        sqlite3_reset(s->handle);
        sqlite3_clear_bindings(s->handle);
    }
}

// A value that was not bound would be stored as NULL; the statement does not
// run then.
static void bound(struct sql_statement *s, int code)
{
    if (code != SQLITE_OK && s->failure == SQL_OK)
        s->failure = seen(s->sql, code, s->sql->texts[s->index]);
}

static void bind_int(struct sql_statement *s, int index, int64_t value)
{
    bound(s, sqlite3_bind_int64(s->handle, index, value));
}

static void bind_real(struct sql_statement *s, int index, double value)
{
    bound(s, sqlite3_bind_double(s->handle, index, value));
}

static void bind_text(struct sql_statement *s, int index, const char *text)
{
    bound(s, sqlite3_bind_text(s->handle, index, text, -1, SQLITE_STATIC));
}

static void bind_bytes(struct sql_statement *s, int index, const void *bytes,
                       size_t size)
{
    bound(s, sqlite3_bind_blob64(s->handle, index, bytes, size, SQLITE_STATIC));
}

static void bind_null(struct sql_statement *s, int index)
{
    bound(s, sqlite3_bind_null(s->handle, index));
}

static enum sql_result step(struct sql_statement *s)
{
    return seen(s->sql, sqlite3_step(s->handle), s->sql->texts[s->index]);
}

static int64_t read_int(struct sql_statement *s, int column)
{
    return sqlite3_column_int64(s->handle, column);
}

static double read_real(struct sql_statement *s, int column)
{
    return sqlite3_column_double(s->handle, column);
}

static const char *read_text(struct sql_statement *s, int column)
{
    return (const char *)sqlite3_column_text(s->handle, column);
}

static const void *read_bytes(struct sql_statement *s, int column,
                              size_t *out_size)
{
    const void *bytes = sqlite3_column_blob(s->handle, column);
    *out_size = (size_t)sqlite3_column_bytes(s->handle, column);
    return bytes;
}

static bool is_null(struct sql_statement *s, int column)
{
    return sqlite3_column_type(s->handle, column) == SQLITE_NULL;
}

static void done(struct sql_statement *s)
{
    if (!s->handle)
        return;
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
}

static enum sql_result begin(struct sql *sql)
{
    // The busy handler waits BUSY_MS; that bound is the whole of it.
    int code = sqlite3_exec(own(sql)->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    return seen(sql, code, "BEGIN IMMEDIATE");
}

static enum sql_result begin_reading(struct sql *sql)
{
    return run(sql, "BEGIN");
}

static enum sql_result commit(struct sql *sql)
{
    return run(sql, "COMMIT");
}

// Some errors have rolled back by themselves; autocommit tells.
static void roll_back(struct sql *sql)
{
    if (!sqlite3_get_autocommit(own(sql)->db))
        sqlite3_exec(own(sql)->db, "ROLLBACK", NULL, NULL, NULL);
}

static bool changed(struct sql *sql)
{
    static const char query[] = "PRAGMA data_version";
    int code = SQLITE_OK;
    bool changed = true; // when it cannot be asked
    if (!own(sql)->ask_version)
        code = sqlite3_prepare_v3(own(sql)->db, query, -1,
                                  SQLITE_PREPARE_PERSISTENT,
                                  &own(sql)->ask_version, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(own(sql)->ask_version);
    if (seen(sql, code, query) == SQL_OK) {
        int64_t version = sqlite3_column_int64(own(sql)->ask_version, 0);
        changed = version != own(sql)->data_version;
        own(sql)->data_version = version;
    }
    sqlite3_reset(own(sql)->ask_version);
    return changed;
}

static bool is_replaced(struct sql *sql)
{
    struct stat st;
    return stat(sql->name, &st) != 0 || st.st_dev != own(sql)->device ||
           st.st_ino != own(sql)->inode;
}

// SQLite does not sync what VACUUM INTO writes.
static enum sql_result sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    if (!done)
        log_error(module, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return done ? SQL_OK : SQL_ERROR;
}

static enum sql_result vacuum_into(struct sql *sql, const char *path)
{
    sqlite3_stmt *handle = NULL;
    int code =
        sqlite3_prepare_v2(own(sql)->db, "VACUUM INTO ?1", -1, &handle, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(handle, 1, path, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(handle);
    enum sql_result result = seen(sql, code, "VACUUM INTO");
    sqlite3_finalize(handle);
    return result == SQL_NONE ? sync_file(path) : result;
}

// A follower may not write, which for SQLite includes the copy.
static enum sql_result copy_to(struct sql *sql, const char *path)
{
    char query_only[8];
    enum sql_result result =
        ask(sql, "PRAGMA query_only", query_only, sizeof query_only);
    bool follows = result == SQL_OK && strcmp(query_only, "1") == 0;
    if (follows)
        result = run(sql, "PRAGMA query_only=OFF");
    if (result == SQL_OK)
        result = vacuum_into(sql, path);
    if (follows && run(sql, "PRAGMA query_only=ON") != SQL_OK)
        result = SQL_ERROR;
    return result;
}

static enum sql_result checkpoint(struct sql *sql, bool truncate)
{
    int log_pages = 0, moved = 0;
    int mode =
        truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int code =
        sqlite3_wal_checkpoint_v2(own(sql)->db, NULL, mode, &log_pages, &moved);
    if (code == SQLITE_OK)
        own(sql)->wal_pages = log_pages - moved;
    return seen(sql, code, "checkpoint");
}

static int64_t file_bytes(const char *path, const char *suffix)
{
    char whole[PATH_MAX];
    struct stat found;
    snprintf(whole, sizeof whole, "%s%s", path, suffix);
    return stat(whole, &found) == 0 ? (int64_t)found.st_size : 0;
}

static int64_t bytes_held(struct sql *sql)
{
    return file_bytes(sql->name, "") + file_bytes(sql->name, "-wal");
}

static int wal_pages(struct sql *sql)
{
    return own(sql)->wal_pages;
}

static void let_wal_grow(struct sql *sql, int pages)
{
    own(sql)->wal_pages_most = pages;
}

static bool is_sound(struct sql *sql, bool whole)
{
    char text[256];
    const char *query =
        whole ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
    if (ask(sql, query, text, sizeof text) != SQL_OK)
        return false;
    if (strcmp(text, "ok") == 0)
        return true;
    log_error(module, "%s: %s", sql->name, text);
    return false;
}

static int64_t changes(struct sql *sql)
{
    return sqlite3_changes64(own(sql)->db);
}

static void close_file(struct sql *sql)
{
    for (size_t i = 0; i < sql->count; i++)
        sqlite3_finalize(sql->statements[i].handle);
    sqlite3_finalize(own(sql)->ask_version);
    sqlite3_close_v2(own(sql)->db);
    sql_release(sql);
    free(sql);
}

// As it is, while nobody can write: with an empty journal all of it is in the
// one file. False: others read or write just now.
static bool copy_still(struct sql *sql, const char *part,
                       enum before_way *out_way)
{
    if (checkpoint(sql, true) != SQL_OK || begin(sql) != SQL_OK)
        return false;
    bool still = file_bytes(sql->name, "-wal") == 0;
    if (still)
        *out_way = before_copy(sql->name, part);
    roll_back(sql);
    return still;
}

// Slower by far, and while others go on.
static enum before_way copy_moving(struct sql *sql, const char *folder,
                                   const char *part)
{
    if (!before_has_room(folder, bytes_held(sql)))
        return BEFORE_NO_ROOM;
    return copy_to(sql, part) == SQL_OK ? BEFORE_WRITTEN : BEFORE_FAILED;
}

// A copy that a power cut left unfinished is written anew.
static enum before_way copy_whole(struct sql *sql, const char *folder,
                                  const char *path)
{
    char part[PATH_MAX];
    enum before_way way = BEFORE_FAILED;
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part ||
        (unlink(part) != 0 && errno != ENOENT))
        return BEFORE_FAILED;
    if (!copy_still(sql, part, &way))
        way = copy_moving(sql, folder, part);
    if (way >= BEFORE_CLONED &&
        (rename(part, path) != 0 || !file_sync_directory(folder)))
        way = BEFORE_FAILED;
    if (way < BEFORE_CLONED)
        unlink(part);
    return way;
}

static void say_kept(struct sql *sql, int held, const char *path,
                     enum before_way way, int64_t began_ms)
{
    log_info(module, "%s: schema version %d is kept as %s: %.1f MB in %.1f s%s",
             sql->name, held, path, (double)file_bytes(path, "") / 1e6,
             (double)(clock_boot_ms() - began_ms) / 1e3,
             way == BEFORE_CLONED ? ", sharing its blocks" : "");
}

static void say_not_kept(struct sql *sql, int held, const char *folder,
                         enum before_way way)
{
    char wants[64] = "";
    if (way == BEFORE_NO_ROOM)
        snprintf(wants, sizeof wants, " (%.1f MB and 16 MB to spare)",
                 (double)bytes_held(sql) / 1e6);
    log_error(module,
              "%s: stays at schema version %d, for no copy of it%s can be "
              "written below %s; make room there and start again",
              sql->name, held, wants, folder);
}

// The way back to the older program, which refuses a newer schema.
static enum sql_result copy_before(struct sql *sql, int held)
{
    char folder[PATH_MAX], path[PATH_MAX];
    enum before_way way = BEFORE_FAILED;
    int64_t began = clock_boot_ms();
    if (before_names(sql->name, folder, path)) {
        way = copy_whole(sql, folder, path);
        // An older copy would be replaced anyway.
        if (way == BEFORE_NO_ROOM && unlink(path) == 0)
            way = copy_whole(sql, folder, path);
    }
    if (way >= BEFORE_CLONED) {
        say_kept(sql, held, path, way, began);
        return SQL_OK;
    }
    say_not_kept(sql, held, folder, way);
    return way == BEFORE_NO_ROOM ? SQL_FULL : SQL_ERROR;
}

// The transaction that asks holds the one lock there is.
static enum sql_result lock_version(struct sql *sql, int *out_version)
{
    int version = sql_version(sql);
    *out_version = version;
    return version < 0 ? SQL_ERROR : SQL_OK;
}

static enum sql_result before_migration(struct sql *sql, int held)
{
    return held == 0 ? expect_no_tables(sql) : copy_before(sql, held);
}

static const struct sql_engine engine = {
    .close = close_file,
    .run = run,
    .version = version_of,
    .set_version = set_version,
    .program = program_of,
    .lock_version = lock_version,
    .before_migration = before_migration,
    .schema_is = schema_is,
    .use = use,
    .bind_int = bind_int,
    .bind_real = bind_real,
    .bind_text = bind_text,
    .bind_bytes = bind_bytes,
    .bind_null = bind_null,
    .step = step,
    .read_int = read_int,
    .read_real = read_real,
    .read_text = read_text,
    .read_bytes = read_bytes,
    .is_null = is_null,
    .done = done,
    .changes = changes,
    .begin = begin,
    .begin_reading = begin_reading,
    .commit = commit,
    .roll_back = roll_back,
    .changed = changed,
    .is_replaced = is_replaced,
    .copy_to = copy_to,
    .checkpoint = checkpoint,
    .bytes_held = bytes_held,
    .wal_pages = wal_pages,
    .let_wal_grow = let_wal_grow,
    .is_sound = is_sound,
};

// Nobody asks SQLite how much memory it takes, and counting it costs a lock at
// each of its allocations. It refuses when something else began to use it
// before: then it goes on counting.
static void count_no_memory(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

enum sql_result sql_open(const char *path, enum sql_mode mode,
                         const char *const *statements, size_t count,
                         struct sql **out_sql)
{
    // Looked at before the open: a file that takes its place meanwhile is then
    // noticed by sql_is_replaced(), one that took it before is what opens.
    struct stat st;
    bool known = stat(path, &st) == 0;
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, count_no_memory);
    struct sqlite *made = calloc(1, sizeof *made);
    struct sql *sql = made ? &made->sql : NULL;
    if (!made || !sql_prepare(sql, &engine, path, statements, count)) {
        sql_close(sql);
        return SQL_ERROR;
    }
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                (mode == SQL_WRITER ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, &made->db, flags, NULL);
    if (code == SQLITE_OK)
        code = add_functions(made->db);
    enum sql_result result;
    // Whoever makes it first: its owner's alone, as its log will then be too.
    if (code == SQLITE_OK && mode == SQL_WRITER && !known &&
        chmod(path, S_IRUSR | S_IWUSR) != 0)
        log_warn(module, "%s: others may read it: %s", path, strerror(errno));
    if (code == SQLITE_CANTOPEN && mode == SQL_FOLLOWER && !known)
        result = SQL_NONE; // its writer has not made it yet
    else if (code != SQLITE_OK)
        result = seen(sql, code, "open");
    else
        result = configure(sql, mode);
    if (result == SQL_OK && (known || stat(path, &st) == 0)) {
        made->device = st.st_dev;
        made->inode = st.st_ino;
    }
    if (result != SQL_OK) {
        sql_close(sql);
        return result;
    }
    // Replaces the hook that wal_autocheckpoint set, with the same duty.
    if (mode == SQL_WRITER) {
        made->wal_pages_most = CHECKPOINT_PAGES;
        sqlite3_wal_hook(made->db, count_wal, made);
        look_at_blocks(sql);
    }
    changed(sql);
    *out_sql = sql;
    return SQL_OK;
}

#include "sql/sql.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

struct sql_statement {
    struct sql *sql;
    size_t index;
    sqlite3_stmt *handle; // NULL: not prepared yet, or it cannot be
    // Why this use cannot run: it was not prepared, or a value was not bound.
    enum sql_result failure; // SQL_OK: it can
};

struct sql {
    sqlite3 *db;
    char *path;
    const char *const *texts;
    struct sql_statement *statements;
    size_t count;
    dev_t device; // of the file that is open
    ino_t inode;
    sqlite3_stmt *ask_version; // kept: followers poll it. NULL: not yet asked
    int64_t data_version;
    int wal_pages;
    bool damaged; // some answer said so
};

const char *sql_result_name(enum sql_result result)
{
    static const char *const names[] = {"ok",    "none",    "busy", "full",
                                        "clash", "corrupt", "error"};
    return names[result];
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
        int error = sql->db ? sqlite3_system_errno(sql->db) : 0;
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
        log_error(module, "%s: %.120s: %s (%d)", sql->path, what,
                  sql->db ? sqlite3_errmsg(sql->db) : sqlite3_errstr(code),
                  sql->db ? sqlite3_extended_errcode(sql->db) : code);
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

bool sql_schema_is(struct sql *sql, const struct sql_migration *migrations)
{
    sqlite3 *model = NULL;
    bool same = sqlite3_open(":memory:", &model) == SQLITE_OK;
    for (; same && migrations->version; migrations++)
        same = sqlite3_exec(model, migrations->script, NULL, NULL, NULL) ==
               SQLITE_OK;
    sqlite3_stmt *own = same ? list_schema(sql->db) : NULL;
    sqlite3_stmt *made = same ? list_schema(model) : NULL;
    same = own && made;
    for (bool more = same; more;) {
        int a = sqlite3_step(own), b = sqlite3_step(made);
        more = a == SQLITE_ROW && b == SQLITE_ROW && is_same_row(own, made);
        same = more || (a == SQLITE_DONE && b == SQLITE_DONE);
    }
    sqlite3_finalize(own);
    sqlite3_finalize(made);
    sqlite3_close(model);
    return same;
}

enum sql_result sql_run(struct sql *sql, const char *script)
{
    int code = sqlite3_exec(sql->db, script, NULL, NULL, NULL);
    return seen(sql, code, script);
}

// The first column of a one-row query as text; "" when there is none.
static enum sql_result ask(struct sql *sql, const char *query, char *out,
                           size_t size)
{
    sqlite3_stmt *handle = NULL;
    int code = sqlite3_prepare_v2(sql->db, query, -1, &handle, NULL);
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
        enum sql_result result = sql_run(sql, pragmas[i].set);
        if (result == SQL_OK)
            result = ask(sql, pragmas[i].read, value, sizeof value);
        if (result != SQL_OK)
            return result;
        if (strcmp(value, pragmas[i].expected) != 0) {
            log_error(module,
                      "%s: %s reads back \"%s\", not \"%s\"; the "
                      "file system or SQLite does not keep it",
                      sql->path, pragmas[i].read, value, pragmas[i].expected);
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
        {"PRAGMA wal_autocheckpoint=256", "PRAGMA wal_autocheckpoint", "256"}};
    static const struct pragma follower[] = {
        {"PRAGMA query_only=ON", "PRAGMA query_only", "1"},
        {"PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint", "0"}};
    sqlite3_extended_result_codes(sql->db, 1);
    sqlite3_busy_timeout(sql->db, BUSY_MS);
    sqlite3_db_config(sql->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    enum sql_result result;
    if (mode == SQL_WRITER) {
        result = set_pragmas(sql, writer, 2);
    } else {
        sqlite3_db_config(sql->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
        result = set_pragmas(sql, follower, 2);
    }
    return result == SQL_OK ? set_pragmas(sql, common, 5) : result;
}

static int count_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct sql *sql = ctx;
    (void)name;
    sql->wal_pages = pages;
    if (pages >= CHECKPOINT_PAGES)
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
    if (statvfs(sql->path, &disk) == 0 && disk.f_frsize < SHM_PAGE)
        log_warn(module,
                 "%s: the file system has blocks of %lu bytes; when it is full "
                 "this program may be ended. Make it with blocks of 4 KiB",
                 sql->path, disk.f_frsize);
}

static bool allocate(struct sql *sql, const char *path,
                     const char *const *statements, size_t count)
{
    sql->path = strdup(path);
    sql->texts = statements;
    sql->statements = calloc(count + 1, sizeof *sql->statements);
    if (!sql->path || !sql->statements)
        return false;
    sql->count = count;
    for (size_t i = 0; i < count; i++)
        sql->statements[i] = (struct sql_statement){sql, i, NULL, SQL_OK};
    return true;
}

enum sql_result sql_open(const char *path, enum sql_mode mode,
                         const char *const *statements, size_t count,
                         struct sql **out_sql)
{
    // Looked at before the open: a file that takes its place meanwhile is then
    // noticed by sql_is_replaced(), one that took it before is what opens.
    struct stat st;
    bool known = stat(path, &st) == 0;
    struct sql *sql = calloc(1, sizeof *sql);
    if (!sql || !allocate(sql, path, statements, count)) {
        sql_close(sql);
        return SQL_ERROR;
    }
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
                (mode == SQL_WRITER ? SQLITE_OPEN_CREATE : 0);
    int code = sqlite3_open_v2(path, &sql->db, flags, NULL);
    enum sql_result result;
    // Whoever makes it first: its owner's alone, as its log will then be too.
    if (code == SQLITE_OK && mode == SQL_WRITER && !known &&
        chmod(path, S_IRUSR | S_IWUSR) != 0)
        log_warn("sql", "%s: others may read it: %s", path, strerror(errno));
    if (code == SQLITE_CANTOPEN && mode == SQL_FOLLOWER && !known)
        result = SQL_NONE; // its writer has not made it yet
    else if (code != SQLITE_OK)
        result = seen(sql, code, "open");
    else
        result = configure(sql, mode);
    if (result == SQL_OK && (known || stat(path, &st) == 0)) {
        sql->device = st.st_dev;
        sql->inode = st.st_ino;
    }
    if (result != SQL_OK) {
        sql_close(sql);
        return result;
    }
    // Replaces the hook that wal_autocheckpoint set, with the same duty.
    if (mode == SQL_WRITER) {
        sqlite3_wal_hook(sql->db, count_wal, sql);
        look_at_blocks(sql);
    }
    sql_changed(sql);
    *out_sql = sql;
    return SQL_OK;
}

void sql_close(struct sql *sql)
{
    if (!sql)
        return;
    for (size_t i = 0; i < sql->count; i++)
        sqlite3_finalize(sql->statements[i].handle);
    sqlite3_finalize(sql->ask_version);
    sqlite3_close_v2(sql->db);
    free(sql->statements);
    free(sql->path);
    free(sql);
}

struct step_up {
    const struct sql_migration *migration;
    sql_migrated *also; // or NULL
};

// 1.2.3 as 1002003, in the file's header: which program brought the schema to
// what it is.
static int program_number(void)
{
    int major = 0, minor = 0, patch = 0;
    sscanf(HAILONG_VERSION, "%d.%d.%d", &major, &minor, &patch);
    return (major * 1000 + minor) * 1000 + patch;
}

// "of version 1.2.3", or what can be said without it.
static void name_newer(struct sql *sql, char *out, size_t size)
{
    char text[24] = "";
    ask(sql, "PRAGMA application_id", text, sizeof text);
    long number = strtol(text, NULL, 10);
    if (number > 0)
        snprintf(out, size, "of version %ld.%ld.%ld or newer", number / 1000000,
                 number / 1000 % 1000, number % 1000);
    else
        snprintf(out, size, "that made it");
}

static enum sql_result run_migration(struct sql *sql, void *ctx)
{
    const struct step_up *step = ctx;
    char version[64];
    enum sql_result result = sql_run(sql, step->migration->script);
    if (result == SQL_OK && step->also)
        result = step->also(sql, step->migration->version);
    snprintf(version, sizeof version,
             "PRAGMA user_version=%d; PRAGMA application_id=%d",
             step->migration->version, program_number());
    return result == SQL_OK ? sql_run(sql, version) : result;
}

int sql_version(struct sql *sql)
{
    char text[64];
    if (ask(sql, "PRAGMA user_version", text, sizeof text) != SQL_OK)
        return -1;
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
              sql->path);
    return SQL_CORRUPT;
}

// The folder SQL_BEFORE beside the database, and the copy's name in it.
static bool copy_names(const struct sql *sql, char folder[PATH_MAX],
                       char path[PATH_MAX])
{
    const char *name = strrchr(sql->path, '/');
    name = name ? name + 1 : sql->path;
    int written = snprintf(folder, PATH_MAX, "%.*s" SQL_BEFORE,
                           (int)(name - sql->path), sql->path);
    return written < PATH_MAX && file_make_directory(folder) &&
           file_join(path, PATH_MAX, folder, name);
}

// A copy that a power cut left unfinished is written anew.
static enum sql_result copy_whole(struct sql *sql, const char *folder,
                                  const char *path)
{
    char part[PATH_MAX];
    enum sql_result result = SQL_ERROR;
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return SQL_ERROR;
    if (unlink(part) == 0 || errno == ENOENT)
        result = sql_copy_to(sql, part);
    if (result == SQL_OK &&
        (rename(part, path) != 0 || !file_sync_directory(folder)))
        result = SQL_ERROR;
    if (result != SQL_OK)
        unlink(part);
    return result;
}

// The way back to the older program, which refuses a newer schema.
static enum sql_result copy_before(struct sql *sql, int held)
{
    char folder[PATH_MAX], path[PATH_MAX];
    enum sql_result result = SQL_ERROR;
    if (copy_names(sql, folder, path))
        result = copy_whole(sql, folder, path);
    if (result == SQL_OK)
        log_info(module, "%s: schema version %d is kept as %s", sql->path, held,
                 path);
    else
        log_error(module,
                  "%s: stays at schema version %d, for no copy of it can be "
                  "written below %s; make room there and start again",
                  sql->path, held, folder);
    return result;
}

enum sql_result sql_migrate(struct sql *sql,
                            const struct sql_migration *migrations)
{
    return sql_migrate_with(sql, migrations, NULL);
}

enum sql_result sql_migrate_with(struct sql *sql,
                                 const struct sql_migration *migrations,
                                 sql_migrated *also)
{
    enum sql_result result = SQL_OK;
    int held = sql_version(sql), last = 0;
    for (const struct sql_migration *m = migrations; m->version; m++)
        last = m->version;
    if (held < 0)
        return SQL_ERROR;
    if (held > last) {
        char newer[64];
        name_newer(sql, newer, sizeof newer);
        log_error(module,
                  "%s: schema version %d is newer than this program's %d; "
                  "install the program %s, or restore a backup made before "
                  "the upgrade; the file stays as it is",
                  sql->path, held, last, newer);
        return SQL_ERROR;
    }
    if (held == 0)
        result = expect_no_tables(sql);
    else if (held < last)
        result = copy_before(sql, held);
    if (result != SQL_OK)
        return result;
    for (const struct sql_migration *m = migrations; m->version; m++) {
        struct step_up step = {m, also};
        if (m->version <= held)
            continue;
        result = sql_transaction(sql, run_migration, &step);
        if (result != SQL_OK)
            return result;
        log_info(module, "%s: schema is now version %d", sql->path, m->version);
    }
    return SQL_OK;
}

struct sql_statement *sql_use(struct sql *sql, size_t index)
{
    struct sql_statement *s = &sql->statements[index];
    s->failure = SQL_OK;
    if (!s->handle) {
        int code =
            sqlite3_prepare_v3(sql->db, sql->texts[index], -1,
                               SQLITE_PREPARE_PERSISTENT, &s->handle, NULL);
        s->failure = seen(sql, code, sql->texts[index]);
    } else {
        sqlite3_reset(s->handle);
        sqlite3_clear_bindings(s->handle);
    }
    return s;
}

// A value that was not bound would be stored as NULL; the statement does not
// run then.
static void bound(struct sql_statement *s, int code)
{
    if (code != SQLITE_OK && s->failure == SQL_OK)
        s->failure = seen(s->sql, code, s->sql->texts[s->index]);
}

void sql_bind_int(struct sql_statement *s, int index, int64_t value)
{
    bound(s, sqlite3_bind_int64(s->handle, index, value));
}

void sql_bind_real(struct sql_statement *s, int index, double value)
{
    bound(s, sqlite3_bind_double(s->handle, index, value));
}

void sql_bind_text(struct sql_statement *s, int index, const char *text)
{
    bound(s, sqlite3_bind_text(s->handle, index, text, -1, SQLITE_STATIC));
}

void sql_bind_bytes(struct sql_statement *s, int index, const void *bytes,
                    size_t size)
{
    bound(s, sqlite3_bind_blob64(s->handle, index, bytes, size, SQLITE_STATIC));
}

void sql_bind_null(struct sql_statement *s, int index)
{
    bound(s, sqlite3_bind_null(s->handle, index));
}

enum sql_result sql_step(struct sql_statement *s)
{
    if (s->failure != SQL_OK)
        return s->failure;
    return seen(s->sql, sqlite3_step(s->handle), s->sql->texts[s->index]);
}

int64_t sql_int(struct sql_statement *s, int column)
{
    return sqlite3_column_int64(s->handle, column);
}

double sql_real(struct sql_statement *s, int column)
{
    return sqlite3_column_double(s->handle, column);
}

const char *sql_text(struct sql_statement *s, int column)
{
    return (const char *)sqlite3_column_text(s->handle, column);
}

const void *sql_bytes(struct sql_statement *s, int column, size_t *out_size)
{
    const void *bytes = sqlite3_column_blob(s->handle, column);
    *out_size = (size_t)sqlite3_column_bytes(s->handle, column);
    return bytes;
}

bool sql_is_null(struct sql_statement *s, int column)
{
    return sqlite3_column_type(s->handle, column) == SQLITE_NULL;
}

void sql_done(struct sql_statement *s)
{
    if (!s->handle)
        return;
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
}

enum sql_result sql_execute(struct sql_statement *s)
{
    enum sql_result result = sql_step(s);
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result begin(struct sql *sql)
{
    // The busy handler waits BUSY_MS; that bound is the whole of it.
    int code = sqlite3_exec(sql->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    return seen(sql, code, "BEGIN IMMEDIATE");
}

enum sql_result sql_transaction(struct sql *sql, sql_work *work, void *ctx)
{
    enum sql_result result = begin(sql);
    if (result != SQL_OK)
        return result;
    result = work(sql, ctx);
    if (result == SQL_OK)
        result = sql_run(sql, "COMMIT");
    // Some errors have rolled back by themselves; autocommit tells.
    if (result != SQL_OK && !sqlite3_get_autocommit(sql->db))
        sqlite3_exec(sql->db, "ROLLBACK", NULL, NULL, NULL);
    return result;
}

bool sql_changed(struct sql *sql)
{
    static const char query[] = "PRAGMA data_version";
    int code = SQLITE_OK;
    bool changed = true; // when it cannot be asked
    if (!sql->ask_version)
        code = sqlite3_prepare_v3(sql->db, query, -1, SQLITE_PREPARE_PERSISTENT,
                                  &sql->ask_version, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(sql->ask_version);
    if (seen(sql, code, query) == SQL_OK) {
        int64_t version = sqlite3_column_int64(sql->ask_version, 0);
        changed = version != sql->data_version;
        sql->data_version = version;
    }
    sqlite3_reset(sql->ask_version);
    return changed;
}

bool sql_is_replaced(struct sql *sql)
{
    struct stat st;
    return stat(sql->path, &st) != 0 || st.st_dev != sql->device ||
           st.st_ino != sql->inode;
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
    int code = sqlite3_prepare_v2(sql->db, "VACUUM INTO ?1", -1, &handle, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_text(handle, 1, path, -1, SQLITE_STATIC);
    if (code == SQLITE_OK)
        code = sqlite3_step(handle);
    enum sql_result result = seen(sql, code, "VACUUM INTO");
    sqlite3_finalize(handle);
    return result == SQL_NONE ? sync_file(path) : result;
}

// A follower may not write, which for SQLite includes the copy.
enum sql_result sql_copy_to(struct sql *sql, const char *path)
{
    char query_only[8];
    enum sql_result result =
        ask(sql, "PRAGMA query_only", query_only, sizeof query_only);
    bool follows = result == SQL_OK && strcmp(query_only, "1") == 0;
    if (follows)
        result = sql_run(sql, "PRAGMA query_only=OFF");
    if (result == SQL_OK)
        result = vacuum_into(sql, path);
    if (follows && sql_run(sql, "PRAGMA query_only=ON") != SQL_OK)
        result = SQL_ERROR;
    return result;
}

enum sql_result sql_checkpoint(struct sql *sql, bool truncate)
{
    int log_pages = 0, moved = 0;
    int mode =
        truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int code =
        sqlite3_wal_checkpoint_v2(sql->db, NULL, mode, &log_pages, &moved);
    if (code == SQLITE_OK)
        sql->wal_pages = log_pages - moved;
    return seen(sql, code, "checkpoint");
}

int sql_wal_pages(struct sql *sql)
{
    return sql->wal_pages;
}

bool sql_is_damaged(const struct sql *sql)
{
    return sql->damaged;
}

bool sql_is_sound(struct sql *sql, bool whole)
{
    char text[256];
    const char *query =
        whole ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)";
    if (ask(sql, query, text, sizeof text) != SQL_OK)
        return false;
    if (strcmp(text, "ok") == 0)
        return true;
    log_error(module, "%s: %s", sql->path, text);
    return false;
}

int64_t sql_changes(struct sql *sql)
{
    return sqlite3_changes64(sql->db);
}

#include "common/file.h"
#include "common/log.h"
#include "office/backup.h"
#include "office/office_sql.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PUT_FILE, PUT_MADE_AT, LIST_FILES, GET_MADE_AT, BACKUP_STATEMENT_COUNT };

static const char *const STATEMENTS[BACKUP_STATEMENT_COUNT] = {
    [PUT_FILE] = "INSERT INTO backup_files VALUES (?1, ?2)",
    [PUT_MADE_AT] = "INSERT INTO backup_made VALUES (1, ?1)",
    [LIST_FILES] = "SELECT name, body FROM backup_files ORDER BY name",
    [GET_MADE_AT] = "SELECT at FROM backup_made"};

static const char TABLES[] =
    "CREATE TABLE backup_files (name TEXT PRIMARY KEY, body BLOB NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE backup_made (only_row INTEGER PRIMARY KEY"
    " CHECK (only_row = 1), at INTEGER NOT NULL) STRICT;";

static const char NO_TABLES[] =
    "DROP TABLE backup_files; DROP TABLE backup_made;";

static void remove_beside(const char *path)
{
    char beside[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s-wal", path) < (int)sizeof beside)
        unlink(beside);
    if (snprintf(beside, sizeof beside, "%s-shm", path) < (int)sizeof beside)
        unlink(beside);
}

// A copy that did not become anything leaves nothing.
static void remove_database(const char *path)
{
    unlink(path);
    remove_beside(path);
}

static bool temporary_name(const char *path, char out[PATH_MAX])
{
    if (snprintf(out, PATH_MAX, "%s.part", path) < PATH_MAX)
        return true;
    log_error("office", "%s: the path is too long", path);
    return false;
}

// Under its name only when it is whole, and the name durable.
static enum sql_result give_name(const char *part, const char *path)
{
    char folder[PATH_MAX];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    if (rename(part, path) == 0 && file_sync_directory(slash ? folder : "."))
        return SQL_OK;
    log_error("office", "%s: %s", path, strerror(errno));
    return SQL_ERROR;
}

// --- Writing ----------------------------------------------------------------

struct content {
    const struct backup_file *files;
    size_t count;
    int64_t now;
};

static enum sql_result put_content(struct sql *sql, void *ctx)
{
    const struct content *content = ctx;
    enum sql_result result = sql_run(sql, TABLES);
    for (size_t i = 0; i < content->count && result == SQL_OK; i++) {
        struct sql_statement *s = sql_use(sql, PUT_FILE);
        sql_bind_text(s, 1, content->files[i].name);
        sql_bind_bytes(s, 2, content->files[i].bytes, content->files[i].size);
        result = sql_execute(s);
    }
    if (result == SQL_OK) {
        struct sql_statement *s = sql_use(sql, PUT_MADE_AT);
        sql_bind_int(s, 1, content->now);
        result = sql_execute(s);
    }
    return result;
}

static enum sql_result complete(const char *part, struct content *content)
{
    struct sql *sql = NULL;
    enum sql_result result =
        sql_open(part, SQL_WRITER, STATEMENTS, BACKUP_STATEMENT_COUNT, &sql);
    if (result == SQL_OK)
        result = sql_transaction(sql, put_content, content);
    if (result == SQL_OK && !sql_is_sound(sql, true))
        result = SQL_CORRUPT;
    if (result == SQL_OK)
        result = sql_checkpoint(sql, true);
    sql_close(sql);
    return result;
}

enum office_result backup_write(struct office *office, const char *path,
                                const struct backup_file *files, size_t count,
                                int64_t now)
{
    char part[PATH_MAX];
    struct content content = {files, count, now};
    if (!temporary_name(path, part))
        return OFFICE_ERROR;
    if (file_exists(path))
        return OFFICE_NONE;
    remove_database(part); // of a backup that was cut off
    // Made first, so that it is never readable to others.
    int fd = open(part, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_error("office", "%s: %s", part, strerror(errno));
        return OFFICE_ERROR;
    }
    close(fd);
    enum sql_result result = sql_copy_to(office->sql, part);
    if (result == SQL_OK)
        result = complete(part, &content);
    if (result == SQL_OK)
        result = give_name(part, path);
    if (result != SQL_OK)
        remove_database(part);
    return office_result_of(result);
}

enum office_result backup_verify(const char *path, office_finding_row *row,
                                 void *ctx,
                                 struct office_verification *out_summary)
{
    struct office *copy = NULL;
    enum office_result result = office_open(path, OFFICE_READER, &copy);
    if (result == OFFICE_OK)
        result = office_verify(copy, row, ctx, out_summary);
    office_close(copy);
    remove_beside(path); // the reader's; they hold nothing
    return result;
}

// --- Taking apart -----------------------------------------------------------

static enum sql_result hand_out(struct sql *sql, backup_file_row *file,
                                void *ctx, int64_t *out_made_at)
{
    struct sql_statement *s = sql_use(sql, GET_MADE_AT);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        *out_made_at = sql_int(s, 0);
    sql_done(s);
    if (result != SQL_OK)
        return SQL_CORRUPT;
    s = sql_use(sql, LIST_FILES);
    while ((result = sql_step(s)) == SQL_OK) {
        struct backup_file row = {.name = sql_text(s, 0)};
        row.bytes = sql_bytes(s, 1, &row.size);
        if (!file(ctx, &row)) {
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// The backup itself is not touched: what is taken apart is a copy.
static enum sql_result take_apart(const char *part, backup_file_row *file,
                                  void *ctx, int64_t *out_made_at)
{
    struct sql *sql = NULL;
    enum sql_result result =
        sql_open(part, SQL_WRITER, STATEMENTS, BACKUP_STATEMENT_COUNT, &sql);
    if (result != SQL_OK)
        return result == SQL_ERROR ? SQL_CORRUPT : result;
    if (!sql_is_sound(sql, true))
        result = SQL_CORRUPT;
    if (result == SQL_OK)
        result = hand_out(sql, file, ctx, out_made_at);
    if (result == SQL_OK)
        result = sql_run(sql, NO_TABLES);
    if (result == SQL_OK)
        result = sql_checkpoint(sql, true);
    sql_close(sql);
    return result;
}

static enum sql_result copy_file(const char *from, const char *to)
{
    char bytes[1 << 16];
    ssize_t size = -1;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out =
        in < 0 ? -1 : open(to, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    bool done = out >= 0;
    while (done && (size = read(in, bytes, sizeof bytes)) > 0)
        for (ssize_t written = 0; done && written < size;) {
            ssize_t n = write(out, bytes + written, (size_t)(size - written));
            done = n > 0;
            written += n > 0 ? n : 0;
        }
    done = done && size == 0 && fsync(out) == 0;
    int error = errno;
    if (!done)
        log_error("office", "%s to %s: %s", from, to, strerror(error));
    if (out >= 0)
        close(out);
    if (in >= 0)
        close(in);
    return done ? SQL_OK : error == ENOSPC ? SQL_FULL : SQL_ERROR;
}

enum office_result backup_restore(const char *path, const char *database_path,
                                  backup_file_row *file, void *ctx,
                                  int64_t *out_made_at)
{
    char part[PATH_MAX];
    if (!temporary_name(database_path, part))
        return OFFICE_ERROR;
    remove_database(part); // of a restore that was cut off
    enum sql_result result = copy_file(path, part);
    if (result == SQL_OK)
        result = take_apart(part, file, ctx, out_made_at);
    if (result == SQL_OK)
        result = give_name(part, database_path);
    if (result != SQL_OK)
        remove_database(part);
    return office_result_of(result);
}

#include "sql/sql.h"
#include "common/log.h"
#include "sql/engine.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char module[] = "sql";

const char *sql_result_name(enum sql_result result)
{
    static const char *const names[] = {"ok",    "none",    "busy", "full",
                                        "clash", "corrupt", "error"};
    return names[result];
}

bool sql_prepare(struct sql *sql, const struct sql_engine *engine,
                 const char *name, const char *const *statements, size_t count)
{
    sql->engine = engine;
    sql->name = strdup(name);
    sql->texts = statements;
    sql->statements = calloc(count + 1, sizeof *sql->statements);
    if (!sql->name || !sql->statements)
        return false;
    sql->count = count;
    for (size_t i = 0; i < count; i++)
        sql->statements[i] = (struct sql_statement){sql, i, NULL, SQL_OK};
    return true;
}

void sql_release(struct sql *sql)
{
    free(sql->statements);
    free(sql->name);
}

void sql_close(struct sql *sql)
{
    if (sql)
        sql->engine->close(sql);
}

struct step_up {
    int held;
    const struct sql_migration *migration;
    sql_migrated *also; // or NULL
};

// 1.2.3 as 1002003, beside the version: which program brought the schema to
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
    int number = sql->engine->program(sql);
    if (number > 0)
        snprintf(out, size, "of version %d.%d.%d or newer", number / 1000000,
                 number / 1000 % 1000, number % 1000);
    else
        snprintf(out, size, "that made it");
}

static enum sql_result run_migration(struct sql *sql, void *ctx)
{
    const struct step_up *step = ctx;
    int held = 0;
    enum sql_result result = sql->engine->lock_version(sql, &held);
    if (result == SQL_OK && held != step->held)
        result = SQL_CLASH;
    if (result == SQL_OK)
        result = sql_run(sql, step->migration->script);
    if (result == SQL_OK && step->also)
        result = step->also(sql, step->migration->version);
    return result == SQL_OK
               ? sql->engine->set_version(sql, step->migration->version,
                                          program_number())
               : result;
}

enum sql_result sql_read_version(struct sql *sql, int *out_version)
{
    return sql->engine->version(sql, out_version);
}

int sql_version(struct sql *sql)
{
    int version;
    return sql_read_version(sql, &version) == SQL_OK ? version : -1;
}

enum sql_result sql_migrate(struct sql *sql,
                            const struct sql_migration *migrations)
{
    return sql_migrate_with(sql, migrations, NULL);
}

// The version as it is; what is newer than `last` is refused.
static enum sql_result look_at_version(struct sql *sql, int last, int *out_held)
{
    char newer[64];
    int held;
    enum sql_result result = sql_read_version(sql, &held);
    if (result != SQL_OK)
        return result;
    *out_held = held;
    if (held <= last)
        return SQL_OK;
    name_newer(sql, newer, sizeof newer);
    log_error(module,
              "%s: schema version %d is newer than this program's %d; "
              "install the program %s, or restore a backup made before "
              "the upgrade; the database stays as it is",
              sql->name, held, last, newer);
    return SQL_ERROR;
}

// One step, by whoever comes first.
static enum sql_result step_up(struct sql *sql, const struct step_up *step,
                               int last, int *held)
{
    enum sql_result result = sql_transaction(sql, run_migration, (void *)step);
    if (result == SQL_CLASH) {
        result = look_at_version(sql, last, held);
        return result == SQL_OK && *held < step->migration->version ? SQL_BUSY
                                                                    : result;
    }
    if (result == SQL_OK)
        *held = step->migration->version;
    return result;
}

enum sql_result sql_migrate_with(struct sql *sql,
                                 const struct sql_migration *migrations,
                                 sql_migrated *also)
{
    int held = 0, last = 0;
    for (const struct sql_migration *m = migrations; m->version; m++)
        last = m->version;
    enum sql_result result = look_at_version(sql, last, &held);
    int before = held;
    if (result == SQL_OK && held < last)
        result = sql->engine->before_migration(sql, held);
    for (const struct sql_migration *m = migrations;
         m->version && result == SQL_OK; m++) {
        struct step_up step = {held, m, also};
        if (m->version > held)
            result = step_up(sql, &step, last, &held);
    }
    if (held > before)
        log_info(module, "%s: schema is now version %d, was %d", sql->name,
                 held, before);
    return result;
}

bool sql_schema_is(struct sql *sql, const struct sql_migration *migrations)
{
    return sql->engine->schema_is(sql, migrations);
}

enum sql_result sql_run(struct sql *sql, const char *script)
{
    return sql->engine->run(sql, script);
}

struct sql_statement *sql_use(struct sql *sql, size_t index)
{
    struct sql_statement *s = &sql->statements[index];
    s->failure = SQL_OK;
    sql->engine->use(s);
    return s;
}

struct sql_statement *sql_use_long(struct sql *sql, size_t index)
{
    struct sql_statement *s = sql_use(sql, index);
    if (sql->engine->expect_many)
        sql->engine->expect_many(s);
    return s;
}

void sql_bind_int(struct sql_statement *s, int index, int64_t value)
{
    s->sql->engine->bind_int(s, index, value);
}

void sql_bind_real(struct sql_statement *s, int index, double value)
{
    s->sql->engine->bind_real(s, index, value);
}

void sql_bind_text(struct sql_statement *s, int index, const char *text)
{
    s->sql->engine->bind_text(s, index, text);
}

void sql_bind_bytes(struct sql_statement *s, int index, const void *bytes,
                    size_t size)
{
    s->sql->engine->bind_bytes(s, index, bytes, size);
}

void sql_bind_null(struct sql_statement *s, int index)
{
    s->sql->engine->bind_null(s, index);
}

enum sql_result sql_step(struct sql_statement *s)
{
    return s->failure == SQL_OK ? s->sql->engine->step(s) : s->failure;
}

enum sql_result sql_step_waiting(struct sql_statement *s, bool *out_in_vain)
{
    *out_in_vain = false;
    return s->failure == SQL_OK && s->sql->engine->step_waiting
               ? s->sql->engine->step_waiting(s, out_in_vain)
               : sql_step(s);
}

int64_t sql_int(struct sql_statement *s, int column)
{
    return s->sql->engine->read_int(s, column);
}

double sql_real(struct sql_statement *s, int column)
{
    return s->sql->engine->read_real(s, column);
}

const char *sql_text(struct sql_statement *s, int column)
{
    return s->sql->engine->read_text(s, column);
}

const void *sql_bytes(struct sql_statement *s, int column, size_t *out_size)
{
    return s->sql->engine->read_bytes(s, column, out_size);
}

bool sql_is_null(struct sql_statement *s, int column)
{
    return s->sql->engine->is_null(s, column);
}

void sql_done(struct sql_statement *s)
{
    s->sql->engine->done(s);
}

enum sql_result sql_execute(struct sql_statement *s)
{
    enum sql_result result = sql_step(s);
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result put(struct sql_statement *s, int64_t rows)
{
    struct sql *sql = s->sql;
    if (sql_is_far(sql)) {
        enum sql_result result =
            s->failure == SQL_OK ? sql->engine->put(s, rows) : s->failure;
        sql_done(s);
        return result;
    }
    enum sql_result result = sql_execute(s);
    return result == SQL_OK && rows >= 0 && sql_changes(sql) != rows ? SQL_CLASH
                                                                     : result;
}

enum sql_result sql_put(struct sql_statement *s)
{
    return put(s, -1);
}

enum sql_result sql_put_one(struct sql_statement *s)
{
    return put(s, 1);
}

enum sql_result sql_put_row(struct sql_statement *s)
{
    if (!sql_is_far(s->sql))
        return put(s, 1);
    enum sql_result result =
        s->failure == SQL_OK ? s->sql->engine->put_row(s) : s->failure;
    sql_done(s);
    return result;
}

bool sql_is_far(const struct sql *sql)
{
    return sql->engine->put != NULL;
}

enum sql_result sql_transaction(struct sql *sql, sql_work *work, void *ctx)
{
    enum sql_result result = sql->engine->begin(sql);
    if (result != SQL_OK)
        return result;
    result = work(sql, ctx);
    if (result == SQL_OK)
        result = sql->engine->commit(sql);
    if (result != SQL_OK)
        sql->engine->roll_back(sql);
    return result;
}

enum sql_result sql_begin_reading(struct sql *sql)
{
    return sql->engine->begin_reading(sql);
}

void sql_end_reading(struct sql *sql)
{
    // Nothing was written, and there is nothing that could fail.
    sql->engine->roll_back(sql);
}

bool sql_changed(struct sql *sql)
{
    return sql->engine->changed(sql);
}

bool sql_is_replaced(struct sql *sql)
{
    return sql->engine->is_replaced(sql);
}

enum sql_result sql_copy_to(struct sql *sql, const char *path)
{
    return sql->engine->copy_to(sql, path);
}

enum sql_result sql_checkpoint(struct sql *sql, bool truncate)
{
    return sql->engine->checkpoint(sql, truncate);
}

int64_t sql_bytes_held(struct sql *sql)
{
    return sql->engine->bytes_held(sql);
}

int sql_wal_pages(struct sql *sql)
{
    return sql->engine->wal_pages(sql);
}

void sql_let_wal_grow(struct sql *sql, int pages)
{
    sql->engine->let_wal_grow(sql, pages);
}

bool sql_is_damaged(const struct sql *sql)
{
    return sql->damaged;
}

bool sql_is_sound(struct sql *sql, bool whole)
{
    return sql->engine->is_sound(sql, whole);
}

int64_t sql_changes(struct sql *sql)
{
    return sql->engine->changes(sql);
}

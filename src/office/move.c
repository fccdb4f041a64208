#include "office/move.h"
#include "common/buf.h"
#include "common/log.h"
#include "office/move_tables.h"
#include "office/office_sql.h"
#include "postgres/bulk.h"
#include "postgres/database.h"
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 50000 }; // rows of one transaction

// Of the target, behind the statements of the tables.
enum {
    IS_MOVING,
    HELD,
    HOLD,
    INDEXES,
    REMEMBER_INDEX,
    NEXT_INDEX,
    INDEX_IS_MADE,
    OWN_STATEMENTS
};
static const char *const own_statements[OWN_STATEMENTS] = {
    [IS_MOVING] = "SELECT count(*) FROM pg_tables"
                  " WHERE schemaname = current_schema()"
                  " AND tablename = 'moving'",
    [HELD] = "SELECT held FROM moving_rows WHERE name = ?1",
    [HOLD] = "INSERT INTO moving_rows (name, held) VALUES (?1, ?2)"
             " ON CONFLICT (name) DO UPDATE SET held = excluded.held",
    // But those that are constraints: of their tables a book has few rows.
    [INDEXES] = "SELECT CAST(c.relname AS TEXT), CAST(t.relname AS TEXT),"
                "  pg_get_indexdef(i.indexrelid)"
                " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                " JOIN pg_class t ON t.oid = i.indrelid"
                " WHERE t.relnamespace = to_regnamespace(current_schema())"
                " AND NOT EXISTS (SELECT 1 FROM pg_constraint k"
                "  WHERE k.conindid = i.indexrelid)",
    [REMEMBER_INDEX] = "INSERT INTO moving_indexes (name, of_table, made)"
                       " VALUES (?1, ?2, ?3)",
    [NEXT_INDEX] = "SELECT name, of_table, made FROM moving_indexes"
                   " ORDER BY of_table, name LIMIT 1",
    [INDEX_IS_MADE] = "DELETE FROM moving_indexes WHERE name = ?1",
};

// It names a book: random, made once, kept by every copy.
#define NAME_OF_BOOK "ticket_key"
// What the schema's script fills itself.
static const char *const made_with_schema[] = {NAME_OF_BOOK, "writing"};
enum { MADE = sizeof made_with_schema / sizeof made_with_schema[0] };

struct moving {
    struct move_tables tables;
    const char **texts; // of the target; owned, not what they point to
    struct sql *from, *to;
    office_move_tell *tell;
    void *ctx;
    struct office_move *out;
};

static const struct move_table *table_of(const struct moving *moving,
                                         size_t table)
{
    return &moving->tables.tables[table];
}

static const char *text_of(const struct moving *moving, size_t table,
                           enum move_kind kind)
{
    return moving->tables.texts[table * MOVE_KINDS + kind];
}

static struct sql_statement *use(struct sql *sql, size_t table,
                                 enum move_kind kind)
{
    return sql_use(sql, table * MOVE_KINDS + kind);
}

static struct sql_statement *use_own(const struct moving *moving, size_t own)
{
    return sql_use(moving->to, moving->tables.count * MOVE_KINDS + own);
}

static void differs_in(struct moving *moving, const char *table)
{
    snprintf(moving->out->table, sizeof moving->out->table, "%s", table);
}

static void tell_rows(const struct moving *moving, enum office_move_phase phase,
                      const char *table, int64_t rows, int64_t all)
{
    const struct office_move_step step = {
        .phase = phase, .table = table, .rows = rows, .all = all};
    moving->tell(moving->ctx, &step);
}

// --- One table's rows --------------------------------------------------------

static void add_column(struct buf *out, struct sql_statement *s, int column,
                       enum move_type type)
{
    size_t size = 0;
    if (sql_is_null(s, column)) {
        bulk_null(out);
    } else if (type == MOVE_INTEGER) {
        bulk_int(out, sql_int(s, column));
    } else {
        const void *bytes = sql_bytes(s, column, &size);
        bulk_bytes(out, size > 0 ? bytes : "", size);
    }
}

// The row that `s` stands at, as PostgreSQL has it on its way.
static bool read_row(struct sql_statement *s, const struct move_table *table,
                     struct buf *out)
{
    buf_clear(out);
    bulk_row(out, table->count);
    for (int i = 0; i < table->count; i++)
        add_column(out, s, i, table->columns[i].type);
    return buf_ok(out);
}

static enum sql_result has_rows(struct sql *sql, size_t table, bool *out)
{
    struct sql_statement *s = use(sql, table, MOVE_ANY);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK;
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// How many rows of a table were moved.
static enum sql_result read_held(const struct moving *moving, size_t table,
                                 int64_t *out)
{
    struct sql_statement *s = use_own(moving, HELD);
    sql_bind_text(s, 1, table_of(moving, table)->name);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK ? sql_int(s, 0) : 0;
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// --- Copying -----------------------------------------------------------------

struct copying {
    struct moving *moving;
    size_t table;
    struct sql_statement *rows; // of the source, before the next one
    struct buf row;
    struct bulk bulk;
    int64_t held;
    bool is_last; // no row is left
};

static enum sql_result send_block(struct copying *copying)
{
    const struct move_table *table = table_of(copying->moving, copying->table);
    enum sql_result result = SQL_OK;
    for (int i = 0; result == SQL_OK && i < BLOCK; i++) {
        result = sql_step(copying->rows);
        if (result == SQL_OK && !read_row(copying->rows, table, &copying->row))
            result = SQL_ERROR;
        if (result == SQL_OK)
            result = bulk_send(&copying->bulk, &copying->row);
        copying->held += result == SQL_OK;
    }
    copying->is_last = result == SQL_NONE;
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result copy_block(struct sql *to, void *ctx)
{
    struct copying *copying = ctx;
    const struct moving *moving = copying->moving;
    const char *name = table_of(moving, copying->table)->name;
    enum sql_result result = bulk_start_in(
        &copying->bulk, to, text_of(moving, copying->table, MOVE_IN));
    if (result == SQL_OK)
        result = send_block(copying);
    if (result == SQL_OK)
        result = bulk_finish(&copying->bulk);
    if (result != SQL_OK)
        return result;
    struct sql_statement *hold = use_own(moving, HOLD);
    sql_bind_text(hold, 1, name);
    sql_bind_int(hold, 2, copying->held);
    return sql_put(hold);
}

static void bind_column(struct sql_statement *to, int index,
                        struct sql_statement *from, int column,
                        enum move_type type)
{
    size_t size = 0;
    if (type == MOVE_INTEGER)
        sql_bind_int(to, index, sql_int(from, column));
    else if (type == MOVE_TEXT)
        sql_bind_text(to, index, sql_text(from, column));
    else {
        const void *bytes = sql_bytes(from, column, &size);
        sql_bind_bytes(to, index, size > 0 ? bytes : "", size);
    }
}

// Those rows of the source that the target does not have. What is bound is the
// target's last row, `last`.
static enum sql_result begin_rows(struct copying *copying,
                                  struct sql_statement **out_last)
{
    const struct moving *moving = copying->moving;
    const struct move_table *table = table_of(moving, copying->table);
    struct sql_statement *last = use(moving->to, copying->table, MOVE_LAST);
    enum sql_result result = sql_step(last);
    *out_last = last;
    if (result == SQL_NONE) {
        copying->rows = use(moving->from, copying->table, MOVE_ALL);
        return SQL_OK;
    }
    if (result != SQL_OK)
        return result;
    copying->rows = use(moving->from, copying->table, MOVE_NEXT);
    for (int i = 0; i < table->key_count; i++)
        bind_column(copying->rows, i + 1, last, table->keys[i],
                    table->columns[table->keys[i]].type);
    return read_held(moving, copying->table, &copying->held);
}

static enum sql_result copy_table(struct moving *moving, size_t table)
{
    struct copying copying = {.moving = moving, .table = table};
    struct sql_statement *last = NULL;
    const char *name = table_of(moving, table)->name;
    enum sql_result result = begin_rows(&copying, &last);
    moving->out->held += copying.held;
    while (result == SQL_OK && !copying.is_last) {
        result = sql_transaction(moving->to, copy_block, &copying);
        if (result == SQL_OK)
            tell_rows(moving, OFFICE_MOVE_COPIES, name, copying.held, 0);
    }
    if (result == SQL_CLASH)
        differs_in(moving, name);
    bulk_end(&copying.bulk);
    buf_free(&copying.row);
    if (copying.rows)
        sql_done(copying.rows);
    sql_done(last);
    return result;
}

// --- Indexes -----------------------------------------------------------------

// The table's rows come with their key's index alone, which they follow.
static enum sql_result put_index_off(const struct moving *moving,
                                     struct sql_statement *index)
{
    char script[160];
    struct sql_statement *remember = use_own(moving, REMEMBER_INDEX);
    for (int i = 0; i < 3; i++)
        sql_bind_text(remember, i + 1, sql_text(index, i));
    snprintf(script, sizeof script, "DROP INDEX \"%s\"", sql_text(index, 0));
    enum sql_result result = sql_put(remember);
    return result == SQL_OK ? sql_run(moving->to, script) : result;
}

static enum sql_result put_indexes_off(const struct moving *moving)
{
    struct sql_statement *index = use_own(moving, INDEXES);
    enum sql_result result;
    while ((result = sql_step(index)) == SQL_OK) {
        result = put_index_off(moving, index);
        if (result != SQL_OK)
            break;
    }
    sql_done(index);
    return result == SQL_NONE ? SQL_OK : result;
}

// A table of millions is sorted in memory, as far as it goes.
#define MORE_MEMORY                                                            \
    "SELECT set_config(name, cast(greatest(cast(setting AS BIGINT), 262144)"   \
    " AS TEXT), true) FROM pg_settings WHERE name = 'maintenance_work_mem'"

struct index {
    const struct moving *moving;
    char *name, *table, *script;
};

static enum sql_result make_index(struct sql *to, void *ctx)
{
    const struct index *index = ctx;
    enum sql_result result = sql_run(to, MORE_MEMORY);
    if (result == SQL_OK)
        result = sql_run(to, index->script);
    if (result != SQL_OK)
        return result;
    struct sql_statement *made = use_own(index->moving, INDEX_IS_MADE);
    sql_bind_text(made, 1, index->name);
    return sql_put_one(made);
}

static enum sql_result next_index(struct index *out)
{
    struct sql_statement *s = use_own(out->moving, NEXT_INDEX);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        out->name = strdup(sql_text(s, 0));
        out->table = strdup(sql_text(s, 1));
        out->script = strdup(sql_text(s, 2));
        if (!out->name || !out->table || !out->script)
            result = SQL_ERROR;
    }
    sql_done(s);
    return result;
}

static void free_index(struct index *index)
{
    free(index->name);
    free(index->table);
    free(index->script);
    *index = (struct index){.moving = index->moving};
}

static enum sql_result tell_index(const struct index *index)
{
    const struct moving *moving = index->moving;
    int table = move_tables_find(&moving->tables, index->table);
    struct office_move_step step = {.phase = OFFICE_MOVE_INDEXES,
                                    .table = index->table,
                                    .index = index->name};
    enum sql_result result =
        table < 0 ? SQL_OK : read_held(moving, (size_t)table, &step.all);
    if (result == SQL_OK)
        moving->tell(moving->ctx, &step);
    return result;
}

static enum sql_result make_indexes(struct moving *moving)
{
    struct index index = {.moving = moving};
    enum sql_result result;
    while ((result = next_index(&index)) == SQL_OK) {
        result = tell_index(&index);
        if (result == SQL_OK)
            result = sql_transaction(moving->to, make_index, &index);
        if (result == SQL_CLASH)
            differs_in(moving, index.table);
        free_index(&index);
        if (result != SQL_OK)
            return result;
    }
    free_index(&index);
    return result == SQL_NONE ? SQL_OK : result;
}

// The planner of PostgreSQL knows the tables at once.
static enum sql_result analyze(const struct moving *moving)
{
    enum sql_result result = SQL_OK;
    char script[128];
    for (size_t i = 0; result == SQL_OK && i < moving->tables.count; i++) {
        snprintf(script, sizeof script, "ANALYZE \"%s\"",
                 table_of(moving, i)->name);
        result = sql_run(moving->to, script);
    }
    return result;
}

// --- Comparing ---------------------------------------------------------------

struct comparing {
    const struct moving *moving;
    const struct move_table *table;
    struct sql_statement *rows; // of the source
    struct buf row;
    struct bulk bulk; // of the target
    int64_t same, all;
};

// SQL_NONE: both end here. SQL_CLASH: they differ.
static enum sql_result compare_row(struct comparing *comparing)
{
    const char *other = NULL;
    size_t size = 0;
    enum sql_result from = sql_step(comparing->rows);
    enum sql_result to = bulk_receive(&comparing->bulk, &other, &size);
    if (from != SQL_OK && from != SQL_NONE)
        return from;
    if (to != SQL_OK && to != SQL_NONE)
        return to;
    if (from != to)
        return SQL_CLASH;
    if (from == SQL_NONE)
        return SQL_NONE;
    if (!read_row(comparing->rows, comparing->table, &comparing->row))
        return SQL_ERROR;
    return size == comparing->row.size &&
                   memcmp(other, comparing->row.data, size) == 0
               ? SQL_OK
               : SQL_CLASH;
}

static enum sql_result compare_rows(struct comparing *comparing)
{
    enum sql_result result;
    while ((result = compare_row(comparing)) == SQL_OK) {
        if (++comparing->same % BLOCK == 0)
            tell_rows(comparing->moving, OFFICE_MOVE_COMPARES,
                      comparing->table->name, comparing->same, comparing->all);
    }
    if (result == SQL_NONE)
        tell_rows(comparing->moving, OFFICE_MOVE_COMPARES,
                  comparing->table->name, comparing->same, comparing->same);
    return result == SQL_NONE ? SQL_OK : result;
}

// The rows lie as their key's index says, or nearly: to sort them is a detour.
#define AS_THEY_LIE                                                            \
    "SET LOCAL enable_sort = off; SET LOCAL max_parallel_workers_per_gather "  \
    "= 0"

static enum sql_result compare_as_read(struct comparing *comparing,
                                       size_t table)
{
    const struct moving *moving = comparing->moving;
    enum sql_result result = sql_begin_reading(moving->to);
    if (result != SQL_OK)
        return result;
    result = sql_run(moving->to, AS_THEY_LIE);
    if (result == SQL_OK)
        result = bulk_start_out(&comparing->bulk, moving->to,
                                text_of(moving, table, MOVE_OUT));
    if (result == SQL_OK)
        result = compare_rows(comparing);
    bulk_end(&comparing->bulk);
    sql_end_reading(moving->to);
    return result;
}

static enum sql_result compare_table(struct moving *moving, size_t table,
                                     int64_t all)
{
    struct comparing comparing = {.moving = moving,
                                  .table = table_of(moving, table),
                                  .rows = use(moving->from, table, MOVE_ALL),
                                  .all = all};
    enum sql_result result = compare_as_read(&comparing, table);
    moving->out->rows += comparing.same;
    if (result == SQL_CLASH)
        differs_in(moving, comparing.table->name);
    sql_done(comparing.rows);
    buf_free(&comparing.row);
    return result;
}

// `is_moving`: it is known how many rows were moved.
static enum sql_result compare_all(struct moving *moving, bool is_moving)
{
    enum sql_result result = SQL_OK;
    moving->out->rows = 0;
    for (size_t i = 0; result == SQL_OK && i < moving->tables.count; i++) {
        int64_t all = 0;
        if (is_moving)
            result = read_held(moving, i, &all);
        if (result == SQL_OK)
            result = compare_table(moving, i, all);
    }
    return result;
}

// --- The whole book ----------------------------------------------------------

static bool is_made_with_schema(const char *table)
{
    for (int i = 0; i < MADE; i++) {
        if (strcmp(made_with_schema[i], table) == 0)
            return true;
    }
    return false;
}

// Nothing but what the schema's script made.
static enum sql_result is_new(struct moving *moving, bool *out)
{
    bool has = false;
    enum sql_result result = SQL_OK;
    for (size_t i = 0; result == SQL_OK && !has && i < moving->tables.count;
         i++) {
        if (!is_made_with_schema(table_of(moving, i)->name))
            result = has_rows(moving->to, i, &has);
    }
    *out = !has;
    return result;
}

static enum sql_result is_moving(struct moving *moving, bool *out)
{
    struct sql_statement *s = use_own(moving, IS_MOVING);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK && sql_int(s, 0) > 0;
    sql_done(s);
    return result;
}

// From here on the target is no book, until all was compared.
static enum sql_result begin(struct sql *to, void *ctx)
{
    static const char script[] =
        "CREATE TABLE moving_rows (name TEXT COLLATE \"C\" PRIMARY KEY,"
        " held BIGINT NOT NULL);"
        "CREATE TABLE moving_indexes (name TEXT COLLATE \"C\" PRIMARY KEY,"
        " of_table TEXT COLLATE \"C\" NOT NULL, made TEXT NOT NULL);"
        "ALTER TABLE schema_version RENAME TO moving;"
        // All pages are filled, so that no later line finds room in them.
        "DO $room$ DECLARE part REGCLASS; BEGIN"
        " FOR part IN SELECT oid FROM pg_class WHERE relkind = 'r'"
        "  AND (oid = CAST('lines' AS REGCLASS)"
        "   OR oid IN (SELECT relid FROM pg_partition_tree('lines'))) LOOP"
        "  EXECUTE format('ALTER TABLE %s RESET (fillfactor)', part);"
        " END LOOP; END $room$";
    const struct moving *moving = ctx;
    enum sql_result result = SQL_OK;
    char clear[128];
    for (int i = 0; result == SQL_OK && i < MADE; i++) {
        if (move_tables_find(&moving->tables, made_with_schema[i]) < 0)
            continue;
        snprintf(clear, sizeof clear, "DELETE FROM \"%s\"",
                 made_with_schema[i]);
        result = sql_run(to, clear);
    }
    if (result == SQL_OK)
        result = sql_run(to, script);
    return result == SQL_OK ? put_indexes_off(moving) : result;
}

static enum sql_result end(struct sql *to, void *ctx)
{
    (void)ctx;
    enum sql_result result = sql_run(to, office_postgres_room);
    return result == SQL_OK
               ? sql_run(to, "DROP TABLE moving_rows, moving_indexes;"
                             "ALTER TABLE moving RENAME TO schema_version")
               : result;
}

// What a move that was stopped left is of this book when it has its name, or
// none yet. SQL_CLASH: it is another's.
static enum sql_result check_name(struct moving *moving, size_t name)
{
    bool has = false;
    enum sql_result result = has_rows(moving->to, name, &has);
    return result == SQL_OK && has ? compare_table(moving, name, 0) : result;
}

static enum sql_result copy_all(struct moving *moving)
{
    size_t name = (size_t)move_tables_find(&moving->tables, NAME_OF_BOOK);
    enum sql_result result = check_name(moving, name);
    if (result != SQL_OK) {
        moving->out->outcome = OFFICE_MOVE_TAKEN;
        return result;
    }
    result = copy_table(moving, name);
    for (size_t i = 0; result == SQL_OK && i < moving->tables.count; i++) {
        if (i != name)
            result = copy_table(moving, i);
    }
    return result;
}

static enum sql_result move_all(struct moving *moving)
{
    enum sql_result result = copy_all(moving);
    if (result == SQL_OK)
        result = make_indexes(moving);
    if (result == SQL_OK)
        result = analyze(moving);
    if (result == SQL_OK)
        result = compare_all(moving, true);
    return result == SQL_OK ? sql_transaction(moving->to, end, NULL) : result;
}

// A book stands there: the same one, or another.
static enum sql_result compare_standing(struct moving *moving)
{
    enum sql_result result = compare_all(moving, false);
    moving->out->held = moving->out->rows;
    moving->out->outcome =
        result == SQL_OK ? OFFICE_MOVE_STANDS : OFFICE_MOVE_TAKEN;
    return result;
}

// SQL_CLASH: the outcome says what clashes.
static enum sql_result move(struct moving *moving)
{
    bool moves = false, fresh = false;
    int version = sql_version(moving->to);
    enum sql_result result =
        version < 0 ? SQL_ERROR : is_moving(moving, &moves);
    moving->out->outcome = OFFICE_MOVE_DIFFERS;
    if (result == SQL_OK && version == 0 && !moves)
        result = office_make_postgres(moving->to);
    if (result == SQL_OK && !moves)
        result = is_new(moving, &fresh);
    if (result == SQL_OK && !moves && !fresh)
        return compare_standing(moving);
    if (result == SQL_OK && !moves)
        result = sql_transaction(moving->to, begin, moving);
    if (result == SQL_OK)
        result = move_all(moving);
    if (result == SQL_OK)
        moving->out->outcome = OFFICE_MOVED;
    return result;
}

static enum sql_result open_both(struct moving *moving, const char *from,
                                 const char *to)
{
    size_t count = moving->tables.count * MOVE_KINDS;
    moving->texts = calloc(count + OWN_STATEMENTS, sizeof *moving->texts);
    if (!moving->texts)
        return SQL_ERROR;
    for (size_t i = 0; i < count; i++)
        moving->texts[i] = moving->tables.texts[i];
    for (size_t i = 0; i < OWN_STATEMENTS; i++)
        moving->texts[count + i] = own_statements[i];
    enum sql_result result =
        sql_open(from, SQL_FOLLOWER, moving->texts, count, &moving->from);
    return result == SQL_OK ? database_open(to, SQL_WRITER, moving->texts,
                                            count + OWN_STATEMENTS, &moving->to)
                            : result;
}

enum office_result office_move(const char *from, const char *to,
                               office_move_tell *tell, void *ctx,
                               struct office_move *out)
{
    struct moving moving = {.tell = tell, .ctx = ctx, .out = out};
    struct office *source = NULL;
    memset(out, 0, sizeof *out);
    enum office_result opened = office_open(from, OFFICE_READER, &source);
    office_close(source);
    if (opened != OFFICE_OK)
        return opened;
    enum sql_result result = move_tables_read(from, &moving.tables)
                                 ? open_both(&moving, from, to)
                                 : SQL_ERROR;
    out->tables = (int64_t)moving.tables.count;
    if (result == SQL_OK)
        result = move(&moving);
    sql_close(moving.from);
    sql_close(moving.to);
    move_tables_free(&moving.tables);
    free(moving.texts);
    return result == SQL_CLASH ? OFFICE_OK : office_result_of(result);
}

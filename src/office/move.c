#include "office/move.h"
#include "common/buf.h"
#include "common/log.h"
#include "office/move_tables.h"
#include "office/office_sql.h"
#include "postgres/database.h"
#include <stdlib.h>
#include <string.h>

// Of the target, behind the statements of the tables.
enum { IS_MOVING, OWN_STATEMENTS };
static const char *const own_statements[OWN_STATEMENTS] = {
    [IS_MOVING] = "SELECT count(*) FROM pg_tables"
                  " WHERE schemaname = current_schema()"
                  " AND tablename = 'moving'",
};

// It names a book: random, made once, kept by every copy.
#define NAME_OF_BOOK "ticket_key"
// What the schema's script fills itself.
static const char *const made_with_schema[] = {NAME_OF_BOOK, "writing"};
enum { MADE = sizeof made_with_schema / sizeof made_with_schema[0] };

struct value {
    bool is_null;
    int64_t number;
    struct buf bytes;
};

// The rows of one table, in the order of its key.
struct cursor {
    struct sql *sql;
    const struct move_table *table;
    size_t base; // of its statements
    struct value after[MOVE_KEYS];
    bool has_after;
    int taken; // of the block
    struct sql_statement *s;
};

struct moving {
    struct move_tables tables;
    const char **texts; // of the target; owned, not what they point to
    struct sql *from, *to;
    office_move_tell *tell;
    void *ctx;
    struct office_move *out;
};

// --- One table's rows --------------------------------------------------------

static void take_value(struct sql_statement *s, int column, enum move_type type,
                       struct value *out)
{
    size_t size = 0;
    out->is_null = sql_is_null(s, column);
    buf_clear(&out->bytes);
    if (type == MOVE_INTEGER) {
        out->number = sql_int(s, column);
    } else if (type == MOVE_TEXT) {
        const char *text = sql_text(s, column);
        buf_append_text(&out->bytes, text ? text : "");
    } else {
        const void *bytes = sql_bytes(s, column, &size);
        buf_append(&out->bytes, bytes ? bytes : "", size);
    }
}

static void bind_value(struct sql_statement *s, int index, enum move_type type,
                       const struct value *value)
{
    const char *bytes = value->is_null ? NULL : buf_text(&value->bytes);
    if (type == MOVE_TEXT)
        sql_bind_text(s, index, bytes);
    else if (type == MOVE_BYTES)
        sql_bind_bytes(s, index, bytes, value->is_null ? 0 : value->bytes.size);
    else if (value->is_null)
        sql_bind_null(s, index);
    else
        sql_bind_int(s, index, value->number);
}

static struct cursor cursor_on(const struct moving *moving, struct sql *sql,
                               size_t table)
{
    return (struct cursor){.sql = sql,
                           .table = &moving->tables.tables[table],
                           .base = table * MOVE_KINDS};
}

static void cursor_end(struct cursor *cursor)
{
    if (cursor->s)
        sql_done(cursor->s);
    cursor->s = NULL;
    for (int i = 0; i < MOVE_KEYS; i++)
        buf_free(&cursor->after[i].bytes);
}

// The cursor goes on after the row that `s` stands at.
static void stand_after(struct cursor *cursor, struct sql_statement *s)
{
    const struct move_table *table = cursor->table;
    for (int i = 0; i < table->key_count; i++) {
        int column = table->keys[i];
        take_value(s, column, table->columns[column].type, &cursor->after[i]);
    }
    cursor->has_after = true;
}

static void use_block(struct cursor *cursor)
{
    const struct move_table *table = cursor->table;
    cursor->taken = 0;
    cursor->s =
        sql_use(cursor->sql,
                cursor->base + (cursor->has_after ? MOVE_NEXT : MOVE_FIRST));
    for (int i = 0; cursor->has_after && i < table->key_count; i++)
        bind_value(cursor->s, i + 1, table->columns[table->keys[i]].type,
                   &cursor->after[i]);
}

// SQL_OK: cursor->s stands at the next row.
static enum sql_result cursor_step(struct cursor *cursor)
{
    if (cursor->s && cursor->taken == MOVE_BLOCK) {
        sql_done(cursor->s);
        cursor->s = NULL;
    }
    if (!cursor->s)
        use_block(cursor);
    enum sql_result result = sql_step(cursor->s);
    if (result != SQL_OK)
        return result;
    if (++cursor->taken == MOVE_BLOCK)
        stand_after(cursor, cursor->s);
    return SQL_OK;
}

// The row as bytes that no other row has.
static bool read_row(const struct cursor *cursor, struct value *value,
                     struct buf *out)
{
    buf_clear(out);
    for (int i = 0; i < cursor->table->count; i++) {
        enum move_type type = cursor->table->columns[i].type;
        take_value(cursor->s, i, type, value);
        int64_t number =
            type == MOVE_INTEGER ? value->number : (int64_t)value->bytes.size;
        buf_append(out, &value->is_null, sizeof value->is_null);
        buf_append(out, &number, sizeof number);
        if (type != MOVE_INTEGER)
            buf_append(out, buf_text(&value->bytes), value->bytes.size);
    }
    return buf_ok(out) && buf_ok(&value->bytes);
}

static enum sql_result count_rows(struct sql *sql, size_t base, int64_t *out)
{
    struct sql_statement *s = sql_use(sql, base + MOVE_COUNT);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        *out = sql_int(s, 0);
    sql_done(s);
    return result;
}

// --- Copying -----------------------------------------------------------------

struct block {
    struct cursor *from;
    struct sql *to;
    int64_t rows;
    bool is_last;
};

static enum sql_result copy_row(const struct cursor *from, struct sql *to,
                                struct value *values)
{
    struct sql_statement *add = sql_use(to, from->base + MOVE_ADD);
    for (int i = 0; i < from->table->count; i++) {
        enum move_type type = from->table->columns[i].type;
        take_value(from->s, i, type, &values[i]);
        if (!buf_ok(&values[i].bytes))
            return SQL_ERROR;
        bind_value(add, i + 1, type, &values[i]);
    }
    return sql_put(add);
}

static enum sql_result copy_block(struct sql *to, void *ctx)
{
    struct block *block = ctx;
    int columns = block->from->table->count;
    struct value *values = calloc((size_t)columns, sizeof *values);
    enum sql_result result = values ? SQL_OK : SQL_ERROR;
    block->rows = 0;
    while (result == SQL_OK && block->rows < MOVE_BLOCK) {
        result = cursor_step(block->from);
        if (result == SQL_OK)
            result = copy_row(block->from, to, values);
        if (result == SQL_OK)
            block->rows++;
    }
    block->is_last = result == SQL_NONE;
    for (int i = 0; values && i < columns; i++)
        buf_free(&values[i].bytes);
    free(values);
    return result == SQL_NONE ? SQL_OK : result;
}

// Puts the cursor of the source behind what the target has.
static enum sql_result go_on(struct moving *moving, struct cursor *from,
                             int64_t *out_held)
{
    struct sql_statement *s = sql_use(moving->to, from->base + MOVE_LAST);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        stand_after(from, s);
    sql_done(s);
    if (result != SQL_OK)
        return result == SQL_NONE ? SQL_OK : result;
    return count_rows(moving->to, from->base, out_held);
}

// The planner of PostgreSQL knows the table at once.
static enum sql_result analyze(struct sql *to, const char *table)
{
    char script[128];
    snprintf(script, sizeof script, "ANALYZE \"%s\"", table);
    return sql_run(to, script);
}

static enum sql_result copy_table(struct moving *moving, size_t table)
{
    struct cursor from = cursor_on(moving, moving->from, table);
    struct block block = {.from = &from, .to = moving->to};
    int64_t all = 0, held = 0;
    enum sql_result result = count_rows(moving->from, from.base, &all);
    if (result == SQL_OK)
        result = go_on(moving, &from, &held);
    moving->out->held += held;
    while (result == SQL_OK && !block.is_last) {
        result = sql_transaction(moving->to, copy_block, &block);
        held += block.rows;
        if (result == SQL_OK)
            moving->tell(moving->ctx, from.table->name, held, all);
    }
    cursor_end(&from);
    return result == SQL_OK ? analyze(moving->to, from.table->name) : result;
}

// --- Comparing ---------------------------------------------------------------

// SQL_CLASH: they differ.
static enum sql_result compare_rows(struct cursor *a, struct cursor *b,
                                    int64_t *out_rows)
{
    struct buf row_a = {0}, row_b = {0};
    struct value value = {0};
    enum sql_result result = SQL_OK;
    while (result == SQL_OK) {
        result = cursor_step(a);
        enum sql_result other = cursor_step(b);
        if (result != other)
            result = result != SQL_OK && result != SQL_NONE ? result
                     : other != SQL_OK && other != SQL_NONE ? other
                                                            : SQL_CLASH;
        else if (result == SQL_OK &&
                 (!read_row(a, &value, &row_a) || !read_row(b, &value, &row_b)))
            result = SQL_ERROR;
        else if (result == SQL_OK &&
                 (row_a.size != row_b.size ||
                  memcmp(row_a.data, row_b.data, row_a.size) != 0))
            result = SQL_CLASH;
        *out_rows += result == SQL_OK;
    }
    buf_free(&row_a);
    buf_free(&row_b);
    buf_free(&value.bytes);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result compare_table(struct moving *moving, size_t table)
{
    struct cursor from = cursor_on(moving, moving->from, table);
    struct cursor to = cursor_on(moving, moving->to, table);
    enum sql_result result = compare_rows(&from, &to, &moving->out->rows);
    cursor_end(&from);
    cursor_end(&to);
    if (result == SQL_CLASH)
        snprintf(moving->out->table, sizeof moving->out->table, "%s",
                 from.table->name);
    return result;
}

static enum sql_result compare_all(struct moving *moving)
{
    enum sql_result result = SQL_OK;
    moving->out->rows = 0;
    for (size_t i = 0; result == SQL_OK && i < moving->tables.count; i++)
        result = compare_table(moving, i);
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
    int64_t all = 0, count = 0;
    enum sql_result result = SQL_OK;
    for (size_t i = 0; result == SQL_OK && i < moving->tables.count; i++) {
        if (is_made_with_schema(moving->tables.tables[i].name))
            continue;
        result = count_rows(moving->to, i * MOVE_KINDS, &count);
        all += count;
    }
    *out = all == 0;
    return result;
}

static enum sql_result is_moving(struct moving *moving, bool *out)
{
    struct sql_statement *s =
        sql_use(moving->to, moving->tables.count * MOVE_KINDS + IS_MOVING);
    enum sql_result result = sql_step(s);
    *out = result == SQL_OK && sql_int(s, 0) > 0;
    sql_done(s);
    return result;
}

// From here on the target is no book, until all was compared.
static enum sql_result begin(struct sql *to, void *ctx)
{
    const struct moving *moving = ctx;
    enum sql_result result = SQL_OK;
    char script[128];
    for (int i = 0; result == SQL_OK && i < MADE; i++) {
        if (move_tables_find(&moving->tables, made_with_schema[i]) < 0)
            continue;
        snprintf(script, sizeof script, "DELETE FROM \"%s\"",
                 made_with_schema[i]);
        result = sql_run(to, script);
    }
    return result == SQL_OK
               ? sql_run(to, "ALTER TABLE schema_version RENAME TO moving")
               : result;
}

// What a move that was stopped left is of this book when it has its name, or
// none yet. SQL_CLASH: it is another's.
static enum sql_result check_name(struct moving *moving, size_t name)
{
    int64_t count = 0;
    enum sql_result result = count_rows(moving->to, name * MOVE_KINDS, &count);
    return result == SQL_OK && count > 0 ? compare_table(moving, name) : result;
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
    if (result == SQL_OK)
        result = compare_all(moving);
    return result == SQL_OK
               ? sql_run(moving->to,
                         "ALTER TABLE moving RENAME TO schema_version")
               : result;
}

// A book stands there: the same one, or another.
static enum sql_result compare_standing(struct moving *moving)
{
    enum sql_result result = compare_all(moving);
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
        result = copy_all(moving);
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

#include "office/move_tables.h"
#include "common/buf.h"
#include "common/log.h"
#include <stdlib.h>
#include <string.h>

enum { COLUMNS, STATEMENTS };
static const char *const statements[STATEMENTS] = {
    [COLUMNS] = "SELECT m.name, i.name, i.type, i.pk FROM sqlite_schema m"
                " JOIN pragma_table_xinfo(m.name) i ON i.hidden = 0"
                " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%'"
                " ESCAPE '\\' ORDER BY m.name, i.cid",
};

static bool add_table(struct move_tables *tables, const char *name)
{
    struct move_table *grown =
        reallocarray(tables->tables, tables->count + 1, sizeof *tables->tables);
    if (!grown)
        return false;
    tables->tables = grown;
    grown[tables->count] = (struct move_table){.name = strdup(name)};
    return grown[tables->count++].name != NULL;
}

static enum move_type type_of(const char *declared)
{
    if (strcmp(declared, "TEXT") == 0)
        return MOVE_TEXT;
    return strcmp(declared, "BLOB") == 0 ? MOVE_BYTES : MOVE_INTEGER;
}

static bool add_column(struct move_table *table, const char *name,
                       const char *declared, int key)
{
    struct move_column *grown = reallocarray(
        table->columns, (size_t)table->count + 1, sizeof *table->columns);
    if (!grown)
        return false;
    table->columns = grown;
    grown[table->count] =
        (struct move_column){strdup(name), type_of(declared), key};
    return grown[table->count++].name != NULL;
}

static bool take_column(struct move_tables *tables, struct sql_statement *s)
{
    const char *name = sql_text(s, 0);
    if ((tables->count == 0 ||
         strcmp(tables->tables[tables->count - 1].name, name) != 0) &&
        !add_table(tables, name))
        return false;
    return add_column(&tables->tables[tables->count - 1], sql_text(s, 1),
                      sql_text(s, 2), (int)sql_int(s, 3));
}

static bool find_keys(struct move_table *table)
{
    table->keys = calloc((size_t)table->count + 1, sizeof *table->keys);
    if (!table->keys)
        return false;
    for (int i = 0; i < table->count; i++) {
        if (table->columns[i].key > 0) {
            table->keys[table->columns[i].key - 1] = i;
            table->key_count++;
        }
    }
    if (table->key_count == 0 || table->key_count > MOVE_KEYS)
        log_error("office", "%s has a key of %d columns", table->name,
                  table->key_count);
    return table->key_count > 0 && table->key_count <= MOVE_KEYS;
}

static void put_columns(struct buf *out, const struct move_table *table)
{
    for (int i = 0; i < table->count; i++)
        buf_printf(out, "%s\"%s\"", i ? ", " : "", table->columns[i].name);
}

static void put_keys(struct buf *out, const struct move_table *table,
                     const char *after)
{
    for (int i = 0; i < table->key_count; i++)
        buf_printf(out, "%s\"%s\"%s", i ? ", " : "",
                   table->columns[table->keys[i]].name, after);
}

static void put_places(struct buf *out, int count)
{
    for (int i = 0; i < count; i++)
        buf_printf(out, "%s?%d", i ? ", " : "", i + 1);
}

static void put_rows(struct buf *out, const struct move_table *table,
                     enum move_kind kind)
{
    buf_append_text(out, "SELECT ");
    put_columns(out, table);
    buf_printf(out, " FROM \"%s\"", table->name);
    if (kind == MOVE_NEXT) {
        buf_append_text(out, " WHERE (");
        put_keys(out, table, "");
        buf_append_text(out, ") > (");
        put_places(out, table->key_count);
        buf_append_char(out, ')');
    }
    buf_append_text(out, " ORDER BY ");
    put_keys(out, table, kind == MOVE_LAST ? " DESC" : "");
    if (kind == MOVE_LAST)
        buf_append_text(out, " LIMIT 1");
}

static char *text_of(const struct move_table *table, enum move_kind kind)
{
    struct buf out = {0};
    if (kind == MOVE_ANY) {
        buf_printf(&out, "SELECT 1 FROM \"%s\" LIMIT 1", table->name);
    } else if (kind == MOVE_IN) {
        buf_printf(&out, "COPY \"%s\" (", table->name);
        put_columns(&out, table);
        buf_append_text(&out, ") FROM STDIN (FORMAT binary)");
    } else if (kind == MOVE_OUT) {
        buf_append_text(&out, "COPY (");
        put_rows(&out, table, MOVE_ALL);
        buf_append_text(&out, ") TO STDOUT (FORMAT binary)");
    } else {
        put_rows(&out, table, kind);
    }
    char *text = buf_take(&out);
    buf_free(&out);
    return text;
}

static bool make_texts(struct move_tables *tables)
{
    tables->texts = calloc(tables->count * MOVE_KINDS + 1, sizeof(char *));
    bool made = tables->texts != NULL;
    for (size_t i = 0; made && i < tables->count; i++) {
        made = find_keys(&tables->tables[i]);
        for (int kind = 0; made && kind < MOVE_KINDS; kind++) {
            char *text = text_of(&tables->tables[i], (enum move_kind)kind);
            tables->texts[i * MOVE_KINDS + (size_t)kind] = text;
            made = text != NULL;
        }
    }
    return made;
}

bool move_tables_read(const char *path, struct move_tables *out)
{
    struct sql *sql = NULL;
    memset(out, 0, sizeof *out);
    if (sql_open(path, SQL_FOLLOWER, statements, STATEMENTS, &sql) != SQL_OK)
        return false;
    struct sql_statement *s = sql_use(sql, COLUMNS);
    enum sql_result result;
    bool taken = true;
    while (taken && (result = sql_step(s)) == SQL_OK)
        taken = take_column(out, s);
    sql_done(s);
    sql_close(sql);
    if (!taken)
        log_error("office", "out of memory");
    return taken && result == SQL_NONE && make_texts(out);
}

void move_tables_free(struct move_tables *tables)
{
    for (size_t i = 0; tables->texts && i < tables->count * MOVE_KINDS; i++)
        free(tables->texts[i]);
    for (size_t i = 0; i < tables->count; i++) {
        struct move_table *table = &tables->tables[i];
        for (int c = 0; c < table->count; c++)
            free(table->columns[c].name);
        free(table->columns);
        free(table->keys);
        free(table->name);
    }
    free(tables->texts);
    free(tables->tables);
    memset(tables, 0, sizeof *tables);
}

int move_tables_find(const struct move_tables *tables, const char *name)
{
    for (size_t i = 0; i < tables->count; i++) {
        if (strcmp(tables->tables[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

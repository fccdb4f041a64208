#include "city/registry.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "postgres/address.h"
#include "postgres/database.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "city";

enum { CHANGE_LAST, CHANGE_ADD, CHANGE_LIST, STATEMENT_COUNT };
static const char *const STATEMENTS[STATEMENT_COUNT] = {
    [CHANGE_LAST] = "SELECT coalesce(max(change_no), 0) FROM change",
    [CHANGE_ADD] = "INSERT INTO change (change_no, at, who, body, hash)"
                   " VALUES (?1, ?2, ?3, ?4, ?5)",
    [CHANGE_LIST] = "SELECT change_no, at, who, body, hash FROM change"
                    " ORDER BY change_no"};

static const char version_1[] =
#include "city/registry_1.sql.h"
    ;
static const char postgres_1[] =
#include "city/registry_postgres_1.sql.h"
    ;
static const struct sql_migration MIGRATIONS[] = {{1, version_1}, {0, NULL}};
static const struct sql_migration ON_POSTGRES[] = {{1, postgres_1}, {0, NULL}};

struct registry {
    struct sql *sql;
    char address[PATH_MAX];
};

bool registry_address(const char *city, char out[PATH_MAX])
{
    return database_is_url(city)
               ? address_extend_schema(city, REGISTRY_SCHEMA, out, PATH_MAX)
               : file_join(out, PATH_MAX, city, REGISTRY_FILE);
}

enum sql_result registry_open(const char *address, enum registry_mode mode,
                              struct registry **out)
{
    struct registry *registry = calloc(1, sizeof *registry);
    bool writes = mode == REGISTRY_WRITES;
    if (!registry) {
        log_error(MODULE, "out of memory");
        return SQL_ERROR;
    }
    snprintf(registry->address, sizeof registry->address, "%s", address);
    enum sql_result result =
        database_open(address, writes ? SQL_WRITER : SQL_FOLLOWER, STATEMENTS,
                      STATEMENT_COUNT, &registry->sql);
    if (result == SQL_OK && writes) {
        result = sql_migrate(
            registry->sql, database_is_url(address) ? ON_POSTGRES : MIGRATIONS);
    } else if (result == SQL_OK) {
        int version;
        result = sql_read_version(registry->sql, &version);
        if (result == SQL_OK && version == 0) {
            result = SQL_NONE;
        }
    }
    if (result != SQL_OK) {
        registry_close(registry);
        return result;
    }
    *out = registry;
    return SQL_OK;
}

void registry_close(struct registry *registry)
{
    if (registry) {
        sql_close(registry->sql);
        free(registry);
    }
}

enum sql_result registry_number(struct registry *registry, int64_t *out)
{
    struct sql_statement *s = sql_use(registry->sql, CHANGE_LAST);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

// --- The chain

// The hash of a change over the one before it; `head` becomes it.
static bool extend(unsigned char head[DIGEST_BYTES],
                   const struct registry_change *change)
{
    struct buf text = {0};
    buf_printf(&text, "hailong.city.1\n%" PRId64 "\n%" PRId64 "\n%s\n%s\n",
               change->number, change->at, change->who, change->body);
    buf_append(&text, head, DIGEST_BYTES);
    bool done = buf_ok(&text);
    if (done) {
        digest_of(buf_text(&text), text.size, head);
    }
    buf_free(&text);
    return done;
}

// What has been read so far.
struct trail {
    unsigned char head[DIGEST_BYTES];
    int64_t number;
};

static enum sql_result follow(struct sql_statement *s, struct trail *trail,
                              struct registry_change *out)
{
    size_t size = 0;
    *out = (struct registry_change){sql_int(s, 0), sql_int(s, 1),
                                    sql_text(s, 2), sql_text(s, 3)};
    const void *hash = sql_bytes(s, 4, &size);
    if (!out->who || !out->body || out->number != trail->number + 1 ||
        !extend(trail->head, out) || size != DIGEST_BYTES ||
        !digest_equal(hash, trail->head, DIGEST_BYTES)) {
        log_error(MODULE,
                  "change %" PRId64 " of the registry does not fit the one "
                  "before: it was altered, or one is missing",
                  out->number);
        return SQL_CORRUPT;
    }
    trail->number = out->number;
    return SQL_OK;
}

static enum sql_result walk(struct sql *sql, struct trail *trail,
                            registry_row *row, void *ctx)
{
    struct registry_change change;
    enum sql_result result;
    struct sql_statement *s = sql_use(sql, CHANGE_LIST);
    *trail = (struct trail){.number = 0};
    while ((result = sql_step(s)) == SQL_OK) {
        result = follow(s, trail, &change);
        if (result != SQL_OK) {
            break;
        }
        if (!row(ctx, &change)) {
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result registry_list(struct registry *registry, registry_row *row,
                              void *ctx)
{
    struct trail trail;
    return walk(registry->sql, &trail, row, ctx);
}

// --- Reading

struct reader {
    struct city_units units;
    struct buf *message;
};

static bool apply(void *ctx, const struct registry_change *change)
{
    struct reader *reader = ctx;
    char why[JSON_MESSAGE_SIZE];
    struct buf message = {0};
    json_t *body = json_read(change->body, strlen(change->body), why);
    bool done = body && city_units_apply(&reader->units, body, &message);
    if (!done) {
        buf_printf(reader->message, "change %" PRId64 ": %s", change->number,
                   body ? buf_text(&message) : why);
    }
    buf_free(&message);
    json_decref(body);
    return done;
}

static enum sql_result read_all(struct sql *sql, struct reader *reader,
                                struct trail *trail)
{
    city_units_begin(&reader->units);
    enum sql_result result = walk(sql, trail, apply, reader);
    if (result != SQL_OK) {
        city_units_free(&reader->units);
        if (reader->message->size == 0) {
            buf_printf(reader->message, "the registry cannot be read: %s",
                       sql_result_name(result));
        }
    }
    return result;
}

enum sql_result registry_read(struct registry *registry, struct city_units *out,
                              int64_t *out_number, struct buf *message)
{
    struct reader reader = {.message = message};
    struct trail trail;
    enum sql_result result = read_all(registry->sql, &reader, &trail);
    if (result == SQL_OK) {
        *out = reader.units;
        *out_number = trail.number;
    }
    return result;
}

// --- A book of its own

// Where the city's own people stand: the city as it was named.
static void name_city(const struct registry *registry, char out[PATH_MAX])
{
    size_t end = strlen(database_is_url(registry->address) ? REGISTRY_SCHEMA
                                                           : "/" REGISTRY_FILE);
    snprintf(out, PATH_MAX, "%.*s", (int)(strlen(registry->address) - end),
             registry->address);
}

// What tells a book from others. NULL: there can be none, or no memory.
static char *name_book(const char *city, const struct city_unit *unit)
{
    char directory[PATH_MAX];
    if (registry_url(unit)) {
        return database_place(registry_url(unit));
    }
    return registry_directory(database_is_url(city) ? "." : city, unit,
                              directory)
               ? file_place(directory)
               : NULL;
}

static bool is_named(const char *name, char *other)
{
    bool is_same = other && strcmp(name, other) == 0;
    free(other);
    return is_same;
}

// Two units in one book would be counted as one, for ever.
static bool is_own(const struct registry *registry,
                   const struct city_units *units, const struct city_unit *unit,
                   struct buf *message)
{
    char city[PATH_MAX];
    name_city(registry, city);
    char *name = name_book(city, unit);
    const char *taken_by =
        name && is_named(name, database_is_url(city) ? database_place(city)
                                                     : file_place(city))
            ? "the city itself"
            : NULL;
    for (size_t i = 0; name && !taken_by && i < units->count; i++) {
        const struct city_unit *other = &units->all[i];
        if (other != unit && city_kind_has_book(other->kind) &&
            is_named(name, name_book(city, other))) {
            taken_by = other->code;
        }
    }
    if (!name) {
        buf_append_text(message, "book: nothing can be opened there; give a "
                                 "directory, or postgresql://USER@HOST/"
                                 "DATABASE?schema=NAME");
    } else if (taken_by) {
        buf_printf(message,
                   "book: %s has its book there; each unit needs one of its "
                   "own",
                   taken_by);
    }
    bool is_one = name && !taken_by;
    free(name);
    return is_one;
}

static bool is_fit(const struct registry *registry,
                   const struct city_units *units, const json_t *change,
                   struct buf *message)
{
    const char *what = json_string_value(json_object_get(change, "do"));
    const char *code = json_string_value(json_object_get(change, "unit"));
    if (strcmp(what, "add") != 0 && strcmp(what, "book") != 0) {
        return true;
    }
    const struct city_unit *unit = city_find(units, code);
    return !city_kind_has_book(unit->kind) ||
           is_own(registry, units, unit, message);
}

// --- Adding

struct addition {
    const struct registry *registry;
    const json_t *const *changes;
    size_t count;
    const char *who;
    int64_t now;
    struct reader reader;
    struct trail trail;
};

static enum sql_result add_one(struct sql *sql, struct addition *addition,
                               const json_t *body)
{
    struct buf text = {0};
    struct registry_change change = {addition->trail.number + 1, addition->now,
                                     addition->who, NULL};
    enum sql_result result = SQL_ERROR;
    if (json_write(body, &text)) {
        change.body = buf_text(&text);
        if (extend(addition->trail.head, &change)) {
            struct sql_statement *s = sql_use(sql, CHANGE_ADD);
            sql_bind_int(s, 1, change.number);
            sql_bind_int(s, 2, change.at);
            sql_bind_text(s, 3, change.who);
            sql_bind_text(s, 4, change.body);
            sql_bind_bytes(s, 5, addition->trail.head, DIGEST_BYTES);
            result = sql_execute(s);
            addition->trail.number = change.number;
        }
    }
    buf_free(&text);
    return result;
}

// A transaction may run a second time.
static enum sql_result add_all(struct sql *sql, void *ctx)
{
    struct addition *addition = ctx;
    buf_clear(addition->reader.message);
    enum sql_result result = read_all(sql, &addition->reader, &addition->trail);
    if (result != SQL_OK) {
        return result;
    }
    for (size_t i = 0; result == SQL_OK && i < addition->count; i++) {
        result = city_units_apply(&addition->reader.units, addition->changes[i],
                                  addition->reader.message) &&
                         is_fit(addition->registry, &addition->reader.units,
                                addition->changes[i], addition->reader.message)
                     ? add_one(sql, addition, addition->changes[i])
                     : SQL_NONE;
    }
    city_units_free(&addition->reader.units);
    return result;
}

bool registry_add(struct registry *registry, const json_t *const *changes,
                  size_t count, const char *who, int64_t now,
                  struct buf *message)
{
    struct addition addition = {.registry = registry,
                                .changes = changes,
                                .count = count,
                                .who = who,
                                .now = now,
                                .reader = {.message = message}};
    enum sql_result result = sql_transaction(registry->sql, add_all, &addition);
    // Another process added one at the same moment.
    if (result == SQL_CLASH) {
        result = sql_transaction(registry->sql, add_all, &addition);
    }
    if (result != SQL_OK && message->size == 0) {
        buf_printf(message, "the registry cannot be written: %s",
                   sql_result_name(result));
    }
    return result == SQL_OK;
}

// --- Books

const char *registry_url(const struct city_unit *unit)
{
    return database_is_url(unit->book) ? unit->book : NULL;
}

bool registry_directory(const char *city, const struct city_unit *unit,
                        char out[PATH_MAX])
{
    char wards[PATH_MAX];
    if (unit->book[0] == '/') {
        return file_join(out, PATH_MAX, "", unit->book + 1);
    }
    if (unit->book[0] != '\0' && !registry_url(unit)) {
        return file_join(out, PATH_MAX, city, unit->book);
    }
    return file_join(wards, sizeof wards, city, REGISTRY_WARDS) &&
           file_join(out, PATH_MAX, wards, unit->code);
}

#include "store/ledger_reader.h"
#include "common/file.h"
#include "common/log.h"
#include "store/device.h"
#include "store/kiosk_db.h"
#include <stdlib.h>
#include <string.h>

struct ledger_reader {
    struct sql *db;
};

enum sql_result ledger_reader_open(const char *directory,
                                   struct ledger_reader **out_reader)
{
    char path[PATH_MAX];
    struct ledger_reader *reader = calloc(1, sizeof *reader);
    enum sql_result result = SQL_ERROR;
    if (reader && file_join(path, sizeof path, directory, DEVICE_FILE_KIOSK))
        result = sql_open(path, SQL_FOLLOWER, kiosk_statements,
                          KIOSK_STATEMENT_COUNT, &reader->db);
    // An empty file: its writer is about to make the tables.
    int version = result == SQL_OK ? sql_version(reader->db) : 0;
    if (result == SQL_OK && version <= 0) {
        sql_close(reader->db);
        result = version == 0 ? SQL_NONE : SQL_ERROR;
    }
    if (result != SQL_OK) {
        free(reader);
        return result;
    }
    *out_reader = reader;
    return SQL_OK;
}

void ledger_reader_close(struct ledger_reader *reader)
{
    if (!reader)
        return;
    sql_close(reader->db);
    free(reader);
}

bool ledger_reader_changed(struct ledger_reader *reader)
{
    return sql_changed(reader->db);
}

bool ledger_reader_is_replaced(struct ledger_reader *reader)
{
    return sql_is_replaced(reader->db);
}

enum sql_result ledger_reader_hold(struct ledger_reader *reader)
{
    return sql_run(reader->db, "BEGIN");
}

void ledger_reader_release(struct ledger_reader *reader)
{
    sql_run(reader->db, "COMMIT");
}

static enum sql_result take_end(struct sql_statement *s, struct ledger_end *out)
{
    struct ledger_end end = {0};
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        end.gen = sql_int(s, 0);
        end.seq = sql_int(s, 1);
        if (!kiosk_take_hash(s, 2, end.head))
            result = SQL_CORRUPT;
    }
    sql_done(s);
    if (result == SQL_OK)
        *out = end;
    return result;
}

enum sql_result ledger_reader_end(struct ledger_reader *reader,
                                  struct ledger_end *out)
{
    return take_end(sql_use(reader->db, KIOSK_END), out);
}

enum sql_result ledger_reader_end_of(struct ledger_reader *reader, int64_t gen,
                                     struct ledger_end *out)
{
    struct sql_statement *s = sql_use(reader->db, KIOSK_END_OF);
    sql_bind_int(s, 1, gen);
    return take_end(s, out);
}

// KIOSK_NEXT_GEN or KIOSK_LONE_MARK.
static enum sql_result next_of(struct ledger_reader *reader,
                               enum kiosk_statement statement, int64_t gen,
                               int64_t *out_gen)
{
    struct sql_statement *s = sql_use(reader->db, statement);
    sql_bind_int(s, 1, gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_is_null(s, 0))
        result = SQL_NONE;
    if (result == SQL_OK)
        *out_gen = sql_int(s, 0);
    sql_done(s);
    return result;
}

enum sql_result ledger_reader_next_gen(struct ledger_reader *reader,
                                       int64_t gen, int64_t *out_gen)
{
    return next_of(reader, KIOSK_NEXT_GEN, gen, out_gen);
}

enum sql_result ledger_reader_lone_mark(struct ledger_reader *reader,
                                        int64_t gen, int64_t *out_gen)
{
    if (sql_version(reader->db) < MARK_SCHEMA)
        return SQL_NONE;
    return next_of(reader, KIOSK_LONE_MARK, gen, out_gen);
}

enum sql_result ledger_reader_mark(struct ledger_reader *reader, int64_t gen,
                                   struct ledger_mark *out)
{
    return mark_read(reader->db, gen, out);
}

enum sql_result ledger_reader_hash(struct ledger_reader *reader, int64_t gen,
                                   int64_t seq, char out[DIGEST_HEX_SIZE])
{
    struct sql_statement *s = sql_use(reader->db, KIOSK_HASH);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, seq);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && !kiosk_take_hash(s, 0, out))
        result = SQL_CORRUPT;
    sql_done(s);
    return result;
}

enum sql_result ledger_reader_find(struct ledger_reader *reader, const char *id)
{
    struct kiosk_place place;
    return kiosk_find_line(reader->db, id, &place);
}

enum sql_result ledger_reader_walk(struct ledger_reader *reader, int64_t gen,
                                   int64_t from, ledger_visitor *visit,
                                   void *ctx)
{
    struct sql_statement *s = sql_use(reader->db, KIOSK_WALK);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, from);
    char stored[DIGEST_HEX_SIZE], made[DIGEST_HEX_SIZE];
    enum sql_result result;
    bool go_on = true;
    while (go_on && (result = sql_step(s)) == SQL_OK) {
        size_t size;
        const char *line = sql_bytes(s, 2, &size);
        digest_hex_of(line ? line : "", size, made);
        if (!line || !kiosk_take_hash(s, 3, stored) ||
            strcmp(stored, made) != 0) {
            log_error("store", "line %lld/%lld is not what was written",
                      (long long)gen, (long long)sql_int(s, 0));
            sql_done(s);
            return SQL_CORRUPT;
        }
        go_on = visit(ctx, sql_int(s, 0), sql_text(s, 1), line, size);
    }
    sql_done(s);
    return !go_on || result == SQL_NONE ? SQL_OK : result;
}

enum sql_result ledger_reader_rows(struct ledger_reader *reader, int64_t gen,
                                   ledger_row_visitor *visit, void *ctx)
{
    struct sql_statement *s = sql_use(reader->db, KIOSK_ROWS);
    sql_bind_int(s, 1, gen);
    enum sql_result result;
    bool go_on = true;
    while (go_on && (result = sql_step(s)) == SQL_OK) {
        struct ledger_row row = {.seq = sql_int(s, 0),
                                 .closed_at = sql_int(s, 3),
                                 .id = sql_text(s, 1),
                                 .outcome = sql_text(s, 4)};
        row.line = sql_bytes(s, 5, &row.size);
        if (!kiosk_take_hash(s, 2, row.hash))
            row.hash[0] = '\0';
        go_on = visit(ctx, &row);
    }
    sql_done(s);
    return !go_on || result == SQL_NONE ? SQL_OK : result;
}

enum sql_result ledger_reader_comment(struct ledger_reader *reader,
                                      const char *id, struct buf *out)
{
    struct sql_statement *s = sql_use(reader->db, KIOSK_GET_COMMENT);
    sql_bind_text(s, 1, id);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        size_t size;
        const void *sealed = sql_bytes(s, 0, &size);
        buf_append(out, sealed, size);
        if (!buf_ok(out))
            result = SQL_ERROR;
    }
    sql_done(s);
    return result;
}

enum sql_result ledger_reader_counts(struct ledger_reader *reader,
                                     struct ledger_counts *out)
{
    struct ledger_counts counts = {0};
    const struct {
        const char *name;
        int64_t *count;
    } places[] = {{"lines", &counts.lines},
                  {"rated", &counts.rated},
                  {"declined", &counts.declined},
                  {"timeout", &counts.timeout},
                  {"withdrawn", &counts.withdrawn}};
    struct sql_statement *s = sql_use(reader->db, KIOSK_COUNTS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK)
        for (size_t i = 0; i < sizeof places / sizeof *places; i++)
            if (strcmp(sql_text(s, 0), places[i].name) == 0)
                *places[i].count = sql_int(s, 1);
    sql_done(s);
    if (result != SQL_NONE)
        return result;
    *out = counts;
    return SQL_OK;
}

// The first column of a one-row answer.
static enum sql_result take_int(struct sql_statement *s, int64_t *out)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        *out = sql_int(s, 0);
    sql_done(s);
    return result;
}

enum sql_result ledger_reader_written_at(struct ledger_reader *reader,
                                         int64_t gen, int64_t seq,
                                         int64_t *out_wall_ms)
{
    struct sql_statement *s = sql_use(reader->db, KIOSK_WRITTEN_AT);
    sql_bind_int(s, 1, gen);
    sql_bind_int(s, 2, seq);
    return take_int(s, out_wall_ms);
}

enum sql_result ledger_reader_setting(struct ledger_reader *reader,
                                      const char *name, struct buf *out)
{
    // A database of before the settings has no such table yet.
    if (sql_version(reader->db) < 2)
        return SQL_NONE;
    struct sql_statement *s = sql_use(reader->db, KIOSK_GET_SETTING);
    sql_bind_text(s, 1, name);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        buf_append_text(out, sql_text(s, 0));
    sql_done(s);
    return result == SQL_OK && !buf_ok(out) ? SQL_ERROR : result;
}

enum sql_result ledger_reader_drafts(struct ledger_reader *reader,
                                     int64_t *out_count)
{
    return take_int(sql_use(reader->db, KIOSK_COUNT_DRAFTS), out_count);
}

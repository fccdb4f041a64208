#include "store/kiosk_db.h"
#include <stdio.h>
#include <string.h>

const char *const kiosk_statements[KIOSK_STATEMENT_COUNT] = {
    [KIOSK_PUT_DRAFT] = "INSERT INTO drafts (id, body) VALUES (?1, ?2)"
                        " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
    [KIOSK_DROP_DRAFT] = "DELETE FROM drafts WHERE id = ?1",
    [KIOSK_NEXT_DRAFT] = "SELECT id, body FROM drafts WHERE id > ?1"
                         " ORDER BY id LIMIT 1",
    [KIOSK_COUNT_DRAFTS] = "SELECT count(*) FROM drafts",
    [KIOSK_PUT_LINE] =
        "INSERT INTO lines (gen, seq, id, hash, closed_at, outcome, line)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [KIOSK_FIND_LINE] = "SELECT gen, seq, hash FROM lines WHERE id = ?1",
    [KIOSK_FIND_ASIDE] = "SELECT n FROM aside WHERE id = ?1 LIMIT 1",
    [KIOSK_PUT_ASIDE] = "INSERT INTO aside (id, gen, seq, reason, body)"
                        " VALUES (?1, ?2, ?3, ?4, ?5)",
    [KIOSK_PUT_COMMENT] = "INSERT OR REPLACE INTO comments (id, sealed)"
                          " VALUES (?1, ?2)",
    [KIOSK_GET_COMMENT] = "SELECT sealed FROM comments WHERE id = ?1",
    [KIOSK_DROP_COMMENT] = "DELETE FROM comments WHERE id = ?1",
    [KIOSK_SETTLE] = "UPDATE settled SET upto = ?1 WHERE upto < ?1",
    [KIOSK_SETTLED] = "SELECT upto FROM settled",
    [KIOSK_END] = "SELECT gen, seq, hash, line FROM lines"
                  " ORDER BY gen DESC, seq DESC LIMIT 1",
    [KIOSK_END_OF] = "SELECT gen, seq, hash FROM lines WHERE gen = ?1"
                     " ORDER BY seq DESC LIMIT 1",
    [KIOSK_NEXT_GEN] = "SELECT min(gen) FROM lines WHERE gen > ?1",
    [KIOSK_HASH] = "SELECT hash FROM lines WHERE gen = ?1 AND seq = ?2",
    [KIOSK_WALK] = "SELECT seq, id, line, hash FROM lines"
                   " WHERE gen = ?1 AND seq >= ?2 ORDER BY seq",
    [KIOSK_ROWS] = "SELECT seq, id, hash, closed_at, outcome, line FROM lines"
                   " WHERE gen = ?1 ORDER BY seq",
    [KIOSK_ALL] = "SELECT gen, seq, hash, line FROM lines ORDER BY gen, seq",
    [KIOSK_ROW] = "SELECT id, hash, line FROM lines"
                  " WHERE gen = ?1 AND seq = ?2",
    [KIOSK_COUNTS] = "SELECT name, n FROM counts",
    [KIOSK_WRITTEN_AT] = "SELECT closed_at FROM lines"
                         " WHERE gen = ?1 AND seq > ?2 ORDER BY seq LIMIT 1",
    [KIOSK_GET_MARK] =
        "SELECT upto, head, receipt_to, receipt_head, device, nonce, at, sig,"
        " lines, rated, declined, timeout, withdrawn"
        " FROM pruned WHERE gen = ?1",
    [KIOSK_PUT_MARK] =
        "INSERT INTO pruned (gen, upto, head, receipt_to, receipt_head,"
        " device, nonce, at, sig)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT (gen) DO UPDATE SET upto = excluded.upto,"
        " head = excluded.head, receipt_to = excluded.receipt_to,"
        " receipt_head = excluded.receipt_head, device = excluded.device,"
        " nonce = excluded.nonce, at = excluded.at, sig = excluded.sig",
    [KIOSK_LEAVE] = "DELETE FROM lines WHERE gen = ?1 AND seq <= ?2",
    [KIOSK_LONE_MARK] = "SELECT min(gen) FROM pruned WHERE gen > ?1"
                        " AND gen NOT IN (SELECT gen FROM lines)",
    [KIOSK_MISSING] =
        "SELECT gen, before + 1, seq - 1 FROM (SELECT gen, seq,"
        " lag(seq, 1, 0) OVER (PARTITION BY gen ORDER BY seq) AS before"
        " FROM lines) WHERE seq > before + 1 ORDER BY gen, seq LIMIT ?1",
    [KIOSK_PUT_SETTING] = "INSERT OR REPLACE INTO settings (name, value)"
                          " VALUES (?1, ?2)",
    [KIOSK_GET_SETTING] = "SELECT value FROM settings WHERE name = ?1",
    [KIOSK_NEXT_SETTING] = "SELECT name, value FROM settings WHERE name > ?1"
                           " ORDER BY name LIMIT 1",
};

static const char version_1[] =
#include "store/kiosk_1.sql.h"
    ;

static const char version_2[] =
#include "store/kiosk_2.sql.h"
    ;

static const char version_3[] =
#include "store/kiosk_3.sql.h"
    ;

const struct sql_migration kiosk_migrations[] = {
    {1, version_1}, {2, version_2}, {3, version_3}, {0, NULL}};

static enum sql_result put_draft(struct sql *sql,
                                 const struct kiosk_change *change)
{
    struct sql_statement *s = sql_use(sql, KIOSK_PUT_DRAFT);
    sql_bind_text(s, 1, change->id);
    sql_bind_bytes(s, 2, change->body, change->size);
    return sql_execute(s);
}

static enum sql_result drop_draft(struct sql *sql, const char *id)
{
    struct sql_statement *s = sql_use(sql, KIOSK_DROP_DRAFT);
    sql_bind_text(s, 1, id);
    return sql_execute(s);
}

static enum sql_result put_line(struct sql *sql,
                                const struct kiosk_change *change)
{
    unsigned char hash[DIGEST_BYTES];
    digest_of(change->body, change->size, hash);
    struct sql_statement *s = sql_use(sql, KIOSK_PUT_LINE);
    sql_bind_int(s, 1, change->gen);
    sql_bind_int(s, 2, change->seq);
    sql_bind_text(s, 3, change->id);
    sql_bind_bytes(s, 4, hash, sizeof hash);
    sql_bind_int(s, 5, change->closed_at);
    sql_bind_text(s, 6, change->outcome);
    sql_bind_bytes(s, 7, change->body, change->size);
    return sql_execute(s);
}

static enum sql_result put_aside(struct sql *sql,
                                 const struct kiosk_change *change)
{
    struct sql_statement *s = sql_use(sql, KIOSK_PUT_ASIDE);
    sql_bind_text(s, 1, change->id);
    if (change->gen > 0) {
        sql_bind_int(s, 2, change->gen);
        sql_bind_int(s, 3, change->seq);
    }
    sql_bind_text(s, 4, change->reason);
    sql_bind_bytes(s, 5, change->body, change->size);
    return sql_execute(s);
}

static enum sql_result put_comment(struct sql *sql,
                                   const struct kiosk_change *change)
{
    struct sql_statement *s = sql_use(sql, KIOSK_PUT_COMMENT);
    sql_bind_text(s, 1, change->id);
    sql_bind_bytes(s, 2, change->body, change->size);
    return sql_execute(s);
}

static enum sql_result apply(struct sql *sql, void *ctx)
{
    const struct kiosk_change *change = ctx;
    enum sql_result result = SQL_OK;
    if (change->kind == KIOSK_DRAFT)
        result = put_draft(sql, change);
    else if (change->kind == KIOSK_COMMENT)
        result = put_comment(sql, change);
    else
        result = drop_draft(sql, change->id);
    if (change->kind == KIOSK_LINE && result == SQL_OK)
        result = put_line(sql, change);
    if (change->kind == KIOSK_ASIDE && result == SQL_OK)
        result = put_aside(sql, change);
    if (result != SQL_OK)
        return result;
    struct sql_statement *s = sql_use(sql, KIOSK_SETTLE);
    sql_bind_int(s, 1, change->order);
    return sql_execute(s);
}

enum sql_result kiosk_apply(struct sql *sql, const struct kiosk_change *change)
{
    return sql_transaction(sql, apply, (void *)change);
}

bool kiosk_take_hash(struct sql_statement *s, int column,
                     char out[DIGEST_HEX_SIZE])
{
    size_t size;
    const void *hash = sql_bytes(s, column, &size);
    if (size != DIGEST_BYTES)
        return false;
    hex_encode(hash, size, out);
    return true;
}

enum sql_result kiosk_find_line(struct sql *sql, const char *id,
                                struct kiosk_place *out)
{
    struct sql_statement *s = sql_use(sql, KIOSK_FIND_LINE);
    sql_bind_text(s, 1, id);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        out->gen = sql_int(s, 0);
        out->seq = sql_int(s, 1);
        if (!kiosk_take_hash(s, 2, out->hash))
            result = SQL_CORRUPT;
    }
    sql_done(s);
    return result;
}

enum sql_result kiosk_find_aside(struct sql *sql, const char *id)
{
    struct sql_statement *s = sql_use(sql, KIOSK_FIND_ASIDE);
    sql_bind_text(s, 1, id);
    enum sql_result result = sql_step(s);
    sql_done(s);
    return result;
}

enum sql_result kiosk_settled(struct sql *sql, int64_t *out_order)
{
    struct sql_statement *s = sql_use(sql, KIOSK_SETTLED);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK)
        *out_order = sql_int(s, 0);
    sql_done(s);
    return result == SQL_NONE ? SQL_CORRUPT : result;
}

enum sql_result kiosk_end(struct sql *sql, struct chain *out)
{
    struct sql_statement *s = sql_use(sql, KIOSK_END);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        size_t size;
        char hash[DIGEST_HEX_SIZE];
        const void *line = sql_bytes(s, 3, &size);
        out->gen = sql_int(s, 0);
        out->seq = sql_int(s, 1);
        digest_hex_of(line, size, out->head);
        if (!kiosk_take_hash(s, 2, hash) || strcmp(hash, out->head) != 0)
            result = SQL_CORRUPT;
    } else if (result == SQL_NONE) {
        out->gen = 1;
        out->seq = 0;
        memcpy(out->head, DIGEST_NONE_HEX, DIGEST_HEX_SIZE);
        result = SQL_OK;
    }
    sql_done(s);
    return result;
}

enum sql_result kiosk_next_draft(struct sql *sql, const char *after,
                                 char out_id[ID_SIZE], struct buf *out_body)
{
    struct sql_statement *s = sql_use(sql, KIOSK_NEXT_DRAFT);
    sql_bind_text(s, 1, after);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        size_t size;
        const void *body = sql_bytes(s, 1, &size);
        snprintf(out_id, ID_SIZE, "%s", sql_text(s, 0));
        buf_append(out_body, body, size);
        if (!buf_ok(out_body))
            result = SQL_ERROR;
    }
    sql_done(s);
    return result;
}

enum sql_result kiosk_put_setting(struct sql *sql, const char *name,
                                  const char *value)
{
    struct sql_statement *s = sql_use(sql, KIOSK_PUT_SETTING);
    sql_bind_text(s, 1, name);
    sql_bind_text(s, 2, value);
    return sql_execute(s);
}

enum sql_result kiosk_next_setting(struct sql *sql, const char *after,
                                   struct buf *out_name, struct buf *out_value)
{
    struct sql_statement *s = sql_use(sql, KIOSK_NEXT_SETTING);
    sql_bind_text(s, 1, after);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        buf_append_text(out_name, sql_text(s, 0));
        buf_append_text(out_value, sql_text(s, 1));
        if (!buf_ok(out_name) || !buf_ok(out_value))
            result = SQL_ERROR;
    }
    sql_done(s);
    return result;
}

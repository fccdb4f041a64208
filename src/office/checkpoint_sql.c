#include "common/log.h"
#include "office/audit_sql.h"
#include "office/cases_sql.h"
#include "office/checkpoint.h"
#include "office/office_sql.h"
#include <stdio.h>
#include <string.h>

enum { TRAIL_COUNT = 2 };

struct addition {
    const struct key *key;
    const char *unit; // NULL: the newest device's
    struct checkpoint made;
};

static enum sql_result find_unit(struct sql *sql, char out[RECORD_CODE_SIZE])
{
    struct sql_statement *s = sql_use(sql, CHECKPOINT_UNIT);
    enum sql_result result = sql_step(s);
    if (result != SQL_OK || !column_text(s, 0, out, RECORD_CODE_SIZE))
        memcpy(out, "-", 2);
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result read_heads(struct sql *sql, struct merkle *merkle,
                                  struct checkpoint *out)
{
    struct sql_statement *s = sql_use(sql, CHECKPOINT_HEADS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        unsigned char head[DIGEST_BYTES];
        const char *device = sql_text(s, 0);
        column_bytes(s, 3, head, sizeof head);
        checkpoint_add_head(merkle, device ? device : "", sql_int(s, 1),
                            sql_int(s, 2), head);
        out->size += sql_int(s, 2);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// The trails, in the order of their names.
static const struct {
    const char *name;
    enum sql_result (*last)(struct sql *sql, struct trail *out);
} TRAILS[TRAIL_COUNT] = {{"audit", audit_last}, {"cases", case_events_last}};

static enum sql_result read_trails(struct sql *sql, struct merkle *merkle,
                                   struct trail trails[TRAIL_COUNT])
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < TRAIL_COUNT && result == SQL_OK; i++) {
        result = TRAILS[i].last(sql, &trails[i]);
        checkpoint_add_trail(merkle, TRAILS[i].name, &trails[i]);
    }
    return result;
}

static enum sql_result keep_trails(struct sql *sql, int64_t no,
                                   const struct trail trails[TRAIL_COUNT])
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < TRAIL_COUNT && result == SQL_OK; i++) {
        struct sql_statement *s = sql_use(sql, CHECKPOINT_TRAIL_ADD);
        sql_bind_int(s, 1, no);
        sql_bind_text(s, 2, TRAILS[i].name);
        sql_bind_int(s, 3, trails[i].size);
        sql_bind_bytes(s, 4, trails[i].head, DIGEST_BYTES);
        result = sql_execute(s);
    }
    return result;
}

static enum sql_result keep_heads(struct sql *sql, int64_t no)
{
    struct sql_statement *from = sql_use(sql, CHECKPOINT_HEADS);
    enum sql_result result;
    while ((result = sql_step(from)) == SQL_OK) {
        size_t size;
        const void *head = sql_bytes(from, 3, &size);
        struct sql_statement *s = sql_use(sql, CHECKPOINT_HEAD_ADD);
        sql_bind_int(s, 1, no);
        sql_bind_text(s, 2, sql_text(from, 0));
        sql_bind_int(s, 3, sql_int(from, 1));
        sql_bind_int(s, 4, sql_int(from, 2));
        sql_bind_bytes(s, 5, head, size);
        result = sql_put(s);
        if (result != SQL_OK)
            break;
    }
    sql_done(from);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result keep(struct sql *sql, const struct checkpoint *made,
                            const struct trail trails[TRAIL_COUNT])
{
    int64_t no;
    enum sql_result result = next_number(sql, CHECKPOINT_NEXT, &no);
    if (result != SQL_OK)
        return result;
    struct sql_statement *s = sql_use(sql, CHECKPOINT_ADD);
    sql_bind_int(s, 1, no);
    sql_bind_int(s, 2, made->at);
    sql_bind_text(s, 3, made->unit);
    sql_bind_int(s, 4, made->size);
    sql_bind_bytes(s, 5, made->root, sizeof made->root);
    sql_bind_text(s, 6, made->signature);
    result = sql_execute(s);
    if (result == SQL_OK)
        result = keep_heads(sql, no);
    return result == SQL_OK ? keep_trails(sql, no, trails) : result;
}

static enum sql_result add(struct sql *sql, void *ctx)
{
    struct addition *addition = ctx;
    struct checkpoint *made = &addition->made;
    struct trail trails[TRAIL_COUNT];
    struct merkle merkle;
    enum sql_result result = SQL_OK;
    merkle_start(&merkle);
    made->size = 0;
    if (addition->unit)
        snprintf(made->unit, sizeof made->unit, "%s", addition->unit);
    else
        result = find_unit(sql, made->unit);
    if (result == SQL_OK)
        result = read_heads(sql, &merkle, made);
    if (result == SQL_OK)
        result = read_trails(sql, &merkle, trails);
    if (result != SQL_OK)
        return result;
    merkle_root(&merkle, made->root);
    checkpoint_sign(made, addition->key);
    return keep(sql, made, trails);
}

enum office_result office_add_checkpoint(struct office *office,
                                         const struct key *key,
                                         const char *unit, int64_t now,
                                         struct checkpoint *out)
{
    struct addition addition = {.key = key, .unit = unit, .made = {.at = now}};
    enum sql_result result = office_write(office, add, &addition);
    if (result == SQL_OK)
        *out = addition.made;
    return office_result_of(result);
}

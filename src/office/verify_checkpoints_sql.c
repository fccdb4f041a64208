// Checkpoints against the lines and the trails. A kept one is what it was made
// of: the ends of chains and trails at its time. Each must still be the hash of
// the line or entry at its place, and all together must give its root and its
// size.
#include "office/checkpoint.h"
#include "office/verify_sql.h"
#include <string.h>

struct kept {
    int64_t no;
    struct checkpoint checkpoint;
};

static enum sql_result next_kept(struct sql_statement *s, struct kept *out)
{
    enum sql_result result = sql_step(s);
    if (result != SQL_OK)
        return result;
    *out = (struct kept){.no = sql_int(s, 0)};
    out->checkpoint.at = sql_int(s, 1);
    out->checkpoint.size = sql_int(s, 3);
    column_text(s, 2, out->checkpoint.unit, sizeof out->checkpoint.unit);
    column_bytes(s, 4, out->checkpoint.root, sizeof out->checkpoint.root);
    column_text(s, 5, out->checkpoint.signature,
                sizeof out->checkpoint.signature);
    return SQL_OK;
}

static void check_head(struct verifying *v, struct sql_statement *s)
{
    unsigned char head[DIGEST_BYTES], held[DIGEST_BYTES];
    const char *device = sql_text(s, 0);
    column_bytes(s, 3, head, sizeof head);
    if (!column_bytes(s, 4, held, sizeof held))
        verify_find(v, device ? device : "", sql_int(s, 1), sql_int(s, 2),
                    "a checkpoint names it, and it is gone");
    else if (memcmp(held, head, DIGEST_BYTES) != 0)
        verify_find(v, device ? device : "", sql_int(s, 1), sql_int(s, 2),
                    "is not the line that a checkpoint names");
}

// What is kept of a trail's end, against the entry that is there.
static enum sql_result check_trail_end(struct verifying *v, int64_t checkpoint,
                                       const char *name,
                                       const struct trail *kept)
{
    unsigned char held[DIGEST_BYTES];
    enum sql_result result =
        kept->size > 0 ? verify_trail_hash(v->sql, name, kept->size, held)
                       : SQL_OK;
    if (result == SQL_NONE)
        verify_find(v, "", 0, 0,
                    "checkpoint %lld names entry %lld of the trail %s, and it "
                    "is gone",
                    (long long)checkpoint, (long long)kept->size, name);
    else if (result == SQL_OK && kept->size > 0 &&
             memcmp(held, kept->head, DIGEST_BYTES) != 0)
        verify_find(v, "", 0, 0,
                    "entry %lld of the trail %s is not the one that "
                    "checkpoint %lld names",
                    (long long)kept->size, name, (long long)checkpoint);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result check_trails(struct verifying *v, int64_t checkpoint,
                                    struct merkle *merkle)
{
    struct sql_statement *s = sql_use(v->sql, CHECKPOINT_TRAILS);
    sql_bind_int(s, 1, checkpoint);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        const char *name = sql_text(s, 0);
        struct trail kept = {.size = sql_int(s, 1)};
        column_bytes(s, 2, kept.head, sizeof kept.head);
        checkpoint_add_trail(merkle, name ? name : "", &kept);
        result = check_trail_end(v, checkpoint, name ? name : "", &kept);
        if (result != SQL_OK)
            break;
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static enum sql_result check_kept(struct verifying *v, const struct kept *kept)
{
    struct merkle merkle;
    unsigned char root[DIGEST_BYTES];
    int64_t size = 0;
    struct sql_statement *s = sql_use(v->sql, VERIFY_CHECKPOINT_HEADS);
    sql_bind_int(s, 1, kept->no);
    enum sql_result result;
    merkle_start(&merkle);
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        unsigned char head[DIGEST_BYTES];
        const char *device = sql_text(s, 0);
        column_bytes(s, 3, head, sizeof head);
        checkpoint_add_head(&merkle, device ? device : "", sql_int(s, 1),
                            sql_int(s, 2), head);
        size += sql_int(s, 2);
        check_head(v, s);
    }
    sql_done(s);
    if (result == SQL_NONE)
        result = check_trails(v, kept->no, &merkle);
    if (result != SQL_OK || v->is_stopped)
        return result;
    merkle_root(&merkle, root);
    if (size != kept->checkpoint.size ||
        memcmp(root, kept->checkpoint.root, sizeof root) != 0)
        verify_find(v, "", 0, 0,
                    "checkpoint %lld and the ends of chains and trails that "
                    "are kept for it do not give each other",
                    (long long)kept->no);
    return SQL_OK;
}

enum sql_result verify_checkpoints(struct verifying *v)
{
    struct kept kept;
    struct sql_statement *s = sql_use(v->sql, VERIFY_CHECKPOINTS);
    enum sql_result result;
    while ((result = next_kept(s, &kept)) == SQL_OK && !v->is_stopped) {
        v->sum->checkpoints++;
        enum sql_result checked = check_kept(v, &kept);
        if (checked != SQL_OK && checked != SQL_NONE) {
            result = checked;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

// The one that is kept of a checkpoint from outside. SQL_NONE: none is it.
static enum sql_result
find_kept(struct sql *sql, const struct checkpoint *wanted, struct kept *out)
{
    struct sql_statement *s = sql_use(sql, VERIFY_CHECKPOINTS);
    enum sql_result result;
    bool is_found = false;
    while (!is_found && (result = next_kept(s, out)) == SQL_OK)
        is_found = out->checkpoint.at == wanted->at;
    sql_done(s);
    return is_found ? SQL_OK : result;
}

static enum sql_result verify_one(struct verifying *v,
                                  const struct checkpoint *checkpoint)
{
    struct kept kept;
    enum sql_result result = find_kept(v->sql, checkpoint, &kept);
    if (result == SQL_NONE) {
        verify_find(v, "", 0, 0,
                    "the server made this checkpoint and has it no more: what "
                    "was changed below it cannot be told from here, a backup "
                    "of before can");
        return SQL_OK;
    }
    if (result != SQL_OK)
        return result;
    if (kept.checkpoint.size != checkpoint->size ||
        strcmp(kept.checkpoint.unit, checkpoint->unit) != 0 ||
        memcmp(kept.checkpoint.root, checkpoint->root, DIGEST_BYTES) != 0)
        verify_find(v, "", 0, 0,
                    "the checkpoint that the server keeps of this time is "
                    "another one: it has %lld lines, this one %lld",
                    (long long)kept.checkpoint.size,
                    (long long)checkpoint->size);
    return check_kept(v, &kept);
}

enum office_result office_verify_checkpoint(struct office *office,
                                            const struct checkpoint *checkpoint,
                                            office_finding_row *row, void *ctx,
                                            int64_t *out_findings)
{
    struct office_verification sum = {0};
    struct verifying v = {
        .sql = office->sql, .row = row, .ctx = ctx, .sum = &sum};
    enum sql_result result = verify_one(&v, checkpoint);
    *out_findings = sum.findings;
    return office_result_of(result == SQL_NONE ? SQL_OK : result);
}

// kiosk.db and its statements, inside this room: what its writer does to it.
// A change is one transaction, which also moves the number up to which the
// ring file's slots are settled.
#pragma once
#include "ledger/chain.h"
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kiosk_statement {
    KIOSK_PUT_DRAFT,
    KIOSK_DROP_DRAFT,
    KIOSK_NEXT_DRAFT,
    KIOSK_COUNT_DRAFTS,
    KIOSK_PUT_LINE,
    KIOSK_FIND_LINE,
    KIOSK_FIND_ASIDE,
    KIOSK_PUT_ASIDE,
    KIOSK_PUT_COMMENT,
    KIOSK_GET_COMMENT,
    KIOSK_DROP_COMMENT,
    KIOSK_SETTLE,
    KIOSK_SETTLED,
    KIOSK_END,
    KIOSK_END_OF,
    KIOSK_NEXT_GEN,
    KIOSK_HASH,
    KIOSK_WALK,
    KIOSK_ROWS,
    KIOSK_ROW,
    KIOSK_ALL,
    KIOSK_COUNTS,
    KIOSK_WRITTEN_AT,
    KIOSK_GET_MARK,
    KIOSK_PUT_MARK,
    KIOSK_LEAVE,
    KIOSK_LONE_MARK,
    KIOSK_MISSING,
    KIOSK_PUT_SETTING,
    KIOSK_NEXT_SETTING,
    KIOSK_GET_SETTING,
    KIOSK_STATEMENT_COUNT
};

extern const char *const kiosk_statements[KIOSK_STATEMENT_COUNT];
extern const struct sql_migration kiosk_migrations[];

enum kiosk_change_kind {
    KIOSK_DRAFT,   // keep the body as the draft of `id`
    KIOSK_DROP,    // forget the draft of `id`
    KIOSK_COMMENT, // keep the body as the sealed comment of `id`
    KIOSK_LINE,    // the body is the line `gen`/`seq`; its draft goes
    KIOSK_ASIDE // the body cannot take its place, for `reason`; its draft goes
};

struct kiosk_change {
    enum kiosk_change_kind kind;
    int64_t order; // settled with this change
    const char *id;
    const char *body;
    size_t size;
    int64_t gen, seq; // of a line; 0: none
    int64_t closed_at;
    const char *outcome; // NULL: an event
    const char *reason;
};

// As sql_transaction().
enum sql_result kiosk_apply(struct sql *sql, const struct kiosk_change *change);

// SQL_NONE: no line has this id.
struct kiosk_place {
    int64_t gen, seq;
    char hash[DIGEST_HEX_SIZE];
};
enum sql_result kiosk_find_line(struct sql *sql, const char *id,
                                struct kiosk_place *out);
// SQL_NONE: nothing of this id was set aside.
enum sql_result kiosk_find_aside(struct sql *sql, const char *id);

// A column of 32 bytes in hex; false when it is anything else.
bool kiosk_take_hash(struct sql_statement *s, int column,
                     char out[DIGEST_HEX_SIZE]);
enum sql_result kiosk_settled(struct sql *sql, int64_t *out_order);
// The last line of the newest generation; an empty generation 1 when there is
// none. SQL_CORRUPT when the last line's bytes do not have its hash.
enum sql_result kiosk_end(struct sql *sql, struct chain *out);
// The draft with the lowest id after `after`; `out_body` is appended. SQL_NONE:
// no more.
enum sql_result kiosk_next_draft(struct sql *sql, const char *after,
                                 char out_id[ID_SIZE], struct buf *out_body);

// Keeps one setting in place of an earlier one of its name.
enum sql_result kiosk_put_setting(struct sql *sql, const char *name,
                                  const char *value);
// The setting with the lowest name after `after`; the value is appended.
// SQL_NONE: no more.
enum sql_result kiosk_next_setting(struct sql *sql, const char *after,
                                   struct buf *out_name, struct buf *out_value);

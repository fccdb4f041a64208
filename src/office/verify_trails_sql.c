// Trails: the numbers of their entries follow each other from 1, and each entry
// has the hash that it and the entry before it give.
#include "office/audit_sql.h"
#include "office/cases_sql.h"
#include "office/verify_sql.h"
#include <string.h>

enum sql_result verify_trail_hash(struct sql *sql, const char *name, int64_t no,
                                  unsigned char out[DIGEST_BYTES])
{
    bool is_audit = strcmp(name, "audit") == 0;
    if (!is_audit && strcmp(name, "cases") != 0) {
        return SQL_NONE;
    }
    struct sql_statement *s =
        sql_use(sql, is_audit ? AUDIT_HASH : CASE_EVENT_HASH);
    sql_bind_int(s, 1, no);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        column_bytes(s, 0, out, DIGEST_BYTES);
    }
    sql_done(s);
    return result;
}

// The entries before this one that should be there.
static void check_number(struct verifying *v, const char *name,
                         const struct trail *trail, int64_t no)
{
    if (no > trail->size + 1) {
        verify_find(v, "", 0, 0,
                    "entries %lld to %lld of the trail %s are gone",
                    (long long)trail->size + 1, (long long)no - 1, name);
    } else if (no <= trail->size) {
        verify_find(v, "", 0, 0,
                    "entry %lld of the trail %s has no place there",
                    (long long)no, name);
    }
}

// Goes on from the hash that is kept, so that each entry that is not what it
// was is named, and those behind it are not.
static void go_on(struct verifying *v, const char *name, struct trail *trail,
                  int64_t no, struct sql_statement *s, int column)
{
    unsigned char kept[DIGEST_BYTES];
    bool has_hash = column_bytes(s, column, kept, sizeof kept);
    if (!has_hash || memcmp(kept, trail->head, sizeof kept) != 0) {
        verify_find(v, "", 0, 0,
                    "entry %lld of the trail %s, or the one before it, is not "
                    "what was written",
                    (long long)no, name);
    }
    memcpy(trail->head, kept, sizeof kept);
}

static void check_audit_entry(struct verifying *v, struct trail *trail,
                              struct sql_statement *s)
{
    struct audit_entry entry;
    int64_t no = sql_int(s, 0);
    check_number(v, "audit", trail, no);
    trail->size = no - 1;
    if (!audit_read(s, &entry) || !audit_extend(trail, &entry)) {
        trail->size = no;
    }
    go_on(v, "audit", trail, no, s, 6);
    v->sum->audit++;
}

static void check_case_event(struct verifying *v, struct trail *trail,
                             struct sql_statement *s)
{
    struct case_event event;
    int64_t no = sql_int(s, 0);
    check_number(v, "cases", trail, no);
    trail->size = no - 1;
    if (!case_event_read(s, &event) || !case_events_extend(trail, &event)) {
        trail->size = no;
    }
    go_on(v, "cases", trail, no, s, 7);
    v->sum->case_events++;
}

static enum sql_result verify_trail(struct verifying *v, size_t statement,
                                    void (*check)(struct verifying *v,
                                                  struct trail *trail,
                                                  struct sql_statement *s))
{
    struct trail trail = {.size = 0};
    struct sql_statement *s = sql_use_long(v->sql, statement);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        check(v, &trail, s);
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result verify_trails(struct verifying *v)
{
    enum sql_result result = verify_trail(v, AUDIT_ROWS, check_audit_entry);
    return result == SQL_OK && !v->is_stopped
               ? verify_trail(v, CASE_EVENTS, check_case_event)
               : result;
}

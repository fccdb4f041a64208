#include "office/verify_sql.h"
#include "common/date.h"
#include "common/log.h"
#include "ledger/proof.h"
#include "office/line.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void verify_find(struct verifying *v, const char *device, int64_t gen,
                 int64_t seq, const char *format, ...)
{
    char why[300];
    struct office_finding found = {.gen = gen, .seq = seq, .why = why};
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    snprintf(found.device, sizeof found.device, "%s", device);
    v->sum->findings++;
    if (!v->is_stopped && !v->row(v->ctx, &found)) {
        v->is_stopped = true;
    }
}

enum sql_result verify_rows(struct verifying *v, size_t statement,
                            verify_row_check *check)
{
    struct sql_statement *s = sql_use_long(v->sql, statement);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        char device[ID_SIZE];
        column_text(s, 0, device, sizeof device);
        check(v, s, device, sql_int(s, 1));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static void check_empty_chain(struct verifying *v, struct sql_statement *s,
                              const char *device, int64_t gen)
{
    verify_find(v, device, gen, 1, "lines 1 to %lld are gone",
                (long long)sql_int(s, 2));
}

static void check_signed(struct verifying *v, struct sql_statement *s,
                         const char *device, int64_t gen)
{
    struct proof_batch proof = {.gen = gen, .to = sql_int(s, 2)};
    unsigned char head[DIGEST_BYTES];
    unsigned char public_key[KEY_PUBLIC_BYTES];
    unsigned char held[DIGEST_BYTES];
    const char *signature = sql_text(s, 5);
    snprintf(proof.device, sizeof proof.device, "%s", device);
    column_bytes(s, 3, head, sizeof head);
    hex_encode(head, sizeof head, proof.head);
    column_text(s, 4, proof.nonce, sizeof proof.nonce);
    column_bytes(s, 6, public_key, sizeof public_key);
    bool is_held = column_bytes(s, 7, held, sizeof held);
    bool is_flagged = sql_int(s, 8) != 0;
    if (!signature || !proof_verify_batch(public_key, &proof, signature)) {
        verify_find(v, device, gen, proof.to,
                    "the signature kept for its head is not the device's");
    } else if (is_held && !is_flagged &&
               memcmp(held, head, DIGEST_BYTES) != 0) {
        verify_find(v, device, gen, proof.to,
                    "is not the line that the device signed");
    }
}

static void check_stored(struct verifying *v, struct sql_statement *s,
                         const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "was stored once, and the chain is held up to %lld only",
                (long long)sql_int(s, 3));
}

static void check_aside(struct verifying *v, struct sql_statement *s,
                        const char *device, int64_t gen)
{
    unsigned char hash[DIGEST_BYTES];
    unsigned char kept[DIGEST_BYTES];
    size_t size = 0;
    const void *bytes = sql_bytes(s, 4, &size);
    digest_of(bytes ? bytes : "", size, hash);
    column_bytes(s, 3, kept, sizeof kept);
    if (memcmp(hash, kept, DIGEST_BYTES) != 0) {
        verify_find(v, device, gen, sql_int(s, 2),
                    "the bytes of a line that was set aside were changed");
    }
}

static void check_duplicate(struct verifying *v, struct sql_statement *s,
                            const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "is not counted, and no visit of its transaction that comes "
                "before it is");
}

// It has a signature of its own, so what it was made for can be named.
static void check_idle_batch(struct verifying *v, struct sql_statement *s,
                             const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "a batch is kept that ended here, and did not bring this line");
}

static void check_reported(struct verifying *v, struct sql_statement *s,
                           const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "the chain is said to reach to here, and is known to reach "
                "line %lld",
                (long long)sql_int(s, 3));
}

static void check_given_up(struct verifying *v, struct sql_statement *s,
                           const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "lines %lld to %lld are lost on the device",
                (long long)sql_int(s, 2), (long long)sql_int(s, 3));
}

static void check_unflagged(struct verifying *v, struct sql_statement *s,
                            const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "was set aside, and the flag that says so is gone");
}

static void check_idle_flag(struct verifying *v, struct sql_statement *s,
                            const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "is flagged for a %s, and no line was set aside for it",
                sql_text(s, 3));
}

static void check_comment(struct verifying *v, struct sql_statement *s,
                          const char *device, int64_t gen)
{
    struct record record;
    char reason[JSON_MESSAGE_SIZE], hash[DIGEST_HEX_SIZE];
    size_t size = 0, sealed_size = 0;
    const void *sealed = sql_bytes(s, 3, &sealed_size);
    const char *line = sql_bytes(s, 4, &size);
    digest_hex_of(sealed ? sealed : "", sealed_size, hash);
    if (!line || !record_read(line, size, &record, reason) ||
        strcmp(record.comment_hash, hash) != 0) {
        verify_find(v, device, gen, sql_int(s, 2),
                    "the sealed comment is not the one that the line names");
    }
}

// The columns of VERIFY_ARRIVALS.
enum {
    CAME_NOTED = 3,
    CAME_HERE,
    CAME_FORGOTTEN,
    CAME_AT,
    CAME_BEFORE // the day that the trail names
};

// Whether it came before the day up to which comments were deleted then.
static bool is_by_rule(struct sql_statement *s)
{
    const char *before = sql_text(s, CAME_BEFORE);
    char day[DATE_ISO_SIZE];
    date_format_iso(date_day_of_wall_ms(sql_int(s, CAME_AT)), day);
    return before && strcmp(day, before) < 0;
}

static void check_arrival(struct verifying *v, struct sql_statement *s,
                          const char *device, int64_t gen)
{
    bool is_here = sql_int(s, CAME_HERE) != 0;
    bool is_forgotten = sql_int(s, CAME_FORGOTTEN) != 0;
    const char *why = NULL;
    if (sql_int(s, CAME_NOTED) == 0) {
        why = "its comment is here, and nothing says that it came";
    } else if (is_here && is_forgotten) {
        why = "its comment had its time, and is here again";
    } else if (!is_here && !is_forgotten) {
        why = "its comment came and is gone, and no rule deleted it";
    } else if (is_forgotten && !is_by_rule(s)) {
        why = "its comment was deleted before its time, or the audit trail "
              "does not say so";
    }
    if (why) {
        verify_find(v, device, gen, sql_int(s, 2), "%s", why);
    }
}

static void check_stray_id(struct verifying *v, struct sql_statement *s,
                           const char *device, int64_t gen)
{
    struct office_line line;
    unsigned char listed[16], own[16];
    size_t size = 0;
    int64_t seq = sql_int(s, 2);
    struct office_place place = {device, gen, seq, seq, 0};
    const char *bytes = sql_bytes(s, 4, &size);
    column_bytes(s, 3, listed, sizeof listed);
    if (!bytes) {
        verify_find(v, device, gen, seq,
                    "an id is listed for it, and there is no such line");
        return;
    }
    office_line_read(bytes, size, &place, &line);
    if (!id_to_bytes(line.id, own) || memcmp(own, listed, sizeof own) != 0) {
        verify_find(v, device, gen, seq,
                    "an id is listed for it that is not its own");
    }
}

static void check_stray_visit(struct verifying *v, struct sql_statement *s,
                              const char *device, int64_t gen)
{
    verify_find(v, device, gen, sql_int(s, 2),
                "is counted as a visit, and there is no such line");
}

// Rows of chains that are not there cannot be met beside their lines.
static enum sql_result check_strays(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_ALL_COUNTS);
    enum sql_result result = sql_step(s);
    bool has_visits = false;
    if (result == SQL_OK) {
        v->has_stray_ids |= sql_int(s, 0) != v->id_rows;
        has_visits = sql_int(s, 1) != v->visit_rows;
    }
    sql_done(s);
    if (result == SQL_OK && v->has_stray_ids) {
        result = verify_rows(v, VERIFY_STRAY_IDS, check_stray_id);
    }
    if (result == SQL_OK && has_visits) {
        result = verify_rows(v, VERIFY_STRAY_VISITS, check_stray_visit);
    }
    return result;
}

// What keeps evidence from being changed by mistake must still be there.
static enum sql_result check_guards(struct verifying *v)
{
    static const char *const names[] = {"lines_no_update",
                                        "lines_no_delete",
                                        "ids_no_update",
                                        "ids_no_delete",
                                        "batches_no_update",
                                        "batches_no_delete",
                                        "heads_no_update",
                                        "heads_no_delete",
                                        "asides_no_update",
                                        "asides_no_delete",
                                        "flags_no_update",
                                        "flags_no_delete",
                                        "checkpoints_no_update",
                                        "checkpoints_no_delete",
                                        "checkpoint_heads_no_update",
                                        "checkpoint_heads_no_delete",
                                        "comments_stay",
                                        "comment_arrivals_keep",
                                        "comment_arrivals_no_delete",
                                        "audit_no_update",
                                        "audit_no_delete",
                                        "audit_is_chained",
                                        "cases_stay",
                                        "cases_keep",
                                        "case_events_no_update",
                                        "case_events_no_delete",
                                        "checkpoint_trails_no_update",
                                        "checkpoint_trails_no_delete",
                                        "visits_by_transaction",
                                        "transactions_once",
                                        "judging_rules_no_update",
                                        "judging_rules_no_delete",
                                        "visit_flags_lifted_stay",
                                        "visit_flags_lifted_remain",
                                        "visit_marks_in_force",
                                        "visit_marks_stay",
                                        "visit_marks_remain"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sql_statement *s = sql_use(v->sql, VERIFY_NAME);
        sql_bind_text(s, 1, names[i]);
        enum sql_result result = sql_step(s);
        sql_done(s);
        if (result == SQL_NONE) {
            verify_find(v, "", 0, 0, "the guard %s of the database is gone",
                        names[i]);
        } else if (result != SQL_OK) {
            return result;
        }
    }
    return SQL_OK;
}

static enum sql_result verify_all(struct verifying *v)
{
    static const struct {
        size_t statement;
        verify_row_check *check;
    } rows[] = {{VERIFY_EMPTY_CHAINS, check_empty_chain},
                {VERIFY_STORED, check_stored},
                {VERIFY_SIGNED, check_signed},
                {VERIFY_ASIDES, check_aside},
                {VERIFY_IDLE_BATCHES, check_idle_batch},
                {VERIFY_REPORTED, check_reported},
                {VERIFY_GIVEN_UP, check_given_up},
                {VERIFY_UNFLAGGED, check_unflagged},
                {VERIFY_IDLE_FLAGS, check_idle_flag},
                {VERIFY_COMMENTS, check_comment},
                {VERIFY_ARRIVALS, check_arrival},
                {VERIFY_DUPLICATES, check_duplicate}};
    enum sql_result result = check_guards(v);
    if (result == SQL_OK) {
        result = verify_chains(v);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (result == SQL_OK && !v->is_stopped) {
            result = verify_rows(v, rows[i].statement, rows[i].check);
        }
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = check_strays(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_checkpoints(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_trails(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_cases(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_totals(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_comment_rows(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_reasons(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_forms(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_issues(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_documents(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_transactions(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = verify_flags(v);
    }
    return result;
}

enum office_result office_verify(struct office *office, office_finding_row *row,
                                 void *ctx,
                                 struct office_verification *out_summary)
{
    struct office_verification sum = {0};
    struct verifying v = {.sql = office->sql,
                          .row = row,
                          .ctx = ctx,
                          .sum = &sum,
                          .last_device_no = INT64_MIN};
    bool is_own = !office->is_reading;
    enum office_result begun =
        is_own ? office_begin_reading(office) : OFFICE_OK;
    if (begun != OFFICE_OK) {
        return begun;
    }
    verify_totals_begin(&v);
    enum sql_result result = verify_all(&v);
    if (is_own) {
        office_end_reading(office);
    }
    balance_free(&v.visits);
    balance_free(&v.reasons);
    verify_codes_free(&v.codes);
    *out_summary = sum;
    return office_result_of(result);
}

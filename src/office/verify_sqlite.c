#include "common/date.h"
#include "common/log.h"
#include "ledger/proof.h"
#include "office/corrected_time.h"
#include "office/line.h"
#include "office/office_sqlite.h"
#include "office/verify.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct verifying {
    struct sql *sql;
    office_finding_row *row;
    void *ctx;
    struct office_verification *sum;
    bool is_stopped; // the caller has heard enough
    int64_t id_rows, visit_rows;
    int64_t last_device_no;
    struct tally tally; // of the counted visits
};

static void find(struct verifying *v, const char *device, int64_t gen,
                 int64_t seq, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void find(struct verifying *v, const char *device, int64_t gen,
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

// One chain on its way from line 1 to its end.
struct walk {
    int64_t device_no, gen;
    char device[ID_SIZE];
    int64_t enrolled_at;
    bool has_row; // in chains
    int64_t received_to;
    unsigned char head[DIGEST_BYTES];

    int64_t last_seq;
    unsigned char last_hash[DIGEST_BYTES]; // as it is kept
    int64_t id_rows, visit_rows;
};

// The columns of VERIFY_LINES.
enum {
    COL_SEQ,
    COL_VERDICT,
    COL_HASH,
    COL_BYTES,
    COL_BATCH_FITS,
    COL_BOOT,
    COL_UP_MS,
    COL_RECEIVED_AT,
    COL_AT,
    COL_QUALITY,
    COL_DEVICE_AT,
    COL_OUTCOME,
    COL_LEVEL,
    COL_MODE,
    COL_COUNTER_NO,
    COL_FIELD_NO,
    COL_PROCEDURE_NO,
    COL_STEP_NO,
    COL_OFFICER_NO,
    COL_COUNTER,
    COL_FIELD,
    COL_PROCEDURE,
    COL_STEP,
    COL_OFFICER,
    COL_TRANSACTION,
    COL_COUNTED
};

static bool same_text(struct sql_statement *s, int column, const char *text)
{
    const char *held = sql_text(s, column);
    return strcmp(held ? held : "", text) == 0;
}

static const char *find_visit_fault(const struct walk *walk,
                                    struct sql_statement *s,
                                    const struct office_line *line)
{
    const struct office_visit *visit = &line->visit;
    const char *boot = sql_text(s, COL_BOOT);
    struct time_evidence evidence = {
        .answered_at = visit->answered_at,
        .closed_at = visit->closed_at,
        .line_boot = visit->boot,
        .line_up_ms = visit->up_ms,
        .batch_boot = boot,
        .batch_up_ms = sql_int(s, COL_UP_MS),
        .received_at = sql_int(s, COL_RECEIVED_AT),
        .enrolled_at = walk->enrolled_at,
    };
    enum time_quality quality;
    int64_t at = time_correct(&evidence, &quality);
    int64_t device_at =
        visit->answered_at ? visit->answered_at : visit->closed_at;
    if (sql_int(s, COL_OUTCOME) != (int64_t)visit->outcome ||
        sql_int(s, COL_LEVEL) != visit->level) {
        return "its counted outcome or level is not the line's";
    }
    if (sql_int(s, COL_AT) != at || sql_int(s, COL_QUALITY) != quality ||
        sql_int(s, COL_DEVICE_AT) != device_at) {
        return "its counted time is not the line's";
    }
    if (sql_int(s, COL_MODE) != (int64_t)visit->mode ||
        !same_text(s, COL_COUNTER, visit->counter) ||
        !same_text(s, COL_FIELD, visit->field) ||
        !same_text(s, COL_PROCEDURE, visit->procedure) ||
        !same_text(s, COL_STEP, visit->step) ||
        !same_text(s, COL_OFFICER, visit->officer) ||
        !same_text(s, COL_TRANSACTION, visit->transaction)) {
        return "what it is counted under is not the line's";
    }
    return NULL;
}

static void tally_row(struct verifying *v, const struct walk *walk,
                      struct sql_statement *s)
{
    struct tally_facts facts = {
        .at = sql_int(s, COL_AT),
        .outcome = (enum record_outcome)sql_int(s, COL_OUTCOME),
        .mode = (enum record_mode)sql_int(s, COL_MODE),
        .level = (int)sql_int(s, COL_LEVEL),
        .counter = sql_int(s, COL_COUNTER_NO),
        .field = sql_int(s, COL_FIELD_NO),
        .procedure = sql_int(s, COL_PROCEDURE_NO),
        .step = sql_int(s, COL_STEP_NO),
        .officer = sql_int(s, COL_OFFICER_NO),
        .device = walk->device_no,
    };
    tally_add(&v->tally, &facts, 1);
}

static void check_visit(struct verifying *v, struct walk *walk,
                        struct sql_statement *s, const struct office_line *line,
                        bool is_stored)
{
    bool has_row = !sql_is_null(s, COL_COUNTED);
    bool needs_row = is_stored && line->is_sound && line->visit.counts;
    if (has_row) {
        walk->visit_rows++;
    }
    if (has_row != needs_row) {
        find(v, walk->device, walk->gen, line->seq,
             has_row ? "is counted as a visit, and is none"
                     : "is a visit, and its row is gone");
        return;
    }
    if (!has_row) {
        return;
    }
    v->sum->visits++;
    const char *fault = find_visit_fault(walk, s, line);
    if (fault) {
        find(v, walk->device, walk->gen, line->seq, "%s", fault);
    } else if (sql_int(s, COL_COUNTED) == 1) {
        tally_row(v, walk, s);
    }
}

// Its id must lead here, or elsewhere when it was set aside for that.
static enum sql_result check_id(struct verifying *v, struct walk *walk,
                                const struct office_line *line, bool is_stored)
{
    unsigned char id[16];
    id_to_bytes(line->id, id);
    struct sql_statement *s = sql_use(v->sql, ID_GET);
    sql_bind_int(s, 1, walk->device_no);
    sql_bind_bytes(s, 2, id, sizeof id);
    enum sql_result result = sql_step(s);
    bool leads_here = result == SQL_OK && sql_int(s, 0) == walk->gen &&
                      sql_int(s, 1) == line->seq;
    if (result == SQL_NONE) {
        find(v, walk->device, walk->gen, line->seq,
             "its id is not in the list of ids");
    } else if (result == SQL_OK && leads_here != is_stored) {
        find(v, walk->device, walk->gen, line->seq,
             is_stored ? "its id is listed for another line"
                       : "was set aside for its id, which is no other line's");
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static void check_place(struct verifying *v, const struct walk *walk,
                        const struct office_line *line)
{
    if (line->seq != walk->last_seq + 1) {
        find(v, walk->device, walk->gen, walk->last_seq + 1,
             "lines %lld to %lld are gone", (long long)walk->last_seq + 1,
             (long long)line->seq - 1);
    } else if (line->has_prev &&
               memcmp(line->prev, walk->last_hash, DIGEST_BYTES) != 0) {
        // The line before is the one that others vouch for.
        find(v, walk->device, walk->gen,
             walk->last_seq > 0 ? walk->last_seq : line->seq,
             walk->last_seq > 0 ? "is not the line that the next one names"
                                : "names a line before the first");
    }
}

static enum sql_result check_line(struct verifying *v, struct walk *walk,
                                  struct sql_statement *s)
{
    enum { STORED, INVALID };
    struct office_line line;
    unsigned char hash[DIGEST_BYTES];
    size_t size = 0;
    int64_t seq = sql_int(s, COL_SEQ);
    int64_t verdict = sql_int(s, COL_VERDICT);
    const char *bytes = sql_bytes(s, COL_BYTES, &size);
    struct office_place place = {walk->device, walk->gen, seq, seq, 0};
    office_line_read(bytes ? bytes : "", size, &place, &line);
    column_bytes(s, COL_HASH, hash, sizeof hash);
    v->sum->lines++;
    v->sum->invalid += verdict == INVALID;
    v->sum->conflicts += verdict > INVALID;
    if (memcmp(hash, line.hash, DIGEST_BYTES) != 0) {
        find(v, walk->device, walk->gen, seq,
             "its bytes were changed: they do not give its hash");
    }
    if (line.is_sound != (verdict != INVALID)) {
        find(v, walk->device, walk->gen, seq,
             line.is_sound ? "is sound, and was set aside as invalid"
                           : "was taken as sound, and is not: %s",
             line.detail);
    }
    if (!sql_int(s, COL_BATCH_FITS)) {
        find(v, walk->device, walk->gen, seq,
             "no batch is known that brought it");
    }
    check_place(v, walk, &line);
    check_visit(v, walk, s, &line, verdict == STORED);
    walk->id_rows += verdict == STORED;
    walk->last_seq = seq;
    memcpy(walk->last_hash, hash, DIGEST_BYTES);
    return line.is_sound && verdict != INVALID
               ? check_id(v, walk, &line, verdict == STORED)
               : SQL_OK;
}

static void check_end(struct verifying *v, const struct walk *walk)
{
    if (!walk->has_row) {
        find(v, walk->device, walk->gen, 0,
             "has lines, and its place in the list of chains is gone");
    } else if (walk->last_seq != walk->received_to) {
        find(v, walk->device, walk->gen, walk->last_seq,
             "the chain ends here, and was received up to %lld",
             (long long)walk->received_to);
    } else if (memcmp(walk->last_hash, walk->head, DIGEST_BYTES) != 0) {
        find(v, walk->device, walk->gen, walk->last_seq,
             "is not the last line that was received");
    }
}

static enum sql_result check_counts(struct verifying *v,
                                    const struct walk *walk)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_COUNTS);
    sql_bind_int(s, 1, walk->device_no);
    sql_bind_int(s, 2, walk->gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        v->id_rows += sql_int(s, 0);
        v->visit_rows += sql_int(s, 1);
        if (sql_int(s, 0) != walk->id_rows) {
            find(v, walk->device, walk->gen, 0,
                 "%lld ids are listed for %lld lines", (long long)sql_int(s, 0),
                 (long long)walk->id_rows);
        }
        if (sql_int(s, 1) != walk->visit_rows) {
            find(v, walk->device, walk->gen, 0,
                 "%lld visits are counted without a line",
                 (long long)(sql_int(s, 1) - walk->visit_rows));
        }
    }
    sql_done(s);
    return result;
}

static enum sql_result walk_chain(struct verifying *v, struct walk *walk)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_LINES);
    sql_bind_int(s, 1, walk->device_no);
    sql_bind_int(s, 2, walk->gen);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        result = check_line(v, walk, s);
        if (result != SQL_OK || v->is_stopped) {
            break;
        }
    }
    sql_done(s);
    if (result == SQL_NONE) {
        check_end(v, walk);
        result = check_counts(v, walk);
    }
    return result;
}

// The next chain after the one in `walk`.
static enum sql_result next_chain(struct verifying *v, struct walk *walk)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_CHAIN);
    sql_bind_int(s, 1, walk->device_no);
    sql_bind_int(s, 2, walk->gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *walk = (struct walk){.device_no = sql_int(s, 0),
                              .gen = sql_int(s, 1),
                              .enrolled_at = sql_int(s, 3),
                              .has_row = !sql_is_null(s, 4),
                              .received_to = sql_int(s, 4)};
        column_bytes(s, 5, walk->head, sizeof walk->head);
        if (!column_text(s, 2, walk->device, sizeof walk->device)) {
            find(v, "", walk->gen, 0,
                 "there are lines of device number %lld, and no such device",
                 (long long)walk->device_no);
        }
    }
    sql_done(s);
    return result;
}

static enum sql_result walk_chains(struct verifying *v)
{
    struct walk walk = {.device_no = INT64_MIN, .gen = INT64_MIN};
    enum sql_result result;
    while ((result = next_chain(v, &walk)) == SQL_OK && !v->is_stopped) {
        v->sum->chains++;
        v->sum->devices += walk.device_no != v->last_device_no;
        v->last_device_no = walk.device_no;
        // Lines of nobody have been named; each one of them would be again.
        result = walk.device[0] != '\0' ? walk_chain(v, &walk) : SQL_OK;
        if (result != SQL_OK) {
            return result;
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

// Steps through a statement; `check` looks at each row, which starts with the
// device's id and the generation.
typedef void check_row(struct verifying *v, struct sql_statement *s,
                       const char *device, int64_t gen);

static enum sql_result check_rows(struct verifying *v, size_t statement,
                                  check_row *check)
{
    struct sql_statement *s = sql_use(v->sql, statement);
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
    find(v, device, gen, 1, "lines 1 to %lld are gone",
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
        find(v, device, gen, proof.to,
             "the signature kept for its head is not the device's");
    } else if (is_held && !is_flagged &&
               memcmp(held, head, DIGEST_BYTES) != 0) {
        find(v, device, gen, proof.to,
             "is not the line that the device signed");
    }
}

static void check_stored(struct verifying *v, struct sql_statement *s,
                         const char *device, int64_t gen)
{
    find(v, device, gen, sql_int(s, 2),
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
        find(v, device, gen, sql_int(s, 2),
             "the bytes of a line that was set aside were changed");
    }
}

static void check_duplicate(struct verifying *v, struct sql_statement *s,
                            const char *device, int64_t gen)
{
    find(v, device, gen, sql_int(s, 2),
         "is not counted, and no earlier rating of its transaction is");
}

static enum sql_result check_strays(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_ALL_COUNTS);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK && sql_int(s, 0) != v->id_rows) {
        find(v, "", 0, 0, "%lld ids belong to no chain",
             (long long)(sql_int(s, 0) - v->id_rows));
    }
    if (result == SQL_OK && sql_int(s, 1) != v->visit_rows) {
        find(v, "", 0, 0, "%lld visits belong to no chain",
             (long long)(sql_int(s, 1) - v->visit_rows));
    }
    sql_done(s);
    return result;
}

static void find_total(struct verifying *v, const struct tally_cell *cell)
{
    static const char *const dimensions[TALLY_DIMENSION_COUNT] = {
        "all",    "counter", "field",   "procedure",   "officer",
        "device", "step",    "channel", "hour of week"};
    char day[DATE_ISO_SIZE];
    bool is_day = cell->grain == TALLY_DAY;
    if ((unsigned)cell->dimension >= TALLY_DIMENSION_COUNT ||
        (unsigned)cell->grain > TALLY_HALF_MONTH || cell->period < 0 ||
        cell->period > TALLY_PERIOD_MOST) {
        find(v, "", 0, 0, "there is a total of no breakdown or period");
        return;
    }
    date_format_iso(is_day ? cell->period : tally_first_day(cell->period), day);
    find(v, "", 0, 0,
         "the total of the %s %s by %s, key %lld, is not what its "
         "visits give",
         is_day ? "day" : "half-month from", day, dimensions[cell->dimension],
         (long long)cell->key);
}

// Takes each kept total off the recount: what is left on either side is wrong.
static enum sql_result check_totals(struct verifying *v)
{
    tally_fold(&v->tally);
    if (v->tally.failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use(v->sql, VERIFY_TOTALS);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK && !v->is_stopped) {
        struct tally_cell kept = {.dimension =
                                      (enum tally_dimension)sql_int(s, 0),
                                  .grain = (enum tally_grain)sql_int(s, 1),
                                  .period = (int32_t)sql_int(s, 2),
                                  .key = sql_int(s, 3)};
        for (int level = 0; level < 5; level++) {
            kept.sum.levels[level] = sql_int(s, 4 + level);
        }
        kept.sum.declined = sql_int(s, 9);
        kept.sum.timeout = sql_int(s, 10);
        kept.sum.withdrawn = sql_int(s, 11);
        kept.sum.offered = sql_int(s, 12);
        kept.sum.offered_rated = sql_int(s, 13);
        v->sum->totals++;
        struct tally_cell *cell = tally_find(&v->tally, kept.dimension,
                                             kept.grain, kept.period, kept.key);
        struct office_tally zero = {.declined = 0};
        if (memcmp(&kept.sum, cell ? &cell->sum : &zero, sizeof zero) != 0) {
            find_total(v, &kept);
        }
        if (cell) {
            cell->sum = zero;
        }
    }
    sql_done(s);
    for (size_t i = 0; i < v->tally.count && !v->is_stopped; i++) {
        if (!tally_is_zero(&v->tally.cells[i].sum)) {
            find_total(v, &v->tally.cells[i]);
        }
    }
    return result == SQL_NONE ? SQL_OK : result;
}

// What keeps evidence from being changed by mistake must still be there.
static enum sql_result check_guards(struct verifying *v)
{
    static const char *const names[] = {
        "lines_no_update",      "lines_no_delete",   "ids_no_update",
        "ids_no_delete",        "batches_no_update", "batches_no_delete",
        "heads_no_update",      "heads_no_delete",   "asides_no_update",
        "asides_no_delete",     "flags_no_update",   "flags_no_delete",
        "visits_by_transaction"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct sql_statement *s = sql_use(v->sql, VERIFY_NAME);
        sql_bind_text(s, 1, names[i]);
        enum sql_result result = sql_step(s);
        sql_done(s);
        if (result == SQL_NONE) {
            find(v, "", 0, 0, "the guard %s of the database is gone", names[i]);
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
        check_row *check;
    } rows[] = {{VERIFY_EMPTY_CHAINS, check_empty_chain},
                {VERIFY_STORED, check_stored},
                {VERIFY_SIGNED, check_signed},
                {VERIFY_ASIDES, check_aside},
                {VERIFY_DUPLICATES, check_duplicate}};
    enum sql_result result = check_guards(v);
    if (result == SQL_OK) {
        result = walk_chains(v);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (result == SQL_OK && !v->is_stopped) {
            result = check_rows(v, rows[i].statement, rows[i].check);
        }
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = check_strays(v);
    }
    if (result == SQL_OK && !v->is_stopped) {
        result = check_totals(v);
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
    enum sql_result result = verify_all(&v);
    if (is_own) {
        office_end_reading(office);
    }
    tally_free(&v.tally);
    *out_summary = sum;
    return office_result_of(result);
}

// The lines, chain by chain, in one pass: rows are read in their order, hashed
// and read by several threads, and compared in their order with the rows that
// were made of them, which are read beside them in the same order.
#include "common/log.h"
#include "office/claim.h"
#include "office/comments_sql.h"
#include "office/ratings.h"
#include "office/verify_pool.h"
#include "office/verify_sql.h"
#include <stdlib.h>
#include <string.h>

enum { STORED, INVALID, CONFLICT };

// One chain on its way from line 1 to its end.
struct walk {
    struct verifying *v;
    struct verify_pool *pool;
    enum sql_result failure; // of a read beside the lines

    int64_t device_no, gen;
    char device[ID_SIZE];
    int64_t enrolled_at;
    bool has_row; // in chains
    int64_t received_to;
    unsigned char head[DIGEST_BYTES];

    int64_t last_seq;
    unsigned char last_hash[DIGEST_BYTES]; // as it is kept
    int64_t id_rows;                       // that its lines need

    struct sql_statement *visits; // stands at visit_seq
    bool has_visit;               // else there is no more
    int64_t visit_seq;

    struct time_thread thread;       // up to the last line
    struct time_thread known_thread; // as it is kept
    int64_t at;                      // of the line that is looked at
    enum time_quality quality;

    // The batch of the last line.
    int64_t batch_no; // 0: none yet
    bool batch_fits;  // is there, and is of this chain
    int64_t stored_to;
    char boot[ID_SIZE];
    int64_t up_ms, received_at;
};

// What outlives a chain.
struct beside {
    struct sql_statement *ids; // of one device, in their order
    int64_t ids_of;            // the device; INT64_MIN: none
    bool has_id;               // the row is good
    unsigned char id[16];
    int64_t id_gen, id_seq;
};

// --- Codes ------------------------------------------------------------------

void verify_codes_free(struct verify_codes *codes)
{
    for (size_t i = 0; i < codes->count; i++)
        free(codes->texts[i]);
    free(codes->texts);
    map_free(&codes->index);
}

// Numbers beyond are not given to anything: a row that has one names no code.
enum { CODE_MOST = 1 << 20 };

static bool keep_code(struct verify_codes *codes, int64_t no, const char *code)
{
    if (no < 1 || no > CODE_MOST)
        return true;
    size_t wanted = (size_t)no + 1;
    if (wanted > codes->count) {
        size_t count = wanted + wanted / 2;
        char **texts = realloc(codes->texts, count * sizeof *texts);
        if (!texts)
            return false;
        memset(texts + codes->count, 0, (count - codes->count) * sizeof *texts);
        codes->texts = texts;
        codes->count = count;
    }
    free(codes->texts[no]);
    codes->texts[no] = strdup(code ? code : "");
    return codes->texts[no] != NULL && map_put(&codes->index, codes->texts[no],
                                               strlen(codes->texts[no]), no);
}

static enum sql_result load_codes(struct verifying *v)
{
    struct sql_statement *s = sql_use(v->sql, KNOWN_CODES);
    enum sql_result result;
    while ((result = sql_step(s)) == SQL_OK) {
        if (!keep_code(&v->codes, sql_int(s, 1), sql_text(s, 0))) {
            log_error("office", "out of memory");
            result = SQL_ERROR;
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

static bool is_code(const struct verify_codes *codes, int64_t no,
                    const char *code)
{
    if (no == 0)
        return code[0] == '\0';
    bool is_known = no > 0 && (size_t)no < codes->count;
    const char *held = is_known ? codes->texts[no] : NULL;
    return held && strcmp(held, code) == 0;
}

bool verify_number_reasons(const struct verify_codes *codes,
                           const struct office_visit *visit,
                           struct reason_list *out)
{
    out->count = 0;
    for (size_t i = 0; i < visit->reason_count; i++) {
        const char *reason = visit->reasons[i];
        if (!map_get(&codes->index, reason, strlen(reason),
                     &out->all[out->count++]))
            return false;
    }
    return true;
}

// --- Batches ----------------------------------------------------------------

// A batch's lines follow each other and end where it says.
static void end_batch(struct walk *walk)
{
    if (walk->batch_no != 0 && walk->batch_fits &&
        walk->last_seq != walk->stored_to)
        verify_find(walk->v, walk->device, walk->gen, walk->last_seq,
                    "the batch that brought it ended with line %lld",
                    (long long)walk->stored_to);
}

static void use_batch(struct walk *walk, int64_t batch_no)
{
    if (walk->batch_no == batch_no)
        return;
    end_batch(walk);
    struct sql_statement *s = sql_use(walk->v->sql, VERIFY_BATCH);
    sql_bind_int(s, 1, batch_no);
    enum sql_result result = sql_step(s);
    walk->batch_no = batch_no;
    walk->batch_fits = result == SQL_OK && sql_int(s, 0) == walk->device_no &&
                       sql_int(s, 1) == walk->gen;
    walk->stored_to = result == SQL_OK ? sql_int(s, 2) : 0;
    walk->up_ms = result == SQL_OK ? sql_int(s, 4) : 0;
    walk->received_at = result == SQL_OK ? sql_int(s, 5) : 0;
    walk->boot[0] = '\0';
    if (result == SQL_OK)
        column_text(s, 3, walk->boot, sizeof walk->boot);
    sql_done(s);
    if (result != SQL_OK && result != SQL_NONE)
        walk->failure = result;
}

// --- Visits -----------------------------------------------------------------

// The columns of VERIFY_VISITS.
enum {
    COL_SEQ,
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
    COL_TRANSACTION,
    COL_COUNTED,
    COL_CLAIM_AT,
    COL_DOUBTS
};

static void next_visit(struct walk *walk)
{
    enum sql_result result = sql_step(walk->visits);
    walk->has_visit = result == SQL_OK;
    walk->visit_seq = walk->has_visit ? sql_int(walk->visits, COL_SEQ) : 0;
    walk->v->visit_rows += walk->has_visit;
    if (result != SQL_OK && result != SQL_NONE)
        walk->failure = result;
}

static void start_visits(struct walk *walk)
{
    walk->visits = sql_use_long(walk->v->sql, VERIFY_VISITS);
    sql_bind_int(walk->visits, 1, walk->device_no);
    sql_bind_int(walk->visits, 2, walk->gen);
    next_visit(walk);
}

static void find_stray_visit(struct walk *walk)
{
    verify_find(walk->v, walk->device, walk->gen, walk->visit_seq,
                "is counted as a visit, and there is no such line");
}

// `text` NULL: none.
static bool same_text(struct sql_statement *s, int column, const char *text)
{
    const char *held = sql_text(s, column);
    return strcmp(held ? held : "", text ? text : "") == 0;
}

static const char *find_visit_fault(const struct walk *walk,
                                    const struct office_visit *visit)
{
    struct sql_statement *s = walk->visits;
    const struct verify_codes *codes = &walk->v->codes;
    int64_t device_at =
        visit->answered_at ? visit->answered_at : visit->closed_at;
    if (sql_int(s, COL_OUTCOME) != (int64_t)visit->outcome ||
        sql_int(s, COL_LEVEL) != visit->level)
        return "its counted outcome or level is not the line's";
    if (sql_int(s, COL_AT) != walk->at ||
        sql_int(s, COL_QUALITY) != (int64_t)walk->quality ||
        sql_int(s, COL_DEVICE_AT) != device_at ||
        sql_int(s, COL_CLAIM_AT) !=
            claim_time(walk->at, walk->quality, device_at, visit->is_synced))
        return "its counted time is not the line's";
    if (sql_int(s, COL_MODE) != (int64_t)visit->mode ||
        !is_code(codes, sql_int(s, COL_COUNTER_NO), visit->counter) ||
        !is_code(codes, sql_int(s, COL_FIELD_NO), visit->field) ||
        !is_code(codes, sql_int(s, COL_PROCEDURE_NO), visit->procedure) ||
        !is_code(codes, sql_int(s, COL_STEP_NO), visit->step) ||
        !is_code(codes, sql_int(s, COL_OFFICER_NO), visit->officer) ||
        !same_text(s, COL_TRANSACTION, office_visit_claims(visit)))
        return "what it is counted under is not the line's";
    return NULL;
}

// Places the line as the ingest did.
static void follow_time(struct walk *walk, const struct office_visit *visit,
                        int64_t seq)
{
    const struct time_evidence evidence = {
        .answered_at = visit->answered_at,
        .made_at = visit->closed_at,
        .is_synced = visit->is_synced,
        .line_boot = visit->boot,
        .line_up_ms = visit->up_ms,
        .batch_boot = walk->boot,
        .batch_up_ms = walk->up_ms,
        .received_at = walk->received_at,
        .enrolled_at = walk->enrolled_at,
    };
    if (time_wants_boot(&walk->thread, &evidence)) {
        int64_t began_at = 0;
        enum sql_result result = boot_find(walk->v->sql, walk->device_no,
                                           walk->gen, visit->boot, &began_at);
        if (result == SQL_NONE)
            verify_find(walk->v, walk->device, walk->gen, seq,
                        "was placed between others in time, and where is gone");
        else if (result != SQL_OK)
            walk->failure = result;
        time_place_boot(&walk->thread, &evidence, began_at);
    }
    walk->at = time_correct(&walk->thread, &evidence, &walk->quality);
}

static void tally_row(struct walk *walk, const struct office_line *line)
{
    struct sql_statement *s = walk->visits;
    struct reason_list reasons;
    struct tally_facts facts = {
        .at = sql_int(s, COL_AT),
        .outcome = (enum record_outcome)sql_int(s, COL_OUTCOME),
        .mode = (enum record_mode)sql_int(s, COL_MODE),
        .level = (int)sql_int(s, COL_LEVEL),
        .doubts = (int)sql_int(s, COL_DOUBTS),
        .counter = sql_int(s, COL_COUNTER_NO),
        .field = sql_int(s, COL_FIELD_NO),
        .procedure = sql_int(s, COL_PROCEDURE_NO),
        .step = sql_int(s, COL_STEP_NO),
        .officer = sql_int(s, COL_OFFICER_NO),
        .device = walk->device_no,
    };
    if (!verify_number_reasons(&walk->v->codes, &line->visit, &reasons)) {
        reasons.count = 0;
        verify_find(walk->v, walk->device, walk->gen, line->seq,
                    "one of its reasons is totalled nowhere");
    }
    verify_add_visit(walk->v, &facts, &reasons);
}

// Its comment is found by what the visit's row says.
static void check_comment(struct walk *walk, const struct office_line *line)
{
    struct sql_statement *s = walk->visits;
    bool is_rated = line->visit.outcome == RECORD_RATED;
    struct comment_place place = {
        .device_no = walk->device_no,
        .gen = walk->gen,
        .seq = line->seq,
        .quarter = sql_int(s, COL_AT) / OFFICE_QUARTER_MS,
        .level = is_rated ? (int)sql_int(s, COL_LEVEL) : 0,
        .counter = sql_int(s, COL_COUNTER_NO),
        .field = sql_int(s, COL_FIELD_NO),
    };
    if (line->comment_hash[0] == '\0')
        return;
    if (is_rated &&
        !verify_number_reasons(&walk->v->codes, &line->visit, &place.reasons))
        place.reasons.count = 0; // it was named where reasons are totalled
    enum sql_result result = verify_comment(walk->v, walk->device, &place);
    if (result != SQL_OK)
        walk->failure = result;
}

static void check_visit(struct walk *walk, const struct office_line *line,
                        bool is_stored)
{
    struct verifying *v = walk->v;
    while (walk->has_visit && walk->visit_seq < line->seq) {
        find_stray_visit(walk);
        next_visit(walk);
    }
    bool has_row = walk->has_visit && walk->visit_seq == line->seq;
    bool needs_row = is_stored && line->is_sound && line->visit.counts;
    if (has_row != needs_row) {
        verify_find(v, walk->device, walk->gen, line->seq,
                    has_row ? "is counted as a visit, and is none"
                            : "is a visit, and its row is gone");
    } else if (has_row) {
        const char *fault = find_visit_fault(walk, &line->visit);
        v->sum->visits++;
        v->sum->duplicates += sql_int(walk->visits, COL_COUNTED) != 1;
        if (fault)
            verify_find(v, walk->device, walk->gen, line->seq, "%s", fault);
        else if (sql_int(walk->visits, COL_COUNTED) == 1)
            tally_row(walk, line);
        check_comment(walk, line);
    }
    if (has_row)
        next_visit(walk);
}

// --- Ids --------------------------------------------------------------------

static void next_id(struct walk *walk, struct beside *beside)
{
    enum sql_result result = sql_step(beside->ids);
    beside->has_id = result == SQL_OK;
    if (beside->has_id) {
        column_bytes(beside->ids, 0, beside->id, sizeof beside->id);
        beside->id_gen = sql_int(beside->ids, 1);
        beside->id_seq = sql_int(beside->ids, 2);
    } else if (result != SQL_NONE) {
        walk->failure = result;
    }
}

// Lines are made in the order of their ids, so the ids are read in theirs. True
// when the row beside is this id's.
static bool is_beside(struct walk *walk, struct beside *beside,
                      const unsigned char id[16])
{
    if (beside->ids_of != walk->device_no) {
        beside->ids_of = walk->device_no;
        beside->ids = sql_use_long(walk->v->sql, VERIFY_IDS);
        sql_bind_int(beside->ids, 1, walk->device_no);
        next_id(walk, beside);
    }
    while (beside->has_id && memcmp(beside->id, id, 16) < 0)
        next_id(walk, beside);
    return beside->has_id && memcmp(beside->id, id, 16) == 0;
}

// Where the id leads. SQL_NONE: nowhere.
static enum sql_result find_id(struct walk *walk, struct beside *beside,
                               const unsigned char id[16], int64_t *out_gen,
                               int64_t *out_seq)
{
    if (is_beside(walk, beside, id)) {
        *out_gen = beside->id_gen;
        *out_seq = beside->id_seq;
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(walk->v->sql, ID_GET);
    sql_bind_int(s, 1, walk->device_no);
    sql_bind_bytes(s, 2, id, 16);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_gen = sql_int(s, 0);
        *out_seq = sql_int(s, 1);
    }
    sql_done(s);
    return result;
}

// Its id must lead here, or elsewhere when it was set aside for that.
static void check_id(struct walk *walk, struct beside *beside,
                     const struct office_line *line, bool is_stored)
{
    unsigned char id[16];
    int64_t gen = 0, seq = 0;
    id_to_bytes(line->id, id);
    enum sql_result result = find_id(walk, beside, id, &gen, &seq);
    bool leads_here = gen == walk->gen && seq == line->seq;
    if (result == SQL_NONE)
        verify_find(walk->v, walk->device, walk->gen, line->seq,
                    "its id is not in the list of ids");
    else if (result != SQL_OK)
        walk->failure = result;
    else if (leads_here != is_stored)
        verify_find(walk->v, walk->device, walk->gen, line->seq,
                    is_stored
                        ? "its id is listed for another line"
                        : "was set aside for its id, which is no other line's");
}

// --- Lines ------------------------------------------------------------------

static void check_place(struct walk *walk, const struct office_line *line)
{
    if (line->seq != walk->last_seq + 1) {
        verify_find(walk->v, walk->device, walk->gen, walk->last_seq + 1,
                    "lines %lld to %lld are gone",
                    (long long)walk->last_seq + 1, (long long)line->seq - 1);
    } else if (line->has_prev &&
               memcmp(line->prev, walk->last_hash, DIGEST_BYTES) != 0) {
        // The line before is the one that others vouch for.
        verify_find(walk->v, walk->device, walk->gen,
                    walk->last_seq > 0 ? walk->last_seq : line->seq,
                    walk->last_seq > 0 ? "is not the line that the next one "
                                         "names"
                                       : "names a line before the first");
    }
}

static void check_verdict(struct walk *walk, const struct verify_row *row)
{
    const struct office_line *line = &row->line;
    if (row->verdict < STORED || row->verdict > CONFLICT ||
        row->has_reason != (row->verdict != STORED))
        verify_find(walk->v, walk->device, walk->gen, row->seq,
                    "what was judged of it is none of the judgements");
    if (line->is_sound != (row->verdict != INVALID))
        verify_find(walk->v, walk->device, walk->gen, row->seq,
                    line->is_sound ? "is sound, and was set aside as invalid"
                                   : "was taken as sound, and is not: %s",
                    line->detail);
}

static void check_form(struct walk *walk, const struct office_line *line,
                       bool is_stored)
{
    if (!is_stored || !line->is_sound || !line->visit.is_form)
        return;
    enum sql_result result = verify_form(walk->v, walk->device, walk->device_no,
                                         walk->gen, line, walk->at);
    if (result != SQL_OK)
        walk->failure = result;
}

static void check_line(struct walk *walk, struct beside *beside,
                       const struct verify_row *row)
{
    struct verifying *v = walk->v;
    const struct office_line *line = &row->line;
    v->sum->lines++;
    v->sum->invalid += row->verdict == INVALID;
    v->sum->conflicts += row->verdict > INVALID;
    if (memcmp(row->hash, line->hash, DIGEST_BYTES) != 0)
        verify_find(v, walk->device, walk->gen, row->seq,
                    "its bytes were changed: they do not give its hash");
    check_verdict(walk, row);
    use_batch(walk, row->batch_no);
    if (!walk->batch_fits || walk->stored_to < row->seq)
        verify_find(v, walk->device, walk->gen, row->seq,
                    "no batch is known that brought it");
    check_place(walk, line);
    if (line->is_sound && row->verdict != INVALID)
        follow_time(walk, &line->visit, row->seq);
    check_visit(walk, line, row->verdict == STORED);
    check_form(walk, line, row->verdict == STORED);
    if (line->is_sound && row->verdict != INVALID)
        check_id(walk, beside, line, row->verdict == STORED);
    walk->id_rows += row->verdict == STORED;
    walk->last_seq = row->seq;
    memcpy(walk->last_hash, row->hash, DIGEST_BYTES);
}

// Looks at the oldest block that was given. False: there is none, or the end
// of it all.
static bool check_block(struct walk *walk, struct beside *beside)
{
    struct verify_block *block = verify_pool_take(walk->pool);
    if (!block)
        return false;
    for (size_t i = 0; i < block->count && !walk->v->is_stopped; i++)
        check_line(walk, beside, &block->rows[i]);
    return walk->failure == SQL_OK && !walk->v->is_stopped;
}

static void add_row(struct verify_block *block, struct sql_statement *s)
{
    struct verify_row *row = &block->rows[block->count++];
    const void *bytes = sql_bytes(s, 3, &row->size);
    row->seq = sql_int(s, 0);
    row->verdict = sql_int(s, 1);
    row->batch_no = sql_int(s, 4);
    row->has_reason = sql_int(s, 5) != 0;
    row->from = block->bytes.size;
    column_bytes(s, 2, row->hash, sizeof row->hash);
    if (bytes)
        buf_append(&block->bytes, bytes, row->size);
    else
        row->size = 0;
}

// Fills a block. SQL_NONE: with the last of the lines.
static enum sql_result fill_block(const struct walk *walk,
                                  struct verify_block *block,
                                  struct sql_statement *lines)
{
    enum sql_result result = SQL_OK;
    memcpy(block->device, walk->device, sizeof block->device);
    block->gen = walk->gen;
    while (block->count < VERIFY_ROWS && (result = sql_step(lines)) == SQL_OK)
        add_row(block, lines);
    if (!buf_ok(&block->bytes)) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    return result;
}

static enum sql_result walk_lines(struct walk *walk, struct beside *beside)
{
    struct sql_statement *lines = sql_use_long(walk->v->sql, VERIFY_LINES);
    sql_bind_int(lines, 1, walk->device_no);
    sql_bind_int(lines, 2, walk->gen);
    enum sql_result result = SQL_OK;
    bool goes_on = true;
    while (goes_on && result == SQL_OK) {
        struct verify_block *block = verify_pool_next(walk->pool);
        if (!block) {
            goes_on = check_block(walk, beside);
            continue;
        }
        result = fill_block(walk, block, lines);
        if (result == SQL_OK || result == SQL_NONE)
            verify_pool_give(walk->pool);
    }
    sql_done(lines);
    while (goes_on && result == SQL_NONE && check_block(walk, beside))
        ;
    if (walk->failure != SQL_OK)
        return walk->failure;
    return result == SQL_NONE ? SQL_OK : result;
}

static bool is_same_boot(const struct time_boot *a, const struct time_boot *b)
{
    return strcmp(a->id, b->id) == 0 && a->began_at == b->began_at &&
           a->quality == b->quality;
}

static bool is_same_thread(const struct time_thread *a,
                           const struct time_thread *b)
{
    return is_same_boot(&a->contact, &b->contact) &&
           is_same_boot(&a->line, &b->line) && a->line_up_ms == b->line_up_ms &&
           a->made_at == b->made_at;
}

static void check_end(const struct walk *walk)
{
    struct verifying *v = walk->v;
    if (!walk->has_row) {
        verify_find(v, walk->device, walk->gen, walk->last_seq,
                    "the chain ends here, and its place in the list of chains "
                    "is gone");
    } else if (walk->last_seq != walk->received_to) {
        verify_find(v, walk->device, walk->gen, walk->last_seq,
                    "the chain ends here, and was received up to %lld",
                    (long long)walk->received_to);
    } else if (memcmp(walk->last_hash, walk->head, DIGEST_BYTES) != 0) {
        verify_find(v, walk->device, walk->gen, walk->last_seq,
                    "is not the last line that was received");
    } else if (!is_same_thread(&walk->thread, &walk->known_thread)) {
        verify_find(v, walk->device, walk->gen, walk->last_seq,
                    "what is kept to place the lines after it in time is not "
                    "what its chain shows");
    }
}

static enum sql_result count_ids(struct walk *walk)
{
    struct sql_statement *s = sql_use(walk->v->sql, VERIFY_COUNTS);
    sql_bind_int(s, 1, walk->device_no);
    sql_bind_int(s, 2, walk->gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        walk->v->id_rows += sql_int(s, 0);
        walk->v->has_stray_ids |= sql_int(s, 0) != walk->id_rows;
    }
    sql_done(s);
    return result;
}

static enum sql_result walk_chain(struct walk *walk, struct beside *beside)
{
    start_visits(walk);
    enum sql_result result = walk_lines(walk, beside);
    while (result == SQL_OK && walk->has_visit && !walk->v->is_stopped) {
        find_stray_visit(walk);
        next_visit(walk);
        result = walk->failure;
    }
    sql_done(walk->visits);
    if (result != SQL_OK || walk->v->is_stopped)
        return result;
    end_batch(walk);
    check_end(walk);
    return count_ids(walk);
}

// The next chain after the one in `walk`.
static enum sql_result next_chain(struct verifying *v, struct walk *walk)
{
    struct sql_statement *s = sql_use(v->sql, VERIFY_CHAIN);
    sql_bind_int(s, 1, walk->device_no);
    sql_bind_int(s, 2, walk->gen);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *walk = (struct walk){.v = v,
                              .pool = walk->pool,
                              .device_no = sql_int(s, 0),
                              .gen = sql_int(s, 1),
                              .enrolled_at = sql_int(s, 3),
                              .has_row = !sql_is_null(s, 4),
                              .received_to = sql_int(s, 4)};
        column_bytes(s, 5, walk->head, sizeof walk->head);
        known_read_thread(s, 6, &walk->known_thread);
        if (!column_text(s, 2, walk->device, sizeof walk->device))
            verify_find(v, "", walk->gen, 0,
                        "there are lines of device number %lld, and no such "
                        "device",
                        (long long)walk->device_no);
    }
    sql_done(s);
    return result;
}

static enum sql_result walk_chains(struct verifying *v, struct walk *walk,
                                   struct beside *beside)
{
    enum sql_result result;
    while ((result = next_chain(v, walk)) == SQL_OK && !v->is_stopped) {
        v->sum->chains++;
        v->sum->devices += walk->device_no != v->last_device_no;
        v->last_device_no = walk->device_no;
        // Lines of nobody have been named; each one of them would be again.
        if (walk->device[0] != '\0')
            result = walk_chain(walk, beside);
        if (result != SQL_OK)
            return result;
    }
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result verify_chains(struct verifying *v)
{
    struct walk walk = {.device_no = INT64_MIN, .gen = INT64_MIN};
    struct beside beside = {.ids_of = INT64_MIN};
    walk.pool = verify_pool_open();
    enum sql_result result = walk.pool ? SQL_OK : SQL_ERROR;
    if (!walk.pool)
        log_error("office", "out of memory");
    if (result == SQL_OK)
        result = load_codes(v);
    if (result == SQL_OK)
        result = walk_chains(v, &walk, &beside);
    if (beside.ids)
        sql_done(beside.ids);
    verify_pool_close(walk.pool);
    return result;
}

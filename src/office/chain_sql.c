// The lines of one batch against the chain that is held.
#include "common/log.h"
#include "office/ingest_sql.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum verdict { VERDICT_STORED, VERDICT_INVALID, VERDICT_CONFLICT };

static bool same_hash(const unsigned char *a, const unsigned char *b)
{
    return memcmp(a, b, DIGEST_BYTES) == 0;
}

enum sql_result chain_add_flag(struct taking *t, int64_t seq, const char *kind,
                               const char *detail)
{
    log_warn("office", "device %s gen %lld seq %lld: %s: %s",
             t->batch->proof.device, (long long)t->chain->gen, (long long)seq,
             kind, detail);
    struct sql_statement *s = sql_use(t->office->sql, FLAG_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->chain->gen);
    sql_bind_int(s, 3, seq);
    sql_bind_text(s, 4, kind);
    sql_bind_text(s, 5, detail);
    sql_bind_int(s, 6, t->batch->received_at);
    return sql_execute(s);
}

static enum sql_result
keep_aside(struct taking *t, const struct office_line *line, const char *kind)
{
    struct sql_statement *s = sql_use(t->office->sql, ASIDE_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->batch->proof.gen);
    sql_bind_int(s, 3, line->seq);
    sql_bind_bytes(s, 4, line->hash, DIGEST_BYTES);
    sql_bind_text(s, 5, kind);
    sql_bind_int(s, 6, t->batch->received_at);
    sql_bind_bytes(s, 7, line->bytes, line->size);
    return sql_execute(s);
}

// From here on nothing of the batch extends the chain.
static enum sql_result keep_fork(struct taking *t, struct office_line *line,
                                 const char *why)
{
    enum sql_result result = SQL_OK;
    line->status = OFFICE_LINE_FORK;
    if (line->is_sound) {
        snprintf(line->detail, sizeof line->detail, "%s", why);
    }
    if (!t->is_forked) {
        t->is_forked = true;
        result = chain_add_flag(t, line->seq, "fork", why);
    }
    return result == SQL_OK ? keep_aside(t, line, "fork") : result;
}

// What is held at a place of the chain.
struct held {
    unsigned char hash[DIGEST_BYTES];
    enum verdict verdict;
    char reason[JSON_MESSAGE_SIZE];
};

// The last of the lines without a gap that the batch has from `seq` on.
static int64_t end_of_run(const struct taking *t, int64_t seq)
{
    int64_t end = seq;
    if (t->turn_count == 0 || t->turns[0].seq != seq) {
        return end;
    }
    for (size_t i = 1; i < t->turn_count && t->turns[i].seq <= end + 1; i++) {
        end = t->turns[i].seq;
    }
    return end;
}

// Asks for all at once that the batch repeats: a far database answers each
// question after a while. Lines that this batch adds are not among them.
static void ask_held(struct taking *t, int64_t seq)
{
    int64_t end = end_of_run(t, seq);
    int64_t received_to = t->chain->received_to;
    if (end > received_to) {
        end = received_to > seq ? received_to : seq;
    }
    t->held = sql_use(t->office->sql, LINES_GET);
    sql_bind_int(t->held, 1, t->device->no);
    sql_bind_int(t->held, 2, t->chain->gen);
    sql_bind_int(t->held, 3, seq);
    sql_bind_int(t->held, 4, end);
    t->held_seq = seq - 1;
    t->held_until = end;
}

static enum sql_result find_held(struct taking *t, int64_t seq,
                                 struct held *out)
{
    enum sql_result result = SQL_OK;
    if (!t->held || seq < t->held_seq || seq > t->held_until) {
        ask_held(t, seq);
    }
    while (result == SQL_OK && t->held_seq < seq) {
        result = sql_step(t->held);
        t->held_seq = result == SQL_OK ? sql_int(t->held, 0) : INT64_MAX;
    }
    if (result == SQL_OK && t->held_seq == seq) {
        column_bytes(t->held, 1, out->hash, sizeof out->hash);
        out->verdict = (enum verdict)sql_int(t->held, 2);
        column_text(t->held, 3, out->reason, sizeof out->reason);
        return SQL_OK;
    }
    if (result == SQL_OK || result == SQL_NONE) {
        result = SQL_NONE;
        log_error("office",
                  "device %s gen %lld seq %lld: a line that was held is gone; "
                  "run hailong verify",
                  t->batch->proof.device, (long long)t->chain->gen,
                  (long long)seq);
    }
    return result;
}

// A line that was judged keeps its judgement however often it is sent.
static void repeat_verdict(const struct held *held, struct office_line *line)
{
    static const enum office_line_status statuses[] = {
        [VERDICT_STORED] = OFFICE_LINE_ALREADY,
        [VERDICT_INVALID] = OFFICE_LINE_INVALID,
        [VERDICT_CONFLICT] = OFFICE_LINE_CONFLICT};
    line->status = statuses[held->verdict];
    snprintf(line->detail, sizeof line->detail, "%s", held->reason);
}

static enum sql_result take_held(struct taking *t, struct office_line *line)
{
    struct held held;
    enum sql_result result = find_held(t, line->seq, &held);
    if (result != SQL_OK) {
        return result == SQL_NONE ? SQL_OK : result;
    }
    if (!same_hash(held.hash, line->hash)) {
        return keep_fork(t, line, "other bytes are held at this place");
    }
    repeat_verdict(&held, line);
    return SQL_OK;
}

// Why the line, which stands at the next place, does not continue the chain;
// NULL when it does.
static const char *find_break(const struct taking *t,
                              const struct office_line *line,
                              const struct office_line *next)
{
    const struct known_head *head = known_find_head(t->chain, line->seq);
    if (head && !same_hash(head->hash, line->hash)) {
        return "the device signed another head for this place before";
    }
    if (line->seq == t->batch->proof.to &&
        !same_hash(line->hash, t->signed_head)) {
        return "is not what the batch's signature names";
    }
    if (line->has_prev) {
        return same_hash(line->prev, t->chain->head)
                   ? NULL
                   : "prev is not the hash of the line before";
    }
    // It does not say what it follows: the next line has to name it.
    if (next && next->seq == line->seq + 1 && next->has_prev &&
        !same_hash(next->prev, line->hash)) {
        return "has no prev, and the next line does not name it";
    }
    return NULL;
}

// An id that is used names where.
static enum sql_result take_id(struct taking *t, struct office_line *line,
                               enum verdict *out_verdict)
{
    unsigned char id[16];
    struct sql *sql = t->office->sql;
    if (!id_to_bytes(line->id, id)) {
        return SQL_ERROR;
    }
    struct sql_statement *s = sql_use(sql, ID_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_bytes(s, 2, id, sizeof id);
    sql_bind_int(s, 3, t->chain->gen);
    sql_bind_int(s, 4, line->seq);
    bool is_added = false;
    enum sql_result result = office_add(t->office, s, &is_added);
    if (result != SQL_OK || is_added) {
        *out_verdict = VERDICT_STORED;
        return result;
    }
    s = sql_use(sql, ID_GET);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_bytes(s, 2, id, sizeof id);
    result = sql_step(s);
    if (result == SQL_OK) {
        int64_t gen = sql_int(s, 0);
        int64_t seq = sql_int(s, 1);
        bool is_own = gen == t->chain->gen && seq == line->seq;
        *out_verdict = is_own ? VERDICT_STORED : VERDICT_CONFLICT;
        if (!is_own) {
            snprintf(line->detail, sizeof line->detail,
                     "its id is that of gen %lld seq %lld", (long long)gen,
                     (long long)seq);
        }
    }
    sql_done(s);
    return result;
}

static enum sql_result add_line(struct taking *t,
                                const struct office_line *line,
                                enum verdict verdict, bool *out_added)
{
    struct sql_statement *s = sql_use(t->office->sql, LINE_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, t->chain->gen);
    sql_bind_int(s, 3, line->seq);
    sql_bind_int(s, 4, t->batch_no);
    sql_bind_int(s, 5, verdict);
    sql_bind_bytes(s, 6, line->hash, DIGEST_BYTES);
    sql_bind_text(s, 7, verdict == VERDICT_STORED ? NULL : line->detail);
    sql_bind_bytes(s, 8, line->bytes, line->size);
    return office_add(t->office, s, out_added);
}

static void move_on(struct taking *t, const struct office_line *line)
{
    t->chain->received_to = line->seq;
    memcpy(t->chain->head, line->hash, DIGEST_BYTES);
}

// Notes that the comment came, once. SQL_NONE: the rule took it, and it stays
// away.
static enum sql_result note_arrival(struct taking *t,
                                    const unsigned char id[16])
{
    struct sql_statement *s = sql_use(t->office->sql, ARRIVAL_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_bytes(s, 2, id, 16);
    sql_bind_int(s, 3, t->batch->received_at);
    enum sql_result result = sql_execute(s);
    if (result != SQL_OK) {
        return result;
    }
    s = sql_use(t->office->sql, ARRIVAL_FORGOTTEN);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_bytes(s, 2, id, 16);
    result = sql_step(s);
    if (result == SQL_OK && sql_int(s, 0) != 0) {
        result = SQL_NONE;
    }
    sql_done(s);
    return result;
}

// The comment of a line that is held, now or before: a batch that was cut after
// its lines brings it again.
static enum sql_result keep_comment(struct taking *t,
                                    const struct office_line *line)
{
    unsigned char id[16];
    bool holds = line->status == OFFICE_LINE_STORED ||
                 line->status == OFFICE_LINE_ALREADY;
    if (!line->sealed || !holds || !id_to_bytes(line->id, id)) {
        return SQL_OK;
    }
    enum sql_result result = note_arrival(t, id);
    if (result != SQL_OK) {
        return result == SQL_NONE ? SQL_OK : result;
    }
    struct sql_statement *s = sql_use(t->office->sql, COMMENT_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_bytes(s, 2, id, sizeof id);
    sql_bind_int(s, 3, t->batch->received_at);
    sql_bind_bytes(s, 4, line->sealed, line->sealed_size);
    return sql_execute(s);
}

// The line's place is taken although the chain's row says that it is free:
// somebody changed that row. The line itself decides.
static enum sql_result adopt_held(struct taking *t, struct office_line *line)
{
    log_error("office",
              "device %s gen %lld: its chain reaches seq %lld, its row says "
              "less; run hailong verify",
              t->batch->proof.device, (long long)t->chain->gen,
              (long long)line->seq);
    enum sql_result result = take_held(t, line);
    if (result == SQL_OK && line->status != OFFICE_LINE_FORK) {
        move_on(t, line);
    }
    return result;
}

static enum sql_result take_next(struct taking *t, struct office_line *line)
{
    static const enum office_line_status statuses[] = {
        [VERDICT_STORED] = OFFICE_LINE_STORED,
        [VERDICT_INVALID] = OFFICE_LINE_INVALID,
        [VERDICT_CONFLICT] = OFFICE_LINE_CONFLICT};
    enum verdict verdict = VERDICT_INVALID;
    enum sql_result result = SQL_OK;
    bool is_added = false;
    if (line->is_sound) {
        result = take_id(t, line, &verdict);
    }
    if (result == SQL_OK) {
        result = add_line(t, line, verdict, &is_added);
    }
    if (result == SQL_OK && !is_added) {
        return adopt_held(t, line);
    }
    if (result == SQL_OK && verdict == VERDICT_CONFLICT) {
        result = chain_add_flag(t, line->seq, "conflict", line->detail);
    }
    if (result == SQL_OK && line->is_sound) {
        result = place_in_time(t, line);
    }
    if (result == SQL_OK && verdict == VERDICT_STORED && line->visit.counts) {
        result = visit_count(t, line);
    }
    if (result == SQL_OK && verdict == VERDICT_STORED && line->visit.is_form) {
        result = form_take(t, line);
    }
    if (result == SQL_OK && verdict == VERDICT_STORED) {
        result = visit_ends_invitation(t, line);
    }
    if (result == SQL_OK) {
        result = hole_declare(t, line);
    }
    if (result == SQL_OK) {
        line->status = statuses[verdict];
        move_on(t, line);
        t->stored_to = line->seq;
    }
    return result;
}

static enum sql_result take_line(struct taking *t, struct office_line *line,
                                 const struct office_line *next)
{
    if (line->seq <= t->chain->received_to) {
        return take_held(t, line);
    }
    if (t->is_forked) {
        return keep_fork(t, line, "comes after a line that does not fit");
    }
    const char *why = find_break(t, line, next);
    return why ? keep_fork(t, line, why) : take_next(t, line);
}

static int compare_turns(const void *a, const void *b)
{
    const struct turn *x = a;
    const struct turn *y = b;
    if (x->seq != y->seq) {
        return x->seq < y->seq ? -1 : 1;
    }
    return x->line < y->line ? -1 : x->line > y->line; // as they were sent
}

// `count` lines in order of their places. NULL on no memory; the caller frees.
static struct turn *sort_lines(struct office_line *lines, size_t count)
{
    struct turn *turns = malloc(count * sizeof *turns);
    bool is_sorted = true;
    if (!turns) {
        log_error("office", "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        turns[i] = (struct turn){lines[i].seq, &lines[i]};
        is_sorted = is_sorted && (i == 0 || turns[i - 1].seq <= turns[i].seq);
    }
    if (!is_sorted) {
        qsort(turns, count, sizeof *turns, compare_turns);
    }
    return turns;
}

enum sql_result chain_take_lines(struct taking *t)
{
    struct office_batch *batch = t->batch;
    size_t count = batch->line_count;
    if (count == 0) {
        return SQL_OK;
    }
    struct turn *turns = sort_lines(batch->lines, count);
    enum sql_result result = turns ? SQL_OK : SQL_ERROR;
    for (size_t i = 0; i < count && result == SQL_OK; i++) {
        struct office_line *line = turns[i].line;
        t->turns = &turns[i];
        t->turn_count = count - i;
        if (!t->is_forked && line->seq > t->chain->received_to + 1) {
            result = hole_pass(t, line);
            if (result == SQL_NONE) {
                batch->status = OFFICE_BATCH_GAP;
                batch->expected = t->chain->received_to + 1;
                result = SQL_OK;
                break;
            }
            if (result != SQL_OK) {
                break;
            }
        }
        result = take_line(t, line, i + 1 < count ? turns[i + 1].line : NULL);
        if (result == SQL_OK) {
            result = keep_comment(t, line);
        }
    }
    free(turns);
    t->turn_count = 0;
    return result;
}

static enum sql_result fork_head(struct taking *t, const char *why)
{
    char detail[400];
    const struct proof_batch *proof = &t->batch->proof;
    t->is_forked = true;
    snprintf(detail, sizeof detail, "%s: head %s nonce %s signature %s", why,
             proof->head, proof->nonce,
             t->batch->signature ? t->batch->signature : "");
    return chain_add_flag(t, proof->to, "fork", detail);
}

// The signed head of a line that is not here yet binds the device: the line
// has to fit it when it comes.
static enum sql_result note_head(struct taking *t)
{
    const struct proof_batch *proof = &t->batch->proof;
    const struct known_head *head = known_find_head(t->chain, proof->to);
    if (head) {
        return same_hash(head->hash, t->signed_head)
                   ? SQL_OK
                   : fork_head(t, "two heads were signed for one place");
    }
    struct sql_statement *s = sql_use(t->office->sql, HEAD_ADD);
    sql_bind_int(s, 1, t->device->no);
    sql_bind_int(s, 2, proof->gen);
    sql_bind_int(s, 3, proof->to);
    sql_bind_bytes(s, 4, t->signed_head, DIGEST_BYTES);
    sql_bind_text(s, 5, proof->nonce);
    sql_bind_text(s, 6, t->batch->signature);
    sql_bind_int(s, 7, t->batch->received_at);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK &&
        !known_add_head(t->chain, proof->to, t->signed_head)) {
        log_error("office", "out of memory");
        result = SQL_ERROR;
    }
    return result;
}

// What the device signed must be what is held. A signed end before ours is no
// fault in itself: an older batch may arrive late.
enum sql_result chain_check_head(struct taking *t)
{
    const struct proof_batch *proof = &t->batch->proof;
    if (t->is_forked || proof->to <= 0) {
        return SQL_OK;
    }
    if (proof->to > t->chain->received_to) {
        return note_head(t);
    }
    struct held held;
    enum sql_result result = SQL_OK;
    if (proof->to == t->chain->received_to) {
        memcpy(held.hash, t->chain->head, DIGEST_BYTES);
    } else {
        result = find_held(t, proof->to, &held);
    }
    if (result == SQL_NONE) {
        return SQL_OK;
    }
    if (result == SQL_OK && !same_hash(held.hash, t->signed_head)) {
        result = fork_head(t, "the signed head is not that of the held line");
    }
    return result;
}

enum sql_result chain_quarantine(struct taking *t)
{
    enum sql_result result = SQL_OK;
    t->batch->status = OFFICE_BATCH_REVOKED;
    for (size_t i = 0; i < t->batch->line_count && result == SQL_OK; i++) {
        result = keep_aside(t, &t->batch->lines[i], "revoked");
    }
    return result;
}

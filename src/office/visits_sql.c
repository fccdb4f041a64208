#include "common/date.h"
#include "common/log.h"
#include "office/cases_sql.h"
#include "office/claim.h"
#include "office/comments_sql.h"
#include "office/ingest_sql.h"
#include "office/invitations.h"
#include "office/ratings.h"
#include "office/reasons_sql.h"
#include "office/rounds_sql.h"
#include <string.h>

// A visit that is being counted.
struct counting {
    struct taking *taking;
    const struct office_line *line;
    struct tally_facts facts;
    struct reason_list reasons;
    struct claim claim;
};

static enum sql_result name_codes(struct counting *c)
{
    const struct office_visit *visit = &c->line->visit;
    struct tally_facts *facts = &c->facts;
    const struct {
        const char *code;
        int64_t *no;
    } codes[] = {{visit->counter, &facts->counter},
                 {visit->field, &facts->field},
                 {visit->procedure, &facts->procedure},
                 {visit->step, &facts->step},
                 {visit->officer, &facts->officer}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        enum sql_result result =
            known_code(c->taking->office, codes[i].code, codes[i].no);
        if (result != SQL_OK) {
            return result;
        }
    }
    return reasons_number(c->taking->office, visit, &c->reasons);
}

static int64_t device_time(const struct office_visit *visit)
{
    return visit->answered_at ? visit->answered_at : visit->closed_at;
}

static void make_claim(struct counting *c)
{
    const struct office_visit *visit = &c->line->visit;
    c->claim = (struct claim){
        .is_rated = visit->outcome == RECORD_RATED,
        .time = claim_time(c->facts.at, c->taking->quality, device_time(visit),
                           visit->is_synced),
        .gen = c->taking->chain->gen,
        .seq = c->line->seq,
    };
    memcpy(c->claim.device, c->taking->device->id, sizeof c->claim.device);
}

// `*out_added` is false when another row stands in the way.
static enum sql_result add_row(const struct counting *c, bool is_counted,
                               bool *out_added)
{
    const struct office_visit *visit = &c->line->visit;
    const struct tally_facts *facts = &c->facts;
    struct sql_statement *s = sql_use(c->taking->office->sql, VISIT_ADD);
    sql_bind_int(s, 1, facts->device);
    sql_bind_int(s, 2, c->taking->chain->gen);
    sql_bind_int(s, 3, c->line->seq);
    sql_bind_int(s, 4, facts->at);
    sql_bind_int(s, 5, c->taking->quality);
    sql_bind_int(s, 6, device_time(visit));
    sql_bind_int(s, 7, visit->outcome);
    if (visit->outcome == RECORD_RATED) {
        sql_bind_int(s, 8, visit->level);
    } else {
        sql_bind_null(s, 8);
    }
    sql_bind_int(s, 9, visit->mode);
    sql_bind_int(s, 10, facts->counter);
    sql_bind_int(s, 11, facts->field);
    sql_bind_int(s, 12, facts->procedure);
    sql_bind_int(s, 13, facts->step);
    sql_bind_int(s, 14, facts->officer);
    sql_bind_text(s, 15, office_visit_claims(visit));
    sql_bind_int(s, 16, is_counted);
    sql_bind_int(s, 17, c->claim.time);
    return office_add(c->taking->office, s, out_added);
}

// The visit that counts for a transaction and step now.
struct holder {
    struct tally_facts facts;
    struct claim claim;
};

static enum sql_result find_holder(const struct counting *c, struct holder *out)
{
    struct sql_statement *s = sql_use(c->taking->office->sql, VISIT_HOLDER);
    sql_bind_text(s, 1, office_visit_claims(&c->line->visit));
    sql_bind_int(s, 2, c->facts.step);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        const char *id = sql_text(s, 1);
        out->claim = (struct claim){.is_rated = sql_int(s, 12) == RECORD_RATED,
                                    .time = sql_int(s, 13),
                                    .gen = sql_int(s, 2),
                                    .seq = sql_int(s, 3)};
        out->facts = (struct tally_facts){
            .device = sql_int(s, 0),
            .at = sql_int(s, 4),
            .outcome = (enum record_outcome)sql_int(s, 12),
            .level = (int)sql_int(s, 5),
            .mode = (enum record_mode)sql_int(s, 6),
            .counter = sql_int(s, 7),
            .field = sql_int(s, 8),
            .procedure = sql_int(s, 9),
            .step = sql_int(s, 10),
            .officer = sql_int(s, 11),
            .doubts = (int)sql_int(s, 14),
        };
        if (!id || !id_to_bytes(id, out->claim.device)) {
            result = SQL_ERROR;
        }
    }
    sql_done(s);
    return result;
}

// Whoever was given the visit as counted is given it once more.
static enum sql_result give_again(struct counting *c,
                                  const struct holder *holder)
{
    struct office *office = c->taking->office;
    int64_t round = 0;
    enum sql_result result =
        round_of(office, c->taking->batch->received_at, &round);
    if (result != SQL_OK) {
        return result;
    }
    struct sql_statement *s = sql_use(office->sql, RECOUNT_ADD);
    sql_bind_int(s, 1, round);
    sql_bind_int(s, 2, holder->facts.device);
    sql_bind_int(s, 3, holder->claim.gen);
    sql_bind_int(s, 4, holder->claim.seq);
    return sql_execute(s);
}

// The day of its counter is to be judged again.
static void touch(struct office *office, const struct tally_facts *facts,
                  int64_t gen, int64_t seq)
{
    const struct touched_day day = {.counter_no = facts->counter,
                                    .day = date_day_of_wall_ms(facts->at),
                                    .device_no = facts->device,
                                    .gen = gen};
    touched_add(&office->touched, &day, seq);
}

static enum sql_result take_over(struct counting *c,
                                 const struct holder *holder)
{
    struct sql_statement *s = sql_use(c->taking->office->sql, VISIT_UNCOUNT);
    sql_bind_int(s, 1, holder->facts.device);
    sql_bind_int(s, 2, holder->claim.gen);
    sql_bind_int(s, 3, holder->claim.seq);
    enum sql_result result = sql_execute(s);
    struct office *office = c->taking->office;
    struct reason_list reasons;
    if (result == SQL_OK) {
        touch(office, &holder->facts, holder->claim.gen, holder->claim.seq);
        tally_add(&office->tally, &holder->facts, -1);
        result =
            reasons_of_line(office, holder->facts.device, holder->claim.gen,
                            holder->claim.seq, &reasons);
    }
    if (result == SQL_OK) {
        reason_tally_add(&office->reason_tally, &holder->facts, &reasons, -1);
        result = give_again(c, holder);
    }
    if (result == SQL_OK && holder->claim.is_rated) {
        result = case_supersede(c->taking, holder->facts.device,
                                holder->claim.gen, holder->claim.seq);
    }
    return result;
}

static enum sql_result out_of_memory(void)
{
    log_error("office", "out of memory");
    return SQL_ERROR;
}

static bool note_claimed(struct office *office, const char *claims)
{
    return map_put(&office->claimed, claims, strlen(claims), 1);
}

static bool is_claimed(struct office *office, const char *claims)
{
    int64_t value;
    return map_get(&office->claimed, claims, strlen(claims), &value);
}

// A JSON list of what the visits of a batch would count for.
static bool add_claims(const struct office_batch *batch, json_t *list)
{
    bool is_added = true;
    for (size_t i = 0; i < batch->line_count && is_added; i++) {
        const struct office_line *line = &batch->lines[i];
        const char *claims = line->is_sound && line->visit.counts
                                 ? office_visit_claims(&line->visit)
                                 : NULL;
        is_added =
            !claims || json_array_append_new(list, json_string(claims)) == 0;
    }
    return is_added;
}

static enum sql_result ask_claimed(struct office *office, const char *list)
{
    struct sql_statement *s = sql_use(office->sql, VISITS_CLAIMED);
    enum sql_result result;
    sql_bind_text(s, 1, list);
    while ((result = sql_step(s)) == SQL_OK) {
        if (!note_claimed(office, sql_text(s, 0))) {
            result = out_of_memory();
            break;
        }
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result visit_find_claimed(struct office *office,
                                   const struct office_batch *batches,
                                   size_t count)
{
    struct buf text = {0};
    json_t *list = json_array();
    bool is_written = list != NULL;
    enum sql_result result = SQL_OK;
    map_clear(&office->claimed);
    for (size_t i = 0; i < count && is_written; i++) {
        is_written = add_claims(&batches[i], list);
    }
    if (!is_written || !json_write(list, &text)) {
        result = out_of_memory();
    } else if (json_array_size(list) > 0) {
        result = ask_claimed(office, buf_text(&text));
    }
    json_decref(list);
    buf_free(&text);
    return result;
}

// Another row has the transaction and step, or the visit's own place.
static enum sql_result settle(struct counting *c, bool *out_counted)
{
    struct holder holder;
    bool is_added = false;
    enum sql_result result = find_holder(c, &holder);
    bool is_counted = result == SQL_NONE;
    if (result == SQL_OK && claim_compare(&c->claim, &holder.claim) < 0) {
        is_counted = true;
        result = take_over(c, &holder);
    }
    if (result == SQL_OK || result == SQL_NONE) {
        result = add_row(c, is_counted, &is_added);
    }
    if (result == SQL_OK && !is_added) {
        log_error("office",
                  "device %s gen %lld seq %lld: a visit stands "
                  "there that no line made; run hailong verify",
                  c->taking->batch->proof.device,
                  (long long)c->taking->chain->gen, (long long)c->line->seq);
    }
    *out_counted = is_counted && is_added;
    return result;
}

// Where what it counts for is claimed already, the database would undo all that
// was put.
static enum sql_result add_visit(struct counting *c, bool *out_counted)
{
    struct office *office = c->taking->office;
    const char *claims = office_visit_claims(&c->line->visit);
    if (office->is_hopeful && claims) {
        if (is_claimed(office, claims)) {
            return settle(c, out_counted);
        }
        if (!note_claimed(office, claims)) {
            return out_of_memory();
        }
    }
    enum sql_result result = add_row(c, true, out_counted);
    return result == SQL_OK && !*out_counted ? settle(c, out_counted) : result;
}

// Runs a statement that changes an invitation or none, and tells its counter.
static enum sql_result change_invitation(struct taking *taking,
                                         struct sql_statement *s)
{
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        invitation_changes_add(&taking->batch->invitations, sql_text(s, 0));
    }
    sql_done(s);
    return result == SQL_NONE ? SQL_OK : result;
}

enum sql_result visit_invited(struct taking *taking)
{
    const struct office_batch *batch = taking->batch;
    if (!batch->state || !batch->state->invitation) {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(taking->office->sql, INVITATION_SHOW);
    sql_bind_text(s, 1, batch->state->invitation);
    sql_bind_int(s, 2, batch->received_at);
    sql_bind_int(s, 3, taking->device->no);
    return change_invitation(taking, s);
}

enum sql_result visit_ends_invitation(struct taking *taking,
                                      const struct office_line *line)
{
    static const enum invitation_state states[RECORD_OUTCOME_COUNT] = {
        [RECORD_RATED] = INVITATION_RATED,
        [RECORD_DECLINED] = INVITATION_DECLINED,
        [RECORD_TIMEOUT] = INVITATION_TIMEOUT,
        [RECORD_WITHDRAWN] = INVITATION_TIMEOUT, // the device ended under it
    };
    const struct office_visit *visit = &line->visit;
    if (visit->invitation[0] == '\0') {
        return SQL_OK;
    }
    struct sql_statement *s = sql_use(taking->office->sql, INVITATION_END);
    sql_bind_text(s, 1, visit->invitation);
    sql_bind_int(s, 2, states[visit->outcome]);
    sql_bind_int(s, 3, taking->at);
    return change_invitation(taking, s);
}

// Where the comment that the line names is found.
static enum sql_result place_comment(const struct counting *c)
{
    struct office *office = c->taking->office;
    bool is_rated = c->facts.outcome == RECORD_RATED;
    struct comment_place place = {
        .device_no = c->facts.device,
        .gen = c->taking->chain->gen,
        .seq = c->line->seq,
        .quarter = c->facts.at / OFFICE_QUARTER_MS,
        .level = is_rated ? c->facts.level : 0,
        .counter = c->facts.counter,
        .field = c->facts.field,
    };
    if (c->line->comment_hash[0] == '\0') {
        return SQL_OK;
    }
    if (is_rated) {
        place.reasons = c->reasons;
    }
    enum sql_result result =
        round_of(office, c->taking->batch->received_at, &place.round);
    return result == SQL_OK ? comment_place_add(office, &place) : result;
}

enum sql_result visit_count(struct taking *taking,
                            const struct office_line *line)
{
    struct counting c = {
        .taking = taking,
        .line = line,
        .facts = {.at = taking->at,
                  .outcome = line->visit.outcome,
                  .mode = line->visit.mode,
                  .level = line->visit.level,
                  .device = taking->device->no},
    };
    bool is_counted = false;
    make_claim(&c);
    enum sql_result result = name_codes(&c);
    if (result == SQL_OK) {
        result = add_visit(&c, &is_counted);
    }
    if (result == SQL_OK) {
        result = place_comment(&c);
    }
    if (result == SQL_OK && is_counted) {
        touch(taking->office, &c.facts, taking->chain->gen, line->seq);
        tally_add(&taking->office->tally, &c.facts, 1);
        reason_tally_add(&taking->office->reason_tally, &c.facts, &c.reasons,
                         1);
    }
    if (result == SQL_OK && c.facts.outcome == RECORD_RATED) {
        result = case_of_rating(taking, line, &c.facts, is_counted);
    }
    return result;
}

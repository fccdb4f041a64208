#include "office/transactions_sql.h"
#include "common/date.h"
#include "common/log.h"
#include <string.h>

const char *transaction_status_name(enum transaction_status status)
{
    static const char *const names[TRANSACTION_STATUS_COUNT] = {
        [TRANSACTION_STORED] = "stored",
        [TRANSACTION_ALREADY] = "already",
        [TRANSACTION_REPLACED] = "replaced",
        [TRANSACTION_INVALID] = "invalid"};
    return names[status];
}

struct taking {
    struct office *office;
    const char *unit;
    const struct pseudonym_keys *keys;
    struct transaction_entry *entries;
    size_t count;
    int64_t now;
    int64_t next_no;
    struct transaction_tally tally;
};

// One entry on its way into the database.
struct telling {
    struct taking *taking;
    struct transaction_entry *entry;
    char code[RECORD_TRANSACTION_SIZE]; // what is kept of it; "": nothing
    const char *key_period; // of a token's key; "": no token of ours
    struct transaction_facts facts;
};

// What an earlier telling left.
struct held {
    int64_t no;
    struct transaction_facts facts;
    int64_t due_at;
    char result[TRANSACTION_TEXT_SIZE];
};

// What no check of transaction.h let in is passed over: the totals then show
// that the row was changed.
static void drop_the_impossible(struct transaction_facts *facts)
{
    bool is_in_order =
        facts->queued_at <= facts->done_at &&
        facts->done_at - facts->queued_at <= WAITS_MOST_MS &&
        (!facts->called_at || (facts->queued_at <= facts->called_at &&
                               facts->called_at <= facts->done_at));
    if (!is_in_order) {
        facts->queued_at = 0;
    }
    if ((unsigned)facts->timeliness >= TIMELINESS_COUNT) {
        facts->timeliness = TIMELINESS_UNTOLD;
    }
}

void transaction_facts_get(struct sql_statement *s, int column,
                           struct transaction_facts *out)
{
    *out = (struct transaction_facts){
        .step = sql_int(s, column),
        .counter = sql_int(s, column + 1),
        .field = sql_int(s, column + 2),
        .procedure = sql_int(s, column + 3),
        .officer = sql_int(s, column + 4),
        .queued_at = sql_int(s, column + 5),
        .called_at = sql_int(s, column + 6),
        .done_at = sql_int(s, column + 7),
        .timeliness = (enum timeliness)sql_int(s, column + 8),
    };
    drop_the_impossible(out);
}

static enum sql_result name_codes(struct telling *telling)
{
    struct transaction_facts *facts = &telling->facts;
    const struct {
        enum transaction_field field;
        int64_t *no;
    } codes[] = {{TRANSACTION_STEP, &facts->step},
                 {TRANSACTION_COUNTER, &facts->counter},
                 {TRANSACTION_FIELD, &facts->field},
                 {TRANSACTION_PROCEDURE, &facts->procedure},
                 {TRANSACTION_OFFICER, &facts->officer}};
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        enum sql_result result = known_code(
            telling->taking->office,
            telling->entry->transaction.texts[codes[i].field], codes[i].no);
        if (result != SQL_OK) {
            return result;
        }
    }
    return SQL_OK;
}

// Binds what transaction_facts_get() reads, and what else is content.
static void bind_content(struct sql_statement *s, int index,
                         const struct telling *telling)
{
    const struct transaction *t = &telling->entry->transaction;
    const struct transaction_facts *facts = &telling->facts;
    const int64_t numbers[] = {
        facts->step,       facts->counter,   facts->field,     facts->procedure,
        facts->officer,    facts->queued_at, facts->called_at, facts->done_at,
        facts->timeliness, t->due_at};
    enum { COUNT = sizeof numbers / sizeof numbers[0] };
    for (int i = 0; i < COUNT; i++) {
        sql_bind_int(s, index + i, numbers[i]);
    }
    sql_bind_text(s, index + COUNT, t->texts[TRANSACTION_RESULT]);
}

static void read_held(struct sql_statement *s, struct held *out)
{
    out->no = sql_int(s, 0);
    transaction_facts_get(s, 1, &out->facts);
    out->due_at = sql_int(s, 10);
    column_text(s, 11, out->result, sizeof out->result);
}

static enum sql_result find(const struct telling *telling, const char *code,
                            struct held *out)
{
    struct sql_statement *s =
        sql_use(telling->taking->office->sql, TRANSACTION_FIND);
    sql_bind_text(s, 1, telling->taking->unit);
    sql_bind_text(s, 2, code);
    sql_bind_int(s, 3, telling->facts.step);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        read_held(s, out);
    }
    sql_done(s);
    return result;
}

// A correction may move the end over the edge of an official month, and with it
// the key that made the token; the unit may have changed its mode.
static enum sql_result find_by_other_names(const struct telling *telling,
                                           struct held *out)
{
    const struct pseudonym_keys *keys = telling->taking->keys;
    const char *code = telling->entry->transaction.code;
    enum sql_result result = find(telling, code, out);
    for (size_t i = 0; i < keys->count && result == SQL_NONE; i++) {
        char token[PSEUDONYM_SIZE];
        if (!pseudonym_is(code) &&
            pseudonym_make(&keys->list[i], telling->taking->unit, code,
                           token)) {
            result = find(telling, token, out);
        }
    }
    return result;
}

// One of the same content whose token no key can make any more.
static enum sql_result find_nameless(const struct telling *telling,
                                     struct held *out)
{
    const struct taking *taking = telling->taking;
    struct buf periods = {0};
    buf_append_char(&periods, '[');
    for (size_t i = 0; i < taking->keys->count; i++) {
        buf_printf(&periods, "%s\"%s\"", i > 0 ? "," : "",
                   taking->keys->list[i].period);
    }
    buf_append_char(&periods, ']');
    struct sql_statement *s =
        sql_use(taking->office->sql, TRANSACTION_NAMELESS);
    sql_bind_text(s, 1, taking->unit);
    bind_content(s, 2, telling);
    sql_bind_text(s, 13, buf_text(&periods));
    enum sql_result result = buf_ok(&periods) ? sql_step(s) : SQL_ERROR;
    if (result == SQL_OK) {
        read_held(s, out);
    }
    sql_done(s);
    buf_free(&periods);
    return result;
}

static bool is_same(const struct telling *telling, const struct held *held)
{
    const struct transaction_facts *a = &telling->facts, *b = &held->facts;
    const struct transaction *t = &telling->entry->transaction;
    return a->step == b->step && a->counter == b->counter &&
           a->field == b->field && a->procedure == b->procedure &&
           a->officer == b->officer && a->queued_at == b->queued_at &&
           a->called_at == b->called_at && a->done_at == b->done_at &&
           a->timeliness == b->timeliness && t->due_at == held->due_at &&
           strcmp(t->texts[TRANSACTION_RESULT], held->result) == 0;
}

static enum sql_result add(struct telling *telling)
{
    struct taking *taking = telling->taking;
    struct sql_statement *s = sql_use(taking->office->sql, TRANSACTION_ADD);
    sql_bind_text(s, 1, taking->unit);
    sql_bind_text(s, 2, telling->code[0] != '\0' ? telling->code : NULL);
    sql_bind_int(s, 3, taking->now);
    bind_content(s, 4, telling);
    sql_bind_text(s, 15, telling->key_period);
    sql_bind_int(s, 16, taking->next_no++);
    enum sql_result result = sql_put(s);
    if (result == SQL_OK) {
        telling->entry->status = TRANSACTION_STORED;
        transaction_tally_add(&taking->tally, &telling->facts, 1);
    }
    return result;
}

static enum sql_result replace(struct telling *telling, const struct held *held)
{
    struct taking *taking = telling->taking;
    struct sql_statement *s = sql_use(taking->office->sql, TRANSACTION_REPLACE);
    sql_bind_int(s, 1, held->no);
    sql_bind_text(s, 2, telling->code);
    sql_bind_int(s, 3, taking->now);
    bind_content(s, 4, telling);
    sql_bind_text(s, 15, telling->key_period);
    enum sql_result result = sql_execute(s);
    if (result == SQL_OK && is_same(telling, held)) {
        telling->entry->status = TRANSACTION_ALREADY; // under another name
    } else if (result == SQL_OK) {
        telling->entry->status = TRANSACTION_REPLACED;
        transaction_tally_add(&taking->tally, &held->facts, -1);
        transaction_tally_add(&taking->tally, &telling->facts, 1);
    }
    return result;
}

// How often an entry before this one, of the same call, says the same without a
// code, and itself.
static int64_t place_among_equals(const struct telling *telling)
{
    const struct transaction *t = &telling->entry->transaction;
    int64_t place = 1;
    for (const struct transaction_entry *e = telling->taking->entries;
         e < telling->entry; e++) {
        const struct transaction *other = &e->transaction;
        place +=
            e->status != TRANSACTION_INVALID && other->done_at == t->done_at &&
            other->queued_at == t->queued_at &&
            other->called_at == t->called_at && other->due_at == t->due_at &&
            other->timeliness == t->timeliness &&
            memcmp(other->texts, t->texts, sizeof t->texts) == 0;
    }
    return place;
}

static enum sql_result take_without_code(struct telling *telling)
{
    struct sql_statement *s =
        sql_use(telling->taking->office->sql, TRANSACTION_SAME);
    sql_bind_text(s, 1, telling->taking->unit);
    bind_content(s, 2, telling);
    enum sql_result result = sql_step(s);
    int64_t held = result == SQL_OK ? sql_int(s, 0) : 0;
    sql_done(s);
    if (result == SQL_OK && held >= place_among_equals(telling)) {
        telling->entry->status = TRANSACTION_ALREADY;
        return SQL_OK;
    }
    return result == SQL_OK ? add(telling) : result;
}

static enum sql_result take_with_code(struct telling *telling)
{
    struct held held;
    enum sql_result result = find(telling, telling->code, &held);
    if (result == SQL_OK && is_same(telling, &held)) {
        telling->entry->status = TRANSACTION_ALREADY;
        return SQL_OK;
    }
    if (result == SQL_NONE) {
        result = find_by_other_names(telling, &held);
    }
    if (result == SQL_NONE) {
        result = find_nameless(telling, &held);
    }
    if (result == SQL_NONE) {
        return add(telling);
    }
    return result == SQL_OK ? replace(telling, &held) : result;
}

// The token, or in mode linked the code; "" when there is no key for it.
static void name(struct telling *telling, int32_t day)
{
    const struct taking *taking = telling->taking;
    const char *code = telling->entry->transaction.code;
    int32_t today = date_day_of_wall_ms(taking->now);
    const struct pseudonym_key *key = pseudonym_key_on(taking->keys, day);
    telling->key_period = "";
    if (!key && pseudonym_key_on(taking->keys, today)) {
        key = pseudonym_key_on(taking->keys, today);
        day = today;
    }
    if (pseudonym_keep(taking->keys, day, taking->unit, code, telling->code) &&
        key && !taking->keys->linked && !pseudonym_is(code)) {
        telling->key_period = key->period;
    }
}

static enum sql_result take(struct taking *taking,
                            struct transaction_entry *entry)
{
    const struct transaction *t = &entry->transaction;
    struct telling telling = {.taking = taking,
                              .entry = entry,
                              .facts = {.queued_at = t->queued_at,
                                        .called_at = t->called_at,
                                        .done_at = t->done_at,
                                        .timeliness = t->timeliness}};
    enum sql_result result = name_codes(&telling);
    if (result != SQL_OK) {
        return result;
    }
    name(&telling, date_day_of_wall_ms(t->done_at));
    return telling.code[0] != '\0' ? take_with_code(&telling)
                                   : take_without_code(&telling);
}

// --- The totals -------------------------------------------------------------

static enum sql_result waits_get(struct sql_statement *s, int column,
                                 struct waits *out)
{
    size_t size;
    waits_clear(out);
    out->known = sql_int(s, column);
    out->ms = sql_int(s, column + 1);
    out->within = sql_int(s, column + 2);
    const void *bytes = sql_bytes(s, column + 3, &size);
    return waits_read(bytes, size, out) ? SQL_OK : SQL_CORRUPT;
}

enum sql_result transaction_sum_get(struct sql_statement *s, int column,
                                    struct transaction_sum *out)
{
    out->count = sql_int(s, column);
    int64_t told = 0;
    for (int i = TIMELINESS_BEFORE; i < TIMELINESS_COUNT; i++) {
        out->timely[i] = sql_int(s, column + i);
        told += out->timely[i];
    }
    out->timely[TIMELINESS_UNTOLD] = out->count - told;
    enum sql_result result = waits_get(s, column + 4, &out->called);
    if (result == SQL_OK) {
        result = waits_get(s, column + 8, &out->done);
    }
    if (result != SQL_OK) {
        transaction_sum_free(out);
        log_error("office", "a total of transactions is damaged; run hailong "
                            "verify");
    }
    return result;
}

static void bind_cell(struct sql_statement *s,
                      const struct transaction_cell *cell)
{
    sql_bind_int(s, 1, cell->dimension);
    sql_bind_int(s, 2, cell->grain);
    sql_bind_int(s, 3, cell->period);
    sql_bind_int(s, 4, cell->key);
}

static void bind_waits(struct sql_statement *s, int index,
                       const struct waits *waits, const struct buf *cells)
{
    sql_bind_int(s, index, waits->known);
    sql_bind_int(s, index + 1, waits->ms);
    sql_bind_int(s, index + 2, waits->within);
    sql_bind_bytes(s, index + 3, buf_text(cells), cells->size);
}

static enum sql_result put_sum(struct sql *sql,
                               const struct transaction_cell *cell)
{
    const struct transaction_sum *sum = &cell->sum;
    struct buf called = {0}, done = {0};
    enum sql_result result = SQL_ERROR;
    if (waits_write(&sum->called, &called) && waits_write(&sum->done, &done)) {
        struct sql_statement *s = sql_use(sql, TRANSACTION_TOTAL_PUT);
        bind_cell(s, cell);
        sql_bind_int(s, 5, sum->count);
        for (int i = TIMELINESS_BEFORE; i < TIMELINESS_COUNT; i++) {
            sql_bind_int(s, 5 + i, sum->timely[i]);
        }
        bind_waits(s, 9, &sum->called, &called);
        bind_waits(s, 13, &sum->done, &done);
        result = sql_execute(s);
    } else {
        log_error("office", "a total of transactions cannot be written: out of "
                            "memory, or it is damaged; run hailong verify");
    }
    buf_free(&called);
    buf_free(&done);
    return result;
}

static enum sql_result drop_sum(struct sql *sql,
                                const struct transaction_cell *cell)
{
    struct sql_statement *s = sql_use(sql, TRANSACTION_TOTAL_DROP);
    bind_cell(s, cell);
    return sql_execute(s);
}

// Adds what is held to the cell, and puts it in its place.
static enum sql_result put_cell(struct sql *sql, struct transaction_cell *cell)
{
    struct transaction_sum held = {0};
    struct sql_statement *s = sql_use(sql, TRANSACTION_TOTAL_GET);
    bind_cell(s, cell);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        result = transaction_sum_get(s, 0, &held);
    }
    sql_done(s);
    if (result != SQL_OK && result != SQL_NONE) {
        return result;
    }
    transaction_sum_merge(&cell->sum, &held);
    transaction_sum_free(&held);
    return cell->sum.count == 0 ? drop_sum(sql, cell) : put_sum(sql, cell);
}

static enum sql_result put_totals(struct taking *taking)
{
    struct transaction_tally *tally = &taking->tally;
    transaction_tally_fold(tally);
    if (tally->failed) {
        log_error("office", "out of memory");
        return SQL_ERROR;
    }
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < tally->count && result == SQL_OK; i++) {
        result = put_cell(taking->office->sql, &tally->cells[i]);
    }
    return result;
}

static bool is_of_pair(const struct transaction_cell *cell)
{
    return cell->dimension >= TALLY_DIMENSION_COUNT;
}

static bool is_of_quarter(const struct transaction_cell *cell)
{
    return cell->grain == TALLY_QUARTER;
}

// Puts the totals of all transactions that are wanted.
static enum sql_result fill(struct sql *sql,
                            bool (*wanted)(const struct transaction_cell *))
{
    struct transaction_tally tally = {.failed = false};
    enum sql_result result =
        transactions_count(sql, breakdown_clamp(INT32_MIN, INT32_MAX), &tally);
    transaction_tally_fold(&tally);
    if (result == SQL_OK && tally.failed) {
        log_error("office", "out of memory");
        result = SQL_ERROR;
    }
    for (size_t i = 0; i < tally.count && result == SQL_OK; i++) {
        if (wanted(&tally.cells[i])) {
            result = put_sum(sql, &tally.cells[i]);
        }
    }
    transaction_tally_free(&tally);
    return result;
}

enum sql_result transactions_fill_pairs(struct sql *sql)
{
    return fill(sql, is_of_pair);
}

enum sql_result transactions_fill_quarters(struct sql *sql)
{
    return fill(sql, is_of_quarter);
}

// --- The whole --------------------------------------------------------------

static enum sql_result take_all(struct sql *sql, void *ctx)
{
    struct taking *taking = ctx;
    struct office *office = taking->office;
    transaction_tally_free(&taking->tally);
    enum sql_result result = known_refresh(office);
    if (result == SQL_OK) {
        result = next_number(sql, TRANSACTION_NEXT, &taking->next_no);
    }
    // Until the commit is known to be good, memory is ahead of the database.
    office->is_stale = true;
    for (size_t i = 0; i < taking->count && result == SQL_OK; i++) {
        if (taking->entries[i].status != TRANSACTION_INVALID) {
            result = take(taking, &taking->entries[i]);
        }
    }
    return result == SQL_OK ? put_totals(taking) : result;
}

enum office_result office_take_transactions(struct office *office,
                                            const char *unit,
                                            const struct pseudonym_keys *keys,
                                            struct transaction_entry *entries,
                                            size_t count, int64_t now)
{
    struct taking taking = {.office = office,
                            .unit = unit,
                            .keys = keys,
                            .entries = entries,
                            .count = count,
                            .now = now};
    enum sql_result result = office_work_again(office, take_all, &taking);
    office->is_stale = result != SQL_OK;
    transaction_tally_free(&taking.tally);
    return office_result_of(result == SQL_NONE ? SQL_ERROR : result);
}

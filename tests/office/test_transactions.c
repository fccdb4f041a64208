// Completed transactions in the office: the same again, corrections, tokens and
// no tokens; and totals that equal a recount and a count by hand, whatever was
// told in whatever order.
#include "common/clock.h"
#include "common/date.h"
#include "office/transactions.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

static const char UNIT[] = "H24.12";
static const struct pseudonym_keys linked = {.linked = true};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static int32_t day(const char *iso)
{
    int32_t day;
    assert_true(date_parse_iso(iso, &day));
    return day;
}

// A transaction of counter 3 that was done at this time, on the day, after
// `called` and `done` minutes of waiting; −1: not told.
static struct transaction_entry made(const char *code, const char *done_at,
                                     int called, int done)
{
    struct transaction_entry entry = {.status = TRANSACTION_STATUS_COUNT};
    struct transaction *t = &entry.transaction;
    snprintf(t->code, sizeof t->code, "%s", code);
    strcpy(t->texts[TRANSACTION_COUNTER], "3");
    strcpy(t->texts[TRANSACTION_FIELD], "chung-thuc");
    t->done_at = at(done_at);
    if (done >= 0) {
        t->queued_at = t->done_at - done * INT64_C(60000);
    }
    if (called >= 0) {
        t->called_at = t->queued_at + called * INT64_C(60000);
    }
    t->timeliness = TIMELINESS_ON;
    return entry;
}

static enum transaction_status take(struct made_office *made,
                                    const struct pseudonym_keys *keys,
                                    struct transaction_entry entry)
{
    assert_int_equal(office_take_transactions(made->office, UNIT, keys, &entry,
                                              1, entry.transaction.done_at),
                     OFFICE_OK);
    return entry.status;
}

// All rows as text: "key:count/before/on/late called=known/ms/within/median
// done=… ".
static bool take_row(void *ctx, const struct office_transaction_total *total)
{
    const struct transaction_sum *sum = total->sum;
    const struct waits *waits[] = {&sum->called, &sum->done};
    buf_printf(ctx, "%s:%lld/%lld/%lld/%lld", total->key, (long long)sum->count,
               (long long)sum->timely[TIMELINESS_BEFORE],
               (long long)sum->timely[TIMELINESS_ON],
               (long long)sum->timely[TIMELINESS_LATE]);
    for (int i = 0; i < 2; i++) {
        buf_printf(ctx, " %lld/%lld/%lld/%lld", (long long)waits[i]->known,
                   (long long)waits[i]->ms / 60000, (long long)waits[i]->within,
                   (long long)waits_median(waits[i]));
    }
    buf_append_text(ctx, "; ");
    return true;
}

static void expect_rows(struct made_office *made, const char *from,
                        const char *to, enum office_breakdown by,
                        const char *expected)
{
    struct buf text = {0};
    assert_int_equal(office_transaction_totals(made->office, day(from), day(to),
                                               by, take_row, &text),
                     OFFICE_OK);
    assert_string_equal(buf_text(&text), expected);
    buf_free(&text);
}

static bool take_finding(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%s\n", found->why);
    return true;
}

// What hailong verify finds, as lines.
static void verify(struct made_office *made, struct buf *out)
{
    struct office_verification sum;
    assert_int_equal(office_verify(made->office, take_finding, out, &sum),
                     OFFICE_OK);
}

static void expect_sound(struct made_office *made)
{
    struct buf found = {0};
    verify(made, &found);
    assert_string_equal(buf_text(&found), "");
    buf_free(&found);
}

static void test_the_same_again_and_corrections(void **state)
{
    (void)state;
    struct made_office office;
    made_office_open(&office);
    struct transaction_entry first =
        made("T-1", "2026-11-23T09:15:00+07:00", 10, 14);
    struct transaction_entry second = first;
    strcpy(second.transaction.texts[TRANSACTION_STEP], "tra-ket-qua");
    assert_int_equal(take(&office, &linked, first), TRANSACTION_STORED);
    assert_int_equal(take(&office, &linked, first), TRANSACTION_ALREADY);
    assert_int_equal(take(&office, &linked, second), TRANSACTION_STORED);
    expect_rows(&office, "2026-11-01", "2026-11-30", OFFICE_BY_NONE,
                ":2/0/2/0 2/20/2/1000 2/28/2/1400; ");

    // Another counter, an hour later, and late.
    struct transaction_entry mended =
        made("T-1", "2026-11-23T10:15:00+07:00", 16, 20);
    strcpy(mended.transaction.texts[TRANSACTION_COUNTER], "4");
    mended.transaction.timeliness = TIMELINESS_LATE;
    assert_int_equal(take(&office, &linked, mended), TRANSACTION_REPLACED);
    assert_int_equal(take(&office, &linked, mended), TRANSACTION_ALREADY);
    expect_rows(&office, "2026-11-01", "2026-11-30", OFFICE_BY_COUNTER,
                "3:1/0/1/0 1/10/1/1000 1/14/1/1400; "
                "4:1/0/0/1 1/16/0/1600 1/20/0/2000; ");
    expect_rows(&office, "2026-11-01", "2026-11-30", OFFICE_BY_HOUR,
                "09:1/0/1/0 1/10/1/1000 1/14/1/1400; "
                "10:1/0/0/1 1/16/0/1600 1/20/0/2000; ");
    // 23 November 2026 is a Monday.
    expect_rows(&office, "2026-11-01", "2026-11-30", OFFICE_BY_WEEKDAY,
                "1:2/0/1/1 2/26/1/1300 2/34/1/1700; ");
    expect_rows(&office, "2026-11-01", "2026-11-30", OFFICE_BY_STEP,
                ":1/0/0/1 1/16/0/1600 1/20/0/2000; "
                "tra-ket-qua:1/0/1/0 1/10/1/1000 1/14/1/1400; ");
    expect_sound(&office);
    made_office_close(&office);
}

// The last and the first minute of days and of both kinds of month.
static void test_the_day_of_the_end_decides(void **state)
{
    static const char *const ends[] = {
        "2026-11-14T23:59:59+07:00", "2026-11-15T00:00:00+07:00",
        "2026-11-30T23:59:59+07:00", "2026-12-01T00:00:00+07:00",
        "2026-12-14T16:59:59Z",      "2026-12-14T17:00:00Z"};
    (void)state;
    struct made_office office;
    made_office_open(&office);
    for (int i = 0; i < 6; i++) {
        char code[16];
        snprintf(code, sizeof code, "T-%d", i);
        struct transaction_entry entry = made(code, ends[i], -1, -1);
        assert_int_equal(take(&office, &linked, entry), TRANSACTION_STORED);
    }
#define NO_WAITS " 0/0/0/-1 0/0/0/-1; "
    expect_rows(&office, "2026-11-15", "2026-12-14", OFFICE_BY_NONE,
                ":4/0/4/0" NO_WAITS);
    expect_rows(&office, "2026-11-01", "2026-12-31", OFFICE_BY_OFFICIAL_MONTH,
                "2026-11:1/0/1/0" NO_WAITS "2026-12:4/0/4/0" NO_WAITS
                "2027-01:1/0/1/0" NO_WAITS);
    expect_rows(&office, "2026-11-01", "2026-12-31", OFFICE_BY_CALENDAR_MONTH,
                "2026-11:3/0/3/0" NO_WAITS "2026-12:3/0/3/0" NO_WAITS);
    expect_rows(&office, "2026-11-14", "2026-11-15", OFFICE_BY_DAY,
                "2026-11-14:1/0/1/0" NO_WAITS "2026-11-15:1/0/1/0" NO_WAITS);
    expect_rows(&office, "2027-01-01", "2027-12-31", OFFICE_BY_NONE, "");
    struct buf none = {0};
    assert_int_equal(office_transaction_totals(office.office, 0, 30000,
                                               OFFICE_BY_DEVICE, take_row,
                                               &none),
                     OFFICE_NONE);
    made_office_close(&office);
}

// A correction that takes the last transaction out of a cell takes the row too.
static void test_a_cell_that_is_emptied_has_no_row(void **state)
{
    (void)state;
    struct made_office office;
    made_office_open(&office);
    struct transaction_entry entry =
        made("T-1", "2026-11-23T09:15:00+07:00", 1, 2);
    take(&office, &linked, entry);
    strcpy(entry.transaction.texts[TRANSACTION_COUNTER], "");
    take(&office, &linked, entry);
    expect_rows(&office, "2026-11-01", "2026-11-30", OFFICE_BY_COUNTER,
                ":1/0/1/0 1/1/1/100 1/2/1/200; ");
    expect_sound(&office);
    made_office_close(&office);
}

// --- What is kept of the code -----------------------------------------------

static bool has_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "rb");
    size_t size = strlen(text), held = 0;
    bool found = false;
    int c;
    if (!file) {
        return false;
    }
    while (!found && (c = fgetc(file)) != EOF) {
        held = c == text[held] ? held + 1 : c == text[0];
        found = held == size;
    }
    fclose(file);
    return found;
}

static void test_codes_become_tokens(void **state)
{
    (void)state;
    struct made_office office;
    struct pseudonym_keys keys = {.count = 2};
    char wal[128], token[PSEUDONYM_SIZE];
    made_office_open(&office);
    snprintf(wal, sizeof wal, "%s-wal", office.path);
    pseudonym_key_make(day("2026-11-20"), &keys.list[0]);
    pseudonym_key_make(day("2026-12-20"), &keys.list[1]);
    struct transaction_entry entry =
        made("H24.12-261123-0007", "2026-12-14T09:15:00+07:00", 1, 2);
    assert_int_equal(take(&office, &keys, entry), TRANSACTION_STORED);
    assert_int_equal(take(&office, &keys, entry), TRANSACTION_ALREADY);
    // The token itself says the same.
    assert_true(
        pseudonym_make(&keys.list[0], UNIT, entry.transaction.code, token));
    struct transaction_entry as_token = entry;
    strcpy(as_token.transaction.code, token);
    assert_int_equal(take(&office, &keys, as_token), TRANSACTION_ALREADY);
    assert_true(database_is_url(office.path) || has_text(office.path, token) ||
                has_text(wal, token));
    assert_false(has_text(office.path, "261123-0007"));
    assert_false(has_text(wal, "261123-0007"));
    // Over the edge of the official month the key is another.
    entry = made("H24.12-261123-0007", "2026-12-15T09:15:00+07:00", 1, 2);
    assert_int_equal(take(&office, &keys, entry), TRANSACTION_REPLACED);
    assert_int_equal(take(&office, &keys, entry), TRANSACTION_ALREADY);
    expect_rows(&office, "2026-12-01", "2026-12-31", OFFICE_BY_DAY,
                "2026-12-15:1/0/1/0 1/1/1/100 1/2/1/200; ");
    expect_sound(&office);
    made_office_close(&office);
}

// Without a key nothing of the code is kept, and the count stays right: twins
// of one telling are two, the telling again changes nothing.
static void test_without_a_key(void **state)
{
    (void)state;
    static const struct pseudonym_keys none = {.count = 0};
    struct made_office office;
    char wal[128];
    made_office_open(&office);
    snprintf(wal, sizeof wal, "%s-wal", office.path);
    struct transaction_entry one =
        made("DOSSIER-1", "2026-09-23T09:15:00+07:00", 1, 2);
    struct transaction_entry list[3] = {one, one, one};
    strcpy(list[1].transaction.code, "DOSSIER-2");
    list[2].transaction.timeliness = TIMELINESS_LATE;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(office_take_transactions(office.office, UNIT, &none,
                                                  list, 3,
                                                  one.transaction.done_at),
                         OFFICE_OK);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(list[k].status,
                             i == 0 ? TRANSACTION_STORED : TRANSACTION_ALREADY);
        }
    }
    assert_false(has_text(wal, "DOSSIER") || has_text(office.path, "DOSSIER"));
    expect_rows(&office, "2026-09-01", "2026-09-30", OFFICE_BY_NONE,
                ":3/0/2/1 3/3/3/100 3/6/3/200; ");

    // What came while there was a key is the same still when it is gone.
    struct pseudonym_keys keys = {.count = 1};
    pseudonym_key_make(day("2026-10-20"), &keys.list[0]);
    one = made("DOSSIER-9", "2026-10-23T09:15:00+07:00", 1, 2);
    assert_int_equal(take(&office, &keys, one), TRANSACTION_STORED);
    assert_int_equal(take(&office, &none, one), TRANSACTION_ALREADY);
    expect_sound(&office);
    made_office_close(&office);
}

enum { TWINS = 7 };

// Tells some of the twins, in calls of this many.
static void tell_twins(struct made_office *office,
                       const struct pseudonym_keys *keys, int64_t now,
                       size_t part, enum transaction_status expected)
{
    struct transaction_entry list[TWINS];
    for (int i = 0; i < TWINS; i++) {
        char code[16];
        snprintf(code, sizeof code, "TWIN-%d", i);
        list[i] = made(code, "2026-09-23T09:15:00+07:00", 1, 2);
    }
    for (size_t i = 0; i < TWINS; i += part) {
        size_t count = i + part < TWINS ? part : TWINS - i;
        assert_int_equal(office_take_transactions(office->office, UNIT, keys,
                                                  &list[i], count, now),
                         OFFICE_OK);
        for (size_t k = i; k < i + count; k++) {
            assert_int_equal(list[k].status, expected);
        }
    }
}

// What comes when its month's key is destroyed is known by this month's, and
// when that is gone too, by what was told of it.
static void test_late_comers(void **state)
{
    (void)state;
    struct made_office office;
    struct pseudonym_keys november = {.count = 1}, january = {.count = 1};
    int64_t in_november = at("2026-11-20T10:00:00+07:00");
    int64_t in_january = at("2027-01-10T10:00:00+07:00");
    made_office_open(&office);
    pseudonym_key_make(day("2026-11-20"), &november.list[0]);
    pseudonym_key_make(day("2027-01-10"), &january.list[0]);
    tell_twins(&office, &november, in_november, 3, TRANSACTION_STORED);
    tell_twins(&office, &november, in_november, 2, TRANSACTION_ALREADY);
    // A correction finds its own.
    struct transaction_entry late =
        made("TWIN-4", "2026-09-23T09:15:00+07:00", 1, 2);
    late.transaction.timeliness = TIMELINESS_LATE;
    assert_int_equal(office_take_transactions(office.office, UNIT, &november,
                                              &late, 1, in_november),
                     OFFICE_OK);
    assert_int_equal(late.status, TRANSACTION_REPLACED);
    late.transaction.timeliness = TIMELINESS_ON;
    assert_int_equal(office_take_transactions(office.office, UNIT, &november,
                                              &late, 1, in_november),
                     OFFICE_OK);
    tell_twins(&office, &january, in_january, 2, TRANSACTION_ALREADY);
    tell_twins(&office, &january, in_january, TWINS, TRANSACTION_ALREADY);
    expect_rows(&office, "2026-09-01", "2026-09-30", OFFICE_BY_NONE,
                ":7/0/7/0 7/7/7/100 7/14/7/200; ");
    // The codes themselves, when the unit begins to keep them, and no more.
    struct pseudonym_keys open = january;
    open.linked = true;
    tell_twins(&office, &open, in_january, 4, TRANSACTION_ALREADY);
    tell_twins(&office, &january, in_january, 4, TRANSACTION_ALREADY);
    expect_sound(&office);
    made_office_close(&office);
}

// --- A changed total is named -----------------------------------------------

static void test_a_changed_total_is_named(void **state)
{
    static const struct {
        const char *script, *finding;
    } cases[] = {
        {"UPDATE transaction_totals SET transactions = transactions + 1"
         " WHERE dimension = 1 AND grain = 0",
         "the total of the day 2026-11-23 by counter, key 1, is not what its "
         "transactions give"},
        {"UPDATE transaction_totals SET called_ms = called_ms - 1"
         " WHERE dimension = 0 AND grain = 1",
         "the total of the half-month from 2026-11-15 by all, key 0,"},
        {"UPDATE transaction_totals SET done_waits = x'0101'"
         " WHERE dimension = 8 AND grain = 0",
         "the total of the day 2026-11-23 by hour of week, key 33,"},
        {"UPDATE transaction_totals SET late = 1, on_time = 0"
         " WHERE dimension = 2 AND grain = 0",
         "by field, key 2,"},
        {"DELETE FROM transaction_totals WHERE dimension = 6", "by step, key"},
        {"INSERT INTO transaction_totals SELECT dimension, grain, period + 1,"
         " key, 1, 0, 0, 0, 0, 0, 0, x'', 0, 0, 0, x''"
         " FROM transaction_totals WHERE dimension = 0 AND grain = 0",
         "the total of the day 2026-11-24 by all"},
        {"UPDATE transactions SET timeliness = 1", "by all"},
        {"UPDATE transactions SET queued_at = done_at + 60000", "by all"},
        {"DELETE FROM transactions", "by officer"},
        {"DROP INDEX transactions_once",
         "the guard transactions_once of the database is gone"},
    };
    static const char *const no_statements[] = {"SELECT 1"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_office office;
        struct sql *sql = NULL;
        struct buf found = {0};
        made_office_open(&office);
        take(&office, &linked, made("T-1", "2026-11-23T09:15:00+07:00", 1, 2));
        expect_sound(&office);
        assert_int_equal(
            database_open(office.path, SQL_WRITER, no_statements, 1, &sql),
            SQL_OK);
        assert_int_equal(tamper_run(sql, cases[i].script), SQL_OK);
        sql_close(sql);
        verify(&office, &found);
        assert_holds(buf_text(&found), cases[i].finding);
        buf_free(&found);
        made_office_close(&office);
    }
}

// --- Equal to a count by hand -----------------------------------------------

static uint64_t random_below(uint64_t *seed, uint64_t below)
{
    // xorshift64 (Marsaglia 2003): the same mix on every machine.
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed % below;
}

enum { DOSSIERS = 90, CALLS = 60, PER_CALL = 12 };

// A telling of one of a few dossiers, about one in three of them a repetition.
static void tell_randomly(struct transaction_entry *entry, uint64_t *seed)
{
    static const char *const steps[] = {"", "tiep-nhan", "tra-ket-qua"};
    struct transaction *t = &entry->transaction;
    *entry = (struct transaction_entry){.status = TRANSACTION_STORED};
    snprintf(t->code, sizeof t->code, "T-%d",
             (int)random_below(seed, DOSSIERS));
    strcpy(t->texts[TRANSACTION_STEP], steps[random_below(seed, 3)]);
    snprintf(t->texts[TRANSACTION_COUNTER], TRANSACTION_TEXT_SIZE, "%d",
             (int)random_below(seed, 4));
    snprintf(t->texts[TRANSACTION_PROCEDURE], TRANSACTION_TEXT_SIZE, "2.%06d",
             (int)random_below(seed, 9));
    if (random_below(seed, 3) > 0) {
        snprintf(t->texts[TRANSACTION_OFFICER], TRANSACTION_TEXT_SIZE, "cb-%d",
                 (int)random_below(seed, 5));
    }
    t->done_at = at("2026-01-20T07:00:00+07:00") +
                 (int64_t)random_below(seed, 90 * 24 * 60) * 60000;
    if (random_below(seed, 4) > 0) {
        int64_t wait = (int64_t)random_below(seed, 40 * 60) * 1000;
        t->queued_at = t->done_at - wait;
        t->called_at = random_below(seed, 3) > 0 ? t->done_at - wait / 3 : 0;
    }
    t->timeliness = (enum timeliness)random_below(seed, TIMELINESS_COUNT);
}

// What the office should hold: of each dossier and step the last telling.
struct model {
    struct transaction all[3 * DOSSIERS];
    size_t count;
};

static void model_take(struct model *model, const struct transaction *t,
                       enum transaction_status status)
{
    for (size_t i = 0; i < model->count; i++) {
        struct transaction *held = &model->all[i];
        if (strcmp(held->code, t->code) == 0 &&
            strcmp(held->texts[TRANSACTION_STEP], t->texts[TRANSACTION_STEP]) ==
                0) {
            assert_int_equal(status, memcmp(held, t, sizeof *t) == 0
                                         ? TRANSACTION_ALREADY
                                         : TRANSACTION_REPLACED);
            *held = *t;
            return;
        }
    }
    assert_int_equal(status, TRANSACTION_STORED);
    model->all[model->count++] = *t;
}

static int compare_numbers(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

// The one row of a breakdown by none, counted by hand.
static void model_write(const struct model *model, int32_t from, int32_t to,
                        struct buf *out)
{
    int64_t timely[TIMELINESS_COUNT] = {0}, count = 0;
    struct {
        int64_t tenths[3 * DOSSIERS], ms, within;
        size_t count;
    } waits[2] = {{.count = 0}};
    for (size_t i = 0; i < model->count; i++) {
        const struct transaction *t = &model->all[i];
        int32_t end = date_day_of_wall_ms(t->done_at);
        if (end < from || end > to) {
            continue;
        }
        count++;
        timely[t->timeliness]++;
        for (int k = 0; k < 2; k++) {
            if (!t->queued_at || (k == 0 && !t->called_at)) {
                continue;
            }
            int64_t ms = (k == 0 ? t->called_at : t->done_at) - t->queued_at;
            waits[k].ms += ms;
            waits[k].within += ms <= 15 * 60000;
            waits[k].tenths[waits[k].count++] = (ms + 3000) / 6000;
        }
    }
    if (count == 0) {
        return;
    }
    buf_printf(out, ":%lld/%lld/%lld/%lld", (long long)count,
               (long long)timely[TIMELINESS_BEFORE],
               (long long)timely[TIMELINESS_ON],
               (long long)timely[TIMELINESS_LATE]);
    for (int k = 0; k < 2; k++) {
        size_t n = waits[k].count;
        qsort(waits[k].tenths, n, sizeof waits[k].tenths[0], compare_numbers);
        buf_printf(out, " %zu/%lld/%lld/%lld", n,
                   (long long)waits[k].ms / 60000, (long long)waits[k].within,
                   n == 0 ? -1LL
                          : (long long)(waits[k].tenths[(n - 1) / 2] +
                                        waits[k].tenths[n / 2]) *
                                5);
    }
    buf_append_text(out, "; ");
}

static void expect_equal(struct made_office *made, const struct model *model,
                         int32_t from, int32_t to)
{
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        struct buf kept = {0}, counted = {0}, by_hand = {0};
        enum office_breakdown breakdown = (enum office_breakdown)by;
        enum office_result result = office_transaction_totals(
            made->office, from, to, breakdown, take_row, &kept);
        assert_int_equal(office_transaction_recount(made->office, from, to,
                                                    breakdown, take_row,
                                                    &counted),
                         result);
        assert_string_equal(buf_text(&kept), buf_text(&counted));
        if (breakdown == OFFICE_BY_NONE) {
            model_write(model, from, to, &by_hand);
            assert_string_equal(buf_text(&kept), buf_text(&by_hand));
        }
        buf_free(&kept);
        buf_free(&counted);
        buf_free(&by_hand);
    }
}

static void run_seed(uint64_t seed, const struct pseudonym_keys *keys)
{
    struct made_office office;
    struct model *model = calloc(1, sizeof *model);
    struct transaction_entry told[CALLS][PER_CALL];
    assert_non_null(model);
    made_office_open(&office);
    for (int call = 0; call < CALLS; call++) {
        for (int i = 0; i < PER_CALL; i++) {
            // Some stand in two calls, some twice in one.
            int earlier = (int)random_below(&seed, (uint64_t)call + 1);
            if (random_below(&seed, 3) == 0 && (earlier < call || i > 0)) {
                told[call][i] = told[earlier][random_below(
                    &seed, earlier < call ? PER_CALL : (uint64_t)i)];
            } else {
                tell_randomly(&told[call][i], &seed);
            }
        }
        assert_int_equal(office_take_transactions(office.office, UNIT, keys,
                                                  told[call], PER_CALL, 0),
                         OFFICE_OK);
        for (int i = 0; i < PER_CALL; i++) {
            model_take(model, &told[call][i].transaction, told[call][i].status);
        }
        if (call % 20 == 7) {
            made_office_reopen(&office);
        }
    }
    expect_equal(&office, model, INT32_MIN, INT32_MAX);
    for (int i = 0; i < 12; i++) {
        int32_t from = day("2026-01-10") + (int32_t)random_below(&seed, 100);
        expect_equal(&office, model, from,
                     from + (int32_t)random_below(&seed, 80));
    }
    expect_sound(&office);
    free(model);
    made_office_close(&office);
}

static void test_totals_equal_a_recount(void **state)
{
    static const uint64_t seeds[] = {1, 2, 20261123, 88172645463325252};
    struct pseudonym_keys keys = {.count = 4};
    (void)state;
    // All official months of the time that is played.
    for (int i = 0; i < 4; i++) {
        pseudonym_key_make(day("2026-01-20") + 31 * i, &keys.list[i]);
    }
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        run_seed(seeds[i], i % 2 == 0 ? &linked : &keys);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_again_and_corrections),
        cmocka_unit_test(test_the_day_of_the_end_decides),
        cmocka_unit_test(test_a_cell_that_is_emptied_has_no_row),
        cmocka_unit_test(test_codes_become_tokens),
        cmocka_unit_test(test_without_a_key),
        cmocka_unit_test(test_late_comers),
        cmocka_unit_test(test_a_changed_total_is_named),
        cmocka_unit_test(test_totals_equal_a_recount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

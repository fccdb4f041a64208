// The figures and lists of cases equal what the cases give one by one, always:
// random histories of low ratings that come late, twice about a transaction,
// or before one that is held, of people who assign, answer, confirm, send back
// and open again, under deadlines that change; over restarts, and after the
// totals were made anew from what an older database holds. After each step
// figures of random days, parts, todays and calendars are compared.
#include "common/date.h"
#include "common/log.h"
#include "office/cases.h"
#include "office/documents.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/chance.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>

static const char migration[] =
#include "office/office_29.sql.h"
#include "office/office_30.sql.h"
#include "office/office_36.sql.h"
    ;
// Monday, 2026-11-23, 15:00 in Vietnam.
#define START INT64_C(1795420800000)
enum {
    HOUR = 3600 * 1000,
    DAY = 24 * HOUR,
    DEVICES = 2,
    STEPS = 150,
    COMPARISONS = 12,
    CASES_MOST = 1000
};
#define HASH                                                                   \
    "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"                   \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const char *const COUNTERS[] = {"1", "2"};
static const char *const FIELDS[] = {"f0", "f1", "f2"};

struct device {
    struct ledger_maker maker;
    int64_t sent; // lines
};

struct kept {
    char id[OFFICE_RATING_ID_SIZE], counter[8], field[16];
    struct case_standing standing;
    int32_t opened_day;
    int deadline_days;
};

struct world {
    struct made_office made;
    struct device devices[DEVICES];
    int64_t now, document;
    struct kept cases[CASES_MOST]; // newest first
    size_t count;
    bool had[CASE_STATE_COUNT], had_reopened; // something of each
};

// --- What happens -----------------------------------------------------------

static void rate(struct world *w)
{
    struct device *device = &w->devices[draw(DEVICES)];
    struct record record;
    maker_wait(&device->maker, w->now - device->maker.wall_ms);
    maker_visit(&device->maker, 1 + (int)draw(3), &record);
    snprintf(record.counter, sizeof record.counter, "%s", COUNTERS[draw(2)]);
    snprintf(record.field, sizeof record.field, "%s", FIELDS[draw(3)]);
    if (draw(2) == 0) {
        record.mode = RECORD_TRANSACTION;
        snprintf(record.transaction, sizeof record.transaction, "T-%d-%u",
                 (int)(w->now / (2 * DAY)), draw(3));
        strcpy(record.step, "tra");
    }
    maker_write(&device->maker, &record);
}

// Of a device that may have waited for days.
static void send(struct world *w)
{
    struct device *device = &w->devices[draw(DEVICES)];
    maker_wait(&device->maker, w->now - device->maker.wall_ms);
    assert_int_equal(made_office_send(&w->made, &device->maker,
                                      device->sent + 1,
                                      (int64_t)device->maker.count, w->now),
                     OFFICE_BATCH_OK);
    device->sent = (int64_t)device->maker.count;
}

static void change(struct world *w)
{
    static const char *const people[] = {"an", "binh", "dung"};
    static const enum case_kind kinds[] = {CASE_ASSIGN,  CASE_ANSWER,
                                           CASE_CONFIRM, CASE_RETURN,
                                           CASE_REOPEN,  CASE_ANSWER};
    struct case_outcome out;
    if (w->count == 0) {
        return;
    }
    const struct kept *kept = &w->cases[draw((unsigned)w->count)];
    enum case_kind kind = kinds[draw(6)];
    const char *owner = draw(2) ? "an" : "dung";
    char body[40];
    snprintf(body, sizeof body, "{\"owner\":\"%s\"}", owner);
    const struct case_wish wish = {kept->id,
                                   kept->standing.version,
                                   kind,
                                   people[draw(3)],
                                   kind == CASE_ASSIGN ? owner : NULL,
                                   kind == CASE_ASSIGN ? body : "{}",
                                   w->now};
    enum office_result result = office_change_case(w->made.office, &wish, &out);
    assert_true(result == OFFICE_OK || result == OFFICE_NONE);
}

static void change_deadline(struct world *w)
{
    char body[200];
    snprintf(body, sizeof body,
             "{\"levels\":[1,2],\"deadline_days\":%u,\"confirm\":[\"office\"],"
             "\"causes\":[{\"code\":\"a\",\"vi\":\"b\",\"en\":\"c\"}]}",
             1 + draw(7));
    const struct document_wish wish = {"cases",   w->document, body,
                                       "user an", w->now,      NULL};
    assert_int_equal(office_put_document(w->made.office, &wish, &w->document),
                     OFFICE_OK);
}

static void run_script(struct world *w, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(w->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

// What an older database has, made into what this version keeps.
static void fill_again(struct world *w)
{
    if (database_is_url(w->made.path))
        return;
    run_script(w, "DROP TABLE case_totals;"
                  "DROP INDEX cases_waiting_again; DROP INDEX cases_answered;"
                  "DROP INDEX cases_by_state; DROP INDEX cases_by_counter;"
                  "DROP INDEX cases_by_field; DROP INDEX cases_by_owner;"
                  "ALTER TABLE cases DROP COLUMN plain_due;"
                  "CREATE INDEX cases_by_day ON cases (opened_day)");
    run_script(w, migration);
    made_office_reopen(&w->made);
}

// --- One by one -------------------------------------------------------------

static bool keep_case(void *ctx, const struct office_case *row)
{
    struct world *w = ctx;
    struct kept *kept = &w->cases[w->count++];
    assert_true(w->count < CASES_MOST);
    memcpy(kept->id, row->id, sizeof kept->id);
    snprintf(kept->counter, sizeof kept->counter, "%s", row->counter);
    snprintf(kept->field, sizeof kept->field, "%s", row->field);
    kept->standing = row->standing;
    w->had[row->standing.state] = true;
    w->had_reopened |= row->standing.reopened > 0;
    kept->opened_day = row->opened_day;
    kept->deadline_days = row->deadline_days;
    return true;
}

static void keep_all(struct world *w)
{
    const struct office_cases_wanted all = {.now = w->now + 100 * (int64_t)DAY,
                                            .last_day = OFFICE_DAY_MOST,
                                            .states =
                                                (1 << CASE_STATE_COUNT) - 1,
                                            .limit = CASES_MOST};
    w->count = 0;
    assert_int_equal(office_list_cases(w->made.office, &all, keep_case, w),
                     OFFICE_OK);
}

static bool is_part(const struct kept *kept, const char *counter,
                    const char *field, int32_t first, int32_t last)
{
    return (!counter || strcmp(kept->counter, counter) == 0) &&
           (!field || strcmp(kept->field, field) == 0) &&
           kept->opened_day >= first && kept->opened_day <= last;
}

static void add_case(struct case_figures *f, const struct kept *kept,
                     const struct case_figures_wanted *wanted)
{
    const struct case_standing *s = &kept->standing;
    bool is_answered = s->state == CASE_ANSWERED || s->state == CASE_CLOSED;
    if (s->state == CASE_SUPERSEDED) {
        return;
    }
    f->opened++;
    f->waiting += !is_answered;
    f->overdue += case_is_overdue(wanted->calendar, s, kept->deadline_days,
                                  wanted->today);
    f->answered += is_answered;
    f->in_time += is_answered &&
                  s->answered_day <= case_due_day(wanted->calendar, s->due_from,
                                                  kept->deadline_days);
    f->closed += s->state == CASE_CLOSED;
    f->reopened += s->reopened > 0;
}

static bool write_figures(void *ctx, const char *code,
                          const struct case_figures *f)
{
    buf_printf(ctx, "%s:%d/%d/%d/%d/%d/%d/%d ", code, (int)f->opened,
               (int)f->waiting, (int)f->overdue, (int)f->answered,
               (int)f->in_time, (int)f->closed, (int)f->reopened);
    return true;
}

static void write_expected(const struct world *w,
                           const struct case_figures_wanted *wanted,
                           struct buf *out)
{
    static const char *const any[] = {""};
    bool is_counter = wanted->by == CASES_BY_COUNTER;
    const char *const *codes = wanted->by == CASES_BY_NONE ? any
                               : is_counter                ? COUNTERS
                                                           : FIELDS;
    size_t count = wanted->by == CASES_BY_NONE ? 1 : is_counter ? 2 : 3;
    for (size_t i = 0; i < count; i++) {
        struct case_figures figures = {.opened = 0};
        for (size_t k = 0; k < w->count; k++) {
            const struct kept *kept = &w->cases[k];
            const char *own = is_counter ? kept->counter : kept->field;
            if (is_part(kept, wanted->counter, wanted->field, wanted->first_day,
                        wanted->last_day) &&
                (wanted->by == CASES_BY_NONE || strcmp(own, codes[i]) == 0)) {
                add_case(&figures, kept, wanted);
            }
        }
        if (figures.opened > 0 || wanted->by == CASES_BY_NONE) {
            write_figures(out, codes[i], &figures);
        }
    }
}

// Days off, and swaps, anywhere in the time of the history.
static void draw_calendar(struct calendar *out, int32_t first)
{
    *out = (struct calendar){.holiday_count = draw(5), .swap_count = draw(3)};
    for (size_t i = 0; i < out->holiday_count; i++) {
        int32_t day = first + (int32_t)draw(90);
        out->holidays[i] =
            (struct calendar_holiday){day, day + (int32_t)draw(9)};
    }
    for (size_t i = 0; i < out->swap_count; i++) {
        int32_t day = first + (int32_t)draw(90);
        out->swaps[i] = (struct calendar_swap){day, day - 8};
    }
}

static void compare_figures(struct world *w, const struct calendar *calendar,
                            int32_t start)
{
    struct buf kept = {0}, expected = {0};
    int32_t first = start + (int32_t)draw(80) - 3;
    struct case_figures_wanted wanted = {
        .first_day = draw(4) ? first : 0,
        .last_day = draw(4) ? first + (int32_t)draw(90) : OFFICE_DAY_MOST,
        .today = start + (int32_t)draw(100),
        .calendar = calendar,
        .counter = draw(3) ? NULL : COUNTERS[draw(2)],
        .field = draw(3) ? NULL : FIELDS[draw(3)],
        .by = (enum case_breakdown)draw(3)};
    assert_int_equal(
        office_count_cases(w->made.office, &wanted, write_figures, &kept),
        OFFICE_OK);
    write_expected(w, &wanted, &expected);
    assert_string_equal(buf_text(&kept), buf_text(&expected));
    buf_free(&kept);
    buf_free(&expected);
}

static bool write_id(void *ctx, const struct office_case *row)
{
    buf_printf(ctx, "%s ", row->id);
    return true;
}

static void compare_list(struct world *w, const struct calendar *calendar,
                         int32_t start)
{
    struct buf listed = {0}, expected = {0};
    int32_t first = start + (int32_t)draw(80) - 3;
    const struct office_cases_wanted wanted = {
        .now = w->now + HOUR,
        .first_day = draw(3) ? 0 : first,
        .last_day = draw(3) ? OFFICE_DAY_MOST : first + (int32_t)draw(40),
        .states = draw(3) ? 1U << draw(CASE_STATE_COUNT) : 1 + draw(31),
        .overdue_by = draw(3) ? NULL : calendar,
        .owner = draw(4) ? NULL : "an",
        .counter = draw(4) ? NULL : COUNTERS[draw(2)],
        .field = draw(4) ? NULL : FIELDS[draw(3)],
        .limit = 1 + draw(20)};
    size_t given = 0;
    for (size_t i = 0; i < w->count && given < wanted.limit; i++) {
        const struct kept *kept = &w->cases[i];
        if (is_part(kept, wanted.counter, wanted.field, wanted.first_day,
                    wanted.last_day) &&
            (wanted.states >> kept->standing.state & 1) &&
            (!wanted.owner ||
             strcmp(wanted.owner, kept->standing.owner) == 0) &&
            (!wanted.overdue_by ||
             case_is_overdue(calendar, &kept->standing, kept->deadline_days,
                             date_day_of_wall_ms(wanted.now)))) {
            buf_printf(&expected, "%s ", kept->id);
            given++;
        }
    }
    assert_int_equal(
        office_list_cases(w->made.office, &wanted, write_id, &listed),
        OFFICE_OK);
    assert_string_equal(buf_text(&listed), buf_text(&expected));
    buf_free(&listed);
    buf_free(&expected);
}

static bool fail_on_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    fail_msg("found: %s", found->why);
    return false;
}

static void check(struct world *w)
{
    int32_t start = date_day_of_wall_ms(START);
    struct calendar calendar;
    keep_all(w);
    for (int i = 0; i < COMPARISONS; i++) {
        draw_calendar(&calendar, start);
        compare_figures(w, &calendar, start);
        compare_list(w, &calendar, start);
    }
}

static void expect_sound(struct world *w)
{
    struct office_verification sum;
    assert_int_equal(office_verify(w->made.office, fail_on_finding, NULL, &sum),
                     OFFICE_OK);
    assert_int_equal(sum.cases, w->count);
}

// --- Histories --------------------------------------------------------------

static void step(struct world *w)
{
    for (unsigned i = draw(4); i > 0; i--) {
        rate(w);
        w->now += 60 * 1000;
    }
    if (draw(3) == 0) {
        send(w);
    }
    for (unsigned i = draw(8); i > 0; i--) {
        change(w);
        keep_all(w);
    }
    if (draw(20) == 0) {
        change_deadline(w);
    }
    if (draw(40) == 0) {
        made_office_reopen(&w->made);
    }
    w->now += draw(2) ? HOUR : draw(24) * (int64_t)HOUR;
}

static void add_person(struct world *w, const char *name,
                       enum office_person_role role)
{
    const struct office_new_person person = {.name = name,
                                             .display = name,
                                             .role = role,
                                             .officer = "",
                                             .hash = HASH};
    assert_int_equal(office_add_person(w->made.office, &person, "admin", 1),
                     PERSON_ADDED);
}

static void run_history(uint64_t seed)
{
    static struct world w;
    w = (struct world){.now = START};
    chance_start(seed);
    made_office_open_fast(&w.made);
    for (int i = 0; i < DEVICES; i++) {
        w.devices[i].sent = 0;
        made_office_enrol(&w.made, COUNTERS[i], START - DAY,
                          &w.devices[i].maker);
    }
    add_person(&w, "an", PERSON_OFFICE);
    add_person(&w, "dung", PERSON_OFFICE);
    add_person(&w, "binh", PERSON_LEADER);
    for (int i = 0; i < STEPS; i++) {
        step(&w);
        check(&w);
        if (i % 50 == 49) {
            fill_again(&w);
            check(&w);
            expect_sound(&w);
        }
    }
    for (int i = 0; i < CASE_STATE_COUNT; i++) {
        assert_true(w.had[i]);
    }
    assert_true(w.had_reopened);
    for (int i = 0; i < DEVICES; i++) {
        maker_free(&w.devices[i].maker);
    }
    made_office_close(&w.made);
}

static void test_figures_equal_a_recount(void **state)
{
    static const uint64_t seeds[] = {3, 11, 20261130};
    (void)state;
    log_set_level(LOG_WARN);
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        run_history(seeds[i]);
    }
}

static int start(void **state)
{
    (void)state;
    return ledger_init() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_equal_a_recount),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

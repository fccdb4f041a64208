// Totals that are not what the visits give are put right, while batches go on
// coming between the look and the writing.
#include "common/clock.h"
#include "common/date.h"
#include "office/audit.h"
#include "office/ratings.h"
#include "office/retotal.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <stdlib.h>

enum { MINUTE_MS = 60000 };

struct fixture {
    struct made_office made;
    struct office *reader;
    struct ledger_maker device;
    int64_t sent;
};

static int64_t at(const char *text)
{
    int64_t wall_ms;
    assert_true(clock_parse(text, strlen(text), &wall_ms));
    return wall_ms;
}

static int32_t day(const char *text)
{
    int32_t found;
    assert_true(date_parse_iso(text, &found));
    return found;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    made_office_open(&f->made);
    made_office_enrol(&f->made, "3", at("2026-09-30T09:00:00+07:00"),
                      &f->device);
    assert_int_equal(office_open(f->made.path, OFFICE_READER, &f->reader),
                     OFFICE_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    office_close(f->reader);
    maker_free(&f->device);
    made_office_close(&f->made);
    free(f);
    return 0;
}

// A rating of a transaction; "": of none.
static void rate(struct fixture *f, int level, const char *transaction)
{
    struct record record;
    maker_visit(&f->device, level, &record);
    if (transaction[0] != '\0') {
        record.mode = RECORD_TRANSACTION;
        snprintf(record.transaction, sizeof record.transaction, "%s",
                 transaction);
    }
    maker_write(&f->device, &record);
    maker_wait(&f->device, 5 * MINUTE_MS);
}

static void send_all(struct fixture *f)
{
    made_office_send(&f->made, &f->device, f->sent + 1,
                     (int64_t)f->device.count, f->device.wall_ms);
    f->sent = (int64_t)f->device.count;
}

// Three on 30 September, the last day of its quarter, and four on 1 October.
static void rate_two_days(struct fixture *f)
{
    rate(f, 5, "");
    rate(f, 4, "");
    rate(f, 1, "");
    maker_wait(&f->device, 24 * 60 * MINUTE_MS);
    rate(f, 5, "T1");
    rate(f, 0, "T2");
    rate(f, 3, "");
    rate(f, 2, "");
    send_all(f);
}

static void damage(struct fixture *f, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(f->made.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

static bool say(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    print_message("%s\n", found->why);
    return true;
}

static int64_t findings(struct fixture *f)
{
    struct office_verification sum;
    assert_int_equal(office_verify(f->made.office, say, NULL, &sum), OFFICE_OK);
    return sum.findings;
}

static struct retotal *look(struct fixture *f, const char *from, const char *to)
{
    struct retotal *work = NULL;
    assert_int_equal(
        office_retotal_weigh(f->reader, day(from), day(to), NULL, &work),
        OFFICE_OK);
    assert_int_equal(office_retotal_look(f->reader, work, NULL), OFFICE_OK);
    return work;
}

static enum office_result put_part(struct fixture *f, struct retotal *work)
{
    return office_retotal_put(f->made.office, work, "admin", f->device.wall_ms);
}

static void put_whole_part(struct fixture *f, struct retotal *work)
{
    do {
        assert_int_equal(put_part(f, work), OFFICE_OK);
    } while (retotal_has_more(work));
}

// The only part.
static enum office_result put(struct fixture *f, struct retotal *work)
{
    enum office_result result = put_part(f, work);
    assert_int_equal(retotal_is_done(work), result == OFFICE_OK);
    retotal_free(work);
    return result;
}

static bool count_entry(void *ctx, int64_t no, const struct audit_entry *entry)
{
    int *count = ctx;
    (void)no;
    assert_string_equal(entry->who, "admin");
    assert_string_equal(entry->target, "2026-10-01..2026-12-31");
    assert_string_equal(entry->detail, "{\"visits\":4,\"wrong\":3}");
    ++*count;
    return true;
}

static int entries(struct fixture *f)
{
    int count = 0;
    const struct audit_wanted wanted = {.action = "totals-recounted",
                                        .limit = 10};
    assert_int_equal(
        office_read_audit(f->made.office, &wanted, count_entry, &count),
        OFFICE_OK);
    return count;
}

// 1 October 2026 is day 20727, in half-month 48642 and quarter 8107: a day's
// total is too high, a half-month's is gone, a quarter has one too many.
static const char WRONG[] =
    "UPDATE totals SET level_5 = level_5 + 7 WHERE dimension = 0 AND grain = 0"
    "  AND period = 20727;"
    "DELETE FROM totals WHERE dimension = 1 AND grain = 1 AND period = 48642;"
    "INSERT INTO totals (dimension, grain, period, key, level_1, level_2,"
    "  level_3, level_4, level_5, declined, timeout, withdrawn, offered,"
    "  offered_rated) VALUES (3, 2, 8107, 77, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0);";

static void test_retotal_mends_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    assert_int_equal(findings(f), 0);
    damage(f, WRONG);
    assert_int_equal(findings(f), 3);
    struct retotal *work = look(f, "2026-11-05", "2026-11-05");
    struct retotal_facts facts = retotal_facts(work);
    assert_int_equal(facts.first_day, day("2026-10-01"));
    assert_int_equal(facts.last_day, day("2026-12-31"));
    assert_int_equal(facts.visits, 4);
    assert_int_equal(facts.wrong, 3);
    assert_int_equal(put(f, work), OFFICE_OK);
    assert_int_equal(findings(f), 0);
    assert_int_equal(entries(f), 1);
    // 5, 3, 2 and one that gave no answer.
    struct office_tally tally =
        made_office_total(f->made.office, day("2026-10-01"), day("2026-10-31"),
                          OFFICE_BY_COUNTER, "3");
    assert_int_equal(tally.levels[4], 1);
    assert_int_equal(tally.levels[2], 1);
    assert_int_equal(tally.levels[1], 1);
    assert_int_equal(tally.offered, 2);
    assert_int_equal(tally.offered_rated, 1);
}

// New ratings, and one that takes the place of another visit: who gave no
// answer about T2 answers.
static void test_retotal_while_batches_come(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    damage(f, WRONG);
    struct retotal *work = look(f, "2026-10-01", "2026-12-31");
    rate(f, 1, "T2");
    rate(f, 4, "T3");
    rate(f, 4, "");
    send_all(f);
    assert_int_equal(put(f, work), OFFICE_OK);
    assert_int_equal(findings(f), 0);
    // 5, 3, 2 and 1, 4, 4.
    struct office_tally tally =
        made_office_total(f->made.office, day("2026-10-01"), day("2026-10-01"),
                          OFFICE_BY_NONE, "");
    assert_int_equal(tally.levels[4], 1);
    assert_int_equal(tally.levels[3], 2);
    assert_int_equal(tally.levels[0], 1);
    assert_int_equal(tally.offered, 3);
    assert_int_equal(tally.offered_rated, 3);
}

static void test_retotal_that_was_overtaken_is_not_put(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    damage(f, WRONG);
    struct retotal *first = look(f, "2026-10-01", "2026-10-01");
    struct retotal *second = look(f, "2026-10-01", "2026-10-01");
    assert_int_equal(put(f, first), OFFICE_OK);
    assert_int_equal(put(f, second), OFFICE_NONE);
    assert_int_equal(findings(f), 0);
    assert_int_equal(entries(f), 1);
}

static void test_retotal_of_sound_totals_writes_nothing(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    struct retotal *work = look(f, "2026-09-30", "2026-10-01");
    assert_int_equal(retotal_facts(work).visits, 7);
    assert_int_equal(retotal_facts(work).wrong, 0);
    assert_int_equal(put(f, work), OFFICE_OK);
    assert_int_equal(entries(f), 0);
}

static void test_retotal_leaves_other_quarters_alone(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    damage(f, WRONG);
    struct retotal *work = look(f, "2026-07-01", "2026-09-30");
    assert_int_equal(retotal_facts(work).visits, 3);
    assert_int_equal(retotal_facts(work).wrong, 0);
    assert_int_equal(put(f, work), OFFICE_OK);
    assert_int_equal(findings(f), 3);
}

// Totals of keys that nothing was counted under, 30,000 of each of three
// dimensions: more than a part may have.
static const char MANY[] =
    "INSERT INTO totals (dimension, grain, period, key, level_1, level_2,"
    "  level_3, level_4, level_5, declined, timeout, withdrawn, offered,"
    "  offered_rated) WITH RECURSIVE keys (key) AS (SELECT 1001 UNION ALL"
    "   SELECT key + 1 FROM keys WHERE key < 31000)"
    "  SELECT d.dimension, 0, 20727, key, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0"
    "  FROM keys CROSS JOIN (SELECT 2 AS dimension UNION SELECT 4 UNION"
    "   SELECT 6) d;";

static void test_retotal_of_many_goes_in_parts(void **state)
{
    struct fixture *f = *state;
    int parts = 0;
    int64_t before = 0;
    rate_two_days(f);
    damage(f, WRONG);
    damage(f, MANY);
    struct retotal *work = look(f, "2026-10-01", "2026-10-01");
    while (!retotal_is_done(work)) {
        int64_t found = retotal_facts(work).wrong;
        assert_true(found - before <= RETOTAL_CELLS);
        before = found;
        rate(f, 1 + parts % 5, "");
        send_all(f);
        put_whole_part(f, work);
        parts++;
        assert_int_equal(office_retotal_look(f->reader, work, NULL), OFFICE_OK);
    }
    assert_true(parts > 1);
    assert_int_equal(retotal_facts(work).wrong, 3 + 90000);
    assert_int_equal(findings(f), 0);
    retotal_free(work);
}

// 2,500 totals of one dimension: of a part, and more than are put at once.
static const char SOME[] =
    "INSERT INTO totals (dimension, grain, period, key, level_1, level_2,"
    "  level_3, level_4, level_5, declined, timeout, withdrawn, offered,"
    "  offered_rated) WITH RECURSIVE keys (key) AS (SELECT 1001 UNION ALL"
    "   SELECT key + 1 FROM keys WHERE key < 3500)"
    "  SELECT 2, 0, 20727, key, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM keys;";

// The writer is needed for a thousand of them at a time, and whoever waits for
// it has his turn in between; nothing is counted twice for that.
static void test_retotal_puts_a_part_little_by_little(void **state)
{
    struct fixture *f = *state;
    const atomic_bool stop = true; // whoever counted would see it
    const int64_t left[] = {1500, 500};
    rate_two_days(f);
    damage(f, SOME);
    assert_int_equal(findings(f), 2500);
    struct retotal *work = look(f, "2026-10-01", "2026-10-01");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(put_part(f, work), OFFICE_OK);
        assert_true(retotal_has_more(work));
        assert_int_equal(findings(f), left[i]);
        rate(f, 4, "");
        send_all(f);
        assert_int_equal(office_retotal_look(f->reader, work, &stop),
                         OFFICE_OK);
    }
    assert_int_equal(retotal_facts(work).wrong, 2500);
    assert_int_equal(put_part(f, work), OFFICE_OK);
    assert_false(retotal_has_more(work));
    assert_true(retotal_is_done(work));
    assert_int_equal(retotal_facts(work).wrong, 2500);
    assert_int_equal(findings(f), 0);
    retotal_free(work);
}

// Who is ended in the middle leaves totals that are right so far; another one
// finds what is left, and who had looked before it adds nothing twice.
static void test_retotal_that_ended_in_a_part_goes_on(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    damage(f, SOME);
    struct retotal *ended = look(f, "2026-10-01", "2026-10-01");
    assert_int_equal(put_part(f, ended), OFFICE_OK);
    assert_true(retotal_has_more(ended));
    struct retotal *work = look(f, "2026-10-01", "2026-10-01");
    assert_int_equal(retotal_facts(work).wrong, 1500);
    assert_int_equal(put_part(f, work), OFFICE_OK);
    assert_int_equal(put_part(f, ended), OFFICE_NONE);
    assert_false(retotal_has_more(ended));
    assert_int_equal(put(f, work), OFFICE_OK);
    assert_int_equal(findings(f), 0);
    retotal_free(ended);
}

// Another one mends everything after the first part: what is left of this one
// is looked at again, and lacks nothing.
static void test_retotal_that_was_overtaken_between_parts(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    damage(f, MANY);
    struct retotal *work = look(f, "2026-10-01", "2026-10-01");
    put_whole_part(f, work);
    assert_false(retotal_is_done(work));
    assert_int_equal(office_retotal_look(f->reader, work, NULL), OFFICE_OK);
    int64_t found = retotal_facts(work).wrong;
    struct retotal *other = look(f, "2026-10-01", "2026-10-01");
    while (!retotal_is_done(other)) {
        put_whole_part(f, other);
        assert_int_equal(office_retotal_look(f->reader, other, NULL),
                         OFFICE_OK);
    }
    retotal_free(other);
    assert_int_equal(put_part(f, work), OFFICE_NONE);
    while (!retotal_is_done(work)) {
        assert_int_equal(office_retotal_look(f->reader, work, NULL), OFFICE_OK);
        assert_int_equal(put_part(f, work), OFFICE_OK);
    }
    assert_true(retotal_facts(work).wrong < found);
    assert_int_equal(findings(f), 0);
    retotal_free(work);
}

// By dimension 99, and of a fourth grain: nothing reads these.
static void test_retotal_takes_totals_of_no_breakdown_away(void **state)
{
    struct fixture *f = *state;
    rate_two_days(f);
    damage(f, WRONG);
    damage(f, "INSERT INTO totals (dimension, grain, period, key, level_1,"
              "  level_2, level_3, level_4, level_5, declined, timeout,"
              "  withdrawn, offered, offered_rated) VALUES"
              " (99, 0, 20727, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0),"
              " (0, 3, 8107, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0);");
    assert_int_equal(findings(f), 5);
    struct retotal *work = look(f, "2026-10-01", "2026-10-01");
    while (!retotal_is_done(work)) {
        assert_int_equal(put_part(f, work), OFFICE_OK);
        assert_int_equal(office_retotal_look(f->reader, work, NULL), OFFICE_OK);
    }
    assert_int_equal(retotal_facts(work).wrong, 5);
    assert_int_equal(findings(f), 0);
    retotal_free(work);
}

static void test_retotal_can_be_stopped(void **state)
{
    struct fixture *f = *state;
    struct retotal *work = NULL;
    atomic_bool stop = true;
    rate_two_days(f);
    assert_int_equal(
        office_retotal_weigh(f->reader, 0, OFFICE_DAY_MOST, &stop, &work),
        OFFICE_NONE);
    assert_null(work);
    damage(f, WRONG);
    assert_int_equal(
        office_retotal_weigh(f->reader, 0, OFFICE_DAY_MOST, NULL, &work),
        OFFICE_OK);
    assert_int_equal(office_retotal_look(f->reader, work, &stop), OFFICE_NONE);
    assert_false(retotal_is_done(work));
    retotal_free(work);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(test_retotal_mends_what_is_wrong),
        T(test_retotal_while_batches_come),
        T(test_retotal_that_was_overtaken_is_not_put),
        T(test_retotal_of_sound_totals_writes_nothing),
        T(test_retotal_leaves_other_quarters_alone),
        T(test_retotal_of_many_goes_in_parts),
        T(test_retotal_puts_a_part_little_by_little),
        T(test_retotal_that_ended_in_a_part_goes_on),
        T(test_retotal_that_was_overtaken_between_parts),
        T(test_retotal_takes_totals_of_no_breakdown_away),
        T(test_retotal_can_be_stopped)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

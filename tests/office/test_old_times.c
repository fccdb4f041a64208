// A database of schema 4, which placed every line by its own batch alone, is
// brought up to today's: its lines stand where today's program would have put
// them, and the lines that come next go on from there.
#include "office/corrected_time.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>
#include <unistd.h>

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, ROWS_MAX = 64 };
static const int64_t enrolled = 1795400000000;

static const struct sql_migration versions[] = {{
                                                    1,
#include "office/office_1.sql.h"
                                                },
                                                {
                                                    2,
#include "office/office_2.sql.h"
                                                },
                                                {
                                                    3,
#include "office/office_3.sql.h"
                                                },
                                                {
                                                    4,
#include "office/office_4.sql.h"
                                                },
                                                {0, NULL}};

// --- A device's days
// ----------------------------------------------------------

static void reboot(struct ledger_maker *device, int64_t off_ms, int64_t wall_ms)
{
    id_new_v4(device->boot);
    device->up_ms = 20 * SECOND;
    device->wall_ms = wall_ms ? wall_ms : device->wall_ms + off_ms;
}

static void rate(struct ledger_maker *device, int count)
{
    for (int i = 0; i < count; i++) {
        maker_rate(device, 1 + i % 5);
        maker_wait(device, 5 * MINUTE);
    }
}

// A boot in contact; two days without, one with a good clock and one that woke
// in 1970; then contact again.
static int64_t live(struct made_office *made, struct ledger_maker *device)
{
    int64_t now = enrolled + HOUR;
    rate(device, 4);
    now += 4 * 5 * MINUTE;
    assert_int_equal(made_office_send(made, device, 1, 3, now),
                     OFFICE_BATCH_OK);
    reboot(device, 14 * HOUR, 0);
    rate(device, 3);
    reboot(device, 0, 2 * MINUTE);
    rate(device, 3);
    now += 40 * HOUR;
    reboot(device, 0, now);
    rate(device, 3);
    now += 3 * 6 * MINUTE;
    assert_int_equal(made_office_send(made, device, 4, 11, now),
                     OFFICE_BATCH_OK);
    return now;
}

// --- The same, as it was kept then
// --------------------------------------------

static void run(struct sql *sql, const char *script)
{
    assert_int_equal(tamper_run(sql, script), SQL_OK);
}

static void copy_table(struct sql *sql, const char *table, const char *columns)
{
    char script[1024];
    snprintf(script, sizeof script,
             "INSERT INTO main.%s (%s) SELECT %s FROM today.%s", table, columns,
             columns, table);
    run(sql, script);
}

static void make_old_database(const char *path, const char *today)
{
    struct sql *sql = NULL;
    char script[512];
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_migrate(sql, versions), SQL_OK);
    snprintf(script, sizeof script, "ATTACH '%s' AS today", today);
    run(sql, script);
    copy_table(sql, "devices",
               "device_no, id, name, unit, counter, field, added_at,"
               " enrolled_at, revoked_at, public_key, token_hash");
    copy_table(sql, "codes", "code_no, code");
    copy_table(sql, "chains", "device_no, gen, received_to, head, reported_to");
    copy_table(sql, "batches",
               "batch_no, device_no, gen, stored_to, signed_to, signed_head,"
               " nonce, signature, device_sent_at, boot, up_ms, received_at");
    copy_table(sql, "lines",
               "device_no, gen, seq, batch_no, verdict, hash, reason, bytes");
    copy_table(sql, "ids", "device_no, id, gen, seq");
    copy_table(sql, "visits",
               "device_no, gen, seq, at, quality, device_at, outcome, level,"
               " mode, counter_no, field_no, procedure_no, step_no, officer_no,"
               " transaction_code, counted");
    // By the line's own boot, else by its clock, else when it came.
    run(sql, "UPDATE visits SET at = device_at, quality = 2"
             " WHERE quality = 1 AND device_at > 1795000000000;"
             "UPDATE visits SET quality = 3, at = (SELECT b.received_at FROM"
             " lines l JOIN batches b ON b.batch_no = l.batch_no"
             " WHERE l.device_no = visits.device_no AND l.gen = visits.gen"
             " AND l.seq = visits.seq) WHERE quality = 1;"
             "DETACH today");
    sql_close(sql);
}

// --- What the tests look at
// ---------------------------------------------------

struct rows {
    int64_t at[ROWS_MAX], quality[ROWS_MAX];
    size_t count;
};

static struct rows read_rows(const char *path)
{
    static const char *const text[] = {
        "SELECT at, quality FROM visits ORDER BY device_no, gen, seq"};
    struct sql *sql = NULL;
    struct rows rows = {.count = 0};
    assert_int_equal(database_open(path, SQL_FOLLOWER, text, 1, &sql), SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    while (sql_step(s) == SQL_OK && rows.count < ROWS_MAX) {
        rows.at[rows.count] = sql_int(s, 0);
        rows.quality[rows.count++] = sql_int(s, 1);
    }
    sql_done(s);
    sql_close(sql);
    return rows;
}

static bool fail_on_finding(void *ctx, const struct office_finding *found)
{
    (void)ctx;
    fail_msg("line %lld: %s", (long long)found->seq, found->why);
    return false;
}

static void expect_sound(struct office *office, int64_t visits)
{
    struct office_verification sum;
    assert_int_equal(office_verify(office, fail_on_finding, NULL, &sum),
                     OFFICE_OK);
    assert_int_equal(sum.visits, visits);
}

static void test_old_lines_stand_where_they_would_today(void **state)
{
    struct made_office today, old;
    struct ledger_maker device;
    char path[SCRATCH_URL_SIZE + 8];
    (void)state;
    made_office_needs_file();
    made_office_open(&today);
    made_office_enrol(&today, "3", enrolled, &device);
    int64_t now = live(&today, &device);
    expect_sound(today.office, 11);
    struct rows expected = read_rows(today.path);
    assert_int_equal(expected.count, 11);
    assert_int_equal(expected.quality[3], TIME_ANCHORED);
    assert_int_equal(expected.quality[4], TIME_BETWEEN);
    assert_int_equal(expected.quality[7], TIME_BETWEEN);

    old = today;
    snprintf(path, sizeof path, "%s-old", today.path);
    snprintf(old.path, sizeof old.path, "%s", path);
    make_old_database(path, today.path);
    assert_int_equal(read_rows(path).quality[7], TIME_RECEIVED);
    assert_int_equal(office_open(path, OFFICE_WRITER, &old.office), OFFICE_OK);
    expect_sound(old.office, 11);
    struct rows placed = read_rows(path);
    assert_int_equal(placed.count, expected.count);
    for (size_t i = 0; i < placed.count; i++) {
        assert_int_equal(placed.quality[i], expected.quality[i]);
        assert_int_equal(placed.at[i], expected.at[i]);
    }
    // The rest of the boot comes with the next batch.
    assert_int_equal(made_office_send(&old, &device, 12, 13, now + HOUR),
                     OFFICE_BATCH_OK);
    expect_sound(old.office, 13);
    office_close(old.office);
    unlink(path);
    maker_free(&device);
    made_office_close(&today);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_old_lines_stand_where_they_would_today)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

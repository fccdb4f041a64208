// hailong retotal: while the server runs and batches come, and while it is
// down.
#include "postgres/database.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/scratch_database.h"
#include "support/server_maker.h"
#include "support/tampering.h"
#include <stdio.h>

static void damage(const struct made_server *server)
{
    struct sql *sql = NULL;
    char path[256];
    const char *url = scratch_database_of(server->folder);
    snprintf(path, sizeof path, "%s/office.db", server->folder);
    assert_int_equal(database_open(url ? url : path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    // A day, a half-month, and the counter's two; midnight may lie between the
    // visits.
    assert_int_equal(
        tamper_run(sql, "UPDATE totals SET level_5 = level_5 + 1"
                        " WHERE dimension IN (0, 1) AND grain IN (0, 1)"
                        " AND period = (SELECT max(t.period) FROM totals t"
                        "  WHERE t.grain = totals.grain)"),
        SQL_OK);
    sql_close(sql);
}

static void rate(struct made_device *device, const struct made_server *server,
                 int count)
{
    struct answer answer = {0};
    int64_t first = (int64_t)device->ledger.count + 1;
    for (int i = 0; i < count; i++)
        maker_rate(&device->ledger, 5);
    made_device_send(device, server, first, first + count - 1, 200, &answer);
    answer_free(&answer);
}

static void retotal(const struct made_server *server, int visits, int wrong)
{
    struct run run = {0};
    char expected[160];
    run_command(&run, "retotal", "--data", server->folder, NULL);
    run_must_end(&run, 0);
    snprintf(expected, sizeof expected,
             "%d visits counted, %d totals were wrong%s\n", visits, wrong,
             wrong > 0 ? " and are right now" : "");
    run_must_say(&run, expected);
    run_command(&run, "verify", "--data", server->folder, NULL);
    run_must_end(&run, 0);
    run_free(&run);
}

// Whoever watches sees what became of it.
static void metrics_must_tell(const struct made_server *server, int visits,
                              int wrong)
{
    struct answer answer = {0};
    char expected[160];
    ask(server->port, &(struct ask){.path = "/metrics"}, &answer);
    snprintf(expected, sizeof expected, "\nhailong_retotal_visits %d\n",
             visits);
    assert_non_null(strstr(buf_text(&answer.body), expected));
    snprintf(expected, sizeof expected, "\nhailong_retotal_wrong %d\n", wrong);
    assert_non_null(strstr(buf_text(&answer.body), expected));
    assert_non_null(
        strstr(buf_text(&answer.body), "\nhailong_retotal_running 0\n"));
    answer_free(&answer);
}

static void test_retotal_beside_the_server_and_alone(void **state)
{
    struct made_server server;
    struct made_device device;
    struct run run = {0};
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&device, &server, "3");
    rate(&device, &server, 3);
    damage(&server);
    run_command(&run, "verify", "--data", server.folder, NULL);
    run_must_end(&run, 1);
    run_free(&run);
    metrics_must_tell(&server, 0, 0);
    retotal(&server, 3, 4);
    metrics_must_tell(&server, 3, 4);
    rate(&device, &server, 2);
    retotal(&server, 5, 0);
    metrics_must_tell(&server, 5, 0);
    made_server_stop(&server);
    damage(&server);
    retotal(&server, 5, 4);
    made_device_free(&device);
    made_server_close(&server);
}

static void test_retotal_wants_days(void **state)
{
    struct run run = {0};
    (void)state;
    run_command(&run, "retotal", "--data", "/nonexistent", "--from",
                "2026-02-30", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--from, --to: give two days");
    run_command(&run, "retotal", "--data", "/nonexistent", "--from",
                "2026-03-01", "--to", "2026-02-01", NULL);
    run_must_end(&run, 2);
    run_command(&run, "retotal", "--data", "/nonexistent", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "there is no such directory");
    run_free(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retotal_beside_the_server_and_alone),
        cmocka_unit_test(test_retotal_wants_days)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

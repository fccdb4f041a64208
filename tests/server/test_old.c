// A server that was upgraded under devices that were not: its database is
// brought up to date at the start, and what an older courier says, which names
// no protocol, counts as before.
#include "sql/sql.h"
#include "support/check.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <unistd.h>

static const char *const SCRIPTS[] = {
#include "office/office_1.sql.h"
    ,
#include "office/office_2.sql.h"
    ,
#include "office/office_3.sql.h"
    ,
#include "office/office_4.sql.h"
    ,
#include "office/office_5.sql.h"
    ,
#include "office/office_6.sql.h"
    ,
#include "office/office_7.sql.h"
    ,
#include "office/office_8.sql.h"
    ,
#include "office/office_9.sql.h"
    ,
#include "office/office_10.sql.h"
    ,
#include "office/office_11.sql.h"
    ,
#include "office/office_12.sql.h"
    ,
#include "office/office_13.sql.h"
    ,
#include "office/office_14.sql.h"
    ,
#include "office/office_15.sql.h"
};
enum { OLD_SCHEMA = sizeof SCRIPTS / sizeof *SCRIPTS };

static void run(struct sql *sql, const char *script)
{
    assert_int_equal(sql_run(sql, script), SQL_OK);
}

// The database as a program of long ago made it, with the devices that the
// server of today knows.
static void make_old(const char *folder)
{
    struct sql_migration migrations[OLD_SCHEMA + 1] = {{0}};
    struct sql *sql = NULL;
    char path[96], today[104], script[512];
    snprintf(path, sizeof path, "%s/office.db", folder);
    snprintf(today, sizeof today, "%s/today.db", folder);
    assert_int_equal(rename(path, today), 0);
    for (int i = 0; i < OLD_SCHEMA; i++) {
        migrations[i] = (struct sql_migration){i + 1, SCRIPTS[i]};
    }
    assert_int_equal(sql_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_migrate(sql, migrations), SQL_OK);
    snprintf(script, sizeof script,
             "ATTACH '%s' AS today;"
             "INSERT INTO devices (device_no, id, name, unit, counter, field,"
             " added_at, enrolled_at, public_key, token_hash)"
             " SELECT device_no, id, name, unit, counter, field, added_at,"
             " enrolled_at, public_key, token_hash FROM today.devices;",
             today);
    run(sql, script);
    sql_close(sql);
    assert_int_equal(unlink(today), 0);
}

static int64_t received_to(const struct answer *answer)
{
    int64_t to = -1;
    json_t *object = answer_object(answer);
    json_get_int(object, "received_to", &to);
    json_decref(object);
    return to;
}

static void test_an_old_database_takes_an_old_courier(void **state)
{
    struct made_server server;
    struct made_device device;
    struct answer answer = {0};
    struct buf body = {0};
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&device, &server, "3");
    made_server_stop(&server);
    make_old(server.folder);
    made_server_restart(&server, NULL);
    for (int i = 0; i < 3; i++) {
        maker_rate(&device.ledger, 5);
    }
    made_device_body(&device, 1, 3, &body, NULL);
    assert_null(strstr(buf_text(&body), "protocol"));
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_int_equal(received_to(&answer), 3);
    // And the same once more, as after an answer that was lost.
    made_device_post(&device, &server, &body, NULL, &answer);
    assert_int_equal(answer.status, 200);
    ask(server.port, &(struct ask){.path = "/metrics"}, &answer);
    assert_non_null(strstr(buf_text(&answer.body),
                           "hailong_lines_total{status=\"stored\"} 3\n"));
    assert_non_null(strstr(buf_text(&answer.body),
                           "hailong_lines_total{status=\"already\"} 3\n"));
    buf_free(&body);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&server);
}

// The body with another word about the protocol.
static void say(const struct buf *body, const char *protocol, struct buf *out)
{
    buf_clear(out);
    buf_printf(out, "{\"protocol\":%s,%s", protocol, buf_text(body) + 1);
}

static void test_protocols_that_are_spoken(void **state)
{
    struct made_server server;
    struct made_device device;
    struct answer answer = {0};
    struct buf body = {0}, said = {0};
    (void)state;
    made_server_start(&server, NULL);
    made_device_enrol(&device, &server, "3");
    maker_rate(&device.ledger, 5);
    made_device_body(&device, 1, 1, &body, NULL);
    say(&body, "3", &said);
    made_device_post(&device, &server, &said, NULL, &answer);
    answer_is_problem(&answer, 422, "protocol");
    assert_non_null(strstr(buf_text(&answer.body), "\"protocols\":[1,2]"));
    assert_non_null(
        strstr(buf_text(&answer.body), "bring the server up to date"));
    say(&body, "\"2\"", &said);
    made_device_post(&device, &server, &said, NULL, &answer);
    answer_is_problem(&answer, 422, "unreadable");
    say(&body, "0", &said);
    made_device_post(&device, &server, &said, NULL, &answer);
    answer_is_problem(&answer, 422, "unreadable");
    // Nothing of it was taken; the newest and the one before are.
    say(&body, "2", &said);
    made_device_post(&device, &server, &said, NULL, &answer);
    assert_int_equal(answer.status, 200);
    assert_non_null(strstr(buf_text(&answer.body), "\"status\":\"stored\""));
    assert_non_null(strstr(buf_text(&answer.body), "\"protocols\":[1,2]"));
    say(&body, "1", &said);
    made_device_post(&device, &server, &said, NULL, &answer);
    assert_int_equal(answer.status, 200);
    buf_free(&said);
    buf_free(&body);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_old_database_takes_an_old_courier),
        cmocka_unit_test(test_protocols_that_are_spoken)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

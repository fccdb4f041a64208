// Where a server's database is: --data, or --db with --keys. With a scratch
// cluster of PostgreSQL the commands are tried on one, past a server that runs
// and one that is down.
#include "support/command_runner.h"
#include "support/server_maker.h"
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_half_a_place_is_refused(void **state)
{
    struct run run = {0};
    (void)state;
    run_command(&run, "device", "list", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--data is missing");
    run_command(&run, "device", "list", "--db", "/var/lib/office.db", "--keys",
                "/tmp", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--db: is no address");
    run_command(&run, "verify", "--db", "postgresql://a@b/c", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--keys is missing");
    run_command(&run, "report", "--db", "postgresql://a@b/c", "--keys", "/tmp",
                "--data", "/tmp", "--from", "2026-11-01", "--to", "2026-11-30",
                "--format", "text", NULL);
    run_must_complain(&run, "exclude each other");
    run_free(&run);
}

// Nobody is to read it over a shoulder.
static void test_a_password_is_not_told(void **state)
{
    struct run run = {0};
    (void)state;
    run_command(&run, "device", "list", "--db",
                "postgresql://a:secret@%2Fnowhere/c", "--keys", "/tmp", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "the database is busy or out of reach; try again");
    assert_null(strstr(run_err(&run), "secret"));
    run_free(&run);
}

static void try_commands(const struct made_server *server)
{
    const char *db = server->database, *keys = server->folder;
    struct run run = {0};
    run_command(&run, "device", "add", "--db", db, "--keys", keys, "--counter",
                "7", "--json", NULL);
    run_must_end(&run, 0);
    run_command(&run, "device", "list", "--db", db, "--keys", keys, NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "7");
    run_command(&run, "key", "add", "--db", db, "--keys", keys, "--role",
                "office", "--name", "báo cáo", NULL);
    run_must_end(&run, 0);
    run_command(&run, "checkpoint", "--db", db, "--keys", keys, NULL);
    run_must_end(&run, 0);
    run_command(&run, "report", "--db", db, "--keys", keys, "--from",
                "2020-01-01", "--to", "2099-12-31", "--format", "json", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "\"rated\":2");
    run_command(&run, "verify", "--db", db, "--keys", keys, NULL);
    run_must_end(&run, 0);
    run_command(&run, "status", "--db", db, "--keys", keys, NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "Cơ sở dữ liệu       PostgreSQL, ");
    run_must_say(&run, "Dòng                2 đã nhận, 0 được biết");
    run_command(&run, "doctor", "--db", db, "--keys", keys, NULL);
    run_must_say(&run, "PASS  Cơ sở dữ liệu: đọc được");
    run_must_say(&run, "PASS  Sao lưu: do PostgreSQL tự lo");
    run_free(&run);
}

// With a password of this kind a part of it would be taken for the host or the
// port, and be told as such.
static void test_a_password_with_signs_is_not_told(void **state)
{
    static const char *const addresses[] = {
        "postgresql://a:mot/x9y@127.0.0.1:1/c",
        "postgresql://a:mot@x9y@127.0.0.1:1/c",
        "postgresql://a:mot?x9y@127.0.0.1:1/c?schema=w",
        "postgresql://a:mot%zzx9y@127.0.0.1:1/c",
        "postgresql://a:motx9y@[::1:1/c",
    };
    struct run run = {0};
    (void)state;
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        run_command(&run, "device", "list", "--db", addresses[i], "--keys",
                    "/tmp", NULL);
        run_must_end(&run, 1);
        run_must_complain(&run, "the database failed; the cause is above");
        assert_null(strstr(run_err(&run), "mot"));
        assert_null(strstr(run_err(&run), "x9y"));
    }
    run_free(&run);
}

static void test_a_place_without_a_book_is_told_as_such(void **state)
{
    struct made_server server;
    struct run run = {0};
    char other[PATH_MAX];
    (void)state;
    made_server_start(&server, NULL);
    if (server.database[0] == '/') {
        made_server_close(&server);
        skip();
    }
    snprintf(other, sizeof other, "%s%cschema=slip", server.database,
             strchr(server.database, '?') ? '&' : '?');
    run_command(&run, "device", "list", "--db", other, "--keys", server.folder,
                NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "there is no server's book in that database");
    run_must_complain(&run, "?schema=");
    // The runner would put the right options in the place of the folder's name.
    snprintf(other, sizeof other, "%s/.", server.folder);
    run_command(&run, "status", "--data", other, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "give --db postgresql://… and --keys");
    run_command(&run, "doctor", "--data", other, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "give --db postgresql://… and --keys");
    run_free(&run);
    made_server_close(&server);
}

static void test_commands_on_postgresql(void **state)
{
    struct made_server server;
    struct made_device device;
    struct answer answer = {0};
    (void)state;
    made_server_start(&server, NULL);
    if (server.database[0] == '/') {
        made_server_close(&server);
        skip();
    }
    made_device_enrol(&device, &server, "3");
    maker_rate(&device.ledger, 5);
    maker_rate(&device.ledger, 1);
    made_device_send(&device, &server, 1, (int64_t)device.ledger.count, 200,
                     &answer);
    try_commands(&server);
    made_server_stop(&server);
    try_commands(&server);
    answer_free(&answer);
    made_device_free(&device);
    made_server_close(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_half_a_place_is_refused),
        cmocka_unit_test(test_a_password_is_not_told),
        cmocka_unit_test(test_a_password_with_signs_is_not_told),
        cmocka_unit_test(test_a_place_without_a_book_is_told_as_such),
        cmocka_unit_test(test_commands_on_postgresql),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// hailong device and hailong key: alone with the lock while the server is down,
// through the server while it runs.
#include "common/file.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// XXXXX-XXXXX out of Crockford's 32 characters.
static void assert_code(const char *code)
{
    assert_int_equal(strlen(code), 11);
    for (int i = 0; i < 11; i++) {
        if (i == 5)
            assert_int_equal(code[i], '-');
        else
            assert_non_null(
                strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ", code[i]));
    }
}

static void assert_hexadecimal(const char *text, size_t size)
{
    assert_int_equal(strlen(text), size);
    for (size_t i = 0; i < size; i++)
        assert_true(isxdigit((unsigned char)text[i]));
}

// The n-th object of a listing, the phone channel left out, which a server
// makes for itself.
static json_t *listed(const struct run *run, size_t count, size_t index)
{
    json_t *rows = run_json(run);
    const char *kind;
    for (size_t i = json_array_size(rows); i-- > 0;)
        if (json_get_text(json_array_get(rows, i), "kind", &kind) &&
            strcmp(kind, "phone") == 0)
            json_array_remove(rows, i);
    assert_int_equal(json_array_size(rows), count);
    json_t *row = json_incref(json_array_get(rows, index));
    json_decref(rows);
    return row;
}

static void assert_member(const json_t *row, const char *key, const char *value)
{
    const char *text = NULL;
    assert_true(json_get_text(row, key, &text));
    assert_string_equal(text, value);
}

static void try_devices(const char *data)
{
    struct run run = {0};
    char id[40], code[16];
    run_command(&run, "device", "add", "--data", data, "--counter", "3",
                "--name", "Máy quầy 3", "--field", "chung-thuc", "--point",
                "tru-so", "--json", NULL);
    run_must_end(&run, 0);
    run_json_text(&run, "device", id, sizeof id);
    run_json_text(&run, "code", code, sizeof code);
    assert_code(code);

    run_command(&run, "device", "list", "--data", data, "--json", NULL);
    run_must_end(&run, 0);
    json_t *row = listed(&run, 1, 0);
    assert_member(row, "device", id);
    assert_member(row, "counter", "3");
    assert_member(row, "name", "Máy quầy 3");
    assert_member(row, "field", "chung-thuc");
    assert_member(row, "point", "tru-so");
    assert_member(row, "state", "waiting");
    json_decref(row);

    run_command(&run, "device", "list", "--data", data, NULL);
    run_must_say(&run, "COUNTER  DEVICE");
    run_must_say(&run, id);
    run_must_say(&run, "Máy quầy 3\n");

    run_command(&run, "device", "replace", "--data", data, "no-id", NULL);
    run_must_end(&run, 2);
    run_command(&run, "device", "replace", "--data", data, "--json",
                "00000000-0000-4000-8000-000000000000", NULL);
    run_must_end(&run, 1);
    run_command(&run, "device", "revoke", "--data", data, id, NULL);
    run_must_end(&run, 0);
    run_command(&run, "device", "list", "--data", data, "--json", NULL);
    row = listed(&run, 1, 0);
    assert_member(row, "state", "revoked");
    json_decref(row);
    // Again: nothing changes.
    run_command(&run, "device", "revoke", "--data", data, id, NULL);
    run_must_end(&run, 0);
    run_command(&run, "device", "replace", "--data", data, "--json", id, NULL);
    run_must_end(&run, 0);
    run_json_text(&run, "code", code, sizeof code);
    assert_code(code);
    run_command(&run, "device", "list", "--data", data, "--json", NULL);
    row = listed(&run, 2, 1);
    assert_member(row, "counter", "3");
    assert_member(row, "point", "tru-so");
    assert_member(row, "state", "waiting");
    json_decref(row);
    run_free(&run);
}

static void try_keys(const char *data)
{
    struct run run = {0};
    char key[80], number[24];
    run_command(&run, "key", "add", "--data", data, "--role", "office",
                "--name", "Văn phòng", "--json", NULL);
    run_must_end(&run, 0);
    run_json_text(&run, "key", key, sizeof key);
    assert_hexadecimal(key, 64);
    run_command(&run, "key", "list", "--data", data, "--json", NULL);
    run_must_end(&run, 0);
    json_t *row = listed(&run, 1, 0);
    int64_t id;
    assert_member(row, "role", "office");
    assert_member(row, "name", "Văn phòng");
    assert_true(json_get_int(row, "id", &id));
    assert_true(json_is_null(json_object_get(row, "revoked_at")));
    json_decref(row);
    // A key is shown once.
    assert_null(strstr(run_out(&run), key));

    snprintf(number, sizeof number, "%lld", (long long)id);
    run_command(&run, "key", "revoke", "--data", data, number, NULL);
    run_must_end(&run, 0);
    run_command(&run, "key", "list", "--data", data, "--json", NULL);
    row = listed(&run, 1, 0);
    assert_true(json_is_string(json_object_get(row, "revoked_at")));
    json_decref(row);
    run_free(&run);
}

static void try_what_is_not_there(const char *data)
{
    struct run run = {0};
    run_command(&run, "device", "revoke", "--data", data,
                "7b0c0a52-5d0e-4d8a-9c5e-3c1c4f0d2a11", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "7b0c0a52");
    run_command(&run, "key", "revoke", "--data", data, "4711", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "4711");
    run_free(&run);
}

static void test_while_the_server_is_down(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    scratch_make(folder);
    try_devices(folder);
    try_keys(folder);
    try_what_is_not_there(folder);
    scratch_remove(folder);
}

static void test_through_the_running_server(void **state)
{
    (void)state;
    struct made_server server;
    made_server_start(&server, NULL);
    try_devices(server.folder);
    try_keys(server.folder);
    try_what_is_not_there(server.folder);
    made_server_close(&server);
}

// What is made while the server is down holds when it runs, and the other way
// round.
static void test_both_write_the_same_office(void **state)
{
    (void)state;
    struct made_server server;
    struct run run = {0};
    made_server_start(&server, NULL);
    run_command(&run, "device", "add", "--data", server.folder, "--counter",
                "1", NULL);
    run_must_end(&run, 0);
    made_server_stop(&server);
    run_command(&run, "device", "add", "--data", server.folder, "--counter",
                "2", NULL);
    run_must_end(&run, 0);
    run_command(&run, "device", "list", "--data", server.folder, "--json",
                NULL);
    for (size_t i = 0; i < 2; i++) {
        json_t *row = listed(&run, 2, i);
        // The second one has the unit of the first.
        assert_member(row, "unit", "H24.12");
        assert_member(row, "counter", i == 0 ? "1" : "2");
        json_decref(row);
    }
    made_server_restart(&server, NULL);
    run_command(&run, "device", "add", "--data", server.folder, "--counter",
                "3", NULL);
    run_must_end(&run, 0);
    run_free(&run);
    made_server_close(&server);
}

static void test_device_add_for_people(void **state)
{
    (void)state;
    struct run run = {0};
    char folder[SCRATCH_SIZE];
    scratch_make(folder);
    run_command(&run, "device", "add", "--data", folder, "--counter", "3",
                NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "Enrolment code  ");
    run_must_say(&run, "hailong enrol --server URL --code ");
    run_must_say(&run, " --data DIR\nThe QR code holds the code alone");
    // The QR code's first row: a light margin, and below it finder patterns.
    run_must_say(&run, "██████████");
    run_must_say(&run, "████ ▄▄▄▄▄ █");
    run_free(&run);
    scratch_remove(folder);
}

static void test_wrong_values(void **state)
{
    (void)state;
    struct run run = {0};
    char folder[SCRATCH_SIZE], long_code[80], long_name[140];
    scratch_make(folder);
    memset(long_code, '3', sizeof long_code - 1);
    long_code[sizeof long_code - 1] = '\0';
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    run_command(&run, "device", "add", "--data", folder, "--counter", long_code,
                NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "too long");
    run_command(&run, "device", "revoke", "--data", folder, "3", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "\"3\" is no device's id");
    run_command(&run, "key", "add", "--data", folder, "--role", "king",
                "--name", "x", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "office, leader or feed");
    run_command(&run, "key", "add", "--data", folder, "--role", "office",
                "--name", long_name, NULL);
    run_must_end(&run, 2);
    run_command(&run, "key", "revoke", "--data", folder, "3x", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "\"3x\" is no key's number");
    run_free(&run);
    scratch_remove(folder);
}

static void test_wrong_directories(void **state)
{
    (void)state;
    struct run run = {0};
    char folder[SCRATCH_SIZE], path[128];
    scratch_make(folder);
    run_command(&run, "device", "list", "--data", folder, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "there is no server's database");
    snprintf(path, sizeof path, "%s/nowhere", folder);
    run_command(&run, "device", "add", "--data", path, "--counter", "3", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "there is no such directory");
    assert_false(file_exists(path));
    snprintf(path, sizeof path, "%s/device.json", folder);
    assert_true(file_replace(path, "{}", 2, 0600));
    run_command(&run, "device", "add", "--data", folder, "--counter", "3",
                NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "is a device's directory");
    run_free(&run);
    scratch_remove(folder);
}

// Somebody holds the lock, but there is no way to ask them.
static void test_locked_without_admin_file(void **state)
{
    (void)state;
    struct run run = {0};
    char folder[SCRATCH_SIZE], path[128];
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/server.lock", folder);
    int lock = file_lock(path);
    assert_true(lock >= 0);
    run_command(&run, "device", "add", "--data", folder, "--counter", "3",
                NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "is locked, but");
    close(lock);
    run_free(&run);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_while_the_server_is_down),
        cmocka_unit_test(test_through_the_running_server),
        cmocka_unit_test(test_both_write_the_same_office),
        cmocka_unit_test(test_device_add_for_people),
        cmocka_unit_test(test_wrong_values),
        cmocka_unit_test(test_wrong_directories),
        cmocka_unit_test(test_locked_without_admin_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

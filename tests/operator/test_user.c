// hailong user: alone with the lock while the server is down, through the
// server while it runs. Passwords come on standard input.
#include "common/file.h"
#include "ledger/password.h"
#include "office/people.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <stdio.h>

// What is typed next.
static void type(const char *folder, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/typed", folder);
    assert_true(file_replace(path, text, strlen(text), 0600));
    assert_non_null(freopen(path, "r", stdin));
}

static json_t *listed(const char *data, size_t count, size_t index)
{
    struct run run = {0};
    run_command(&run, "user", "list", "--data", data, "--json", NULL);
    run_must_end(&run, 0);
    json_t *rows = run_json(&run);
    assert_int_equal(json_array_size(rows), count);
    json_t *row = json_incref(json_array_get(rows, index));
    json_decref(rows);
    run_free(&run);
    return row;
}

static void assert_member(const json_t *row, const char *key, const char *value)
{
    const char *text = NULL;
    assert_true(json_get_text(row, key, &text));
    assert_string_equal(text, value);
}

static void try_people(const char *data)
{
    struct run run = {0};
    type(data, "một mật khẩu dài\n");
    run_command(&run, "user", "add", "--data", data, "--name", "binh", "--role",
                "officer", "--officer", "cb-07", "--display", "Trần Văn Bình",
                NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "Added: binh (officer)");
    assert_null(strstr(run_out(&run), "mật"));
    type(data, "quản trị viên");
    run_command(&run, "user", "add", "--data", data, "--name", "an", "--role",
                "admin", NULL);
    run_must_end(&run, 0);

    json_t *row = listed(data, 2, 0);
    assert_member(row, "name", "binh");
    assert_member(row, "display", "Trần Văn Bình");
    assert_member(row, "role", "officer");
    assert_member(row, "officer", "cb-07");
    assert_true(json_is_null(json_object_get(row, "disabled_at")));
    json_decref(row);
    // Without a name to show, the sign-in name is shown.
    row = listed(data, 2, 1);
    assert_member(row, "display", "an");
    assert_true(json_is_null(json_object_get(row, "officer")));
    json_decref(row);
    run_command(&run, "user", "list", "--data", data, NULL);
    run_must_say(&run, "NAME  ROLE     OFFICER");
    run_must_say(&run, "Trần Văn Bình\n");

    type(data, "một mật khẩu khác\n");
    run_command(&run, "user", "password", "--data", data, "BINH", NULL);
    run_must_end(&run, 0);
    run_command(&run, "user", "disable", "--data", data, "an", NULL);
    run_must_end(&run, 0);
    row = listed(data, 2, 1);
    assert_true(json_is_string(json_object_get(row, "disabled_at")));
    json_decref(row);
    run_command(&run, "user", "enable", "--data", data, "an", NULL);
    run_must_end(&run, 0);
    row = listed(data, 2, 1);
    assert_true(json_is_null(json_object_get(row, "disabled_at")));
    json_decref(row);
    run_free(&run);
}

static void try_what_cannot_be(const char *data)
{
    struct run run = {0};
    type(data, "một mật khẩu dài\n");
    run_command(&run, "user", "add", "--data", data, "--name", "binh", "--role",
                "leader", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "the name binh, or the officer's code, is taken");
    run_command(&run, "user", "disable", "--data", data, "cuong", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "cuong");
    type(data, "một mật khẩu dài\n");
    run_command(&run, "user", "password", "--data", data, "cuong", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "cuong");
    // The code went to somebody else meanwhile.
    run_command(&run, "user", "disable", "--data", data, "binh", NULL);
    run_must_end(&run, 0);
    type(data, "một mật khẩu dài\n");
    run_command(&run, "user", "add", "--data", data, "--name", "dung", "--role",
                "officer", "--officer", "cb-07", NULL);
    run_must_end(&run, 0);
    run_command(&run, "user", "enable", "--data", data, "binh", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "another's by now");
    run_command(&run, "user", "enable", "--data", data, "cuong", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "cuong");
    run_free(&run);
}

// The kept hash is of the last password that was typed.
static void assert_password(const char *database, const char *password)
{
    char hash[PASSWORD_HASH_SIZE];
    struct office *office = NULL;
    struct office_person person;
    assert_int_equal(office_open(database, OFFICE_READER, &office), OFFICE_OK);
    assert_int_equal(office_find_person(office, "binh", &person, hash),
                     OFFICE_OK);
    office_close(office);
    assert_true(password_check(hash, password));
}

static void test_while_the_server_is_down(void **state)
{
    char folder[SCRATCH_SIZE], path[128];
    (void)state;
    scratch_make(folder);
    try_people(folder);
    try_what_cannot_be(folder);
    snprintf(path, sizeof path, "%s/office.db", folder);
    assert_password(path, "một mật khẩu khác");
    scratch_remove(folder);
}

static void test_through_the_running_server(void **state)
{
    struct made_server server;
    (void)state;
    made_server_start(&server, NULL);
    try_people(server.folder);
    try_what_cannot_be(server.folder);
    assert_password(server.database, "một mật khẩu khác");
    made_server_close(&server);
}

static void test_wrong_values(void **state)
{
    static const struct {
        const char *name, *role, *officer, *password, *complaint;
    } cases[] = {
        {"Bình", "office", "", "0123456789", "--name: must be 1 to 31"},
        {"binh", "king", "", "0123456789", "admin, office, leader or officer"},
        {"binh", "officer", "", "0123456789", "--officer: the role officer"},
        {"binh", "office", "cb-07", "0123456789", "--officer: only the role"},
        {"binh", "office", "", "012345678", "at least 10 letters"},
        {"binh", "office", "", "", "at least 10 letters"},
    };
    struct run run = {0};
    char folder[SCRATCH_SIZE];
    (void)state;
    scratch_make(folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        type(folder, cases[i].password);
        run_command(&run, "user", "add", "--data", folder, "--name",
                    cases[i].name, "--role", cases[i].role, "--officer",
                    cases[i].officer, NULL);
        run_must_end(&run, 2);
        run_must_complain(&run, cases[i].complaint);
    }
    run_command(&run, "user", "disable", "--data", folder, "a b", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "\"a b\" is no sign-in name");
    run_free(&run);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_while_the_server_is_down),
        cmocka_unit_test(test_through_the_running_server),
        cmocka_unit_test(test_wrong_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

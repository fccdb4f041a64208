// hailong unit: a city's units are added, renamed, moved and merged, and every
// change stands with who made it.
#include "common/clock.h"
#include "common/file.h"
#include "ledger/password.h"
#include "office/people.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include <string.h>

static char folder[SCRATCH_SIZE];

static int setup(void **state)
{
    (void)state;
    scratch_make(folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    scratch_remove(folder);
    return 0;
}

static void make_city(struct run *run)
{
    run_command(run, "unit", "add", "--city", folder, "--code", "H24", "--kind",
                "city", "--name", "Thành phố Mẫu", "--from", "2026-01-01",
                NULL);
    run_must_end(run, 0);
    run_command(run, "unit", "add", "--city", folder, "--code", "H24.12",
                "--name", "Phường Bình Minh", "--parent", "H24", "--people",
                "18000", "--from", "2026-01-01", NULL);
    run_must_end(run, 0);
    run_must_say(run, "Added: H24.12 (Phường Bình Minh)");
    run_command(run, "unit", "add", "--city", folder, "--code", "H24.13",
                "--name", "Phường Mẫu Một", "--parent", "H24", "--from",
                "2026-01-01", NULL);
    run_must_end(run, 0);
}

static void test_unit_list_is_of_a_day(void **state)
{
    struct run run = {0};
    (void)state;
    make_city(&run);
    run_command(&run, "unit", "rename", "--city", folder, "--name",
                "Phường Bình An", "--from", "2026-03-01", "H24.12", NULL);
    run_must_end(&run, 0);
    run_command(&run, "unit", "merge", "--city", folder, "--into", "H24.20",
                "--name", "Phường Mẫu Chung", "--parent", "H24", "--from",
                "2026-07-01", "H24.12,H24.13", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "H24.12,H24.13: a part of H24.20 from 2026-07-01 on");
    run_command(&run, "unit", "list", "--city", folder, "--day", "2026-02-28",
                NULL);
    run_must_say(&run, "2026-06-30  H24.20  Phường Bình Minh\n");
    run_command(&run, "unit", "list", "--city", folder, "--day", "2026-12-31",
                NULL);
    run_must_say(&run, "2026-06-30  H24.20  Phường Bình An\n");
    run_command(&run, "unit", "list", "--city", folder, "--changes", NULL);
    run_must_say(&run, "  admin  {\"do\":\"merge\",\"units\":[\"H24.12\","
                       "\"H24.13\"],\"into\":\"H24.20\"");
    run_free(&run);
}

// What is still to come can be taken back, what has come cannot; both stand in
// the registry as they were said.
static void test_unit_takes_back_what_is_to_come(void **state)
{
    struct run run = {0};
    (void)state;
    make_city(&run);
    run_command(&run, "unit", "dissolve", "--city", folder, "--from",
                "2199-01-01", "H24.13", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "H24.13 is no more from 2199-01-01 on");
    run_command(&run, "unit", "take-back", "--city", folder, "--what", "end",
                "--from", "2199-01-01", "H24.13", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "H24.13: its end does not change on 2199-01-01");
    run_command(&run, "unit", "list", "--city", folder, "--changes", NULL);
    run_must_say(&run, "{\"do\":\"dissolve\",\"unit\":\"H24.13\"");
    run_must_say(&run, "{\"do\":\"take-back\",\"unit\":\"H24.13\"");
    run_command(&run, "unit", "rename", "--city", folder, "--name", "Phường Ba",
                "--from", "2026-03-01", "H24.13", NULL);
    run_must_end(&run, 0);
    run_command(&run, "unit", "take-back", "--city", folder, "--what", "name",
                "--from", "2026-03-01", "H24.13", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "2026-03-01 has come already");
    run_free(&run);
}

static void test_unit_set_keeps_all_that_is_told(void **state)
{
    struct run run = {0};
    (void)state;
    make_city(&run);
    run_command(&run, "unit", "set", "--city", folder, "--people", "19000",
                "--from", "2026-03-01", "--book", "old/h24-12", "--host",
                "h24-12.example", "H24.12", NULL);
    run_must_end(&run, 0);
    run_command(&run, "unit", "list", "--city", folder, "--changes", NULL);
    run_must_say(&run, "\"people\":19000");
    run_must_say(&run, "\"book\":\"old/h24-12\"");
    run_must_say(&run, "\"host\":\"h24-12.example\"");
    run_free(&run);
}

static void test_unit_changes_that_do_not_fit(void **state)
{
    struct run run = {0};
    (void)state;
    make_city(&run);
    run_command(&run, "unit", "move", "--city", folder, "--parent", "H24.13",
                "--from", "2026-03-01", "H24.12", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "--parent: H24.13 is a ward, which has no units");
    run_command(&run, "unit", "rename", "--city", folder, "--name", "x",
                "H24.12", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--from is missing");
    run_command(&run, "unit", "set", "--city", folder, "H24.12", NULL);
    run_must_end(&run, 2);
    run_command(&run, "unit", "classes", "--city", folder, "20k", NULL);
    run_must_end(&run, 2);
    run_command(&run, "unit", "list", "--city", "/nowhere/at/all", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "check --city");
    run_free(&run);
}

static void add_person(const char *name)
{
    char path[SCRATCH_SIZE + 16];
    char hash[PASSWORD_HASH_SIZE];
    struct office *office;
    assert_true(password_hash("mật khẩu để thử", hash));
    assert_true(file_join(path, sizeof path, folder, "office.db"));
    assert_int_equal(office_open(path, OFFICE_WRITER, &office), OFFICE_OK);
    const struct office_new_person person = {.name = name,
                                             .display = "Nguyễn Thị An",
                                             .role = PERSON_OFFICE,
                                             .officer = "",
                                             .hash = hash};
    assert_int_equal(
        office_add_person(office, &person, "admin", clock_wall_ms()),
        PERSON_ADDED);
    office_close(office);
}

static void test_unit_person_sees_a_subtree(void **state)
{
    struct run run = {0};
    (void)state;
    make_city(&run);
    run_command(&run, "unit", "person", "--city", folder, "--unit", "H24", "an",
                NULL);
    run_must_end(&run, 0);
    run_must_complain(&run, "nobody is called an in the city yet");
    add_person("an");
    run_command(&run, "unit", "person", "--city", folder, "--unit", "H24", "an",
                NULL);
    run_must_end(&run, 0);
    assert_string_equal(run_err(&run), "");
    run_command(&run, "unit", "list", "--city", folder, NULL);
    run_must_say(&run, "an sees H24 and what stands below it\n");
    run_command(&run, "unit", "person", "--city", folder, "--unit", "none",
                "an", NULL);
    run_must_end(&run, 0);
    run_must_say(&run, "an sees no figures");
    run_command(&run, "unit", "list", "--city", folder, "--json", NULL);
    json_t *told = run_json(&run);
    assert_int_equal(json_array_size(json_object_get(told, "people")), 0);
    assert_int_equal(json_array_size(json_object_get(told, "units")), 3);
    json_decref(told);
    run_free(&run);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_unit_list_is_of_a_day),
        TEST(test_unit_takes_back_what_is_to_come),
        TEST(test_unit_set_keeps_all_that_is_told),
        TEST(test_unit_changes_that_do_not_fit),
        TEST(test_unit_person_sees_a_subtree)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

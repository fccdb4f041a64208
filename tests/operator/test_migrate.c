// hailong migrate: a book from a file to PostgreSQL, in one go and killed on
// the way. With a scratch cluster; what is refused before that, always.
#include "common/file.h"
#include "office/move.h"
#include "office/people.h"
#include "postgres/database.h"
#include "sql/sql.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/office_maker.h"
#include "support/scratch.h"
#include "support/scratch_database.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

// Of a password that nobody knows.
#define HASH                                                                   \
    "$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$A"                  \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

enum { RATINGS = 2100 };
enum { MANY = 120000 }; // more than two blocks of rows

struct scene {
    char folder[SCRATCH_SIZE], file[128], from[160], url[SCRATCH_URL_SIZE];
    struct made_office made;
    struct ledger_maker maker;
};

// A ward's book in a file: a counter with its ratings, of all levels, and a
// person.
static void open_scene(struct scene *scene)
{
    const struct office_new_person person = {.name = "binh",
                                             .display = "Bình",
                                             .role = PERSON_OFFICE,
                                             .officer = "",
                                             .hash = HASH};
    memset(scene, 0, sizeof *scene);
    scratch_make(scene->folder);
    snprintf(scene->file, sizeof scene->file, "%s/office.db", scene->folder);
    snprintf(scene->from, sizeof scene->from, "sqlite:%s", scene->folder);
    strcpy(scene->made.path, scene->file);
    assert_int_equal(
        office_open(scene->file, OFFICE_WRITER, &scene->made.office),
        OFFICE_OK);
    made_office_enrol(&scene->made, "3", 1790812800000, &scene->maker);
    for (int i = 0; i < RATINGS; i++)
        maker_rate(&scene->maker, i % 6);
    assert_int_equal(made_office_send(&scene->made, &scene->maker, 1, RATINGS,
                                      scene->maker.wall_ms),
                     OFFICE_BATCH_OK);
    assert_int_equal(office_add_person(scene->made.office, &person, "test",
                                       scene->maker.wall_ms),
                     PERSON_ADDED);
    office_close(scene->made.office);
    scratch_database_make(scene->url);
}

static void close_scene(struct scene *scene)
{
    maker_free(&scene->maker);
    scratch_database_drop(scene->url);
    scratch_remove(scene->folder);
}

static bool has_cluster(const struct scene *scene)
{
    return scene->url[0] != '\0';
}

static void ask_file(const char *path, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(sql_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

static void test_what_is_no_place_is_refused(void **state)
{
    struct run run = {0};
    (void)state;
    run_command(&run, "migrate", "--to", "postgresql://a@b/c", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--from is missing");
    run_command(&run, "migrate", "--from", "/tmp", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--to is missing");
    run_command(&run, "migrate", "--from", "/tmp", "--to", "/tmp/b", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "--to: is no address");
    run_command(&run, "migrate", "--from", "sqlite:/nowhere", "--to",
                "postgresql://a@b/c", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "there is no such file");
    run_command(&run, "migrate", "--from", "postgresql://a@b/c", "--to",
                "sqlite:/tmp", NULL);
    run_must_end(&run, 2);
    run_must_complain(&run, "does not go back into a file");
    run_free(&run);
}

static void test_a_server_that_runs_is_not_moved(void **state)
{
    struct scene scene;
    struct run run = {0};
    char path[160];
    (void)state;
    open_scene(&scene);
    snprintf(path, sizeof path, "%s/server.lock", scene.folder);
    int lock = file_lock(path);
    assert_true(lock >= 0);
    run_command(&run, "migrate", "--from", scene.from, "--to",
                "postgresql://a@%2Fnowhere/c", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "its server runs");
    close(lock);
    run_command(&run, "migrate", "--from", scene.from, "--to",
                "postgresql://a@%2Fnowhere/c", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "goes on where it stopped");
    run_free(&run);
    close_scene(&scene);
}

// The target gives the same figures, and takes the next rating and person.
static void use_moved(struct scene *scene)
{
    const struct office_new_person person = {.name = "an",
                                             .display = "An",
                                             .role = PERSON_OFFICE,
                                             .officer = "",
                                             .hash = HASH};
    struct office_tally all;
    strcpy(scene->made.path, scene->url);
    assert_int_equal(
        office_open(scene->url, OFFICE_WRITER, &scene->made.office), OFFICE_OK);
    all = made_office_all(scene->made.office);
    for (int i = 0; i < 5; i++)
        assert_int_equal(all.levels[i], RATINGS / 6);
    assert_int_equal(all.declined, RATINGS / 6);
    maker_rate(&scene->maker, 5);
    assert_int_equal(made_office_send(&scene->made, &scene->maker, RATINGS + 1,
                                      RATINGS + 1, scene->maker.wall_ms),
                     OFFICE_BATCH_OK);
    all = made_office_all(scene->made.office);
    assert_int_equal(all.levels[4], RATINGS / 6 + 1);
    assert_int_equal(office_add_person(scene->made.office, &person, "test",
                                       scene->maker.wall_ms),
                     PERSON_ADDED);
    office_close(scene->made.office);
}

// A line goes where lines went lately, not into the rests of old pages.
static void expect_room(const struct scene *scene, const char *expected)
{
    static const char *const room[] = {
        "SELECT coalesce(array_to_string(reloptions, ','), '') FROM pg_class"
        " WHERE oid = CAST('lines' AS regclass)"};
    struct sql *sql = NULL;
    assert_int_equal(database_open(scene->url, SQL_FOLLOWER, room, 1, &sql),
                     SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), expected);
    sql_done(s);
    sql_close(sql);
}

// What is done by habit: a backup, a report, a person more; and the server.
static void expect_past(const struct scene *scene)
{
    struct run run = {0};
    char path[160];
    snprintf(path, sizeof path, "%s/b.backup", scene->folder);
    run_command(&run, "backup", "--data", scene->folder, "--out", path, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "was moved to PostgreSQL");
    run_must_complain(&run, "back up PostgreSQL");
    assert_false(file_exists(path));
    run_command(&run, "device", "add", "--data", scene->folder, "--counter",
                "9", NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "give --db postgresql://… and --keys");
    run_command(&run, "status", "--data", scene->folder, NULL);
    run_must_end(&run, 0);
    run_must_complain(&run, "was moved to PostgreSQL");
    run_free(&run);
}

static void test_a_book_is_moved_whole(void **state)
{
    struct scene scene;
    struct run run = {0};
    (void)state;
    open_scene(&scene);
    if (has_cluster(&scene)) {
        run_command(&run, "migrate", "--from", scene.from, "--to", scene.url,
                    NULL);
        run_must_end(&run, 0);
        run_must_say(&run, "are the same on both sides, 0 of them moved");
        run_must_say(&run, "Start the server with --db");
        run_must_say(&run, "no server starts on it any more");
        expect_past(&scene);
        expect_room(&scene, "fillfactor=90");
        run_command(&run, "migrate", "--from", scene.file, "--to", scene.url,
                    NULL);
        run_must_end(&run, 0);
        run_must_say(&run, "It stood there already");
        use_moved(&scene);
        run_command(&run, "migrate", "--from", scene.from, "--to", scene.url,
                    NULL);
        run_must_end(&run, 1);
        run_must_complain(&run, "another book stands there, or this one");
    }
    run_free(&run);
    close_scene(&scene);
}

// When to die, and what was told until then.
struct death {
    int phase;         // -1: any
    const char *table; // NULL: any
    int after;         // so many steps; -1: never
    int told[3];
};

static void die(void *ctx, const struct office_move_step *step)
{
    struct death *death = ctx;
    death->told[step->phase]++;
    if ((death->phase < 0 || death->phase == (int)step->phase) &&
        (!death->table || strcmp(death->table, step->table) == 0) &&
        death->after-- == 0)
        raise(SIGKILL);
}

// A move in a process that is killed on the way. Whether it got through.
static bool move_until(const struct scene *scene, struct death death)
{
    struct office_move move;
    int status;
    pid_t child = fork();
    if (child == 0) {
        bool done = office_move(scene->file, scene->url, die, &death, &move) ==
                        OFFICE_OK &&
                    move.outcome == OFFICE_MOVED;
        _exit(done ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFEXITED(status);
}

static bool move_some(const struct scene *scene, int steps)
{
    return move_until(scene, (struct death){.phase = -1, .after = steps});
}

static void expect_no_book(const struct scene *scene)
{
    struct office *office = NULL;
    assert_int_not_equal(office_open(scene->url, OFFICE_READER, &office),
                         OFFICE_OK);
    assert_int_not_equal(office_open(scene->url, OFFICE_WRITER, &office),
                         OFFICE_OK);
}

static void test_a_move_that_is_killed_goes_on(void **state)
{
    struct scene scene;
    int deaths = 0;
    (void)state;
    open_scene(&scene);
    if (has_cluster(&scene)) {
        while (!move_some(&scene, 1 + deaths * 9)) {
            deaths++;
            expect_no_book(&scene);
            assert_true(deaths < 100);
        }
        assert_true(deaths > 10);
        use_moved(&scene);
    }
    close_scene(&scene);
}

static void move_to(const struct scene *scene, enum office_move_outcome outcome,
                    const char *table)
{
    struct death death = {.after = -1};
    struct office_move move;
    assert_int_equal(office_move(scene->file, scene->url, die, &death, &move),
                     OFFICE_OK);
    assert_int_equal(move.outcome, outcome);
    assert_string_equal(move.table, table);
}

// The indexes of a book, as PostgreSQL tells them.
static char *indexes_of(const char *url)
{
    static const char *const statements[] = {
        "SELECT string_agg(indexdef, ';' ORDER BY indexname) FROM pg_indexes"
        " WHERE schemaname = current_schema()"};
    struct sql *sql = NULL;
    assert_int_equal(database_open(url, SQL_FOLLOWER, statements, 1, &sql),
                     SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    char *all = strdup(sql_text(s, 0));
    sql_done(s);
    sql_close(sql);
    assert_non_null(all);
    return all;
}

static void expect_indexes_of_a_new_book(const char *url)
{
    char fresh[SCRATCH_URL_SIZE];
    struct office *office = NULL;
    scratch_database_make(fresh);
    assert_int_equal(office_open(fresh, OFFICE_WRITER, &office), OFFICE_OK);
    office_close(office);
    char *expected = indexes_of(fresh), *found = indexes_of(url);
    assert_string_equal(found, expected);
    assert_holds(found, "visits_by_transaction");
    free(expected);
    free(found);
    scratch_database_drop(fresh);
}

// More rows than a block takes, of what nothing else counts.
static void add_many(const struct scene *scene)
{
    char script[256];
    snprintf(script, sizeof script,
             "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
             " WHERE i < %d) INSERT INTO officer_days SELECT i, 1, 1, 1, 5, 4"
             " FROM n",
             MANY);
    ask_file(scene->file, script);
}

static void test_a_move_may_be_killed_in_every_phase(void **state)
{
    const struct death deaths[] = {
        {OFFICE_MOVE_COPIES, "officer_days", 0, {0}},
        {OFFICE_MOVE_COPIES, "officer_days", 1, {0}},
        {OFFICE_MOVE_COPIES, "visits", 0, {0}},
        {OFFICE_MOVE_INDEXES, NULL, 0, {0}},
        {OFFICE_MOVE_INDEXES, NULL, 5, {0}},
        {OFFICE_MOVE_INDEXES, "visits", 2, {0}},
        {OFFICE_MOVE_COMPARES, "officer_days", 1, {0}},
        {OFFICE_MOVE_COMPARES, "visits", 0, {0}},
    };
    struct death death = {.after = -1};
    struct office_move move;
    struct scene scene;
    (void)state;
    open_scene(&scene);
    add_many(&scene);
    if (has_cluster(&scene)) {
        for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++) {
            assert_false(move_until(&scene, deaths[i]));
            expect_no_book(&scene);
        }
        assert_int_equal(office_move(scene.file, scene.url, die, &death, &move),
                         OFFICE_OK);
        assert_int_equal(move.outcome, OFFICE_MOVED);
        // Nothing was left to copy, and no index to make.
        assert_int_equal(move.held, move.rows);
        assert_true(move.rows > MANY + 2 * RATINGS);
        assert_int_equal(death.told[OFFICE_MOVE_INDEXES], 0);
        expect_indexes_of_a_new_book(scene.url);
        use_moved(&scene);
    }
    close_scene(&scene);
}

// In one go: every phase is told, blocks of a table one by one.
static void test_every_phase_is_told(void **state)
{
    struct death death = {.after = -1};
    struct office_move move;
    struct scene scene;
    (void)state;
    open_scene(&scene);
    add_many(&scene);
    if (has_cluster(&scene)) {
        assert_int_equal(office_move(scene.file, scene.url, die, &death, &move),
                         OFFICE_OK);
        assert_int_equal(move.outcome, OFFICE_MOVED);
        assert_int_equal(move.held, 0);
        assert_true(death.told[OFFICE_MOVE_COPIES] == move.tables + 2);
        assert_true(death.told[OFFICE_MOVE_INDEXES] > 20);
        assert_true(death.told[OFFICE_MOVE_COMPARES] == move.tables + 2);
        expect_indexes_of_a_new_book(scene.url);
    }
    close_scene(&scene);
}

static void test_a_text_is_moved_to_the_letter(void **state)
{
    static const char *const statements[] = {"SELECT name FROM devices"};
    struct sql *sql = NULL;
    struct office_move move;
    struct death death = {.after = -1};
    struct scene scene;
    (void)state;
    open_scene(&scene);
    if (has_cluster(&scene)) {
        // What PostgreSQL has no letter for is told, and nothing is cut off.
        ask_file(scene.file, "UPDATE devices SET name = 'a' || char(0) || 'b'");
        assert_int_equal(office_move(scene.file, scene.url, die, &death, &move),
                         OFFICE_ERROR);
        expect_no_book(&scene);
        ask_file(scene.file, "UPDATE devices SET name = '\\N\\.' || char(9, 10,"
                             " 13) || '\"ế'");
        move_to(&scene, OFFICE_MOVED, "");
        assert_int_equal(
            database_open(scene.url, SQL_FOLLOWER, statements, 1, &sql),
            SQL_OK);
        struct sql_statement *s = sql_use(sql, 0);
        assert_int_equal(sql_step(s), SQL_OK);
        assert_string_equal(sql_text(s, 0), "\\N\\.\t\n\r\"ế");
        sql_done(s);
        sql_close(sql);
    }
    close_scene(&scene);
}

static void test_a_row_that_changed_meanwhile_is_found(void **state)
{
    struct scene scene;
    (void)state;
    open_scene(&scene);
    if (has_cluster(&scene)) {
        ask_file(scene.file, "INSERT INTO officer_days VALUES (5, 1, 1, 1, 5,"
                             " 4)");
        assert_false(move_some(&scene, 70));
        ask_file(scene.file, "UPDATE devices SET name = 'Quầy khác'");
        move_to(&scene, OFFICE_MOVE_DIFFERS, "devices");
        expect_no_book(&scene);
        ask_file(scene.file, "UPDATE devices SET name = ''");
        ask_file(scene.file, "INSERT INTO officer_days VALUES (-1, 1, 1, 1, 5,"
                             " 4)");
        move_to(&scene, OFFICE_MOVE_DIFFERS, "officer_days");
        ask_file(scene.file, "DELETE FROM officer_days WHERE day = -1");
        move_to(&scene, OFFICE_MOVED, "");
    }
    close_scene(&scene);
}

static void test_a_half_of_another_book_is_left_alone(void **state)
{
    struct scene scene, other;
    (void)state;
    open_scene(&scene);
    open_scene(&other);
    if (has_cluster(&scene)) {
        assert_false(move_some(&scene, 20));
        struct scene mixed = other;
        strcpy(mixed.url, scene.url);
        move_to(&mixed, OFFICE_MOVE_TAKEN, "ticket_key");
        move_to(&scene, OFFICE_MOVED, "");
    }
    close_scene(&other);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_no_place_is_refused),
        cmocka_unit_test(test_a_server_that_runs_is_not_moved),
        cmocka_unit_test(test_a_book_is_moved_whole),
        cmocka_unit_test(test_a_move_that_is_killed_goes_on),
        cmocka_unit_test(test_a_move_may_be_killed_in_every_phase),
        cmocka_unit_test(test_every_phase_is_told),
        cmocka_unit_test(test_a_text_is_moved_to_the_letter),
        cmocka_unit_test(test_a_row_that_changed_meanwhile_is_found),
        cmocka_unit_test(test_a_half_of_another_book_is_left_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

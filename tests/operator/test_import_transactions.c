// hailong import-transactions: while the server is down, through it, and over
// the network; again and again; bad lines, bad files, bad keys.
#include "common/date.h"
#include "common/file.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/office_maker.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <stdlib.h>

static const char MAP[] =
    "{\"columns\": {\"transaction\": \"Mã\", \"counter\": \"Quầy\","
    " \"queued_at\": {\"column\": \"Lấy số\", \"format\": \"dd/MM/yyyy "
    "HH:mm\"}, \"done_at\": {\"column\": \"Xong\", \"format\": \"dd/MM/yyyy "
    "HH:mm\"}}}";
static const char HEAD[] = "Mã;Quầy;Lấy số;Xong;Họ tên\r\n";
static const char GOOD[] =
    "H24-0001;3;23/11/2025 08:00;23/11/2025 08:10;Nguyễn Văn A\r\n"
    "H24-0002;3;23/11/2025 08:05;23/11/2025 08:25;\r\n";
static const char BAD[] = "H24-0003;3;;32/11/2025 08:25;Trần Thị B\r\n";

struct scene {
    struct made_server server;
    char map[128], table[128], rejected[160], url[64], key_file[128];
    struct run run;
};

static void write_file(const char *path, const char *a, const char *b,
                       const char *c)
{
    struct buf bytes = {0};
    buf_append_text(&bytes, a);
    buf_append_text(&bytes, b);
    buf_append_text(&bytes, c);
    assert_true(file_replace(path, bytes.data, bytes.size, 0600));
    buf_free(&bytes);
}

static int set_up(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    char key[65];
    assert_non_null(scene);
    made_server_start(&scene->server, NULL);
    const char *folder = scene->server.folder;
    snprintf(scene->map, sizeof scene->map, "%s/map.json", folder);
    snprintf(scene->table, sizeof scene->table, "%s/november.csv", folder);
    snprintf(scene->rejected, sizeof scene->rejected,
             "%s/november.rejected.csv", folder);
    snprintf(scene->key_file, sizeof scene->key_file, "%s/key", folder);
    snprintf(scene->url, sizeof scene->url, "http://127.0.0.1:%u",
             scene->server.port);
    made_server_key(&scene->server, "feed", key);
    write_file(scene->key_file, key, "\n", "");
    write_file(scene->map, MAP, "", "");
    write_file(scene->table, HEAD, GOOD, BAD);
    *state = scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    run_free(&scene->run);
    made_server_close(&scene->server);
    free(scene);
    return 0;
}

static void import(struct scene *scene, int code)
{
    run_command(&scene->run, "import-transactions", "--data",
                scene->server.folder, "--map", scene->map, scene->table, NULL);
    run_must_end(&scene->run, code);
}

static void import_over_the_network(struct scene *scene, int code)
{
    run_command(&scene->run, "import-transactions", "--server", scene->url,
                "--key-file", scene->key_file, "--map", scene->map,
                scene->table, NULL);
    run_must_end(&scene->run, code);
}

static void expect_file(const char *path, const char *expected)
{
    struct buf bytes = {0};
    assert_true(file_read(path, 1 << 20, &bytes));
    assert_string_equal(buf_text(&bytes), expected);
    buf_free(&bytes);
}

// The report of November 2025 says so much of waiting to the end.
static void expect_report(struct scene *scene, const char *said)
{
    run_command(&scene->run, "report", "--data", scene->server.folder, "--from",
                "2025-11-01", "--to", "2025-11-30", "--format", "json", NULL);
    run_must_end(&scene->run, 0);
    run_must_say(&scene->run, said);
}

static const char WAITS[] =
    "\"waiting\":{\"done\":{\"known\":2,\"mean_minutes\":"
    "15.0,\"median_minutes\":15.0,\"within_15\":50.0";

static void test_through_the_server(void **state)
{
    struct scene *scene = *state;
    char expected[512];
    import(scene, 1);
    run_must_say(&scene->run,
                 "Stored 2, there already 0, replaced 0, rejected 1.\n");
    run_must_complain(&scene->run,
                      "november.csv: line 4: column \"Xong\", \"32/11/2025 "
                      "08:25\": is no time of the form dd/MM/yyyy HH:mm");
    run_must_complain(&scene->run, "november.rejected.csv");
    snprintf(expected, sizeof expected, "\xef\xbb\xbf%s%s", HEAD, BAD);
    expect_file(scene->rejected, expected);
    expect_report(scene, WAITS);
    import(scene, 1);
    run_must_say(&scene->run,
                 "Stored 0, there already 2, replaced 0, rejected 1.\n");
    expect_report(scene, WAITS);
    // The rejected line, corrected in its own file.
    write_file(scene->rejected, HEAD, "H24-0003;3;;23/11/2025 08:25;\r\n", "");
    run_command(&scene->run, "import-transactions", "--data",
                scene->server.folder, "--map", scene->map, scene->rejected,
                NULL);
    run_must_end(&scene->run, 0);
    run_must_say(&scene->run, "Stored 1, ");
    expect_report(scene, "\"transactions\":3");
}

// Down, up, and over the network it is one database.
static void test_all_ways_lead_to_one_place(void **state)
{
    struct scene *scene = *state;
    char code[16];
    write_file(scene->table, HEAD, GOOD, "");
    made_server_code(&scene->server, "3", code);
    made_server_stop(&scene->server);
    import(scene, 0);
    run_must_say(&scene->run, "Stored 2, ");
    assert_false(file_exists(scene->rejected));
    import(scene, 0);
    run_must_say(&scene->run, "there already 2,");
    made_server_restart(&scene->server, NULL);
    snprintf(scene->url, sizeof scene->url, "http://127.0.0.1:%u",
             scene->server.port);
    import(scene, 0);
    run_must_say(&scene->run, "there already 2,");
    import_over_the_network(scene, 0);
    run_must_say(&scene->run, "there already 2,");
    // A correction.
    write_file(scene->table, HEAD,
               "H24-0001;4;23/11/2025 08:00;23/11/2025 08:10;\r\n", "");
    import_over_the_network(scene, 0);
    run_must_say(&scene->run, "replaced 1,");
    expect_report(scene, WAITS);
    run_command(&scene->run, "verify", "--data", scene->server.folder, NULL);
    run_must_end(&scene->run, 0);
    run_must_say(&scene->run, "transactions 2");
}

// Neither the codes nor what else stands in the table reach the database, by
// either way.
static void test_no_code_is_kept(void **state)
{
    struct scene *scene = *state;
    char path[128], code[16];
    struct buf bytes = {0};
    made_office_needs_file();
    import(scene, 1);
    made_server_code(&scene->server, "3", code);
    made_server_stop(&scene->server);
    import(scene, 1);
    run_must_say(&scene->run, "there already 2,");
    snprintf(path, sizeof path, "%s/office.db", scene->server.folder);
    assert_true(file_read(path, 1 << 28, &bytes));
    assert_null(memmem(bytes.data, bytes.size, "H24-000", 7));
    assert_null(memmem(bytes.data, bytes.size, "Nguyễn", 8));
    buf_free(&bytes);
}

// More lines than one part holds, every hundredth of them bad.
static void test_many_lines(void **state)
{
    struct scene *scene = *state;
    struct buf table = {0};
    enum { COUNT = 2500 };
    buf_append_text(&table, HEAD);
    for (int i = 0; i < COUNT; i++) {
        buf_printf(&table, "H24-%05d;%d;;%02d/11/2025 %02d:%02d;\r\n", i,
                   1 + i % 4, i % 100 == 0 ? 31 : 1 + i % 30, 7 + i % 10,
                   i % 60);
    }
    write_file(scene->table, buf_text(&table), "", "");
    import_over_the_network(scene, 1);
    run_must_say(&scene->run,
                 "Stored 2475, there already 0, replaced 0, rejected 25.\n");
    import(scene, 1);
    run_must_say(&scene->run,
                 "Stored 0, there already 2475, replaced 0, rejected 25.\n");
    expect_report(scene, "\"transactions\":2475");
    buf_free(&table);
}

static void test_what_cannot_be_imported(void **state)
{
    struct scene *scene = *state;
    char missing[128];
    snprintf(missing, sizeof missing, "%s/no.csv", scene->server.folder);
    run_command(&scene->run, "import-transactions", "--map", scene->map,
                scene->table, NULL);
    run_must_end(&scene->run, 2);
    run_must_complain(&scene->run, "--data or --server is missing");
    run_command(&scene->run, "import-transactions", "--data",
                scene->server.folder, scene->table, NULL);
    run_must_end(&scene->run, 2);
    run_must_complain(&scene->run, "--map is missing");
    run_command(&scene->run, "import-transactions", "--data",
                scene->server.folder, "--map", scene->map, NULL);
    run_must_end(&scene->run, 2);
    run_must_complain(&scene->run, "FILE.csv is missing");
    run_command(&scene->run, "import-transactions", "--data",
                scene->server.folder, "--map", scene->map, missing, NULL);
    run_must_end(&scene->run, 1);
    run_must_complain(&scene->run, "no.csv: No such file");

    write_file(scene->map, "{\"columns\": {\"transaction\": \"Mã\"}}", "", "");
    import(scene, 1);
    run_must_complain(&scene->run, "map.json: columns: done_at: is missing");
    write_file(scene->map, MAP, "", "");
    write_file(scene->table, "Số;Xong\r\n", "", "");
    import(scene, 1);
    run_must_complain(&scene->run, "line 1: there is no column \"Mã\"; there "
                                   "are: \"Số\", \"Xong\"");
    write_file(scene->table, "", "", "");
    import(scene, 1);
    run_must_complain(&scene->run, "november.csv: line 1: is empty");
    assert_true(file_replace(scene->table, "M\0\xe3\0", 4, 0600));
    import(scene, 1);
    run_must_complain(&scene->run, "save the table as \"CSV UTF-8\"");

    // A directory that no server was started on does not know its unit.
    char folder[SCRATCH_SIZE];
    scratch_make(folder);
    write_file(scene->table, HEAD, GOOD, "");
    run_command(&scene->run, "import-transactions", "--data", folder, "--map",
                scene->map, scene->table, NULL);
    run_must_end(&scene->run, 1);
    run_must_complain(&scene->run, "start hailong-server, and import then");
    scratch_remove(folder);

    // A key of another role, and none.
    char key[65];
    made_server_key(&scene->server, "office", key);
    write_file(scene->key_file, key, "", "");
    write_file(scene->table, HEAD, GOOD, "");
    import_over_the_network(scene, 1);
    run_must_complain(&scene->run, "not everything was imported");
    write_file(scene->key_file, "geheim", "", "");
    import_over_the_network(scene, 1);
    run_must_complain(&scene->run, "holds no API key");
    expect_report(scene, "\"transactions\":null");
}

#define SCENE_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(test_through_the_server),
        SCENE_TEST(test_all_ways_lead_to_one_place),
        SCENE_TEST(test_no_code_is_kept),
        SCENE_TEST(test_many_lines),
        SCENE_TEST(test_what_cannot_be_imported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

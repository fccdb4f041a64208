// hailong export and import: a counter without a network, by a stick; twice,
// damaged, forged, to the wrong server, and killed in the middle.
#include "common/file.h"
#include "common/log.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/road_maker.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

struct bench {
    struct made_road *road;
    char file[128], answers[160];
    struct run run;
};

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    log_set_level(LOG_ERROR + 1);
    b->road = made_road_open();
    snprintf(b->file, sizeof b->file, "%s/stick", b->road->folder);
    snprintf(b->answers, sizeof b->answers, "%s.answers", b->file);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    run_free(&b->run);
    made_road_close(b->road);
    free(b);
    return 0;
}

static void export(struct bench *b, int code)
{
    run_command(&b->run, "export", "--data", b->road->folder, "--out", b->file,
                NULL);
    run_must_end(&b->run, code);
}

static void import(struct bench *b, int code)
{
    run_command(&b->run, "import", "--data", b->road->server.folder, b->file,
                NULL);
    run_must_end(&b->run, code);
}

static void take_answers(struct bench *b, int code)
{
    run_command(&b->run, "import", "--data", b->road->folder, b->answers, NULL);
    run_must_end(&b->run, code);
}

// Ratings that a server which is down has counted.
static int64_t counted(struct bench *b)
{
    int64_t rated = -1;
    run_command(&b->run, "report", "--data", b->road->server.folder, "--from",
                "2000-01-01", "--to", "2099-12-31", "--format", "json", NULL);
    run_must_end(&b->run, 0);
    json_t *report = run_json(&b->run);
    assert_true(
        json_get_int(json_object_get(report, "total"), "rated", &rated));
    json_decref(report);
    return rated;
}

static void test_there_and_back(void **state)
{
    struct bench *b = *state;
    made_road_visit(b->road, 1200); // three batches
    export(b, 0);
    run_must_say(&b->run, "1200 lines");
    assert_int_equal(made_road_rated(b->road), 0);
    import(b, 0);
    run_must_say(&b->run, "1200 new");
    assert_int_equal(made_road_rated(b->road), 1200);
    // The device does not know yet, and would carry the same again.
    assert_int_equal(made_road_position(b->road), 0);
    take_answers(b, 0);
    run_must_say(&b->run, "1200 lines are acknowledged");
    assert_int_equal(made_road_position(b->road), 1200);
    export(b, 0);
    run_must_say(&b->run, "Nothing waits");
    take_answers(b, 0);
    run_must_say(&b->run, "Nothing in");
    // Only what came since is in the next file; the network may take over.
    made_road_visit(b->road, 2);
    export(b, 0);
    run_must_say(&b->run, "2 lines");
    assert_int_equal(made_road_send(b->road), WORKER_OK);
    import(b, 0);
    run_must_say(&b->run, "2 known already");
    assert_int_equal(made_road_rated(b->road), 1202);
    run_command(&b->run, "verify", "--data", b->road->server.folder, NULL);
    run_must_end(&b->run, 0);
    run_command(&b->run, "verify", "--data", b->road->folder, NULL);
    run_must_end(&b->run, 0);
}

static void test_import_while_the_server_is_down(void **state)
{
    struct bench *b = *state;
    made_road_visit(b->road, 700);
    export(b, 0);
    made_server_stop(&b->road->server);
    import(b, 0);
    run_must_say(&b->run, "700 new");
    import(b, 0);
    run_must_say(&b->run, "0 new, 700 known already");
    assert_int_equal(counted(b), 700);
    take_answers(b, 0);
    assert_int_equal(made_road_position(b->road), 700);
}

// The time of a carried line is the device's own: the days that the stick lay
// in a pocket are not added to it.
static void test_carried_lines_keep_their_time(void **state)
{
    struct bench *b = *state;
    made_road_visit(b->road, 1);
    export(b, 0);
    struct buf text = {0};
    assert_true(file_read(b->file, 1 << 20, &text));
    assert_holds(buf_text(&text), "\"sent_at\":null");
    buf_free(&text);
    import(b, 0);
    assert_int_equal(made_road_rated(b->road), 1);
}

static void test_lines_before_are_missing(void **state)
{
    struct bench *b = *state;
    made_road_visit(b->road, 5);
    export(b, 0);
    // What the device takes for acknowledged never came to this server.
    import(b, 0);
    take_answers(b, 0);
    made_road_visit(b->road, 2);
    struct made_server other = {0};
    struct made_server own = b->road->server;
    export(b, 0);
    made_server_start(&other, NULL);
    b->road->server = other;
    import(b, 1);
    run_must_complain(&b->run, "none of this server's");
    made_server_close(&other);
    b->road->server = own;
    import(b, 0);
    assert_int_equal(made_road_rated(b->road), 7);
}

static void replace(struct buf *text, const char *what, const char *with)
{
    char *at = strstr(text->data, what);
    assert_non_null(at);
    assert_int_equal(strlen(what), strlen(with));
    memcpy(at, with, strlen(with));
}

static void test_forged_files(void **state)
{
    struct bench *b = *state;
    struct buf text = {0};
    made_road_visit(b->road, 3);
    export(b, 0);
    assert_true(file_read(b->file, 1 << 20, &text));
    replace(&text, "\"level\":5", "\"level\":1");
    assert_true(file_replace(b->file, text.data, text.size, 0600));
    import(b, 1);
    assert_int_equal(made_road_rated(b->road), 0);
    replace(&text, "\"level\":1", "\"level\":5");
    replace(&text, "\"to\":3", "\"to\":2");
    assert_true(file_replace(b->file, text.data, text.size, 0600));
    import(b, 1);
    replace(&text, "\"carry\":1", "\"carry\":2");
    assert_true(file_replace(b->file, text.data, text.size, 0600));
    import(b, 1);
    run_must_complain(&b->run, "no file of hailong export");
    assert_int_equal(made_road_rated(b->road), 0);
    buf_free(&text);
}

static void test_forged_answers(void **state)
{
    struct bench *b = *state;
    struct buf text = {0};
    made_road_visit(b->road, 3);
    export(b, 0);
    import(b, 0);
    assert_true(file_read(b->answers, 1 << 20, &text));
    // A receipt for more than there was, a later time, another nonce.
    const char *const changes[][2] = {
        {"\"received_to\":3,", "\"received_to\":3 "},
        {"\"at\":\"20", "\"at\":\"30"},
        {"\"nonce\":\"", "\"nonze\":\""},
        {"\"sent\"", "\"semt\""},
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        replace(&text, changes[i][0], changes[i][1]);
        assert_true(file_replace(b->answers, text.data, text.size, 0600));
        take_answers(b, 1);
        run_must_complain(&b->run, "line 2");
        assert_int_equal(made_road_position(b->road), 0);
        replace(&text, changes[i][1], changes[i][0]);
    }
    assert_true(file_replace(b->answers, text.data, text.size, 0600));
    take_answers(b, 0);
    assert_int_equal(made_road_position(b->road), 3);
    buf_free(&text);
}

// Room for so many bytes of a file, as on a stick that is nearly full; more is
// an error of the write, for this process.
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_stick_that_takes_no_more(void **state)
{
    struct bench *b = *state;
    char part[160];
    snprintf(part, sizeof part, "%s.part", b->file);
    made_road_visit(b->road, 1200);
    // Before the first line, in the middle, and at the very last byte.
    export(b, 0);
    struct buf whole = {0};
    assert_true(file_read(b->file, 1 << 24, &whole));
    const rlim_t rooms[] = {0, whole.size / 2, whole.size - 1};
    assert_int_equal(unlink(b->file), 0);
    for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
        limit_files(rooms[i]);
        export(b, 1);
        limit_files(RLIM_INFINITY);
        run_must_complain(&b->run, "Không ghi được tệp");
        run_must_complain(&b->run, "Nothing is lost");
        assert_false(file_exists(b->file));
        assert_false(file_exists(part));
    }
    // An older file of the same name stays what it was.
    assert_true(file_replace(b->file, "older", 5, 0600));
    limit_files(whole.size / 2);
    export(b, 1);
    limit_files(RLIM_INFINITY);
    struct buf text = {0};
    assert_true(file_read(b->file, 100, &text));
    assert_string_equal(buf_text(&text), "older");
    // With room again, everything is there.
    export(b, 0);
    run_must_say(&b->run, "1200 lines");
    import(b, 0);
    run_must_say(&b->run, "1200 new");
    buf_free(&text);
    buf_free(&whole);
}

static void test_stick_that_is_gone(void **state)
{
    struct bench *b = *state;
    made_road_visit(b->road, 3);
    run_command(&b->run, "export", "--data", b->road->folder, "--out",
                "/nowhere/stick/carry", NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "/nowhere/stick/carry: cannot be written");
    run_must_complain(&b->run, "Was the stick pulled");
}

// Somebody copied a part of the file. What is whole is taken; where it ends is
// said; the rest comes with the next copy.
static void test_file_that_is_cut(void **state)
{
    struct bench *b = *state;
    struct buf text = {0};
    made_road_visit(b->road, 700); // batches of 500 and 200
    export(b, 0);
    assert_true(file_read(b->file, 1 << 24, &text));
    // Line 1 begins the file, 2 the first batch, whose 500 lines follow; line
    // 503 begins the second.
    assert_true(file_replace(b->file, text.data, text.size - 100, 0600));
    import(b, 1);
    run_must_complain(&b->run, "what begins in line 503 is not whole");
    run_must_complain(&b->run, "phần bắt đầu ở dòng 503 không đủ");
    run_must_say(&b->run, "500 lines: 500 new");
    assert_int_equal(made_road_rated(b->road), 500);
    take_answers(b, 0);
    assert_int_equal(made_road_position(b->road), 500);
    // Cut where a line ends, before the line that says that this was all.
    size_t end = text.size - strlen(strstr(buf_text(&text), "{\"carry_end\""));
    assert_true(file_replace(b->file, text.data, end, 0600));
    import(b, 1);
    run_must_complain(&b->run, "is cut");
    assert_true(file_replace(b->file, text.data, text.size, 0600));
    import(b, 0);
    assert_int_equal(made_road_rated(b->road), 700);
    buf_free(&text);
}

// Killed at any moment, and done again: once each.
static void test_killed_in_the_middle(void **state)
{
    struct bench *b = *state;
    made_road_visit(b->road, 3000);
    export(b, 0);
    for (int round = 0; round < 12; round++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            if (!freopen("/dev/null", "w", stdout))
                _exit(126);
            execl(TEST_BUILD "/hailong", "hailong", "import", "--data",
                  b->road->server.folder, b->file, (char *)NULL);
            _exit(127);
        }
        usleep((useconds_t)(4000 + 9000 * round));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        if (round == 6)
            made_server_stop(&b->road->server); // the rest with its lock
    }
    import(b, 0);
    assert_int_equal(counted(b), 3000);
    take_answers(b, 0);
    assert_int_equal(made_road_position(b->road), 3000);
}

static void test_wrong_use(void **state)
{
    struct bench *b = *state;
    run_command(&b->run, "export", "--data", b->road->server.folder, "--out",
                b->file, NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "no enrolled device");
    assert_false(file_exists(b->file));
    run_command(&b->run, "import", "--data", b->road->server.folder, NULL);
    run_must_end(&b->run, 2);
    import(b, 1); // no such file
    run_must_complain(&b->run, b->file);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_there_and_back),
        TEST(test_import_while_the_server_is_down),
        TEST(test_carried_lines_keep_their_time),
        TEST(test_lines_before_are_missing),
        TEST(test_forged_files),
        TEST(test_forged_answers),
        TEST(test_stick_that_takes_no_more),
        TEST(test_stick_that_is_gone),
        TEST(test_file_that_is_cut),
        TEST(test_killed_in_the_middle),
        TEST(test_wrong_use),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The database vanishes while the server starts: at each question that a start
// asks of it, before it was heard with a book that is there, and after it was
// done with one that is being made. The server never ends for it. Its door
// answers meanwhile, and when the database is back it serves, its phone channel
// too. Skipped where no scratch cluster is named.
#include "common/file.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/cut_wire.h"
#include "support/phone_hand.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    AT_ONCE = 12, // each waits most of the time
    QUESTIONS_MOST = 1000,
    PATIENCE_MS = 120000,
    PAUSE_MS = 10
};

static const char *const OPTIONS[] = {"--threads", "1", NULL};

// A start, and the question at which it loses its database.
struct trial {
    struct made_server server;
    char database[SCRATCH_URL_SIZE]; // past the wire
    struct cut_wire *wire;
    size_t at;
    bool is_over;   // it serves, and all is well
    bool is_beyond; // it served before it had asked so much
    bool had_door;
};

static bool has_cluster(void)
{
    return getenv("HAILONG_TEST_POSTGRES") != NULL;
}

static void copy_file(const char *from, const char *to, const char *name)
{
    char path[PATH_MAX];
    struct buf bytes = {0};
    assert_true(file_join(path, sizeof path, from, name));
    assert_true(file_read(path, 65536, &bytes));
    assert_true(file_join(path, sizeof path, to, name));
    assert_true(file_replace(path, buf_text(&bytes), bytes.size, 0600));
    buf_free(&bytes);
}

// `book` NULL: an empty database and an empty folder.
static void begin(struct trial *trial, const struct made_server *book,
                  enum cut_when when, size_t at)
{
    struct made_server *server = &trial->server;
    *trial = (struct trial){.at = at};
    server->is_guest = true;
    strcpy(server->folder, "/tmp/hailong-server-XXXXXX");
    assert_non_null(mkdtemp(server->folder));
    if (book) {
        scratch_database_copy(book->database, trial->database);
        copy_file(book->folder, server->folder, "server.key");
        copy_file(book->folder, server->folder, "box.key");
    } else {
        assert_true(scratch_database_make(trial->database));
    }
    trial->wire = cut_wire_start(trial->database, when, at, server->database);
    made_server_begin(server, OPTIONS);
}

static void end(struct trial *trial)
{
    cut_wire_mend(trial->wire);
    made_server_close(&trial->server);
    cut_wire_stop(trial->wire);
    scratch_database_drop(trial->database);
}

// A citizen's page, which reads the book and needs the phone channel.
static bool serves(const struct made_server *server)
{
    struct token token;
    struct answer answer = {0};
    char path[PHONE_PATH_SIZE], id[ID_SIZE];
    phone_token(server, NULL, &token);
    phone_path(server, &token, path);
    phone_get(server, path, &answer);
    bool is_there = answer.status == 200;
    if (is_there)
        phone_form_of(&answer, id);
    answer_free(&answer);
    return is_there;
}

static void look(struct trial *trial)
{
    struct made_server *server = &trial->server;
    struct answer answer = {0};
    int code;
    if (made_server_has_ended(server, &code))
        fail_msg("the server ended with %d when its database went at question "
                 "%zu",
                 code, trial->at);
    if (!made_server_listens(server))
        return;
    // It may be cut while this asks.
    bool was_cut = cut_wire_is_cut(trial->wire);
    ask(server->port, &(struct ask){.path = "/healthz"}, &answer);
    if (answer.status == 200) {
        trial->is_beyond |= !was_cut;
        cut_wire_mend(trial->wire);
        // A reader that was cut off rests for a second.
        trial->is_over = serves(server);
    } else {
        assert_int_equal(answer.status, 503);
        assert_non_null(answer_header(&answer, "Retry-After"));
        assert_true(cut_wire_is_cut(trial->wire));
        trial->had_door = true;
        cut_wire_mend(trial->wire);
    }
    answer_free(&answer);
}

// From question `from` on, some at once. How many of them were asked in a
// start; fewer than AT_ONCE: it asks no more.
static size_t run_some(const struct made_server *book, enum cut_when when,
                       size_t from, size_t *doors)
{
    struct trial trials[AT_ONCE];
    size_t left = AT_ONCE, within = 0;
    for (size_t i = 0; i < AT_ONCE; i++)
        begin(&trials[i], book, when, from + i);
    for (int ms = 0; left > 0; ms += PAUSE_MS) {
        if (ms > PATIENCE_MS)
            fail_msg("no server %zu to %zu is back", from, from + AT_ONCE - 1);
        usleep(PAUSE_MS * 1000);
        for (size_t i = 0; i < AT_ONCE; i++) {
            if (trials[i].is_over)
                continue;
            look(&trials[i]);
            left -= trials[i].is_over;
        }
    }
    for (size_t i = 0; i < AT_ONCE; i++) {
        within += !trials[i].is_beyond;
        *doors += trials[i].had_door;
        end(&trials[i]);
    }
    return within;
}

static void run_all(const struct made_server *book, enum cut_when when)
{
    size_t asked = 0, doors = 0, within;
    do {
        within = run_some(book, when, asked + 1, &doors);
        asked += within;
    } while (within == AT_ONCE && asked < QUESTIONS_MOST);
    assert_true(within < AT_ONCE);
    print_message("%zu questions, %zu times behind the door\n", asked, doors);
    // The schema, the documents, the keys, the readers: a start asks a lot.
    assert_true(asked > 50);
    assert_true(doors > asked / 2);
}

static void make_book(struct made_server *out)
{
    struct made_device device;
    made_server_start(out, OPTIONS);
    made_device_enrol(&device, out, "3");
    made_device_free(&device);
    made_server_stop(out);
}

static void test_vanishes_before_each_question(void **state)
{
    struct made_server book;
    (void)state;
    if (!has_cluster())
        skip();
    make_book(&book);
    run_all(&book, CUT_BEFORE);
    made_server_close(&book);
}

static void test_vanishes_after_each_step_of_a_new_book(void **state)
{
    (void)state;
    if (!has_cluster())
        skip();
    run_all(NULL, CUT_AFTER);
}

// What no waiting mends ends it: nobody waits behind a door for ever.
static void test_a_newer_book_ends_it(void **state)
{
    struct made_server book;
    struct sql *sql = NULL;
    (void)state;
    if (!has_cluster())
        skip();
    make_book(&book);
    assert_int_equal(database_open(book.database, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    assert_int_equal(sql_run(sql, "UPDATE schema_version SET version = 999"),
                     SQL_OK);
    sql_close(sql);
    assert_int_equal(made_server_try(&book, OPTIONS), 1);
    made_server_close(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vanishes_before_each_question),
        cmocka_unit_test(test_vanishes_after_each_step_of_a_new_book),
        cmocka_unit_test(test_a_newer_book_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

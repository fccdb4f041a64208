// hailong keys replace: a server whose keys are lost for good. What speaks
// against it, what it does and tells, and how devices come to trust the server
// again, by a person's hand and not before.
#include "common/file.h"
#include "common/log.h"
#include "ledger/box.h"
#include "postgres/database.h"
#include "store/device.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct bench {
    struct made_server server;
    struct made_device device; // sends over the wire of the test
    char folder[SCRATCH_SIZE]; // another device, of hailong enrol
    char id[ID_SIZE];          // that one's
    char checkpoint[SCRATCH_SIZE + 16];
    struct run run;
};

static void path_of(const struct bench *b, const char *name, char out[PATH_MAX])
{
    assert_true(file_join(out, PATH_MAX, b->server.folder, name));
}

static void lose(const struct bench *b, const char *name)
{
    char path[PATH_MAX];
    path_of(b, name, path);
    assert_int_equal(unlink(path), 0);
}

// As if nobody had been heard of for an hour.
static void let_an_hour_pass(const struct bench *b)
{
    struct sql *sql = NULL;
    assert_int_equal(
        database_open(b->server.database, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(
        sql_run(sql, "UPDATE contacts SET seen_at = seen_at - 3600000"),
        SQL_OK);
    sql_close(sql);
}

static void url_of(const struct bench *b, char out[64])
{
    snprintf(out, 64, "http://127.0.0.1:%u", b->server.port);
}

static void send(struct bench *b, int status, struct answer *answer)
{
    int64_t line = maker_rate(&b->device.ledger, 5)->seq;
    made_device_send(&b->device, &b->server, line, line, status, answer);
}

static int setup(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    struct answer answer = {0};
    char code[16], url[64];
    assert_non_null(b);
    log_set_level(LOG_ERROR);
    scratch_make(b->folder);
    made_server_start(&b->server, NULL);
    made_device_enrol(&b->device, &b->server, "3");
    send(b, 200, &answer);
    answer_free(&answer);
    made_server_code(&b->server, "4", code);
    url_of(b, url);
    run_command(&b->run, "enrol", "--server", url, "--code", code, "--data",
                b->folder, NULL);
    run_must_end(&b->run, 0);
    struct device device;
    assert_int_equal(device_load(b->folder, &device), DEVICE_OK);
    memcpy(b->id, device.id, sizeof b->id);
    device_release(&device);
    snprintf(b->checkpoint, sizeof b->checkpoint, "%s/checkpoint", b->folder);
    run_command(&b->run, "checkpoint", "--data", b->server.folder, "--out",
                b->checkpoint, NULL);
    run_must_end(&b->run, 0);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    made_device_free(&b->device);
    made_server_close(&b->server);
    scratch_remove(b->folder);
    run_free(&b->run);
    free(b);
    return 0;
}

static void replace(struct bench *b, const char *unit, int code)
{
    if (unit)
        run_command(&b->run, "keys", "replace", "--data", b->server.folder,
                    "--reason", "the disk died", "--confirm", unit, NULL);
    else
        run_command(&b->run, "keys", "replace", "--data", b->server.folder,
                    NULL);
    run_must_end(&b->run, code);
}

static void stop_and_lose_both(struct bench *b)
{
    made_server_stop(&b->server);
    let_an_hour_pass(b);
    lose(b, "server.key");
    lose(b, "box.key");
}

static void test_not_while_they_are_there(void **state)
{
    struct bench *b = *state;
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "its server runs");
    made_server_stop(&b->server);
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "nothing is lost");
    made_server_restart(&b->server, NULL);
}

// Another server of the same book, as far as can be known.
static void test_not_while_a_device_is_heard_of(void **state)
{
    struct bench *b = *state;
    char path[PATH_MAX];
    made_server_stop(&b->server);
    lose(b, "server.key");
    lose(b, "box.key");
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "a server with the book's keys runs");
    path_of(b, "server.key", path);
    assert_false(file_exists(path));
}

static bool is_heard(const struct bench *b)
{
    static const char *const asked[] = {
        "SELECT 1 FROM contacts t JOIN devices d ON d.device_no = t.device_no"
        " WHERE d.kind = 1"};
    struct sql *sql = NULL;
    assert_int_equal(
        database_open(b->server.database, SQL_FOLLOWER, asked, 1, &sql),
        SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    bool is_it = sql_step(s) == SQL_OK;
    sql_done(s);
    sql_close(sql);
    return is_it;
}

// All counters are off, and no citizen ever used a telephone: the server lives
// all the same.
static void test_a_server_alone_is_heard_of(void **state)
{
    struct bench *b = *state;
    for (int i = 0; i < 300 && !is_heard(b); i++)
        usleep(100 * 1000);
    made_server_stop(&b->server);
    struct sql *sql = NULL;
    assert_int_equal(
        database_open(b->server.database, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, "UPDATE contacts SET seen_at = seen_at -"
                                  " 3600000 WHERE device_no IN (SELECT"
                                  " device_no FROM devices WHERE kind = 0)"),
                     SQL_OK);
    sql_close(sql);
    lose(b, "server.key");
    lose(b, "box.key");
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "a server with the book's keys runs");
}

static void test_not_over_another_books_key(void **state)
{
    struct bench *b = *state;
    char path[PATH_MAX];
    struct key key, there;
    stop_and_lose_both(b);
    path_of(b, "server.key", path);
    key_make(&key);
    assert_true(key_save(path, &key));
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "not this book's");
    assert_true(key_load(path, &there));
    assert_memory_equal(&there, &key, sizeof key);
}

static void test_without_the_unit_it_only_tells(void **state)
{
    struct bench *b = *state;
    char path[PATH_MAX];
    stop_and_lose_both(b);
    replace(b, NULL, 0);
    run_must_say(&b->run, "Mất: server.key");
    run_must_say(&b->run, "Mất: box.key");
    run_must_say(&b->run, "Còn nguyên");
    run_must_say(&b->run, "Devices of counters to renew: 2");
    run_must_say(&b->run, "Nothing was changed");
    replace(b, "H24.13", 1);
    run_must_complain(&b->run, "but of H24.12");
    path_of(b, "server.key", path);
    assert_false(file_exists(path));
    assert_int_equal(made_server_try(&b->server, NULL), 1);
    run_command(&b->run, "keys", "replace", "--data", b->server.folder,
                "--confirm", "H24.12", NULL);
    run_must_end(&b->run, 2);
}

static void ask_renewed(struct bench *b, const char *id, char out_code[64])
{
    run_command(&b->run, "device", "renew", id, "--data", b->server.folder,
                "--json", NULL);
    run_must_end(&b->run, 0);
    run_json_text(&b->run, "code", out_code, 64);
}

// Who is asked to be trusted again answers with the keys of now.
static void renew(struct bench *b, const struct key *key, const char *code,
                  int status, struct answer *answer)
{
    char body[300], base64[KEY_PUBLIC_BASE64_SIZE];
    key_public_base64(key->public_key, base64);
    snprintf(body, sizeof body,
             "{\"code\":\"%s\",\"public_key\":\"%s\",\"device\":\"%s\"}", code,
             base64, b->device.ledger.device);
    made_server_ask(&b->server,
                    &(struct ask){.path = "/api/v1/devices/enrol",
                                  .type = "application/json",
                                  .body = body,
                                  .size = strlen(body)},
                    answer);
    assert_int_equal(answer->status, status);
}

static void expect_sound(struct bench *b)
{
    run_command(&b->run, "verify", "--data", b->server.folder, "--checkpoint",
                b->checkpoint, NULL);
    run_must_end(&b->run, 0);
    run_must_say(&b->run, "Note: the key that opens comments was replaced");
    run_must_say(&b->run, "the checkpoint is signed by the key that was "
                          "replaced");
    run_must_say(&b->run, "Sound:");
}

static void test_the_book_goes_on_with_new_keys(void **state)
{
    struct bench *b = *state;
    struct answer answer = {0};
    unsigned char before[KEY_PUBLIC_BYTES];
    char code[64];
    const char *text;
    struct key stranger;
    stop_and_lose_both(b);
    replace(b, "H24.12", 0);
    expect_sound(b);
    made_server_restart(&b->server, NULL);
    memcpy(before, b->device.server_key, sizeof before);
    // Only the device itself is renewed, as itself, and the code works once.
    ask_renewed(b, b->device.ledger.device, code);
    key_make(&stranger);
    renew(b, &stranger, code, 404, &answer);
    renew(b, &b->device.ledger.key, code, 201, &answer);
    json_t *object = answer_object(&answer);
    assert_true(json_get_text(object, "device", &text));
    assert_string_equal(text, b->device.ledger.device);
    assert_true(json_get_text(object, "server_key", &text));
    assert_true(key_public_parse(text, b->device.server_key));
    assert_memory_not_equal(b->device.server_key, before, sizeof before);
    send(b, 401, &answer);
    assert_true(json_copy_text(object, "token", b->device.token,
                               sizeof b->device.token));
    json_decref(object);
    // What waited meanwhile follows, in the chain of before.
    made_device_send(&b->device, &b->server, 2, 2, 200, &answer);
    assert_int_equal(made_server_rated(&b->server), 2);
    renew(b, &b->device.ledger.key, code, 409, &answer);
    answer_free(&answer);
    made_server_stop(&b->server);
    expect_sound(b);
    made_server_restart(&b->server, NULL);
}

// What the audit trail has: the reason, and what was lost.
static void test_the_trail_tells(void **state)
{
    static const char *const asked[] = {
        "SELECT detail FROM audit WHERE action = 'keys-replaced'"};
    struct bench *b = *state;
    struct sql *sql = NULL;
    char path[PATH_MAX];
    made_server_stop(&b->server);
    let_an_hour_pass(b);
    lose(b, "box.key");
    replace(b, "H24.12", 0);
    path_of(b, "box.key", path);
    assert_true(file_exists(path));
    assert_int_equal(
        database_open(b->server.database, SQL_WRITER, asked, 1, &sql), SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    assert_string_equal(sql_text(s, 0), "box.key; the disk died");
    assert_int_equal(sql_step(s), SQL_NONE);
    sql_done(s);
    sql_close(sql);
    // The signing key was there, and devices believe the server as before.
    struct answer answer = {0};
    made_server_restart(&b->server, NULL);
    send(b, 200, &answer);
    answer_free(&answer);
}

// Between the note and the files.
static void cut_off(struct bench *b, char out_next[PATH_MAX])
{
    char path[PATH_MAX];
    stop_and_lose_both(b);
    replace(b, "H24.12", 0);
    path_of(b, "server.key", path);
    path_of(b, "server.key.new", out_next);
    assert_int_equal(rename(path, out_next), 0);
}

static void test_what_was_begun_is_finished(void **state)
{
    struct bench *b = *state;
    char next[PATH_MAX];
    cut_off(b, next);
    assert_int_equal(made_server_try(&b->server, NULL), 1);
    replace(b, NULL, 0);
    run_must_say(&b->run, "is finished");
    assert_false(file_exists(next));
    made_server_restart(&b->server, NULL);
}

// What was noted is not to be replaced once more because it cannot be read.
static void test_a_successor_that_cannot_be_read_stays(void **state)
{
    struct bench *b = *state;
    char next[PATH_MAX];
    cut_off(b, next);
    assert_int_equal(chmod(next, 0640), 0);
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "server.key.new is there and cannot be used: "
                               "others may read it");
    assert_int_equal(chmod(next, 0600), 0);
    replace(b, NULL, 0);
    run_must_say(&b->run, "is finished");
    made_server_restart(&b->server, NULL);
}

// A key may be there and not be read; why is told of each of the two.
static void test_not_over_a_key_that_cannot_be_read(void **state)
{
    struct bench *b = *state;
    char path[PATH_MAX];
    stop_and_lose_both(b);
    path_of(b, "server.key", path);
    assert_int_equal(symlink("/nowhere/server.key", path), 0);
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "server.key is there and cannot be used: No "
                               "such file");
    assert_int_equal(unlink(path), 0);
    struct key key;
    key_make(&key);
    assert_true(key_save(path, &key));
    assert_int_equal(chmod(path, 0644), 0);
    replace(b, "H24.12", 1);
    run_must_complain(&b->run, "server.key is there and cannot be used: "
                               "others may read it; chmod 600");
}

// As a program left it that noted no keys yet.
static void forget_the_note(const struct bench *b)
{
    struct sql *sql = NULL;
    if (database_is_url(b->server.database)) {
        skip();
    }
    assert_int_equal(
        database_open(b->server.database, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, "DROP TRIGGER documents_no_delete;"
                                  "DELETE FROM documents WHERE name = 'keys'"),
                     SQL_OK);
    sql_close(sql);
}

// Of which one key is left: a server would make no other for it, so this must.
static void test_a_book_that_noted_none_keeps_the_key_it_has(void **state)
{
    struct bench *b = *state;
    struct answer answer = {0};
    made_server_stop(&b->server);
    let_an_hour_pass(b);
    forget_the_note(b);
    lose(b, "box.key");
    assert_int_equal(made_server_try(&b->server, NULL), 1);
    replace(b, "H24.12", 0);
    made_server_restart(&b->server, NULL);
    // The key that signs is the one of before.
    send(b, 200, &answer);
    answer_free(&answer);
}

// What was signed with a key that nobody noted is nobody's fault.
static void test_a_key_that_nobody_noted_breaks_no_checkpoint(void **state)
{
    struct bench *b = *state;
    stop_and_lose_both(b);
    forget_the_note(b);
    replace(b, "H24.12", 0);
    run_command(&b->run, "verify", "--data", b->server.folder, "--checkpoint",
                b->checkpoint, NULL);
    run_must_say(&b->run, "in a book that had noted none");
    run_must_say(&b->run, "the checkpoint is signed by none of the keys that "
                          "are known");
    assert_null(strstr(run_out(&b->run), "not signed by this server's key"));
}

static void enrol_again(struct bench *b, const char *url, const char *code,
                        int exit_code)
{
    run_command(&b->run, "enrol", "--again", "--server", url, "--code", code,
                "--data", b->folder, NULL);
    run_must_end(&b->run, exit_code);
}

static void test_a_device_trusts_by_a_persons_hand(void **state)
{
    struct bench *b = *state;
    struct device before, after;
    struct answer answer = {0};
    char code[64], url[64];
    stop_and_lose_both(b);
    replace(b, "H24.12", 0);
    made_server_restart(&b->server, NULL);
    url_of(b, url);
    assert_int_equal(device_load(b->folder, &before), DEVICE_OK);
    // The code of another device is none here, and stays good there.
    ask_renewed(b, b->device.ledger.device, code);
    enrol_again(b, url, code, 1);
    renew(b, &b->device.ledger.key, code, 201, &answer);
    answer_free(&answer);
    enrol_again(b, url, code, 1);
    run_must_complain(&b->run, "make a new one with hailong device renew");
    ask_renewed(b, b->id, code);
    run_command(&b->run, "enrol", "--server", url, "--code", code, "--data",
                b->folder, NULL);
    run_must_end(&b->run, 1);
    enrol_again(b, url, code, 0);
    assert_int_equal(device_load(b->folder, &after), DEVICE_OK);
    assert_string_equal(after.id, before.id);
    assert_string_equal(after.staff_pin, before.staff_pin);
    assert_int_equal(after.former_count, 1);
    assert_memory_equal(after.former_keys[0], before.server_key,
                        KEY_PUBLIC_BYTES);
    assert_memory_not_equal(after.server_key, before.server_key,
                            KEY_PUBLIC_BYTES);
    assert_memory_not_equal(after.box_key, before.box_key, BOX_KEY_BYTES);
    assert_string_not_equal(after.token, before.token);
    device_release(&before);
    device_release(&after);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_not_while_they_are_there),
        TEST(test_not_while_a_device_is_heard_of),
        TEST(test_a_server_alone_is_heard_of),
        TEST(test_not_over_another_books_key),
        TEST(test_without_the_unit_it_only_tells),
        TEST(test_the_book_goes_on_with_new_keys),
        TEST(test_the_trail_tells),
        TEST(test_what_was_begun_is_finished),
        TEST(test_a_successor_that_cannot_be_read_stays),
        TEST(test_not_over_a_key_that_cannot_be_read),
        TEST(test_a_book_that_noted_none_keeps_the_key_it_has),
        TEST(test_a_key_that_nobody_noted_breaks_no_checkpoint),
        TEST(test_a_device_trusts_by_a_persons_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

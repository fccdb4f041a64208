// hailong verify: sound directories are sound, and each kind of tampering is
// found and named. The attacker here has every right on the machine.
#include "postgres/database.h"
#include "store/courier.h"
#include "support/command_runner.h"
#include "support/kiosk_maker.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// Runs SQL on a database behind its program's back.
static void tamper(const char *folder, const char *name, const char *script)
{
    char path[128];
    struct sql *sql;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(tamper_run(sql, script), SQL_OK);
    sql_close(sql);
}

static void remove_file(const char *folder, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
}

static void verify(struct run *run, const char *folder, int code)
{
    run_command(run, "verify", "--data", folder, NULL);
    run_must_end(run, code);
}

// --- A device ---------------------------------------------------------------

// Five visits, the first four acknowledged; no kiosk runs.
static void kiosk_open(struct made_kiosk *kiosk)
{
    static const int LEVELS[] = {5, 4, 0, 1, 5};
    made_kiosk_open(kiosk);
    for (size_t i = 0; i < 5; i++)
        made_kiosk_visit(kiosk, LEVELS[i]);
    made_kiosk_acknowledge(kiosk, 2);
    made_kiosk_acknowledge(kiosk, 4);
    made_kiosk_stop(kiosk);
}

static void test_sound_device(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct run run = {0};
    kiosk_open(&kiosk);
    verify(&run, kiosk.folder, 0);
    run_must_say(&run, "Sound: generations 1, lines 5, left 0, receipts 2, "
                       "unacknowledged 1\n");
    run_command(&run, "verify", "--data", kiosk.folder, "--json", NULL);
    run_must_end(&run, 0);
    json_t *object = run_json(&run);
    assert_true(json_is_true(json_object_get(object, "sound")));
    assert_int_equal(json_integer_value(json_object_get(object, "lines")), 5);
    json_decref(object);
    run_free(&run);
    made_kiosk_close(&kiosk);
}

static void test_sound_device_that_never_worked(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct run run = {0};
    made_kiosk_open(&kiosk);
    verify(&run, kiosk.folder, 0);
    made_kiosk_stop(&kiosk);
    remove_file(kiosk.folder, "kiosk.db");
    remove_file(kiosk.folder, "kiosk.db-wal");
    remove_file(kiosk.folder, "kiosk.db-shm");
    verify(&run, kiosk.folder, 0);
    run_free(&run);
    made_kiosk_close(&kiosk);
}

#define CHANGE "DROP TRIGGER lines_stay; "
#define REMOVE "DROP TRIGGER lines_remain; "

static void test_tampered_device(void **state)
{
    (void)state;
    static const struct {
        const char *script;
        const char *where, *why;
    } cases[] = {
        // A level is made better, and nothing else is touched.
        {CHANGE "UPDATE lines SET line = CAST(replace(CAST(line AS TEXT), "
                "'\"level\":1', '\"level\":5') AS BLOB) WHERE seq = 4;",
         "generation 1 line 4: ", "the bytes are not those"},
        // The kept hash, too (any other 32 bytes): the chain tells.
        {CHANGE "UPDATE lines SET hash = zeroblob(32) WHERE seq = 3;",
         "generation 1 line 3: ", "the bytes are not those"},
        {REMOVE "DELETE FROM lines WHERE seq = 3;",
         "generation 1 line 4: ", "seq"},
        // The tail is cut: the receipt tells.
        {REMOVE "DELETE FROM lines WHERE seq >= 4;",
         "generation 1 line 4: ", "gone from the device"},
        // The last line has no receipt, but was counted.
        {REMOVE "DELETE FROM lines WHERE seq = 5;", "", "lifetime counts"},
        {CHANGE "UPDATE lines SET seq = 50 WHERE seq = 5;",
         "generation 1 line 50: ", "another place"},
        {CHANGE "UPDATE lines SET line = CAST('x' AS BLOB) WHERE seq = 2;",
         "generation 1 line 2: ", "the bytes are not those"},
        {CHANGE "UPDATE lines SET id = 'x' WHERE seq = 2;",
         "generation 1 line 2: ", "another id"},
        {CHANGE "UPDATE lines SET gen = 2 WHERE seq = 5;",
         "generation 2 line 5: ", "gen"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct made_kiosk kiosk;
        struct run run = {0};
        kiosk_open(&kiosk);
        tamper(kiosk.folder, "kiosk.db", cases[i].script);
        verify(&run, kiosk.folder, 1);
        char expected[160];
        snprintf(expected, sizeof expected, "BROKEN device %s %s",
                 kiosk.device.id, cases[i].where);
        if (cases[i].where[0] == '\0')
            expected[strlen(expected) - 1] = '\0';
        run_must_say(&run, expected);
        run_must_say(&run, cases[i].why);
        run_free(&run);
        made_kiosk_close(&kiosk);
    }
}

// A line whose hash was made to fit: the line after names another one, and
// where there is a receipt it does, too.
static void test_device_with_a_forged_line(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct run run = {0};
    char hash[DIGEST_HEX_SIZE], script[256];
    kiosk_open(&kiosk);
    digest_hex_of("x", 1, hash);
    snprintf(script, sizeof script,
             CHANGE "UPDATE lines SET line = CAST('x' AS BLOB), hash = X'%s' "
                    "WHERE seq = 4;",
             hash);
    tamper(kiosk.folder, "kiosk.db", script);
    verify(&run, kiosk.folder, 1);
    run_must_say(&run, "generation 1 line 4: ");
    run_must_say(&run, "generation 1 line 5: ");
    run_must_say(&run, "not the one that the server acknowledged");
    run_free(&run);
    made_kiosk_close(&kiosk);
}

static void test_device_with_a_forged_receipt(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct run run = {0};
    kiosk_open(&kiosk);
    key_make(&kiosk.server_key); // another server's
    made_kiosk_acknowledge(&kiosk, 5);
    verify(&run, kiosk.folder, 1);
    run_must_say(&run, "generation 1 line 5: the receipt is not this server's");
    run_free(&run);
    made_kiosk_close(&kiosk);
}

static void test_device_without_its_proofs(void **state)
{
    (void)state;
    struct made_kiosk kiosk;
    struct run run = {0};
    kiosk_open(&kiosk);
    remove_file(kiosk.folder, "kiosk.db");
    remove_file(kiosk.folder, "kiosk.db-wal");
    remove_file(kiosk.folder, "kiosk.db-shm");
    verify(&run, kiosk.folder, 1);
    run_must_say(&run, "gone from the device");
    made_kiosk_close(&kiosk);

    kiosk_open(&kiosk);
    remove_file(kiosk.folder, "device.json");
    verify(&run, kiosk.folder, 1);
    run_must_complain(&run, "nothing here can be verified");
    run_free(&run);
    made_kiosk_close(&kiosk);
}

// --- A server ---------------------------------------------------------------

static void office_open_with_lines(struct made_office *office,
                                   struct ledger_maker *device)
{
    made_office_open(office);
    made_office_enrol(office, "3", 1768410000000, device);
    for (int level = 1; level <= 5; level++)
        maker_rate(device, level);
    assert_int_equal(made_office_send(office, device, 1, 5, device->wall_ms),
                     OFFICE_BATCH_OK);
    office_close(office->office);
    office->office = NULL;
}

static void test_sound_server(void **state)
{
    (void)state;
    struct made_office office;
    struct ledger_maker device;
    struct run run = {0};
    office_open_with_lines(&office, &device);
    verify(&run, office.folder, 0);
    run_must_say(&run, "Sound: devices 1, chains 1, lines 5");
    run_command(&run, "verify", "--data", office.folder, "--json", NULL);
    run_must_end(&run, 0);
    json_t *object = run_json(&run);
    assert_true(json_is_true(json_object_get(object, "sound")));
    json_decref(object);
    run_free(&run);
    maker_free(&device);
    made_office_close(&office);
}

// Whether one of the findings is about this line.
static bool names_line(const json_t *findings, const char *device, int64_t seq)
{
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        const char *named = "";
        int64_t line = 0;
        if (json_get_text(finding, "device", &named) &&
            json_get_int(finding, "seq", &line) && strcmp(named, device) == 0 &&
            line == seq)
            return true;
    }
    return false;
}

static void test_tampered_server(void **state)
{
    made_office_needs_file();
    (void)state;
    struct made_office office;
    struct ledger_maker device;
    struct run run = {0};
    char expected[96];
    office_open_with_lines(&office, &device);
    tamper(office.folder, "office.db",
           "DROP TRIGGER lines_no_update; UPDATE lines SET bytes = "
           "CAST(replace(CAST(bytes AS TEXT), "
           "'\"level\":1', '\"level\":5') AS BLOB) WHERE seq = 1;");
    verify(&run, office.folder, 1);
    snprintf(expected, sizeof expected,
             "BROKEN device %s generation 1 line 1: ", device.device);
    run_must_say(&run, expected);
    run_command(&run, "verify", "--data", office.folder, "--json", NULL);
    run_must_end(&run, 1);
    json_t *object = run_json(&run);
    assert_true(json_is_false(json_object_get(object, "sound")));
    assert_true(
        names_line(json_object_get(object, "findings"), device.device, 1));
    json_decref(object);
    run_free(&run);
    maker_free(&device);
    made_office_close(&office);
}

static void test_neither_kind_of_directory(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct run run = {0};
    scratch_make(folder);
    verify(&run, folder, 1);
    run_must_complain(&run, "holds neither a server's");
    run_free(&run);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_device),
        cmocka_unit_test(test_sound_device_that_never_worked),
        cmocka_unit_test(test_tampered_device),
        cmocka_unit_test(test_device_with_a_forged_line),
        cmocka_unit_test(test_device_with_a_forged_receipt),
        cmocka_unit_test(test_device_without_its_proofs),
        cmocka_unit_test(test_sound_server),
        cmocka_unit_test(test_tampered_server),
        cmocka_unit_test(test_neither_kind_of_directory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

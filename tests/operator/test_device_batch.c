// hailong device add with a table, sheets and a file for a stick, against a
// real server over TLS, and machines that enrol with what came of it.
#include "common/clock.h"
#include "common/file.h"
#include "office/secret.h"
#include "store/device.h"
#include "store/voucher.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/scratch.h"
#include "support/server_maker.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

// What tests/operator/tls describes: nobody vouches for it.
#define TLS TEST_SOURCE "/tests/operator/tls/"
#define PIN_BASE32 "DVVO2G67XBIGZY6ZDBUD43NMJFJYHS5ALMDPSQF4Y5J46YZBQG3Q"

struct bench {
    struct made_server server;
    char folder[SCRATCH_SIZE], url[64];
    char table[96], sheets[96], file[96];
    struct run run;
};

static int setup(void **state)
{
    static struct bench bench;
    struct bench *b = &bench;
    *b = (struct bench){.url = ""};
    made_server_start(&b->server,
                      (const char *[]){"--tls-cert", TLS "server.pem",
                                       "--tls-key", TLS "server.key", NULL});
    scratch_make(b->folder);
    snprintf(b->url, sizeof b->url, "https://127.0.0.1:%u", b->server.port);
    snprintf(b->table, sizeof b->table, "%s/table.csv", b->folder);
    snprintf(b->sheets, sizeof b->sheets, "%s/sheets.pdf", b->folder);
    snprintf(b->file, sizeof b->file, "%s/hailong-enrol.txt", b->folder);
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    run_free(&b->run);
    made_server_close(&b->server);
    scratch_remove(b->folder);
    return 0;
}

static void put_table(struct bench *b, const char *text)
{
    assert_true(file_replace(b->table, text, strlen(text), 0600));
}

static size_t count_devices(struct bench *b)
{
    run_command(&b->run, "device", "list", "--data", b->server.folder, "--json",
                NULL);
    run_must_end(&b->run, 0);
    json_t *list = run_json(&b->run);
    size_t i, count = 0;
    const json_t *device;
    json_array_foreach(list, i, device)
    {
        const char *kind = "";
        json_get_text(device, "kind", &kind);
        count += strcmp(kind, "counter") == 0;
    }
    json_decref(list);
    return count;
}

// Two machines, one stick: each becomes the device whose turn it is.
static void test_table_becomes_devices(void **state)
{
    struct bench *b = *state;
    struct buf text = {0};
    char machine[96], pin[8];
    put_table(b, "Quầy;Tên;Lĩnh vực;Điểm\r\n"
                 "1;Quầy số 1;chung-thuc;tru-so\r\n"
                 "2;;;\r\n");
    run_command(&b->run, "device", "add", "--data", b->server.folder, "--csv",
                b->table, "--server", b->url, "--file", b->file, "--sheets",
                b->sheets, "--json", NULL);
    run_must_end(&b->run, 0);
    run_json_text(&b->run, "staff_pin", pin, sizeof pin);
    assert_int_equal(strlen(pin), 6);
    assert_true(file_read(b->sheets, 1 << 20, &text));
    assert_true(strncmp(buf_text(&text), "%PDF-", 5) == 0);
    buf_clear(&text);
    assert_true(file_read(b->file, 1 << 20, &text));
    assert_holds(buf_text(&text), "# 1: Quầy số 1\r\n");
    assert_holds(buf_text(&text), "/" PIN_BASE32);
    buf_free(&text);
    for (int i = 1; i <= 2; i++) {
        struct device device;
        char counter[4];
        snprintf(machine, sizeof machine, "%s/machine%d", b->folder, i);
        snprintf(counter, sizeof counter, "%d", i);
        run_command(&b->run, "enrol", "--file", b->file, "--data", machine,
                    NULL);
        run_must_end(&b->run, 0);
        assert_int_equal(device_load(machine, &device), DEVICE_OK);
        assert_string_equal(device.counter, counter);
        device_release(&device);
        scratch_remove(machine);
    }
    // Counters 1 and 2 work now: the same table again is a mistake.
    run_command(&b->run, "device", "add", "--data", b->server.folder, "--csv",
                b->table, NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "quầy “1” đã có thiết bị đang dùng");
    run_must_complain(&b->run, "Line 2, column counter");
    assert_int_equal(count_devices(b), 2);
}

static void test_faults_add_nothing(void **state)
{
    struct bench *b = *state;
    put_table(b, "counter,name\n1,A\n,B\n1,C\n");
    run_command(&b->run, "device", "add", "--data", b->server.folder, "--csv",
                b->table, "--file", b->file, NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "Dòng 3, cột counter: thiếu số quầy");
    run_must_complain(&b->run, "Line 4 counter: “1” stands in another line");
    assert_int_equal(count_devices(b), 0);
    assert_false(file_exists(b->file));
    // Nor what cannot be written: the codes would be lost.
    put_table(b, "counter\n1\n");
    run_command(&b->run, "device", "add", "--data", b->server.folder, "--csv",
                b->table, "--file", "/nowhere/hailong-enrol.txt", NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "no device was added");
    assert_int_equal(count_devices(b), 0);
    run_command(&b->run, "device", "add", "--data", b->server.folder, "--csv",
                b->table, "--valid-h", "73", NULL);
    run_must_end(&b->run, 2);
}

static int64_t hours_left(struct bench *b)
{
    char expires[CLOCK_ISO_SIZE];
    int64_t at = 0;
    run_json_text(&b->run, "expires_at", expires, sizeof expires);
    assert_true(clock_parse(expires, strlen(expires), &at));
    return (at - clock_wall_ms() + 1800 * 1000) / (3600 * 1000);
}

// Half an hour rounds to one here, which 72 hours do not.
static void test_codes_last_as_long_as_asked(void **state)
{
    struct bench *b = *state;
    char voucher[160], expected[160], code[16];
    run_command(&b->run, "device", "add", "--data", b->server.folder,
                "--counter", "5", "--server", b->url, "--valid-h", "72",
                "--json", NULL);
    run_must_end(&b->run, 0);
    assert_int_equal(hours_left(b), 72);
    run_json_text(&b->run, "voucher", voucher, sizeof voucher);
    run_json_text(&b->run, "code", code, sizeof code);
    snprintf(expected, sizeof expected, "HAILONG:127.0.0.1:%u/%s/" PIN_BASE32,
             b->server.port, code);
    assert_string_equal(voucher, expected);
    run_command(&b->run, "device", "add", "--data", b->server.folder,
                "--counter", "6", "--json", NULL);
    run_must_end(&b->run, 0);
    assert_true(hours_left(b) <= 1);
    // The command does not know how the machines reach the server.
    json_t *object = run_json(&b->run);
    assert_true(json_is_null(json_object_get(object, "voucher")));
    json_decref(object);
}

static void test_table_needs_the_server(void **state)
{
    struct bench *b = *state;
    put_table(b, "counter\n1\n");
    made_server_stop(&b->server);
    run_command(&b->run, "device", "add", "--data", b->server.folder, "--csv",
                b->table, NULL);
    run_must_end(&b->run, 1);
    run_must_complain(&b->run, "start it first");
    // One device goes without it, with all that was said of the server.
    run_command(&b->run, "device", "add", "--data", b->server.folder,
                "--counter", "1", "--server", "may-chu.example", "--pin",
                "HWrtG9+4UGzj2RhoPm2sSVODy6BbBvlAvMdTz2Mhgbc=", NULL);
    run_must_end(&b->run, 0);
    run_must_say(&b->run, "HAILONG:MAY-CHU.EXAMPLE/");
    run_must_say(&b->run, PIN_BASE32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table_becomes_devices, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_faults_add_nothing, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_codes_last_as_long_as_asked, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_table_needs_the_server, setup,
                                        teardown)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

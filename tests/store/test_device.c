#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "store/device.h"
#include "support/check.h"
#include "support/scratch.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// What a device.json looks like. The keys are the 32 bytes 0x01… and 0x02….
static const char good[] =
    "{\"device\":\"7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11\","
    "\"name\":\"Quầy 3\",\"counter\":\"3\","
    "\"server\":\"https://may-chu.example:8650\",\"token\":\"00ff\","
    "\"server_key\":\"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\","
    "\"box_key\":\"AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=\","
    "\"ca\":null,\"pin\":\"sha256//"
    "AAAA\",\"staff_pin\":\"h\",\"config\":{\"version\":3}}\n";

struct place {
    char folder[SCRATCH_SIZE];
    char path[SCRATCH_SIZE + 16];
};

static int setup(void **state)
{
    static struct place place;
    log_set_level(LOG_ERROR);
    assert_true(ledger_init());
    scratch_make(place.folder);
    assert_true(file_join(place.path, sizeof place.path, place.folder,
                          DEVICE_FILE_JSON));
    *state = &place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;
    scratch_remove(place->folder);
    return 0;
}

static void write_json(const struct place *place, const char *text)
{
    assert_true(file_replace(place->path, text, strlen(text), 0600));
}

static void test_reads_what_enrolment_left(void **state)
{
    struct place *place = *state;
    struct device device;
    write_json(place, good);
    assert_int_equal(device_load(place->folder, &device), DEVICE_OK);
    assert_string_equal(device.id, "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11");
    assert_string_equal(device.name, "Quầy 3");
    assert_string_equal(device.counter, "3");
    assert_string_equal(device.server, "https://may-chu.example:8650");
    assert_string_equal(device.token, "00ff");
    for (int i = 0; i < KEY_PUBLIC_BYTES; i++) {
        assert_int_equal(device.server_key[i], 1);
        assert_int_equal(device.box_key[i], 2);
    }
    assert_string_equal(device.ca, "");
    assert_string_equal(device.pin, "sha256//AAAA");
    assert_string_equal(device.staff_pin, "h");
    assert_int_equal(device.config_version, 3);
    device_release(&device);
}

static void test_writes_what_it_reads(void **state)
{
    struct place *place = *state;
    struct device device;
    struct stat st;
    struct buf text = {0};
    write_json(place, good);
    assert_int_equal(device_load(place->folder, &device), DEVICE_OK);
    assert_true(device_save(place->folder, &device));
    assert_int_equal(stat(place->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(file_read(place->path, 10000, &text));
    assert_string_equal(buf_text(&text), good);
    buf_free(&text);
    device_release(&device);
}

static void test_not_enrolled(void **state)
{
    struct place *place = *state;
    struct device device;
    assert_int_equal(device_load(place->folder, &device), DEVICE_NOT_ENROLLED);
    assert_int_equal(device_load("/nowhere/at/all", &device),
                     DEVICE_NOT_ENROLLED);
}

struct seen {
    int errors;
    char text[400];
};

static void catch (void *ctx, enum log_level level, const char *module,
                   const char *text)
{
    struct seen *seen = ctx;
    (void)module;
    if (level != LOG_ERROR)
        return;
    seen->errors++;
    snprintf(seen->text, sizeof seen->text, "%s", text);
}

// Each damage is told in one line that names the file and the key.
static void test_broken(void **state)
{
    struct place *place = *state;
    static const struct {
        const char *from, *to, *told;
    } cases[] = {
        {"{\"device\"", "\"device\"", "line 1"},
        {"7d3f1b52", "7D3F1B52", "device:"},
        {"\"counter\":\"3\"", "\"counter\":3", "counter:"},
        {"https://may-chu.example:8650", "///", "server:"},
        {"\"token\":\"00ff\",", "", "token:"},
        {"AQEBAQEB", "AQEBAQE", "server_key:"},
        {"AgICAgIC", "AgIC", "box_key:"},
        {"\"ca\":null", "\"ca\":1", "ca:"},
        {"\"pin\":\"sha256//AAAA\"", "\"pin\":[]", "pin:"},
        {"{\"version\":3}", "null", "config:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct device device;
        struct seen seen = {0};
        const char *at = strstr(good, cases[i].from);
        char *text = malloc(sizeof good + 100);
        assert_non_null(text);
        assert_non_null(at);
        sprintf(text, "%.*s%s%s", (int)(at - good), good, cases[i].to,
                at + strlen(cases[i].from));
        write_json(place, text);
        log_set_sink(catch, &seen);
        enum device_result result = device_load(place->folder, &device);
        log_set_sink(NULL, NULL);
        assert_int_equal(result, DEVICE_BROKEN);
        assert_int_equal(seen.errors, 1);
        assert_holds(seen.text, place->path);
        assert_holds(seen.text, cases[i].told);
        free(text);
    }
}

static void test_slash_at_the_end_of_the_server_goes(void **state)
{
    struct place *place = *state;
    struct device device;
    char text[sizeof good + 4];
    const char *at = strstr(good, ":8650") + strlen(":8650");
    snprintf(text, sizeof text, "%.*s//%s", (int)(at - good), good, at);
    write_json(place, text);
    assert_int_equal(device_load(place->folder, &device), DEVICE_OK);
    assert_string_equal(device.server, "https://may-chu.example:8650");
    device_release(&device);
}

static void test_key(void **state)
{
    struct place *place = *state;
    struct key key, back;
    errno = 0;
    assert_false(device_load_key(place->folder, &back));
    assert_int_equal(errno, ENOENT);
    key_make(&key);
    assert_true(device_save_key(place->folder, &key));
    assert_true(device_load_key(place->folder, &back));
    assert_memory_equal(&back, &key, sizeof key);
}

// Root enrols, sets a PIN or makes keys; the programs of the directory's owner
// read what it wrote.
static void test_what_root_writes_is_the_owners(void **state)
{
    enum { SOMEBODY = 65534 };
    static const char *const files[] = {"device.json", "device.key"};
    struct place *place = *state;
    struct device device;
    struct key key;
    if (geteuid() != 0) {
        skip();
    }
    write_json(place, good);
    assert_int_equal(device_load(place->folder, &device), DEVICE_OK);
    assert_int_equal(chown(place->folder, SOMEBODY, SOMEBODY), 0);
    key_make(&key);
    assert_true(device_save(place->folder, &device));
    assert_true(device_save_key(place->folder, &key));
    for (int i = 0; i < 2; i++) {
        char path[PATH_MAX];
        struct stat st;
        assert_true(file_join(path, sizeof path, place->folder, files[i]));
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_uid, SOMEBODY);
        assert_int_equal(st.st_gid, SOMEBODY);
        assert_int_equal(st.st_mode & 07777, 0600);
    }
    device_release(&device);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

// Another key of the server does not make what was received before it unproved;
// it is no proof of anything else.
static void test_former_keys_believe_what_is_kept(void **state)
{
    struct place *place = *state;
    struct device device;
    struct key before, now, stranger;
    struct proof_receipt receipt = {
        .batch = {.device = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11",
                  .gen = 1,
                  .to = 4,
                  .head = "",
                  .nonce = "00112233445566778899aabbccddeeff"},
        .at = "2026-11-23T09:15:02.120+07:00"};
    key_make(&before);
    key_make(&now);
    key_make(&stranger);
    write_json(place, good);
    assert_int_equal(device_load(place->folder, &device), DEVICE_OK);
    assert_int_equal(device.former_count, 0);
    device_trust(&device, before.public_key);
    device_trust(&device, before.public_key);
    assert_int_equal(device.former_count, 1);
    device_trust(&device, now.public_key);
    assert_true(device_save(place->folder, &device));
    device_release(&device);
    assert_int_equal(device_load(place->folder, &device), DEVICE_OK);
    assert_int_equal(device.former_count, 2);
    assert_memory_equal(device.server_key, now.public_key, KEY_PUBLIC_BYTES);
    proof_sign_receipt(&before, &receipt);
    assert_true(device_believes_kept(&device, &receipt));
    assert_false(proof_verify_receipt(device.server_key, &receipt));
    proof_sign_receipt(&now, &receipt);
    assert_true(device_believes_kept(&device, &receipt));
    proof_sign_receipt(&stranger, &receipt);
    assert_false(device_believes_kept(&device, &receipt));
    // The oldest is forgotten where there are too many.
    for (int i = 0; i < DEVICE_FORMER_KEYS; i++) {
        struct key key;
        key_make(&key);
        device_trust(&device, key.public_key);
    }
    assert_int_equal(device.former_count, DEVICE_FORMER_KEYS);
    proof_sign_receipt(&before, &receipt);
    assert_false(device_believes_kept(&device, &receipt));
    proof_sign_receipt(&now, &receipt);
    assert_true(device_believes_kept(&device, &receipt));
    device_release(&device);
}

static void test_a_new_device_trusted_nobody_before(void **state)
{
    struct place *place = *state;
    struct device device = {.id = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11",
                            .server = "local"};
    struct key key;
    key_make(&key);
    device_trust(&device, key.public_key);
    assert_memory_equal(device.server_key, key.public_key, KEY_PUBLIC_BYTES);
    device.config = json_object();
    assert_true(device_save(place->folder, &device));
    device_release(&device);
    assert_int_equal(device_load(place->folder, &device), DEVICE_OK);
    assert_int_equal(device.former_count, 0);
    device_release(&device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reads_what_enrolment_left),
        TEST(test_writes_what_it_reads),
        TEST(test_not_enrolled),
        TEST(test_broken),
        TEST(test_slash_at_the_end_of_the_server_goes),
        TEST(test_key),
        TEST(test_former_keys_believe_what_is_kept),
        TEST(test_a_new_device_trusted_nobody_before),
        TEST(test_what_root_writes_is_the_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// The checkpoint's text and its tree.
#include "common/ids.h"
#include "office/checkpoint.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"

static const char DEVICE_1[] = "00000000-0000-4000-8000-000000000001";
static const char DEVICE_2[] = "00000000-0000-4000-8000-000000000002";

#define ROOT "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"

static void expect_root(const struct merkle *merkle, const char *expected)
{
    unsigned char root[DIGEST_BYTES];
    char hex[DIGEST_HEX_SIZE];
    merkle_root(merkle, root);
    hex_encode(root, sizeof root, hex);
    assert_string_equal(hex, expected);
}

// The expected roots were calculated with sha256sum's algorithm in another
// language from the rule in checkpoint.h: leaves "\0" + text, nodes "\1" + left
// + right.
static void test_the_leaf_is_the_written_rule(void **state)
{
    (void)state;
    struct merkle merkle;
    unsigned char head[DIGEST_BYTES];
    merkle_start(&merkle);
    memset(head, 0x11, sizeof head);
    checkpoint_add_head(&merkle, DEVICE_1, 1, 3, head);
    expect_root(
        &merkle,
        "85f115c3cea5353a1dff814d08a6fbada85df8217c0ac486a5647924af9c793e");
    memset(head, 0x22, sizeof head);
    checkpoint_add_head(&merkle, DEVICE_1, 2, 1, head);
    expect_root(
        &merkle,
        "44de2721218476128f70eecc0b1362ebc263ad7ab4568a95d666b39da30ced8b");
    memset(head, 0xab, sizeof head);
    checkpoint_add_head(&merkle, DEVICE_2, 1, 5, head);
    expect_root(
        &merkle,
        "9f6defe9ee7d6606f35a83c2229c77d6f08b09ab12512d67c01dd5bd1c835ca7");
}

static struct checkpoint made(struct key *key)
{
    struct checkpoint checkpoint = {
        .at = 1795420800000, .unit = "H24.12", .size = 9};
    memset(checkpoint.root, 0x0f, sizeof checkpoint.root);
    key_make(key);
    checkpoint_sign(&checkpoint, key);
    return checkpoint;
}

static void test_the_text(void **state)
{
    (void)state;
    struct key key, other;
    struct checkpoint checkpoint = made(&key), read;
    struct buf text = {0};
    checkpoint_write(&checkpoint, &text);
    // 1795420800 s is 2026-11-23T08:00:00Z.
    assert_holds(buf_text(&text),
                 "hailong.checkpoint.2\n2026-11-23T15:00:00.000+07:00\nH24.12\n"
                 "9\n"
                 "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0"
                 "f0f\n");
    assert_true(checkpoint_read(buf_text(&text), text.size, &read));
    assert_true(checkpoint_is_signed_by(&read, key.public_key));
    assert_int_equal(read.at, checkpoint.at);
    assert_string_equal(read.unit, "H24.12");
    assert_int_equal(read.size, 9);
    assert_memory_equal(read.root, checkpoint.root, sizeof read.root);
    key_make(&other);
    assert_false(checkpoint_is_signed_by(&read, other.public_key));
    read.size = 10;
    assert_false(checkpoint_is_signed_by(&read, key.public_key));
    buf_free(&text);
}

// One that was printed by a former version.
static void test_a_text_of_version_1(void **state)
{
    (void)state;
    static const char body[] =
        "hailong.checkpoint.1\n2026-11-23T15:00:00.000+07:00\nH24.12\n9\n" ROOT
        "\n";
    struct key key;
    struct checkpoint read;
    struct buf text = {0};
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    key_make(&key);
    key_sign(&key, body, sizeof body - 1, signature);
    buf_printf(&text, "%s%s\n", body, signature);
    assert_true(checkpoint_read(buf_text(&text), text.size, &read));
    assert_int_equal(read.version, 1);
    assert_true(checkpoint_is_signed_by(&read, key.public_key));
    read.version = 2;
    assert_false(checkpoint_is_signed_by(&read, key.public_key));
    buf_free(&text);
}

// As it comes back from mail: carriage returns, indented, an empty line.
static void test_a_text_that_travelled(void **state)
{
    (void)state;
    struct key key;
    struct checkpoint checkpoint = made(&key), read;
    struct buf text = {0}, mail = {0};
    checkpoint_write(&checkpoint, &text);
    buf_append_text(&mail, "\r\n");
    for (const char *c = buf_text(&text); *c; c++)
        buf_append_text(&mail, *c == '\n' ? " \r\n  " : (char[]){*c, '\0'});
    assert_true(checkpoint_read(buf_text(&mail), mail.size, &read));
    assert_true(checkpoint_is_signed_by(&read, key.public_key));
    buf_free(&mail);
    buf_free(&text);
}

static void test_texts_that_are_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "hailong.checkpoint.1\n",
        "hailong.checkpoint.3\n2026-11-23T15:00:00.000+07:00\nu\n9\n" ROOT
        "\nx\n",
        "hailong.checkpoint.12\n2026-11-23T15:00:00.000+07:00\nu\n9\n" ROOT
        "\nx\n",
        "hailong.checkpoint.1\nyesterday\nu\n9\n" ROOT "\nx\n",
        "hailong.checkpoint.1\n2026-11-23T15:00:00.000+07:00\nu\n-9\n" ROOT
        "\nx\n",
        "hailong.checkpoint.1\n2026-11-23T15:00:00.000+07:00\nu\n9\n0f0f\nx\n",
        "hailong.checkpoint.1\n2026-11-23T15:00:00.000+07:00\nu\n9\n" ROOT
        "\nx\none line more\n",
        "hailong.checkpoint.1\n2026-11-23T15:00:00.000+07:00\nu\n9\n" ROOT
        "\nA signature that is much longer than sixty-four bytes in base64 can "
        "ever be, whoever it was that signed it\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct checkpoint read;
        assert_false(checkpoint_read(texts[i], strlen(texts[i]), &read));
    }
}

// Rows of a checkpoint never change.
static void test_it_is_kept_for_ever(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "UPDATE checkpoints SET size = 0", "DELETE FROM checkpoints",
        "UPDATE checkpoint_heads SET seq = 0", "DELETE FROM checkpoint_heads"};
    struct made_office office;
    struct ledger_maker device;
    struct checkpoint first, second;
    struct sql *sql = NULL;
    struct key key;
    key_make(&key);
    made_office_open(&office);
    made_office_enrol(&office, "3", 1795400000000, &device);
    maker_rate(&device, 5);
    made_office_send(&office, &device, 1, 1, device.wall_ms);
    assert_int_equal(
        office_add_checkpoint(office.office, &key, NULL, 1, &first), OFFICE_OK);
    assert_int_equal(first.size, 1);
    assert_string_equal(first.unit, "H24.12");
    assert_int_equal(
        office_add_checkpoint(office.office, &key, "U", 2, &second), OFFICE_OK);
    assert_string_equal(second.unit, "U");
    assert_memory_equal(first.root, second.root, DIGEST_BYTES);
    assert_int_equal(database_open(office.path, SQL_WRITER, NULL, 0, &sql),
                     SQL_OK);
    for (size_t i = 0; i < sizeof scripts / sizeof scripts[0]; i++)
        assert_int_equal(tamper_run(sql, scripts[i]), SQL_CLASH);
    sql_close(sql);
    maker_free(&device);
    made_office_close(&office);
}

static int start(void **state)
{
    (void)state;
    return ledger_init() ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_leaf_is_the_written_rule),
        cmocka_unit_test(test_the_text),
        cmocka_unit_test(test_a_text_of_version_1),
        cmocka_unit_test(test_a_text_that_travelled),
        cmocka_unit_test(test_texts_that_are_none),
        cmocka_unit_test(test_it_is_kept_for_ever),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

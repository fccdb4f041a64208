// The text of a QR code and the file of a stick that enrol a machine.
#include "store/voucher.h"
#include "support/check.h"
#include <string.h>

// The SHA-256 of some key, in base64 and, by Python's b32encode, in base32.
#define PIN "sha256//HWrtG9+4UGzj2RhoPm2sSVODy6BbBvlAvMdTz2Mhgbc="
#define PIN32 "DVVO2G67XBIGZY6ZDBUD43NMJFJYHS5ALMDPSQF4Y5J46YZBQG3Q"

static void assert_read(const char *text, const char *server, const char *code,
                        const char *pin)
{
    struct voucher voucher;
    assert_int_equal(voucher_read(text, &voucher), VOUCHER_READ);
    assert_string_equal(voucher.server, server);
    assert_string_equal(voucher.code, code);
    assert_string_equal(voucher.pin, pin);
}

static void test_voucher_is_written_in_capitals(void **state)
{
    struct buf text = {0};
    (void)state;
    assert_true(voucher_write(
        &(struct voucher){"https://may-chu.example:8650", "7K2QF-9M3TX", ""},
        &text));
    assert_string_equal(buf_text(&text),
                        "HAILONG:MAY-CHU.EXAMPLE:8650/7K2QF-9M3TX");
    buf_clear(&text);
    assert_true(voucher_write(
        &(struct voucher){"http://127.0.0.1:8650", "7K2QF-9M3TX", PIN}, &text));
    assert_string_equal(buf_text(&text),
                        "HAILONG-HTTP:127.0.0.1:8650/7K2QF-9M3TX/" PIN32);
    buf_free(&text);
}

static void test_voucher_is_read_however_it_is_written(void **state)
{
    (void)state;
    assert_read("HAILONG:MAY-CHU.EXAMPLE:8650/7K2QF-9M3TX",
                "https://may-chu.example:8650", "7K2QF-9M3TX", "");
    // Caps Lock was on, and somebody copied it with blanks around.
    assert_read(" hailong:may-chu.example:8650/7k2qf-9m3tx\r\n",
                "https://may-chu.example:8650", "7K2QF-9M3TX", "");
    assert_read("HAILONG:[::1]:8650/7K2QF9M3TX/" PIN32, "https://[::1]:8650",
                "7K2QF9M3TX", PIN);
    assert_read("HAILONG-HTTP:127.0.0.1/7K2QF-9M3TX", "http://127.0.0.1",
                "7K2QF-9M3TX", "");
}

static void test_what_is_no_voucher(void **state)
{
    static const char *const OTHERS[] = {
        "", "H24.12-261123-0007", "https://may-chu.example/d/abc", "HAILONG"};
    static const char *const DAMAGED[] = {
        "HAILONG:", "HAILONG:may-chu.example", "HAILONG:/7K2QF-9M3TX",
        "HAILONG:may chu/7K2QF-9M3TX", "HAILONG:may-chu.example/7K2QF",
        "HAILONG:may-chu.example/7K2QF-9M3TX/",
        "HAILONG:may-chu.example/7K2QF-9M3TX/" PIN32 "A",
        // 52 letters, of which the last says more than 32 bytes hold
        "HAILONG:may-chu.example/7K2QF-9M3TX/"
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "HAILONG:user@may-chu.example/7K2QF-9M3TX"};
    struct voucher voucher = {.server = "as it was"};
    (void)state;
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_int_equal(voucher_read(OTHERS[i], &voucher), VOUCHER_OTHER);
    for (size_t i = 0; i < sizeof DAMAGED / sizeof *DAMAGED; i++)
        assert_int_equal(voucher_read(DAMAGED[i], &voucher), VOUCHER_DAMAGED);
    assert_string_equal(voucher.server, "as it was");
}

static void test_addresses_that_no_voucher_can_carry(void **state)
{
    static const char *const SERVERS[] = {"",
                                          "https://",
                                          "may-chu.example",
                                          "https://may-chu.example/duong",
                                          "ftp://may-chu.example",
                                          "https://a b"};
    struct buf text = {0};
    (void)state;
    for (size_t i = 0; i < sizeof SERVERS / sizeof *SERVERS; i++) {
        struct voucher voucher = {.code = "7K2QF-9M3TX"};
        strcpy(voucher.server, SERVERS[i]);
        assert_false(voucher_write(&voucher, &text));
    }
    assert_int_equal(text.size, 0);
    buf_free(&text);
}

static void test_file_comes_back_as_it_was_written(void **state)
{
    struct buf text = {0};
    struct voucher_line line;
    char hash[DEVICE_TEXT_SIZE] = "";
    size_t at = 0;
    (void)state;
    voucher_file_begin("$argon2id$x", &text);
    voucher_file_add("HAILONG:MAY-CHU.EXAMPLE/7K2QF-9M3TX", "1", "Quầy\n1",
                     &text);
    voucher_file_add("HAILONG:MAY-CHU.EXAMPLE/00000-11111", "2", NULL, &text);
    assert_true(
        voucher_file_next(buf_text(&text), text.size, &at, &line, hash));
    assert_int_equal(line.result, VOUCHER_READ);
    assert_int_equal(line.number, 4);
    assert_string_equal(line.voucher.code, "7K2QF-9M3TX");
    assert_string_equal(hash, "$argon2id$x");
    assert_true(
        voucher_file_next(buf_text(&text), text.size, &at, &line, hash));
    assert_int_equal(line.number, 5);
    assert_string_equal(line.voucher.code, "00000-11111");
    assert_false(
        voucher_file_next(buf_text(&text), text.size, &at, &line, hash));
    buf_free(&text);
}

// As Notepad leaves it, with a line that somebody began to type.
static void test_file_of_another_hand(void **state)
{
    static const char TEXT[] = "\xEF\xBB\xBF\r\n"
                               "  # ghi chú\r\n"
                               "HAILONG:may-chu\r\n"
                               "hailong:may-chu.example/7k2qf-9m3tx\tquầy 3";
    struct voucher_line line;
    char hash[DEVICE_TEXT_SIZE] = "";
    size_t at = 0;
    (void)state;
    assert_true(voucher_file_next(TEXT, sizeof TEXT - 1, &at, &line, hash));
    assert_int_equal(line.number, 3);
    assert_int_equal(line.result, VOUCHER_DAMAGED);
    assert_true(voucher_file_next(TEXT, sizeof TEXT - 1, &at, &line, hash));
    assert_int_equal(line.number, 4);
    assert_string_equal(line.voucher.server, "https://may-chu.example");
    assert_false(voucher_file_next(TEXT, sizeof TEXT - 1, &at, &line, hash));
    assert_string_equal(hash, "");
}

// One server may have several wards, each below a path.
static void test_voucher_names_a_ward(void **state)
{
    const struct voucher voucher = {
        .server = "https://may-chu.example/w/h24.12", .code = "7K2QF-9M3TX"};
    struct voucher read;
    struct buf text = {0};
    (void)state;
    assert_true(voucher_write(&voucher, &text));
    assert_string_equal(buf_text(&text),
                        "HAILONG:MAY-CHU.EXAMPLE/W/H24.12/7K2QF-9M3TX");
    assert_int_equal(voucher_read(buf_text(&text), &read), VOUCHER_READ);
    assert_string_equal(read.server, "https://may-chu.example/w/h24.12");
    assert_string_equal(read.code, "7K2QF-9M3TX");
    assert_int_equal(voucher_read("HAILONG:A.EXAMPLE/W/7K2QF-9M3TX", &read),
                     VOUCHER_DAMAGED);
    assert_int_equal(voucher_read("HAILONG:A.EXAMPLE/W//7K2QF-9M3TX", &read),
                     VOUCHER_DAMAGED);
    assert_int_equal(voucher_read("HAILONG:A.EXAMPLE/X/H24/7K2QF-9M3TX", &read),
                     VOUCHER_DAMAGED);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_voucher_is_written_in_capitals),
        cmocka_unit_test(test_voucher_is_read_however_it_is_written),
        cmocka_unit_test(test_voucher_names_a_ward),
        cmocka_unit_test(test_what_is_no_voucher),
        cmocka_unit_test(test_addresses_that_no_voucher_can_carry),
        cmocka_unit_test(test_file_comes_back_as_it_was_written),
        cmocka_unit_test(test_file_of_another_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

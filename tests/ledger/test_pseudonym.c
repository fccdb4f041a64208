// What is kept of a dossier's code. The expected tokens were computed with
//   printf 'hailong.transaction.1\n<unit>\n<code>' |
//     openssl dgst -sha256 -mac HMAC -macopt hexkey:<key> -binary |
//     base64 | tr '+/' '-_' | tr -d '='
#include "common/date.h"
#include "common/ids.h"
#include "ledger/pseudonym.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char TOKEN[] = "~TFuS5HZ-mAGjk0CfdrnrLd-udASwJkWC8YBA7RHec8g";

// Key 00 01 02 … 1f, from 15/11/2026 to 14/12/2026.
static struct pseudonym_keys sample(void)
{
    struct pseudonym_keys keys = {.count = 1};
    struct pseudonym_key *key = &keys.list[0];
    strcpy(key->period, "2026-12");
    key->first = date_to_day((struct date){2026, 11, 15});
    key->last = date_to_day((struct date){2026, 12, 14});
    for (int i = 0; i < DIGEST_BYTES; i++)
        key->key[i] = (unsigned char)i;
    return keys;
}

static int32_t day_in(int month, int day)
{
    return date_to_day((struct date){2026, month, day});
}

static void test_pseudonym_is_the_hmac_of_unit_and_code(void **state)
{
    (void)state;
    struct pseudonym_keys keys = sample();
    char token[PSEUDONYM_SIZE];
    assert_true(
        pseudonym_make(&keys.list[0], "H24.12", "H24.12-261123-0007", token));
    assert_string_equal(token, TOKEN);
    assert_true(pseudonym_is(token));
    assert_true(pseudonym_make(&keys.list[0], "H24.12", "HỒ-SƠ-12", token));
    assert_string_equal(token, "~_-IC4EStCpRPkKf0FQviLkfTZ3croY03c6FXaQ2m41c");
    assert_true(
        pseudonym_make(&keys.list[0], "H24.13", "H24.12-261123-0007", token));
    assert_string_not_equal(token, TOKEN);
    keys.list[0].key[31] ^= 1;
    assert_true(
        pseudonym_make(&keys.list[0], "H24.12", "H24.12-261123-0007", token));
    assert_string_not_equal(token, TOKEN);
}

// The officer types it small, the scanner adds a blank, a foreign system sends
// the letters taken apart.
static void test_pseudonym_is_the_same_however_written(void **state)
{
    (void)state;
    struct pseudonym_keys keys = sample();
    char token[PSEUDONYM_SIZE];
    assert_true(pseudonym_make(&keys.list[0], "H24.12",
                               " \th24.12-261123-0007\r\n", token));
    assert_string_equal(token, TOKEN);
    assert_true(pseudonym_make(&keys.list[0], "H24.12",
                               "hO\xcc\x82\xcc\x80-so\xcc\x9b-12", token));
    // Beyond ASCII the letters keep their size: HỒ-Sơ-12.
    char other[PSEUDONYM_SIZE];
    assert_true(pseudonym_make(&keys.list[0], "H24.12", "HỒ-Sơ-12", other));
    assert_string_equal(token, other);
}

static void test_what_is_no_code_is_refused(void **state)
{
    (void)state;
    struct pseudonym_keys keys = sample();
    char token[PSEUDONYM_SIZE], longest[RECORD_TRANSACTION_SIZE + 1];
    assert_false(pseudonym_make(&keys.list[0], "H24.12", "", token));
    assert_false(pseudonym_make(&keys.list[0], "H24.12", " \n", token));
    assert_false(pseudonym_make(&keys.list[0], "H24.12", "\xff\xfe", token));
    assert_false(pseudonym_make(&keys.list[0], "H24.12", "A\nB", token));
    memset(longest, '7', sizeof longest);
    longest[RECORD_TRANSACTION_SIZE] = '\0';
    assert_false(pseudonym_make(&keys.list[0], "H24.12", longest, token));
    longest[RECORD_TRANSACTION_SIZE - 1] = '\0';
    assert_true(pseudonym_make(&keys.list[0], "H24.12", longest, token));
}

static void test_only_tokens_are_taken_for_tokens(void **state)
{
    (void)state;
    char text[PSEUDONYM_SIZE + 1];
    assert_true(pseudonym_is(TOKEN));
    assert_false(pseudonym_is(""));
    assert_false(pseudonym_is("~"));
    assert_false(pseudonym_is("H24.12-261123-0007"));
    assert_false(pseudonym_is(TOKEN + 1));
    snprintf(text, sizeof text, "%sA", TOKEN);
    assert_false(pseudonym_is(text));
    snprintf(text, sizeof text, "%s", TOKEN);
    text[20] = '~';
    assert_false(pseudonym_is(text));
}

static void test_mode_and_day_decide_what_is_kept(void **state)
{
    (void)state;
    struct pseudonym_keys keys = sample();
    char kept[RECORD_TRANSACTION_SIZE];
    const char *code = "h24.12-261123-0007";
    assert_true(pseudonym_keep(&keys, day_in(11, 15), "H24.12", code, kept));
    assert_string_equal(kept, TOKEN);
    assert_true(pseudonym_keep(&keys, day_in(12, 14), "H24.12", code, kept));
    assert_string_equal(kept, TOKEN);
    // Without a key for the day nothing is kept, never the code.
    assert_false(pseudonym_keep(&keys, day_in(12, 15), "H24.12", code, kept));
    assert_string_equal(kept, "");
    assert_false(pseudonym_keep(&keys, day_in(11, 14), "H24.12", code, kept));
    assert_true(pseudonym_keep(&keys, day_in(12, 15), "H24.12", TOKEN, kept));
    assert_string_equal(kept, TOKEN);
    keys.linked = true;
    assert_true(pseudonym_keep(&keys, day_in(12, 15), "H24.12", code, kept));
    assert_string_equal(kept, "H24.12-261123-0007");
    assert_false(pseudonym_keep(&keys, day_in(12, 15), "H24.12", "", kept));
    assert_string_equal(kept, "");
}

static void must_be_of(int year, int month, int day, const char *period,
                       const char *from, const char *to)
{
    struct pseudonym_key key;
    char text[DATE_ISO_SIZE];
    pseudonym_key_make(date_to_day((struct date){year, month, day}), &key);
    assert_string_equal(key.period, period);
    date_format_iso(key.first, text);
    assert_string_equal(text, from);
    date_format_iso(key.last, text);
    assert_string_equal(text, to);
}

static void test_keys_are_of_official_months(void **state)
{
    (void)state;
    must_be_of(2026, 11, 29, "2026-12", "2026-11-15", "2026-12-14");
    must_be_of(2026, 11, 14, "2026-11", "2026-10-15", "2026-11-14");
    must_be_of(2026, 12, 15, "2027-01", "2026-12-15", "2027-01-14");
    must_be_of(2027, 1, 14, "2027-01", "2026-12-15", "2027-01-14");
    must_be_of(2028, 3, 1, "2028-03", "2028-02-15", "2028-03-14");
    struct pseudonym_key first, second;
    pseudonym_key_make(day_in(11, 29), &first);
    pseudonym_key_make(day_in(11, 29), &second);
    assert_memory_not_equal(first.key, second.key, sizeof first.key);
}

static void test_keys_travel_in_a_configuration(void **state)
{
    (void)state;
    struct pseudonym_keys keys = sample(), got;
    struct buf text = {0};
    json_t *config = json_object();
    assert_true(pseudonym_keys_write(&keys, config));
    assert_true(json_write(config, &text));
    assert_string_equal(
        text.data,
        "{\"privacy\":\"anonymous\",\"transaction_keys\":[{\"period\":"
        "\"2026-12\",\"from\":\"2026-11-15\",\"to\":\"2026-12-14\",\"key\":"
        "\"000102030405060708090a0b0c0d0e0f"
        "101112131415161718191a1b1c1d1e1f\"}]}");
    assert_true(pseudonym_keys_read(config, &got));
    assert_memory_equal(&got, &keys, sizeof got);
    keys.linked = true;
    assert_true(pseudonym_keys_write(&keys, config));
    assert_true(pseudonym_keys_read(config, &got));
    assert_true(got.linked);
    json_decref(config);
    buf_free(&text);
}

static void test_unreadable_keys_leave_anonymous_without_a_key(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "{\"privacy\":\"open\"}",
        "{\"privacy\":1}",
        "{\"privacy\":\"linked\",\"transaction_keys\":{}}",
        "{\"transaction_keys\":[1]}",
        "{\"transaction_keys\":[{\"period\":\"2026-12\",\"from\":\"2026-11-15\""
        ",\"to\":\"2026-12-14\",\"key\":\"00\"}]}",
        "{\"transaction_keys\":[{\"period\":\"2026-12\",\"from\":\"2026-12-15\""
        ",\"to\":\"2026-12-14\",\"key\":\"000102030405060708090a0b0c0d0e0f"
        "101112131415161718191a1b1c1d1e1f\"}]}",
        "{\"transaction_keys\":[{},{},{},{},{}]}"};
    struct pseudonym_keys got, none = {0};
    char message[JSON_MESSAGE_SIZE];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        json_t *config = json_read(bad[i], strlen(bad[i]), message);
        assert_non_null(config);
        if (pseudonym_keys_read(config, &got))
            fail_msg("taken: %s", bad[i]);
        assert_memory_equal(&got, &none, sizeof got);
        json_decref(config);
    }
    json_t *empty = json_object();
    assert_true(pseudonym_keys_read(empty, &got));
    assert_memory_equal(&got, &none, sizeof got);
    json_decref(empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pseudonym_is_the_hmac_of_unit_and_code),
        cmocka_unit_test(test_pseudonym_is_the_same_however_written),
        cmocka_unit_test(test_what_is_no_code_is_refused),
        cmocka_unit_test(test_only_tokens_are_taken_for_tokens),
        cmocka_unit_test(test_mode_and_day_decide_what_is_kept),
        cmocka_unit_test(test_keys_are_of_official_months),
        cmocka_unit_test(test_keys_travel_in_a_configuration),
        cmocka_unit_test(test_unreadable_keys_leave_anonymous_without_a_key)};
    return ledger_init() ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

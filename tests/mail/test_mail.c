// Headers as relays read them, and relays that cannot be one. What goes over
// the wire is in tests/e2e/post.py.
#include "mail/mail.h"
#include "support/check.h"
#include <stdatomic.h>

static void expect_header(const char *text, const char *encoded)
{
    struct buf out = {0};
    mail_encode_header(text, &out);
    assert_string_equal(buf_text(&out), encoded);
    buf_free(&out);
}

static void test_ascii_stays_as_it_is(void **state)
{
    (void)state;
    expect_header("Report 2026-11", "Report 2026-11");
    expect_header("", "");
    // No header can be smuggled in.
    expect_header("a\r\nBcc: b@c", "a  Bcc: b@c");
}

static void test_vietnamese_becomes_encoded_words(void **state)
{
    (void)state;
    expect_header("Hài lòng", "=?UTF-8?Q?H=C3=A0i_l=C3=B2ng?=");
    expect_header("é=?_\r\n", "=?UTF-8?Q?=C3=A9=3D=3F=5F__?=");
}

static void test_long_texts_are_folded_between_letters(void **state)
{
    struct buf out = {0};
    (void)state;
    mail_encode_header("ệệệệệệệệệệệệ", &out); // nine bytes each
    // Six of them are 54, seven would be 63.
    const char *fold = strstr(buf_text(&out), "?=\r\n =?UTF-8?Q?");
    assert_non_null(fold);
    assert_int_equal(fold - buf_text(&out), 10 + 54);
    const char *line = buf_text(&out);
    for (const char *end; (end = strstr(line, "\r\n")); line = end + 2)
        assert_true(end - line <= 75);
    assert_true(strlen(line) <= 76);
    buf_free(&out);
}

static void expect_complaint(struct mail_relay relay, const char *key)
{
    struct buf message = {0};
    assert_false(mail_relay_check(&relay, &message));
    assert_holds(buf_text(&message), key);
    buf_free(&message);
}

static void test_a_wrong_relay_is_named(void **state)
{
    const struct mail_relay good = {.host = "mail.example",
                                    .port = 587,
                                    .from = "hailong@phuong.example",
                                    .recipients = "a@b.example , c@d.example"};
    struct mail_relay relay = good;
    struct buf message = {0};
    (void)state;
    assert_true(mail_relay_check(&good, &message));
    relay.tls = MAIL_PLAIN;
    expect_complaint(relay, "mail_tls:");
    relay.host = "127.0.0.1";
    assert_true(mail_relay_check(&relay, &message));
    relay = good;
    relay.host = "mail.example/x";
    expect_complaint(relay, "mail_host:");
    relay = good;
    relay.from = NULL;
    expect_complaint(relay, "mail_from:");
    relay.from = "a@b>\r\nRCPT TO:<x@y";
    expect_complaint(relay, "mail_from:");
    relay = good;
    relay.recipients = "a@b.example, nobody";
    expect_complaint(relay, "mail_to:");
    relay.recipients = NULL;
    expect_complaint(relay, "mail_to:");
    relay = good;
    relay.user = "hailong";
    expect_complaint(relay, "mail_password_file:");
}

// Nobody is there, or nobody may wait any longer.
static void test_what_cannot_be_sent_is_for_later(void **state)
{
    const struct mail_relay relay = {.host = "127.0.0.1",
                                     .port = 1,
                                     .tls = MAIL_PLAIN,
                                     .from = "a@b.example",
                                     .recipients = "c@d.example"};
    const struct mail_message message = {
        .id = "x", .subject = "x", .text = "x"};
    atomic_bool aborted = false;
    struct buf said = {0};
    (void)state;
    assert_int_equal(mail_send(&relay, &message, &aborted, &said), MAIL_LATER);
    assert_true(said.size > 0);
    buf_free(&said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ascii_stays_as_it_is),
        cmocka_unit_test(test_vietnamese_becomes_encoded_words),
        cmocka_unit_test(test_long_texts_are_folded_between_letters),
        cmocka_unit_test(test_a_wrong_relay_is_named),
        cmocka_unit_test(test_what_cannot_be_sent_is_for_later)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

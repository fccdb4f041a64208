// People: who may be added, found and disabled; signing in, the count of wrong
// tries, and when a session ends.
#include "office/audit.h"
#include "office/people.h"
#include "office/sessions.h"
#include "support/check.h"
#include "support/office_maker.h"
#include <stdio.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
// 2026-11-23 09:00 in Vietnam.
static const int64_t now = 1795399200000;
static const struct session_rules rules = {.idle_ms = 30 * MINUTE_MS,
                                           .whole_ms = 12 * HOUR_MS};

// Nothing here looks inside a hash.
#define HASH(letter)                                                           \
    "$argon2id$v=19$m=32768,t=3,p=1$" letter "AAAAAAAAAAAAAAAAAAAAA$"          \
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static struct made_office made;

static int setup(void **state)
{
    (void)state;
    made_office_open(&made);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    made_office_close(&made);
    return 0;
}

static enum office_addition add(const char *name, enum office_person_role role,
                                const char *officer)
{
    return office_add_person(
        made.office,
        &(struct office_new_person){.name = name,
                                    .display = "Trần Văn Bình",
                                    .role = role,
                                    .officer = officer,
                                    .hash = HASH("A")},
        "admin", now);
}

static const unsigned char *token(unsigned char number)
{
    static unsigned char hash[DIGEST_BYTES];
    memset(hash, number, sizeof hash);
    return hash;
}

// A try whose password fits `hash`, or nothing (NULL).
static enum sign_in_answer try_at(const char *name, const char *address,
                                  const char *hash, unsigned char number,
                                  int64_t at, int64_t *out_wait_ms)
{
    struct sign_in asked = {.name = name,
                            .address = address,
                            .hash = hash,
                            .rules = rules,
                            .now = at};
    struct office_person person;
    int64_t wait = -1;
    memcpy(asked.token_hash, token(number), DIGEST_BYTES);
    enum sign_in_answer answer =
        office_sign_in(made.office, &asked, &person, &wait);
    if (out_wait_ms) {
        *out_wait_ms = wait;
    }
    if (answer == SIGN_IN_DONE) {
        assert_string_equal(person.name, "binh");
    }
    return answer;
}

static void assert_right(int64_t at)
{
    assert_int_equal(try_at("binh", "10.0.0.7", HASH("A"), 1, at, NULL),
                     SIGN_IN_DONE);
}

static void fail_times(const char *name, const char *address, int times,
                       int64_t at)
{
    for (int i = 0; i < times; i++) {
        assert_int_equal(try_at(name, address, NULL, 9, at, NULL),
                         SIGN_IN_WRONG);
    }
}

static int64_t wait_for(const char *name, const char *address, int64_t at)
{
    int64_t wait = -1;
    assert_int_equal(
        office_sign_in_locked(made.office, name, address, at, &wait),
        OFFICE_OK);
    return wait;
}

static bool is_signed_in(unsigned char number, int64_t at)
{
    struct office_session session;
    enum office_result result =
        office_find_session(made.office, token(number), &rules, at, &session);
    assert_true(result == OFFICE_OK || result == OFFICE_NONE);
    return result == OFFICE_OK;
}

static void test_sign_in_names(void **state)
{
    static const char *const bad[] = {"",      " ",    "a b",     ".binh",
                                      "-binh", "bình", "a/b",     "a\nb",
                                      "a@b",   "a\"b", "user\x7F"};
    char name[PERSON_NAME_SIZE];
    (void)state;
    assert_true(person_name_read("  Binh.Tran-2_a ", name));
    assert_string_equal(name, "binh.tran-2_a");
    assert_true(person_name_read("0123456789012345678901234567890", name));
    assert_false(person_name_read("01234567890123456789012345678901", name));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(person_name_read(bad[i], name));
    }
}

static void test_adding_finding_listing(void **state)
{
    struct office_person person;
    char hash[PASSWORD_HASH_SIZE];
    (void)state;
    assert_int_equal(add("binh", PERSON_OFFICER, "cb-07"), PERSON_ADDED);
    assert_int_equal(office_find_person(made.office, "binh", &person, hash),
                     OFFICE_OK);
    assert_string_equal(person.display, "Trần Văn Bình");
    assert_int_equal(person.role, PERSON_OFFICER);
    assert_string_equal(person.officer, "cb-07");
    assert_int_equal(person.added_at, now);
    assert_string_equal(hash, HASH("A"));
    assert_int_equal(office_find_person(made.office, "an", &person, NULL),
                     OFFICE_NONE);
    // The name is one person's for ever, the code as long as they work.
    assert_int_equal(add("binh", PERSON_OFFICE, ""), PERSON_THERE);
    assert_int_equal(add("an", PERSON_OFFICER, "cb-07"), PERSON_THERE);
    assert_int_equal(office_disable_person(made.office, "binh", "admin", now),
                     OFFICE_OK);
    assert_int_equal(add("binh", PERSON_OFFICE, ""), PERSON_THERE);
    assert_int_equal(add("an", PERSON_OFFICER, "cb-07"), PERSON_ADDED);
}

static void test_what_does_not_fit_is_not_added(void **state)
{
    (void)state;
    assert_int_equal(add("Bình", PERSON_OFFICE, ""), PERSON_NOT_ADDED);
    assert_int_equal(add("Binh", PERSON_OFFICE, ""), PERSON_NOT_ADDED);
    assert_int_equal(add("binh", PERSON_OFFICER, ""), PERSON_NOT_ADDED);
    assert_int_equal(add("binh", PERSON_LEADER, "cb-07"), PERSON_NOT_ADDED);
    assert_int_equal(
        office_add_person(made.office,
                          &(struct office_new_person){.name = "binh",
                                                      .display = "Bình",
                                                      .role = PERSON_OFFICE,
                                                      .officer = "",
                                                      .hash = "password"},
                          "admin", now),
        PERSON_NOT_ADDED);
}

// 30 minutes without a request, 12 hours in all.
static void test_a_session_ends_idle_and_in_any_case(void **state)
{
    (void)state;
    add("binh", PERSON_OFFICE, "");
    assert_right(now);
    assert_true(is_signed_in(1, now + 30 * MINUTE_MS - 1));
    assert_false(is_signed_in(1, now + 30 * MINUTE_MS));
    assert_false(is_signed_in(2, now));
    for (int64_t at = now; at < now + 12 * HOUR_MS; at += 20 * MINUTE_MS) {
        assert_true(is_signed_in(1, at));
        assert_int_equal(office_touch_session(made.office, token(1), at),
                         OFFICE_OK);
    }
    assert_true(is_signed_in(1, now + 12 * HOUR_MS - 1));
    assert_false(is_signed_in(1, now + 12 * HOUR_MS));
}

static void test_a_session_survives_a_restart(void **state)
{
    (void)state;
    add("binh", PERSON_OFFICE, "");
    assert_right(now);
    made_office_reopen(&made);
    assert_true(is_signed_in(1, now + MINUTE_MS));
}

// A server whose clock went back by a day must not give a session a day more.
static void test_a_session_from_the_future_is_none(void **state)
{
    (void)state;
    add("binh", PERSON_OFFICE, "");
    assert_right(now);
    assert_true(is_signed_in(1, now - MINUTE_MS));
    assert_false(is_signed_in(1, now - HOUR_MS));
}

static void test_disabled_and_new_password_sign_out(void **state)
{
    (void)state;
    add("binh", PERSON_OFFICE, "");
    assert_right(now);
    assert_int_equal(
        office_set_password(made.office, "binh", HASH("B"), "admin", now),
        OFFICE_OK);
    assert_false(is_signed_in(1, now));
    // A try that was judged by the old password comes too late.
    assert_int_equal(try_at("binh", "", HASH("A"), 1, now, NULL),
                     SIGN_IN_WRONG);
    assert_int_equal(try_at("binh", "", HASH("B"), 1, now, NULL), SIGN_IN_DONE);
    assert_int_equal(office_disable_person(made.office, "binh", "admin", now),
                     OFFICE_OK);
    assert_false(is_signed_in(1, now));
    assert_int_equal(try_at("binh", "", HASH("B"), 1, now, NULL),
                     SIGN_IN_WRONG);
    assert_int_equal(office_disable_person(made.office, "an", "admin", now),
                     OFFICE_NONE);
    assert_int_equal(
        office_set_password(made.office, "an", HASH("B"), "admin", now),
        OFFICE_NONE);
}

// Who was away comes back, with the same password.
static void test_enabled_again_signs_in(void **state)
{
    bool is_taken = true;
    (void)state;
    add("binh", PERSON_OFFICER, "cb-07");
    office_disable_person(made.office, "binh", "admin", now);
    assert_int_equal(
        office_enable_person(made.office, "binh", "admin", now, &is_taken),
        OFFICE_OK);
    assert_false(is_taken);
    assert_right(now);
    assert_int_equal(
        office_enable_person(made.office, "an", "admin", now, &is_taken),
        OFFICE_NONE);
    office_disable_person(made.office, "binh", "admin", now);
    add("an", PERSON_OFFICER, "cb-07");
    assert_int_equal(
        office_enable_person(made.office, "binh", "admin", now, &is_taken),
        OFFICE_OK);
    assert_true(is_taken);
    assert_int_equal(try_at("binh", "", HASH("A"), 2, now, NULL),
                     SIGN_IN_WRONG);
}

// Who is locked out and asks for a new password gets in with it.
static void test_a_new_password_ends_a_lock(void **state)
{
    (void)state;
    add("binh", PERSON_OFFICE, "");
    fail_times("binh", "", 5, now);
    office_set_password(made.office, "binh", HASH("B"), "admin", now);
    assert_int_equal(try_at("binh", "", HASH("B"), 1, now, NULL), SIGN_IN_DONE);
}

static void test_the_eleventh_session_ends_the_first(void **state)
{
    (void)state;
    add("binh", PERSON_OFFICE, "");
    for (unsigned char i = 1; i <= 11; i++) {
        assert_int_equal(try_at("binh", "", HASH("A"), i, now + i, NULL),
                         SIGN_IN_DONE);
    }
    assert_false(is_signed_in(1, now + 20));
    assert_true(is_signed_in(2, now + 20));
    assert_true(is_signed_in(11, now + 20));
}

// Five wrong ones, then five minutes, then ten, then twenty.
static void test_five_wrong_tries_lock_a_name(void **state)
{
    int64_t at = now, wait;
    (void)state;
    add("binh", PERSON_OFFICE, "");
    fail_times("binh", "", 5, at);
    // The right password, and the name in capitals, change nothing.
    assert_int_equal(try_at("binh", "", HASH("A"), 1, at, &wait),
                     SIGN_IN_LOCKED);
    assert_int_equal(wait, 5 * MINUTE_MS);
    assert_int_equal(wait_for(" BINH ", "", at + MINUTE_MS), 4 * MINUTE_MS);
    made_office_reopen(&made);
    assert_int_equal(wait_for("binh", "", at + MINUTE_MS), 4 * MINUTE_MS);
    at += 5 * MINUTE_MS;
    fail_times("binh", "", 5, at);
    assert_int_equal(wait_for("binh", "", at), 10 * MINUTE_MS);
    at += 10 * MINUTE_MS;
    fail_times("binh", "", 5, at);
    assert_int_equal(wait_for("binh", "", at), 20 * MINUTE_MS);
    at += 20 * MINUTE_MS;
    fail_times("binh", "", 5, at);
    at += 40 * MINUTE_MS;
    // An hour is the longest.
    fail_times("binh", "", 5, at);
    assert_int_equal(wait_for("binh", "", at), HOUR_MS);
    at += HOUR_MS;
    fail_times("binh", "", 5, at);
    assert_int_equal(wait_for("binh", "", at), HOUR_MS);
    // Who gets in has all tries again, and short locks.
    at += HOUR_MS;
    assert_right(at);
    fail_times("binh", "", 5, at);
    assert_int_equal(wait_for("binh", "", at), 5 * MINUTE_MS);
}

static void test_a_day_forgets_wrong_tries(void **state)
{
    (void)state;
    fail_times("binh", "", 4, now);
    fail_times("binh", "", 4, now + 24 * HOUR_MS);
    assert_int_equal(wait_for("binh", "", now + 24 * HOUR_MS), 0);
    fail_times("binh", "", 1, now + 24 * HOUR_MS);
    assert_int_equal(wait_for("binh", "", now + 24 * HOUR_MS), 5 * MINUTE_MS);
}

// Four tries each for five names: the twentieth is the address's last.
static void test_twenty_wrong_tries_lock_an_address(void **state)
{
    (void)state;
    static const char *const names[] = {"an", "binh", "chi", "dung", "em"};
    add("binh", PERSON_OFFICE, "");
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(wait_for("binh", "10.0.0.7", now), 0);
        fail_times(names[i], "10.0.0.7", 4, now);
    }
    assert_int_equal(wait_for("someone.else", "10.0.0.7", now), 5 * MINUTE_MS);
    assert_int_equal(try_at("binh", "10.0.0.7", HASH("A"), 1, now, NULL),
                     SIGN_IN_LOCKED);
    // From elsewhere the name is open.
    assert_int_equal(try_at("binh", "10.0.0.8", HASH("A"), 1, now, NULL),
                     SIGN_IN_DONE);
    // The right password forgives the name, not the address.
    assert_int_equal(wait_for("binh", "10.0.0.7", now), 5 * MINUTE_MS);
}

// A lock from a clock that was ten years ahead does not hold for ten years.
static void test_a_lock_from_the_future_does_not_hold(void **state)
{
    (void)state;
    fail_times("binh", "", 5, now + INT64_C(3650) * 24 * HOUR_MS);
    assert_int_equal(wait_for("binh", "", now), 0);
}

static bool write_down(void *ctx, const struct audit_entry *entry)
{
    struct buf *out = ctx;
    buf_printf(out, "%s|%s|%s|%s\n", entry->who, entry->action, entry->target,
               entry->detail);
    return true;
}

// Newest first; a name that nobody has is not written down, for it may be a
// password.
static void test_the_audit_trail_tells_all(void **state)
{
    struct buf trail = {0};
    struct office_person person;
    (void)state;
    add("binh", PERSON_OFFICER, "cb-07");
    assert_int_equal(office_find_person(made.office, "binh", &person, NULL),
                     OFFICE_OK);
    fail_times("my-secret", "10.0.0.7", 1, now);
    fail_times("binh", "10.0.0.7", 5, now);
    assert_right(now + 5 * MINUTE_MS);
    assert_int_equal(office_end_session(made.office, token(1), &person, now),
                     OFFICE_OK);
    assert_int_equal(office_end_session(made.office, token(1), &person, now),
                     OFFICE_NONE);
    assert_int_equal(
        office_set_password(made.office, "binh", HASH("B"), "admin", now),
        OFFICE_OK);
    assert_int_equal(office_disable_person(made.office, "binh", "admin", now),
                     OFFICE_OK);
    assert_int_equal(office_disable_person(made.office, "binh", "admin", now),
                     OFFICE_OK);
    office_list_audit(made.office, write_down, &trail);
    assert_string_equal(buf_text(&trail),
                        "admin|person-disabled|binh|\n"
                        "admin|person-password|binh|\n"
                        "user binh|signed-out|binh|\n"
                        "user binh|signed-in|binh|10.0.0.7\n"
                        "nobody|sign-in-name-locked|binh|10.0.0.7\n"
                        "nobody|sign-in-failed|binh|10.0.0.7\n"
                        "nobody|sign-in-failed|binh|10.0.0.7\n"
                        "nobody|sign-in-failed|binh|10.0.0.7\n"
                        "nobody|sign-in-failed|binh|10.0.0.7\n"
                        "nobody|sign-in-failed|binh|10.0.0.7\n"
                        "nobody|sign-in-failed||10.0.0.7\n"
                        "admin|person-added|binh|officer\n");
    buf_free(&trail);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static enum office_change change(const char *name, enum office_person_role role,
                                 const char *officer)
{
    return office_change_person(
        made.office, &(struct office_person_change){.name = name,
                                                    .display = "Trần Văn Bình",
                                                    .role = role,
                                                    .officer = officer,
                                                    .who = "user quan",
                                                    .now = now});
}

static void test_the_last_admin_stays(void **state)
{
    bool is_last = false;
    (void)state;
    assert_int_equal(add("quan", PERSON_ADMIN, ""), PERSON_ADDED);
    assert_int_equal(add("an", PERSON_OFFICE, ""), PERSON_ADDED);
    assert_int_equal(office_is_last_admin(made.office, "quan", &is_last),
                     OFFICE_OK);
    assert_true(is_last);
    assert_int_equal(office_is_last_admin(made.office, "an", &is_last),
                     OFFICE_OK);
    assert_false(is_last);
    assert_int_equal(change("quan", PERSON_OFFICE, ""), PERSON_LAST_ADMIN);
    assert_int_equal(change("an", PERSON_ADMIN, ""), PERSON_CHANGED);
    assert_int_equal(office_is_last_admin(made.office, "quan", &is_last),
                     OFFICE_OK);
    assert_false(is_last);
    assert_int_equal(change("quan", PERSON_OFFICE, ""), PERSON_CHANGED);
    // One who may not sign in is no admin to rely on.
    assert_int_equal(add("hai", PERSON_ADMIN, ""), PERSON_ADDED);
    office_disable_person(made.office, "hai", "admin", now);
    assert_int_equal(change("an", PERSON_LEADER, ""), PERSON_LAST_ADMIN);
}

static void test_an_officers_code_stays_one_persons(void **state)
{
    (void)state;
    assert_int_equal(add("binh", PERSON_OFFICER, "cb-07"), PERSON_ADDED);
    assert_int_equal(add("an", PERSON_OFFICE, ""), PERSON_ADDED);
    assert_int_equal(change("an", PERSON_OFFICER, "cb-07"), PERSON_TAKEN);
    assert_int_equal(change("binh", PERSON_OFFICER, "cb-07"), PERSON_CHANGED);
    assert_int_equal(change("nobody", PERSON_OFFICE, ""), PERSON_MISSING);
    office_disable_person(made.office, "binh", "admin", now);
    assert_int_equal(change("an", PERSON_OFFICER, "cb-07"), PERSON_CHANGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sign_in_names),
        TEST(test_adding_finding_listing),
        TEST(test_what_does_not_fit_is_not_added),
        TEST(test_a_session_ends_idle_and_in_any_case),
        TEST(test_a_session_survives_a_restart),
        TEST(test_a_session_from_the_future_is_none),
        TEST(test_disabled_and_new_password_sign_out),
        TEST(test_enabled_again_signs_in),
        TEST(test_a_new_password_ends_a_lock),
        TEST(test_the_eleventh_session_ends_the_first),
        TEST(test_five_wrong_tries_lock_a_name),
        TEST(test_a_day_forgets_wrong_tries),
        TEST(test_twenty_wrong_tries_lock_an_address),
        TEST(test_a_lock_from_the_future_does_not_hold),
        TEST(test_the_audit_trail_tells_all),
        TEST(test_the_last_admin_stays),
        TEST(test_an_officers_code_stays_one_persons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// A scanner's keys against people's keys and garbage, and codes of dossiers.
#include "survey/scanner.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

// Types a text with so many milliseconds between two keys; what came out last,
// NULL: nothing.
static const char *type(struct scanner *scanner, const char *text, int gap_ms,
                        int64_t *now)
{
    const char *got = NULL, *code;
    for (; *text; text++) {
        *now += gap_ms;
        if (scanner_take(scanner, *text, *now, &code))
            got = code;
    }
    return got;
}

static void test_fast_keys_are_a_code(void **state)
{
    (void)state;
    struct scanner scanner;
    int64_t now = 1000;
    scanner_init(&scanner);
    assert_string_equal(type(&scanner, "H24.12-261123-0007\r", 3, &now),
                        "H24.12-261123-0007");
    now += 400;
    assert_string_equal(type(&scanner, "H24.12-261123-0008\n", 30, &now),
                        "H24.12-261123-0008");
}

// A pause of 250 ms, and for 150 of them nobody looked.
static void test_no_pause_is_made_by_who_looks_late(void **state)
{
    (void)state;
    struct scanner scanner;
    int64_t now = 1000;
    scanner_init(&scanner);
    type(&scanner, "H24.12-26", 3, &now);
    now += 247;
    scanner_overlook(&scanner, 150);
    assert_string_equal(type(&scanner, "1123-0007\r", 3, &now),
                        "H24.12-261123-0007");
    now += 400;
    type(&scanner, "H24.12-26", 3, &now);
    now += 247;
    scanner_overlook(&scanner, 149);
    assert_string_equal(type(&scanner, "1123-0008\r", 3, &now), "1123-0008");
}

static void test_people_and_garbage_are_none(void **state)
{
    (void)state;
    struct scanner scanner;
    static char flood[2000];
    int64_t now = 1000;
    scanner_init(&scanner);
    assert_null(type(&scanner, "H24.12-261123-0007\r", 180, &now));
    assert_null(type(&scanner, "abc\r", 3, &now)); // too short
    now += 400;
    assert_null(type(&scanner, "H24.12\x01-261123\r", 3, &now));
    memset(flood, '7', sizeof flood - 2);
    flood[sizeof flood - 2] = '\r';
    assert_null(type(&scanner, flood, 1, &now));
    // Neither harms the next one.
    now += 400;
    assert_string_equal(type(&scanner, "H24.12-261123-0007\r", 3, &now),
                        "H24.12-261123-0007");
    // What was typed slowly before it is forgotten.
    type(&scanner, "xyz", 200, &now);
    now += 150;
    assert_string_equal(type(&scanner, "H24.12-261123-0009\r", 3, &now),
                        "H24.12-261123-0009");
}

static void test_stuck_scanner_counts_once(void **state)
{
    (void)state;
    struct scanner scanner;
    int64_t now = 1000;
    int codes = 0;
    scanner_init(&scanner);
    for (int i = 0; i < 200; i++) { // a minute of it
        codes += type(&scanner, "H24.12-261123-0007\r", 2, &now) != NULL;
        now += 262;
    }
    assert_int_equal(codes, 1);
    now += 5000;
    assert_non_null(type(&scanner, "H24.12-261123-0007\r", 2, &now));
}

static void waste(struct scanner *scanner, const char *text, int64_t *now)
{
    for (; *text; text++)
        scanner_waste(scanner, *text, *now += 3);
}

// A paper that lies under the scanner during the whole question opens it once,
// not anew each time that nobody answers.
static void test_stuck_scanner_counts_once_over_a_question(void **state)
{
    (void)state;
    struct scanner scanner;
    int64_t now = 1000;
    scanner_init(&scanner);
    assert_non_null(type(&scanner, "H24.12-261123-0007\r", 3, &now));
    for (int i = 0; i < 30; i++) { // a minute of it
        now += 2000;
        waste(&scanner, "H24.12-261123-0007\r", &now);
    }
    now += 2000;
    assert_null(type(&scanner, "H24.12-261123-0007\r", 3, &now));
    // Whoever comes next was only waited with.
    now += 1000;
    waste(&scanner, "H24.12-261123-0008\r", &now);
    now += 1000;
    assert_non_null(type(&scanner, "H24.12-261123-0008\r", 3, &now));
    // And once the paper was away it is a scan again.
    now += 6000;
    waste(&scanner, "H24.12-261123-0008\r", &now);
    now += 1000;
    assert_non_null(type(&scanner, "H24.12-261123-0008\r", 3, &now));
}

static void test_forms_of_dossiers(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        enum dossier_form form;
    } cases[] = {{"000.00.12.H24-261123-0007", DOSSIER_REGULAR},
                 {"H24.12-261123-0007", DOSSIER_REGULAR},
                 {"000.25.15.H57-240229-12345", DOSSIER_REGULAR},
                 {"H24.12-260229-0007", DOSSIER_UNUSUAL}, // no such day
                 {"H24.12-261123", DOSSIER_UNUSUAL},
                 {"h24.12-261123-0007", DOSSIER_UNUSUAL},
                 {"HS/2026/00123", DOSSIER_UNUSUAL},
                 {"12345678", DOSSIER_UNUSUAL},
                 {"https://vi.du/x", DOSSIER_NONE},
                 {"ABCDEF", DOSSIER_NONE}, // no digit
                 {"A 1 B 2", DOSSIER_NONE},
                 {"12", DOSSIER_NONE}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (dossier_form(cases[i].code) != cases[i].form)
            fail_msg("%s: %d", cases[i].code, dossier_form(cases[i].code));
}

// The end of a code that began where none is wanted is no code; the next whole
// one is.
static void test_the_rest_of_a_wasted_code_is_none(void **state)
{
    (void)state;
    struct scanner scanner;
    int64_t now = 1000;
    scanner_init(&scanner);
    for (const char *c = "H24.12-26"; *c; c++)
        scanner_waste(&scanner, *c, now += 3);
    assert_null(type(&scanner, "1123-0007\r", 3, &now));
    assert_string_equal(type(&scanner, "H24.12-261123-0008\r", 3, &now),
                        "H24.12-261123-0008");
    // A whole code that was wasted leaves nothing behind, also when the next
    // one follows at once.
    now += 6000;
    for (const char *c = "H24.12-261123-0007\r"; *c; c++)
        scanner_waste(&scanner, *c, now += 3);
    assert_string_equal(type(&scanner, "H24.12-261123-0009\r", 3, &now),
                        "H24.12-261123-0009");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fast_keys_are_a_code),
        cmocka_unit_test(test_no_pause_is_made_by_who_looks_late),
        cmocka_unit_test(test_people_and_garbage_are_none),
        cmocka_unit_test(test_the_rest_of_a_wasted_code_is_none),
        cmocka_unit_test(test_stuck_scanner_counts_once),
        cmocka_unit_test(test_stuck_scanner_counts_once_over_a_question),
        cmocka_unit_test(test_forms_of_dossiers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

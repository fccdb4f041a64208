// Mail of what the server makes by itself: of several servers one sends it.
#include "office/papers.h"
#include "support/office_maker.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { MINUTE_MS = 60000 };
static const int64_t MADE_AT = INT64_C(1795993200000);

static void test_one_of_two_servers_sends_a_mail(void **state)
{
    const struct paper made = {.kind = PAPER_DAY,
                               .number = 20786,
                               .name = "ngay-2026-11-29",
                               .made_at = MADE_AT,
                               .mail = PAPER_WAITS,
                               .next_at = MADE_AT};
    struct made_office own;
    struct paper here, there;
    int64_t until = MADE_AT + 10 * MINUTE_MS;
    (void)state;
    made_office_open(&own);
    assert_int_equal(office_add_paper(own.office, &made), OFFICE_OK);
    // Both have found it before either claims it.
    assert_int_equal(office_next_mail(own.office, MADE_AT, &here), OFFICE_OK);
    there = here;
    assert_int_equal(office_claim_mail(own.office, &here, until), OFFICE_OK);
    assert_int_equal(office_claim_mail(own.office, &there, until), OFFICE_NONE);
    assert_int_equal(office_next_mail(own.office, until - 1, &there),
                     OFFICE_NONE);
    // The one that claimed it has ended without a word: another one may.
    assert_int_equal(office_next_mail(own.office, until, &there), OFFICE_OK);
    assert_int_equal(
        office_claim_mail(own.office, &there, until + 10 * MINUTE_MS),
        OFFICE_OK);
    there.mail = PAPER_SENT;
    assert_int_equal(office_keep_mail(own.office, &there, until), OFFICE_OK);
    assert_int_equal(
        office_next_mail(own.office, until + 60 * MINUTE_MS, &there),
        OFFICE_NONE);
    made_office_close(&own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_of_two_servers_sends_a_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

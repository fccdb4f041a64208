// What a counter was told to have completed lately: in which order, how many,
// for how long.
#include "server/recent.h"
#include "support/check.h"
#include <stdio.h>
#include <string.h>

enum { MINUTE = 60 * 1000 };
static const int64_t NOW = 1795917600000;

static void add(struct recent *recent, const char *counter, const char *code,
                const char *step, int64_t done_at, int64_t now)
{
    struct transaction transaction;
    transaction_init(&transaction);
    snprintf(transaction.code, sizeof transaction.code, "%s", code);
    snprintf(transaction.texts[TRANSACTION_COUNTER], TRANSACTION_TEXT_SIZE,
             "%s", counter);
    snprintf(transaction.texts[TRANSACTION_STEP], TRANSACTION_TEXT_SIZE, "%s",
             step);
    transaction.done_at = done_at;
    recent_add(recent, &transaction, now);
}

static bool note(void *ctx, const struct transaction *transaction)
{
    char *noted = ctx;
    strcat(noted, transaction->code);
    strcat(noted, " ");
    return true;
}

static void expect(struct recent *recent, const char *counter, int64_t now,
                   const char *wanted)
{
    char noted[4096] = "";
    recent_list(recent, counter, now, note, noted);
    assert_string_equal(noted, wanted);
}

static void test_recent_last_end_first(void **state)
{
    struct recent *recent = recent_open();
    (void)state;
    add(recent, "3", "A", "", NOW - 2 * MINUTE, NOW);
    add(recent, "3", "C", "", NOW, NOW);
    add(recent, "4", "D", "", NOW, NOW);
    add(recent, "3", "B", "", NOW - MINUTE, NOW);
    add(recent, "", "nowhere", "", NOW, NOW);
    expect(recent, "3", NOW, "C B A ");
    expect(recent, "4", NOW, "D ");
    expect(recent, "", NOW, "");
    recent_close(recent);
}

static void test_recent_told_again(void **state)
{
    struct recent *recent = recent_open();
    (void)state;
    add(recent, "3", "A", "tiep-nhan", NOW - 3 * MINUTE, NOW);
    add(recent, "3", "B", "tiep-nhan", NOW - 2 * MINUTE, NOW);
    add(recent, "3", "A", "tra-ket-qua", NOW - MINUTE, NOW);
    expect(recent, "3", NOW, "A B A ");
    // A correction: the work ended later, and at another counter.
    add(recent, "4", "A", "tiep-nhan", NOW, NOW);
    expect(recent, "3", NOW, "A B ");
    expect(recent, "4", NOW, "A ");
    recent_close(recent);
}

static void test_recent_ends_after_two_hours(void **state)
{
    struct recent *recent = recent_open();
    (void)state;
    add(recent, "3", "old", "", NOW - 120 * MINUTE, NOW);
    add(recent, "3", "A", "", NOW - 119 * MINUTE, NOW);
    add(recent, "3", "B", "", NOW, NOW);
    expect(recent, "3", NOW, "B A ");
    expect(recent, "3", NOW + MINUTE, "B ");
    expect(recent, "3", NOW + 120 * MINUTE, "");
    recent_close(recent);
}

static void test_recent_is_bounded(void **state)
{
    char counter[8], code[8], wanted[256] = "", all[4096] = "";
    struct recent *recent = recent_open();
    (void)state;
    for (int i = 1; i <= 25; i++) {
        snprintf(code, sizeof code, "%02d", i);
        add(recent, "3", code, "", NOW - 100 * MINUTE + i * MINUTE, NOW);
    }
    // Twenty, without 01 to 05; one that ended before all takes no place.
    add(recent, "3", "00", "", NOW - 100 * MINUTE, NOW);
    for (int i = 25; i > 5; i--) {
        snprintf(code, sizeof code, "%02d ", i);
        strcat(wanted, code);
    }
    expect(recent, "3", NOW, wanted);
    // 640 others that ended later leave nothing of it.
    for (int i = 0; i < RECENT_MOST; i++) {
        snprintf(counter, sizeof counter, "c%d", i / RECENT_OF_COUNTER);
        snprintf(code, sizeof code, "%d", i);
        add(recent, counter, code, "", NOW, NOW);
    }
    expect(recent, "3", NOW, "");
    recent_list(recent, "c0", NOW, note, all);
    assert_int_equal(strncmp(all, "19 18 ", 6), 0);
    recent_close(recent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recent_last_end_first),
        cmocka_unit_test(test_recent_told_again),
        cmocka_unit_test(test_recent_ends_after_two_hours),
        cmocka_unit_test(test_recent_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Feeds every seed, and with them every finding that was fixed, to the fuzz
// targets. A rule that does not hold ends the program, as under libFuzzer.
#include "common/buf.h"
#include "common/file.h"
#include "support/check.h"
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int target(const uint8_t *data, size_t size);
target fuzz_answer, fuzz_answers, fuzz_batch, fuzz_carry, fuzz_comment,
    fuzz_config, fuzz_cookie, fuzz_enrol, fuzz_fields, fuzz_form, fuzz_gzip,
    fuzz_hours, fuzz_http, fuzz_i18n, fuzz_invitation, fuzz_invitations,
    fuzz_period, fuzz_record, fuzz_report, fuzz_ring, fuzz_scanner,
    fuzz_setting, fuzz_survey, fuzz_telex, fuzz_token, fuzz_transactions,
    fuzz_word;

enum { SEED_MAX = 1 << 20 };

// In memory of exactly its size, so that one byte too many is seen.
static void feed(target *run, const char *path)
{
    struct buf bytes = {0};
    if (!file_read(path, SEED_MAX, &bytes))
        fail_msg("%s cannot be read", path);
    uint8_t *exact = malloc(bytes.size ? bytes.size : 1);
    assert_non_null(exact);
    memcpy(exact, buf_text(&bytes), bytes.size);
    printf("%s\n", path);
    assert_int_equal(run(exact, bytes.size), 0);
    free(exact);
    buf_free(&bytes);
}

static void feed_all(target *run, const char *name)
{
    char folder[512], path[1024];
    struct dirent *entry;
    int count = 0;
    snprintf(folder, sizeof folder, "%s/tests/fuzz/seeds/%s", TEST_SOURCE,
             name);
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        assert_true(file_join(path, sizeof path, folder, entry->d_name));
        feed(run, path);
        count++;
    }
    closedir(dir);
    assert_true(count > 0);
    run((const uint8_t *)"", 0);
}

#define TEST(name)                                                             \
    static void test_##name(void **state)                                      \
    {                                                                          \
        (void)state;                                                           \
        feed_all(fuzz_##name, #name);                                          \
    }
TEST(answer)
TEST(answers)
TEST(batch)
TEST(carry)
TEST(comment)
TEST(config)
TEST(cookie)
TEST(enrol)
TEST(fields)
TEST(form)
TEST(gzip)
TEST(hours)
TEST(http)
TEST(i18n)
TEST(invitation)
TEST(invitations)
TEST(period)
TEST(record)
TEST(report)
TEST(ring)
TEST(scanner)
TEST(setting)
TEST(survey)
TEST(telex)
TEST(token)
TEST(transactions)
TEST(word)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answer),     cmocka_unit_test(test_answers),
        cmocka_unit_test(test_batch),      cmocka_unit_test(test_carry),
        cmocka_unit_test(test_comment),    cmocka_unit_test(test_config),
        cmocka_unit_test(test_cookie),     cmocka_unit_test(test_enrol),
        cmocka_unit_test(test_fields),     cmocka_unit_test(test_form),
        cmocka_unit_test(test_gzip),       cmocka_unit_test(test_hours),
        cmocka_unit_test(test_http),       cmocka_unit_test(test_i18n),
        cmocka_unit_test(test_invitation), cmocka_unit_test(test_invitations),
        cmocka_unit_test(test_period),     cmocka_unit_test(test_record),
        cmocka_unit_test(test_report),     cmocka_unit_test(test_ring),
        cmocka_unit_test(test_scanner),    cmocka_unit_test(test_setting),
        cmocka_unit_test(test_survey),     cmocka_unit_test(test_telex),
        cmocka_unit_test(test_token),      cmocka_unit_test(test_transactions),
        cmocka_unit_test(test_word)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

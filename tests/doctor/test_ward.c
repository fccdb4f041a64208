// What the doctor says of a ward's server: of each fact one verdict, and of all
// that is not well what to do, in both languages.
#include "common/file.h"
#include "doctor/ward.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const int64_t NOW = INT64_C(1796000000000);
static const int64_t DAY = 24 * 3600 * 1000;
static struct i18n *texts;

static int open_texts(void **state)
{
    struct buf message = {0};
    char path[PATH_MAX];
    (void)state;
    assert_true(file_find_asset("i18n", path, sizeof path));
    texts = i18n_open(path, &message);
    assert_non_null(texts);
    return 0;
}

static int close_texts(void **state)
{
    (void)state;
    i18n_close(texts);
    return 0;
}

static struct ward_facts well(void)
{
    return (struct ward_facts){.now = NOW,
                               .database_reads = true,
                               .program_runs = true,
                               .certificate_until = NOW + 90 * DAY,
                               .clock_believed = true,
                               .clock_synced = true,
                               .disk_free_bytes = INT64_C(60000000000),
                               .enrolled_at = NOW - 400 * DAY,
                               .backup_at = NOW - DAY,
                               .active_devices = 5};
}

static void expect(const struct ward_facts *facts, enum ward_check check,
                   enum doctor_verdict verdict, const char *says)
{
    struct ward_line lines[WARD_CHECK_COUNT];
    for (int language = 0; language < I18N_LANGUAGE_COUNT; language++) {
        ward_judge(facts, texts, (enum i18n_language)language, lines);
        for (int i = 0; i < WARD_CHECK_COUNT; i++) {
            bool is_well = lines[i].verdict == DOCTOR_PASS ||
                           lines[i].verdict == DOCTOR_SKIP;
            assert_int_equal(lines[i].check, i);
            assert_true(lines[i].says.size > 0);
            assert_int_equal(lines[i].advice.size == 0, is_well);
            // A text that is missing is shown by its id.
            assert_null(strstr(buf_text(&lines[i].says), "doctor."));
            assert_true(is_well ||
                        !strstr(buf_text(&lines[i].advice), "doctor.ward"));
        }
        assert_int_equal(lines[check].verdict, verdict);
        if (language == I18N_VI)
            assert_non_null(strstr(buf_text(&lines[check].says), says));
        ward_free(lines);
    }
}

static void test_ward_that_is_well(void **state)
{
    struct ward_facts facts = well();
    (void)state;
    for (int check = 0; check < WARD_CHECK_COUNT; check++)
        expect(&facts, (enum ward_check)check, DOCTOR_PASS, "");
    facts.certificate_until = 0;
    expect(&facts, WARD_CERTIFICATE, DOCTOR_PASS, "không dùng");
}

static void test_ward_that_does_not_serve(void **state)
{
    struct ward_facts facts = well();
    (void)state;
    facts.database_reads = false;
    expect(&facts, WARD_DATABASE, DOCTOR_FAIL, "không đọc được");
    expect(&facts, WARD_DEVICES, DOCTOR_SKIP, "");
    facts = well();
    facts.open_files = true;
    expect(&facts, WARD_DATABASE, DOCTOR_FAIL, "người dùng khác");
    facts = well();
    facts.stores_nothing = true;
    expect(&facts, WARD_PROGRAM, DOCTOR_FAIL, "không ghi được phiếu");
    facts = well();
    facts.program_runs = false;
    expect(&facts, WARD_PROGRAM, DOCTOR_FAIL, "không chạy");
    expect(&facts, WARD_CERTIFICATE, DOCTOR_SKIP, "");
    facts = well();
    facts.on_postgres = true;
    expect(&facts, WARD_DISK, DOCTOR_PASS, "ổ của PostgreSQL");
    facts.program_runs = false;
    // A server whose database is away at its start has let go of its lock.
    facts.on_postgres = true;
    expect(&facts, WARD_PROGRAM, DOCTOR_FAIL, "không chạy");
    facts.database_reads = false;
    expect(&facts, WARD_PROGRAM, DOCTOR_FAIL, "đang chờ cơ sở dữ liệu");
}

static void test_ward_whose_certificate_ends(void **state)
{
    struct ward_facts facts = well();
    (void)state;
    facts.certificate_until = NOW + 20 * DAY;
    expect(&facts, WARD_CERTIFICATE, DOCTOR_WARN, "sắp hết hạn");
    facts.certificate_until = NOW;
    expect(&facts, WARD_CERTIFICATE, DOCTOR_FAIL, "đã hết hạn");
}

static void test_ward_whose_machine_runs_out(void **state)
{
    struct ward_facts facts = well();
    (void)state;
    facts.clock_synced = false;
    expect(&facts, WARD_CLOCK, DOCTOR_WARN, "chưa đồng bộ");
    facts.clock_believed = false;
    expect(&facts, WARD_CLOCK, DOCTOR_FAIL, "sai giờ");
    facts = well();
    facts.disk_free_bytes = INT64_C(4999000000);
    expect(&facts, WARD_DISK, DOCTOR_WARN, "4.999 MB");
    facts.disk_free_bytes = INT64_C(499000000);
    expect(&facts, WARD_DISK, DOCTOR_FAIL, "499 MB");
    facts.disk_free_bytes = -1;
    expect(&facts, WARD_DISK, DOCTOR_FAIL, "không đọc được");
}

static void test_ward_without_a_backup(void **state)
{
    struct ward_facts facts = well();
    (void)state;
    facts.backup_at = NOW - 3 * DAY;
    expect(&facts, WARD_BACKUP, DOCTOR_FAIL, "đã cũ");
    facts.backup_at = 0;
    expect(&facts, WARD_BACKUP, DOCTOR_FAIL, "chưa có");
    facts.enrolled_at = NOW - DAY; // there was no night yet
    expect(&facts, WARD_BACKUP, DOCTOR_WARN, "chưa có");
}

static void test_ward_whose_devices_are_missed(void **state)
{
    struct ward_facts facts = well();
    (void)state;
    facts.silent_devices = 2;
    snprintf(facts.silent_counters, sizeof facts.silent_counters, "3, 7");
    expect(&facts, WARD_DEVICES, DOCTOR_WARN, "2 thiết bị im lặng");
    expect(&facts, WARD_DEVICES, DOCTOR_WARN, "quầy 3, 7");
    facts.missing_lines = 12;
    expect(&facts, WARD_LINES, DOCTOR_WARN, "thiếu 12 dòng");
    facts.flags = 1;
    expect(&facts, WARD_LINES, DOCTOR_WARN, "1 cờ");
    facts.active_devices = 0;
    expect(&facts, WARD_DEVICES, DOCTOR_WARN, "chưa có thiết bị");
}

static void test_ward_on_postgresql_has_backups_of_its_own(void **state)
{
    struct ward_facts facts = well();
    (void)state;
    facts.backup_at = 0;
    expect(&facts, WARD_BACKUP, DOCTOR_FAIL, "chưa có bản nào");
    facts.on_postgres = true;
    expect(&facts, WARD_BACKUP, DOCTOR_PASS, "pg_dump");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ward_on_postgresql_has_backups_of_its_own),
        cmocka_unit_test(test_ward_that_is_well),
        cmocka_unit_test(test_ward_that_does_not_serve),
        cmocka_unit_test(test_ward_whose_certificate_ends),
        cmocka_unit_test(test_ward_whose_machine_runs_out),
        cmocka_unit_test(test_ward_without_a_backup),
        cmocka_unit_test(test_ward_whose_devices_are_missed)};
    return cmocka_run_group_tests(tests, open_texts, close_texts);
}

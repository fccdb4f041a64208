// Buffers, dates, times, ids, files and JSON, by what their users rely on.
#include "common/buf.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/ids.h"
#include "common/json.h"
#include "common/log.h"
#include "support/check.h"
#include "support/scratch.h"
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void test_buf_grows_and_ends_with_nul(void **state)
{
    (void)state;
    struct buf buf = {0};
    assert_string_equal(buf_text(&buf), "");
    for (int i = 0; i < 1000; i++)
        buf_printf(&buf, "%d,", i);
    // 10 × 2 + 90 × 3 + 900 × 4 characters.
    assert_int_equal(buf.size, 3890);
    assert_int_equal(strlen(buf_text(&buf)), 3890);
    char *taken = buf_take(&buf);
    assert_memory_equal(taken, "0,1,2,", 6);
    assert_int_equal(buf.size, 0);
    free(taken);
}

static void test_buf_remembers_a_failed_append(void **state)
{
    (void)state;
    struct buf buf = {0};
    buf_append_text(&buf, "kept");
    assert_null(buf_reserve(&buf, SIZE_MAX - 2));
    buf_append_text(&buf, "more");
    assert_false(buf_ok(&buf));
    assert_string_equal(buf_text(&buf), "kept");
    assert_null(buf_take(&buf));
}

static void test_date_known_days(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int32_t day; // from `date -d TEXT +%s` / 86400
        int weekday;
    } days[] = {{"1970-01-01", 0, 4},     {"2000-02-29", 11016, 2},
                {"2026-11-23", 20780, 1}, {"1969-12-31", -1, 3},
                {"2100-03-01", 47541, 1}, {"2024-02-29", 19782, 4}};
    for (size_t i = 0; i < sizeof days / sizeof *days; i++) {
        int32_t day;
        char back[DATE_ISO_SIZE];
        assert_true(date_parse_iso(days[i].text, &day));
        assert_int_equal(day, days[i].day);
        assert_int_equal(date_weekday(day), days[i].weekday);
        date_format_iso(day, back);
        assert_string_equal(back, days[i].text);
    }
}

static void test_date_refuses_what_is_no_day(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "2026-02-29", "2100-02-29", "2026-13-01",  "2026-00-10", "2026-04-31",
        "2026-11-2",  "26-11-23",   "2026-11-23 ", "2026/11/23", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int32_t day = 7;
        assert_false(date_parse_iso(bad[i], &day));
        assert_int_equal(day, 7);
    }
}

static void test_date_every_day_of_800_years_comes_back(void **state)
{
    (void)state;
    struct date before = date_from_day(-150000);
    for (int32_t day = -149999; day < 150000; day++) {
        struct date date = date_from_day(day);
        assert_int_equal(date_to_day(date), day);
        bool next = date.day == before.day + 1 && date.month == before.month;
        bool turn = date.day == 1 &&
                    before.day == date_days_in_month(before.year, before.month);
        assert_true(next || turn);
        before = date;
    }
}

static void test_clock_text_and_back(void **state)
{
    (void)state;
    char text[CLOCK_ISO_SIZE];
    int64_t ms;
    // 2026-11-23T02:15:02.120Z, from `date -u -d … +%s`.
    clock_format(1795400102120, text);
    assert_string_equal(text, "2026-11-23T09:15:02.120+07:00");
    assert_true(clock_parse(text, strlen(text), &ms));
    assert_int_equal(ms, 1795400102120);
    assert_true(clock_parse("2026-11-23T02:15:02.12Z", 23, &ms));
    assert_int_equal(ms, 1795400102120);
    assert_true(clock_parse("2026-11-22T21:15:02-05:00", 25, &ms));
    assert_int_equal(ms, 1795400102000);
    // A clock that was never set, and the last millisecond of a day.
    clock_format(-25200001, text);
    assert_string_equal(text, "1969-12-31T23:59:59.999+07:00");
    clock_format(INT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59.999+07:00");
}

// Over full seconds too: nothing waits on more than 999,999,999 nanoseconds.
static void test_clock_tells_until_when(void **state)
{
    (void)state;
    for (int64_t ms = 0; ms < 3000; ms += 7) {
        int64_t before = clock_mono_us();
        struct timespec until = clock_mono_in(ms);
        int64_t us = until.tv_sec * INT64_C(1000000) + until.tv_nsec / 1000;
        assert_in_range(until.tv_nsec, 0, 999999999);
        assert_in_range(us, before + ms * 1000, clock_mono_us() + ms * 1000);
    }
}

// Made otherwise it would be waited for by the wall clock, which is decades
// ahead of the machine's: not at all.
static void test_clock_makes_conditions_that_wait(void **state)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond;
    (void)state;
    clock_cond_init(&cond);
    int64_t before = clock_mono_us();
    struct timespec until = clock_mono_in(50);
    pthread_mutex_lock(&mutex);
    while (pthread_cond_timedwait(&cond, &mutex, &until) == 0) {
    }
    pthread_mutex_unlock(&mutex);
    assert_true(clock_mono_us() - before >= 50 * 1000);
    pthread_cond_destroy(&cond);
}

static void test_clock_refuses_loose_times(void **state)
{
    (void)state;
    static const char *const bad[] = {"2026-11-23T09:15:02",
                                      "2026-11-23 09:15:02Z",
                                      "2026-11-23T24:00:00Z",
                                      "2026-11-31T09:15:02Z",
                                      "2026-11-23T09:15:02.Z",
                                      "2026-11-23T09:15:02Zx",
                                      "2026-11-23T09:15:02.1234567890Z",
                                      "2026-11-23T09:15:02+0700",
                                      ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t ms;
        assert_false(clock_parse(bad[i], strlen(bad[i]), &ms));
    }
}

static void test_ids_have_their_form(void **state)
{
    (void)state;
    char one[ID_SIZE], two[ID_SIZE];
    unsigned char bytes[16];
    id_new_v7(0x0123456789ab, one);
    id_new_v4(two);
    assert_true(id_is_valid(one, 36));
    assert_memory_equal(one, "01234567-89ab-7", 15);
    assert_int_equal(two[14], '4');
    assert_non_null(strchr("89ab", two[19]));
    assert_true(id_to_bytes(one, bytes));
    id_from_bytes(bytes, two);
    assert_string_equal(one, two);
    assert_false(id_is_valid("01234567-89AB-7000-8000-000000000000", 36));
    assert_false(id_is_valid("0123456789ab-7000-8000-0000000000000", 36));
    assert_false(id_is_valid(one, 35));
}

static void test_ids_of_later_times_sort_later(void **state)
{
    (void)state;
    char before[ID_SIZE], after[ID_SIZE];
    id_new_v7(1795400102120, before);
    for (int i = 1; i < 200; i++) {
        id_new_v7(1795400102120 + i, after);
        assert_true(strcmp(before, after) < 0);
        memcpy(before, after, sizeof before);
    }
}

static void test_hex_there_and_back(void **state)
{
    (void)state;
    unsigned char bytes[4] = {1, 2, 3, 4};
    char text[9];
    hex_encode("\x00\x7f\xa0\xff", 4, text);
    assert_string_equal(text, "007fa0ff");
    assert_true(hex_decode("DeadBEEF", 8, bytes, 4));
    assert_memory_equal(bytes, "\xde\xad\xbe\xef", 4);
    assert_false(hex_decode("DeadBEE", 7, bytes, 4));
    assert_false(hex_decode("0000000g", 8, bytes, 4));
    assert_false(hex_decode("0000000000", 10, bytes, 4));
    assert_memory_equal(bytes, "\xde\xad\xbe\xef", 4);
}

static void test_file_replace_keeps_old_or_new(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[128];
    struct buf text = {0};
    struct stat st;
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "secret"));
    assert_true(file_replace(path, "old", 3, 0600));
    assert_true(file_replace(path, "newer", 5, 0600));
    assert_true(file_read(path, 100, &text));
    assert_string_equal(buf_text(&text), "newer");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    buf_clear(&text);
    assert_false(file_read(path, 4, &text));
    assert_int_equal(errno, EFBIG);
    // Nothing else is left beside it.
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    buf_free(&text);
}

static void test_file_directories_are_made_private(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[160];
    struct stat st;
    scratch_make(folder);
    snprintf(path, sizeof path, "%s/a/b/", folder);
    assert_true(file_make_directory(path));
    assert_true(file_make_directory(path));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/a", folder);
    assert_int_equal(rmdir(path), 0);
    assert_true(file_replace(path, "", 0, 0644));
    assert_false(file_make_directory(path));
    assert_int_equal(errno, ENOTDIR);
    char small[8] = "";
    assert_false(file_join(small, sizeof small, "1234", "567"));
    assert_true(file_join(small, sizeof small, "123/", "567"));
    assert_string_equal(small, "123/567");
    scratch_remove(folder);
}

static void test_file_asset_is_found_where_told(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[160], expected[160];
    scratch_make(folder);
    assert_true(file_join(expected, sizeof expected, folder, "only-here.txt"));
    assert_true(file_replace(expected, "x", 1, 0644));
    assert_int_equal(setenv("HAILONG_ASSETS", folder, 1), 0);
    assert_true(file_find_asset("only-here.txt", path, sizeof path));
    assert_string_equal(path, expected);
    assert_false(file_find_asset("nowhere.txt", path, sizeof path));
    assert_int_equal(errno, ENOENT);
    scratch_remove(folder);
}

static void must_lead_to(const char *written, const char *place)
{
    char *found = file_place(written);
    assert_string_equal(found, place);
    free(found);
}

// /one is there, /link leads to it; what is below is not there yet.
static void test_file_place_is_one_however_written(void **state)
{
    char folder[SCRATCH_SIZE], path[PATH_MAX], link[PATH_MAX], place[PATH_MAX];
    (void)state;
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "one"));
    assert_true(file_join(link, sizeof link, folder, "link"));
    assert_true(file_make_directory(path));
    assert_int_equal(symlink("one", link), 0);
    must_lead_to(path, path);
    must_lead_to(link, path);
    assert_true(file_join(place, sizeof place, path, "a/b"));
    const char *const ways[] = {"one/a/b", "one//a/./b/", "link/a/c/../b",
                                "one/../link/a/b"};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char way[PATH_MAX];
        assert_true(file_join(way, sizeof way, folder, ways[i]));
        must_lead_to(way, place);
    }
    must_lead_to("/none-such/../../none", "/none");
    must_lead_to("/", "/");
    char here[PATH_MAX];
    assert_non_null(getcwd(here, sizeof here));
    assert_true(file_join(place, sizeof place, here, "none-such/x"));
    must_lead_to("none-such/x", place);
    must_lead_to("./none-such//x", place);
    assert_int_equal(rmdir(path), 0);
    scratch_remove(folder);
}

static void test_file_lock_is_held_by_one(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE], path[128];
    scratch_make(folder);
    assert_true(file_join(path, sizeof path, folder, "lock"));
    int first = file_lock(path);
    assert_true(first >= 0);
    assert_int_equal(file_lock(path), -1);
    assert_int_equal(errno, EWOULDBLOCK);
    close(first);
    int again = file_lock(path);
    assert_true(again >= 0);
    close(again);
    scratch_remove(folder);
}

static void assert_refused(const char *bytes, size_t size, const char *why)
{
    char message[JSON_MESSAGE_SIZE] = "";
    assert_null(json_read(bytes, size, message));
    assert_holds(message, why);
}

static void test_json_refuses_what_foreign_bytes_bring(void **state)
{
    (void)state;
    assert_refused("{\"a\":1,\"a\":2}", 13, "duplicate");
    assert_refused("{\"a\":1}\n{}", 10, "line 2");
    assert_refused("{\"a\":\"\xff\"}", 9, "byte 0xff");
    assert_refused("{\"a\":1\0}", 8, "NUL byte at offset 6");
    assert_refused("[[[[[[[[[1]]]]]]]]]", 19, "deeper than 8");
    assert_refused("", 0, "line 1");
    char message[JSON_MESSAGE_SIZE];
    json_t *deep = json_read("[[[[[[[[\"[[[[\"]]]]]]]]", 22, message);
    assert_non_null(deep);
    json_decref(deep);
}

static void test_json_members_are_checked(void **state)
{
    (void)state;
    char message[JSON_MESSAGE_SIZE], small[4] = "xyz";
    static const char source[] = "{\"n\":5,\"t\":\"Phường\",\"b\":true,"
                                 "\"d\":\"2026-11-23\"}";
    json_t *object = json_read(source, sizeof source - 1, message);
    int64_t number = 0;
    bool flag = false;
    const char *text = NULL;
    assert_true(json_get_int(object, "n", &number));
    assert_int_equal(number, 5);
    assert_true(json_get_bool(object, "b", &flag) && flag);
    int32_t day = -1;
    assert_true(json_get_day(object, "d", &day));
    assert_int_equal(day, 20780); // 20,780 days after 1970-01-01
    assert_false(json_get_day(object, "t", &day));
    assert_false(json_get_day(object, "n", &day));
    assert_int_equal(day, 20780);
    assert_true(json_get_text(object, "t", &text));
    assert_false(json_get_text(object, "n", &text));
    assert_false(json_get_int(object, "none", &number));
    assert_false(json_copy_text(object, "t", small, sizeof small));
    assert_string_equal(small, "xyz");
    struct buf out = {0};
    assert_true(json_write(object, &out));
    assert_string_equal(buf_text(&out), source);
    buf_free(&out);
    json_decref(object);
}

static void keep_text(void *ctx, enum log_level level, const char *module,
                      const char *text)
{
    snprintf(ctx, 200, "%d %s %s", level, module, text);
}

static void test_log_levels(void **state)
{
    (void)state;
    char last[200] = "";
    enum log_level level;
    log_set_sink(keep_text, last);
    log_warn("store", "disk %d", 7);
    assert_string_equal(last, "2 store disk 7");
    log_debug("store", "not now");
    assert_string_equal(last, "2 store disk 7");
    log_set_sink(NULL, NULL);
    assert_true(log_parse_level("error", &level));
    assert_int_equal(level, LOG_ERROR);
    assert_false(log_parse_level("loud", &level));
}

static void test_log_line_is_one_line(void **state)
{
    (void)state;
    int ends[2], saved = dup(STDERR_FILENO);
    char line[300] = "", at[CLOCK_ISO_SIZE];
    int64_t ms;
    assert_int_equal(pipe(ends), 0);
    dup2(ends[1], STDERR_FILENO);
    log_error("sync", "%s", "đầy\nforged line\x1b[2J");
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(ends[1]);
    ssize_t got = read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    assert_true(got > CLOCK_ISO_SIZE);
    // The time, then the rest.
    memcpy(at, line, CLOCK_ISO_SIZE - 1);
    assert_true(clock_parse(at, CLOCK_ISO_SIZE - 1, &ms));
    assert_string_equal(line + CLOCK_ISO_SIZE - 1,
                        " error sync đầy\\nforged line\\x1b[2J\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buf_grows_and_ends_with_nul),
        cmocka_unit_test(test_buf_remembers_a_failed_append),
        cmocka_unit_test(test_date_known_days),
        cmocka_unit_test(test_date_refuses_what_is_no_day),
        cmocka_unit_test(test_date_every_day_of_800_years_comes_back),
        cmocka_unit_test(test_clock_text_and_back),
        cmocka_unit_test(test_clock_tells_until_when),
        cmocka_unit_test(test_clock_makes_conditions_that_wait),
        cmocka_unit_test(test_clock_refuses_loose_times),
        cmocka_unit_test(test_ids_have_their_form),
        cmocka_unit_test(test_ids_of_later_times_sort_later),
        cmocka_unit_test(test_file_replace_keeps_old_or_new),
        cmocka_unit_test(test_file_place_is_one_however_written),
        cmocka_unit_test(test_file_lock_is_held_by_one),
        cmocka_unit_test(test_json_refuses_what_foreign_bytes_bring),
        cmocka_unit_test(test_json_members_are_checked),
        cmocka_unit_test(test_log_levels),
        cmocka_unit_test(test_log_line_is_one_line),
        cmocka_unit_test(test_hex_there_and_back),
        cmocka_unit_test(test_file_directories_are_made_private),
        cmocka_unit_test(test_file_asset_is_found_where_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

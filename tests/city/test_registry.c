// The registry keeps what was changed, refuses what does not fit, and notices
// when somebody changed it behind its back.
#include "city/registry.h"
#include "ledger/digest.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/scratch.h"
#include "support/scratch_database.h"
#include <stdio.h>
#include <string.h>

static char folder[SCRATCH_SIZE], database[SCRATCH_URL_SIZE], path[PATH_MAX];
static struct registry *registry;

static int setup(void **state)
{
    (void)state;
    assert_true(ledger_init());
    scratch_make(folder);
    assert_true(registry_address(
        scratch_database_make(database) ? database : folder, path));
    assert_int_equal(registry_open(path, REGISTRY_WRITES, &registry), SQL_OK);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    registry_close(registry);
    scratch_database_drop(database);
    scratch_remove(folder);
    return 0;
}

// As somebody with the database would.
static enum sql_result tamper(const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    enum sql_result result = sql_run(sql, script);
    sql_close(sql);
    return result;
}

static bool add(const char *text, struct buf *message)
{
    char why[JSON_MESSAGE_SIZE];
    json_t *change = json_read(text, strlen(text), why);
    const json_t *changes[] = {change};
    assert_non_null(change);
    bool done =
        registry_add(registry, changes, 1, "user an", 1795399200000, message);
    json_decref(change);
    return done;
}

static const char CITY[] =
    "{\"do\":\"add\",\"unit\":\"H24\",\"kind\":\"city\","
    "\"name\":\"Thành phố Mẫu\",\"from\":\"2026-01-01\"}";
static const char WARD[] =
    "{\"do\":\"add\",\"unit\":\"H24.12\",\"kind\":\"ward\",\"parent\":\"H24\","
    "\"name\":\"Phường Bình Minh\",\"from\":\"2026-01-01\"}";

static void must(const char *text)
{
    struct buf message = {0};
    if (!add(text, &message)) {
        fail_msg("%s", buf_text(&message));
    }
}

static void test_registry_keeps_units(void **state)
{
    struct city_units units;
    struct buf message = {0};
    int64_t number = 0;
    (void)state;
    must(CITY);
    must(WARD);
    registry_close(registry);
    assert_int_equal(registry_open(path, REGISTRY_READS, &registry), SQL_OK);
    assert_int_equal(registry_read(registry, &units, &number, &message),
                     SQL_OK);
    assert_int_equal(number, 2);
    assert_int_equal(units.count, 2);
    assert_string_equal(city_name(city_find(&units, "H24.12"), 0),
                        "Phường Bình Minh");
    city_units_free(&units);
}

static void test_registry_keeps_nothing_of_what_it_refuses(void **state)
{
    struct buf message = {0};
    int64_t number = 0;
    char why[JSON_MESSAGE_SIZE];
    (void)state;
    must(CITY);
    // All or none: the ward fits, the second city does not.
    json_t *ward = json_read(WARD, strlen(WARD), why);
    json_t *city = json_read(CITY, strlen(CITY), why);
    const json_t *changes[] = {ward, city};
    assert_false(registry_add(registry, changes, 2, "user an", 1, &message));
    assert_non_null(strstr(buf_text(&message), "is there already"));
    assert_int_equal(registry_number(registry, &number), SQL_OK);
    assert_int_equal(number, 1);
    json_decref(ward);
    json_decref(city);
    buf_free(&message);
}

static void test_registry_notices_an_altered_change(void **state)
{
    struct city_units units;
    struct buf message = {0};
    int64_t number;
    (void)state;
    must(CITY);
    must(WARD);
    assert_int_equal(tamper(database[0] == '\0'
                                ? "DROP TRIGGER change_no_update"
                                : "GRANT UPDATE ON change TO CURRENT_USER"),
                     SQL_OK);
    assert_int_equal(
        tamper("UPDATE change SET body = replace(body, 'Minh', 'An')"
               " WHERE change_no = 2"),
        SQL_OK);
    assert_int_equal(registry_read(registry, &units, &number, &message),
                     SQL_CORRUPT);
    assert_non_null(strstr(buf_text(&message), "cannot be read: corrupt"));
    buf_free(&message);
}

static void test_registry_only_grows(void **state)
{
    (void)state;
    must(CITY);
    assert_int_equal(tamper("DELETE FROM change"), SQL_CLASH);
    assert_int_equal(tamper("UPDATE change SET who = 'user ba'"), SQL_CLASH);
}

static void test_registry_finds_books(void **state)
{
    struct city_unit ward = {.code = "H24.12"};
    char out[PATH_MAX];
    (void)state;
    assert_true(registry_directory("/srv/city", &ward, out));
    assert_string_equal(out, "/srv/city/wards/H24.12");
    strcpy(ward.book, "old/h24-12");
    assert_true(registry_directory("/srv/city", &ward, out));
    assert_string_equal(out, "/srv/city/old/h24-12");
    strcpy(ward.book, "/var/lib/hailong/server");
    assert_true(registry_directory("/srv/city", &ward, out));
    assert_string_equal(out, "/var/lib/hailong/server");
    assert_null(registry_url(&ward));
    strcpy(ward.book, "postgresql://db/hailong?schema=w_h24_12");
    assert_true(registry_directory("/srv/city", &ward, out));
    assert_string_equal(out, "/srv/city/wards/H24.12");
    assert_string_equal(registry_url(&ward), ward.book);
}

static void must_refuse(const char *text, const char *why)
{
    struct buf message = {0};
    assert_false(add(text, &message));
    if (!strstr(buf_text(&message), why)) {
        fail_msg("%s", buf_text(&message));
    }
    buf_free(&message);
}

// Two wards in one book would be counted as one, and never be told apart again.
static void test_registry_gives_each_unit_a_book_of_its_own(void **state)
{
    (void)state;
    must(CITY);
    must(WARD);
    must("{\"do\":\"book\",\"unit\":\"H24.12\",\"book\":"
         "\"postgresql://an:mot@db/hailong?schema=w_12\"}");
    must("{\"do\":\"add\",\"unit\":\"H24.13\",\"kind\":\"ward\","
         "\"parent\":\"H24\",\"name\":\"Phường Mẫu\",\"book\":\"a/13\","
         "\"from\":\"2026-01-01\"}");
    must_refuse("{\"do\":\"book\",\"unit\":\"H24.13\",\"book\":"
                "\"postgresql://ba:hai@db/hailong?schema=w_12\"}",
                "book: H24.12 has its book there");
    must("{\"do\":\"book\",\"unit\":\"H24.13\",\"book\":"
         "\"postgresql://ba:hai@db/hailong?schema=w_13\"}");
    must("{\"do\":\"book\",\"unit\":\"H24.13\",\"book\":\"a/13\"}");
    must_refuse("{\"do\":\"add\",\"unit\":\"H24.14\",\"kind\":\"ward\","
                "\"parent\":\"H24\",\"name\":\"Phường Thử\","
                "\"book\":\"a/13\",\"from\":\"2026-01-01\"}",
                "book: H24.13 has its book there");
    must_refuse("{\"do\":\"add\",\"unit\":\"H24.14\",\"kind\":\"ward\","
                "\"parent\":\"H24\",\"name\":\"Phường Thử\","
                "\"book\":\"./a//b/../13/\",\"from\":\"2026-01-01\"}",
                "book: H24.13 has its book there");
    must_refuse("{\"do\":\"book\",\"unit\":\"H24.13\",\"book\":"
                "\"postgresql://db/hailong?schema=W-13\"}",
                "book: nothing can be opened there");
}

static void give_book(const char *unit, const char *book, const char *why)
{
    struct buf text = {0};
    buf_printf(&text, "{\"do\":\"book\",\"unit\":\"%s\",\"book\":\"%s\"}", unit,
               book);
    if (why) {
        must_refuse(buf_text(&text), why);
    } else {
        must(buf_text(&text));
    }
    buf_free(&text);
}

// However an address is written, it leads where it leads.
static void test_registry_knows_a_book_by_any_address(void **state)
{
    static const char taken[] = "book: H24.12 has its book there";
    (void)state;
    must(CITY);
    must(WARD);
    must("{\"do\":\"add\",\"unit\":\"H24.13\",\"kind\":\"ward\","
         "\"parent\":\"H24\",\"name\":\"Phường Mẫu\",\"from\":\"2026-01-01\"}");
    give_book("H24.12", "postgresql://an@db/hailong?schema=w_12", NULL);
    give_book("H24.13", "postgresql://an@db:5432/hailong?schema=w_12", taken);
    give_book("H24.13", "postgresql:///hailong?host=db&schema=w_12", taken);
    give_book("H24.13", "postgres://an@db/hailong?sslmode=require&schema=w_12",
              taken);
    give_book("H24.13", "postgresql://an@db:5433/hailong?schema=w_12", NULL);
    // Two clusters on one machine, told apart by their sockets alone.
    give_book("H24.12", "postgresql:///hailong?host=/run/a&schema=w_12", NULL);
    give_book("H24.13", "postgresql:///hailong?host=/run/b&schema=w_12", NULL);
    give_book("H24.13", "postgresql://%2Frun%2Fa/hailong?schema=w_12", taken);
}

static void test_registry_keeps_the_citys_own_place_free(void **state)
{
    struct buf text = {0};
    (void)state;
    must(CITY);
    must(WARD);
    buf_printf(&text, "{\"do\":\"book\",\"unit\":\"H24.12\",\"book\":\"%s\"}",
               database[0] == '\0' ? folder : database);
    must_refuse(buf_text(&text), "book: the city itself has its book there");
    buf_free(&text);
}

// A reader, or a server, makes nothing where there was a slip.
static void test_registry_is_not_made_by_reading(void **state)
{
    char other[PATH_MAX];
    struct registry *none = NULL;
    (void)state;
    if (database[0] == '\0') {
        skip();
    }
    snprintf(other, sizeof other, "%s%cschema=slip", database,
             strchr(database, '?') ? '&' : '?');
    assert_int_equal(registry_open(other, REGISTRY_READS, &none), SQL_NONE);
}

static void test_registry_stands_beside_the_citys_people(void **state)
{
    char out[PATH_MAX];
    (void)state;
    assert_true(registry_address("/srv/city", out));
    assert_string_equal(out, "/srv/city/city.db");
    assert_true(registry_address("postgresql://db/hailong", out));
    assert_string_equal(out, "postgresql://db/hailong?schema=main_units");
    assert_true(registry_address(
        "postgresql://db/hailong?schema=city&sslmode=require", out));
    assert_string_equal(
        out, "postgresql://db/hailong?sslmode=require&schema=city_units");
    assert_false(registry_address("postgresql://db/hailong?schema=a-b", out));
    // 58 letters leave no room for what is put behind.
    assert_false(registry_address("postgresql://db/hailong?schema="
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "abcdefghijklmnopqrstuvwxyz_12345",
                                  out));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_registry_keeps_units),
        TEST(test_registry_keeps_nothing_of_what_it_refuses),
        TEST(test_registry_notices_an_altered_change),
        TEST(test_registry_only_grows),
        TEST(test_registry_finds_books),
        TEST(test_registry_gives_each_unit_a_book_of_its_own),
        TEST(test_registry_knows_a_book_by_any_address),
        TEST(test_registry_keeps_the_citys_own_place_free),
        TEST(test_registry_is_not_made_by_reading),
        TEST(test_registry_stands_beside_the_citys_people)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

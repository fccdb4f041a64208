// One ward's book whose devices are spread, as tools/SHARDING.md says: over
// partitions of one cluster, and over two clusters through postgres_fdw. What
// devices send, the figures and the verification are as they are without.
#include "common/buf.h"
#include "common/file.h"
#include "office/flags.h"
#include "office/forms.h"
#include "office/ratings.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/scratch_database.h"
#include <stdio.h>
#include <stdlib.h>

enum { DEVICES = 6, VISITS = 40, CHUNK = 10, PARTS = 4 };

static const int64_t START = INT64_C(1795500000000); // 2026-11-24 in Vietnam

// The tables that stand with their device. Rows of the first ones are added
// once or not at all; those of the last are changed where they are there
// already, which PostgreSQL does not do in another cluster.
static const char *const tables[] = {
    "lines",       "ids",         "heads",          "asides",
    "holes",       "lost_lines",  "flags",          "boots",
    "comments",    "recounts",    "forms",          "comment_arrivals",
    "round_spans", "flag_visits", "configurations", "comment_places",
    "chains",      "contacts",    "counter_days",   "form_totals"};
enum { TABLES = sizeof tables / sizeof tables[0], MOVABLE = TABLES - 4 };

// --- Spreading ---------------------------------------------------------------

static void run(const char *url, const char *script)
{
    struct sql *sql = NULL;
    assert_int_equal(database_open(url, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

// The guards of evidence, as the schema's script puts them.
static void put_guards(struct buf *out)
{
    struct buf text = {0};
    assert_true(file_read("src/office/office_postgres_1.sql", 1 << 20, &text));
    const char *from = strstr(buf_text(&text), "REVOKE ");
    const char *end = strstr(buf_text(&text), "CREATE VIEW sqlite_schema");
    assert_true(from && end && from < end);
    buf_append(out, from, (size_t)(end - from));
    buf_free(&text);
}

// The table becomes the first partition of one of its name.
static void put_first(struct buf *out, const char *table, const char *without,
                      int parts)
{
    buf_printf(out,
               "ALTER TABLE %s RENAME TO %s_0;"
               "CREATE TABLE %s (LIKE %s_0 INCLUDING ALL %s)"
               " PARTITION BY HASH (device_no);"
               "ALTER TABLE %s ATTACH PARTITION %s_0"
               " FOR VALUES WITH (MODULUS %d, REMAINDER 0);",
               table, table, table, table, without, table, table, parts);
}

static void spread_here(const char *url)
{
    struct buf script = {0};
    for (int i = 0; i < TABLES; i++) {
        put_first(&script, tables[i], "", PARTS);
        for (int part = 1; part < PARTS; part++)
            buf_printf(&script,
                       "CREATE TABLE %s_%d PARTITION OF %s"
                       " FOR VALUES WITH (MODULUS %d, REMAINDER %d);",
                       tables[i], part, tables[i], PARTS, part);
    }
    put_guards(&script);
    run(url, buf_text(&script));
    buf_free(&script);
}

// As a superuser of this cluster.
static void introduce(const char *url, const char *other)
{
    static const char role[] = "//office@";
    struct buf super = {0}, script = {0}, folder = {0};
    const char *at = strstr(url, role), *host = strstr(other, role);
    assert_true(at && host);
    buf_printf(&super, "%.*s//postgres@%s", (int)(at - url), url,
               at + strlen(role));
    for (host += strlen(role); strncmp(host, "/scratch", 8) != 0; host++) {
        bool is_slash = strncmp(host, "%2F", 3) == 0;
        buf_append_char(&folder, is_slash ? '/' : *host);
        host += is_slash ? 2 : 0;
    }
    buf_printf(&script,
               "CREATE EXTENSION postgres_fdw;"
               "CREATE SERVER other FOREIGN DATA WRAPPER postgres_fdw"
               " OPTIONS (host '%s', dbname '%s');"
               "CREATE USER MAPPING FOR office SERVER other"
               " OPTIONS (user 'office', password_required 'false');"
               "GRANT USAGE ON FOREIGN SERVER other TO office",
               buf_text(&folder), host + 1);
    run(buf_text(&super), buf_text(&script));
    buf_free(&super);
    buf_free(&script);
    buf_free(&folder);
}

static void put_foreign(struct buf *out, const char *table)
{
    buf_printf(out,
               "CREATE FOREIGN TABLE %s_1 PARTITION OF %s"
               " FOR VALUES WITH (MODULUS 2, REMAINDER 1) SERVER other"
               " OPTIONS (schema_name 'main', table_name '%s');",
               table, table, table);
}

// Half of the devices' rows lie in the tables of a book in the other cluster.
// Unique keys hold in each partition: a parent of foreign ones takes none.
static void spread_there(const char *url, const char *other)
{
    struct buf script = {0};
    introduce(url, other);
    for (int i = 0; i < MOVABLE; i++) {
        put_first(&script, tables[i], "EXCLUDING INDEXES", 2);
        put_foreign(&script, tables[i]);
    }
    put_guards(&script);
    run(url, buf_text(&script));
    buf_free(&script);
}

// --- A ward's days -----------------------------------------------------------

struct ward {
    struct made_office made;
    struct ledger_maker devices[DEVICES];
};

static void write_form(struct record *record)
{
    strcpy(record->survey, "sipas");
    record->survey_version = 2;
    record->answer_count = 2;
    strcpy(record->answers[0].question, "1");
    strcpy(record->answers[1].question, "2");
    record->answers[0].level = record->level;
    record->answers[1].level = 3;
}

// The n-th visit at the n-th device is of this kind in every ward.
static void write_visit(struct ledger_maker *maker, int device, int n)
{
    struct record record;
    maker_visit(maker, (device + n) % 6, &record);
    snprintf(record.counter, sizeof record.counter, "%d", device % 3 + 1);
    snprintf(record.field, sizeof record.field, "f%d", n % 4);
    snprintf(record.officer, sizeof record.officer, "o%d", device);
    if (n % 8 == 3 && record.level > 0) {
        write_form(&record);
    } else if (n % 3 == 0) {
        // The same dossier at two devices: one of them counts.
        record.mode = RECORD_TRANSACTION;
        snprintf(record.transaction, sizeof record.transaction, "T-%d-%d",
                 device / 2, n);
    } else if (n % 5 == 0 && record.level > 0) {
        digest_hex_of("A", 1, record.comment_hash);
    }
    maker_write(maker, &record);
    maker_wait(maker, 45 * 60000);
}

static void send(struct ward *ward, struct ledger_maker *maker, int64_t from,
                 int64_t to)
{
    struct made_batch batch;
    char named[DIGEST_HEX_SIZE];
    digest_hex_of("A", 1, named);
    made_batch_start(&batch, maker, from, to, maker->wall_ms);
    for (int64_t i = from; i <= to; i++) {
        bool comments = strstr(maker->lines[i - 1].bytes, named) != NULL;
        batch.lines[i - from].sealed = comments ? "A" : NULL;
        batch.lines[i - from].sealed_size = comments;
    }
    assert_int_equal(office_ingest(ward->made.office, &batch.batch, 1),
                     OFFICE_OK);
    assert_int_equal(batch.batch.status, OFFICE_BATCH_OK);
    made_batch_free(&batch);
}

// Of each device's first ratings those that count are marked.
static void mark(struct ward *ward)
{
    const struct office_decision decision = {"khiếu nại", "user an", START};
    char id[OFFICE_RATING_ID_SIZE];
    int marked = 0;
    for (int i = 0; i < DEVICES * CHUNK; i++) {
        struct ticket_place at = {i % DEVICES + 1, 1, i / DEVICES + 1};
        bool done = false;
        if (office_name_rating(ward->made.office, &at, id) == OFFICE_OK &&
            office_mark_rating(ward->made.office, id, &decision, &done) ==
                OFFICE_OK)
            marked += done;
    }
    assert_true(marked > DEVICES);
}

static void live(struct ward *ward, const char *url)
{
    snprintf(ward->made.path, sizeof ward->made.path, "%s", url);
    assert_int_equal(office_open(url, OFFICE_WRITER, &ward->made.office),
                     OFFICE_OK);
    for (int i = 0; i < DEVICES; i++)
        made_office_enrol(&ward->made, "3", START + i, &ward->devices[i]);
    for (int i = 0; i < DEVICES; i++) {
        for (int n = 0; n < VISITS; n++)
            write_visit(&ward->devices[i], i, n);
    }
    // Each chunk comes with the one before it once more.
    for (int from = 1; from <= VISITS; from += CHUNK) {
        for (int i = 0; i < DEVICES; i++)
            send(ward, &ward->devices[i], from > 1 ? from - CHUNK : 1,
                 from + CHUNK - 1);
        made_office_reopen(&ward->made);
    }
    mark(ward);
}

static void end(struct ward *ward)
{
    for (int i = 0; i < DEVICES; i++)
        maker_free(&ward->devices[i]);
    office_close(ward->made.office);
    scratch_database_drop(ward->made.path);
}

// --- What is told of it ------------------------------------------------------

static bool add_total(void *ctx, const struct office_total *total)
{
    const struct office_tally *t = &total->tally;
    buf_printf(ctx, "%s", total->key);
    for (int i = 0; i < 5; i++)
        buf_printf(ctx, " %lld/%lld", (long long)t->levels[i],
                   (long long)t->marked[i]);
    buf_printf(ctx, " %lld %lld\n", (long long)t->declined,
               (long long)t->offered_rated);
    return true;
}

static bool add_form(void *ctx, const struct office_form_total *total)
{
    buf_printf(ctx, "%s %s", total->survey, total->question);
    for (int i = 0; i <= 5; i++)
        buf_printf(ctx, " %lld", (long long)total->levels[i]);
    buf_append_char(ctx, '\n');
    return true;
}

static bool add_finding(void *ctx, const struct office_finding *found)
{
    buf_printf(ctx, "%s %lld: %s\n", found->device, (long long)found->seq,
               found->why);
    return true;
}

// The figures by everything but the devices' own names, and the verification.
static void tell(struct ward *ward, struct buf *out)
{
    struct office *office = ward->made.office;
    struct office_verification sum;
    for (int by = 0; by < OFFICE_BREAKDOWN_COUNT; by++) {
        if (by != OFFICE_BY_DEVICE)
            assert_int_equal(office_totals(office, INT32_MIN, INT32_MAX,
                                           (enum office_breakdown)by, add_total,
                                           out),
                             OFFICE_OK);
    }
    assert_int_equal(office_forms(office, 0, 30000, add_form, out), OFFICE_OK);
    assert_int_equal(office_verify(office, add_finding, out, &sum), OFFICE_OK);
    buf_printf(out,
               "%lld devices %lld lines %lld visits %lld not counted"
               " %lld cases %lld found\n",
               (long long)sum.devices, (long long)sum.lines,
               (long long)sum.visits, (long long)sum.duplicates,
               (long long)sum.cases, (long long)sum.findings);
}

// Over how many partitions the lines lie.
static int64_t count_places(const char *url)
{
    static const char *const asked[] = {
        "SELECT count(DISTINCT tableoid) FROM lines"};
    struct sql *sql = NULL;
    assert_int_equal(database_open(url, SQL_WRITER, asked, 1, &sql), SQL_OK);
    struct sql_statement *s = sql_use(sql, 0);
    assert_int_equal(sql_step(s), SQL_OK);
    int64_t count = sql_int(s, 0);
    sql_done(s);
    sql_close(sql);
    return count;
}

static void make_book(char url[SCRATCH_URL_SIZE], bool elsewhere)
{
    struct office *office = NULL;
    assert_true(elsewhere ? scratch_database_make_other(url)
                          : scratch_database_make(url));
    assert_int_equal(office_open(url, OFFICE_WRITER, &office), OFFICE_OK);
    office_close(office);
}

// As a ward whose book nobody spread tells it.
static void must_tell_the_same(struct ward *ward)
{
    char url[SCRATCH_URL_SIZE];
    struct ward plain;
    struct buf expected = {0}, told = {0};
    make_book(url, false);
    live(&plain, url);
    assert_int_equal(count_places(url), 1);
    tell(&plain, &expected);
    tell(ward, &told);
    assert_non_null(strstr(buf_text(&expected), " 0 found"));
    assert_non_null(strstr(buf_text(&expected), "6 devices 240 lines"));
    assert_string_equal(buf_text(&told), buf_text(&expected));
    buf_free(&expected);
    buf_free(&told);
    end(&plain);
}

static void test_over_partitions_of_a_cluster(void **state)
{
    char url[SCRATCH_URL_SIZE];
    struct ward ward;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES"))
        skip();
    make_book(url, false);
    spread_here(url);
    live(&ward, url);
    assert_true(count_places(url) > 1);
    must_tell_the_same(&ward);
    end(&ward);
}

static void test_over_two_clusters(void **state)
{
    char url[SCRATCH_URL_SIZE], other[SCRATCH_URL_SIZE];
    struct ward ward;
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES_OTHER"))
        skip();
    make_book(url, false);
    make_book(other, true);
    spread_there(url, other);
    live(&ward, url);
    assert_int_equal(count_places(url), 2);
    assert_int_equal(count_places(other), 1);
    must_tell_the_same(&ward);
    end(&ward);
    scratch_database_drop(other);
}

// Whether a table may be spread over two clusters with its unique keys.
static enum sql_result spread_keys(const char *url, const char *table)
{
    struct buf script = {0};
    struct sql *sql = NULL;
    put_first(&script, table, "", 2);
    put_foreign(&script, table);
    assert_int_equal(database_open(url, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    enum sql_result result = sql_run(sql, buf_text(&script));
    sql_close(sql);
    buf_free(&script);
    return result;
}

// What is told of them in tools/SHARDING.md: without a unique key a row cannot
// be changed where it is there already.
static void test_foreign_partitions_take_no_keys(void **state)
{
    char url[SCRATCH_URL_SIZE], other[SCRATCH_URL_SIZE];
    (void)state;
    if (!getenv("HAILONG_TEST_POSTGRES_OTHER"))
        skip();
    make_book(url, false);
    make_book(other, true);
    introduce(url, other);
    assert_int_not_equal(spread_keys(url, "chains"), SQL_OK);
    assert_int_not_equal(spread_keys(url, "lines"), SQL_OK);
    scratch_database_drop(url);
    scratch_database_drop(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_over_partitions_of_a_cluster),
        cmocka_unit_test(test_over_two_clusters),
        cmocka_unit_test(test_foreign_partitions_take_no_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// What the Office sets, as documents with versions: who changes what is no
// longer the newest changes nothing, and nothing that was kept can go.
#include "office/audit.h"
#include "office/documents.h"
#include "office/verify.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/office_maker.h"
#include "support/tampering.h"
#include <stdio.h>

static const int64_t now = 1795399200000;
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

static enum office_result put(const char *name, int64_t expected,
                              const char *body, int64_t *out_version)
{
    return office_put_document(made.office,
                               &(struct document_wish){.name = name,
                                                       .expected = expected,
                                                       .body = body,
                                                       .who = "user binh",
                                                       .at = now + expected},
                               out_version);
}

static void assert_newest(const char *name, int64_t version, const char *body)
{
    struct buf text = {0};
    int64_t read = 0;
    assert_int_equal(office_read_document(made.office, name, &read, &text),
                     OFFICE_OK);
    assert_int_equal(read, version);
    assert_string_equal(buf_text(&text), body);
    buf_free(&text);
}

static void test_document_has_versions(void **state)
{
    struct buf text = {0};
    int64_t version = 99;
    (void)state;
    assert_int_equal(
        office_read_document(made.office, "hours", &version, &text),
        OFFICE_NONE);
    assert_int_equal(version, 99);
    assert_int_equal(put("hours", 0, "{\"a\":1}", &version), OFFICE_OK);
    assert_int_equal(version, 1);
    assert_int_equal(put("hours", 1, "{\"a\":2}", &version), OFFICE_OK);
    assert_int_equal(version, 2);
    assert_newest("hours", 2, "{\"a\":2}");
    assert_int_equal(put("board", 0, "{}", &version), OFFICE_OK);
    assert_newest("board", 1, "{}");
    assert_newest("hours", 2, "{\"a\":2}");
}

// Two people change the same version: the second is told which is the newest.
static void test_document_changed_meanwhile(void **state)
{
    int64_t version = 0;
    (void)state;
    assert_int_equal(put("hours", 0, "{\"by\":\"an\"}", &version), OFFICE_OK);
    assert_int_equal(put("hours", 0, "{\"by\":\"binh\"}", &version),
                     OFFICE_NONE);
    assert_int_equal(version, 1);
    assert_int_equal(put("hours", 7, "{}", &version), OFFICE_NONE);
    assert_newest("hours", 1, "{\"by\":\"an\"}");
}

static bool append_version(void *ctx, const struct document_version *version)
{
    buf_printf(ctx, "%lld %lld %s %s;", (long long)version->version,
               (long long)(version->at - now), version->who, version->body);
    return true;
}

static void test_document_keeps_what_was_before(void **state)
{
    struct buf text = {0};
    int64_t version;
    (void)state;
    put("hours", 0, "{\"a\":1}", &version);
    put("hours", 1, "{\"a\":2}", &version);
    assert_int_equal(
        office_list_document(made.office, "hours", append_version, &text),
        OFFICE_OK);
    assert_string_equal(buf_text(&text), "2 1 user binh {\"a\":2};"
                                         "1 0 user binh {\"a\":1};");
    buf_free(&text);
}

static bool append_entry(void *ctx, const struct audit_entry *entry)
{
    buf_printf(ctx, "%s %s %s %s;", entry->who, entry->action, entry->target,
               entry->detail);
    return true;
}

static void test_document_stands_in_the_audit_trail(void **state)
{
    struct buf text = {0};
    int64_t version;
    (void)state;
    put("hours", 0, "{}", &version);
    put("hours", 0, "{}", &version);
    put("hours", 1, "{}", &version);
    assert_int_equal(office_list_audit(made.office, append_entry, &text),
                     OFFICE_OK);
    assert_string_equal(
        buf_text(&text),
        "user binh settings-changed hours version 2, after version 1, sha256 "
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a;"
        "user binh settings-changed hours version 1, after version 0, sha256 "
        "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a;");
    buf_free(&text);
}

static bool append_finding(void *ctx, const struct office_finding *finding)
{
    buf_printf(ctx, "%s\n", finding->why);
    return true;
}

static void assert_found(const char *findings)
{
    struct buf text = {0};
    struct office_verification sum;
    assert_int_equal(office_verify(made.office, append_finding, &text, &sum),
                     OFFICE_OK);
    assert_string_equal(buf_text(&text), findings);
    buf_free(&text);
}

// With the guards away, as somebody with the file can.
static void forge(const char *change)
{
    static const char *const none[] = {"SELECT 1"};
    struct sql *sql = NULL;
    assert_int_equal(database_open(made.path, SQL_WRITER, none, 1, &sql),
                     SQL_OK);
    assert_int_equal(
        tamper_run(sql, "DROP TRIGGER IF EXISTS documents_no_update"), SQL_OK);
    assert_int_equal(
        tamper_run(sql, "DROP TRIGGER IF EXISTS documents_no_delete"), SQL_OK);
    assert_int_equal(tamper_run(sql, change), SQL_OK);
    sql_close(sql);
}

static void test_document_behind_the_trails_back_is_found(void **state)
{
    int64_t version;
    (void)state;
    put("hours", 0, "{\"a\":1}", &version);
    put("hours", 1, "{\"a\":2}", &version);
    assert_found("");
    forge("UPDATE documents SET body = '{\"a\":3}' WHERE version = 1");
    assert_found("version 1 of the settings \"hours\" is not what the audit "
                 "trail tells of\n");
    forge("UPDATE documents SET body = '{\"a\":1}' WHERE version = 1");
    forge("UPDATE documents SET who = 'user an' WHERE version = 2");
    assert_found("version 2 of the settings \"hours\" is not what the audit "
                 "trail tells of\n");
    forge("DELETE FROM documents WHERE version = 2");
    assert_found(
        "the settings \"hours\" that the audit trail tells of are gone: "
        "version 2, after version 1, sha256 "
        "7e8059f495589fcd981232cc11d00b00da3802c01d688fa1cf1f6bed6e5bb33c\n");
}

static void test_document_refuses_to_be_changed(void **state)
{
    static const char *const none[] = {"SELECT 1"};
    struct sql *sql = NULL;
    int64_t version;
    (void)state;
    put("hours", 0, "{\"a\":1}", &version);
    assert_int_equal(database_open(made.path, SQL_WRITER, none, 1, &sql),
                     SQL_OK);
    assert_int_not_equal(tamper_run(sql, "UPDATE documents SET body = '{}'"),
                         SQL_OK);
    assert_int_not_equal(tamper_run(sql, "DELETE FROM documents"), SQL_OK);
    sql_close(sql);
    assert_newest("hours", 1, "{\"a\":1}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_document_has_versions, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_document_changed_meanwhile, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_document_keeps_what_was_before,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(test_document_stands_in_the_audit_trail,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_document_behind_the_trails_back_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_document_refuses_to_be_changed,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

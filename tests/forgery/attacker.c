#include "forgery/attacker.h"
#include "common/file.h"
#include "postgres/database.h"
#include "support/check.h"
#include "support/command_runner.h"
#include "support/tampering.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20 };

// Copies are thrown away: nothing is synced.
static void write_file(const char *path, const struct buf *bytes)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, buf_text(bytes), bytes->size), bytes->size);
    close(file);
}

void attacker_copy(const char *from, const char *to)
{
    DIR *dir = opendir(from);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));) {
        char source[PATH_MAX], target[PATH_MAX];
        struct buf bytes = {0};
        if (entry->d_name[0] == '.')
            continue;
        assert_true(file_join(source, sizeof source, from, entry->d_name));
        assert_true(file_join(target, sizeof target, to, entry->d_name));
        assert_true(file_read(source, FILE_MOST, &bytes));
        write_file(target, &bytes);
        buf_free(&bytes);
    }
    closedir(dir);
}

static struct sql *open_database(const char *folder, const char *database,
                                 enum sql_mode mode,
                                 const char *const *statements, size_t count)
{
    char path[PATH_MAX];
    struct sql *sql = NULL;
    assert_true(file_join(path, sizeof path, folder, database));
    assert_int_equal(database_open(path, mode, statements, count, &sql),
                     SQL_OK);
    return sql;
}

// Drops each trigger, and appends what makes it anew.
static void drop_triggers(struct sql *sql, struct buf *again)
{
    struct buf drop = {0};
    struct sql_statement *s = sql_use(sql, 0);
    while (sql_step(s) == SQL_OK) {
        buf_printf(&drop, "DROP TRIGGER %s;", sql_text(s, 0));
        buf_printf(again, "%s;", sql_text(s, 1));
    }
    sql_done(s);
    assert_int_equal(tamper_run(sql, buf_text(&drop)), SQL_OK);
    buf_free(&drop);
}

static bool run_script(const char *folder, const char *database,
                       const char *script)
{
    static const char *const statements[] = {
        "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"};
    struct sql *sql =
        open_database(folder, database, SQL_WRITER, statements, 1);
    struct buf again = {0};
    assert_int_equal(tamper_run(sql, "PRAGMA foreign_keys = OFF;"
                                     "PRAGMA synchronous = OFF"),
                     SQL_OK);
    drop_triggers(sql, &again);
    bool done = tamper_run(sql, script) == SQL_OK;
    assert_int_equal(tamper_run(sql, buf_text(&again)), SQL_OK);
    sql_close(sql);
    buf_free(&again);
    return done;
}

void attacker_run(const char *folder, const char *database, const char *format,
                  ...)
{
    struct buf script = {0};
    va_list args;
    va_start(args, format);
    buf_vprintf(&script, format, args);
    va_end(args);
    if (!run_script(folder, database, buf_text(&script)))
        fail_msg("the attack itself failed: %s", buf_text(&script));
    buf_free(&script);
}

bool attacker_try(const char *folder, const char *database, const char *script)
{
    return run_script(folder, database, script);
}

char *attacker_ask(const char *folder, const char *database, const char *format,
                   ...)
{
    struct buf question = {0};
    char *answer = NULL;
    va_list args;
    va_start(args, format);
    buf_vprintf(&question, format, args);
    va_end(args);
    const char *const statements[] = {buf_text(&question)};
    struct sql *sql =
        open_database(folder, database, SQL_FOLLOWER, statements, 1);
    struct sql_statement *s = sql_use(sql, 0);
    enum sql_result result = sql_step(s);
    assert_true(result == SQL_OK || result == SQL_NONE);
    if (result == SQL_OK && !sql_is_null(s, 0)) {
        answer = strdup(sql_text(s, 0));
        assert_non_null(answer);
    }
    sql_done(s);
    sql_close(sql);
    buf_free(&question);
    return answer;
}

json_t *attacker_verify(const char *folder, const char *checkpoint)
{
    struct run run = {0};
    if (checkpoint)
        run_command(&run, "verify", "--data", folder, "--json", "--checkpoint",
                    checkpoint, NULL);
    else
        run_command(&run, "verify", "--data", folder, "--json", NULL);
    json_t *object = run_json(&run);
    json_t *findings = json_object_get(object, "findings");
    assert_true(json_is_array(findings));
    // The exit code and "sound" say the same.
    run_must_end(&run, json_array_size(findings) == 0 ? 0 : 1);
    assert_int_equal(json_is_true(json_object_get(object, "sound")),
                     json_array_size(findings) == 0);
    json_incref(findings);
    json_decref(object);
    run_free(&run);
    return findings;
}

bool attacker_is_named(const json_t *findings, const char *device, int64_t gen,
                       int64_t from, int64_t to, const char *why)
{
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        const char *named = "", *said = "";
        int64_t in_gen = -1, seq = -1;
        json_get_text(finding, "device", &named);
        json_get_text(finding, "why", &said);
        json_get_int(finding, "gen", &in_gen);
        json_get_int(finding, "seq", &seq);
        if (strcmp(named, device) == 0 && in_gen == gen && seq >= from &&
            seq <= to && strstr(said, why))
            return true;
    }
    return false;
}

void attacker_show(const json_t *findings)
{
    struct buf text = {0};
    json_write(findings, &text);
    print_message("found: %s\n", buf_text(&text));
    buf_free(&text);
}

void attacker_must_be_named(const json_t *findings, const char *device,
                            int64_t gen, int64_t seq, const char *why)
{
    if (attacker_is_named(findings, device, gen, seq, seq, why))
        return;
    attacker_show(findings);
    fail_msg("nothing names device %s generation %lld line %lld with \"%s\"",
             device, (long long)gen, (long long)seq, why);
}

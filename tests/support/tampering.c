#include "support/tampering.h"
#include "common/buf.h"
#include "postgres/database.h"
#include "sql/engine.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Guards whose names do not tell.
static const struct {
    const char *trigger, *right, *table;
} guards[] = {
    {"cases_keep", "UPDATE", "cases"},
    {"cases_stay", "DELETE", "cases"},
    {"visit_marks_remain", "DELETE", "visit_marks"},
    {"lost_stay", "UPDATE", "lost_lines"},
    {"lost_remain", "DELETE", "lost_lines"},
    {"broken", "INSERT", "totals"},
};

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

// The end of a statement: behind its semicolon, or that of a trigger's END.
static const char *end_of(const char *text)
{
    bool is_trigger = begins(text, "CREATE TRIGGER");
    if (is_trigger) {
        const char *end = strstr(text, "END");
        return end[3] == ';' ? end + 4 : end + 3;
    }
    for (; *text && *text != ';'; text++) {
        const char *closing = *text == '\'' ? strchr(text + 1, '\'') : NULL;
        text = closing ? closing : text;
    }
    return *text ? text + 1 : text;
}

static void give_back(struct buf *out, const char *name)
{
    static const char exists[] = "IF EXISTS ";
    if (begins(name, exists))
        name += sizeof exists - 1;
    int length = (int)strspn(name, "abcdefghijklmnopqrstuvwxyz_");
    for (size_t i = 0; i < sizeof guards / sizeof guards[0]; i++) {
        if (strncmp(name, guards[i].trigger, (size_t)length) == 0)
            buf_printf(out, "GRANT %s ON %s TO CURRENT_USER;", guards[i].right,
                       guards[i].table);
    }
    const char *ending = length > 10 ? name + length - 10 : "";
    bool is_update = begins(ending, "_no_update");
    if (is_update || begins(ending, "_no_delete"))
        buf_printf(out, "GRANT %s ON %.*s TO CURRENT_USER;",
                   is_update ? "UPDATE" : "DELETE", length - 10, name);
}

static void take_away(struct buf *out, const char *trigger)
{
    char right[16], table[48];
    const char *on = strstr(trigger, "BEFORE ");
    if (on && sscanf(on, "BEFORE %15s ON %47s", right, table) == 2)
        buf_printf(out, "REVOKE %s ON %s FROM CURRENT_USER;", right, table);
}

// One statement, of `size` bytes.
static void add_statement(struct buf *out, const char *text, size_t size)
{
    static const struct {
        const char *sqlite, *postgres;
    } words[] = {{"CAST(bytes AS TEXT)", "text_of(bytes)"},
                 {" AS BLOB)", " AS TEXT)::bytea"},
                 {"zeroblob(32)", "decode(repeat('00', 32), 'hex')"},
                 {" x'", " '\\x"},
                 {",x'", ",'\\x"}};
    const char *end = text + size;
    while (text < end) {
        size_t known = 0;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
            if (begins(text, words[i].sqlite)) {
                buf_printf(out, "%s", words[i].postgres);
                known = strlen(words[i].sqlite);
                break;
            }
        }
        if (known == 0)
            buf_append(out, text, 1);
        text += known ? known : 1;
    }
}

static void translate(struct buf *out, const char *script)
{
    static const char version[] = "PRAGMA user_version";
    while (*script) {
        script += strspn(script, " \n");
        const char *end = end_of(script);
        if (begins(script, "DROP TRIGGER "))
            give_back(out, script + strlen("DROP TRIGGER "));
        else if (begins(script, "CREATE TRIGGER "))
            take_away(out, script);
        else if (begins(script, version))
            buf_printf(out, "UPDATE schema_version SET version = %ld;",
                       strtol(strchr(script, '=') + 1, NULL, 10));
        else if (!begins(script, "PRAGMA"))
            add_statement(out, script, (size_t)(end - script));
        script = end;
    }
}

enum sql_result tamper_run(struct sql *sql, const char *script)
{
    struct buf out = {0};
    if (!database_is_url(sql->name))
        return sql_run(sql, script);
    translate(&out, script);
    enum sql_result result =
        buf_ok(&out) ? sql_run(sql, buf_text(&out)) : SQL_ERROR;
    buf_free(&out);
    return result;
}

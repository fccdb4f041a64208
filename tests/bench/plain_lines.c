// What the machine can do with ledger lines when nothing of them is checked:
// the floors under verifying a chain and under taking batches in. Lines come
// on standard input and are all read before the clock runs.
//
//   plain_lines hash              SHA-256 of each line and nothing else, with
//                                 the library that the ledger uses
//   plain_lines insert FILE N     each as a row of a new SQLite database, with
//                                 the ledger's key and a synced commit after
//                                 every N
//
// Prints "plain_hash_per_s N" or "plain_insert_per_s N".
#include "bench/family.h"
#include "common/log.h"
#include "ledger/digest.h"
#include "sql/sql.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lines {
    struct buf bytes;
    size_t *ends; // of each line, before its newline
    size_t count;
};

enum { INSERT, STATEMENT_COUNT };
static const char *const statements[STATEMENT_COUNT] = {
    [INSERT] = "INSERT INTO lines VALUES (1, 1, ?1, ?2)"};
static const struct sql_migration migrations[] = {
    {1, "CREATE TABLE lines (device INTEGER, gen INTEGER, seq INTEGER,"
        " bytes BLOB, PRIMARY KEY (device, gen, seq)) STRICT, WITHOUT ROWID"},
    {0, NULL}};

static bool read_lines(struct lines *out)
{
    char piece[65536];
    size_t count = 0;
    for (size_t size; (size = fread(piece, 1, sizeof piece, stdin)) > 0;)
        buf_append(&out->bytes, piece, size);
    for (size_t i = 0; i < out->bytes.size; i++)
        count += out->bytes.data[i] == '\n';
    out->ends = calloc(count + 1, sizeof *out->ends);
    for (size_t i = 0; out->ends && i < out->bytes.size; i++)
        if (out->bytes.data[i] == '\n')
            out->ends[out->count++] = i;
    return buf_ok(&out->bytes) && out->count > 0;
}

static const char *line_at(const struct lines *lines, size_t i,
                           size_t *out_size)
{
    size_t from = i > 0 ? lines->ends[i - 1] + 1 : 0;
    *out_size = lines->ends[i] - from;
    return lines->bytes.data + from;
}

static bool hash_all(const struct lines *lines)
{
    unsigned char digest[DIGEST_BYTES];
    for (size_t i = 0; i < lines->count; i++) {
        size_t size;
        const char *line = line_at(lines, i, &size);
        digest_of(line, size, digest);
    }
    return true;
}

struct commit {
    const struct lines *lines;
    size_t from, to;
};

static enum sql_result insert_some(struct sql *sql, void *ctx)
{
    const struct commit *commit = ctx;
    enum sql_result result = SQL_OK;
    for (size_t i = commit->from; result == SQL_OK && i < commit->to; i++) {
        size_t size;
        const char *line = line_at(commit->lines, i, &size);
        struct sql_statement *s = sql_use(sql, INSERT);
        sql_bind_int(s, 1, (int64_t)i + 1);
        sql_bind_bytes(s, 2, line, size);
        result = sql_execute(s);
    }
    return result;
}

static bool insert_all(struct sql *sql, const struct lines *lines, size_t each)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; result == SQL_OK && i < lines->count; i += each) {
        struct commit commit = {lines, i, i + each};
        if (commit.to > lines->count)
            commit.to = lines->count;
        result = sql_transaction(sql, insert_some, &commit);
    }
    return result == SQL_OK;
}

static void tell(const char *name, const struct lines *lines, int64_t began)
{
    printf("%s %.0f\n", name,
           (double)lines->count * 1e6 / (double)(monotonic_us() - began));
}

int main(int argc, char **argv)
{
    struct lines lines = {0};
    struct sql *sql = NULL;
    bool hash = argc == 2 && strcmp(argv[1], "hash") == 0;
    bool insert =
        argc == 4 && strcmp(argv[1], "insert") == 0 && atol(argv[3]) > 0;
    if (!hash && !insert) {
        fputs("usage: plain_lines hash | insert FILE LINES-A-COMMIT\n", stderr);
        return 2;
    }
    log_set_level(LOG_WARN);
    bool ok = ledger_init() && read_lines(&lines);
    if (ok && insert)
        ok = sql_open(argv[2], SQL_WRITER, statements, STATEMENT_COUNT, &sql) ==
                 SQL_OK &&
             sql_migrate(sql, migrations) == SQL_OK;
    int64_t began = monotonic_us();
    if (ok)
        ok = hash ? hash_all(&lines)
                  : insert_all(sql, &lines, (size_t)atol(argv[3]));
    if (ok)
        tell(hash ? "plain_hash_per_s" : "plain_insert_per_s", &lines, began);
    else
        fputs("plain_lines: the lines cannot be read or stored\n", stderr);
    sql_close(sql);
    free(lines.ends);
    buf_free(&lines.bytes);
    return ok ? 0 : 1;
}

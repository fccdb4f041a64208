// The floor under taking batches in over HTTP: libmicrohttpd and SQLite with
// nothing but the work itself. Bodies are inflated, each line becomes a row
// under the ledger's key, the totals are kept, and a synced commit of all that
// waits comes before the answer. Nothing is checked and nothing is signed: no
// token, no signature, no hash, no chain, no field of a line.
//
//   bare_server DATABASE PORT-FILE
//
// Until SIGTERM.
#include "common/buf.h"
#include "common/file.h"
#include "common/log.h"
#include "sql/sql.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    BODY_MAX = 4 << 20,
    GZIP_WINDOW = 15 + 16,
    CELLS = 1 << 14, // a power of two, more than a commit ever needs
    COLUMNS = 9,     // five levels, declined, timeout, withdrawn, offered
    DIMENSIONS = 11,
    GRAINS = 3,
    KEY_SIZE = 48,
    CONNECTIONS_MAX = 512
};

enum { PUT_LINE, PUT_TOTAL, STATEMENT_COUNT };
static const char *const statements[STATEMENT_COUNT] = {
    [PUT_LINE] = "INSERT OR IGNORE INTO lines VALUES (?1, ?2, ?3, ?4)",
    [PUT_TOTAL] =
        "INSERT INTO totals VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " ?11, ?12, ?13) ON CONFLICT DO UPDATE SET"
        " level_1 = level_1 + excluded.level_1,"
        " level_2 = level_2 + excluded.level_2,"
        " level_3 = level_3 + excluded.level_3,"
        " level_4 = level_4 + excluded.level_4,"
        " level_5 = level_5 + excluded.level_5,"
        " declined = declined + excluded.declined,"
        " timeout = timeout + excluded.timeout,"
        " withdrawn = withdrawn + excluded.withdrawn,"
        " offered = offered + excluded.offered"};
static const struct sql_migration migrations[] = {
    {1, "CREATE TABLE lines (device TEXT, gen INTEGER, seq INTEGER,"
        " bytes BLOB, PRIMARY KEY (device, gen, seq)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE totals (dimension INTEGER, grain INTEGER, period TEXT,"
        " key TEXT, level_1 INTEGER, level_2 INTEGER, level_3 INTEGER,"
        " level_4 INTEGER, level_5 INTEGER, declined INTEGER,"
        " timeout INTEGER, withdrawn INTEGER, offered INTEGER,"
        " PRIMARY KEY (dimension, grain, period, key))"
        " STRICT, WITHOUT ROWID"},
    {0, NULL}};

struct cell {
    int dimension, grain;
    char period[11], key[KEY_SIZE]; // period "": free
    int64_t counts[COLUMNS];
};

// One request that waits for the commit, on the stack of its thread.
struct waiting {
    struct buf plain;
    bool done, good;
    struct waiting *next;
};

struct bare {
    struct sql *sql;
    pthread_mutex_t lock;
    pthread_cond_t came, committed;
    struct waiting *first; // guarded by lock, as is `ends`
    bool ends;
    struct cell cells[CELLS]; // of the writer's thread
    struct cell *used[CELLS];
    size_t used_count;
};
static struct bare bare = {.lock = PTHREAD_MUTEX_INITIALIZER,
                           .came = PTHREAD_COND_INITIALIZER,
                           .committed = PTHREAD_COND_INITIALIZER};

// --- Totals ------------------------------------------------------------------

// What stands after `name` in a line, without its quotes, until the next of
// them or a comma. "" when it is not there.
static void value_of(const char *line, size_t size, const char *name,
                     char out[KEY_SIZE])
{
    const char *at = memmem(line, size, name, strlen(name));
    size_t length = 0;
    if (at) {
        at += strlen(name);
        at += *at == '"';
        while (at + length < line + size && length < KEY_SIZE - 1 &&
               !strchr("\",}", at[length]))
            length++;
        memcpy(out, at, length);
    }
    out[length] = '\0';
}

static struct cell *cell_of(int dimension, int grain, const char *period,
                            const char *key)
{
    uint32_t hash = (uint32_t)(dimension * GRAINS + grain) * 2654435761u;
    for (const char *c = period; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (const char *c = key; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    for (;; hash++) {
        struct cell *cell = &bare.cells[hash & (CELLS - 1)];
        if (cell->period[0] == '\0') {
            *cell = (struct cell){.dimension = dimension, .grain = grain};
            strcpy(cell->period, period);
            strcpy(cell->key, key);
            bare.used[bare.used_count++] = cell;
            return cell;
        }
        if (cell->dimension == dimension && cell->grain == grain &&
            strcmp(cell->period, period) == 0 && strcmp(cell->key, key) == 0)
            return cell;
    }
}

static int column_of(const char *line, size_t size)
{
    char outcome[KEY_SIZE], level[KEY_SIZE];
    value_of(line, size, "\"outcome\":", outcome);
    value_of(line, size, "\"level\":", level);
    if (strcmp(outcome, "rated") == 0)
        return level[0] >= '1' && level[0] <= '5' ? level[0] - '1' : 0;
    return strcmp(outcome, "declined") == 0 ? 5 : outcome[0] == 't' ? 6 : 7;
}

static void count(const char *line, size_t size)
{
    static const char *const names[DIMENSIONS] = {
        NULL,           "\"counter\":", "\"field\":", "\"procedure\":",
        "\"officer\":", "\"device\":",  "\"step\":",  "\"mode\":"};
    char at[KEY_SIZE], keys[DIMENSIONS][KEY_SIZE] = {{0}};
    int column = column_of(line, size);
    value_of(line, size, "\"opened_at\":", at);
    for (int i = 1; i < DIMENSIONS && names[i]; i++)
        value_of(line, size, names[i], keys[i]);
    // Hour, weekday and hour of the week: as many cells, whatever they say.
    memcpy(keys[8], at + 11, 2);
    memcpy(keys[9], at + 9, 1);
    snprintf(keys[10], KEY_SIZE, "%.1s-%.2s", at + 9, at + 11);
    for (int i = 0; i < DIMENSIONS; i++) {
        for (int grain = 0; grain < GRAINS; grain++) {
            char period[11];
            snprintf(period, sizeof period, "%.*s", grain == 0 ? 10 : 7, at);
            struct cell *cell = cell_of(i, grain, period, keys[i]);
            cell->counts[column]++;
            cell->counts[COLUMNS - 1] += keys[7][0] == 't';
        }
    }
}

static enum sql_result write_totals(struct sql *sql)
{
    enum sql_result result = SQL_OK;
    for (size_t i = 0; i < bare.used_count; i++) {
        struct cell *cell = bare.used[i];
        if (result == SQL_OK) {
            struct sql_statement *s = sql_use(sql, PUT_TOTAL);
            sql_bind_int(s, 1, cell->dimension);
            sql_bind_int(s, 2, cell->grain);
            sql_bind_text(s, 3, cell->period);
            sql_bind_text(s, 4, cell->key);
            for (int c = 0; c < COLUMNS; c++)
                sql_bind_int(s, 5 + c, cell->counts[c]);
            result = sql_execute(s);
        }
        cell->period[0] = '\0';
    }
    bare.used_count = 0;
    return result;
}

// --- The writer --------------------------------------------------------------

static enum sql_result put_body(struct sql *sql, const struct buf *plain)
{
    enum sql_result result = SQL_OK;
    const char *end = plain->data + plain->size;
    const char *at = memchr(plain->data, '\n', plain->size);
    char device[KEY_SIZE], seq[KEY_SIZE];
    while (result == SQL_OK && at && ++at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t size = (size_t)((stop ? stop : end) - at);
        value_of(at, size, "\"device\":", device);
        value_of(at, size, "\"seq\":", seq);
        struct sql_statement *s = sql_use(sql, PUT_LINE);
        sql_bind_text(s, 1, device);
        sql_bind_int(s, 2, 1);
        sql_bind_int(s, 3, atoll(seq));
        sql_bind_bytes(s, 4, at, size);
        result = sql_execute(s);
        count(at, size);
        at = stop;
    }
    return result;
}

static enum sql_result put_all(struct sql *sql, void *ctx)
{
    enum sql_result result = SQL_OK;
    for (struct waiting *w = ctx; w && result == SQL_OK; w = w->next)
        result = put_body(sql, &w->plain);
    return result == SQL_OK ? write_totals(sql) : result;
}

static void *write_on(void *ctx)
{
    (void)ctx;
    pthread_mutex_lock(&bare.lock);
    while (!bare.ends) {
        struct waiting *all = bare.first;
        if (!all) {
            pthread_cond_wait(&bare.came, &bare.lock);
            continue;
        }
        bare.first = NULL;
        pthread_mutex_unlock(&bare.lock);
        bool good = sql_transaction(bare.sql, put_all, all) == SQL_OK;
        pthread_mutex_lock(&bare.lock);
        for (struct waiting *next; all; all = next) {
            next = all->next;
            all->good = good;
            all->done = true;
        }
        pthread_cond_broadcast(&bare.committed);
    }
    pthread_mutex_unlock(&bare.lock);
    return NULL;
}

// --- HTTP --------------------------------------------------------------------

static bool unpack(const struct buf *in, struct buf *out)
{
    z_stream z = {.next_in = (Bytef *)in->data, .avail_in = (uInt)in->size};
    char *room = buf_reserve(out, BODY_MAX);
    if (!room || inflateInit2(&z, GZIP_WINDOW) != Z_OK)
        return false;
    z.next_out = (Bytef *)room;
    z.avail_out = BODY_MAX;
    bool good = inflate(&z, Z_FINISH) == Z_STREAM_END;
    if (good)
        buf_commit(out, z.total_out);
    inflateEnd(&z);
    return good;
}

static bool wait_commit(struct waiting *own)
{
    pthread_mutex_lock(&bare.lock);
    own->next = bare.first;
    bare.first = own;
    pthread_cond_signal(&bare.came);
    while (!own->done)
        pthread_cond_wait(&bare.committed, &bare.lock);
    pthread_mutex_unlock(&bare.lock);
    return own->good;
}

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection,
                              const char *url, const char *method,
                              const char *version, const char *data,
                              size_t *size, void **own)
{
    struct buf *body = *own;
    struct waiting waiting = {.done = false};
    (void)ctx, (void)url, (void)method, (void)version;
    if (!body) {
        *own = calloc(1, sizeof *body);
        return *own ? MHD_YES : MHD_NO;
    }
    if (*size > 0) {
        buf_append(body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    bool good = unpack(body, &waiting.plain) && wait_commit(&waiting);
    buf_free(&waiting.plain);
    struct MHD_Response *response = MHD_create_response_from_buffer(
        good ? 2 : 0, (void *)"{}", MHD_RESPMEM_PERSISTENT);
    enum MHD_Result result =
        MHD_queue_response(connection, good ? 200 : 500, response);
    MHD_destroy_response(response);
    return result;
}

static void forget(void *ctx, struct MHD_Connection *connection, void **own,
                   enum MHD_RequestTerminationCode code)
{
    (void)ctx, (void)connection, (void)code;
    if (*own)
        buf_free(*own);
    free(*own);
}

static bool tell_port(struct MHD_Daemon *daemon, const char *path)
{
    char text[16];
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    int size = snprintf(text, sizeof text, "%u\n", info ? info->port : 0);
    return info && file_replace(path, text, (size_t)size, 0644);
}

int main(int argc, char **argv)
{
    pthread_t writer;
    sigset_t ends;
    int caught;
    if (argc != 3) {
        fputs("usage: bare_server DATABASE PORT-FILE\n", stderr);
        return 2;
    }
    log_set_level(LOG_WARN);
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    if (sql_open(argv[1], SQL_WRITER, statements, STATEMENT_COUNT, &bare.sql) !=
            SQL_OK ||
        sql_migrate(bare.sql, migrations) != SQL_OK ||
        pthread_create(&writer, NULL, write_on, NULL) != 0)
        return 1;
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD |
            MHD_USE_POLL,
        0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &here,
        MHD_OPTION_NOTIFY_COMPLETED, forget, NULL, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_END);
    if (!daemon || !tell_port(daemon, argv[2]))
        return 1;
    sigwait(&ends, &caught);
    MHD_stop_daemon(daemon);
    pthread_mutex_lock(&bare.lock);
    bare.ends = true;
    pthread_cond_signal(&bare.came);
    pthread_mutex_unlock(&bare.lock);
    pthread_join(writer, NULL);
    sql_close(bare.sql);
    return 0;
}

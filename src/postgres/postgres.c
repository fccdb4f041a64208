#include "postgres/postgres.h"
#include "common/clock.h"
#include "common/log.h"
#include "postgres/address.h"
#include "postgres/bulk.h"
#include "postgres/dial.h"
#include "postgres/dialect.h"
#include "postgres/gather.h"
#include "postgres/hosts.h"
#include "postgres/patience.h"
#include "postgres/pipeline.h"
#include "postgres/pool.h"
#include "sql/engine.h"
#include <endian.h>
#include <inttypes.h>
#include <postgresql/libpq-fe.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// How long a lost connection is tried again, in all, how long between two
// tries, and how long it is not tried after that: whoever waits in a queue is
// told so at once and not one after the other.
enum { RECONNECT_MS = 2000, PAUSE_MS = 100, REST_MS = 1000, LENT_MS = 2000 };

// No statement has more.
enum { MOST_PARAMETERS = GATHER_FIELDS };

// Of a long answer, as many rows are in memory at a time.
enum { PART_ROWS = 1000 };

// Types as PostgreSQL numbers them (pg_type.dat); they never change.
enum {
    TYPE_BOOL = 16,
    TYPE_BYTES = 17,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_FLOAT8 = 701,
    TYPE_NUMERIC = 1700
};

static const char module[] = "sql";

// That an answer may take, of every connection; 0: as long as it does.
static _Atomic int64_t most_ms;

void postgres_limit(int seconds)
{
    most_ms = seconds * INT64_C(1000);
}

struct postgres {
    struct sql sql;
    char *url;
    struct pool *pool;      // NULL: the connection is its own
    struct pool_line *line; // of the pool; NULL: none is held
    PGconn *db;             // NULL: likewise
    char schema[ADDRESS_SCHEMA_SIZE];
    enum sql_mode mode;
    unsigned home;    // the same for all with this schema
    unsigned session; // a statement is prepared in one; 0: none yet
    bool in_transaction;
    unsigned transaction; // counts them: a cursor is open in one
    bool is_configured;
    bool is_standby; // it writes no more: another one took its place
    struct patience patience;
    int64_t rests_until; // monotonic: not to be tried again before
    bool is_warned;      // PostgreSQL said something of its own accord
    int64_t changes;
    struct pipeline pipeline;
    struct gathered gathered[GATHER_TABLES];
    enum sql_result put; // what came of those that were put
};

struct parameter {
    Oid type; // of the last value; 0: none was bound, or NULL alone
    const char *value;
    int size;
    bool is_binary;
    char number[32];
};

struct prepared {
    char *text; // as PostgreSQL reads it
    int count;
    struct parameter *parameters;
    unsigned session; // in which it is prepared; 0: in none
    bool is_other;    // a type became known: prepare again
    PGresult *result;
    int row;         // the next
    bool is_long;    // the answer comes in parts
    bool *in_vain;   // that a lock was not had is an answer; or NULL
    unsigned cursor; // the transaction in which it is open; 0: in none
    char number[32]; // the last one that was asked for as text
};

static struct postgres *own(struct sql *sql)
{
    return (struct postgres *)sql;
}

static struct prepared *prepared_of(struct sql_statement *s)
{
    return s->handle;
}

// By SQLSTATE, Appendix A of PostgreSQL's manual.
static enum sql_result result_of_state(const char *state)
{
    static const struct {
        const char *prefix;
        enum sql_result result;
    } kinds[] = {
        {"23", SQL_CLASH},      // integrity constraint violation
        {"42501", SQL_CLASH},   // no privilege: what stays as it is
        {"53100", SQL_FULL},    // disk full
        {"XX001", SQL_CORRUPT}, // data corrupted
        {"XX002", SQL_CORRUPT}, // index corrupted
        {"08", SQL_BUSY},       // connection exception
        {"25006", SQL_BUSY},    // read only: a standby, or about to be one
        {"25P03", SQL_BUSY},    // idle for too long in a transaction
        {"40001", SQL_BUSY},    // serialization failure
        {"40P01", SQL_BUSY},    // deadlock detected
        {"53300", SQL_BUSY},    // too many connections
        {"55P03", SQL_BUSY},    // lock not available
        {"57", SQL_BUSY},       // canceled, shut down, starting up
    };
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strncmp(state, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
            return kinds[i].result;
    }
    return SQL_ERROR;
}

static bool is_lost(struct sql *sql)
{
    return PQstatus(own(sql)->db) != CONNECTION_OK || own(sql)->is_standby;
}

// One line of what PostgreSQL says.
static void log_said(struct sql *sql, const char *what, const char *said,
                     const char *state)
{
    log_error(module, "%s: %.120s: %.*s (%s)", sql->name, what,
              (int)strcspn(said, "\n"), said, state ? state : "no connection");
}

static void log_unconnected(struct sql *sql)
{
    const PGconn *db = own(sql)->db;
    log_said(sql, "connect", db ? PQerrorMessage(db) : "nobody answers there",
             NULL);
}

// Logs a failure where it is seen, once, and says what kind it is. A clash is
// an answer that callers ask for, not a failure.
static enum sql_result seen(struct sql *sql, const PGresult *answer,
                            const char *what)
{
    ExecStatusType status = PQresultStatus(answer);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return SQL_OK;
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    enum sql_result result = state          ? result_of_state(state)
                             : is_lost(sql) ? SQL_BUSY
                                            : SQL_ERROR;
    sql->damaged |= result == SQL_CORRUPT;
    own(sql)->is_standby |=
        state && strcmp(state, "25006") == 0 && own(sql)->mode == SQL_WRITER;
    if (result != SQL_CLASH)
        log_said(sql, what, PQerrorMessage(own(sql)->db), state);
    return result;
}

// Only the first failure says something: what follows it was not run.
static void take_answer(void *ctx, const struct pipeline_entry *entry,
                        PGresult *answer)
{
    struct sql *sql = ctx;
    struct postgres *postgres = own(sql);
    if (postgres->put != SQL_OK)
        return;
    postgres->put = seen(sql, answer, entry->text);
    if (postgres->put == SQL_OK && entry->rows >= 0 &&
        strtoll(PQcmdTuples(answer), NULL, 10) != entry->rows)
        postgres->put = SQL_CLASH;
}

static void name_statement(const struct sql_statement *s, char out[40])
{
    snprintf(out, 40, "s%u_%zu", own(s->sql)->session, s->index);
}

// Behind the statements that were put: those of a few rows.
static void send_few(struct sql *sql, struct gathered *gathered)
{
    struct postgres *postgres = own(sql);
    const char *row = buf_text(&gathered->rows);
    const char *values[GATHER_FIELDS];
    int sizes[GATHER_FIELDS], are_binary[GATHER_FIELDS];
    char name[40];
    name_statement(gathered->s, name);
    for (int i = 0; i < GATHER_FIELDS; i++)
        are_binary[i] = 1;
    for (size_t i = 0; i < gathered->count; i++) {
        struct pipeline_call call = {name, 0, values, sizes, are_binary};
        const struct pipeline_entry entry = {sql->texts[gathered->s->index], 1};
        row = gather_read(row, values, sizes, &call.count);
        if (postgres->pipeline.count == PIPELINE_MAX)
            pipeline_settle(&postgres->pipeline, &postgres->patience,
                            postgres->db, take_answer, sql);
        pipeline_send(&postgres->pipeline, postgres->db, &call, entry);
    }
    gather_forget(gathered);
}

// When all that was put is answered.
static void send_many(struct sql *sql, struct gathered *gathered)
{
    struct bulk bulk = {0};
    struct buf rows = gathered->rows;
    // They wait no longer: to start is to settle.
    gathered->count = 0;
    gathered->rows = (struct buf){0};
    enum sql_result result = buf_ok(&rows) ? SQL_OK : SQL_ERROR;
    if (result == SQL_OK)
        result = bulk_start_in(&bulk, sql, gathered->script);
    if (result == SQL_OK)
        result = bulk_send(&bulk, &rows);
    if (result == SQL_OK)
        result = bulk_finish(&bulk);
    bulk_end(&bulk);
    buf_free(&rows);
    if (own(sql)->put == SQL_OK)
        own(sql)->put = result;
}

// Before anything else is asked: what came of the statements that were put,
// since the transaction began.
static enum sql_result settle(struct sql *sql)
{
    struct postgres *postgres = own(sql);
    for (int i = 0; i < GATHER_TABLES; i++) {
        struct gathered *gathered = &postgres->gathered[i];
        if (gathered->count > 0 && gathered->count < GATHER_FEW)
            send_few(sql, gathered);
    }
    pipeline_settle(&postgres->pipeline, &postgres->patience, postgres->db,
                    take_answer, sql);
    for (int i = 0; i < GATHER_TABLES && postgres->put == SQL_OK; i++) {
        if (postgres->gathered[i].count > 0)
            send_many(sql, &postgres->gathered[i]);
    }
    return postgres->put;
}

static enum sql_result run_once(struct sql *sql, const char *script)
{
    PGresult *answer = patience_run(&own(sql)->patience, own(sql)->db, script);
    enum sql_result result = seen(sql, answer, script);
    PQclear(answer);
    return result;
}

// A server that was told not to sync would acknowledge what a power cut takes.
static enum sql_result expect_durable(struct sql *sql)
{
    static const char query[] =
        "SELECT string_agg(name, ', ') FROM pg_settings WHERE setting = 'off'"
        " AND name IN ('fsync', 'full_page_writes', 'synchronous_commit')";
    PGresult *answer = patience_run(&own(sql)->patience, own(sql)->db, query);
    enum sql_result result = seen(sql, answer, query);
    if (result == SQL_OK && !PQgetisnull(answer, 0, 0)) {
        log_error(module,
                  "%s: %s off: what it acknowledges would not survive a power "
                  "cut; set it on in postgresql.conf",
                  sql->name, PQgetvalue(answer, 0, 0));
        result = SQL_ERROR;
    }
    PQclear(answer);
    return result;
}

// The first column, or NULL; freed by the caller.
static char *answer_to(struct sql *sql, const char *query)
{
    PGresult *answer = patience_run(&own(sql)->patience, own(sql)->db, query);
    char *said = NULL;
    if (seen(sql, answer, query) == SQL_OK && PQntuples(answer) == 1)
        said = strdup(PQgetvalue(answer, 0, 0));
    PQclear(answer);
    return said;
}

// What stands before the address is only what it does not say itself; what
// stands behind it is in its place. A standby
// is behind, so readers are not sent to one either. A machine that is gone
// without a word is given up after some seconds.
static PGconn *connect_to(const char *url, enum sql_mode mode)
{
    const char *const keywords[] = {"fallback_application_name",
                                    "connect_timeout",
                                    "tcp_user_timeout",
                                    "keepalives_idle",
                                    "keepalives_interval",
                                    "target_session_attrs",
                                    "dbname",
                                    "host",
                                    "hostaddr",
                                    "port",
                                    "client_encoding",
                                    NULL};
    struct hosts hosts;
    hosts_of(url, &hosts);
    const char *const values[] = {
        "hailong",  "5",        "10000",
        "5",        "5",        mode == SQL_WRITER ? "read-write" : "primary",
        url,        hosts.host, hosts.hostaddr,
        hosts.port, "UTF8",     NULL};
    PGconn *db = PQconnectdbParams(keywords, values, 1);
    hosts_free(&hosts);
    if (PQstatus(db) == CONNECTION_OK)
        hosts_remember(url, db);
    return db;
}

static bool is_behind_a_pool(struct sql *sql)
{
    char *pid = answer_to(sql, "SELECT pg_backend_pid()");
    bool is_other = pid && strtol(pid, NULL, 10) != PQbackendPID(own(sql)->db);
    free(pid);
    return is_other;
}

// While another transaction is on, a pool that lends connections by the
// transaction gives us another one than before. A pool that has none left for
// the other lets it wait: that shows nothing, and lasts a moment only.
static bool is_lent_by_transaction(struct sql *sql)
{
    PGconn *other = connect_to(own(sql)->url, own(sql)->mode);
    char *before = answer_to(sql, "SELECT pg_backend_pid()");
    struct patience patience = {.most_ms = LENT_MS};
    PQsetnonblocking(other, 1);
    PQclear(patience_run(&patience, other, "BEGIN"));
    char *after = answer_to(sql, "SELECT pg_backend_pid()");
    bool differ = before && after && strcmp(before, after) != 0;
    PQfinish(other);
    free(before);
    free(after);
    return differ;
}

// What is prepared and set holds for a session. In a pool that lends
// connections by the transaction it would be lost to us, and meet others.
static enum sql_result expect_session(struct sql *sql)
{
    if (!is_behind_a_pool(sql) || !is_lent_by_transaction(sql))
        return SQL_OK;
    log_error(module,
              "%s: a pool in between gives each transaction another "
              "connection: connect directly, or set it to sessions "
              "(pgbouncer: pool_mode = session)",
              sql->name);
    return SQL_ERROR;
}

// An address may ask for any session there is.
static enum sql_result expect_primary(struct sql *sql)
{
    static const char query[] = "SELECT pg_is_in_recovery()";
    PGresult *answer = patience_run(&own(sql)->patience, own(sql)->db, query);
    enum sql_result result = seen(sql, answer, query);
    if (result == SQL_OK && PQgetvalue(answer, 0, 0)[0] == 't') {
        log_error(module,
                  "%s: %s is a standby: it is behind, and takes no writes; "
                  "leave target_session_attrs out of the address, and name "
                  "the primary too",
                  sql->name, PQhost(own(sql)->db));
        result = SQL_BUSY;
    }
    PQclear(answer);
    return result;
}

// Nothing is refused for these, but somebody should know.
static void warn_of_surroundings(struct sql *sql)
{
    enum { APART_S = 60 };
    char *forgotten = answer_to(
        sql, "SELECT count(*) FROM pg_stat_replication WHERE"
             " application_name <> 'pg_basebackup'"
             " AND current_setting('synchronous_standby_names') = ''");
    char *clock = answer_to(
        sql, "SELECT cast(extract(epoch FROM clock_timestamp()) AS BIGINT)");
    char *is_superuser =
        answer_to(sql, "SELECT current_setting('is_superuser')");
    int64_t ahead =
        clock ? clock_wall_ms() / 1000 - strtoll(clock, NULL, 10) : 0;
    if (forgotten && strcmp(forgotten, "0") != 0)
        log_warn(module,
                 "%s: has a standby that no commit waits for: a fail-over "
                 "would lose what was acknowledged last; name it in "
                 "synchronous_standby_names",
                 sql->name);
    if (ahead > APART_S || ahead < -APART_S)
        log_warn(module,
                 "%s: this machine's clock is %" PRId64 " s %s the database's; "
                 "set the one that is wrong",
                 sql->name, ahead > 0 ? ahead : -ahead,
                 ahead > 0 ? "ahead of" : "behind");
    if (is_superuser && strcmp(is_superuser, "on") == 0)
        log_warn(module,
                 "%s: the role %s is a superuser, and nothing keeps it from "
                 "changing evidence: give the database to a role that is none",
                 sql->name, PQuser(own(sql)->db));
    free(forgotten);
    free(clock);
    free(is_superuser);
}

static enum sql_result limit_idleness(struct sql *sql)
{
    enum { USUAL_MS = 300000 };
    char script[96];
    snprintf(script, sizeof script,
             "SET idle_in_transaction_session_timeout = %" PRId64,
             most_ms > 0 ? most_ms : USUAL_MS);
    return run_once(sql, script);
}

// What a commit acknowledged survives a power cut of the database's machine,
// and of its synchronous standbys where there are some. A statement waits for a
// lock as long as one of SQLite does, and ends when nobody waits for it. When
// this machine is gone without a word, PostgreSQL would hold its transaction's
// locks, and with them the turn to write, for two hours: it gives the
// connection up after some seconds, as we do, and the transaction of a program
// that hangs when we would give up its answer, or after some minutes.
static enum sql_result configure(struct sql *sql)
{
    char common[768];
    snprintf(common, sizeof common,
             "SET search_path = \"%s\";"
             "SET synchronous_commit = on;"
             "SET lock_timeout = 2000;"
             "SET tcp_keepalives_idle = 5;"
             "SET tcp_keepalives_interval = 5;"
             "SET tcp_keepalives_count = 2;"
             "SET tcp_user_timeout = 10000;"
             "SELECT set_config(name, '5000', false) FROM pg_settings"
             " WHERE name = 'client_connection_check_interval';"
             "SET client_min_messages = warning;"
             "SET jit = off;",
             own(sql)->schema);
    if (PQsetnonblocking(own(sql)->db, 1) != 0)
        return SQL_BUSY;
    enum sql_result result = expect_session(sql);
    if (result == SQL_OK)
        result = run_once(sql, common);
    if (result != SQL_OK)
        return result;
    if (own(sql)->mode == SQL_FOLLOWER)
        return run_once(sql, "SET default_transaction_read_only = on");
    result = limit_idleness(sql);
    if (result == SQL_OK)
        result = expect_primary(sql);
    if (result == SQL_OK)
        result = expect_durable(sql);
    if (result == SQL_OK)
        warn_of_surroundings(sql);
    return result;
}

static void log_notice(void *ctx, const char *said)
{
    struct sql *sql = ctx;
    own(sql)->is_warned = true;
    log_warn(module, "%s: %.*s", sql->name, (int)strcspn(said, "\n"), said);
}

// What was prepared before is not known any more.
static void begin_session(struct sql *sql)
{
    static atomic_uint sessions;
    struct pool_line *line = own(sql)->line;
    own(sql)->session = atomic_fetch_add(&sessions, 1) + 1;
    if (line) {
        line->session = own(sql)->session;
        line->sessions[line->session_count++] = own(sql)->session;
    }
}

// Readers that share are threads that serve other databases too.
static struct pool *others_of(const struct postgres *postgres)
{
    return postgres->mode != SQL_WRITER ? postgres->pool : NULL;
}

static void begin_patience(struct postgres *postgres)
{
    postgres->patience =
        (struct patience){.most_ms = most_ms, .pool = others_of(postgres)};
}

// One try: the first connection, or the one that was lost, made anew.
static enum sql_result connect_once(struct sql *sql)
{
    struct postgres *postgres = own(sql);
    postgres->is_standby = false;
    postgres->is_configured = false;
    begin_patience(postgres);
    // Not PQreset(), which asks its hosts in the order of then.
    PQfinish(postgres->db);
    struct pool *pool = others_of(postgres);
    postgres->db = pool ? dial(connect_to, postgres->url, postgres->mode, pool)
                        : connect_to(postgres->url, postgres->mode);
    postgres->patience.is_alone = !postgres->db;
    if (postgres->line) {
        postgres->line->db = postgres->db;
        postgres->line->session_count = 0;
    }
    if (is_lost(sql))
        return SQL_BUSY;
    PQsetNoticeProcessor(postgres->db, log_notice, sql);
    begin_session(sql);
    enum sql_result result = configure(sql);
    postgres->is_configured = result == SQL_OK;
    return result;
}

// Whether there is a connection. One that was lost is made anew, in tries as
// long as the bounded wait lasts; but those who serve others are told at once.
static bool connect_again(struct sql *sql)
{
    struct postgres *postgres = own(sql);
    int64_t now = clock_mono_us() / 1000;
    int64_t until = now + (others_of(postgres) ? 0 : RECONNECT_MS);
    if (now < postgres->rests_until ||
        (postgres->pool && postgres->patience.is_alone))
        return false;
    for (;;) {
        if (connect_once(sql) == SQL_OK)
            return true;
        if (clock_mono_us() / 1000 >= until)
            break;
        usleep(PAUSE_MS * 1000);
    }
    log_unconnected(sql);
    own(sql)->rests_until = clock_mono_us() / 1000 + REST_MS;
    return false;
}

static bool has_session(const struct pool_line *line, unsigned session)
{
    for (unsigned i = 0; i < line->session_count; i++) {
        if (line->sessions[i] == session)
            return true;
    }
    return false;
}

// A connection that served another means that one's tables.
static enum sql_result take_over(struct sql *sql, struct pool_line *line)
{
    char script[128];
    bool is_full = line->session_count == POOL_SESSIONS;
    bool is_known = has_session(line, own(sql)->session);
    snprintf(script, sizeof script, "%sSET search_path = \"%s\"",
             is_full && !is_known ? "DEALLOCATE ALL; " : "", own(sql)->schema);
    line->session = own(sql)->session;
    if (!is_known) {
        line->session_count = is_full ? 0 : line->session_count;
        begin_session(sql);
    }
    return run_once(sql, script);
}

static enum sql_result meet(struct sql *sql, struct pool_line *line)
{
    struct postgres *postgres = own(sql);
    postgres->line = line;
    postgres->db = line->db;
    postgres->is_standby = false;
    postgres->is_configured = true;
    begin_patience(postgres);
    if (!line->db)
        return connect_once(sql);
    PQsetNoticeProcessor(postgres->db, log_notice, sql);
    return line->session == postgres->session ? SQL_OK : take_over(sql, line);
}

static bool greet(void *ctx, struct pool_line *line)
{
    return meet(ctx, line) == SQL_OK || connect_again(ctx);
}

static bool take_line(struct sql *sql, pool_greet *how, void *ctx)
{
    struct postgres *postgres = own(sql);
    postgres->line =
        pool_take(postgres->pool, postgres->home, postgres->session, how, ctx);
    if (!postgres->line)
        postgres->db = NULL;
    return postgres->line != NULL;
}

// After each transaction, and after a statement outside of one.
static void let_go(struct sql *sql)
{
    struct postgres *postgres = own(sql);
    if (!postgres->line || postgres->in_transaction)
        return;
    pool_give(postgres->pool, postgres->line,
              postgres->patience.is_alone                        ? POOL_AWAY
              : postgres->is_standby || !postgres->is_configured ? POOL_USELESS
                                                                 : POOL_WELL);
    postgres->line = NULL;
    postgres->db = NULL;
}

// A connection for what comes now, outside of a transaction. False: there is
// none.
static bool hold(struct sql *sql)
{
    struct postgres *postgres = own(sql);
    if (postgres->pool && !postgres->line)
        return take_line(sql, greet, sql);
    bool is_held = !is_lost(sql) || connect_again(sql);
    if (!is_held)
        let_go(sql);
    return is_held;
}

static enum sql_result run(struct sql *sql, const char *script)
{
    if (!own(sql)->in_transaction && !hold(sql))
        return SQL_BUSY;
    enum sql_result result = settle(sql);
    own(sql)->patience.most_ms = 0;
    if (result == SQL_OK)
        result = run_once(sql, script);
    own(sql)->patience.most_ms = most_ms;
    let_go(sql);
    return result;
}

static bool learn_text(struct sql_statement *s)
{
    struct prepared *p = calloc(1, sizeof *p);
    s->handle = p;
    if (p)
        p->text = dialect_postgres(s->sql->texts[s->index], &p->count);
    if (p && p->text && p->count <= MOST_PARAMETERS)
        p->parameters = calloc((size_t)p->count + 1, sizeof *p->parameters);
    return p && p->parameters;
}

static void forget_text(struct prepared *p)
{
    if (!p)
        return;
    PQclear(p->result);
    free(p->parameters);
    free(p->text);
    free(p);
}

// A cursor ends with its transaction, too.
static void close_cursor(struct sql_statement *s)
{
    struct prepared *p = prepared_of(s);
    struct postgres *postgres = own(s->sql);
    char script[32];
    snprintf(script, sizeof script, "CLOSE c%zu", s->index);
    if (p->cursor != 0 && p->cursor == postgres->transaction &&
        PQtransactionStatus(postgres->db) == PQTRANS_INTRANS)
        run_once(s->sql, script);
    p->cursor = 0;
}

static void clear(struct sql_statement *s)
{
    struct prepared *p = prepared_of(s);
    PQclear(p->result);
    p->result = NULL;
    p->row = 0;
    close_cursor(s);
    p->is_long = false;
    for (int i = 0; i < p->count; i++)
        p->parameters[i].value = NULL;
}

static void use(struct sql_statement *s)
{
    if (!s->handle && !learn_text(s)) {
        log_error(module, "%.120s: no memory, or too many parameters",
                  s->sql->texts[s->index]);
        forget_text(s->handle);
        s->handle = NULL;
        s->failure = SQL_ERROR;
        return;
    }
    clear(s);
}

static void expect_many(struct sql_statement *s)
{
    if (s->handle)
        prepared_of(s)->is_long = true;
}

// A statement is prepared at its first step, when the types of what it is bound
// to are known.
static struct parameter *bind(struct sql_statement *s, int index, Oid type)
{
    struct prepared *p = prepared_of(s);
    if (!p || index < 1 || index > p->count) {
        if (s->failure == SQL_OK)
            log_error(module, "%.120s: has no parameter %d",
                      s->sql->texts[s->index], index);
        s->failure = SQL_ERROR;
        return NULL;
    }
    struct parameter *bound = &p->parameters[index - 1];
    if (bound->type != type && type != 0) {
        bound->type = type;
        p->is_other = true;
    }
    return bound;
}

static void bind_int(struct sql_statement *s, int index, int64_t value)
{
    struct parameter *bound = bind(s, index, TYPE_INT8);
    if (!bound)
        return;
    snprintf(bound->number, sizeof bound->number, "%" PRId64, value);
    bound->value = bound->number;
    bound->is_binary = false;
}

static void bind_real(struct sql_statement *s, int index, double value)
{
    struct parameter *bound = bind(s, index, TYPE_FLOAT8);
    if (!bound)
        return;
    snprintf(bound->number, sizeof bound->number, "%.17g", value);
    bound->value = bound->number;
    bound->is_binary = false;
}

static void bind_text(struct sql_statement *s, int index, const char *text)
{
    struct parameter *bound = bind(s, index, TYPE_TEXT);
    if (!bound)
        return;
    bound->value = text;
    bound->is_binary = false;
}

static void bind_bytes(struct sql_statement *s, int index, const void *bytes,
                       size_t size)
{
    struct parameter *bound = bind(s, index, TYPE_BYTES);
    if (!bound)
        return;
    bound->value = bytes;
    bound->size = (int)size;
    bound->is_binary = true;
}

static void bind_null(struct sql_statement *s, int index)
{
    struct parameter *bound = bind(s, index, 0);
    if (bound)
        bound->value = NULL;
}

static void types_of(const struct prepared *p, Oid out[MOST_PARAMETERS])
{
    for (int i = 0; i < p->count; i++)
        out[i] = p->parameters[i].type ? p->parameters[i].type : TYPE_INT8;
}

static enum sql_result prepare(struct sql_statement *s, const char *name)
{
    struct prepared *p = prepared_of(s);
    struct postgres *postgres = own(s->sql);
    Oid types[MOST_PARAMETERS];
    char forget[64];
    types_of(p, types);
    if (p->session == postgres->session) {
        snprintf(forget, sizeof forget, "DEALLOCATE %s", name);
        enum sql_result result = run_once(s->sql, forget);
        if (result != SQL_OK)
            return result;
    }
    p->session = 0;
    PGresult *answer = patience_answer(
        &postgres->patience, postgres->db,
        PQsendPrepare(postgres->db, name, p->text, p->count, types));
    enum sql_result result = seen(s->sql, answer, p->text);
    PQclear(answer);
    if (result == SQL_OK) {
        p->session = postgres->session;
        p->is_other = false;
    }
    return result;
}

// A statement as it is sent.
struct ready {
    char name[40];
    const char *values[MOST_PARAMETERS];
    int sizes[MOST_PARAMETERS], are_binary[MOST_PARAMETERS];
};

static void values_of(const struct prepared *p, struct ready *out)
{
    for (int i = 0; i < p->count; i++) {
        out->values[i] = p->parameters[i].value;
        out->sizes[i] = p->parameters[i].size;
        out->are_binary[i] = p->parameters[i].is_binary;
    }
}

static enum sql_result make_ready(struct sql_statement *s, struct ready *out)
{
    struct prepared *p = prepared_of(s);
    // cppcheck-suppress ctuuninitvar // it is filled here
    name_statement(s, out->name);
    if (p->is_other || p->session != own(s->sql)->session) {
        enum sql_result result = settle(s->sql);
        if (result == SQL_OK)
            result = prepare(s, out->name);
        if (result != SQL_OK)
            return result;
    }
    values_of(p, out);
    return SQL_OK;
}

// The next part of a long answer.
static enum sql_result fetch(struct sql_statement *s)
{
    struct prepared *p = prepared_of(s);
    char query[48];
    enum sql_result result = settle(s->sql);
    if (result != SQL_OK)
        return result;
    snprintf(query, sizeof query, "FETCH %d FROM c%zu", PART_ROWS, s->index);
    PGconn *db = own(s->sql)->db;
    own(s->sql)->patience.most_ms = 0;
    PGresult *answer = patience_answer(
        &own(s->sql)->patience, db,
        PQsendQueryParams(db, query, 0, NULL, NULL, NULL, NULL, 1));
    own(s->sql)->patience.most_ms = most_ms;
    result = seen(s->sql, answer, p->text);
    PQclear(p->result);
    p->result = result == SQL_OK ? answer : NULL;
    p->row = 0;
    if (result != SQL_OK)
        PQclear(answer);
    return result;
}

static enum sql_result open_cursor(struct sql_statement *s)
{
    struct prepared *p = prepared_of(s);
    struct ready ready;
    Oid types[MOST_PARAMETERS];
    char *script = NULL;
    enum sql_result result = settle(s->sql);
    if (result != SQL_OK)
        return result;
    if (asprintf(&script, "DECLARE c%zu NO SCROLL CURSOR FOR %s", s->index,
                 p->text) < 0) {
        log_error(module, "out of memory");
        return SQL_ERROR;
    }
    types_of(p, types);
    values_of(p, &ready);
    PGconn *db = own(s->sql)->db;
    PGresult *answer = patience_answer(
        &own(s->sql)->patience, db,
        PQsendQueryParams(db, script, p->count, types, ready.values,
                          ready.sizes, ready.are_binary, 0));
    result = seen(s->sql, answer, p->text);
    PQclear(answer);
    free(script);
    if (result != SQL_OK)
        return result;
    p->cursor = own(s->sql)->transaction;
    return fetch(s);
}

static enum sql_result answer_of(struct sql_statement *s,
                                 const PGresult *answer)
{
    struct prepared *p = prepared_of(s);
    const char *state = PQresultErrorField(answer, PG_DIAG_SQLSTATE);
    if (!p->in_vain || !state || strcmp(state, "55P03") != 0)
        return seen(s->sql, answer, p->text);
    *p->in_vain = true;
    return SQL_BUSY;
}

static enum sql_result execute(struct sql_statement *s)
{
    struct prepared *p = prepared_of(s);
    struct ready ready;
    if (p->is_long && own(s->sql)->in_transaction)
        return open_cursor(s);
    enum sql_result result = make_ready(s, &ready);
    if (result == SQL_OK)
        result = settle(s->sql);
    if (result != SQL_OK)
        return result;
    PGconn *db = own(s->sql)->db;
    PGresult *answer = patience_answer(
        &own(s->sql)->patience, db,
        PQsendQueryPrepared(db, ready.name, p->count, ready.values, ready.sizes,
                            ready.are_binary, 1));
    result = answer_of(s, answer);
    if (result == SQL_OK) {
        p->result = answer;
        own(s->sql)->changes = strtoll(PQcmdTuples(answer), NULL, 10);
    } else {
        PQclear(answer);
    }
    return result;
}

// What is written is written in a transaction, so a statement outside of one
// only reads and may run again.
static enum sql_result execute_again(struct sql_statement *s)
{
    struct sql *sql = s->sql;
    if (own(sql)->in_transaction)
        return is_lost(sql) ? SQL_BUSY : execute(s);
    if (!hold(sql))
        return SQL_BUSY;
    enum sql_result result = execute(s);
    if (result == SQL_BUSY && is_lost(sql) && connect_again(sql))
        result = execute(s);
    let_go(sql);
    return result;
}

static enum sql_result step(struct sql_statement *s)
{
    struct prepared *p = prepared_of(s);
    enum sql_result result = p->result ? SQL_OK : execute_again(s);
    if (result == SQL_OK && p->cursor != 0 && p->row == PART_ROWS)
        result = fetch(s);
    if (result != SQL_OK)
        return result;
    if (p->row >= PQntuples(p->result)) {
        PQclear(p->result);
        p->result = NULL;
        p->row = 0;
        close_cursor(s);
        return SQL_NONE;
    }
    p->row++;
    return SQL_OK;
}

static enum sql_result step_waiting(struct sql_statement *s, bool *out_in_vain)
{
    struct prepared *p = prepared_of(s);
    p->in_vain = out_in_vain;
    enum sql_result result = step(s);
    p->in_vain = NULL;
    return result;
}

// Outside of a transaction nothing would tell what came of it.
static enum sql_result make_ready_to_put(struct sql_statement *s,
                                         struct ready *out)
{
    if (!own(s->sql)->in_transaction) {
        log_error(module, "%.120s: put outside of a transaction",
                  prepared_of(s)->text);
        return SQL_ERROR;
    }
    return is_lost(s->sql) ? SQL_BUSY : make_ready(s, out);
}

// What is put about a table comes behind the rows that wait for it.
static bool is_waited_for(const struct postgres *postgres, const char *text)
{
    for (int i = 0; i < GATHER_TABLES; i++) {
        const struct gathered *gathered = &postgres->gathered[i];
        if (gathered->count > 0 && gather_is_in(gathered, text))
            return true;
    }
    return false;
}

static enum sql_result put(struct sql_statement *s, int64_t rows)
{
    struct prepared *p = prepared_of(s);
    struct postgres *postgres = own(s->sql);
    struct ready ready;
    enum sql_result result = make_ready_to_put(s, &ready);
    if (result == SQL_OK && (postgres->pipeline.count == PIPELINE_MAX ||
                             is_waited_for(postgres, p->text)))
        result = settle(s->sql);
    if (result != SQL_OK)
        return result;
    const struct pipeline_call call = {ready.name, p->count, ready.values,
                                       ready.sizes, ready.are_binary};
    const struct pipeline_entry entry = {p->text, rows};
    return pipeline_send(&postgres->pipeline, postgres->db, &call, entry)
               ? SQL_OK
               : settle(s->sql);
}

static struct gathered *gathered_of(struct sql_statement *s)
{
    struct postgres *postgres = own(s->sql);
    for (int i = 0; i < GATHER_TABLES; i++) {
        if (postgres->gathered[i].s == s)
            return &postgres->gathered[i];
        if (!postgres->gathered[i].s)
            return gather_begin(&postgres->gathered[i], s, prepared_of(s)->text)
                       ? &postgres->gathered[i]
                       : NULL;
    }
    return NULL;
}

static void gather_parameter(struct buf *row, const struct parameter *bound)
{
    if (!bound->value)
        bulk_null(row);
    else if (bound->type == TYPE_INT8)
        bulk_int(row, strtoll(bound->value, NULL, 10));
    else
        bulk_bytes(row, bound->value,
                   bound->is_binary ? (size_t)bound->size
                                    : strlen(bound->value));
}

static enum sql_result put_row(struct sql_statement *s)
{
    const struct prepared *p = prepared_of(s);
    struct ready ready;
    enum sql_result result = make_ready_to_put(s, &ready);
    struct gathered *gathered = result == SQL_OK ? gathered_of(s) : NULL;
    if (result == SQL_OK && !gathered)
        return put(s, 1);
    if (result == SQL_OK && gathered->rows.size >= GATHER_MOST)
        result = settle(s->sql);
    if (result != SQL_OK)
        return result;
    bulk_row(&gathered->rows, p->count);
    for (int i = 0; i < p->count; i++)
        gather_parameter(&gathered->rows, &p->parameters[i]);
    gathered->count++;
    return buf_ok(&gathered->rows) ? SQL_OK : SQL_ERROR;
}

static bool is_null(struct sql_statement *s, int column)
{
    struct prepared *p = prepared_of(s);
    return !p || !p->result || p->row == 0 ||
           PQgetisnull(p->result, p->row - 1, column);
}

static uint16_t two_bytes(const char *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return be16toh(value);
}

static int64_t eight_bytes(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return (int64_t)be64toh(value);
}

// The whole part of a sum: groups of four digits, the first one's weight as a
// power of 10,000, the sign (numeric_send() of PostgreSQL).
static int64_t whole_of(const char *at)
{
    enum { HEADER = 8, NEGATIVE = 0x4000 };
    int groups = (int16_t)two_bytes(at), weight = (int16_t)two_bytes(at + 2);
    int64_t whole = 0;
    for (int i = 0; i <= weight; i++)
        whole = whole * 10000 +
                (i < groups ? two_bytes(at + HEADER + 2 * (ptrdiff_t)i) : 0);
    return two_bytes(at + 4) == NEGATIVE ? -whole : whole;
}

static int64_t read_int(struct sql_statement *s, int column)
{
    struct prepared *p = prepared_of(s);
    if (is_null(s, column))
        return 0;
    const char *at = PQgetvalue(p->result, p->row - 1, column);
    switch (PQftype(p->result, column)) {
    case TYPE_BOOL:
        return *at != 0;
    case TYPE_INT8:
        return eight_bytes(at);
    case TYPE_INT4:
        return (int32_t)((uint32_t)two_bytes(at) << 16 | two_bytes(at + 2));
    case TYPE_INT2:
        return (int16_t)two_bytes(at);
    case TYPE_NUMERIC:
        return whole_of(at);
    default:
        return strtoll(at, NULL, 10);
    }
}

static double read_real(struct sql_statement *s, int column)
{
    struct prepared *p = prepared_of(s);
    if (is_null(s, column) || PQftype(p->result, column) != TYPE_FLOAT8)
        return (double)read_int(s, column);
    int64_t bits = eight_bytes(PQgetvalue(p->result, p->row - 1, column));
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static bool is_number(Oid type)
{
    return type == TYPE_INT8 || type == TYPE_INT4 || type == TYPE_INT2 ||
           type == TYPE_NUMERIC || type == TYPE_BOOL;
}

static const char *read_text(struct sql_statement *s, int column)
{
    struct prepared *p = prepared_of(s);
    if (is_null(s, column))
        return NULL;
    if (!is_number(PQftype(p->result, column)))
        return PQgetvalue(p->result, p->row - 1, column);
    snprintf(p->number, sizeof p->number, "%" PRId64, read_int(s, column));
    return p->number;
}

static const void *read_bytes(struct sql_statement *s, int column,
                              size_t *out_size)
{
    struct prepared *p = prepared_of(s);
    if (is_null(s, column)) {
        *out_size = 0;
        return NULL;
    }
    *out_size = (size_t)PQgetlength(p->result, p->row - 1, column);
    return PQgetvalue(p->result, p->row - 1, column);
}

static void done(struct sql_statement *s)
{
    if (s->handle)
        clear(s);
}

static int64_t changes(struct sql *sql)
{
    return own(sql)->changes;
}

static enum sql_result begin_as(struct sql *sql, const char *how)
{
    if (!hold(sql))
        return SQL_BUSY;
    enum sql_result result = settle(sql);
    if (result == SQL_OK)
        result = run_once(sql, how);
    // Nothing is begun yet.
    if (result == SQL_BUSY && is_lost(sql) && connect_again(sql))
        result = run_once(sql, how);
    own(sql)->in_transaction = result == SQL_OK;
    own(sql)->transaction++;
    let_go(sql);
    return result;
}

static enum sql_result begin(struct sql *sql)
{
    return begin_as(sql, "BEGIN READ WRITE");
}

static enum sql_result begin_reading(struct sql *sql)
{
    return begin_as(sql, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

// A COMMIT of a transaction that failed answers ROLLBACK. One that was told not
// to wait for the standby any longer answers COMMIT, with a warning: what it
// wrote may be gone after a fail-over, so it is not done.
static enum sql_result commit(struct sql *sql)
{
    enum sql_result result = settle(sql);
    if (result != SQL_OK)
        return result;
    own(sql)->is_warned = false;
    PGresult *answer =
        patience_run(&own(sql)->patience, own(sql)->db, "COMMIT");
    result = seen(sql, answer, "COMMIT");
    if (result == SQL_OK && strcmp(PQcmdStatus(answer), "COMMIT") != 0) {
        log_error(module, "%s: a statement failed, nothing is committed",
                  sql->name);
        result = SQL_ERROR;
    }
    if (result == SQL_OK && own(sql)->is_warned)
        result = SQL_BUSY;
    PQclear(answer);
    own(sql)->in_transaction = result != SQL_OK;
    let_go(sql);
    return result;
}

static void roll_back(struct sql *sql)
{
    for (int i = 0; i < GATHER_TABLES; i++)
        gather_forget(&own(sql)->gathered[i]);
    settle(sql);
    own(sql)->put = SQL_OK;
    own(sql)->in_transaction = false;
    if (!is_lost(sql) && PQtransactionStatus(own(sql)->db) != PQTRANS_IDLE)
        run_once(sql, "ROLLBACK");
    let_go(sql);
}

// The first column of a one-row query; `absent` when there is no row.
static enum sql_result ask(struct sql *sql, const char *query, int64_t absent,
                           int64_t *out)
{
    if (!own(sql)->in_transaction && !hold(sql))
        return SQL_BUSY;
    enum sql_result result = settle(sql);
    if (result == SQL_OK) {
        PGresult *answer =
            patience_run(&own(sql)->patience, own(sql)->db, query);
        result = seen(sql, answer, query);
        if (result == SQL_OK)
            *out = PQntuples(answer) > 0
                       ? strtoll(PQgetvalue(answer, 0, 0), NULL, 10)
                       : absent;
        PQclear(answer);
    }
    let_go(sql);
    return result;
}

// How many tables of the connection's schema `condition` holds of.
static enum sql_result count_tables(struct sql *sql, const char *condition,
                                    int64_t *out_count)
{
    char query[192];
    snprintf(query, sizeof query,
             "SELECT count(*) FROM pg_tables WHERE schemaname = '%s'%s",
             own(sql)->schema, condition);
    return ask(sql, query, 0, out_count);
}

static enum sql_result has_schema(struct sql *sql, int64_t *out_count)
{
    char query[192];
    snprintf(query, sizeof query,
             "SELECT count(*) FROM pg_namespace WHERE nspname = '%s'",
             own(sql)->schema);
    return ask(sql, query, 0, out_count);
}

// It is asked for first: to make one, even if it is there, takes a right that
// the writer may not have. A clash is that, or another's who makes it now.
static enum sql_result make_schema(struct sql *sql)
{
    char script[128];
    int64_t count = 0;
    enum sql_result result = has_schema(sql, &count);
    if (result != SQL_OK || count > 0)
        return result;
    snprintf(script, sizeof script, "CREATE SCHEMA IF NOT EXISTS \"%s\"",
             own(sql)->schema);
    result = run(sql, script);
    if (result == SQL_CLASH)
        result = has_schema(sql, &count);
    else
        count = 1;
    if (result == SQL_OK && count == 0) {
        log_error(module,
                  "%s: the role may not make the schema %s; let the "
                  "database's owner make it: CREATE SCHEMA %s AUTHORIZATION …",
                  sql->name, own(sql)->schema, own(sql)->schema);
        result = SQL_ERROR;
    }
    return result;
}

static enum sql_result version_of(struct sql *sql, int *out_version)
{
    int64_t count = 0, version = 0;
    enum sql_result result =
        count_tables(sql, " AND tablename = 'schema_version'", &count);
    if (result == SQL_OK && count > 0)
        result = ask(sql, "SELECT version FROM schema_version", 0, &version);
    if (result == SQL_OK)
        *out_version = (int)version;
    return result;
}

// The table that is being made by somebody else, or its row, is waited for;
// only another statement sees what became of it.
static enum sql_result lock_version(struct sql *sql, int *out_version)
{
    int64_t version = 0;
    enum sql_result result =
        run(sql, "CREATE TABLE IF NOT EXISTS schema_version"
                 " (version BIGINT PRIMARY KEY, program BIGINT NOT NULL);"
                 "SELECT FROM schema_version FOR UPDATE");
    if (result == SQL_OK)
        result = ask(sql, "SELECT version FROM schema_version", 0, &version);
    *out_version = (int)version;
    return result;
}

static enum sql_result set_version(struct sql *sql, int version, int program)
{
    char script[256];
    snprintf(script, sizeof script,
             "CREATE TABLE IF NOT EXISTS schema_version"
             " (version BIGINT PRIMARY KEY, program BIGINT NOT NULL);"
             "DELETE FROM schema_version;"
             "INSERT INTO schema_version VALUES (%d, %d)",
             version, program);
    return run(sql, script);
}

static int program_of(struct sql *sql)
{
    int64_t program = 0;
    ask(sql, "SELECT program FROM schema_version", 0, &program);
    return (int)program;
}

static enum sql_result before_migration(struct sql *sql, int held)
{
    int64_t count = 0;
    if (held != 0)
        return SQL_OK;
    enum sql_result result = count_tables(sql, "", &count);
    if (result == SQL_OK && count == 0)
        return make_schema(sql);
    int version = 0;
    if (result == SQL_OK)
        result = version_of(sql, &version);
    // Another program made them since: the migration sees it.
    if (result != SQL_OK || version > 0)
        return result;
    log_error(module,
              "%s: the schema %s has tables, but no version: it is another "
              "program's, hailong migrate has not finished it, or it was "
              "damaged",
              sql->name, own(sql)->schema);
    return SQL_CORRUPT;
}

static bool schema_is(struct sql *sql, const struct sql_migration *migrations)
{
    int last = 0;
    for (; migrations->version; migrations++)
        last = migrations->version;
    return sql_version(sql) == last;
}

static bool changed(struct sql *sql)
{
    (void)sql;
    return true;
}

static bool is_replaced(struct sql *sql)
{
    (void)sql;
    return false;
}

static enum sql_result copy_to(struct sql *sql, const char *path)
{
    log_error(module, "%s: %s: a copy of PostgreSQL is made by pg_dump",
              sql->name, path);
    return SQL_ERROR;
}

static enum sql_result checkpoint(struct sql *sql, bool truncate)
{
    (void)sql;
    (void)truncate;
    return SQL_OK;
}

static int64_t bytes_held(struct sql *sql)
{
    int64_t bytes = 0;
    ask(sql,
        "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind ="
        " 'r' AND relnamespace = (SELECT oid FROM pg_namespace"
        " WHERE nspname = current_schema())",
        0, &bytes);
    return bytes;
}

static int wal_pages(struct sql *sql)
{
    (void)sql;
    return 0;
}

static void let_wal_grow(struct sql *sql, int pages)
{
    (void)sql;
    (void)pages;
}

static bool is_sound(struct sql *sql, bool whole)
{
    (void)whole;
    return sql_version(sql) >= 0;
}

static void close_connection(struct sql *sql)
{
    for (size_t i = 0; i < sql->count; i++)
        forget_text(sql->statements[i].handle);
    for (int i = 0; i < GATHER_TABLES; i++)
        gather_free(&own(sql)->gathered[i]);
    let_go(sql);
    PQfinish(own(sql)->db);
    free(own(sql)->url);
    sql_release(sql);
    free(sql);
}

static const struct sql_engine engine = {
    .close = close_connection,
    .run = run,
    .version = version_of,
    .set_version = set_version,
    .program = program_of,
    .lock_version = lock_version,
    .before_migration = before_migration,
    .schema_is = schema_is,
    .use = use,
    .expect_many = expect_many,
    .bind_int = bind_int,
    .bind_real = bind_real,
    .bind_text = bind_text,
    .bind_bytes = bind_bytes,
    .bind_null = bind_null,
    .step = step,
    .step_waiting = step_waiting,
    .put = put,
    .put_row = put_row,
    .read_int = read_int,
    .read_real = read_real,
    .read_text = read_text,
    .read_bytes = read_bytes,
    .is_null = is_null,
    .done = done,
    .changes = changes,
    .begin = begin,
    .begin_reading = begin_reading,
    .commit = commit,
    .roll_back = roll_back,
    .changed = changed,
    .is_replaced = is_replaced,
    .copy_to = copy_to,
    .checkpoint = checkpoint,
    .bytes_held = bytes_held,
    .wal_pages = wal_pages,
    .let_wal_grow = let_wal_grow,
    .is_sound = is_sound,
};

// A row's xmax is who locks it, and each transaction locks its own number.
// Where the table lies on another machine there is no such column: nothing is
// said.
void postgres_name_holder(struct sql *sql, const char *table, char *out,
                          size_t size)
{
    char query[768];
    out[0] = '\0';
    snprintf(query, sizeof query,
             "SELECT concat_ws(', ', coalesce('pid ' || l.pid, 'a prepared"
             " transaction (pg_prepared_xacts)'), 'user ' || a.usename,"
             " nullif(a.application_name, ''), host(a.client_addr), a.state,"
             " 'since ' || date_trunc('second', a.xact_start))"
             " FROM \"%s\" AS t JOIN pg_locks AS l ON"
             " l.locktype = 'transactionid' AND l.granted"
             " AND l.mode = 'ExclusiveLock' AND l.transactionid = t.xmax"
             " LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid LIMIT 1",
             table);
    if (sql->engine != &engine || own(sql)->in_transaction || !hold(sql))
        return;
    PGresult *answer = patience_run(&own(sql)->patience, own(sql)->db, query);
    if (PQresultStatus(answer) == PGRES_TUPLES_OK && PQntuples(answer) > 0)
        snprintf(out, size, "%s", PQgetvalue(answer, 0, 0));
    PQclear(answer);
    let_go(sql);
}

enum sql_result postgres_hold(struct sql *sql, PGconn **out_db)
{
    if (sql->engine != &engine || !own(sql)->in_transaction) {
        log_error(module,
                  "%s: many rows at once take a transaction of "
                  "PostgreSQL",
                  sql->name);
        return SQL_ERROR;
    }
    if (is_lost(sql))
        return SQL_BUSY;
    enum sql_result result = settle(sql);
    if (result == SQL_OK)
        *out_db = own(sql)->db;
    return result;
}

PGconn *postgres_held(struct sql *sql)
{
    return own(sql)->db;
}

struct patience *postgres_patience(struct sql *sql)
{
    return &own(sql)->patience;
}

enum sql_result postgres_seen(struct sql *sql, const PGresult *answer,
                              const char *what)
{
    return seen(sql, answer, what);
}

// libpq went through all hosts and the last one would not do: it says so in
// words of its own, which name no cure.
static void tell_no_primary(struct sql *sql)
{
    const char *said = PQerrorMessage(own(sql)->db);
    if (strstr(said, "session is read-only") ||
        strstr(said, "server is in hot standby mode"))
        log_error(module,
                  "%s: no host of the address takes writes: a standby "
                  "answered; name the primary in the address, or promote the "
                  "standby when the primary is gone",
                  sql->name);
}

// Whether PostgreSQL is there and will not have us, whoever asks again: a wrong
// password, an unknown database. What it says in a language of its own is asked
// for once more with its SQLSTATE.
static bool is_refused(struct sql *sql)
{
    static const char *const states[] = {
        " 28000", // no such role, or nothing in pg_hba.conf
        " 28P01", // password
        " 3D000", // no such database
        " 42501"  // CONNECT is not granted
    };
    PGconn *db = own(sql)->db;
    if (PQconnectionNeedsPassword(db)) {
        log_error(module,
                  "%s: PostgreSQL wants a password and found none: keep it in "
                  "~/.pgpass of this program's user (0600), or in the file "
                  "that PGPASSFILE names",
                  sql->name);
        return true;
    }
    PGVerbosity before = PQsetErrorVerbosity(db, PQERRORS_SQLSTATE);
    PQreset(db);
    PQsetErrorVerbosity(db, before);
    if (PQstatus(db) == CONNECTION_OK)
        return false;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
        if (strstr(PQerrorMessage(db), states[i])) {
            log_error(module,
                      "%s: PostgreSQL is there and refuses (%s): give the "
                      "right role, password and database in the address or a "
                      "password file, and allow them in pg_hba.conf",
                      sql->name, states[i] + 1);
            return true;
        }
    }
    return false;
}

static struct postgres *make(const char *url, const char *schema,
                             const char *const *statements, size_t count)
{
    struct postgres *made = calloc(1, sizeof *made);
    char *name = address_name(url, schema);
    bool ready = made && name && (made->url = strdup(url)) &&
                 sql_prepare(&made->sql, &engine, name, statements, count);
    free(name);
    if (!ready) {
        log_error(module, "out of memory");
        if (made) {
            free(made->url);
            sql_release(&made->sql);
        }
        free(made);
        return NULL;
    }
    snprintf(made->schema, sizeof made->schema, "%s", schema);
    for (; *schema; schema++)
        made->home = made->home * 31 + (unsigned char)*schema;
    return made;
}

// Whoever opens a database tries again as they like: once is enough here.
static enum sql_result judge_first(struct sql *sql, enum sql_result result)
{
    if (result == SQL_OK || !is_lost(sql))
        return result;
    log_unconnected(sql);
    tell_no_primary(sql);
    return is_refused(sql) ? SQL_ERROR : SQL_BUSY;
}

struct opening {
    struct sql *sql;
    enum sql_result result;
};

static bool greet_first(void *ctx, struct pool_line *line)
{
    struct opening *opening = ctx;
    opening->result = judge_first(opening->sql, meet(opening->sql, line));
    return opening->result != SQL_BUSY;
}

static enum sql_result open_first(struct sql *sql)
{
    struct opening opening = {sql, SQL_BUSY};
    if (own(sql)->pool)
        take_line(sql, greet_first, &opening);
    else
        opening.result = judge_first(sql, connect_once(sql));
    let_go(sql);
    return opening.result;
}

static enum sql_result open_in(const char *url, const char *schema,
                               enum sql_mode mode,
                               const char *const *statements, size_t count,
                               struct sql **out_sql)
{
    struct postgres *made = make(url, schema, statements, count);
    if (!made)
        return SQL_ERROR;
    struct sql *sql = &made->sql;
    made->mode = mode;
    made->pool = pool_of(url, mode);
    enum sql_result result = open_first(sql);
    if (result != SQL_OK) {
        sql_close(sql);
        // cppcheck-suppress memleak // it went with the connection
        return result;
    }
    *out_sql = sql;
    // cppcheck-suppress memleak // it is the connection
    return SQL_OK;
}

enum sql_result postgres_open(const char *url, enum sql_mode mode,
                              const char *const *statements, size_t count,
                              struct sql **out_sql)
{
    char schema[ADDRESS_SCHEMA_SIZE], *address = strdup(url);
    if (!address) {
        log_error(module, "out of memory");
        return SQL_ERROR;
    }
    enum sql_result result =
        address_read(address, schema)
            ? open_in(address, schema, mode, statements, count, out_sql)
            : SQL_ERROR;
    free(address);
    return result;
}

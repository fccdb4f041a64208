#include "postgres/pool.h"
#include "common/clock.h"
#include "common/log.h"
#include "postgres/hosts.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    WAIT_S = 5,        // for one that is free
    AWAY_S = 1,        // from a look at a database that is away to the next
    SILENCE_MS = 200,  // until a database that is silent is asked
    AGAIN_MS = 500,    // from its answer to the next question
    ANSWER_MS = 500,   // until it is doubted,
    ANSWERS = 3,       // or so many times what an answer takes,
    PING_MS = 2000,    // but no longer than the question lasts
    IDLE_MS = 60000,   // until one that nobody took is closed
    TURNS_MAX = 20000, // PostgreSQL keeps in mind every table that one has seen
    LEAST = 2          // a reader and a writer
};

static const char module[] = "sql";

struct pool {
    char *url;
    enum sql_mode mode;
    pthread_cond_t given;
    struct pool *next;
    bool is_away;        // and a thread looks whether it is back
    bool is_asked;       // by that thread, that has not heard an answer yet
    int64_t asked_ms;    // monotonic: since then
    int64_t answered_ms; // likewise, the last time
    int64_t usual_ms;    // that an answer takes; 0: nobody knows yet
    unsigned count;
    struct pool_line lines[]; // `count`
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // guards all pools
static struct pool *first;
static unsigned most_lines; // of one pool; 0: nothing is shared

void pool_share(unsigned most)
{
    pthread_mutex_lock(&mutex);
    most_lines = most == 0 ? 0 : most < LEAST ? 1 : most / 2;
    pthread_mutex_unlock(&mutex);
}

static struct pool *make(const char *url, enum sql_mode mode)
{
    struct pool *pool =
        calloc(1, sizeof *pool + most_lines * sizeof *pool->lines);
    if (!pool || !(pool->url = strdup(url))) {
        log_error(module, "out of memory");
        free(pool);
        return NULL;
    }
    clock_cond_init(&pool->given);
    pool->mode = mode;
    pool->count = most_lines;
    pool->next = first;
    first = pool;
    return pool;
}

struct pool *pool_of(const char *url, enum sql_mode mode)
{
    pthread_mutex_lock(&mutex);
    struct pool *pool = most_lines > 0 ? first : NULL;
    while (pool && (pool->mode != mode || strcmp(pool->url, url) != 0))
        pool = pool->next;
    if (!pool && most_lines > 0)
        pool = make(url, mode);
    pthread_mutex_unlock(&mutex);
    return pool;
}

// The one that was left alone for longest, but first one that is not open.
// NULL: all are taken.
static struct pool_line *choose_any(struct pool *pool)
{
    struct pool_line *chosen = NULL;
    for (unsigned i = 0; i < pool->count; i++) {
        struct pool_line *line = &pool->lines[i];
        if (!line->is_taken &&
            (!chosen || (chosen->db &&
                         (!line->db || line->given_ms < chosen->given_ms)))) {
            chosen = line;
        }
    }
    return chosen;
}

static struct pool_line *choose(struct pool *pool, unsigned home,
                                unsigned session)
{
    struct pool_line *at_home = &pool->lines[home % pool->count];
    for (unsigned i = 0; i < pool->count; i++) {
        struct pool_line *line = &pool->lines[i];
        if (!line->is_taken && line->db && line->session == session)
            return line;
    }
    return at_home->is_taken ? choose_any(pool) : at_home;
}

// Whoever answers, in whatever state: the next taker finds out the rest. Where
// everything is swallowed one try would last for minutes, and outlast that.
static bool answers(const struct pool *pool)
{
    const char *const names[] = {"connect_timeout", "dbname", "host",
                                 "hostaddr",        "port",   NULL};
    struct hosts hosts;
    hosts_of(pool->url, &hosts);
    const char *const values[] = {
        "2", pool->url, hosts.host, hosts.hostaddr, hosts.port, NULL};
    PGPing answer = PQpingParams(names, values, 1);
    hosts_free(&hosts);
    return answer != PQPING_NO_RESPONSE;
}

static bool is_known_away(struct pool *pool)
{
    pthread_mutex_lock(&mutex);
    bool is_away = pool->is_away;
    pthread_mutex_unlock(&mutex);
    return is_away;
}

static void note_answer(struct pool *pool)
{
    pthread_mutex_lock(&mutex);
    pool->is_away = false;
    pool->is_asked = false;
    pool->answered_ms = clock_mono_us() / 1000;
    pthread_mutex_unlock(&mutex);
}

// Slower at once, faster by and by.
void pool_learn(struct pool *pool, int64_t took_ms)
{
    pthread_mutex_lock(&mutex);
    bool is_faster = took_ms < pool->usual_ms;
    pool->usual_ms = is_faster ? (pool->usual_ms + took_ms) / 2 : took_ms;
    pthread_mutex_unlock(&mutex);
}

// The mutex is held.
static int64_t most_to_answer(const struct pool *pool)
{
    int64_t ms = pool->usual_ms * ANSWERS;
    return pool->usual_ms == 0 || ms > PING_MS ? PING_MS
           : ms < ANSWER_MS                    ? ANSWER_MS
                                               : ms;
}

static void note_silence(struct pool *pool)
{
    pthread_mutex_lock(&mutex);
    pool->is_away = true;
    pthread_cond_broadcast(&pool->given);
    pthread_mutex_unlock(&mutex);
}

static void *look(void *ctx)
{
    struct pool *pool = ctx;
    if (is_known_away(pool))
        sleep(AWAY_S);
    int64_t began_us = clock_mono_us();
    while (!answers(pool)) {
        note_silence(pool);
        sleep(AWAY_S);
        began_us = clock_mono_us();
    }
    pool_learn(pool, (clock_mono_us() - began_us) / 1000);
    note_answer(pool);
    return NULL;
}

// Whether a thread asks. The mutex is held.
static bool ask(struct pool *pool)
{
    pthread_t thread;
    if (pool->is_asked)
        return true;
    pool->is_asked = pthread_create(&thread, NULL, look, pool) == 0;
    if (pool->is_asked) {
        pool->asked_ms = clock_mono_us() / 1000;
        pthread_detach(thread);
    }
    return pool->is_asked;
}

// Without a thread everybody looks. The mutex is held.
static void note_away(struct pool *pool)
{
    pool->is_away = true;
    pool->is_away = ask(pool);
}

bool pool_doubts(struct pool *pool, int64_t silent_ms)
{
    pthread_mutex_lock(&mutex);
    int64_t now_ms = clock_mono_us() / 1000;
    if (silent_ms >= SILENCE_MS && now_ms - pool->answered_ms >= AGAIN_MS)
        ask(pool);
    bool doubts = pool->is_away || (pool->is_asked && now_ms - pool->asked_ms >=
                                                          most_to_answer(pool));
    pthread_mutex_unlock(&mutex);
    return doubts;
}

static struct pool_line *take_free(struct pool *pool, unsigned home,
                                   unsigned session)
{
    struct pool_line *line = NULL;
    struct timespec until = clock_mono_in(WAIT_S * INT64_C(1000));
    pthread_mutex_lock(&mutex);
    while (!pool->is_away && !(line = choose(pool, home, session)) &&
           pthread_cond_timedwait(&pool->given, &mutex, &until) != ETIMEDOUT) {
    }
    if (line) {
        line->turns += line->session != session;
        line->is_taken = true;
    } else if (!pool->is_away) {
        log_error(module,
                  "all %u connections to PostgreSQL for %s are in use; see "
                  "--db-connections",
                  pool->count,
                  pool->mode == SQL_WRITER ? "writing" : "reading");
    }
    pthread_mutex_unlock(&mutex);
    return line;
}

struct pool_line *pool_take(struct pool *pool, unsigned home, unsigned session,
                            pool_greet *greet, void *ctx)
{
    struct pool_line *line = take_free(pool, home, session);
    if (line && !greet(ctx, line)) {
        pool_give(pool, line, POOL_AWAY);
        line = NULL;
    }
    return line;
}

// What is to be closed when the lock is not held. NULL: nothing.
static PGconn *take_out(struct pool_line *line)
{
    PGconn *db = line->db;
    *line = (struct pool_line){.db = NULL};
    return db;
}

// One that nobody took for long.
static PGconn *take_idle(struct pool *pool, int64_t now_ms)
{
    for (unsigned i = 0; i < pool->count; i++) {
        struct pool_line *line = &pool->lines[i];
        if (!line->is_taken && line->db && now_ms - line->given_ms >= IDLE_MS)
            return take_out(line);
    }
    return NULL;
}

void pool_give(struct pool *pool, struct pool_line *line,
               enum pool_finding finding)
{
    int64_t now_ms = clock_mono_us() / 1000;
    bool is_spent = finding != POOL_WELL ||
                    PQstatus(line->db) != CONNECTION_OK ||
                    line->turns >= TURNS_MAX;
    pthread_mutex_lock(&mutex);
    if (finding == POOL_AWAY) {
        note_away(pool);
        pthread_cond_broadcast(&pool->given);
    }
    line->is_taken = false;
    line->given_ms = now_ms;
    PGconn *spent = is_spent ? take_out(line) : take_idle(pool, now_ms);
    pthread_cond_signal(&pool->given);
    pthread_mutex_unlock(&mutex);
    PQfinish(spent);
}

int pool_count(void)
{
    int count = 0;
    pthread_mutex_lock(&mutex);
    for (const struct pool *pool = first; pool; pool = pool->next) {
        for (unsigned i = 0; i < pool->count; i++)
            count += pool->lines[i].is_taken || pool->lines[i].db;
    }
    pthread_mutex_unlock(&mutex);
    return count;
}

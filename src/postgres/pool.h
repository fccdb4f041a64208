// Connections to PostgreSQL that the users of one process share: each takes one
// for a transaction or a statement, and gives it back. So many books in one
// database need no more connections than work is done at a time.
//
//   struct pool *pool = pool_of(url, mode);     // NULL: nothing is shared
//   struct pool_line *line = pool_take(pool, home, session);
//   if (line->session != session) … its settings are another's …
//   pool_give(pool, line, false);
//
// Idle ones are closed after a while. Any thread.
#pragma once
#include "sql/sql.h"
#include <postgresql/libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

enum { POOL_SESSIONS = 32 };

// The taker's, as long as it is taken. A session is a number that no two have.
struct pool_line {
    PGconn *db;                       // NULL: to be made
    unsigned session;                 // whose settings it has; 0: nobody's
    unsigned sessions[POOL_SESSIONS]; // that have statements prepared in it
    unsigned session_count;
    // The pool's.
    unsigned turns;
    bool is_taken;
    int64_t given_ms; // monotonic
};

// At most so many connections with one address, half of them for who writes and
// half for readers. Before the first database is opened; 0: each has its own.
void pool_share(unsigned most);

struct pool;
// For this address, without a schema.
struct pool *pool_of(const char *url, enum sql_mode mode);

// Waits for a free one for some seconds: if it can be the one with this
// session's settings, or the one where those of the same `home` go. NULL: none
// became free, which is logged, or the database is away.
struct pool_line *pool_take(struct pool *pool, unsigned home, unsigned session);
// What the taker found: whether the database is there. While it is away only
// one at a time looks again, some seconds later; nobody else waits for it.
void pool_tell(struct pool *pool, bool is_there);
// One that is lost, `is_useless`, or has had many turns is closed.
void pool_give(struct pool *pool, struct pool_line *line, bool is_useless);

// Open connections of all pools.
int pool_count(void);

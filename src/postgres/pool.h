// Connections to PostgreSQL that the users of one process share: each takes one
// for a transaction or a statement, and gives it back. So many books in one
// database need no more connections than work is done at a time.
//
//   struct pool *pool = pool_of(url, mode);     // NULL: nothing is shared
//   struct pool_line *line = pool_take(pool, home, session, greet, ctx);
//   pool_give(pool, line, POOL_WELL);
//
// A database that somebody finds away is asked by a thread of the pool's from
// then on, and nobody else waits for it until it answers. Nor does anybody once
// it is doubted: it left one without an answer, and the thread as well, for
// longer than it takes at other times. Idle connections are closed after a
// while. Any thread.
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

// Makes the connection of a line that was taken the taker's: opens it, when
// there is none or it is lost, and sets what is another's. False: the database
// is away.
typedef bool pool_greet(void *ctx, struct pool_line *line);

// Waits for a free one for some seconds: if it can be the one with this
// session's settings, or the one where those of the same `home` go. It is
// greeted before it is the taker's. NULL: none became free, which is logged, or
// the database is away.
struct pool_line *pool_take(struct pool *pool, unsigned home, unsigned session,
                            pool_greet *greet, void *ctx);

// What the taker found.
enum pool_finding {
    POOL_WELL,    // unless it is lost, or has had many turns, it is kept
    POOL_USELESS, // it is closed
    POOL_AWAY     // likewise, and nobody answers there
};
void pool_give(struct pool *pool, struct pool_line *line,
               enum pool_finding finding);

// For who has waited so long without an answer: whether to wait no longer. The
// first one to wait for a moment has the database asked. So threads that serve
// other databases too are held by one that hangs for less than a second, where
// it is near: a far one, or a busy one, is given three times what it took
// before, up to two seconds, and so is one that nobody knows yet.
bool pool_doubts(struct pool *pool, int64_t silent_ms);
// A connection was made, or an answer came, within this time.
void pool_learn(struct pool *pool, int64_t took_ms);

// Open connections of all pools.
int pool_count(void);

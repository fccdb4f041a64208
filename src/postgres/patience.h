// Waits for PostgreSQL that end. libpq's own last as long as the other side is
// silent, and a machine that hangs is silent for ever while its kernel keeps
// the connection. After some seconds without an answer another connection asks
// whether anybody is there: a long query may take as long as it does, but where
// nobody answers the connection is given up, and is a lost one from then on. So
// is one whose query takes longer than it may: its process may hang alone. Who
// has a pool's connection and others to serve has less patience (pool.h).
//
// The connection must be set to non-blocking, so that sending ends too.
#pragma once
#include <postgresql/libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

struct pool;

struct patience {
    int64_t most_ms;   // that an answer may take; 0: as long as it does
    struct pool *pool; // that may doubt sooner; NULL: none does
    bool is_alone;     // nobody answered: the connection was given up
};

// Until PQgetResult() would not wait. Here and below NULL is one without a
// limit.
void patience_wait(struct patience *patience, PGconn *db);
// The same for rows on their way (COPY): until all was sent, and until
// something came.
void patience_flush(struct patience *patience, PGconn *db);
void patience_more(struct patience *patience, PGconn *db);
// From now on the connection is a lost one.
void patience_give_up(PGconn *db);
// What came of one PQsend…(), whose result is `is_sent`: the last answer, as
// PQexec() gives it. NULL: none came.
PGresult *patience_answer(struct patience *patience, PGconn *db, int is_sent);
// PQexec().
PGresult *patience_run(struct patience *patience, PGconn *db,
                       const char *script);

// A connection that somebody waits for who may leave. libpq waits until its
// time limit, some seconds for each host; so a thread of its own does, and
// closes what nobody wants any more.
#pragma once
#include "sql/sql.h"
#include <postgresql/libpq-fe.h>

struct pool;

// `connect`, any thread's, makes the connection; the pool learns how long that
// takes, even when nobody waits for it any more. The caller's, be it a lost one.
// NULL: the pool doubts that anybody answers.
PGconn *dial(PGconn *(*connect)(const char *url, enum sql_mode mode),
             const char *url, enum sql_mode mode, struct pool *pool);

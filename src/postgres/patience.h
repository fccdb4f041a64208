// Waits for PostgreSQL that end. libpq's own last as long as the other side is
// silent, and a machine that hangs is silent for ever while its kernel keeps
// the connection. After some seconds without an answer another connection asks
// whether anybody is there: a long query may take as long as it does, but where
// nobody answers the connection is given up, and is a lost one from then on.
//
// The connection must be set to non-blocking, so that sending ends too.
#pragma once
#include <postgresql/libpq-fe.h>

// Until PQgetResult() would not wait.
void patience_wait(PGconn *db);
// The same for rows on their way (COPY): until all was sent, and until
// something came.
void patience_flush(PGconn *db);
void patience_more(PGconn *db);
// From now on the connection is a lost one.
void patience_give_up(PGconn *db);
// What came of one PQsend…(), whose result is `is_sent`: the last answer, as
// PQexec() gives it. NULL: none came.
PGresult *patience_answer(PGconn *db, int is_sent);
// PQexec().
PGresult *patience_run(PGconn *db, const char *script);

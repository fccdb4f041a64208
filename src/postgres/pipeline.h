// Statements that were sent and not answered yet: the connection's pipeline
// mode (PostgreSQL's manual, "Pipeline Mode"). Many changes of one transaction
// cost one round trip. One thread, as the connection.
#pragma once
#include "postgres/patience.h"
#include <postgresql/libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What the server answers to so many fits the socket: neither side waits for
// the other to read.
enum { PIPELINE_MAX = 256 };

struct pipeline {
    size_t count;
    struct pipeline_entry {
        const char *text; // the statement's, for logs; outlives the entry
        int64_t rows;     // that it must change; -1: any number
    } entries[PIPELINE_MAX];
};

struct pipeline_call {
    const char *name; // as it was prepared
    int count;        // of parameters
    const char *const *values;
    const int *sizes, *are_binary;
};

// Sends one more; values are copied. False: it is full, or the connection
// failed. Nothing else may be sent until pipeline_settle().
bool pipeline_send(struct pipeline *pipeline, PGconn *db,
                   const struct pipeline_call *call,
                   struct pipeline_entry entry);

// Waits for all answers and leaves pipeline mode. `answer` gets each in the
// order of sending; it does not free them. A connection that is lost answers
// those that are left with a failure.
typedef void pipeline_answer(void *ctx, const struct pipeline_entry *entry,
                             PGresult *answer);
void pipeline_settle(struct pipeline *pipeline, struct patience *patience,
                     PGconn *db, pipeline_answer *answer, void *ctx);

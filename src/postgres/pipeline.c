#include "postgres/pipeline.h"
#include "postgres/patience.h"

bool pipeline_send(struct pipeline *pipeline, PGconn *db,
                   const struct pipeline_call *call,
                   struct pipeline_entry entry)
{
    if (pipeline->count == PIPELINE_MAX)
        return false;
    if (pipeline->count == 0 && PQenterPipelineMode(db) != 1)
        return false;
    // Counted even when it fails: what was entered must be left.
    pipeline->entries[pipeline->count++] = entry;
    return PQsendQueryPrepared(db, call->name, call->count, call->values,
                               call->sizes, call->are_binary, 1) == 1;
}

// Each answer is followed by an end; what comes behind the last is the answer
// to PQpipelineSync().
void pipeline_settle(struct pipeline *pipeline, struct patience *patience,
                     PGconn *db, pipeline_answer *answer, void *ctx)
{
    if (pipeline->count == 0)
        return;
    bool is_sent = PQpipelineSync(db) == 1;
    for (size_t i = 0; i < pipeline->count; i++) {
        // NULL, of a lost connection, is a failure to those who ask.
        if (is_sent)
            patience_wait(patience, db);
        PGresult *one = is_sent ? PQgetResult(db) : NULL;
        answer(ctx, &pipeline->entries[i], one);
        PQclear(one);
        if (one)
            PQclear(PQgetResult(db));
    }
    pipeline->count = 0;
    if (is_sent) {
        patience_wait(patience, db);
        PQclear(PQgetResult(db));
    }
    while (PQstatus(db) == CONNECTION_OK && PQexitPipelineMode(db) != 1) {
        PGresult *left = PQgetResult(db);
        if (!left)
            break;
        PQclear(left);
    }
}

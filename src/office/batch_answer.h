// What the server says to a batch that was taken: one result a line, how far
// the chain is held, and the receipt. The same for the endpoint and for a file
// that was carried to the server.
#pragma once
#include "common/buf.h"
#include "ledger/key.h"
#include "office/batch_body.h"
#include "office/ingest.h"

// The batch that office_ingest() takes, of a header and lines that were read.
// Borrows both.
void batch_fill(const struct batch_header *header, struct office_line *lines,
                int64_t received_at, struct office_batch *out);

// The receipt of a batch whose status is OFFICE_BATCH_OK, signed by the
// server's key. `now` is the server's clock.
void batch_receipt(const struct office_batch *batch, const struct key *key,
                   int64_t now, struct proof_receipt *out);
// Appends the answer to a batch whose status is OFFICE_BATCH_OK, with its
// receipt: a JSON object. False when memory ran out.
bool batch_answer(const struct office_batch *batch, const struct key *key,
                  int64_t now, struct buf *out);
// The first line that does not continue what is held, by its number in the
// body; 0 when it is the batch's head that differs.
size_t batch_forked_line(const struct office_batch *batch);

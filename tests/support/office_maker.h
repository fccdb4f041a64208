// An office of a test, in a folder of its own, with devices that enrolled, and
// batches as the server's handlers would hand them in. Each function fails the
// running test when it cannot do its work.
//
// HAILONG_TEST_POSTGRES in the environment, "postgresql://…/", names a scratch
// cluster: the office is a database of its own there (tools/on-postgres).
#pragma once
#include "office/ingest.h"
#include "office/office.h"
#include "office/totals.h"
#include "support/ledger_maker.h"
#include "support/scratch_database.h"
#include <stddef.h>
#include <stdint.h>

struct made_office {
    struct office *office; // the writer
    char folder[64];
    char path[SCRATCH_URL_SIZE]; // of its database, or its address
};

void made_office_open(struct made_office *made);
// Skips the running test on PostgreSQL: it is about a file of SQLite, what an
// older version left in one or what bytes stay.
void made_office_needs_file(void);
// In memory where there is such a folder: for thousands of commits.
void made_office_open_fast(struct made_office *made);
// Closes the writer and opens it again.
void made_office_reopen(struct made_office *made);
void made_office_close(struct made_office *made);

// Starts `maker` as a device of this office, added and enrolled at
// `enrolled_at`, at a counter (and the field "chung-thuc").
void made_office_enrol(struct made_office *made, const char *counter,
                       int64_t enrolled_at, struct ledger_maker *maker);

// A batch and what it points to.
struct made_batch {
    struct office_batch batch;
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    char boot[ID_SIZE];
    struct office_line *lines;
};

// Lines from…to of the device, sent at its clock's and uptime's now, and
// received at `received_at`. from = to + 1 is a heartbeat. `maker`'s lines have
// to stay until the batch is freed.
void made_batch_start(struct made_batch *made, const struct ledger_maker *maker,
                      int64_t from, int64_t to, int64_t received_at);
void made_batch_free(struct made_batch *made);

// Start, ingest alone, copy the results, free.
enum office_batch_status made_office_send(struct made_office *made,
                                          const struct ledger_maker *maker,
                                          int64_t from, int64_t to,
                                          int64_t received_at);

// The one row of a breakdown with this key; all zeros when there is none.
struct office_tally made_office_total(struct office *office, int32_t from_day,
                                      int32_t to_day, enum office_breakdown by,
                                      const char *key);
// Everything, over all time.
struct office_tally made_office_all(struct office *office);

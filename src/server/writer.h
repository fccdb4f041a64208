// The one thread that writes the database. Requests put jobs into a bounded
// queue; the thread takes up to WRITER_GROUP_MAX batches at once into one
// commit and only then tells their requests. While a commit is on its way to
// the disk the next group gathers, so a slow disk makes larger groups and an
// idle server answers at once.
//
// On PostgreSQL others may write the same database. A busy one is not a sick
// one: while their turns end, the thread waits for its own as long as who asked
// is still there for an answer, and the queue with it; only then is its answer
// 503. That a turn is held and does not end is what watchers hear of.
//
// After a commit that failed it does not wait for the next batch to find out
// whether the database is well again: figures say to watchers what it found,
// and who hears that it is not may keep batches away.
#pragma once
#include "office/ingest.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Where writers take turns a commit takes no more batches when it has so many
// lines: others wait.
enum {
    WRITER_QUEUE_MAX = 256,
    WRITER_GROUP_MAX = 64,
    WRITER_LINES_ENOUGH = 2000
};

// Lives in the request until `done` was called, on the writer's thread.
struct writer_job {
    struct office_batch *batch; // shares a commit; or NULL and
    enum office_result (*work)(struct office *office, void *work_ctx);
    void *work_ctx;
    void (*done)(void *done_ctx);
    void *done_ctx;
    enum office_result result; // set before `done`
    struct writer_job *next;   // the writer's
    int64_t pushed_us;         // likewise
};

struct writer;

// Takes `office`, a handle of OFFICE_WRITER for `address`, whose ownership
// moves here in any case; the address serves to open it again after an error.
// NULL on failure, logged.
struct writer *writer_start(const char *address, struct office *office);
// From now on `committed` is called on the writer's thread after each commit,
// or other work on the database.
void writer_watch(struct writer *writer, void (*committed)(void *ctx),
                  void *ctx);
// Gives no more places, does what is queued or promised, and ends its thread.
void writer_finish(struct writer *writer);
// Frees a writer that has finished. Accepts NULL.
void writer_close(struct writer *writer);

// A place in the queue. False when it is full, or the writer ends: answer
// 503. True must be followed by one writer_push().
bool writer_reserve(struct writer *writer);
void writer_push(struct writer *writer, struct writer_job *job);

struct writer_figures {
    size_t waiting; // jobs in the queue
    uint64_t commits, committed, failures;
    int64_t last_commit_us;    // monotonic
    struct office_turns turns; // on PostgreSQL, where others write as well
    bool is_well; // the last try to commit got in, or there was none, or others
                  // have their turns meanwhile
};
struct writer_figures writer_figures(struct writer *writer);

// kiosk.db as others read it: the courier, `hailong status` and `verify`. It
// never writes, never checkpoints, and works while the kiosk runs. One thread
// a reader.
#pragma once
#include "common/buf.h"
#include "ledger/record.h"
#include "sql/sql.h"
#include "store/mark.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger_reader;

// SQL_NONE when the kiosk has not made its database yet.
enum sql_result ledger_reader_open(const char *directory,
                                   struct ledger_reader **out_reader);
void ledger_reader_close(struct ledger_reader *reader);

// True when the kiosk wrote since the last call.
bool ledger_reader_changed(struct ledger_reader *reader);
// True when the database under the name is another one: close and open again.
bool ledger_reader_is_replaced(struct ledger_reader *reader);

// From here to the release everything is read as of one moment, whatever the
// kiosk writes meanwhile. Not for long: the WAL grows behind it.
enum sql_result ledger_reader_hold(struct ledger_reader *reader);
void ledger_reader_release(struct ledger_reader *reader);

// The chain's end in the newest generation; seq 0 and a head of zeros when it
// is empty. SQL_NONE when there is no line at all (gen 1 is assumed then).
struct ledger_end {
    int64_t gen, seq;
    char head[DIGEST_HEX_SIZE];
};
enum sql_result ledger_reader_end(struct ledger_reader *reader,
                                  struct ledger_end *out);
// The end of one generation; SQL_NONE when it holds no line.
enum sql_result ledger_reader_end_of(struct ledger_reader *reader, int64_t gen,
                                     struct ledger_end *out);
// The oldest generation after `gen` that holds lines; SQL_NONE when none.
enum sql_result ledger_reader_next_gen(struct ledger_reader *reader,
                                       int64_t gen, int64_t *out_gen);

// How far lines of a generation have left. SQL_NONE: all of them are here.
enum sql_result ledger_reader_mark(struct ledger_reader *reader, int64_t gen,
                                   struct ledger_mark *out);

// The first generation after `gen` that has a mark and no line, which the kiosk
// never makes. SQL_NONE when none.
enum sql_result ledger_reader_lone_mark(struct ledger_reader *reader,
                                        int64_t gen, int64_t *out_gen);

// The hash of a line. SQL_NONE when it is not held.
enum sql_result ledger_reader_hash(struct ledger_reader *reader, int64_t gen,
                                   int64_t seq, char out[DIGEST_HEX_SIZE]);

// Whether the visit of this id has its line. SQL_NONE: it has none.
enum sql_result ledger_reader_find(struct ledger_reader *reader,
                                   const char *id);

// Walks lines of a generation from `from` on, in order, while `visit` returns
// true. The bytes are borrowed for the call. SQL_CORRUPT at a line that does
// not have its hash: it is never given.
typedef bool ledger_visitor(void *ctx, int64_t seq, const char *id,
                            const char *line, size_t size);
enum sql_result ledger_reader_walk(struct ledger_reader *reader, int64_t gen,
                                   int64_t from, ledger_visitor *visit,
                                   void *ctx);

// Walks all lines of a generation as they are kept, for whoever verifies them:
// nothing of a row is believed. Borrowed for the call.
struct ledger_row {
    int64_t seq, closed_at;
    const char *id;
    char hash[DIGEST_HEX_SIZE]; // "" when it is none
    const char *outcome;        // NULL: an event
    const char *line;
    size_t size;
};
typedef bool ledger_row_visitor(void *ctx, const struct ledger_row *row);
enum sql_result ledger_reader_rows(struct ledger_reader *reader, int64_t gen,
                                   ledger_row_visitor *visit, void *ctx);

// Appends the sealed comment of a visit. SQL_NONE: it has none (any more).
enum sql_result ledger_reader_comment(struct ledger_reader *reader,
                                      const char *id, struct buf *out);

// Appends one of the kiosk's settings (store/store.h). SQL_NONE: there is none.
enum sql_result ledger_reader_setting(struct ledger_reader *reader,
                                      const char *name, struct buf *out);

// Lifetime counts of this database, for the heartbeat: lines that have left
// among them.
enum sql_result ledger_reader_counts(struct ledger_reader *reader,
                                     struct ledger_counts *out);
// When the first line after `seq` was closed, wall milliseconds: the age of
// what waits. SQL_NONE when nothing is after it.
enum sql_result ledger_reader_written_at(struct ledger_reader *reader,
                                         int64_t gen, int64_t seq,
                                         int64_t *out_wall_ms);
// Unfinished visits.
enum sql_result ledger_reader_drafts(struct ledger_reader *reader,
                                     int64_t *out_count);

// The server's database behind one edge: devices and keys, the lines of every
// device's ledger as bytes, what they say as rows, and the totals that reports
// read. Nothing here speaks of one database product.
//
//   office.h         open, close, one consistent view for several reads
//   devices.h        register, enrol, find, list, revoke, flags
//   phone.h          the phone channel, a device of the server's own
//   configuration.h  what each device is told, with its version
//   transaction_keys.h  the keys for dossiers' codes, made and destroyed
//   keys.h           API keys
//   people.h         who signs in, and as what
//   sessions.h       signing in and out
//   transaction_body.h   what one-stop systems send of them, and the answer
//   line.h           one received line, read by the thread that received it
//   ingest.h         batches into the ledger, the count and the totals
//   claim.h          which of several visits about one transaction counts
//   ratings.h        single visits, for the Office's own programs
//   totals.h         the figures of a period, by any breakdown
//   papers.h         what the server makes by itself, and its mail
//   alerts.h         what the Office is alarmed about
//   filter.h         a part of them: one counter, one counter and one field
//   published.h      what was told of the figures beyond the office
//   audit.h          who did what
//   cases.h          what becomes of low ratings
//   documents.h      what the Office sets on its pages, in versions
//   server_keys.h    which keys of a server the book is kept with
//   transactions.h   completed transactions, and their figures of a period
//   trust.h          how complete the data is
//   retention.h      what is kept for a time only
//   upkeep.h         how long disk and backup will last
//   move.h           the whole book from a file to PostgreSQL
//   verify.h         everything again, from the bytes
//
// A handle belongs to one thread at a time. One process has one writer, and
// holds the lock of the server's directory while it has it; on PostgreSQL other
// processes, with directories of their own, may have theirs. Any number of
// readers, each its own handle, may stand beside it and never wait for it. A
// function that hands out rows one by one is called through once before the
// same handle is used for anything else: a row's callback does not come back
// in.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct office;

enum office_result {
    OFFICE_OK,
    OFFICE_NONE,    // no such thing
    OFFICE_BUSY,    // locked beyond the bounded wait: try again
    OFFICE_FULL,    // the disk is full
    OFFICE_CORRUPT, // the database is damaged
    OFFICE_ERROR    // anything else; logged where it was seen
};
const char *office_result_name(enum office_result result);

enum office_mode {
    OFFICE_WRITER, // makes the database and brings its schema up to date
    OFFICE_READER  // writes nothing; the schema must be this program's
};

// Whether an address is one of PostgreSQL, "postgresql://…".
bool office_is_url(const char *address);

// postgres/database.h says it: for who opens many books in one process.
void office_share_connections(unsigned most);
int office_count_connections(void);
void office_limit_answers(int seconds);

// `address` is the path of a database file ("DIR/office.db"), or an address of
// PostgreSQL. A database whose schema is newer than this program is refused
// (OFFICE_ERROR, with what to do in the log); a reader finds OFFICE_NONE where
// no file is. PostgreSQL that cannot be reached is OFFICE_BUSY.
enum office_result office_open(const char *address, enum office_mode mode,
                               struct office **out_office);
// What the database takes on its disk, with what is not in its file yet; 0: not
// known.
int64_t office_bytes(struct office *office);
// The version of its schema, as it is there; -1: it cannot be read.
int office_schema(struct office *office);
// Whether a newer program has brought the schema beyond this one's since the
// database was opened. A writer finds that out by itself before it writes, and
// answers OFFICE_ERROR.
enum office_result office_is_outdated(struct office *office,
                                      bool *out_is_outdated);
// Accepts NULL.
void office_close(struct office *office);
// Deletes what an upgrade kept of an older schema beside a database file, once
// it is a week old. How many files left; of PostgreSQL none is kept.
int office_let_before_go(const char *address, int64_t now);

// Several processes may write one database of PostgreSQL, a transaction each in
// turn. The epoch is one more after each turn, whoever's. On a file nobody
// takes turns, and all stays 0.
enum office_result office_read_epoch(struct office *office, int64_t *out_epoch);
// What a writer knows without asking.
enum { OFFICE_WAITS = 6 };
struct office_turns {
    int64_t epoch;  // after its last turn
    int64_t others; // turns of others until then
    // How many turns it had within office_wait_us() of asking, and not within
    // the one before; the last: those that took longer than all of them.
    uint64_t waits[OFFICE_WAITS];
    int64_t waited_us; // for all of these together
    uint64_t given_up; // that it did not have
    bool is_missed;    // the last one: others had theirs, or …
    bool is_held;      // … nobody had, for one holds it and does not end it
};
struct office_turns office_turns(const struct office *office);
int64_t office_wait_us(int i); // 0 ≤ i < OFFICE_WAITS - 1

// How long a writer waits for its turn. Others that write are no failure: it
// asks again, a bounded wait each, until this moment has passed (monotonic).
// Unless nobody's turn ends for OFFICE_HELD_S: then that is logged, with who
// holds it, and each turn is asked for once until one ends. Without patience
// each is.
enum { OFFICE_HELD_S = 8 };
struct office_patience {
    _Atomic int64_t until_us; // any thread
};
// Borrowed until the handle is closed.
void office_be_patient(struct office *office,
                       const struct office_patience *patience);

// Between these two, all reads of this handle see the same moment: the parts
// of one report agree although batches are committed meanwhile. Keep it short.
enum office_result office_begin_reading(struct office *office);
void office_end_reading(struct office *office);

// What the files with statements, *_sql.c, share. No other room includes it.
#pragma once
#include "ledger/digest.h"
#include "office/case_rules.h"
#include "office/corrected_time.h"
#include "office/devices.h"
#include "office/map.h"
#include "office/office.h"
#include "office/reason_tally.h"
#include "office/statements.h"
#include "office/tally.h"
#include "office/totals.h"
#include "office/touched.h"
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A signed head of a line that is not held yet.
struct known_head {
    int64_t seq;
    unsigned char hash[DIGEST_BYTES];
};

struct known_chain {
    int64_t gen;
    int64_t received_to;
    unsigned char head[DIGEST_BYTES];
    int64_t reported_to;
    struct time_thread thread;
    struct known_head *heads;
    size_t head_count;
};

struct known_device {
    int64_t no;
    unsigned char id[16];
    int64_t enrolled_at;
    bool is_revoked;
    int64_t config_version;
    int64_t highest_gen;
    struct known_chain *chains;
    size_t chain_count;
};

// See rounds_sql.h.
struct round {
    int64_t no, quarter, lines;
};

struct office {
    struct sql *sql;
    enum office_mode mode;
    bool is_reading;  // between office_begin_reading() and its end
    bool takes_turns; // others may write as well
    struct office_turns turns;
    // What was seen while a turn was waited for in vain, until one is had.
    struct {
        int64_t epoch;
        int64_t since_us; // for so long it has been the same
        int64_t seen_us;  // monotonic; 0: nothing was
    } vain;
    const struct office_patience *patience; // or NULL
    // The book's own, which never changes; for rating_ticket_key().
    bool has_ticket_key;
    unsigned char ticket_key[DIGEST_BYTES];

    // The writer's memory of what the database holds. Stale from the start of
    // a writing transaction until its commit is known, so that whatever goes
    // wrong it is read again.
    bool is_stale;
    struct map device_index; // id, 16 bytes -> index in devices
    struct known_device *devices;
    size_t device_count;
    struct map code_index; // code -> number
    int64_t next_code;
    int64_t next_batch, next_case;
    struct round round; // the newest
    bool has_case_rules;
    struct case_rules case_rules;
    struct tally tally;               // of the running transaction
    struct touched touched;           // by it
    struct reason_tally reason_tally; // likewise
    // Rows that are new in all likelihood are put without waiting for the
    // answer; where one was not, the work is undone and done again, waiting.
    bool is_hopeful;
    // Being hopeful: for what visits counted before, or are to since the
    // running transaction began (visits_sql.c).
    struct map claimed;
};

// Makes the tables of a book where there are none, on PostgreSQL.
enum sql_result office_make_postgres(struct sql *sql);
// The script that lets pages of lines keep some room, of version 3.
extern const char office_postgres_room[];

enum office_result office_result_of(enum sql_result result);
// The way back, for a transaction that calls what answers so.
enum sql_result office_sql_result_of(enum office_result result);

// Runs a statement that adds one row or none. Being hopeful it is only put, and
// said to have added it.
enum sql_result office_add(struct office *office, struct sql_statement *s,
                           bool *out_added);

// sql_transaction() for everything that writes, when it is this handle's turn;
// where another one had the turn before, the writer's memory becomes stale.
// office_write() makes it stale in any case; only the ingest, which keeps it
// true, does without.
enum sql_result office_write(struct office *office, sql_work *work, void *ctx);
enum sql_result office_work(struct office *office, sql_work *work, void *ctx);
// office_work() of what may run twice and leave what once does. A far database
// undoes it and asks for it again, for another transaction's sake or since the
// connection was lost (SQLSTATE 40001, 40P01, class 08): it is run a few times
// before that is the answer. `work` refreshes the memory first, and makes it
// stale.
enum sql_result office_work_again(struct office *office, sql_work *work,
                                  void *ctx);

// The number of a table's next row, one more than the highest: what SQLite
// would give, asked of both databases, for a sequence is one place that all
// machines of a database ask. `statement` is the table's …_NEXT. Whoever has
// the turn to write has the number to themselves. When the last row goes its
// number is given again, so nothing that stays may name a row that may go.
enum sql_result next_number(struct sql *sql, size_t statement, int64_t *out_no);

// The number of a device (devices_sql.c); SQL_NONE when there is none.
enum sql_result device_number(struct sql *sql, const char *id, int64_t *out_no);

// The writer's memory (known_sql.c).
//
// Empties it when it is stale. Call at the start of a transaction that uses it.
enum sql_result known_refresh(struct office *office);
void known_forget(struct office *office);
// SQL_NONE when there is no such device. The pointer is good until the next
// call.
enum sql_result known_find_device(struct office *office, const char *id,
                                  struct known_device **out_device);
// Makes an empty one, in memory only, for a new generation. NULL on no memory.
struct known_chain *known_chain(struct known_device *device, int64_t gen);
bool known_add_head(struct known_chain *chain, int64_t seq,
                    const unsigned char hash[DIGEST_BYTES]);
// The signed head of this line; NULL when there is none.
const struct known_head *known_find_head(const struct known_chain *chain,
                                         int64_t seq);
// Reads the columns of CHAIN_THREAD from `column` on.
void known_read_thread(struct sql_statement *s, int column,
                       struct time_thread *out);
// Where a boot was placed between its neighbours (place_sql.c). SQL_NONE: it
// never was.
enum sql_result boot_find(struct sql *sql, int64_t device_no, int64_t gen,
                          const char *boot, int64_t *out_began_at);
// Places every line of a database of before schema 10 anew, in the migration's
// transaction (place_old_sql.c).
enum sql_result place_old_lines(struct sql *sql);
// The number of a code, given to it now when it is new; 0 for "".
enum sql_result known_code(struct office *office, const char *code,
                           int64_t *out_no);

// Reads the first columns of a visit's row, as VISIT_FACTS_OF names them; all
// but the device (flags_sql.c).
enum { VISIT_FACTS = 10 };
void visit_read_facts(struct sql_statement *s, struct tally_facts *out);

// Adds what the running transaction tallied to the totals (totals_sql.c);
// or the cells of another tally, in a transaction.
enum sql_result totals_put(struct office *office);
enum sql_result totals_put_cells(struct sql *sql, const struct tally *tally);
// Reads the sums from `column` on, as TOTAL_SUMS and VISIT_SUMS give them.
void totals_read(struct sql_statement *s, int column, struct office_tally *out);

// The totals of a breakdown by code (part_totals_sql.c).
struct day_range; // office/breakdown.h
enum office_result totals_give_codes(struct sql *sql, struct day_range days,
                                     enum office_breakdown by,
                                     office_total_row *row, void *ctx);

// An entry of the audit trail, in the transaction of what it tells of.
struct audit_entry;
enum sql_result audit_put(struct sql *sql, const struct audit_entry *entry);

// Reads a column of exactly `size` bytes; zeros and false otherwise.
bool column_bytes(struct sql_statement *s, int column, void *out, size_t size);
// Copies a text column that fits; "" and false otherwise.
bool column_text(struct sql_statement *s, int column, char *out, size_t size);

#include "office/office_sql.h"
#include "common/clock.h"
#include "common/log.h"
#include "office/audit_sql.h"
#include "office/transactions_sql.h"
#include "postgres/database.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char version_1[] =
#include "office/office_1.sql.h"
    ;
static const char version_2[] =
#include "office/office_2.sql.h"
    ;
static const char version_3[] =
#include "office/office_3.sql.h"
    ;
static const char version_4[] =
#include "office/office_4.sql.h"
    ;
static const char version_5[] =
#include "office/office_5.sql.h"
    ;
static const char version_6[] =
#include "office/office_6.sql.h"
    ;
static const char version_7[] =
#include "office/office_7.sql.h"
    ;
static const char version_8[] =
#include "office/office_8.sql.h"
    ;
static const char version_9[] =
#include "office/office_9.sql.h"
    ;
static const char version_10[] =
#include "office/office_10.sql.h"
    ;
static const char version_11[] =
#include "office/office_11.sql.h"
    ;
static const char version_12[] =
#include "office/office_12.sql.h"
    ;
static const char version_13[] =
#include "office/office_13.sql.h"
    ;
static const char version_14[] =
#include "office/office_14.sql.h"
    ;
static const char version_15[] =
#include "office/office_15.sql.h"
    ;
static const char version_16[] =
#include "office/office_16.sql.h"
    ;
static const char version_17[] =
#include "office/office_17.sql.h"
    ;
static const char version_18[] =
#include "office/office_18.sql.h"
    ;
static const char version_19[] =
#include "office/office_19.sql.h"
    ;
static const char version_20[] =
#include "office/office_20.sql.h"
    ;
static const char version_21[] =
#include "office/office_21.sql.h"
    ;
static const char version_22[] =
#include "office/office_22.sql.h"
    ;
static const char version_23[] =
#include "office/office_23.sql.h"
    ;
static const char version_24[] =
#include "office/office_24.sql.h"
    ;
static const char version_25[] =
#include "office/office_25.sql.h"
    ;
static const char version_26[] =
#include "office/office_26.sql.h"
    ;
static const char version_27[] =
#include "office/office_27.sql.h"
    ;
static const char version_28[] =
#include "office/office_28.sql.h"
    ;
static const char version_29[] =
#include "office/office_29.sql.h"
    ;
static const char version_30[] =
#include "office/office_30.sql.h"
    ;
static const char version_31[] =
#include "office/office_31.sql.h"
    ;
static const char version_32[] =
#include "office/office_32.sql.h"
    ;
static const char version_33[] =
#include "office/office_33.sql.h"
    ;
static const char version_34[] =
#include "office/office_34.sql.h"
    ;
static const char version_35[] =
#include "office/office_35.sql.h"
    ;
static const char version_36[] =
#include "office/office_36.sql.h"
    ;
static const char version_37[] =
#include "office/office_37.sql.h"
    ;
static const char version_38[] =
#include "office/office_38.sql.h"
    ;
static const char version_39[] =
#include "office/office_39.sql.h"
    ;
static const struct sql_migration migrations[] = {
    {1, version_1},   {2, version_2},   {3, version_3},   {4, version_4},
    {5, version_5},   {6, version_6},   {7, version_7},   {8, version_8},
    {9, version_9},   {10, version_10}, {11, version_11}, {12, version_12},
    {13, version_13}, {14, version_14}, {15, version_15}, {16, version_16},
    {17, version_17}, {18, version_18}, {19, version_19}, {20, version_20},
    {21, version_21}, {22, version_22}, {23, version_23}, {24, version_24},
    {25, version_25}, {26, version_26}, {27, version_27}, {28, version_28},
    {29, version_29}, {30, version_30}, {31, version_31}, {32, version_32},
    {33, version_33}, {34, version_34}, {35, version_35}, {36, version_36},
    {37, version_37}, {38, version_38}, {39, version_39}, {0, NULL}};
enum { LAST = sizeof migrations / sizeof migrations[0] - 2 };

// PostgreSQL began with what the versions above make together.
static const char postgres_1[] =
#include "office/office_postgres_1.sql.h"
    ;
static const char postgres_2[] =
#include "office/office_postgres_2.sql.h"
    ;
const char office_postgres_room[] =
#include "office/office_postgres_3.sql.h"
    ;
static const struct sql_migration postgres_migrations[] = {
    {1, postgres_1}, {2, postgres_2}, {3, office_postgres_room}, {0, NULL}};
enum {
    POSTGRES_LAST =
        sizeof postgres_migrations / sizeof postgres_migrations[0] - 2
};

// What version 9 made of the times, from them anew: which of several visits
// counts, and the totals.
static enum sql_result count_old_visits(struct sql *sql)
{
    const char *counting = strstr(version_9, "UPDATE visits SET claim_at");
    enum sql_result result = sql_run(sql, "DROP INDEX visits_uncounted");
    return result == SQL_OK ? sql_run(sql, counting) : result;
}

static enum sql_result place_anew(struct sql *sql)
{
    enum sql_result result = place_old_lines(sql);
    return result == SQL_OK ? count_old_visits(sql) : result;
}

// Whoever has the next turn of an older program sees that the one before was
// not its own, and looks at the schema.
static enum sql_result take_turn(struct sql *sql, int version)
{
    (void)version;
    return sql_run(sql, "UPDATE writing SET epoch = epoch + 1");
}

enum sql_result office_make_postgres(struct sql *sql)
{
    return sql_migrate_with(sql, postgres_migrations, take_turn);
}

// What a script cannot make.
static enum sql_result migrated(struct sql *sql, int version)
{
    enum {
        LINES_FOLLOW_LINES = 10,
        AUDIT_IS_A_TRAIL = 18,
        TOTALS_HAVE_PAIRS = 25,
        TRANSACTIONS_HAVE_QUARTERS = 35
    };
    switch (version) {
    case LINES_FOLLOW_LINES:
        return place_anew(sql);
    case AUDIT_IS_A_TRAIL:
        return audit_chain(sql);
    case TOTALS_HAVE_PAIRS:
        return transactions_fill_pairs(sql);
    case TRANSACTIONS_HAVE_QUARTERS:
        return transactions_fill_quarters(sql);
    default:
        return SQL_OK;
    }
}

const char *office_result_name(enum office_result result)
{
    static const char *const names[] = {"ok",   "none",    "busy",
                                        "full", "corrupt", "error"};
    return names[result];
}

enum office_result office_result_of(enum sql_result result)
{
    switch (result) {
    case SQL_OK:
        return OFFICE_OK;
    case SQL_NONE:
        return OFFICE_NONE;
    case SQL_BUSY:
        return OFFICE_BUSY;
    case SQL_FULL:
        return OFFICE_FULL;
    case SQL_CORRUPT:
        return OFFICE_CORRUPT;
    case SQL_CLASH:
        log_error("office", "a constraint refused what the server wrote; run "
                            "hailong verify");
        return OFFICE_ERROR;
    case SQL_ERROR:
        break;
    }
    return OFFICE_ERROR;
}

enum sql_result office_sql_result_of(enum office_result result)
{
    static const enum sql_result results[] = {
        [OFFICE_OK] = SQL_OK,           [OFFICE_NONE] = SQL_NONE,
        [OFFICE_BUSY] = SQL_BUSY,       [OFFICE_FULL] = SQL_FULL,
        [OFFICE_CORRUPT] = SQL_CORRUPT, [OFFICE_ERROR] = SQL_ERROR};
    return results[result];
}

static int expected_schema(bool is_postgres)
{
    return is_postgres ? postgres_migrations[POSTGRES_LAST].version
                       : migrations[LAST].version;
}

// A reader cannot bring the schema up to date, and must not misread another.
static enum sql_result check_schema(struct sql *sql, bool is_postgres)
{
    int expected = expected_schema(is_postgres);
    int version;
    enum sql_result result = sql_read_version(sql, &version);
    if (result != SQL_OK || version == expected) {
        return result;
    }
    if (version == 0) {
        return SQL_NONE;
    }
    log_error("office", "schema version %d, this program reads %d; %s", version,
              expected,
              version > expected ? "use the newer program"
                                 : "start the server once to bring it up");
    return SQL_ERROR;
}

static enum sql_result open_file(const char *address, enum office_mode mode,
                                 struct sql **out_sql)
{
    return database_open(address,
                         mode == OFFICE_WRITER ? SQL_WRITER : SQL_FOLLOWER,
                         office_statements, STATEMENT_COUNT, out_sql);
}

// A line of a ledger is about 900 bytes. On a page of 4 KiB a row over 1,000
// bytes takes a page of its own; 8 KiB hold two of 2,000 and commit faster. The
// size of a page can be chosen only while the file is empty and has no WAL, so
// the file is opened once more after.
static enum sql_result size_pages(const char *address, struct sql **sql)
{
    enum sql_result result = sql_run(*sql, "PRAGMA journal_mode = DELETE;"
                                           "PRAGMA page_size = 8192;"
                                           "VACUUM;");
    sql_close(*sql);
    *sql = NULL;
    return result == SQL_OK ? open_file(address, OFFICE_WRITER, sql) : result;
}

// 8 MiB. A ward's batches fill the 2 MiB of a device's store in four commits.
enum { WAL_PAGES = 1024 };

static enum sql_result bring_up_file(const char *address, struct sql **sql)
{
    enum sql_result result = SQL_OK;
    int version;
    result = sql_read_version(*sql, &version);
    if (result == SQL_OK && version == 0) {
        result = size_pages(address, sql);
    }
    if (result == SQL_OK) {
        result = sql_migrate_with(*sql, migrations, migrated);
    }
    // The default spills the pages of a group of batches to the disk in the
    // middle of its transaction.
    if (result == SQL_OK) {
        result = sql_run(*sql, "PRAGMA cache_size = -24576");
    }
    // A key that was destroyed does not stay in the free room of a page.
    if (result == SQL_OK) {
        result = sql_run(*sql, "PRAGMA secure_delete = ON");
    }
    if (result == SQL_OK) {
        sql_let_wal_grow(*sql, WAL_PAGES);
    }
    return result;
}

static enum sql_result open_writer(const char *address, struct sql **out_sql)
{
    struct sql *sql = NULL;
    enum sql_result result = open_file(address, OFFICE_WRITER, &sql);
    if (result == SQL_OK) {
        result = database_is_url(address) ? office_make_postgres(sql)
                                          : bring_up_file(address, &sql);
    }
    if (result != SQL_OK) {
        sql_close(sql);
        return result;
    }
    *out_sql = sql;
    return SQL_OK;
}

static enum sql_result open_reader(const char *address, struct sql **out_sql)
{
    struct sql *sql = NULL;
    enum sql_result result = open_file(address, OFFICE_READER, &sql);
    if (result != SQL_OK) {
        return result;
    }
    result = check_schema(sql, database_is_url(address));
    // A year by procedure is some megabytes of totals.
    if (result == SQL_OK && !database_is_url(address)) {
        result = sql_run(sql, "PRAGMA cache_size = -8192");
    }
    if (result != SQL_OK) {
        sql_close(sql);
        return result;
    }
    *out_sql = sql;
    return SQL_OK;
}

bool office_is_url(const char *address)
{
    return database_is_url(address);
}

void office_share_connections(unsigned most)
{
    database_share(most);
}

void office_limit_answers(int seconds)
{
    database_limit(seconds);
}

int office_count_connections(void)
{
    return database_count_shared();
}

int office_let_before_go(const char *address, int64_t now)
{
    return office_is_url(address) ? 0 : sql_let_before_go(address, now);
}

enum office_result office_open(const char *address, enum office_mode mode,
                               struct office **out_office)
{
    struct office *office = calloc(1, sizeof *office);
    if (!office) {
        log_error("office", "out of memory");
        return OFFICE_ERROR;
    }
    office->mode = mode;
    office->is_stale = true;
    office->takes_turns = database_is_url(address);
    enum sql_result result = mode == OFFICE_WRITER
                                 ? open_writer(address, &office->sql)
                                 : open_reader(address, &office->sql);
    if (result != SQL_OK) {
        free(office);
        return office_result_of(result);
    }
    *out_office = office;
    return OFFICE_OK;
}

int64_t office_bytes(struct office *office)
{
    return sql_bytes_held(office->sql);
}

int office_schema(struct office *office)
{
    return sql_version(office->sql);
}

enum office_result office_is_outdated(struct office *office,
                                      bool *out_is_outdated)
{
    int version = sql_version(office->sql);
    if (version < 0) {
        return OFFICE_BUSY;
    }
    *out_is_outdated = version > expected_schema(office->takes_turns);
    return OFFICE_OK;
}

void office_close(struct office *office)
{
    if (!office) {
        return;
    }
    known_forget(office);
    map_free(&office->device_index);
    map_free(&office->code_index);
    map_free(&office->claimed);
    tally_free(&office->tally);
    touched_free(&office->touched);
    reason_tally_free(&office->reason_tally);
    sql_close(office->sql);
    free(office);
}

enum office_result office_begin_reading(struct office *office)
{
    assert(!office->is_reading);
    enum sql_result result = sql_begin_reading(office->sql);
    office->is_reading = result == SQL_OK;
    return office_result_of(result);
}

void office_end_reading(struct office *office)
{
    assert(office->is_reading);
    sql_end_reading(office->sql);
    office->is_reading = false;
}

struct turn {
    struct office *office;
    sql_work *work;
    void *ctx;
    int64_t epoch;
    int64_t asked_us;
    bool is_had, is_in_vain;
};

int64_t office_wait_us(int i)
{
    static const int64_t most[OFFICE_WAITS - 1] = {10000, 100000, 500000,
                                                   2000000, 8000000};
    return most[i];
}

static void count_wait(struct office_turns *turns, int64_t us)
{
    int i = 0;
    while (i < OFFICE_WAITS - 1 && us > office_wait_us(i)) {
        i++;
    }
    turns->waits[i]++;
    turns->waited_us += us;
}

// The row is locked until the transaction's end, so that of all who write this
// database one does at a time. Where the turn before was not this handle's, its
// memory may be wrong, and the tables may be a newer program's.
static enum sql_result in_turn(struct sql *sql, void *ctx)
{
    struct turn *turn = ctx;
    struct sql_statement *s = sql_use(sql, WRITING_TAKE);
    enum sql_result result = sql_step_waiting(s, &turn->is_in_vain);
    turn->is_had = result == SQL_OK;
    turn->epoch = result == SQL_OK ? sql_int(s, 0) : 0;
    sql_done(s);
    if (result == SQL_NONE) {
        log_error("office", "the table writing is empty; put the database "
                            "back from a backup");
        return SQL_CORRUPT;
    }
    if (result != SQL_OK) {
        return result;
    }
    count_wait(&turn->office->turns, clock_mono_us() - turn->asked_us);
    if (turn->epoch != turn->office->turns.epoch + 1) {
        turn->office->is_stale = true;
        result = check_schema(sql, true);
    }
    if (result != SQL_OK) {
        return result;
    }
    return turn->work(sql, turn->ctx);
}

enum office_result office_read_epoch(struct office *office, int64_t *out_epoch)
{
    struct sql_statement *s = sql_use(office->sql, WRITING_EPOCH);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_epoch = sql_int(s, 0);
    }
    sql_done(s);
    return office_result_of(result);
}

struct office_turns office_turns(const struct office *office)
{
    return office->turns;
}

void office_be_patient(struct office *office,
                       const struct office_patience *patience)
{
    office->patience = patience;
}

// Whether nobody's turn has ended for long, by what is seen of them while one
// is waited for. What was seen before a pause in that says nothing.
static bool is_held(struct office *office, int64_t epoch, int64_t now_us)
{
    enum { PAUSE_US = 4000000 };
    bool is_other = office->vain.seen_us == 0 || office->vain.epoch != epoch ||
                    now_us - office->vain.seen_us > PAUSE_US;
    if (is_other) {
        office->vain.epoch = epoch;
        office->vain.since_us = now_us;
    }
    office->vain.seen_us = now_us;
    return now_us - office->vain.since_us >= OFFICE_HELD_S * INT64_C(1000000);
}

static void log_held(struct office *office)
{
    char holder[DATABASE_HOLDER_SIZE];
    database_name_holder(office->sql, "writing", holder);
    log_error("office",
              "the turn to write is held and not given back, nothing can be "
              "stored; held by %s; if that program hangs, end it, or its "
              "session: SELECT pg_terminate_backend(pid)",
              holder[0] ? holder : "a session of the database");
}

// The turn was not had. Others that go on may be many, or slow; a database that
// does not say so is away.
static bool is_worth_waiting(struct office *office)
{
    int64_t epoch, now_us = clock_mono_us();
    office->turns.is_held = false;
    if (office_read_epoch(office, &epoch) != OFFICE_OK) {
        return false;
    }
    office->turns.is_held = is_held(office, epoch, now_us);
    if (!office->turns.is_held && office->patience &&
        now_us < office->patience->until_us) {
        return true;
    }
    office->turns.is_missed = true;
    office->turns.given_up++;
    if (office->turns.is_held) {
        log_held(office);
    } else {
        log_warn("office", "no turn to write was had in time, since others "
                           "write: try again");
    }
    return false;
}

enum sql_result office_work(struct office *office, sql_work *work, void *ctx)
{
    assert(office->mode == OFFICE_WRITER && !office->is_reading);
    if (!office->takes_turns) {
        return sql_transaction(office->sql, work, ctx);
    }
    struct turn turn = {.office = office,
                        .work = work,
                        .ctx = ctx,
                        .asked_us = clock_mono_us()};
    office->turns.is_missed = false;
    enum sql_result result = sql_transaction(office->sql, in_turn, &turn);
    while (turn.is_in_vain && is_worth_waiting(office)) {
        turn.is_in_vain = false;
        result = sql_transaction(office->sql, in_turn, &turn);
    }
    if (turn.is_had) {
        office->turns.is_held = false;
        office->vain.seen_us = 0;
    }
    if (result == SQL_OK) {
        office->turns.others += turn.epoch - office->turns.epoch - 1;
        office->turns.epoch = turn.epoch;
    }
    return result;
}

enum sql_result office_work_again(struct office *office, sql_work *work,
                                  void *ctx)
{
    enum { TRIES = 4, PAUSE_US = 20 * 1000, LIMIT_US = 2 * 1000 * 1000 };
    // A database that is away is waited for once, not once a try.
    int64_t until = clock_mono_us() + LIMIT_US;
    enum sql_result result = office_work(office, work, ctx);
    for (unsigned i = 1;
         i < TRIES && result == SQL_BUSY && !office->turns.is_missed &&
         sql_is_far(office->sql) && clock_mono_us() < until;
         i++) {
        log_warn("office", "undone by the database, run again");
        usleep(i * PAUSE_US);
        result = office_work(office, work, ctx);
    }
    return result;
}

enum sql_result office_write(struct office *office, sql_work *work, void *ctx)
{
    office->is_stale = true;
    return office_work(office, work, ctx);
}

enum sql_result next_number(struct sql *sql, size_t statement, int64_t *out_no)
{
    struct sql_statement *s = sql_use(sql, statement);
    enum sql_result result = sql_step(s);
    if (result == SQL_OK) {
        *out_no = sql_int(s, 0);
    }
    sql_done(s);
    return result;
}

bool column_bytes(struct sql_statement *s, int column, void *out, size_t size)
{
    size_t held = 0;
    const void *bytes = sql_bytes(s, column, &held);
    if (!bytes || held != size) {
        memset(out, 0, size);
        return false;
    }
    memcpy(out, bytes, size);
    return true;
}

bool column_text(struct sql_statement *s, int column, char *out, size_t size)
{
    const char *text = sql_text(s, column);
    size_t length = text ? strlen(text) : size;
    if (length >= size) {
        out[0] = '\0';
        return false;
    }
    memcpy(out, text, length + 1);
    return true;
}

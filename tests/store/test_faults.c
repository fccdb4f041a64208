// What is kept when the database, the ring or the whole disk refuses, and that
// nothing is acknowledged which is not kept.
#include "common/file.h"
#include "common/ids.h"
#include "common/log.h"
#include "store/device.h"
#include "store/keeper.h"
#include "store/kiosk_db.h"
#include "store/ring.h"
#include "support/check.h"
#include "support/found_ledger.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS = 16 };

// A keeper on a directory of its own, and what it is told to suffer.
struct bench {
    char folder[SCRATCH_SIZE];
    struct ledger_maker maker;
    struct keeper *keeper;
    struct keeper_faults faults;
    bool no_database; // refuse every transaction
    bool damaged;     // find every transaction's page corrupt
    bool no_ring;     // refuse every ring write
    bool full;        // have room only when the reserve is gone
    char reserve[SCRATCH_SIZE + 32];
    bool lie;    // store the next one, and report an error
    bool vanish; // and let the database not be opened again
    struct found_ledger found;
};

static void path_of(const struct bench *b, const char *name, char *out)
{
    assert_true(file_join(out, SCRATCH_SIZE + 32, b->folder, name));
}

// kiosk.db cannot be opened while a folder lies in its place.
static void hide_database(struct bench *b, bool hidden)
{
    char path[SCRATCH_SIZE + 32], away[SCRATCH_SIZE + 32];
    path_of(b, DEVICE_FILE_KIOSK, path);
    path_of(b, "away", away);
    if (hidden) {
        assert_int_equal(rename(path, away), 0);
        assert_int_equal(mkdir(path, 0700), 0);
    } else {
        assert_int_equal(rmdir(path), 0);
        assert_int_equal(rename(away, path), 0);
    }
}

static enum sql_result on_transaction(void *ctx, bool done)
{
    struct bench *b = ctx;
    if (!done && b->damaged)
        return SQL_CORRUPT;
    if (!done && b->full && file_exists(b->reserve))
        return SQL_FULL;
    if (!done)
        return b->no_database ? SQL_ERROR : SQL_OK;
    if (!b->lie)
        return SQL_OK;
    b->lie = false;
    if (b->vanish)
        hide_database(b, true);
    return SQL_ERROR;
}

static bool on_ring(void *ctx)
{
    struct bench *b = ctx;
    return !b->no_ring;
}

static void open_keeper(struct bench *b)
{
    b->keeper = keeper_new(b->folder, b->maker.device, SLOTS, &b->faults);
    assert_non_null(b->keeper);
    keeper_mend(b->keeper);
}

// As after a power cut, with a disk that works again.
static void restart(struct bench *b)
{
    keeper_free(b->keeper);
    b->no_database = b->no_ring = b->lie = false;
    open_keeper(b);
}

static int setup(void **state)
{
    static struct bench bench;
    memset(&bench, 0, sizeof bench);
    log_set_level(LOG_ERROR);
    scratch_make(bench.folder);
    maker_start(&bench.maker, 1795400000000);
    bench.faults = (struct keeper_faults){on_transaction, on_ring, &bench};
    open_keeper(&bench);
    *state = &bench;
    return 0;
}

static int teardown(void **state)
{
    struct bench *b = *state;
    keeper_free(b->keeper);
    found_free(&b->found);
    maker_free(&b->maker);
    scratch_remove(b->folder);
    return 0;
}

static const struct found_ledger *read_ledger(struct bench *b)
{
    found_free(&b->found);
    found_read(b->folder, b->maker.device, &b->found);
    return &b->found;
}

// A visit on the screen, tapped, with its end still to come.
static void open_visit(struct bench *b, int level, struct record *out)
{
    maker_visit(&b->maker, level, out);
    out->closed_at = 0;
}

static void must_draft(struct bench *b, const struct record *visit)
{
    enum store_reason reason;
    assert_int_equal(keeper_put_draft(b->keeper, visit, &reason), KEEPER_OK);
}

// Ends the visit; gives its seq, or 0 when its place is not known yet.
static int64_t must_close(struct bench *b, struct record *visit)
{
    int64_t gen, seq;
    enum store_reason reason;
    visit->closed_at = b->maker.wall_ms;
    assert_int_equal(keeper_put_line(b->keeper, visit, &gen, &seq, &reason),
                     KEEPER_OK);
    return seq;
}

static enum store_reason must_fail(struct bench *b, struct record *visit)
{
    int64_t gen, seq;
    enum store_reason reason;
    visit->closed_at = b->maker.wall_ms;
    assert_int_equal(keeper_put_line(b->keeper, visit, &gen, &seq, &reason),
                     KEEPER_FAILED);
    return reason;
}

// --- One copy refuses --------------------------------------------------------

// A second thought is not undone by an older copy of the first one.
static void test_later_draft_wins_over_an_older_slot(void **state)
{
    struct bench *b = *state;
    struct record visit;
    open_visit(b, 5, &visit);
    must_draft(b, &visit);
    b->no_ring = true;
    visit.level = 1;
    must_draft(b, &visit); // in the database alone
    restart(b);
    const struct found_ledger *found = read_ledger(b);
    assert_int_equal(found->count, 1);
    assert_int_equal(found->records[0].level, 1);
}

static void test_later_slot_wins_over_an_older_draft(void **state)
{
    struct bench *b = *state;
    struct record visit;
    open_visit(b, 5, &visit);
    must_draft(b, &visit);
    b->no_database = true;
    visit.level = 1;
    must_draft(b, &visit); // in the ring alone
    restart(b);
    const struct found_ledger *found = read_ledger(b);
    assert_int_equal(found->count, 1);
    assert_int_equal(found->records[0].level, 1);
}

static void test_drop_holds_whichever_copy_took_it(void **state)
{
    struct bench *b = *state;
    struct record visit;
    for (int i = 0; i < 2; i++) {
        open_visit(b, 2, &visit);
        must_draft(b, &visit);
        b->no_ring = i == 0;
        b->no_database = i == 1;
        keeper_drop_draft(b->keeper, visit.id);
        restart(b);
        assert_int_equal(read_ledger(b)->count, 0);
        assert_int_equal(b->found.drafts, 0);
    }
}

static void test_no_ring_is_no_failure(void **state)
{
    struct bench *b = *state;
    struct record visit;
    b->no_ring = true;
    open_visit(b, 4, &visit);
    must_draft(b, &visit);
    assert_int_equal(must_close(b, &visit), 1);
    assert_true(keeper_is_ready(b->keeper));
    assert_int_equal(read_ledger(b)->count, 1);
}

// While the database is away the screen goes on, and a visit that is open when
// it comes back is not closed over the citizen's head.
static void test_ring_goes_on_alone_and_comes_back(void **state)
{
    struct bench *b = *state;
    struct record visits[3], open;
    struct store_state stored;
    for (int i = 0; i < 3; i++) {
        b->no_database = i > 0;
        open_visit(b, i + 1, &visits[i]);
        must_draft(b, &visits[i]);
        assert_int_equal(must_close(b, &visits[i]), i + 1);
        assert_true(keeper_is_ready(b->keeper));
    }
    open_visit(b, 5, &open);
    must_draft(b, &open);
    keeper_get_state(b->keeper, &stored);
    assert_int_equal(stored.ring_waiting, 5);
    assert_true(keeper_needs_mending(b->keeper));
    b->no_database = false;
    assert_true(keeper_mend(b->keeper));
    keeper_get_state(b->keeper, &stored);
    assert_int_equal(stored.ring_waiting, 0);
    assert_int_equal(stored.seq, 3);
    assert_int_equal(read_ledger(b)->count, 3);
    assert_int_equal(b->found.drafts, 1);
    assert_int_equal(must_close(b, &open), 4);
    assert_int_equal(read_ledger(b)->count, 4);
    assert_int_equal(b->found.drafts, 0);
    for (int i = 0; i < 3; i++)
        assert_string_equal(b->found.records[i].id, visits[i].id);
}

// The line that waits in the ring is the line that the ledger gets: the place
// that was told, the same bytes.
static void test_ring_keeps_the_told_place(void **state)
{
    struct bench *b = *state;
    struct record first, second;
    struct store_state told;
    open_visit(b, 3, &first);
    open_visit(b, 4, &second);
    b->no_database = true;
    assert_int_equal(must_close(b, &first), 1);
    assert_int_equal(must_close(b, &second), 2);
    // The end of a visit comes once, also while it waits.
    assert_int_equal(must_close(b, &first), 1);
    keeper_get_state(b->keeper, &told);
    restart(b);
    assert_int_equal(read_ledger(b)->count, 2);
    assert_string_equal(b->found.chain.head, told.head);
}

// A visit takes two slots, its draft and its line: with one left nobody is
// asked in vain.
static void test_room_for_one_more_visit_or_none(void **state)
{
    struct bench *b = *state;
    struct record event, visit;
    int lines = 1;
    b->no_database = true;
    maker_event(&b->maker, &event);
    assert_int_equal(must_close(b, &event), 1);
    while (keeper_is_ready(b->keeper) && lines < 1000) {
        open_visit(b, lines % 5 + 1, &visit);
        must_draft(b, &visit);
        assert_int_equal(must_close(b, &visit), ++lines);
    }
    assert_int_equal(lines, 1 + (SLOTS - 1) / 2);
    assert_int_equal(keeper_reason(b->keeper), STORE_REASON_FULL);
    // What comes all the same is kept as long as there is a slot.
    open_visit(b, 1, &visit);
    assert_int_equal(must_close(b, &visit), ++lines);
    open_visit(b, 1, &visit);
    assert_int_equal(must_fail(b, &visit), STORE_REASON_FULL);
    b->no_database = false;
    assert_true(keeper_mend(b->keeper));
    assert_true(keeper_is_ready(b->keeper));
    assert_int_equal(read_ledger(b)->count, lines);
    assert_null(found_visit(&b->found, visit.id));
}

// Damage found while visits come: the one in hand is kept, no other is begun
// on that file until it proves sound.
static void test_damage_stops_the_screen(void **state)
{
    struct bench *b = *state;
    struct record visit;
    b->damaged = true;
    open_visit(b, 3, &visit);
    assert_int_equal(must_close(b, &visit), 1);
    assert_false(keeper_is_ready(b->keeper));
    assert_int_equal(keeper_reason(b->keeper), STORE_REASON_CORRUPT);
    b->damaged = false;
    assert_true(keeper_mend(b->keeper));
    assert_true(keeper_is_ready(b->keeper));
    assert_int_equal(read_ledger(b)->count, 1);
}

// --- Errors that prove nothing -----------------------------------------------

static void test_stored_but_reported_as_failed(void **state)
{
    struct bench *b = *state;
    struct record visits[3];
    for (int i = 0; i < 3; i++) {
        b->lie = i == 1;
        open_visit(b, 3, &visits[i]);
        assert_int_equal(must_close(b, &visits[i]), i + 1);
    }
    assert_int_equal(read_ledger(b)->count, 3);
}

// Stored, reported as failed, the database gone, and no ring: nobody is
// thanked. What comes after must hold whether that line exists or not.
static void test_unknown_line_takes_no_place_away(void **state)
{
    struct bench *b = *state;
    struct record lost, next;
    b->lie = b->vanish = b->no_ring = true;
    open_visit(b, 2, &lost);
    must_fail(b, &lost);
    b->no_ring = false;
    open_visit(b, 5, &next);
    must_draft(b, &next);
    assert_int_equal(must_close(b, &next), 0); // its place is not known yet
    hide_database(b, false);
    assert_true(keeper_mend(b->keeper));
    assert_int_equal(read_ledger(b)->count, 2);
    assert_int_equal(found_visit(&b->found, next.id)->level, 5);
    assert_int_equal(found_visit(&b->found, next.id)->closed_at,
                     next.closed_at);
    assert_int_equal(b->found.drafts, 0);
}

// The database cannot be opened at the start, and the ring does not know how
// far it had come: what is said meanwhile counts as new all the same.
static void test_kept_before_the_database_was_ever_open(void **state)
{
    struct bench *b = *state;
    struct record old, visit;
    for (int i = 0; i < 3; i++) {
        open_visit(b, 4, &old);
        must_draft(b, &old);
        must_close(b, &old);
        b->no_ring = true; // the last two are in the database alone
    }
    keeper_free(b->keeper);
    b->no_ring = false;
    hide_database(b, true);
    open_keeper(b);
    assert_false(keeper_is_ready(b->keeper));
    open_visit(b, 1, &visit);
    must_draft(b, &visit);
    assert_int_equal(must_close(b, &visit), 0);
    hide_database(b, false);
    assert_true(keeper_mend(b->keeper));
    assert_int_equal(read_ledger(b)->count, 4);
    assert_string_equal(b->found.records[3].id, visit.id);
}

// --- The whole disk ----------------------------------------------------------

// The system's own refusal: no file may grow beyond `bytes`.
static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

// The database may not grow any more: the ring, which has its room, goes on
// alone until that is used up, and all of it is moved when there is room again.
static void test_file_that_may_not_grow(void **state)
{
    struct bench *b = *state;
    struct record visit;
    int64_t closed = 0;
    limit_files((rlim_t)SLOTS * RING_SLOT_SIZE);
    while (keeper_is_ready(b->keeper) && closed < 1000) {
        open_visit(b, 5, &visit);
        assert_int_equal(must_close(b, &visit), ++closed);
    }
    limit_files(RLIM_INFINITY);
    assert_int_equal(keeper_reason(b->keeper), STORE_REASON_FULL);
    assert_true(keeper_mend(b->keeper));
    assert_int_equal(read_ledger(b)->count, closed);
    open_visit(b, 5, &visit);
    assert_int_equal(must_close(b, &visit), closed + 1);
}

// A full disk: the reserve is given up, which makes room for this record and
// more, and is made again when there is space.
static void test_full_disk_gives_up_the_reserve(void **state)
{
    struct bench *b = *state;
    struct record visit;
    struct stat st;
    path_of(b, DEVICE_FILE_RESERVE, b->reserve);
    assert_int_equal(stat(b->reserve, &st), 0);
    assert_int_equal(st.st_size, 4 * 1024 * 1024);
    b->full = true;
    open_visit(b, 5, &visit);
    assert_int_equal(must_close(b, &visit), 1);
    assert_false(file_exists(b->reserve));
    assert_false(keeper_needs_mending(b->keeper));
    b->full = false;
    keeper_idle(b->keeper);
    assert_true(file_exists(b->reserve));
    assert_int_equal(read_ledger(b)->count, 1);
}

static void test_dead_disk_thanks_nobody(void **state)
{
    struct bench *b = *state;
    struct record visit, after;
    open_visit(b, 5, &visit);
    limit_files(0);
    enum store_reason reason = must_fail(b, &visit);
    limit_files(RLIM_INFINITY);
    assert_int_equal(reason, STORE_REASON_FULL);
    assert_true(keeper_mend(b->keeper));
    open_visit(b, 4, &after);
    must_close(b, &after);
    read_ledger(b);
    assert_non_null(found_visit(&b->found, after.id));
}

// --- What is not as it was left
// ------------------------------------------------

static void run_script(struct bench *b, const char *script)
{
    char path[SCRATCH_SIZE + 32];
    struct sql *sql;
    path_of(b, DEVICE_FILE_KIOSK, path);
    assert_int_equal(sql_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    assert_int_equal(sql_run(sql, script), SQL_OK);
    sql_close(sql);
}

// The database of a young device is lost: the ring still has every line.
static void test_lost_database_is_made_again_from_the_ring(void **state)
{
    struct bench *b = *state;
    struct record visit;
    char path[SCRATCH_SIZE + 32];
    for (int level = 1; level <= 3; level++) {
        open_visit(b, level, &visit);
        must_draft(b, &visit);
        must_close(b, &visit);
    }
    keeper_free(b->keeper);
    path_of(b, DEVICE_FILE_KIOSK, path);
    assert_int_equal(unlink(path), 0);
    open_keeper(b);
    assert_int_equal(read_ledger(b)->count, 3);
    assert_int_equal(b->found.records[2].level, 3);
}

// One that the ring cannot make whole is not written on: that would fork the
// chain which the server holds. A new generation begins.
static void test_older_database_is_not_written_on(void **state)
{
    struct bench *b = *state;
    struct record visit;
    char path[SCRATCH_SIZE + 32];
    for (int i = 0; i < SLOTS + 4; i++) {
        open_visit(b, 5, &visit);
        must_close(b, &visit);
    }
    keeper_free(b->keeper);
    path_of(b, DEVICE_FILE_KIOSK, path);
    assert_int_equal(unlink(path), 0);
    open_keeper(b);
    struct store_state state_now;
    assert_true(keeper_is_ready(b->keeper));
    keeper_get_state(b->keeper, &state_now);
    assert_int_equal(state_now.gen, 2);
    assert_int_equal(state_now.seq, 1);
}

static void test_changed_last_line_is_corruption(void **state)
{
    struct bench *b = *state;
    struct record visit;
    open_visit(b, 1, &visit);
    must_close(b, &visit);
    keeper_free(b->keeper);
    run_script(b, "DROP TRIGGER lines_stay;"
                  "UPDATE lines SET line = CAST(replace(CAST(line AS TEXT),"
                  " '\"level\":1', '\"level\":5') AS BLOB);");
    open_keeper(b);
    struct store_state state_now;
    assert_true(keeper_is_ready(b->keeper));
    keeper_get_state(b->keeper, &state_now);
    assert_int_equal(state_now.gen, 2);
}

// A draft that cannot be read blocks nobody and is not thrown away.
static void test_unreadable_draft_is_set_aside(void **state)
{
    struct bench *b = *state;
    struct record visit;
    open_visit(b, 3, &visit);
    must_draft(b, &visit);
    keeper_free(b->keeper);
    run_script(b, "INSERT INTO drafts VALUES"
                  " ('00000000-0000-7000-8000-000000000000', x'7b')");
    open_keeper(b);
    assert_true(keeper_is_ready(b->keeper));
    assert_int_equal(read_ledger(b)->count, 1);
    assert_int_equal(b->found.drafts, 0);
    keeper_free(b->keeper);
    // Fails unless it is there.
    run_script(b, "CREATE TABLE found (n INTEGER CHECK (n = 1)) STRICT;"
                  "INSERT INTO found SELECT count(*) FROM aside"
                  " WHERE body = x'7b' AND reason <> '';");
    open_keeper(b);
}

static void test_line_is_written_once(void **state)
{
    struct bench *b = *state;
    struct record visit;
    char path[SCRATCH_SIZE + 32];
    struct sql *sql;
    open_visit(b, 1, &visit);
    must_close(b, &visit);
    path_of(b, DEVICE_FILE_KIOSK, path);
    assert_int_equal(sql_open(path, SQL_WRITER, NULL, 0, &sql), SQL_OK);
    static const char *const attempts[] = {
        "UPDATE lines SET closed_at = 0", "DELETE FROM lines",
        "INSERT OR REPLACE INTO lines SELECT gen, seq, id, hash, 0, outcome,"
        " line FROM lines",
        "INSERT OR REPLACE INTO lines SELECT gen, 2, id, hash, 0, outcome,"
        " line FROM lines"};
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
        assert_int_equal(sql_run(sql, attempts[i]), SQL_CLASH);
    sql_close(sql);
    assert_int_equal(read_ledger(b)->count, 1);
    assert_int_equal(b->found.records[0].closed_at, visit.closed_at);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_later_draft_wins_over_an_older_slot),
        TEST(test_later_slot_wins_over_an_older_draft),
        TEST(test_drop_holds_whichever_copy_took_it),
        TEST(test_no_ring_is_no_failure),
        TEST(test_ring_goes_on_alone_and_comes_back),
        TEST(test_ring_keeps_the_told_place),
        TEST(test_room_for_one_more_visit_or_none),
        TEST(test_damage_stops_the_screen),
        TEST(test_stored_but_reported_as_failed),
        TEST(test_unknown_line_takes_no_place_away),
        TEST(test_kept_before_the_database_was_ever_open),
        TEST(test_file_that_may_not_grow),
        TEST(test_full_disk_gives_up_the_reserve),
        TEST(test_dead_disk_thanks_nobody),
        TEST(test_lost_database_is_made_again_from_the_ring),
        TEST(test_older_database_is_not_written_on),
        TEST(test_changed_last_line_is_corruption),
        TEST(test_unreadable_draft_is_set_aside),
        TEST(test_line_is_written_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

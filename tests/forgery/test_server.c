// Each attack on a server's database, by whoever administers it, and what names
// it; a checkpoint that left the house is held against what the server itself
// cannot tell any more.
#include "forgery/attacker.h"
#include "forgery/scenes.h"
#include "office/audit.h"
#include "support/check.h"
#include "support/command_runner.h"
#include <stdio.h>
#include <stdlib.h>

struct fixture {
    struct scene_server scene;
    char copy[SCRATCH_SIZE];
};

static int set_up(void **state)
{
    static struct fixture f;
    scene_server(&f.scene);
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    scene_server_free(&f->scene);
    return 0;
}

static int copy(void **state)
{
    struct fixture *f = *state;
    scratch_make(f->copy);
    attacker_copy(f->scene.office.folder, f->copy);
    return 0;
}

static int drop_copy(void **state)
{
    struct fixture *f = *state;
    scratch_remove(f->copy);
    return 0;
}

static void expect_of(struct fixture *f, const char *device, int64_t gen,
                      int64_t seq, const char *why)
{
    json_t *findings = attacker_verify(f->copy, NULL);
    attacker_must_be_named(findings, device, gen, seq, why);
    json_decref(findings);
}

static void expect(struct fixture *f, int64_t seq, const char *why)
{
    expect_of(f, f->scene.a.device, 1, seq, why);
}

static void test_untouched(void **state)
{
    struct fixture *f = *state;
    json_t *findings = attacker_verify(f->copy, f->scene.checkpoint);
    if (json_array_size(findings) > 0)
        attacker_show(findings);
    assert_int_equal(json_array_size(findings), 0);
    json_decref(findings);
}

#define OF_A " WHERE device_no = 1 AND gen = 1 AND seq = 4"

static void test_row_edited(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "UPDATE lines SET bytes = CAST(replace(CAST(bytes AS TEXT), "
                 "'\"level\":1', '\"level\":5') AS BLOB)" OF_A);
    expect(f, 4, "its bytes were changed");
}

static void test_row_deleted(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db", "DELETE FROM lines" OF_A);
    expect(f, 4, "lines 4 to 4 are gone");
}

static void test_row_inserted(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "INSERT INTO lines SELECT device_no, gen, 15, batch_no, "
                 "verdict, hash, reason, bytes FROM lines" OF_A);
    expect(f, 15, "no batch is known that brought it");
}

static void test_rows_reordered(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "UPDATE lines SET seq = 99" OF_A ";"
                 "UPDATE lines SET seq = 4 WHERE device_no = 1 AND seq = 3;"
                 "UPDATE lines SET seq = 3 WHERE device_no = 1 AND seq = 99");
    expect(f, 3, "was taken as sound, and is not: seq 4");
    expect(f, 4, "was taken as sound, and is not: seq 3");
}

// With everything beside it: the batch that brought it remembers.
static void test_tail_cut_off(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "DELETE FROM lines WHERE device_no = 1 AND seq > 12;"
                 "DELETE FROM visits WHERE device_no = 1 AND seq > 12;"
                 "DELETE FROM ids WHERE device_no = 1 AND seq > 12;"
                 "UPDATE chains SET received_to = 12, reported_to = 12, head = "
                 "(SELECT hash FROM lines WHERE device_no = 1 AND seq = 12) "
                 "WHERE device_no = 1");
    expect(f, SCENE_A, "was stored once, and the chain is held up to 12");
}

// A tail that a device signed and that never came is known, and its sign is
// not to be removed.
static void test_signed_head_removed(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db", "DELETE FROM heads");
    expect_of(f, f->scene.b.device, 1, SCENE_B_HEAD,
              "the chain is said to reach to here, and is known to reach line "
              "6");
}

static void test_flag_of_a_fork_removed(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db", "DELETE FROM flags WHERE kind = 'fork'");
    expect_of(f, f->scene.b.device, 2, 1, "the flag that says so is gone");
}

static void test_forked_line_removed(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db", "DELETE FROM asides");
    expect_of(f, f->scene.b.device, 2, 1, "is flagged for a fork");
}

static void test_totals_edited(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "UPDATE totals SET level_5 = level_5 + 1, level_1 = level_1 - "
                 "1 WHERE dimension = 0 AND grain = 0");
    expect_of(f, "", 0, 0, "is not what its visits give");
    attacker_copy(f->scene.office.folder, f->copy);
    // And what it is made of, too: the line tells.
    attacker_run(f->copy, "office.db", "UPDATE visits SET level = 5" OF_A);
    expect(f, 4, "its counted outcome or level is not the line's");
}

static void test_totals_of_reasons_edited(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "UPDATE reason_totals SET level_1 = level_1 + 1 WHERE "
                 "dimension = 4");
    expect_of(f, "", 0, 0,
              "by officer, key 5, is not what its visits' reasons give");
}

static void test_totals_of_transactions_edited(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "UPDATE transaction_totals SET late = 0, on_time = 2 WHERE "
                 "dimension = 0 AND grain = 1");
    expect_of(f, "", 0, 0, "is not what its transactions give");
}

// What is said of a total, and no more often than there are such totals.
static size_t count_named(const json_t *findings, const char *what)
{
    size_t i, count = 0;
    json_t *found;
    json_array_foreach(findings, i, found)
    {
        const char *why = json_string_value(json_object_get(found, "why"));
        count += why && strncmp(why, "the total of the ", 17) == 0 &&
                 strstr(why, what) != NULL;
    }
    return count;
}

static void expect_each_named(struct fixture *f, const char *rows,
                              const char *change, const char *what)
{
    attacker_copy(f->scene.office.folder, f->copy);
    char *count =
        attacker_ask(f->copy, "office.db", "SELECT count(*) FROM %s", rows);
    assert_non_null(count);
    attacker_run(f->copy, "office.db", "%s", change);
    json_t *findings = attacker_verify(f->copy, NULL);
    assert_true(atol(count) > 20);
    assert_int_equal(count_named(findings, what), atol(count));
    json_decref(findings);
    free(count);
}

// Wherever one lies, in every dimension and grain.
static void test_each_total_edited_or_deleted(void **state)
{
    static const struct {
        const char *table, *number, *rows, *what;
    } kinds[] = {{"totals", "declined",
                  "totals WHERE level_1 + level_2 + level_3 + "
                  "level_4 + level_5 + declined + timeout > 0",
                  "is not what its visits give"},
                 {"reason_totals", "level_3",
                  "reason_totals WHERE level_1 + level_2 + level_3 + level_4 + "
                  "level_5 > 0",
                  "is not what its visits' reasons give"},
                 {"transaction_totals", "done_ms",
                  "transaction_totals WHERE transactions > 0",
                  "is not what its transactions give"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        char change[200];
        snprintf(change, sizeof change, "UPDATE %s SET %s = %s + 1",
                 kinds[i].table, kinds[i].number, kinds[i].number);
        expect_each_named(f, kinds[i].table, change, kinds[i].what);
        snprintf(change, sizeof change, "DELETE FROM %s", kinds[i].table);
        expect_each_named(f, kinds[i].rows, change, kinds[i].what);
    }
}

// The totals are made to fit a visit that its line does not give.
static void test_totals_of_an_edited_visit(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "UPDATE visits SET level = 5" OF_A ";"
                 "UPDATE totals SET level_1 = level_1 - 1, level_5 = level_5 + "
                 "1 WHERE dimension = 0");
    expect(f, 4, "its counted outcome or level is not the line's");
    expect_of(f, "", 0, 0, "by all hold visits that no sound line gives");
}

static void test_key_of_a_device_replaced(void **state)
{
    struct fixture *f = *state;
    attacker_run(f->copy, "office.db",
                 "UPDATE devices SET public_key = zeroblob(32) WHERE "
                 "device_no = 1");
    expect(f, 4, "the signature kept for its head is not the device's");
}

// --- A checkpoint that left the house ---------------------------------------

// Everything of lines 10…14 of device a is taken out, batches and totals too,
// so that nothing in the database is left to tell.
static void forget_the_end(struct fixture *f)
{
    attacker_run(f->copy, "office.db",
                 "DELETE FROM lines WHERE device_no = 1 AND seq > 7;"
                 "DELETE FROM visits WHERE device_no = 1 AND seq > 7;"
                 "DELETE FROM ids WHERE device_no = 1 AND seq > 7;"
                 "DELETE FROM batches WHERE device_no = 1 AND stored_to > 7;"
                 "UPDATE chains SET received_to = 7, reported_to = 7, "
                 "head = l.hash, contact_boot = b.boot, line_boot = b.boot, "
                 "contact_began_at = b.received_at - b.up_ms, "
                 "line_began_at = b.received_at - b.up_ms, "
                 "line_up_ms = CAST(l.bytes AS TEXT) ->> 'up_ms', "
                 "line_made_at = b.received_at - b.up_ms + "
                 "(CAST(l.bytes AS TEXT) ->> 'up_ms') "
                 "FROM lines l JOIN batches b USING (batch_no) "
                 "WHERE chains.device_no = 1 AND l.device_no = 1 AND seq = 7;"
                 "DELETE FROM totals;"
                 "DELETE FROM case_events; DELETE FROM cases");
}

static void test_checkpoint_names_what_was_taken_out(void **state)
{
    struct fixture *f = *state;
    forget_the_end(f);
    json_t *findings = attacker_verify(f->copy, f->scene.checkpoint);
    attacker_must_be_named(findings, f->scene.a.device, 1, SCENE_CHECKPOINT,
                           "a checkpoint names it, and it is gone");
    json_decref(findings);
}

// What the server keeps of its checkpoints is taken out with it: the one that
// left the house is all there is.
static void test_checkpoint_outlives_the_servers_memory(void **state)
{
    struct fixture *f = *state;
    forget_the_end(f);
    attacker_run(f->copy, "office.db",
                 "DELETE FROM checkpoint_trails; DELETE FROM checkpoint_heads;"
                 "DELETE FROM checkpoints");
    json_t *findings = attacker_verify(f->copy, NULL);
    assert_false(
        attacker_is_named(findings, f->scene.a.device, 1, 1, SCENE_A, ""));
    json_decref(findings);
    findings = attacker_verify(f->copy, f->scene.checkpoint);
    attacker_must_be_named(findings, "", 0, 0,
                           "the server made this checkpoint and has it no "
                           "more");
    json_decref(findings);
}

// The kept one is made anew, with the server's own key, to fit what is left.
static void test_checkpoint_remade(void **state)
{
    struct fixture *f = *state;
    forget_the_end(f);
    attacker_run(f->copy, "office.db",
                 "UPDATE checkpoint_heads SET seq = 7, head = (SELECT hash "
                 "FROM lines WHERE device_no = 1 AND seq = 7) WHERE seq = %d;"
                 "UPDATE checkpoints SET size = 9, root = zeroblob(32)",
                 SCENE_CHECKPOINT);
    json_t *findings = attacker_verify(f->copy, f->scene.checkpoint);
    attacker_must_be_named(findings, "", 0, 0,
                           "is another one: it has 9 lines, this one 12");
    json_decref(findings);
}

static void test_checkpoint_forged(void **state)
{
    struct fixture *f = *state;
    char path[128];
    struct run run = {0};
    snprintf(path, sizeof path, "%s.forged", f->copy);
    FILE *from = fopen(f->scene.checkpoint, "r");
    FILE *to = fopen(path, "w");
    char line[200];
    assert_non_null(from);
    assert_non_null(to);
    for (int i = 0; fgets(line, sizeof line, from); i++)
        fputs(i == 3 ? "11\n" : line, to); // the number of lines
    fclose(from);
    fclose(to);
    run_command(&run, "verify", "--data", f->copy, "--checkpoint", path, NULL);
    run_must_end(&run, 1);
    run_must_say(&run, "the checkpoint is not signed by this server's key");
    assert_int_equal(remove(path), 0);
    run_free(&run);
}

// --- The audit trail --------------------------------------------------------

// Five entries, behind those of how the scene was made. Returns their number
// before: entry 1 of the five is the next.
static int write_audit(struct fixture *f)
{
    static const char *const actions[] = {"one", "two", "three", "four",
                                          "five"};
    struct office *office = NULL;
    char path[SCRATCH_SIZE + 16];
    char *count =
        attacker_ask(f->copy, "office.db", "SELECT count(*) FROM audit");
    int before = atoi(count);
    free(count);
    snprintf(path, sizeof path, "%s/office.db", f->copy);
    assert_int_equal(office_open(path, OFFICE_WRITER, &office), OFFICE_OK);
    for (size_t i = 0; i < 5; i++) {
        const struct audit_entry entry = {1795420800000, "user an", actions[i],
                                          "target", "detail"};
        assert_int_equal(office_audit(office, &entry), OFFICE_OK);
    }
    office_close(office);
    return before;
}

__attribute__((format(printf, 2, 3))) static void
expect_trail(struct fixture *f, const char *why, ...)
{
    char text[200];
    va_list args;
    va_start(args, why);
    vsnprintf(text, sizeof text, why, args);
    va_end(args);
    expect_of(f, "", 0, 0, text);
}

static void test_audit_entry_edited(void **state)
{
    struct fixture *f = *state;
    int before = write_audit(f);
    attacker_run(f->copy, "office.db",
                 "UPDATE audit SET who = 'user binh' WHERE action = 'three'");
    expect_trail(f,
                 "entry %d of the trail audit, or the one before it, is not "
                 "what was written",
                 before + 3);
    json_t *findings = attacker_verify(f->copy, NULL);
    assert_int_equal(json_array_size(findings), 1);
    json_decref(findings);
}

static void test_audit_entry_deleted(void **state)
{
    struct fixture *f = *state;
    int second = write_audit(f) + 2;
    attacker_run(f->copy, "office.db", "DELETE FROM audit WHERE audit_no = %d",
                 second);
    expect_trail(f, "entries %d to %d of the trail audit are gone", second,
                 second);
    // And those behind it moved up.
    attacker_run(f->copy, "office.db",
                 "UPDATE audit SET audit_no = audit_no - 1 WHERE audit_no > %d",
                 second);
    expect_trail(f, "entry %d of the trail audit, or the one before it",
                 second);
}

static void test_audit_entry_inserted(void **state)
{
    struct fixture *f = *state;
    int second = write_audit(f) + 2;
    attacker_run(f->copy, "office.db",
                 "UPDATE audit SET audit_no = -audit_no - 1 WHERE audit_no > "
                 "%d;"
                 "UPDATE audit SET audit_no = -audit_no WHERE audit_no < 0;"
                 "INSERT INTO audit SELECT %d, at, who, 'forged', target, "
                 "detail, hash FROM audit WHERE audit_no = %d",
                 second, second + 1, second);
    expect_trail(f, "entry %d of the trail audit, or the one before it",
                 second + 1);
}

// Nothing in the trail itself tells; the checkpoint does.
static void test_audit_tail_cut_off(void **state)
{
    struct fixture *f = *state;
    struct run run = {0};
    char path[128];
    snprintf(path, sizeof path, "%s.text", f->copy);
    int before = write_audit(f);
    run_command(&run, "checkpoint", "--data", f->copy, "--out", path, NULL);
    run_must_end(&run, 0);
    attacker_run(f->copy, "office.db", "DELETE FROM audit WHERE audit_no > %d",
                 before + 3);
    expect_trail(f,
                 "checkpoint 2 names entry %d of the trail audit, and it is "
                 "gone",
                 before + 5);
    // The server's own memory of it is made to fit: the one outside tells.
    attacker_run(f->copy, "office.db",
                 "UPDATE checkpoint_trails SET size = %d, head = (SELECT hash "
                 "FROM audit WHERE audit_no = %d) WHERE checkpoint_no = 2 AND "
                 "size = %d",
                 before + 3, before + 3, before + 5);
    expect_trail(f, "checkpoint 2 and the ends of chains and trails");
    attacker_run(f->copy, "office.db",
                 "UPDATE checkpoints SET root = zeroblob(32) WHERE "
                 "checkpoint_no = 2");
    json_t *findings = attacker_verify(f->copy, path);
    attacker_must_be_named(findings, "", 0, 0,
                           "the checkpoint that the server keeps of this time "
                           "is another one");
    json_decref(findings);
    assert_int_equal(remove(path), 0);
    run_free(&run);
}

static void test_audit_end_edited(void **state)
{
    struct fixture *f = *state;
    struct run run = {0};
    int last = write_audit(f) + 5;
    run_command(&run, "checkpoint", "--data", f->copy, NULL);
    run_must_end(&run, 0);
    // Its hash is made to fit what follows it: nothing does.
    attacker_run(f->copy, "office.db",
                 "UPDATE audit SET hash = zeroblob(32) WHERE audit_no = %d",
                 last);
    expect_trail(f,
                 "entry %d of the trail audit is not the one that checkpoint "
                 "2 names",
                 last);
    run_free(&run);
}

// --- hailong checkpoint -----------------------------------------------------

static void test_command_prints_a_checkpoint(void **state)
{
    struct fixture *f = *state;
    struct run run = {0};
    char path[128];
    snprintf(path, sizeof path, "%s.text", f->copy);
    run_command(&run, "checkpoint", "--data", f->copy, "--out", path, NULL);
    run_must_end(&run, 0);
    run_command(&run, "checkpoint", "--data", f->copy, "--out", path, NULL);
    run_must_end(&run, 1);
    run_must_complain(&run, "is there; give another name");
    run_command(&run, "checkpoint", "--data", f->copy, NULL);
    run_must_end(&run, 0);
    // 14 lines of a, 6 of b, and 1 of its second generation.
    run_must_say(&run, "hailong.checkpoint.2\n");
    run_must_say(&run, "\nH24.12\n21\n");
    json_t *findings = attacker_verify(f->copy, path);
    assert_int_equal(json_array_size(findings), 0);
    json_decref(findings);
    assert_int_equal(remove(path), 0);
    run_free(&run);
}

#define ATTACK(name) cmocka_unit_test_setup_teardown(name, copy, drop_copy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ATTACK(test_untouched),
        ATTACK(test_row_edited),
        ATTACK(test_row_deleted),
        ATTACK(test_row_inserted),
        ATTACK(test_rows_reordered),
        ATTACK(test_tail_cut_off),
        ATTACK(test_signed_head_removed),
        ATTACK(test_flag_of_a_fork_removed),
        ATTACK(test_forked_line_removed),
        ATTACK(test_totals_edited),
        ATTACK(test_totals_of_reasons_edited),
        ATTACK(test_totals_of_transactions_edited),
        ATTACK(test_each_total_edited_or_deleted),
        ATTACK(test_totals_of_an_edited_visit),
        ATTACK(test_key_of_a_device_replaced),
        ATTACK(test_checkpoint_names_what_was_taken_out),
        ATTACK(test_checkpoint_outlives_the_servers_memory),
        ATTACK(test_checkpoint_remade),
        ATTACK(test_checkpoint_forged),
        ATTACK(test_audit_entry_edited),
        ATTACK(test_audit_entry_deleted),
        ATTACK(test_audit_entry_inserted),
        ATTACK(test_audit_tail_cut_off),
        ATTACK(test_audit_end_edited),
        ATTACK(test_command_prints_a_checkpoint),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

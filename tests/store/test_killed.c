// A kiosk killed at any moment, again and again on one directory: what it had
// acknowledged is in the ledger, once, as it was said.
#include "common/clock.h"
#include "common/log.h"
#include "store/keeper.h"
#include "store/ring.h"
#include "support/check.h"
#include "support/found_ledger.h"
#include "support/ledger_maker.h"
#include "support/scratch.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { KILLS = 20, SLOTS = 32 };

// What goes through the pipe, in one write: the storage's event, and for a
// visit that is about to be queued ('T') how it will end.
struct message {
    char kind; // 'T' taps, then 'D' draft saved, 'L' line saved, 'F' failed
    char id[ID_SIZE];
    int level;    // of the draft
    bool dropped; // the answer is taken back; the visit then times out
};

static void say(int pipe, char kind, const char *id, int level, bool dropped)
{
    struct message message = {.kind = kind, .level = level, .dropped = dropped};
    memcpy(message.id, id, ID_SIZE);
    if (write(pipe, &message, sizeof message) != sizeof message)
        _exit(3);
}

static void pass_on(void *ctx, const struct store_event *event)
{
    int pipe = *(int *)ctx;
    if (event->kind == STORE_DRAFT_SAVED)
        say(pipe, 'D', event->id, 0, false);
    if (event->kind == STORE_LINE_SAVED)
        say(pipe, 'L', event->id, 0, false);
    if (event->kind == STORE_FAILED)
        say(pipe, 'F', event->id, 0, false);
}

static void tap(struct store *store, const struct ledger_maker *maker, int i,
                int pipe)
{
    const struct timespec pause = {0, 300000};
    struct record visit;
    bool dropped = i % 4 == 3;
    maker_visit(maker, i % 5 + 1, &visit);
    say(pipe, 'T', visit.id, visit.level, dropped);
    store_put_draft(store, &visit);
    nanosleep(&pause, NULL);
    if (dropped) {
        store_drop_draft(store, visit.id);
        visit.outcome = RECORD_TIMEOUT;
        visit.level = 0;
    }
    store_put_line(store, &visit);
    if (i % 3)
        nanosleep(&pause, NULL);
}

static void tap_for_ever(const char *folder, const struct ledger_maker *maker,
                         int pipe)
{
    struct store_params params = {.directory = folder,
                                  .device = maker->device,
                                  .listener = pass_on,
                                  .ctx = &pipe,
                                  .ring_slots = SLOTS};
    struct store *store = store_open(&params);
    for (int i = 0; store; i++)
        tap(store, maker, i, pipe);
    _exit(4);
}

// Every message that the child got out before it was killed.
struct heard {
    struct message *messages;
    size_t count;
};

// The next message; false: the pipe has ended.
static bool hear(int pipe, struct heard *heard)
{
    struct message message;
    if (read(pipe, &message, sizeof message) != sizeof message)
        return false;
    struct message *messages =
        realloc(heard->messages, (heard->count + 1) * sizeof *messages);
    assert_non_null(messages);
    heard->messages = messages;
    messages[heard->count++] = message;
    return true;
}

static uint64_t random_below(uint64_t count)
{
    return id_random_u64() % count;
}

// It is killed soon after its start, after some messages, or after some lines,
// however slow the machine is. Gives how many lines it had kept by then.
static size_t kill_a_kiosk(const char *folder, const struct ledger_maker *maker,
                           int round, struct heard *heard)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        tap_for_ever(folder, maker, ends[1]);
    }
    close(ends[1]);
    size_t messages = round % 3 == 1 ? 1 + random_below(24) : 0;
    size_t lines = round % 3 == 2 ? 1 + random_below(4) : 0, kept = 0;
    for (size_t n = 0; n < messages || kept < lines; n++) {
        assert_true(hear(ends[0], heard));
        kept += heard->messages[heard->count - 1].kind == 'L';
    }
    struct timespec life = {0, (long)random_below(60000000)};
    nanosleep(&life, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    while (hear(ends[0], heard))
        ;
    close(ends[0]);
    return kept;
}

static bool was_said(const struct heard *heard, char kind, const char *id)
{
    for (size_t i = 0; i < heard->count; i++)
        if (heard->messages[i].kind == kind &&
            strcmp(heard->messages[i].id, id) == 0)
            return true;
    return false;
}

static void check_visit(const struct heard *heard, const struct message *tapped,
                        const struct found_ledger *found)
{
    const struct record *visit = found_visit(found, tapped->id);
    bool draft = was_said(heard, 'D', tapped->id);
    bool line = was_said(heard, 'L', tapped->id);
    if (!visit && (line || (draft && !tapped->dropped)))
        fail_msg("%s was acknowledged (%s) and is lost", tapped->id,
                 line ? "line" : "draft");
    if (!visit)
        return;
    if (line && tapped->dropped)
        assert_int_equal(visit->outcome, RECORD_TIMEOUT);
    else if (!tapped->dropped || visit->outcome == RECORD_RATED)
        assert_int_equal(visit->level, tapped->level);
}

static void test_acknowledged_is_kept(void **state)
{
    (void)state;
    char folder[SCRATCH_SIZE];
    struct ledger_maker maker;
    struct heard heard = {0};
    size_t lines = 0, kept = 0;
    scratch_make(folder);
    maker_start(&maker, clock_wall_ms());
    for (int round = 0; round < KILLS; round++) {
        struct found_ledger found;
        kept += kill_a_kiosk(folder, &maker, round, &heard);
        struct keeper *keeper = keeper_new(folder, maker.device, SLOTS, NULL);
        assert_non_null(keeper);
        assert_true(keeper_mend(keeper));
        keeper_free(keeper);
        found_read(folder, maker.device, &found);
        assert_int_equal(found.drafts, 0);
        lines = found.count;
        for (size_t i = 0; i < heard.count; i++) {
            assert_int_not_equal(heard.messages[i].kind, 'F');
            if (heard.messages[i].kind == 'T')
                check_visit(&heard, &heard.messages[i], &found);
        }
        found_free(&found);
    }
    assert_in_range(kept, KILLS / 3, lines); // the kiosks did live
    free(heard.messages);
    maker_free(&maker);
    scratch_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_acknowledged_is_kept),
    };
    log_set_level(LOG_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// Kills the screen, the courier and the server at random instants while a
// citizen rates, starts them again, and holds what was promised against what
// is there at the end:
//
// - every rating whose thanks were shown is in the device's ledger, in the
//   server's, and in the count, once, with the level and the reasons that were
//   touched;
// - every level that was made durable as a draft is there too, unless the
//   citizen changed it;
// - no draft is left, both ledgers verify, and the report equals a recount;
// - old lines leave the device's ledger meanwhile, and all of them are in the
//   count.
//
//   crash BUILD FOLDER [CYCLES [SEED]]
//
// Prints "passed: …" and "failed: …" lines and a line of figures.
#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "crash/family.h"
#include "sql/sql.h"
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ID = 37, TRACE_MAX = 64 << 20, VISIT_MS = 2300 };

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

static void rest_ms(long ms)
{
    const struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

// --- What the citizen saw, from the traces ----------------------------------

struct promise {
    char id[ID];
    int level;        // made durable last; 0: taken back
    unsigned reasons; // a bit each, when thanked for
    bool thanked;
};

struct promises {
    struct promise *list;
    size_t count, capacity;
};

static struct promise *promise_of(struct promises *promises, const char *id)
{
    for (size_t i = promises->count; i > 0; i--)
        if (strcmp(promises->list[i - 1].id, id) == 0)
            return &promises->list[i - 1];
    if (promises->count == promises->capacity) {
        promises->capacity = promises->capacity * 2 + 64;
        promises->list = realloc(promises->list,
                                 promises->capacity * sizeof *promises->list);
        if (!promises->list)
            family_fail("out of memory");
    }
    struct promise *promise = &promises->list[promises->count++];
    *promise = (struct promise){.level = 0};
    snprintf(promise->id, sizeof promise->id, "%s", id);
    return promise;
}

// Reads one trace in order. What is saved right before thanks is what they are
// for; a change takes the draft back.
struct reading {
    struct promises *promises;
    int level;        // touched last
    unsigned reasons; // chosen since
    char draft[ID], saved[ID];
};

// Reasons are "reason.low.1" to "reason.high.8"; 0 for any other id.
static unsigned reason_bit(const char *id)
{
    const char *dot = strrchr(id, '.');
    bool is_reason = strncmp(id, "reason.low.", 11) == 0 ||
                     strncmp(id, "reason.high.", 12) == 0;
    return is_reason ? 1u << (dot[1] - '0') : 0;
}

static void read_event(struct reading *r, const json_t *event)
{
    const char *ev = "", *id = "", *name = "";
    json_get_text(event, "ev", &ev);
    json_get_text(event, "id", &id);
    json_get_text(event, "name", &name);
    if (strcmp(ev, "tap") == 0 && strncmp(id, "level.", 6) == 0) {
        r->level = id[6] - '0';
        r->reasons = 0;
    } else if (strcmp(ev, "tap") == 0 && reason_bit(id) != 0) {
        r->reasons ^= reason_bit(id);
    } else if (strcmp(ev, "tap") == 0 && strcmp(id, "reason.change") == 0) {
        // From here on either is right, until the next draft is durable.
        if (r->draft[0])
            promise_of(r->promises, r->draft)->level = 0;
    } else if (strcmp(ev, "draft") == 0) {
        snprintf(r->draft, sizeof r->draft, "%s", id);
        promise_of(r->promises, id)->level = r->level;
    } else if (strcmp(ev, "saved") == 0) {
        snprintf(r->saved, sizeof r->saved, "%s", id);
    } else if (strcmp(ev, "screen") == 0 && strcmp(name, "thanks") == 0) {
        struct promise *promise = promise_of(r->promises, r->saved);
        promise->thanked = true;
        promise->level = r->level;
        promise->reasons = r->reasons;
    }
}

static void read_trace(const char *path, struct promises *promises)
{
    struct buf text = {0};
    struct reading reading = {.promises = promises};
    if (!file_read(path, TRACE_MAX, &text))
        family_fail("%s: %s", path, strerror(errno));
    const char *at = buf_text(&text), *end = at + text.size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        char why[JSON_MESSAGE_SIZE];
        json_t *event =
            newline ? json_read(at, (size_t)(newline - at), why) : NULL;
        if (newline && !event)
            family_fail("%s: a line is broken: %s", path, why);
        if (event)
            read_event(&reading, event);
        json_decref(event);
        at = newline ? newline + 1 : end;
    }
    buf_free(&text);
}

// --- What is there at the end -----------------------------------------------

enum { FIND, COUNT_DRAFTS, COUNT_RATED, COUNT_LEFT, QUESTIONS };

static const char *const DEVICE_SQL[] = {
    [FIND] = "SELECT json_extract(line, '$.level'),"
             " json_extract(line, '$.reasons') FROM lines WHERE id = ?1",
    [COUNT_DRAFTS] = "SELECT count(*) FROM drafts",
    [COUNT_RATED] = "SELECT count(*) + (SELECT coalesce(sum(rated), 0)"
                    " FROM pruned) FROM lines WHERE outcome = 'rated'",
    [COUNT_LEFT] = "SELECT coalesce(sum(upto), 0) FROM pruned"};
static const char *const SERVER_SQL[] = {
    [FIND] = "SELECT json_extract(bytes, '$.level'),"
             " json_extract(bytes, '$.reasons') FROM lines"
             " WHERE json_extract(bytes, '$.id') = ?1",
    [COUNT_DRAFTS] = "SELECT 0",
    [COUNT_RATED] = "SELECT count(*) FROM lines"
                    " WHERE json_extract(bytes, '$.outcome') = 'rated'",
    [COUNT_LEFT] = "SELECT 0"};

static struct sql *open_database(const struct family *family, const char *name,
                                 const char *const *statements)
{
    char path[400];
    struct sql *sql = NULL;
    snprintf(path, sizeof path, "%s/%s", family->folder, name);
    if (sql_open(path, SQL_FOLLOWER, statements, QUESTIONS, &sql) != SQL_OK)
        family_fail("%s cannot be opened", path);
    return sql;
}

static int64_t ask_number(struct sql *sql, size_t statement)
{
    struct sql_statement *s = sql_use(sql, statement);
    if (sql_step(s) != SQL_OK)
        family_fail("a count failed");
    int64_t number = sql_int(s, 0);
    sql_done(s);
    return number;
}

struct verdict {
    size_t lost, twice, changed;
};

// ["reason.low.2","reason.low.7"]
static unsigned read_reasons(const char *text)
{
    char why[JSON_MESSAGE_SIZE];
    unsigned bits = 0;
    size_t i;
    json_t *item;
    json_t *list = text ? json_read(text, strlen(text), why) : NULL;
    json_array_foreach(list, i, item) bits |=
        reason_bit(json_string_value(item));
    json_decref(list);
    return bits;
}

static void judge(struct sql *sql, const struct promises *promises,
                  struct verdict *out)
{
    *out = (struct verdict){0};
    for (size_t i = 0; i < promises->count; i++) {
        const struct promise *promise = &promises->list[i];
        if (promise->level == 0)
            continue;
        size_t found = 0;
        struct sql_statement *s = sql_use(sql, FIND);
        sql_bind_text(s, 1, promise->id);
        while (sql_step(s) == SQL_OK) {
            found++;
            if (sql_int(s, 0) != promise->level ||
                (promise->thanked &&
                 read_reasons(sql_text(s, 1)) != promise->reasons))
                out->changed++;
        }
        sql_done(s);
        out->lost += found == 0;
        out->twice += found > 1;
        if (found != 1)
            fprintf(stderr, "%s, level %d, %s: found %zu times\n", promise->id,
                    promise->level,
                    promise->thanked ? "thanked for" : "a durable draft",
                    found);
    }
}

static bool report(bool good, const char *name)
{
    printf("%s: %s\n", good ? "passed" : "failed", name);
    return good;
}

static int64_t reported(const struct family *family)
{
    char command[900], path[300], why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    int64_t rated = -1;
    snprintf(path, sizeof path, "%s/report.json", family->folder);
    snprintf(command, sizeof command,
             "'%s/hailong' report --data '%s/server' --from 2000-01-01 --to "
             "2099-12-31 --format json >'%s'",
             family->build, family->folder, path);
    if (system(command) != 0 || !file_read(path, 1 << 20, &text))
        family_fail("hailong report failed");
    json_t *object = json_read(buf_text(&text), text.size, why);
    json_get_int(json_object_get(object, "total"), "rated", &rated);
    json_decref(object);
    buf_free(&text);
    return rated;
}

static bool verifies(const struct family *family, const char *name)
{
    char program[300], data[300];
    snprintf(program, sizeof program, "%s/hailong", family->build);
    snprintf(data, sizeof data, "%s/%s", family->folder, name);
    const char *argv[] = {program, "verify", "--data", data, NULL};
    return family_run(family, argv) == 0;
}

// The courier, again and again, until nothing is left.
static bool drain(const struct family *family)
{
    char program[300], data[300];
    snprintf(program, sizeof program, "%s/hailong-sync", family->build);
    snprintf(data, sizeof data, "%s/kiosk", family->folder);
    const char *argv[] = {program, "--data", data, "--once", NULL};
    for (int i = 0; i < 50; i++) {
        if (family_run(family, argv) == 0)
            return true;
        rest_ms(200);
    }
    return false;
}

static bool hold_against(struct family *family, int cycles,
                         const int kills[MEMBER_COUNT])
{
    struct promises promises = {0};
    struct verdict device, server;
    size_t thanked = 0;
    for (int i = 1; i <= family->starts; i++) {
        char path[400];
        family_trace(family, i, path, sizeof path);
        read_trace(path, &promises);
    }
    for (size_t i = 0; i < promises.count; i++)
        thanked += promises.list[i].thanked;
    struct sql *kiosk = open_database(family, "kiosk/kiosk.db", DEVICE_SQL);
    struct sql *office = open_database(family, "server/office.db", SERVER_SQL);
    judge(kiosk, &promises, &device);
    judge(office, &promises, &server);
    int64_t on_device = ask_number(kiosk, COUNT_RATED);
    int64_t on_server = ask_number(office, COUNT_RATED);
    int64_t left = ask_number(kiosk, COUNT_LEFT);
    int64_t counted = reported(family);
    bool good = report(thanked > 0, "somebody was thanked");
    good &= report(device.lost == 0 && device.twice == 0 && device.changed == 0,
                   "every promise is in the device's ledger, once");
    good &= report(server.lost == 0 && server.twice == 0 && server.changed == 0,
                   "every promise is in the server's ledger, once");
    good &= report(ask_number(kiosk, COUNT_DRAFTS) == 0, "no draft is left");
    good &= report(left > 0 && counted >= OLD_LINES,
                   "old lines left, and are in the count");
    good &= report(on_device == on_server && on_server == counted,
                   "the report equals a recount on both sides");
    good &= report(verifies(family, "kiosk") && verifies(family, "server"),
                   "both ledgers verify");
    printf("crash: %d cycles (killed: screen %d, courier %d, server %d), "
           "%zu thanked, %zu promises, %" PRId64 " ratings, %" PRId64
           " old lines left; lost %zu, twice %zu, changed %zu\n",
           cycles, kills[KIOSK], kills[COURIER], kills[SERVER], thanked,
           promises.count, counted, left, device.lost + server.lost,
           device.twice + server.twice, device.changed + server.changed);
    sql_close(kiosk);
    sql_close(office);
    free(promises.list);
    return good;
}

// --- The run ----------------------------------------------------------------

// A visit as people do them: most are sent, some change their mind, some leave.
static void write_script(struct buf *out)
{
    unsigned level = 1 + draw(5);
    buf_clear(out);
    buf_printf(out,
               "wait attract\ntap attract.button\nwait rating\n"
               "tap level.%u\nwait reasons\n",
               level);
    if (draw(4) == 0) {
        level = 1 + draw(5);
        buf_printf(out,
                   "tap reason.change\nwait rating\ntap level.%u\n"
                   "wait reasons\n",
                   level);
    }
    unsigned reasons = draw(3);
    for (unsigned i = 1; i <= reasons; i++)
        buf_printf(out, "tap reason.%s.%u\n", level > 3 ? "high" : "low",
                   2 * i + draw(2));
    if (draw(5) == 0)
        buf_append_text(out, "wait thanks\n"); // time does it
    else
        buf_printf(out, "tap reason.%s\nwait thanks\n",
                   reasons ? "send" : "skip");
    buf_append_text(out, "saved\n");
}

static void cycle(struct family *family, int kills[MEMBER_COUNT])
{
    struct buf script = {0};
    write_script(&script);
    pid_t citizen = family_citizen(family, buf_text(&script));
    uint32_t dice = draw(4);
    enum member victim = dice < 2 ? KIOSK : dice == 2 ? COURIER : SERVER;
    rest_ms(draw(VISIT_MS));
    family_kill(family, victim);
    kills[victim]++;
    if (victim == KIOSK)
        kill(citizen, SIGKILL);
    family_start(family, victim);
    int status;
    waitpid(citizen, &status, 0);
    if (victim != KIOSK && !(WIFEXITED(status) && WEXITSTATUS(status) == 0))
        family_fail("the citizen could not go on (%d) while %s was away; see "
                    "%s/citizen.log",
                    status, victim == SERVER ? "the server" : "the courier",
                    family->folder);
    buf_free(&script);
}

int main(int argc, char **argv)
{
    struct family family;
    int kills[MEMBER_COUNT] = {0};
    if (argc < 3 || argc > 5) {
        fputs("usage: crash BUILD FOLDER [CYCLES [SEED]]\n", stderr);
        return 2;
    }
    int cycles = argc > 3 ? atoi(argv[3]) : 40;
    seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 20261123;
    setvbuf(stdout, NULL, _IOLBF, 0);
    family_begin(&family, argv[1], argv[2]);
    for (int i = 0; i < cycles; i++)
        cycle(&family, kills);
    bool good = report(family_stop(&family, KIOSK), "the screen ends cleanly");
    good &= report(family_stop(&family, COURIER), "the courier ends cleanly");
    good &= report(drain(&family), "nothing is left on the device");
    good &= report(family_stop(&family, SERVER), "the server ends cleanly");
    good &= hold_against(&family, cycles, kills);
    return good ? 0 : 1;
}

#include "postgres/patience.h"
#include "common/clock.h"
#include "common/log.h"
#include "postgres/pool.h"
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

static const char module[] = "sql";

// The first silence that is doubted, and those after it; and between two
// questions of a pool.
enum { SILENCE_MS = 2000, AGAIN_MS = 15000, STEP_MS = 100 };

enum { MOST_OPTIONS = 64 };

// What is asked for in the connection's own words, but of the very machine that
// it leads to, whatever that machine is.
static const char *option_of(PGconn *db, const PQconninfoOption *option)
{
    if (strcmp(option->keyword, "host") == 0)
        return PQhost(db);
    if (strcmp(option->keyword, "hostaddr") == 0)
        return PQhostaddr(db);
    if (strcmp(option->keyword, "port") == 0)
        return PQport(db);
    if (strcmp(option->keyword, "target_session_attrs") == 0)
        return "any";
    if (strcmp(option->keyword, "connect_timeout") == 0)
        return "2";
    return option->val;
}

static bool somebody_answers(PGconn *db)
{
    const char *names[MOST_OPTIONS + 1], *values[MOST_OPTIONS + 1];
    PQconninfoOption *options = PQconninfo(db);
    size_t count = 0;
    if (!options)
        return true; // no memory to ask
    for (PQconninfoOption *option = options; option->keyword; option++) {
        const char *value = option_of(db, option);
        if (value && value[0] != '\0' && count < MOST_OPTIONS) {
            names[count] = option->keyword;
            values[count++] = value;
        }
    }
    names[count] = values[count] = NULL;
    PGPing answer = PQpingParams(names, values, 0);
    PQconninfoFree(options);
    return answer != PQPING_NO_RESPONSE;
}

enum wish { ANSWER, SENT, MORE };

static bool is_fulfilled(PGconn *db, enum wish wish, int left)
{
    return left < 0 || (wish == ANSWER && !PQisBusy(db)) ||
           (wish == SENT && left == 0);
}

// False: silence until then.
static bool wait_until(PGconn *db, enum wish wish, int64_t until_ms)
{
    for (;;) {
        int left = PQflush(db);
        if (is_fulfilled(db, wish, left))
            return true;
        struct pollfd socket = {PQsocket(db),
                                (short)(POLLIN | (left > 0 ? POLLOUT : 0)), 0};
        int64_t ms = until_ms - clock_mono_us() / 1000;
        if (ms <= 0)
            return false;
        if (poll(&socket, 1, (int)ms) > 0 && (socket.revents & ~POLLOUT) &&
            (PQconsumeInput(db) != 1 || wish == MORE))
            return true;
    }
}

void patience_give_up(PGconn *db)
{
    shutdown(PQsocket(db), SHUT_RDWR);
    while (PQstatus(db) == CONNECTION_OK && PQconsumeInput(db) == 1)
        continue;
}

static void give_up(PGconn *db, int64_t ms, const char *why)
{
    log_error(module,
              "%s:%s: no answer for %d ms, and %s: the connection is given up",
              PQhost(db), PQport(db), (int)ms, why);
    patience_give_up(db);
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void wait_for(struct patience *patience, PGconn *db, enum wish wish)
{
    const int64_t most_ms =
        patience && patience->most_ms > 0 ? patience->most_ms : INT64_MAX;
    struct pool *pool = patience ? patience->pool : NULL;
    int64_t began_ms = clock_mono_us() / 1000, spent_ms = 0;
    int64_t asks_ms = least(SILENCE_MS, most_ms);
    for (;;) {
        int64_t step_ms = pool ? spent_ms + STEP_MS : INT64_MAX;
        if (wait_until(db, wish, began_ms + least(asks_ms, step_ms)))
            return;
        spent_ms = clock_mono_us() / 1000 - began_ms;
        bool asks = spent_ms >= asks_ms;
        if ((pool && pool_doubts(pool, spent_ms)) ||
            (asks && !somebody_answers(db))) {
            if (patience)
                patience->is_alone = true;
            give_up(db, spent_ms, "nobody answers there");
            return;
        }
        if (spent_ms >= most_ms) {
            give_up(db, spent_ms, "others are answered there");
            return;
        }
        if (asks)
            asks_ms = least(spent_ms + AGAIN_MS, most_ms);
    }
}

void patience_wait(struct patience *patience, PGconn *db)
{
    wait_for(patience, db, ANSWER);
}

void patience_flush(struct patience *patience, PGconn *db)
{
    wait_for(patience, db, SENT);
}

void patience_more(struct patience *patience, PGconn *db)
{
    wait_for(patience, db, MORE);
}

PGresult *patience_answer(struct patience *patience, PGconn *db, int is_sent)
{
    PGresult *last = NULL, *next = NULL;
    while (is_sent == 1) {
        patience_wait(patience, db);
        next = PQgetResult(db);
        if (!next)
            break;
        PQclear(last);
        last = next;
        if (PQstatus(db) != CONNECTION_OK)
            break;
    }
    return last;
}

PGresult *patience_run(struct patience *patience, PGconn *db,
                       const char *script)
{
    return patience_answer(patience, db, PQsendQuery(db, script));
}

#include "server/chores.h"
#include "common/clock.h"
#include "common/date.h"
#include "office/published.h"
#include "office/transaction_keys.h"
#include "server/context.h"
#include "server/judging.h"
#include <assert.h>

enum { BEFORE_EVERY_S = 3600 };

enum office_result keys_turn(struct server *server, struct office *office,
                             int64_t now)
{
    bool is_emptied = false;
    // The unit may have no device yet, and print receipts already.
    enum office_result result =
        office_make_transaction_keys(office, server->settings.unit_code, now);
    if (result == OFFICE_OK) {
        result = office_turn_keys(office, &server->settings.defaults, now,
                                  &is_emptied);
    }
    server->keys_left = result == OFFICE_OK && !is_emptied;
    return result;
}

static enum office_result turn_keys(struct office *office, void *ctx)
{
    return keys_turn(ctx, office, clock_wall_ms());
}

static enum office_result publish(struct office *office, void *ctx)
{
    int64_t now = clock_wall_ms();
    (void)ctx;
    return office_publish(office, date_day_of_wall_ms(now), now);
}

// Nothing is written to the database for it.
static bool let_before_go(void *ctx)
{
    const struct server *server = ctx;
    int64_t now = clock_wall_ms();
    if (clock_is_believable(now)) {
        office_let_before_go(server->identity.database, now);
    }
    return false;
}

struct caretaker *chores_start(struct server *server)
{
    const struct chore chores[] = {
        {.done_day = server->keys_day,
         .work = turn_keys,
         .is_left = &server->keys_left,
         .ctx = server},
        {.work = publish, .ctx = server},
        {.every_s = BEFORE_EVERY_S, .look = let_before_go, .ctx = server},
        alerts_chore(server->alerts),
        papers_chore(server->papers),
        judging_chore(server),
        retention_chore(&server->retention, server),
    };
    size_t count = sizeof chores / sizeof *chores;
    static_assert(sizeof chores / sizeof *chores <= CHORES_MAX,
                  "the server has no room for its chores");
    for (size_t i = 0; i < count; i++) {
        server->chores[i] = chores[i];
    }
    return caretaker_start(server->writer, server->chores, count);
}

struct caretaker *chores_start_slow(struct server *server)
{
    const struct chore chores[SLOW_CHORES] = {
        papers_claim_chore(server->papers), papers_mail_chore(server->papers),
        retotaling_chore(server->retotaling)};
    for (size_t i = 0; i < SLOW_CHORES; i++) {
        server->slow_chores[i] = chores[i];
    }
    return caretaker_start(server->writer, server->slow_chores, SLOW_CHORES);
}

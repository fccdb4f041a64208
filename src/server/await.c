#include "server/await.h"
#include "common/log_tries.h"
#include "common/supervisor.h"
#include "server/door.h"
#include <time.h>

static const char MODULE[] = "server";

// Whether one of the signals came in the pause.
static bool is_ended(const sigset_t *ends, int pause_ms, int *out_received)
{
    const struct timespec pause = {pause_ms / 1000,
                                   (long)(pause_ms % 1000) * 1000000};
    int received = sigtimedwait(ends, NULL, &pause);
    if (received > 0) {
        *out_received = received;
    }
    return received > 0;
}

static int longer(int pause_ms, const struct await_pauses *pauses)
{
    return pause_ms < pauses->longest_ms / 2 ? 2 * pause_ms
                                             : pauses->longest_ms;
}

static enum server_outcome
try_again(const struct server_settings *settings, const sigset_t *ends,
          const struct await_pauses *pauses, struct door **door,
          struct server **out_server, int *out_received)
{
    struct log_tries tries = {0};
    for (int pause = pauses->first_ms;; pause = longer(pause, pauses)) {
        log_tries_begin(&tries);
        enum server_outcome outcome = server_open(settings, *door, out_server);
        log_tries_end(&tries, outcome == SERVER_OPEN, MODULE, "the database");
        if (outcome != SERVER_AWAY) {
            return outcome;
        }
        if (!*door && !(*door = door_open(settings))) {
            return SERVER_FAILED;
        }
        // It answers; what waits for it need not wait for the database.
        supervisor_ready();
        if (is_ended(ends, pause, out_received)) {
            return SERVER_AWAY;
        }
    }
}

enum server_outcome server_await(const struct server_settings *settings,
                                 const sigset_t *ends,
                                 struct await_pauses pauses,
                                 struct server **out_server, int *out_received)
{
    struct door *door = NULL;
    enum server_outcome outcome =
        try_again(settings, ends, &pauses, &door, out_server, out_received);
    door_close(door);
    return outcome;
}

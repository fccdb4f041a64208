#include "sync/policy.h"

enum {
    BASE_MS = 2000,
    CAP_MS = 900 * 1000,
    RETRY_AFTER_LEAST_S = 1,
    RETRY_AFTER_MOST_S = 3600
};

const char *sync_outcome_name(enum sync_outcome outcome)
{
    static const char *const names[] = {"done",     "retry",     "gap",
                                        "gone",     "fork",      "operator",
                                        "rejected", "too large", "stopped"};
    return names[outcome];
}

enum sync_outcome policy_outcome(enum transport_result result, int status)
{
    switch (result) {
    case TRANSPORT_ABORTED:
        return SYNC_STOPPED;
    case TRANSPORT_TLS:
        return SYNC_OPERATOR;
    case TRANSPORT_REFUSED:
    case TRANSPORT_FAILED:
        return SYNC_RETRY;
    case TRANSPORT_ANSWERED:
        break;
    }
    if (status >= 200 && status < 300)
        return SYNC_DONE;
    if (status == 401 || status == 403)
        return SYNC_OPERATOR;
    if (status == 408 || status == 429 || status >= 500)
        return SYNC_RETRY;
    if (status == 413)
        return SYNC_TOO_LARGE;
    if (status >= 400)
        return SYNC_REJECTED;
    // 1xx and redirects: a portal that wants a log-in, not our server.
    return SYNC_RETRY;
}

static int64_t between(int64_t most, uint64_t random)
{
    return (int64_t)(random % (uint64_t)(most + 1));
}

int64_t policy_delay_ms(int64_t failures, int retry_after_s, uint64_t random)
{
    int64_t ceiling = BASE_MS;
    for (int64_t i = 1; i < failures && ceiling < CAP_MS; i++)
        ceiling *= 2;
    if (ceiling > CAP_MS)
        ceiling = CAP_MS;
    int64_t asked = 0;
    if (retry_after_s >= 0) {
        asked = retry_after_s < RETRY_AFTER_LEAST_S  ? RETRY_AFTER_LEAST_S
                : retry_after_s > RETRY_AFTER_MOST_S ? RETRY_AFTER_MOST_S
                                                     : retry_after_s;
    }
    return asked * 1000 + between(ceiling, random);
}

int64_t policy_first_ms(int64_t window_s, uint64_t random)
{
    return window_s > 0 ? between(window_s * 1000, random) : 0;
}

size_t policy_lines(size_t most, size_t sent, size_t limit,
                    enum sync_outcome outcome, bool timed_out)
{
    if (sent == 0)
        return most; // a heartbeat tells nothing about size
    if (outcome == SYNC_TOO_LARGE || timed_out)
        return sent > 1 ? sent / 2 : 1;
    if (outcome == SYNC_DONE)
        return most < limit / 2 ? most * 2 : limit;
    return most;
}

int64_t policy_wait_ms(const struct policy_state *s)
{
    int64_t due = s->last_sent_ms == INT64_MIN
                      ? s->now_ms
                      : s->last_sent_ms + s->heartbeat_ms;
    if (s->pending && s->new_line_ms + POLICY_NEW_LINE_MS < due)
        due = s->new_line_ms + POLICY_NEW_LINE_MS;
    if (due < s->not_before_ms)
        due = s->not_before_ms;
    return due > s->now_ms ? due - s->now_ms : 0;
}

#include "common/log_tries.h"
#include "common/log.h"

static const int64_t AGAIN_US = LOG_TRIES_AGAIN_S * INT64_C(1000000);

static _Thread_local struct log_tries *innermost;

void log_tries_begin(struct log_tries *tries)
{
    tries->outer = innermost;
    innermost = tries;
}

void log_tries_end(struct log_tries *tries, bool worked, const char *module,
                   const char *what)
{
    innermost = tries->outer;
    tries->outer = NULL;
    if (!worked) {
        tries->failed++;
        return;
    }
    if (tries->failed > 0 && tries->count > 0)
        log_info(module, "%s: works again, failed tries: %lld", what,
                 (long long)tries->failed);
    tries->failed = 0;
    tries->count = 0;
}

// FNV-1a, over both with their ends.
static uint64_t sum_of(const char *module, const char *text)
{
    const uint64_t prime = UINT64_C(0x100000001b3);
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (; *module; module++)
        sum = (sum ^ (unsigned char)*module) * prime;
    sum *= prime;
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * prime;
    return sum;
}

static bool take(struct log_tries *tries, uint64_t words, int64_t now_us)
{
    for (size_t i = 0; i < tries->count; i++) {
        struct log_tries_line *line = &tries->lines[i];
        if (line->words != words)
            continue;
        if (now_us - line->said_at_us < AGAIN_US)
            return false;
        line->said_at_us = now_us;
        return true;
    }
    if (tries->count < LOG_TRIES_LINES)
        tries->lines[tries->count++] = (struct log_tries_line){words, now_us};
    return true;
}

bool log_tries_take(const char *module, const char *text, int64_t now_us)
{
    return !innermost || take(innermost, sum_of(module, text), now_us);
}

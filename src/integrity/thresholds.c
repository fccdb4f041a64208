#include "integrity/thresholds.h"
#include <string.h>

static const char *const NAMES[INTEGRITY_RULE_COUNT] = {
    [INTEGRITY_BURST] = "burst",
    [INTEGRITY_RUN] = "run",
    [INTEGRITY_NO_TRANSACTION] = "no-transaction",
    [INTEGRITY_OUTSIDE_HOURS] = "outside-hours",
    [INTEGRITY_TOO_FAST] = "too-fast",
    [INTEGRITY_SAME_TOUCH] = "same-touch",
    [INTEGRITY_OFFICER_OUTLIER] = "officer-outlier",
};

const char *integrity_rule_name(enum integrity_rule rule)
{
    return NAMES[rule];
}

bool integrity_parse_rule(const char *name, enum integrity_rule *out)
{
    for (int i = 0; i < INTEGRITY_RULE_COUNT; i++) {
        if (strcmp(NAMES[i], name) == 0) {
            *out = (enum integrity_rule)i;
            return true;
        }
    }
    return false;
}

// Where a number goes, and what it may be.
struct number {
    enum integrity_rule rule;
    const char *key;
    size_t offset;
    int64_t least, most;
};
#define NUMBER(rule, key, field, least, most)                                  \
    {                                                                          \
        rule, key, offsetof(struct integrity_thresholds, field), least, most   \
    }
static const struct number NUMBERS[] = {
    NUMBER(INTEGRITY_BURST, "ratings", burst_ratings, 2, 1000),
    NUMBER(INTEGRITY_BURST, "minutes", burst_minutes, 1, 1440),
    NUMBER(INTEGRITY_RUN, "ratings", run_ratings, 3, 1000),
    NUMBER(INTEGRITY_RUN, "spread_percent", run_spread, 0, 1000),
    NUMBER(INTEGRITY_OUTSIDE_HOURS, "grace_minutes", grace_minutes, 0, 240),
    NUMBER(INTEGRITY_TOO_FAST, "milliseconds", fast_ms, 1, 10000),
    NUMBER(INTEGRITY_SAME_TOUCH, "ratings", touch_ratings, 2, 1000),
    NUMBER(INTEGRITY_SAME_TOUCH, "hundredths", touch_hundredths, 0, 50),
    NUMBER(INTEGRITY_OFFICER_OUTLIER, "one_in", outlier_one_in, 10, 1000000),
    NUMBER(INTEGRITY_OFFICER_OUTLIER, "points", outlier_points, 0, 100),
    NUMBER(INTEGRITY_OFFICER_OUTLIER, "ratings", outlier_ratings, 5, 100000),
    NUMBER(INTEGRITY_OFFICER_OUTLIER, "satisfied_from", satisfied_from, 2, 5),
};

static bool read_rule(const json_t *body, enum integrity_rule rule,
                      struct integrity_thresholds *out, struct buf *message)
{
    const json_t *object = json_object_get(body, NAMES[rule]);
    if (!json_get_bool(object, "on", &out->on[rule])) {
        buf_printf(message,
                   "%s: says not whether it is on; write {\"on\": "
                   "true, …} or {\"on\": false, …}",
                   NAMES[rule]);
        return false;
    }
    for (size_t i = 0; i < sizeof NUMBERS / sizeof NUMBERS[0]; i++) {
        const struct number *number = &NUMBERS[i];
        int64_t value = 0;
        if (number->rule != rule) {
            continue;
        }
        if (!json_get_int(object, number->key, &value) ||
            value < number->least || value > number->most) {
            buf_printf(message, "%s.%s: is no whole number from %lld to %lld",
                       NAMES[rule], number->key, (long long)number->least,
                       (long long)number->most);
            return false;
        }
        memcpy((char *)out + number->offset, &value, sizeof value);
    }
    return true;
}

bool integrity_read_thresholds(const json_t *body,
                               struct integrity_thresholds *out,
                               struct buf *message)
{
    struct integrity_thresholds thresholds = {.burst_ratings = 0};
    for (int i = 0; i < INTEGRITY_RULE_COUNT; i++) {
        if (!read_rule(body, (enum integrity_rule)i, &thresholds, message)) {
            return false;
        }
    }
    *out = thresholds;
    return true;
}

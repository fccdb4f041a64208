#include "common/log_limit.h"
#include <stddef.h>

static const int64_t EVERY_US = LOG_LIMIT_EVERY_S * INT64_C(1000000);

// NULL: all are taken.
static struct log_limit_place *find(struct log_limit *limit, const char *format)
{
    size_t at = ((uintptr_t)format >> 3) % LOG_LIMIT_PLACES;
    for (size_t i = 0; i < LOG_LIMIT_PLACES; i++) {
        struct log_limit_place *place =
            &limit->places[(at + i) % LOG_LIMIT_PLACES];
        if (!place->format)
            place->format = format;
        if (place->format == format)
            return place;
    }
    return NULL;
}

bool log_limit_take(struct log_limit *limit, const char *format, int64_t now_us,
                    int64_t *out_unsaid)
{
    struct log_limit_place *place = find(limit, format);
    *out_unsaid = 0;
    if (!place)
        return true;
    if (place->full_at_us < now_us)
        place->full_at_us = now_us;
    if (place->full_at_us - now_us > (LOG_LIMIT_BURST - 1) * EVERY_US) {
        place->unsaid++;
        return false;
    }
    place->full_at_us += EVERY_US;
    *out_unsaid = place->unsaid;
    place->unsaid = 0;
    return true;
}

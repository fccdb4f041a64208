#include "support/one_day.h"
#include "common/clock.h"
#include "common/date.h"
#include <unistd.h>

enum { SECOND_MS = 1000, BEHIND_MS = 60 * SECOND_MS };

void one_day_for(int seconds)
{
    int64_t now = clock_wall_ms();
    int64_t begun = date_wall_ms_of_day(date_day_of_wall_ms(now));
    int64_t end = date_wall_ms_of_day(date_day_of_wall_ms(now) + 1);
    int64_t until = now - begun < BEHIND_MS               ? begun + BEHIND_MS
                    : end - now < seconds * INT64_C(1000) ? end + BEHIND_MS
                                                          : now;
    while (clock_wall_ms() < until) {
        usleep(100 * SECOND_MS);
    }
}

#include "simulator/ward.h"
#include "common/buf.h"
#include "common/date.h"
#include "common/json.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const NAMES[WARD_CHEAT_COUNT] = {
    "honest", "burst", "lunch", "run", "night", "same_touch"};

const char *ward_cheat_name(enum ward_cheat cheat)
{
    return NAMES[cheat];
}

// --- Chance -----------------------------------------------------------------

// splitmix64: every seed is a good one.
static uint64_t next(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double uniform(uint64_t *state, double from, double to)
{
    return from +
           (to - from) * ((double)(next(state) >> 11) / 9007199254740992.0);
}

static double normal(uint64_t *state)
{
    double u = uniform(state, 1e-12, 1), v = uniform(state, 0, 1);
    return sqrt(-2 * log(u)) * cos(2 * M_PI * v);
}

static double lognormal(uint64_t *state, double median, double sigma)
{
    return median * exp(sigma * normal(state));
}

// --- People -----------------------------------------------------------------

static const double SECOND = 1000, MINUTE = 60000;
static const int32_t MONDAY = 20780; // 23/11/2026

struct play {
    uint64_t chance;
    struct ward_day *day;
    bool by_transaction;
    double happy; // share of the highest level, today
};

// Milliseconds of the day, local.
static int64_t wall(double at)
{
    return date_wall_ms_of_day(MONDAY) + (int64_t)at;
}

static struct integrity_rating *add(struct play *play, double at, int level,
                                    bool is_planted)
{
    struct ward_day *day = play->day;
    if (day->count == WARD_RATINGS_MAX) {
        return NULL;
    }
    day->is_planted[day->count] = is_planted;
    struct integrity_rating *rating = &day->ratings[day->count];
    *rating =
        (struct integrity_rating){.at = wall(at),
                                  .is_timed = true,
                                  .level = level,
                                  .is_by_transaction = play->by_transaction,
                                  .names_transaction = play->by_transaction,
                                  .device = 1,
                                  .gen = 1,
                                  .seq = (int64_t)day->count + 1};
    day->count++;
    return rating;
}

// A finger aims at a face of a seventh of the window's width, and misses its
// middle by a fifth of that. Five faces in a row, the best one left.
static void touch(struct play *play, struct integrity_rating *rating)
{
    double x =
        0.14 + 0.18 * (5 - rating->level) + 0.028 * normal(&play->chance);
    double y = 0.55 + 0.035 * normal(&play->chance);
    rating->has_touch = true;
    rating->x = (int)lround(x * 100);
    rating->y = (int)lround(y * 100);
}

static int choose_level(struct play *play)
{
    double chance = uniform(&play->chance, 0, 1);
    if (chance < play->happy) {
        return 5;
    }
    chance = uniform(&play->chance, 0, 1);
    return chance < 0.72 ? 4 : chance < 0.88 ? 3 : chance < 0.95 ? 2 : 1;
}

// Sees the faces, reads, decides, reaches out.
static void citizen(struct play *play, double at)
{
    struct integrity_rating *rating = add(play, at, choose_level(play), false);
    if (rating) {
        touch(play, rating);
        rating->after_ms = 600 + (int64_t)lognormal(&play->chance, 2800, 0.7);
    }
}

// Citizens of one half-day, one after the other.
static void serve(struct play *play, double from, double to,
                  double rating_share, double idle_minutes)
{
    double at = from;
    for (;;) {
        // Waits for the next citizen, less at the busy hours.
        bool is_busy = (at > 8 * 60 * MINUTE && at < 10 * 60 * MINUTE) ||
                       (at > 14 * 60 * MINUTE && at < 15.5 * 60 * MINUTE);
        double idle = is_busy ? idle_minutes / 4 : idle_minutes;
        at += -idle * MINUTE * log(uniform(&play->chance, 1e-9, 1));
        if (at > to) {
            return;
        }
        // Copies are certified in minutes; land takes longer. Nobody is done
        // before a minute and a half.
        bool is_quick = uniform(&play->chance, 0, 1) < 0.8;
        at += 90 * SECOND +
              lognormal(&play->chance, (is_quick ? 3 : 10) * MINUTE, 0.55);
        if (uniform(&play->chance, 0, 1) >= rating_share) {
            continue;
        }
        double tap = at + lognormal(&play->chance, 9 * SECOND, 0.6);
        citizen(play, tap);
        // A family came together, and each of them taps: where there is no
        // transaction that only one may rate.
        if (!play->by_transaction && uniform(&play->chance, 0, 1) < 0.04) {
            int others = 1 + (int)uniform(&play->chance, 0, 3);
            for (int i = 0; i < others; i++) {
                tap += lognormal(&play->chance, 14 * SECOND, 0.5);
                citizen(play, tap);
            }
        }
    }
}

// --- Cheats -----------------------------------------------------------------

// A hand that does not read.
static struct integrity_rating *tap(struct play *play, double at, int level)
{
    struct integrity_rating *rating = add(play, at, level, true);
    if (rating) {
        touch(play, rating);
        rating->after_ms = (int64_t)uniform(&play->chance, 350, 1500);
    }
    return rating;
}

static int good_level(struct play *play)
{
    return uniform(&play->chance, 0, 1) < 0.85 ? 5 : 4;
}

// From one tap in two seconds to one in forty.
static void burst(struct play *play)
{
    double at = uniform(&play->chance, 8, 16) * 60 * MINUTE;
    double gap = lognormal(&play->chance, 8 * SECOND, 0.8);
    gap = gap < 2 * SECOND ? 2 * SECOND : gap > 40 * SECOND ? 40 * SECOND : gap;
    for (int i = 0; i < 20; i++) {
        tap(play, at, good_level(play));
        at += gap * uniform(&play->chance, 0.5, 1.5);
    }
}

static void lunch(struct play *play)
{
    double at = uniform(&play->chance, 11.75, 12.6) * 60 * MINUTE;
    for (int i = 0; i < 20; i++) {
        tap(play, at, good_level(play));
        at += uniform(&play->chance, 20, 110) * SECOND;
    }
}

static void run(struct play *play)
{
    double at = uniform(&play->chance, 14, 15) * 60 * MINUTE;
    double gap = uniform(&play->chance, 70, 150) * SECOND;
    for (int i = 0; i < 15; i++) {
        tap(play, at, 5);
        at += gap * uniform(&play->chance, 0.92, 1.08);
    }
}

static void night(struct play *play)
{
    double at = uniform(&play->chance, 18, 21) * 60 * MINUTE;
    for (int i = 0; i < 5; i++) {
        tap(play, at, good_level(play));
        at += uniform(&play->chance, 30, 600) * SECOND;
    }
}

// Between citizens, and none of them touches in between.
static void same_touch(struct play *play)
{
    double x = uniform(&play->chance, 0.1, 0.18);
    double y = uniform(&play->chance, 0.5, 0.6);
    double at = uniform(&play->chance, 8, 10) * 60 * MINUTE;
    for (int i = 0; i < 12; i++) {
        struct integrity_rating *rating = tap(play, at, 5);
        if (rating) {
            rating->x =
                (int)lround((x + uniform(&play->chance, -0.004, 0.004)) * 100);
            rating->y =
                (int)lround((y + uniform(&play->chance, -0.004, 0.004)) * 100);
        }
        at += uniform(&play->chance, 40, 400) * SECOND;
    }
}

// --- Days -------------------------------------------------------------------

void ward_hours(struct hours *out)
{
    static const char text[] =
        "{\"hours\":{\"mon\":[\"07:30-11:30\",\"13:30-17:00\"]}}";
    char why[JSON_MESSAGE_SIZE];
    struct buf message = {0};
    json_t *body = json_read(text, sizeof text - 1, why);
    if (!hours_read(body, out, &message)) {
        abort();
    }
    json_decref(body);
    buf_free(&message);
}

void ward_make_day(uint64_t seed, bool by_transaction, enum ward_cheat cheat,
                   struct ward_day *out)
{
    struct play play = {
        .chance = seed, .day = out, .by_transaction = by_transaction};
    out->count = 0;
    play.happy = uniform(&play.chance, 0.6, 0.92);
    double share = uniform(&play.chance, 0.15, 0.75);
    double idle = uniform(&play.chance, 2, 14);
    serve(&play, 7.5 * 60 * MINUTE, 11.5 * 60 * MINUTE, share, idle);
    serve(&play, 13.5 * 60 * MINUTE, 17 * 60 * MINUTE, share, idle);
    switch (cheat) {
    case WARD_BURST:
        burst(&play);
        break;
    case WARD_LUNCH:
        lunch(&play);
        break;
    case WARD_RUN:
        run(&play);
        break;
    case WARD_NIGHT:
        night(&play);
        break;
    case WARD_SAME_TOUCH:
        same_touch(&play);
        break;
    default:
        break;
    }
}

double ward_officer_share(uint64_t seed)
{
    double share = 0.965 + 0.012 * normal(&seed);
    return share > 1 ? 1 : share;
}

int64_t ward_satisfied(uint64_t seed, int64_t count, double share)
{
    int64_t satisfied = 0;
    for (int64_t i = 0; i < count; i++) {
        satisfied += uniform(&seed, 0, 1) < share;
    }
    return satisfied;
}

// Measures the rules of src/integrity on invented days whose cheats are known:
// how many honest days are flagged, and how many of each cheat are found.
#include "common/file.h"
#include "integrity/outlier.h"
#include "simulator/ward.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: hailong-simulator [--seed N] [--days N] [--print CHEAT]\n"
    "\n"
    "Judges invented days at a counter by the thresholds that the program\n"
    "brings along, and prints what it measured, a name and a number a line.\n"
    "\n"
    "  --seed N       another ward (1)\n"
    "  --days N       honest days; of each cheat a fifth of it (20000)\n"
    "  --print CHEAT  instead the ratings of one day, labelled, a line each:\n"
    "                 honest burst lunch run night same_touch\n"
    "  --help         this text\n";

struct asked {
    uint64_t seed;
    uint64_t days;
    int print; // -1: measure
};

static bool read_count(const char *text, uint64_t *out)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    *out = value;
    return *text >= '0' && *text <= '9' && *end == '\0' && value <= 100000000;
}

static bool read_cheat(const char *text, int *out)
{
    for (int i = 0; i < WARD_CHEAT_COUNT; i++) {
        if (strcmp(text, ward_cheat_name((enum ward_cheat)i)) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

// False: `argv[i]` is not understood.
static bool read_option(const char *name, const char *value, struct asked *out)
{
    if (!value) {
        return false;
    }
    if (strcmp(name, "--seed") == 0) {
        return read_count(value, &out->seed);
    }
    if (strcmp(name, "--days") == 0) {
        return read_count(value, &out->days) && out->days > 0;
    }
    return strcmp(name, "--print") == 0 && read_cheat(value, &out->print);
}

static bool load_thresholds(struct integrity_thresholds *out)
{
    char path[PATH_MAX], why[JSON_MESSAGE_SIZE];
    struct buf bytes = {0}, message = {0};
    json_t *body = NULL;
    bool done = file_find_asset("settings/integrity.json", path, sizeof path) &&
                file_read(path, 65536, &bytes) &&
                (body = json_read(buf_text(&bytes), bytes.size, why)) &&
                integrity_read_thresholds(body, out, &message);
    if (!done) {
        fprintf(stderr, "settings/integrity.json: %s\n", buf_text(&message));
    }
    json_decref(body);
    buf_free(&bytes);
    buf_free(&message);
    return done;
}

// What the rules make of days of one kind.
struct result {
    int64_t days, flagged, found; // found: most of what was planted is flagged
    int64_t honest, honest_flagged;        // ratings of citizens
    int64_t by_rule[INTEGRITY_RULE_COUNT]; // days
};

static bool judge_day(const struct integrity_thresholds *thresholds,
                      const struct hours *hours, struct ward_day *day,
                      struct result *out)
{
    struct integrity_findings found = {0};
    bool is_flagged[WARD_RATINGS_MAX] = {false};
    bool rules[INTEGRITY_RULE_COUNT] = {false};
    int64_t planted = 0, hit = 0;
    bool done =
        integrity_judge(thresholds, hours, day->ratings, day->count, &found);
    for (size_t i = 0; i < found.count; i++) {
        rules[found.all[i].rule] = true;
        for (size_t k = 0; k < found.all[i].count; k++) {
            size_t at = found.all[i].members[k];
            is_flagged[day->ratings[at].seq - 1] = true;
        }
    }
    for (size_t i = 0; i < day->count; i++) {
        planted += day->is_planted[i];
        hit += day->is_planted[i] && is_flagged[i];
        out->honest += !day->is_planted[i];
        out->honest_flagged += !day->is_planted[i] && is_flagged[i];
    }
    for (int i = 0; i < INTEGRITY_RULE_COUNT; i++) {
        out->by_rule[i] += rules[i];
    }
    out->days++;
    out->flagged += found.count > 0;
    out->found += planted > 0 && hit * 4 >= planted * 3;
    integrity_findings_free(&found);
    return done;
}

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0;
}

static void print_result(enum ward_cheat cheat, const struct result *result)
{
    const char *name = ward_cheat_name(cheat);
    printf("integrity_%s_days %" PRId64 "\n", name, result->days);
    if (cheat == WARD_HONEST) {
        printf("integrity_honest_flagged_days %" PRId64 "\n", result->flagged);
        printf("integrity_honest_flagged_percent %.3f\n",
               percent(result->flagged, result->days));
        for (int i = 0; i < INTEGRITY_OFFICER_OUTLIER; i++) {
            printf("integrity_honest_%s_days %" PRId64 "\n",
                   integrity_rule_name((enum integrity_rule)i),
                   result->by_rule[i]);
        }
    } else {
        printf("integrity_%s_found %" PRId64 "\n", name, result->found);
        printf("integrity_%s_found_percent %.2f\n", name,
               percent(result->found, result->days));
    }
    printf("integrity_%s_citizens_flagged_percent %.3f\n", name,
           percent(result->honest_flagged, result->honest));
}

static bool measure_days(const struct integrity_thresholds *thresholds,
                         const struct hours *hours, const struct asked *asked,
                         enum ward_cheat cheat)
{
    struct ward_day day;
    struct result result = {0};
    uint64_t days = cheat == WARD_HONEST ? asked->days : asked->days / 5;
    for (uint64_t i = 0; i < days; i++) {
        uint64_t seed = asked->seed << 40 | (uint64_t)cheat << 32 | i;
        ward_make_day(seed, i % 2 == 0, cheat, &day);
        if (!judge_day(thresholds, hours, &day, &result)) {
            fprintf(stderr, "out of memory\n");
            return false;
        }
    }
    print_result(cheat, &result);
    return true;
}

// Ten honest officers who differ as people do, in two fields, month by month.
static void measure_officers(const struct integrity_thresholds *thresholds,
                             const struct asked *asked)
{
    enum { OFFICERS = 10 };
    int64_t months = (int64_t)(asked->days / 50), flagged = 0;
    for (int64_t month = 0; month < months; month++) {
        int64_t rated[OFFICERS][2], satisfied[OFFICERS][2];
        for (int i = 0; i < OFFICERS; i++) {
            uint64_t seed = asked->seed << 40 | (uint64_t)month << 8 |
                            (uint64_t)i | UINT64_C(1) << 63;
            double share = ward_officer_share(seed);
            for (int f = 0; f < 2; f++) {
                rated[i][f] =
                    40 + (int64_t)((seed * 2654435761u >> 7) % 400) / (f + 1);
                satisfied[i][f] = ward_satisfied(seed + 77 + (uint64_t)f,
                                                 rated[i][f], share - 0.03 * f);
            }
        }
        for (int i = 0; i < OFFICERS; i++) {
            struct outlier_field fields[2] = {{0, 0, 0, 0}};
            int64_t tenths = 0;
            for (int f = 0; f < 2; f++) {
                fields[f].own = rated[i][f];
                fields[f].own_satisfied = satisfied[i][f];
                for (int k = 0; k < OFFICERS; k++) {
                    fields[f].peers += k == i ? 0 : rated[k][f];
                    fields[f].peers_satisfied += k == i ? 0 : satisfied[k][f];
                }
            }
            flagged +=
                outlier_distance(fields, 2, &tenths) &&
                llabs(tenths) >= thresholds->outlier_points * 10 &&
                outlier_chance(fields, 2) * (double)thresholds->outlier_one_in <
                    1;
        }
    }
    printf("integrity_officer_months %" PRId64 "\n", months * OFFICERS);
    printf("integrity_officer_flagged %" PRId64 "\n", flagged);
}

static void print_day(const struct asked *asked)
{
    struct ward_day day;
    ward_make_day(asked->seed << 40, false, (enum ward_cheat)asked->print,
                  &day);
    for (size_t i = 0; i < day.count; i++) {
        const struct integrity_rating *rating = &day.ratings[i];
        printf("{\"at\":%" PRId64 ",\"level\":%d,\"touch\":{\"x\":%.2f,"
               "\"y\":%.2f,\"after_ms\":%" PRId64 "},\"label\":\"%s\"}\n",
               rating->at, rating->level, rating->x / 100.0, rating->y / 100.0,
               rating->after_ms,
               day.is_planted[i]
                   ? ward_cheat_name((enum ward_cheat)asked->print)
                   : "honest");
    }
}

int main(int argc, char **argv)
{
    struct asked asked = {.seed = 1, .days = 20000, .print = -1};
    struct integrity_thresholds thresholds;
    struct hours hours;
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--help") == 0) {
            fputs(HELP, stdout);
            return 0;
        }
        if (!read_option(argv[i], i + 1 < argc ? argv[i + 1] : NULL, &asked)) {
            fprintf(stderr,
                    "hailong-simulator: %s: not understood; see "
                    "--help\n",
                    argv[i]);
            return 2;
        }
    }
    if (asked.print >= 0) {
        print_day(&asked);
        return 0;
    }
    if (!load_thresholds(&thresholds)) {
        return 1;
    }
    ward_hours(&hours);
    for (int i = 0; i < WARD_CHEAT_COUNT; i++) {
        if (!measure_days(&thresholds, &hours, &asked, (enum ward_cheat)i)) {
            return 1;
        }
    }
    measure_officers(&thresholds, &asked);
    return 0;
}

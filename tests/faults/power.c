#include "faults/power.h"
#include "faults/disk.h"
#include "faults/torn_disk.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// Lives on one folder before another is begun.
enum { LIVES = 8 };

uint32_t power_draw(struct power *power, uint32_t below)
{
    power->random ^= power->random >> 12;
    power->random ^= power->random << 25;
    power->random ^= power->random >> 27;
    return (uint32_t)((power->random * UINT64_C(2685821657736338717)) >> 33) %
           below;
}

bool power_chance(struct power *power, uint32_t percent)
{
    return power_draw(power, 100) < percent;
}

enum power_found power_say(struct power *power, enum power_found found,
                           const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(power->why, sizeof power->why, format, arguments);
    va_end(arguments);
    return found;
}

static struct torn_plan plan_cut(const struct power_subject *subject,
                                 struct power *power, bool is_short)
{
    static const int keeps[] = {0, 50, 90};
    // Many cuts come early, where files are made.
    uint32_t most = is_short || power_chance(power, 25) ? 40 : subject->changes;
    return (struct torn_plan){.cut_at = 1 + (long)power_draw(power, most),
                              .keep = keeps[power_draw(power, 3)],
                              .sector = power_chance(power, 50) ? 512 : 4096,
                              .seed = power_draw(power, INT32_MAX)};
}

// The status of its end: TORN_EXIT when it lost its power, else it could not go
// on, which it must.
static int live_and_die(const struct power_subject *subject,
                        struct power *power, bool is_short, bool *out_at_rest)
{
    struct torn_plan plan = plan_cut(subject, power, is_short);
    int status = -1,
        *at_rest = mmap(NULL, sizeof *at_rest, PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (at_rest == MAP_FAILED)
        return -1;
    pid_t child = fork();
    if (child == 0) {
        disk_watch(power->folder);
        torn_start(&plan, power->folder);
        subject->live(power, is_short);
        *at_rest = 1;
        torn_cut();
    }
    if (child > 0 && waitpid(child, &status, 0) == child)
        status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    *out_at_rest = *at_rest != 0;
    munmap(at_rest, sizeof *at_rest);
    return status;
}

static enum power_found cut_once(const struct power_subject *subject,
                                 struct power *power, struct power_sum *sum)
{
    bool at_rest;
    bool again = power_chance(power, 33);
    for (int i = 0; i <= again; i++) {
        // What it draws in its life, the parent need not know.
        power_draw(power, 2);
        int status = live_and_die(subject, power, i > 0, &at_rest);
        if (status != TORN_EXIT)
            return power_say(power, POWER_UNUSABLE, "it did not live on: %d",
                             status);
        sum->cuts++;
        sum->in_recovery += i;
        sum->at_rest += at_rest;
    }
    disk_watch(power->folder);
    enum power_found found = subject->check(power);
    disk_forget();
    return found;
}

// One folder, until something is found.
static void run_folder(const struct power_subject *subject, struct power *power,
                       uint64_t seed, long cuts, struct power_sum *sum)
{
    power->random = seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    memset(power->told, 0, subject->told_size);
    scratch_make(power->folder);
    subject->begin(power);
    enum power_found found = POWER_SOUND;
    for (int i = 0; i < LIVES && sum->cuts < cuts && found == POWER_SOUND; i++)
        found = cut_once(subject, power, sum);
    sum->lost += found == POWER_LOST;
    sum->unusable += found == POWER_UNUSABLE;
    if (found != POWER_SOUND)
        fprintf(stderr, "%s, seed %llu: %s\n", subject->name,
                (unsigned long long)seed, power->why);
    subject->end(power);
    scratch_remove(power->folder);
}

void power_run(const struct power_subject *subject, long cuts, uint64_t seed,
               struct power_sum *out_sum)
{
    struct power power = {0};
    *out_sum = (struct power_sum){0};
    power.told = mmap(NULL, subject->told_size, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (power.told == MAP_FAILED) {
        perror("mmap");
        abort();
    }
    while (out_sum->cuts < cuts)
        run_folder(subject, &power, seed++, cuts, out_sum);
    munmap(power.told, subject->told_size);
}

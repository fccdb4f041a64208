// Another start of the machine, for one program: a shared object to be loaded
// before it. MACHINE_BOOT is the boot's id, MACHINE_UP the time since the real
// boot at which it began, in milliseconds; no time server keeps the clock.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

// ISO C has no cast from an object's address to a function's.
static void find_next(const char *name, void *out_function)
{
    void *address = dlsym(RTLD_NEXT, name);
    memcpy(out_function, &address, sizeof address);
}

int adjtimex(struct timex *state)
{
    memset(state, 0, sizeof *state);
    state->status = STA_UNSYNC;
    return TIME_ERROR;
}

static void take_off(struct timespec *time, long long ms)
{
    long long left = (long long)time->tv_sec * 1000 - ms;
    time->tv_nsec += left % 1000 * 1000000;
    time->tv_sec = left / 1000;
    if (time->tv_nsec < 0) {
        time->tv_nsec += 1000000000;
        time->tv_sec--;
    } else if (time->tv_nsec >= 1000000000) {
        time->tv_nsec -= 1000000000;
        time->tv_sec++;
    }
}

int clock_gettime(clockid_t id, struct timespec *time)
{
    static int (*next)(clockid_t, struct timespec *);
    const char *began = getenv("MACHINE_UP");
    if (id == CLOCK_BOOTTIME && began) {
        int result = (int)syscall(SYS_clock_gettime, id, time);
        take_off(time, atoll(began));
        return result;
    }
    if (!next)
        find_next("clock_gettime", &next);
    return next(id, time);
}

FILE *fopen(const char *path, const char *mode)
{
    static FILE *(*next)(const char *, const char *);
    const char *boot = getenv("MACHINE_BOOT");
    if (boot && strcmp(path, "/proc/sys/kernel/random/boot_id") == 0)
        return fmemopen((void *)boot, strlen(boot), "r");
    if (!next)
        find_next("fopen", &next);
    return next(path, mode);
}

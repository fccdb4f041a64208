#include "bench/family.h"
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MEMBERS_MAX = 256, PATIENCE_MS = 5000, POLL_MS = 20, PATH_SIZE = 300 };

struct process {
    pid_t pid, parent;
    int64_t own_ticks, children_ticks; // user and system time
};

struct members {
    struct process list[MEMBERS_MAX];
    size_t count;
};

int64_t monotonic_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void sleep_ms(int64_t ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&t, &t) != 0 && errno == EINTR)
        ;
}

// --- Who belongs to it -------------------------------------------------------

static bool read_process(pid_t pid, struct process *out)
{
    char path[PATH_SIZE], text[1024];
    long long user, system, child_user, child_system;
    int parent;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    // The name in brackets may hold anything; what follows it is numbers.
    const char *after = strrchr(text, ')');
    if (!after ||
        sscanf(after + 1,
               " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lld %lld %lld "
               "%lld",
               &parent, &user, &system, &child_user, &child_system) != 5)
        return false;
    *out =
        (struct process){pid, parent, user + system, child_user + child_system};
    return true;
}

static bool is_member(const struct members *members, pid_t pid)
{
    for (size_t i = 0; i < members->count; i++)
        if (members->list[i].pid == pid)
            return true;
    return false;
}

// Everything that descends from this process. Passes are made until one finds
// nobody new, for a child may have a smaller number than its parent.
static void find_members(struct members *members)
{
    size_t before;
    members->count = 0;
    do {
        before = members->count;
        DIR *folder = opendir("/proc");
        for (struct dirent *entry; folder && (entry = readdir(folder));) {
            struct process process;
            if (!isdigit((unsigned char)entry->d_name[0]) ||
                !read_process(atoi(entry->d_name), &process) ||
                is_member(members, process.pid) ||
                members->count == MEMBERS_MAX)
                continue;
            if (process.parent == getpid() ||
                is_member(members, process.parent))
                members->list[members->count++] = process;
        }
        if (folder)
            closedir(folder);
    } while (members->count > before);
}

// --- Life --------------------------------------------------------------------

bool family_start(struct family *family, char *const *argv)
{
    // The child notes the time, so that the fork itself is not counted.
    int64_t *began = mmap(NULL, sizeof *began, PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (began == MAP_FAILED)
        return false;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    family->first = fork();
    if (family->first == 0) {
        setpgid(0, 0);
        *began = monotonic_us();
        execvp(argv[0], argv);
        fprintf(stderr, "stopwatch: %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    while (family->first > 0 && !*(volatile int64_t *)began)
        ;
    family->began_us = *began;
    munmap(began, sizeof *began);
    return family->first > 0;
}

bool family_is_alive(const struct family *family)
{
    return waitpid(family->first, NULL, WNOHANG) == 0;
}

static bool is_gone(void)
{
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    struct members members;
    find_members(&members);
    return members.count == 0;
}

void family_end(struct family *family)
{
    kill(family->first, SIGTERM);
    for (int waited = 0; !is_gone(); waited += POLL_MS) {
        struct members members;
        if (waited > PATIENCE_MS)
            find_members(&members);
        for (size_t i = 0; waited > PATIENCE_MS && i < members.count; i++)
            kill(members.list[i].pid, SIGKILL);
        sleep_ms(POLL_MS);
    }
}

// --- What it used ------------------------------------------------------------

int64_t family_cpu_us(void)
{
    struct members members;
    int64_t us = 0, per_tick = 1000000 / sysconf(_SC_CLK_TCK);
    find_members(&members);
    for (size_t i = 0; i < members.count; i++) {
        const struct process *process = &members.list[i];
        clockid_t clock;
        struct timespec t;
        if (clock_getcpuclockid(process->pid, &clock) == 0 &&
            clock_gettime(clock, &t) == 0)
            us += (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
        else
            us += process->own_ticks * per_tick;
        us += process->children_ticks * per_tick;
    }
    return us;
}

// The number that follows `key` at the start of a line; 0 when there is none.
static int64_t read_number(const char *path, const char *key)
{
    char line[256];
    long long value = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            value = atoll(line + strlen(key));
    if (file)
        fclose(file);
    return value;
}

static int64_t wakeups_of(pid_t pid)
{
    char path[PATH_SIZE];
    int64_t sum = 0;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%.20s/status", (int)pid,
                 entry->d_name);
        sum += read_number(path, "voluntary_ctxt_switches:");
    }
    if (folder)
        closedir(folder);
    return sum;
}

int64_t family_wakeups(void)
{
    struct members members;
    int64_t sum = 0;
    find_members(&members);
    for (size_t i = 0; i < members.count; i++)
        sum += wakeups_of(members.list[i].pid);
    return sum;
}

struct family_memory family_memory(void)
{
    struct members members;
    struct family_memory sum = {0};
    find_members(&members);
    for (size_t i = 0; i < members.count; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup",
                 (int)members.list[i].pid);
        sum.pss_kib += read_number(path, "Pss:");
        sum.rss_kib += read_number(path, "Rss:");
    }
    return sum;
}

#include "faults/failing.h"
#include "common/ids.h"
#include "faults/disk.h"
#include "faults/failing_memory.h"
#include <errno.h>
#include <string.h>

static struct failing current;

static const struct {
    const char *name;
    enum disk_call call;
    int error;
} kinds[FAILING_KIND_COUNT] = {
    [FAILING_MEMORY] = {"allocation", DISK_CALL_COUNT, ENOMEM},
    [FAILING_READ] = {"read", DISK_READ, EIO},
    [FAILING_WRITE] = {"write", DISK_WRITE, EIO},
    [FAILING_FULL] = {"write to a full disk", DISK_WRITE, ENOSPC},
    [FAILING_SYNC] = {"sync", DISK_SYNC, EIO},
    [FAILING_OPEN] = {"open", DISK_OPEN, EMFILE},
    [FAILING_NAME] = {"unlink or rename", DISK_NAME, EIO}};

const char *failing_name(enum failing_kind kind)
{
    return kinds[kind].name;
}

void failing_begin(const struct failing *failing, const char *directory)
{
    current = *failing;
    disk_watch(directory);
    if (failing->kind == FAILING_MEMORY)
        memory_fail(failing->n, failing->for_ever);
    else
        disk_fail(kinds[failing->kind].call, failing->n, failing->for_ever,
                  kinds[failing->kind].error);
}

bool failing_end(void)
{
    bool failed;
    if (current.kind == FAILING_MEMORY) {
        failed = memory_failures() > 0;
        memory_fail(0, false);
    } else {
        failed = disk_failures(kinds[current.kind].call) > 0;
        disk_fail(kinds[current.kind].call, 0, false, 0);
    }
    return failed;
}

long failing_walk(failing_run *run, void *ctx, long stride)
{
    long runs = 0;
    for (int kind = 0; kind < FAILING_KIND_COUNT; kind++)
        for (int for_ever = 0; for_ever <= 1; for_ever++) {
            struct failing failing = {
                .kind = (enum failing_kind)kind,
                .n = 1 + (long)(id_random_u64() % (uint64_t)stride),
                .for_ever = for_ever};
            // The first calls are few; they are never left out.
            for (long n = 1; n < failing.n && n <= 3; n++, runs++)
                run(ctx, &(struct failing){failing.kind, n, for_ever});
            for (runs++; run(ctx, &failing); runs++)
                failing.n += stride;
        }
    return runs;
}

long failing_stride(int argc, char **argv, long daily)
{
    return argc > 1 && strcmp(argv[1], "all") == 0 ? 1 : daily;
}

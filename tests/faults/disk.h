// The disk of a test. The system calls by which SQLite, the ring file and all
// else that this program links reach files are taken over (disk.c defines
// them, and the program's own definition comes before the C library's), so
// that a test can say what they suffer. What SQLite's own VFS does with
// descriptors, directories and syncs is thereby under test too.
//
// Only what lies in one flat directory is concerned, and only between
// disk_watch() and disk_forget(). Any thread may do the input and output; one
// thread gives the orders.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

void disk_watch(const char *directory);
void disk_forget(void);

// --- Calls that fail ---------------------------------------------------------

enum disk_call {
    DISK_READ,
    DISK_WRITE, // also the making of room: truncate, allocate
    DISK_SYNC,  // of a file or of the directory
    DISK_OPEN,
    DISK_NAME, // unlink, rename
    DISK_CALL_COUNT
};

// The n-th call of this kind from now on (from 1) fails with `error`, alone or
// with all after it. A write that fails for want of room or by half writes half
// of its bytes first; EROFS takes none. n = 0: none fails.
void disk_fail(enum disk_call call, long n, bool for_ever, int error);
// Calls of this kind that failed since.
long disk_failures(enum disk_call call);
// Calls of this kind since disk_watch().
long disk_calls(enum disk_call call);

// The files may grow by so many bytes in all from now on; a file that is
// removed gives its room back. -1: no limit.
void disk_room(int64_t bytes);

// Writes and syncs do not come back until they are let go.
void disk_hold(bool held);
// Waits until one hangs there.
void disk_wait_held(void);
// Every write and sync takes so long from now on; 0: no longer than it does.
void disk_slow(int ms);

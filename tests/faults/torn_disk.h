// The power is cut: a directory becomes what a disk may hold that wrote only
// some of what it was not yet told to sync.
//
// While it is recorded, each file's synced bytes are kept apart from the
// writes after its last sync, and the directory's synced names from the files
// made, renamed and removed after its last sync. At the cut each sector of an
// un-synced write is on the disk or not, one by one, so that later ones may be
// there without earlier ones; some are there by half, and some hold garbage
// where the write went. Bytes that were synced, and that no later write
// touched, stay. The same is done with names and lengths. Files that live in
// shared memory only (-shm) are gone.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { TORN_EXIT = 77 }; // of a process that lost its power

struct torn_plan {
    long cut_at; // the change (from 1) that is cut short; 0: none is
    int keep;    // percent of the un-synced sectors that are kept
    int sector;  // bytes, 512 or 4096
    uint64_t seed;
};

// Records what happens in the directory, which disk_watch() was given too; all
// that it holds is on the disk now. When the plan's change comes, the process
// leaves the directory as above and ends with TORN_EXIT.
void torn_start(const struct torn_plan *plan, const char *directory);
// The power is cut between two changes.
_Noreturn void torn_cut(void);
// Between torn_start() and the cut.
bool torn_is_recording(void);
// So many changes were recorded.
long torn_changes(void);

// The disk tells what is done to it; `fd` is open. Not for tests.
void torn_will_write(int fd);
void torn_wrote(int fd, off_t at, const void *bytes, size_t size);
void torn_resized(int fd, off_t size);
void torn_synced(int fd);
void torn_opened(int fd, const char *name, bool existed);
void torn_removed(const char *name);
void torn_renamed(const char *from, const char *to);

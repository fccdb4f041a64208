// How long the server will last as it stands: the disk under its directory, the
// database on it, the last backup. Cheap, for once a minute.
#pragma once
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

struct upkeep {
    int64_t disk_free, disk_size; // bytes; -1: not known
    int64_t database_bytes;       // with what is not in the file yet
    int64_t backup_at;            // 0: none was ever made by the timer
    bool on_postgres;             // which has backups of its own
    int64_t since;                // the first day with ratings; 0: none yet
    // Until the disk is full, if the last thirty days go on, with the backups
    // that are on the same disk; -1: not known.
    int64_t days_left;
};
// False: the office cannot be read. `directory` is the server's.
bool upkeep_look(const char *directory, const char *database,
                 struct office *office, int64_t now, struct upkeep *out);
// Days until `free_bytes` are used up, when `recent` of `all` ratings came in
// `days` and `bytes` hold all of them, `copies` times. -1: too few to tell.
// Pure.
int64_t upkeep_days_left(int64_t free_bytes, int64_t bytes, int64_t copies,
                         int64_t recent, int64_t all, int64_t days);

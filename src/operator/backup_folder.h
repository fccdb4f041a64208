// A folder of backups that come by themselves: each has its local time in its
// name, and those that are old leave by a rule.
#pragma once
#include "office/backup.h"
#include "operator/command.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// "hailong-20261130-013000.backup": in the order of names they are in the order
// of time.
void backup_name(int64_t now, char out[BACKUP_NAME_SIZE]);
// False: the name is none of these.
bool backup_name_day(const char *name, int32_t *out_day);

// The newest of each of the last `days` days that have one stays, and of each
// of the last `months` months. Days without a backup do not count, so that a
// server that was off for a month does not lose what it has.
struct backup_keep {
    int days, months;
};
// `names` from the oldest on, each one that backup_name_day() takes. Pure.
void backup_choose(const char *const *names, size_t count,
                   const struct backup_keep *keep, bool *out_stays);

// Makes the folder and locks it. -1, and said, on failure or when another
// backup runs there; else a descriptor to close.
int backup_folder_lock(const char *folder, struct console *console);
// Whether a copy of this database fits; said when it does not.
bool backup_folder_has_room(const char *folder, const char *database,
                            struct console *console);
// Lets the old ones leave, but never `made`, and what a backup that was cut off
// left behind. Files of other names stay. False, and said, when one could not.
bool backup_folder_turn(const char *folder, const char *made,
                        const struct backup_keep *keep, int *out_left,
                        int *out_kept, struct console *console);

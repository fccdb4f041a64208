#include "operator/backup_folder.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define LOCK "backup.lock"

static const char START[] = "hailong-", END[] = ".backup", PART[] = ".part";

// What VACUUM may take beyond the size of the file.
enum { SPARE_BYTES = 16 << 20 };

// --- Names and the rule -----------------------------------------------------

void backup_name(int64_t now, char out[BACKUP_NAME_SIZE])
{
    char iso[CLOCK_ISO_SIZE]; // 2026-11-30T01:30:00.000+07:00
    clock_format(now, iso);
    snprintf(out, BACKUP_NAME_SIZE, "%s%.4s%.2s%.2s-%.2s%.2s%.2s%s", START, iso,
             iso + 5, iso + 8, iso + 11, iso + 14, iso + 17, END);
}

static bool are_digits(const char *text, size_t count)
{
    return strspn(text, "0123456789") >= count;
}

bool backup_name_day(const char *name, int32_t *out_day)
{
    const char *at = name + sizeof START - 1;
    char iso[DATE_ISO_SIZE];
    if (strncmp(name, START, sizeof START - 1) != 0 || !are_digits(at, 8) ||
        at[8] != '-' || !are_digits(at + 9, 6) || strcmp(at + 15, END) != 0)
        return false;
    snprintf(iso, sizeof iso, "%.4s-%.2s-%.2s", at, at + 4, at + 6);
    return date_parse_iso(iso, out_day);
}

void backup_choose(const char *const *names, size_t count,
                   const struct backup_keep *keep, bool *out_stays)
{
    int days = 0, months = 0;
    int32_t last_day = INT32_MAX, last_month = INT32_MAX;
    for (size_t i = count; i-- > 0;) {
        int32_t day = 0;
        backup_name_day(names[i], &day);
        struct date date = date_from_day(day);
        int32_t month = date.year * 12 + date.month;
        out_stays[i] = (day != last_day && days < keep->days) ||
                       (month != last_month && months < keep->months);
        days += day != last_day;
        months += month != last_month;
        last_day = day;
        last_month = month;
    }
}

// --- The folder -------------------------------------------------------------

int backup_folder_lock(const char *folder, struct console *console)
{
    char path[PATH_MAX];
    int lock = -1;
    if (!file_make_directory(folder))
        console_complain(console, "%s cannot be made: %s", folder,
                         strerror(errno));
    else if (!file_join(path, sizeof path, folder, LOCK))
        console_complain(console, "%s: the path is too long", folder);
    else if ((lock = file_lock(path)) < 0)
        console_complain(console, "%s: %s", folder,
                         errno == EWOULDBLOCK
                             ? "another backup runs there; wait for its end"
                             : strerror(errno));
    return lock;
}

static int64_t size_of(const char *path, const char *suffix)
{
    char whole[PATH_MAX];
    struct stat found;
    snprintf(whole, sizeof whole, "%s%s", path, suffix);
    return stat(whole, &found) == 0 ? (int64_t)found.st_size : 0;
}

bool backup_folder_has_room(const char *folder, const char *database,
                            struct console *console)
{
    struct statvfs disk;
    int64_t needed =
        size_of(database, "") + size_of(database, "-wal") + SPARE_BYTES;
    if (statvfs(folder, &disk) != 0) {
        console_complain(console, "%s: %s", folder, strerror(errno));
        return false;
    }
    int64_t free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    if (free_bytes >= needed)
        return true;
    console_complain(console,
                     "%s: a backup takes up to %lld MiB, and %lld MiB are "
                     "free; make room, or keep fewer with --keep-days and "
                     "--keep-months. Nothing was deleted",
                     folder, (long long)(needed >> 20),
                     (long long)(free_bytes >> 20));
    return false;
}

static int is_backup(const struct dirent *entry)
{
    int32_t day;
    return backup_name_day(entry->d_name, &day);
}

// "hailong-….backup.part", with what SQLite may put beside it.
static int is_left_over(const struct dirent *entry)
{
    const char *part = strstr(entry->d_name, PART);
    char name[BACKUP_NAME_SIZE];
    int32_t day;
    if (!part || part - entry->d_name >= BACKUP_NAME_SIZE)
        return 0;
    snprintf(name, sizeof name, "%.*s", (int)(part - entry->d_name),
             entry->d_name);
    return backup_name_day(name, &day);
}

static bool leave(const char *folder, const char *name, struct console *console)
{
    char path[PATH_MAX];
    if (file_join(path, sizeof path, folder, name) && unlink(path) == 0)
        return true;
    console_complain(console, "%s/%s cannot be deleted: %s", folder, name,
                     strerror(errno));
    return false;
}

static void free_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

static void clear_left_over(const char *folder, struct console *console)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_left_over, NULL);
    for (int i = 0; i < count; i++)
        leave(folder, entries[i]->d_name, console);
    free_entries(entries, count);
}

// How many left; −1 when one could not.
static int turn(const char *folder, const char *made, struct dirent **entries,
                size_t count, const struct backup_keep *keep,
                struct console *console)
{
    const char **names = calloc(count, sizeof *names);
    bool *stays = calloc(count, sizeof *stays);
    int left = names && stays ? 0 : -1;
    for (size_t i = 0; i < count && left == 0; i++)
        names[i] = entries[i]->d_name;
    if (left == 0)
        backup_choose(names, count, keep, stays);
    for (size_t i = 0; i < count && left >= 0; i++)
        if (!stays[i] && strcmp(names[i], made) != 0)
            left = leave(folder, names[i], console) ? left + 1 : -1;
    free(names);
    free(stays);
    return left;
}

bool backup_folder_turn(const char *folder, const char *made,
                        const struct backup_keep *keep, int *out_left,
                        int *out_kept, struct console *console)
{
    struct dirent **entries = NULL;
    int left = -1, count = scandir(folder, &entries, is_backup, alphasort);
    if (count < 0)
        console_complain(console, "%s: %s", folder, strerror(errno));
    else if (count > 0)
        left = turn(folder, made, entries, (size_t)count, keep, console);
    free_entries(entries, count);
    clear_left_over(folder, console);
    if (left < 0)
        return false;
    *out_left = left;
    *out_kept = count - left;
    return true;
}

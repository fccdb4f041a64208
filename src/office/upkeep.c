#include "office/upkeep.h"
#include "common/date.h"
#include "common/log.h"
#include "office/backup.h"
#include "office/totals.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static const char MODULE[] = "office";

enum { RECENT_DAYS = 30, TELLING_RATINGS = 1000, FAR_DAYS = 36500 };

int64_t upkeep_days_left(int64_t free_bytes, int64_t bytes, int64_t copies,
                         int64_t recent, int64_t all, int64_t days)
{
    if (all < TELLING_RATINGS || recent <= 0 || bytes <= 0) {
        return -1;
    }
    double a_day = (double)bytes * (double)recent / (double)all *
                   (double)copies / (double)days;
    double left = (double)free_bytes / a_day;
    return left < FAR_DAYS ? (int64_t)left : FAR_DAYS;
}

static bool add_visits(void *ctx, const struct office_total *total)
{
    int64_t *count = ctx;
    for (size_t i = 0; i < 5; i++) {
        *count += total->tally.levels[i];
    }
    return true;
}

static bool count_ratings(struct office *office, int32_t first, int32_t last,
                          int64_t *out)
{
    return office_totals(office, first, last, OFFICE_BY_NONE, add_visits,
                         out) == OFFICE_OK;
}

static bool same_disk(const char *a, const char *b)
{
    struct stat first, second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 &&
           first.st_dev == second.st_dev;
}

bool upkeep_look(const char *directory, const char *database,
                 struct office *office, int64_t now, struct upkeep *out)
{
    struct upkeep found = {.disk_free = -1, .disk_size = -1, .days_left = -1};
    struct backup_note note = {0};
    struct statvfs disk;
    int32_t today = date_day_of_wall_ms(now), first = today, last = today;
    int64_t recent = 0, all = 0;
    if (statvfs(directory, &disk) == 0) {
        found.disk_free = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
        found.disk_size = (int64_t)disk.f_blocks * (int64_t)disk.f_frsize;
    } else {
        log_warn(MODULE, "%s: %s", directory, strerror(errno));
    }
    found.database_bytes = office_bytes(office);
    found.on_postgres = office_is_url(database);
    if (backup_note_read(directory, &note)) {
        found.backup_at = note.at;
    }
    enum office_result result = office_span(office, &first, &last);
    if (result == OFFICE_NONE) {
        *out = found;
        return true;
    }
    if (result != OFFICE_OK || !count_ratings(office, first, last, &all) ||
        !count_ratings(office, today - RECENT_DAYS + 1, today, &recent)) {
        return false;
    }
    found.since = date_wall_ms_of_day(first);
    int64_t copies = 1 + (same_disk(directory, note.folder) ? note.kept : 0);
    // What PostgreSQL stands on is not known here.
    if (found.disk_free >= 0 && !found.on_postgres) {
        found.days_left =
            upkeep_days_left(found.disk_free, found.database_bytes, copies,
                             recent, all, RECENT_DAYS);
    }
    *out = found;
    return true;
}

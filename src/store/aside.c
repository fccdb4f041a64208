#include "store/aside.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/ids.h"
#include "common/log.h"
#include "store/device.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char MARK[] = ".aside-";
static const char MARKER[] = "aside.pending";

// The next name behind another: the number at its end goes up by one.
static void come_after(const char *newest, char out[ASIDE_STAMP_SIZE])
{
    snprintf(out, ASIDE_STAMP_SIZE, "%s", newest);
    for (char *c = out + strlen(out); c-- > out && *c != '-';) {
        if (*c != 'f') {
            *c = *c == '9' ? 'a' : (char)(*c + 1);
            return;
        }
        *c = '0';
    }
}

// The newest sorts last, also where the clock stands still or was set back.
static void make_stamp(const char *directory, char out[ASIDE_STAMP_SIZE])
{
    time_t now = (time_t)(clock_wall_ms() / 1000);
    char newest[ASIDE_STAMP_SIZE];
    struct tm utc;
    gmtime_r(&now, &utc);
    size_t size = strftime(out, ASIDE_STAMP_SIZE, "%Y%m%dT%H%M%SZ", &utc);
    // Room for those that have to come behind it.
    snprintf(out + size, ASIDE_STAMP_SIZE - size, "-%04x",
             (unsigned)(id_random_u64() & 0xfff));
    if (aside_newest(directory, newest) && strcmp(out, newest) <= 0)
        come_after(newest, out);
}

bool aside_path(const char *directory, const char *file, const char *stamp,
                char out[PATH_MAX])
{
    char name[128];
    snprintf(name, sizeof name, "%s%s%s", file, MARK, stamp);
    return file_join(out, PATH_MAX, directory, name);
}

// `tail` "-wal" stands behind the stamp too, where SQLite looks for it.
static bool move_one(const char *directory, const char *file, const char *tail,
                     const char *stamp)
{
    char from[PATH_MAX], to[PATH_MAX], name[64];
    snprintf(name, sizeof name, "%s%s", file, tail);
    if (!file_join(from, sizeof from, directory, name) ||
        !aside_path(directory, file, stamp, to) ||
        strlen(to) + strlen(tail) >= sizeof to) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(to + strlen(to), tail, strlen(tail) + 1);
    if (rename(from, to) == 0) {
        log_warn("store", "%s is set aside as %s", from, to);
        return true;
    }
    return errno == ENOENT;
}

static bool move_all(const char *directory, const char *stamp)
{
    return move_one(directory, DEVICE_FILE_KIOSK, "", stamp) &&
           move_one(directory, DEVICE_FILE_KIOSK, "-wal", stamp) &&
           move_one(directory, DEVICE_FILE_KIOSK, "-shm", stamp) &&
           move_one(directory, DEVICE_FILE_RING, "", stamp) &&
           file_sync_directory(directory);
}

static bool remove_marker(const char *marker, const char *directory)
{
    return unlink(marker) == 0 && file_sync_directory(directory);
}

bool aside_move(const char *directory, char out_stamp[ASIDE_STAMP_SIZE])
{
    char marker[PATH_MAX];
    make_stamp(directory, out_stamp);
    return file_join(marker, sizeof marker, directory, MARKER) &&
           file_replace(marker, out_stamp, strlen(out_stamp), 0600) &&
           move_all(directory, out_stamp) && remove_marker(marker, directory);
}

bool aside_finish(const char *directory)
{
    char marker[PATH_MAX];
    struct buf stamp = {0};
    if (!file_join(marker, sizeof marker, directory, MARKER) ||
        !file_exists(marker))
        return true;
    bool ok = file_read(marker, ASIDE_STAMP_SIZE - 1, &stamp) &&
              strchr(buf_text(&stamp), '/') == NULL &&
              move_all(directory, buf_text(&stamp)) &&
              remove_marker(marker, directory);
    buf_free(&stamp);
    return ok;
}

// The log first: one that is left without its database is dropped by SQLite,
// but a database without its log would be taken for whole.
bool aside_move_courier(const char *directory)
{
    char stamp[ASIDE_STAMP_SIZE];
    make_stamp(directory, stamp);
    return move_one(directory, DEVICE_FILE_COURIER, "-wal", stamp) &&
           move_one(directory, DEVICE_FILE_COURIER, "-shm", stamp) &&
           move_one(directory, DEVICE_FILE_COURIER, "", stamp) &&
           file_sync_directory(directory);
}

bool aside_before(const char *directory, const char *before,
                  char out_stamp[ASIDE_STAMP_SIZE])
{
    DIR *dir = opendir(directory);
    out_stamp[0] = '\0';
    for (struct dirent *e; dir && (e = readdir(dir));) {
        const char *mark = strstr(e->d_name, MARK);
        const char *stamp = mark ? mark + strlen(MARK) : NULL;
        if (!stamp || strlen(stamp) >= ASIDE_STAMP_SIZE ||
            strncmp(e->d_name, DEVICE_FILE_COURIER,
                    sizeof DEVICE_FILE_COURIER - 1) == 0 ||
            strstr(stamp, "-wal") || strstr(stamp, "-shm"))
            continue;
        if (strcmp(stamp, out_stamp) > 0 && strcmp(stamp, before) < 0)
            snprintf(out_stamp, ASIDE_STAMP_SIZE, "%s", stamp);
    }
    if (dir)
        closedir(dir);
    return out_stamp[0] != '\0';
}

bool aside_newest(const char *directory, char out_stamp[ASIDE_STAMP_SIZE])
{
    return aside_before(directory, "~", out_stamp); // behind every digit
}

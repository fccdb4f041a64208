#include "sql/before.h"
#include "common/file.h"
#include "common/log.h"
#include "sql/sql.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

static const char module[] = "sql";

enum {
    // Exits of the process that copies; below them: errno.
    EXIT_CLONED = 200,
    EXIT_WRITTEN,
    EXIT_NO_ROOM,
    AT_ONCE = 64 << 20
};
// What is left on the disk beside a copy: the migration's own journal, logs.
static const int64_t SPARE = INT64_C(16) << 20;
static const int64_t DAY_MS = INT64_C(86400000);

bool before_names(const char *database, char folder[PATH_MAX],
                  char path[PATH_MAX])
{
    const char *name = strrchr(database, '/');
    name = name ? name + 1 : database;
    int written = snprintf(folder, PATH_MAX, "%.*s" SQL_BEFORE,
                           (int)(name - database), database);
    return written < PATH_MAX && file_make_directory(folder) &&
           file_join(path, PATH_MAX, folder, name);
}

// --- Copying ----------------------------------------------------------------

bool before_has_room(const char *folder, int64_t bytes)
{
    struct statvfs disk;
    return statvfs(folder, &disk) != 0 ||
           (int64_t)disk.f_bavail * (int64_t)disk.f_frsize >= bytes + SPARE;
}

static int write_all(int from, int to, int64_t bytes)
{
    while (bytes > 0) {
        ssize_t moved = copy_file_range(from, NULL, to, NULL, AT_ONCE, 0);
        if (moved < 0 && errno == EINTR)
            continue;
        if (moved <= 0)
            return moved < 0 ? errno : EIO;
        bytes -= moved;
    }
    return 0;
}

// In the other process, which has one thread and nobody else's locks: only what
// a signal handler may do, too.
static int copy_here(const char *from, const char *to)
{
    struct stat st;
    struct statvfs disk;
    int way = EXIT_CLONED, error = 0;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (in < 0 || out < 0 || fstat(in, &st) != 0)
        return errno;
    if (ioctl(out, FICLONE, in) != 0) {
        way = EXIT_WRITTEN;
        if (fstatvfs(out, &disk) == 0 &&
            (int64_t)disk.f_bavail * (int64_t)disk.f_frsize <
                (int64_t)st.st_size + SPARE)
            return EXIT_NO_ROOM;
        error = write_all(in, out, (int64_t)st.st_size);
    }
    if (error == 0 && fsync(out) != 0)
        error = errno;
    return error == 0 ? way : error;
}

static enum before_way way_of(int status, const char *to)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
    switch (code) {
    case EXIT_CLONED:
        return BEFORE_CLONED;
    case EXIT_WRITTEN:
        return BEFORE_WRITTEN;
    case EXIT_NO_ROOM:
    case ENOSPC:
    case EDQUOT:
        return BEFORE_NO_ROOM;
    default:
        log_error(module, "%s: %s", to, strerror(code));
        return BEFORE_FAILED;
    }
}

enum before_way before_copy(const char *from, const char *to)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0)
        _exit(copy_here(from, to));
    while (child > 0 && waitpid(child, &status, 0) < 0) {
        if (errno != EINTR)
            child = -1;
    }
    if (child < 0) {
        log_error(module, "%s: %s", to, strerror(errno));
        return BEFORE_FAILED;
    }
    return way_of(status, to);
}

// --- Letting go -------------------------------------------------------------

// Of one database: its copy, what a return to the older program put aside, and
// what a power cut left of a copy.
static bool is_of(const char *file, const char *database)
{
    static const char ASIDE[] = "newer-", FIRST[] = "first-";
    static const char *const ENDS[] = {"", "-wal", "-shm", ".part"};
    size_t size = strlen(database);
    if (strncmp(file, ASIDE, sizeof ASIDE - 1) == 0 ||
        strncmp(file, FIRST, sizeof FIRST - 1) == 0)
        file += sizeof ASIDE - 1;
    if (strncmp(file, database, size) != 0)
        return false;
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (strcmp(file + size, ENDS[i]) == 0)
            return true;
    return false;
}

static bool let_go(const char *path, int64_t now)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
        now - (int64_t)st.st_mtim.tv_sec * 1000 < SQL_BEFORE_DAYS * DAY_MS)
        return false;
    if (unlink(path) != 0) {
        log_warn(module, "%s: %s", path, strerror(errno));
        return false;
    }
    log_info(module,
             "%s is gone, with %.1f MB: after %d days nobody returns to it",
             path, (double)st.st_size / 1e6, SQL_BEFORE_DAYS);
    return true;
}

int sql_let_before_go(const char *database, int64_t now)
{
    char folder[PATH_MAX], path[PATH_MAX];
    const char *name = strrchr(database, '/');
    name = name ? name + 1 : database;
    int written = snprintf(folder, sizeof folder, "%.*s" SQL_BEFORE,
                           (int)(name - database), database);
    DIR *listed = written < (int)sizeof folder ? opendir(folder) : NULL;
    int gone = 0;
    for (struct dirent *entry; listed && (entry = readdir(listed));)
        if (is_of(entry->d_name, name) &&
            file_join(path, sizeof path, folder, entry->d_name) &&
            let_go(path, now))
            gone++;
    if (listed)
        closedir(listed);
    return gone;
}

#include "common/file.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// Closes and keeps the errno that says why the caller gave up.
static bool close_failed(int fd)
{
    int saved = errno;
    close(fd);
    errno = saved;
    return false;
}

bool file_read(const char *path, size_t limit, struct buf *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t total = 0;
    for (;;) {
        char chunk[16384];
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return close_failed(fd);
        if (got == 0)
            break;
        total += (size_t)got;
        if (total > limit) {
            errno = EFBIG;
            return close_failed(fd);
        }
        buf_append(out, chunk, (size_t)got);
    }
    close(fd);
    if (!buf_ok(out))
        errno = ENOMEM;
    return buf_ok(out);
}

static bool write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t wrote = write(fd, bytes, size);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        bytes += wrote;
        size -= (size_t)wrote;
    }
    return true;
}

static bool directory_of(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    size_t length = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (length >= size) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(out, slash ? path : ".", length);
    out[length] = '\0';
    return true;
}

bool file_sync_directory(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    if (fsync(fd) != 0)
        return close_failed(fd);
    return close(fd) == 0;
}

// A root that may give nothing away keeps it.
static bool give(int fd, const char *directory)
{
    struct stat st;
    return geteuid() != 0 ||
           (stat(directory, &st) == 0 &&
            (fchown(fd, st.st_uid, st.st_gid) == 0 || errno == EPERM));
}

static bool replace(const char *path, const void *bytes, size_t size,
                    mode_t mode, bool is_for_owner)
{
    char temporary[PATH_MAX], directory[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >=
        (int)sizeof temporary) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!directory_of(path, directory, sizeof directory))
        return false;
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = (!is_for_owner || give(fd, directory)) && fchmod(fd, mode) == 0 &&
              write_all(fd, bytes, size) && fsync(fd) == 0;
    if (!ok)
        close_failed(fd);
    else
        ok = close(fd) == 0;
    ok = ok && rename(temporary, path) == 0;
    if (!ok) {
        int saved = errno;
        unlink(temporary);
        errno = saved;
        return false;
    }
    return file_sync_directory(directory);
}

bool file_replace(const char *path, const void *bytes, size_t size, mode_t mode)
{
    return replace(path, bytes, size, mode, false);
}

bool file_replace_for_owner(const char *path, const void *bytes, size_t size,
                            mode_t mode)
{
    return replace(path, bytes, size, mode, true);
}

bool file_make_directory(const char *path)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof part) {
        errno = length ? ENAMETOOLONG : ENOENT;
        return false;
    }
    memcpy(part, path, length + 1);
    for (size_t i = 1; i <= length; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        char kept = part[i];
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return false;
        part[i] = kept;
    }
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    if (!S_ISDIR(st.st_mode))
        errno = ENOTDIR;
    return S_ISDIR(st.st_mode);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_join(char *out, size_t size, const char *dir, const char *name)
{
    size_t length = strlen(dir);
    const char *slash = length && dir[length - 1] == '/' ? "" : "/";
    int wrote = snprintf(out, size, "%s%s%s", dir, slash, name);
    if (wrote >= 0 && (size_t)wrote < size)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

static bool make_absolute(const char *path, char out[PATH_MAX])
{
    char here[PATH_MAX];
    if (path[0] == '/')
        return snprintf(out, PATH_MAX, "%s", path) < PATH_MAX;
    return getcwd(here, sizeof here) && file_join(out, PATH_MAX, here, path);
}

// As much of an absolute path as is there; what it is cut to is resolved.
static char *resolve_start(char *path)
{
    char *there;
    while (!(there = realpath(path[0] != '\0' ? path : "/", NULL)) &&
           path[0] != '\0')
        *strrchr(path, '/') = '\0';
    return there;
}

// Adds the steps of `rest` to a path without one at its end.
static bool walk_on(const char *rest, char path[PATH_MAX])
{
    size_t size = strlen(path), step;
    for (; *rest; rest += step) {
        rest += strspn(rest, "/");
        step = strcspn(rest, "/");
        if (step == 0 || (step == 1 && rest[0] == '.'))
            continue;
        if (step == 2 && strncmp(rest, "..", 2) == 0) {
            char *last = strrchr(path, '/');
            size = last ? (size_t)(last - path) : 0;
        } else {
            if (size + step + 2 > PATH_MAX)
                return false;
            path[size++] = '/';
            memcpy(path + size, rest, step);
            size += step;
        }
        path[size] = '\0';
    }
    return true;
}

char *file_place(const char *path)
{
    char whole[PATH_MAX], start[PATH_MAX];
    if (!make_absolute(path, whole))
        return NULL;
    snprintf(start, sizeof start, "%s", whole);
    char *there = resolve_start(start);
    if (!there)
        return NULL;
    const char *rest = whole + strlen(start);
    snprintf(start, sizeof start, "%s", strcmp(there, "/") == 0 ? "" : there);
    free(there);
    if (!walk_on(rest, start))
        return NULL;
    return strdup(start[0] != '\0' ? start : "/");
}

int file_lock(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close_failed(fd);
    return -1;
}

static bool is_asset_in(const char *folder, const char *name, char *out,
                        size_t size)
{
    return folder[0] && file_join(out, size, folder, name) && file_exists(out);
}

bool file_find_asset(const char *name, char *out, size_t size)
{
    static const char *const beside[] = {"../assets", "../../assets",
                                         "../share/hailong"};
    char folder[PATH_MAX], program[PATH_MAX];
    const char *chosen = getenv("HAILONG_ASSETS");
    if (chosen && is_asset_in(chosen, name, out, size))
        return true;
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = NULL;
    if (length > 0) {
        program[length] = '\0';
        slash = strrchr(program, '/');
    }
    if (slash) {
        *slash = '\0';
        for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
            if (file_join(folder, sizeof folder, program, beside[i]) &&
                is_asset_in(folder, name, out, size))
                return true;
    }
    if (is_asset_in(HAILONG_ASSETS, name, out, size))
        return true;
    errno = ENOENT;
    return false;
}

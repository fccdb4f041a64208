#include "store/reserve.h"
#include "common/file.h"
#include "common/log.h"
#include "store/device.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static const char module[] = "reserve";

int64_t reserve_disk_free(const char *directory)
{
    struct statvfs st;
    if (statvfs(directory, &st) != 0)
        return -1;
    return (int64_t)st.f_bavail * (int64_t)st.f_frsize;
}

void reserve_keep(const char *directory)
{
    char path[PATH_MAX];
    struct stat st;
    if (!file_join(path, sizeof path, directory, DEVICE_FILE_RESERVE) ||
        (stat(path, &st) == 0 && st.st_size >= RESERVE_BYTES) ||
        reserve_disk_free(directory) < (int64_t)4 * RESERVE_BYTES)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        log_warn(module, "%s: %s", path, strerror(errno));
        return;
    }
    int error = posix_fallocate(fd, 0, RESERVE_BYTES);
    if (error)
        log_warn(module, "%s: %s", path, strerror(error));
    close(fd);
}

bool reserve_drop(const char *directory)
{
    char path[PATH_MAX];
    struct stat st;
    if (!file_join(path, sizeof path, directory, DEVICE_FILE_RESERVE) ||
        stat(path, &st) != 0 || st.st_size == 0)
        return false;
    if (unlink(path) != 0) {
        log_error(module, "%s: %s", path, strerror(errno));
        return false;
    }
    log_warn(module, "%s: given up, the disk is full", path);
    return true;
}

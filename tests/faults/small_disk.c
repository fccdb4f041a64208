#include "faults/small_disk.h"
#include "support/check.h"
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

bool small_disk_mount(struct small_disk *disk, const char *folder, int mib)
{
    char command[512];
    // In memory, so that a sync costs nothing.
    strcpy(disk->folder, "/dev/shm/hailong-disk-XXXXXX");
    if (!mkdtemp(disk->folder))
        return false;
    snprintf(
        command, sizeof command,
        "truncate -s %dM %s/image && mkfs.ext4 -q -m 0 -b 4096 %s/image && "
        "mount -o loop %s/image %s",
        mib, disk->folder, disk->folder, disk->folder, folder);
    if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        system(command) == 0)
        return true;
    scratch_remove(disk->folder);
    disk->folder[0] = '\0';
    return false;
}

void small_disk_unmount(struct small_disk *disk, const char *folder)
{
    if (!disk->folder[0])
        return;
    assert_int_equal(umount2(folder, MNT_DETACH), 0);
    scratch_remove(disk->folder);
}

static void path_of_filler(const char *folder, char out[SCRATCH_SIZE + 16])
{
    snprintf(out, SCRATCH_SIZE + 16, "%s/filler", folder);
}

void small_disk_fill(const char *folder, long left)
{
    char path[SCRATCH_SIZE + 16];
    struct statvfs st;
    path_of_filler(folder, path);
    assert_int_equal(statvfs(folder, &st), 0);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(
        posix_fallocate(fd, 0, (off_t)(st.f_bavail * st.f_frsize) - left), 0);
    close(fd);
}

void small_disk_empty(const char *folder)
{
    char path[SCRATCH_SIZE + 16];
    path_of_filler(folder, path);
    assert_int_equal(unlink(path), 0);
}

#include "faults/disk.h"
#include "faults/torn_disk.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// What the rest of the program calls instead of the C library's.
int open(const char *path, int flags, ...);
int open64(const char *path, int flags, ...);
int mkostemp(char *template, int flags);
ssize_t read(int fd, void *out, size_t size);
ssize_t pread(int fd, void *out, size_t size, off_t at);
ssize_t pread64(int fd, void *out, size_t size, off_t at);
ssize_t write(int fd, const void *bytes, size_t size);
ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at);
ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at);
int ftruncate(int fd, off_t size);
int ftruncate64(int fd, off_t size);
int posix_fallocate(int fd, off_t at, off_t size);
int fsync(int fd);
int fdatasync(int fd);
int unlink(const char *path);
int rename(const char *from, const char *to);

struct failing {
    long calls, failures;
    long at; // this call fails; 0: none does
    bool for_ever;
    int error;
};

static struct {
    atomic_bool watches;
    pthread_mutex_t lock;
    // guarded by `lock`
    char directory[PATH_MAX];
    size_t length;
    struct failing failing[DISK_CALL_COUNT];
    int slow_ms;
    bool is_full; // what `room` says holds
    int64_t room;
    bool held;
    int hanging; // calls
    pthread_cond_t changed;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .changed = PTHREAD_COND_INITIALIZER};

void disk_watch(const char *directory)
{
    pthread_mutex_lock(&disk.lock);
    snprintf(disk.directory, sizeof disk.directory, "%s", directory);
    disk.length = strlen(disk.directory);
    memset(disk.failing, 0, sizeof disk.failing);
    disk.slow_ms = 0;
    disk.is_full = disk.held = false;
    pthread_mutex_unlock(&disk.lock);
    atomic_store(&disk.watches, true);
}

void disk_forget(void)
{
    atomic_store(&disk.watches, false);
}

void disk_fail(enum disk_call call, long n, bool for_ever, int error)
{
    pthread_mutex_lock(&disk.lock);
    struct failing *f = &disk.failing[call];
    f->at = n > 0 ? f->calls + n : 0;
    f->for_ever = for_ever;
    f->error = error;
    f->failures = 0;
    pthread_mutex_unlock(&disk.lock);
}

long disk_failures(enum disk_call call)
{
    pthread_mutex_lock(&disk.lock);
    long failures = disk.failing[call].failures;
    pthread_mutex_unlock(&disk.lock);
    return failures;
}

long disk_calls(enum disk_call call)
{
    pthread_mutex_lock(&disk.lock);
    long calls = disk.failing[call].calls;
    pthread_mutex_unlock(&disk.lock);
    return calls;
}

void disk_room(int64_t bytes)
{
    pthread_mutex_lock(&disk.lock);
    disk.is_full = bytes >= 0;
    disk.room = bytes;
    pthread_mutex_unlock(&disk.lock);
}

void disk_hold(bool held)
{
    pthread_mutex_lock(&disk.lock);
    disk.held = held;
    pthread_cond_broadcast(&disk.changed);
    pthread_mutex_unlock(&disk.lock);
}

void disk_wait_held(void)
{
    pthread_mutex_lock(&disk.lock);
    while (disk.hanging == 0)
        pthread_cond_wait(&disk.changed, &disk.lock);
    pthread_mutex_unlock(&disk.lock);
}

void disk_slow(int ms)
{
    pthread_mutex_lock(&disk.lock);
    disk.slow_ms = ms;
    pthread_mutex_unlock(&disk.lock);
}

// The name inside the directory; NULL: the path is not in it. "" is the
// directory itself.
static const char *name_in(const char *path)
{
    if (!atomic_load(&disk.watches) ||
        strncmp(path, disk.directory, disk.length) != 0)
        return NULL;
    const char *rest = path + disk.length;
    return *rest == '\0' ? rest : *rest == '/' ? rest + 1 : NULL;
}

static bool is_ours(int fd)
{
    char link[40], path[PATH_MAX];
    if (!atomic_load(&disk.watches))
        return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return false;
    path[length] = '\0';
    return name_in(path) != NULL;
}

// With the lock held.
static void hang(void)
{
    disk.hanging++;
    pthread_cond_broadcast(&disk.changed);
    while (disk.held)
        pthread_cond_wait(&disk.changed, &disk.lock);
    disk.hanging--;
}

// False with errno when a file may not become so much longer; a shorter one
// gives room.
static bool may_grow(int64_t bytes)
{
    pthread_mutex_lock(&disk.lock);
    bool may = !disk.is_full || bytes <= disk.room;
    if (may && disk.is_full)
        disk.room -= bytes;
    pthread_mutex_unlock(&disk.lock);
    if (!may)
        errno = ENOSPC;
    return may;
}

static bool may_reach(int fd, off_t end)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return false;
    return end <= st.st_size || may_grow(end - st.st_size);
}

static void give_room(const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0)
        may_grow(-st.st_size);
}

// Counts the call, and waits as a slow disk does. False with errno when it has
// to fail.
static bool may(enum disk_call call)
{
    pthread_mutex_lock(&disk.lock);
    if (disk.held && (call == DISK_WRITE || call == DISK_SYNC))
        hang();
    struct failing *f = &disk.failing[call];
    f->calls++;
    bool fails =
        f->at > 0 && (f->calls == f->at || (f->for_ever && f->calls > f->at));
    f->failures += fails;
    int error = f->error;
    int slow = call == DISK_WRITE || call == DISK_SYNC ? disk.slow_ms : 0;
    pthread_mutex_unlock(&disk.lock);
    if (slow > 0) {
        struct timespec pause = {slow / 1000, slow % 1000 * 1000000L};
        nanosleep(&pause, NULL);
    }
    if (fails)
        errno = error;
    return !fails;
}

// --- Opening -----------------------------------------------------------------

static int open_path(const char *path, int flags, mode_t mode)
{
    const char *name = name_in(path);
    struct stat st;
    bool existed = name && stat(path, &st) == 0;
    if (name && !may(DISK_OPEN))
        return -1;
    // As with fsync(): only a recording has to know that a write is durable.
    if (name && !torn_is_recording())
        flags &= ~O_DSYNC;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
    if (name && fd >= 0)
        torn_opened(fd, name, existed);
    return fd;
}

static mode_t mode_of(int flags, va_list rest)
{
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_path(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return open_path(path, flags, mode);
}

int mkostemp(char *template, int flags)
{
    static atomic_uint number;
    size_t length = strlen(template);
    for (;;) {
        snprintf(template + length - 6, 7, "%06x",
                 atomic_fetch_add(&number, 1) & 0xffffff);
        int fd = open_path(template, O_RDWR | O_CREAT | O_EXCL | flags, 0600);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
}

// --- Reading -----------------------------------------------------------------

ssize_t read(int fd, void *out, size_t size)
{
    if (is_ours(fd) && !may(DISK_READ))
        return -1;
    return syscall(SYS_read, fd, out, size);
}

ssize_t pread(int fd, void *out, size_t size, off_t at)
{
    if (is_ours(fd) && !may(DISK_READ))
        return -1;
    return syscall(SYS_pread64, fd, out, size, at);
}

ssize_t pread64(int fd, void *out, size_t size, off_t at)
{
    return pread(fd, out, size, at);
}

// --- Writing -----------------------------------------------------------------

static ssize_t write_at(int fd, const void *bytes, size_t size, off_t at)
{
    if (!is_ours(fd))
        return syscall(SYS_pwrite64, fd, bytes, size, at);
    if (!may(DISK_WRITE)) {
        int error = errno;
        if (error != EROFS &&
            syscall(SYS_pwrite64, fd, bytes, size / 2, at) < 0)
            error = errno;
        errno = error;
        return -1;
    }
    if (!may_reach(fd, at + (off_t)size))
        return -1;
    torn_will_write(fd);
    ssize_t wrote = syscall(SYS_pwrite64, fd, bytes, size, at);
    if (wrote > 0)
        torn_wrote(fd, at, bytes, (size_t)wrote);
    return wrote;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return write_at(fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t at)
{
    return write_at(fd, bytes, size, at);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (!is_ours(fd))
        return syscall(SYS_write, fd, bytes, size);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t wrote = write_at(fd, bytes, size, at);
    if (wrote > 0)
        lseek(fd, at + wrote, SEEK_SET);
    return wrote;
}

int ftruncate(int fd, off_t size)
{
    bool ours = is_ours(fd);
    if (ours && (!may(DISK_WRITE) || !may_reach(fd, size)))
        return -1;
    if (ours)
        torn_will_write(fd);
    int result = (int)syscall(SYS_ftruncate, fd, size);
    if (ours && result == 0)
        torn_resized(fd, size);
    return result;
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int posix_fallocate(int fd, off_t at, off_t size)
{
    struct stat st;
    bool ours = is_ours(fd);
    if (ours && (!may(DISK_WRITE) || !may_reach(fd, at + size)))
        return errno;
    if (ours)
        torn_will_write(fd);
    if (syscall(SYS_fallocate, fd, 0, at, size) != 0)
        return errno;
    if (ours && fstat(fd, &st) == 0)
        torn_resized(fd, st.st_size);
    return 0;
}

// --- Syncing -----------------------------------------------------------------

// Nothing is really synced: the cut is ours to make, and the tests are quicker.
static int sync_fd(int fd, long number)
{
    if (!is_ours(fd))
        return (int)syscall(number, fd);
    if (!may(DISK_SYNC))
        return -1;
    torn_synced(fd);
    return 0;
}

int fsync(int fd)
{
    return sync_fd(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return sync_fd(fd, SYS_fdatasync);
}

// --- Names -------------------------------------------------------------------

int unlink(const char *path)
{
    const char *name = name_in(path);
    if (name && !may(DISK_NAME))
        return -1;
    if (name)
        give_room(path);
    int result = (int)syscall(SYS_unlink, path);
    if (name && result == 0)
        torn_removed(name);
    return result;
}

int rename(const char *from, const char *to)
{
    const char *old_name = name_in(from), *new_name = name_in(to);
    if ((old_name || new_name) && !may(DISK_NAME))
        return -1;
    int result = (int)syscall(SYS_rename, from, to);
    if (old_name && new_name && result == 0)
        torn_renamed(old_name, new_name);
    return result;
}

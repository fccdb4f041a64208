#include "faults/torn_disk.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// A write or a change of length after the file's last sync.
struct change {
    off_t at;
    size_t size;
    unsigned char *bytes; // NULL: the file's length became `at`
};

struct node {
    dev_t device;
    ino_t inode;
    int fd; // keeps the file, and its number, while it has no name
    bool is_loaded;
    unsigned char *synced; // bytes on the disk, from the first change on
    size_t synced_size;
    struct change *changes;
    size_t change_count;
};

// A name of the directory.
struct entry {
    char name[NAME_MAX + 1];
    struct node *node;
};

// After the directory's last sync: `name` came to mean `node`, or nothing; a
// rename does the second to `gone` in the same stroke.
struct naming {
    char name[NAME_MAX + 1], gone[NAME_MAX + 1];
    struct node *node; // NULL: removed
};

enum { NODES = 256, ENTRIES = 256 };

static struct {
    atomic_bool records;
    pthread_mutex_t lock; // of all below
    struct torn_plan plan;
    uint64_t random;
    char directory[PATH_MAX];
    ino_t inode; // of the directory
    dev_t device;
    long changes;
    struct node *nodes[NODES];
    size_t node_count;
    struct entry entries[ENTRIES]; // as synced
    size_t entry_count;
    struct naming *namings;
    size_t naming_count;
} torn = {.lock = PTHREAD_MUTEX_INITIALIZER};

// The simulation itself must not run out of anything.
static void must(bool good, const char *what)
{
    if (good)
        return;
    perror(what);
    abort();
}

static void *grow(void *old, size_t count, size_t size)
{
    void *grown = realloc(old, count * size);
    must(grown != NULL, "memory");
    return grown;
}

// xorshift64*: the same seed cuts in the same way.
static uint32_t draw(uint32_t below)
{
    torn.random ^= torn.random >> 12;
    torn.random ^= torn.random << 25;
    torn.random ^= torn.random >> 27;
    return (uint32_t)((torn.random * UINT64_C(2685821657736338717)) >> 33) %
           below;
}

static bool is_kept(void)
{
    return (int)draw(100) < torn.plan.keep;
}

static bool is_shared_memory(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, "-shm") == 0;
}

// --- What is known -----------------------------------------------------------

static struct node *find_node(dev_t device, ino_t inode)
{
    for (size_t i = 0; i < torn.node_count; i++)
        if (torn.nodes[i]->device == device && torn.nodes[i]->inode == inode)
            return torn.nodes[i];
    return NULL;
}

static struct node *node_of(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return NULL;
    return find_node(st.st_dev, st.st_ino);
}

static void path_of(const char *name, char out[PATH_MAX])
{
    must(snprintf(out, PATH_MAX, "%s/%s", torn.directory, name) < PATH_MAX,
         "path");
}

static struct node *learn(const char *name)
{
    char path[PATH_MAX];
    struct stat st;
    path_of(name, path);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    must(fd >= 0 && fstat(fd, &st) == 0, path);
    struct node *node = find_node(st.st_dev, st.st_ino);
    if (node) {
        close(fd);
        return node;
    }
    must(torn.node_count < NODES, "nodes");
    node = calloc(1, sizeof *node);
    must(node != NULL, "memory");
    *node = (struct node){.device = st.st_dev, .inode = st.st_ino, .fd = fd};
    torn.nodes[torn.node_count++] = node;
    return node;
}

static void load(struct node *node)
{
    struct stat st;
    if (node->is_loaded)
        return;
    must(fstat(node->fd, &st) == 0, "fstat");
    node->synced_size = (size_t)st.st_size;
    node->synced = grow(NULL, node->synced_size + 1, 1);
    must(syscall(SYS_pread64, node->fd, node->synced, node->synced_size, 0) ==
             (ssize_t)node->synced_size,
         "pread");
    node->is_loaded = true;
}

static struct entry *find_entry(const char *name)
{
    for (size_t i = 0; i < torn.entry_count; i++)
        if (strcmp(torn.entries[i].name, name) == 0)
            return &torn.entries[i];
    return NULL;
}

static void remove_entry(const char *name)
{
    struct entry *entry = find_entry(name);
    if (entry)
        *entry = torn.entries[--torn.entry_count];
}

static void put_entry(const char *name, struct node *node)
{
    struct entry *entry = find_entry(name);
    if (!entry) {
        must(torn.entry_count < ENTRIES, "entries");
        entry = &torn.entries[torn.entry_count++];
        snprintf(entry->name, sizeof entry->name, "%s", name);
    }
    entry->node = node;
}

// --- What the disk holds after a sync ----------------------------------------

static void put_bytes(struct node *node, off_t at, const unsigned char *bytes,
                      size_t size)
{
    size_t end = (size_t)at + size;
    if (end > node->synced_size) {
        node->synced = grow(node->synced, end, 1);
        memset(node->synced + node->synced_size, 0, end - node->synced_size);
        node->synced_size = end;
    }
    memcpy(node->synced + at, bytes, size);
}

static void put_size(struct node *node, size_t size)
{
    if (size > node->synced_size) {
        node->synced = grow(node->synced, size, 1);
        memset(node->synced + node->synced_size, 0, size - node->synced_size);
    }
    node->synced_size = size;
}

static void forget_changes(struct node *node)
{
    for (size_t i = 0; i < node->change_count; i++)
        free(node->changes[i].bytes);
    node->change_count = 0;
}

static void sync_node(struct node *node)
{
    for (size_t i = 0; i < node->change_count; i++) {
        const struct change *c = &node->changes[i];
        if (c->bytes)
            put_bytes(node, c->at, c->bytes, c->size);
        else
            put_size(node, (size_t)c->at);
    }
    forget_changes(node);
}

static void take_name(const struct naming *naming)
{
    if (naming->gone[0] != '\0')
        remove_entry(naming->gone);
    if (naming->node)
        put_entry(naming->name, naming->node);
    else
        remove_entry(naming->name);
}

static void sync_names(void)
{
    for (size_t i = 0; i < torn.naming_count; i++)
        take_name(&torn.namings[i]);
    torn.naming_count = 0;
}

// --- The cut -----------------------------------------------------------------

// One sector's part of a write that was under way.
static void tear_sector(struct node *node, off_t at, const unsigned char *bytes,
                        size_t size)
{
    unsigned char garbage[4096];
    if (is_kept()) {
        if (draw(32) == 0)
            size = draw((uint32_t)size + 1);
        put_bytes(node, at, bytes, size);
    } else if (torn.plan.keep > 0 && draw(32) == 0) {
        for (size_t i = 0; i < size; i++)
            garbage[i] = (unsigned char)draw(256);
        put_bytes(node, at, garbage, size);
    }
}

static void tear_node(struct node *node)
{
    const size_t sector = (size_t)torn.plan.sector;
    for (size_t i = 0; i < node->change_count; i++) {
        const struct change *c = &node->changes[i];
        if (!c->bytes) {
            if (is_kept())
                put_size(node, (size_t)c->at);
            continue;
        }
        for (size_t done = 0; done < c->size;) {
            size_t part = sector - ((size_t)c->at + done) % sector;
            if (part > c->size - done)
                part = c->size - done;
            tear_sector(node, c->at + (off_t)done, c->bytes + done, part);
            done += part;
        }
    }
}

static void write_out(const struct entry *entry)
{
    char path[PATH_MAX];
    struct node *node = entry->node;
    path_of(entry->name, path);
    load(node);
    syscall(SYS_unlink, path);
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path,
                          O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(fd >= 0, path);
    must(syscall(SYS_pwrite64, fd, node->synced, node->synced_size, 0) ==
             (ssize_t)node->synced_size,
         path);
    close(fd);
}

static void remove_what_has_no_name(void)
{
    DIR *dir = opendir(torn.directory);
    struct dirent *found;
    must(dir != NULL, torn.directory);
    while ((found = readdir(dir))) {
        char path[PATH_MAX];
        path_of(found->d_name, path);
        if (found->d_type == DT_REG && !find_entry(found->d_name))
            syscall(SYS_unlink, path);
    }
    closedir(dir);
}

// With the lock held.
static _Noreturn void cut(void)
{
    for (size_t i = 0; i < torn.naming_count; i++)
        if (is_kept())
            take_name(&torn.namings[i]);
    for (size_t i = 0; i < torn.node_count; i++)
        if (torn.nodes[i]->change_count > 0)
            tear_node(torn.nodes[i]);
    remove_what_has_no_name();
    for (size_t i = 0; i < torn.entry_count; i++) {
        const struct entry *entry = &torn.entries[i];
        char path[PATH_MAX];
        struct stat st;
        path_of(entry->name, path);
        bool stands = stat(path, &st) == 0 && st.st_ino == entry->node->inode &&
                      !entry->node->is_loaded;
        if (!stands)
            write_out(entry);
    }
    _exit(TORN_EXIT);
}

void torn_cut(void)
{
    pthread_mutex_lock(&torn.lock);
    cut();
}

// --- Recording ---------------------------------------------------------------

static void count(void)
{
    torn.changes++;
    if (torn.changes == torn.plan.cut_at)
        cut();
}

void torn_start(const struct torn_plan *plan, const char *directory)
{
    struct stat st;
    pthread_mutex_lock(&torn.lock);
    must(!atomic_load(&torn.records), "one recording a process");
    torn.plan = *plan;
    torn.random = plan->seed * UINT64_C(0x9e3779b97f4a7c15) | 1;
    snprintf(torn.directory, sizeof torn.directory, "%s", directory);
    must(stat(directory, &st) == 0, directory);
    torn.device = st.st_dev;
    torn.inode = st.st_ino;
    DIR *dir = opendir(directory);
    struct dirent *found;
    must(dir != NULL, directory);
    while ((found = readdir(dir)))
        if (found->d_type == DT_REG && !is_shared_memory(found->d_name))
            put_entry(found->d_name, learn(found->d_name));
    closedir(dir);
    atomic_store(&torn.records, true);
    pthread_mutex_unlock(&torn.lock);
}

bool torn_is_recording(void)
{
    return atomic_load(&torn.records);
}

long torn_changes(void)
{
    pthread_mutex_lock(&torn.lock);
    long changes = torn.changes;
    pthread_mutex_unlock(&torn.lock);
    return changes;
}

// True with the lock held.
static bool begin(void)
{
    if (!atomic_load(&torn.records))
        return false;
    pthread_mutex_lock(&torn.lock);
    return true;
}

static void end(void)
{
    pthread_mutex_unlock(&torn.lock);
}

void torn_will_write(int fd)
{
    if (!begin())
        return;
    struct node *node = node_of(fd);
    if (node)
        load(node);
    end();
}

static void add_change(struct node *node, struct change change)
{
    node->changes =
        grow(node->changes, node->change_count + 1, sizeof *node->changes);
    node->changes[node->change_count++] = change;
}

void torn_wrote(int fd, off_t at, const void *bytes, size_t size)
{
    if (!begin())
        return;
    struct node *node = node_of(fd);
    if (node) {
        struct change change = {at, size, grow(NULL, size, 1)};
        memcpy(change.bytes, bytes, size);
        add_change(node, change);
        count();
        if (fcntl(fd, F_GETFL) & O_DSYNC)
            sync_node(node);
    }
    end();
}

void torn_resized(int fd, off_t size)
{
    if (!begin())
        return;
    struct node *node = node_of(fd);
    if (node) {
        add_change(node, (struct change){.at = size});
        count();
    }
    end();
}

void torn_synced(int fd)
{
    struct stat st;
    if (!begin())
        return;
    struct node *node = node_of(fd);
    if (node) {
        count();
        sync_node(node);
    } else if (fstat(fd, &st) == 0 && st.st_ino == torn.inode &&
               st.st_dev == torn.device) {
        count();
        sync_names();
    }
    end();
}

static void add_naming(const char *name, const char *gone, struct node *node)
{
    torn.namings =
        grow(torn.namings, torn.naming_count + 1, sizeof *torn.namings);
    struct naming *naming = &torn.namings[torn.naming_count++];
    memset(naming, 0, sizeof *naming);
    snprintf(naming->name, sizeof naming->name, "%s", name);
    snprintf(naming->gone, sizeof naming->gone, "%s", gone);
    naming->node = node;
    count();
}

void torn_opened(int fd, const char *name, bool existed)
{
    struct stat st;
    if (existed || !begin())
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !is_shared_memory(name)) {
        struct node *node = learn(name);
        // Its first byte is not on the disk yet.
        node->is_loaded = true;
        add_naming(name, "", node);
    }
    end();
}

void torn_removed(const char *name)
{
    if (!begin())
        return;
    if (!is_shared_memory(name))
        add_naming(name, "", NULL);
    end();
}

void torn_renamed(const char *from, const char *to)
{
    if (!begin())
        return;
    add_naming(to, from, learn(to));
    end();
}

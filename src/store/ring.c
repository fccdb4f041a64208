#include "store/ring.h"
#include "common/file.h"
#include "common/log.h"
#include "ledger/digest.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char module[] = "ring";

static const char magic[8] = {'H', 'L', 'R', 'I', 'N', 'G', '1', '\n'};

// As it lies in the file, before the bytes of the record; little endian, like
// every machine that this runs on (checked below).
struct slot_head {
    char magic[8];
    int64_t order;
    int64_t gen, seq;
    uint32_t size;
    uint32_t type;
    char id[40];
    unsigned char digest[DIGEST_BYTES]; // of all else and the record's bytes
};
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "the ring file is little endian");
_Static_assert(sizeof(struct slot_head) + RECORD_LINE_MAX <= RING_SLOT_SIZE,
               "a line fits into a slot");

struct slot {
    bool waits;
    bool bad; // a write failed here
    enum ring_type type;
    int64_t order; // 0: never written, or unreadable
    int64_t gen, seq;
    char id[ID_SIZE];
};

struct ring {
    char *path;
    int fd; // -1: could not be opened again after a failure
    int count;
    struct slot *slots;
};

// O_DSYNC: a write is on the disk when it returns.
static int open_file(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_DSYNC, 0600);
}

static off_t offset_of(int slot)
{
    return (off_t)slot * RING_SLOT_SIZE;
}

static void digest_slot(const unsigned char *bytes, size_t size,
                        unsigned char out[DIGEST_BYTES])
{
    unsigned char copy[RING_SLOT_SIZE];
    memcpy(copy, bytes, size);
    memset(copy + offsetof(struct slot_head, digest), 0, DIGEST_BYTES);
    digest_of(copy, size, out);
}

static bool read_all(int fd, off_t at, unsigned char *out, size_t size)
{
    while (size > 0) {
        ssize_t got = pread(fd, out, size, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        out += got;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

static bool write_all(int fd, off_t at, const unsigned char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t wrote = pwrite(fd, bytes, size, at);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return false;
        bytes += wrote;
        at += wrote;
        size -= (size_t)wrote;
    }
    return true;
}

enum slot_state { SLOT_HELD, SLOT_EMPTY, SLOT_UNREADABLE };

// An empty slot is one that was never written, or whose write was torn.
static enum slot_state read_slot(const struct ring *ring, int slot,
                                 unsigned char bytes[RING_SLOT_SIZE],
                                 struct slot_head *out)
{
    enum { PAGE = 4096 }; // most records end in the first one
    unsigned char digest[DIGEST_BYTES];
    if (!read_all(ring->fd, offset_of(slot), bytes, PAGE))
        return SLOT_UNREADABLE;
    memcpy(out, bytes, sizeof *out);
    out->id[sizeof out->id - 1] = '\0';
    if (memcmp(out->magic, magic, sizeof magic) != 0 ||
        out->size > RECORD_LINE_MAX || out->order < 1 ||
        out->order > INT64_MAX / 2 || // so that others can always follow
        (out->type != RING_DRAFT && out->type != RING_COMMENT &&
         out->type != RING_LINE) ||
        !id_is_valid(out->id, strlen(out->id)))
        return SLOT_EMPTY;
    size_t size = sizeof *out + out->size;
    if (size > PAGE &&
        !read_all(ring->fd, offset_of(slot) + PAGE, bytes + PAGE, size - PAGE))
        return SLOT_UNREADABLE;
    digest_slot(bytes, size, digest);
    return digest_equal(digest, out->digest, sizeof digest) ? SLOT_HELD
                                                            : SLOT_EMPTY;
}

static void keep_head(struct slot *slot, const struct slot_head *head)
{
    *slot = (struct slot){.waits = true,
                          .type = (enum ring_type)head->type,
                          .order = head->order,
                          .gen = head->gen,
                          .seq = head->seq};
    memcpy(slot->id, head->id, ID_SIZE);
}

static void load(struct ring *ring)
{
    unsigned char bytes[RING_SLOT_SIZE];
    struct slot_head head;
    for (int i = 0; i < ring->count; i++) {
        enum slot_state state = read_slot(ring, i, bytes, &head);
        if (state == SLOT_HELD)
            keep_head(&ring->slots[i], &head);
        if (state == SLOT_UNREADABLE) {
            log_error(module, "%s: slot %d: %s", ring->path, i,
                      strerror(errno));
            ring->slots[i].bad = true;
        }
    }
}

// Real zeros rather than a hole or an unwritten extent: writing a slot later
// must not need room that a full disk does not have.
static bool fill(int fd, off_t from, off_t to)
{
    static const unsigned char zeros[RING_SLOT_SIZE];
    while (from < to) {
        size_t size = sizeof zeros;
        if ((off_t)size > to - from)
            size = (size_t)(to - from);
        if (!write_all(fd, from, zeros, size))
            return false;
        from += (off_t)size;
    }
    return fsync(fd) == 0;
}

// Brings the file to its size. The zeros are synced once, at the end.
static bool make_room(const char *path, int slots, int *out_count)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = fstat(fd, &st) == 0;
    if (ok) {
        off_t held = st.st_size / RING_SLOT_SIZE;
        *out_count = held > slots && held < INT_MAX ? (int)held : slots;
        ok = st.st_size >= offset_of(slots) ||
             fill(fd, st.st_size, offset_of(slots));
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return ok;
}

static bool sync_name(const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length == 0)
        return file_sync_directory(slash ? "/" : ".");
    if (length >= sizeof directory)
        return false;
    memcpy(directory, path, length);
    directory[length] = '\0';
    return file_sync_directory(directory);
}

struct ring *ring_open(const char *path, int slots)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (!ring)
        return NULL;
    ring->fd = -1;
    ring->path = strdup(path);
    bool ok =
        ring->path && make_room(path, slots, &ring->count) && sync_name(path);
    if (ok)
        ring->slots = calloc((size_t)ring->count, sizeof *ring->slots);
    ok = ok && ring->slots && (ring->fd = open_file(path)) >= 0;
    if (!ok) {
        int saved = errno;
        ring_close(ring);
        errno = saved;
        return NULL;
    }
    load(ring);
    return ring;
}

void ring_close(struct ring *ring)
{
    if (!ring)
        return;
    if (ring->fd >= 0)
        close(ring->fd);
    free(ring->slots);
    free(ring->path);
    free(ring);
}

// The slot that was settled longest ago, so that the file also keeps the
// newest records that the database holds.
static int find_free(const struct ring *ring)
{
    int found = -1;
    for (int i = 0; i < ring->count; i++) {
        const struct slot *slot = &ring->slots[i];
        if (!slot->waits && !slot->bad &&
            (found < 0 || slot->order < ring->slots[found].order))
            found = i;
    }
    return found;
}

// After a failed write the kernel may have forgotten which pages are dirty;
// only a new descriptor reports the next failure.
static void renew(struct ring *ring)
{
    int saved = errno;
    if (ring->fd >= 0)
        close(ring->fd);
    ring->fd = open_file(ring->path);
    errno = saved;
}

enum ring_result ring_put(struct ring *ring, const struct ring_change *change)
{
    unsigned char bytes[RING_SLOT_SIZE] = {0};
    struct slot_head head = {.order = change->order,
                             .gen = change->gen,
                             .seq = change->seq,
                             .size = (uint32_t)change->size,
                             .type = (uint32_t)change->type};
    int at = find_free(ring);
    if (at < 0)
        return RING_FULL;
    if (change->size > RECORD_LINE_MAX ||
        !id_is_valid(change->id, strlen(change->id))) {
        errno = EINVAL;
        return RING_ERROR;
    }
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.id, change->id, ID_SIZE);
    memcpy(bytes, &head, sizeof head);
    if (change->size > 0)
        memcpy(bytes + sizeof head, change->bytes, change->size);
    size_t size = sizeof head + change->size;
    digest_slot(bytes, size, bytes + offsetof(struct slot_head, digest));
    if (!write_all(ring->fd, offset_of(at), bytes, size)) {
        log_error(module, "%s: slot %d: %s", ring->path, at, strerror(errno));
        ring->slots[at].bad = true;
        renew(ring);
        return RING_ERROR;
    }
    keep_head(&ring->slots[at], &head);
    return RING_OK;
}

void ring_settle(struct ring *ring, int64_t order)
{
    for (int i = 0; i < ring->count; i++)
        if (ring->slots[i].order <= order)
            ring->slots[i].waits = false;
}

struct waiting {
    int64_t order;
    int slot;
};

static int by_order(const void *a, const void *b)
{
    const struct waiting *x = a, *y = b;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool visit_slot(struct ring *ring, int slot, ring_visitor *visit,
                       void *ctx)
{
    unsigned char bytes[RING_SLOT_SIZE];
    struct slot_head head;
    enum slot_state state = read_slot(ring, slot, bytes, &head);
    if (state != SLOT_HELD) {
        log_error(module, "%s: slot %d, which waits, is %s", ring->path, slot,
                  state == SLOT_EMPTY ? "damaged" : "unreadable");
        // What is damaged stays so; what is unreadable may be read next time.
        return state == SLOT_EMPTY;
    }
    struct ring_change change = {.type = (enum ring_type)head.type,
                                 .order = head.order,
                                 .id = head.id,
                                 .gen = head.gen,
                                 .seq = head.seq,
                                 .bytes = (const char *)bytes + sizeof head,
                                 .size = head.size};
    return visit(ctx, &change);
}

bool ring_walk(struct ring *ring, ring_visitor *visit, void *ctx)
{
    struct waiting *sorted = calloc((size_t)ring->count, sizeof *sorted);
    size_t count = 0;
    if (!sorted)
        return false;
    for (int i = 0; i < ring->count; i++)
        if (ring->slots[i].waits)
            sorted[count++] = (struct waiting){ring->slots[i].order, i};
    qsort(sorted, count, sizeof *sorted, by_order);
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++)
        ok = visit_slot(ring, sorted[i].slot, visit, ctx);
    free(sorted);
    return ok;
}

int64_t ring_last_order(const struct ring *ring)
{
    int64_t last = 0;
    for (int i = 0; i < ring->count; i++)
        if (ring->slots[i].order > last)
            last = ring->slots[i].order;
    return last;
}

int ring_waiting(const struct ring *ring)
{
    int count = 0;
    for (int i = 0; i < ring->count; i++)
        count += ring->slots[i].waits;
    return count;
}

int ring_free(const struct ring *ring)
{
    int count = 0;
    for (int i = 0; i < ring->count; i++)
        count += !ring->slots[i].waits && !ring->slots[i].bad;
    return count;
}

bool ring_find_line(const struct ring *ring, const char *id, int64_t *out_gen,
                    int64_t *out_seq)
{
    for (int i = 0; i < ring->count; i++) {
        const struct slot *slot = &ring->slots[i];
        if (!slot->waits || slot->type != RING_LINE ||
            strcmp(slot->id, id) != 0)
            continue;
        *out_gen = slot->gen;
        *out_seq = slot->seq;
        return true;
    }
    return false;
}

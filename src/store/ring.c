#include "store/ring.h"
#include "ledger/digest.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[8] = {'H', 'L', 'R', 'I', 'N', 'G', '1', '\n'};

// As it lies in the file, before the bytes of the record; little endian, like
// every machine that this runs on (checked below).
struct slot_head {
    char magic[8];
    uint64_t order; // rises with each write
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
    uint64_t order;
    enum ring_type type;
    char id[ID_SIZE];
};

struct ring {
    int fd;
    int count;
    uint64_t order; // of the last write
    struct slot *slots;
};

static off_t offset_of(int slot)
{
    return (off_t)slot * RING_SLOT_SIZE;
}

static void digest_slot(const unsigned char *bytes,
                        unsigned char out[DIGEST_BYTES])
{
    struct slot_head head;
    unsigned char copy[RING_SLOT_SIZE];
    memcpy(&head, bytes, sizeof head);
    size_t total = sizeof head + head.size;
    memcpy(copy, bytes, total);
    memset(copy + offsetof(struct slot_head, digest), 0, DIGEST_BYTES);
    digest_of(copy, total, out);
}

static bool read_slot(struct ring *ring, int slot,
                      unsigned char bytes[RING_SLOT_SIZE],
                      struct slot_head *out)
{
    size_t got = 0;
    while (got < RING_SLOT_SIZE) {
        ssize_t n = pread(ring->fd, bytes + got, RING_SLOT_SIZE - got,
                          offset_of(slot) + (off_t)got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    unsigned char digest[DIGEST_BYTES];
    memcpy(out, bytes, sizeof *out);
    out->id[sizeof out->id - 1] = '\0';
    if (memcmp(out->magic, magic, sizeof magic) != 0 ||
        out->size > RECORD_LINE_MAX ||
        (out->type != RING_DRAFT && out->type != RING_LINE) ||
        !id_is_valid(out->id, strlen(out->id)))
        return false;
    digest_slot(bytes, digest);
    return digest_equal(digest, out->digest, sizeof digest);
}

static bool write_slot(struct ring *ring, int slot, const void *bytes,
                       size_t size)
{
    const char *from = bytes;
    size_t done = 0;
    while (done < size) {
        ssize_t n = pwrite(ring->fd, from + done, size - done,
                           offset_of(slot) + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

// Every valid slot waits until the store says that the database holds it.
static void load(struct ring *ring)
{
    unsigned char bytes[RING_SLOT_SIZE];
    struct slot_head head;
    for (int i = 0; i < ring->count; i++) {
        struct slot *slot = &ring->slots[i];
        if (!read_slot(ring, i, bytes, &head))
            continue;
        slot->waits = true;
        slot->order = head.order;
        slot->type = (enum ring_type)head.type;
        memcpy(slot->id, head.id, ID_SIZE);
        if (head.order > ring->order)
            ring->order = head.order;
    }
}

struct ring *ring_open(const char *path, int slots)
{
    struct ring *ring = calloc(1, sizeof *ring);
    if (!ring)
        return NULL;
    ring->count = slots;
    ring->slots = calloc((size_t)slots, sizeof *ring->slots);
    // O_DSYNC: a write is on the disk when it returns.
    ring->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_DSYNC, 0600);
    int error = 0;
    if (ring->slots && ring->fd >= 0)
        error = posix_fallocate(ring->fd, 0, offset_of(slots));
    if (!ring->slots || ring->fd < 0 || error || fsync(ring->fd) != 0) {
        int saved = error ? error : ring->slots ? errno : ENOMEM;
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
    free(ring);
}

// The slot whose content has been in the database for longest.
static int find_free(const struct ring *ring)
{
    int found = -1;
    for (int i = 0; i < ring->count; i++)
        if (!ring->slots[i].waits &&
            (found < 0 || ring->slots[i].order < ring->slots[found].order))
            found = i;
    return found;
}

enum ring_result ring_put(struct ring *ring, enum ring_type type,
                          const char *id, int64_t gen, int64_t seq,
                          const char *bytes, size_t size, int *out_slot)
{
    unsigned char whole[RING_SLOT_SIZE] = {0};
    struct slot_head head = {.order = ring->order + 1,
                             .gen = gen,
                             .seq = seq,
                             .size = (uint32_t)size,
                             .type = (uint32_t)type};
    int at = find_free(ring);
    if (at < 0)
        return RING_FULL;
    if (size > RECORD_LINE_MAX || !id_is_valid(id, strlen(id)))
        return RING_ERROR;
    memcpy(head.magic, magic, sizeof magic);
    memcpy(head.id, id, ID_SIZE);
    memcpy(whole, &head, sizeof head);
    memcpy(whole + sizeof head, bytes, size);
    digest_slot(whole, whole + offsetof(struct slot_head, digest));
    if (!write_slot(ring, at, whole, sizeof head + size))
        return RING_ERROR;
    ring->order++;
    ring->slots[at] = (struct slot){true, ring->order, type, ""};
    memcpy(ring->slots[at].id, id, ID_SIZE);
    *out_slot = at;
    return RING_OK;
}

void ring_release(struct ring *ring, int slot)
{
    ring->slots[slot].waits = false;
}

void ring_release_drafts(struct ring *ring, const char *id)
{
    for (int i = 0; i < ring->count; i++)
        if (ring->slots[i].waits && ring->slots[i].type == RING_DRAFT &&
            strcmp(ring->slots[i].id, id) == 0)
            ring->slots[i].waits = false;
}

bool ring_forget(struct ring *ring, const char *id)
{
    static const struct slot_head nothing;
    bool ok = true;
    for (int i = 0; i < ring->count; i++) {
        struct slot *slot = &ring->slots[i];
        if (slot->type != RING_DRAFT || strcmp(slot->id, id) != 0)
            continue;
        // Also a slot that the database holds: after a power cut it would
        // read as waiting again.
        ok = write_slot(ring, i, &nothing, sizeof nothing) && ok;
        *slot = (struct slot){0};
    }
    return ok;
}

static int by_order(const void *a, const void *b)
{
    const struct slot *const *x = a, *const *y = b;
    return (*x)->order < (*y)->order ? -1 : (*x)->order > (*y)->order;
}

bool ring_walk(struct ring *ring, ring_visitor *visit, void *ctx)
{
    struct slot **sorted = calloc((size_t)ring->count, sizeof *sorted);
    int count = 0;
    if (!sorted)
        return false;
    for (int i = 0; i < ring->count; i++)
        if (ring->slots[i].waits)
            sorted[count++] = &ring->slots[i];
    qsort(sorted, (size_t)count, sizeof *sorted, by_order);
    bool go_on = true;
    for (int i = 0; i < count && go_on; i++) {
        unsigned char bytes[RING_SLOT_SIZE];
        struct slot_head head;
        int at = (int)(sorted[i] - ring->slots);
        if (sorted[i]->waits && read_slot(ring, at, bytes, &head))
            go_on =
                visit(ctx, at, (enum ring_type)head.type, head.id, head.gen,
                      head.seq, (const char *)bytes + sizeof head, head.size);
    }
    free(sorted);
    return true;
}

int ring_waiting(const struct ring *ring)
{
    int count = 0;
    for (int i = 0; i < ring->count; i++)
        count += ring->slots[i].waits;
    return count;
}

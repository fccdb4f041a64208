// Rated visits in the ledger of a device that has enrolled, as its kiosk keeps
// them: what a courier finds after days without a network.
//
//   backlog DIRECTORY LINES
//
// Exit: 0 all are durable, 1 not, 2 usage.
#include "common/clock.h"
#include "store/device.h"
#include "store/store.h"
#include "support/ledger_maker.h"
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// So many may be on their way to the disk.
enum { QUEUED = 64, LINE_MS = 30000 };

struct filling {
    sem_t ready;
    sem_t room;
    bool failed;
};

static void hear(void *ctx, const struct store_event *event)
{
    struct filling *filling = ctx;
    switch (event->kind) {
    case STORE_READY:
        sem_post(&filling->ready);
        break;
    case STORE_LINE_SAVED:
        sem_post(&filling->room);
        break;
    case STORE_BROKEN:
    case STORE_FAILED:
        fprintf(stderr, "backlog: %s\n", store_reason_name(event->reason));
        filling->failed = true;
        sem_post(&filling->ready);
        sem_post(&filling->room);
        break;
    case STORE_DRAFT_SAVED:
        break;
    }
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0) {
    }
}

static bool fill(struct store *store, struct filling *filling,
                 const char *device, long lines)
{
    struct ledger_maker maker;
    maker_start(&maker, clock_wall_ms() - lines * LINE_MS);
    snprintf(maker.device, sizeof maker.device, "%s", device);
    for (long i = 0; i < lines && !filling->failed; i++) {
        struct record record;
        maker_visit(&maker, 1 + (int)(i % 5), &record);
        maker_wait(&maker, LINE_MS);
        wait_for(&filling->room);
        filling->failed |= !store_put_line(store, &record);
    }
    for (int i = 0; i < QUEUED && !filling->failed; i++)
        wait_for(&filling->room);
    maker_free(&maker);
    return !filling->failed;
}

int main(int argc, char **argv)
{
    struct device device;
    struct filling filling = {.failed = false};
    if (argc != 3) {
        fputs("usage: backlog DIRECTORY LINES\n", stderr);
        return 2;
    }
    if (!ledger_init() || device_load(argv[1], &device) != DEVICE_OK) {
        fprintf(stderr, "backlog: %s: no device that has enrolled\n", argv[1]);
        return 1;
    }
    sem_init(&filling.ready, 0, 0);
    sem_init(&filling.room, 0, QUEUED);
    const struct store_params params = {.directory = argv[1],
                                        .device = device.id,
                                        .listener = hear,
                                        .ctx = &filling};
    struct store *store = store_open(&params);
    if (store)
        wait_for(&filling.ready);
    bool done = store && !filling.failed &&
                fill(store, &filling, device.id, atol(argv[2]));
    store_close(store);
    device_release(&device);
    return done ? 0 : 1;
}

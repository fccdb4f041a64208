// A device's directory of a test: enrolled, with a kiosk's storage that takes
// visits, and receipts of a server that holds its lines. Each function fails
// the running test when it cannot do its work.
#pragma once
#include "store/device.h"
#include "store/store.h"
#include "support/scratch.h"
#include <pthread.h>
#include <stdint.h>

struct made_kiosk {
    char folder[SCRATCH_SIZE];
    struct device device;  // as device.json has it
    struct key server_key; // what signs its receipts
    struct store *store;   // NULL: no kiosk runs

    pthread_mutex_t lock;
    pthread_cond_t told;
    // guarded by `lock`: the storage's last event, and how many came
    struct store_event event;
    int events;
};

// Makes the directory and starts the storage.
void made_kiosk_open(struct made_kiosk *made);
// The kiosk ends; the directory stays.
void made_kiosk_stop(struct made_kiosk *made);
// Removes everything.
void made_kiosk_close(struct made_kiosk *made);

// One ended visit, rated `level`; 0: declined. Gives its place in the ledger.
int64_t made_kiosk_visit(struct made_kiosk *made, int level);
// A draft: tapped, but not ended.
void made_kiosk_tap(struct made_kiosk *made, int level);
// The courier keeps a receipt for everything up to line `to`.
void made_kiosk_acknowledge(struct made_kiosk *made, int64_t to);

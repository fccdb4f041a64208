// Brings the phone channel's lines from its own ledger into the office, in
// batches signed and judged as any device's: read as a body, checked against
// the key that the office knows, stored by the writer, answered with a receipt
// that is kept in courier.db. How far the office holds the chain is asked of
// the office alone, so that one restored from a backup gets again what it
// lacks.
#pragma once
#include "ledger/key.h"
#include "server/hub.h"
#include "server/metrics.h"
#include "server/writer.h"
#include <stdint.h>

struct phone_feeder;

// Texts and pointers are borrowed and outlive it.
struct phone_feeder_params {
    const char *directory; // of the phone channel
    const char *device;
    const struct key *device_key;
    const char *office; // its address
    const struct key *server_key;
    struct writer *writer;
    struct hub *hub; // is told which counters' invitations were answered
    struct metrics *metrics;
    int64_t heartbeat_ms;
    // Called before each sleep with the time (monotonic); gives when again.
    int64_t (*sweep)(void *ctx, int64_t now_us);
    // The device was revoked.
    void (*revoked)(void *ctx);
    void *ctx;
};

// Starts its thread. Not OFFICE_OK: no memory, no thread, or a database cannot
// be opened; logged.
enum office_result phone_feeder_start(const struct phone_feeder_params *params,
                                      struct phone_feeder **out_feeder);
// There is something new. Any thread.
void phone_feeder_wake(struct phone_feeder *feeder);
// Brings over what is there and ends the thread; the writer must still run. It
// may still be woken, and stays asleep. Accepts NULL.
void phone_feeder_stop(struct phone_feeder *feeder);
// After it. Accepts NULL.
void phone_feeder_close(struct phone_feeder *feeder);

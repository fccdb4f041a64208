// The courier: reads what the kiosk wrote, sends it, believes receipts only,
// and remembers in courier.db how far it came. Its loop ends only when it is
// told to; no answer of a network or a server ends it.
#pragma once
#include <stdbool.h>

struct worker;

struct worker_params {
    const char *directory; // of the device
    const char *proxy;     // NULL: none
    const char *stick; // where sticks are mounted (sync/stick.h); NULL: none
    bool plain_http;   // allow http:// beyond this machine
    int poll_ms;       // how often kiosk.db is looked at; 0: 1,000
    int connect_s, total_s; // of a request; 0: the transport's own
    const char *battery_root; // NULL: the kernel's
};

enum worker_result {
    WORKER_OK,
    WORKER_LEFT,         // --once: something could not be sent now
    WORKER_NOT_ENROLLED, // --once: there is no device.json
    WORKER_FAILED        // the lock, courier.db or a file; logged
};

// Copies the params. NULL when memory ran out.
struct worker *worker_new(const struct worker_params *params);
void worker_free(struct worker *worker);

// Sends all that waits, once.
enum worker_result worker_run_once(struct worker *worker);
// Goes on until worker_stop().
enum worker_result worker_run(struct worker *worker);
// Any thread, but no signal handler: the loop ends within a second, a transfer
// in progress is aborted.
void worker_stop(struct worker *worker);

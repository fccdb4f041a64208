// A device of a test with visits in its ledger, a scripted server to send them
// to, and what courier.db says about it. Each function fails the running test
// when it cannot do its work.
#pragma once
#include "store/courier.h"
#include "support/bad_server.h"
#include "support/kiosk_maker.h"
#include <stdint.h>

struct courier_bench {
    struct made_kiosk kiosk;
    struct bad_server *server; // its key signs; the device knows it
    struct key other;          // one that the device does not know
};

// A device without visits whose courier asks the server at once.
void bench_open(struct courier_bench *bench);
void bench_close(struct courier_bench *bench);
// Another address than the server's own.
void bench_send_to(struct courier_bench *bench, const char *url);
// So many visits more.
void bench_visit(struct courier_bench *bench, int count);

// Removes lines from…to from kiosk.db, as damage may; no kiosk runs.
void bench_lose(struct courier_bench *bench, int64_t from, int64_t to);

// The hash of line `seq`.
void bench_hash(struct courier_bench *bench, int64_t seq,
                char out[DIGEST_HEX_SIZE]);
// How far lines are acknowledged; 0: not at all.
int64_t bench_position(struct courier_bench *bench);
// Returns when that is `to`.
void bench_wait_for(struct courier_bench *bench, int64_t to);
// Lines without an acknowledgement.
int64_t bench_pending(struct courier_bench *bench);
// All zeros and "" when there is no courier.db yet.
struct courier_attempts bench_attempts(struct courier_bench *bench);
int64_t bench_next_gen(struct courier_bench *bench);
// "2 invalid REASON;" for each line set aside.
void bench_quarantine(struct courier_bench *bench, struct buf *out);

// The batch that came as request `index`. Free with heard_free().
void bench_heard(struct courier_bench *bench, size_t index,
                 struct heard_batch *out);
// It held the lines from…to, of this device and signed by it.
void bench_must_have_sent(struct courier_bench *bench, size_t index,
                          int64_t from, int64_t to);

// Batches into the ledger. One call is one transaction, durable when it
// returns OFFICE_OK: pass as many batches as are waiting, so that they share
// one sync. Only then answer anybody.
//
// Nothing is counted twice, whatever is sent again, overlapping or shuffled:
// (device, gen, seq) and (device, id) are unique, and of several visits about
// one transaction and step, over all devices, one counts (claim.h).
//
// Each line names the hash of the line before it. A chain is followed per
// device and generation, from line 1 without a hole. A line that is not sound
// stays in it with its bytes, its place and its hash, so that the next line
// fits; when it does not say what it follows, the next line or the signed head
// of the batch must name its hash.
#pragma once
#include "common/ids.h"
#include "ledger/key.h"
#include "ledger/proof.h"
#include "office/invitations.h"
#include "office/line.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum office_batch_status {
    OFFICE_BATCH_OK,
    OFFICE_BATCH_GAP,     // lines are missing before: send from `expected`;
                          // what came before the hole is stored
    OFFICE_BATCH_FORK,    // other bytes for a held seq, or a chain that does
                          // not continue what is held: both kept, flagged
    OFFICE_BATCH_REVOKED, // quarantined
    OFFICE_BATCH_UNKNOWN  // no such device
};

// The batch's `state` object. -1 and NULL: not said.
struct office_state {
    const char *version;
    int64_t pending;
    int64_t lifetime_lines;
    int64_t lifetime_ratings;
    int64_t disk_free;
    const char *invitation; // the one on the screen
    const char *body;       // the whole object as text
};

// The caller has checked the signature and that all texts have their form. All
// pointers are borrowed for the call.
struct office_batch {
    struct proof_batch proof; // device, gen, to, head, nonce
    const char *signature;    // base64
    int64_t sent_at;          // by the device's clock, 0: not said
    const char *boot;         // the device's boot when it sent, NULL: not said
    int64_t up_ms;            // since that boot
    int64_t received_at;      // by the server's clock
    const struct office_state *state; // NULL: none
    // Heartbeat: none. In any order; each gets its status and detail.
    struct office_line *lines;
    size_t line_count;

    // results, true when office_ingest() returned OFFICE_OK
    enum office_batch_status status;
    int64_t expected;                // of a gap
    int64_t received_to;             // last line held without a hole
    char held_head[DIGEST_HEX_SIZE]; // its hash, zeros: none
    int64_t next_gen;                // highest generation known + 1
    int64_t config_version;
    struct invitation_changes invitations; // shown and ended ones
};

// Writer only. Anything but OFFICE_OK: nothing of the call can be relied on
// (an error while committing proves nothing), send everything again.
enum office_result office_ingest(struct office *office,
                                 struct office_batch *batches, size_t count);

// When the newest batch that brought lines came; 0: none ever did.
enum office_result office_last_received(struct office *office, int64_t *out_at);

// Appends the sealed comment of a visit, as it came. OFFICE_NONE: it has none.
enum office_result office_comment(struct office *office, const char *device,
                                  const char *id, struct buf *out);

// The hash of a held line, to compare a receipt with. OFFICE_NONE: not held.
enum office_result office_line_hash(struct office *office, const char *device,
                                    int64_t gen, int64_t seq,
                                    char out_hash[DIGEST_HEX_SIZE]);

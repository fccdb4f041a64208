// The body of one batch: a header line, then the exact bytes of the lines, one
// each. Pure but for the nonce.
#pragma once
#include "common/buf.h"
#include "ledger/proof.h"
#include "ledger/protocol.h"
#include "store/ledger_reader.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BATCH_LINES_MAX = 500,
    BATCH_BYTES_MAX = 4 << 20 // with the header, before gzip
};

// What the device says about itself with each batch.
struct batch_state {
    int64_t pending;
    struct ledger_counts lifetime;
    int64_t disk_free_mib;  // −1: unknown
    int64_t oldest_at;      // when what waits longest was written; 0: nothing
    int64_t config_version; // that is held
    int64_t config_shown;   // by the screen; 0: none, or it did not say
    int64_t config_refused; // that it cannot show; 0: none
    const char *config_why; // why not
    const char *faults[8];
    size_t fault_count;
    const char *invitation; // on the screen; NULL or "": none
};

struct batch_item {
    int64_t seq;
    char id[ID_SIZE];
};

struct batch {
    struct proof_batch proof; // `to` and `head` are the last line's here
    int64_t from;             // to + 1: a heartbeat
    struct batch_item items[BATCH_LINES_MAX];
    size_t count;
    struct buf lines;    // each ended by a newline
    struct buf comments; // sealed, each a line of its own after the lines
    struct buf body;     // what is sent
    int protocol;        // ours, unless set otherwise before batch_finish()
    bool plain;          // likewise: no gzip
    bool gzip;
};

// Starts a batch of this device and generation; `end` is the device's last line
// when no line is added: a heartbeat.
void batch_start(struct batch *batch, const char *device,
                 const struct ledger_end *end);
// Adds the next line. False when the batch is full, the line does not come
// right after the one before, or memory ran out; nothing is added then.
bool batch_add(struct batch *batch, int64_t seq, const char *id,
               const char *line, size_t size);
// Whether another line, and what belongs to it, of `size` bytes has room.
bool batch_has_room(const struct batch *batch, size_t size);
// Adds the sealed comment of a line that was added; make sure of the room for
// both before.
void batch_add_comment(struct batch *batch, const char *id, const char *sealed);
enum { BATCH_COMMENT_FRAME = 80 }; // bytes around a sealed comment
// Adds lines of a generation from `from` on, with their comments, until the
// batch is full or holds `most`. SQL_OK also when there is none.
enum sql_result batch_take_lines(struct batch *batch,
                                 struct ledger_reader *reader, int64_t gen,
                                 int64_t from, size_t most);
// Draws the nonce, signs, and makes the body. `wall_ms` 0: nobody knows when it
// will arrive, so it says nothing of clocks. False when memory ran out.
bool batch_finish(struct batch *batch, const struct key *key,
                  const struct batch_state *state, int64_t wall_ms,
                  const char *boot, int64_t up_ms);
void batch_free(struct batch *batch);
// As a body is packed. False when memory ran out.
bool batch_gzip(const struct buf *in, struct buf *out);

// Checkpoints: one short text a day that the server signs and that leaves its
// house, on paper or to another body. Whoever holds it can show later that a
// line below it was changed or taken away, even by the one who has the server,
// its database and its key. The text, each line ended by one newline:
//
//   hailong.checkpoint.2
//   <time, RFC 3339>
//   <code of the unit>
//   <number of lines held>
//   <root, 64 hex digits>
//   <Ed25519 signature of the five lines above by the server's key, base64>
//
// The root is the Merkle tree hash (ledger/merkle.h) over the chains that hold
// lines, in the order of device id (as bytes) and generation; the leaf of one
// is the text <device>\n<gen>\n<seq of its last line>\n<hash of that>\n. Each
// last line vouches for all before it. The leaves of the trails (trail.h)
// follow, in the order of their names: <name>\n<entries>\n<hash of the last>\n.
// hailong.checkpoint.1, of former versions, had no trails in it.
#pragma once
#include "common/buf.h"
#include "ledger/digest.h"
#include "ledger/key.h"
#include "ledger/merkle.h"
#include "ledger/record.h"
#include "office/office.h"
#include "office/trail.h"
#include "office/verify.h"
#include <stdbool.h>
#include <stdint.h>

struct checkpoint {
    int version; // 1 or 2
    int64_t at;  // wall milliseconds of the server
    char unit[RECORD_CODE_SIZE];
    int64_t size;
    unsigned char root[DIGEST_BYTES];
    char signature[KEY_SIGNATURE_BASE64_SIZE];
};

// --- The text; pure ---------------------------------------------------------
void checkpoint_add_head(struct merkle *merkle, const char *device, int64_t gen,
                         int64_t seq, const unsigned char head[DIGEST_BYTES]);
void checkpoint_add_trail(struct merkle *merkle, const char *name,
                          const struct trail *trail);
void checkpoint_sign(struct checkpoint *checkpoint, const struct key *key);
bool checkpoint_is_signed_by(const struct checkpoint *checkpoint,
                             const unsigned char public_key[KEY_PUBLIC_BYTES]);
// Appends the text.
void checkpoint_write(const struct checkpoint *checkpoint, struct buf *out);
// Takes back what checkpoint_write() gave. Blanks at the ends of lines, empty
// lines and carriage returns, which mail and editors add, do no harm.
bool checkpoint_read(const char *text, size_t size, struct checkpoint *out);

// --- In the database --------------------------------------------------------
// Makes one of what is held now, signs it, and keeps it with the ends of chains
// and trails. Its `unit` is `unit`, or that of the newest device when NULL.
// Writer only.
enum office_result office_add_checkpoint(struct office *office,
                                         const struct key *key,
                                         const char *unit, int64_t now,
                                         struct checkpoint *out);
// Holds one that comes from outside against the lines; its signature is the
// caller's to check. What is found is given to `row` as by office_verify().
// The chain below each end is office_verify()'s to walk.
enum office_result office_verify_checkpoint(struct office *office,
                                            const struct checkpoint *checkpoint,
                                            office_finding_row *row, void *ctx,
                                            int64_t *out_findings);

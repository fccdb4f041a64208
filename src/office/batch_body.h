// The body of POST batches: one header line, then the lines from…to of one
// device's ledger, each ended by a newline (the last one may lack it).
//
//   {"batch":1,"device":…,"gen":…,"from":…,"to":…,"head":…,"nonce":…,"sig":…,
//    "sent_at":…,"boot":…,"up_ms":…,"state":{…},"protocol":2}
//   {"v":1,"device":…,"gen":…,"seq":…,…}
//
// After the lines come the sealed comments that belong to some of them:
//
//   {"comment":"<id of the visit>","sealed":"<base64>"}
//
// A header without "protocol" is of protocol 1 (ledger/protocol.h).
//
// Read in two steps, so that the signature can be checked before any work is
// spent on lines. A line that is not sound does not fault the body: it gets
// its status later. Pure; for bytes from anywhere.
#pragma once
#include "common/ids.h"
#include "common/json.h"
#include "ledger/key.h"
#include "ledger/proof.h"
#include "office/devices.h"
#include "office/ingest.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    BATCH_LINES_MAX = 500,
    BATCH_BYTES_MAX = 4 << 20, // inflated
    BATCH_HEADER_MAX = 16 << 10
};

enum batch_fault {
    BATCH_SOUND,
    BATCH_TOO_LARGE,  // more lines than BATCH_LINES_MAX
    BATCH_UNREADABLE, // the body as a whole; nothing of it can be used
    BATCH_PROTOCOL,   // of a protocol that this program does not speak
    BATCH_NO_MEMORY
};
// What is wrong with the body, for whoever wrote the sender.
struct batch_complaint {
    int64_t line; // of the body, the header is 1
    char reason[JSON_MESSAGE_SIZE];
};

struct batch_header {
    int protocol;
    struct proof_batch proof; // device, gen, to, head, nonce
    char signature[KEY_SIGNATURE_BASE64_SIZE];
    int64_t from;
    size_t line_count; // to - from + 1; 0: a heartbeat
    // Clocks help and never refuse: what cannot be read is 0 or "".
    int64_t sent_at;
    char boot[ID_SIZE];
    int64_t up_ms;

    bool has_state;
    struct office_state state; // points into the three below
    char version[OFFICE_VERSION_SIZE];
    char invitation[ID_SIZE];
    struct buf state_text;

    size_t size; // bytes of the header line with its newline
};

enum batch_fault batch_header_read(const char *bytes, size_t size,
                                   struct batch_header *out,
                                   struct batch_complaint *complaint);
void batch_header_free(struct batch_header *header);

// Reads the lines after the header into `lines`, header->line_count of them,
// and checks that the line `to` has the hash that the header signs, and each
// line before it the hash that the next one names: what was changed on the way,
// or on the device after it was written, is taken by no server. A comment
// is given to its line when its SHA-256 is the one that the line carries; one
// that belongs to no line is left out with a log line: it faults nothing else.
// The bytes are borrowed for as long as the lines live.
enum batch_fault batch_lines_read(const char *bytes, size_t size,
                                  const struct batch_header *header,
                                  struct office_line *lines,
                                  struct batch_complaint *complaint);

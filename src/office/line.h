// One line as it was received: its bytes, its place, and what the writer needs
// of its content. The thread that received the batch makes it, so that the
// writer parses nothing. Pure.
#pragma once
#include "ledger/digest.h"
#include "ledger/record.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum office_line_status {
    OFFICE_LINE_UNTOUCHED, // not looked at: the batch stopped before it
    OFFICE_LINE_STORED,
    // The same bytes were held at its place. One that had been set aside gets
    // its verdict and reason again instead, however often it is sent.
    OFFICE_LINE_ALREADY,
    OFFICE_LINE_INVALID,  // kept aside; it still holds its place in the chain
    OFFICE_LINE_CONFLICT, // its id is another line's: kept aside, as above
    OFFICE_LINE_FORK      // does not continue what is held: kept beside it
};
// "stored", "already", … ; "" for OFFICE_LINE_UNTOUCHED.
const char *office_line_status_name(enum office_line_status status);

// What is counted of a sound line. Empty texts: none.
struct office_visit {
    bool counts;  // a visit that is no test, and no form without a level; else
                  // only stored
    bool is_form; // no test, and questions were answered (forms.h)
    char survey[RECORD_CODE_SIZE];
    int64_t survey_version;
    enum record_outcome outcome;
    enum record_mode mode;
    int level;
    // By the device's clock; 0: none. Of an event `closed_at` is its time.
    int64_t answered_at, closed_at;
    bool is_synced; // that clock was disciplined
    char boot[ID_SIZE];
    int64_t up_ms;
    char counter[RECORD_CODE_SIZE];
    char field[RECORD_CODE_SIZE];
    char procedure[RECORD_CODE_SIZE];
    char step[RECORD_CODE_SIZE];
    char officer[RECORD_CODE_SIZE];
    char transaction[RECORD_TRANSACTION_SIZE];
    char invitation[ID_SIZE]; // that brought it to the screen
    char reasons[RECORD_REASONS_MAX][RECORD_REASON_SIZE]; // each once
    size_t reason_count;
};

// The reasons of the record, each once, however often it names one.
void office_visit_take_reasons(const struct record *record,
                               struct office_visit *out);

// What only one visit counts for, at a step: its transaction or, where none was
// told, the invitation that brought it, which may be answered at the counter
// and on a telephone. NULL: it stands alone.
const char *office_visit_claims(const struct office_visit *visit);

struct office_line {
    const char *bytes; // borrowed until the ingest is over
    size_t size;
    int64_t seq; // its place
    unsigned char hash[DIGEST_BYTES];
    bool has_prev; // prev could be read
    unsigned char prev[DIGEST_BYTES];
    char id[ID_SIZE]; // "" when it could not be read
    bool is_sound;
    struct office_visit visit;          // of a sound line
    char comment_hash[DIGEST_HEX_SIZE]; // "": no comment belongs to it
    // The sealed comment that came with it, NULL: none; borrowed like `bytes`.
    // Whoever sets it has compared its hash.
    const char *sealed;
    size_t sealed_size;

    // The result. Before the ingest `detail` is why a line is not sound.
    enum office_line_status status;
    char detail[JSON_MESSAGE_SIZE];
};

// Where the line stands in its batch.
struct office_place {
    const char *device;
    int64_t gen;
    int64_t from, to; // of the batch
    size_t index;     // of the line in it, from 0
};

// Reads one line. Its place is its own seq when that can be read and lies in
// from…to; otherwise from + index, and it is not sound. A line of another
// device or generation is not sound either. Never fails: what cannot be read
// is a line that is not sound.
void office_line_read(const char *bytes, size_t size,
                      const struct office_place *place,
                      struct office_line *out);

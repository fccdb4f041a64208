// One line of a device's ledger: a visit or a device event, as a value, and
// its one way into bytes and back.
//
// The line is bytes, not a structure: it is written once by record_write(),
// hashed and kept and sent as those bytes. record_read() gives a view; keys it
// does not know are left alone in the bytes.
#pragma once
#include "common/buf.h"
#include "common/ids.h"
#include "common/json.h"
#include "ledger/digest.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum record_kind { RECORD_VISIT, RECORD_EVENT };
enum record_outcome {
    RECORD_RATED,
    RECORD_DECLINED,
    RECORD_TIMEOUT,
    RECORD_WITHDRAWN,
    RECORD_OUTCOME_COUNT
};
// How the visit came to the screen.
enum record_mode {
    RECORD_TRANSACTION,
    RECORD_WALK_UP,
    RECORD_WALK_UP_OFFLINE,
    RECORD_MODE_COUNT
};
enum record_order { RECORD_BEST_FIRST, RECORD_WORST_FIRST };
// Whether the device's clock was disciplined when the line was written.
enum record_clock { RECORD_CLOCK_SYNCED, RECORD_CLOCK_UNSURE };

enum {
    RECORD_VERSION = 1,
    RECORD_LINE_MAX = 8192, // bytes of a line; longer is refused
    RECORD_CODE_SIZE = 64,  // codes of unit, field, procedure, officer, step
    RECORD_TRANSACTION_SIZE = 128,
    RECORD_REASON_SIZE = 32,
    RECORD_REASONS_MAX = 16,
    RECORD_AIDS_MAX = 4,
    RECORD_ANSWERS_MAX = 64,
    RECORD_DETAIL_SIZE = 1024
};

struct record_answer {
    char question[16];
    int level; // 1..5; 0: no opinion
};

// An empty text is written as null. Times are wall milliseconds; 0: null.
struct record {
    char device[ID_SIZE];
    int64_t gen; // ≥ 1
    int64_t seq; // ≥ 1
    char prev[DIGEST_HEX_SIZE];
    char id[ID_SIZE];
    enum record_kind kind;
    bool test;
    int64_t opened_at;   // the screen opened
    int64_t answered_at; // the face was touched
    int64_t closed_at;   // the visit ended
    enum record_clock clock;
    char boot[ID_SIZE];
    int64_t up_ms; // since boot, when the line was made

    // visits
    char survey[RECORD_CODE_SIZE];
    int64_t survey_version;
    char lang[8];
    enum record_mode mode;
    enum record_order order;
    char aids[RECORD_AIDS_MAX][16]; // "large", "dark", "audio"
    size_t aid_count;
    enum record_outcome outcome;
    int level; // 1..5; 0 (null) unless outcome is RECORD_RATED
    char reasons[RECORD_REASONS_MAX][RECORD_REASON_SIZE];
    size_t reason_count;
    struct record_answer answers[RECORD_ANSWERS_MAX];
    size_t answer_count;
    char comment_hash[DIGEST_HEX_SIZE];
    char unit[RECORD_CODE_SIZE];
    char counter[RECORD_CODE_SIZE]; // "": only where an invitation brought it
    char field[RECORD_CODE_SIZE];
    char procedure[RECORD_CODE_SIZE];
    char step[RECORD_CODE_SIZE];
    char officer[RECORD_CODE_SIZE];
    char transaction[RECORD_TRANSACTION_SIZE];
    char invitation[ID_SIZE];
    bool has_touch;
    double touch_x, touch_y; // 0..1 of the window, two decimals kept
    int64_t touch_after_ms;  // from the screen's opening to the tap

    // events: "start", "stop", "clock", "config", "maintenance", "fault",
    // "generation"; detail is a JSON object as text, "" for none
    char event[RECORD_CODE_SIZE];
    char detail[RECORD_DETAIL_SIZE];
};

// Appends the line (no newline). The keys come in the fixed order of the
// format, texts are normalised to NFC first. False when a value breaks a rule
// that record_read() would refuse, or memory ran out.
bool record_write(const struct record *record, struct buf *out);

// Reads and checks a line: one JSON object, valid UTF-8 in NFC without control
// characters, "v" 1, valid ids, gen and seq ≥ 1, a known kind and outcome, a
// level exactly when rated. `reason` (JSON_MESSAGE_SIZE bytes) names what is
// wrong. Pure; any thread.
bool record_read(const char *bytes, size_t size, struct record *out,
                 char *reason);

// A record with the fields of no visit: kind, clock "unsure", everything empty.
void record_init(struct record *out, enum record_kind kind);

// A text from outside as a record keeps it: NFC. False, and `out` is "", when
// a line could not hold it: no UTF-8, a control character, no room.
bool record_copy_text(const char *text, size_t size, char *out, size_t room);

const char *record_outcome_name(enum record_outcome outcome);
const char *record_mode_name(enum record_mode mode);
// When the visit ended, or the event was; 0: a visit that has not ended.
int64_t record_end(const struct record *record);

// A draft is the same object without gen, seq and prev: what the store keeps
// of an unfinished visit, and the ring file's D slot.
bool record_write_draft(const struct record *record, struct buf *out);
bool record_read_draft(const char *bytes, size_t size, struct record *out,
                       char *reason);

// A completed transaction, as a one-stop system tells of it: one step of one
// dossier is done. The value, its rules and its JSON form; pure.
//
//   {"transaction":"H24.12-261123-0007","step":"tra-ket-qua","counter":"3",
//    "procedure":"2.000815","field":"chung-thuc","officer":"cb-07",
//    "queued_at":"2026-11-23T09:01:00+07:00","called_at":…,"done_at":…,
//    "due_at":"2026-11-24","timeliness":"before","result":"da-cap"}
//
// Only `transaction` and `done_at` must be there. Keys that are not of these
// are passed over, and nothing of them is kept: one-stop systems send names and
// telephones along.
#pragma once
#include "common/json.h"
#include "ledger/record.h"
#include "office/transaction_tally.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum transaction_field {
    TRANSACTION_CODE,
    TRANSACTION_STEP,
    TRANSACTION_COUNTER,
    TRANSACTION_PROCEDURE,
    TRANSACTION_FIELD,
    TRANSACTION_OFFICER,
    TRANSACTION_RESULT,
    TRANSACTION_QUEUED_AT, // the ticket was taken
    TRANSACTION_CALLED_AT,
    TRANSACTION_DONE_AT,
    TRANSACTION_DUE_AT, // promised
    TRANSACTION_TIMELINESS,
    TRANSACTION_FIELD_COUNT,
    TRANSACTION_TEXT_COUNT = TRANSACTION_QUEUED_AT // the texts come first
};
// "transaction", "step", …, as in JSON.
const char *transaction_field_name(enum transaction_field field);

enum { TRANSACTION_TEXT_SIZE = RECORD_CODE_SIZE };

// Texts "" and times 0 that were not told. Times are wall milliseconds.
struct transaction {
    char code[RECORD_TRANSACTION_SIZE]; // trimmed, ASCII capitals, NFC
    char texts[TRANSACTION_TEXT_COUNT][TRANSACTION_TEXT_SIZE]; // but the code
    int64_t queued_at, called_at, done_at;
    int64_t due_at; // the last moment in time
    // As told, else by `due_at`: done on an earlier day is before, on the same
    // day and not after it on time.
    enum timeliness timeliness;
};

void transaction_init(struct transaction *out);

// Each takes over one value that is there. False, with what is wrong with it,
// for one that does not fit: "is too long", "is no time".
bool transaction_set_text(struct transaction *t, enum transaction_field field,
                          const char *text, const char **out_why);
bool transaction_set_time(struct transaction *t, enum transaction_field field,
                          int64_t wall_ms, const char **out_why);
// "before", "on", "late".
bool transaction_set_timeliness(struct transaction *t, const char *name,
                                const char **out_why);
// The last moment of a local day: a due date without an hour.
int64_t transaction_end_of_day(int32_t day);

// After the last value: what must be there, the order of the times, none in the
// future beyond a day. False names the field that is at fault. Fills in the
// timeliness.
bool transaction_check(struct transaction *t, int64_t now,
                       enum transaction_field *out_field, const char **out_why);

// All of it from an object. False with "done_at: is missing".
bool transaction_read(const json_t *object, int64_t now,
                      struct transaction *out, char reason[JSON_MESSAGE_SIZE]);
// The object of one that was checked; NULL on no memory.
json_t *transaction_object(const struct transaction *t);

// Invitations: a transaction's work at a counter is done, and its citizen is
// asked there. The counter's device gets the open ones in order; what the
// citizen did comes back in the ledger's line. The level is never here.
#pragma once
#include "common/ids.h"
#include "ledger/record.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum invitation_state {
    INVITATION_WAITING,
    INVITATION_SHOWN, // the question is, or was, on the counter's screen
    INVITATION_RATED,
    INVITATION_DECLINED,
    INVITATION_TIMEOUT,
    INVITATION_WITHDRAWN, // with a reason
    INVITATION_EXPIRED,   // nobody came in time
    INVITATION_STATE_COUNT
};
const char *invitation_state_name(enum invitation_state state);

enum {
    INVITATIONS_OPEN_MAX = 5, // of one counter
    INVITATION_RESULT_SIZE = 32,
    INVITATION_REASON_SIZE = 256,
    INVITATION_WHO_SIZE = 128,
    INVITATION_EXPIRES_S = 600, // when nothing else is said
    INVITATION_EXPIRES_LEAST_S = 30,
    INVITATION_EXPIRES_MOST_S = 86400
};

// Texts "" and times 0 that were not told. Times are wall milliseconds.
struct invitation {
    char id[ID_SIZE];
    char unit[RECORD_CODE_SIZE];
    char counter[RECORD_CODE_SIZE];
    char transaction[RECORD_TRANSACTION_SIZE];
    char procedure[RECORD_CODE_SIZE];
    char field[RECORD_CODE_SIZE];
    char step[RECORD_CODE_SIZE];
    char officer[RECORD_CODE_SIZE];
    int64_t queued_at, called_at, done_at;
    char result[INVITATION_RESULT_SIZE];
    int64_t made_at, expires_at;
    char made_by[INVITATION_WHO_SIZE];
    enum invitation_state state;
    int64_t state_at;
    char reason[INVITATION_REASON_SIZE];
};

enum invitation_answer {
    INVITATION_MADE,
    INVITATION_THERE,           // the same one is open at this counter already
    INVITATION_UNKNOWN_COUNTER, // no device works there
    INVITATION_ELSEWHERE,       // it is open at another counter
    INVITATION_ALREADY_RATED,   // a rating of this transaction and step counts
    INVITATION_QUEUE_FULL,      // as many are open as the counter may have
    INVITATION_FAILED           // the database; logged
};

// Writer only. The caller fills in what was told, unit, made_at, expires_at and
// made_by; id, state and state_at are filled in. INVITATION_THERE and
// INVITATION_ELSEWHERE: `invitation` becomes the open one.
enum invitation_answer office_invite(struct office *office,
                                     struct invitation *invitation);

// With its state as of `now`: one that waited too long has expired. OFFICE_NONE
// when there is none.
enum office_result office_find_invitation(struct office *office, const char *id,
                                          int64_t now, struct invitation *out);

// The open ones of a counter, in order, at most INVITATIONS_OPEN_MAX.
enum office_result office_open_invitations(struct office *office,
                                           const char *unit,
                                           const char *counter, int64_t now,
                                           struct invitation *out,
                                           size_t *out_count);

// Writer only. OFFICE_NONE: there is none that is open. The reason is kept, and
// counted in the reports.
enum office_result office_withdraw(struct office *office, const char *id,
                                   const char *who, const char *reason,
                                   int64_t now);
// Writer only. The counter's device shows it; nothing happens when it is not
// waiting any more.
enum office_result office_show_invitation(struct office *office, const char *id,
                                          int64_t now);

// What withdrawals there were in a period of local days, by reason.
struct withdrawal_count {
    const char *reason;
    int64_t count;
};
typedef bool withdrawal_row(void *ctx, const struct withdrawal_count *count);
enum office_result office_withdrawals(struct office *office, int32_t from_day,
                                      int32_t to_day, withdrawal_row *row,
                                      void *ctx);

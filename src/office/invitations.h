// Invitations: a transaction's work at a counter is done, and its citizen is
// asked there. The counter's device gets the open ones in order; what the
// citizen did comes back in the ledger's line. The level is never here.
//
// A line is evidence, and may come days later from a counter that had no
// network. It ends an invitation that is open, or that expired meanwhile, and a
// rating also one that timed out or was declined: whichever way round the lines
// come, it is rated in the end. One that was withdrawn stays so, because
// somebody withdrew it and said why; the line that comes for it all the same is
// kept and counted like any other.
#pragma once
#include "common/ids.h"
#include "ledger/record.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum invitation_state {
    INVITATION_WAITING,
    INVITATION_SHOWN, // the question is on the counter's screen; when no line
                      // comes within a day it has expired
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
    INVITATION_EXPIRES_MOST_S = 86400,
    INVITATION_SHOWN_MS = 86400 * 1000 // the longest that one is on a screen
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

// When an open one ends by itself; 0: it has ended.
int64_t invitation_ends_at(const struct invitation *invitation);

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
// made_by; id, state and state_at are filled in, and the officer who sits at
// the counter (seats.h) when none was told. It stands in the audit trail.
// INVITATION_THERE and INVITATION_ELSEWHERE: `invitation` becomes the open one.
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

// Those of a counter that are open, or ended at `since` or later, the newest
// first. Borrowed for the call; false ends it.
typedef bool invitation_row(void *ctx, const struct invitation *invitation);
enum office_result office_recent_invitations(struct office *office,
                                             const char *unit,
                                             const char *counter, int64_t since,
                                             int64_t now, invitation_row *row,
                                             void *ctx);
// Whether a device works at the counter.
enum office_result office_has_counter(struct office *office, const char *unit,
                                      const char *counter, bool *out_has);

// Writer only. The reason is kept, and counted in the reports. `out` is the
// invitation as it is then; `out_withdrawn` is false when it had ended already.
// OFFICE_NONE: there is no such invitation.
enum office_result office_withdraw(struct office *office, const char *id,
                                   const char *who, const char *reason,
                                   int64_t now, struct invitation *out,
                                   bool *out_withdrawn);

// At which counters something changed, for those who wait for it.
struct invitation_changes {
    char counter[RECORD_CODE_SIZE]; // "" : at none
    bool is_several;                // at others too
};
void invitation_changes_add(struct invitation_changes *changes,
                            const char *counter);

// What withdrawals there were in a period of local days, by reason, of those
// that a filter leaves (office/filter.h). An invitation is of the channel
// "transaction".
struct withdrawal_count {
    const char *reason;
    int64_t count;
};
typedef bool withdrawal_row(void *ctx, const struct withdrawal_count *count);
struct office_filter;
enum office_result office_withdrawals(struct office *office,
                                      const struct office_filter *filter,
                                      int32_t from_day, int32_t to_day,
                                      withdrawal_row *row, void *ctx);

// Flags on suspicious ratings, and marks on ratings that were appealed against.
// A rule lays a flag and takes it back when the ratings do not bear it any
// more; a person may lift it, with a reason. A flag that was lifted stays
// lifted: its rule lays it again only for ratings that were not in it, and for
// an officer not again in that month. A mark is a person's alone. Neither
// changes a rating; the figures are told with and without.
#pragma once
#include "integrity/figures.h"
#include "integrity/thresholds.h"
#include "office/office.h"
#include "office/ratings.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OFFICE_REASON_SIZE = 501, // of why one is lifted, marked, withdrawn
    OFFICE_FLAG_IDS_MAX = 50
};

// Borrowed for the call.
struct office_rating_flag {
    int64_t no;
    enum integrity_rule rule;
    const char *counter, *officer; // "": none
    int32_t first_day, last_day;
    struct integrity_figures figures;
    int64_t version; // of the thresholds
    int64_t since;
    int64_t lifted_at; // 0: in force
    const char *lifted_by, *lift_reason;
    int64_t ratings; // how many it is on
    // Of the first ones.
    char (*ids)[OFFICE_RATING_ID_SIZE];
    size_t id_count;
};
typedef bool office_rating_flag_row(void *ctx, const struct office_rating_flag *flag);

enum office_flag_state { OFFICE_FLAGS_ALL, OFFICE_FLAGS_ON, OFFICE_FLAGS_OFF };
struct office_flags_wanted {
    int32_t first_day, last_day;
    int rule;            // -1: any
    const char *counter; // NULL: any
    enum office_flag_state state;
    int64_t below; // flags of lower numbers; 0: all
    size_t limit;
};
// Newest first.
enum office_result office_list_rating_flags(struct office *office,
                                     const struct office_flags_wanted *wanted,
                                     office_rating_flag_row *row, void *ctx);

// How often each rule fired in these days.
struct office_flag_count {
    int64_t flags, ratings; // in force
    int64_t lifted;         // flags
    int64_t counter_days;   // with a flag in force
};
enum office_result
office_count_flags(struct office *office, int32_t first_day, int32_t last_day,
                   struct office_flag_count out[INTEGRITY_RULE_COUNT]);

struct office_mark {
    char id[OFFICE_RATING_ID_SIZE];
    int64_t rated_at; // the quarter of an hour
    const char *counter;
    const char *reason, *who;
    int64_t at;
    int64_t withdrawn_at; // 0: in force
    const char *withdrawn_by, *withdraw_reason;
};
typedef bool office_mark_row(void *ctx, const struct office_mark *mark);
// Of ratings of these days, newest first.
enum office_result office_list_marks(struct office *office, int32_t first_day,
                                     int32_t last_day, size_t limit,
                                     office_mark_row *row, void *ctx);

// What a person decides. Each stands in the audit trail.
struct office_decision {
    const char *reason; // not ""
    const char *who;    // "user an"
    int64_t at;
};
// Writer only. OFFICE_NONE: there is no such thing. `out_done` false: somebody
// did the same before, and nothing was changed.
enum office_result office_lift_flag(struct office *office, int64_t no,
                                    const struct office_decision *decision,
                                    bool *out_done);
// Of ratings that do not count, OFFICE_NONE.
enum office_result office_mark_rating(struct office *office, const char *id,
                                      const struct office_decision *decision,
                                      bool *out_done);
// `out_done` false: it has no mark in force.
enum office_result office_withdraw_mark(struct office *office, const char *id,
                                        const struct office_decision *decision,
                                        bool *out_done);

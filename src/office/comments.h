// Comments as they came, sealed, for whoever has the key that opens them.
//
// They are given newest first, by the quarter of an hour of the visit, and
// within a quarter by the visit's id, which tells nothing (ratings.h); so a
// reader can go on where it was. What came in a round that is not over is left
// out, as single visits are.
#pragma once
#include "ledger/digest.h"
#include "office/case_rules.h"
#include "office/ratings.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Texts live during the call; "" for what was not told.
struct office_comment {
    char id[OFFICE_RATING_ID_SIZE]; // of its visit
    int64_t quarter_at;             // when the quarter began
    int level;                      // 0: not rated
    enum record_mode mode;
    const char *counter, *field, *lang;
    const char (*reasons)[RECORD_REASON_SIZE];
    size_t reason_count;
    bool is_counted;
    char hash[DIGEST_HEX_SIZE]; // of the sealed text, as its line says
    const char *sealed;         // NULL: it is not here
    size_t sealed_size;
    struct ticket_place place;
    bool has_case; // the rating opened one, and its quarter is over
    enum case_state case_state;
};

// Whether the reader takes a comment, or passes over it in search of others.
enum office_comment_use { OFFICE_COMMENT_TAKEN, OFFICE_COMMENT_PASSED };
typedef enum office_comment_use
office_comment_row(void *ctx, const struct office_comment *comment);

struct office_comments_wanted {
    bool goes_on;               // from `after`
    struct office_cursor after; // its round is a quarter
    int64_t now;
    int32_t first_day, last_day; // local days of the visits, both whole
    int level;                   // 0: all
    const char *counter, *field, *reason; // NULL: all
    size_t limit;                         // of taken ones
    size_t looks;                         // of taken and passed ones
};

// `out_last`: where to go on; `out_more`: whether there may be more. A few
// thousand that do not fit the filters are looked at in one call, then it ends
// with fewer than were wanted.
enum office_result office_comments(struct office *office,
                                   const struct office_comments_wanted *wanted,
                                   office_comment_row *row, void *ctx,
                                   struct office_cursor *out_last,
                                   bool *out_more);

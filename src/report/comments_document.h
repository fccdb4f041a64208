// R6 is made of comments that somebody else opened: the key of comments is in
// the server's process alone, and this room knows no key.
#pragma once
#include "ledger/record.h"
#include "office/office.h"
#include "report/period.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Texts live during the call.
struct comments_row {
    int64_t quarter_at; // when its quarter of an hour began
    int level;          // 0: not rated
    const char *counter, *field;
    const char (*reasons)[RECORD_REASON_SIZE];
    size_t reason_count;
    const char *state; // "read", or why there is no text
    const char *text;  // with long numbers masked; "" unless read
    const char *case_state; // of the case that its rating opened; "": none
};
typedef void comments_row_taker(void *ctx, const struct comments_row *row);

// Gives the newest comments of the period, at most `limit`. False when the
// office cannot be read; logged.
struct comments_source {
    bool (*read)(void *ctx, struct office *office, const struct period *period,
                 size_t limit, comments_row_taker *taker, void *taker_ctx,
                 bool *out_more);
    void *ctx;
};
enum { COMMENTS_IN_DOCUMENT = 2000 };

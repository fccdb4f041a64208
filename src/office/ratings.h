// Single visits, rated or not, counted or not, for the Office's own programs.
//
// They are given out in an order that lasts, so that a reader can go on where
// it was: by rounds, which are the quarters of an hour in which they were
// received (or a thousand lines, when more came in one), and within a round by
// a name that tells nothing. So neither the
// order nor the place says when in its quarter a visit was, or after which
// other one. A round is given out when it is over. A visit that stops counting,
// because an earlier one came in late, is given out once more, under the same
// name.
#pragma once
#include "ledger/record.h"
#include "office/corrected_time.h"
#include "office/office.h"
#include "office/ticket.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    OFFICE_RATING_ID_SIZE = TICKET_ID_SIZE,
    OFFICE_CURSOR_SIZE = 36,
    OFFICE_QUARTER_MS = 15 * 60 * 1000,
    OFFICE_DAY_MOST = 2932896 // 31/12/9999
};

// Zeros: before the first.
struct office_cursor {
    int64_t round, ticket;
};
void office_cursor_write(const struct office_cursor *cursor,
                         char out[OFFICE_CURSOR_SIZE]);
// False for what office_cursor_write() does not write.
bool office_cursor_read(const char *text, struct office_cursor *out);

// Texts live during the call; "" for what was not told.
struct office_rating {
    char id[OFFICE_RATING_ID_SIZE];
    int64_t at; // corrected
    enum time_quality quality;
    enum record_outcome outcome;
    enum record_mode mode;
    int level; // 0 unless rated
    const char *device, *counter, *field, *procedure, *step, *officer;
    const char *transaction; // the code, or its token
    const char *flags;       // of its line: "conflict", "hole", with a blank
                             // between two
    const char (*reasons)[RECORD_REASON_SIZE];
    size_t reason_count;
    bool is_counted; // else another visit of its transaction and step is
};
// False ends the reading.
typedef bool office_rating_row(void *ctx, const struct office_rating *rating);

struct office_ratings_wanted {
    struct office_cursor after;
    int64_t now; // rounds that are not over by then are left out
    int32_t first_day, last_day; // local days of the visits, both whole
    bool with_recounts;          // also those that are given out once more
    size_t limit;
};

// Where a visit stands whose id was given out. OFFICE_NONE: there is none.
struct office_rating_place {
    char device[ID_SIZE];
    struct ticket_place at;
};
enum office_result office_find_rating(struct office *office, const char *id,
                                      struct office_rating_place *out);
// And back: the id of the visit there.
enum office_result office_name_rating(struct office *office,
                                      const struct ticket_place *at,
                                      char out_id[OFFICE_RATING_ID_SIZE]);

// `out_last` is the place of the last one, `wanted->after` when there was none.
enum office_result office_ratings(struct office *office,
                                  const struct office_ratings_wanted *wanted,
                                  office_rating_row *row, void *ctx,
                                  struct office_cursor *out_last);

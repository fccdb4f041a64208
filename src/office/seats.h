// Who sits at which counter, from when to when. An invitation that names no
// officer takes the one who sits there (invitations.h).
#pragma once
#include "ledger/record.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

enum { SEAT_BY_SIZE = 128 };

struct seat {
    char officer[RECORD_CODE_SIZE];
    int64_t from_at; // wall milliseconds
    int64_t to_at;   // 0: still
    char by[SEAT_BY_SIZE];
};

struct seat_wish {
    const char *unit, *counter, *officer;
    const char *by; // "user binh", "key 3"
    int64_t now;
};

// Writer only. The one who sat there leaves, and the officer leaves where they
// sat. Nothing changes for one who sits there already. Both stand in the audit
// trail.
enum office_result office_take_seat(struct office *office,
                                    const struct seat_wish *wish);
// Writer only. OFFICE_NONE: the officer does not sit there.
enum office_result office_leave_seat(struct office *office,
                                     const struct seat_wish *wish);
// Who sits there now. OFFICE_NONE: nobody.
enum office_result office_find_seat(struct office *office, const char *unit,
                                    const char *counter, struct seat *out);
// Those who sat there at some time in [from, to), in order. Borrowed for the
// call; false ends it.
typedef bool seat_row(void *ctx, const struct seat *seat);
enum office_result office_list_seats(struct office *office, const char *unit,
                                     const char *counter, int64_t from,
                                     int64_t to, seat_row *row, void *ctx);

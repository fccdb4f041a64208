// How complete the data is: printed with every report.
#pragma once
#include "office/filter.h"
#include "office/office.h"
#include <stdint.h>

struct office_trust {
    int64_t devices;       // enrolled and not revoked
    int64_t silent;        // of these: no contact for more than two heartbeats,
                           // as each was told to send them
    int64_t never_seen;    // of the silent: no contact ever
    int64_t missing_lines; // known to exist on devices, not received
    int64_t flagged;    // devices with a fork or a conflict, revoked included
    int64_t data_as_of; // last contact with any device, 0: never
    // When the silent ones' data ends: the oldest last contact of a device that
    // is in force, 0 when one was never seen or there is none.
    int64_t oldest_contact;
};

// Counted visits of these local days, and of the filter, whose time no contact with the server
// vouches for: every quality but A (corrected_time.h).
enum office_result office_count_unanchored(struct office *office,
                                           const struct office_filter *filter,
                                           int32_t first_day, int32_t last_day,
                                           int64_t *out_count);
// Visits of these local days, and of the filter, that do not count, because another one of their
// transaction and step does (claim.h).
enum office_result office_count_duplicates(struct office *office,
                                           const struct office_filter *filter,
                                           int32_t first_day, int32_t last_day,
                                           int64_t *out_count);

// `heartbeat_ms` is of a device that was told none.
enum office_result office_read_trust(struct office *office, int64_t now,
                                     int64_t heartbeat_ms,
                                     struct office_trust *out_trust);
// The same of the devices that the filter leaves: those at its counter. What
// else it asks for leaves all, since any device may hold such a visit.
enum office_result office_part_trust(struct office *office,
                                     const struct office_filter *filter,
                                     int64_t now, int64_t heartbeat_ms,
                                     struct office_trust *out_trust);

// A silent device, and what one may guess of the visits that it holds.
struct office_silent {
    const char *name; // "" when none was given
    const char *counter;
    int64_t seen_at; // 0: never
    int64_t visits;  // counted in the 28 days that end with that contact's
    const char *configuration; // as it was told last, JSON; NULL: nothing
};
enum { OFFICE_SILENT_DAYS = 28 };
typedef bool office_silent_row(void *ctx, const struct office_silent *silent);
// Those that office_part_trust() counts, by counter; the row lives during the
// call, false ends the list.
enum office_result office_silent_devices(struct office *office,
                                         const struct office_filter *filter,
                                         int64_t now, int64_t heartbeat_ms,
                                         office_silent_row *row, void *ctx);

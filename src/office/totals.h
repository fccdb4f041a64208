// The figures of a period, out of totals that are kept with every commit: a
// year over any number of visits reads a few hundred rows. Two grains are kept,
// days and half-months (1st–14th, 15th–end), since every month of both official
// kinds is made of half-months; a period reads half-months inside and days at
// its edges. Of procedures, which are hundreds, the calendar's quarters are kept
// as well.
#pragma once
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

struct office_filter; // office/filter.h

// Counted visits: no tests, and one of each transaction and step (claim.h).
struct office_tally {
    int64_t levels[5]; // ratings by level, levels[0] is level 1
    int64_t declined, timeout, withdrawn;
    // Of these, visits that a transaction brought to the screen (mode
    // "transaction"): all, and those that gave a rating.
    int64_t offered, offered_rated;
    // Of the ratings by level: those with a flag in force, those with a mark in
    // force, and those with either. They stay in `levels`: a figure without
    // them is `levels` less `aside`.
    int64_t flagged[5], marked[5], aside[5];
};

enum office_breakdown {
    OFFICE_BY_NONE,           // one row, key ""
    OFFICE_BY_DAY,            // "2026-11-23"
    OFFICE_BY_CALENDAR_MONTH, // "2026-11": 1st to the last day
    OFFICE_BY_OFFICIAL_MONTH, // "2026-11": 15 October to 14 November
    OFFICE_BY_COUNTER,        // the code; "" : none was given
    OFFICE_BY_FIELD,
    OFFICE_BY_PROCEDURE,
    OFFICE_BY_OFFICER,
    OFFICE_BY_DEVICE, // the device's id, its name as label
    OFFICE_BY_STEP,
    OFFICE_BY_CHANNEL,      // "transaction", "walk-up", "walk-up-offline"
    OFFICE_BY_HOUR,         // "00" … "23", local time
    OFFICE_BY_WEEKDAY,      // "1" Monday … "7" Sunday
    OFFICE_BY_HOUR_OF_WEEK, // "1-09"
    OFFICE_BREAKDOWN_COUNT
};

struct office_total {
    const char *key;
    const char *label; // the key, unless the database knows a name
    struct office_tally tally;
};
// The row lives during the call; false ends the reading.
typedef bool office_total_row(void *ctx, const struct office_total *total);

// Days are local (common/date.h), both ends whole and included. Rows come in
// order of time, or of the key's bytes; a row with nothing in it is left out,
// so an empty period has no row in any breakdown.
enum office_result office_totals(struct office *office, int32_t from_day,
                                 int32_t to_day, enum office_breakdown by,
                                 office_total_row *row, void *ctx);

// The same of the visits that `filter` leaves. A key under which nothing was
// counted gives no rows. OFFICE_ERROR, and logged, when no totals are kept so
// (office_filter_is_kept()).
enum office_result office_part_totals(struct office *office,
                                      const struct office_filter *filter,
                                      int32_t from_day, int32_t to_day,
                                      enum office_breakdown by,
                                      office_total_row *row, void *ctx);

// The same, counted again from every visit: slow, and always equal.
enum office_result office_recount(struct office *office, int32_t from_day,
                                  int32_t to_day, enum office_breakdown by,
                                  office_total_row *row, void *ctx);

enum office_result office_part_recount(struct office *office,
                                       const struct office_filter *filter,
                                       int32_t from_day, int32_t to_day,
                                       enum office_breakdown by,
                                       office_total_row *row, void *ctx);

// First and last local day of any counted visit; OFFICE_NONE when there is
// none.
enum office_result office_span(struct office *office, int32_t *out_first,
                               int32_t *out_last);

// Why citizens rated as they did: of how many ratings each reason is part, out
// of totals that are kept with every commit. A rating may carry several
// reasons, so a reason's ratings are no part of a sum.
#pragma once
#include "office/office.h"
#include "office/totals.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct office_reason_total {
    const char *key;    // of the breakdown, as struct office_total has it
    const char *reason; // its id; "": any reason at all
    int64_t levels[5];  // counted ratings that carry it
};
// The row lives during the call; false ends the reading.
typedef bool office_reason_row(void *ctx,
                               const struct office_reason_total *total);

// Days as in office_totals(). `by` is none, counter, field, procedure, officer
// or channel; `key` (NULL: all) asks for that row of it alone. Rows come in
// order of the key's bytes, then the reason's; one with nothing in it is left
// out.
enum office_result office_reasons(struct office *office, int32_t from_day,
                                  int32_t to_day, enum office_breakdown by,
                                  const char *key, office_reason_row *row,
                                  void *ctx);

// The same of all keys, counted again from the visits' lines: slow, and always
// equal.
enum office_result office_recount_reasons(struct office *office,
                                          int32_t from_day, int32_t to_day,
                                          enum office_breakdown by,
                                          office_reason_row *row, void *ctx);

// The same up to the lines that these heads name, as office_recount_to().
struct office_head;
enum office_result
office_recount_reasons_to(struct office *office,
                          const struct office_head *heads, size_t count,
                          int32_t from_day, int32_t to_day,
                          enum office_breakdown by, office_reason_row *row,
                          void *ctx);

// The state of the data that a report or a document stands on: how complete it
// is, and the heads of the ledger's chains. Internal to the room.
#pragma once
#include "office/filter.h"
#include "office/heads.h"
#include "report/report.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Of the days of `period` and what `filter` leaves, at `now`. False when the
// office cannot be read; the cause is logged.
bool state_read_complete(struct office *office, int64_t now,
                         const struct office_filter *filter,
                         const struct period *period,
                         struct report_complete *out);
// Every chain that holds lines; the caller frees the list. False, and logged,
// also on no memory.
bool state_read_heads(struct office *office, struct report_head **out_heads,
                      size_t *out_count);
// One more at the end; false on no memory.
bool state_append_head(struct report_head **heads, size_t *count,
                       const struct report_head *head);
// As the office wants them; the caller frees the list. NULL, and logged, on no
// memory.
struct office_head *state_office_heads(const struct report_head *heads,
                                       size_t count);
// True when nothing of the days up to `last` can still be on its way.
bool state_is_complete(const struct report_complete *complete, int32_t last);

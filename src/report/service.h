// What transactions bring to a report: how many were completed, how long their
// citizens waited, how many were in time, and which invitations were withdrawn.
// Internal to the room.
#pragma once
#include "office/filter.h"
#include "report/report.h"
#include <stdbool.h>

// After the visits are counted: adds to total, period before and rows; rows
// that have transactions and no visit are made, in the order of the keys. A row
// does not know its transactions where none of the period tells what the
// breakdown is by. False when the office cannot be read, or memory ran out.
bool service_read(struct office *office, const struct office_filter *filter,
                  struct report *report);
// The same out of a report that was made earlier, for one that is counted
// again.
bool service_take(const struct report *said, struct report *report);

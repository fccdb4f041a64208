// The periods of a breakdown as parameters of the statements that read totals.
#pragma once
#include "office/breakdown.h"
#include "sql/sql.h"

// From ?index on: from and to.
void bind_days(struct sql_statement *s, int index, struct day_range range);
// ?2…?7: half-months, days before, days after.
void bind_split(struct sql_statement *s, struct day_ranges ranges);
// ?2…?11: quarters, half-months before and after, days before and after.
void bind_split_long(struct sql_statement *s, struct long_ranges ranges);

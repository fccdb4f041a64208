// What the files of the ingest and of the verification know of reasons.
#pragma once
#include "office/line.h"
#include "office/office_sql.h"
#include "office/reason_tally.h"
#include "office/reasons.h"

// The numbers of a visit's reasons; new ones are given to new reasons.
enum sql_result reasons_number(struct office *office,
                               const struct office_visit *visit,
                               struct reason_list *out);
// Those of a visit that is held, out of its line.
enum sql_result reasons_of_line(struct office *office, int64_t device_no,
                                int64_t gen, int64_t seq,
                                struct reason_list *out);
// Adds the commit's reasons to the totals that are kept.
enum sql_result reasons_put(struct office *office);
// reason_rows_sql.c: office_reasons() of all keys.
struct day_range; // office/breakdown.h
enum office_result reasons_give_all(struct sql *sql, enum office_breakdown by,
                                    struct day_range days,
                                    office_reason_row *row, void *ctx);

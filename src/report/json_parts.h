// The parts of a report's JSON that documents share with it: times, the period,
// how complete the data is, the ledger's heads. Internal to the room.
#pragma once
#include "common/json.h"
#include "i18n/i18n.h"
#include "report/report.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Enough digits for every figure here, and few enough that 99.8 is written as
// 99.8 and not as the binary number nearest to it.
enum { JSON_PARTS_DIGITS = 15 };

// Each is a new reference, NULL on no memory; jansson's _new functions take
// over what they are given, and pass a NULL on as a failure.

// value / 10^decimals; null for FIGURES_UNKNOWN.
json_t *json_parts_fixed(int64_t value, int decimals);
// null for 0.
json_t *json_parts_moment(int64_t wall_ms);
json_t *json_parts_period(const struct period *period,
                          const struct i18n *texts);
// `last` day of the period.
json_t *json_parts_complete(const struct report_complete *complete,
                            int32_t last);
json_t *json_parts_ledger(const struct report_head *heads, size_t count);
// Appends the whole, on one line. False when memory ran out.
bool json_parts_dump(const json_t *object, struct buf *out);

// Reading them back. False when a member is missing or wrong; `message`
// (JSON_MESSAGE_SIZE) then says which.
bool json_parts_read_count(const json_t *object, const char *key, int64_t *out,
                           char *message);
bool json_parts_read_moment(const json_t *object, const char *key, int64_t *out,
                            char *message);
bool json_parts_read_period(const json_t *object, struct period *out,
                            char *message);
// Of the whole: "complete" and "data_as_of".
bool json_parts_read_complete(const json_t *object, struct report_complete *out,
                              char *message);
// The list is the caller's to free, also when reading it failed.
bool json_parts_read_ledger(const json_t *array, struct report_head **heads,
                            size_t *count, char *message);

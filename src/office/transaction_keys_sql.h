// What configuration_sql.c needs of the keys.
#pragma once
#include "common/json.h"
#include "office/office_sql.h"
#include <stdint.h>

// Makes the unit's keys for the month of the local day and for the next one
// where there are none, and appends the numbers of both to `out`.
enum sql_result transaction_keys_ensure(struct sql *sql, const char *unit,
                                        int64_t now, json_t *out);
// Replaces "transaction_keys" in a configuration, such numbers, by the keys
// that are not destroyed since.
enum sql_result transaction_keys_fill(struct sql *sql, json_t *config);

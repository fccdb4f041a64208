// Lines that have left the device (store/mark.h), as the courier meets them: a
// server that was restored from an old backup may ask for them.
#pragma once
#include "store/ledger_reader.h"
#include <stdbool.h>
#include <stdint.h>

// The last line of a generation that has left; 0: all are here.
enum sql_result gone_upto(struct ledger_reader *ledger, int64_t gen,
                          int64_t *out_upto);
// True when the first line of generation `teller` tells of generation `gen`
// that lines first…last are missing.
bool gone_is_declared(struct ledger_reader *ledger, int64_t teller, int64_t gen,
                      int64_t first, int64_t last);

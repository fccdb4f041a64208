// What may be kept of a dossier's code here: in mode anonymous a token that is
// made before anything is stored, logged or answered (ledger/pseudonym.h).
#pragma once
#include "ledger/record.h"
#include <stdbool.h>
#include <stdint.h>

struct request;

// Replaces the code by what is kept of it on the day of `at` (wall
// milliseconds): the code in mode linked, else its token; "" when there is no
// code, or no key for that day any more. False: the reply is set.
bool dossier_keep(struct request *request, int64_t at,
                  char transaction[RECORD_TRANSACTION_SIZE]);

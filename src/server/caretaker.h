// What comes with time, and with no request: once each local day the keys for
// dossiers' codes are turned over (office/transaction_keys.h). A thread of its
// own that sleeps, and gives its work to the writer.
#pragma once
#include "office/configuration.h"
#include "server/writer.h"
#include <stdint.h>

struct caretaker;

// `day`: the local day for which all is done; 0: none. `defaults` must outlive
// it. NULL on failure, logged.
struct caretaker *caretaker_start(struct writer *writer,
                                  const struct office_defaults *defaults,
                                  int32_t day);
// Before the writer ends. Accepts NULL.
void caretaker_stop(struct caretaker *caretaker);

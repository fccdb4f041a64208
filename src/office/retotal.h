// The totals of a span of days counted again from its visits, while batches go
// on coming. A reader looks: visits and totals of one moment, and what the ones
// lack of the others. That difference holds whatever is counted meanwhile,
// since a commit adds to a total and never sets it; so a writer puts it at any
// time afterwards, in one transaction that is as long as there are wrong
// totals, not visits.
//
//   struct retotal *work;
//   office_retotal_look(reader, from, to, NULL, &work);   // seconds to minutes
//   … on the writer's thread …
//   office_retotal_put(writer, work, "admin", now);
//   retotal_free(work);
//
// It counts by the visits' rows; whether these are what the ledger's lines say
// is for `hailong verify` to find.
#pragma once
#include "office/office.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct retotal;

struct retotal_facts {
    int32_t first_day, last_day; // local, both included
    int64_t visits;              // that count
    int64_t wrong;               // totals that were not what these give
};

// Any handle. The span becomes whole quarters of the calendar, the longest
// period of which totals are kept. OFFICE_NONE when `stop` (NULL: never) became
// true. Reads every visit of the ward once.
enum office_result office_retotal_look(struct office *office, int32_t from_day,
                                       int32_t to_day, const atomic_bool *stop,
                                       struct retotal **out);
struct retotal_facts retotal_facts(const struct retotal *work);
void retotal_free(struct retotal *work); // accepts NULL

// Writer only. Stands in the audit trail with its facts, when any total was
// wrong. OFFICE_NONE: another one was put since the look: look again.
enum office_result office_retotal_put(struct office *office,
                                      const struct retotal *work,
                                      const char *who, int64_t now);

// The totals of a span of days counted again from its visits, while batches go
// on coming. A reader weighs: visits against totals of one moment (balance.h).
// Where they differ it counts, in parts: what the totals of a few slices lack
// of their visits. That difference holds whatever is counted meanwhile, since a
// commit adds to a total and never sets it; so a writer puts it at any time
// afterwards, a few at a time, so that batches have their turn in between.
//
//   struct retotal *work;
//   office_retotal_weigh(reader, from, to, NULL, &work); // seconds to minutes
//   while (!retotal_is_done(work)) {
//       office_retotal_look(reader, work, NULL);         // likewise
//       … on the writer's thread …
//       do {
//           office_retotal_put(writer, work, "admin", now); // milliseconds
//       } while (retotal_has_more(work));
//   }
//   retotal_free(work);
//
// Memory has a bound, however many visits and totals there are and however many
// are wrong: 100 MB, unless one breakdown alone has more than RETOTAL_CELLS
// totals in a half-month, or in a quarter where quarters are kept; then some
// 500 bytes for each of these.
//
// It counts by the visits' rows; whether these are what the ledger's lines say
// is for `hailong verify` to find.
#pragma once
#include "office/office.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    RETOTAL_CELLS = 50000,    // of a part
    RETOTAL_TURN_CELLS = 1000 // wrong ones that one transaction puts right
};

struct retotal;

struct retotal_facts {
    int32_t first_day, last_day; // local, both included
    int64_t visits;              // that count
    int64_t wrong; // totals that were not what these give, as far as was looked
};

// Any handle. The span becomes whole quarters of the calendar, the longest
// period of which totals are kept. OFFICE_NONE when `stop` (NULL: never) became
// true. Reads every visit of the ward once.
enum office_result office_retotal_weigh(struct office *office, int32_t from_day,
                                        int32_t to_day, const atomic_bool *stop,
                                        struct retotal **out);
// Counts the part that comes next, unless all is done or some of this one is
// still to be put. OFFICE_NONE likewise. Reads every visit as well.
enum office_result office_retotal_look(struct office *office,
                                       struct retotal *work,
                                       const atomic_bool *stop);
bool retotal_is_done(const struct retotal *work);
// Some of the part that was counted is still to be put.
bool retotal_has_more(const struct retotal *work);
struct retotal_facts retotal_facts(const struct retotal *work);
// How many slices (balance.h) are wrong, and up to which they are right now.
void retotal_slices(const struct retotal *work, int64_t *out_wrong,
                    int64_t *out_done);
void retotal_free(struct retotal *work); // accepts NULL

// Writer only. Puts RETOTAL_TURN_CELLS of the part right, or what is left of
// it; each such turn stands in the audit trail with its facts. OFFICE_NONE:
// another one was put since the look, and this part is to be looked at again.
// What fails can be put again: it is not added twice.
enum office_result office_retotal_put(struct office *office,
                                      struct retotal *work, const char *who,
                                      int64_t now);

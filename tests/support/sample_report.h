// Reports made by hand, for the tests of the writers and of the command. Each
// function fails the running test when it cannot do its work.
#pragma once
#include "i18n/i18n.h"
#include "report/report.h"

// The texts of the source tree.
struct i18n *sample_texts(void);

// An empty report of the source tree's method over `period`
// ("duong-lich:2025-01"): no device, no rating, nothing known.
void sample_report(const char *period, enum report_by by, struct report *out);

// Adds a row. `levels` are counts from Rất không hài lòng to Rất hài lòng.
struct report_row *sample_row(struct report *report, const char *key,
                              const char *name, const int64_t levels[5]);
// Narrows it to the counter 3 and the field ho-tich, which nobody knows.
void sample_filter(struct report *report);

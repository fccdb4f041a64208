// The part of all visits that a report is about: one counter, or one counter
// and one field. Internal to the room.
#pragma once
#include "common/buf.h"
#include "i18n/i18n.h"
#include "office/filter.h"
#include "report/report.h"
#include <stdbool.h>

// From what was asked, by breakdown; NULL: not asked. False with a `message`.
bool filter_read(const char *const asked[REPORT_BY_COUNT],
                 struct report_filter *out, struct buf *message);
// Whether totals are kept of the part, broken down so; else the `message` says
// what there is.
bool filter_allows(const struct report_filter *filter, enum report_by by,
                   struct buf *message);
bool filter_equals(const struct report_filter *a,
                   const struct report_filter *b);
// As the office wants it; its texts are the filter's.
void filter_view(const struct report_filter *filter, struct office_filter *out);
// Notes which parts the office knows nothing of. False when it cannot be read.
bool filter_check_known(struct office *office, struct report_filter *filter);

// "Quầy 3; Lĩnh vực: chung-thuc".
void filter_words(const struct i18n *texts, const struct report_filter *filter,
                  struct buf *out);
// The parts that are unknown, in the same form; nothing when all are known.
void filter_unknown_words(const struct i18n *texts,
                          const struct report_filter *filter, struct buf *out);
// "Phạm vi: Quầy 3".
void filter_line(const struct i18n *texts, const struct report_filter *filter,
                 struct buf *out);

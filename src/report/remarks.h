// What a report says in sentences: how it was made, how complete it is, and
// what its figures mean, all out of the figures alone. Internal to the room.
#pragma once
#include "common/buf.h"
#include "i18n/i18n.h"
#include "report/report.h"

// Each appends sentences or phrases, a line break between two.
// The phrases behind "Độ đầy đủ", at least one.
void remarks_completeness(const struct report *report, const struct i18n *texts,
                          struct buf *out);
// The same of data whose period ends with the day `last`.
void remarks_state(const struct report_complete *complete, int32_t last,
                   const struct i18n *texts, struct buf *out);
// Only the period, and until when the data was received.
void remarks_frame(const struct period *period,
                   const struct report_complete *complete,
                   const struct i18n *texts, struct buf *out);
// Which report it replaces and what changed; nothing when it replaces none.
void remarks_restatement(const struct report *report, const struct i18n *texts,
                         struct buf *out);
// That, the rule, the period and the state of the data.
void remarks_method(const struct report *report, const struct i18n *texts,
                    struct buf *out);
// What the figures show, the headline first.
void remarks_figures(const struct report *report, const struct i18n *texts,
                     struct buf *out);
// What the document is about: "Kết quả đánh giá … theo lĩnh vực", and the part
// that it is narrowed to: " (Phạm vi: Quầy 3)".
void remarks_subject(const struct report *report, const struct i18n *texts,
                     struct buf *out);

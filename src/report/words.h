// How a report's parts read in Vietnamese: names of periods, rows and verdicts,
// rates with their sign. Shared by the writers; internal to the room.
#pragma once
#include "common/buf.h"
#include "i18n/i18n.h"
#include "report/report.h"
#include <stddef.h>
#include <stdint.h>

// One text by its id.
const char *words(const struct i18n *texts, const char *id);
// A text with its places filled; `values` ends with NULL.
void words_fill(const struct i18n *texts, const char *id,
                const char *const *values, struct buf *out);
// The text with no-break spaces and line breaks as plain spaces.
void words_append_plain(const char *text, struct buf *out);

// "99,8 %"; "không xác định" for FIGURES_UNKNOWN.
void words_percent(const struct i18n *texts, int64_t value, int decimals,
                   struct buf *out);
// The headline rate of a row: "99,8 %", "Chưa có số liệu"; "ít hơn 5" where
// the row may not show a rate.
void words_rate(const struct i18n *texts, const struct figures_method *rules,
                const struct report_row *row, bool is_breakdown,
                struct buf *out);
// "97,1 % (34 trên 35 lượt)": the rate without the flagged and marked ratings,
// where there are any and it may be told; else nothing.
void words_without_aside(const struct i18n *texts,
                         const struct figures_method *rules,
                         const struct report_row *row, struct buf *out);
// "98,80 – 99,96 %".
void words_interval(struct figures_interval interval, struct buf *out);
// "11,4 phút" of tenths of a minute; "không xác định" for FIGURES_UNKNOWN.
void words_minutes(const struct i18n *texts, int64_t tenths, struct buf *out);
// "đạt mức cao"; "không xác định" for none.
const char *words_goal(const struct i18n *texts, enum figures_goal goal);
// A text with two numbers: "Kế hoạch 13–15 phút".
void words_range(const struct i18n *texts, const char *id, int first,
                 int second, struct buf *out);
// "Được mời và có đánh giá chỉ tính lượt theo hồ sơ; …", where there are
// visits that no transaction brought and their number may be told; else
// nothing.
void words_walk_ups(const struct i18n *texts, const struct report_row *row,
                    struct buf *out);
const char *words_verdict(const struct i18n *texts,
                          enum figures_verdict verdict);
// "09:41 ngày 23/11/2026".
void words_moment(const struct i18n *texts, int64_t wall_ms, struct buf *out);

// "Tháng 01/2026, kỳ báo cáo hành chính: 15/12/2025 – 14/01/2026".
void words_period(const struct i18n *texts, const struct period *period,
                  struct buf *out);
// What people call a row: "Quầy 3", "23/11/2026", "Thứ Hai", …
void words_row(const struct i18n *texts, const struct report *report,
               const struct report_row *row, struct buf *out);

// Completed transactions out of a table that a one-stop system exports. Every
// system has its own names of columns and its own words, so a mapping file says
// which column is what, how times are written, and what words mean:
//
//   {"columns": {
//     "transaction": "Mã hồ sơ",
//     "done_at": {"column": "Ngày trả", "format": "dd/MM/yyyy HH:mm"},
//     "queued_at": {"columns": ["Ngày", "Giờ"], "format": "dd/MM/yyyy HH:mm"},
//     "due_at": {"column": "Hẹn trả", "format": "dd/MM/yyyy"},
//     "timeliness": {"column": "Kết quả", "values": {"Trước hạn": "before",
//                    "Đúng hạn": "on", "Trễ hạn": "late", "-": null}},
//     "field": {"column": "Lĩnh vực", "values": {"Chứng thực": "chung-thuc"},
//               "others": "keep"},
//     "step": {"value": "tra-ket-qua"}}}
//
// The keys are those of office/transaction.h. Times are local; their format is
// made of yyyy MM dd HH mm ss and what stands between, or "iso", which is the
// default. Where "values" are given a word that is not among them is refused,
// unless "others" is "keep"; null and the empty cell are nothing told. Pure;
// for bytes from anywhere.
#pragma once
#include "common/csv.h"
#include "office/transaction.h"
#include <stdbool.h>
#include <stdint.h>

struct sheet_map;

// NULL, with a message that names the key, when the mapping cannot be used.
struct sheet_map *sheet_map_read(const char *bytes, size_t size,
                                 struct buf *message);
void sheet_map_free(struct sheet_map *map); // accepts NULL

// The table's first row: finds the columns. False, with what is missing and
// what there is.
bool sheet_map_head(struct sheet_map *map, const struct csv_row *head,
                    struct buf *message);
// Any other row. False, with the column, the value and what to do.
bool sheet_map_row(const struct sheet_map *map, const struct csv_row *row,
                   int64_t now, struct transaction *out, struct buf *message);

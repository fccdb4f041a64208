// What a report rests on: how far each device's chain was held when the
// figures were read. With these heads the same visits can be counted again at
// any later time, whatever has arrived since.
#pragma once
#include "common/buf.h"
#include "common/ids.h"
#include "ledger/digest.h"
#include "office/filter.h"
#include "office/totals.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct office_head {
    char device[ID_SIZE];
    int64_t gen;
    int64_t to;                 // last line held without a hole
    char head[DIGEST_HEX_SIZE]; // its hash
};
// Lives during the call; false ends the reading.
typedef bool office_head_row(void *ctx, const struct office_head *head);

// Every chain that holds lines, in order of device and generation.
enum office_result office_heads(struct office *office, office_head_row *row,
                                void *ctx);

// As a list of JSON, the way the statements that count up to heads want them.
void heads_list(const struct office_head *heads, size_t count, struct buf *out);

// office_part_recount() over the lines up to `heads` only. Which of several
// ratings of one transaction counts is decided anew among these lines. Slow.
enum office_result
office_recount_to(struct office *office, const struct office_head *heads,
                  size_t count, const struct office_filter *filter,
                  int32_t from_day, int32_t to_day, enum office_breakdown by,
                  office_total_row *row, void *ctx);

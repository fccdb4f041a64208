// The texts of many codes by their numbers, asked for at once: a far database
// answers each question after a while.
//
//   struct buf numbers = {0};
//   code_texts_add(&numbers, no);                       // each
//   result = code_texts_find(sql, &numbers, take, ctx); // frees it
#pragma once
#include "common/buf.h"
#include "sql/sql.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void code_texts_add(struct buf *numbers, int64_t no);

// The text, borrowed, of what was added as the n-th, from 0; of a number that
// no code has, as 0, none. False: no memory, which is logged.
typedef bool code_text_taker(void *ctx, size_t n, const char *text);
enum sql_result code_texts_find(struct sql *sql, struct buf *numbers,
                                code_text_taker *take, void *ctx);

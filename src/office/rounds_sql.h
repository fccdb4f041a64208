// The rounds in which single visits are given out (ratings.h).
#pragma once
#include "office/office_sql.h"
#include "office/ticket.h"
#include <stdint.h>

// The newest round; zeros when there is none.
enum sql_result round_last(struct sql *sql, struct round *out);
// The round of what is received now. It is the newest one, unless its quarter
// is over, the clock was set back by more than one, or it is full.
enum sql_result round_of(struct office *office, int64_t received_at,
                         int64_t *out_round);
// These lines of a chain came in now.
enum sql_result round_add(struct office *office, int64_t received_at,
                          int64_t device_no, int64_t gen, int64_t first,
                          int64_t last);
// The key of visits' ids (ratings_sql.c).
enum sql_result rating_ticket_key(struct office *office,
                                  unsigned char out[TICKET_KEY_BYTES]);

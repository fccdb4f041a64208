// What a statement may do to the tables of an office, however a database goes
// about it: the lists of tests/office/test_plans.c and test_postgres_plans.c.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Tables that grow with the years, so that nobody may wait for all of one; and
// indexes that hold only what is under way. Ended by NULL.
extern const char *const plan_growing_tables[];
extern const char *const plan_short_indexes[];

// Verifications, recounts, an upgrade, and lists that are told whole.
bool plan_may_read_whole(size_t statement);
// Which reads rows from one place of an order to another, and no LIMIT says how
// many at most: something else does.
bool plan_may_read_between(size_t statement);
// The totals that a statement adds to, and the last column of their key; NULL
// for other statements.
struct plan_key {
    const char *table, *last;
};
const struct plan_key *plan_key_of(size_t statement);

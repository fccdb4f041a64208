// Where the totals of a filtered breakdown stand, and how they are read: shared
// by the totals of visits and those of transactions.
#pragma once
#include "office/breakdown.h"
#include "office/filter.h"
#include "office/office_sql.h"
#include <stdbool.h>
#include <stdint.h>

enum place_shape {
    PLACE_KEY,     // the cells of one key
    PLACE_SECONDS, // of a first key, with the rows' keys as seconds
    PLACE_FIRSTS   // of a second key, with the rows' keys as firsts
};

struct place {
    enum office_breakdown by;
    int dimension; // of the cells
    enum place_shape shape;
    enum tally_dimension firsts; // of PLACE_FIRSTS
    int64_t key;                 // of PLACE_KEY, or the one that is given
    int64_t row;                 // of PLACE_KEY by no time: the one row
};

// The numbers of the filter's keys, looked up. SQL_NONE: a key has none, so
// that nothing stands under it.
enum sql_result filter_numbers(struct sql *sql,
                               const struct office_filter *filter,
                               int64_t out[OFFICE_FILTER_PARTS]);
// Binds them to ?4…?9 of a statement over visits (FILTERED of statements.c).
enum sql_result filter_bind(struct sql *sql, struct sql_statement *s,
                            const struct office_filter *filter);
// False when no totals are kept so. Pure.
bool place_find(const struct office_filter *filter,
                const int64_t numbers[OFFICE_FILTER_PARTS],
                enum office_breakdown by, struct place *out);

// One of two statements that take the same: ?1 dimension, ?2…?7 the days, ?8
// and ?9 the keys or, of the second statement, the dimension of firsts and the
// second key. `reach` is what the totals cover: nobody steps through the empty
// days of a century.
struct place_statements {
    size_t keys, firsts, reach;
};
// Bound, ready to be stepped; its columns begin with grain, period and key.
// NULL: nothing is kept of these days. SQL_OK else.
enum sql_result place_use(struct sql *sql, const struct place *place,
                          const struct place_statements *statements,
                          struct day_range days, struct sql_statement **out);
// The number of the row that such a cell belongs to.
int64_t place_row(const struct place *place, enum tally_grain grain,
                  int32_t period, int64_t key);

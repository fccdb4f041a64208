// Where a comment stands in the list, for the files that keep it and verify it.
#pragma once
#include "office/office_sql.h"

struct comment_place {
    int64_t device_no, gen, seq;
    int64_t quarter, round;
    int level;
    int64_t counter, field;
    struct reason_list reasons; // of a rating
};

enum sql_result comment_place_add(struct office *office,
                                  const struct comment_place *place);
// Whether it stands there so, with a round that brought its line. SQL_NONE: it
// does not.
enum sql_result comment_place_find(struct sql *sql,
                                   const struct comment_place *place);

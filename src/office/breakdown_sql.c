#include "office/breakdown_sql.h"

void bind_days(struct sql_statement *s, int index, struct day_range range)
{
    sql_bind_int(s, index, range.from);
    sql_bind_int(s, index + 1, range.to);
}

void bind_split(struct sql_statement *s, struct day_ranges ranges)
{
    bind_days(s, 2, ranges.half_months);
    bind_days(s, 4, ranges.before);
    bind_days(s, 6, ranges.after);
}

void bind_split_long(struct sql_statement *s, struct long_ranges ranges)
{
    bind_days(s, 2, ranges.quarters);
    bind_days(s, 4, ranges.halves_before);
    bind_days(s, 6, ranges.halves_after);
    bind_days(s, 8, ranges.before);
    bind_days(s, 10, ranges.after);
}

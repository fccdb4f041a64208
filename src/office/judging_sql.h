// What the files of the judging share with the verification.
#pragma once
#include "integrity/rules.h"
#include "ledger/record.h"
#include "office/judging.h"
#include "office/office_sql.h"
#include "office/ticket.h"

// A counter with hours of its own.
struct judging_counter {
    char code[RECORD_CODE_SIZE];
    struct hours hours;
};
// A span of days with its own hours.
struct judging_hours {
    int32_t from_day;
    struct hours hours; // of the unit
    struct judging_counter *counters;
    size_t counter_count;
};
struct judging_rules {
    bool are_set;
    struct integrity_thresholds thresholds;
    int64_t version;
    struct judging_hours *hours; // as they were set
    size_t hours_count;
};
// SQL_CORRUPT when what is kept cannot be read.
enum sql_result judging_read_rules(struct sql *sql, struct judging_rules *out);
void judging_free_rules(struct judging_rules *rules);

// A flag with the ratings that it is on, in the order of their places.
struct judged_flag {
    int64_t no; // 0: none yet
    enum integrity_rule rule;
    int64_t officer_no; // 0: about a counter's day
    bool is_lifted;
    char *figures; // JSON
    struct ticket_place *visits;
    size_t count, capacity;
    bool is_taken; // a wanted one has its place
};
struct judged_flags {
    struct judged_flag *all;
    size_t count, capacity;
};
void judged_flags_free(struct judged_flags *flags);
// NULL on no memory, logged.
struct judged_flag *judged_flags_add(struct judged_flags *flags);
bool judged_flag_add(struct judged_flag *flag, const struct ticket_place *at);
// The order of places, for qsort().
int judged_compare_places(const void *one, const void *other);
bool judged_flags_share(const struct judged_flag *a,
                        const struct judged_flag *b);
bool judged_flags_equal(const struct judged_flag *a,
                        const struct judged_flag *b);

// All flags of a statement of KEPT_FLAGS, which is done then.
enum sql_result judging_read_flags(struct sql_statement *s,
                                   struct judged_flags *out);

// What is to be flagged of a counter's day, after what was lifted, and what is
// flagged. A wanted one that is there already, in whatever extent, has its
// number. Both are to be freed in any case. `out_ratings`: how many were looked
// at.
enum sql_result
judging_work_out(struct sql *sql, const struct judging_rules *rules,
                 int32_t day, int64_t counter_no, struct judged_flags *wanted,
                 struct judged_flags *kept, size_t *out_ratings);
// The same of an official month's officers.
enum sql_result judging_work_out_month(struct sql *sql,
                                       const struct judging_rules *rules,
                                       int32_t month,
                                       struct judged_flags *wanted,
                                       struct judged_flags *kept);
// First and last day of an official month; the month of a day.
int32_t judging_month_of(int32_t day);
void judging_month_days(int32_t month, int32_t *out_first, int32_t *out_last);

// flags_sql.c: sets the visit's bits to what its flags and marks say, and
// its totals. In a transaction whose tally is put at its end.
enum sql_result flags_refresh(struct office *office,
                              const struct ticket_place *at);

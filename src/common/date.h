// Calendar arithmetic on days, pure. A day is the number of days since
// 1970-01-01 in the proleptic Gregorian calendar, local to Vietnam.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date {
    int year;  // 0..9999
    int month; // 1..12
    int day;   // 1..31
};

bool date_is_valid(struct date date);
int32_t date_to_day(struct date date);
struct date date_from_day(int32_t day);
int date_days_in_month(int year, int month);
// 1 = Monday … 7 = Sunday (ISO 8601).
int date_weekday(int32_t day);

// The local (UTC+7) day of a wall time, and the wall time of its midnight.
int32_t date_day_of_wall_ms(int64_t wall_ms);
int64_t date_wall_ms_of_day(int32_t day);

// "2026-11-23", exactly; false otherwise.
bool date_parse_iso(const char *text, int32_t *out_day);
enum { DATE_ISO_SIZE = 11 };
void date_format_iso(int32_t day, char out[DATE_ISO_SIZE]);

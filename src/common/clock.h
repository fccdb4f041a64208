// The machine's clocks, and times as text. Wall time is for records, the
// others are for waiting and ordering. Logic does not call this module: it
// takes `now` as a parameter.
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

// Milliseconds since 1970-01-01T00:00:00Z.
int64_t clock_wall_ms(void);
// Microseconds of CLOCK_MONOTONIC.
int64_t clock_mono_us(void);
// A condition that is waited for by CLOCK_MONOTONIC, and that clock in so many
// milliseconds: until when.
void clock_cond_init(pthread_cond_t *cond);
struct timespec clock_mono_in(int64_t ms);
// Milliseconds since boot, suspended time included (CLOCK_BOOTTIME).
int64_t clock_boot_ms(void);
// False for a time that was plainly never set: before 2024, or from 2100 on.
bool clock_is_believable(int64_t wall_ms);
// True while the kernel says that the clock is disciplined by a time source
// (adjtimex(2) without STA_UNSYNC).
bool clock_is_synced(void);

enum { CLOCK_BOOT_ID_SIZE = 37 };
// The kernel's boot id (/proc/sys/kernel/random/boot_id), lower case with
// dashes; the nil UUID where there is none.
void clock_boot_id(char out[CLOCK_BOOT_ID_SIZE]);

// Vietnam keeps one time zone, UTC+7 with no summer time, since 1975; every
// period and every record uses it, whatever TZ the machine has.
enum { CLOCK_ISO_SIZE = 30, CLOCK_VN_OFFSET_MS = 7 * 3600 * 1000 };

// Writes RFC 3339 with milliseconds and the fixed offset:
// "2026-11-23T09:15:02.120+07:00". Years 0000–9999; others are clamped.
void clock_format(int64_t wall_ms, char out[CLOCK_ISO_SIZE]);
// Reads RFC 3339 with 0–9 decimals and any offset ("Z" or ±hh:mm), strictly:
// a day that does not exist, or one byte too many, is refused.
bool clock_parse(const char *text, size_t size, int64_t *out_wall_ms);

// The audit trail: who did what to the office, and when. Entries are added,
// never changed or taken away; they are a trail (trail.h) over time in wall
// milliseconds, who, action, target and detail.
#pragma once
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct audit_entry {
    int64_t at;
    const char *who;    // "key 3", "user binh", "admin"
    const char *action; // "invitation-withdrawn"
    const char *target; // an id or a name
    const char *detail;
};
// Writer only.
enum office_result office_audit(struct office *office,
                                const struct audit_entry *entry);
// Newest first. Borrowed for the call; false ends it.
typedef bool audit_row(void *ctx, const struct audit_entry *entry);
enum office_result office_list_audit(struct office *office, audit_row *row,
                                     void *ctx);

// A part of it, newest first as well, with each entry's number from 1 on.
struct audit_wanted {
    int64_t below;      // entries of lower numbers; 0: all
    const char *who;    // NULL: anybody
    const char *action; // NULL: any
    size_t limit;
};
typedef bool audit_numbered_row(void *ctx, int64_t no,
                                const struct audit_entry *entry);
enum office_result office_read_audit(struct office *office,
                                     const struct audit_wanted *wanted,
                                     audit_numbered_row *row, void *ctx);

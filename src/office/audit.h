// The audit trail: who did what to the office, and when. Entries are added,
// never changed or taken away.
#pragma once
#include "office/office.h"
#include <stdbool.h>
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

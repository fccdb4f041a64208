// Reports that were issued: the very bytes of each, with the hash that stands
// in the audit trail as well. Of one report and period the newest counts; it
// replaces the one before and names it. None is ever changed or taken away.
#pragma once
#include "common/buf.h"
#include "ledger/digest.h"
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct office_issue {
    int64_t no;
    const char *kind, *by; // "R1", "none"
    const char *period_kind, *period;
    const char *number; // of the document, "" for none
    int64_t restates;   // the issue that it replaces; 0: none
    int64_t at;         // wall milliseconds
    const char *who;
    char hash[DIGEST_HEX_SIZE]; // SHA-256 of the body
};

// `no` and `hash` are set here. OFFICE_NONE: the newest issue of this report
// and period is another one than `restates`, and nothing was done. Writer only.
enum office_result office_add_issue(struct office *office,
                                    struct office_issue *issue,
                                    const void *body, size_t size);
// The newest one of a report and period, and its body. OFFICE_NONE: there is
// none.
enum office_result office_newest_issue(struct office *office, const char *kind,
                                       const char *by, const char *period_kind,
                                       const char *period, int64_t *out_no,
                                       struct buf *out_body);
enum office_result office_read_issue(struct office *office, int64_t no,
                                     struct buf *out_body);
// Newest first, from below `below` on (0: all), at most `limit`. Borrowed for
// the call; false ends it.
typedef bool office_issue_row(void *ctx, const struct office_issue *issue);
enum office_result office_list_issues(struct office *office, int64_t below,
                                      size_t limit, office_issue_row *row,
                                      void *ctx);

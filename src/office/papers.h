// Papers that the server makes by itself, each once: the digest of a day, the
// report of an official month; and what became of their mail.
#pragma once
#include "office/office.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PAPER_NAME_SIZE = 64, PAPER_SAID_SIZE = 300 };

// The numbers stand in the database: never renumber.
enum paper_kind {
    PAPER_DAY = 0,  // its number is a local day
    PAPER_MONTH = 1 // an official month (publish.h)
};
enum paper_mail {
    PAPER_NOT_MAILED = 0,
    PAPER_WAITS = 1,
    PAPER_SENT = 2,
    PAPER_GIVEN_UP = 3
};

struct paper {
    enum paper_kind kind;
    int32_t number;
    char name[PAPER_NAME_SIZE]; // of its files, without their endings
    int64_t made_at;
    enum paper_mail mail;
    int tries;
    int64_t next_at;            // of the next try
    int64_t sent_at;            // 0: it was not
    char said[PAPER_SAID_SIZE]; // by the last try that failed
};

// The highest number of a kind; OFFICE_NONE: none was ever made.
enum office_result office_last_paper(struct office *office,
                                     enum paper_kind kind, int32_t *out_number);
// Writer only. Stands in the audit trail. A paper that is there stays as it is.
enum office_result office_add_paper(struct office *office,
                                    const struct paper *paper);
// The next one whose mail is due; OFFICE_NONE: there is none.
enum office_result office_next_mail(struct office *office, int64_t now,
                                    struct paper *out);
// Puts off the next try of what office_next_mail() gave, for one of several
// servers to send it meanwhile. NONE: another one did so first.
enum office_result office_claim_mail(struct office *office,
                                     const struct paper *paper, int64_t until);
// Writer only: `mail` to `said` of this paper. What is not tried again stands
// in the audit trail.
enum office_result office_keep_mail(struct office *office,
                                    const struct paper *paper, int64_t now);
// The newest first. False ends it.
typedef bool paper_row(void *ctx, const struct paper *paper);
enum office_result office_list_papers(struct office *office, size_t limit,
                                      paper_row *row, void *ctx);

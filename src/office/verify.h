// Everything again, from the bytes: each line's hash, its link to the line
// before, its device, generation, place and id; every signed head that a device
// ever sent; the rows made of the lines; the totals made of the rows; the
// checkpoints made of the chains; each entry of the audit trail, each event
// of a case, and what these give. It believes nothing that it can compute.
//
// Every row that proves something leads to the line that it is about. What no
// row proves, nobody can find changed: when a device said that it sent, the
// words of a reason, contacts, configurations, names, keys, invitations, and
// what one-stop systems told of transactions; of those the totals are proved.
#pragma once
#include "common/ids.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

struct office_finding {
    char device[ID_SIZE]; // "" when no single device is concerned
    int64_t gen, seq;     // 0: the whole device or generation
    const char *why;      // one English line, without the three above
};
// Lives during the call; false ends the verification.
typedef bool office_finding_row(void *ctx, const struct office_finding *found);

struct office_verification {
    int64_t devices, chains, lines, invalid, conflicts;
    int64_t visits, totals; // rows compared
    int64_t duplicates;     // of the visits: not counted
    int64_t transactions;   // counted again
    int64_t flags;          // judged again
    int64_t checkpoints;
    int64_t audit; // entries of the audit trail
    int64_t cases, case_events;
    int64_t findings; // 0: sound
};

// Works on one moment of the database while the server goes on. OFFICE_OK when
// it ran to its end, sound or not.
enum office_result office_verify(struct office *office, office_finding_row *row,
                                 void *ctx,
                                 struct office_verification *out_summary);

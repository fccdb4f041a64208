// The desk: a device of the server's own that writes into the ledger what the
// Office enters from paper forms. Its lines are chained and signed like those
// of any device, and name who entered them where others name the officer.
// Nobody enrols it; it is none of the devices whose silence makes data
// incomplete.
#pragma once
#include "ledger/key.h"
#include "ledger/record.h"
#include "office/office.h"
#include <stddef.h>
#include <stdint.h>

struct desk_form {
    const char *survey;
    int64_t version;
    int32_t day; // on which it was filled in, local
    const struct record_answer *answers;
    size_t answer_count;
};
struct desk_entry {
    const struct key *key;   // the desk's
    const char *unit, *name; // of the device, where it is new
    const char *who;         // "user binh"
    int64_t now;             // wall milliseconds
    const struct desk_form *forms;
    size_t form_count;
};

enum { DESK_FORMS_MAX = 200 };

// Enters all of the forms or none, with an entry in the audit trail. Writer
// only. OFFICE_NONE: somebody revoked the desk.
enum office_result office_enter_forms(struct office *office,
                                      const struct desk_entry *entry);

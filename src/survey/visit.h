// A visit as the record that it becomes. The flow says when; these functions
// fill in what. Pure: ids and times come from the caller.
//
// A clock may be set in the middle of a visit. So all times of a record are by
// the clock as it stood when the record was last touched, reckoned back by the
// time since boot: between them they are right, whatever it shows.
#pragma once
#include "i18n/i18n.h"
#include "ledger/record.h"
#include "survey/aids.h"
#include "survey/survey.h"
#include <stdbool.h>
#include <stdint.h>

// Where and how the device stands, from its configuration. Texts are borrowed
// for the call.
struct visit_place {
    const char *device;
    const char *unit;
    const char *counter;
    const char *field; // "" when the counter has none
    enum record_mode mode;
    enum record_order order;
    bool test;
};

// The business that a visit is about, as an invitation or a code told it. Texts
// "" that were not told.
struct visit_business {
    char transaction[RECORD_TRANSACTION_SIZE];
    char procedure[RECORD_CODE_SIZE];
    char field[RECORD_CODE_SIZE];
    char step[RECORD_CODE_SIZE];
    char officer[RECORD_CODE_SIZE];
    char invitation[ID_SIZE];
};

struct visit_time {
    int64_t wall_ms;
    int64_t up_ms; // since boot
    bool synced;   // the wall clock is disciplined
    const char *boot;
};

// The finger that gave the answer, as parts of the window.
struct visit_touch {
    bool known;
    double x, y; // 0..1
};

// The screen of the rating opens.
void visit_open(struct record *visit, const char *id,
                const struct survey *survey, const struct visit_place *place,
                const struct visit_time *time);
// And it is about this. A field that was told stands for the counter's.
void visit_about(struct record *visit, const struct visit_business *business);
// A face was touched; or, with level 0, the answer was taken back. The record
// is then a rated visit as it would be closed if nothing more came.
void visit_answer(struct record *visit, int level,
                  const struct visit_touch *touch,
                  const struct visit_time *time);
// The visit ends; `used` are the aids that were on at any time. `chosen` marks
// reasons of the list that belongs to the level; ignored unless the outcome is
// RECORD_RATED.
void visit_close(struct record *visit, const struct survey *survey,
                 enum record_outcome outcome,
                 const bool chosen[SURVEY_REASONS_MAX],
                 enum i18n_language language, const struct aids *used,
                 const struct visit_time *time);

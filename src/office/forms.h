// Forms: questionnaires whose questions citizens answered on a screen, or on
// paper that the Office entered (desk.h). A form is a line with answers; one
// without a level is no visit at a counter, so it changes nothing there. Totals
// are kept with every commit.
#pragma once
#include "office/heads.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

struct office_form_total {
    const char *survey;
    int64_t version;
    bool is_paper;
    // "": the form itself, once: level 5 where all of its answers are 4 or 5,
    // level 0 where it has none, else level 1.
    const char *question;
    int64_t levels[6]; // how often; [0]: no opinion
};
// Lives during the call; false ends the reading.
typedef bool office_form_row(void *ctx, const struct office_form_total *total);

// Of these local days, in order of survey, version, screen before paper, and
// question.
enum office_result office_forms(struct office *office, int32_t from_day,
                                int32_t to_day, office_form_row *row,
                                void *ctx);
// The same from the lines up to `heads` only. Slow.
enum office_result office_recount_forms_to(struct office *office,
                                           const struct office_head *heads,
                                           size_t count, int32_t from_day,
                                           int32_t to_day, office_form_row *row,
                                           void *ctx);

// What the Office enters for the assessment of a period, because no line tells
// it: dossiers by points in each index, and complaints. It is kept as a
// document with versions (office/documents.h), one a period.
//
//   {"indices":{"3":{"two":120,"one":5,"none":1},…},
//    "complaints":{"all":3,"in_time":3,"satisfied":2},"clean":118}
//
// All is optional. "clean" are dossiers without lateness, dissatisfaction or
// complaint, where the Office counted them.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "report/assessment.h"
#include "report/period.h"
#include <stdbool.h>

struct assessment_sheet {
    bool has_index[ASSESSMENT_INDICES];
    struct assessment_points indices[ASSESSMENT_INDICES];
    bool has_complaints;
    int64_t complaints, in_time, satisfied;
    int64_t clean; // FIGURES_UNKNOWN: not entered
};

// False with a `message` that says where and what.
bool assessment_sheet_read(const json_t *body, struct assessment_sheet *out,
                           struct buf *message);
// The document's name: "tt01:duong-lich:2026-11". False for a period of days.
enum { ASSESSMENT_NAME_SIZE = 32 };
bool assessment_sheet_name(const struct period *period,
                           char out[ASSESSMENT_NAME_SIZE]);

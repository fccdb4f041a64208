// Why citizens rated as they did: of the ratings that were not satisfied, and
// of those that were, how many carry each reason. A rating may carry several,
// so shares of reasons may sum to more than 100 %. What is no question's reason
// any more stands behind those of the question set, in the group "other".
//
//   struct reasons_ask ask = {.period = …, .by = REPORT_BY_FIELD};
//   if (!reasons_build(office, &method, &survey, &ask, &reasons)) … it is
//   logged json_t *object = reasons_json(&reasons, texts, view);
//   reasons_free(&reasons);
#pragma once
#include "common/json.h"
#include "i18n/i18n.h"
#include "ledger/record.h"
#include "office/heads.h"
#include "office/office.h"
#include "report/report.h"
#include "survey/survey.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum reason_group {
    REASON_GROUP_OFFICER,
    REASON_GROUP_PROCEDURE,
    REASON_GROUP_WAITING,
    REASON_GROUP_FACILITIES,
    REASON_GROUP_SYSTEM,
    REASON_GROUP_OTHER, // and whatever else a set may name
    REASON_GROUP_COUNT
};
// "officer", "procedure", … as question sets name them.
const char *reason_group_name(enum reason_group group);

// Ratings, apart by whether they were satisfied as the method has it.
struct reasons_count {
    int64_t low, high;
};

struct reasons_kind {
    char id[RECORD_REASON_SIZE];
    enum reason_group group;
    bool of_low, of_high; // in these lists of the question set
};

// One row of a breakdown, or the whole.
struct reasons_row {
    char *key;
    char *label;                   // what it is called here; NULL: nobody said
    struct reasons_count rated;    // all ratings
    struct reasons_count any;      // those that carry any reason
    struct reasons_count *carried; // each kind's, in the order of the kinds
};

struct reasons_ask {
    struct period period;
    enum report_by by;     // rows: none, counter, field, procedure, officer or
                           // channel
    enum report_by within; // the same: only what is in this row of it
    const char *key;
    // Where given: from the lines up to these heads, not from totals, and then
    // without `within`.
    bool is_recount;
    const struct office_head *heads;
    size_t head_count;
};

struct reasons {
    struct period period;
    struct report_method method;
    enum report_by by, within;
    char *key;         // of `within`
    bool officer_only; // about an officer: of the others nothing is told
    struct reasons_kind *kinds;
    size_t kind_count;
    struct reasons_row total;
    struct reasons_row *rows; // in the order of the keys
    size_t row_count;
};

// Whether reasons are totalled by it.
bool reasons_by_fits(enum report_by by);
// With both `by` and `within` another than none nothing is kept; false then, or
// when the office cannot be read (logged). Whatever is about officers tells of
// their own group alone: nobody answers for the chairs.
bool reasons_build(struct office *office, const struct report_method *own,
                   const struct survey *survey, const struct reasons_ask *ask,
                   struct reasons *out);
void reasons_free(struct reasons *reasons);
// The counters' question set, from the program's own files. False when it is
// missing or wrong; logged.
bool reasons_load_survey(struct survey *out);

// How often reasons of the group were given in all: a rating that carries two
// of them gives two.
struct reasons_count reasons_of_group(const struct reasons *reasons,
                                      const struct reasons_row *row,
                                      enum reason_group group);
// What a count of ratings may be told as: others than the Office see no one to
// four.
bool reasons_may_tell(enum report_view view, int64_t count);

// What people call a reason, on one line: the id, where the texts have no such
// reason.
void reasons_label(const struct i18n *texts, enum i18n_language language,
                   const char *id, struct buf *out);
// What people call a row: "Quầy 3"; `name` where it has one, else the code.
void reasons_row_label(const struct i18n *texts, enum report_by by,
                       const char *key, const char *name, struct buf *out);

// NULL on no memory.
json_t *reasons_json(const struct reasons *reasons, const struct i18n *texts,
                     enum report_view view);

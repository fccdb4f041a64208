// What the figures say to the public, and to officers about themselves: sums of
// the steps that were told (office/published.h), for three fixed periods.
//
//   struct board board;
//   if (!board_build(office, &method, today, &board)) … it is logged
//   board_write_json(&board, &look, texts, &out);
//   board_free(&board);
//
// Nothing stands there that has fewer than thirty ratings, nor can it be had by
// taking what is shown from what is shown: where the fields that are left out
// have fewer together, the smallest of the others is left out too.
#pragma once
#include "common/buf.h"
#include "common/json.h"
#include "i18n/i18n.h"
#include "office/configuration.h"
#include "office/published.h"
#include "report/report.h"

enum { BOARD_LEAST = 30, BOARD_TITLE_SIZE = 128 };

enum board_span {
    BOARD_LAST_MONTH,    // the last official month that is over
    BOARD_RUNNING_MONTH, // the one after it, so far
    BOARD_YEAR,          // the official year of the latter, so far
    BOARD_SPAN_COUNT
};

struct board_row {
    char *key;
    struct publish_sums sums;
    bool is_shown;
};

struct board_part {
    struct period period;
    struct report_method method; // that holds for it
    int32_t to_day;              // the last one that is in it; 0: none
    struct publish_sums total;
    struct publish_flow flow;
    struct board_row *rows; // fields, the largest first
    size_t row_count;
};

struct board {
    int32_t today;
    struct board_part parts[BOARD_SPAN_COUNT];
};

// `method` is the program's own, as for report_build(). False when the office
// cannot be read or memory ran out; logged.
bool board_build(struct office *office, const struct report_method *method,
                 int32_t today, struct board *out);
void board_free(struct board *board);
// Which rows are shown; board_build() has done it.
void board_choose_rows(struct board_part *part);

// What the Office set for it: the settings document "board".
//
//   {"on": true, "title": {"vi": "…", "en": "…"}, "levels": true,
//    "fields": true, "coverage": true, "waiting": true, "turn_s": 20}
struct board_look {
    bool is_on;
    char title[I18N_LANGUAGE_COUNT][BOARD_TITLE_SIZE];
    bool levels, fields, coverage, waiting;
    int turn_s; // a page of the waiting room's screen stands so long
};
// False with the key and what is wrong with it; `out` is then untouched.
bool board_look_read(const json_t *body, struct board_look *out,
                     struct buf *message);

// The names of fields, for labels.
struct board_names {
    const struct office_field *fields;
    size_t count;
};
// The body of GET public/summary. When the board is off, that alone.
bool board_write_json(const struct board *board, const struct board_look *look,
                      const struct board_names *names, struct buf *out);

// An officer's own figures beside the whole of the unit's, in whole per cents
// and numbers of ratings in fives: so exact that they can be taken from the
// board's, and what is left be a colleague's few, they are not.
struct own_part {
    struct period period;
    struct report_method method;
    int32_t to_day;
    struct publish_sums own, unit;
};
struct own_results {
    int32_t today;
    struct own_part parts[BOARD_SPAN_COUNT];
};
bool own_results_build(struct office *office,
                       const struct report_method *method, int32_t today,
                       const char *officer, struct own_results *out);
bool own_results_write_json(const struct own_results *results, struct buf *out);

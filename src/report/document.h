// A document: what R5 to R9 tell, as plain data, built once and written in any
// form by writers that know nothing of its subject.
//
//   struct report_document d;
//   report_document_init(&d, REPORT_REASONS, &period, now);
//   report_document_rules(&d, "ly-do", 1);
//   report_document_method(&d, "Tỷ lệ là số lượt có nêu lý do trên …");
//   report_document_begin(&d, "reasons", "Lý do theo nhóm", COLUMNS, 3);
//   report_document_text(&d, "Thái độ");
//   report_document_number(&d, 12); … a call a cell, row by row
//   report_document_chart(&d, DOCUMENT_BAR, 0, 2);
//   report_document_remark(&d, "Lý do được nêu nhiều nhất là …");
//   if (report_document_ok(&d)) …
//       report_document_write_pdf(&d, texts, letter, &bytes);
//   report_document_free(&d);
//
// Texts are copied. They may come from citizens: each writer makes them
// harmless in its own form. A failed allocation is kept, makes later calls
// no-ops, and is told by report_document_ok().
#pragma once
#include "common/buf.h"
#include "i18n/i18n.h"
#include "report/report.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum document_type {
    DOCUMENT_TEXT,
    DOCUMENT_COUNT,
    DOCUMENT_PERCENT, // of the column's decimals: 998 is 99,8 % with one
    DOCUMENT_POINTS,  // the same without a sign
    DOCUMENT_MINUTES, // tenths of a minute
    DOCUMENT_DAY,     // a local day (common/date.h)
    DOCUMENT_TYPE_COUNT
};

enum { DOCUMENT_COLUMNS_MAX = 12, DOCUMENT_DECIMALS_MAX = 4 };

struct document_column {
    const char *key;     // for programs: "rated"
    const char *heading; // for people: "Số lượt"
    enum document_type type;
    int decimals;
    int share; // of the width, in parts of all shares; 0: as its type needs
};

// In place of a number: it cannot be given; it is of fewer than FIGURES_LEAST.
#define DOCUMENT_UNKNOWN FIGURES_UNKNOWN
#define DOCUMENT_FEW INT64_C(-2)

struct document_cell {
    char *text; // of a DOCUMENT_TEXT
    int64_t value;
};

enum document_chart {
    DOCUMENT_NO_CHART,
    DOCUMENT_BAR,
    DOCUMENT_LINE, // a course of time
    DOCUMENT_CHART_COUNT
};

struct document_section {
    char *key, *heading;
    struct document_column columns[DOCUMENT_COLUMNS_MAX]; // own their texts
    size_t column_count;
    struct document_cell *cells; // row by row
    size_t cell_count, capacity;
    bool has_total; // the last row sums up the others
    enum document_chart chart;
    size_t chart_label, chart_value; // columns; all rows but the total
    char *note;                      // below the table; NULL: none
};

struct report_document {
    enum report_kind kind;
    char *method_id; // "" before report_document_rules()
    int64_t method_version;
    struct period period;
    int64_t made_ms;
    struct report_complete complete;
    // Answers that it counts, and of these the ones with a flag in force;
    // DOCUMENT_UNKNOWN: nobody counted.
    int64_t counted, flagged;
    struct report_head *heads;
    size_t head_count;
    struct document_section *sections;
    size_t section_count;
    struct buf method;   // sentences, a line each
    struct buf remarks;  // the same
    int64_t restates;    // its number; 0: it replaces none
    int64_t restated_ms; // when the one that it replaces was made
    char *changed;       // what differs from that one; NULL: nothing
    bool failed;
};

// Always safe to free afterwards.
void report_document_init(struct report_document *document,
                          enum report_kind kind, const struct period *period,
                          int64_t made_ms);
void report_document_free(struct report_document *document);
bool report_document_ok(const struct report_document *document);
// How complete the data is and the ledger's heads, at the time of making. False
// when the office cannot be read; the cause is logged.
bool report_document_read_state(struct report_document *document,
                                struct office *office);

// The name and version of the rules that it was made by.
void report_document_rules(struct report_document *document, const char *id,
                           int64_t version);
// A sentence on how it was made; one on what the figures show.
void report_document_method(struct report_document *document,
                            const char *sentence);
void report_document_remark(struct report_document *document,
                            const char *sentence);

// A table; its cells follow, row by row. At least one column.
void report_document_begin(struct report_document *document, const char *key,
                           const char *heading,
                           const struct document_column *columns, size_t count);
// The next cell, as its column's type wants it.
void report_document_text(struct report_document *document, const char *text);
void report_document_number(struct report_document *document, int64_t value);
// Of the table that was begun last.
void report_document_total(
    struct report_document *document); // its last row is a total
void report_document_chart(struct report_document *document,
                           enum document_chart chart, size_t label,
                           size_t value);
void report_document_note(struct report_document *document, const char *text);

size_t report_document_rows(const struct document_section *section);
const struct document_cell *
report_document_cell(const struct document_section *section, size_t row,
                     size_t column);
// NULL when there is none.
const struct document_section *
report_document_find(const struct report_document *document, const char *key);
// "count", "percent", …
const char *report_document_type_name(enum document_type type);
// "none", "bar", "line".
const char *report_document_chart_name(enum document_chart chart);
const char *report_document_subject(const struct report_document *document,
                                    const struct i18n *texts);
// A number as people read it: "99,8 %", "11,4 phút", "23/11/2026", "không xác
// định", "ít hơn 5".
void report_document_say_number(const struct i18n *texts,
                                const struct document_column *column,
                                int64_t value, struct buf *out);

// Makes `document` the restatement of `before`. False, with a `message`, when
// that is another document or of another period.
bool report_document_restate(struct report_document *document,
                             const struct report_document *before,
                             struct buf *message);

// Each appends to `out` and returns false when memory ran out, or when what it
// needs is missing; that is logged.
bool report_document_write_json(const struct report_document *document,
                                const struct i18n *texts, struct buf *out);
bool report_document_write_csv(const struct report_document *document,
                               const struct i18n *texts, struct buf *out);
bool report_document_write_text(const struct report_document *document,
                                const struct i18n *texts, struct buf *out);
bool report_document_write_xlsx(const struct report_document *document,
                                const struct i18n *texts, struct buf *out);
bool report_document_write_pdf(const struct report_document *document,
                               const struct i18n *texts,
                               const struct report_letter *letter,
                               struct buf *out);

// Reads back what report_document_write_json() wrote. False with a `message`
// (JSON_MESSAGE_SIZE).
bool report_document_read_json(const char *bytes, size_t size,
                               struct report_document *out, char *message);

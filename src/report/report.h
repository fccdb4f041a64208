// A report: built once as plain numbers, then written in any form.
//
//   struct report_request request;
//   if (!report_read_request(&ask, &request, &message)) … say the message
//   if (!report_build(office, &method, &request, &report)) … it is logged
//   report_write_json(&report, texts, REPORT_VIEW_OFFICE, &out);
//   report_free(&report);
//
// The writers know no database and the builder knows no format. The headline
// (Tỷ lệ hài lòng tại quầy) never goes out without its company: the levels,
// the interval, the visits without a rating, the coverage and how complete the
// data is.
#pragma once
#include "common/buf.h"
#include "common/ids.h"
#include "common/json.h"
#include "i18n/i18n.h"
#include "office/totals.h"
#include "report/figures.h"
#include "report/period.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum report_by {
    REPORT_BY_NONE,
    REPORT_BY_DAY,
    REPORT_BY_MONTH, // official months in an official period
    REPORT_BY_COUNTER,
    REPORT_BY_OFFICER,
    REPORT_BY_FIELD,
    REPORT_BY_PROCEDURE,
    REPORT_BY_DEVICE,
    REPORT_BY_HOUR,
    REPORT_BY_WEEKDAY,
    REPORT_BY_HOUR_OF_WEEK,
    REPORT_BY_STEP,
    REPORT_BY_CHANNEL,
    REPORT_BY_COUNT
};
// "none", "day", … as on the command line and in a query.
const char *report_by_name(enum report_by by);
bool report_parse_by(const char *name, enum report_by *out_by);
// What the office counts for it; months are those of the calendar.
enum office_breakdown report_by_breakdown(enum report_by by);

// A report may be about a part of all visits: what is counted at one counter,
// or of one field at it. Counter, field, procedure, officer, step and channel
// narrow.
bool report_filters_by(enum report_by by);
enum { REPORT_FILTER_PARTS = 2, REPORT_KEY_SIZE = 64 };
struct report_filter_part {
    enum report_by by;
    char key[REPORT_KEY_SIZE]; // "": those that name none
    bool is_unknown; // nothing was ever counted under it: the report is empty
};
struct report_filter {
    struct report_filter_part parts[REPORT_FILTER_PARTS];
    size_t count;
};

// The reports that the Office hands on, by their names "R1" … "R10". Each is
// one question, so it fixes or narrows what it is broken down by.
enum report_kind {
    REPORT_PLAIN,      // none of them: as asked
    REPORT_SUMMARY,    // R1: the period, beside the period before
    REPORT_FIELDS,     // R2: by lĩnh vực
    REPORT_PROCEDURES, // R3: by thủ tục hành chính
    REPORT_COUNTERS,   // R4: by quầy, or by công chức
    REPORT_REASONS,    // R5 to R9 are documents (report/document.h)
    REPORT_COMMENTS,
    REPORT_SIPAS,
    REPORT_TT01,
    REPORT_SCHOOLS_AND_HEALTH,
    REPORT_TRUST, // R10: how far the data can be believed, device by device
    REPORT_KIND_COUNT
};
// "" for REPORT_PLAIN, else "R1" … "R10".
const char *report_kind_name(enum report_kind kind);
// False, with a `message`, when there is no such report.
bool report_parse_kind(const char *name, enum report_kind *out,
                       struct buf *message);
// True for those that are no counts of levels: report_build() makes the others.
bool report_kind_is_document(enum report_kind kind);

// What is asked for, as texts; NULL for what was not given. Either `period`,
// or `from` and `to`; `by` may be missing (none, or what the kind says).
struct report_ask {
    const char *period;
    const char *from, *to;
    const char *by;
    const char *kind;
    const char *filter[REPORT_BY_COUNT]; // the key, by what narrows
};
struct report_request {
    enum report_kind kind;
    struct period period;
    enum report_by by;
    struct report_filter filter;
    int64_t now_ms; // wall time of the asking; set by report_read_request()
};
// False when something is missing, doubled or wrong; `message` says what.
bool report_read_request(const struct report_ask *ask,
                         struct report_request *out, struct buf *message);

// A method's rules with its name and version, from
// assets/methods/tai-quay.json.
enum { REPORT_METHOD_ID_SIZE = 32 };
struct report_method {
    char id[REPORT_METHOD_ID_SIZE];
    int64_t version;
    struct figures_method rules;
};
// False when the file is missing or wrong; `message` names file and key.
bool report_method_load(const char *path, struct report_method *out,
                        struct buf *message);
// From an object of that form. `out_why` names the key and the fault.
bool report_method_read(const json_t *object, struct report_method *out,
                        const char **out_why);
// From the file among the program's own (file_find_asset()).
bool report_method_load_default(struct report_method *out, struct buf *message);

// The Office may set the rules anew, as the document "targets"
// (office/documents.h): an object as above without "version", and with "from",
// the first day for which it holds; without that, for every day. The program's
// own rules are version N of a method, the Office's version 1 is N + 1.
//
// `kept` is the document's version.
bool report_method_read_kept(const json_t *body, int64_t kept,
                             struct report_method *out, int32_t *out_from,
                             const char **out_why);
// The rules for a period that begins on this local day: the newest that were
// kept and hold by then, else `own`, the program's. False: the office cannot
// be read; logged.
bool report_method_at(struct office *office, const struct report_method *own,
                      int32_t day, struct report_method *out);
// The rules of this version, whenever they hold. OFFICE_NONE: there are none.
enum office_result report_method_of_version(struct office *office,
                                            const struct report_method *own,
                                            int64_t version,
                                            struct report_method *out);

struct report_row {
    char *key;   // "3", "2026-11-23", a code; "" when the records name none
    char *label; // the name of it that the office knows, else ""
    struct figures_counts counts;
    struct figures_service service;
    bool hidden;       // came from a server that withheld a small row
    bool aside_hidden; // or only which of its ratings are set aside
};

// Invitations that were withdrawn, by the reason that was given; "" for all
// reasons beyond the REPORT_REASONS_MAX most frequent ones together.
enum { REPORT_REASONS_MAX = 20 };
struct report_withdrawal {
    char *reason;
    int64_t count;
};

enum { REPORT_SILENT_MAX = 32, REPORT_NAME_SIZE = 128 };
struct report_silent {
    char name[REPORT_NAME_SIZE]; // "" when it has none
    char counter[REPORT_KEY_SIZE];
    int64_t since;  // its last contact, by quarters; 0: never
    int64_t unsent; // visits that it may hold of the period
};

// How complete the data is, at the time of making.
struct report_complete {
    int64_t devices;    // enrolled and not revoked
    int64_t silent;     // of these, without contact beyond two heartbeats
    int64_t never_seen; // of the silent
    int64_t missing;    // lines known to exist on devices, not received
    int64_t flagged;    // devices with a fork or a conflict
    int64_t duplicates; // visits of the period that do not count, since
                        // another one of their transaction and step does
    int64_t unanchored; // visits of the period whose time is an estimate
    // Quarters of an hour, as all times that leave the office.
    int64_t oldest_contact; // where the silent ones' data ends; 0: nowhere
    // The silent ones, by counter; those beyond REPORT_SILENT_MAX are counted
    // alone. What one of them may hold of the period is an estimate: visits an
    // opening hour in its last four weeks, times the hours since.
    struct report_silent silents[REPORT_SILENT_MAX];
    size_t silent_count;
    int64_t unsent;     // all estimates together
    int64_t data_as_of; // last contact with any device; 0: never
};
#define REPORT_HEARTBEAT_MS INT64_C(60000)

// A chain that the report rests on, and how far: with these a later reader can
// count the very same visits again.
enum { REPORT_HASH_SIZE = 65 };
struct report_head {
    char device[ID_SIZE];
    int64_t gen, to;
    char head[REPORT_HASH_SIZE]; // of line `to`, hexadecimal
};

// A report that is made again, because data came late, says what it replaces.
struct report_restatement {
    int64_t number;  // 1 for the first one; 0: this report replaces none
    int64_t made_ms; // of the report that it replaces
    int64_t rated, satisfied; // in that report
    int64_t flagged, marked;  // likewise; FIGURES_UNKNOWN: it does not say
    char *changed;            // names of the rows that differ; NULL: none
};

struct report {
    enum report_kind kind;
    struct report_method method;
    struct period period;
    enum report_by by;
    struct report_filter filter;
    int64_t made_ms;
    struct report_complete complete;
    struct report_row total;
    struct report_row *rows;
    size_t row_count;
    bool has_previous; // the two below are known
    struct period previous_period;
    struct figures_counts previous;
    struct figures_service previous_service;
    struct report_withdrawal *withdrawals;
    size_t withdrawal_count;
    struct report_head *heads;
    size_t head_count;
    struct report_restatement restated;
};

// Reads totals only, never single ratings. False when the office cannot be
// read or memory ran out; the cause is logged. `out` is then untouched.
// `method` is the program's own; what the Office set instead for the period
// goes before.
bool report_build(struct office *office, const struct report_method *method,
                  const struct report_request *request, struct report *out);
// Counts again what `said` tells, from the lines up to the heads that it names.
// What no line holds (how complete the data was, completed transactions with
// their waits, withdrawals, what was flagged and marked) is taken from `said`.
// Slow; false as above.
bool report_recount(struct office *office, const struct report *said,
                    struct report *out);
// Makes `report` the restatement of `before`, which must be the same report of
// the same period. False, with a `message`, when it is another one.
bool report_restate(struct report *report, const struct report *before,
                    const struct i18n *texts, struct buf *message);
void report_free(struct report *report);
// What the office counts for the report's rows; not for a report by none.
enum office_breakdown report_breakdown(const struct report *report);
// For what fills a report: a new last row with copies of its texts. False on
// no memory; `capacity` starts at 0 and is the filler's.
bool report_append_row(struct report *report, size_t *capacity, const char *key,
                       const char *label, struct report_row **out_row);
// The same for the withdrawals and the chains.
bool report_append_withdrawal(struct report *report, const char *reason,
                              int64_t count);
bool report_append_head(struct report *report, const struct report_head *head);
// True when nothing that belongs to the period can still be on its way: no
// line is missing, and every device is in contact or was after its last day.
bool report_is_complete(const struct report *report);

// The row as it would be without its flagged and marked ratings. False where
// there are none, or it is not told which they are.
bool report_without_aside(const struct report_row *row, struct report_row *out);

// True when some row of the breakdown knows its completed transactions.
bool report_rows_tell_transactions(const struct report *report);

// Who reads: everybody but the Office gets no numbers of a row with fewer than
// FIGURES_LEAST ratings.
enum report_view { REPORT_VIEW_OFFICE, REPORT_VIEW_OTHERS };

// Each appends to `out` and returns false when memory ran out.
// The body of GET reports/summary: one JSON object, no newline.
bool report_write_json(const struct report *report, const struct i18n *texts,
                       enum report_view view, struct buf *out);
// For the terminal and for people: Vietnamese, aligned.
bool report_write_text(const struct report *report, const struct i18n *texts,
                       struct buf *out);
// For programs and spreadsheets: RFC 4180 with a byte order mark; no cell can
// run as a formula.
bool report_write_csv(const struct report *report, const struct i18n *texts,
                      struct buf *out);

// What stands around the figures in a document of a People's Committee. NULL or
// "": a dotted place, to be filled in by hand.
struct report_letter {
    const char *parent;       // "ỦY BAN NHÂN DÂN THÀNH PHỐ HÀ NỘI"
    const char *issuer;       // "ỦY BAN NHÂN DÂN PHƯỜNG HOÀN KIẾM"
    const char *number;       // "07"
    const char *symbol;       // "BC-UBND"
    const char *place;        // "Hoàn Kiếm"
    const char *signer_title; // "CHỦ TỊCH"; a line break: "|"
    const char *signer;       // "Nguyễn Văn A"
    const char *recipients;   // "UBND thành phố;Lưu: VT"
};
// For the leader and the city: A4 pages laid out after Nghị định 30/2020/NĐ-CP,
// dated with the day of making. The pages need the serif fonts of assets/fonts.
bool report_write_pdf(const struct report *report, const struct i18n *texts,
                      const struct report_letter *letter, struct buf *out);
// A workbook: summary, breakdown and method, with charts of its own.
bool report_write_xlsx(const struct report *report, const struct i18n *texts,
                       struct buf *out);

// Reads back what report_write_json() wrote, so that the other writers can
// show a report that a server made. False with a `message` (JSON_MESSAGE_SIZE).
bool report_read_json(const char *bytes, size_t size, struct report *out,
                      char *message);

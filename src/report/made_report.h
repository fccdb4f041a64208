// A report of either sort: counts of levels (report/report.h), or a document
// with tables of its own (report/document.h).
#pragma once
#include "report/documents.h"
#include "report/report.h"
#include <stdbool.h>

struct made_report {
    bool is_document;
    struct report report;            // else
    struct report_document document; // if
};

enum made_format {
    MADE_JSON,
    MADE_CSV,
    MADE_TEXT,
    MADE_XLSX,
    MADE_PDF,
    MADE_FORMAT_COUNT
};
// "json", "csv", …
const char *made_format_name(enum made_format format);
bool made_format_parse(const char *name, enum made_format *out);
// "application/pdf", …
const char *made_format_type(enum made_format format);

// False when the office cannot be read; the cause is logged.
bool made_report_build(const struct document_source *source,
                       const struct report_request *request,
                       struct made_report *out);
// From JSON. False with a `message` (JSON_MESSAGE_SIZE).
bool made_report_read(const char *bytes, size_t size, struct made_report *out,
                      char *message);
bool made_report_restate(struct made_report *made,
                         const struct made_report *before,
                         const struct i18n *texts, struct buf *message);
// The number of the restatement; 0: it replaces none.
int64_t made_report_restatement(const struct made_report *made);
// False when memory ran out or the cause is logged. `letter` is for PDF.
bool made_report_write(const struct made_report *made, const struct i18n *texts,
                       enum report_view view, enum made_format format,
                       const struct report_letter *letter, struct buf *out);
void made_report_free(struct made_report *made);

// Which documents there are, and who makes each. A maker fills the tables of
// its subject; rules, state of the data and heads are one for all.
#pragma once
#include "office/heads.h"
#include "report/document.h"
#include <stdbool.h>
#include <stddef.h>

struct comments_source;

// What a document is made from.
struct document_source {
    struct office *office; // within a reading transaction
    const struct i18n *texts;
    const struct report_method *method; // of the levels
    enum report_view view;
    const struct comments_source *comments; // NULL: nobody here opens them
    // What a field is called here, NULL for an unknown one; NULL: nobody knows.
    const char *(*field_name)(const void *ctx, const char *code);
    const void *names;
    // Where given: from the lines up to these heads, not from totals.
    bool is_recount;
    const struct office_head *heads;
    size_t head_count;
};

// Names its rules and fills tables and remarks; the period, the time of making
// and the state are there already. False when the office cannot be read; the
// cause is logged. Out of memory is told by report_document_ok().
typedef bool document_maker(const struct document_source *source,
                            struct report_document *document);

// False for a kind that this server makes no document of.
bool report_documents_has(enum report_kind kind);
// Makes the document of the kind and period that are asked for. `source` needs
// no heads. False when the office cannot be read or memory ran out; the cause
// is logged.
bool report_documents_build(const struct document_source *source,
                            const struct report_request *request,
                            struct report_document *out);
// The same once more, from the lines up to the heads that `said` names; what no
// line holds is taken from `said`. Slow.
bool report_documents_recount(const struct document_source *source,
                              const struct report_document *said,
                              struct report_document *out);

// What the Office sets on its pages: named documents of JSON, each with its
// versions. A version is added, never changed or taken away, and stands in the
// audit trail. What a document means is known where it is used; here it is a
// text.
#pragma once
#include "common/buf.h"
#include "office/office.h"
#include <stdbool.h>
#include <stdint.h>

struct audit_entry; // office/audit.h

enum { DOCUMENT_NAME_SIZE = 32, DOCUMENT_BODY_MAX = 64 << 10 };

// Appends the newest version. OFFICE_NONE: nobody ever changed it.
enum office_result office_read_document(struct office *office, const char *name,
                                        int64_t *out_version,
                                        struct buf *out_body);

struct document_wish {
    const char *name;
    int64_t expected; // the version that was changed; 0: none yet
    const char *body;
    const char *who; // "user binh"
    int64_t at;      // wall milliseconds
    // What else the audit trail says of it; NULL: nothing.
    const struct audit_entry *also;
};
// Writer only. OFFICE_NONE: another version than the expected one is the
// newest, and nothing was done; `out_version` is the newest then.
enum office_result office_put_document(struct office *office,
                                       const struct document_wish *wish,
                                       int64_t *out_version);

struct document_version {
    int64_t version;
    int64_t at;
    const char *who;
    const char *body;
};
// All versions, the newest first. Borrowed for the call; false ends it.
typedef bool document_row(void *ctx, const struct document_version *version);
enum office_result office_list_document(struct office *office, const char *name,
                                        document_row *row, void *ctx);
// How many versions all names have together: it grows with each that anybody
// adds.
enum office_result office_count_documents(struct office *office,
                                          int64_t *out_count);

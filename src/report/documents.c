#include "report/documents.h"
#include "common/log.h"
#include "report/document_makers.h"
#include "report/state.h"
#include <stdlib.h>
#include <string.h>

static const char MODULE[] = "report";

static document_maker *const MAKERS[REPORT_KIND_COUNT] = {
    [REPORT_REASONS] = make_reasons,
    [REPORT_COMMENTS] = make_comments,
    [REPORT_SIPAS] = make_sipas,
    [REPORT_TT01] = make_assessment,
    [REPORT_SCHOOLS_AND_HEALTH] = make_services,
};

bool report_documents_has(enum report_kind kind)
{
    return MAKERS[kind] != NULL;
}

static bool finish(bool done, struct report_document *document,
                   struct report_document *out)
{
    if (done && !report_document_ok(document)) {
        log_error(MODULE, "out of memory for a document");
        done = false;
    }
    if (done)
        *out = *document;
    else
        report_document_free(document);
    return done;
}

bool report_documents_build(const struct document_source *source,
                            const struct report_request *request,
                            struct report_document *out)
{
    struct report_document document;
    report_document_init(&document, request->kind, &request->period,
                         request->now_ms);
    bool done = office_begin_reading(source->office) == OFFICE_OK;
    if (done) {
        done = report_document_read_state(&document, source->office) &&
               MAKERS[request->kind](source, &document);
        office_end_reading(source->office);
    }
    return finish(done, &document, out);
}

static bool take_state(const struct report_document *said,
                       struct report_document *document)
{
    document->complete = said->complete;
    for (size_t i = 0; i < said->head_count; i++) {
        if (!state_append_head(&document->heads, &document->head_count,
                               &said->heads[i]))
            document->failed = true;
    }
    return !document->failed;
}

bool report_documents_recount(const struct document_source *source,
                              const struct report_document *said,
                              struct report_document *out)
{
    struct report_document document;
    struct document_source again = *source;
    struct office_head *heads =
        state_office_heads(said->heads, said->head_count);
    report_document_init(&document, said->kind, &said->period, said->made_ms);
    bool done = heads && take_state(said, &document) &&
                office_begin_reading(source->office) == OFFICE_OK;
    if (done) {
        again.is_recount = true;
        again.heads = heads;
        again.head_count = said->head_count;
        done = MAKERS[said->kind](&again, &document);
        office_end_reading(source->office);
    }
    free(heads);
    return finish(done, &document, out);
}

// The makers of documents (documents.h). Internal to the room.
#pragma once
#include "report/documents.h"

bool make_reasons(const struct document_source *source,
                  struct report_document *document);
bool make_comments(const struct document_source *source,
                   struct report_document *document);
bool make_sipas(const struct document_source *source,
                struct report_document *document);
bool make_assessment(const struct document_source *source,
                     struct report_document *document);
// Education and health.
bool make_services(const struct document_source *source,
                   struct report_document *document);

#include "operator/made_report.h"

const char *made_format_name(enum made_format format)
{
    static const char *const NAMES[MADE_FORMAT_COUNT] = {"text", "json", "csv",
                                                         "xlsx", "pdf"};
    return NAMES[format];
}

bool made_report_build(struct office *office,
                       const struct report_method *method,
                       const struct i18n *texts,
                       const struct report_request *request,
                       struct made_report *out)
{
    const struct document_source source = {.office = office,
                                           .texts = texts,
                                           .method = method,
                                           .view = REPORT_VIEW_OFFICE};
    *out = (struct made_report){.is_document =
                                    report_kind_is_document(request->kind)};
    return out->is_document
               ? report_documents_build(&source, request, &out->document)
               : report_build(office, method, request, &out->report);
}

// Documents name their tables "sections"; the others have none.
static bool is_document(const char *bytes, size_t size)
{
    char message[JSON_MESSAGE_SIZE];
    json_t *object = json_read(bytes, size, message);
    bool has_sections = json_object_get(object, "sections") != NULL;
    json_decref(object);
    return has_sections;
}

bool made_report_read(const char *bytes, size_t size, struct made_report *out,
                      char *message)
{
    *out = (struct made_report){.is_document = is_document(bytes, size)};
    return out->is_document
               ? report_document_read_json(bytes, size, &out->document, message)
               : report_read_json(bytes, size, &out->report, message);
}

bool made_report_restate(struct made_report *made,
                         const struct made_report *before,
                         const struct i18n *texts, struct buf *message)
{
    if (made->is_document != before->is_document) {
        buf_append_text(message, "is another report or of another period");
        return false;
    }
    return made->is_document
               ? report_document_restate(&made->document, &before->document,
                                         message)
               : report_restate(&made->report, &before->report, texts, message);
}

static bool write_document(const struct report_document *document,
                           const struct i18n *texts, enum made_format format,
                           const struct report_letter *letter, struct buf *out)
{
    switch (format) {
    case MADE_TEXT:
        return report_document_write_text(document, texts, out);
    case MADE_CSV:
        return report_document_write_csv(document, texts, out);
    case MADE_XLSX:
        return report_document_write_xlsx(document, texts, out);
    case MADE_PDF:
        return report_document_write_pdf(document, texts, letter, out);
    default:
        return report_document_write_json(document, texts, out);
    }
}

static bool write_counts(const struct report *report, const struct i18n *texts,
                         enum made_format format,
                         const struct report_letter *letter, struct buf *out)
{
    switch (format) {
    case MADE_TEXT:
        return report_write_text(report, texts, out);
    case MADE_CSV:
        return report_write_csv(report, texts, out);
    case MADE_XLSX:
        return report_write_xlsx(report, texts, out);
    case MADE_PDF:
        return report_write_pdf(report, texts, letter, out);
    default:
        return report_write_json(report, texts, REPORT_VIEW_OFFICE, out);
    }
}

bool made_report_write(const struct made_report *made, const struct i18n *texts,
                       enum made_format format,
                       const struct report_letter *letter, struct buf *out)
{
    return made->is_document
               ? write_document(&made->document, texts, format, letter, out)
               : write_counts(&made->report, texts, format, letter, out);
}

void made_report_free(struct made_report *made)
{
    if (made->is_document)
        report_document_free(&made->document);
    else
        report_free(&made->report);
}

#include "report/made_report.h"
#include <string.h>

static const struct {
    const char *name;
    const char *type;
} FORMATS[MADE_FORMAT_COUNT] = {
    [MADE_JSON] = {"json", "application/json"},
    [MADE_CSV] = {"csv", "text/csv; charset=utf-8; header=present"},
    [MADE_TEXT] = {"text", "text/plain; charset=utf-8"},
    [MADE_XLSX] = {"xlsx", "application/vnd.openxmlformats-officedocument."
                           "spreadsheetml.sheet"},
    [MADE_PDF] = {"pdf", "application/pdf"}};

const char *made_format_name(enum made_format format)
{
    return FORMATS[format].name;
}

bool made_format_parse(const char *name, enum made_format *out)
{
    for (int i = 0; i < MADE_FORMAT_COUNT; i++) {
        if (strcmp(FORMATS[i].name, name) == 0) {
            *out = (enum made_format)i;
            return true;
        }
    }
    return false;
}

const char *made_format_type(enum made_format format)
{
    return FORMATS[format].type;
}

bool made_report_build(const struct document_source *source,
                       const struct report_request *request,
                       struct made_report *out)
{
    *out = (struct made_report){.is_document =
                                    report_kind_is_document(request->kind)};
    return out->is_document
               ? report_documents_build(source, request, &out->document)
               : report_build(source->office, source->method, request,
                              &out->report);
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

int64_t made_report_restatement(const struct made_report *made)
{
    return made->is_document ? made->document.restates
                             : made->report.restated.number;
}

static bool write_form(const struct report *report, const struct i18n *texts,
                       enum made_format format,
                       const struct report_letter *letter, struct buf *out)
{
    switch (format) {
    case MADE_CSV:
        return report_write_csv(report, texts, out);
    case MADE_XLSX:
        return report_write_xlsx(report, texts, out);
    case MADE_PDF:
        return report_write_pdf(report, texts, letter, out);
    default:
        return report_write_text(report, texts, out);
    }
}

// The other writers know no view. They write what a reader without the
// Office's rights would get: the report as it comes out of its JSON.
static bool write_restricted(const struct report *report,
                             const struct i18n *texts, enum made_format format,
                             const struct report_letter *letter,
                             struct buf *out)
{
    char message[JSON_MESSAGE_SIZE];
    struct buf json = {0};
    struct report seen;
    bool ok = report_write_json(report, texts, REPORT_VIEW_OTHERS, &json) &&
              report_read_json(buf_text(&json), json.size, &seen, message);
    buf_free(&json);
    if (!ok)
        return false;
    ok = write_form(&seen, texts, format, letter, out);
    report_free(&seen);
    return ok;
}

static bool write_counts(const struct report *report, const struct i18n *texts,
                         enum report_view view, enum made_format format,
                         const struct report_letter *letter, struct buf *out)
{
    if (format == MADE_JSON)
        return report_write_json(report, texts, view, out);
    return view == REPORT_VIEW_OFFICE
               ? write_form(report, texts, format, letter, out)
               : write_restricted(report, texts, format, letter, out);
}

bool made_report_write(const struct made_report *made, const struct i18n *texts,
                       enum report_view view, enum made_format format,
                       const struct report_letter *letter, struct buf *out)
{
    return made->is_document
               ? write_document(&made->document, texts, format, letter, out)
               : write_counts(&made->report, texts, view, format, letter, out);
}

void made_report_free(struct made_report *made)
{
    if (made->is_document)
        report_document_free(&made->document);
    else
        report_free(&made->report);
}

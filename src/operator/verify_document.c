// A document that was made earlier (R5 to R9): its tables again, from the lines
// that it says it rests on.
#include "office/ingest.h"
#include "operator/command.h"
#include "operator/verification.h"
#include "report/documents.h"
#include <string.h>

// Of what the Office entered, and of comments that were opened, no line tells.
static bool rests_on_lines(enum report_kind kind)
{
    return kind == REPORT_REASONS || kind == REPORT_SIPAS ||
           kind == REPORT_SCHOOLS_AND_HEALTH;
}

static void check_heads(const struct report_document *said,
                        struct office *office,
                        struct verification *verification)
{
    for (size_t i = 0; i < said->head_count; i++) {
        const struct report_head *head = &said->heads[i];
        char held[DIGEST_HEX_SIZE];
        if (office_line_hash(office, head->device, head->gen, head->to, held) !=
            OFFICE_OK)
            verification_find(verification, head->device, head->gen, head->to,
                              "the report rests on it, and it is not held");
        else if (strcmp(held, head->head) != 0)
            verification_find(verification, head->device, head->gen, head->to,
                              "is not the line that the report rests on: its "
                              "hash is %s",
                              held);
    }
}

static bool is_same_cell(const struct document_cell *a,
                         const struct document_cell *b)
{
    if (!a->text || !b->text)
        return !a->text == !b->text && a->value == b->value;
    return strcmp(a->text, b->text) == 0;
}

// Figures alone: names may have changed since.
static void compare_tables(const struct document_section *said,
                           const struct document_section *counted,
                           struct verification *verification)
{
    if (said->cell_count != counted->cell_count ||
        said->column_count != counted->column_count) {
        verification_find(verification, "", 0, 0,
                          "table \"%s\": the report has %zu rows, the lines "
                          "give %zu",
                          said->key, report_document_rows(said),
                          report_document_rows(counted));
        return;
    }
    for (size_t i = 0; i < said->cell_count; i++) {
        const struct document_column *column =
            &said->columns[i % said->column_count];
        // What was withheld from its reader cannot be compared.
        bool is_withheld = said->cells[i].value == DOCUMENT_FEW;
        if (column->type == DOCUMENT_TEXT || is_withheld ||
            is_same_cell(&said->cells[i], &counted->cells[i]))
            continue;
        verification_find(verification, "", 0, 0,
                          "table \"%s\", row %zu: %s is not what the lines "
                          "give",
                          said->key, i / said->column_count + 1, column->key);
    }
}

static void compare(const struct report_document *said,
                    const struct report_document *counted,
                    struct verification *verification)
{
    for (size_t i = 0; i < counted->section_count; i++) {
        const struct document_section *section = &counted->sections[i];
        const struct document_section *other =
            report_document_find(said, section->key);
        if (other)
            compare_tables(other, section, verification);
        else
            verification_find(verification, "", 0, 0,
                              "table \"%s\": is missing in the report",
                              section->key);
    }
}

static bool recount(const struct report_document *said, struct office *office,
                    const struct i18n *texts, struct verification *verification,
                    struct console *console)
{
    struct report_method method;
    struct report_document counted;
    struct buf message = {0};
    bool done = report_method_load_default(&method, &message);
    if (!done)
        console_complain(console, "%s", buf_text(&message));
    buf_free(&message);
    const struct document_source source = {.office = office,
                                           .texts = texts,
                                           .method = &method,
                                           .view = REPORT_VIEW_OFFICE};
    if (!done || !report_documents_recount(&source, said, &counted))
        return false;
    compare(said, &counted, verification);
    verification_count(verification, "tables", (int64_t)counted.section_count);
    report_document_free(&counted);
    return true;
}

bool verification_of_document(struct office *office, const struct i18n *texts,
                              const struct report_document *said,
                              struct verification *verification,
                              struct console *console)
{
    check_heads(said, office, verification);
    verification_count(verification, "chains", (int64_t)said->head_count);
    if (rests_on_lines(said->kind))
        return recount(said, office, texts, verification, console);
    verification_count(verification, "tables", 0);
    return true;
}

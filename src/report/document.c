#include "report/document.h"
#include "report/state.h"
#include "report/words.h"
#include "vietnamese/number.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID_MAX = 48 };

static char *copy(struct report_document *document, const char *text)
{
    char *out = strdup(text ? text : "");
    document->failed |= !out;
    return out;
}

void report_document_init(struct report_document *document,
                          enum report_kind kind, const struct period *period,
                          int64_t made_ms)
{
    *document = (struct report_document){
        .kind = kind,
        .period = *period,
        .made_ms = made_ms,
        .counted = DOCUMENT_UNKNOWN,
        .flagged = DOCUMENT_UNKNOWN,
    };
    document->method_id = copy(document, "");
}

void report_document_rules(struct report_document *document, const char *id,
                           int64_t version)
{
    free(document->method_id);
    document->method_id = copy(document, id);
    document->method_version = version;
}

static void free_section(struct document_section *section)
{
    free(section->key);
    free(section->heading);
    free(section->note);
    for (size_t i = 0; i < section->column_count; i++) {
        free((char *)section->columns[i].key);
        free((char *)section->columns[i].heading);
    }
    for (size_t i = 0; i < section->cell_count; i++)
        free(section->cells[i].text);
    free(section->cells);
}

void report_document_free(struct report_document *document)
{
    for (size_t i = 0; i < document->section_count; i++)
        free_section(&document->sections[i]);
    free(document->sections);
    free(document->heads);
    free(document->method_id);
    free(document->changed);
    buf_free(&document->method);
    buf_free(&document->remarks);
    *document = (struct report_document){0};
}

bool report_document_ok(const struct report_document *document)
{
    return !document->failed && buf_ok(&document->method) &&
           buf_ok(&document->remarks);
}

bool report_document_read_state(struct report_document *document,
                                struct office *office)
{
    static const struct office_filter everything;
    return state_read_complete(office, document->made_ms, &everything,
                               &document->period, &document->complete) &&
           state_read_heads(office, &document->heads, &document->head_count);
}

static void add_line(struct buf *lines, const char *sentence)
{
    if (lines->size > 0)
        buf_append_char(lines, '\n');
    words_append_plain(sentence, lines);
}

void report_document_method(struct report_document *document,
                            const char *sentence)
{
    add_line(&document->method, sentence);
}

void report_document_remark(struct report_document *document,
                            const char *sentence)
{
    add_line(&document->remarks, sentence);
}

// --- Tables -----------------------------------------------------------------

void report_document_begin(struct report_document *document, const char *key,
                           const char *heading,
                           const struct document_column *columns, size_t count)
{
    assert(count > 0 && count <= DOCUMENT_COLUMNS_MAX);
    struct document_section *sections = realloc(
        document->sections, (document->section_count + 1) * sizeof *sections);
    if (!sections) {
        document->failed = true;
        return;
    }
    document->sections = sections;
    struct document_section *section = &sections[document->section_count++];
    *section = (struct document_section){.column_count = count};
    section->key = copy(document, key);
    section->heading = copy(document, heading);
    for (size_t i = 0; i < count; i++) {
        section->columns[i] = columns[i];
        section->columns[i].key = copy(document, columns[i].key);
        section->columns[i].heading = copy(document, columns[i].heading);
    }
}

// NULL when something failed before.
static struct document_section *last_section(struct report_document *document)
{
    return document->failed || document->section_count == 0
               ? NULL
               : &document->sections[document->section_count - 1];
}

static void add_cell(struct report_document *document, const char *text,
                     int64_t value)
{
    struct document_section *section = last_section(document);
    if (!section)
        return;
    if (section->cell_count == section->capacity) {
        size_t more = section->capacity ? section->capacity * 2 : 32;
        struct document_cell *cells =
            realloc(section->cells, more * sizeof *cells);
        if (!cells) {
            document->failed = true;
            return;
        }
        section->cells = cells;
        section->capacity = more;
    }
    section->cells[section->cell_count++] = (struct document_cell){
        .text = text ? copy(document, text) : NULL, .value = value};
}

void report_document_text(struct report_document *document, const char *text)
{
    add_cell(document, text, 0);
}

void report_document_number(struct report_document *document, int64_t value)
{
    add_cell(document, NULL, value);
}

void report_document_total(struct report_document *document)
{
    struct document_section *section = last_section(document);
    if (section)
        section->has_total = true;
}

void report_document_chart(struct report_document *document,
                           enum document_chart chart, size_t label,
                           size_t value)
{
    struct document_section *section = last_section(document);
    if (!section)
        return;
    assert(label < section->column_count && value < section->column_count);
    section->chart = chart;
    section->chart_label = label;
    section->chart_value = value;
}

void report_document_note(struct report_document *document, const char *text)
{
    struct document_section *section = last_section(document);
    if (!section)
        return;
    free(section->note);
    section->note = copy(document, text);
}

size_t report_document_rows(const struct document_section *section)
{
    return section->cell_count / section->column_count;
}

const struct document_cell *
report_document_cell(const struct document_section *section, size_t row,
                     size_t column)
{
    return &section->cells[row * section->column_count + column];
}

const struct document_section *
report_document_find(const struct report_document *document, const char *key)
{
    for (size_t i = 0; i < document->section_count; i++) {
        if (strcmp(document->sections[i].key, key) == 0)
            return &document->sections[i];
    }
    return NULL;
}

// --- Names ------------------------------------------------------------------

const char *report_document_type_name(enum document_type type)
{
    static const char *const NAMES[DOCUMENT_TYPE_COUNT] = {
        [DOCUMENT_TEXT] = "text",       [DOCUMENT_COUNT] = "count",
        [DOCUMENT_PERCENT] = "percent", [DOCUMENT_POINTS] = "points",
        [DOCUMENT_MINUTES] = "minutes", [DOCUMENT_DAY] = "day"};
    return NAMES[type];
}

const char *report_document_chart_name(enum document_chart chart)
{
    static const char *const NAMES[DOCUMENT_CHART_COUNT] = {"none", "bar",
                                                            "line"};
    return NAMES[chart];
}

const char *report_document_subject(const struct report_document *document,
                                    const struct i18n *texts)
{
    char id[ID_MAX];
    snprintf(id, sizeof id, "report.kind.%s", report_kind_name(document->kind));
    return words(texts, id);
}

void report_document_say_number(const struct i18n *texts,
                                const struct document_column *column,
                                int64_t value, struct buf *out)
{
    char least[16];
    if (value == DOCUMENT_FEW) {
        snprintf(least, sizeof least, "%d", FIGURES_LEAST);
        words_fill(texts, "report.few", (const char *[]){least, NULL}, out);
        return;
    }
    if (value == DOCUMENT_UNKNOWN) {
        buf_append_text(out, words(texts, "report.unknown"));
        return;
    }
    switch (column->type) {
    case DOCUMENT_PERCENT:
        words_percent(texts, value, column->decimals, out);
        break;
    case DOCUMENT_POINTS:
        number_append_fixed(value, column->decimals, out);
        break;
    case DOCUMENT_MINUTES:
        words_minutes(texts, value, out);
        break;
    case DOCUMENT_DAY:
        number_append_date((int32_t)value, out);
        break;
    default:
        number_append(value, out);
        break;
    }
}

// --- Restatement ------------------------------------------------------------

static bool is_same_table(const struct document_section *a,
                          const struct document_section *b)
{
    if (a->cell_count != b->cell_count || a->column_count != b->column_count)
        return false;
    for (size_t i = 0; i < a->cell_count; i++) {
        const char *one = a->cells[i].text, *other = b->cells[i].text;
        if (a->cells[i].value != b->cells[i].value || !one != !other ||
            (one && strcmp(one, other) != 0))
            return false;
    }
    return true;
}

static void name_section(const struct document_section *section,
                         struct buf *out)
{
    if (out->size > 0)
        buf_append_text(out, ", ");
    buf_append_text(out, section->heading);
}

// Tables that are new, gone, or hold other cells.
static void name_changed(const struct report_document *document,
                         const struct report_document *before, struct buf *out)
{
    for (size_t i = 0; i < document->section_count; i++) {
        const struct document_section *section = &document->sections[i];
        const struct document_section *old =
            report_document_find(before, section->key);
        if (!old || !is_same_table(section, old))
            name_section(section, out);
    }
    for (size_t i = 0; i < before->section_count; i++) {
        if (!report_document_find(document, before->sections[i].key))
            name_section(&before->sections[i], out);
    }
}

bool report_document_restate(struct report_document *document,
                             const struct report_document *before,
                             struct buf *message)
{
    struct buf changed = {0};
    if (document->kind != before->kind ||
        document->period.kind != before->period.kind ||
        document->period.first != before->period.first ||
        document->period.last != before->period.last) {
        buf_append_text(message, "is another report or of another period");
        return false;
    }
    name_changed(document, before, &changed);
    free(document->changed);
    document->changed = changed.size > 0 ? buf_take(&changed) : NULL;
    document->failed |= !buf_ok(&changed);
    buf_free(&changed);
    document->restates = before->restates + 1;
    document->restated_ms = before->made_ms;
    if (!report_document_ok(document))
        buf_append_text(message, "out of memory");
    return report_document_ok(document);
}

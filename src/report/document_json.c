#include "common/date.h"
#include "report/document.h"
#include "report/json_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Of which numbers stand in place of others.
static const char FEW[] = "few";

// One document on its way into JSON.
struct writing {
    bool failed;
};

static void set(struct writing *w, json_t *object, const char *key,
                json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        w->failed = true;
}

static void push(struct writing *w, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) != 0)
        w->failed = true;
}

static json_t *number_or_null(int64_t value)
{
    return value == DOCUMENT_UNKNOWN ? json_null() : json_integer(value);
}

static json_t *make_day(int64_t day)
{
    char text[DATE_ISO_SIZE];
    date_format_iso((int32_t)day, text);
    return json_string(text);
}

static json_t *make_cell(const struct document_column *column,
                         const struct document_cell *cell)
{
    if (cell->text)
        return json_string(cell->text);
    if (cell->value == DOCUMENT_FEW)
        return json_string(FEW);
    if (cell->value == DOCUMENT_UNKNOWN)
        return json_null();
    switch (column->type) {
    case DOCUMENT_PERCENT:
    case DOCUMENT_POINTS:
        return json_parts_fixed(cell->value, column->decimals);
    case DOCUMENT_MINUTES:
        return json_parts_fixed(cell->value, 1);
    case DOCUMENT_DAY:
        return make_day(cell->value);
    default:
        return json_integer(cell->value);
    }
}

static json_t *make_column(struct writing *w,
                           const struct document_column *column)
{
    json_t *object = json_object();
    set(w, object, "key", json_string(column->key));
    set(w, object, "heading", json_string(column->heading));
    set(w, object, "type",
        json_string(report_document_type_name(column->type)));
    set(w, object, "decimals", json_integer(column->decimals));
    set(w, object, "share", json_integer(column->share));
    return object;
}

static json_t *make_rows(struct writing *w,
                         const struct document_section *section)
{
    json_t *rows = json_array();
    for (size_t row = 0; row < report_document_rows(section); row++) {
        json_t *cells = json_array();
        for (size_t i = 0; i < section->column_count; i++)
            push(w, cells,
                 make_cell(&section->columns[i],
                           report_document_cell(section, row, i)));
        push(w, rows, cells);
    }
    return rows;
}

static json_t *make_chart(struct writing *w,
                          const struct document_section *section)
{
    if (section->chart == DOCUMENT_NO_CHART)
        return json_null();
    json_t *object = json_object();
    set(w, object, "kind",
        json_string(report_document_chart_name(section->chart)));
    set(w, object, "label", json_integer((json_int_t)section->chart_label));
    set(w, object, "value", json_integer((json_int_t)section->chart_value));
    return object;
}

static json_t *make_section(struct writing *w,
                            const struct document_section *section)
{
    json_t *object = json_object();
    json_t *columns = json_array();
    for (size_t i = 0; i < section->column_count; i++)
        push(w, columns, make_column(w, &section->columns[i]));
    set(w, object, "key", json_string(section->key));
    set(w, object, "heading", json_string(section->heading));
    set(w, object, "columns", columns);
    set(w, object, "rows", make_rows(w, section));
    set(w, object, "has_total", json_boolean(section->has_total));
    set(w, object, "chart", make_chart(w, section));
    set(w, object, "note",
        section->note ? json_string(section->note) : json_null());
    return object;
}

// A line each.
static json_t *make_lines(struct writing *w, const struct buf *lines)
{
    json_t *array = json_array();
    const char *line = buf_text(lines);
    for (const char *end; *line != '\0'; line = end + (*end == '\n')) {
        end = strchrnul(line, '\n');
        push(w, array, json_stringn(line, (size_t)(end - line)));
    }
    return array;
}

static json_t *make_method(struct writing *w,
                           const struct report_document *document)
{
    json_t *object = json_object();
    set(w, object, "id", json_string(document->method_id));
    set(w, object, "version", json_integer(document->method_version));
    set(w, object, "text", make_lines(w, &document->method));
    return object;
}

static json_t *make_flagged(struct writing *w,
                            const struct report_document *document)
{
    json_t *object = json_object();
    set(w, object, "counted", number_or_null(document->counted));
    set(w, object, "flagged", number_or_null(document->flagged));
    set(w, object, "share",
        json_parts_fixed(
            figures_percent(document->flagged, document->counted, 1), 1));
    return object;
}

static json_t *make_restatement(struct writing *w,
                                const struct report_document *document)
{
    if (document->restates == 0)
        return json_null();
    json_t *object = json_object();
    set(w, object, "number", json_integer(document->restates));
    set(w, object, "made_at", json_parts_moment(document->restated_ms));
    set(w, object, "changed",
        document->changed ? json_string(document->changed) : json_null());
    return object;
}

bool report_document_write_json(const struct report_document *document,
                                const struct i18n *texts, struct buf *out)
{
    struct writing w = {0};
    json_t *object = json_object();
    json_t *sections = json_array();
    for (size_t i = 0; i < document->section_count; i++)
        push(&w, sections, make_section(&w, &document->sections[i]));
    set(&w, object, "report", json_string(report_kind_name(document->kind)));
    set(&w, object, "subject",
        json_string(report_document_subject(document, texts)));
    set(&w, object, "method", make_method(&w, document));
    set(&w, object, "period", json_parts_period(&document->period, texts));
    set(&w, object, "made_at", json_parts_moment(document->made_ms));
    set(&w, object, "data_as_of",
        json_parts_moment(document->complete.data_as_of));
    set(&w, object, "complete",
        json_parts_complete(&document->complete, document->period.last));
    set(&w, object, "flagged", make_flagged(&w, document));
    set(&w, object, "restatement", make_restatement(&w, document));
    set(&w, object, "sections", sections);
    set(&w, object, "remarks", make_lines(&w, &document->remarks));
    set(&w, object, "ledger",
        json_parts_ledger(document->heads, document->head_count));
    bool done = !w.failed && json_parts_dump(object, out);
    json_decref(object);
    return done;
}

// --- Reading ----------------------------------------------------------------

struct reading {
    struct report_document document;
    char *message;
    bool failed;
};

static void fail(struct reading *reading, const char *where, const char *what)
{
    if (!reading->failed)
        snprintf(reading->message, JSON_MESSAGE_SIZE, "%s: %s", where, what);
    reading->failed = true;
}

static const char *read_text(struct reading *reading, const json_t *object,
                             const char *key)
{
    const char *text = "";
    if (!json_get_text(object, key, &text))
        fail(reading, key, "is no text");
    return text;
}

// Whole numbers that stand for a number of `decimals`.
static int64_t read_fixed(struct reading *reading, const json_t *value,
                          int decimals)
{
    const double most = 1e15;
    double unit = 1, number = json_number_value(value);
    for (int i = 0; i < decimals; i++)
        unit *= 10;
    if (!json_is_number(value) || number < 0 || number * unit > most) {
        fail(reading, "rows", "hold a cell that is no number");
        return 0;
    }
    return (int64_t)(number * unit + 0.5);
}

static int64_t read_day(struct reading *reading, const json_t *value)
{
    int32_t day = 0;
    if (!json_is_string(value) ||
        !date_parse_iso(json_string_value(value), &day))
        fail(reading, "rows", "hold a cell that is no day");
    return day;
}

static void read_cell(struct reading *reading,
                      const struct document_column *column, const json_t *value)
{
    struct report_document *document = &reading->document;
    bool is_few =
        json_is_string(value) && strcmp(json_string_value(value), FEW) == 0;
    if (column->type == DOCUMENT_TEXT) {
        if (!json_is_string(value))
            fail(reading, "rows", "hold a cell that is no text");
        else
            report_document_text(document, json_string_value(value));
    } else if (json_is_null(value)) {
        report_document_number(document, DOCUMENT_UNKNOWN);
    } else if (is_few) {
        report_document_number(document, DOCUMENT_FEW);
    } else if (column->type == DOCUMENT_DAY) {
        report_document_number(document, read_day(reading, value));
    } else {
        bool is_minutes = column->type == DOCUMENT_MINUTES;
        report_document_number(
            document,
            read_fixed(reading, value, is_minutes ? 1 : column->decimals));
    }
}

static bool read_type(const char *name, enum document_type *out)
{
    for (int i = 0; i < DOCUMENT_TYPE_COUNT; i++) {
        if (strcmp(report_document_type_name((enum document_type)i), name) ==
            0) {
            *out = (enum document_type)i;
            return true;
        }
    }
    return false;
}

static struct document_column read_column(struct reading *reading,
                                          const json_t *object)
{
    int64_t decimals = 0, share = 0;
    struct document_column column = {.key = read_text(reading, object, "key"),
                                     .heading =
                                         read_text(reading, object, "heading")};
    if (!read_type(read_text(reading, object, "type"), &column.type))
        fail(reading, "columns", "have a type that is unknown");
    if (!json_get_int(object, "decimals", &decimals) || decimals < 0 ||
        decimals > DOCUMENT_DECIMALS_MAX)
        fail(reading, "columns", "have decimals that are none");
    if (!json_get_int(object, "share", &share) || share < 0 || share > 1000)
        fail(reading, "columns", "have a share that is none");
    column.decimals = (int)decimals;
    column.share = (int)share;
    return column;
}

static void read_chart(struct reading *reading, const json_t *object,
                       size_t columns)
{
    int64_t label = 0, value = 0;
    if (!object || json_is_null(object))
        return;
    const char *name = read_text(reading, object, "kind");
    for (int i = DOCUMENT_NO_CHART + 1; i < DOCUMENT_CHART_COUNT; i++) {
        enum document_chart chart = (enum document_chart)i;
        if (strcmp(report_document_chart_name(chart), name) != 0)
            continue;
        if (!json_get_int(object, "label", &label) || label < 0 ||
            !json_get_int(object, "value", &value) || value < 0 ||
            (size_t)label >= columns || (size_t)value >= columns)
            break;
        report_document_chart(&reading->document, chart, (size_t)label,
                              (size_t)value);
        return;
    }
    fail(reading, "chart", "is none");
}

static void read_rows(struct reading *reading, const json_t *rows,
                      const struct document_column *columns, size_t count)
{
    if (!json_is_array(rows))
        fail(reading, "rows", "are no list");
    for (size_t i = 0; i < json_array_size(rows) && !reading->failed; i++) {
        const json_t *row = json_array_get(rows, i);
        if (json_array_size(row) != count)
            fail(reading, "rows", "have not a cell a column");
        for (size_t k = 0; k < count && !reading->failed; k++)
            read_cell(reading, &columns[k], json_array_get(row, k));
    }
}

static void read_section(struct reading *reading, const json_t *object)
{
    struct document_column columns[DOCUMENT_COLUMNS_MAX];
    const json_t *list = json_object_get(object, "columns");
    size_t count = json_array_size(list);
    const char *note;
    bool has_total = false;
    if (count == 0 || count > DOCUMENT_COLUMNS_MAX) {
        fail(reading, "columns", "are none, or too many");
        return;
    }
    for (size_t i = 0; i < count; i++)
        columns[i] = read_column(reading, json_array_get(list, i));
    const char *key = read_text(reading, object, "key");
    const char *heading = read_text(reading, object, "heading");
    if (reading->failed)
        return;
    report_document_begin(&reading->document, key, heading, columns, count);
    read_rows(reading, json_object_get(object, "rows"), columns, count);
    read_chart(reading, json_object_get(object, "chart"), count);
    if (json_get_bool(object, "has_total", &has_total) && has_total)
        report_document_total(&reading->document);
    if (json_get_text(object, "note", &note))
        report_document_note(&reading->document, note);
}

static void read_lines(struct reading *reading, const json_t *list,
                       void (*add)(struct report_document *document,
                                   const char *sentence))
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *line = json_array_get(list, i);
        if (json_is_string(line))
            add(&reading->document, json_string_value(line));
        else
            fail(reading, "remarks", "hold a sentence that is no text");
    }
}

static void read_about(struct reading *reading, const json_t *object)
{
    enum report_kind kind = REPORT_PLAIN;
    struct period period = {0};
    int64_t made_ms = 0, version = 0;
    struct buf message = {0};
    const json_t *method = json_object_get(object, "method");
    const char *id = read_text(reading, method, "id");
    if (!report_parse_kind(read_text(reading, object, "report"), &kind,
                           &message) ||
        !report_kind_is_document(kind))
        fail(reading, "report", "is none of R5 R6 R7 R8 R9");
    buf_free(&message);
    if (!reading->failed)
        reading->failed =
            !json_parts_read_count(method, "version", &version,
                                   reading->message) ||
            !json_parts_read_period(json_object_get(object, "period"), &period,
                                    reading->message) ||
            !json_parts_read_moment(object, "made_at", &made_ms,
                                    reading->message);
    report_document_init(&reading->document, kind, &period, made_ms);
    report_document_rules(&reading->document, id, version);
}

static void read_restatement(struct reading *reading, const json_t *object)
{
    const char *changed;
    struct report_document *document = &reading->document;
    if (!object || json_is_null(object) || reading->failed)
        return;
    reading->failed =
        !json_parts_read_count(object, "number", &document->restates,
                               reading->message) ||
        !json_parts_read_moment(object, "made_at", &document->restated_ms,
                                reading->message);
    if (json_get_text(object, "changed", &changed)) {
        document->changed = strdup(changed);
        document->failed |= !document->changed;
    }
}

static void read_state(struct reading *reading, const json_t *object)
{
    struct report_document *document = &reading->document;
    const json_t *flagged = json_object_get(object, "flagged");
    if (reading->failed)
        return;
    reading->failed = !json_parts_read_complete(object, &document->complete,
                                                reading->message) ||
                      !json_parts_read_ledger(
                          json_object_get(object, "ledger"), &document->heads,
                          &document->head_count, reading->message);
    json_get_int(flagged, "counted", &document->counted);
    json_get_int(flagged, "flagged", &document->flagged);
}

bool report_document_read_json(const char *bytes, size_t size,
                               struct report_document *out, char *message)
{
    struct reading reading = {.message = message};
    json_t *object = json_read(bytes, size, message);
    if (!object)
        return false;
    const json_t *sections = json_object_get(object, "sections");
    read_about(&reading, object);
    read_state(&reading, object);
    read_restatement(&reading, json_object_get(object, "restatement"));
    read_lines(&reading,
               json_object_get(json_object_get(object, "method"), "text"),
               report_document_method);
    read_lines(&reading, json_object_get(object, "remarks"),
               report_document_remark);
    for (size_t i = 0; i < json_array_size(sections) && !reading.failed; i++)
        read_section(&reading, json_array_get(sections, i));
    json_decref(object);
    if (!report_document_ok(&reading.document))
        fail(&reading, "sections", "do not fit into memory");
    if (reading.failed)
        report_document_free(&reading.document);
    else
        *out = reading.document;
    return !reading.failed;
}

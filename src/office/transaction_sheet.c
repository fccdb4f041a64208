#include "office/transaction_sheet.h"
#include "common/clock.h"
#include "common/date.h"
#include "vietnamese/text.h"
#include <stdlib.h>
#include <string.h>

enum { PARTS_MOST = 2, FORMAT_SIZE = 48, SHOWN_MOST = 60 };
static const char ISO[] = "iso";

// How one field is made of a row. Texts are borrowed from the mapping's JSON.
struct source {
    const char *columns[PARTS_MOST];
    size_t count; // of columns; 0: `value`, or nothing
    size_t places[PARTS_MOST];
    const char *value;
    const char *format;
    const json_t *values; // NULL: words are taken as they are
    bool keeps_others;
};

struct sheet_map {
    json_t *object;
    struct source sources[TRANSACTION_FIELD_COUNT];
    size_t width; // of the head
};

// --- The mapping ------------------------------------------------------------

static bool is_time(enum transaction_field field)
{
    return field >= TRANSACTION_QUEUED_AT && field <= TRANSACTION_DUE_AT;
}

static bool complain(struct buf *message, enum transaction_field field,
                     const char *what)
{
    buf_printf(message, "columns: %s: %s", transaction_field_name(field), what);
    return false;
}

static bool read_columns(const json_t *object, struct source *out)
{
    const json_t *list = json_object_get(object, "columns");
    size_t count = json_array_size(list);
    if (json_get_text(object, "column", &out->columns[0])) {
        out->count = 1;
        return !list;
    }
    for (size_t i = 0; i < count && i < PARTS_MOST; i++) {
        out->columns[i] = json_string_value(json_array_get(list, i));
        if (!out->columns[i])
            return false;
    }
    out->count = count;
    return json_is_array(list) && count >= 1 && count <= PARTS_MOST;
}

static bool has_part(const char *format, const char *part)
{
    const char *found = strstr(format, part);
    return found && !strstr(found + strlen(part), part);
}

// Year, month and day once each; the rest may be missing.
static bool is_format(const char *format)
{
    return strcmp(format, ISO) == 0 ||
           (strlen(format) < FORMAT_SIZE && has_part(format, "yyyy") &&
            has_part(format, "MM") && has_part(format, "dd"));
}

static bool are_values(const json_t *values)
{
    const char *key;
    json_t *value;
    if (!json_is_object(values))
        return false;
    json_object_foreach((json_t *)values, key, value)
    {
        if (!json_is_string(value) && !json_is_null(value))
            return false;
    }
    return true;
}

static bool knows_key(const char *key)
{
    static const char *const KEYS[] = {"column", "columns", "value",
                                       "format", "values",  "others"};
    for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
        if (strcmp(KEYS[i], key) == 0)
            return true;
    }
    return false;
}

static bool read_source(const json_t *object, enum transaction_field field,
                        struct source *out, struct buf *message)
{
    const char *key, *others = "refuse";
    json_t *value;
    json_object_foreach((json_t *)object, key, value)
    {
        if (!knows_key(key)) {
            buf_printf(message, "columns: %s: \"%s\" is no key of it",
                       transaction_field_name(field), key);
            return false;
        }
    }
    out->format = ISO;
    json_get_text(object, "format", &out->format);
    json_get_text(object, "others", &others);
    out->keeps_others = strcmp(others, "keep") == 0;
    out->values = json_object_get(object, "values");
    if (json_get_text(object, "value", &out->value))
        return json_object_size(object) == 1 ||
               complain(message, field, "\"value\" stands alone");
    if (!read_columns(object, out))
        return complain(message, field,
                        "needs a \"column\", one or two \"columns\", or a "
                        "\"value\"");
    if (json_object_get(object, "format") &&
        (!is_time(field) || !is_format(out->format)))
        return complain(message, field,
                        "\"format\" must be iso, or yyyy, MM and dd once each "
                        "with HH, mm and ss, and is of times alone");
    if (out->values && (is_time(field) || !are_values(out->values)))
        return complain(message, field,
                        "\"values\" must be an object of texts or null, and is "
                        "not of times");
    if (!out->keeps_others && strcmp(others, "refuse") != 0)
        return complain(message, field, "\"others\" is keep or refuse");
    return true;
}

static bool find_field(const char *name, enum transaction_field *out)
{
    for (int i = 0; i < TRANSACTION_FIELD_COUNT; i++) {
        if (strcmp(transaction_field_name((enum transaction_field)i), name) ==
            0) {
            *out = (enum transaction_field)i;
            return true;
        }
    }
    return false;
}

static bool read_sources(const json_t *columns, struct sheet_map *map,
                         struct buf *message)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)columns, key, value)
    {
        enum transaction_field field;
        if (!find_field(key, &field)) {
            buf_printf(message,
                       "columns: \"%s\" is nothing that a transaction has",
                       key);
            return false;
        }
        struct source *source = &map->sources[field];
        if (json_is_string(value)) {
            *source = (struct source){.columns = {json_string_value(value)},
                                      .count = 1,
                                      .format = ISO};
        } else if (!json_is_object(value)) {
            return complain(message, field, "must be a text or an object");
        } else if (!read_source(value, field, source, message)) {
            return false;
        }
    }
    static const enum transaction_field needed[] = {TRANSACTION_CODE,
                                                    TRANSACTION_DONE_AT};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (map->sources[needed[i]].count == 0)
            return complain(message, needed[i], "is missing");
    }
    return true;
}

struct sheet_map *sheet_map_read(const char *bytes, size_t size,
                                 struct buf *message)
{
    char reason[JSON_MESSAGE_SIZE];
    json_t *object = json_read(bytes, size, reason);
    struct sheet_map *map = object ? calloc(1, sizeof *map) : NULL;
    const json_t *columns = json_object_get(object, "columns");
    if (!object) {
        buf_append_text(message, reason);
        return NULL;
    }
    if (!map) {
        buf_append_text(message, "out of memory");
        json_decref(object);
        return NULL;
    }
    map->object = object;
    bool done = json_is_object(columns);
    if (!done)
        buf_append_text(message, "columns: must be an object");
    done = done && read_sources(columns, map, message);
    if (done)
        return map;
    sheet_map_free(map);
    return NULL;
}

void sheet_map_free(struct sheet_map *map)
{
    if (!map)
        return;
    json_decref(map->object);
    free(map);
}

// --- The head ---------------------------------------------------------------

// Trimmed, NFC. False for invalid UTF-8, or no memory.
static bool append_clean(const char *text, struct buf *out)
{
    static const char BLANKS[] = " \t\r\n";
    text += strspn(text, BLANKS);
    size_t size = strlen(text);
    while (size > 0 && strchr(BLANKS, text[size - 1]))
        size--;
    return text_append_nfc(text, size, out) && buf_ok(out);
}

static bool is_same(const char *a, const char *b)
{
    struct buf clean_a = {0}, clean_b = {0};
    bool same = append_clean(a, &clean_a) && append_clean(b, &clean_b) &&
                strcmp(buf_text(&clean_a), buf_text(&clean_b)) == 0;
    buf_free(&clean_a);
    buf_free(&clean_b);
    return same;
}

static void list_columns(const struct csv_row *head, struct buf *message)
{
    for (size_t i = 0; i < head->count; i++)
        buf_printf(message, "%s\"%s\"", i > 0 ? ", " : "", csv_cell(head, i));
}

static bool find_column(const struct csv_row *head, const char *name,
                        size_t *out, struct buf *message)
{
    size_t found = 0;
    for (size_t i = 0; i < head->count; i++) {
        if (is_same(csv_cell(head, i), name)) {
            *out = i;
            found++;
        }
    }
    if (found == 1)
        return true;
    buf_printf(message,
               found > 1 ? "the column \"%s\" stands there twice: "
                         : "there is no column \"%s\"; there are: ",
               name);
    list_columns(head, message);
    return false;
}

bool sheet_map_head(struct sheet_map *map, const struct csv_row *head,
                    struct buf *message)
{
    if (!text_is_utf8(head->bytes, head->size)) {
        buf_append_text(message,
                        "is no UTF-8; save the table as \"CSV UTF-8\"");
        return false;
    }
    map->width = head->count;
    for (int i = 0; i < TRANSACTION_FIELD_COUNT; i++) {
        struct source *source = &map->sources[i];
        for (size_t k = 0; k < source->count; k++) {
            if (!find_column(head, source->columns[k], &source->places[k],
                             message))
                return false;
        }
    }
    return true;
}

// --- A row ------------------------------------------------------------------

// Up to `most` digits; a single one is as good as two.
static bool take_digits(const char **text, int most, int *out)
{
    int count = 0, value = 0;
    while (count < most && (*text)[0] >= '0' && (*text)[0] <= '9') {
        value = value * 10 + ((*text)[0] - '0');
        (*text)++;
        count++;
    }
    *out = value;
    return count > 0;
}

struct moment {
    struct date date;
    int hour, minute, second;
    bool has_hour;
};

static bool take_part(const char **format, const char **text,
                      struct moment *out)
{
    const struct {
        const char *name;
        int *value;
    } parts[] = {{"yyyy", &out->date.year}, {"MM", &out->date.month},
                 {"dd", &out->date.day},    {"HH", &out->hour},
                 {"mm", &out->minute},      {"ss", &out->second}};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t size = strlen(parts[i].name);
        if (strncmp(*format, parts[i].name, size) == 0) {
            const char *before = *text;
            *format += size;
            out->has_hour |= parts[i].value == &out->hour;
            return take_digits(text, (int)size, parts[i].value) &&
                   (size == 2 || *text - before == 4);
        }
    }
    return *(*format)++ == *(*text)++;
}

static bool read_moment(const char *format, const char *text,
                        struct moment *out)
{
    *out = (struct moment){.hour = 0};
    while (*format != '\0') {
        if (*text == '\0' || !take_part(&format, &text, out))
            return false;
    }
    return *text == '\0' && date_is_valid(out->date) && out->hour < 24 &&
           out->minute < 60 && out->second < 60;
}

// ISO 8601 with a zone, or as programs write it when they mean local time.
static bool read_iso(const char *text, struct moment *out, int64_t *out_ms)
{
    static const char *const FORMS[] = {
        "yyyy-MM-dd HH:mm:ss", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-dd HH:mm",
        "yyyy-MM-ddTHH:mm", "yyyy-MM-dd"};
    if (clock_parse(text, strlen(text), out_ms))
        return true;
    for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
        if (read_moment(FORMS[i], text, out)) {
            *out_ms = -1;
            return true;
        }
    }
    return false;
}

// A due date without an hour is the whole day.
static bool read_time(const struct source *source, enum transaction_field field,
                      const char *text, int64_t *out_ms)
{
    struct moment moment = {.hour = 0};
    int64_t wall_ms = -1;
    bool done = strcmp(source->format, ISO) == 0
                    ? read_iso(text, &moment, &wall_ms)
                    : read_moment(source->format, text, &moment);
    if (!done)
        return false;
    if (wall_ms < 0) {
        int32_t day = date_to_day(moment.date);
        wall_ms = field == TRANSACTION_DUE_AT && !moment.has_hour
                      ? transaction_end_of_day(day)
                      : date_wall_ms_of_day(day) +
                            ((moment.hour * 60 + moment.minute) * 60 +
                             moment.second) *
                                INT64_C(1000);
    }
    *out_ms = wall_ms;
    return true;
}

struct reading {
    const struct sheet_map *map;
    const struct csv_row *row;
    struct transaction *out;
    struct buf *message;
};

// The field's cells, cleaned, with a blank between two.
static bool append_cells(const struct reading *reading,
                         const struct source *source, struct buf *out)
{
    for (size_t i = 0; i < source->count; i++) {
        size_t before = out->size;
        if (i > 0 && before > 0)
            buf_append_char(out, ' ');
        if (!append_clean(csv_cell(reading->row, source->places[i]), out))
            return false;
        if (i > 0 && before > 0 && out->size == before + 1)
            out->data[--out->size] = '\0';
    }
    return true;
}

// The value as a terminal may see it, cut between letters.
static void show(const char *value, struct buf *out)
{
    size_t size = strlen(value);
    bool is_cut = size > SHOWN_MOST;
    size = is_cut ? SHOWN_MOST : size;
    while (is_cut && size > 0 && (value[size] & 0xc0) == 0x80)
        size--;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)value[i];
        buf_append_char(out, c < 0x20 || c == 0x7f ? '?' : value[i]);
    }
    buf_append_text(out, is_cut ? "…" : "");
}

// column "Giờ gọi", "25:61": what; what to do
static bool refuse(const struct reading *reading, enum transaction_field field,
                   const char *value, const char *what, const char *advice)
{
    const struct source *source = &reading->map->sources[field];
    struct buf *message = reading->message;
    if (source->count == 0)
        buf_printf(message, "%s", transaction_field_name(field));
    for (size_t i = 0; i < source->count; i++)
        buf_printf(message, "%s\"%s\"", i > 0 ? " and " : "column ",
                   source->columns[i]);
    if (value) {
        buf_append_text(message, ", \"");
        show(value, message);
        buf_append_char(message, '"');
    }
    buf_printf(message, ": %s; %s", what, advice);
    return false;
}

// What the cell's words mean; NULL: nothing told.
static bool translate(const struct reading *reading,
                      enum transaction_field field, const char **text)
{
    const struct source *source = &reading->map->sources[field];
    const char *key;
    json_t *value;
    if (!source->values)
        return true;
    json_object_foreach((json_t *)source->values, key, value)
    {
        if (is_same(key, *text)) {
            *text = json_string_value(value);
            return true;
        }
    }
    return source->keeps_others ||
           refuse(reading, field, *text, "is not among the mapping's values",
                  "add it there, with what it means or null");
}

static bool set_field(const struct reading *reading,
                      enum transaction_field field, const char *text)
{
    static const char CORRECT[] = "correct it, and import the line again";
    const struct source *source = &reading->map->sources[field];
    const char *shown = text, *why = "";
    int64_t wall_ms;
    if (!translate(reading, field, &text))
        return false;
    if (!text || text[0] == '\0')
        return true;
    if (is_time(field)) {
        if (!read_time(source, field, text, &wall_ms)) {
            struct buf what = {0};
            buf_printf(&what, "is no time of the form %s", source->format);
            refuse(reading, field, shown, buf_text(&what),
                   "correct it, or \"format\" in the mapping");
            buf_free(&what);
            return false;
        }
        return transaction_set_time(reading->out, field, wall_ms, &why) ||
               refuse(reading, field, shown, why, CORRECT);
    }
    if (field == TRANSACTION_TIMELINESS)
        return transaction_set_timeliness(reading->out, text, &why) ||
               refuse(reading, field, shown, why,
                      "say in the mapping's values which word is which");
    return transaction_set_text(reading->out, field, text, &why) ||
           refuse(reading, field, shown, why, CORRECT);
}

static bool take_field(const struct reading *reading,
                       enum transaction_field field)
{
    const struct source *source = &reading->map->sources[field];
    struct buf cell = {0};
    if (source->count == 0)
        return !source->value || set_field(reading, field, source->value);
    bool done = append_cells(reading, source, &cell);
    if (!done)
        refuse(reading, field, NULL, "is no UTF-8",
               "save the table as \"CSV UTF-8\"");
    done =
        done && (cell.size == 0 || set_field(reading, field, buf_text(&cell)));
    buf_free(&cell);
    return done;
}

// Cells beyond the head's are harmless when nothing stands in them.
static bool check_width(const struct reading *reading)
{
    size_t count = reading->row->count;
    while (count > reading->map->width &&
           csv_cell(reading->row, count - 1)[0] == '\0')
        count--;
    if (count == reading->map->width)
        return true;
    buf_printf(reading->message,
               "has %zu cells, and the first line has %zu; put cells that hold "
               "a separator in quotes",
               count, reading->map->width);
    return false;
}

bool sheet_map_row(const struct sheet_map *map, const struct csv_row *row,
                   int64_t now, struct transaction *out, struct buf *message)
{
    struct reading reading = {map, row, out, message};
    enum transaction_field field;
    const char *why;
    transaction_init(out);
    if (!check_width(&reading))
        return false;
    for (int i = 0; i < TRANSACTION_FIELD_COUNT; i++) {
        if (!take_field(&reading, (enum transaction_field)i))
            return false;
    }
    if (transaction_check(out, now, &field, &why))
        return true;
    struct buf cell = {0};
    append_cells(&reading, &map->sources[field], &cell);
    refuse(&reading, field, buf_text(&cell), why,
           "correct it, and import the line again");
    buf_free(&cell);
    return false;
}

#include "office/device_sheet.h"
#include "common/csv.h"
#include "vietnamese/text.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum column { COUNTER, NAME, FIELD, POINT, COLUMN_COUNT };
enum { COLUMNS_MOST = 32, NOT_THERE = COLUMNS_MOST };

static const char *const COLUMN_NAMES[COLUMN_COUNT] = {[COUNTER] = "counter",
                                                       [NAME] = "name",
                                                       [FIELD] = "field",
                                                       [POINT] = "point"};
// As people of a ward write them; capitals beyond ASCII stand on their own.
static const struct {
    const char *word;
    enum column column;
} WORDS[] = {{"counter", COUNTER}, {"name", NAME},    {"field", FIELD},
             {"point", POINT},     {"quầy", COUNTER}, {"tên", NAME},
             {"lĩnh vực", FIELD},  {"điểm", POINT},   {"Điểm", POINT},
             {"quay", COUNTER},    {"ten", NAME},     {"linh_vuc", FIELD},
             {"diem", POINT}};

const char *device_sheet_fault_name(enum device_sheet_fault_kind kind)
{
    static const char *const NAMES[DEVICE_SHEET_FAULT_COUNT] = {
        [DEVICE_SHEET_NO_ROWS] = "no-rows",
        [DEVICE_SHEET_NO_COUNTER] = "no-counter",
        [DEVICE_SHEET_UNKNOWN] = "unknown",
        [DEVICE_SHEET_BROKEN] = "broken",
        [DEVICE_SHEET_EMPTY] = "empty",
        [DEVICE_SHEET_LONG] = "long",
        [DEVICE_SHEET_TWICE] = "twice",
        [DEVICE_SHEET_TAKEN] = "taken",
        [DEVICE_SHEET_MANY] = "many"};
    return NAMES[kind];
}

struct reading {
    struct device_sheet *sheet;
    struct csv csv;
    struct csv_row row;
    size_t places[COLUMN_COUNT]; // of each column in a row
};

static void refuse(struct device_sheet *sheet,
                   enum device_sheet_fault_kind kind, int64_t line,
                   const char *column, const char *said)
{
    if (sheet->fault_count == DEVICE_SHEET_FAULTS_MAX) {
        return;
    }
    struct device_sheet_fault *fault = &sheet->faults[sheet->fault_count++];
    size_t size = strlen(said);
    fault->kind = kind;
    fault->line = line;
    fault->column = column;
    // Cut between letters.
    if (size >= sizeof fault->said) {
        size = sizeof fault->said - 1;
        while (size > 0 && ((unsigned char)said[size] & 0xC0) == 0x80) {
            size--;
        }
    }
    memcpy(fault->said, said, size);
    fault->said[size] = '\0';
}

// A cell as it is meant: NFC, without the blanks around it. False: not UTF-8.
static bool clean(const char *cell, struct buf *out)
{
    while (isspace((unsigned char)*cell)) {
        cell++;
    }
    size_t size = strlen(cell);
    while (size > 0 && isspace((unsigned char)cell[size - 1])) {
        size--;
    }
    return text_append_nfc(cell, size, out);
}

// --- The head ----------------------------------------------------------------

static bool find_column(const char *word, enum column *out)
{
    struct buf small = {0};
    bool found = false;
    for (const char *c = word; *c; c++) {
        buf_append_char(&small,
                        *c >= 'A' && *c <= 'Z' ? (char)(*c | 0x20) : *c);
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS && !found; i++) {
        found = strcmp(WORDS[i].word, buf_text(&small)) == 0;
        *out = found ? WORDS[i].column : *out;
    }
    buf_free(&small);
    return found;
}

static void read_head_cell(struct reading *r, size_t place)
{
    struct buf word = {0};
    enum column column = COLUMN_COUNT;
    if (!clean(csv_cell(&r->row, place), &word)) {
        refuse(r->sheet, DEVICE_SHEET_BROKEN, r->row.line, "", "");
    } else if (word.size > 0 && !find_column(buf_text(&word), &column)) {
        refuse(r->sheet, DEVICE_SHEET_UNKNOWN, r->row.line, "",
               buf_text(&word));
    } else if (word.size > 0 && r->places[column] != NOT_THERE) {
        refuse(r->sheet, DEVICE_SHEET_TWICE, r->row.line, "", buf_text(&word));
    } else if (word.size > 0) {
        r->places[column] = place;
    }
    buf_free(&word);
}

static void read_head(struct reading *r)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        r->places[i] = NOT_THERE;
    }
    for (size_t i = 0; i < r->row.count && i < COLUMNS_MOST; i++) {
        read_head_cell(r, i);
    }
    if (r->places[COUNTER] == NOT_THERE) {
        refuse(r->sheet, DEVICE_SHEET_NO_COUNTER, r->row.line, "", "");
    }
}

// --- The rows ----------------------------------------------------------------

static void read_cell(struct reading *r, enum column column, char *out,
                      size_t size)
{
    struct buf text = {0};
    out[0] = '\0';
    if (r->places[column] >= r->row.count) {
        return;
    }
    if (!clean(csv_cell(&r->row, r->places[column]), &text)) {
        refuse(r->sheet, DEVICE_SHEET_BROKEN, r->row.line, COLUMN_NAMES[column],
               "");
    } else if (text.size >= size) {
        refuse(r->sheet, DEVICE_SHEET_LONG, r->row.line, COLUMN_NAMES[column],
               buf_text(&text));
    } else {
        memcpy(out, buf_text(&text), text.size + 1);
    }
    buf_free(&text);
}

static void look_for_twin(struct device_sheet *sheet,
                          const struct device_sheet_row *row)
{
    for (size_t i = 0; i < sheet->count; i++) {
        if (strcmp(sheet->rows[i].counter, row->counter) == 0) {
            refuse(sheet, DEVICE_SHEET_TWICE, row->line, COLUMN_NAMES[COUNTER],
                   row->counter);
            return;
        }
    }
}

static bool is_blank(const struct csv_row *row)
{
    for (size_t i = 0; i < row->count; i++) {
        if (csv_cell(row, i)[0]) {
            return false;
        }
    }
    return true;
}

static void read_row(struct reading *r)
{
    struct device_sheet *sheet = r->sheet;
    struct device_sheet_row row = {.line = r->row.line};
    size_t faults = sheet->fault_count;
    // Spreadsheets leave rows of nothing but separators.
    if (is_blank(&r->row)) {
        return;
    }
    read_cell(r, COUNTER, row.counter, sizeof row.counter);
    read_cell(r, NAME, row.name, sizeof row.name);
    read_cell(r, FIELD, row.field, sizeof row.field);
    read_cell(r, POINT, row.point, sizeof row.point);
    if (!row.counter[0] && sheet->fault_count == faults) {
        refuse(sheet, DEVICE_SHEET_EMPTY, row.line, COLUMN_NAMES[COUNTER], "");
    }
    if (row.counter[0]) {
        look_for_twin(sheet, &row);
    }
    if (sheet->count == OFFICE_NEW_DEVICES_MAX) {
        refuse(sheet, DEVICE_SHEET_MANY, row.line, "", "");
    } else {
        sheet->rows[sheet->count++] = row;
    }
}

static void read_rows(struct reading *r)
{
    bool has_head = false;
    enum csv_result result;
    while ((result = csv_next(&r->csv, &r->row)) != CSV_END &&
           r->sheet->fault_count < DEVICE_SHEET_FAULTS_MAX) {
        if (result != CSV_ROW) {
            refuse(r->sheet, DEVICE_SHEET_BROKEN, r->row.line, "",
                   result == CSV_BROKEN && r->row.fault ? r->row.fault : "");
            if (result == CSV_NO_MEMORY) {
                return;
            }
        } else if (!has_head) {
            has_head = true;
            read_head(r);
            if (r->places[COUNTER] == NOT_THERE) {
                return;
            }
        } else {
            read_row(r);
        }
    }
    if (r->sheet->count == 0 && r->sheet->fault_count == 0) {
        refuse(r->sheet, DEVICE_SHEET_NO_ROWS, 0, "", "");
    }
}

bool device_sheet_read(const char *bytes, size_t size, struct device_sheet *out)
{
    struct reading reading = {.sheet = out};
    out->count = 0;
    out->fault_count = 0;
    csv_open(&reading.csv, bytes, size);
    read_rows(&reading);
    csv_row_free(&reading.row);
    return out->fault_count == 0;
}

void device_sheet_refuse_taken(struct device_sheet *sheet, size_t row)
{
    refuse(sheet, DEVICE_SHEET_TAKEN, sheet->rows[row].line,
           COLUMN_NAMES[COUNTER], sheet->rows[row].counter);
}

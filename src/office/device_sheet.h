// Many new devices in a table (CSV): a row with names, then one row a device.
//
//   counter,name,field,point
//   1,Quầy 1,chung-thuc,tru-so
//
// Only "counter" must be there; the order is free, capitals make no difference,
// and the names may be Vietnamese: quầy, tên, lĩnh vực, điểm. Comma, semicolon
// or tab. All or nothing: every fault of the table is told, with its line and
// column, so that it is mended in one go. Pure.
#pragma once
#include "common/buf.h"
#include "office/devices.h"
#include <stddef.h>
#include <stdint.h>

enum {
    DEVICE_SHEET_BYTES_MAX = 128 * 1024,
    DEVICE_SHEET_FAULTS_MAX = 50,
    DEVICE_SHEET_SAID_SIZE = 64
};

struct device_sheet_row {
    char counter[RECORD_CODE_SIZE], field[RECORD_CODE_SIZE],
        point[RECORD_CODE_SIZE], name[OFFICE_NAME_SIZE];
    int64_t line;
};

enum device_sheet_fault_kind {
    DEVICE_SHEET_NO_ROWS,    // a head and nothing below it, or nothing at all
    DEVICE_SHEET_NO_COUNTER, // the head has no column "counter"
    DEVICE_SHEET_UNKNOWN,    // a column that means nothing here
    DEVICE_SHEET_BROKEN,     // a row that is none of CSV, or not UTF-8
    DEVICE_SHEET_EMPTY,      // a counter is missing
    DEVICE_SHEET_LONG,       // too long for its field
    DEVICE_SHEET_TWICE,      // a counter that stands in another line too
    DEVICE_SHEET_TAKEN,      // a counter that has a device which works
    DEVICE_SHEET_MANY,       // more devices than are taken at once
    DEVICE_SHEET_FAULT_COUNT
};
// "no-rows" …: the text id is "devices.fault.NAME", with {1} the line, {2} the
// column, {3} what stands there.
const char *device_sheet_fault_name(enum device_sheet_fault_kind kind);

struct device_sheet_fault {
    enum device_sheet_fault_kind kind;
    int64_t line;       // of the text, from 1; 0: the whole
    const char *column; // "counter"; "": the whole line
    char said[DEVICE_SHEET_SAID_SIZE];
};

struct device_sheet {
    struct device_sheet_row rows[OFFICE_NEW_DEVICES_MAX];
    size_t count;
    struct device_sheet_fault faults[DEVICE_SHEET_FAULTS_MAX]; // the first ones
    size_t fault_count;
};
// Large: keep it on the heap. True when there is no fault. Texts are made NFC.
bool device_sheet_read(const char *bytes, size_t size,
                       struct device_sheet *out);
// A fault that is found later: the counter of this row is taken.
void device_sheet_refuse_taken(struct device_sheet *sheet, size_t row);

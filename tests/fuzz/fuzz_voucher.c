// What comes with a new machine: the text of a QR code, the file of a stick,
// and the table that both were made from.
#include "fuzz/fuzz.h"
#include "office/device_sheet.h"
#include "store/voucher.h"
#include <stdlib.h>
#include <string.h>

static void check_voucher(const struct voucher *voucher)
{
    struct voucher again;
    struct buf text = {0};
    fuzz_check_text(voucher->server, sizeof voucher->server);
    HOLDS(strncmp(voucher->server, "http", 4) == 0);
    HOLDS(voucher_write(voucher, &text));
    HOLDS(voucher_read(buf_text(&text), &again) == VOUCHER_READ);
    HOLDS(strcmp(again.server, voucher->server) == 0);
    HOLDS(strcmp(again.code, voucher->code) == 0);
    HOLDS(strcmp(again.pin, voucher->pin) == 0);
    buf_free(&text);
}

static void check_text(const uint8_t *data, size_t size)
{
    struct voucher voucher;
    struct buf text = {0};
    buf_append(&text, data, size);
    if (voucher_read(buf_text(&text), &voucher) == VOUCHER_READ)
        check_voucher(&voucher);
    buf_free(&text);
}

static void check_file(const uint8_t *data, size_t size)
{
    struct voucher_line line = {.number = 0};
    char staff_pin[DEVICE_TEXT_SIZE] = "";
    size_t at = 0, before = 0, number = 0;
    while (voucher_file_next((const char *)data, size, &at, &line, staff_pin)) {
        HOLDS(at > before && at <= size);
        HOLDS(line.number > number);
        if (line.result == VOUCHER_READ)
            check_voucher(&line.voucher);
        before = at;
        number = line.number;
    }
    HOLDS(strlen(staff_pin) < sizeof staff_pin);
}

static void check_table(const uint8_t *data, size_t size)
{
    struct device_sheet *sheet = malloc(sizeof *sheet);
    HOLDS(sheet);
    bool sound = device_sheet_read((const char *)data, size, sheet);
    HOLDS(sound == (sheet->fault_count == 0));
    HOLDS(!sound || sheet->count > 0);
    HOLDS(sheet->count <= OFFICE_NEW_DEVICES_MAX);
    HOLDS(sheet->fault_count <= DEVICE_SHEET_FAULTS_MAX);
    for (size_t i = 0; i < sheet->count; i++) {
        fuzz_check_text(sheet->rows[i].counter, sizeof sheet->rows[i].counter);
        fuzz_check_text(sheet->rows[i].name, sizeof sheet->rows[i].name);
        HOLDS(!sound || sheet->rows[i].counter[0]);
    }
    for (size_t i = 0; i < sheet->fault_count; i++)
        HOLDS(device_sheet_fault_name(sheet->faults[i].kind));
    free(sheet);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    fuzz_start();
    check_text(data, size);
    check_file(data, size);
    check_table(data, size);
    return 0;
}

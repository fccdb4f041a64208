// POST /api/v1/devices/batch: many devices from a table, all or none, with what
// goes to the machines: their codes, the file for a stick, the sheets.
#include "common/clock.h"
#include "i18n/i18n.h"
#include "ledger/pin.h"
#include "office/device_sheet.h"
#include "report/enrol_sheets.h"
#include "server/context.h"
#include "server/handlers.h"
#include "server/handout.h"
#include "server/request.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct batch {
    struct device_sheet sheet;
    struct office_new_device devices[OFFICE_NEW_DEVICES_MAX];
    struct office_added_device added[OFFICE_NEW_DEVICES_MAX];
    struct handout handout;
    bool wants_sheets;
    int64_t made_ms;
    char staff_pin[PIN_DIGITS + 1], staff_hash[PIN_HASH_SIZE];
};

static void free_batch(void *work)
{
    struct batch *batch = work;
    explicit_bzero(batch, sizeof *batch);
    free(batch);
}

static void name_devices(struct batch *batch, const char *unit, const char *who)
{
    for (size_t i = 0; i < batch->sheet.count; i++) {
        const struct device_sheet_row *row = &batch->sheet.rows[i];
        batch->devices[i] =
            (struct office_new_device){.unit = unit,
                                       .counter = row->counter,
                                       .name = row->name,
                                       .field = row->field,
                                       .point = row->point,
                                       .who = who,
                                       .valid_ms = batch->handout.valid_ms};
    }
}

// On the writer's thread: nothing comes between the look and the writing.
static enum office_result add_all(struct office *office, void *ctx)
{
    struct batch *batch = ctx;
    size_t taken = 0;
    enum office_result result = office_find_taken_counter(
        office, batch->devices, batch->sheet.count, &taken);
    if (result == OFFICE_OK) {
        device_sheet_refuse_taken(&batch->sheet, taken);
        return OFFICE_OK;
    }
    if (result != OFFICE_NONE) {
        return result;
    }
    batch->made_ms = clock_wall_ms();
    return office_add_devices(office, batch->devices, batch->sheet.count,
                              batch->made_ms, batch->added);
}

// --- What is wrong with the table --------------------------------------------

static json_t *say_fault(const struct i18n *texts,
                         const struct device_sheet_fault *fault)
{
    char line[24], id[48];
    const char *const values[] = {line, fault->column, fault->said};
    struct buf words[I18N_LANGUAGE_COUNT] = {{0}};
    snprintf(line, sizeof line, "%lld", (long long)fault->line);
    snprintf(id, sizeof id, "devices.fault.%s",
             device_sheet_fault_name(fault->kind));
    i18n_format(texts, I18N_VI, id, values, 3, &words[I18N_VI]);
    i18n_format(texts, I18N_EN, id, values, 3, &words[I18N_EN]);
    json_t *object = json_pack(
        "{s:I, s:s, s:s, s:s, s:s}", "line", (json_int_t)fault->line, "column",
        fault->column, "kind", device_sheet_fault_name(fault->kind), "vi",
        buf_text(&words[I18N_VI]), "en", buf_text(&words[I18N_EN]));
    buf_free(&words[I18N_VI]);
    buf_free(&words[I18N_EN]);
    return object;
}

static void reply_faults(struct request *request, const struct batch *batch)
{
    json_t *faults = json_array();
    for (size_t i = 0; i < batch->sheet.fault_count; i++) {
        json_array_append_new(
            faults, say_fault(request->server->texts, &batch->sheet.faults[i]));
    }
    const struct problem_members members = {.line = batch->sheet.faults[0].line,
                                            .faults = faults};
    reply_problem(request, PROBLEM_UNREADABLE, &members,
                  "csv: %zu faults; no device was added",
                  batch->sheet.fault_count);
}

// --- The request -------------------------------------------------------------

static bool choose_staff_pin(struct batch *batch)
{
    pin_choose(batch->staff_pin);
    return pin_hash(batch->staff_pin, batch->staff_hash);
}

enum handling add_devices_handle(struct request *request)
{
    const char *csv = "";
    struct batch *batch = calloc(1, sizeof *batch);
    if (!batch) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    request->work = batch;
    request->free_work = free_batch;
    json_t *object = request_object(request);
    if (!object) {
        return HANDLING_DONE;
    }
    bool has_csv = json_get_text(object, "csv", &csv) &&
                   (!json_object_get(object, "sheets") ||
                    json_get_bool(object, "sheets", &batch->wants_sheets));
    bool is_good = has_csv && handout_read(request, object, &batch->handout);
    bool is_sound =
        is_good && device_sheet_read(csv, strlen(csv), &batch->sheet);
    json_decref(object);
    if (!has_csv) {
        return request_refuse(request, "csv, sheets: the first must be a text, "
                                       "the second true or false");
    }
    if (is_good && !is_sound) {
        reply_faults(request, batch);
    }
    if (!is_sound) {
        return HANDLING_DONE;
    }
    if (!choose_staff_pin(batch)) {
        reply_status(request, 500);
        return HANDLING_DONE;
    }
    name_devices(batch, request->server->settings.unit_code,
                 request_who(request));
    return request_write(request, add_all);
}

// --- What goes to the machines -----------------------------------------------

struct pack {
    struct buf vouchers[OFFICE_NEW_DEVICES_MAX];
    struct enrol_sheet sheets[OFFICE_NEW_DEVICES_MAX];
    struct buf file, pdf, pdf_base64;
};

static void free_pack(struct pack *pack)
{
    for (size_t i = 0; i < OFFICE_NEW_DEVICES_MAX; i++) {
        buf_free(&pack->vouchers[i]);
    }
    buf_free(&pack->file);
    buf_free(&pack->pdf);
    buf_free(&pack->pdf_base64);
    free(pack);
}

static void fill_pack(const struct batch *batch, struct pack *pack)
{
    voucher_file_begin(batch->staff_hash, &pack->file);
    for (size_t i = 0; i < batch->sheet.count; i++) {
        const struct device_sheet_row *row = &batch->sheet.rows[i];
        const char *code = batch->added[i].code;
        if (!handout_write(&batch->handout, code, &pack->vouchers[i])) {
            buf_append_text(&pack->vouchers[i], code);
        }
        pack->sheets[i] =
            (struct enrol_sheet){.counter = row->counter,
                                 .name = row->name,
                                 .field = row->field,
                                 .point = row->point,
                                 .code = code,
                                 .voucher = buf_text(&pack->vouchers[i])};
        voucher_file_add(pack->sheets[i].voucher, row->counter, row->name,
                         &pack->file);
    }
}

static void draw_sheets(struct request *request, const struct batch *batch,
                        struct pack *pack)
{
    struct buf message = {0};
    const struct enrol_sheets sheets = {
        .unit = unit_name_now(request->server->name),
        .server = batch->handout.server,
        .has_pin = batch->handout.pin[0] != '\0',
        .made_ms = batch->made_ms,
        .expires_ms = batch->added[0].expires_at,
        .list = pack->sheets,
        .count = batch->sheet.count};
    if (enrol_sheets_write(&sheets, request->server->texts, &pack->pdf,
                           &message)) {
        base64_append(pack->pdf.data, pack->pdf.size, &pack->pdf_base64);
    }
    buf_free(&message);
}

static json_t *list_devices(const struct batch *batch, const struct pack *pack)
{
    json_t *list = json_array();
    for (size_t i = 0; i < batch->sheet.count; i++) {
        const struct enrol_sheet *sheet = &pack->sheets[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "device",
                      batch->added[i].id, "counter", sheet->counter, "name",
                      sheet->name, "field", sheet->field, "point", sheet->point,
                      "code", sheet->code, "voucher", sheet->voucher));
    }
    return list;
}

void add_devices_finish(struct request *request)
{
    const struct batch *batch = request->work;
    struct pack *pack = calloc(1, sizeof *pack);
    if (request->job.result != OFFICE_OK) {
        reply_office_failure(request, request->job.result);
    } else if (batch->sheet.fault_count > 0) {
        reply_faults(request, batch);
    } else if (!pack) {
        reply_status(request, 500);
    } else {
        fill_pack(batch, pack);
        if (batch->wants_sheets) {
            draw_sheets(request, batch, pack);
        }
        reply_json(
            request, 201,
            json_pack("{s:o, s:s, s:s, s:o, s:s?}", "expires_at",
                      reply_time(batch->added[0].expires_at), "staff_pin",
                      batch->staff_pin, "file", buf_text(&pack->file),
                      "devices", list_devices(batch, pack), "sheets",
                      pack->pdf_base64.size > 0 ? buf_text(&pack->pdf_base64)
                                                : NULL));
    }
    if (pack) {
        free_pack(pack);
    }
}

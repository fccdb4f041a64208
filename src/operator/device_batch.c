#include "operator/device_batch.h"
#include "common/file.h"
#include "ledger/digest.h"
#include "office/device_sheet.h"
#include "operator/listing.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- The table ---------------------------------------------------------------

static void append_cell(const char *text, struct buf *out)
{
    buf_append_char(out, '"');
    for (; text && *text; text++) {
        if (*text == '"')
            buf_append_char(out, '"');
        buf_append_char(out, *text);
    }
    buf_append_char(out, '"');
}

static bool read_table(const struct device_batch *batch, struct buf *out,
                       struct console *console)
{
    if (!batch->csv) {
        const char *const cells[] = {batch->one->counter, batch->one->name,
                                     batch->one->field, batch->one->point};
        buf_append_text(out, "counter,name,field,point\n");
        for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
            buf_append_text(out, i > 0 ? "," : "");
            append_cell(cells[i], out);
        }
        return true;
    }
    if (file_read(batch->csv, DEVICE_SHEET_BYTES_MAX, out))
        return true;
    console_complain(console, "--csv %s: %s", batch->csv, strerror(errno));
    return false;
}

// --- Where it is written -----------------------------------------------------

// Before any device is added: its code would be lost. An empty file that was
// made for this is left only when the rest goes well.
static bool can_write(const char *path, bool *out_made, struct console *console)
{
    *out_made = path && !file_exists(path);
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd >= 0)
        close(fd);
    else if (path)
        console_complain(console, "%s: %s; no device was added", path,
                         strerror(errno));
    return fd >= 0 || !path;
}

static bool write_bytes(const char *path, const void *bytes, size_t size,
                        struct console *console)
{
    if (file_replace(path, bytes, size, 0600))
        return true;
    console_complain(console, "%s: %s; the codes below are good all the same",
                     path, strerror(errno));
    return false;
}

static bool write_sheets(const char *path, const char *base64,
                         struct console *console)
{
    size_t length = strlen(base64);
    size_t padding = length < 4                  ? 0
                     : base64[length - 2] == '=' ? 2
                     : base64[length - 1] == '=' ? 1
                                                 : 0;
    size_t size = length / 4 * 3 - padding;
    unsigned char *bytes = size > 0 ? malloc(size) : NULL;
    bool done = bytes && base64_decode(base64, length, bytes, size);
    if (!done)
        console_complain(console,
                         "%s: the server could not draw the sheets; its log "
                         "says why. The codes below are good all the same",
                         path);
    done = done && write_bytes(path, bytes, size, console);
    free(bytes);
    return done;
}

static bool write_files(const struct device_batch *batch, const json_t *answer,
                        struct console *console)
{
    const char *file = "", *sheets = "";
    bool done = true;
    json_get_text(answer, "file", &file);
    json_get_text(answer, "sheets", &sheets);
    if (batch->file)
        done = write_bytes(batch->file, file, strlen(file), console);
    if (batch->sheets)
        done = write_sheets(batch->sheets, sheets, console) && done;
    return done;
}

// --- What is said ------------------------------------------------------------

static void print_text(const struct device_batch *batch, const json_t *answer,
                       struct buf *out)
{
    const char *expires = "", *pin = "";
    size_t i;
    const json_t *device;
    const json_t *devices = json_object_get(answer, "devices");
    json_get_text(answer, "expires_at", &expires);
    json_get_text(answer, "staff_pin", &pin);
    buf_printf(out, "%zu devices added; each code works once, until %s.\n",
               json_array_size(devices), expires);
    json_array_foreach(devices, i, device)
    {
        const char *counter = "", *code = "", *name = "";
        json_get_text(device, "counter", &counter);
        json_get_text(device, "code", &code);
        json_get_text(device, "name", &name);
        buf_printf(out, "  %s  counter %s  %s\n", code, counter, name);
    }
    if (batch->sheets)
        buf_printf(out, "Sheets to print: %s\n", batch->sheets);
    if (batch->file)
        buf_printf(out,
                   "For a stick: %s; put it there as hailong-enrol.txt\n"
                   "PIN of the staff's page on machines that enrol by it: %s "
                   "(shown only now; hailong pin sets another)\n",
                   batch->file, pin);
}

static void print_answer(const struct device_batch *batch, json_t *answer,
                         struct buf *out)
{
    if (!batch->as_json) {
        print_text(batch, answer, out);
        return;
    }
    json_object_del(answer, "file");
    json_object_del(answer, "sheets");
    if (!batch->file)
        json_object_del(answer, "staff_pin");
    listing_print_object(json_incref(answer), out);
}

int device_batch_run(struct admin *admin, const struct device_batch *batch,
                     struct console *console)
{
    struct buf table = {0};
    json_t *answer = NULL;
    bool made_file = false, made_sheets = false;
    bool done = read_table(batch, &table, console) &&
                can_write(batch->file, &made_file, console) &&
                can_write(batch->sheets, &made_sheets, console) &&
                admin_add_devices(admin, buf_text(&table), &batch->handout,
                                  batch->sheets != NULL, &answer, console);
    if (done) {
        done = write_files(batch, answer, console);
        print_answer(batch, answer, &console->out);
    } else {
        if (made_file)
            unlink(batch->file);
        if (made_sheets)
            unlink(batch->sheets);
    }
    json_decref(answer);
    buf_free(&table);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

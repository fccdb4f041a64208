// hailong status: what waits on a device, and how sending goes; or how a server
// is. Reads only, and works while the programs run.
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "operator/command.h"
#include "operator/listing.h"
#include "operator/server_data.h"
#include "operator/status_rows.h"
#include "operator/status_server.h"
#include "store/device.h"
#include "store/sending.h"
#include <inttypes.h>

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the device's directory, or the server's"),
    {"hailong", "english", CONFIG_FLAG, "no", 0, 0, "English, not Vietnamese"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};

struct status {
    struct device device;
    bool enrolled;
    struct sending sending;
    bool clock_synced;
    bool clock_compared; // with the server's, since the boot
    int64_t clock_ahead_ms;
};

// --- Reading ----------------------------------------------------------------

static bool read_databases(const char *directory, struct sending *out,
                           struct console *console)
{
    sending_read(directory, out);
    if (!out->courier_read)
        console_complain(console, "%s/%s cannot be read; the cause is above",
                         directory, DEVICE_FILE_COURIER);
    if (!out->ledger_read)
        console_complain(console, "%s/%s cannot be read; the cause is above",
                         directory, DEVICE_FILE_KIOSK);
    return out->courier_read && out->ledger_read;
}

static bool read_status(const char *directory, struct status *out,
                        struct console *console)
{
    *out = (struct status){.clock_synced = clock_is_synced()};
    if (!file_exists(directory)) {
        console_complain(console, "%s: there is no such directory", directory);
        return false;
    }
    enum device_result result = device_load(directory, &out->device);
    if (result == DEVICE_BROKEN) {
        console_complain(console, "%s/%s cannot be used; the cause is above",
                         directory, DEVICE_FILE_JSON);
        return false;
    }
    out->enrolled = result == DEVICE_OK;
    if (!read_databases(directory, &out->sending, console))
        return false;
    char boot[CLOCK_BOOT_ID_SIZE];
    clock_boot_id(boot);
    out->clock_compared =
        sending_clock_offset(&out->sending, boot, clock_wall_ms(),
                             clock_boot_ms(), &out->clock_ahead_ms);
    return true;
}

// --- Printing ---------------------------------------------------------------

static json_t *time_or_null(int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    return wall_ms > 0 ? json_string(text) : json_null();
}

static void print_json(const struct status *status, struct buf *out)
{
    const struct sending *sending = &status->sending;
    const char *error = sending->attempts.last_error;
    listing_print_object(
        json_pack(
            "{s:b, s:s?, s:s?, s:s?, s:I, s:o, s:I, s:I, s:s, s:I, s:o, "
            "s:s?, s:o, s:I, s:I, s:I, s:I, s:s, s:o}",
            "enrolled", status->enrolled, "device",
            status->enrolled ? status->device.id : NULL, "counter",
            status->enrolled ? status->device.counter : NULL, "server",
            status->enrolled ? status->device.server : NULL, "pending",
            (json_int_t)sending->pending, "oldest_pending",
            time_or_null(sending->oldest_pending), "gen",
            (json_int_t)sending->head.gen, "head_seq",
            (json_int_t)sending->head.seq, "head_hash", sending->head.head,
            "drafts", (json_int_t)sending->drafts, "last_sent",
            time_or_null(sending->attempts.last_sent_ms), "last_error",
            error[0] != '\0' ? error : NULL, "last_error_at",
            time_or_null(sending->attempts.last_error_ms), "failures",
            (json_int_t)sending->attempts.failures, "quarantined",
            (json_int_t)sending->quarantined, "left", (json_int_t)sending->left,
            "gone", (json_int_t)sending->gone, "clock",
            status->clock_synced ? "synced" : "unsure", "clock_ahead_ms",
            status->clock_compared ? json_integer(status->clock_ahead_ms)
                                   : json_null()),
        out);
}

// Lines that were made by an unsure clock are placed by the server's.
static void tell_clock(const struct status *status,
                       const struct status_rows *rows)
{
    int64_t ahead = status->clock_ahead_ms;
    status_row(rows, "clock",
               status->clock_synced ? "clock.synced" : "clock.unsure", NULL, 0);
    if (!status->clock_compared) {
        status_row(rows, NULL, "clock.uncompared", NULL, 0);
        return;
    }
    struct buf seconds = {0};
    i18n_number(rows->language, imaxabs(ahead), 3, &seconds);
    const char *values[] = {buf_text(&seconds)};
    status_row(rows, NULL, ahead < 0 ? "clock.behind" : "clock.ahead", values,
               1);
    buf_free(&seconds);
}

static void tell_device(const struct status *status,
                        const struct status_rows *rows)
{
    if (status->enrolled) {
        status_row_words(rows, "device", status->device.id);
        status_row_words(rows, "counter", status->device.counter);
        status_row_words(rows, "server", status->device.server);
    } else {
        status_row(rows, "device", "unenrolled", NULL, 0);
    }
}

static void tell_ledger(const struct sending *sending,
                        const struct status_rows *rows)
{
    const int64_t head[] = {sending->head.gen, sending->head.seq};
    const int64_t ever[] = {sending->counts.lines, sending->counts.rated,
                            sending->counts.declined, sending->counts.timeout,
                            sending->counts.withdrawn};
    status_row_numbers(rows, "pending", "lines", &sending->pending, 1);
    status_row_moment(rows, "oldest", sending->oldest_pending, "none");
    status_row_numbers(rows, "head", "place", head, 2);
    status_row_words(rows, NULL, sending->head.head);
    status_row_numbers(rows, "ever", "counts", ever, 5);
    status_row_numbers(rows, "unfinished", "visits", &sending->drafts, 1);
}

static void tell_attempts(const struct sending *sending,
                          const struct status_rows *rows)
{
    status_row_moment(rows, "sent", sending->attempts.last_sent_ms, "never");
    if (sending->attempts.last_error[0] == '\0') {
        status_row(rows, "error", "no_error", NULL, 0);
        return;
    }
    status_row_words(rows, "error", sending->attempts.last_error);
    status_row_moment(rows, "error_at", sending->attempts.last_error_ms,
                      "none");
}

static void tell(const struct status *status, const struct status_rows *rows)
{
    const struct sending *sending = &status->sending;
    tell_device(status, rows);
    tell_ledger(sending, rows);
    tell_attempts(sending, rows);
    status_row_numbers(rows, "quarantined", "lines", &sending->quarantined, 1);
    status_row_numbers(rows, "left", "left", &sending->left, 1);
    if (sending->gone > 0) {
        status_row_numbers(rows, "gone", "gone", &sending->gone, 1);
        status_row(rows, NULL, "gone.why", NULL, 0);
    }
    tell_clock(status, rows);
}

static int run_for_server(const struct config *config, struct console *console)
{
    struct server_place place;
    return server_place_read(config, &place, console)
               ? status_of_server(&place, config, console)
               : COMMAND_MISUSED;
}

static int run_for_device(const struct config *config, struct console *console)
{
    const char *data = command_need(config, "data", console);
    struct status status;
    if (!data)
        return COMMAND_MISUSED;
    bool done = read_status(data, &status, console);
    if (done && config_flag(config, "json")) {
        print_json(&status, &console->out);
    } else if (done) {
        struct status_rows rows;
        done = status_rows_open(&rows, config_flag(config, "english"), console);
        if (done)
            tell(&status, &rows);
        status_rows_close(&rows);
    }
    if (status.enrolled)
        device_release(&status.device);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

static int run(const struct config *config, struct console *console)
{
    const char *data = config_text(config, "data");
    if (server_place_is_server(config))
        return run_for_server(config, console);
    return data && server_place_lies_elsewhere(data, console)
               ? COMMAND_FAILED
               : run_for_device(config, console);
}

const struct command COMMAND_STATUS = {
    "status", "what waits on a device and how sending goes; or how a server is",
    NULL, KEYS, run};

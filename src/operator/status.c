// hailong status: what waits on a device, and how sending goes; or how a server
// is. Reads only, and works while the programs run.
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "operator/command.h"
#include "operator/listing.h"
#include "operator/server_data.h"
#include "operator/status_server.h"
#include "store/device.h"
#include "store/sending.h"
#include <inttypes.h>

static const struct config_key KEYS[] = {
    SERVER_PLACE_OPTIONS("the device's directory, or the server's"),
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

static void print_moment(struct buf *out, const char *name, int64_t wall_ms,
                         const char *never)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    buf_printf(out, "%-15s %s\n", name, wall_ms > 0 ? text : never);
}

// Lines that were made by an unsure clock are placed by the server's.
static void print_clock(const struct status *status, struct buf *out)
{
    int64_t ahead = status->clock_ahead_ms;
    buf_printf(out, "Clock           %s\n",
               status->clock_synced
                   ? "synchronised"
                   : "unsure: not synchronised with a time source");
    if (!status->clock_compared)
        buf_append_text(out, "                not compared with the server's "
                             "since this start\n");
    else
        buf_printf(out, "                %" PRId64 ".%03d s %s the server's\n",
                   imaxabs(ahead) / 1000, (int)(imaxabs(ahead) % 1000),
                   ahead < 0 ? "behind" : "ahead of");
}

static void print_text(const struct status *status, struct buf *out)
{
    const struct sending *sending = &status->sending;
    if (status->enrolled)
        buf_printf(out,
                   "Device          %s\n"
                   "Counter         %s\n"
                   "Server          %s\n",
                   status->device.id, status->device.counter,
                   status->device.server);
    else
        buf_append_text(out, "Device          not enrolled; run hailong enrol "
                             "on this directory\n");
    buf_printf(out, "Pending         %" PRId64 " lines\n", sending->pending);
    print_moment(out, "Oldest pending", sending->oldest_pending, "-");
    buf_printf(out,
               "Head            generation %" PRId64 ", line %" PRId64 "\n"
               "                %s\n",
               sending->head.gen, sending->head.seq, sending->head.head);
    buf_printf(out,
               "Ever recorded   %" PRId64 " lines: %" PRId64 " rated, %" PRId64
               " declined, %" PRId64 " timed out, %" PRId64 " withdrawn\n",
               sending->counts.lines, sending->counts.rated,
               sending->counts.declined, sending->counts.timeout,
               sending->counts.withdrawn);
    buf_printf(out, "Unfinished      %" PRId64 " visits\n", sending->drafts);
    print_moment(out, "Last sent", sending->attempts.last_sent_ms, "never");
    if (sending->attempts.last_error[0] != '\0') {
        buf_printf(out, "Last error      %s\n", sending->attempts.last_error);
        print_moment(out, "  at", sending->attempts.last_error_ms, "-");
    } else {
        buf_append_text(out, "Last error      none\n");
    }
    buf_printf(out, "Quarantined     %" PRId64 " lines\n",
               sending->quarantined);
    buf_printf(out, "Left            %" PRId64 " lines, long acknowledged\n",
               sending->left);
    if (sending->gone > 0)
        buf_printf(out,
                   "Gone            %" PRId64 " of them the server asks for "
                   "again: it was restored\n"
                   "                from a backup that is older than what "
                   "stays here\n",
                   sending->gone);
    print_clock(status, out);
}

static bool is_server(const struct config *config)
{
    char database[PATH_MAX];
    const char *data = config_text(config, "data");
    return config_text(config, "db") ||
           (data &&
            file_join(database, sizeof database, data, SERVER_DATABASE) &&
            file_exists(database));
}

static int run_for_server(const struct config *config, struct console *console)
{
    struct server_place place;
    return server_place_read(config, &place, console)
               ? status_of_server(&place, config_flag(config, "json"), console)
               : COMMAND_MISUSED;
}

static int run_for_device(const struct config *config, struct console *console)
{
    const char *data = command_need(config, "data", console);
    struct status status;
    if (!data)
        return COMMAND_MISUSED;
    bool done = read_status(data, &status, console);
    if (done && config_flag(config, "json"))
        print_json(&status, &console->out);
    else if (done)
        print_text(&status, &console->out);
    if (status.enrolled)
        device_release(&status.device);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

static int run(const struct config *config, struct console *console)
{
    return is_server(config) ? run_for_server(config, console)
                             : run_for_device(config, console);
}

const struct command COMMAND_STATUS = {
    "status", "what waits on a device and how sending goes; or how a server is",
    NULL, KEYS, run};

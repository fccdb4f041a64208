// hailong status: what waits on a device, and how sending goes. Reads only, and
// works while the kiosk and the courier run.
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "operator/command.h"
#include "operator/listing.h"
#include "operator/server_data.h"
#include "store/courier.h"
#include "store/device.h"
#include "store/ledger_reader.h"
#include <inttypes.h>
#include <string.h>

static const struct config_key KEYS[] = {
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0, "the device's directory"},
    {"hailong", "json", CONFIG_FLAG, "no", 0, 0, "print JSON"},
    {0}};

struct status {
    struct device device;
    bool enrolled;
    struct ledger_end head; // newest generation
    struct ledger_counts counts;
    int64_t drafts;
    int64_t pending;        // lines without a receipt, all generations
    int64_t oldest_pending; // wall milliseconds; 0: nothing waits
    int64_t quarantined;
    struct courier_attempts attempts;
    bool clock_synced;
};

// --- Reading ----------------------------------------------------------------

static bool is_fine(enum sql_result result)
{
    return result == SQL_OK || result == SQL_NONE;
}

// How far one generation is acknowledged; 0: not at all.
static enum sql_result read_position(struct courier *courier, int64_t gen,
                                     int64_t *out_to)
{
    struct proof_receipt receipt;
    enum sql_result result = SQL_NONE;
    if (courier)
        result = courier_position(courier, gen, &receipt);
    *out_to = result == SQL_OK ? receipt.batch.to : 0;
    return result;
}

// Counts what waits in one generation.
static bool add_pending(struct ledger_reader *ledger, struct courier *courier,
                        int64_t gen, struct status *status)
{
    struct ledger_end end;
    int64_t to, written_at;
    enum sql_result result = ledger_reader_end_of(ledger, gen, &end);
    if (result != SQL_OK || !is_fine(read_position(courier, gen, &to)))
        return is_fine(result);
    if (end.seq <= to)
        return true;
    status->pending += end.seq - to;
    result = ledger_reader_written_at(ledger, gen, to, &written_at);
    if (result == SQL_OK && status->oldest_pending == 0)
        status->oldest_pending = written_at;
    return is_fine(result);
}

static bool read_ledger(struct ledger_reader *ledger, struct courier *courier,
                        struct status *status)
{
    int64_t gen = 0;
    enum sql_result result;
    while ((result = ledger_reader_next_gen(ledger, gen, &gen)) == SQL_OK) {
        if (!add_pending(ledger, courier, gen, status))
            return false;
    }
    return result == SQL_NONE &&
           is_fine(ledger_reader_end(ledger, &status->head)) &&
           is_fine(ledger_reader_counts(ledger, &status->counts)) &&
           is_fine(ledger_reader_drafts(ledger, &status->drafts));
}

static bool read_courier(struct courier *courier, struct status *status)
{
    return is_fine(courier_attempts(courier, &status->attempts)) &&
           is_fine(courier_quarantine_count(courier, &status->quarantined));
}

static bool read_databases(const char *directory, struct status *status,
                           struct console *console)
{
    struct courier *courier = NULL;
    struct ledger_reader *ledger = NULL;
    enum sql_result opened = courier_open(directory, COURIER_READER, &courier);
    bool courier_read =
        is_fine(opened) && (!courier || read_courier(courier, status));
    if (!courier_read)
        console_complain(console, "%s/%s cannot be read; the cause is above",
                         directory, DEVICE_FILE_COURIER);
    opened = ledger_reader_open(directory, &ledger);
    bool ledger_read =
        is_fine(opened) && (!ledger || read_ledger(ledger, courier, status));
    if (!ledger_read)
        console_complain(console, "%s/%s cannot be read; the cause is above",
                         directory, DEVICE_FILE_KIOSK);
    ledger_reader_close(ledger);
    courier_close(courier);
    return courier_read && ledger_read;
}

static bool read_status(const char *directory, struct status *out,
                        struct console *console)
{
    char database[PATH_MAX];
    *out = (struct status){.head = {.gen = 0}};
    memcpy(out->head.head, DIGEST_NONE_HEX, sizeof out->head.head);
    out->clock_synced = clock_is_synced();
    if (!file_exists(directory)) {
        console_complain(console, "%s: there is no such directory", directory);
        return false;
    }
    if (file_join(database, sizeof database, directory, SERVER_DATABASE) &&
        file_exists(database)) {
        console_complain(console,
                         "%s is a server's directory; hailong device list "
                         "tells about its devices",
                         directory);
        return false;
    }
    enum device_result result = device_load(directory, &out->device);
    if (result == DEVICE_BROKEN) {
        console_complain(console, "%s/%s cannot be used; the cause is above",
                         directory, DEVICE_FILE_JSON);
        return false;
    }
    out->enrolled = result == DEVICE_OK;
    return read_databases(directory, out, console);
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
    const char *error = status->attempts.last_error;
    listing_print_object(
        json_pack("{s:b, s:s?, s:s?, s:s?, s:I, s:o, s:I, s:I, s:s, s:I, s:o, "
                  "s:s?, s:o, s:I, s:I, s:s}",
                  "enrolled", status->enrolled, "device",
                  status->enrolled ? status->device.id : NULL, "counter",
                  status->enrolled ? status->device.counter : NULL, "server",
                  status->enrolled ? status->device.server : NULL, "pending",
                  (json_int_t)status->pending, "oldest_pending",
                  time_or_null(status->oldest_pending), "gen",
                  (json_int_t)status->head.gen, "head_seq",
                  (json_int_t)status->head.seq, "head_hash", status->head.head,
                  "drafts", (json_int_t)status->drafts, "last_sent",
                  time_or_null(status->attempts.last_sent_ms), "last_error",
                  error[0] != '\0' ? error : NULL, "last_error_at",
                  time_or_null(status->attempts.last_error_ms), "failures",
                  (json_int_t)status->attempts.failures, "quarantined",
                  (json_int_t)status->quarantined, "clock",
                  status->clock_synced ? "synced" : "unsure"),
        out);
}

static void print_moment(struct buf *out, const char *name, int64_t wall_ms,
                         const char *never)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    buf_printf(out, "%-15s %s\n", name, wall_ms > 0 ? text : never);
}

static void print_text(const struct status *status, struct buf *out)
{
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
    buf_printf(out, "Pending         %" PRId64 " lines\n", status->pending);
    print_moment(out, "Oldest pending", status->oldest_pending, "-");
    buf_printf(out,
               "Head            generation %" PRId64 ", line %" PRId64 "\n"
               "                %s\n",
               status->head.gen, status->head.seq, status->head.head);
    buf_printf(out,
               "Ever recorded   %" PRId64 " lines: %" PRId64 " rated, %" PRId64
               " declined, %" PRId64 " timed out, %" PRId64 " withdrawn\n",
               status->counts.lines, status->counts.rated,
               status->counts.declined, status->counts.timeout,
               status->counts.withdrawn);
    buf_printf(out, "Unfinished      %" PRId64 " visits\n", status->drafts);
    print_moment(out, "Last sent", status->attempts.last_sent_ms, "never");
    if (status->attempts.last_error[0] != '\0') {
        buf_printf(out, "Last error      %s\n", status->attempts.last_error);
        print_moment(out, "  at", status->attempts.last_error_ms, "-");
    } else {
        buf_append_text(out, "Last error      none\n");
    }
    buf_printf(out, "Quarantined     %" PRId64 " lines\n", status->quarantined);
    buf_printf(out, "Clock           %s\n",
               status->clock_synced ? "synchronised"
                                    : "not synchronised with a time source");
}

static int run(const struct config *config, struct console *console)
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

const struct command COMMAND_STATUS = {
    "status", "what waits on this device, and how sending goes", NULL, KEYS,
    run};

#include "operator/status_server.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/file.h"
#include "common/json.h"
#include "office/backup.h"
#include "office/devices.h"
#include "office/heads.h"
#include "office/ingest.h"
#include "office/trust.h"
#include "office/upkeep.h"
#include "operator/listing.h"
#include "operator/status_rows.h"
#include "report/report.h"
#include "vietnamese/number.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <unistd.h>

enum running { RUNS, STANDS_STILL, RUNNING_UNKNOWN };

struct server_status {
    enum running running;
    int64_t now;
    int32_t today;
    int64_t seen_today, waiting, revoked; // devices
    int64_t lines;                        // held
    int64_t received_at;                  // the last of them; 0: none
    int schema;
    struct office_trust trust;
    struct upkeep upkeep;
    struct backup_note backup; // at 0: none was made by the timer
};

// --- Reading ----------------------------------------------------------------

// A server holds its lock as long as it lives; looking at it makes no file.
static enum running see_lock(const char *directory)
{
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, directory, SERVER_LOCK))
        return RUNNING_UNKNOWN;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? STANDS_STILL : RUNNING_UNKNOWN;
    bool is_free = flock(fd, LOCK_SH | LOCK_NB) == 0;
    bool is_held = !is_free && errno == EWOULDBLOCK;
    close(fd);
    return is_free ? STANDS_STILL : is_held ? RUNS : RUNNING_UNKNOWN;
}

static bool count_device(void *ctx, const struct office_device *device)
{
    struct server_status *status = ctx;
    if (device->kind == OFFICE_DEVICE_KIND_PHONE)
        return true;
    switch (device->state) {
    case OFFICE_DEVICE_WAITING:
        status->waiting++;
        break;
    case OFFICE_DEVICE_REVOKED:
        status->revoked++;
        break;
    case OFFICE_DEVICE_ACTIVE:
        status->seen_today +=
            device->last_seen_at > 0 &&
            date_day_of_wall_ms(device->last_seen_at) == status->today;
        break;
    }
    return true;
}

static bool count_lines(void *ctx, const struct office_head *head)
{
    struct server_status *status = ctx;
    status->lines += head->to;
    return true;
}

static enum office_result read_office(struct office *office,
                                      const struct server_place *place,
                                      struct server_status *out)
{
    enum office_result result = office_list_devices(office, count_device, out);
    if (result == OFFICE_OK)
        result = office_heads(office, count_lines, out);
    if (result == OFFICE_OK)
        result = office_read_trust(office, out->now, REPORT_HEARTBEAT_MS,
                                   &out->trust);
    if (result == OFFICE_OK)
        result = office_last_received(office, &out->received_at);
    if (result == OFFICE_OK && !upkeep_look(place->directory, place->database,
                                            office, out->now, &out->upkeep))
        result = OFFICE_ERROR;
    out->schema = office_schema(office);
    return result;
}

// --- Printing ---------------------------------------------------------------

static json_t *time_or_null(int64_t wall_ms)
{
    char text[CLOCK_ISO_SIZE];
    clock_format(wall_ms, text);
    return wall_ms > 0 ? json_string(text) : json_null();
}

static json_t *known_or_null(bool known, int64_t value)
{
    return known ? json_integer(value) : json_null();
}

static void print_json(const struct server_status *status, struct buf *out)
{
    const struct office_trust *trust = &status->trust;
    const struct upkeep *upkeep = &status->upkeep;
    bool backed_up = status->backup.at > 0;
    listing_print_object(
        json_pack(
            "{s:s, s:o, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
            "s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
            "kind", "server", "runs",
            status->running == RUNNING_UNKNOWN
                ? json_null()
                : json_boolean(status->running == RUNS),
            "version", HAILONG_VERSION, "schema", status->schema,
            "database_bytes", (json_int_t)upkeep->database_bytes, "devices",
            (json_int_t)trust->devices, "seen_today",
            (json_int_t)status->seen_today, "silent", (json_int_t)trust->silent,
            "never_seen", (json_int_t)trust->never_seen, "waiting",
            (json_int_t)status->waiting, "revoked", (json_int_t)status->revoked,
            "flagged", (json_int_t)trust->flagged, "lines",
            (json_int_t)status->lines, "missing_lines",
            (json_int_t)trust->missing_lines, "last_received",
            time_or_null(status->received_at), "last_contact",
            time_or_null(trust->data_as_of), "backup_at",
            time_or_null(status->backup.at), "backup_age_s",
            known_or_null(backed_up, (status->now - status->backup.at) / 1000),
            "backups_kept", known_or_null(backed_up, status->backup.kept),
            "disk_free",
            known_or_null(upkeep->disk_free >= 0, upkeep->disk_free),
            "disk_size",
            known_or_null(upkeep->disk_size >= 0, upkeep->disk_size),
            "disk_days",
            known_or_null(upkeep->days_left >= 0, upkeep->days_left)),
        out);
}

static void tell_devices(const struct server_status *status,
                         const struct status_rows *rows)
{
    const struct office_trust *trust = &status->trust;
    const int64_t heard[] = {trust->devices, status->seen_today, trust->silent,
                             trust->never_seen};
    const int64_t others[] = {status->waiting, status->revoked};
    status_row_numbers(rows, "devices",
                       trust->never_seen > 0 ? "devices.never" : "devices",
                       heard, 4);
    status_row_numbers(rows, NULL, "devices.others", others, 2);
    if (trust->flagged > 0)
        status_row_numbers(rows, NULL, "devices.flagged", &trust->flagged, 1);
}

static void tell_backup(const struct server_status *status,
                        const struct status_rows *rows)
{
    const struct backup_note *backup = &status->backup;
    char hours[24], kept[24];
    snprintf(hours, sizeof hours, "%" PRId64,
             (status->now - backup->at) / 3600000);
    snprintf(kept, sizeof kept, "%" PRId64, backup->kept);
    const char *values[] = {hours, kept, backup->folder};
    status_row_moment(rows, "backup", backup->at, "never");
    if (backup->at > 0)
        status_row(rows, NULL, "backup.kept", values, 3);
}

// Of PostgreSQL's own disk nothing is known here.
static void tell_disk(const struct upkeep *upkeep, bool on_postgres,
                      const struct status_rows *rows)
{
    const int64_t sizes[] = {upkeep->disk_free / 1000000,
                             upkeep->disk_size / 1000000};
    if (upkeep->disk_free < 0)
        return;
    status_row_numbers(rows, "disk", "disk", sizes, 2);
    status_row_numbers(rows, NULL,
                       on_postgres              ? "disk.keys"
                       : upkeep->days_left >= 0 ? "disk.days"
                                                : "disk.unknown",
                       &upkeep->days_left, 1);
}

static void tell(const struct server_status *status,
                 const struct server_place *place,
                 const struct status_rows *rows)
{
    static const char *const words[] = {[RUNS] = "runs",
                                        [STANDS_STILL] = "stands_still",
                                        [RUNNING_UNKNOWN] = "may_run"};
    const int64_t lines[] = {status->lines, status->trust.missing_lines};
    char schema[16];
    struct buf megabytes = {0};
    i18n_number(rows->language,
                number_round_ratio(status->upkeep.database_bytes, 1000000, 1),
                1, &megabytes);
    snprintf(schema, sizeof schema, "%d", status->schema);
    const char *database[] = {server_place_name(place), buf_text(&megabytes),
                              schema};
    status_row(rows, "server", words[status->running], NULL, 0);
    status_row(rows, "database", "database", database, 3);
    buf_free(&megabytes);
    tell_devices(status, rows);
    status_row_numbers(rows, "lines", "lines.held", lines, 2);
    status_row_moment(rows, "received", status->received_at, "never");
    status_row_moment(rows, "contact", status->trust.data_as_of, "never");
    // Backups of PostgreSQL are its own.
    bool on_postgres = office_is_url(place->database);
    if (!on_postgres)
        tell_backup(status, rows);
    tell_disk(&status->upkeep, on_postgres, rows);
}

static int tell_all(const struct server_status *status,
                    const struct server_place *place,
                    const struct config *config, struct console *console)
{
    struct status_rows rows;
    bool done =
        status_rows_open(&rows, config_flag(config, "english"), console);
    if (done)
        tell(status, place, &rows);
    status_rows_close(&rows);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

int status_of_server(const struct server_place *place,
                     const struct config *config, struct console *console)
{
    int64_t now = clock_wall_ms();
    struct server_status status = {.now = now,
                                   .today = date_day_of_wall_ms(now),
                                   .running = see_lock(place->directory)};
    struct office *office = server_data_read(place, console);
    if (!office)
        return COMMAND_FAILED;
    enum office_result result = read_office(office, place, &status);
    office_close(office);
    if (result != OFFICE_OK) {
        server_data_complain(console, server_place_name(place), result);
        return COMMAND_FAILED;
    }
    if (!backup_note_read(place->directory, &status.backup))
        status.backup = (struct backup_note){.at = 0};
    if (!config_flag(config, "json"))
        return tell_all(&status, place, config, console);
    print_json(&status, &console->out);
    return COMMAND_DONE;
}

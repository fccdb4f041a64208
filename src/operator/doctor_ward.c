#include "operator/doctor_ward.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "common/log.h"
#include "office/backup.h"
#include "office/devices.h"
#include "operator/admin_client.h"
#include "operator/remote.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { ADMIN_FILE_MAX = 4096, SILENT_MS = 15 * 60 * 1000 };

static bool is_open(const char *directory, const char *name)
{
    char path[PATH_MAX];
    struct stat status;
    return file_join(path, sizeof path, directory, name) &&
           stat(path, &status) == 0 && (status.st_mode & 077) != 0;
}

// The server holds its lock as long as it runs.
static bool runs(const char *directory)
{
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, directory, SERVER_LOCK) ||
        !file_exists(path))
        return false;
    int fd = file_lock(path);
    if (fd >= 0)
        close(fd);
    return fd < 0;
}

// What the running server says of itself. One that does not answer may only
// have begun, or be about to end.
static bool stores_nothing(const struct server_place *place)
{
    struct console quiet = {0};
    struct admin admin;
    struct remote_answer answer = {0};
    bool is_open = admin_open(place, &admin, &quiet);
    if (is_open && !admin.office) {
        const struct remote remote = {.server = admin.url,
                                      .token = admin.token};
        remote_ask(&remote, "/admin/v1/health", NULL, &answer, &quiet);
    }
    bool refuses = answer.status == 503;
    if (is_open)
        admin_close(&admin);
    remote_answer_free(&answer);
    console_free(&quiet);
    return refuses;
}

// What the running server left of its certificate.
static int64_t certificate_until(const char *directory)
{
    char path[PATH_MAX], why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    json_t *object = NULL;
    int64_t until = 0;
    if (file_join(path, sizeof path, directory, SERVER_ADMIN) &&
        file_read(path, ADMIN_FILE_MAX, &text))
        object = json_read(text.data, text.size, why);
    json_get_int(object, "certificate_until", &until);
    json_decref(object);
    buf_free(&text);
    return until;
}

static void add_silent(const char *counter, struct ward_facts *out)
{
    size_t used = strlen(out->silent_counters);
    size_t room = sizeof out->silent_counters - used;
    const char *comma = used > 0 ? ", " : "";
    if (room > strlen(comma) + strlen(counter))
        snprintf(out->silent_counters + used, room, "%s%s", comma, counter);
    out->silent_devices++;
}

static bool add_device(void *ctx, const struct office_device *device)
{
    struct ward_facts *out = ctx;
    if (device->kind != OFFICE_DEVICE_KIND_COUNTER ||
        device->state != OFFICE_DEVICE_ACTIVE)
        return true;
    out->active_devices++;
    out->flags += device->flag_count;
    out->missing_lines +=
        device->reported_to > device->received_to
            ? device->reported_to - device->received_to - device->pending
            : 0;
    if (out->enrolled_at == 0 || device->enrolled_at < out->enrolled_at)
        out->enrolled_at = device->enrolled_at;
    if (out->now - device->last_seen_at > SILENT_MS)
        add_silent(device->counter, out);
    return true;
}

static void look_into(const struct server_place *place, struct ward_facts *out)
{
    struct office *office = NULL;
    enum office_result result =
        office_open(place->database, OFFICE_READER, &office);
    if (result == OFFICE_NONE)
        log_error("doctor", "no server has made its tables there yet; check "
                            "the address and its ?schema=");
    if (result != OFFICE_OK)
        return;
    out->database_reads =
        office_list_devices(office, add_device, out) == OFFICE_OK;
    office_close(office);
    out->missing_lines = out->missing_lines > 0 ? out->missing_lines : 0;
}

void doctor_look_at_ward(const struct server_place *place,
                         struct ward_facts *out)
{
    const char *directory = place->directory;
    struct backup_note note;
    struct statvfs disk;
    *out = (struct ward_facts){.now = clock_wall_ms(), .disk_free_bytes = -1};
    out->clock_believed = clock_is_believable(out->now);
    out->clock_synced = clock_is_synced();
    out->on_postgres = office_is_url(place->database);
    out->open_files =
        is_open(directory, SERVER_KEY) || is_open(directory, SERVER_BOX_KEY);
    out->program_runs = runs(directory);
    if (out->program_runs) {
        out->certificate_until = certificate_until(directory);
        out->stores_nothing = stores_nothing(place);
    }
    if (statvfs(directory, &disk) == 0)
        out->disk_free_bytes = (int64_t)disk.f_bavail * (int64_t)disk.f_frsize;
    if (backup_note_read(directory, &note))
        out->backup_at = note.at;
    look_into(place, out);
}

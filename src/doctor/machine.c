#include "common/battery.h"
#include "common/clock.h"
#include "common/file.h"
#include "doctor/doctor.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/input-event-codes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { SYNCS = 9, SYNC_BYTES = 4096, SMALL_FILE = 65536 };

// --- The machine -------------------------------------------------------------

// The first line of a small file; "" when there is none.
static void first_line(const char *path, char *out, size_t size)
{
    struct buf text = {0};
    out[0] = '\0';
    if (file_read(path, SMALL_FILE, &text))
        snprintf(out, size, "%.*s", (int)strcspn(buf_text(&text), "\n"),
                 buf_text(&text));
    buf_free(&text);
}

// "/sys/class/drm/card0-HDMI-A-1/status" → "HDMI-A-1, 1280x800"
static void name_display(const char *status, char out[DOCTOR_NAME_SIZE])
{
    char path[PATH_MAX], mode[40];
    int folder = (int)(strrchr(status, '/') - status);
    snprintf(path, sizeof path, "%.*s/modes", folder, status);
    first_line(path, mode, sizeof mode);
    snprintf(path, sizeof path, "%.*s", folder, status);
    const char *name = strchr(strrchr(path, '/'), '-');
    snprintf(out, DOCTOR_NAME_SIZE, "%.60s%s%.40s", name ? name + 1 : "?",
             mode[0] ? ", " : "", mode);
}

static void look_at_display(struct doctor_facts *out)
{
    glob_t found;
    if (glob("/sys/class/drm/card*-*/status", 0, NULL, &found) != 0)
        return;
    out->display_known = true;
    for (size_t i = 0; i < found.gl_pathc && !out->display_found; i++) {
        char state[40];
        first_line(found.gl_pathv[i], state, sizeof state);
        if (strcmp(state, "connected") == 0) {
            out->display_found = true;
            name_display(found.gl_pathv[i], out->display);
        }
    }
    globfree(&found);
}

// A bit of the kernel's list of words, the highest first: "100 0 3".
static bool has_bit(const char *words, unsigned bit)
{
    enum { WORD_BITS = 64 };
    unsigned long long word[KEY_CNT / WORD_BITS + 1];
    size_t count = 0;
    for (const char *at = words; count < sizeof word / sizeof word[0];) {
        char *end;
        unsigned long long value = strtoull(at, &end, 16);
        if (end == at)
            break;
        word[count++] = value;
        at = end;
    }
    size_t place = bit / WORD_BITS;
    return place < count && word[count - 1 - place] >> bit % WORD_BITS & 1;
}

static bool is_touch_panel(const char *device)
{
    char path[PATH_MAX], axes[400], keys[400], properties[100];
    snprintf(path, sizeof path, "%s/capabilities/abs", device);
    first_line(path, axes, sizeof axes);
    snprintf(path, sizeof path, "%s/capabilities/key", device);
    first_line(path, keys, sizeof keys);
    snprintf(path, sizeof path, "%s/properties", device);
    first_line(path, properties, sizeof properties);
    // A touch pad points; a panel is touched where things are shown.
    return (has_bit(axes, ABS_MT_POSITION_X) || has_bit(axes, ABS_X)) &&
           has_bit(keys, BTN_TOUCH) && !has_bit(properties, INPUT_PROP_POINTER);
}

static void look_at_touch(struct doctor_facts *out)
{
    glob_t found;
    if (glob("/sys/class/input/event*/device", 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char path[PATH_MAX];
        if (!is_touch_panel(found.gl_pathv[i]))
            continue;
        snprintf(path, sizeof path, "%s/name", found.gl_pathv[i]);
        if (out->touch_count++ == 0)
            first_line(path, out->touch, sizeof out->touch);
    }
    globfree(&found);
}

static void look_at_machine(struct doctor_facts *out)
{
    // One of each kind that nothing works without.
    static const char *const needed[] = {"fonts/BeVietnamPro-Bold.ttf",
                                         "i18n/vi.json", "surveys/quay.json"};
    glob_t cards;
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++)
        if (!file_find_asset(needed[i], path, sizeof path))
            snprintf(out->missing_file, sizeof out->missing_file, "%s",
                     needed[i]);
    look_at_display(out);
    look_at_touch(out);
    out->sound_found = glob("/proc/asound/card[0-9]*", 0, NULL, &cards) == 0;
    if (out->sound_found)
        globfree(&cards);
    battery_read(BATTERY_ROOT, &out->battery);
    out->wall_ms = clock_wall_ms();
    out->clock_believed = clock_is_believable(out->wall_ms);
    out->clock_synced = clock_is_synced();
}

// --- The disk ----------------------------------------------------------------

static int compare_times(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// How long the disk takes to keep a page for certain.
static int time_syncs(int fd, int64_t *out_us)
{
    static const char page[SYNC_BYTES];
    int64_t times[SYNCS];
    for (int i = 0; i < SYNCS; i++) {
        int64_t began = clock_mono_us();
        if (pwrite(fd, page, sizeof page, (off_t)i * SYNC_BYTES) !=
                SYNC_BYTES ||
            fdatasync(fd) != 0)
            return errno ? errno : EIO;
        times[i] = clock_mono_us() - began;
    }
    qsort(times, SYNCS, sizeof times[0], compare_times);
    *out_us = times[SYNCS / 2];
    return 0;
}

static void look_at_disk(const char *directory, struct doctor_facts *out)
{
    struct statvfs room;
    struct statfs kind;
    char path[PATH_MAX];
    out->disk_free_bytes = -1;
    if (statvfs(directory, &room) != 0 || statfs(directory, &kind) != 0)
        return;
    out->disk_free_bytes = (int64_t)room.f_bavail * (int64_t)room.f_frsize;
    out->disk_in_memory = kind.f_type == TMPFS_MAGIC ||
                          kind.f_type == RAMFS_MAGIC ||
                          kind.f_type == OVERLAYFS_SUPER_MAGIC;
    if (!file_join(path, sizeof path, directory, "doctor-XXXXXX"))
        return;
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0) {
        out->sync_errno = errno;
        return;
    }
    out->sync_errno = time_syncs(fd, &out->sync_us);
    close(fd);
    unlink(path);
}

static bool others_can_read(const char *directory, const char *name)
{
    char path[PATH_MAX];
    struct stat file;
    return file_join(path, sizeof path, directory, name) &&
           stat(path, &file) == 0 && (file.st_mode & 077) != 0;
}

// A program holds the lock of its name as long as it runs.
static bool runs(const char *directory, const char *lock)
{
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, directory, lock) || !file_exists(path))
        return false;
    int fd = file_lock(path);
    if (fd >= 0)
        close(fd);
    return fd < 0 && errno == EWOULDBLOCK;
}

void doctor_look(const char *directory, struct doctor_facts *out)
{
    struct device device;
    *out = (struct doctor_facts){.disk_free_bytes = -1,
                                 .reach = DOCTOR_NOT_REACHED};
    look_at_machine(out);
    look_at_disk(directory, out);
    out->enrolled = device_load(directory, &device);
    out->open_files = others_can_read(directory, DEVICE_FILE_JSON) ||
                      others_can_read(directory, DEVICE_FILE_KEY);
    sending_read(directory, &out->sending);
    out->screen_runs = runs(directory, DEVICE_LOCK_KIOSK);
    out->courier_runs = runs(directory, DEVICE_LOCK_COURIER);
    if (out->enrolled != DEVICE_OK)
        return;
    out->has_staff_pin = device.staff_pin[0] != '\0';
    snprintf(out->server, sizeof out->server, "%s", device.server);
    device_release(&device);
}

// hailong backup | restore: a server's whole directory in one file, and back.
#include "office/backup.h"
#include "common/clock.h"
#include "common/file.h"
#include "operator/backup_folder.h"
#include "operator/command.h"
#include "operator/server_data.h"
#include "store/device.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct config_key BACKUP_KEYS[] = {
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0,
     "the server's directory; the server may run; of a database on PostgreSQL: "
     "pg_dump or pg_basebackup, and a copy of the keys"},
    {"hailong", "out", CONFIG_TEXT, NULL, 0, 0, "the file to make"},
    {"hailong", "dir", CONFIG_TEXT, NULL, 0, 0,
     "or a folder: a file with the time in its name; old ones leave"},
    {"hailong", "keep_days", CONFIG_INTEGER, "14", 1, 3650,
     "of so many days the folder keeps the newest"},
    {"hailong", "keep_months", CONFIG_INTEGER, "12", 0, 600,
     "and of so many months"},
    {0}};
static const struct config_key RESTORE_KEYS[] = {
    {"hailong", "from", CONFIG_TEXT, NULL, 0, 0,
     "a file that hailong backup made"},
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0,
     "the directory to make; one that holds a server is refused"},
    {0}};

// What a server cannot do without, beside its database.
static const char *const KEY_FILES[] = {SERVER_KEY, SERVER_BOX_KEY};
enum {
    KEY_FILE_COUNT = sizeof KEY_FILES / sizeof KEY_FILES[0],
    KEY_MAX = 4096
};

// --- backup -----------------------------------------------------------------

struct keys {
    struct buf bodies[KEY_FILE_COUNT];
    struct backup_file files[KEY_FILE_COUNT];
};

static void free_keys(struct keys *keys)
{
    for (size_t i = 0; i < KEY_FILE_COUNT; i++) {
        if (keys->bodies[i].data)
            explicit_bzero(keys->bodies[i].data, keys->bodies[i].size);
        buf_free(&keys->bodies[i]);
    }
}

static bool read_keys(const char *directory, struct keys *out,
                      struct console *console)
{
    for (size_t i = 0; i < KEY_FILE_COUNT; i++) {
        char path[PATH_MAX];
        if (!file_join(path, sizeof path, directory, KEY_FILES[i]) ||
            !file_read(path, KEY_MAX, &out->bodies[i])) {
            console_complain(console,
                             "%s/%s cannot be read: %s. Without it a restored "
                             "server is none for its devices",
                             directory, KEY_FILES[i], strerror(errno));
            return false;
        }
        out->files[i] = (struct backup_file){KEY_FILES[i], out->bodies[i].data,
                                             out->bodies[i].size};
    }
    return true;
}

// A device is not backed up: its past would come back as a second truth.
static bool is_device(const char *directory, struct console *console)
{
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, directory, DEVICE_FILE_JSON) ||
        !file_exists(path))
        return false;
    console_complain(console,
                     "%s is a device's directory. What it holds is sent to the "
                     "server, or carried there with hailong export; a restored "
                     "copy would be taken for a forgery",
                     directory);
    return true;
}

// Makes the file, and says so when it cannot.
static bool write_backup(struct office *office, const char *data,
                         const char *out, int64_t now, struct console *console)
{
    struct keys keys = {0};
    bool done = read_keys(data, &keys, console);
    if (done) {
        enum office_result result =
            backup_write(office, out, keys.files, KEY_FILE_COUNT, now);
        done = result == OFFICE_OK;
        if (result == OFFICE_NONE)
            console_complain(console, "%s is there; give another name", out);
        else if (!done)
            server_data_complain(console, out, result);
    }
    free_keys(&keys);
    return done;
}

static int backup_to_file(struct office *office, const char *data,
                          const char *out, struct console *console)
{
    if (!write_backup(office, data, out, clock_wall_ms(), console))
        return COMMAND_FAILED;
    buf_printf(&console->out,
               "%s holds the whole server, its keys too: keep it where only "
               "you can read it.\n",
               out);
    return COMMAND_DONE;
}

// --- A folder of them -------------------------------------------------------

enum { FINDINGS_SHOWN = 10 };

struct checking {
    struct console *console;
    const char *path;
    int shown;
};

static bool take_finding(void *ctx, const struct office_finding *found)
{
    struct checking *checking = ctx;
    console_complain(checking->console,
                     "%s: device %s, generation %lld, line "
                     "%lld: %s",
                     checking->path, found->device, (long long)found->gen,
                     (long long)found->seq, found->why);
    return ++checking->shown < FINDINGS_SHOWN;
}

// What is not sound is kept, and everything before it too: somebody must look.
static bool check_backup(const char *path, struct backup_note *note,
                         struct console *console)
{
    struct checking checking = {console, path, 0};
    struct office_verification summary = {0};
    struct stat found;
    enum office_result result =
        backup_verify(path, take_finding, &checking, &summary);
    if (result != OFFICE_OK) {
        server_data_complain(console, path, result);
        return false;
    }
    if (summary.findings > 0) {
        console_complain(console,
                         "%s is a true copy of a server that is not "
                         "sound: run hailong verify on the server. No older "
                         "backup was deleted",
                         path);
        return false;
    }
    note->lines = summary.lines;
    note->bytes = stat(path, &found) == 0 ? (int64_t)found.st_size : 0;
    return true;
}

static bool backup_and_turn(struct office *office, const char *data,
                            const char *folder, const struct backup_keep *keep,
                            struct console *console)
{
    char path[PATH_MAX], database[PATH_MAX], place[PATH_MAX];
    struct backup_note note = {.at = clock_wall_ms()};
    backup_name(note.at, note.name);
    if (!realpath(folder, place) || strlen(place) >= sizeof note.folder ||
        !file_join(path, sizeof path, folder, note.name) ||
        !file_join(database, sizeof database, data, SERVER_DATABASE)) {
        console_complain(console, "%s: the path is too long", folder);
        return false;
    }
    if (!backup_folder_has_room(folder, database, console) ||
        !write_backup(office, data, path, note.at, console) ||
        !check_backup(path, &note, console))
        return false;
    int left = 0, kept = 0;
    if (!backup_folder_turn(folder, note.name, keep, &left, &kept, console))
        return false;
    memcpy(note.folder, place, strlen(place) + 1);
    note.kept = kept;
    if (!backup_note_write(data, &note)) {
        console_complain(console, "%s: that there is a backup cannot be noted",
                         data);
        return false;
    }
    buf_printf(
        &console->out,
        "%s: verified, %lld lines, %lld KiB; %d old ones deleted, %d kept.\n",
        path, (long long)note.lines, (long long)(note.bytes >> 10), left, kept);
    return true;
}

static int backup_to_folder(struct office *office, const char *data,
                            const struct config *config,
                            struct console *console)
{
    const char *folder = config_text(config, "dir");
    const struct backup_keep keep = {
        (int)config_integer(config, "keep_days"),
        (int)config_integer(config, "keep_months")};
    int lock = backup_folder_lock(folder, console);
    if (lock < 0)
        return COMMAND_FAILED;
    bool done = backup_and_turn(office, data, folder, &keep, console);
    close(lock);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

static int backup(const struct config *config, struct console *console)
{
    const char *data = command_need(config, "data", console);
    struct server_place place;
    bool to_folder = config_is_set(config, "dir");
    if (!data)
        return COMMAND_MISUSED;
    if (to_folder && config_is_set(config, "out")) {
        console_complain(console, "--out and --dir: give one of them");
        return COMMAND_MISUSED;
    }
    if (!to_folder && !command_need(config, "out", console))
        return COMMAND_MISUSED;
    if (is_device(data, console))
        return COMMAND_FAILED;
    if (!server_place_of(data, &place, console))
        return COMMAND_FAILED;
    if (server_place_was_moved(&place, console)) {
        console_complain(console,
                         "a backup of it would be one of the past: back up "
                         "PostgreSQL (pg_dump or pg_basebackup), and the keys "
                         "in %s",
                         data);
        return COMMAND_FAILED;
    }
    struct office *office = server_data_read(&place, console);
    if (!office)
        return COMMAND_FAILED;
    int code = to_folder ? backup_to_folder(office, data, config, console)
                         : backup_to_file(office, data,
                                          config_text(config, "out"), console);
    office_close(office);
    return code;
}

const struct command COMMAND_BACKUP = {
    "backup", "a server's directory in one file, while it runs", NULL,
    BACKUP_KEYS, backup};

// --- restore ----------------------------------------------------------------

struct restoring {
    const char *directory;
    struct console *console;
};

// A key that is there already is left alone when it is the same: a restore that
// was cut off may be done again.
static bool put_key(void *ctx, const struct backup_file *file)
{
    struct restoring *restoring = ctx;
    char path[PATH_MAX];
    struct buf there = {0};
    bool known = false, same = false;
    for (size_t i = 0; i < KEY_FILE_COUNT; i++)
        known |= strcmp(file->name, KEY_FILES[i]) == 0;
    if (!known) {
        console_complain(restoring->console,
                         "the backup holds a file \"%s\", which no server has",
                         file->name);
        return false;
    }
    if (!file_join(path, sizeof path, restoring->directory, file->name)) {
        console_complain(restoring->console, "%s: the path is too long",
                         restoring->directory);
        return false;
    }
    if (file_read(path, KEY_MAX, &there)) {
        same = there.size == file->size &&
               memcmp(there.data, file->bytes, file->size) == 0;
        explicit_bzero(there.data, there.size);
        if (!same)
            console_complain(restoring->console,
                             "%s is there and is another key; give an empty "
                             "directory",
                             path);
    } else {
        same = file_replace(path, file->bytes, file->size, 0600);
        if (!same)
            console_complain(restoring->console, "%s cannot be written: %s",
                             path, strerror(errno));
    }
    buf_free(&there);
    return same;
}

// The directory is locked meanwhile, so that no server starts on half of it.
static bool prepare(const char *directory, char database[PATH_MAX],
                    int *out_lock, struct console *console)
{
    char lock[PATH_MAX];
    if (!file_make_directory(directory)) {
        console_complain(console, "%s cannot be made: %s", directory,
                         strerror(errno));
        return false;
    }
    if (!file_join(database, PATH_MAX, directory, SERVER_DATABASE) ||
        !file_join(lock, sizeof lock, directory, SERVER_LOCK)) {
        console_complain(console, "%s: the path is too long", directory);
        return false;
    }
    *out_lock = file_lock(lock);
    if (*out_lock < 0) {
        console_complain(console, "%s: %s", directory,
                         errno == EWOULDBLOCK
                             ? "a server runs on it; give another directory"
                             : strerror(errno));
        return false;
    }
    if (!file_exists(database))
        return true;
    console_complain(console,
                     "%s is there: a restore never overwrites. Give an empty "
                     "directory, and look at both before you throw one away",
                     database);
    close(*out_lock);
    return false;
}

static int restore(const struct config *config, struct console *console)
{
    const char *from = command_need(config, "from", console);
    const char *data = command_need(config, "data", console);
    char database[PATH_MAX], made[CLOCK_ISO_SIZE];
    int lock;
    if (!from || !data)
        return COMMAND_MISUSED;
    if (!file_exists(from)) {
        console_complain(console, "%s: there is no such file", from);
        return COMMAND_FAILED;
    }
    if (!prepare(data, database, &lock, console))
        return COMMAND_FAILED;
    struct restoring restoring = {data, console};
    int64_t made_at = 0;
    enum office_result result =
        backup_restore(from, database, put_key, &restoring, &made_at);
    close(lock);
    if (result != OFFICE_OK) {
        if (result == OFFICE_CORRUPT)
            console_complain(console,
                             "%s is damaged, or is no file of hailong backup",
                             from);
        else
            server_data_complain(console, data, result);
        return COMMAND_FAILED;
    }
    clock_format(made_at, made);
    buf_printf(&console->out,
               "%s is the server as it was at %s. Start hailong-server on it: "
               "devices send again what came after. Devices that enrolled "
               "later must enrol again; hailong verify --data checks the "
               "rest.\n",
               data, made);
    return COMMAND_DONE;
}

const struct command COMMAND_RESTORE = {
    "restore", "makes a server's directory of a backup", NULL, RESTORE_KEYS,
    restore};

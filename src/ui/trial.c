#include "ui/trial.h"
#include "common/buf.h"
#include "common/file.h"
#include "common/json.h"
#include "common/log.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 4096 };

static const char FILE_NAME[] = "config.trial";

void trial_load(const char *directory, struct trial *out)
{
    char path[PATH_MAX], why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    struct trial read = {.begun = 0};
    int64_t begun = 0;
    json_t *object = NULL;
    if (file_join(path, sizeof path, directory, FILE_NAME) &&
        file_read(path, FILE_MAX, &text))
        object = json_read(buf_text(&text), text.size, why);
    bool whole =
        json_copy_text(object, "name", read.name, sizeof read.name) &&
        json_copy_text(object, "program", read.program, sizeof read.program) &&
        json_copy_text(object, "boot", read.boot, sizeof read.boot) &&
        json_get_int(object, "begun", &begun) && begun >= 0 &&
        begun <= TRIAL_STARTS_MAX &&
        json_get_bool(object, "proven", &read.proven);
    read.begun = (int)begun;
    *out = whole ? read : (struct trial){.begun = 0};
    json_decref(object);
    buf_free(&text);
}

// Renamed into place and not synced: the screen's thread waits for no disk.
static bool write_file(const char *directory, const struct buf *text)
{
    char path[PATH_MAX], beside[PATH_MAX + 4];
    if (!file_join(path, sizeof path, directory, FILE_NAME))
        return false;
    snprintf(beside, sizeof beside, "%s.new", path);
    FILE *file = fopen(beside, "w");
    if (!file)
        return false;
    bool ok = fwrite(buf_text(text), 1, text->size, file) == text->size;
    ok = fclose(file) == 0 && ok;
    ok = ok && rename(beside, path) == 0;
    if (!ok)
        unlink(beside);
    return ok;
}

static void save(const char *directory, const struct trial *trial)
{
    struct buf text = {0};
    json_t *object = json_pack("{s:s, s:s, s:s, s:i, s:b}", "name", trial->name,
                               "program", trial->program, "boot", trial->boot,
                               "begun", trial->begun, "proven", trial->proven);
    bool ok =
        object && json_write(object, &text) && write_file(directory, &text);
    if (!ok)
        log_warn("ui", "%s/%s cannot be written: %s", directory, FILE_NAME,
                 strerror(errno));
    json_decref(object);
    buf_free(&text);
}

static bool is_about(const struct trial *trial, const char *name)
{
    return strcmp(trial->name, name) == 0 &&
           strcmp(trial->program, HAILONG_VERSION) == 0;
}

bool trial_is_proven(const struct trial *trial, const char *name)
{
    return is_about(trial, name) && trial->proven;
}

bool trial_is_aside(const struct trial *trial, const char *name)
{
    return is_about(trial, name) && !trial->proven &&
           trial->begun >= TRIAL_STARTS_MAX;
}

void trial_begin(const char *directory, struct trial *trial, const char *name)
{
    char boot[CLOCK_BOOT_ID_SIZE];
    clock_boot_id(boot);
    bool again = is_about(trial, name) && strcmp(trial->boot, boot) == 0;
    int begun = again ? trial->begun : 0;
    *trial = (struct trial){.begun = begun + 1};
    snprintf(trial->name, sizeof trial->name, "%s", name);
    snprintf(trial->program, sizeof trial->program, "%s", HAILONG_VERSION);
    memcpy(trial->boot, boot, sizeof trial->boot);
    save(directory, trial);
}

void trial_end(const char *directory, struct trial *trial, bool proven)
{
    trial->proven = proven;
    trial->begun = proven || trial->begun == 0 ? 0 : trial->begun - 1;
    save(directory, trial);
}

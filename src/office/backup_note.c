#include "common/clock.h"
#include "common/file.h"
#include "common/json.h"
#include "common/log.h"
#include "office/backup.h"
#include <errno.h>
#include <limits.h>
#include <string.h>

#define NOTE "backup.json"

enum { NOTE_MAX = 4096 };

bool backup_note_write(const char *directory, const struct backup_note *note)
{
    char path[PATH_MAX], at[CLOCK_ISO_SIZE];
    struct buf text = {0};
    clock_format(note->at, at);
    json_t *object =
        json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "at", at, "folder",
                  note->folder, "name", note->name, "lines",
                  (json_int_t)note->lines, "bytes", (json_int_t)note->bytes,
                  "kept", (json_int_t)note->kept);
    bool done = object && json_write(object, &text) &&
                file_join(path, sizeof path, directory, NOTE) &&
                file_replace(path, buf_text(&text), text.size, 0600);
    if (!done)
        log_error("office", "%s/" NOTE ": %s", directory, strerror(errno));
    json_decref(object);
    buf_free(&text);
    return done;
}

bool backup_note_read(const char *directory, struct backup_note *out)
{
    char path[PATH_MAX], why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    struct backup_note note = {0};
    const char *at = NULL;
    json_t *object = NULL;
    if (file_join(path, sizeof path, directory, NOTE) &&
        file_read(path, NOTE_MAX, &text))
        object = json_read(buf_text(&text), text.size, why);
    bool done =
        json_get_text(object, "at", &at) &&
        clock_parse(at, strlen(at), &note.at) &&
        json_copy_text(object, "name", note.name, sizeof note.name) &&
        json_copy_text(object, "folder", note.folder, sizeof note.folder) &&
        json_get_int(object, "kept", &note.kept) &&
        json_get_int(object, "lines", &note.lines) &&
        json_get_int(object, "bytes", &note.bytes);
    if (done)
        *out = note;
    json_decref(object);
    buf_free(&text);
    return done;
}

#include "store/enrol_form.h"
#include "common/file.h"
#include "common/json.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 4096 };

static bool write_object(const char *directory, const char *name,
                         json_t *object)
{
    char path[PATH_MAX];
    struct buf text = {0};
    errno = ENOMEM;
    bool done = object && file_join(path, sizeof path, directory, name) &&
                json_write(object, &text) &&
                file_replace(path, text.data, text.size, 0600);
    json_decref(object);
    explicit_bzero(text.data, text.size);
    buf_free(&text);
    return done;
}

// NULL when there is no such file, or nothing readable in it.
static json_t *read_object(const char *path)
{
    char why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    json_t *object = NULL;
    if (file_read(path, FILE_MAX, &text))
        object = json_read(buf_text(&text), text.size, why);
    if (text.size > 0)
        explicit_bzero(text.data, text.size);
    buf_free(&text);
    if (object && !json_is_object(object)) {
        json_decref(object);
        object = NULL;
    }
    return object;
}

bool enrol_form_ask(const char *directory, const struct enrol_form *form)
{
    char path[PATH_MAX];
    if (file_join(path, sizeof path, directory, DEVICE_FILE_ENROL_ANSWER))
        unlink(path);
    return write_object(directory, DEVICE_FILE_ENROL_REQUEST,
                        json_pack("{s:s, s:s, s:s, s:s, s:s}", "id", form->id,
                                  "server", form->server, "code", form->code,
                                  "pin", form->pin, "staff_pin",
                                  form->staff_pin));
}

bool enrol_form_take(const char *directory, struct enrol_form *out)
{
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, directory, DEVICE_FILE_ENROL_REQUEST) ||
        !file_exists(path))
        return false;
    json_t *object = read_object(path);
    unlink(path);
    out->pin[0] = '\0';
    bool done =
        object && json_copy_text(object, "id", out->id, sizeof out->id) &&
        id_is_valid(out->id, strlen(out->id)) &&
        json_copy_text(object, "server", out->server, sizeof out->server) &&
        json_copy_text(object, "code", out->code, sizeof out->code) &&
        (!json_object_get(object, "pin") ||
         json_copy_text(object, "pin", out->pin, sizeof out->pin)) &&
        json_copy_text(object, "staff_pin", out->staff_pin,
                       sizeof out->staff_pin);
    json_decref(object);
    return done;
}

bool enrol_form_answer(const char *directory, const char *id,
                       const char *result)
{
    return write_object(directory, DEVICE_FILE_ENROL_ANSWER,
                        json_pack("{s:s, s:s}", "id", id, "result", result));
}

bool enrol_form_hear(const char *directory, const char *id,
                     char out_result[ENROL_FORM_RESULT_SIZE])
{
    char path[PATH_MAX], heard[ID_SIZE];
    if (!file_join(path, sizeof path, directory, DEVICE_FILE_ENROL_ANSWER) ||
        !file_exists(path))
        return false;
    json_t *object = read_object(path);
    unlink(path);
    bool done =
        object && json_copy_text(object, "id", heard, sizeof heard) &&
        strcmp(heard, id) == 0 &&
        json_copy_text(object, "result", out_result, ENROL_FORM_RESULT_SIZE);
    json_decref(object);
    return done;
}

bool enrol_form_note(const char *directory, const char *result)
{
    return write_object(directory, DEVICE_FILE_ENROL_NOTE,
                        json_pack("{s:s}", "result", result));
}

bool enrol_form_read_note(const char *directory,
                          char out_result[ENROL_FORM_RESULT_SIZE])
{
    char path[PATH_MAX];
    if (!file_join(path, sizeof path, directory, DEVICE_FILE_ENROL_NOTE) ||
        !file_exists(path))
        return false;
    json_t *object = read_object(path);
    unlink(path);
    bool done =
        object &&
        json_copy_text(object, "result", out_result, ENROL_FORM_RESULT_SIZE);
    json_decref(object);
    return done;
}

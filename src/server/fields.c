#include "server/fields.h"
#include "common/file.h"
#include "common/json.h"
#include "ledger/record.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20 };

struct fields {
    json_t *object; // owns the texts
    size_t count;
    struct office_field list[];
};

static bool read_one(const char *code, const json_t *names,
                     struct office_field *out)
{
    out->code = code;
    return code[0] != '\0' && strlen(code) < RECORD_CODE_SIZE &&
           json_get_text(names, "vi", &out->vi) &&
           json_get_text(names, "en", &out->en) && out->vi[0] != '\0' &&
           out->en[0] != '\0';
}

static struct fields *read_all(json_t *object, const char *path,
                               struct buf *message)
{
    const char *code;
    json_t *names;
    size_t count = json_object_size(object);
    struct fields *fields =
        calloc(1, sizeof *fields + count * sizeof *fields->list);
    if (!fields) {
        json_decref(object);
        buf_append_text(message, "out of memory");
        return NULL;
    }
    fields->object = object;
    json_object_foreach(object, code, names)
    {
        if (!read_one(code, names, &fields->list[fields->count])) {
            buf_printf(message,
                       "%s: \"%s\": must be a code of at most %d bytes with "
                       "the names {\"vi\": …, \"en\": …}",
                       path, code, RECORD_CODE_SIZE - 1);
            fields_close(fields);
            return NULL;
        }
        fields->count++;
    }
    return fields;
}

struct fields *fields_open(const char *path, struct buf *message)
{
    char why[JSON_MESSAGE_SIZE];
    struct buf text = {0};
    if (!file_read(path, FILE_MAX, &text)) {
        buf_printf(message, "%s: cannot be read: %s", path, strerror(errno));
        buf_free(&text);
        return NULL;
    }
    json_t *object = json_read(buf_text(&text), text.size, why);
    buf_free(&text);
    if (!json_is_object(object)) {
        buf_printf(message, "%s: %s", path,
                   object ? "must be an object of codes and names" : why);
        json_decref(object);
        return NULL;
    }
    return read_all(object, path, message);
}

void fields_close(struct fields *fields)
{
    if (fields) {
        json_decref(fields->object);
        free(fields);
    }
}

static const struct office_field *find(const struct office_field *list,
                                       size_t count, const char *code,
                                       size_t size)
{
    for (size_t i = 0; i < count; i++) {
        if (strlen(list[i].code) == size &&
            memcmp(list[i].code, code, size) == 0) {
            return &list[i];
        }
    }
    return NULL;
}

const struct office_field *fields_find(const struct fields *fields,
                                       const char *code)
{
    return fields ? find(fields->list, fields->count, code, strlen(code))
                  : NULL;
}

bool fields_choose(const struct fields *fields, const char *codes,
                   struct office_field out_tiles[FIELDS_TILES],
                   size_t *out_count, struct buf *message)
{
    size_t count = 0;
    if (!codes) {
        for (; count < fields->count && count < FIELDS_TILES; count++) {
            out_tiles[count] = fields->list[count];
        }
        *out_count = count;
        return true;
    }
    for (const char *at = codes; at; at = strchr(at, ','), at += at != NULL) {
        int size = (int)strcspn(at, ",");
        const struct office_field *field =
            find(fields->list, fields->count, at, (size_t)size);
        if (!field) {
            buf_printf(
                message,
                "walk_up_fields: \"%.*s\" is no code of the fields' file", size,
                at);
            return false;
        }
        if (find(out_tiles, count, at, (size_t)size) || count == FIELDS_TILES) {
            buf_printf(message,
                       count == FIELDS_TILES
                           ? "walk_up_fields: \"%.*s\" is one too many"
                           : "walk_up_fields: \"%.*s\" stands there twice",
                       size, at);
            return false;
        }
        out_tiles[count++] = *field;
    }
    *out_count = count;
    return true;
}

const struct office_field *fields_list(const struct fields *fields,
                                       size_t *out_count)
{
    *out_count = fields->count;
    return fields->list;
}

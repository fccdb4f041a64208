#include "server/form.h"
#include "common/ids.h"
#include "vietnamese/text.h"
#include <stdio.h>
#include <string.h>

static bool refuse(char *why, const char *reason)
{
    snprintf(why, FORM_WHY_SIZE, "%s", reason);
    return false;
}

static bool stands_for_itself(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '*' || c == '-' || c == '.' ||
           c == '_';
}

// One name or value, and its NUL. False when a byte does not belong there.
static bool append_part(const char *bytes, size_t size, struct buf *out)
{
    size_t begin = out->size;
    for (size_t i = 0; i < size; i++) {
        char c = bytes[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (size - i < 3 || !hex_decode(bytes + i + 1, 2, &c, 1) ||
                c == '\0') {
                return false;
            }
            i += 2;
        } else if (!stands_for_itself(c)) {
            return false;
        }
        buf_append_char(out, c);
    }
    bool ok = text_is_utf8(buf_text(out) + begin, out->size - begin);
    buf_append_char(out, '\0');
    return ok;
}

static bool append_field(const char *bytes, size_t size, struct form *form,
                         char *why)
{
    const char *equals = memchr(bytes, '=', size);
    if (!equals || equals == bytes) {
        return refuse(why, "a field is no name=value");
    }
    if (form->count == FORM_FIELDS_MAX) {
        return refuse(why, "there are too many fields");
    }
    size_t name_size = (size_t)(equals - bytes);
    struct form_field *field = &form->fields[form->count++];
    field->name = form->texts.size;
    bool ok = append_part(bytes, name_size, &form->texts);
    field->value = form->texts.size;
    ok = ok && append_part(equals + 1, size - name_size - 1, &form->texts);
    return ok || refuse(why, "a field is not encoded as a browser does it");
}

bool form_read(const char *bytes, size_t size, struct form *out, char *why)
{
    *out = (struct form){.count = 0};
    const char *end = bytes + size;
    for (const char *at = bytes; size > 0 && at <= end;) {
        const char *mark = memchr(at, '&', (size_t)(end - at));
        const char *stop = mark ? mark : end;
        if (!append_field(at, (size_t)(stop - at), out, why)) {
            return false;
        }
        at = stop + 1;
    }
    return buf_ok(&out->texts) || refuse(why, "memory ran out");
}

void form_free(struct form *form)
{
    if (form->texts.data) {
        explicit_bzero(form->texts.data, form->texts.size);
    }
    buf_free(&form->texts);
    form->count = 0;
}

const char *form_value(const struct form *form, const char *name)
{
    const char *texts = buf_text(&form->texts), *found = NULL;
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(texts + form->fields[i].name, name) != 0) {
            continue;
        }
        if (found) {
            return NULL;
        }
        found = texts + form->fields[i].value;
    }
    return found;
}

bool form_has(const struct form *form, const char *name, const char *value)
{
    const char *texts = buf_text(&form->texts);
    for (size_t i = 0; i < form->count; i++) {
        if (strcmp(texts + form->fields[i].name, name) == 0 &&
            strcmp(texts + form->fields[i].value, value) == 0) {
            return true;
        }
    }
    return false;
}

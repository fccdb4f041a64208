// The body of a form, from any browser or none: what is taken has a value for
// every name, and means the same when it is written down again.
#include "fuzz/fuzz.h"
#include "server/form.h"
#include "vietnamese/text.h"
#include <string.h>

static const char *name_of(const struct form *form, size_t i)
{
    return buf_text(&form->texts) + form->fields[i].name;
}

static const char *value_of(const struct form *form, size_t i)
{
    return buf_text(&form->texts) + form->fields[i].value;
}

static void append_coded(const char *text, struct buf *out)
{
    for (; *text; text++)
        buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
}

static void check_fields(const struct form *form)
{
    HOLDS(form->count <= FORM_FIELDS_MAX);
    for (size_t i = 0; i < form->count; i++) {
        const char *name = name_of(form, i), *value = value_of(form, i);
        size_t same = 0;
        HOLDS(name[0] != '\0');
        HOLDS(text_is_utf8(name, strlen(name)));
        HOLDS(text_is_utf8(value, strlen(value)));
        HOLDS(form_has(form, name, value));
        for (size_t j = 0; j < form->count; j++)
            same += strcmp(name, name_of(form, j)) == 0;
        const char *found = form_value(form, name);
        HOLDS(same == 1 ? found == value : found == NULL);
    }
}

static void check_read_again(const struct form *form)
{
    struct buf coded = {0};
    struct form again;
    char why[FORM_WHY_SIZE];
    for (size_t i = 0; i < form->count; i++) {
        buf_append_text(&coded, i > 0 ? "&" : "");
        append_coded(name_of(form, i), &coded);
        buf_append_char(&coded, '=');
        append_coded(value_of(form, i), &coded);
    }
    HOLDS(form_read(buf_text(&coded), coded.size, &again, why));
    HOLDS(again.count == form->count);
    HOLDS(again.texts.size == form->texts.size);
    HOLDS(again.texts.size == 0 ||
          memcmp(again.texts.data, form->texts.data, again.texts.size) == 0);
    form_free(&again);
    buf_free(&coded);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct form form;
    char why[FORM_WHY_SIZE] = "";
    fuzz_start();
    if (form_read((const char *)data, size, &form, why)) {
        check_fields(&form);
        check_read_again(&form);
    } else {
        HOLDS(why[0] != '\0');
        fuzz_check_text(why, sizeof why);
    }
    form_free(&form);
    return 0;
}

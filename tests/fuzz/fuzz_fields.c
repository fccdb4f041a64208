// The file of the fields' names, and what a device is told of them.
#include "fuzz/fuzz.h"
#include "office/configuration.h"
#include "server/fields.h"
#include <stdio.h>
#include <string.h>

static void check_told(const struct office_field *list, size_t count,
                       const struct office_field *field)
{
    struct office_device device = {.unit = "H24.12", .counter = "3"};
    struct office_defaults defaults = {
        .fields = list, .field_count = count, .levels = 5};
    struct buf told = {0};
    char why[JSON_MESSAGE_SIZE];
    const char *vi = "";
    snprintf(device.field, sizeof device.field, "%s", field->code);
    HOLDS(office_configuration_build(&device, &defaults, NULL, 1, &told));
    json_t *object = json_read(told.data, told.size, why);
    HOLDS(json_get_text(json_object_get(object, "field"), "vi", &vi));
    HOLDS(strcmp(vi, field->vi) == 0);
    json_decref(object);
    buf_free(&told);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    struct buf message = {0};
    char path[PATH_MAX];
    size_t count = 0;
    fuzz_start();
    fuzz_write("fields.json", data, size, path);
    struct fields *fields = fields_open(path, &message);
    HOLDS((fields != NULL) == (message.size == 0));
    const struct office_field *list =
        fields ? fields_list(fields, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        fuzz_check_text(list[i].code, RECORD_CODE_SIZE);
        HOLDS(list[i].code[0] && list[i].vi[0] && list[i].en[0]);
        check_told(list, count, &list[i]);
    }
    fuzz_check_text(buf_text(&message), message.size + 1);
    fields_close(fields);
    buf_free(&message);
    return 0;
}

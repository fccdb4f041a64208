// The two small files between the counter's screen and the courier, and the
// file that makes a directory a device.
#include "common/file.h"
#include "fuzz/fuzz.h"
#include "store/device.h"
#include "store/enrol_form.h"
#include <string.h>

static void check_request(const uint8_t *data, size_t size)
{
    struct enrol_form form = {.id = ""}, again = {.id = ""};
    char path[PATH_MAX];
    fuzz_write(DEVICE_FILE_ENROL_REQUEST, data, size, path);
    bool taken = enrol_form_take(fuzz_folder(), &form);
    HOLDS(!file_exists(path));
    if (!taken)
        return;
    HOLDS(id_is_valid(form.id, strlen(form.id)));
    fuzz_check_text(form.server, sizeof form.server);
    fuzz_check_text(form.code, sizeof form.code);
    fuzz_check_text(form.pin, sizeof form.pin);
    fuzz_check_text(form.staff_pin, sizeof form.staff_pin);
    HOLDS(enrol_form_ask(fuzz_folder(), &form));
    HOLDS(enrol_form_take(fuzz_folder(), &again));
    HOLDS(strcmp(again.server, form.server) == 0);
    HOLDS(strcmp(again.code, form.code) == 0);
    HOLDS(strcmp(again.pin, form.pin) == 0);
    HOLDS(strcmp(again.staff_pin, form.staff_pin) == 0);
}

static void check_answer(const uint8_t *data, size_t size)
{
    static const char id[] = "7d3f1b52-0c6e-4e0a-9b1c-2f5a8d9e4c11";
    char path[PATH_MAX], result[ENROL_FORM_RESULT_SIZE] = "";
    fuzz_write(DEVICE_FILE_ENROL_ANSWER, data, size, path);
    if (enrol_form_hear(fuzz_folder(), id, result))
        fuzz_check_text(result, sizeof result);
    HOLDS(!file_exists(path));
}

static void check_device(const uint8_t *data, size_t size)
{
    struct device device, again;
    char path[PATH_MAX];
    fuzz_write(DEVICE_FILE_JSON, data, size, path);
    if (device_load(fuzz_folder(), &device) != DEVICE_OK)
        return;
    HOLDS(id_is_valid(device.id, strlen(device.id)));
    fuzz_check_text(device.server, sizeof device.server);
    fuzz_check_text(device.token, sizeof device.token);
    fuzz_check_text(device.counter, sizeof device.counter);
    HOLDS(device_save(fuzz_folder(), &device));
    HOLDS(device_load(fuzz_folder(), &again) == DEVICE_OK);
    HOLDS(strcmp(again.id, device.id) == 0);
    HOLDS(strcmp(again.server, device.server) == 0);
    HOLDS(strcmp(again.token, device.token) == 0);
    HOLDS(strcmp(again.counter, device.counter) == 0);
    HOLDS(json_equal(again.config, device.config));
    device_release(&again);
    device_release(&device);
}

int FUZZ_ENTRY(const uint8_t *data, size_t size)
{
    fuzz_start();
    check_request(data, size);
    check_answer(data, size);
    check_device(data, size);
    return 0;
}

// hailong pin: sets the PIN that opens the staff's page of a device. Only its
// hash is kept, in device.json; the kiosk reads it when the page is asked for.
#include "ledger/pin.h"
#include "operator/command.h"
#include "operator/typed_line.h"
#include "store/device.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct config_key KEYS[] = {
    {"hailong", "data", CONFIG_TEXT, NULL, 0, 0, "the device's directory"},
    {"hailong", "random", CONFIG_FLAG, "no", 0, 0,
     "choose the PIN and print it, once"},
    {0}};

enum { LINE_SIZE = 64 };

static bool load(const char *directory, struct device *out,
                 struct console *console)
{
    enum device_result result = device_load(directory, out);
    if (result == DEVICE_NOT_ENROLLED)
        console_complain(console,
                         "%s: not enrolled; run hailong enrol on this "
                         "directory first",
                         directory);
    else if (result == DEVICE_BROKEN)
        console_complain(console, "%s/%s cannot be used; the cause is above",
                         directory, DEVICE_FILE_JSON);
    return result == DEVICE_OK;
}

static bool choose(bool random, char pin[LINE_SIZE], struct console *console)
{
    if (random) {
        pin_choose(pin);
        return true;
    }
    if (typed_line_read("New PIN, six digits: ", pin, LINE_SIZE) &&
        pin_is_well_formed(pin))
        return true;
    console_complain(console, "a PIN is exactly six digits, 0 to 9, on one "
                              "line of standard input");
    return false;
}

static bool set(const char *directory, struct device *device, const char *pin,
                struct console *console)
{
    char hash[PIN_HASH_SIZE];
    if (!pin_hash(pin, hash)) {
        console_complain(console, "out of memory: 16 MiB are needed");
        return false;
    }
    snprintf(device->staff_pin, sizeof device->staff_pin, "%s", hash);
    if (device_save(directory, device))
        return true;
    console_complain(console, "%s/%s: %s", directory, DEVICE_FILE_JSON,
                     strerror(errno));
    return false;
}

static int run(const struct config *config, struct console *console)
{
    const char *data = command_need(config, "data", console);
    bool random = config_flag(config, "random");
    struct device device;
    char pin[LINE_SIZE] = "";
    if (!data)
        return COMMAND_MISUSED;
    if (!load(data, &device, console))
        return COMMAND_FAILED;
    bool done =
        choose(random, pin, console) && set(data, &device, pin, console);
    if (done && random)
        buf_printf(&console->out, "PIN of the staff's page: %s\n", pin);
    else if (done)
        buf_append_text(&console->out, "The PIN is set.\n");
    explicit_bzero(pin, sizeof pin);
    device_release(&device);
    return done ? COMMAND_DONE : COMMAND_FAILED;
}

const struct command COMMAND_PIN = {
    "pin", "set the PIN of a device's staff page", NULL, KEYS, run};
